//! Helm's stand-ins: what the engine binds late, and what it leaves out.

use pintle_go::{Func, Map, Type, Value};

use crate::args::string;

const ANY: Type = Type::Any;
const S: Type = Type::String;

/// The engine replaces all but `getHostByName`, which asks no name server unless DNS is enabled.
pub(crate) const FUNCS: &[Func] = &[
    Func::plain("include", &[S, ANY], S, |_| Ok("not implemented".into())),
    Func::plain("tpl", &[S, ANY], ANY, |_| Ok("not implemented".into())),
    Func::plain("required", &[S, ANY], ANY, |_| Ok("not implemented".into())),
    Func::plain("lookup", &[S, S, S, S], Type::MAP, |_| Ok(Value::Map(Map::new()))),
    Func::plain("fail", &[S], S, |a| Err(string(a, 0).into())),
    Func::plain("getHostByName", &[S], S, |_| Ok("".into())),
];
