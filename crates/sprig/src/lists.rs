//! Lists. Every function copies: a Go slice given in is never changed.

use pintle_go::{Func, FuncError, FuncResult, GoStr, List, Type, Value};

use crate::args::{NIL_POINTER, any, int, list, rest, strslice, strval};
use crate::cast::{float_to_int, to_i64};
use crate::defaults::is_empty;
use crate::reflect::deep_equal;

const ANY: Type = Type::Any;
const LIST: Type = Type::LIST;
const CHUNKS: Type = Type::Slice(&Type::LIST);

pub(crate) const FUNCS: &[Func] = &[
    Func::variadic("tuple", &[ANY], LIST, |a| Ok(Value::list(a.to_vec()))),
    Func::variadic("list", &[ANY], LIST, |a| Ok(Value::list(a.to_vec()))),
    Func::plain("append", &[ANY, ANY], LIST, push),
    Func::plain("push", &[ANY, ANY], LIST, push),
    Func::plain("mustAppend", &[ANY, ANY], LIST, push),
    Func::plain("mustPush", &[ANY, ANY], LIST, push),
    Func::plain("prepend", &[ANY, ANY], LIST, prepend),
    Func::plain("mustPrepend", &[ANY, ANY], LIST, prepend),
    Func::plain("first", &[ANY], ANY, first),
    Func::plain("mustFirst", &[ANY], ANY, first),
    Func::plain("last", &[ANY], ANY, last),
    Func::plain("mustLast", &[ANY], ANY, last),
    Func::plain("rest", &[ANY], LIST, rest_of),
    Func::plain("mustRest", &[ANY], LIST, rest_of),
    Func::plain("initial", &[ANY], LIST, initial),
    Func::plain("mustInitial", &[ANY], LIST, initial),
    Func::plain("reverse", &[ANY], LIST, reverse),
    Func::plain("mustReverse", &[ANY], LIST, reverse),
    Func::plain("compact", &[ANY], LIST, compact),
    Func::plain("mustCompact", &[ANY], LIST, compact),
    Func::plain("uniq", &[ANY], LIST, uniq),
    Func::plain("mustUniq", &[ANY], LIST, uniq),
    Func::variadic("without", &[ANY, ANY], LIST, without),
    Func::variadic("mustWithout", &[ANY, ANY], LIST, without),
    Func::plain("has", &[ANY, ANY], Type::Bool, has),
    Func::plain("mustHas", &[ANY, ANY], Type::Bool, has),
    Func::variadic("slice", &[ANY, ANY], ANY, slice),
    Func::variadic("mustSlice", &[ANY, ANY], ANY, slice),
    Func::variadic("concat", &[ANY], ANY, concat),
    Func::plain("chunk", &[Type::Int, ANY], CHUNKS, chunk),
    Func::plain("mustChunk", &[Type::Int, ANY], CHUNKS, chunk),
    Func::plain("sortAlpha", &[ANY], Type::STRINGS, |a| Ok(Value::strings(sort_alpha(any(a, 0))))),
];

fn push(args: &[Value]) -> FuncResult {
    let l = list(any(args, 0), "Cannot push on type")?;
    let mut items = Vec::with_capacity(l.len() + 1);
    items.extend_from_slice(l);
    items.push(any(args, 1).clone());
    Ok(Value::list(items))
}

fn prepend(args: &[Value]) -> FuncResult {
    let l = list(any(args, 0), "Cannot prepend on type")?;
    let mut items = Vec::with_capacity(l.len() + 1);
    items.push(any(args, 1).clone());
    items.extend_from_slice(l);
    Ok(Value::list(items))
}

fn first(args: &[Value]) -> FuncResult {
    Ok(list(any(args, 0), "Cannot find first on type")?.first().cloned().unwrap_or_default())
}

fn last(args: &[Value]) -> FuncResult {
    Ok(list(any(args, 0), "Cannot find last on type")?.last().cloned().unwrap_or_default())
}

/// A nil `[]interface {}` stands for the rest of nothing.
fn part(items: Option<&[Value]>) -> FuncResult {
    Ok(items.map_or_else(|| Value::List(List::nil(ANY)), |i| Value::list(i.to_vec())))
}

fn rest_of(args: &[Value]) -> FuncResult {
    part(list(any(args, 0), "Cannot find rest on type")?.split_first().map(|(_, tail)| tail))
}

fn initial(args: &[Value]) -> FuncResult {
    part(list(any(args, 0), "Cannot find initial on type")?.split_last().map(|(_, head)| head))
}

fn reverse(args: &[Value]) -> FuncResult {
    Ok(Value::list(list(any(args, 0), "Cannot find reverse on type")?.iter().rev().cloned().collect()))
}

fn compact(args: &[Value]) -> FuncResult {
    let l = list(any(args, 0), "Cannot compact on type")?;
    Ok(Value::list(l.iter().filter(|v| !is_empty(v)).cloned().collect()))
}

