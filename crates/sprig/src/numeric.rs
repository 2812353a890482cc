//! Arithmetic. Whole-number functions take anything and give `int64`; the `f` ones go through decimals.

use pintle_go::{Func, FuncError, FuncResult, List, Type, Value, fmt, strconv};

use crate::args::{any, int, rest, text};
use crate::cast::{ldexp, to_f64, to_i64};
use crate::decimal::Decimal;
use crate::sources;

const ANY: Type = Type::Any;
const I: Type = Type::Int;
const I64: Type = Type::Int64;
const F64: Type = Type::Float64;
const INTS: Type = Type::Slice(&Type::Int);

pub(crate) const FUNCS: &[Func] = &[
    Func::plain("atoi", &[Type::String], I, |a| Ok(Value::Int(atoi(text(a, 0))))),
    Func::plain("int64", &[ANY], I64, |a| Ok(Value::Int64(to_i64(any(a, 0))))),
    Func::plain("int", &[ANY], I, |a| Ok(Value::Int(to_i64(any(a, 0))))),
    Func::plain("float64", &[ANY], F64, |a| Ok(Value::Float(to_f64(any(a, 0))))),
    Func::plain("toDecimal", &[ANY], I64, |a| Ok(Value::Int64(to_decimal(a)))),
    Func::variadic("seq", &[I], Type::String, seq),
    Func::plain("until", &[I], INTS, |a| ints(until(int(a, 0)))),
    Func::plain("untilStep", &[I, I, I], INTS, |a| ints(Steps::new(int(a, 0), int(a, 1), int(a, 2)))),
    Func::plain("add1", &[ANY], I64, |a| Ok(Value::Int64(to_i64(any(a, 0)).wrapping_add(1)))),
    Func::variadic("add", &[ANY], I64, |a| Ok(Value::Int64(a.iter().fold(0, |n, v| n.wrapping_add(to_i64(v)))))),
    Func::plain("sub", &[ANY, ANY], I64, |a| Ok(Value::Int64(to_i64(any(a, 0)).wrapping_sub(to_i64(any(a, 1)))))),
    Func::plain("div", &[ANY, ANY], I64, |a| divide(a, i64::wrapping_div)),
    Func::plain("mod", &[ANY, ANY], I64, |a| divide(a, i64::wrapping_rem)),
    Func::variadic("mul", &[ANY, ANY], I64, |a| Ok(Value::Int64(fold_int(a, i64::wrapping_mul)))),
    Func::plain("randInt", &[I, I], I, rand_int),
    Func::plain("add1f", &[ANY], F64, |a| decimals(&Value::Int(1), a, |x, y| Ok(x.add(y)))),
    Func::variadic("addf", &[ANY], F64, |a| decimals(&Value::Float(0.0), a, |x, y| Ok(x.add(y)))),
    Func::variadic("subf", &[ANY, ANY], F64, |a| decimals(any(a, 0), rest(a, 1), |x, y| Ok(x.sub(y)))),
    Func::variadic("divf", &[ANY, ANY], F64, |a| decimals(any(a, 0), rest(a, 1), Decimal::div)),
    Func::variadic("mulf", &[ANY, ANY], F64, |a| decimals(any(a, 0), rest(a, 1), |x, y| Ok(x.mul(y)))),
    Func::variadic("biggest", &[ANY, ANY], I64, |a| Ok(Value::Int64(fold_int(a, i64::max)))),
    Func::variadic("max", &[ANY, ANY], I64, |a| Ok(Value::Int64(fold_int(a, i64::max)))),
    Func::variadic("min", &[ANY, ANY], I64, |a| Ok(Value::Int64(fold_int(a, i64::min)))),
    Func::variadic("maxf", &[ANY, ANY], F64, |a| Ok(Value::Float(fold_float(a, max)))),
    Func::variadic("minf", &[ANY, ANY], F64, |a| Ok(Value::Float(fold_float(a, min)))),
    Func::plain("ceil", &[ANY], F64, |a| Ok(Value::Float(to_f64(any(a, 0)).ceil()))),
    Func::plain("floor", &[ANY], F64, |a| Ok(Value::Float(to_f64(any(a, 0)).floor()))),
    Func::variadic("round", &[ANY, I, F64], F64, |a| Ok(Value::Float(round(a)))),
];

