//! Go's `regexp` on top of the `regex` crate.
//!
//! Both descend from RE2 and match leftmost-first in linear time, so the matcher is shared; the syntax is not. A
//! pattern is read by Go's grammar, with Go's errors, and written anew in a form that the crate cannot misread (see
//! `syntax`). A text that is no UTF-8 is matched as Go sees it: each broken byte is one U+FFFD.

mod syntax;

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use crate::{GoStr, utf8};

/// A compiled expression.
#[derive(Debug)]
pub struct Regexp {
    source: GoStr,
    re: regex::Regex,
    /// Names of the groups; the whole match has none. Go lets a name occur twice.
    names: Vec<String>,
}

/// Offsets into the text: the whole match, then each group that took part.
pub type Match = Vec<Option<(usize, usize)>>;

/// How many expressions a thread remembers.
const CACHE: usize = 512;

/// What one expression may take in memory; Go's own limit is of that size.
const SIZE_LIMIT: usize = 128 << 20;

thread_local! {
    static COMPILED: RefCell<HashMap<GoStr, Rc<Regexp>>> = RefCell::default();
}

/// A text in the form that the matcher takes, with the way back to places in the original.
struct Subject<'a> {
    text: Cow<'a, str>,
    /// Where each byte of `text` lies in the original (and its end); only for broken UTF-8.
    places: Option<Vec<usize>>,
}

impl<'a> Subject<'a> {
    fn new(s: &'a [u8]) -> Self {
        if let Ok(text) = std::str::from_utf8(s) {
            return Subject { text: Cow::Borrowed(text), places: None };
        }
        let mut text = String::with_capacity(s.len() + 8);
        let mut places = Vec::with_capacity(s.len() + 8);
        for (at, c) in utf8::chars(s) {
            places.extend(std::iter::repeat_n(at, c.len_utf8()));
            text.push(c);
        }
        places.push(s.len());
        Subject { text: Cow::Owned(text), places: Some(places) }
    }
    fn original(&self, at: usize) -> usize {
        match &self.places {
            Some(p) => p.get(at).copied().unwrap_or(at),
            None => at,
        }
    }
    /// Length of the character at `at`, 0 at the end.
    fn width(&self, at: usize) -> usize {
        self.text.get(at..).and_then(|t| t.chars().next()).map_or(0, char::len_utf8)
    }
}

impl Regexp {
    /// `regexp.Compile`, remembering what was compiled. The error is Go's text
    /// (``error parsing regexp: missing closing ): `(` ``).
    pub fn compile(pattern: &[u8]) -> Result<Rc<Regexp>, GoStr> {
        if let Some(re) = COMPILED.with_borrow(|c| c.get(pattern).cloned()) {
            return Ok(re);
        }
        let re = Rc::new(Regexp::new(pattern)?);
        COMPILED.with_borrow_mut(|c| {
            if c.len() >= CACHE {
                c.clear();
            }
            c.insert(re.source.clone(), re.clone());
        });
        Ok(re)
    }

    fn new(pattern: &[u8]) -> Result<Regexp, GoStr> {
        let read = syntax::translate(pattern).map_err(|e| e.text())?;
        let re = regex::RegexBuilder::new(&read.rust)
            .size_limit(SIZE_LIMIT)
            .nest_limit(4 * syntax::MAX_HEIGHT)
            .build()
            .map_err(|_| syntax::Error::too_large(pattern).text())?;
        Ok(Regexp { source: pattern.into(), re, names: read.names })
    }

    /// The expression's text (`String()`).
    pub fn source(&self) -> &GoStr {
        &self.source
    }

    /// `MatchString`.
    pub fn is_match(&self, s: &[u8]) -> bool {
        self.re.is_match(&Subject::new(s).text)
    }

    /// `FindStringIndex`: the leftmost match.
    pub fn find(&self, s: &[u8]) -> Option<(usize, usize)> {
        let subject = Subject::new(s);
        let m = self.re.find(&subject.text)?;
        Some((subject.original(m.start()), subject.original(m.end())))
    }

    /// `FindAllStringIndex(s, n)`; a negative `n` means all. Go gives nil where there is none.
    pub fn find_all(&self, s: &[u8], n: i64) -> Vec<(usize, usize)> {
        let subject = Subject::new(s);
        let mut out = Vec::new();
        self.each_match(
            &subject,
            n,
            |at| self.re.find_at(&subject.text, at).map(|m| (m.start(), m.end())),
            |m| {
                out.push((subject.original(m.0), subject.original(m.1)));
            },
        );
        out
    }

