//! `strconv.Quote`, `Unquote` and their kin, over bytes.

use super::printable::PRINTABLE;
use crate::utf8;

const HEX: &[u8; 16] = b"0123456789abcdef";

/// `strconv.IsPrint`: letters, marks, numbers, punctuation, symbols and the ASCII space (Unicode 15, as Go has it).
pub fn is_print(r: u32) -> bool {
    if r < 0x7f {
        return r >= 0x20;
    }
    let at = PRINTABLE.partition_point(|range| range.1 < r);
    PRINTABLE.get(at).is_some_and(|range| range.0 <= r)
}

/// `strconv.Quote` over bytes.
pub fn quote(s: &[u8]) -> String {
    String::from_utf8(quote_bytes(s)).unwrap_or_default()
}

/// As [`quote`], as bytes (always UTF-8).
pub fn quote_bytes(s: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(s.len() + 2);
    append_quote(&mut out, s);
    out
}

/// `strconv.QuoteToASCII`.
pub fn quote_to_ascii(s: &[u8]) -> String {
    let mut out = Vec::with_capacity(s.len() + 2);
    append_quote_to_ascii(&mut out, s);
    String::from_utf8(out).unwrap_or_default()
}

/// `strconv.AppendQuote`.
pub fn append_quote(out: &mut Vec<u8>, s: &[u8]) {
    append_quoted(out, s, false);
}

/// `strconv.AppendQuoteToASCII`.
pub fn append_quote_to_ascii(out: &mut Vec<u8>, s: &[u8]) {
    append_quoted(out, s, true);
}

fn append_quoted(out: &mut Vec<u8>, s: &[u8], ascii: bool) {
    out.push(b'"');
    let mut rest = s;
    loop {
        let plain = rest.iter().take_while(|c| matches!(c, b' '..=b'~') && !matches!(c, b'"' | b'\\')).count();
        out.extend_from_slice(&rest[..plain]);
        rest = &rest[plain..];
        let Some(&first) = rest.first() else { break };
        match utf8::decode(rest) {
            (Some(r), n) => {
                append_escaped(out, r as u32, b'"', ascii);
                rest = &rest[n..];
            }
            (None, _) => {
                append_hex(out, first);
                rest = &rest[1..];
            }
        }
    }
    out.push(b'"');
}

fn append_hex(out: &mut Vec<u8>, b: u8) {
    out.extend_from_slice(&[b'\\', b'x', HEX[b as usize >> 4], HEX[b as usize & 15]]);
}

/// `strconv.QuoteRune`.
pub fn quote_rune(r: u32) -> String {
    let mut out = Vec::with_capacity(12);
    append_quote_rune(&mut out, r, false);
    String::from_utf8(out).unwrap_or_default()
}

/// `strconv.AppendQuoteRune`, or `AppendQuoteRuneToASCII`; what is no character becomes U+FFFD.
pub fn append_quote_rune(out: &mut Vec<u8>, r: u32, ascii: bool) {
    out.push(b'\'');
    append_escaped(out, char::from_u32(r).unwrap_or(char::REPLACEMENT_CHARACTER) as u32, b'\'', ascii);
    out.push(b'\'');
}

fn append_escaped(out: &mut Vec<u8>, r: u32, quote: u8, ascii: bool) {
    if r == u32::from(quote) || r == u32::from(b'\\') {
        out.extend_from_slice(&[b'\\', r as u8]);
        return;
    }
    if is_print(r) && (!ascii || r < 0x80) {
        return utf8::push(out, r);
    }
    let short = match r {
        7 => b'a',
        8 => b'b',
        12 => b'f',
        10 => b'n',
        13 => b'r',
        9 => b't',
        11 => b'v',
        _ => 0,
    };
    if short != 0 {
        out.extend_from_slice(&[b'\\', short]);
    } else if r < 0x20 || r == 0x7f {
        append_hex(out, r as u8);
    } else {
        let (letter, digits) = if r < 0x10000 { (b'u', 4) } else { (b'U', 8) };
        out.extend_from_slice(&[b'\\', letter]);
        for i in (0..digits).rev() {
            out.push(HEX[(r >> (4 * i)) as usize & 15]);
        }
    }
}

/// `strconv.CanBackquote`.
pub fn can_backquote(s: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(s) else {
        return false;
    };
    !text.chars().any(|c| matches!(c, '\u{feff}' | '`' | '\u{7f}') || c < ' ' && c != '\t')
}