/// `strconv.Atoi` with its error dropped: too large a number is the largest one.
fn atoi(s: &[u8]) -> i64 {
    strconv::parse_int_clamped(s, 10, 64).0
}

/// The value's printed form, read as octal.
fn to_decimal(args: &[Value]) -> i64 {
    strconv::parse_int(&fmt::sprint(args), 8, 64).unwrap_or(0)
}

/// Sprig's `untilStep`, one number after another.
struct Steps {
    next: i64,
    stop: i64,
    step: i64,
}

impl Steps {
    fn new(start: i64, stop: i64, step: i64) -> Steps {
        let down = stop < start;
        let good = if down { step < 0 } else { step > 0 };
        Steps { next: start, stop: if good { stop } else { start }, step }
    }
}

impl Iterator for Steps {
    type Item = i64;
    fn next(&mut self) -> Option<i64> {
        let more = if self.step < 0 { self.next > self.stop } else { self.next < self.stop };
        let n = self.next;
        self.next = n.checked_add(self.step).unwrap_or(self.stop);
        more.then_some(n)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let n = (i128::from(self.stop) - i128::from(self.next))
            .unsigned_abs()
            .div_ceil(u128::from(self.step.unsigned_abs().max(1)));
        let n = usize::try_from(n).unwrap_or(usize::MAX);
        (n, Some(n))
    }
}

/// More numbers than this are refused, where Go would die of memory.
const MOST_STEPS: usize = 1 << 24;

fn checked(steps: Steps) -> Result<Steps, FuncError> {
    if steps.size_hint().0 > MOST_STEPS {
        return Err("runtime error: makeslice: len out of range".into());
    }
    Ok(steps)
}

fn until(count: i64) -> Steps {
    Steps::new(0, count, if count < 0 { -1 } else { 1 })
}

fn ints(steps: Steps) -> FuncResult {
    Ok(Value::List(List::typed(Type::Int, checked(steps)?.map(Value::Int).collect())))
}

/// `seq` of coreutils: LAST, FIRST LAST or FIRST STEP LAST.
fn seq(args: &[Value]) -> FuncResult {
    let n = |i| int(args, i);
    let towards = |from: i64, to: i64| if to < from { -1 } else { 1 };
    let steps = match args.len() {
        1 => Steps::new(1, n(0).wrapping_add(towards(1, n(0))), towards(1, n(0))),
        2 => Steps::new(n(0), n(1).wrapping_add(towards(n(0), n(1))), towards(n(0), n(1))),
        3 if n(2) < n(0) && n(1) > 0 => return Ok("".into()),
        3 => Steps::new(n(0), n(2).wrapping_add(towards(n(0), n(2))), n(1)),
        _ => return Ok("".into()),
    };
    let mut out = String::new();
    for (i, n) in checked(steps)?.enumerate() {
        if i > 0 {
            out.push(' ');
        }
        out.push_str(&n.to_string());
    }
    Ok(out.into())
}

fn divide(args: &[Value], f: fn(i64, i64) -> i64) -> FuncResult {
    match to_i64(any(args, 1)) {
        0 => Err("runtime error: integer divide by zero".into()),
        by => Ok(Value::Int64(f(to_i64(any(args, 0)), by))),
    }
}

fn fold_int(args: &[Value], f: fn(i64, i64) -> i64) -> i64 {
    args.iter().map(to_i64).reduce(f).unwrap_or(0)
}

fn fold_float(args: &[Value], f: fn(f64, f64) -> f64) -> f64 {
    args.iter().map(to_f64).reduce(f).unwrap_or(0.0)
}

