//! `strconv.FormatFloat`: the digits are computed by others, the shape around them is Go's.

use std::fmt::Write;

/// Decimal digits without trailing zeros; the value is `0.d × 10^dp`. Zero has no digits.
struct Digits<'a> {
    d: &'a [u8],
    dp: i32,
}

/// More digits than any float64 has: beyond them all is zero.
const MAX_DIGITS: usize = 800;

/// A text buffer on the stack; what does not fit is refused (it never happens for the widths asked).
struct Text {
    len: usize,
    buf: [u8; MAX_DIGITS + 16],
}

impl Write for Text {
    fn write_str(&mut self, s: &str) -> std::fmt::Result {
        let end = self.len + s.len();
        let to = self.buf.get_mut(self.len..end).ok_or(std::fmt::Error)?;
        to.copy_from_slice(s.as_bytes());
        self.len = end;
        Ok(())
    }
}

impl<'a> Digits<'a> {
    /// From plain or exponent form without a sign: `123.45`, `1.5e-7`, `1e21`. The digits go into `buf`.
    fn parse(text: &[u8], buf: &'a mut [u8]) -> Digits<'a> {
        let (mut len, mut dp, mut point, mut exp) = (0, 0, false, 0);
        for (at, c) in text.iter().enumerate() {
            match c {
                b'.' => point = true,
                b'e' => {
                    exp = text.get(at + 1..).and_then(|e| std::str::from_utf8(e).ok()?.parse().ok()).unwrap_or(0);
                    break;
                }
                b'0' if len == 0 => dp -= i32::from(point),
                c => {
                    dp += i32::from(!point);
                    if let Some(to) = buf.get_mut(len) {
                        *to = *c;
                        len += 1;
                    }
                }
            }
        }
        let d = &buf[..len];
        let zeros = d.iter().rev().take_while(|c| **c == b'0').count();
        let d = &d[..len - zeros];
        Digits { d, dp: if d.is_empty() { 0 } else { dp + exp } }
    }
    fn nd(&self) -> i32 {
        self.d.len() as i32
    }
}

/// The bits of a float that its size matters for.
#[derive(Clone, Copy)]
struct Layout {
    mant_bits: u32,
    exp_bits: u32,
    bias: i32,
}

const F64: Layout = Layout { mant_bits: 52, exp_bits: 11, bias: -1023 };
const F32: Layout = Layout { mant_bits: 23, exp_bits: 8, bias: -127 };

/// `strconv.FormatFloat(f, fmt, prec, 64)`: `fmt` is one of `b e E f g G x X`, `prec` -1 for the shortest form.
pub fn format_float(f: f64, fmt: u8, prec: i32) -> String {
    let mut out = Vec::with_capacity(24);
    append_float(&mut out, f, fmt, prec);
    String::from_utf8(out).unwrap_or_default()
}

/// `strconv.FormatFloat(f, fmt, prec, 32)`.
pub fn format_float32(f: f32, fmt: u8, prec: i32) -> String {
    let mut out = Vec::with_capacity(24);
    append_float32(&mut out, f, fmt, prec);
    String::from_utf8(out).unwrap_or_default()
}

/// `strconv.AppendFloat(out, f, fmt, prec, 64)`.
pub fn append_float(out: &mut Vec<u8>, f: f64, fmt: u8, prec: i32) {
    // whole numbers below 10^6 look the same in g and f: ports, counts, sizes
    if prec < 0 && matches!(fmt, b'g' | b'f') && f.abs() < 1e6 && f.trunc() == f && (f != 0.0 || f.is_sign_positive()) {
        return super::append_int(out, f as i64);
    }
    append(out, Float { bits: f.to_bits(), wide: f, lay: F64 }, fmt, prec);
}

/// `strconv.AppendFloat(out, f, fmt, prec, 32)`.
pub fn append_float32(out: &mut Vec<u8>, f: f32, fmt: u8, prec: i32) {
    append(out, Float { bits: u64::from(f.to_bits()), wide: f64::from(f), lay: F32 }, fmt, prec);
}

/// A float of either size.
struct Float {
    bits: u64,
    /// The value, exactly.
    wide: f64,
    lay: Layout,
}

impl Float {
    /// The digits go into `buf`: a float64 has 17 at most.
    fn shortest<'a>(&self, buf: &'a mut [u8; 32]) -> Digits<'a> {
        let mut text = zmij::Buffer::new();
        let abs = self.wide.abs();
        let single = self.lay.mant_bits == F32.mant_bits;
        let text = if single { text.format_finite(abs as f32) } else { text.format_finite(abs) };
        Digits::parse(text.as_bytes(), buf)
    }
}

