//! Byte classes of the scanner and the writer: a table, so that the hot loops test one bit a byte.

/// Ends a line, may end one (the first byte of NEL, LS or PS), or is the end of the text.
pub(crate) const BREAKISH: u8 = 1;
/// Space or tab.
pub(crate) const BLANK: u8 = 2;
/// Ends a plain scalar inside `[]` or `{}`.
pub(crate) const FLOW: u8 = 4;
/// `:`, which ends a plain scalar before a blank.
pub(crate) const COLON: u8 = 8;
/// Letters, digits, `_` and `-`: anchors, tag handles.
pub(crate) const WORD: u8 = 16;
/// The quotes and the backslash.
pub(crate) const QUOTE: u8 = 32;

static CLASS: [u8; 256] = table();

const fn table() -> [u8; 256] {
    let mut t = [0u8; 256];
    let mut i = 0;
    while i < 256 {
        let b = i as u8;
        t[i] = match b {
            b'\n' | b'\r' | 0xC2 | 0xE2 | 0 => BREAKISH,
            b' ' | b'\t' => BLANK,
            b',' | b'?' | b'[' | b']' | b'{' | b'}' => FLOW,
            b':' => COLON,
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'-' => WORD,
            b'"' | b'\'' | b'\\' => QUOTE,
            _ => 0,
        };
        i += 1;
    }
    t
}

/// The class bits of a byte.
#[inline(always)]
pub(crate) fn class(b: u8) -> u8 {
    CLASS[b as usize]
}

/// Byte `i`, or 0 past the end (libyaml pads its buffer with NULs; a NUL inside a text is refused by the reader).
#[inline(always)]
pub(crate) fn at(s: &[u8], i: usize) -> u8 {
    match s.get(i) {
        Some(b) => *b,
        None => 0,
    }
}

/// Bytes of the line break at `i` (CR, LF, NEL, LS, PS; CR LF counts as its CR alone), 0 if there is none.
#[inline(always)]
pub(crate) fn break_width(s: &[u8], i: usize) -> usize {
    match at(s, i) {
        b'\n' | b'\r' => 1,
        0xC2 if at(s, i + 1) == 0x85 => 2,
        0xE2 if at(s, i + 1) == 0x80 && at(s, i + 2) & 0xFE == 0xA8 => 3,
        _ => 0,
    }
}

/// Space, tab, line break or the end.
#[inline(always)]
pub(crate) fn is_blankz(s: &[u8], i: usize) -> bool {
    let b = at(s, i);
    match class(b) {
        0 => false,
        BLANK => true,
        BREAKISH => b == 0 || break_width(s, i) > 0,
        _ => false,
    }
}

/// Bytes of the UTF-8 character that starts with `b`; 1 for a byte that starts none.
#[inline(always)]
pub(crate) fn width(b: u8) -> usize {
    match b {
        0xC0..=0xDF => 2,
        0xE0..=0xEF => 3,
        0xF0..=0xF7 => 4,
        _ => 1,
    }
}

/// The number of characters.
pub(crate) fn char_count(s: &[u8]) -> usize {
    s.iter().filter(|b| **b & 0xC0 != 0x80).count()
}
