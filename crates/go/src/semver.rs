//! Semantic versions and constraints as Masterminds/semver v3 has them (what Helm and Sprig compare with).
//!
//! No crate on crates.io has these rules: `1.2` and `v1.2.3` are versions, `1.x || >=2 <3` is a constraint, a
//! pre-release satisfies a constraint only if that names one. The texts of all errors are seen by users, so they are
//! kept to the letter. Parsing is by hand, without regular expressions: dependency resolution compares thousands.

mod constraint;
mod object;

use std::cmp::Ordering;
use std::fmt;

pub use constraint::{Constraint, ConstraintError};
pub use object::{VersionPtr, VersionStruct};

/// Longest version text that is read, in bytes.
pub const MAX_VERSION_LEN: usize = 256;

/// Why a text is no version. The `Display` form is the library's own text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VersionError {
    /// Not shaped like a version at all.
    Invalid,
    /// Nothing there (only [`Version::strict`] says so).
    Empty,
    /// A part that must be a number is none.
    Characters,
    /// A number with a leading zero.
    LeadingZero,
    /// A broken part after `+`.
    Metadata,
    /// A broken part after `-`.
    Prerelease,
    /// More than [`MAX_VERSION_LEN`] bytes.
    TooLong,
    /// A number beyond 64 bits (or, for `strict`, none); `strict` words it without the prefix that `new` has.
    Number {
        /// The digits.
        digits: String,
        /// Whether `StrictNewVersion` found it.
        strict: bool,
    },
}

impl fmt::Display for VersionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            VersionError::Invalid => "invalid semantic version",
            VersionError::Empty => "version string empty",
            VersionError::Characters => "invalid characters in version",
            VersionError::LeadingZero => "version segment starts with 0",
            VersionError::Metadata => "invalid metadata string",
            VersionError::Prerelease => "invalid prerelease string",
            VersionError::TooLong => "version string is too long (max 256 bytes)",
            VersionError::Number { digits, strict } => {
                let prefix = if *strict { "" } else { "error parsing version segment: " };
                let problem = if digits.is_empty() { "invalid syntax" } else { "value out of range" };
                return write!(f, "{prefix}strconv.ParseUint: parsing \"{digits}\": {problem}");
            }
        })
    }
}
impl std::error::Error for VersionError {}

/// A semantic version.
///
/// `==` compares all parts and the original text (Go's `reflect.DeepEqual`); precedence is [`Version::compare`].
///
/// ```
/// use pintle_go::semver::Version;
/// let v = Version::new("v1.2").unwrap();
/// assert_eq!(v.to_string(), "1.2.0");
/// assert_eq!(v.original(), "v1.2");
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Version {
    major: u64,
    minor: u64,
    patch: u64,
    pre: String,
    metadata: String,
    original: String,
}

impl Version {
    /// `NewVersion`: lenient. A leading `v`, missing minor and patch and leading zeros are accepted.
    pub fn new(text: impl AsRef<[u8]>) -> Result<Version, VersionError> {
        let text = text.as_ref();
        if text.len() > MAX_VERSION_LEN {
            return Err(VersionError::TooLong);
        }
        let text = std::str::from_utf8(text).map_err(|_| VersionError::Invalid)?;
        let parts = LooseParts::scan(text).ok_or(VersionError::Invalid)?;
        let number = |digits: &str| parse_number(digits, false);
        let v = Version {
            major: number(parts.major)?,
            minor: parts.minor.map_or(Ok(0), number)?,
            patch: parts.patch.map_or(Ok(0), number)?,
            pre: parts.pre.unwrap_or_default().to_owned(),
            metadata: parts.metadata.unwrap_or_default().to_owned(),
            original: text.to_owned(),
        };
        if !v.pre.is_empty() {
            validate_prerelease(&v.pre)?;
        }
        Ok(v)
    }

