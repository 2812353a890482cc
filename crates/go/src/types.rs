//! Go's types as far as template values and function signatures have them.
//!
//! Error texts name types (`wrong type for value; expected string; got int64`), `typeOf` and `%T` print them, and a
//! call checks its arguments against them. A [`Type`] is a small `Copy` value that can stand in a `const`.

use std::borrow::Cow;
use std::fmt;
use std::rc::Rc;

use crate::{Func, Value};

/// A Go type. [`Type::name`] spells it as `reflect.Type.String()` does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Type {
    /// `interface {}`
    Any,
    /// `bool`
    Bool,
    /// `int` (64 bits)
    Int,
    /// `int8`
    Int8,
    /// `int16`
    Int16,
    /// `int32` (also `rune`)
    Int32,
    /// `int64`
    Int64,
    /// `uint`
    Uint,
    /// `uint8` (also `byte`)
    Uint8,
    /// `uint16`
    Uint16,
    /// `uint32`
    Uint32,
    /// `uint64`
    Uint64,
    /// `float32`
    Float32,
    /// `float64`
    Float64,
    /// `complex128`
    Complex128,
    /// `string`
    String,
    /// `error` (an interface)
    Error,
    /// `[]T`
    Slice(&'static Type),
    /// `map[string]T`
    Map(&'static Type),
    /// `*T`
    Ptr(&'static Type),
    /// `func(...)`, by its printed form
    Func(&'static str),
    /// `reflect.Value`: a parameter that takes any argument, a missing value included
    ReflectValue,
    /// A defined type, like `time.Duration` or `common.Values`.
    Named(&'static NamedType),
}

/// A defined Go type: its qualified name, what it is made of and its methods.
///
/// A [`crate::Map`] or [`crate::List`] of a defined type (`common.Values`, `common.VersionSet`) has its methods here;
/// an [`crate::Object`] answers for itself through `Object::method` and leaves [`no_methods`] here.
pub struct NamedType {
    /// Qualified name, e.g. `common.Values`.
    pub name: &'static str,
    /// `reflect.Kind` of it.
    pub kind: Kind,
    /// The type literal that it is defined as, where that matters (maps, slices, numbers).
    pub underlying: Option<Type>,
    /// Methods of a map or slice of this type, bound to that value; [`no_methods`] where there are none.
    /// The template engine asks here before it looks for a key, as text/template looks for methods first.
    pub methods: fn(&Value, &str) -> Option<Rc<Func>>,
}

/// For types without methods of their own.
pub fn no_methods(_: &Value, _: &str) -> Option<Rc<Func>> {
    None
}

impl PartialEq for NamedType {
    fn eq(&self, o: &Self) -> bool {
        self.name == o.name && self.kind == o.kind
    }
}
impl Eq for NamedType {}
impl fmt::Debug for NamedType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// Go's `reflect.Kind`, as far as it is met.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum Kind {
    Invalid,
    Bool,
    Int,
    Int8,
    Int16,
    Int32,
    Int64,
    Uint,
    Uint8,
    Uint16,
    Uint32,
    Uint64,
    Float32,
    Float64,
    Complex128,
    Func,
    Interface,
    Map,
    Ptr,
    Slice,
    String,
    Struct,
}

impl Kind {
    /// `reflect.Kind.String()`.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Invalid => "invalid",
            Kind::Bool => "bool",
            Kind::Int => "int",
            Kind::Int8 => "int8",
            Kind::Int16 => "int16",
            Kind::Int32 => "int32",
            Kind::Int64 => "int64",
            Kind::Uint => "uint",
            Kind::Uint8 => "uint8",
            Kind::Uint16 => "uint16",
            Kind::Uint32 => "uint32",
            Kind::Uint64 => "uint64",
            Kind::Float32 => "float32",
            Kind::Float64 => "float64",
            Kind::Complex128 => "complex128",
            Kind::Func => "func",
            Kind::Interface => "interface",
            Kind::Map => "map",
            Kind::Ptr => "ptr",
            Kind::Slice => "slice",
            Kind::String => "string",
            Kind::Struct => "struct",
        }
    }
}

impl Type {
    /// `[]interface {}`
    pub const LIST: Type = Type::Slice(&Type::Any);
    /// `map[string]interface {}`
    pub const MAP: Type = Type::Map(&Type::Any);
    /// `[]string`
    pub const STRINGS: Type = Type::Slice(&Type::String);
    /// `[]uint8`
    pub const BYTES: Type = Type::Slice(&Type::Uint8);

    /// The kind of a value of this type.
    pub fn kind(self) -> Kind {
        match self {
            Type::Any | Type::Error => Kind::Interface,
            Type::Bool => Kind::Bool,
            Type::Int => Kind::Int,
            Type::Int8 => Kind::Int8,
            Type::Int16 => Kind::Int16,
            Type::Int32 => Kind::Int32,
            Type::Int64 => Kind::Int64,
            Type::Uint => Kind::Uint,
            Type::Uint8 => Kind::Uint8,
            Type::Uint16 => Kind::Uint16,
            Type::Uint32 => Kind::Uint32,
            Type::Uint64 => Kind::Uint64,
            Type::Float32 => Kind::Float32,
            Type::Float64 => Kind::Float64,
            Type::Complex128 => Kind::Complex128,
            Type::String => Kind::String,
            Type::Slice(_) => Kind::Slice,
            Type::Map(_) => Kind::Map,
            Type::Ptr(_) => Kind::Ptr,
            Type::Func(_) => Kind::Func,
            Type::ReflectValue => Kind::Struct,
            Type::Named(n) => n.kind,
        }
    }

    /// The type's name as Go prints it: `map[string]interface {}`, `[]string`, `common.Values`.
    pub fn name(self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Type::Any => "interface {}",
            Type::Error => "error",
            Type::String => "string",
            Type::ReflectValue => "reflect.Value",
            Type::Named(n) => n.name,
            Type::Func(f) => f,
            Type::Slice(&Type::Any) => "[]interface {}",
            Type::Slice(&Type::String) => "[]string",
            Type::Map(&Type::Any) => "map[string]interface {}",
            Type::Slice(e) => return Cow::Owned(format!("[]{}", e.name())),
            Type::Map(e) => return Cow::Owned(format!("map[string]{}", e.name())),
            Type::Ptr(e) => return Cow::Owned(format!("*{}", e.name())),
            t => t.kind().name(),
        })
    }

    /// Element type of a slice or map (through a defined type).
    pub fn elem(self) -> Option<Type> {
        match self {
            Type::Slice(e) | Type::Map(e) | Type::Ptr(e) => Some(*e),
            Type::Named(n) => n.underlying.and_then(Type::elem),
            _ => None,
        }
    }

    /// Whether a value of this type can be nil (Go's `canBeNil` of text/template).
    pub fn can_be_nil(self) -> bool {
        matches!(self.kind(), Kind::Interface | Kind::Map | Kind::Slice | Kind::Ptr | Kind::Func)
    }

    /// Whether the type is an interface, so that a value inside has a type of its own.
    pub fn is_interface(self) -> bool {
        self.kind() == Kind::Interface
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())
    }
}