    /// `FindStringSubmatchIndex`.
    pub fn find_submatch_index(&self, s: &[u8]) -> Option<Match> {
        let subject = Subject::new(s);
        let c = self.re.captures(&subject.text)?;
        Some(c.iter().map(|m| m.map(|m| (subject.original(m.start()), subject.original(m.end())))).collect())
    }

    /// Go's `allMatches`: an empty match right after another one does not count.
    fn each_match(
        &self,
        subject: &Subject<'_>,
        n: i64,
        find: impl Fn(usize) -> Option<(usize, usize)>,
        mut deliver: impl FnMut((usize, usize)),
    ) {
        let end = subject.text.len();
        let mut left = if n < 0 { end as u64 + 1 } else { n as u64 };
        let mut at = 0;
        let mut before = None;
        while left > 0 && at <= end {
            let Some(m) = find(at) else { break };
            let mut accept = true;
            if m.1 == at {
                accept = before != Some(m.0);
                at += subject.width(at).max(1);
            } else {
                at = m.1;
            }
            before = Some(m.1);
            if accept {
                deliver(m);
                left -= 1;
            }
        }
    }

    /// `ReplaceAllString`: `$1`, `${name}` and `$$` in the replacement are expanded.
    pub fn replace_all(&self, s: &[u8], replacement: &[u8]) -> Vec<u8> {
        if !replacement.contains(&b'$') {
            return self.replace_all_literal(s, replacement);
        }
        let subject = Subject::new(s);
        let mut groups = self.re.capture_locations();
        let groups = RefCell::new(&mut groups);
        self.replace(
            s,
            &subject,
            |at| {
                let m = self.re.captures_read_at(&mut groups.borrow_mut(), &subject.text, at)?;
                Some((m.start(), m.end()))
            },
            |out| self.expand(out, replacement, s, &subject, &groups.borrow()),
        )
    }

    /// `ReplaceAllLiteralString`.
    pub fn replace_all_literal(&self, s: &[u8], replacement: &[u8]) -> Vec<u8> {
        let subject = Subject::new(s);
        self.replace(
            s,
            &subject,
            |at| self.re.find_at(&subject.text, at).map(|m| (m.start(), m.end())),
            |out| out.extend_from_slice(replacement),
        )
    }

    fn replace(
        &self,
        s: &[u8],
        subject: &Subject<'_>,
        find: impl Fn(usize) -> Option<(usize, usize)>,
        mut put: impl FnMut(&mut Vec<u8>),
    ) -> Vec<u8> {
        let end = subject.text.len();
        let mut out = Vec::with_capacity(s.len());
        let (mut copied, mut at) = (0, 0);
        while at <= end {
            let Some(m) = find(at) else { break };
            out.extend_from_slice(&s[subject.original(copied)..subject.original(m.0)]);
            if m.1 > copied || m.0 == 0 {
                put(&mut out);
            }
            copied = m.1;
            // go on after the match, by one character at least
            let width = subject.width(at);
            at = if at + width > m.1 {
                at + width
            } else if at + 1 > m.1 {
                at + 1
            } else {
                m.1
            };
        }
        out.extend_from_slice(&s[subject.original(copied)..]);
        out
    }

    /// Go's `expand`: a group that is not there is empty, a `$` that starts no name stands for itself.
    fn expand(
        &self,
        out: &mut Vec<u8>,
        template: &[u8],
        s: &[u8],
        subject: &Subject<'_>,
        groups: &regex::CaptureLocations,
    ) {
        let mut rest = template;
        while let Some(at) = rest.iter().position(|c| *c == b'$') {
            out.extend_from_slice(&rest[..at]);
            rest = &rest[at + 1..];
            if rest.first() == Some(&b'$') {
                out.push(b'$');
                rest = &rest[1..];
                continue;
            }
            let Some((name, after)) = group_name(rest) else {
                out.push(b'$');
                continue;
            };
            rest = after;
            let found = match group_number(name) {
                Some(n) => groups.get(n),
                None => {
                    self.names.iter().enumerate().filter(|(_, n)| n.as_bytes() == name).find_map(|(i, _)| groups.get(i))
                }
            };
            if let Some((start, end)) = found {
                out.extend_from_slice(&s[subject.original(start)..subject.original(end)]);
            }
        }
        out.extend_from_slice(rest);
    }

