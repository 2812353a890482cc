//! Go's `time`: instants with a zone, durations, layouts.
//!
//! Arithmetic is done here on seconds since 1970, so that every year that Go can hold works; zone data comes from
//! `jiff`, and only when a zone is asked for.

mod duration;
mod layout;
mod object;
mod parse;
mod zone;

pub use duration::{Duration, DurationError};
pub use object::{DURATION, MONTH, TIME, WEEKDAY};
pub use parse::{ParseError, parse, parse_in_location};
pub use zone::{Location, LocationError};

/// `time.RFC3339`
pub const RFC3339: &[u8] = b"2006-01-02T15:04:05Z07:00";
/// `time.RFC3339Nano`
pub const RFC3339_NANO: &[u8] = b"2006-01-02T15:04:05.999999999Z07:00";

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const WEEKDAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

const DAY: i64 = 86_400;

/// 1 January of the year 1, Go's zero time, in seconds since 1970.
const ZERO: i64 = -62_135_596_800;

/// An instant, and the zone that it is shown in.
#[derive(Debug, Clone)]
pub struct Time {
    /// Seconds since 1970.
    secs: i64,
    /// 0 up to 10^9.
    nanos: u32,
    loc: Location,
}

/// What clock and calendar of the zone show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Civil {
    /// The year; 0 is the one before 1.
    pub year: i64,
    /// 1 to 12.
    pub month: u32,
    /// 1 to 31.
    pub day: u32,
    /// 0 to 23.
    pub hour: u32,
    /// 0 to 59.
    pub minute: u32,
    /// 0 to 59.
    pub second: u32,
    /// 1 to 366.
    pub year_day: u32,
    /// 0 is Sunday.
    pub weekday: u32,
}

/// Days since 1970 of a date in the proleptic Gregorian calendar; `month` is 1 to 12, `day` any number.
fn days_of(year: i64, month: i64, day: i64) -> i64 {
    // years begin in March here, so that the leap day comes last
    let y = year - i64::from(month <= 2);
    let era = y.div_euclid(400);
    let of_era = y.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468 + day - 1
}

