//! `multipleOf` in decimal: 0.3 is a multiple of 0.1, which binary floats deny.
//!
//! Helm's library reckons with fractions, boon with floats: what boon refuses wrongly is taken out of its tree.

use boon::{ErrorKind, ValidationError};
use serde_json::Number;

/// Takes wrong refusals out; true when nothing is left.
pub(super) fn prune(e: &mut ValidationError<'_, '_>) -> bool {
    if let ErrorKind::MultipleOf { got, want } = &e.kind {
        return is_multiple(got, want).unwrap_or(false);
    }
    if e.causes.is_empty() {
        return false;
    }
    // one branch that fits satisfies these; the others need all of theirs
    let any = matches!(e.kind, ErrorKind::AnyOf | ErrorKind::OneOf(None));
    let before = e.causes.len();
    e.causes.retain_mut(|cause| !prune(cause));
    let dropped = before - e.causes.len();
    match e.kind {
        ErrorKind::AnyOf => dropped > 0,
        ErrorKind::OneOf(None) => dropped == 1,
        _ => !any && e.causes.is_empty(),
    }
}

fn is_multiple(got: &Number, want: &Number) -> Option<bool> {
    let (a, a_scale) = decimal(got)?;
    let (b, b_scale) = decimal(want)?;
    let scale = a_scale.max(b_scale);
    let up = |n: i128, from: u32| n.checked_mul(10i128.checked_pow(scale - from)?);
    let (a, b) = (up(a, a_scale)?, up(b, b_scale)?);
    (b != 0).then(|| a % b == 0)
}

/// A number as a whole number and how many of its digits stand behind the point.
fn decimal(n: &Number) -> Option<(i128, u32)> {
    let text = n.to_string();
    let (mantissa, exp) = text.split_once(['e', 'E']).unwrap_or((&text, "0"));
    let exp: i32 = exp.parse().ok()?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits: i128 = format!("{whole}{fraction}").parse().ok()?;
    let scale = i32::try_from(fraction.len()).ok()? - exp;
    match u32::try_from(scale) {
        Ok(scale) => Some((digits, scale)),
        Err(_) => Some((digits.checked_mul(10i128.checked_pow(scale.unsigned_abs())?)?, 0)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_exact() {
        let n = |f: f64| Number::from_f64(f).unwrap();
        assert_eq!(is_multiple(&n(0.3), &n(0.1)), Some(true));
        assert_eq!(is_multiple(&n(0.35), &n(0.1)), Some(false));
        assert_eq!(is_multiple(&n(1e21), &n(0.5)), Some(true));
    }
}
