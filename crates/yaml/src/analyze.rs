//! What a string allows its writer: libyaml's `analyze_scalar` with go-yaml's changes.

use crate::chars::{at, break_width, width};

/// Which styles can hold a string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Analysis {
    /// It has a line break of any kind.
    pub multiline: bool,
    pub plain: bool,
    pub single: bool,
    pub block: bool,
    /// Bytes are characters.
    pub ascii: bool,
    /// It has a character that JSON text may not hold for YAML's reader (see [`crate::write`]), or is no UTF-8.
    pub odd: bool,
}

const PLAIN: Analysis = Analysis { multiline: false, plain: true, single: true, block: true, ascii: true, odd: false };

/// Bytes that a plain scalar may have anywhere.
const SAFE: u8 = 1;
/// Safe but as the first byte.
const SAFE_LATER: u8 = 2;

static KIND: [u8; 256] = kinds();

const fn kinds() -> [u8; 256] {
    let mut t = [0u8; 256];
    let mut i = 0x21;
    while i < 0x7F {
        t[i] = match i as u8 {
            b'#' | b':' => 0,
            b',' | b'[' | b']' | b'{' | b'}' | b'&' | b'*' | b'!' | b'|' | b'>' | b'\'' | b'"' | b'%' | b'@' | b'`'
            | b'?' | b'-' | b'.' => SAFE_LATER,
            _ => SAFE,
        };
        i += 1;
    }
    t
}

/// Looks at a string; `tabs` if a tab is no special character (v3).
#[inline]
pub(crate) fn analyze(s: &[u8], tabs: bool) -> Analysis {
    // Most strings are one word.
    if let Some((first, rest)) = s.split_first()
        && KIND[*first as usize] == SAFE
        && rest.iter().all(|b| KIND[*b as usize] != 0)
    {
        return PLAIN;
    }
    analyze_all(s, tabs)
}

fn analyze_all(s: &[u8], tabs: bool) -> Analysis {
    if s.is_empty() {
        return Analysis { block: false, ..PLAIN };
    }
    let mut indicators = s.starts_with(b"---") || s.starts_with(b"...");
    let (mut line_breaks, mut special, mut tab, mut ascii, mut odd) = (false, false, false, true, false);
    let (mut break_space, mut space_break) = (false, false);
    let (mut after_space, mut after_break, mut after_blank) = (false, false, true);
    let mut i = 0;
    while let Some(&b) = s.get(i) {
        let w = if b < 0x80 { 1 } else { width(b) };
        if KIND[b as usize] == SAFE {
            (after_space, after_break, after_blank) = (false, false, false);
            i += 1;
            continue;
        }
        let before_blank = i + w >= s.len() || matches!(at(s, i + w), b' ' | b'\t');
        indicators |= match b {
            b'#' => i == 0 || after_blank,
            b':' => before_blank,
            b'?' | b'-' => i == 0 && before_blank,
            b',' | b'[' | b']' | b'{' | b'}' | b'&' | b'*' | b'!' | b'|' | b'>' | b'\'' | b'"' | b'%' | b'@' | b'`' => {
                i == 0
            }
            _ => false,
        };
        let is_break = break_width(s, i) > 0;
        if b >= 0x80 {
            ascii = false;
            special |= !is_printable(s, i);
            odd |= is_odd(s, i);
        } else if b == b'\t' && tabs {
            tab = true;
        } else if b < 0x20 && b != b'\n' {
            special = true;
        } else if b == 0x7F {
            special = true;
            odd = true;
        }
        if b == b' ' {
            break_space |= after_break;
        } else if is_break {
            line_breaks = true;
            space_break |= after_space;
        }
        after_space = b == b' ';
        after_break = is_break;
        after_blank = b == b' ' || b == b'\t' || is_break;
        i += w;
    }
    if !ascii && !odd {
        odd = std::str::from_utf8(s).is_err();
    }
    let trailing_space = s.ends_with(b" ");
    let edge = s.starts_with(b" ") || trailing_space || break_width(s, 0) > 0 || ends_with_break(s);
    let hard = space_break || special;
    Analysis {
        multiline: line_breaks,
        plain: !(edge || break_space || hard || tab || line_breaks || indicators),
        single: !(break_space || hard || tab),
        block: !(trailing_space || hard),
        ascii,
        odd,
    }
}

fn ends_with_break(s: &[u8]) -> bool {
    [&b"\n"[..], b"\r", b"\xC2\x85", b"\xE2\x80\xA8", b"\xE2\x80\xA9"].iter().any(|b| s.ends_with(b))
}

/// libyaml's `is_printable`: characters of four bytes are not.
#[inline]
pub(crate) fn is_printable(s: &[u8], i: usize) -> bool {
    let next = || (at(s, i + 1), at(s, i + 2));
    match at(s, i) {
        0x0A | 0x20..=0x7E => true,
        0xC2 => next().0 >= 0xA0,
        0xC3..=0xEC | 0xEE => true,
        0xED => next().0 < 0xA0,
        0xEF => !matches!(next(), (0xBB, 0xBF) | (0xBF, 0xBE | 0xBF)),
        _ => false,
    }
}

/// C1 controls and the two last characters of the first plane.
fn is_odd(s: &[u8], i: usize) -> bool {
    match at(s, i) {
        0xC2 => at(s, i + 1) < 0xA0,
        0xEF => at(s, i + 1) == 0xBF && at(s, i + 2) >= 0xBE,
        _ => false,
    }
}
