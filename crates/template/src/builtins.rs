//! The functions that every template has (`text/template/funcs.go`).
//!
//! They take values as reflection sees them: `eq` tells an invalid value from a nil interface, `index` gives an
//! element with its static type.

use std::cmp::Ordering;

use pintle_go::{Func, FuncError, GoStr, Kind, List, Num, Type, Value, strconv};

use crate::rv::{Rv, zero};

/// A built-in function.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Builtin {
    And,
    Call,
    Eq,
    Ge,
    Gt,
    Html,
    Index,
    Js,
    Le,
    Len,
    Lt,
    Ne,
    Not,
    Or,
    Print,
    Printf,
    Println,
    Slice,
    Urlquery,
}

type Out = Result<Rv, FuncError>;

const RV: Type = Type::ReflectValue;

impl Builtin {
    pub(crate) fn by_name(name: &str) -> Option<Builtin> {
        use Builtin::*;
        Some(match name {
            "and" => And,
            "call" => Call,
            "eq" => Eq,
            "ge" => Ge,
            "gt" => Gt,
            "html" => Html,
            "index" => Index,
            "js" => Js,
            "le" => Le,
            "len" => Len,
            "lt" => Lt,
            "ne" => Ne,
            "not" => Not,
            "or" => Or,
            "print" => Print,
            "printf" => Printf,
            "println" => Println,
            "slice" => Slice,
            "urlquery" => Urlquery,
            _ => return None,
        })
    }

    /// Parameter types, and whether the last repeats.
    pub(crate) fn signature(self) -> (&'static [Type], bool) {
        use Builtin::*;
        match self {
            And | Or | Call | Eq | Index | Slice => (&[RV, RV], true),
            Ge | Gt | Le | Lt | Ne => (&[RV, RV], false),
            Len | Not => (&[RV], false),
            Html | Js | Print | Println | Urlquery => (&[Type::Any], true),
            Printf => (&[Type::String, Type::Any], true),
        }
    }
}

/// Runs a built-in on checked arguments; `callee` gives the text of the first argument (for `call`).
pub(crate) fn run(b: Builtin, args: &[Rv], callee: &dyn Fn() -> String) -> Out {
    let plain = |args: &[Rv]| -> Vec<Value> { args.iter().map(Rv::value).collect() };
    let (first, rest) = match args.split_first() {
        Some((f, r)) => (f, r),
        None => (&Rv::Invalid, args),
    };
    let second = rest.first().unwrap_or(&Rv::Invalid);
    let bool = |b: bool| Ok(Rv::Val(Value::Bool(b)));
    match b {
        // they are evaluated by the executor, which stops at the deciding argument
        Builtin::And | Builtin::Or => Ok(first.clone()),
        Builtin::Not => bool(!first.truth()),
        Builtin::Eq => bool(eq(first, rest)?),
        Builtin::Ne => bool(!eq(first, std::slice::from_ref(second))?),
        Builtin::Lt => bool(lt(first, second)?),
        Builtin::Le => bool(le(first, second)?),
        Builtin::Gt => bool(!le(first, second)?),
        Builtin::Ge => bool(!lt(first, second)?),
        Builtin::Len => len(first),
        Builtin::Index => index(first, rest),
        Builtin::Slice => slice(first, rest),
        Builtin::Call => call(first, rest, &callee()),
        Builtin::Print => text(pintle_go::fmt::sprint(&plain(args))),
        Builtin::Println => text(pintle_go::fmt::sprintln(&plain(args))),
        Builtin::Printf => text(pintle_go::fmt::sprintf(first.value().as_str().map_or(&[], |s| s), &plain(rest))),
        Builtin::Html => text(GoStr::from(escape_html(&joined(args)))),
        Builtin::Js => text(GoStr::from(escape_js(&joined(args)))),
        Builtin::Urlquery => text(GoStr::from(escape_query(&joined(args)))),
    }
}

fn text(s: GoStr) -> Out {
    Ok(Rv::Val(Value::Str(s)))
}

/// The arguments as one text (`evalArgs`): nil prints as a missing value does.
fn joined(args: &[Rv]) -> GoStr {
    if let [one] = args
        && let Some(Value::Str(s)) = one.inner()
    {
        return s.clone();
    }
    let values: Vec<Value> =
        args.iter().map(|a| a.inner().cloned().unwrap_or_else(|| Value::str("<no value>"))).collect();
    pintle_go::fmt::sprint(&values)
}

/// `HTMLEscape`.
pub fn escape_html(s: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(s.len());
    for b in s {
        match b {
            0 => out.extend_from_slice("\u{fffd}".as_bytes()),
            b'"' => out.extend_from_slice(b"&#34;"),
            b'\'' => out.extend_from_slice(b"&#39;"),
            b'&' => out.extend_from_slice(b"&amp;"),
            b'<' => out.extend_from_slice(b"&lt;"),
            b'>' => out.extend_from_slice(b"&gt;"),
            b => out.push(*b),
        }
    }
    out
}

