//! Layouts: the reference time's parts, found in a text; `Format`.

use super::{MONTHS, Time, WEEKDAYS};

/// A part of a layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    LongMonth,
    Month,
    NumMonth,
    ZeroMonth,
    LongWeekday,
    Weekday,
    Day,
    UnderDay,
    ZeroDay,
    UnderYearDay,
    ZeroYearDay,
    Hour,
    Hour12,
    ZeroHour12,
    Minute,
    ZeroMinute,
    Second,
    ZeroSecond,
    LongYear,
    Year,
    /// `PM`
    UpperPm,
    /// `pm`
    LowerPm,
    /// `MST`
    ZoneName,
    /// An offset.
    Offset(OffsetForm),
    /// `.000`: so many digits after that separator.
    Fraction0(usize, u8),
    /// `.999`: without trailing zeros.
    Fraction9(usize, u8),
}

/// How an offset is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct OffsetForm {
    /// `Z` for UTC.
    pub z: bool,
    pub colon: bool,
    pub minutes: bool,
    pub seconds: bool,
}

const OFFSETS: [(&[u8], OffsetForm); 5] = [
    (b"070000", OffsetForm { z: false, colon: false, minutes: true, seconds: true }),
    (b"07:00:00", OffsetForm { z: false, colon: true, minutes: true, seconds: true }),
    (b"0700", OffsetForm { z: false, colon: false, minutes: true, seconds: false }),
    (b"07:00", OffsetForm { z: false, colon: true, minutes: true, seconds: false }),
    (b"07", OffsetForm { z: false, colon: false, minutes: false, seconds: false }),
];

/// The first part of a layout: where it starts, what it is, where it ends.
pub(super) fn next_part(layout: &[u8]) -> Option<(usize, Part, usize)> {
    (0..layout.len()).find_map(|at| {
        let (part, skip, len) = part_at(&layout[at..])?;
        Some((at + skip, part, at + skip + len))
    })
}

/// The part at the front: what it is, how much of a literal comes before it, and its length.
fn part_at(s: &[u8]) -> Option<(Part, usize, usize)> {
    let part = |p: Part, len: usize| Some((p, 0, len));
    let lower_at = |i: usize| s.get(i).is_some_and(u8::is_ascii_lowercase);
    match *s.first()? {
        b'J' if s.starts_with(b"January") => part(Part::LongMonth, 7),
        b'J' if s.starts_with(b"Jan") && !lower_at(3) => part(Part::Month, 3),
        b'M' if s.starts_with(b"Monday") => part(Part::LongWeekday, 6),
        b'M' if s.starts_with(b"Mon") && !lower_at(3) => part(Part::Weekday, 3),
        b'M' if s.starts_with(b"MST") => part(Part::ZoneName, 3),
        b'0' => match s.get(1)? {
            b'1' => part(Part::ZeroMonth, 2),
            b'2' => part(Part::ZeroDay, 2),
            b'3' => part(Part::ZeroHour12, 2),
            b'4' => part(Part::ZeroMinute, 2),
            b'5' => part(Part::ZeroSecond, 2),
            b'6' => part(Part::Year, 2),
            b'0' if s.get(2) == Some(&b'2') => part(Part::ZeroYearDay, 3),
            _ => None,
        },
        b'1' if s.get(1) == Some(&b'5') => part(Part::Hour, 2),
        b'1' => part(Part::NumMonth, 1),
        b'2' if s.starts_with(b"2006") => part(Part::LongYear, 4),
        b'2' => part(Part::Day, 1),
        b'_' if s.starts_with(b"_2006") => Some((Part::LongYear, 1, 4)),
        b'_' if s.starts_with(b"_2") => part(Part::UnderDay, 2),
        b'_' if s.starts_with(b"__2") => part(Part::UnderYearDay, 3),
        b'3' => part(Part::Hour12, 1),
        b'4' => part(Part::Minute, 1),
        b'5' => part(Part::Second, 1),
        b'P' if s.get(1) == Some(&b'M') => part(Part::UpperPm, 2),
        b'p' if s.get(1) == Some(&b'm') => part(Part::LowerPm, 2),
        sign @ (b'-' | b'Z') => {
            let (text, form) = OFFSETS.iter().find(|(text, _)| s[1..].starts_with(text))?;
            part(Part::Offset(OffsetForm { z: sign == b'Z', ..*form }), text.len() + 1)
        }
        sep @ (b'.' | b',') => {
            let digit = *s.get(1).filter(|c| matches!(c, b'0' | b'9'))?;
            let n = s[1..].iter().take_while(|c| **c == digit).count();
            if s.get(n + 1).is_some_and(u8::is_ascii_digit) {
                return None; // a longer number
            }
            part(if digit == b'0' { Part::Fraction0(n, sep) } else { Part::Fraction9(n, sep) }, n + 1)
        }
        _ => None,
    }
}

