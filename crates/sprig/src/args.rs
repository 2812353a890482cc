//! Reading arguments that the engine has already checked against a signature.
//!
//! The engine promises as many arguments as declared, each of its type, so the fallbacks here (an empty string, 0) are
//! never seen; they stand in for a panic.

use pintle_go::{FuncError, GoStr, List, Map, Num, Type, Value};

/// Go's panic on a nil pointer, which `reflect.TypeOf(nil).Kind()` gives.
pub(crate) const NIL_POINTER: &str = "runtime error: invalid memory address or nil pointer dereference";

/// The argument, nil where there is none.
pub(crate) fn any(args: &[Value], i: usize) -> &Value {
    const NIL: &Value = &Value::Nil;
    args.get(i).unwrap_or(NIL)
}

/// A `string`.
pub(crate) fn text(args: &[Value], i: usize) -> &[u8] {
    match args.get(i) {
        Some(Value::Str(s)) => s.as_bytes(),
        _ => b"",
    }
}

/// A `string`, to be shared.
pub(crate) fn string(args: &[Value], i: usize) -> GoStr {
    match args.get(i) {
        Some(Value::Str(s)) => s.clone(),
        _ => GoStr::EMPTY,
    }
}

/// An `int`, or any other whole number.
pub(crate) fn int(args: &[Value], i: usize) -> i64 {
    match args.get(i) {
        Some(Value::Int(n) | Value::Int64(n)) => *n,
        Some(Value::Num(n)) => n.as_i128() as i64,
        _ => 0,
    }
}

/// A `bool`.
pub(crate) fn bool(args: &[Value], i: usize) -> bool {
    matches!(args.get(i), Some(Value::Bool(true)))
}

/// A `map[string]interface {}`, also where a defined type such as `common.Values` was given.
pub(crate) fn map(args: &[Value], i: usize) -> Map {
    match args.get(i).and_then(Value::as_map) {
        Some(m) if m.ty() == Type::MAP => m,
        Some(m) => m.retyped(Type::MAP),
        None => Map::nil(Type::MAP),
    }
}

/// The arguments from `i` on, of a variadic function.
pub(crate) fn rest(args: &[Value], i: usize) -> &[Value] {
    args.get(i..).unwrap_or_default()
}

/// The list, or Go's error: a panic for nil, else "`wrong` KIND".
pub(crate) fn list<'a>(v: &'a Value, wrong: &str) -> Result<&'a List, FuncError> {
    match v {
        Value::List(l) => Ok(l),
        Value::Nil => Err(NIL_POINTER.into()),
        v => Err(format!("{wrong} {}", v.kind().name()).into()),
    }
}

/// The bytes of a `[]byte`.
pub(crate) fn byte_slice(l: &List) -> Option<Vec<u8>> {
    (l.elem() == Type::Uint8).then(|| {
        l.iter()
            .map(|v| match v {
                Value::Num(Num::U8(b)) => *b,
                v => v.as_int().unwrap_or_default() as u8,
            })
            .collect()
    })
}

/// Sprig's `strval`: a string as it is, an error or Stringer by its text, everything else as `%v`.
pub(crate) fn strval(v: &Value) -> GoStr {
    match v {
        Value::Str(s) => s.clone(),
        Value::Obj(o) => o.string().unwrap_or_else(|| pintle_go::fmt::sprint(std::slice::from_ref(v))),
        Value::List(l) => match byte_slice(l) {
            Some(bytes) => bytes.into(),
            None => pintle_go::fmt::sprint(std::slice::from_ref(v)),
        },
        v => pintle_go::fmt::sprint(std::slice::from_ref(v)),
    }
}

/// Sprig's `strslice`: a list's items as strings, nils left out; a single value as a list of one.
pub(crate) fn strslice(v: &Value) -> Vec<GoStr> {
    match v {
        Value::Nil => Vec::new(),
        Value::List(l) => l.iter().filter(|v| !v.is_nil()).map(strval).collect(),
        v => vec![strval(v)],
    }
}
