//! Regular expressions in Go's syntax. A broken one fails the plain functions by Go's panic, and the `must` ones by an
//! error; only `regexMatch` swallows it.

use std::rc::Rc;

use pintle_go::regexp::{self, Regexp};
use pintle_go::{Func, FuncError, GoStr, List, Type, Value, strconv};

use crate::args::{int, text};

const S: Type = Type::String;
const I: Type = Type::Int;
const STRINGS: Type = Type::STRINGS;

pub(crate) const FUNCS: &[Func] = &[
    Func::plain("regexMatch", &[S, S], Type::Bool, |a| {
        Ok(Regexp::compile(text(a, 0)).is_ok_and(|r| r.is_match(text(a, 1))).into())
    }),
    Func::plain("mustRegexMatch", &[S, S], Type::Bool, |a| Ok(compile(a)?.is_match(text(a, 1)).into())),
    Func::plain("regexFind", &[S, S], S, |a| Ok(find(must_compile(a)?, a))),
    Func::plain("mustRegexFind", &[S, S], S, |a| Ok(find(compile(a)?, a))),
    Func::plain("regexFindAll", &[S, S, I], STRINGS, |a| Ok(find_all(must_compile(a)?, a))),
    Func::plain("mustRegexFindAll", &[S, S, I], STRINGS, |a| Ok(find_all(compile(a)?, a))),
    Func::plain("regexReplaceAll", &[S, S, S], S, |a| Ok(replace(must_compile(a)?, a))),
    Func::plain("mustRegexReplaceAll", &[S, S, S], S, |a| Ok(replace(compile(a)?, a))),
    Func::plain("regexReplaceAllLiteral", &[S, S, S], S, |a| Ok(replace_literal(must_compile(a)?, a))),
    Func::plain("mustRegexReplaceAllLiteral", &[S, S, S], S, |a| Ok(replace_literal(compile(a)?, a))),
    Func::plain("regexSplit", &[S, S, I], STRINGS, |a| Ok(split(must_compile(a)?, a))),
    Func::plain("mustRegexSplit", &[S, S, I], STRINGS, |a| Ok(split(compile(a)?, a))),
    Func::plain("regexQuoteMeta", &[S], S, |a| Ok(Value::str(regexp::quote_meta(text(a, 0))))),
];

fn compile(args: &[Value]) -> Result<Rc<Regexp>, FuncError> {
    Regexp::compile(text(args, 0)).map_err(FuncError::new)
}

/// `regexp.MustCompile`: the panic names the expression.
fn must_compile(args: &[Value]) -> Result<Rc<Regexp>, FuncError> {
    let pattern = text(args, 0);
    Regexp::compile(pattern).map_err(|e| {
        let quoted = match strconv::can_backquote(pattern) {
            true => [b"`", pattern, b"`"].concat(),
            false => strconv::quote_bytes(pattern),
        };
        FuncError::new([b"regexp: Compile(", quoted.as_slice(), b"): ", e.as_bytes()].concat())
    })
}

fn part(s: &[u8], (from, to): (usize, usize)) -> GoStr {
    s.get(from..to).unwrap_or_default().into()
}

fn find(r: Rc<Regexp>, args: &[Value]) -> Value {
    let s = text(args, 1);
    r.find(s).map_or(GoStr::EMPTY, |span| part(s, span)).into()
}

/// Nothing found is a nil slice.
fn find_all(r: Rc<Regexp>, args: &[Value]) -> Value {
    let s = text(args, 1);
    let found = r.find_all(s, int(args, 2));
    strings(found.is_empty(), s, found)
}

fn split(r: Rc<Regexp>, args: &[Value]) -> Value {
    let (s, n) = (text(args, 1), int(args, 2));
    strings(n == 0, s, r.split(s, n))
}

fn strings(nil: bool, s: &[u8], spans: Vec<(usize, usize)>) -> Value {
    if nil {
        return Value::List(List::nil(Type::String));
    }
    Value::strings(spans.into_iter().map(|span| part(s, span)))
}

fn replace(r: Rc<Regexp>, args: &[Value]) -> Value {
    Value::str(r.replace_all(text(args, 1), text(args, 2)))
}

fn replace_literal(r: Rc<Regexp>, args: &[Value]) -> Value {
    Value::str(r.replace_all_literal(text(args, 1), text(args, 2)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broken_expressions() {
        let args = |s: &str| [Value::str(s), "x".into(), Value::Int(-1)];
        assert!(crate::lookup("regexMatch").unwrap().invoke(&args("[")).is_ok());
        let e = crate::lookup("regexFind").unwrap().invoke(&args("[a")).unwrap_err().to_string();
        assert_eq!(e, "regexp: Compile(`[a`): error parsing regexp: missing closing ]: `[a`");
        assert_eq!(compile(&args("(")).err().unwrap().to_string(), "error parsing regexp: missing closing ): `(`");
    }
}