/// `JSEscape`.
pub fn escape_js(s: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(s.len());
    let mut i = 0;
    while let Some(&b) = s.get(i) {
        if b < 0x80 {
            match b {
                b'\\' => out.extend_from_slice(b"\\\\"),
                b'\'' => out.extend_from_slice(b"\\'"),
                b'"' => out.extend_from_slice(b"\\\""),
                b'<' => out.extend_from_slice(b"\\u003C"),
                b'>' => out.extend_from_slice(b"\\u003E"),
                b'&' => out.extend_from_slice(b"\\u0026"),
                b'=' => out.extend_from_slice(b"\\u003D"),
                0..0x20 => out.extend_from_slice(format!("\\u00{b:02X}").as_bytes()),
                b => out.push(b),
            }
            i += 1;
            continue;
        }
        let rest = s.get(i..).unwrap_or_default();
        let (c, width) = pintle_go::utf8::decode(rest);
        let rune = c.map_or(0xfffd, u32::from);
        if strconv::is_print(rune) {
            out.extend_from_slice(rest.get(..width).unwrap_or_default());
        } else {
            out.extend_from_slice(format!("\\u{rune:04X}").as_bytes());
        }
        i += width.max(1);
    }
    out
}

/// `url.QueryEscape`.
pub fn escape_query(s: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(s.len());
    for b in s {
        match b {
            b' ' => out.push(b'+'),
            b'-' | b'_' | b'.' | b'~' => out.push(*b),
            b if b.is_ascii_alphanumeric() => out.push(*b),
            b => out.extend_from_slice(format!("%{b:02X}").as_bytes()),
        }
    }
    out
}

// comparison

#[derive(Clone, Copy, PartialEq, Eq)]
enum Basic {
    Bool,
    Complex,
    Int,
    Float,
    String,
    Uint,
}

fn basic(v: Option<&Value>) -> Option<Basic> {
    match v? {
        Value::Str(_) => return Some(Basic::String),
        Value::Float(_) => return Some(Basic::Float),
        Value::Int(_) | Value::Int64(_) => return Some(Basic::Int),
        Value::Bool(_) => return Some(Basic::Bool),
        Value::Nil | Value::Map(_) | Value::List(_) => return None,
        _ => {}
    }
    Some(match v?.kind() {
        Kind::Bool => Basic::Bool,
        Kind::Int | Kind::Int8 | Kind::Int16 | Kind::Int32 | Kind::Int64 => Basic::Int,
        Kind::Uint | Kind::Uint8 | Kind::Uint16 | Kind::Uint32 | Kind::Uint64 => Basic::Uint,
        Kind::Float32 | Kind::Float64 => Basic::Float,
        Kind::Complex128 => Basic::Complex,
        Kind::String => Basic::String,
        _ => return None,
    })
}

/// The number inside, also of a defined integer type (`time.Duration`).
fn number(v: &Value) -> i128 {
    match v {
        Value::Obj(o) => o.underlying().and_then(|u| u.as_int()).unwrap_or(0),
        v => v.as_int().unwrap_or(0),
    }
}

fn float(v: &Value) -> f64 {
    match v {
        Value::Float(f) => *f,
        Value::Num(Num::F32(f)) => f64::from(*f),
        _ => 0.0,
    }
}

fn string(v: &Value) -> GoStr {
    match v {
        Value::Str(s) => s.clone(),
        Value::Obj(o) => o.underlying().and_then(|u| u.as_str().cloned()).unwrap_or_default(),
        _ => GoStr::EMPTY,
    }
}

fn is_nil(v: Option<&Value>) -> bool {
    match v {
        None => true,
        Some(Value::Map(m)) => m.is_nil(),
        Some(Value::List(l)) => l.is_nil(),
        Some(_) => false,
    }
}

fn type_name(v: Option<&Value>) -> String {
    v.map_or_else(|| "<nil>".to_owned(), |v| v.type_name().into_owned())
}

/// `%v` and `%s` of a reflect.Value, for error texts.
fn shown(verb: &str, v: Option<&Value>) -> GoStr {
    pintle_go::fmt::sprintf(verb.as_bytes(), &[v.cloned().unwrap_or_default()])
}

