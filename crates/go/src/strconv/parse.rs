//! `strconv.ParseInt`, `ParseUint`, `ParseFloat`, `ParseBool`, `Atoi`.

use std::fmt;

use crate::GoStr;

/// Go's `*strconv.NumError`; `Display` is its text: `strconv.ParseInt: parsing "x": invalid syntax`.
#[derive(Debug, Clone, PartialEq)]
pub struct NumError {
    /// The function that failed, without its package.
    pub func: &'static str,
    /// What was to be read.
    pub num: GoStr,
    /// Why it could not be.
    pub kind: NumErrorKind,
}

/// Why a text is no number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumErrorKind {
    /// Not shaped like one.
    Syntax,
    /// Too big for the type.
    Range,
    /// No such base.
    Base(u32),
    /// No such size.
    BitSize(u32),
}

impl fmt::Display for NumErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NumErrorKind::Syntax => f.write_str("invalid syntax"),
            NumErrorKind::Range => f.write_str("value out of range"),
            NumErrorKind::Base(b) => write!(f, "invalid base {b}"),
            NumErrorKind::BitSize(b) => write!(f, "invalid bit size {b}"),
        }
    }
}

impl fmt::Display for NumError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "strconv.{}: parsing {}: {}", self.func, super::quote(&self.num), self.kind)
    }
}
impl std::error::Error for NumError {}

fn error(func: &'static str, s: &[u8], kind: NumErrorKind) -> NumError {
    NumError { func, num: s.into(), kind }
}

fn lower(c: u8) -> u8 {
    c | 0x20
}

/// Go's rule for underscores: one between digits, or right after a base prefix.
fn underscores_ok(s: &[u8]) -> bool {
    let s = s.strip_prefix(b"-").or_else(|| s.strip_prefix(b"+")).unwrap_or(s);
    let (mut saw, mut rest, mut hex) = (b'^', s, false);
    if let [b'0', p, tail @ ..] = s
        && matches!(lower(*p), b'b' | b'o' | b'x')
    {
        (saw, rest, hex) = (b'0', tail, lower(*p) == b'x');
    }
    for c in rest {
        if c.is_ascii_digit() || hex && c.is_ascii_hexdigit() {
            saw = b'0';
        } else if *c == b'_' {
            if saw != b'0' {
                return false;
            }
            saw = b'_';
        } else {
            if saw == b'_' {
                return false;
            }
            saw = b'!';
        }
    }
    saw != b'_'
}

/// `strconv.ParseUint` as Go gives it: the value stands (clamped) beside a range error, and is 0 beside others.
pub fn parse_uint_clamped(s: &[u8], base: u32, bits: u32) -> (u64, Option<NumErrorKind>) {
    use NumErrorKind::*;
    let Some(first) = s.first() else {
        return (0, Some(Syntax));
    };
    let (radix, digits) = match base {
        2..=36 => (base, s),
        0 if *first == b'0' => match s.get(1).map(|c| lower(*c)) {
            Some(b'b') if s.len() >= 3 => (2, &s[2..]),
            Some(b'o') if s.len() >= 3 => (8, &s[2..]),
            Some(b'x') if s.len() >= 3 => (16, &s[2..]),
            _ => (8, &s[1..]),
        },
        0 => (10, s),
        _ => return (0, Some(Base(base))),
    };
    let max = match bits {
        0 | 64 => u64::MAX,
        1..64 => (1 << bits) - 1,
        _ => return (0, Some(BitSize(bits))),
    };
    let mut underscores = false;
    let mut n = 0u64;
    for c in digits {
        let d = match c {
            b'_' if base == 0 => {
                underscores = true;
                continue;
            }
            b'0'..=b'9' => c - b'0',
            b'a'..=b'z' | b'A'..=b'Z' => lower(*c) - b'a' + 10,
            _ => return (0, Some(Syntax)),
        };
        if u32::from(d) >= radix {
            return (0, Some(Syntax));
        }
        match n.checked_mul(u64::from(radix)).and_then(|n| n.checked_add(u64::from(d))) {
            Some(next) if next <= max => n = next,
            _ => return (max, Some(Range)),
        }
    }
    if underscores && !underscores_ok(s) {
        return (0, Some(Syntax));
    }
    (n, None)
}

/// `strconv.ParseInt` as Go gives it: the value stands (clamped) beside a range error, and is 0 beside others.
pub fn parse_int_clamped(s: &[u8], base: u32, bits: u32) -> (i64, Option<NumErrorKind>) {
    let (neg, digits) = match s {
        [] => return (0, Some(NumErrorKind::Syntax)),
        [b'+', rest @ ..] => (false, rest),
        [b'-', rest @ ..] => (true, rest),
        _ => (false, s),
    };
    let (un, err) = parse_uint_clamped(digits, base, bits);
    if let Some(e) = err
        && e != NumErrorKind::Range
    {
        return (0, Some(e));
    }
    let cutoff = 1u64 << (if bits == 0 { 64 } else { bits } - 1);
    if !neg && un >= cutoff {
        return ((cutoff - 1) as i64, Some(NumErrorKind::Range));
    }
    if neg && un > cutoff {
        return ((cutoff as i64).wrapping_neg(), Some(NumErrorKind::Range));
    }
    let n = un as i64;
    (if neg { n.wrapping_neg() } else { n }, None)
}