/// `strconv.Unquote`: reads a Go string or character literal; `None` is Go's `invalid syntax`.
pub fn unquote(s: &[u8]) -> Option<Vec<u8>> {
    let (&quote, rest) = s.split_first()?;
    let (&last, body) = rest.split_last()?;
    if last != quote {
        return None;
    }
    match quote {
        b'`' => (!body.contains(&b'`')).then(|| body.iter().copied().filter(|c| *c != b'\r').collect()),
        b'"' | b'\'' => {
            let plain = |b: &u8| b.is_ascii() && !matches!(b, b'\\' | b'\n') && *b != quote;
            if quote == b'"' && body.iter().all(plain) {
                return Some(body.to_vec());
            }
            let mut out = Vec::with_capacity(body.len());
            let mut rest = body;
            let mut count = 0;
            while !rest.is_empty() {
                if rest[0] == b'\n' {
                    return None;
                }
                let (r, multibyte, tail) = unquote_char(rest, quote)?;
                rest = tail;
                if r < 0x80 || !multibyte {
                    out.push(r as u8);
                } else {
                    utf8::push(&mut out, r);
                }
                count += 1;
            }
            // a character literal holds one character ('' is let through, as Go's own function does)
            (quote == b'"' || count <= 1).then_some(out)
        }
        _ => None,
    }
}

/// `strconv.UnquoteChar`: the first character (or byte, when not `multibyte`) of an escaped text, and what follows it.
/// `quote` is `"` or `'`, the literal's own quote, or 0 where both stand unescaped.
pub fn unquote_char(s: &[u8], quote: u8) -> Option<(u32, bool, &[u8])> {
    let (&c, rest) = s.split_first()?;
    if c == quote && matches!(quote, b'"' | b'\'') {
        return None;
    }
    if c >= 0x80 {
        let (r, n) = utf8::decode(s);
        return Some((r.unwrap_or(char::REPLACEMENT_CHARACTER) as u32, true, &s[n..]));
    }
    if c != b'\\' {
        return Some((u32::from(c), false, rest));
    }
    let (&c, rest) = rest.split_first()?;
    let value = match c {
        b'a' => 7,
        b'b' => 8,
        b'f' => 12,
        b'n' => 10,
        b'r' => 13,
        b't' => 9,
        b'v' => 11,
        b'\\' => 92,
        b'\'' | b'"' if c == quote => u32::from(c),
        b'x' | b'u' | b'U' => {
            let n = match c {
                b'x' => 2,
                b'u' => 4,
                _ => 8,
            };
            let mut v = 0u32;
            for d in rest.get(..n)? {
                v = (v << 4) | (*d as char).to_digit(16)?;
            }
            let tail = &rest[n..];
            if c == b'x' {
                return Some((v, false, tail));
            }
            return Some((char::from_u32(v)? as u32, true, tail));
        }
        b'0'..=b'7' => {
            let mut v = u32::from(c - b'0');
            for d in rest.get(..2)? {
                v = (v << 3) | (*d as char).to_digit(8)?;
            }
            return (v <= 255).then_some((v, false, &rest[2..]));
        }
        _ => return None,
    };
    Some((value, false, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoting() {
        assert_eq!(quote(b"a\"\\\n\x01\xff\x7f"), r#""a\"\\\n\x01\xff\x7f""#);
        assert_eq!(quote("é世\u{200b}\u{a0}\u{1f600}".as_bytes()), "\"é世\\u200b\\u00a0😀\"");
        assert_eq!(quote_to_ascii("é😀".as_bytes()), r#""\u00e9\U0001f600""#);
        assert_eq!(quote_rune(0x27), r"'\''");
        assert_eq!(quote_rune(0xd800), "'\u{fffd}'");
        assert!(is_print(0xe9) && !is_print(0xad) && !is_print(0x7f) && !is_print(0x110000));
    }

    #[test]
    fn unquoting() {
        assert_eq!(unquote(br#""a\tb\x41\u00e9\101""#).as_deref(), Some("a\tbAéA".as_bytes()));
        assert_eq!(unquote(b"`a\r\\n`").as_deref(), Some(&b"a\\n"[..]));
        assert_eq!(unquote(b"'x'").as_deref(), Some(&b"x"[..]));
        for bad in [&b"\"a"[..], b"'ab'", b"\"\\ud800\"", b"\"\\'\"", b"\"a\nb\"", b"\"a\"b\"", b"a", b"\"\\\""] {
            assert_eq!(unquote(bad), None, "{bad:?}");
        }
    }
}