fn eq(first: &Rv, rest: &[Rv]) -> Result<bool, FuncError> {
    let a = first.inner();
    if rest.is_empty() {
        return Err("missing argument for comparison".into());
    }
    let ka = basic(a);
    for b in rest {
        let b = b.inner();
        let kb = basic(b);
        let same = match (a, b) {
            (Some(x), Some(y)) if ka == kb => match ka {
                Some(Basic::Bool) => x.truth() == y.truth(),
                Some(Basic::Int | Basic::Uint) => number(x) == number(y),
                Some(Basic::Float) => float(x) == float(y),
                Some(Basic::Complex) => {
                    matches!((x, y), (Value::Complex(a, b), Value::Complex(c, d)) if a == c && b == d)
                }
                Some(Basic::String) => string(x) == string(y),
                None => same_reference(x, y)?,
            },
            (Some(x), Some(y)) => match (ka, kb) {
                (Some(Basic::Int), Some(Basic::Uint)) | (Some(Basic::Uint), Some(Basic::Int)) => number(x) == number(y),
                _ => {
                    return Err(FuncError::new(format!(
                        "incompatible types for comparison: {} and {}",
                        x.type_name(),
                        y.type_name()
                    )));
                }
            },
            // one is nil: equal if the other is, too; a nil beside a basic kind is never equal
            _ if ka == kb => is_nil(a) && is_nil(b),
            _ => false,
        };
        if same {
            return Ok(true);
        }
    }
    Ok(false)
}

/// `==` of two values that are neither nil nor of a basic kind.
fn same_reference(x: &Value, y: &Value) -> Result<bool, FuncError> {
    if x.kind() != y.kind() {
        let text = [
            b"non-comparable types ",
            &*shown("%s", Some(x)),
            b": ",
            type_name(Some(x)).as_bytes(),
            b", ",
            type_name(Some(y)).as_bytes(),
            b": ",
            &*shown("%v", Some(y)),
        ]
        .concat();
        return Err(FuncError::new(text));
    }
    if is_nil(Some(x)) || is_nil(Some(y)) {
        return Ok(is_nil(Some(x)) == is_nil(Some(y)));
    }
    match (x, y) {
        (Value::Obj(a), Value::Obj(b)) if !matches!(y.kind(), Kind::Map | Kind::Slice) => {
            Ok(std::rc::Rc::ptr_eq(a, b) || a.equals(&**b))
        }
        _ => {
            let text = [b"non-comparable type ", &*shown("%s", Some(y)), b": ", type_name(Some(y)).as_bytes()].concat();
            Err(FuncError::new(text))
        }
    }
}

fn lt(a: &Rv, b: &Rv) -> Result<bool, FuncError> {
    const BAD: &str = "invalid type for comparison";
    let (Some(x), Some(y)) = (a.inner(), b.inner()) else { return Err(BAD.into()) };
    let (Some(ka), Some(kb)) = (basic(Some(x)), basic(Some(y))) else { return Err(BAD.into()) };
    match (ka, kb) {
        (Basic::Int | Basic::Uint, Basic::Int | Basic::Uint) => Ok(number(x) < number(y)),
        (Basic::Float, Basic::Float) => Ok(float(x).partial_cmp(&float(y)) == Some(Ordering::Less)),
        (Basic::String, Basic::String) => Ok(string(x) < string(y)),
        (Basic::Bool, Basic::Bool) | (Basic::Complex, Basic::Complex) => Err(BAD.into()),
        _ => Err(FuncError::new(format!("incompatible types for comparison: {} and {}", x.type_name(), y.type_name()))),
    }
}

fn le(a: &Rv, b: &Rv) -> Result<bool, FuncError> {
    Ok(lt(a, b)? || eq(a, std::slice::from_ref(b))?)
}

// collections

/// The map or slice itself, also of a defined type.
fn collection(v: &Value) -> Value {
    match v {
        Value::Obj(o) => o.underlying().unwrap_or_else(|| v.clone()),
        v => v.clone(),
    }
}

fn len(v: &Rv) -> Out {
    let v = match v {
        Rv::Iface(Value::Nil) => return Err("len of nil pointer".into()),
        v => v.inner(),
    };
    let Some(v) = v else { return Err("reflect: call of reflect.Value.Type on zero Value".into()) };
    let n = match collection(v) {
        Value::Str(s) => s.len(),
        Value::List(l) => l.len(),
        Value::Map(m) => m.len(),
        _ => return Err(FuncError::new(format!("len of type {}", v.type_name()))),
    };
    Ok(Rv::Val(Value::Int(n as i64)))
}

/// An index for a string or slice of length `cap` (`indexArg`: `cap` itself passes).
fn index_arg(i: &Rv, cap: usize) -> Result<usize, FuncError> {
    let n = match i {
        Rv::Invalid | Rv::Missing | Rv::Iface(Value::Nil) => {
            return Err("cannot index slice/array with nil".into());
        }
        Rv::Iface(v) | Rv::Val(v) => match v.as_int() {
            Some(n) => n,
            None => return Err(FuncError::new(format!("cannot index slice/array with type {}", v.type_name()))),
        },
    };
    match usize::try_from(n) {
        Ok(n) if n <= cap => Ok(n),
        _ => Err(FuncError::new(format!("index out of range: {n}"))),
    }
}

