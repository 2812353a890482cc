//! The one value type: what a Go `interface{}` may hold in a chart's world.
//!
//! Maps are shared and mutable (Sprig's `set` changes what everybody else sees), lists and strings are shared and
//! immutable, scalars are copied. Cloning a [`Value`] never copies data.

use std::fmt;
use std::rc::Rc;

use crate::func::{Func, FuncError};
use crate::{GoStr, Kind, List, Map, Type};

/// A Go value in an `interface{}`; `Nil` is the nil interface.
#[derive(Clone, Default)]
pub enum Value {
    /// The nil interface.
    #[default]
    Nil,
    /// `bool`
    Bool(bool),
    /// `int`: what a template's integer literal and Sprig's `int` are.
    Int(i64),
    /// `int64`: what `--set` and Sprig's arithmetic make.
    Int64(i64),
    /// `float64`: every number that came through YAML or JSON.
    Float(f64),
    /// The rarer numeric types.
    Num(Num),
    /// `complex128`: only a template's imaginary literal makes one.
    Complex(f64, f64),
    /// `string`
    Str(GoStr),
    /// A slice of any element type.
    List(List),
    /// A map with string keys.
    Map(Map),
    /// A value with methods or fields (time, semantic version, `.Files`, `.Capabilities` …).
    Obj(Rc<dyn Object>),
    /// A function value.
    Func(Rc<Func>),
}

/// Numbers of the less common Go types.
#[derive(Clone, Copy, PartialEq, Debug)]
#[allow(missing_docs)]
pub enum Num {
    I8(i8),
    I16(i16),
    I32(i32),
    Uint(u64),
    U8(u8),
    U16(u16),
    U32(u32),
    U64(u64),
    F32(f32),
}

impl Num {
    /// Its Go type.
    pub fn ty(self) -> Type {
        match self {
            Num::I8(_) => Type::Int8,
            Num::I16(_) => Type::Int16,
            Num::I32(_) => Type::Int32,
            Num::Uint(_) => Type::Uint,
            Num::U8(_) => Type::Uint8,
            Num::U16(_) => Type::Uint16,
            Num::U32(_) => Type::Uint32,
            Num::U64(_) => Type::Uint64,
            Num::F32(_) => Type::Float32,
        }
    }
}

/// A Go value with identity, fields and methods, seen by templates through reflection.
///
/// Everything that is not a plain scalar, slice or map implements this: `time.Time`, `*semver.Version`,
/// `.Files`, `.Capabilities`. All methods have defaults but the type.
pub trait Object: fmt::Debug {
    /// The Go type, e.g. `Named(time.Time)` or `Ptr(..)`.
    fn ty(&self) -> Type;
    /// A method by name, bound to this value: found before fields, as text/template does.
    fn method(&self, _name: &str) -> Option<Rc<Func>> {
        None
    }
    /// An exported struct field by name, with its declared type.
    fn field(&self, _name: &str) -> Option<(Value, Type)> {
        None
    }
    /// The text of `String()` or `Error()`, if the type has one; what `%v` and `{{ . }}` print.
    fn string(&self) -> Option<GoStr> {
        None
    }
    /// The text of a `String()` that hangs on the pointer of a struct field: `{{ .Capabilities.KubeVersion }}` prints
    /// it, because text/template takes the address of an addressable field, while `%v` does not see it.
    fn addressed_string(&self) -> Option<GoStr> {
        None
    }
    /// Fields in declared order, for `%v` and `%+v` of structs and for JSON.
    fn fields(&self) -> Vec<(&'static str, Value)> {
        Vec::new()
    }
    /// What `encoding/json` makes of it (a `MarshalJSON`, or the fields under their JSON names).
    fn to_json(&self) -> Option<Value> {
        None
    }
    /// The map or slice beneath a defined type, so that index, range and len reach it.
    fn underlying(&self) -> Option<Value> {
        None
    }
    /// The entries of a map of byte slices, where this is one: printed without a [`Value`] for each byte.
    fn byte_entries(&self) -> Option<Vec<(GoStr, Rc<[u8]>)>> {
        None
    }
    /// Go's `==` and `reflect.DeepEqual`; by identity unless the type says otherwise.
    fn equals(&self, _other: &dyn Object) -> bool {
        false
    }
    /// text/template's truth; structs are always true.
    fn truth(&self) -> bool {
        true
    }
    /// For downcasting (`obj.as_any().downcast_ref::<Time>()`).
    fn as_any(&self) -> &dyn std::any::Any;
}

impl Value {
    /// A string value.
    pub fn str(s: impl Into<GoStr>) -> Value {
        Value::Str(s.into())
    }

    /// A `[]interface {}`.
    pub fn list(items: Vec<Value>) -> Value {
        Value::List(List::new(items))
    }

    /// A `[]string`.
    pub fn strings<S: Into<GoStr>>(items: impl IntoIterator<Item = S>) -> Value {
        Value::List(List::typed(Type::String, items.into_iter().map(Value::str).collect()))
    }

    /// A bound function without a receiver, for methods of [`Object`]s.
    pub fn func(f: Func) -> Value {
        Value::Func(Rc::new(f))
    }

