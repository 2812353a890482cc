//! Names of releases and objects.

use std::fmt;

/// The rule for names, as Helm prints it.
pub const NAME_PATTERN: &str = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$";

/// A name that does not follow the rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameError {
    /// No name at all.
    Missing,
    /// No name for a release.
    Release,
    /// No name for an object of Kubernetes.
    Metadata,
}

impl fmt::Display for NameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (what, length) = match self {
            NameError::Missing => return f.write_str("no name provided"),
            NameError::Release => ("release", 53),
            NameError::Metadata => ("metadata", 253),
        };
        write!(
            f,
            "invalid {what} name, must match regex {NAME_PATTERN} and the length must not be longer than {length}"
        )
    }
}

impl std::error::Error for NameError {}

/// Checks the name of a release: at most 53 characters, so that objects may add to it.
pub fn validate_release_name(name: &str) -> Result<(), NameError> {
    match name {
        "" => Err(NameError::Missing),
        n if n.len() > 53 || !is_dns_name(n) => Err(NameError::Release),
        _ => Ok(()),
    }
}

/// Checks the name of an object: at most 253 characters.
pub fn validate_metadata_name(name: &str) -> Result<(), NameError> {
    if name.is_empty() || name.len() > 253 || !is_dns_name(name) { Err(NameError::Metadata) } else { Ok(()) }
}

/// Labels of small letters, digits and inner dashes, with dots between.
fn is_dns_name(name: &str) -> bool {
    let edge = |b: Option<&u8>| b.is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    name.split('.').all(|label| {
        let bytes = label.as_bytes();
        let inner = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'-';
        edge(bytes.first()) && edge(bytes.last()) && bytes.iter().all(inner)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_rule() {
        assert!(validate_release_name("a-1.b").is_ok());
        for bad in ["A", "a_b", "-a", "a-", "a..b", &"a".repeat(54)] {
            assert_eq!(validate_release_name(bad), Err(NameError::Release), "{bad}");
        }
        assert_eq!(validate_release_name(""), Err(NameError::Missing));
        assert!(validate_metadata_name(&"a".repeat(253)).is_ok());
    }
}
