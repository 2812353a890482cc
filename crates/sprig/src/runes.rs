//! Strings as runes: Go's decoding of broken UTF-8 and its simple (one to one) case mappings.

use pintle_go::utf8;

/// What a broken sequence decodes to.
pub(crate) const RUNE_ERROR: char = '\u{fffd}';

/// `utf8.DecodeRune`: the first rune and its width; a broken byte is [`RUNE_ERROR`] of width 1. `None` at the end.
pub(crate) fn decode(s: &[u8]) -> Option<(char, usize)> {
    match utf8::decode(s) {
        (_, 0) => None,
        (c, width) => Some((c.unwrap_or(RUNE_ERROR), width)),
    }
}

/// `utf8.DecodeLastRune`.
pub(crate) fn decode_last(s: &[u8]) -> Option<(char, usize)> {
    s.last()?;
    for width in 1..=s.len().min(4) {
        if let Some((c, n)) = s.get(s.len() - width..).and_then(decode)
            && n == width
            && (width > 1 || c != RUNE_ERROR)
        {
            return Some((c, n));
        }
    }
    Some((RUNE_ERROR, 1))
}

/// The runes of a string with their widths in it.
pub(crate) struct Runes<'a>(pub(crate) &'a [u8]);

impl Iterator for Runes<'_> {
    type Item = (char, usize);
    fn next(&mut self) -> Option<(char, usize)> {
        let (c, n) = decode(self.0)?;
        self.0 = self.0.get(n..).unwrap_or_default();
        Some((c, n))
    }
}

/// `[]rune(s)`.
pub(crate) fn runes(s: &[u8]) -> impl Iterator<Item = char> + '_ {
    Runes(s).map(|(c, _)| c)
}

/// Appends a rune as UTF-8.
pub(crate) fn push(out: &mut Vec<u8>, c: char) {
    out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
}

/// `strings.Map` and `string([]rune)`: each rune mapped, broken bytes become U+FFFD.
pub(crate) fn map(s: &[u8], f: impl Fn(char) -> char) -> Vec<u8> {
    let mut out = Vec::with_capacity(s.len());
    for c in runes(s) {
        push(&mut out, f(c));
    }
    out
}

/// `unicode.ToUpper`.
pub(crate) fn to_upper(c: char) -> char {
    if c.is_ascii() {
        return c.to_ascii_uppercase();
    }
    let mut full = c.to_uppercase();
    match (full.next(), full.next()) {
        (Some(one), None) => one,
        // Greek with iota subscript has a title case form that is the simple upper case; others stay
        _ => match c as u32 {
            0x1f80..=0x1f87 | 0x1f90..=0x1f97 | 0x1fa0..=0x1fa7 => char::from_u32(c as u32 + 8).unwrap_or(c),
            0x1fb3 | 0x1fc3 | 0x1ff3 => char::from_u32(c as u32 + 9).unwrap_or(c),
            _ => c,
        },
    }
}

/// `unicode.ToTitle`.
pub(crate) fn to_title(c: char) -> char {
    match c {
        '\u{1c4}'..='\u{1c6}' => '\u{1c5}',
        '\u{1c7}'..='\u{1c9}' => '\u{1c8}',
        '\u{1ca}'..='\u{1cc}' => '\u{1cb}',
        '\u{1f1}'..='\u{1f3}' => '\u{1f2}',
        '\u{10d0}'..='\u{10fa}' | '\u{10fd}'..='\u{10ff}' => c,
        c => to_upper(c),
    }
}

/// `unicode.ToLower`.
pub(crate) fn to_lower(c: char) -> char {
    // the full mapping of İ is two characters, the first of which is the simple one
    c.to_lowercase().next().unwrap_or(c)
}

/// `unicode.IsUpper`: category Lu.
pub(crate) fn is_upper(c: char) -> bool {
    c.is_uppercase()
        && !is_title(c)
        && !matches!(c, '\u{2160}'..='\u{216f}' | '\u{24b6}'..='\u{24cf}' | '\u{1f130}'..='\u{1f189}')
}

/// `unicode.IsLower`: category Ll.
pub(crate) fn is_lower(c: char) -> bool {
    // `is_lowercase` also has modifier letters and the small Roman numerals
    c.is_lowercase()
        && !matches!(c, 'ª' | 'º' | '\u{2b0}'..='\u{2b8}' | '\u{2c0}'..='\u{2c1}' | '\u{2e0}'..='\u{2e4}'
            | '\u{345}' | '\u{37a}' | '\u{1d2c}'..='\u{1d6a}' | '\u{1d78}' | '\u{1d9b}'..='\u{1dbf}'
            | '\u{2071}' | '\u{207f}' | '\u{2090}'..='\u{209c}' | '\u{2170}'..='\u{217f}' | '\u{24d0}'..='\u{24e9}')
}

