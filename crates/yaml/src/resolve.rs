//! What a scalar's text means: go-yaml v2's `resolve` (YAML 1.1 booleans, octal, binary, underscores, timestamps).

use std::borrow::Cow;

use crate::node::{Node, NodeKind};

/// A scalar's value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Scalar<'a> {
    Null,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Float(f64),
    Str(Cow<'a, [u8]>),
}

impl Scalar<'_> {
    /// Whether it can be made as it is: no binary data, no infinity.
    #[inline(always)]
    pub(crate) fn is_plain(&self) -> bool {
        match self {
            Scalar::Str(Cow::Owned(_)) => false,
            Scalar::Float(f) => f.is_finite(),
            _ => true,
        }
    }
}

/// The type that a text resolves to; what the writer asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tag {
    Null,
    Bool,
    Int,
    Float,
    Str,
    Timestamp,
}

impl Tag {
    fn short(self) -> &'static str {
        match self {
            Tag::Null => "!!null",
            Tag::Bool => "!!bool",
            Tag::Int => "!!int",
            Tag::Float => "!!float",
            Tag::Str => "!!str",
            Tag::Timestamp => "!!timestamp",
        }
    }
}

const PREFIX: &[u8] = b"tag:yaml.org,2002:";

/// The value of a scalar node; the error is go-yaml's text without `yaml: `.
#[inline(always)]
pub(crate) fn scalar_value<'a>(node: &'a Node<'_>) -> Result<Scalar<'a>, String> {
    match node.tag() {
        None if !node.implicit => Ok(Scalar::Str(Cow::Borrowed(&node.value))),
        None => Ok(plain(&node.value).1),
        Some(tag) => tagged(tag, &node.value),
    }
}

fn tagged<'a>(tag: &[u8], text: &'a [u8]) -> Result<Scalar<'a>, String> {
    let same = || Ok(Scalar::Str(Cow::Borrowed(text)));
    let Some(name) = tag.strip_prefix(PREFIX) else { return same() };
    let want = match name {
        b"str" => return same(),
        b"binary" => {
            return base64_decode(text)
                .map(|b| Scalar::Str(Cow::Owned(b)))
                .ok_or_else(|| "!!binary value contains invalid base64 data".into());
        }
        b"null" => Tag::Null,
        b"bool" => Tag::Bool,
        b"int" => Tag::Int,
        b"float" => Tag::Float,
        b"timestamp" => Tag::Timestamp,
        _ => return same(),
    };
    // A timestamp is looked for only where there is no other tag.
    let (got, value) = match plain(text) {
        (Tag::Timestamp, _) if want != Tag::Timestamp => (Tag::Str, Scalar::Str(Cow::Borrowed(text))),
        resolved => resolved,
    };
    match (want, got, value) {
        (want, got, value) if want == got => Ok(value),
        (Tag::Float, Tag::Int, Scalar::Int(i)) => Ok(Scalar::Float(i as f64)),
        (want, got, _) => {
            let text = String::from_utf8_lossy(text);
            Err(format!("cannot decode {} `{text}` as a {}", got.short(), want.short()))
        }
    }
}

/// What the first byte of a plain text may be the start of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Hint {
    /// Nothing but text.
    Text,
    /// A word with a meaning.
    Word,
    /// A number or a date.
    Number,
    /// A fraction, or `.inf`.
    Dot,
}

#[inline(always)]
fn hint(first: u8) -> Hint {
    match first {
        b'0'..=b'9' | b'+' | b'-' => Hint::Number,
        b'.' => Hint::Dot,
        b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' | b'~' => Hint::Word,
        _ => Hint::Text,
    }
}

/// Type and value of an untagged plain text.
#[inline(always)]
pub(crate) fn plain(text: &[u8]) -> (Tag, Scalar<'_>) {
    let as_text = |tag| (tag, Scalar::Str(Cow::Borrowed(text)));
    let Some(&first) = text.first() else { return (Tag::Null, Scalar::Null) };
    match hint(first) {
        Hint::Text => as_text(Tag::Str),
        Hint::Word => word(text).unwrap_or_else(|| as_text(Tag::Str)),
        Hint::Dot => match text {
            b".nan" | b".NaN" | b".NAN" => (Tag::Float, Scalar::Float(f64::NAN)),
            b".inf" | b".Inf" | b".INF" => (Tag::Float, Scalar::Float(f64::INFINITY)),
            _ => match dot_float(text) {
                Some(f) => (Tag::Float, Scalar::Float(f)),
                None => as_text(Tag::Str),
            },
        },
        Hint::Number => match text {
            b"+.inf" | b"+.Inf" | b"+.INF" => (Tag::Float, Scalar::Float(f64::INFINITY)),
            b"-.inf" | b"-.Inf" | b"-.INF" => (Tag::Float, Scalar::Float(f64::NEG_INFINITY)),
            _ if crate::timestamp::is_timestamp(text) => as_text(Tag::Timestamp),
            _ => number(text).unwrap_or_else(|| as_text(Tag::Str)),
        },
    }
}