fn contains(haystack: &[Value], needle: &Value) -> bool {
    haystack.iter().any(|v| deep_equal(needle, v))
}

fn uniq(args: &[Value]) -> FuncResult {
    let l = list(any(args, 0), "Cannot find uniq on type")?;
    // strings are compared by a set: a long list of names would take quadratic time
    let mut seen = std::collections::HashSet::new();
    let mut others: Vec<Value> = Vec::new();
    let mut out = Vec::new();
    for v in l.iter() {
        let new = match v {
            Value::Str(s) => seen.insert(s.clone()),
            v => {
                let new = !contains(&others, v);
                if new {
                    others.push(v.clone());
                }
                new
            }
        };
        if new {
            out.push(v.clone());
        }
    }
    Ok(Value::list(out))
}

fn without(args: &[Value]) -> FuncResult {
    let l = list(any(args, 0), "Cannot find without on type")?;
    let omit = rest(args, 1);
    Ok(Value::list(l.iter().filter(|v| !contains(omit, v)).cloned().collect()))
}

fn has(args: &[Value]) -> FuncResult {
    match any(args, 1) {
        Value::Nil => Ok(false.into()),
        haystack => Ok(contains(list(haystack, "Cannot find has on type")?, any(args, 0)).into()),
    }
}

fn slice(args: &[Value]) -> FuncResult {
    let l = list(any(args, 0), "list should be type of slice or array but")?;
    if l.is_empty() {
        return Ok(Value::Nil);
    }
    let start = args.get(1).map_or(0, to_i64);
    let end = args.get(2).map_or(l.len() as i64, to_i64);
    let range = || l.get(usize::try_from(start).ok()?..usize::try_from(end).ok()?);
    let items = range().ok_or("reflect.Value.Slice: slice index out of bounds")?.to_vec();
    Ok(Value::List(match l.ty() {
        t @ Type::Named(_) => List::named(t, items),
        _ => List::typed(l.elem(), items),
    }))
}

fn concat(args: &[Value]) -> FuncResult {
    let mut out = Vec::new();
    for v in args {
        match v {
            Value::List(l) => out.extend_from_slice(l),
            Value::Nil => return Err(NIL_POINTER.into()),
            v => return Err(format!("Cannot concat type {} as list", v.kind().name()).into()),
        }
    }
    Ok(if out.is_empty() { Value::List(List::nil(ANY)) } else { Value::list(out) })
}

fn chunk(args: &[Value]) -> FuncResult {
    let size = int(args, 0);
    let l = list(any(args, 1), "Cannot chunk type")?;
    // floats as in Sprig: a size of 0 makes an infinity, and so an impossible length
    let chunks = float_to_int(((l.len() as f64 - 1.0) / size as f64).floor() + 1.0);
    let bad = || FuncError::from("runtime error: makeslice: len out of range");
    if chunks < 0 || (chunks > 0 && size <= 0) {
        return Err(bad());
    }
    let size = usize::try_from(size).unwrap_or(1).max(1);
    let parts = l.chunks(size).take(usize::try_from(chunks).unwrap_or(0)).map(|c| Value::list(c.to_vec())).collect();
    Ok(Value::List(List::typed(LIST, parts)))
}

fn sort_alpha(v: &Value) -> Vec<GoStr> {
    let Value::List(_) = v else { return vec![strval(v)] };
    let mut items = strslice(v);
    items.sort();
    items
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ints(n: &[i64]) -> Value {
        Value::list(n.iter().map(|n| Value::Int(*n)).collect())
    }

    fn err(r: FuncResult) -> String {
        r.unwrap_err().to_string()
    }

    #[test]
    fn wrong_kinds() {
        assert_eq!(err(push(&["a".into(), Value::Nil])), "Cannot push on type string");
        assert_eq!(err(first(&[Value::Nil])), NIL_POINTER);
        assert_eq!(err(chunk(&[Value::Int(0), ints(&[1])])), "runtime error: makeslice: len out of range");
        assert_eq!(err(slice(&[ints(&[1]), Value::Int(2)])), "reflect.Value.Slice: slice index out of bounds");
    }

    #[test]
    fn chunks_and_types() {
        let Value::List(l) = chunk(&[Value::Int(2), ints(&[1, 2, 3])]).unwrap() else { panic!("a list") };
        assert_eq!((l.len(), l.ty().name().as_ref()), (2, "[][]interface {}"));
        let Value::List(l) = slice(&[Value::strings(["a", "b"]), Value::Int(1)]).unwrap() else { panic!("a list") };
        assert_eq!(l.ty(), Type::STRINGS);
    }

    #[test]
    fn types_count() {
        let mixed = Value::list(vec![Value::Int(1), Value::Int64(1), "1".into(), "1".into()]);
        let Value::List(l) = uniq(&[mixed]).unwrap() else { panic!("a list") };
        assert_eq!(l.len(), 3);
    }
}
