//! The long way through Go's types: `map[interface{}]interface{}`, its `%#v`, sigs' conversion, JSON's refusals.

use std::collections::HashMap;
use std::fmt::Write as _;

use pintle_go::{GoStr, Map, Value, strconv};

use crate::convert::{Build, Numbers, Stop, key_string, number_value};
use crate::error::Error;
use crate::resolve::Scalar;

/// What go-yaml decodes into an `interface{}`.
#[derive(Debug)]
pub(crate) enum Typed {
    Scalar(Scalar<'static>),
    List(Vec<Typed>),
    Mapping(Vec<(Scalar<'static>, Typed)>),
}

/// A key as Go compares them; NaN is equal to none.
#[derive(Debug, PartialEq, Eq, Hash)]
enum KeyId {
    Null,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Float(u64),
    Str(Vec<u8>),
}

impl KeyId {
    fn of(s: &Scalar<'_>) -> Option<KeyId> {
        Some(match s {
            Scalar::Null => KeyId::Null,
            Scalar::Bool(b) => KeyId::Bool(*b),
            Scalar::Int(i) => KeyId::Int(*i),
            Scalar::Uint(u) => KeyId::Uint(*u),
            Scalar::Float(f) if f.is_nan() => return None,
            Scalar::Float(f) => KeyId::Float((f + 0.0).to_bits()),
            Scalar::Str(s) => KeyId::Str(s.to_vec()),
        })
    }
}

/// A mapping under construction.
#[derive(Default)]
struct Pairs {
    key: Option<Scalar<'static>>,
    index: HashMap<KeyId, usize>,
    pairs: Vec<(Scalar<'static>, Typed)>,
}

/// Makes [`Typed`] data; strict if a key may not be set twice.
pub(crate) struct TypedBuild {
    strict: bool,
    errors: Vec<String>,
    lists: Vec<Vec<Typed>>,
    mappings: Vec<Pairs>,
}

impl TypedBuild {
    pub(crate) fn new(strict: bool) -> Self {
        TypedBuild { strict, errors: Vec::new(), lists: Vec::new(), mappings: Vec::new() }
    }
    /// go-yaml's `TypeError`.
    pub(crate) fn into_error(self) -> Option<Error> {
        if self.errors.is_empty() {
            return None;
        }
        Some(Error::convert(format!("yaml: unmarshal errors:\n  {}", self.errors.join("\n  "))))
    }
}

fn owned(s: Scalar<'_>) -> Scalar<'static> {
    match s {
        Scalar::Null => Scalar::Null,
        Scalar::Bool(b) => Scalar::Bool(b),
        Scalar::Int(i) => Scalar::Int(i),
        Scalar::Uint(u) => Scalar::Uint(u),
        Scalar::Float(f) => Scalar::Float(f),
        Scalar::Str(s) => Scalar::Str(s.into_owned().into()),
    }
}

impl Build for TypedBuild {
    type Out = Typed;
    /// What follows here walks the data by recursion, so it keeps well below Go's 10000.
    const MAX_NESTING: usize = 1000;

    fn scalar(&mut self, s: Scalar<'_>) -> Result<Typed, Stop> {
        Ok(Typed::Scalar(owned(s)))
    }
    fn open_list(&mut self) {
        self.lists.push(Vec::new());
    }
    fn item(&mut self, value: Typed) {
        if let Some(items) = self.lists.last_mut() {
            items.push(value);
        }
    }
    fn scalar_item(&mut self, s: Scalar<'_>) -> Result<(), Stop> {
        self.item(Typed::Scalar(owned(s)));
        Ok(())
    }
    fn close_list(&mut self) -> Typed {
        Typed::List(self.lists.pop().unwrap_or_default())
    }
    fn open_mapping(&mut self) {
        self.mappings.push(Pairs::default());
    }
    fn key(&mut self, s: Scalar<'_>) -> Result<(), Stop> {
        if let Some(pairs) = self.mappings.last_mut() {
            pairs.key = Some(owned(s));
        }
        Ok(())
    }
    fn odd_key(&self, key: Typed) -> Stop {
        Error::convert(format!("yaml: invalid map key: {}", go_syntax(&key))).into()
    }
    fn scalar_value(&mut self, s: Scalar<'_>, line: u32) -> Result<(), Stop> {
        self.value(Typed::Scalar(owned(s)), line);
        Ok(())
    }
    fn value(&mut self, value: Typed, line: u32) {
        let Some(pairs) = self.mappings.last_mut() else { return };
        let Some(key) = pairs.key.take() else { return };
        let id = KeyId::of(&key);
        match id.as_ref().and_then(|id| pairs.index.get(id)).copied() {
            Some(_) if self.strict => {
                self.errors.push(format!("line {line}: key {} already set in map", scalar_syntax(&key)));
            }
            Some(at) => {
                if let Some(pair) = pairs.pairs.get_mut(at) {
                    pair.1 = value;
                }
            }
            None => {
                if let Some(id) = id {
                    pairs.index.insert(id, pairs.pairs.len());
                }
                pairs.pairs.push((key, value));
            }
        }
    }
    fn close_mapping(&mut self) -> Typed {
        Typed::Mapping(self.mappings.pop().unwrap_or_default().pairs)
    }
}

/// `convertToJSONableObject`, `json.Marshal` and `json.Decode` into `interface{}`.
pub(crate) fn to_value(typed: &Typed, numbers: Numbers) -> Result<Value, Error> {
    let v = jsonable(typed, numbers)?;
    match first_not_finite(&v) {
        Some(f) => Err(Error::convert(format!("json: unsupported value: {}", strconv::format_float(f, b'g', -1)))),
        None => Ok(v),
    }
}

fn jsonable(typed: &Typed, numbers: Numbers) -> Result<Value, Error> {
    Ok(match typed {
        Typed::Scalar(Scalar::Null) => Value::Nil,
        Typed::Scalar(Scalar::Bool(b)) => Value::Bool(*b),
        Typed::Scalar(Scalar::Str(s)) => Value::Str(json_text(s, numbers)),
        Typed::Scalar(number) => number_value(number.clone(), numbers),
        Typed::List(items) => {
            let items: Result<Vec<Value>, Error> = items.iter().map(|v| jsonable(v, numbers)).collect();
            Value::list(items?)
        }
        Typed::Mapping(pairs) => {
            let mut out = Vec::with_capacity(pairs.len());
            for (key, value) in pairs {
                let text = key_string(key).ok_or_else(|| unsupported_key(key, value))?;
                out.push((json_text(&text, numbers), jsonable(value, numbers)?));
            }
            Value::Map(Map::from_pairs(out))
        }
    })
}

#[cold]
fn unsupported_key(key: &Scalar<'static>, value: &Typed) -> Error {
    let ty = match key {
        Scalar::Uint(_) => "uint64",
        _ => "%!s(<nil>)",
    };
    let (key, value) = (top_syntax(&Typed::Scalar(key.clone())), top_syntax(value));
    Error::convert(format!("unsupported map key of type: {ty}, key: {key}, value: {value}"))
}

/// A string after JSON: each byte that is not UTF-8 is replaced.
fn json_text(s: &[u8], numbers: Numbers) -> GoStr {
    if numbers == Numbers::Json || std::str::from_utf8(s).is_ok() {
        return GoStr::from_bytes(s);
    }
    let mut out = Vec::with_capacity(s.len() + 8);
    for chunk in s.utf8_chunks() {
        out.extend_from_slice(chunk.valid().as_bytes());
        for _ in chunk.invalid() {
            out.extend_from_slice("\u{FFFD}".as_bytes());
        }
    }
    GoStr::from(out)
}

/// The first number in JSON's order that JSON cannot hold.
fn first_not_finite(v: &Value) -> Option<f64> {
    match v {
        Value::Float(f) if !f.is_finite() => Some(*f),
        Value::List(l) => l.iter().find_map(first_not_finite),
        Value::Map(m) => m.borrow().iter().find_map(|(_, v)| first_not_finite(v)),
        _ => None,
    }
}

/// `%+#v` of an operand: nil has no type there.
fn top_syntax(t: &Typed) -> String {
    match t {
        Typed::Scalar(Scalar::Null) => "<nil>".into(),
        _ => go_syntax(t),
    }
}

fn scalar_syntax(s: &Scalar<'_>) -> String {
    match s {
        Scalar::Null => "<nil>".into(),
        Scalar::Bool(b) => b.to_string(),
        Scalar::Int(i) => i.to_string(),
        Scalar::Uint(u) => format!("{u:#x}"),
        Scalar::Float(f) => strconv::format_float(*f, b'g', -1),
        Scalar::Str(s) => strconv::quote(s),
    }
}

/// `%#v`.
fn go_syntax(t: &Typed) -> String {
    let mut out = String::new();
    write_syntax(t, &mut out);
    out
}

fn write_syntax(t: &Typed, out: &mut String) {
    match t {
        Typed::Scalar(Scalar::Null) => out.push_str("interface {}(nil)"),
        Typed::Scalar(s) => out.push_str(&scalar_syntax(s)),
        Typed::List(items) => {
            out.push_str("[]interface {}{");
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push_str(", ");
                }
                write_syntax(item, out);
            }
            out.push('}');
        }
        Typed::Mapping(pairs) => {
            out.push_str("map[interface {}]interface {}{");
            let mut order: Vec<&(Scalar<'static>, Typed)> = pairs.iter().collect();
            order.sort_by(|a, b| fmt_order(&a.0, &b.0));
            for (i, (key, value)) in order.into_iter().enumerate() {
                if i > 0 {
                    out.push_str(", ");
                }
                match key {
                    Scalar::Null => out.push_str("interface {}(nil)"),
                    key => {
                        let _ = write!(out, "{}", scalar_syntax(key));
                    }
                }
                out.push(':');
                write_syntax(value, out);
            }
            out.push('}');
        }
    }
}

/// `internal/fmtsort`: nil first, then by type (by its address in Go, in this order in practice), then by value.
fn fmt_order(a: &Scalar<'_>, b: &Scalar<'_>) -> std::cmp::Ordering {
    let rank = |s: &Scalar<'_>| match s {
        Scalar::Null => 0,
        Scalar::Str(_) => 1,
        Scalar::Uint(_) => 2,
        Scalar::Int(_) => 3,
        Scalar::Float(_) => 4,
        Scalar::Bool(_) => 5,
    };
    match (a, b) {
        (Scalar::Str(a), Scalar::Str(b)) => a.cmp(b),
        (Scalar::Uint(a), Scalar::Uint(b)) => a.cmp(b),
        (Scalar::Int(a), Scalar::Int(b)) => a.cmp(b),
        (Scalar::Float(a), Scalar::Float(b)) => a.total_cmp(b),
        (Scalar::Bool(a), Scalar::Bool(b)) => a.cmp(b),
        _ => rank(a).cmp(&rank(b)),
    }
}