/// Appends a number with at least so many digits.
fn number(out: &mut Vec<u8>, n: i64, width: usize) {
    if n < 0 {
        out.push(b'-');
    }
    out.extend_from_slice(format!("{:0width$}", n.unsigned_abs()).as_bytes());
}

pub(super) fn format(t: &Time, layout: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(layout.len() + 16);
    let zone = t.location().lookup(t.secs());
    let c = t.civil();
    let hour12 = i64::from((c.hour + 11) % 12 + 1);
    let month = MONTHS.get(c.month as usize - 1).copied().unwrap_or_default();
    let weekday = WEEKDAYS.get(c.weekday as usize).copied().unwrap_or_default();
    let mut rest = layout;
    while let Some((start, part, end)) = next_part(rest) {
        out.extend_from_slice(&rest[..start]);
        rest = &rest[end..];
        match part {
            Part::LongMonth => out.extend_from_slice(month.as_bytes()),
            Part::Month => out.extend_from_slice(&month.as_bytes()[..3]),
            Part::NumMonth => number(&mut out, i64::from(c.month), 0),
            Part::ZeroMonth => number(&mut out, i64::from(c.month), 2),
            Part::LongWeekday => out.extend_from_slice(weekday.as_bytes()),
            Part::Weekday => out.extend_from_slice(&weekday.as_bytes()[..3]),
            Part::Day => number(&mut out, i64::from(c.day), 0),
            Part::UnderDay => out.extend_from_slice(format!("{:2}", c.day).as_bytes()),
            Part::ZeroDay => number(&mut out, i64::from(c.day), 2),
            Part::UnderYearDay => out.extend_from_slice(format!("{:3}", c.year_day).as_bytes()),
            Part::ZeroYearDay => number(&mut out, i64::from(c.year_day), 3),
            Part::Hour => number(&mut out, i64::from(c.hour), 2),
            Part::Hour12 => number(&mut out, hour12, 0),
            Part::ZeroHour12 => number(&mut out, hour12, 2),
            Part::Minute => number(&mut out, i64::from(c.minute), 0),
            Part::ZeroMinute => number(&mut out, i64::from(c.minute), 2),
            Part::Second => number(&mut out, i64::from(c.second), 0),
            Part::ZeroSecond => number(&mut out, i64::from(c.second), 2),
            Part::LongYear => number(&mut out, c.year, 4),
            Part::Year => number(&mut out, c.year.abs() % 100, 2),
            Part::UpperPm => out.extend_from_slice(if c.hour >= 12 { b"PM" } else { b"AM" }),
            Part::LowerPm => out.extend_from_slice(if c.hour >= 12 { b"pm" } else { b"am" }),
            Part::ZoneName if zone.name.is_empty() => {
                offset(&mut out, zone.offset, OFFSETS[2].1);
            }
            Part::ZoneName => out.extend_from_slice(zone.name.as_bytes()),
            Part::Offset(form) => offset(&mut out, zone.offset, form),
            Part::Fraction0(n, sep) => fraction(&mut out, t.nanos(), n, sep),
            Part::Fraction9(_, _) if t.nanos() == 0 => {}
            Part::Fraction9(n, sep) => {
                fraction(&mut out, t.nanos(), n, sep);
                while out.last() == Some(&b'0') {
                    out.pop();
                }
                if out.last() == Some(&sep) {
                    out.pop();
                }
            }
        }
    }
    out.extend_from_slice(rest);
    out
}

fn fraction(out: &mut Vec<u8>, nanos: u32, n: usize, sep: u8) {
    out.push(sep);
    let text = format!("{nanos:09}");
    out.extend_from_slice(&text.as_bytes()[..n.min(9)]);
}

fn offset(out: &mut Vec<u8>, seconds: i64, form: OffsetForm) {
    if form.z && seconds == 0 {
        return out.push(b'Z');
    }
    // Go goes by whole minutes for the sign
    let minutes = seconds / 60;
    out.push(if minutes < 0 { b'-' } else { b'+' });
    let (minutes, seconds) = if minutes < 0 { (-minutes, -seconds) } else { (minutes, seconds) };
    number(out, minutes / 60, 2);
    if form.minutes {
        if form.colon {
            out.push(b':');
        }
        number(out, minutes % 60, 2);
    }
    if form.seconds {
        if form.colon {
            out.push(b':');
        }
        number(out, seconds % 60, 2);
    }
}
