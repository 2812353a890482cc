//! Times, durations, months and weekdays as template values with their methods.

use std::any::Any;
use std::cmp::Ordering;
use std::rc::Rc;

use super::{Duration, Location, MONTHS, RFC3339_NANO, Time, WEEKDAYS};
use crate::{Func, FuncError, FuncImpl, FuncResult, GoStr, Kind, NamedType, Object, Type, Value, no_methods};

static TIME_TYPE: NamedType =
    NamedType { name: "time.Time", kind: Kind::Struct, underlying: None, methods: no_methods };
static DURATION_TYPE: NamedType =
    NamedType { name: "time.Duration", kind: Kind::Int64, underlying: Some(Type::Int64), methods: no_methods };
static MONTH_TYPE: NamedType =
    NamedType { name: "time.Month", kind: Kind::Int, underlying: Some(Type::Int), methods: no_methods };
static WEEKDAY_TYPE: NamedType =
    NamedType { name: "time.Weekday", kind: Kind::Int, underlying: Some(Type::Int), methods: no_methods };
static LOCATION_TYPE: NamedType =
    NamedType { name: "time.Location", kind: Kind::Struct, underlying: None, methods: no_methods };
static LOCATION: Type = Type::Named(&LOCATION_TYPE);
const LOCATION_PTR: Type = Type::Ptr(&LOCATION);

/// `time.Time`, for signatures.
pub const TIME: Type = Type::Named(&TIME_TYPE);
/// `time.Duration`, for signatures. Its values are objects; a whole number is taken for one too.
pub const DURATION: Type = Type::Named(&DURATION_TYPE);
/// `time.Month`
pub const MONTH: Type = Type::Named(&MONTH_TYPE);
/// `time.Weekday`
pub const WEEKDAY: Type = Type::Named(&WEEKDAY_TYPE);

impl Time {
    /// A template value.
    pub fn value(self) -> Value {
        Value::Obj(Rc::new(self))
    }

    /// The time in a template value.
    pub fn of(v: &Value) -> Option<&Time> {
        match v {
            Value::Obj(o) => o.as_any().downcast_ref(),
            _ => None,
        }
    }
}

impl Duration {
    /// A template value.
    pub fn value(self) -> Value {
        Value::Obj(Rc::new(self))
    }

    /// The duration in a template value: one of these, or a whole number of nanoseconds.
    pub fn of(v: &Value) -> Option<Duration> {
        match v {
            Value::Obj(o) => o.as_any().downcast_ref().copied(),
            v => v.as_int().and_then(|n| i64::try_from(n).ok()).map(Duration),
        }
    }
}

type Body = Box<dyn Fn(&[Value]) -> FuncResult>;

/// A method without parameters.
fn get(ret: Type, f: impl Fn() -> Value + 'static) -> (&'static [Type], Type, Body) {
    (&[], ret, Box::new(move |_| Ok(f())))
}

/// A method with parameters.
fn with(
    params: &'static [Type],
    ret: Type,
    f: impl Fn(&[Value]) -> Option<Value> + 'static,
) -> (&'static [Type], Type, Body) {
    (params, ret, Box::new(move |args| f(args).ok_or_else(|| FuncError::new("wrong type of argument"))))
}

fn bind(name: &'static str, (params, ret, body): (&'static [Type], Type, Body)) -> Rc<Func> {
    Rc::new(Func { name, params, variadic: false, ret, call: FuncImpl::Bound(Rc::from(body)) })
}

fn whole(n: i64) -> Value {
    Value::Int(n)
}

fn text(b: Vec<u8>) -> Value {
    Value::Str(b.into())
}

/// An argument as a whole number.
fn int(args: &[Value], at: usize) -> Option<i64> {
    args.get(at)?.as_int().and_then(|n| i64::try_from(n).ok())
}

impl Object for Time {
    fn ty(&self) -> Type {
        TIME
    }

