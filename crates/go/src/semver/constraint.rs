//! Constraints: `||` of groups, each an "and" of comparisons (`>=1.2 <2`, `~1.2`, `^0.3`, `1.x`, `1 - 2`).

use std::fmt;

use super::{Version, compare_prerelease, take, take_after, take_identifiers};
use crate::strconv;

const MAX_LEN: usize = 512;
const MAX_GROUPS: usize = 32;

/// Why a text is no constraint. The `Display` form is the library's own text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConstraintError {
    /// `improper constraint: "…"`, holding the quoted group.
    Improper(String),
    /// Shaped well, but with a part that is no number (`1.xx`).
    Parser,
    /// More than 512 bytes.
    TooLong,
    /// More than 32 groups.
    TooManyGroups,
}

impl fmt::Display for ConstraintError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ConstraintError::Improper(quoted) => write!(f, "improper constraint: {quoted}"),
            ConstraintError::Parser => f.write_str("constraint parser error"),
            ConstraintError::TooLong => f.write_str("constraint string is too long (max 512 bytes)"),
            ConstraintError::TooManyGroups => f.write_str("too many constraint groups (max 32)"),
        }
    }
}
impl std::error::Error for ConstraintError {}

/// A constraint that versions are checked against.
///
/// ```
/// use pintle_go::semver::{Constraint, Version};
/// let c = Constraint::new(">=1.2, <2 || ^3").unwrap();
/// assert!(c.check(&Version::new("1.5").unwrap()));
/// assert!(!c.check(&Version::new("2.0.0-rc.1").unwrap()));
/// ```
#[derive(Debug, Clone)]
pub struct Constraint {
    groups: Vec<Group>,
    /// Whether pre-releases count even where the constraint names none.
    pub include_prerelease: bool,
}

#[derive(Debug, Clone)]
struct Group {
    all: Vec<Comparison>,
    names_prerelease: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Op {
    None,
    Equal,
    NotEqual,
    Greater,
    Less,
    GreaterEqual,
    EqualGreater,
    LessEqual,
    EqualLess,
    Tilde,
    TildeGreater,
    Caret,
}

impl Op {
    /// Longest first, so that the first prefix found is the operator.
    const ALL: [(&'static str, Op); 12] = [
        ("!=", Op::NotEqual),
        (">=", Op::GreaterEqual),
        ("=>", Op::EqualGreater),
        ("<=", Op::LessEqual),
        ("=<", Op::EqualLess),
        ("~>", Op::TildeGreater),
        ("=", Op::Equal),
        (">", Op::Greater),
        ("<", Op::Less),
        ("~", Op::Tilde),
        ("^", Op::Caret),
        ("", Op::None),
    ];

    fn text(self) -> &'static str {
        Op::ALL.iter().find(|(_, op)| *op == self).map_or("", |(text, _)| text)
    }
}

#[derive(Debug, Clone)]
struct Comparison {
    op: Op,
    /// The version, wildcards and missing parts as 0.
    con: Version,
    /// Its text as written.
    orig: String,
    /// Some part is a wildcard or missing…
    dirty: bool,
    /// …the minor one (and so the patch), or
    minor_dirty: bool,
    /// …the patch alone. Neither where the major is a wildcard.
    patch_dirty: bool,
}

impl Constraint {
    /// `NewConstraint`.
    pub fn new(text: impl AsRef<[u8]>) -> Result<Constraint, ConstraintError> {
        let bytes = text.as_ref();
        if bytes.len() > MAX_LEN {
            return Err(ConstraintError::TooLong);
        }
        let Ok(text) = std::str::from_utf8(bytes) else {
            return Err(ConstraintError::Improper(quote_group_with_broken_text(bytes)));
        };
        let text = rewrite_ranges(text);
        if text.matches("||").count() >= MAX_GROUPS {
            return Err(ConstraintError::TooManyGroups);
        }
        let groups = text.split("||").map(Group::parse).collect::<Result<_, _>>()?;
        Ok(Constraint { groups, include_prerelease: false })
    }

    /// Whether the version satisfies the constraint.
    pub fn check(&self, v: &Version) -> bool {
        self.groups.iter().any(|g| {
            let pre = self.include_prerelease || g.names_prerelease;
            g.all.iter().all(|c| c.test(v, pre))
        })
    }

