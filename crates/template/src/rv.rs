//! A value as Go's reflection sees it while a template runs.
//!
//! `reflect.Value` knows more than an `interface{}`: whether it is valid at all, and whether its static type is an
//! interface (an element of a `map[string]interface {}`) or a concrete type. Error texts and nil rules depend on it.

use std::borrow::Cow;

use pintle_go::{Kind, List, Map, Type, Value};

/// Go's `reflect.Value`, as far as templates tell values apart.
#[derive(Clone, Debug)]
pub(crate) enum Rv {
    /// No value was given (text/template's `missingVal`).
    Missing,
    /// The zero `reflect.Value`: untyped nil.
    Invalid,
    /// Of static type `interface {}`; may hold nil.
    Iface(Value),
    /// Of a concrete type; never [`Value::Nil`].
    Val(Value),
}

impl Rv {
    /// `reflect.ValueOf`: nil is the invalid value.
    pub(crate) fn of(v: Value) -> Rv {
        if v.is_nil() { Rv::Invalid } else { Rv::Val(v) }
    }

    /// A value of declared type `ty`: an interface type hides what is inside.
    pub(crate) fn typed(v: Value, ty: Type) -> Rv {
        if ty == Type::ReflectValue {
            return Rv::of(v);
        }
        if ty.is_interface() {
            return Rv::Iface(v);
        }
        match v {
            Value::Nil => zero(ty),
            v => Rv::Val(v),
        }
    }

    pub(crate) fn is_missing(&self) -> bool {
        matches!(self, Rv::Missing)
    }

    /// `IsValid()`.
    pub(crate) fn is_valid(&self) -> bool {
        matches!(self, Rv::Iface(_) | Rv::Val(_))
    }

    /// What is inside: interfaces opened, nothing for the invalid value.
    pub(crate) fn inner(&self) -> Option<&Value> {
        match self {
            Rv::Iface(Value::Nil) | Rv::Missing | Rv::Invalid => None,
            Rv::Iface(v) | Rv::Val(v) => Some(v),
        }
    }

    /// As an `interface{}`.
    pub(crate) fn value(&self) -> Value {
        self.inner().cloned().unwrap_or_default()
    }

    /// As an `interface{}`, moved out.
    pub(crate) fn into_value(self) -> Value {
        match self {
            Rv::Iface(v) | Rv::Val(v) => v,
            Rv::Missing | Rv::Invalid => Value::Nil,
        }
    }

    /// An interface is opened once (`indirectInterface`; the end of a pipeline does it, too).
    pub(crate) fn open(self) -> Rv {
        match self {
            Rv::Iface(v) => Rv::of(v),
            v => v,
        }
    }

    /// The static type's name.
    pub(crate) fn type_name(&self) -> Cow<'static, str> {
        match self {
            Rv::Iface(_) => Cow::Borrowed("interface {}"),
            Rv::Val(v) => v.type_name(),
            Rv::Missing => Cow::Borrowed("parse.NodeType"),
            Rv::Invalid => Cow::Borrowed("<nil>"),
        }
    }

    /// Truth of what is inside (`isTrue(indirectInterface(v))`).
    pub(crate) fn truth(&self) -> bool {
        self.inner().is_some_and(Value::truth)
    }
}

/// `reflect.Zero(ty)`.
pub(crate) fn zero(ty: Type) -> Rv {
    Rv::Val(match ty {
        Type::Any | Type::Error => return Rv::Iface(Value::Nil),
        Type::ReflectValue => return Rv::Invalid,
        Type::Bool => Value::Bool(false),
        Type::Int => Value::Int(0),
        Type::Int64 => Value::Int64(0),
        Type::Float64 => Value::Float(0.0),
        Type::String => Value::str(""),
        t => match t.kind() {
            Kind::Map => Value::Map(Map::nil(t)),
            Kind::Slice => Value::List(List::nil(t.elem().unwrap_or(Type::Any))),
            _ => return Rv::Invalid,
        },
    })
}

/// `AssignableTo` between concrete types, and the value in the form that a function of that parameter type expects.
pub(crate) fn assign(v: &Value, to: Type) -> Option<Value> {
    let from = v.ty()?;
    if to.is_interface() || from == to {
        return Some(v.clone());
    }
    let underlying = |t: Type| match t {
        Type::Named(n) => n.underlying,
        _ => None,
    };
    // identical underlying types, one of them not a defined type
    let from_named = underlying(from) == Some(to);
    let to_named = underlying(to) == Some(from);
    if !from_named && !to_named {
        return None;
    }
    Some(match v {
        Value::Map(m) => Value::Map(m.retyped(to)),
        Value::Obj(o) => o.underlying()?,
        v => v.clone(),
    })
}
