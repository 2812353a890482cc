//! Times of a record, as Go's `time.Time` reads and writes them in JSON (RFC 3339 with nanoseconds).

use jiff::tz::Offset;
use jiff::{Timestamp, Zoned};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An instant with the offset it was written with; the default is Go's zero time, which records leave out.
///
/// Helm 3 wrote the zero time as `""`; that is read as zero, as Helm 4 reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Time(Option<(Timestamp, Offset)>);

impl Time {
    /// The zero time.
    pub const ZERO: Time = Time(None);

    /// The present, with the offset of the machine's time zone.
    pub fn now() -> Time {
        let now = Zoned::now();
        Time(Some((now.timestamp(), now.offset())))
    }

    /// Whether this is Go's zero time.
    pub fn is_zero(self) -> bool {
        self.0.is_none()
    }

    /// Nanoseconds since 1970; the zero time is before every other.
    pub fn as_nanos(self) -> i128 {
        self.0.map_or(i128::MIN, |(t, _)| t.as_nanosecond())
    }

    /// The instant, unless zero.
    pub fn timestamp(self) -> Option<Timestamp> {
        self.0.map(|(t, _)| t)
    }

    /// The wall clock of the offset that the time was written with, unless zero.
    pub fn zoned(self) -> Option<Zoned> {
        self.0.map(|(t, o)| t.to_zoned(o.to_time_zone()))
    }

    /// Reads RFC 3339, as Go's `UnmarshalJSON` does; `""` and the year-1 zero are the zero time.
    ///
    /// # Errors
    /// The text, when it is no time.
    pub fn parse(text: &str) -> Result<Time, String> {
        if text.is_empty() || text == "0001-01-01T00:00:00Z" {
            return Ok(Time::ZERO);
        }
        let bad = |_| format!("parsing time {text:?} as \"2006-01-02T15:04:05Z07:00\": cannot parse");
        let stamp: Timestamp = text.parse().map_err(bad)?;
        Ok(Time(Some((stamp, offset_of(text)))))
    }
}

/// The offset at the end of an RFC 3339 text; UTC for `Z`.
fn offset_of(text: &str) -> Offset {
    let tail = text.len().checked_sub(6).and_then(|at| text.get(at..)).unwrap_or_default();
    let sign = match tail.as_bytes().first() {
        Some(b'+') => 1,
        Some(b'-') => -1,
        _ => return Offset::UTC,
    };
    let part = |r: std::ops::Range<usize>| tail.get(r).and_then(|s| s.parse::<i32>().ok()).unwrap_or(0);
    Offset::from_seconds(sign * (part(1..3) * 3600 + part(4..6) * 60)).unwrap_or(Offset::UTC)
}

impl std::fmt::Display for Time {
    /// Go's `time.RFC3339Nano`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Some((stamp, offset)) = self.0 else { return f.write_str("0001-01-01T00:00:00Z") };
        let t = offset.to_datetime(stamp);
        write!(
            f,
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}",
            t.year(),
            t.month(),
            t.day(),
            t.hour(),
            t.minute(),
            t.second()
        )?;
        if t.subsec_nanosecond() != 0 {
            write!(f, ".{}", format!("{:09}", t.subsec_nanosecond()).trim_end_matches('0'))?;
        }
        let minutes = offset.seconds() / 60;
        if minutes == 0 {
            return f.write_str("Z");
        }
        let sign = if minutes < 0 { '-' } else { '+' };
        write!(f, "{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = Option::<std::borrow::Cow<'de, str>>::deserialize(d)?;
        Time::parse(text.as_deref().unwrap_or_default()).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trips() {
        for t in ["2026-11-21T03:46:17.123456789Z", "2026-11-21T03:46:17.5+01:30", "2020-01-01T00:00:00-08:00"] {
            assert_eq!(Time::parse(t).unwrap().to_string(), t);
        }
        assert!(Time::parse("").unwrap().is_zero());
        assert!(Time::parse("x").is_err());
    }
}
