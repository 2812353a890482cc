//! `time.Parse`.

use std::fmt;

use super::layout::{OffsetForm, Part, next_part};
use super::{Location, MONTHS, Time, WEEKDAYS, days_in, is_leap};

/// Go's `*time.ParseError`; `Display` is its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseError(String);

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
impl std::error::Error for ParseError {}

/// How the time package quotes: every byte beyond ASCII as `\x..`.
pub(super) fn quote(s: &[u8]) -> String {
    let mut out = String::with_capacity(s.len() + 2);
    out.push('"');
    for c in s {
        match c {
            0x80.. | 0..0x20 => out.push_str(&format!("\\x{c:02x}")),
            b'"' | b'\\' => {
                out.push('\\');
                out.push(*c as char);
            }
            c => out.push(*c as char),
        }
    }
    out.push('"');
    out
}

/// `time.Parse`: without a zone in the text, the time is UTC.
pub fn parse(layout: &[u8], value: &[u8]) -> Result<Time, ParseError> {
    read(layout, value, &Location::utc(), &Location::local())
}

/// `time.ParseInLocation`: without a zone in the text, the time is in that one.
pub fn parse_in_location(layout: &[u8], value: &[u8], loc: &Location) -> Result<Time, ParseError> {
    read(layout, value, loc, loc)
}

/// Why a part did not parse.
enum Wrong {
    /// Not shaped like the part.
    Shape,
    /// Out of range, with the name of what is.
    Range(&'static str),
}

type Step<T> = Result<T, Wrong>;

/// What was read so far.
#[derive(Default)]
struct Fields {
    year: i64,
    month: Option<u32>,
    day: Option<u32>,
    year_day: Option<u32>,
    hour: u32,
    minute: u32,
    second: u32,
    nanos: i64,
    afternoon: Option<bool>,
    utc: bool,
    offset: Option<i64>,
    zone: Option<String>,
}

fn read(layout: &[u8], value: &[u8], default: &Location, local: &Location) -> Result<Time, ParseError> {
    let range = |what: &str| ParseError(format!("parsing time {}: {what}", quote(value)));
    let shape = |elem: &[u8], at: &[u8]| {
        let (v, l, at, elem) = (quote(value), quote(layout), quote(at), quote(elem));
        ParseError(format!("parsing time {v} as {l}: cannot parse {at} as {elem}"))
    };
    let mut f = Fields::default();
    let (mut rest_layout, mut rest) = (layout, value);
    loop {
        let part = next_part(rest_layout);
        let prefix = &rest_layout[..part.map_or(rest_layout.len(), |p| p.0)];
        rest = skip(rest, prefix).map_err(|at| shape(prefix, at))?;
        let Some((start, part, end)) = part else {
            if !rest.is_empty() {
                return Err(range(&format!("extra text: {}", quote(rest))));
            }
            break;
        };
        let text = &rest_layout[start..end];
        rest_layout = &rest_layout[end..];
        let before = rest;
        f.part(part, &mut rest, rest_layout).map_err(|w| match w {
            Wrong::Shape => shape(text, before),
            Wrong::Range(what) => range(&format!("{what} out of range")),
        })?;
    }
    f.finish(default, local).map_err(range)
}

/// Steps over the literal text of a layout; a space stands for any number of them. The error is where it stopped.
fn skip<'a>(mut value: &'a [u8], mut prefix: &[u8]) -> Result<&'a [u8], &'a [u8]> {
    fn cut(mut s: &[u8]) -> &[u8] {
        while let [b' ', rest @ ..] = s {
            s = rest;
        }
        s
    }
    while let Some(c) = prefix.first() {
        if *c == b' ' {
            if value.first().is_some_and(|v| *v != b' ') {
                return Err(value);
            }
            prefix = cut(prefix);
            value = cut(value);
            continue;
        }
        if value.first() != Some(c) {
            return Err(value);
        }
        prefix = &prefix[1..];
        value = &value[1..];
    }
    Ok(value)
}