    /// `StrictNewVersion`: only what the specification allows.
    pub fn strict(text: impl AsRef<[u8]>) -> Result<Version, VersionError> {
        let text = text.as_ref();
        if text.is_empty() {
            return Err(VersionError::Empty);
        }
        if text.len() > MAX_VERSION_LEN {
            return Err(VersionError::TooLong);
        }
        let owned = String::from_utf8_lossy(text);
        let mut split = owned.splitn(3, '.');
        let (Some(major), Some(minor), Some(rest)) = (split.next(), split.next(), split.next()) else {
            return Err(VersionError::Invalid);
        };
        let (rest, metadata) = split_off(rest, '+');
        if let Some(m) = metadata {
            validate_metadata(m)?;
        }
        let (patch, pre) = split_off(rest, '-');
        if let Some(p) = pre {
            validate_prerelease(p)?;
        }
        for part in [major, minor, patch] {
            if !part.bytes().all(|b| b.is_ascii_digit()) {
                return Err(VersionError::Characters);
            }
            if part.len() > 1 && part.starts_with('0') {
                return Err(VersionError::LeadingZero);
            }
        }
        Ok(Version {
            major: parse_number(major, true)?,
            minor: parse_number(minor, true)?,
            patch: parse_number(patch, true)?,
            pre: pre.unwrap_or_default().to_owned(),
            metadata: metadata.unwrap_or_default().to_owned(),
            original: owned.clone().into_owned(),
        })
    }

    /// Major number.
    pub fn major(&self) -> u64 {
        self.major
    }
    /// Minor number; 0 if not given.
    pub fn minor(&self) -> u64 {
        self.minor
    }
    /// Patch number; 0 if not given.
    pub fn patch(&self) -> u64 {
        self.patch
    }
    /// What stands after `-`, or "".
    pub fn prerelease(&self) -> &str {
        &self.pre
    }
    /// What stands after `+`, or "".
    pub fn metadata(&self) -> &str {
        &self.metadata
    }
    /// The text that was read, `v` and all.
    pub fn original(&self) -> &str {
        &self.original
    }

    /// Precedence: numbers, then pre-release below release; metadata does not count.
    pub fn compare(&self, o: &Version) -> Ordering {
        (self.major, self.minor, self.patch).cmp(&(o.major, o.minor, o.patch)).then_with(|| {
            match (self.pre.is_empty(), o.pre.is_empty()) {
                (true, true) => Ordering::Equal,
                (true, false) => Ordering::Greater,
                (false, true) => Ordering::Less,
                (false, false) => compare_prerelease(&self.pre, &o.pre),
            }
        })
    }

    /// `LessThan`.
    pub fn less_than(&self, o: &Version) -> bool {
        self.compare(o).is_lt()
    }

    /// `IncPatch`: drops a pre-release, or else counts up. `None` where the number would overflow (Go panics).
    pub fn inc_patch(&self) -> Option<Version> {
        let patch = if self.pre.is_empty() { self.patch.checked_add(1)? } else { self.patch };
        Some(self.next(self.major, self.minor, patch))
    }
    /// `IncMinor`. `None` on overflow.
    pub fn inc_minor(&self) -> Option<Version> {
        Some(self.next(self.major, self.minor.checked_add(1)?, 0))
    }
    /// `IncMajor`. `None` on overflow.
    pub fn inc_major(&self) -> Option<Version> {
        Some(self.next(self.major.checked_add(1)?, 0, 0))
    }

    /// `SetPrerelease`: without the hyphen; "" clears it.
    pub fn with_prerelease(&self, pre: &str) -> Result<Version, VersionError> {
        if !pre.is_empty() {
            validate_prerelease(pre)?;
        }
        Ok(Version { pre: pre.to_owned(), ..self.clone() }.renamed(self))
    }
    /// `SetMetadata`: without the plus sign; "" clears it.
    pub fn with_metadata(&self, metadata: &str) -> Result<Version, VersionError> {
        if !metadata.is_empty() {
            validate_metadata(metadata)?;
        }
        Ok(Version { metadata: metadata.to_owned(), ..self.clone() }.renamed(self))
    }

