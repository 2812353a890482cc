//! TOML as BurntSushi/toml reads and writes it, which is what charts see: sub-tables indented by two spaces, keys
//! sorted with plain ones first, and its own error texts.

mod decode;
mod encode;

use pintle_go::{Func, FuncResult, Map, Type, Value};

use crate::args::{any, text};

pub(crate) const FUNCS: &[Func] = &[
    Func::plain("toToml", &[Type::Any], Type::String, to_toml),
    Func::plain("mustToToml", &[Type::Any], Type::String, must_to_toml),
    Func::plain("fromToml", &[Type::String], Type::MAP, |a| {
        Ok(Value::Map(decode::decode(text(a, 0)).unwrap_or_else(|message| {
            let m = Map::new();
            m.set("Error", message.into());
            m
        })))
    }),
];

/// The text, or the error's text in its place; nil is a panic even here.
fn to_toml(args: &[Value]) -> FuncResult {
    match encode::encode(any(args, 0)) {
        Err(encode::Error::Toml(message)) => Ok(message.into()),
        r => finish(r),
    }
}

fn must_to_toml(args: &[Value]) -> FuncResult {
    finish(encode::encode(any(args, 0)))
}

fn finish(r: Result<Vec<u8>, encode::Error>) -> FuncResult {
    match r {
        Ok(text) => Ok(Value::str(text)),
        Err(encode::Error::Toml(message) | encode::Error::Panic(message)) => Err(message.into()),
    }
}

/// A key part as TOML writes it: bare where it can be.
fn push_key(out: &mut Vec<u8>, part: &[u8]) {
    if !part.is_empty() && part.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-')) {
        out.extend_from_slice(part);
    } else {
        push_quoted(out, part);
    }
}

fn push_quoted(out: &mut Vec<u8>, s: &[u8]) {
    out.push(b'"');
    for &b in s {
        match b {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            0x08 => out.extend_from_slice(b"\\b"),
            b'\t' => out.extend_from_slice(b"\\t"),
            b'\n' => out.extend_from_slice(b"\\n"),
            0x0c => out.extend_from_slice(b"\\f"),
            b'\r' => out.extend_from_slice(b"\\r"),
            0..0x20 | 0x7f => out.extend_from_slice(format!("\\u{b:04x}").as_bytes()),
            b => out.push(b),
        }
    }
    out.push(b'"');
}