fn digit(s: &[u8], at: usize) -> Option<u32> {
    s.get(at).filter(|c| c.is_ascii_digit()).map(|c| u32::from(c - b'0'))
}

/// One or two digits, or exactly two.
fn two(s: &mut &[u8], fixed: bool) -> Step<u32> {
    let first = digit(s, 0).ok_or(Wrong::Shape)?;
    match digit(s, 1) {
        None if fixed => Err(Wrong::Shape),
        None => {
            *s = &s[1..];
            Ok(first)
        }
        Some(second) => {
            *s = &s[2..];
            Ok(first * 10 + second)
        }
    }
}

/// Go's `atoi`: a sign may stand before the digits.
fn atoi(s: &[u8]) -> Step<i64> {
    let (neg, digits) = match s {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, s),
    };
    let mut n = 0i64;
    for c in digits {
        if !c.is_ascii_digit() {
            return Err(Wrong::Shape);
        }
        n = n.checked_mul(10).and_then(|n| n.checked_add(i64::from(c - b'0'))).ok_or(Wrong::Shape)?;
    }
    Ok(if neg { -n } else { n })
}

/// A name of a table, in any case: its place.
fn name(s: &mut &[u8], table: &[&str], short: bool) -> Step<u32> {
    for (i, word) in table.iter().enumerate() {
        let word = if short { &word.as_bytes()[..3] } else { word.as_bytes() };
        if s.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word)) {
            *s = &s[word.len()..];
            return Ok(i as u32);
        }
    }
    Err(Wrong::Shape)
}

/// Takes `n` bytes off the front.
fn take<'a>(s: &mut &'a [u8], n: usize) -> Step<&'a [u8]> {
    let (head, tail) = s.split_at_checked(n).ok_or(Wrong::Shape)?;
    *s = tail;
    Ok(head)
}

/// A separator and digits as nanoseconds; digits beyond the ninth are dropped.
fn nanos(s: &[u8]) -> Step<i64> {
    if !matches!(s.first(), Some(b'.' | b',')) {
        return Err(Wrong::Shape);
    }
    let digits = &s[1..s.len().min(10)];
    let n = atoi(digits)?;
    if n < 0 {
        return Err(Wrong::Range("fractional second"));
    }
    Ok(n * 10i64.pow(9 - digits.len() as u32))
}

fn within(n: u32, end: u32, what: &'static str) -> Step<u32> {
    if n < end { Ok(n) } else { Err(Wrong::Range(what)) }
}