    fn next(&self, major: u64, minor: u64, patch: u64) -> Version {
        Version { major, minor, patch, pre: String::new(), metadata: String::new(), original: String::new() }
            .renamed(self)
    }

    /// Gives a derived version its "original" text: its own form, with the `v` of what it was made from.
    fn renamed(mut self, from: &Version) -> Version {
        let v = if from.original.starts_with('v') { "v" } else { "" };
        self.original = format!("{v}{self}");
        self
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)?;
        if !self.pre.is_empty() {
            write!(f, "-{}", self.pre)?;
        }
        if !self.metadata.is_empty() {
            write!(f, "+{}", self.metadata)?;
        }
        Ok(())
    }
}

/// A version text cut at its separators: `v?N(.N)?(.N)?(-PRE)?(+META)?`.
struct LooseParts<'a> {
    major: &'a str,
    minor: Option<&'a str>,
    patch: Option<&'a str>,
    pre: Option<&'a str>,
    metadata: Option<&'a str>,
}

impl<'a> LooseParts<'a> {
    fn scan(text: &'a str) -> Option<Self> {
        let mut rest = text.strip_prefix('v').unwrap_or(text);
        let major = take(&mut rest, |b| b.is_ascii_digit())?;
        let minor = take_after(&mut rest, b'.', |b| b.is_ascii_digit());
        let patch = minor.and_then(|_| take_after(&mut rest, b'.', |b| b.is_ascii_digit()));
        let pre = take_identifiers(&mut rest, b'-');
        let metadata = take_identifiers(&mut rest, b'+');
        rest.is_empty().then_some(LooseParts { major, minor, patch, pre, metadata })
    }
}

/// The longest non-empty run of `class` at the start.
fn take<'a>(rest: &mut &'a str, class: impl Fn(u8) -> bool) -> Option<&'a str> {
    let n = rest.bytes().take_while(|b| class(*b)).count();
    let (run, tail) = rest.split_at_checked(n)?;
    (n > 0).then(|| {
        *rest = tail;
        run
    })
}

/// A separator and the run after it; nothing is taken where the run is empty.
fn take_after<'a>(rest: &mut &'a str, sep: u8, class: impl Fn(u8) -> bool) -> Option<&'a str> {
    let mut tail = rest.strip_prefix(sep as char)?;
    let run = take(&mut tail, class)?;
    *rest = tail;
    Some(run)
}

fn is_identifier(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b == b'-'
}

/// `SEP ident(.ident)*`, without the separator.
fn take_identifiers<'a>(rest: &mut &'a str, sep: u8) -> Option<&'a str> {
    let start = rest.strip_prefix(sep as char)?;
    let mut tail = start;
    take(&mut tail, is_identifier)?;
    while take_after(&mut tail, b'.', is_identifier).is_some() {}
    let run = start.get(..start.len() - tail.len())?;
    *rest = tail;
    Some(run)
}

fn split_off(s: &str, sep: char) -> (&str, Option<&str>) {
    s.split_once(sep).map_or((s, None), |(a, b)| (a, Some(b)))
}

fn parse_number(digits: &str, strict: bool) -> Result<u64, VersionError> {
    digits.parse().map_err(|_| VersionError::Number { digits: digits.to_owned(), strict })
}

fn validate_prerelease(pre: &str) -> Result<(), VersionError> {
    for part in pre.split('.') {
        if part.is_empty() || !part.bytes().all(is_identifier) {
            return Err(VersionError::Prerelease);
        }
        if part.len() > 1 && part.starts_with('0') && part.bytes().all(|b| b.is_ascii_digit()) {
            return Err(VersionError::LeadingZero);
        }
    }
    Ok(())
}

