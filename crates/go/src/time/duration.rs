//! `time.Duration`.

use std::fmt;

/// A span in nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Duration(pub i64);

/// Why a text is no duration; `Display` is Go's text (`time: unknown unit "d" in duration "1d"`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DurationError(String);

impl fmt::Display for DurationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
impl std::error::Error for DurationError {}

const SECOND: u64 = 1_000_000_000;

impl Duration {
    /// `time.ParseDuration`: `1h15m30.918s`, `-1.5h`, `100ms`.
    pub fn parse(s: &[u8]) -> Result<Duration, DurationError> {
        let quoted = super::parse::quote(s);
        let invalid = || DurationError(format!("time: invalid duration {quoted}"));
        let (neg, mut rest) = match s {
            [b'-', rest @ ..] => (true, rest),
            [b'+', rest @ ..] => (false, rest),
            _ => (false, s),
        };
        if rest == b"0" {
            return Ok(Duration(0));
        }
        if rest.is_empty() {
            return Err(invalid());
        }
        const MAX: u64 = 1 << 63;
        let mut total = 0u64;
        while !rest.is_empty() {
            let digits = rest.iter().take_while(|c| c.is_ascii_digit()).count();
            let (whole, after) = rest.split_at(digits);
            let mut v = 0u64;
            for c in whole {
                v = v.checked_mul(10).and_then(|v| v.checked_add(u64::from(c - b'0'))).ok_or_else(invalid)?;
                if v > MAX {
                    return Err(invalid());
                }
            }
            rest = after;
            let (mut f, mut scale, mut fraction_digits) = (0u64, 1f64, 0);
            if let [b'.', after @ ..] = rest {
                fraction_digits = after.iter().take_while(|c| c.is_ascii_digit()).count();
                let mut full = false;
                for c in &after[..fraction_digits] {
                    // what no longer fits is dropped
                    let next = f.checked_mul(10).and_then(|f| f.checked_add(u64::from(c - b'0')));
                    match next.filter(|n| !full && *n <= MAX && f <= (MAX - 1) / 10) {
                        Some(n) => {
                            f = n;
                            scale *= 10.0;
                        }
                        None => full = true,
                    }
                }
                rest = &after[fraction_digits..];
            }
            if digits == 0 && fraction_digits == 0 {
                return Err(invalid());
            }
            let n = rest.iter().take_while(|c| **c != b'.' && !c.is_ascii_digit()).count();
            if n == 0 {
                return Err(DurationError(format!("time: missing unit in duration {quoted}")));
            }
            let (name, after) = rest.split_at(n);
            rest = after;
            let unit = match name {
                b"ns" => 1,
                b"us" | b"\xc2\xb5s" | b"\xce\xbcs" => 1000,
                b"ms" => 1_000_000,
                b"s" => SECOND,
                b"m" => 60 * SECOND,
                b"h" => 3600 * SECOND,
                _ => {
                    let name = super::parse::quote(name);
                    return Err(DurationError(format!("time: unknown unit {name} in duration {quoted}")));
                }
            };
            if v > MAX / unit {
                return Err(invalid());
            }
            v *= unit;
            if f > 0 {
                v += (f as f64 * (unit as f64 / scale)) as u64;
            }
            total = total.checked_add(v).filter(|t| *t <= MAX && v <= MAX).ok_or_else(invalid)?;
        }
        if neg {
            return Ok(Duration((total as i64).wrapping_neg()));
        }
        i64::try_from(total).map(Duration).map_err(|_| invalid())
    }

    /// `Round`: to the nearest multiple of `m`, away from zero from half.
    pub fn round(self, m: Duration) -> Duration {
        if m.0 <= 0 {
            return self;
        }
        let r = (self.0 % m.0).unsigned_abs();
        let step = if r * 2 < m.0.unsigned_abs() { -(r as i64) } else { m.0 - r as i64 };
        Duration(if self.0 < 0 { self.0.saturating_sub(step) } else { self.0.saturating_add(step) })
    }

    /// `Truncate`: toward zero to a multiple of `m`.
    pub fn truncate(self, m: Duration) -> Duration {
        if m.0 <= 0 { self } else { Duration(self.0 - self.0 % m.0) }
    }

    /// `Abs`
    pub fn abs(self) -> Duration {
        Duration(self.0.saturating_abs())
    }

    /// `Seconds`, `Minutes`, `Hours`: the whole in that unit, which is given in nanoseconds.
    pub(super) fn in_unit(self, unit: i64) -> f64 {
        (self.0 / unit) as f64 + (self.0 % unit) as f64 / unit as f64
    }

    /// `Seconds()`
    pub fn seconds(self) -> f64 {
        self.in_unit(SECOND as i64)
    }
    /// `Minutes()`
    pub fn minutes(self) -> f64 {
        self.in_unit(60 * SECOND as i64)
    }
    /// `Hours()`
    pub fn hours(self) -> f64 {
        self.in_unit(3600 * SECOND as i64)
    }
}

/// A count of `unit`s with its fraction, without trailing zeros: `1.5`, `2`.
fn fraction(u: u64, digits: usize) -> String {
    let unit = 10u64.pow(digits as u32);
    let text = format!("{}.{:0digits$}", u / unit, u % unit);
    text.trim_end_matches('0').trim_end_matches('.').to_string()
}

impl fmt::Display for Duration {
    /// `String()`: `1h15m30.918s`, `1.5ms`, `0s`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let u = self.0.unsigned_abs();
        if self.0 < 0 {
            f.write_str("-")?;
        }
        match u {
            0 => return f.write_str("0s"),
            1..1000 => return write!(f, "{u}ns"),
            1000..1_000_000 => return write!(f, "{}µs", fraction(u, 3)),
            1_000_000..SECOND => return write!(f, "{}ms", fraction(u, 6)),
            _ => {}
        }
        let minutes = u / (60 * SECOND);
        if minutes >= 60 {
            write!(f, "{}h", minutes / 60)?;
        }
        if minutes > 0 {
            write!(f, "{}m", minutes % 60)?;
        }
        write!(f, "{}s", fraction(u % (60 * SECOND), 9))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        for s in ["0s", "1ns", "1.5µs", "20ms", "1s", "1m35s", "2h10m5s", "-1h0m0.5s", "2562047h47m16.854775807s"] {
            assert_eq!(Duration::parse(s.as_bytes()).unwrap().to_string(), s);
        }
        assert_eq!(Duration::parse(b"1.5h").unwrap().to_string(), "1h30m0s");
        for (s, want) in [
            ("", "time: invalid duration \"\""),
            ("1", "time: missing unit in duration \"1\""),
            ("1d", "time: unknown unit \"d\" in duration \"1d\""),
            ("9223372036854775808ns", "time: invalid duration \"9223372036854775808ns\""),
        ] {
            assert_eq!(Duration::parse(s.as_bytes()).unwrap_err().to_string(), want);
        }
        let half = Duration(1_500_000_000);
        assert_eq!(half.round(Duration(1_000_000_000)).to_string(), "2s");
        assert_eq!(Duration(-half.0).round(Duration(1_000_000_000)).to_string(), "-2s");
    }
}
