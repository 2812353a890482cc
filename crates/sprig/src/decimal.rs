//! Decimal arithmetic of shopspring/decimal behind `addf` and its kin: 0.1 + 0.2 is 0.3.

use num_bigint_dig::{BigInt, Sign};

/// Digits after the point that a division keeps.
const DIVISION_PRECISION: i32 = 16;

/// `value` × 10^`exp`.
#[derive(Debug, Clone)]
pub(crate) struct Decimal {
    value: BigInt,
    exp: i32,
}

fn power_of_ten(n: i32) -> BigInt {
    let mut out = BigInt::from(1);
    let mut base = BigInt::from(10);
    let mut n = n.max(0);
    while n > 0 {
        if n & 1 == 1 {
            out *= &base;
        }
        base = &base * &base;
        n >>= 1;
    }
    out
}

impl Decimal {
    /// `NewFromFloat`: the shortest digits that give the float back. The error is the text of Go's panic.
    pub(crate) fn from_f64(f: f64) -> Result<Decimal, String> {
        if !f.is_finite() {
            let shown = if f.is_nan() {
                "NaN"
            } else if f > 0.0 {
                "+Inf"
            } else {
                "-Inf"
            };
            return Err(format!("Cannot create a Decimal from {shown}"));
        }
        // `{:e}` is the shortest form: d.ddde±x
        let text = format!("{f:e}");
        let (digits, exp) = text.split_once('e').unwrap_or((&text, "0"));
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let exp = exp.parse::<i32>().unwrap_or(0) - fraction.len() as i32;
        let value = format!("{whole}{fraction}").parse::<i64>().unwrap_or(0); // at most 17 digits
        Ok(Decimal { value: value.into(), exp })
    }

    /// The nearest float.
    pub(crate) fn to_f64(&self) -> f64 {
        format!("{}e{}", self.value, self.exp).parse().unwrap_or(f64::NAN)
    }

    fn rescaled(&self, exp: i32) -> BigInt {
        &self.value * power_of_ten(self.exp - exp)
    }

    pub(crate) fn add(&self, o: &Decimal) -> Decimal {
        let exp = self.exp.min(o.exp);
        Decimal { value: self.rescaled(exp) + o.rescaled(exp), exp }
    }

    pub(crate) fn sub(&self, o: &Decimal) -> Decimal {
        let exp = self.exp.min(o.exp);
        Decimal { value: self.rescaled(exp) - o.rescaled(exp), exp }
    }

    pub(crate) fn mul(&self, o: &Decimal) -> Decimal {
        Decimal { value: &self.value * &o.value, exp: self.exp.saturating_add(o.exp) }
    }

    /// Rounded half away from zero at 16 digits after the point.
    pub(crate) fn div(&self, o: &Decimal) -> Result<Decimal, String> {
        if o.value.sign() == Sign::NoSign {
            return Err("decimal division by 0".into());
        }
        let shift = self.exp - o.exp + DIVISION_PRECISION;
        let (a, b) = if shift < 0 {
            (self.value.clone(), &o.value * power_of_ten(-shift))
        } else {
            (&self.value * power_of_ten(shift), o.value.clone())
        };
        let quotient = &a / &b;
        let remainder = &a - &quotient * &b;
        let round = magnitude(&(remainder * 2)) >= magnitude(&b);
        let away = match (round, self.value.sign() == o.value.sign()) {
            (false, _) => 0,
            (true, true) => 1,
            (true, false) => -1,
        };
        Ok(Decimal { value: quotient + BigInt::from(away), exp: -DIVISION_PRECISION })
    }
}

fn magnitude(n: &BigInt) -> BigInt {
    if n.sign() == Sign::Minus { -n } else { n.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn d(f: f64) -> Decimal {
        Decimal::from_f64(f).unwrap()
    }

    #[test]
    fn decimal_not_binary() {
        assert_eq!(d(0.1).add(&d(0.2)).to_f64(), 0.3);
        assert_eq!(d(1.0).div(&d(3.0)).unwrap().to_f64(), 0.3333333333333333);
        assert_eq!(d(-2.0).div(&d(3.0)).unwrap().to_f64(), -0.6666666666666667);
        assert_eq!(d(1e300).mul(&d(1e300)).to_f64(), f64::INFINITY);
        assert_eq!(d(1e22).sub(&d(1.0)).to_f64(), 1e22);
        assert_eq!(d(1.0).div(&d(0.0)).unwrap_err(), "decimal division by 0");
    }
}
