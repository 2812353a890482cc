//! Paths: Go's `path`, and `path/filepath` which is the same on Unix (Helm renders on the user's machine, pintle always
//! by Unix rules, so that a chart means the same everywhere).

use pintle_go::{Func, Type, Value};

use crate::args::text;

const S: &[Type] = &[Type::String];

pub(crate) const FUNCS: &[Func] = &[
    Func::plain("base", S, Type::String, |a| Ok(path(base(text(a, 0))))),
    Func::plain("dir", S, Type::String, |a| Ok(path(&dir(text(a, 0))))),
    Func::plain("clean", S, Type::String, |a| Ok(path(&clean(text(a, 0))))),
    Func::plain("ext", S, Type::String, |a| Ok(path(ext(text(a, 0))))),
    Func::plain("isAbs", S, Type::Bool, |a| Ok(text(a, 0).starts_with(b"/").into())),
    Func::plain("osBase", S, Type::String, |a| Ok(path(base(text(a, 0))))),
    Func::plain("osDir", S, Type::String, |a| Ok(path(&dir(text(a, 0))))),
    Func::plain("osClean", S, Type::String, |a| Ok(path(&clean(text(a, 0))))),
    Func::plain("osExt", S, Type::String, |a| Ok(path(ext(text(a, 0))))),
    Func::plain("osIsAbs", S, Type::Bool, |a| Ok(text(a, 0).starts_with(b"/").into())),
];

fn path(p: &[u8]) -> Value {
    Value::str(p)
}

/// `path.Base`
fn base(p: &[u8]) -> &[u8] {
    if p.is_empty() {
        return b".";
    }
    let end = p.iter().rposition(|b| *b != b'/').map_or(0, |i| i + 1);
    let trimmed = p.get(..end).unwrap_or_default();
    match trimmed.rsplit(|b| *b == b'/').next() {
        Some(last) if !last.is_empty() => last,
        _ => b"/",
    }
}

/// `path.Dir`
fn dir(p: &[u8]) -> Vec<u8> {
    let end = p.iter().rposition(|b| *b == b'/').map_or(0, |i| i + 1);
    clean(p.get(..end).unwrap_or_default())
}

/// `path.Ext`: from the last dot of the last part.
fn ext(p: &[u8]) -> &[u8] {
    match p.iter().rposition(|b| matches!(b, b'.' | b'/')) {
        Some(i) if p.get(i) == Some(&b'.') => p.get(i..).unwrap_or_default(),
        _ => b"",
    }
}

/// `path.Clean`
fn clean(p: &[u8]) -> Vec<u8> {
    let rooted = p.starts_with(b"/");
    let mut parts: Vec<&[u8]> = Vec::new();
    for part in p.split(|b| *b == b'/') {
        match part {
            b"" | b"." => {}
            b".." if parts.last().is_some_and(|l| *l != b"..") => {
                parts.pop();
            }
            b".." if rooted => {}
            part => parts.push(part),
        }
    }
    let joined = parts.join(&b'/');
    match (rooted, joined.is_empty()) {
        (true, _) => [b"/", joined.as_slice()].concat(),
        (false, true) => b".".to_vec(),
        (false, false) => joined,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_go() {
        assert_eq!((base(b"/a/b/"), base(b""), base(b"//")), (&b"b"[..], &b"."[..], &b"/"[..]));
        assert_eq!(ext(b"/a.b/c"), b"");
        for (p, want) in [("", "."), ("a//b/../c/.", "a/c"), ("/../a", "/a"), ("../../a", "../../a"), ("a/..", ".")] {
            assert_eq!(clean(p.as_bytes()), want.as_bytes(), "{p}");
        }
        assert_eq!(dir(b"/a/b"), b"/a");
    }
}
