//! Defaults and choices: what counts as empty.

use pintle_go::{Func, Type, Value};

use crate::args::{any, bool};

const ANY: Type = Type::Any;

pub(crate) const FUNCS: &[Func] = &[
    Func::variadic("default", &[ANY, ANY], ANY, |a| {
        let given = any(a, 1);
        Ok(if is_empty(given) { any(a, 0) } else { given }.clone())
    }),
    Func::plain("empty", &[ANY], Type::Bool, |a| Ok(is_empty(any(a, 0)).into())),
    Func::variadic("coalesce", &[ANY], ANY, |a| Ok(a.iter().find(|v| !is_empty(v)).cloned().unwrap_or_default())),
    Func::variadic("all", &[ANY], Type::Bool, |a| Ok((!a.iter().any(is_empty)).into())),
    Func::variadic("any", &[ANY], Type::Bool, |a| Ok((!a.iter().all(is_empty)).into())),
    Func::plain("ternary", &[ANY, ANY, Type::Bool], ANY, |a| Ok(any(a, usize::from(!bool(a, 2))).clone())),
];

/// Sprig's `empty`: nil, zero, false, "" and whatever has no elements; a struct never is.
pub(crate) fn is_empty(v: &Value) -> bool {
    !v.truth()
}
