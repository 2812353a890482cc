//! Go's `time.Time` as far as files and lock files need it: a moment, its zone's offset, RFC 3339 both ways.

use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

/// Seconds from 1970 back to the year 1, where Go's zero time stands.
const ZERO_SECS: i64 = -62_135_596_800;

/// A moment with nanoseconds and the offset of the zone that it is written in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Timestamp {
    secs: i64,
    nanos: u32,
    offset: i32,
}

impl Default for Timestamp {
    fn default() -> Self {
        Timestamp::ZERO
    }
}

impl Timestamp {
    /// Go's zero time, `0001-01-01T00:00:00Z`: "not known".
    pub const ZERO: Timestamp = Timestamp { secs: ZERO_SECS, nanos: 0, offset: 0 };

    /// Now, in UTC.
    pub fn now() -> Self {
        Self::from_system(SystemTime::now())
    }

    /// From seconds and nanoseconds since 1970, in UTC.
    pub fn from_unix(secs: i64, nanos: u32) -> Self {
        Timestamp { secs, nanos, offset: 0 }
    }

    /// From the system's clock or a file's time.
    pub fn from_system(t: SystemTime) -> Self {
        match t.duration_since(UNIX_EPOCH) {
            Ok(d) => Self::from_unix(d.as_secs() as i64, d.subsec_nanos()),
            Err(before) => {
                let d = before.duration();
                let (secs, nanos) = match d.subsec_nanos() {
                    0 => (-(d.as_secs() as i64), 0),
                    n => (-(d.as_secs() as i64) - 1, 1_000_000_000 - n),
                };
                Self::from_unix(secs, nanos)
            }
        }
    }

    /// Whether this is the zero time.
    pub fn is_zero(self) -> bool {
        self.secs == ZERO_SECS && self.nanos == 0
    }

    /// Seconds since 1970.
    pub fn unix_secs(self) -> i64 {
        self.secs
    }

    /// Nanoseconds within the second.
    pub fn subsec_nanos(self) -> u32 {
        self.nanos
    }

    /// Reads `2006-01-02T15:04:05.999999999Z07:00`.
    pub fn parse_rfc3339(s: &str) -> Option<Self> {
        let b = s.as_bytes();
        let num = |from: usize, to: usize| -> Option<i64> {
            let part = s.get(from..to)?;
            part.bytes().all(|c| c.is_ascii_digit()).then(|| part.parse().ok())?
        };
        let sep = |at: usize, c: u8| b.get(at) == Some(&c);
        if !(sep(4, b'-') && sep(7, b'-') && sep(10, b'T') && sep(13, b':') && sep(16, b':')) {
            return None;
        }
        let (y, mo, d, h, mi, sec) = (num(0, 4)?, num(5, 7)?, num(8, 10)?, num(11, 13)?, num(14, 16)?, num(17, 19)?);
        if !(1..=12).contains(&mo) || d < 1 || d > days_in(y, mo) || h > 23 || mi > 59 || sec > 59 {
            return None;
        }
        let mut rest = s.get(19..)?;
        let mut nanos = 0;
        if let Some(frac) = rest.strip_prefix(['.', ',']) {
            let digits = frac.bytes().take_while(u8::is_ascii_digit).count();
            if digits == 0 {
                return None;
            }
            for i in 0..9 {
                nanos = nanos * 10 + frac.as_bytes().get(i).filter(|_| i < digits).map_or(0, |c| u32::from(c - b'0'));
            }
            rest = &frac[digits..];
        }
        let offset = match rest.as_bytes() {
            b"Z" => 0,
            [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] if [h1, h2, m1, m2].iter().all(|c| c.is_ascii_digit()) => {
                let two = |a: &u8, b: &u8| i32::from(a - b'0') * 10 + i32::from(b - b'0');
                let (h, m) = (two(h1, h2), two(m1, m2));
                if h > 24 || m > 60 {
                    return None;
                }
                let secs = h * 3600 + m * 60;
                if *sign == b'-' { -secs } else { secs }
            }
            _ => return None,
        };
        let secs = days_from_civil(y, mo, d) * 86_400 + h * 3600 + mi * 60 + sec - i64::from(offset);
        Some(Timestamp { secs, nanos, offset })
    }

    /// Writes Go's `time.RFC3339Nano`: no trailing zeros in the fraction.
    pub fn to_rfc3339_nano(self) -> String {
        self.to_string()
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let local = self.secs + i64::from(self.offset);
        let (days, rest) = (local.div_euclid(86_400), local.rem_euclid(86_400));
        let (y, m, d) = civil_from_days(days);
        write!(f, "{y:04}-{m:02}-{d:02}T{:02}:{:02}:{:02}", rest / 3600, rest / 60 % 60, rest % 60)?;
        if self.nanos != 0 {
            let digits = format!("{:09}", self.nanos);
            write!(f, ".{}", digits.trim_end_matches('0'))?;
        }
        if self.offset == 0 {
            return f.write_str("Z");
        }
        let (sign, o) = if self.offset < 0 { ('-', -self.offset) } else { ('+', self.offset) };
        write!(f, "{sign}{:02}:{:02}", o / 3600, o / 60 % 60)
    }
}

fn days_in(y: i64, m: i64) -> i64 {
    match m {
        2 if y % 4 == 0 && (y % 100 != 0 || y % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970 of a proleptic Gregorian date (Hinnant's `days_from_civil`).
fn days_from_civil(y: i64, m: i64, d: i64) -> i64 {
    let y = if m <= 2 { y - 1 } else { y };
    let era = y.div_euclid(400);
    let yoe = y - era * 400;
    let doy = (153 * (if m > 2 { m - 3 } else { m + 9 }) + 2) / 5 + d - 1;
    let doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    era * 146_097 + doe - 719_468
}

fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z - era * 146_097;
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let d = doy - (153 * mp + 2) / 5 + 1;
    let m = if mp < 10 { mp + 3 } else { mp - 9 };
    (yoe + era * 400 + i64::from(m <= 2), m, d)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc3339_comes_back_as_it_went() {
        for s in ["2020-02-29T12:00:00.123456789+02:00", "0001-01-01T00:00:00Z", "1969-12-31T23:59:59.5Z"] {
            assert_eq!(Timestamp::parse_rfc3339(s).map(|t| t.to_string()).as_deref(), Some(s));
        }
        assert!(Timestamp::parse_rfc3339("2021-02-29T12:00:00Z").is_none());
        assert!(Timestamp::parse_rfc3339("0001-01-01T00:00:00Z").is_some_and(Timestamp::is_zero));
    }
}