/// `math.Max`: an infinity wins over NaN, NaN over numbers, and 0 over -0.
fn max(x: f64, y: f64) -> f64 {
    if x == f64::INFINITY || y == f64::INFINITY {
        f64::INFINITY
    } else if x.is_nan() || y.is_nan() {
        f64::NAN
    } else if x == 0.0 && y == 0.0 {
        if x.is_sign_negative() { y } else { x }
    } else {
        x.max(y)
    }
}

/// `math.Min`, likewise.
fn min(x: f64, y: f64) -> f64 {
    if x.is_nan() || y.is_nan() {
        if x == f64::NEG_INFINITY || y == f64::NEG_INFINITY { f64::NEG_INFINITY } else { f64::NAN }
    } else {
        -max(-x, -y)
    }
}

fn rand_int(args: &[Value]) -> FuncResult {
    let (min, max) = (int(args, 0), int(args, 1));
    match u64::try_from(max.wrapping_sub(min)) {
        Ok(span) if span > 0 => Ok(Value::Int(min.wrapping_add(sources::below(span)? as i64))),
        _ => Err("invalid argument to Intn".into()),
    }
}

fn decimals(first: &Value, others: &[Value], f: impl Fn(&Decimal, &Decimal) -> Result<Decimal, String>) -> FuncResult {
    let mut sum = Decimal::from_f64(to_f64(first))?;
    for v in others {
        sum = f(&sum, &Decimal::from_f64(to_f64(v))?)?;
    }
    Ok(Value::Float(sum.to_f64()))
}

/// Rounds up from the given fraction on (one half); negative numbers go by the fraction too, as Go's `Modf` has it.
fn round(args: &[Value]) -> f64 {
    let round_on = match args.get(2) {
        Some(v) => to_f64(v),
        None => 0.5,
    };
    let pow = pow10(int(args, 1) as f64);
    let digit = pow * to_f64(any(args, 0));
    // Modf of an infinity has a NaN fraction
    let fraction = digit - digit.trunc();
    let whole = if fraction >= round_on { digit.ceil() } else { digit.floor() };
    whole / pow
}

/// `math.Pow(10, y)` for whole `y`, by Go's own algorithm: its last bit may differ from the C library's.
fn pow10(y: f64) -> f64 {
    if y == 0.0 {
        return 1.0;
    }
    if y == 1.0 {
        return 10.0;
    }
    let mut n = y.abs() as i64;
    let (mut answer, mut answer_exp) = (1.0, 0i32);
    let (mut x, mut x_exp) = (0.625, 4i32); // Frexp(10)
    while n != 0 {
        if x_exp.abs() > 1 << 12 {
            answer_exp += x_exp;
            break;
        }
        if n & 1 == 1 {
            answer *= x;
            answer_exp += x_exp;
        }
        x *= x;
        x_exp <<= 1;
        if x < 0.5 {
            x += x;
            x_exp -= 1;
        }
        n >>= 1;
    }
    if y < 0.0 {
        answer = 1.0 / answer;
        answer_exp = -answer_exp;
    }
    ldexp(answer, answer_exp)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seq_of(n: &[i64]) -> String {
        let args: Vec<Value> = n.iter().map(|n| Value::Int(*n)).collect();
        seq(&args).unwrap().as_str().unwrap().to_string()
    }

    #[test]
    fn sequences() {
        assert_eq!((seq_of(&[0]).as_str(), seq_of(&[3]).as_str()), ("1 0", "1 2 3"));
        assert_eq!((seq_of(&[0, 2, 5]).as_str(), seq_of(&[5, 1, 0]).as_str()), ("0 2 4", ""));
        assert_eq!(until(-3).collect::<Vec<_>>(), [0, -1, -2]);
        assert_eq!(Steps::new(0, 5, 0).count(), 0);
    }

    #[test]
    fn rounding() {
        let r = |f: f64, p: i64| round(&[Value::Float(f), Value::Int(p)]);
        assert_eq!((r(123.555555, 3), r(2.5, 0), r(-2.4, 0), r(12345.0, -2)), (123.556, 3.0, -3.0, 12300.0));
        assert_eq!((pow10(3.0), pow10(-2.0), pow10(400.0)), (1000.0, 0.01, f64::INFINITY));
    }
}