/// The date of a day since 1970.
fn date_of(days: i64) -> (i64, u32, u32) {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let month = (mp + 2) % 12 + 1;
    (yoe + era * 400 + i64::from(month <= 2), month as u32, (doy - (153 * mp + 2) / 5 + 1) as u32)
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_in(month: u32, year: i64) -> u32 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

impl Time {
    /// Go's zero `time.Time`: the year 1, UTC.
    pub fn zero() -> Time {
        Time { secs: ZERO, nanos: 0, loc: Location::utc() }
    }

    /// `time.Unix(secs, nanos)` in a zone.
    pub fn unix(secs: i64, nanos: i64, loc: Location) -> Time {
        let secs = secs.saturating_add(nanos.div_euclid(1_000_000_000));
        Time { secs, nanos: nanos.rem_euclid(1_000_000_000) as u32, loc }
    }

    /// A reading of the system's clock, in the local zone.
    pub fn from_system(t: std::time::SystemTime) -> Time {
        let (secs, nanos) = match t.duration_since(std::time::UNIX_EPOCH) {
            Ok(d) => (d.as_secs() as i64, i64::from(d.subsec_nanos())),
            Err(e) => (-(e.duration().as_secs() as i64), -i64::from(e.duration().subsec_nanos())),
        };
        Time::unix(secs, nanos, Location::local())
    }

    /// `time.Date`: parts beyond their range carry over; a time that the zone skips or repeats is taken as Go does.
    #[allow(clippy::too_many_arguments)] // Go's signature
    pub fn date(
        year: i64,
        month: i64,
        day: i64,
        hour: i64,
        minute: i64,
        second: i64,
        nanos: i64,
        loc: Location,
    ) -> Time {
        // keep far-off numbers from overflowing: Go wraps there, and nobody asks
        let limit = |n: i64, most: i64| n.clamp(-most, most);
        let month = limit(month, 1 << 32) - 1;
        let year = limit(year, 1 << 33) + month.div_euclid(12);
        let days = days_of(year, month.rem_euclid(12) + 1, limit(day, 1 << 40));
        let clock = limit(hour, 1 << 40) * 3600 + limit(minute, 1 << 40) * 60 + limit(second, 1 << 50);
        let local = days * DAY + clock;
        let utc = local - loc.lookup(local).offset;
        let secs = local - loc.lookup(utc).offset;
        Time::unix(secs, nanos, loc)
    }

    /// `Unix()`
    pub fn secs(&self) -> i64 {
        self.secs
    }
    /// `Nanosecond()`
    pub fn nanos(&self) -> u32 {
        self.nanos
    }
    /// `Location()`
    pub fn location(&self) -> &Location {
        &self.loc
    }
    /// The same instant in another zone (`In`).
    pub fn in_location(&self, loc: Location) -> Time {
        Time { secs: self.secs, nanos: self.nanos, loc }
    }
    /// `IsZero()`
    pub fn is_zero(&self) -> bool {
        self.secs == ZERO && self.nanos == 0
    }

    /// `Compare`
    pub fn compare(&self, o: &Time) -> std::cmp::Ordering {
        (self.secs, self.nanos).cmp(&(o.secs, o.nanos))
    }

    /// `Add`
    #[allow(clippy::should_implement_trait)] // Go's name
    pub fn add(&self, d: Duration) -> Time {
        let nanos = i64::from(self.nanos) + d.0 % 1_000_000_000;
        Time::unix(self.secs.saturating_add(d.0 / 1_000_000_000), nanos, self.loc.clone())
    }

    /// `Sub`: as far as a duration can hold it.
    #[allow(clippy::should_implement_trait)] // Go's name
    pub fn sub(&self, o: &Time) -> Duration {
        let n = self.total_nanos() - o.total_nanos();
        Duration(n.clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64)
    }

    /// `AddDate`
    pub fn add_date(&self, years: i64, months: i64, days: i64) -> Time {
        let c = self.civil();
        Time::date(
            c.year.saturating_add(years),
            i64::from(c.month).saturating_add(months),
            i64::from(c.day).saturating_add(days),
            i64::from(c.hour),
            i64::from(c.minute),
            i64::from(c.second),
            i64::from(self.nanos),
            self.loc.clone(),
        )
    }

    fn total_nanos(&self) -> i128 {
        i128::from(self.secs) * 1_000_000_000 + i128::from(self.nanos)
    }

    /// `Truncate`: down to a multiple of `d` since the zero time.
    pub fn truncate(&self, d: Duration) -> Time {
        if d.0 <= 0 {
            return self.clone();
        }
        self.add(Duration(-self.past_multiple(d)))
    }

    /// `Round`: to the nearest multiple of `d` since the zero time, up from half.
    pub fn round(&self, d: Duration) -> Time {
        if d.0 <= 0 {
            return self.clone();
        }
        let r = self.past_multiple(d);
        self.add(Duration(if i128::from(r) * 2 < i128::from(d.0) { -r } else { d.0 - r }))
    }

    fn past_multiple(&self, d: Duration) -> i64 {
        let since_zero = self.total_nanos() - i128::from(ZERO) * 1_000_000_000;
        since_zero.rem_euclid(i128::from(d.0)) as i64
    }

    /// Date and clock in the time's zone.
    pub fn civil(&self) -> Civil {
        let local = self.secs.saturating_add(self.loc.lookup(self.secs).offset);
        let (days, clock) = (local.div_euclid(DAY), local.rem_euclid(DAY) as u32);
        let (year, month, day) = date_of(days);
        Civil {
            year,
            month,
            day,
            hour: clock / 3600,
            minute: clock / 60 % 60,
            second: clock % 60,
            year_day: (days - days_of(year, 1, 1) + 1) as u32,
            weekday: (days + 4).rem_euclid(7) as u32,
        }
    }

    /// `Format`
    pub fn format(&self, layout: &[u8]) -> Vec<u8> {
        layout::format(self, layout)
    }

    /// `String()`: `2006-01-02 15:04:05.999999999 -0700 MST`.
    pub fn text(&self) -> Vec<u8> {
        self.format(b"2006-01-02 15:04:05.999999999 -0700 MST")
    }
}

impl PartialEq for Time {
    /// Go's `==`: the same instant in the same zone.
    fn eq(&self, o: &Time) -> bool {
        self.secs == o.secs && self.nanos == o.nanos && self.loc == o.loc
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(t: &Time, layout: &str) -> String {
        String::from_utf8(t.format(layout.as_bytes())).unwrap()
    }

    #[test]
    fn calendar() {
        for days in [-800_000, -719_528, -1, 0, 59, 60, 11_016, 19_782, 800_000] {
            let (y, m, d) = date_of(days);
            assert_eq!(days_of(y, i64::from(m), i64::from(d)), days);
        }
        let t = Time::unix(1_709_251_199, 5_000_000, Location::utc());
        assert_eq!(
            show(&t, "Mon Monday Jan January _2 02 2 002 __2 06 2006"),
            "Thu Thursday Feb February 29 29 29 060  60 24 2024"
        );
        assert_eq!(
            show(&t, "15:04:05.000 3PM pm .999 ,000 Z07:00 -0700 MST"),
            "23:59:59.005 11PM pm .005 ,005 Z +0000 UTC"
        );
        assert_eq!(String::from_utf8_lossy(&Time::zero().text()), "0001-01-01 00:00:00 +0000 UTC");
        assert_eq!(show(&t.add_date(0, 1, 0), "2006-01-02"), "2024-03-29");
        assert_eq!(show(&t.round(Duration(3_600_000_000_000)), "15:04"), "00:00");
    }

    #[test]
    fn zones() {
        let berlin = Location::load("Europe/Berlin").unwrap();
        let t = Time::unix(1_719_792_000, 0, berlin.clone());
        assert_eq!(show(&t, "2006-01-02 15:04 -0700 MST"), "2024-07-01 02:00 +0200 CEST");
        assert_eq!(Time::date(2024, 3, 31, 2, 30, 0, 0, berlin).secs(), 1_711_848_600);
        assert_eq!(Location::load("Nope/Zone").unwrap_err().to_string(), "unknown time zone Nope/Zone");
        assert!(Location::load("europe/berlin").is_err());
        assert!(Location::load("../x").is_err());
    }

    #[test]
    fn parsing() {
        let utc = Location::utc();
        let p = |layout: &str, s: &str| match parse_in_location(layout.as_bytes(), s.as_bytes(), &utc) {
            Ok(t) => String::from_utf8(t.text()).unwrap(),
            Err(e) => e.to_string(),
        };
        for (layout, s, want) in [
            ("2006-01-02", "2020-02-03", "2020-02-03 00:00:00 +0000 UTC"),
            ("2006-01-02", "2020-02-30", "parsing time \"2020-02-30\": day out of range"),
            ("2006-01-02", "bad", "parsing time \"bad\" as \"2006-01-02\": cannot parse \"bad\" as \"2006\""),
            ("2006-01-02", "2020-02-03x", "parsing time \"2020-02-03x\": extra text: \"x\""),
            ("15:04:05", "23:59:60", "parsing time \"23:59:60\": second out of range"),
            ("2006-01-02 MST", "2020-02-03 PST", "2020-02-03 00:00:00 +0000 PST"),
            ("2006-01-02 -0700", "2020-02-03 +0530", "2020-02-03 00:00:00 +0530 +0530"),
            ("Mon, 02 Jan 2006", "tue, 03 feb 2020", "2020-02-03 00:00:00 +0000 UTC"),
            ("", "", "0000-01-01 00:00:00 +0000 UTC"),
            (
                "2006-01-02T15:04:05Z07:00",
                "2020-01-01T00:00:00.123456789+01:00",
                "2020-01-01 00:00:00.123456789 +0100 +0100",
            ),
            ("2006 002", "2024 060", "2024-02-29 00:00:00 +0000 UTC"),
            ("3:04PM", "12:30AM", "0000-01-01 00:30:00 +0000 UTC"),
        ] {
            assert_eq!(p(layout, s), want);
        }
    }
}