    /// The dynamic type; `None` for the nil interface.
    pub fn ty(&self) -> Option<Type> {
        Some(match self {
            Value::Nil => return None,
            Value::Bool(_) => Type::Bool,
            Value::Int(_) => Type::Int,
            Value::Int64(_) => Type::Int64,
            Value::Float(_) => Type::Float64,
            Value::Num(n) => n.ty(),
            Value::Complex(..) => Type::Complex128,
            Value::Str(_) => Type::String,
            Value::List(l) => l.ty(),
            Value::Map(m) => m.ty(),
            Value::Obj(o) => o.ty(),
            Value::Func(f) => f.ty(),
        })
    }

    /// The kind of the dynamic type; `Invalid` for nil.
    pub fn kind(&self) -> Kind {
        self.ty().map_or(Kind::Invalid, Type::kind)
    }

    /// The dynamic type's name as `%T` prints it; `<nil>` for nil.
    pub fn type_name(&self) -> std::borrow::Cow<'static, str> {
        self.ty().map_or("<nil>".into(), Type::name)
    }

    /// Whether this is the nil interface.
    pub fn is_nil(&self) -> bool {
        matches!(self, Value::Nil)
    }

    /// text/template's truth (`IsTrue`): false, 0, "", empty and nil are false; a struct is true.
    pub fn truth(&self) -> bool {
        match self {
            Value::Nil => false,
            Value::Bool(b) => *b,
            Value::Int(i) | Value::Int64(i) => *i != 0,
            Value::Float(f) => *f != 0.0,
            Value::Num(n) => match *n {
                Num::F32(f) => f != 0.0,
                n => n.as_i128() != 0,
            },
            Value::Complex(r, i) => *r != 0.0 || *i != 0.0,
            Value::Str(s) => !s.is_empty(),
            Value::List(l) => !l.is_empty(),
            Value::Map(m) => !m.is_empty(),
            Value::Obj(o) => o.truth(),
            Value::Func(_) => true,
        }
    }

    /// The string's bytes, if it is a string.
    pub fn as_str(&self) -> Option<&GoStr> {
        match self {
            Value::Str(s) => Some(s),
            _ => None,
        }
    }

    /// The map, if it is one (also one beneath a defined type such as `common.Values`).
    pub fn as_map(&self) -> Option<Map> {
        match self {
            Value::Map(m) => Some(m.clone()),
            Value::Obj(o) => o.underlying().and_then(|v| v.as_map()),
            _ => None,
        }
    }

    /// The list, if it is one.
    pub fn as_list(&self) -> Option<&List> {
        match self {
            Value::List(l) => Some(l),
            _ => None,
        }
    }

    /// A whole number of any integer type.
    pub fn as_int(&self) -> Option<i128> {
        match self {
            Value::Int(i) | Value::Int64(i) => Some(*i as i128),
            Value::Num(Num::F32(_)) => None,
            Value::Num(n) => Some(n.as_i128()),
            _ => None,
        }
    }

    /// A deep copy: maps are copied too, so that changing the copy leaves this one alone. Objects are shared.
    pub fn deep_copy(&self) -> Value {
        match self {
            Value::Map(m) => Value::Map(m.deep_copy()),
            Value::List(l) => Value::List(l.map_items(Value::deep_copy)),
            v => v.clone(),
        }
    }
}

impl Num {
    /// The integer value; 0 for a float.
    pub fn as_i128(self) -> i128 {
        match self {
            Num::I8(v) => v as i128,
            Num::I16(v) => v as i128,
            Num::I32(v) => v as i128,
            Num::Uint(v) | Num::U64(v) => v as i128,
            Num::U8(v) => v as i128,
            Num::U16(v) => v as i128,
            Num::U32(v) => v as i128,
            Num::F32(_) => 0,
        }
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Nil => f.write_str("nil"),
            Value::Bool(b) => write!(f, "{b}"),
            Value::Int(i) => write!(f, "int({i})"),
            Value::Int64(i) => write!(f, "int64({i})"),
            Value::Float(x) => write!(f, "float64({x:?})"),
            Value::Num(n) => write!(f, "{n:?}"),
            Value::Complex(r, i) => write!(f, "complex128({r}+{i}i)"),
            Value::Str(s) => write!(f, "{s:?}"),
            Value::List(l) => f.debug_list().entries(l.iter()).finish(),
            Value::Map(m) => f.debug_map().entries(m.entries()).finish(),
            Value::Obj(o) => write!(f, "{o:?}"),
            Value::Func(x) => write!(f, "func {}", x.name),
        }
    }
}

impl From<bool> for Value {
    fn from(b: bool) -> Self {
        Value::Bool(b)
    }
}
impl From<&str> for Value {
    fn from(s: &str) -> Self {
        Value::Str(s.into())
    }
}
impl From<String> for Value {
    fn from(s: String) -> Self {
        Value::Str(s.into())
    }
}
impl From<GoStr> for Value {
    fn from(s: GoStr) -> Self {
        Value::Str(s)
    }
}
impl From<Map> for Value {
    fn from(m: Map) -> Self {
        Value::Map(m)
    }
}

/// What a template function gives: a value, or an error that the engine words as Go does.
pub type FuncResult = Result<Value, FuncError>;