    fn method(&self, name: &str) -> Option<Rc<Func>> {
        let t = self.clone();
        let c = self.civil();
        let number = |n: i64| get(Type::Int, move || whole(n));
        let wide = |n: i128| get(Type::Int64, move || Value::Int64(n as i64)); // Go wraps too
        let compare = |t: Time, f: fn(Ordering) -> Value, ret| {
            with(&[TIME], ret, move |a| Some(f(t.compare(Time::of(a.first()?)?))))
        };
        let nanos = i128::from(self.nanos());
        let secs = i128::from(self.secs());
        let (name, m) = match name {
            "Year" => ("Year", number(c.year)),
            "Month" => ("Month", get(MONTH, move || Value::Obj(Rc::new(Month(c.month))))),
            "Day" => ("Day", number(c.day.into())),
            "Hour" => ("Hour", number(c.hour.into())),
            "Minute" => ("Minute", number(c.minute.into())),
            "Second" => ("Second", number(c.second.into())),
            "Nanosecond" => ("Nanosecond", number(self.nanos().into())),
            "YearDay" => ("YearDay", number(c.year_day.into())),
            "Weekday" => ("Weekday", get(WEEKDAY, move || Value::Obj(Rc::new(Weekday(c.weekday))))),
            "Unix" => ("Unix", wide(secs)),
            "UnixMilli" => ("UnixMilli", wide(secs * 1000 + nanos / 1_000_000)),
            "UnixMicro" => ("UnixMicro", wide(secs * 1_000_000 + nanos / 1000)),
            "UnixNano" => ("UnixNano", wide(secs * 1_000_000_000 + nanos)),
            "IsZero" => ("IsZero", get(Type::Bool, move || Value::Bool(t.is_zero()))),
            "IsDST" => ("IsDST", get(Type::Bool, move || Value::Bool(t.location().is_dst(t.secs())))),
            "UTC" => ("UTC", get(TIME, move || t.in_location(Location::utc()).value())),
            "Local" => ("Local", get(TIME, move || t.in_location(Location::local()).value())),
            "Location" => ("Location", get(LOCATION_PTR, move || Value::Obj(Rc::new(t.location().clone())))),
            "String" => ("String", get(Type::String, move || text(t.text()))),
            "GoString" => ("GoString", get(Type::String, move || text(t.go_string()))),
            "Format" => {
                ("Format", with(&[Type::String], Type::String, move |a| Some(text(t.format(a.first()?.as_str()?)))))
            }
            "Add" => ("Add", with(&[DURATION], TIME, move |a| Some(t.add(Duration::of(a.first()?)?).value()))),
            "Sub" => ("Sub", with(&[TIME], DURATION, move |a| Some(t.sub(Time::of(a.first()?)?).value()))),
            "AddDate" => (
                "AddDate",
                with(&[Type::Int, Type::Int, Type::Int], TIME, move |a| {
                    Some(t.add_date(int(a, 0)?, int(a, 1)?, int(a, 2)?).value())
                }),
            ),
            "In" => (
                "In",
                with(const { &[LOCATION_PTR] }, TIME, move |a| {
                    let Value::Obj(o) = a.first()? else { return None };
                    Some(t.in_location(o.as_any().downcast_ref::<Location>()?.clone()).value())
                }),
            ),
            "Truncate" => {
                ("Truncate", with(&[DURATION], TIME, move |a| Some(t.truncate(Duration::of(a.first()?)?).value())))
            }
            "Round" => ("Round", with(&[DURATION], TIME, move |a| Some(t.round(Duration::of(a.first()?)?).value()))),
            "Before" => ("Before", compare(t, |o| Value::Bool(o.is_lt()), Type::Bool)),
            "After" => ("After", compare(t, |o| Value::Bool(o.is_gt()), Type::Bool)),
            "Equal" => ("Equal", compare(t, |o| Value::Bool(o.is_eq()), Type::Bool)),
            "Compare" => ("Compare", compare(t, |o| whole(o as i64), Type::Int)),
            _ => return None,
        };
        Some(bind(name, m))
    }

    fn string(&self) -> Option<GoStr> {
        Some(self.text().into())
    }

    fn to_json(&self) -> Option<Value> {
        Some(text(self.format(RFC3339_NANO)))
    }