fn append(out: &mut Vec<u8>, f: Float, fmt: u8, prec: i32) {
    let Float { bits, wide, lay } = f;
    let neg = bits >> (lay.exp_bits + lay.mant_bits) != 0;
    let exp_max = (1i32 << lay.exp_bits) - 1;
    let mut exp = ((bits >> lay.mant_bits) & exp_max as u64) as i32;
    let mut mant = bits & ((1u64 << lay.mant_bits) - 1);
    if exp == exp_max {
        out.extend_from_slice(if mant != 0 {
            b"NaN"
        } else if neg {
            b"-Inf"
        } else {
            b"+Inf"
        });
        return;
    }
    if exp == 0 {
        exp = 1;
    } else {
        mant |= 1 << lay.mant_bits;
    }
    exp += lay.bias;

    if neg {
        out.push(b'-');
    }
    match fmt {
        b'b' => return binary(out, mant, exp - lay.mant_bits as i32),
        b'x' | b'X' => return hexadecimal(out, prec, fmt, mant, exp, lay),
        _ => {}
    }
    let mut prec = prec;
    if prec < 0 {
        let mut buf = [0; 32];
        let d = f.shortest(&mut buf);
        prec = match fmt {
            b'e' | b'E' => (d.nd() - 1).max(0),
            b'f' => (d.nd() - d.dp).max(0),
            _ => d.nd(),
        };
        return layout(out, &d, true, prec, fmt);
    }
    match fmt {
        b'f' => {
            // Rust writes %f itself; a float64 has no digit after the 1074th
            let shown = (prec as usize).min(1100);
            let abs = wide.abs();
            let _ = write!(Utf8(out), "{abs:.shown$}");
            out.resize(out.len() + (prec as usize - shown), b'0');
            return;
        }
        b'g' | b'G' if prec == 0 => prec = 1,
        _ => {}
    }
    let digits = if matches!(fmt, b'e' | b'E') { prec } else { prec - 1 };
    let digits = (digits.max(0) as usize).min(MAX_DIGITS - 1);
    let mut text = Text { len: 0, buf: [0; MAX_DIGITS + 16] };
    let _ = write!(text, "{:.digits$e}", wide.abs());
    let mut buf = [0; MAX_DIGITS + 16];
    layout(out, &Digits::parse(&text.buf[..text.len], &mut buf), false, prec, fmt);
}

/// Lets `write!` append ASCII to bytes.
struct Utf8<'a>(&'a mut Vec<u8>);
impl Write for Utf8<'_> {
    fn write_str(&mut self, s: &str) -> std::fmt::Result {
        self.0.extend_from_slice(s.as_bytes());
        Ok(())
    }
}

/// Go's `formatDigits`.
fn layout(out: &mut Vec<u8>, d: &Digits<'_>, shortest: bool, prec: i32, fmt: u8) {
    match fmt {
        b'e' | b'E' => exponent_form(out, d, prec, fmt),
        b'f' => plain_form(out, d, prec),
        b'g' | b'G' => {
            let mut threshold = prec;
            if threshold > d.nd() && d.nd() >= d.dp {
                threshold = d.nd();
            }
            if shortest {
                threshold = 6;
            }
            let exp = d.dp - 1;
            if exp < -4 || exp >= threshold {
                exponent_form(out, d, prec.min(d.nd()) - 1, fmt + b'e' - b'g');
            } else {
                plain_form(out, d, (d.nd() - d.dp).max(0));
            }
        }
        _ => out.extend_from_slice(&[b'%', fmt]),
    }
}

fn exponent_form(out: &mut Vec<u8>, d: &Digits<'_>, prec: i32, e: u8) {
    let digits = d.d;
    out.push(digits.first().copied().unwrap_or(b'0'));
    if prec > 0 {
        out.push(b'.');
        let prec = prec as usize;
        let shown = digits.get(1..digits.len().min(prec + 1)).unwrap_or_default();
        out.extend_from_slice(shown);
        out.resize(out.len() + prec - shown.len(), b'0');
    }
    out.push(e);
    let exp = if digits.is_empty() { 0 } else { d.dp - 1 };
    signed_exponent(out, exp);
}

