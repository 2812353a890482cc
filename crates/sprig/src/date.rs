//! Dates. The clock is the thread's ([`crate::set_now`]); zones come from Go's rules for `time.LoadLocation`.

use pintle_go::time::{Duration, Location, RFC3339_NANO, TIME, Time, parse_in_location};
use pintle_go::{Func, FuncError, FuncResult, Num, Type, Value, strconv};

use crate::args::{any, text};
use crate::sources;

const ANY: Type = Type::Any;
const S: Type = Type::String;

pub(crate) const FUNCS: &[Func] = &[
    Func::plain("now", &[], TIME, |_| Ok(now().value())),
    Func::plain("ago", &[ANY], S, ago),
    Func::plain("date", &[S, ANY], S, |a| Ok(formatted(text(a, 0), any(a, 1), b"Local"))),
    Func::plain("date_in_zone", &[S, ANY, S], S, |a| Ok(formatted(text(a, 0), any(a, 1), text(a, 2)))),
    Func::plain("dateInZone", &[S, ANY, S], S, |a| Ok(formatted(text(a, 0), any(a, 1), text(a, 2)))),
    Func::plain("htmlDate", &[ANY], S, |a| Ok(formatted(DAY, any(a, 0), b"Local"))),
    Func::plain("htmlDateInZone", &[ANY, S], S, |a| Ok(formatted(DAY, any(a, 0), text(a, 1)))),
    Func::plain("date_modify", &[S, TIME], TIME, |a| Ok(modified(a).unwrap_or_else(|_| time(any(a, 1))).value())),
    Func::plain("dateModify", &[S, TIME], TIME, |a| Ok(modified(a).unwrap_or_else(|_| time(any(a, 1))).value())),
    Func::plain("must_date_modify", &[S, TIME], TIME, |a| Ok(modified(a)?.value())),
    Func::plain("mustDateModify", &[S, TIME], TIME, |a| Ok(modified(a)?.value())),
    Func::plain("toDate", &[S, S], TIME, |a| Ok(parsed(a).unwrap_or_else(|_| Time::zero()).value())),
    Func::plain("mustToDate", &[S, S], TIME, |a| Ok(parsed(a)?.value())),
    Func::plain("unixEpoch", &[TIME], S, |a| Ok(time(any(a, 0)).secs().to_string().into())),
    Func::plain("duration", &[ANY], S, |a| Ok(duration(any(a, 0)))),
    Func::plain("durationRound", &[ANY], S, |a| Ok(duration_round(any(a, 0)).into())),
];

const DAY: &[u8] = b"2006-01-02";
const SECOND: i64 = 1_000_000_000;

fn now() -> Time {
    let (secs, nanos) = sources::now();
    Time::unix(secs, i64::from(nanos), Location::local())
}

/// The time of a `time.Time` argument.
fn time(v: &Value) -> Time {
    Time::of(v).cloned().unwrap_or_else(Time::zero)
}

/// A time, or seconds since 1970 in an `int`, `int32` or `int64`; anything else is now.
fn formatted(layout: &[u8], v: &Value, zone: &[u8]) -> Value {
    let unix = |secs| Time::unix(secs, 0, Location::local());
    let t = match v {
        Value::Int(n) | Value::Int64(n) => unix(*n),
        Value::Num(Num::I32(n)) => unix(i64::from(*n)),
        v => Time::of(v).cloned().unwrap_or_else(now),
    };
    let location = std::str::from_utf8(zone).ok().and_then(|name| Location::load(name).ok());
    Value::str(t.in_location(location.unwrap_or_else(Location::utc)).format(layout))
}

fn ago(args: &[Value]) -> FuncResult {
    let t = match any(args, 0) {
        Value::Int(n) | Value::Int64(n) => Time::unix(*n, 0, Location::local()),
        v => Time::of(v).cloned().unwrap_or_else(now),
    };
    Ok(now().sub(&t).round(Duration(SECOND)).to_string().into())
}