    fn equals(&self, other: &dyn Object) -> bool {
        other.as_any().downcast_ref::<Time>() == Some(self)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Time {
    /// `GoString()`: `time.Date(2024, time.February, 29, 23, 59, 59, 0, time.UTC)`.
    fn go_string(&self) -> Vec<u8> {
        let c = self.civil();
        let month = MONTHS.get(c.month as usize - 1).copied().unwrap_or_default();
        let zone = match self.location().name() {
            "UTC" => "time.UTC".to_string(),
            "Local" => "time.Local".to_string(),
            name => format!("time.Location({})", super::parse::quote(name.as_bytes())),
        };
        let (year, day, hour, minute, second, nanos) = (c.year, c.day, c.hour, c.minute, c.second, self.nanos());
        format!("time.Date({year}, time.{month}, {day}, {hour}, {minute}, {second}, {nanos}, {zone})").into_bytes()
    }
}

impl Object for Duration {
    fn ty(&self) -> Type {
        DURATION
    }

    fn method(&self, name: &str) -> Option<Rc<Func>> {
        let d = *self;
        let float = |f: f64| get(Type::Float64, move || Value::Float(f));
        let wide = |n: i64| get(Type::Int64, move || Value::Int64(n));
        let (name, m) = match name {
            "String" => ("String", get(Type::String, move || Value::str(d.to_string()))),
            "Hours" => ("Hours", float(d.hours())),
            "Minutes" => ("Minutes", float(d.minutes())),
            "Seconds" => ("Seconds", float(d.seconds())),
            "Milliseconds" => ("Milliseconds", wide(d.0 / 1_000_000)),
            "Microseconds" => ("Microseconds", wide(d.0 / 1000)),
            "Nanoseconds" => ("Nanoseconds", wide(d.0)),
            "Abs" => ("Abs", get(DURATION, move || d.abs().value())),
            "Round" => {
                ("Round", with(&[DURATION], DURATION, move |a| Some(d.round(Duration::of(a.first()?)?).value())))
            }
            "Truncate" => {
                ("Truncate", with(&[DURATION], DURATION, move |a| Some(d.truncate(Duration::of(a.first()?)?).value())))
            }
            _ => return None,
        };
        Some(bind(name, m))
    }

    fn string(&self) -> Option<GoStr> {
        Some(self.to_string().into())
    }

    fn to_json(&self) -> Option<Value> {
        Some(Value::Int64(self.0))
    }

    fn underlying(&self) -> Option<Value> {
        Some(Value::Int64(self.0))
    }

    fn equals(&self, other: &dyn Object) -> bool {
        other.as_any().downcast_ref::<Duration>() == Some(self)
    }

    fn truth(&self) -> bool {
        self.0 != 0
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// `time.Month`
#[derive(Debug, PartialEq)]
struct Month(u32);

/// `time.Weekday`
#[derive(Debug, PartialEq)]
struct Weekday(u32);

/// What both enumerations are: a number with a name.
macro_rules! named_number {
    ($ty:ident, $type:expr, $name:expr) => {
        impl Object for $ty {
            fn ty(&self) -> Type {
                $type
            }
            fn method(&self, name: &str) -> Option<Rc<Func>> {
                let text = self.string()?;
                (name == "String").then(|| bind("String", get(Type::String, move || Value::Str(text.clone()))))
            }
            fn string(&self) -> Option<GoStr> {
                Some(GoStr::from_static($name(self.0)))
            }
            fn to_json(&self) -> Option<Value> {
                self.underlying()
            }
            fn underlying(&self) -> Option<Value> {
                Some(Value::Int(self.0.into()))
            }
            fn equals(&self, other: &dyn Object) -> bool {
                other.as_any().downcast_ref::<$ty>() == Some(self)
            }
            fn truth(&self) -> bool {
                self.0 != 0
            }
            fn as_any(&self) -> &dyn Any {
                self
            }
        }
    };
}

named_number!(Month, MONTH, |n: u32| MONTHS.get((n as usize).wrapping_sub(1)).copied().unwrap_or_default());
named_number!(Weekday, WEEKDAY, |n: u32| WEEKDAYS.get(n as usize).copied().unwrap_or_default());

impl Object for Location {
    fn ty(&self) -> Type {
        LOCATION_PTR
    }
    fn method(&self, name: &str) -> Option<Rc<Func>> {
        let text = self.string()?;
        (name == "String").then(|| bind("String", get(Type::String, move || Value::Str(text.clone()))))
    }
    fn string(&self) -> Option<GoStr> {
        Some(self.name().into())
    }
    fn equals(&self, other: &dyn Object) -> bool {
        other.as_any().downcast_ref::<Location>() == Some(self)
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(v: &Value, method: &str, args: &[Value]) -> Value {
        let Value::Obj(o) = v else { panic!("no object") };
        o.method(method).unwrap().invoke(args).unwrap()
    }

    #[test]
    fn methods() {
        let t = Time::unix(1_709_251_199, 0, Location::utc()).value();
        let show = |v: &Value| crate::fmt::sprint(std::slice::from_ref(v)).to_string();
        assert_eq!(show(&t), "2024-02-29 23:59:59 +0000 UTC");
        assert_eq!(show(&call(&t, "Month", &[])), "February");
        assert_eq!(show(&call(&t, "Weekday", &[])), "Thursday");
        assert_eq!(crate::fmt::sprintf(b"%d %T", &[call(&t, "Month", &[]), t.clone()]), "2 time.Time");
        assert_eq!(show(&call(&t, "Add", &[Value::Int(1000)])), "2024-02-29 23:59:59.000001 +0000 UTC");
        assert_eq!(show(&call(&t, "Format", &["Jan 2".into()])), "Feb 29");
        let later = call(&t, "AddDate", &[Value::Int(0), Value::Int(0), Value::Int(1)]);
        assert_eq!(show(&call(&later, "Sub", std::slice::from_ref(&t))), "24h0m0s");
        assert_eq!(show(&call(&t, "Before", std::slice::from_ref(&later))), "true");
        assert_eq!(crate::json::to_text(&t), "\"2024-02-29T23:59:59Z\"");
    }
}