/// `strconv.ParseInt(s, base, bits)`; base 0 reads a prefix (`0x`, `0o`, `0b`, `0`) and underscores, bits 0 means 64.
pub fn parse_int(s: &[u8], base: u32, bits: u32) -> Result<i64, NumError> {
    match parse_int_clamped(s, base, bits) {
        (n, None) => Ok(n),
        (_, Some(kind)) => Err(error("ParseInt", s, kind)),
    }
}

/// `strconv.ParseUint(s, base, bits)`.
pub fn parse_uint(s: &[u8], base: u32, bits: u32) -> Result<u64, NumError> {
    match parse_uint_clamped(s, base, bits) {
        (n, None) => Ok(n),
        (_, Some(kind)) => Err(error("ParseUint", s, kind)),
    }
}

/// `strconv.Atoi`.
pub fn atoi(s: &[u8]) -> Result<i64, NumError> {
    match parse_int_clamped(s, 10, 0) {
        (n, None) => Ok(n),
        (_, Some(kind)) => Err(error("Atoi", s, kind)),
    }
}

/// `strconv.ParseBool`: `1 t T true TRUE True` and their contraries.
pub fn parse_bool(s: &[u8]) -> Result<bool, NumError> {
    match s {
        b"1" | b"t" | b"T" | b"true" | b"TRUE" | b"True" => Ok(true),
        b"0" | b"f" | b"F" | b"false" | b"FALSE" | b"False" => Ok(false),
        _ => Err(error("ParseBool", s, NumErrorKind::Syntax)),
    }
}

/// `strconv.ParseFloat(s, bits)`: decimal and hexadecimal, `inf`, `nan`, underscores; `bits` 32 rounds to float32.
pub fn parse_float(s: &[u8], bits: u32) -> Result<f64, NumError> {
    match read_float(s, bits) {
        Some(f) if f.is_infinite() && !spells_infinity(s) => Err(error("ParseFloat", s, NumErrorKind::Range)),
        Some(f) => Ok(f),
        None => Err(error("ParseFloat", s, NumErrorKind::Syntax)),
    }
}

fn spells_infinity(s: &[u8]) -> bool {
    let s = s.strip_prefix(b"-").or_else(|| s.strip_prefix(b"+")).unwrap_or(s);
    matches!(s.first(), Some(b'i' | b'I'))
}

fn read_float(s: &[u8], bits: u32) -> Option<f64> {
    let (neg, signed, body) = match s {
        [b'+', rest @ ..] => (false, true, rest),
        [b'-', rest @ ..] => (true, true, rest),
        _ => (false, false, s),
    };
    let sign = if neg { -1.0 } else { 1.0 };
    if body.eq_ignore_ascii_case(b"inf") || body.eq_ignore_ascii_case(b"infinity") {
        return Some(sign * f64::INFINITY);
    }
    if !signed && body.eq_ignore_ascii_case(b"nan") {
        return Some(f64::NAN);
    }
    if body.contains(&b'_') && !underscores_ok(s) {
        return None;
    }
    if let [b'0', b'x' | b'X', digits @ ..] = body
        && !digits.is_empty()
    {
        return read_hex(digits, bits).map(|f| sign * f);
    }
    // check the shape, then leave the digits to Rust's parser, which rounds as Go does
    let mut digits = 0;
    let mut at = 0;
    let mut dot = false;
    while let Some(c) = body.get(at) {
        match c {
            b'0'..=b'9' => digits += 1,
            b'_' => {}
            b'.' if !dot => dot = true,
            _ => break,
        }
        at += 1;
    }
    if digits == 0 {
        return None;
    }
    if let Some(e) = body.get(at) {
        if lower(*e) != b'e' {
            return None;
        }
        let rest = &body[at + 1..];
        let rest = rest.strip_prefix(b"-").or_else(|| rest.strip_prefix(b"+")).unwrap_or(rest);
        if !rest.first().is_some_and(u8::is_ascii_digit) || !rest.iter().all(|c| c.is_ascii_digit() || *c == b'_') {
            return None;
        }
    }
    let cleaned;
    let text = if body.contains(&b'_') {
        cleaned = body.iter().copied().filter(|c| *c != b'_').collect::<Vec<u8>>();
        &cleaned[..]
    } else {
        body
    };
    let text = std::str::from_utf8(text).ok()?;
    let f = if bits == 32 { f64::from(text.parse::<f32>().ok()?) } else { text.parse().ok()? };
    Some(sign * f)
}

