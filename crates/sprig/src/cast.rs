//! Numbers out of anything, as spf13/cast does it, over Go's `strconv` rules: a failure is 0, never an error.

use pintle_go::{Num, Value, strconv};

/// `cast.ToInt64` (and `ToInt`, the same on 64 bits).
pub(crate) fn to_i64(v: &Value) -> i64 {
    match v {
        Value::Int(n) | Value::Int64(n) => *n,
        Value::Float(f) => float_to_int(*f),
        Value::Num(Num::F32(f)) => float_to_int(f64::from(*f)),
        Value::Num(n) => n.as_i128() as i64,
        Value::Str(s) => strconv::parse_int(trim_zero_decimal(s), 0, 64).unwrap_or(0),
        Value::Bool(b) => i64::from(*b),
        Value::Obj(_) => calendar_number(v).unwrap_or(0),
        _ => 0,
    }
}

/// `cast.ToFloat64`.
pub(crate) fn to_f64(v: &Value) -> f64 {
    match v {
        Value::Int(n) | Value::Int64(n) => *n as f64,
        Value::Float(f) => *f,
        Value::Num(Num::F32(f)) => f64::from(*f),
        Value::Num(n) => n.as_i128() as f64,
        Value::Str(s) => strconv::parse_float(s, 64).unwrap_or(0.0),
        Value::Bool(b) => f64::from(u8::from(*b)),
        Value::Obj(_) => calendar_number(v).unwrap_or(0) as f64,
        _ => 0.0,
    }
}

/// `time.Month` and `time.Weekday` are the only defined types that cast knows.
fn calendar_number(v: &Value) -> Option<i64> {
    let Value::Obj(o) = v else { return None };
    matches!(&*o.ty().name(), "time.Month" | "time.Weekday")
        .then(|| o.underlying())
        .flatten()?
        .as_int()
        .map(|n| n as i64)
}

/// Go's conversion on amd64: what does not fit becomes the smallest number.
pub(crate) fn float_to_int(f: f64) -> i64 {
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    if (-LIMIT..LIMIT).contains(&f) { f as i64 } else { i64::MIN }
}

/// Drops `.000` at the end.
fn trim_zero_decimal(s: &[u8]) -> &[u8] {
    let zeros = s.iter().rev().take_while(|b| **b == b'0').count();
    match s.get(..s.len() - zeros) {
        Some([head @ .., b'.']) if zeros > 0 => head,
        _ => s,
    }
}

/// `math.Ldexp`.
pub(crate) fn ldexp(mut f: f64, mut e: i32) -> f64 {
    while e > 1000 && f.is_finite() && f != 0.0 {
        f *= 2f64.powi(1000);
        e -= 1000;
    }
    while e < -1000 && f != 0.0 {
        f *= 2f64.powi(-1000);
        e += 1000;
    }
    f * 2f64.powi(e.clamp(-1000, 1000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_from_text() {
        let int = |s: &str| to_i64(&s.into());
        assert_eq!((int("012"), int("0x1F"), int("08"), int("1.9"), int("1e3"), int(" 12")), (10, 31, 0, 0, 0, 0));
        assert_eq!((int("5.00"), int("1_000"), int("-7"), int("99999999999999999999")), (5, 1000, -7, 0));
        assert_eq!(to_i64(&Value::Float(1e19)), i64::MIN);
    }

    #[test]
    fn floats_from_text() {
        let float = |s: &str| to_f64(&s.into());
        assert_eq!((float("1_0"), float("1e400"), float(""), float("1 ")), (10.0, 0.0, 0.0, 0.0));
    }
}
