//! Paths: Go's `path`, and `path/filepath` which is the same on Unix (Helm renders on the user's machine, pintle always
//! by Unix rules, so that a chart means the same everywhere).

use pintle_go::path::{base, clean, dir, ext, is_abs};
use pintle_go::{Func, Type, Value};

use crate::args::text;

const S: &[Type] = &[Type::String];

pub(crate) const FUNCS: &[Func] = &[
    Func::plain("base", S, Type::String, |a| Ok(path(base(text(a, 0))))),
    Func::plain("dir", S, Type::String, |a| Ok(path(&dir(text(a, 0))))),
    Func::plain("clean", S, Type::String, |a| Ok(path(&clean(text(a, 0))))),
    Func::plain("ext", S, Type::String, |a| Ok(path(ext(text(a, 0))))),
    Func::plain("isAbs", S, Type::Bool, |a| Ok(is_abs(text(a, 0)).into())),
    Func::plain("osBase", S, Type::String, |a| Ok(path(base(text(a, 0))))),
    Func::plain("osDir", S, Type::String, |a| Ok(path(&dir(text(a, 0))))),
    Func::plain("osClean", S, Type::String, |a| Ok(path(&clean(text(a, 0))))),
    Func::plain("osExt", S, Type::String, |a| Ok(path(ext(text(a, 0))))),
    Func::plain("osIsAbs", S, Type::Bool, |a| Ok(is_abs(text(a, 0)).into())),
];

fn path(p: &[u8]) -> Value {
    Value::str(p)
}