impl Fields {
    /// Reads one part; `after` is what the layout holds after it.
    fn part(&mut self, part: Part, s: &mut &[u8], after: &[u8]) -> Step<()> {
        match part {
            Part::Year => {
                let y = atoi(take(s, 2)?)?;
                self.year = y + if y >= 69 { 1900 } else { 2000 };
            }
            Part::LongYear => {
                digit(s, 0).ok_or(Wrong::Shape)?;
                self.year = atoi(take(s, 4)?)?;
            }
            Part::Month => self.month = Some(name(s, &MONTHS, true)? + 1),
            Part::LongMonth => self.month = Some(name(s, &MONTHS, false)? + 1),
            Part::NumMonth | Part::ZeroMonth => {
                let m = two(s, part == Part::ZeroMonth)?;
                if !(1..=12).contains(&m) {
                    return Err(Wrong::Range("month"));
                }
                self.month = Some(m);
            }
            Part::Weekday => drop(name(s, &WEEKDAYS, true)?),
            Part::LongWeekday => drop(name(s, &WEEKDAYS, false)?),
            Part::Day | Part::UnderDay | Part::ZeroDay => {
                if part == Part::UnderDay {
                    *s = s.strip_prefix(b" ").unwrap_or(s);
                }
                self.day = Some(two(s, part == Part::ZeroDay)?);
            }
            Part::UnderYearDay | Part::ZeroYearDay => {
                if part == Part::UnderYearDay {
                    *s = s.strip_prefix(b" ").unwrap_or(s);
                    *s = s.strip_prefix(b" ").unwrap_or(s);
                }
                let n = s.iter().take(3).take_while(|c| c.is_ascii_digit()).count();
                if n == 0 || part == Part::ZeroYearDay && n != 3 {
                    return Err(Wrong::Shape);
                }
                self.year_day = Some(atoi(take(s, n)?)? as u32);
            }
            Part::Hour => self.hour = within(two(s, false)?, 24, "hour")?,
            Part::Hour12 | Part::ZeroHour12 => self.hour = within(two(s, part == Part::ZeroHour12)?, 13, "hour")?,
            Part::Minute | Part::ZeroMinute => {
                self.minute = within(two(s, part == Part::ZeroMinute)?, 60, "minute")?;
            }
            Part::Second | Part::ZeroSecond => {
                self.second = within(two(s, part == Part::ZeroSecond)?, 60, "second")?;
                // a fraction in the text that the layout does not ask for
                if matches!(s.first(), Some(b'.' | b','))
                    && digit(s, 1).is_some()
                    && !matches!(next_part(after), Some((_, Part::Fraction0(..) | Part::Fraction9(..), _)))
                {
                    let n = 1 + s[1..].iter().take_while(|c| c.is_ascii_digit()).count();
                    self.nanos = nanos(take(s, n)?)?;
                }
            }
            Part::UpperPm | Part::LowerPm => {
                let (pm, am): (&[u8], &[u8]) = if part == Part::UpperPm { (b"PM", b"AM") } else { (b"pm", b"am") };
                match take(s, 2)? {
                    w if w == pm => self.afternoon = Some(true),
                    // Go lets an earlier PM win
                    w if w == am => self.afternoon = self.afternoon.or(Some(false)),
                    _ => return Err(Wrong::Shape),
                }
            }
            Part::Offset(form) if form.z && s.first() == Some(&b'Z') => {
                *s = &s[1..];
                self.utc = true;
            }
            Part::Offset(form) => self.offset = Some(offset(s, form)?),
            Part::ZoneName => {
                if let Some(rest) = s.strip_prefix(b"UTC") {
                    *s = rest;
                    self.utc = true;
                } else {
                    let n = zone_name(s).ok_or(Wrong::Shape)?;
                    self.zone = Some(String::from_utf8_lossy(take(s, n)?).into_owned());
                }
            }
            Part::Fraction0(n, _) => self.nanos = nanos(take(s, n + 1)?)?,
            Part::Fraction9(..) => {
                if matches!(s.first(), Some(b'.' | b',')) && digit(s, 1).is_some() {
                    let n = 1 + s[1..].iter().take_while(|c| c.is_ascii_digit()).count();
                    self.nanos = nanos(take(s, n)?)?;
                }
            }
        }
        Ok(())
    }

    fn finish(mut self, default: &Location, local: &Location) -> Result<Time, &'static str> {
        match self.afternoon {
            Some(true) if self.hour < 12 => self.hour += 12,
            Some(false) if self.hour == 12 => self.hour = 0,
            _ => {}
        }
        if let Some(n) = self.year_day {
            if n < 1 || n > 365 + u32::from(is_leap(self.year)) {
                return Err("day-of-year out of range");
            }
            let (mut month, mut day) = (1, n);
            while day > days_in(month, self.year) {
                day -= days_in(month, self.year);
                month += 1;
            }
            if self.month.is_some_and(|m| m != month) {
                return Err("day-of-year does not match month");
            }
            if self.day.is_some_and(|d| d != day) {
                return Err("day-of-year does not match day");
            }
            (self.month, self.day) = (Some(month), Some(day));
        }
        let (month, day) = (self.month.unwrap_or(1), self.day.unwrap_or(1));
        if day < 1 || day > days_in(month, self.year) {
            return Err("day out of range");
        }
        let at = |loc: Location| {
            let [month, day, hour, minute, second] = [month, day, self.hour, self.minute, self.second].map(i64::from);
            Time::date(self.year, month, day, hour, minute, second, self.nanos, loc)
        };
        if self.utc {
            return Ok(at(Location::utc()));
        }
        // Go keeps -1 for "no offset"
        if let Some(offset) = self.offset.filter(|o| *o != -1) {
            let t = at(Location::utc());
            let t = Time::unix(t.secs() - offset, i64::from(t.nanos()), Location::utc());
            let here = local.lookup(t.secs());
            let same = here.offset == offset && self.zone.as_ref().is_none_or(|z| **z == *here.name);
            let name = self.zone.as_deref().unwrap_or_default();
            return Ok(t.in_location(if same { local.clone() } else { Location::fixed(name, offset) }));
        }
        if let Some(zone) = &self.zone {
            let t = at(Location::utc());
            if let Some(offset) = local.lookup_name(zone, t.secs()) {
                return Ok(Time::unix(t.secs() - offset, i64::from(t.nanos()), local.clone()));
            }
            let hours = zone.strip_prefix("GMT").and_then(|h| atoi(h.as_bytes()).ok()).unwrap_or(0);
            let t = at(Location::utc());
            return Ok(t.in_location(Location::fixed(zone, hours * 3600)));
        }
        Ok(at(default.clone()))
    }
}

