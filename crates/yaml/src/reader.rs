//! The bytes before the scanner: encoding by BOM, UTF-8 checks, the characters that YAML refuses.
//!
//! libyaml decodes 512 bytes at a time, as the scanner asks for them. So an error in the bytes comes before a syntax
//! error of the same piece, and after one of an earlier piece, and bytes after the first document may go unread. A
//! sound text is checked once and passes by; for a broken one [`Input`] keeps where the sound pieces end.

use std::borrow::Cow;

use crate::chars::at;

/// libyaml's `input_raw_buffer_size`.
const PIECE: usize = 512;

/// Text for the scanner, in UTF-8 without its BOM.
pub(crate) struct Input<'a> {
    /// All sound pieces.
    pub text: Cow<'a, [u8]>,
    /// What is wrong with the piece after them.
    pub problem: Option<&'static str>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Encoding {
    Utf8,
    Utf16 { big: bool },
}

impl<'a> Input<'a> {
    pub(crate) fn new(raw: &'a [u8]) -> Self {
        let (encoding, skip) = match raw {
            [0xFF, 0xFE, ..] => (Encoding::Utf16 { big: false }, 2),
            [0xFE, 0xFF, ..] => (Encoding::Utf16 { big: true }, 2),
            [0xEF, 0xBB, 0xBF, ..] => (Encoding::Utf8, 3),
            _ => (Encoding::Utf8, 0),
        };
        let body = raw.get(skip..).unwrap_or_default();
        if encoding == Encoding::Utf8 && is_sound(body) {
            return Input { text: Cow::Borrowed(body), problem: None };
        }
        let (text, problem) = decode(raw, skip, encoding);
        Input { text: Cow::Owned(text), problem }
    }
}

/// Whether the whole text is UTF-8 of allowed characters.
pub(crate) fn is_sound(s: &[u8]) -> bool {
    std::str::from_utf8(s).is_ok() && !has_control(s)
}

/// Whether UTF-8 text has a character that `yaml_parser_update_buffer` refuses.
pub(crate) fn has_control(s: &[u8]) -> bool {
    let mut start = 0;
    for chunk in s.chunks(64) {
        let suspect = chunk
            .iter()
            .fold(false, |bad, &b| bad | ((b < 0x20) & (b != b'\n')) | (b == 0x7F) | (b == 0xC2) | (b == 0xEF));
        if suspect && (start..start + chunk.len()).any(|i| is_control(s, i)) {
            return true;
        }
        start += chunk.len();
    }
    false
}

fn is_control(s: &[u8], i: usize) -> bool {
    match at(s, i) {
        b'\t' | b'\n' | b'\r' => false,
        0..0x20 | 0x7F => true,
        0xC2 => (0x80..0xA0).contains(&at(s, i + 1)) && at(s, i + 1) != 0x85,
        0xEF => at(s, i + 1) == 0xBF && at(s, i + 2) >= 0xBE,
        _ => false,
    }
}

/// Decodes piece by piece, as libyaml fills its buffer; stops before the first piece with an error.
fn decode(raw: &[u8], skip: usize, encoding: Encoding) -> (Vec<u8>, Option<&'static str>) {
    let mut out = Vec::with_capacity(raw.len());
    let (mut pos, mut end) = (skip, PIECE.min(raw.len()));
    loop {
        let sound = out.len();
        // A buffer is refilled at its end; what is left of a character moves to its front.
        let eof = end == raw.len();
        while pos < end {
            let step = match encoding {
                Encoding::Utf8 => utf8_char(raw, pos, end, eof),
                Encoding::Utf16 { big } => utf16_char(raw, pos, end, eof, big),
            };
            match step {
                Ok(Some((c, w))) if allowed(c) => {
                    let mut buf = [0; 4];
                    match char::from_u32(c) {
                        Some(c) => out.extend_from_slice(c.encode_utf8(&mut buf).as_bytes()),
                        None => out.extend_from_slice("\u{FFFD}".as_bytes()),
                    }
                    pos += w;
                }
                Ok(Some(_)) => {
                    out.truncate(sound);
                    return (out, Some("control characters are not allowed"));
                }
                Ok(None) => break,
                Err(problem) => {
                    // A cut-off character at the end is noticed only when more is asked for.
                    if !problem.starts_with("incomplete") {
                        out.truncate(sound);
                    }
                    return (out, Some(problem));
                }
            }
        }
        if eof {
            return (out, None);
        }
        end = (pos + PIECE).min(raw.len());
    }
}

fn allowed(c: u32) -> bool {
    matches!(c, 0x09 | 0x0A | 0x0D | 0x20..=0x7E | 0x85 | 0xA0..=0xD7FF | 0xE000..=0xFFFD | 0x10000..=0x10FFFF)
}

type Step = Result<Option<(u32, usize)>, &'static str>;

fn utf8_char(raw: &[u8], pos: usize, end: usize, eof: bool) -> Step {
    let first = at(raw, pos);
    let (w, bits) = match first {
        0..0x80 => return Ok(Some((u32::from(first), 1))),
        0xC0..=0xDF => (2, first & 0x1F),
        0xE0..=0xEF => (3, first & 0x0F),
        0xF0..=0xF7 => (4, first & 0x07),
        _ => return Err("invalid leading UTF-8 octet"),
    };
    if pos + w > end {
        return if eof { Err("incomplete UTF-8 octet sequence") } else { Ok(None) };
    }
    let mut c = u32::from(bits);
    for &b in raw.get(pos + 1..pos + w).unwrap_or_default() {
        if b & 0xC0 != 0x80 {
            return Err("invalid trailing UTF-8 octet");
        }
        c = c << 6 | u32::from(b & 0x3F);
    }
    match (w, c) {
        (2, 0..0x80) | (3, 0..0x800) | (4, 0..0x10000) => Err("invalid length of a UTF-8 sequence"),
        (_, 0xD800..=0xDFFF) | (_, 0x110000..) => Err("invalid Unicode character"),
        _ => Ok(Some((c, w))),
    }
}

fn utf16_char(raw: &[u8], pos: usize, end: usize, eof: bool, big: bool) -> Step {
    let unit = |i: usize| {
        let pair = [at(raw, i), at(raw, i + 1)];
        u32::from(if big { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) })
    };
    if pos + 2 > end {
        return if eof { Err("incomplete UTF-16 character") } else { Ok(None) };
    }
    let high = unit(pos);
    match high & 0xFC00 {
        0xDC00 => Err("unexpected low surrogate area"),
        0xD800 => {
            if pos + 4 > end {
                return if eof { Err("incomplete UTF-16 surrogate pair") } else { Ok(None) };
            }
            let low = unit(pos + 2);
            if low & 0xFC00 != 0xDC00 {
                return Err("expected low surrogate area");
            }
            Ok(Some((0x10000 + ((high & 0x3FF) << 10) + (low & 0x3FF), 4)))
        }
        _ => Ok(Some((high, 2))),
    }
}