/// `1.8p3` after `0x`; the exponent is required.
fn read_hex(s: &[u8], bits: u32) -> Option<f64> {
    let (mut mant, mut exp, mut sticky) = (0u64, 0i64, false);
    let (mut digits, mut dot, mut at) = (false, false, 0);
    while let Some(c) = s.get(at) {
        match c {
            b'_' => {}
            b'.' if !dot => dot = true,
            c if c.is_ascii_hexdigit() => {
                digits = true;
                let d = u64::from((*c as char).to_digit(16)?);
                if mant >> 60 == 0 {
                    mant = mant << 4 | d;
                    exp -= if dot { 4 } else { 0 };
                } else {
                    sticky |= d != 0;
                    exp += if dot { 0 } else { 4 };
                }
            }
            _ => break,
        }
        at += 1;
    }
    let rest = &s[at..];
    if !digits || lower(*rest.first()?) != b'p' {
        return None;
    }
    let (esign, rest) = match &rest[1..] {
        [b'-', r @ ..] => (-1, r),
        [b'+', r @ ..] => (1, r),
        r => (1, r),
    };
    if !rest.first()?.is_ascii_digit() {
        return None;
    }
    let mut e = 0i64;
    for c in rest {
        match c {
            b'0'..=b'9' if e < 10_000 => e = e * 10 + i64::from(c - b'0'),
            b'0'..=b'9' | b'_' => {}
            _ => return None,
        }
    }
    if mant == 0 {
        return Some(0.0);
    }
    exp += esign * e;
    let (mant_bits, min_exp) = if bits == 32 { (24, -149) } else { (53, -1074) };
    // keep `mant_bits` bits (fewer where the result is subnormal), round half to even
    let top = 64 - i64::from(mant.leading_zeros()) + exp; // value < 2^top
    let unit = (top - mant_bits).max(min_exp);
    let shift = unit - exp;
    let rounded = match shift {
        ..=0 => mant << (-shift).min(63),
        1..=63 => {
            let half = 1u64 << (shift - 1);
            let low = mant & ((half << 1) - 1);
            let kept = mant >> shift;
            let up = low > half || low == half && (sticky || kept & 1 == 1);
            kept + u64::from(up)
        }
        64 => u64::from(mant > 1 << 63 || mant == 1 << 63 && sticky),
        _ => 0,
    };
    let f = scale(rounded, unit);
    Some(if bits == 32 && f > f64::from(f32::MAX) { f64::INFINITY } else { f })
}

/// `m × 2^e`, exactly; infinite beyond the range.
fn scale(m: u64, e: i64) -> f64 {
    if m == 0 {
        return 0.0;
    }
    if e > 1023 {
        return f64::INFINITY;
    }
    let e = e as i32;
    let f = m as f64;
    // two steps where 2^e alone is not a normal number
    if e < -1022 { f * f64::powi(2.0, -1000) * f64::powi(2.0, e + 1000) } else { f * f64::powi(2.0, e) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers() {
        assert_eq!(parse_int(b"0x1F", 0, 64), Ok(31));
        assert_eq!(parse_int(b"1_000", 0, 64), Ok(1000));
        assert_eq!(parse_int(b"012", 0, 0), Ok(10));
        assert_eq!(parse_int(b"-9223372036854775808", 10, 64), Ok(i64::MIN));
        assert_eq!(parse_int(b"08", 0, 0).unwrap_err().to_string(), "strconv.ParseInt: parsing \"08\": invalid syntax");
        assert_eq!(parse_int(b"128", 10, 8).unwrap_err().kind, NumErrorKind::Range);
        assert_eq!(parse_int_clamped(b"-129", 10, 8).0, -128);
        assert!(parse_int(b"1__0", 0, 0).is_err());
        assert_eq!(atoi(b"").unwrap_err().to_string(), "strconv.Atoi: parsing \"\": invalid syntax");
        assert_eq!(parse_uint(b"ff", 16, 8), Ok(255));
    }

    #[test]
    fn floats() {
        for (s, want) in [
            ("1.5", 1.5),
            ("1_0", 10.0),
            (".5", 0.5),
            ("5.", 5.0),
            ("1e3", 1000.0),
            ("0x1p-2", 0.25),
            ("0x.8p0", 0.5),
            ("-inf", f64::NEG_INFINITY),
            ("0x1p-1074", 5e-324),
            ("0x1.fffffffffffff8p1022", f64::powi(2.0, 1023)),
        ] {
            assert_eq!(parse_float(s.as_bytes(), 64), Ok(want), "{s}");
        }
        for s in ["", "1e", "0x1", "+nan", "1_", "infi", ".", "e5", "1e5x", "0x1p"] {
            assert_eq!(parse_float(s.as_bytes(), 64).unwrap_err().kind, NumErrorKind::Syntax, "{s}");
        }
        assert_eq!(parse_float(b"1e400", 64).unwrap_err().kind, NumErrorKind::Range);
        assert_eq!(parse_float(b"1e39", 32).unwrap_err().kind, NumErrorKind::Range);
    }
}