/// `+0530` and its forms, in seconds.
fn offset(s: &mut &[u8], form: OffsetForm) -> Step<i64> {
    let len = 3 + if form.minutes { 2 } else { 0 } + if form.seconds { 2 } else { 0 };
    let colons = if form.colon { usize::from(form.minutes) + usize::from(form.seconds) } else { 0 };
    let text = take(s, len + colons)?;
    let step = if form.colon { 3 } else { 2 };
    if form.colon && (text[3] != b':' || form.seconds && text[6] != b':') {
        return Err(Wrong::Shape);
    }
    // Go looks at the ranges first, at the last part first of all
    let mut well = true;
    let mut pair = |at: usize, there: bool| match two(&mut text.get(at..at + 2).unwrap_or_default(), true) {
        Ok(n) if there && well => n,
        Err(_) if there => {
            well = false;
            0
        }
        _ => 0,
    };
    let sign_ok = matches!(text[0], b'+' | b'-');
    let (h, m, sec) = (pair(1, true), pair(1 + step, form.minutes), pair(1 + 2 * step, form.seconds));
    if sec > 60 {
        return Err(Wrong::Range("time zone offset second"));
    }
    if m > 60 {
        return Err(Wrong::Range("time zone offset minute"));
    }
    if h > 24 {
        return Err(Wrong::Range("time zone offset hour"));
    }
    if !well || !sign_ok {
        return Err(Wrong::Shape);
    }
    let n = i64::from((h * 60 + m) * 60 + sec);
    Ok(if text[0] == b'-' { -n } else { n })
}

/// The length of what looks like a zone's abbreviation.
fn zone_name(s: &[u8]) -> Option<usize> {
    if s.len() < 3 {
        return None;
    }
    if s.starts_with(b"ChST") || s.starts_with(b"MeST") {
        return Some(4);
    }
    if let Some(rest) = s.strip_prefix(b"GMT") {
        return Some(3 + signed_hours(rest).unwrap_or(0));
    }
    if matches!(s[0], b'+' | b'-') {
        return signed_hours(s);
    }
    match s.iter().take(6).take_while(|c| c.is_ascii_uppercase()).count() {
        3 => Some(3),
        4 if s[3] == b'T' || s.starts_with(b"WITA") => Some(4),
        5 if s[4] == b'T' => Some(5),
        _ => None,
    }
}

/// The length of `+8`, `-03`: a sign and hours up to 23.
fn signed_hours(s: &[u8]) -> Option<usize> {
    if !matches!(s.first(), Some(b'+' | b'-')) {
        return None;
    }
    let digits = s[1..].iter().take_while(|c| c.is_ascii_digit()).count();
    let n = atoi(&s[1..1 + digits]).ok()?;
    (digits > 0 && n <= 23).then_some(1 + digits)
}