    /// `Validate`: as [`Constraint::check`], with the reasons for each failure.
    pub fn validate(&self, v: &Version) -> Result<(), Vec<String>> {
        let mut reasons = Vec::new();
        let mut said_prerelease = false;
        for g in &self.groups {
            let pre = self.include_prerelease || g.names_prerelease;
            let mut good = true;
            for c in &g.all {
                if !pre && !v.prerelease().is_empty() {
                    if !said_prerelease {
                        reasons.push(prerelease_reason(v));
                        said_prerelease = true;
                    }
                    good = false;
                } else if !c.test(v, pre) {
                    reasons.push(c.reason(v));
                    good = false;
                }
            }
            if good {
                return Ok(());
            }
        }
        Err(reasons)
    }
}

impl fmt::Display for Constraint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, g) in self.groups.iter().enumerate() {
            if i > 0 {
                f.write_str(" || ")?;
            }
            for (k, c) in g.all.iter().enumerate() {
                let space = if k > 0 { " " } else { "" };
                write!(f, "{space}{}{}", c.op.text(), c.orig)?;
            }
        }
        Ok(())
    }
}

impl Group {
    fn parse(text: &str) -> Result<Group, ConstraintError> {
        let improper = || ConstraintError::Improper(strconv::quote(text.as_bytes()));
        let mut shaped = Vec::new();
        let mut rest = skip_space(text);
        loop {
            let &(op_text, op) = Op::ALL.iter().find(|(t, _)| rest.starts_with(t)).ok_or_else(improper)?;
            rest = skip_space(rest.get(op_text.len()..).unwrap_or_default());
            let version = Pattern::take(&mut rest).ok_or_else(improper)?;
            shaped.push((op, version));
            let after = skip_space(rest);
            if after.is_empty() {
                break;
            }
            // comparisons are parted by blanks or a comma
            rest = match after.strip_prefix(',') {
                Some(tail) => skip_space(tail),
                None if after.len() < rest.len() => after,
                None => return Err(improper()),
            };
        }
        let all = shaped.into_iter().map(|(op, p)| p.comparison(op)).collect::<Result<Vec<_>, _>>()?;
        let names_prerelease = all.iter().any(|c| !c.con.prerelease().is_empty());
        Ok(Group { all, names_prerelease })
    }
}

/// A version with wildcards, cut at its separators.
struct Pattern<'a> {
    whole: &'a str,
    major: &'a str,
    minor: Option<&'a str>,
    patch: Option<&'a str>,
    pre: Option<&'a str>,
}

impl<'a> Pattern<'a> {
    /// The longest pattern at the start of `rest`.
    fn take(rest: &mut &'a str) -> Option<Self> {
        // the library's character class holds a literal `|` too
        let class = |b: u8| b.is_ascii_digit() || matches!(b, b'|' | b'x' | b'X' | b'*');
        let start = *rest;
        let mut tail = start.strip_prefix('v').unwrap_or(start);
        let major = take(&mut tail, class)?;
        let minor = take_after(&mut tail, b'.', class);
        let patch = minor.and_then(|_| take_after(&mut tail, b'.', class));
        let pre = take_identifiers(&mut tail, b'-');
        take_identifiers(&mut tail, b'+');
        *rest = tail;
        Some(Pattern { whole: start.get(..start.len() - tail.len())?, major, minor, patch, pre })
    }

    fn comparison(&self, op: Op) -> Result<Comparison, ConstraintError> {
        let any = |part: Option<&str>| matches!(part, None | Some("x" | "X" | "*"));
        let pre = self.pre.map(|p| format!("-{p}")).unwrap_or_default();
        let mut c = (false, false);
        let text = if any(Some(self.major)) {
            format!("0.0.0{pre}")
        } else if any(self.minor) {
            c = (true, false);
            format!("{}.0.0{pre}", self.major)
        } else if any(self.patch) {
            c = (false, true);
            format!("{}.{}.0{pre}", self.major, self.minor.unwrap_or_default())
        } else {
            self.whole.to_owned()
        };
        let dirty = any(Some(self.major)) || c.0 || c.1;
        let con = Version::new(&text).map_err(|_| ConstraintError::Parser)?;
        Ok(Comparison { op, con, orig: self.whole.to_owned(), dirty, minor_dirty: c.0, patch_dirty: c.1 })
    }
}

impl Comparison {
    /// The one rule of each operator; [`Comparison::reason`] words a failure.
    fn test(&self, v: &Version, include_pre: bool) -> bool {
        self.verdict(v, include_pre).is_none()
    }

