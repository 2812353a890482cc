//! References to what a registry holds: `REGISTRY/REPOSITORY[:TAG][@DIGEST]`, as ORAS checks them.

use crate::{Result, fail, quote};

/// A reference in its parts; at least one of tag and digest is set where an artifact is meant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reference {
    /// Host, with its port.
    pub registry: String,
    /// Path of the repository.
    pub repository: String,
    /// The tag, as registries allow it: `_` for `+`. May be empty.
    pub tag: String,
    /// `ALGORITHM:HEX`. May be empty.
    pub digest: String,
}

impl Reference {
    /// Reads a reference, with `oci://` before it or without (Helm's `newReference`).
    ///
    /// # Errors
    /// ORAS's texts for what registries do not allow.
    pub fn parse(text: &str) -> Result<Reference> {
        let text = text.strip_prefix("oci://").unwrap_or(text);
        let mut r = Reference::default();
        let rest = match text.rsplit_once('@') {
            Some((rest, digest)) => {
                digest.clone_into(&mut r.digest);
                rest
            }
            None => text,
        };
        let Some((registry, path)) = rest.split_once('/') else {
            return fail("invalid reference: missing registry or repository");
        };
        let (repository, tag) = match path.rsplit_once(':') {
            Some((p, tag)) if !tag.contains('/') => (p, tag.replace('+', "_")),
            _ => (path, String::new()),
        };
        check_registry(registry)?;
        if !repository.split('/').all(is_component) {
            return fail(format!("invalid reference: invalid repository {}", quote(repository)));
        }
        if !tag.is_empty() && !is_tag(&tag) {
            return fail(format!("invalid reference: invalid tag {}", quote(&tag)));
        }
        if !r.digest.is_empty()
            && let Err(why) = check_digest(&r.digest)
        {
            return fail(format!("invalid reference: invalid digest {}: {why}", quote(&r.digest)));
        }
        (r.registry, r.repository, r.tag) = (registry.to_owned(), repository.to_owned(), tag);
        Ok(r)
    }

    /// What a registry's paths end with: the digest, or the tag.
    pub fn wanted(&self) -> &str {
        if self.digest.is_empty() { &self.tag } else { &self.digest }
    }
}

impl std::fmt::Display for Reference {
    /// As Helm prints it: by its tag, without one by its digest.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.registry, self.repository)?;
        match (self.tag.as_str(), self.digest.as_str()) {
            ("", "") => Ok(()),
            ("", digest) => write!(f, "@{digest}"),
            (tag, _) => write!(f, ":{tag}"),
        }
    }
}

/// Whether a text is a registry's host, with or without port.
///
/// # Errors
/// ORAS's text.
pub(super) fn check_registry(host: &str) -> Result<()> {
    let ok = crate::Address::parse(&format!("dummy://{host}"))
        .is_ok_and(|a| a.authority() == host && a.user.is_none() && a.path.is_empty() && a.query.is_none());
    if ok && !host.is_empty() { Ok(()) } else { fail(format!("invalid reference: invalid registry {}", quote(host))) }
}

/// Whether a digest is one that can be checked here, in the words of `opencontainers/go-digest`.
fn check_digest(digest: &str) -> std::result::Result<(), &'static str> {
    const FORMAT: &str = "invalid checksum digest format";
    let (algorithm, hex) = digest.split_once(':').filter(|(a, h)| !a.is_empty() && !h.is_empty()).ok_or(FORMAT)?;
    if algorithm != "sha256" {
        let word = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || b"+._-=".contains(&b));
        return Err(if word(algorithm) && word(hex) { "unsupported digest algorithm" } else { FORMAT });
    }
    match hex.len() {
        64 if hex.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)) => Ok(()),
        64 => Err(FORMAT),
        _ => Err("invalid checksum digest length"),
    }
}

/// `[a-z0-9]+(?:(?:[._]|__|[-]*)[a-z0-9]+)*`
fn is_component(part: &str) -> bool {
    let alnum = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let ends = |b: Option<u8>| b.is_some_and(alnum);
    ends(part.bytes().next())
        && ends(part.bytes().next_back())
        && part
            .split(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
            .all(|gap| matches!(gap, "" | "." | "_" | "__") || gap.bytes().all(|b| b == b'-'))
}

/// `[\w][\w.-]{0,127}`
fn is_tag(tag: &str) -> bool {
    let word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    tag.len() <= 128 && tag.bytes().next().is_some_and(word) && tag.bytes().all(|b| word(b) || b == b'.' || b == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_told_apart() {
        let r = Reference::parse("oci://h:5000/a/b:1.0.0+x").unwrap();
        assert_eq!((r.registry.as_str(), r.repository.as_str(), r.tag.as_str()), ("h:5000", "a/b", "1.0.0_x"));
        assert_eq!(r.to_string(), "h:5000/a/b:1.0.0_x");
        let digest = format!("sha256:{}", "a".repeat(64));
        let r = Reference::parse(&format!("h/a:1@{digest}")).unwrap();
        assert_eq!((r.wanted(), r.to_string().as_str()), (digest.as_str(), "h/a:1"));
    }

    #[test]
    fn bad_digests_are_told_apart() {
        let why = |d: &str| Reference::parse(&format!("h/a@{d}")).unwrap_err().to_string();
        let text = |d: &str, why: &str| format!("invalid reference: invalid digest \"{d}\": {why}");
        assert_eq!(why("sha256:12"), text("sha256:12", "invalid checksum digest length"));
        assert_eq!(why("md5:12"), text("md5:12", "unsupported digest algorithm"));
        assert_eq!(why("12"), text("12", "invalid checksum digest format"));
        let upper = format!("sha256:{}", "A".repeat(64));
        assert_eq!(why(&upper), text(&upper, "invalid checksum digest format"));
    }

    #[test]
    fn bad_references_are_refused() {
        for bad in ["h", "h/A", "h/a..b", "h/../a", "h/a:x y", "u@h/a@sha256:1", "/a", "h/a//b", "h/-a"] {
            assert!(Reference::parse(bad).is_err(), "{bad}");
        }
        assert_eq!(
            check_registry("oci://h").unwrap_err().to_string(),
            "invalid reference: invalid registry \"oci://h\""
        );
    }
}