fn modified(args: &[Value]) -> Result<Time, FuncError> {
    let d = Duration::parse(text(args, 0)).map_err(|e| e.to_string())?;
    Ok(time(any(args, 1)).add(d))
}

fn parsed(args: &[Value]) -> Result<Time, FuncError> {
    parse_in_location(text(args, 0), text(args, 1), &Location::local()).map_err(|e| e.to_string().into())
}

/// Seconds, but only from a string or an `int64`.
fn duration(v: &Value) -> Value {
    let seconds = match v {
        Value::Str(s) => strconv::parse_int_clamped(s, 10, 64).0,
        Value::Int64(n) => *n,
        _ => 0,
    };
    Duration(seconds.wrapping_mul(SECOND)).to_string().into()
}

/// The largest unit alone: `2h`, `3mo`.
fn duration_round(v: &Value) -> String {
    let d = match v {
        Value::Str(s) => Duration::parse(s).unwrap_or(Duration(0)),
        Value::Int64(n) => Duration(*n),
        v => Time::of(v).map_or(Duration(0), |t| now().sub(t)),
    };
    const HOUR: u64 = 3600 * SECOND as u64;
    let units = [
        (HOUR * 24 * 365, "y"),
        (HOUR * 24 * 30, "mo"),
        (HOUR * 24, "d"),
        (HOUR, "h"),
        (HOUR / 60, "m"),
        (SECOND as u64, "s"),
    ];
    let size = d.0.unsigned_abs();
    match units.iter().find(|(unit, _)| size > *unit) {
        Some((unit, name)) => format!("{}{name}", size / unit),
        None => "0s".into(),
    }
}

/// Seconds east of UTC.
fn local_offset() -> i64 {
    let text = now().format(b"-07:00:00");
    let text = String::from_utf8_lossy(&text).into_owned();
    let (sign, clock) = text.split_at_checked(1).unwrap_or_default();
    let seconds = clock.split(':').fold(0, |n, part| n * 60 + part.parse::<i64>().unwrap_or(0));
    if sign == "-" { -seconds } else { seconds }
}

/// A TOML date or time. What has no zone gets one of BurntSushi's, named after the form.
pub(crate) fn toml_time(text: &str) -> Option<Value> {
    // the zone's offset of today, in BurntSushi as here
    let offset = local_offset();
    let local = |name| Location::fixed(name, offset);
    let forms: [(&[u8], Location); 7] = [
        (RFC3339_NANO, Location::local()),
        (b"2006-01-02T15:04:05.999999999", local("datetime-local")),
        (DAY, local("date-local")),
        (b"15:04:05.999999999", local("time-local")),
        (b"2006-01-02T15:04Z07:00", Location::local()),
        (b"2006-01-02T15:04", local("datetime-local")),
        (b"15:04", local("time-local")),
    ];
    let (layout, t) = forms
        .iter()
        .find_map(|(layout, zone)| parse_in_location(layout, text.as_bytes(), zone).ok().map(|t| (*layout, t)))?;
    // Go's parser takes numbers without a leading zero; TOML does not
    let fixed = layout.iter().zip(text.bytes()).take_while(|(l, _)| !matches!(l, b'.' | b'Z'));
    let aligned = fixed.into_iter().all(|(l, b)| l.is_ascii_digit() || *l == b);
    aligned.then(|| t.value())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(v: Value) -> String {
        v.as_str().unwrap().to_string()
    }

    #[test]
    fn rounding_and_formats() {
        let second = Value::Int64(SECOND);
        assert_eq!((duration_round(&second), duration_round(&"2h10m5s".into())), ("0s".into(), "2h".into()));
        assert_eq!(shown(formatted(DAY, &Value::Int64(86_400), b"UTC")), "1970-01-02");
        assert_eq!(shown(duration(&"95".into())), "1m35s");
        assert_eq!(shown(duration(&Value::Int(95))), "0s");
    }

    #[test]
    fn the_clock_can_be_stopped() {
        crate::set_now(Some((120, 0)));
        assert_eq!(shown(ago(&[Value::Int64(60)]).unwrap()), "1m0s");
        crate::set_now(None);
    }
}