/// `+07`, `-123`: at least two digits.
fn signed_exponent(out: &mut Vec<u8>, exp: i32) {
    out.push(if exp < 0 { b'-' } else { b'+' });
    let exp = exp.abs();
    if exp < 10 {
        out.push(b'0');
    }
    super::append_int(out, i64::from(exp));
}

fn plain_form(out: &mut Vec<u8>, d: &Digits<'_>, prec: i32) {
    let digits = d.d;
    if d.dp > 0 {
        let whole = d.dp as usize;
        let shown = digits.len().min(whole);
        out.extend_from_slice(&digits[..shown]);
        out.resize(out.len() + whole - shown, b'0');
    } else {
        out.push(b'0');
    }
    if prec > 0 {
        out.push(b'.');
        for i in 0..prec {
            let at = usize::try_from(d.dp + i).ok();
            out.push(at.and_then(|at| digits.get(at)).copied().unwrap_or(b'0'));
        }
    }
}

fn binary(out: &mut Vec<u8>, mant: u64, exp: i32) {
    super::append_int(out, mant as i64); // at most 53 bits
    out.push(b'p');
    if exp >= 0 {
        out.push(b'+');
    }
    super::append_int(out, i64::from(exp));
}

fn hexadecimal(out: &mut Vec<u8>, prec: i32, fmt: u8, mut mant: u64, mut exp: i32, lay: Layout) {
    const LEAD: u64 = 1 << 60;
    if mant == 0 {
        exp = 0;
    }
    mant <<= 60 - lay.mant_bits;
    while mant != 0 && mant & LEAD == 0 {
        mant <<= 1;
        exp -= 1;
    }
    if (0..15).contains(&prec) {
        let shift = prec as u32 * 4;
        let extra = (mant << shift) & (LEAD - 1);
        mant >>= 60 - shift;
        if extra | (mant & 1) > 1 << 59 {
            mant += 1;
        }
        mant <<= 60 - shift;
        if mant & (1 << 61) != 0 {
            mant >>= 1;
            exp += 1;
        }
    }
    let hex: &[u8; 16] = if fmt == b'X' { b"0123456789ABCDEF" } else { b"0123456789abcdef" };
    out.extend_from_slice(&[b'0', fmt, b'0' + ((mant >> 60) & 1) as u8]);
    mant <<= 4;
    if prec < 0 {
        if mant != 0 {
            out.push(b'.');
        }
        while mant != 0 {
            out.push(hex[(mant >> 60) as usize & 15]);
            mant <<= 4;
        }
    } else if prec > 0 {
        out.push(b'.');
        for _ in 0..prec {
            out.push(hex[(mant >> 60) as usize & 15]);
            mant <<= 4;
        }
    }
    out.push(if fmt == b'X' { b'P' } else { b'p' });
    signed_exponent(out, exp);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_are_go_s() {
        let cases: &[(f64, u8, i32, &str)] = &[
            (1e6, b'g', -1, "1e+06"),
            (999999.0, b'g', -1, "999999"),
            (1234567.0, b'g', -1, "1.234567e+06"),
            (0.0001, b'g', -1, "0.0001"),
            (0.00001, b'g', -1, "1e-05"),
            (-0.0, b'g', -1, "-0"),
            (100.0, b'e', -1, "1e+02"),
            (100.0, b'f', -1, "100"),
            (2.5, b'f', 0, "2"),
            (0.5, b'e', 3, "5.000e-01"),
            (1.0, b'x', -1, "0x1p+00"),
            (2.5, b'b', -1, "5629499534213120p-51"),
            (100.0, b'g', 3, "100"),
            (1000.0, b'g', 3, "1e+03"),
            (0.0, b'g', 0, "0"),
            (0.0, b'e', 2, "0.00e+00"),
            (1.0, b'X', 3, "0X1.000P+00"),
            (f64::INFINITY, b'f', 2, "+Inf"),
            (5e-324, b'g', -1, "5e-324"),
        ];
        for (f, fmt, prec, want) in cases {
            assert_eq!(format_float(*f, *fmt, *prec), *want, "{f} {} {prec}", *fmt as char);
        }
        assert_eq!(format_float32(0.1, b'g', -1), "0.1");
        assert_eq!(format_float(1.0, b'f', 2000).len(), 2002);
    }
}
