//! Go's `strings` and `unicode` where they differ from Rust's: one character maps to one character (`ß` stays), tables
//! are those of Unicode 15, and broken UTF-8 becomes U+FFFD on the way.

use crate::strconv::is_print;
use crate::utf8;

fn only(mut chars: impl Iterator<Item = char>) -> Option<char> {
    let first = chars.next()?;
    chars.next().is_none().then_some(first)
}

/// A mapping that Unicode 15 does not have yet leads from or to a letter that it does not have.
fn known(from: char, to: Option<char>) -> char {
    to.filter(|to| is_print(*to as u32)).unwrap_or(from)
}

/// `unicode.ToUpper`.
pub fn upper(c: char) -> char {
    if c.is_ascii() {
        return c.to_ascii_uppercase();
    }
    match c {
        '\u{1f80}'..='\u{1f87}' | '\u{1f90}'..='\u{1f97}' | '\u{1fa0}'..='\u{1fa7}' => shift(c, 8),
        '\u{1fb3}' | '\u{1fc3}' | '\u{1ff3}' => shift(c, 9),
        c => known(c, only(c.to_uppercase())),
    }
}

/// `unicode.ToLower`.
pub fn lower(c: char) -> char {
    match c {
        '\u{130}' => 'i',
        c if c.is_ascii() => c.to_ascii_lowercase(),
        c => known(c, only(c.to_lowercase())),
    }
}

/// `unicode.ToTitle`: as [`upper`] but for digraphs and Georgian.
pub fn title_char(c: char) -> char {
    match c {
        '\u{1c4}'..='\u{1c6}' => '\u{1c5}',
        '\u{1c7}'..='\u{1c9}' => '\u{1c8}',
        '\u{1ca}'..='\u{1cc}' => '\u{1cb}',
        '\u{1f1}'..='\u{1f3}' => '\u{1f2}',
        '\u{10d0}'..='\u{10ff}' => c,
        c => upper(c),
    }
}

fn shift(c: char, by: u32) -> char {
    char::from_u32(c as u32 + by).unwrap_or(c)
}

fn map(s: &[u8], mut f: impl FnMut(char) -> char) -> Vec<u8> {
    let mut out = Vec::with_capacity(s.len());
    for (_, c) in utf8::chars(s) {
        utf8::push(&mut out, f(c) as u32);
    }
    out
}

/// `strings.ToUpper`.
pub fn to_upper(s: &[u8]) -> Vec<u8> {
    if s.is_ascii() { s.to_ascii_uppercase() } else { map(s, upper) }
}

/// `strings.ToLower`.
pub fn to_lower(s: &[u8]) -> Vec<u8> {
    if s.is_ascii() { s.to_ascii_lowercase() } else { map(s, lower) }
}

/// `strings.Title`: the first letter of each word in title case; a word starts after anything but letters, digits and
/// underscores (beyond ASCII, after spaces only).
pub fn title(s: &[u8]) -> Vec<u8> {
    let mut before = ' ';
    map(s, |c| {
        let starts = match before {
            b if b.is_ascii() => !b.is_ascii_alphanumeric() && b != '_',
            b => b.is_whitespace(),
        };
        before = c;
        if starts { title_char(c) } else { c }
    })
}

/// `strings.TrimSpace`.
pub fn trim_space(s: &[u8]) -> &[u8] {
    if let Ok(text) = std::str::from_utf8(s) {
        return text.trim().as_bytes();
    }
    let mut start = 0;
    while let (Some(c), n) = utf8::decode(&s[start..]) {
        if !c.is_whitespace() {
            break;
        }
        start += n;
    }
    let mut end = s.len();
    // a space is at most three bytes long
    while let Some(n) = (1..=3).find(|n| {
        end - start >= *n
            && matches!(utf8::decode(&s[end - n..end]), (Some(c), width) if width == *n && c.is_whitespace())
    }) {
        end -= n;
    }
    &s[start..end]
}

/// `strings.Fields`: the parts between spaces.
pub fn fields(s: &[u8]) -> Vec<&[u8]> {
    let mut out = Vec::new();
    let mut start = None;
    for (at, c) in utf8::chars(s) {
        match (start, c.is_whitespace()) {
            (Some(from), true) => {
                out.push(&s[from..at]);
                start = None;
            }
            (None, false) => start = Some(at),
            _ => {}
        }
    }
    if let Some(from) = start {
        out.push(&s[from..]);
    }
    out
}

/// A character's form for comparison without case (Go's `SimpleFold` orbit).
fn fold(c: char) -> char {
    match c {
        '\u{130}' | '\u{131}' => c, // the dotted and dotless i stand alone
        c => lower(upper(c)),
    }
}

/// `strings.EqualFold`.
pub fn equal_fold(a: &[u8], b: &[u8]) -> bool {
    if a.is_ascii() && b.is_ascii() {
        return a.eq_ignore_ascii_case(b);
    }
    utf8::chars(a).map(|(_, c)| fold(c)).eq(utf8::chars(b).map(|(_, c)| fold(c)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_to_one() {
        assert_eq!(to_upper("straße ŉ é".as_bytes()), "STRAßE ŉ É".as_bytes());
        assert_eq!(to_lower("İÉ".as_bytes()), "ié".as_bytes());
        assert_eq!(to_upper(b"a\xff"), "A\u{fffd}".as_bytes());
        assert_eq!(title("hello wörld_x o'neil ǆ".as_bytes()), "Hello Wörld_x O'Neil ǅ".as_bytes());
    }

    #[test]
    fn spaces() {
        assert_eq!(trim_space("\u{a0}\t a b\u{2003}\n".as_bytes()), b"a b");
        assert_eq!(trim_space(b" \xff \n"), b"\xff");
        assert_eq!(fields(" a\u{3000}b  c".as_bytes()), [b"a", b"b", b"c"]);
    }

    #[test]
    fn folding() {
        assert!(equal_fold("Straße K".as_bytes(), "STRAẞE \u{212a}".as_bytes()));
        assert!(!equal_fold("ı".as_bytes(), b"i"));
    }
}
