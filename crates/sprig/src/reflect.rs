//! Types and kinds by name, and `reflect.DeepEqual`.

use pintle_go::{Func, Num, Type, Value};

use crate::args::{any, text};

const ANY: Type = Type::Any;
const S: Type = Type::String;

pub(crate) const FUNCS: &[Func] = &[
    Func::plain("typeOf", &[ANY], S, |a| Ok(any(a, 0).type_name().into_owned().into())),
    Func::plain("typeIs", &[S, ANY], Type::Bool, |a| Ok((text(a, 0) == any(a, 1).type_name().as_bytes()).into())),
    Func::plain("typeIsLike", &[S, ANY], Type::Bool, |a| {
        let name = any(a, 1).type_name();
        let name = name.as_bytes();
        Ok((text(a, 0) == name || name.strip_prefix(b"*") == Some(text(a, 0))).into())
    }),
    Func::plain("kindOf", &[ANY], S, |a| Ok(any(a, 0).kind().name().into())),
    Func::plain("kindIs", &[S, ANY], Type::Bool, |a| Ok((text(a, 0) == any(a, 1).kind().name().as_bytes()).into())),
    Func::plain("deepEqual", &[ANY, ANY], Type::Bool, |a| Ok(deep_equal(any(a, 0), any(a, 1)).into())),
];

/// Nesting beyond this is taken for circular; Go takes such a pair for equal.
const MAX_DEPTH: usize = 10_000;

/// `reflect.DeepEqual`: types must agree too, a nil slice or map is not an empty one.
pub(crate) fn deep_equal(a: &Value, b: &Value) -> bool {
    equal(a, b, 0)
}

fn equal(a: &Value, b: &Value, depth: usize) -> bool {
    if depth > MAX_DEPTH {
        return true;
    }
    match (a, b) {
        (Value::Nil, Value::Nil) => true,
        (Value::Bool(x), Value::Bool(y)) => x == y,
        (Value::Int(x), Value::Int(y)) | (Value::Int64(x), Value::Int64(y)) => x == y,
        (Value::Float(x), Value::Float(y)) => x == y,
        (Value::Num(Num::F32(x)), Value::Num(Num::F32(y))) => x == y,
        (Value::Num(x), Value::Num(y)) => x == y,
        (Value::Complex(a, b), Value::Complex(c, d)) => (a, b) == (c, d),
        (Value::Str(x), Value::Str(y)) => x == y,
        (Value::List(x), Value::List(y)) => {
            x.same(y)
                || (x.ty() == y.ty()
                    && x.is_nil() == y.is_nil()
                    && x.len() == y.len()
                    && x.iter().zip(y.iter()).all(|(x, y)| equal(x, y, depth + 1)))
        }
        (Value::Map(x), Value::Map(y)) => {
            x.ty() == y.ty()
                && (x.same(y)
                    || (x.is_nil() == y.is_nil()
                        && x.len() == y.len()
                        && x.borrow()
                            .iter()
                            .zip(y.borrow().iter())
                            .all(|(x, y)| x.0 == y.0 && equal(&x.1, &y.1, depth + 1))))
        }
        (Value::Obj(x), Value::Obj(y)) => std::rc::Rc::ptr_eq(x, y) || (x.ty() == y.ty() && x.equals(&**y)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pintle_go::{List, Map};

    #[test]
    fn types_count() {
        assert!(!deep_equal(&Value::Int(1), &Value::Int64(1)));
        assert!(!deep_equal(&Value::strings(["a"]), &Value::list(vec!["a".into()])));
        assert!(!deep_equal(&Value::List(List::nil(Type::Any)), &Value::list(vec![])));
        let nan = Value::list(vec![Value::Float(f64::NAN)]);
        assert!(deep_equal(&nan, &nan) && !deep_equal(&Value::Float(f64::NAN), &Value::Float(f64::NAN)));
        assert!(deep_equal(&Value::Map(Map::new()), &Value::Map(Map::new())));
    }
}