    fn reason(&self, v: &Version) -> String {
        let quoted = strconv::quote(v.to_string().as_bytes());
        let orig = strconv::quote(self.orig.as_bytes());
        match self.verdict(v, true) {
            Some(Failure::Prerelease) => prerelease_reason(v),
            Some(Failure::Is(words)) => format!("{quoted} {words} {orig}"),
            Some(Failure::IsWith(words, tail)) => format!("{quoted} {words} {orig}{tail}"),
            None => String::new(),
        }
    }

    /// `None` where the version satisfies the comparison.
    fn verdict(&self, v: &Version, include_pre: bool) -> Option<Failure> {
        if !v.prerelease().is_empty() && !include_pre {
            return Some(Failure::Prerelease);
        }
        match self.op {
            Op::None | Op::Equal if self.dirty => self.tilde(v),
            Op::None | Op::Equal => fail_unless(v.compare(&self.con).is_eq(), "is not equal to"),
            Op::NotEqual => fail_unless(self.differs(v), "is equal to"),
            Op::Greater => fail_unless(self.greater(v), "is less than or equal to"),
            Op::Less => fail_unless(v.less_than(&self.con), "is greater than or equal to"),
            Op::GreaterEqual | Op::EqualGreater => fail_unless(!v.less_than(&self.con), "is less than"),
            Op::LessEqual | Op::EqualLess => fail_unless(self.less_equal(v), "is greater than"),
            Op::Tilde | Op::TildeGreater => self.tilde(v),
            Op::Caret => self.caret(v),
        }
    }

    fn differs(&self, v: &Version) -> bool {
        let c = &self.con;
        if self.dirty {
            if c.major() != v.major() || (c.minor() != v.minor() && !self.minor_dirty) {
                return true;
            }
            if self.minor_dirty {
                return false;
            }
            if c.patch() != v.patch() && !self.patch_dirty {
                return true;
            }
            if self.patch_dirty {
                return compare_prerelease(v.prerelease(), c.prerelease()).is_ne();
            }
        }
        v.compare(c).is_ne()
    }

    fn greater(&self, v: &Version) -> bool {
        let c = &self.con;
        if self.dirty {
            if v.major() != c.major() {
                return v.major() > c.major();
            }
            if self.minor_dirty {
                return false; // 11.1 is not beyond 11
            }
            if self.patch_dirty {
                return v.minor() > c.minor();
            }
        }
        v.compare(c).is_gt()
    }

    fn less_equal(&self, v: &Version) -> bool {
        let c = &self.con;
        if !self.dirty {
            return v.compare(c).is_le();
        }
        v.major() < c.major() || (v.major() == c.major() && (v.minor() <= c.minor() || self.minor_dirty))
    }

    fn tilde(&self, v: &Version) -> Option<Failure> {
        let c = &self.con;
        if v.less_than(c) {
            return Some(Failure::Is("is less than"));
        }
        if (c.major(), c.minor(), c.patch()) == (0, 0, 0) && !self.minor_dirty && !self.patch_dirty {
            return None; // `~*` takes all
        }
        if v.major() != c.major() {
            return Some(Failure::Is("does not have same major version as"));
        }
        fail_unless(v.minor() == c.minor() || self.minor_dirty, "does not have same major and minor version as")
    }

    fn caret(&self, v: &Version) -> Option<Failure> {
        let c = &self.con;
        if v.less_than(c) {
            return Some(Failure::Is("is less than"));
        }
        if c.major() > 0 || self.minor_dirty {
            return fail_unless(v.major() == c.major(), "does not have same major version as");
        }
        if v.major() > 0 {
            return Some(Failure::Is("does not have same major version as"));
        }
        if c.minor() > 0 || self.patch_dirty {
            let tail = ". Expected minor versions to match when constraint major version is 0";
            return (v.minor() != c.minor()).then_some(Failure::IsWith("does not have same minor version as", tail));
        }
        if v.minor() > 0 {
            return Some(Failure::Is("does not have same minor version as"));
        }
        let tail = ". Expect version and constraint to equal when major and minor versions are 0";
        (c.patch() != v.patch()).then_some(Failure::IsWith("does not equal", tail))
    }
}