fn index(item: &Rv, indexes: &[Rv]) -> Out {
    let mut item = item.clone().open();
    if !item.is_valid() {
        return Err("index of untyped nil".into());
    }
    for i in indexes {
        let Some(v) = item.inner().cloned() else { return Err("index of nil pointer".into()) };
        item = match collection(&v) {
            Value::Str(s) => match s.get(index_arg(i, s.len())?) {
                Some(b) => Rv::Val(Value::Num(Num::U8(*b))),
                None => return Err("reflect: string index out of range".into()),
            },
            Value::List(l) => match l.get(index_arg(i, l.len())?) {
                Some(v) => Rv::typed(v.clone(), l.elem()),
                None => return Err("reflect: slice index out of range".into()),
            },
            Value::Map(m) => {
                let elem = m.ty().elem().unwrap_or(Type::Any);
                let key = match i.inner() {
                    None => return Err("value is nil; should be of type string".into()),
                    Some(Value::Str(s)) => s.clone(),
                    Some(v) => {
                        return Err(FuncError::new(format!("value has type {}; should be string", v.type_name())));
                    }
                };
                match m.get(&key) {
                    Some(v) => Rv::typed(v, elem),
                    None => zero(elem),
                }
            }
            _ => return Err(FuncError::new(format!("can't index item of type {}", v.type_name()))),
        };
    }
    Ok(item)
}

fn slice(item: &Rv, indexes: &[Rv]) -> Out {
    let item = item.clone().open();
    let Some(v) = item.inner() else { return Err("slice of untyped nil".into()) };
    if indexes.len() > 3 {
        return Err(FuncError::new(format!("too many slice indexes: {}", indexes.len())));
    }
    let c = collection(v);
    let len = match &c {
        Value::Str(s) => {
            if indexes.len() == 3 {
                return Err("cannot 3-index slice a string".into());
            }
            s.len()
        }
        Value::List(l) => l.len(),
        _ => return Err(FuncError::new(format!("can't slice item of type {}", v.type_name()))),
    };
    // a slice reaches to its capacity; one that was read from a document grew by doubling
    let capacity = if matches!(c, Value::List(_)) && len > 0 { len.next_power_of_two() } else { len };
    let mut at = [0, len, capacity];
    for (slot, i) in at.iter_mut().zip(indexes) {
        // unlike `index`, Go's `slice` does not look into an interface
        if matches!(i, Rv::Iface(_)) {
            return Err("cannot index slice/array with type interface {}".into());
        }
        *slot = index_arg(i, capacity)?;
    }
    let [from, to, cap] = at;
    if from > to {
        return Err(FuncError::new(format!("invalid slice index: {from} > {to}")));
    }
    if indexes.len() == 3 && to > cap {
        return Err(FuncError::new(format!("invalid slice index: {to} > {cap}")));
    }
    Ok(Rv::Val(match c {
        Value::Str(s) => Value::str(s.get(from..to).unwrap_or_default()),
        Value::List(l) => {
            let item = |i: usize| l.get(i).cloned().unwrap_or_else(|| zero(l.elem()).value());
            Value::List(List::typed(l.elem(), (from..to).map(item).collect()))
        }
        other => other,
    }))
}

/// `call`: a function value with arguments.
fn call(f: &Rv, args: &[Rv], name: &str) -> Out {
    let Some(v) = f.inner() else { return Err("call of nil".into()) };
    let Value::Func(f) = v else {
        return Err(FuncError::new(format!("non-function {name} of type {}", v.type_name())));
    };
    let f: &Func = f;
    let fixed = f.params.len() - usize::from(f.variadic);
    if args.len() < fixed || (!f.variadic && args.len() != fixed) {
        let at_least = if f.variadic { "at least " } else { "" };
        return Err(FuncError::new(format!(
            "wrong number of args for {name}: got {} want {at_least}{fixed}",
            args.len()
        )));
    }
    let mut argv = Vec::with_capacity(args.len());
    for (i, a) in args.iter().enumerate() {
        let ty = f.params.get(i.min(f.params.len().saturating_sub(1))).copied().unwrap_or(Type::Any);
        let fit = match a.inner() {
            None if ty.can_be_nil() => Some(zero(ty).value()),
            None => return Err(FuncError::new(format!("arg {i}: value is nil; should be of type {ty}"))),
            Some(v) => crate::rv::assign(v, ty),
        };
        match fit {
            Some(v) => argv.push(v),
            None => {
                let got = type_name(a.inner());
                return Err(FuncError::new(format!("arg {i}: value has type {got}; should be {ty}")));
            }
        }
    }
    f.invoke(&argv).map(|v| Rv::typed(v, f.ret))
}