/// `unicode.IsTitle`: category Lt.
pub(crate) fn is_title(c: char) -> bool {
    matches!(c, '\u{1c5}' | '\u{1c8}' | '\u{1cb}' | '\u{1f2}' | '\u{1f88}'..='\u{1f8f}' | '\u{1f98}'..='\u{1f9f}'
        | '\u{1fa8}'..='\u{1faf}' | '\u{1fbc}' | '\u{1fcc}' | '\u{1ffc}')
}

/// `unicode.IsSpace`.
pub(crate) fn is_space(c: char) -> bool {
    c.is_whitespace()
}

/// `strings.TrimSpace`.
pub(crate) fn trim_space(s: &[u8]) -> &[u8] {
    trim(s, is_space)
}

/// `strings.TrimFunc`.
pub(crate) fn trim(mut s: &[u8], out: impl Fn(char) -> bool) -> &[u8] {
    while let Some((c, n)) = decode(s)
        && out(c)
    {
        s = s.get(n..).unwrap_or_default();
    }
    while let Some((c, n)) = decode_last(s)
        && out(c)
    {
        s = s.get(..s.len() - n).unwrap_or_default();
    }
    s
}

/// The first place of `needle`.
pub(crate) fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    match needle {
        [] => Some(0),
        [one] => haystack.iter().position(|b| b == one),
        [first, ..] => {
            let mut at = 0;
            while let Some(i) = haystack.get(at..)?.iter().position(|b| b == first) {
                if haystack.get(at + i..)?.starts_with(needle) {
                    return Some(at + i);
                }
                at += i + 1;
            }
            None
        }
    }
}

/// `strings.SplitN`; `None` for no limit. An empty separator splits between runes.
pub(crate) fn split<'a>(s: &'a [u8], sep: &[u8], limit: Option<usize>) -> Vec<&'a [u8]> {
    let limit = limit.unwrap_or(usize::MAX);
    let mut parts = Vec::new();
    let mut rest = s;
    if limit == 0 || (sep.is_empty() && s.is_empty()) {
        return parts;
    }
    while parts.len() + 1 < limit {
        let cut = match sep {
            [] => decode(rest).map(|(_, n)| n).filter(|n| *n < rest.len()),
            sep => find(rest, sep),
        };
        let Some(at) = cut else { break };
        let (head, tail) = rest.split_at(at);
        parts.push(head);
        rest = tail.get(sep.len()..).unwrap_or_default();
    }
    parts.push(rest);
    parts
}

/// `strings.ReplaceAll`; an empty `old` matches between runes.
pub(crate) fn replace(s: &[u8], old: &[u8], new: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(s.len());
    if old.is_empty() {
        let mut rest = s;
        while let Some((_, n)) = decode(rest) {
            let (head, tail) = rest.split_at(n);
            out.extend_from_slice(new);
            out.extend_from_slice(head);
            rest = tail;
        }
        out.extend_from_slice(new);
        return out;
    }
    let mut rest = s;
    while let Some(at) = find(rest, old) {
        let (head, tail) = rest.split_at(at);
        out.extend_from_slice(head);
        out.extend_from_slice(new);
        rest = tail.get(old.len()..).unwrap_or_default();
    }
    out.extend_from_slice(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broken_bytes() {
        assert_eq!(decode(b"\xe4\xb8x"), Some((RUNE_ERROR, 1)));
        assert_eq!(decode_last("aé".as_bytes()), Some(('é', 2)));
        assert_eq!(decode_last(b"a\xa9"), Some((RUNE_ERROR, 1)));
        assert_eq!(map(b"a\xffb", to_upper), "A\u{fffd}B".as_bytes());
    }

    #[test]
    fn simple_case() {
        assert_eq!((to_upper('ß'), to_upper('ᾳ'), to_lower('İ'), to_title('ǆ')), ('ß', 'ᾼ', 'i', 'ǅ'));
    }

    #[test]
    fn splits() {
        let parts = |s: &str, sep: &str, n| split(s.as_bytes(), sep.as_bytes(), n).len();
        assert_eq!((parts("a,b", ",", None), parts("", ",", None), parts("", "", None)), (2, 1, 0));
        assert_eq!((parts("añb", "", None), parts("abc", "", Some(2)), parts("a,b,c", ",", Some(2))), (3, 2, 2));
        assert_eq!(replace("aé".as_bytes(), b"", b"-"), "-a-é-".as_bytes());
    }
}