    /// `Split(s, n)`: the parts between matches, as places; `n` bounds their number, 0 gives none, -1 all.
    pub fn split(&self, s: &[u8], n: i64) -> Vec<(usize, usize)> {
        if n == 0 {
            return Vec::new();
        }
        if !self.source.is_empty() && s.is_empty() {
            return vec![(0, 0)];
        }
        let mut out = Vec::new();
        let (mut begin, mut end) = (0, 0);
        for m in self.find_all(s, n) {
            if n > 0 && out.len() as i64 >= n - 1 {
                break;
            }
            end = m.0;
            if m.1 != 0 {
                out.push((begin, end));
            }
            begin = m.1;
        }
        if end != s.len() {
            out.push((begin, s.len()));
        }
        out
    }
}

/// The name after a `$`, in braces or not, and what follows it.
fn group_name(s: &[u8]) -> Option<(&[u8], &[u8])> {
    let (brace, s) = match s.strip_prefix(b"{") {
        Some(s) => (true, s),
        None => (false, s),
    };
    let end = utf8::chars(s).find(|(_, c)| !c.is_alphanumeric() && *c != '_').map_or(s.len(), |(at, _)| at);
    if end == 0 {
        return None;
    }
    let (name, rest) = s.split_at(end);
    Some((name, if brace { rest.strip_prefix(b"}")? } else { rest }))
}

/// A name that is a number; one with a leading zero is a name.
fn group_number(name: &[u8]) -> Option<usize> {
    if name.len() > 1 && name[0] == b'0' || name.len() > 9 || !name.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(name).ok()?.parse().ok()
}

/// `regexp.QuoteMeta`.
pub fn quote_meta(s: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(s.len() + 8);
    for c in s {
        if br"\.+*?()|[]{}^$".contains(c) {
            out.push(b'\\');
        }
        out.push(*c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn re(p: &str) -> Rc<Regexp> {
        Regexp::compile(p.as_bytes()).unwrap()
    }
    fn replaced(p: &str, s: &str, with: &str) -> String {
        String::from_utf8(re(p).replace_all(s.as_bytes(), with.as_bytes())).unwrap()
    }

    #[test]
    fn replacing() {
        assert_eq!(replaced("a(x*)b", "-ab-axxb-", "${1}W"), "-W-xxW-");
        assert_eq!(replaced("a(x*)b", "-ab-axxb-", "$1W"), "---");
        assert_eq!(replaced("(?P<n>x+)", "axxb", "<$n$$>"), "a<xx$>b");
        assert_eq!(replaced("x*", "abc", "-"), "-a-b-c-");
        assert_eq!(replaced("b*", "abc", "$"), "$a$c$");
        assert_eq!(re("é").replace_all(b"\xff\xc3\xa9", b"e"), b"\xffe");
        assert_eq!(re(".").replace_all_literal(b"\xff\xe4", b"$1"), b"$1$1");
    }

    #[test]
    fn splitting_and_finding() {
        let parts = |p: &str, s: &str, n| -> Vec<String> {
            re(p).split(s.as_bytes(), n).into_iter().map(|(a, b)| s[a..b].to_string()).collect()
        };
        assert_eq!(parts("z+", "pizza", -1), ["pi", "a"]);
        assert_eq!(parts("", "abc", -1), ["a", "b", "c"]);
        assert_eq!(parts("z+", "pizza", 1), ["pizza"]);
        assert_eq!(parts("a", "", -1), [""]);
        assert!(parts("a", "b", 0).is_empty());
        assert_eq!(re("a*").find_all(b"baaab", -1), [(0, 0), (1, 4), (5, 5)]);
        assert_eq!(re("(a)|(b)").find_submatch_index(b"xb"), Some(vec![Some((1, 2)), None, Some((1, 2))]));
    }

    #[test]
    fn words_are_ascii() {
        assert!(!re(r"^\w$").is_match("é".as_bytes()));
        assert!(re(r"^\W$").is_match("é".as_bytes()));
        assert!(re(r"\bé").is_match("aé".as_bytes()));
        assert!(!re(r"^\s").is_match("\u{b}".as_bytes()));
        assert!(re(r"^[\d-z]+$").is_match(b"1-z"));
        assert!(re(r"a{,3}").is_match(b"a{,3}"));
        assert!(re(r"(?i)straße").is_match("STRAßE".as_bytes()));
    }

    #[test]
    fn meta() {
        assert_eq!(quote_meta(b"a.b[c]-"), br"a\.b\[c\]-");
    }
}