/// Why a comparison fails, as the words between the version and the constraint.
enum Failure {
    Prerelease,
    Is(&'static str),
    IsWith(&'static str, &'static str),
}

fn fail_unless(good: bool, words: &'static str) -> Option<Failure> {
    (!good).then_some(Failure::Is(words))
}

fn prerelease_reason(v: &Version) -> String {
    let quoted = strconv::quote(v.to_string().as_bytes());
    format!("{quoted} is a prerelease version and the constraint is only looking for release versions")
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\x0c')
}

fn skip_space(s: &str) -> &str {
    s.trim_start_matches(is_space)
}

/// `A - B` becomes `>= A, <= B `, wherever it stands.
fn rewrite_ranges(text: &str) -> std::borrow::Cow<'_, str> {
    // a range needs a hyphen with blanks around it
    if !text.contains(" -") && !text.contains("- ") && !text.contains(['\t', '\n', '\r', '\x0c']) {
        return text.into();
    }
    let mut found = Vec::new();
    let mut at = 0;
    while at < text.len() {
        match text.get(at..).and_then(take_range) {
            Some((len, from, to)) => {
                found.push((text.get(at..at + len).unwrap_or_default(), from, to));
                at += len;
            }
            None => at += text.get(at..).and_then(|s| s.chars().next()).map_or(1, char::len_utf8),
        }
    }
    let mut out = std::borrow::Cow::Borrowed(text);
    for (whole, from, to) in found {
        out = out.replacen(whole, &format!(">= {from}, <= {to} "), 1).into();
    }
    out
}

/// A range at the start: its length with the blanks around it, and its ends.
fn take_range(text: &str) -> Option<(usize, &str, &str)> {
    let mut rest = skip_space(text);
    let from = Pattern::take(&mut rest)?.whole;
    let dash = skip_space(rest);
    if dash.len() == rest.len() {
        return None;
    }
    rest = dash.strip_prefix('-')?;
    let second = skip_space(rest);
    if second.len() == rest.len() {
        return None;
    }
    rest = second;
    let to = Pattern::take(&mut rest)?.whole;
    Some((text.len() - skip_space(rest).len(), from, to))
}

/// The first group of a constraint that is not UTF-8: no such byte can be part of a good one.
fn quote_group_with_broken_text(bytes: &[u8]) -> String {
    let mut rest = bytes;
    loop {
        let end = rest.windows(2).position(|w| w == b"||");
        let (group, tail) = match end {
            Some(n) => (rest.get(..n).unwrap_or_default(), rest.get(n + 2..).unwrap_or_default()),
            None => (rest, &[][..]),
        };
        let broken = std::str::from_utf8(group).map_or(true, |g| Group::parse(&rewrite_ranges(g)).is_err());
        if broken || end.is_none() {
            return strconv::quote(group);
        }
        rest = tail;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(constraint: &str, version: &str) -> bool {
        Constraint::new(constraint).unwrap().check(&Version::new(version).unwrap())
    }

    #[test]
    fn what_satisfies() {
        for (c, v, want) in [
            ("=2.0.0", "1.2.3", false),
            ("4.1", "4.1.0", true),
            ("!=4.x", "5.1.0", true),
            ("!=4.2.x", "4.2.3", false),
            (">1.1", "1.1.5", false),
            (">11", "11.1.0", false),
            ("<=11.1", "11.1.9", true),
            ("~1.2", "1.3.0", false),
            ("^0.0.3", "0.0.4", false),
            ("^0", "0.9.0", true),
            ("^0.2", "0.2.9", true),
            ("*", "1.0.0-rc.1", false),
            ("*-0", "1.0.0-rc.1", true),
            (">=1.20-0", "1.20.0-alpha", true),
            ("1.1 - 2", "2.9", true),
            ("1.1 - 2", "1.0.9", false),
            ("<1.0 || >=2, <3", "2.5", true),
            (">=1 <2", "1.9", true),
            ("=>1", "1.0", true),
        ] {
            assert_eq!(check(c, v), want, "{c} {v}");
        }
    }

    #[test]
    fn improper() {
        for c in ["", "a", ">", "> = 1", "1.2.3.4", "1,,2", "1 ,", "||", "1 ||"] {
            assert!(matches!(Constraint::new(c), Err(ConstraintError::Improper(_))), "{c}");
        }
        assert_eq!(Constraint::new("1.xx").unwrap_err(), ConstraintError::Parser);
    }

    #[test]
    fn reasons() {
        let reasons = |c: &str, v: &str| Constraint::new(c).unwrap().validate(&Version::new(v).unwrap()).unwrap_err();
        assert_eq!(reasons(">=2, <3", "1.2.3"), ["\"1.2.3\" is less than \"2\""]);
        assert_eq!(reasons("^1 || ^2", "3.0.0").len(), 2);
        assert_eq!(reasons("1 2", "1.0.0-a").len(), 1);
    }

    #[test]
    fn printed() {
        assert_eq!(Constraint::new(" >= 1.2,<2 || 1 - 3 ").unwrap().to_string(), ">=1.2 <2 || >=1 <=3");
    }
}