fn validate_metadata(metadata: &str) -> Result<(), VersionError> {
    match metadata.split('.').all(|part| !part.is_empty() && part.bytes().all(is_identifier)) {
        true => Ok(()),
        false => Err(VersionError::Metadata),
    }
}

/// Pre-releases part by part: numbers below words, numbers by value, words bytewise, a missing part lowest.
fn compare_prerelease(a: &str, b: &str) -> Ordering {
    let (mut left, mut right) = (a.split('.'), b.split('.'));
    loop {
        let (l, r) = (left.next(), right.next());
        if l.is_none() && r.is_none() {
            return Ordering::Equal;
        }
        let order = compare_part(l.unwrap_or_default(), r.unwrap_or_default());
        if order.is_ne() {
            return order;
        }
    }
}

fn compare_part(a: &str, b: &str) -> Ordering {
    if a == b || a.is_empty() || b.is_empty() {
        return a.len().cmp(&b.len());
    }
    let number = |s: &str| s.bytes().all(|c| c.is_ascii_digit()).then(|| s.parse::<u64>().ok()).flatten();
    match (number(a), number(b)) {
        (None, None) => a.cmp(b),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        // equal numbers in different digits cannot be: leading zeros are refused
        (Some(x), Some(y)) => x.cmp(&y).then(Ordering::Less),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn err(s: &str) -> String {
        Version::new(s).unwrap_err().to_string()
    }

    #[test]
    fn lenient_versions() {
        for (text, want) in [
            ("1", "1.0.0"),
            ("v1.2", "1.2.0"),
            ("01.02.03", "1.2.3"),
            ("1-beta.1+b.2", "1.0.0-beta.1+b.2"),
            ("1.2.3+001", "1.2.3+001"),
        ] {
            assert_eq!(Version::new(text).unwrap().to_string(), want, "{text}");
        }
        for text in ["", "V1.2.3", "1.2.3.4", "1.", "1.2.3-", "1.2.3+", "1.2.3-a..b", " 1.2.3", "a"] {
            assert_eq!(err(text), "invalid semantic version", "{text}");
        }
        assert_eq!(err("1.2.3-01"), "version segment starts with 0");
        assert_eq!(
            err("1.99999999999999999999.0"),
            "error parsing version segment: strconv.ParseUint: parsing \"99999999999999999999\": value out of range"
        );
    }

    #[test]
    fn strict_versions() {
        let err = |s: &str| Version::strict(s).unwrap_err().to_string();
        assert_eq!(err(""), "version string empty");
        assert_eq!(err("1.2"), "invalid semantic version");
        assert_eq!(err("v1.2.3"), "invalid characters in version");
        assert_eq!(err("1.02.3"), "version segment starts with 0");
        assert_eq!(err("1.2.3-"), "invalid prerelease string");
        assert_eq!(err("1.2.3+"), "invalid metadata string");
        assert_eq!(Version::strict("1.2.3-a+b").unwrap().to_string(), "1.2.3-a+b");
    }

    #[test]
    fn precedence() {
        let order = [
            "1.0.0-1",
            "1.0.0-alpha",
            "1.0.0-alpha.1",
            "1.0.0-alpha.beta",
            "1.0.0-beta.2",
            "1.0.0-beta.11",
            "1.0.0",
            "1.0.1",
            "2",
        ];
        for pair in order.windows(2) {
            let [a, b] = [&pair[0], &pair[1]].map(|s| Version::new(s).unwrap());
            assert!(a.less_than(&b), "{pair:?}");
        }
    }

    #[test]
    fn increments_keep_the_v() {
        let v = Version::new("v1.2.3-rc.1").unwrap();
        assert_eq!(v.inc_patch().unwrap().original(), "v1.2.3");
        assert_eq!(v.inc_minor().unwrap().original(), "v1.3.0");
        assert_eq!(v.inc_major().unwrap().to_string(), "2.0.0");
    }
}