/// The type alone, as YAML 1.1 has it: whether a string needs quotes to stay one.
pub(crate) fn tag_of(text: &[u8]) -> Tag {
    plain(text).0
}

fn word(text: &[u8]) -> Option<(Tag, Scalar<'static>)> {
    if text.len() > 5 {
        return None;
    }
    Some(match text {
        b"~" | b"null" | b"Null" | b"NULL" => (Tag::Null, Scalar::Null),
        b"y" | b"Y" | b"yes" | b"Yes" | b"YES" | b"true" | b"True" | b"TRUE" | b"on" | b"On" | b"ON" => {
            (Tag::Bool, Scalar::Bool(true))
        }
        b"n" | b"N" | b"no" | b"No" | b"NO" | b"false" | b"False" | b"FALSE" | b"off" | b"Off" | b"OFF" => {
            (Tag::Bool, Scalar::Bool(false))
        }
        _ => return None,
    })
}

/// `strconv.ParseFloat` of a text that starts with a dot: underscores may stand between digits.
fn dot_float(text: &[u8]) -> Option<f64> {
    if !text.contains(&b'_') {
        return decimal(text);
    }
    let digit = |i: Option<&u8>| i.is_some_and(u8::is_ascii_digit);
    let between = |i: usize| digit(i.checked_sub(1).and_then(|i| text.get(i))) && digit(text.get(i + 1));
    if !text.iter().enumerate().all(|(i, b)| *b != b'_' || between(i)) {
        return None;
    }
    decimal(&without_underscores(text))
}

fn without_underscores(text: &[u8]) -> Cow<'_, [u8]> {
    if text.contains(&b'_') {
        Cow::Owned(text.iter().copied().filter(|b| *b != b'_').collect())
    } else {
        Cow::Borrowed(text)
    }
}

/// An integer or float that starts with a digit or a sign.
fn number(text: &[u8]) -> Option<(Tag, Scalar<'static>)> {
    let plain = without_underscores(text);
    let plain = &*plain;
    if let Some(n) = parse_int(plain, 0).or_else(|| parse_uint(plain, 0)) {
        return Some((Tag::Int, n));
    }
    if let Some(f) = decimal(plain) {
        return Some((Tag::Float, Scalar::Float(f)));
    }
    // go-yaml reads the digits after `0b` with a sign of their own.
    let n = match plain {
        [b'0', b'b', rest @ ..] => parse_int(rest, 2).or_else(|| parse_uint(rest, 2)),
        [b'-', b'0', b'b', rest @ ..] if !rest.starts_with(b"+") && !rest.starts_with(b"-") => {
            let mut signed = vec![b'-'];
            signed.extend_from_slice(rest);
            parse_int(&signed, 2)
        }
        _ => None,
    };
    n.map(|n| (Tag::Int, n))
}

/// `strconv.ParseInt`; base 0 looks at the prefix.
fn parse_int(text: &[u8], base: u64) -> Option<Scalar<'static>> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    let n = unsigned(digits, base)?;
    let i = if negative { 0i64.checked_sub_unsigned(n)? } else { i64::try_from(n).ok()? };
    Some(Scalar::Int(i))
}

fn parse_uint(text: &[u8], base: u64) -> Option<Scalar<'static>> {
    unsigned(text, base).map(Scalar::Uint)
}

