//! Between the value model and JSON documents (release records, schemas, lock digests).

use pintle_go::{GoStr, Map, Num, Value};
use serde_json::{Number, Value as Json};

/// A value as JSON, as Go's `encoding/json` sees it: whole floats have no fraction, nil slices and maps are null.
pub fn from_value(v: &Value) -> Json {
    match v {
        Value::Nil => Json::Null,
        Value::Bool(b) => Json::Bool(*b),
        Value::Int(i) | Value::Int64(i) => Json::from(*i),
        Value::Float(f) => float(*f),
        Value::Num(Num::F32(f)) => float(f64::from(*f)),
        Value::Num(n) => i64::try_from(n.as_i128()).map_or_else(|_| Json::from(n.as_i128() as u64), Json::from),
        Value::Str(s) => Json::from(s.to_str_lossy()),
        Value::List(l) if l.is_nil() => Json::Null,
        Value::List(l) => l.iter().map(from_value).collect(),
        Value::Map(m) if m.is_nil() => Json::Null,
        Value::Map(m) => {
            Json::Object(m.borrow().iter().map(|(k, v)| (k.to_str_lossy().into_owned(), from_value(v))).collect())
        }
        Value::Obj(o) => o.to_json().or_else(|| o.underlying()).map_or(Json::Null, |v| from_value(&v)),
        _ => Json::Null,
    }
}

fn float(f: f64) -> Json {
    const EXACT: f64 = 9_007_199_254_740_992.0; // 2^53: beyond it shortest digits and integer digits differ
    if f.fract() == 0.0 && f.abs() <= EXACT && !(f == 0.0 && f.is_sign_negative()) {
        return Json::from(f as i64);
    }
    Number::from_f64(f).map_or(Json::Null, Json::Number)
}

/// JSON as a value, as `json.Unmarshal` into `interface{}` gives it: every number a `float64`.
pub fn to_value(j: &Json) -> Value {
    match j {
        Json::Null => Value::Nil,
        Json::Bool(b) => Value::Bool(*b),
        Json::Number(n) => Value::Float(n.as_f64().unwrap_or(f64::NAN)),
        Json::String(s) => Value::str(s.as_str()),
        Json::Array(a) => Value::list(a.iter().map(to_value).collect()),
        Json::Object(o) => {
            Value::Map(Map::from_pairs(o.iter().map(|(k, v)| (GoStr::from(k.as_str()), to_value(v))).collect()))
        }
    }
}

/// The text that `json.Marshal` writes: `<`, `>`, `&` and the two line separators escaped.
pub fn go_text(j: &Json) -> String {
    let plain = j.to_string();
    if !plain.contains(['<', '>', '&', '\u{2028}', '\u{2029}', '\u{8}', '\u{c}']) {
        return plain;
    }
    // these stand inside strings only, where an escape means the same
    let mut out = String::with_capacity(plain.len() + 16);
    for c in plain.chars() {
        match c {
            '<' => out.push_str("\\u003c"),
            '>' => out.push_str("\\u003e"),
            '&' => out.push_str("\\u0026"),
            '\u{2028}' => out.push_str("\\u2028"),
            '\u{2029}' => out.push_str("\\u2029"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped_as_in_go() {
        assert_eq!(
            go_text(&Json::from(">=1 <2 & x")),
            r#"">=1 <2 & x""#.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
        );
    }

    #[test]
    fn whole_floats_have_no_fraction() {
        assert_eq!(from_value(&Value::Float(3.0)).to_string(), "3");
        assert_eq!(from_value(&Value::Float(0.5)).to_string(), "0.5");
    }
}