/// `strconv.ParseUint` of a text without underscores.
fn unsigned(text: &[u8], base: u64) -> Option<u64> {
    let (digits, base) = match (base, text) {
        (_, []) => return None,
        (0, [b'0', b'b' | b'B', rest @ ..]) if !rest.is_empty() => (rest, 2),
        (0, [b'0', b'o' | b'O', rest @ ..]) if !rest.is_empty() => (rest, 8),
        (0, [b'0', b'x' | b'X', rest @ ..]) if !rest.is_empty() => (rest, 16),
        (0, [b'0', rest @ ..]) => (rest, 8),
        (0, _) => (text, 10),
        (base, _) => (text, base),
    };
    let mut n = 0u64;
    for &b in digits {
        let d = u64::from(crate::scan_directive::hex(b)?);
        if d >= base {
            return None;
        }
        n = n.checked_mul(base)?.checked_add(d)?;
    }
    Some(n)
}

/// go-yaml's `yamlStyleFloat`, then `strconv.ParseFloat`: no value where it overflows.
fn decimal(text: &[u8]) -> Option<f64> {
    let (mut digits, mut fraction) = (0, 0);
    let mut i = usize::from(matches!(text.first(), Some(b'+' | b'-')));
    let run = |mut i: usize| {
        while text.get(i).is_some_and(u8::is_ascii_digit) {
            i += 1;
        }
        i
    };
    let end = run(i);
    digits += end - i;
    i = end;
    if text.get(i) == Some(&b'.') {
        let end = run(i + 1);
        fraction += end - i - 1;
        i = end;
    }
    if digits + fraction == 0 {
        return None;
    }
    if matches!(text.get(i), Some(b'e' | b'E')) {
        i += 1;
        i += usize::from(matches!(text.get(i), Some(b'+' | b'-')));
        let end = run(i);
        if end == i {
            return None;
        }
        i = end;
    }
    if i != text.len() {
        return None;
    }
    let f: f64 = std::str::from_utf8(text).ok()?.parse().ok()?;
    f.is_finite().then_some(f)
}

/// Whether a mapping key merges its value into the mapping.
pub(crate) fn is_merge(node: &Node<'_>) -> bool {
    matches!(node.kind, NodeKind::Scalar(_))
        && *node.value == *b"<<"
        && (node.implicit || node.tag() == Some(b"tag:yaml.org,2002:merge"))
}

/// `base64.StdEncoding`: padded, line breaks ignored.
fn base64_decode(text: &[u8]) -> Option<Vec<u8>> {
    let digit = |b: u8| {
        Some(match b {
            b'A'..=b'Z' => b - b'A',
            b'a'..=b'z' => b - b'a' + 26,
            b'0'..=b'9' => b - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        })
    };
    let clean: Vec<u8> = text.iter().copied().filter(|b| !matches!(b, b'\r' | b'\n')).collect();
    let mut out = Vec::with_capacity(clean.len() / 4 * 3);
    let mut groups = clean.chunks(4).peekable();
    while let Some(group) = groups.next() {
        let &[a, b, c, d] = group else { return None };
        let last = groups.peek().is_none();
        let head = u32::from(digit(a)?) << 18 | u32::from(digit(b)?) << 12;
        match (c, d) {
            (b'=', b'=') if last => out.push((head >> 16) as u8),
            (c, b'=') if last => {
                let n = head | u32::from(digit(c)?) << 6;
                out.extend_from_slice(&[(n >> 16) as u8, (n >> 8) as u8]);
            }
            (c, d) => {
                let n = head | u32::from(digit(c)?) << 6 | u32::from(digit(d)?);
                out.extend_from_slice(&[(n >> 16) as u8, (n >> 8) as u8, n as u8]);
            }
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_yaml_1_1() {
        for (text, want) in [
            ("0755", Scalar::Int(493)),
            ("0o14", Scalar::Int(12)),
            ("0x1F", Scalar::Int(31)),
            ("-0b11", Scalar::Int(-3)),
            ("1_000", Scalar::Int(1000)),
            ("08", Scalar::Float(8.0)),
            ("1e3", Scalar::Float(1000.0)),
            (".5", Scalar::Float(0.5)),
            ("18446744073709551615", Scalar::Uint(u64::MAX)),
            ("y", Scalar::Bool(true)),
            ("~", Scalar::Null),
        ] {
            assert_eq!(plain(text.as_bytes()).1, want, "{text}");
        }
        for text in ["1e400", "12:30", "1.2.3", "0x", "tRUE", "_1", "2001-01-01", "<<"] {
            assert_eq!(plain(text.as_bytes()).1, Scalar::Str(text.as_bytes().into()), "{text}");
        }
    }
}
