//! Dictionaries. `set`, `unset` and `merge` change the map that they are given, as everybody who holds it sees.

use std::rc::Rc;

use pintle_go::semver::{Version, VersionPtr, VersionStruct};
use pintle_go::{Func, FuncError, FuncResult, GoStr, Map, Object, Type, Value};

use crate::args::{any, map, rest, string, strval, text};

const ANY: Type = Type::Any;
const S: Type = Type::String;
const MAP: Type = Type::MAP;

pub(crate) const FUNCS: &[Func] = &[
    Func::variadic("dict", &[ANY], MAP, |a| Ok(dict(a))),
    Func::plain("get", &[MAP, S], ANY, |a| Ok(map(a, 0).get(text(a, 1)).unwrap_or_else(|| "".into()))),
    Func::plain("set", &[MAP, S, ANY], MAP, set),
    Func::plain("unset", &[MAP, S], MAP, unset),
    Func::plain("hasKey", &[MAP, S], Type::Bool, |a| Ok(map(a, 0).contains(text(a, 1)).into())),
    Func::variadic("pluck", &[S, MAP], Type::LIST, pluck),
    Func::variadic("keys", &[MAP], Type::STRINGS, |a| Ok(Value::strings((0..a.len()).flat_map(|i| map(a, i).keys())))),
    Func::plain("values", &[MAP], Type::LIST, |a| {
        Ok(Value::list(map(a, 0).borrow().iter().map(|(_, v)| v.clone()).collect()))
    }),
    Func::variadic("pick", &[MAP, S], MAP, pick),
    Func::variadic("omit", &[MAP, S], MAP, omit),
    Func::variadic("merge", &[MAP, MAP], ANY, |a| Ok(merge(a, false).unwrap_or_else(|_| "".into()))),
    Func::variadic("mustMerge", &[MAP, MAP], ANY, |a| merge(a, false)),
    Func::variadic("mergeOverwrite", &[MAP, MAP], ANY, |a| Ok(merge(a, true).unwrap_or_else(|_| "".into()))),
    Func::variadic("mustMergeOverwrite", &[MAP, MAP], ANY, |a| merge(a, true)),
    Func::plain("deepCopy", &[ANY], ANY, deep_copy),
    Func::plain("mustDeepCopy", &[ANY], ANY, deep_copy),
    Func::variadic("dig", &[ANY], ANY, dig),
];

fn dict(args: &[Value]) -> Value {
    let pair = |p: &[Value]| (p.first().map_or(GoStr::EMPTY, strval), p.get(1).cloned().unwrap_or_else(|| "".into()));
    Value::Map(Map::from_pairs(args.chunks(2).map(pair).collect()))
}

fn set(args: &[Value]) -> FuncResult {
    let m = map(args, 0);
    if m.is_nil() {
        return Err("assignment to entry in nil map".into());
    }
    m.set(string(args, 1), any(args, 2).clone());
    Ok(Value::Map(m))
}

fn unset(args: &[Value]) -> FuncResult {
    let m = map(args, 0);
    m.remove(text(args, 1));
    Ok(Value::Map(m))
}

fn pluck(args: &[Value]) -> FuncResult {
    let key = text(args, 0);
    Ok(Value::list((1..args.len()).filter_map(|i| map(args, i).get(key)).collect()))
}

fn pick(args: &[Value]) -> FuncResult {
    let m = map(args, 0);
    let keys = (1..args.len()).map(|i| string(args, i));
    Ok(Value::Map(Map::from_pairs(keys.filter_map(|k| m.get(&k).map(|v| (k, v))).collect())))
}

fn omit(args: &[Value]) -> FuncResult {
    let mut pairs = map(args, 0).entries();
    let omit = rest(args, 1);
    pairs.retain(|(k, _)| !omit.iter().any(|v| v.as_str() == Some(k)));
    Ok(Value::Map(Map::from_pairs(pairs)))
}

/// copystructure's `Copy`: deep, and it cannot take nil.
fn deep_copy(args: &[Value]) -> FuncResult {
    match any(args, 0) {
        Value::Nil => Err("reflect: call of reflect.Value.Type on zero Value".into()),
        v => copied(v, 0, &mut { MOST_PARTS }),
    }
}

/// More values than this are not copied at once, where Go would go on until memory ends.
const MOST_PARTS: usize = 1 << 22;

fn copied(v: &Value, depth: usize, left: &mut usize) -> FuncResult {
    if depth > MAX_DEPTH {
        return Err("exceeded max depth".into());
    }
    *left = left.checked_sub(1).ok_or_else(|| format!("a copy would have over {MOST_PARTS} parts"))?;
    Ok(match v {
        Value::Map(m) if m.is_nil() => v.clone(),
        Value::Map(m) => {
            let pairs = m.entries().into_iter().map(|(k, v)| Ok((k, copied(&v, depth + 1, left)?)));
            Value::Map(Map::typed_from_pairs(m.ty(), pairs.collect::<Result<_, FuncError>>()?))
        }
        Value::List(l) => {
            let items = l.iter().map(|v| copied(v, depth + 1, left)).collect::<Result<Vec<_>, _>>()?;
            let mut items = items.into_iter();
            Value::List(l.map_items(|_| items.next().unwrap_or_default()))
        }
        // a struct's unexported fields are left behind, which are all that a version has
        Value::Obj(o) if o.as_any().is::<VersionPtr>() => VersionPtr::value(Version::default()),
        Value::Obj(o) if o.as_any().is::<VersionStruct>() => {
            Value::Obj(Rc::new(VersionStruct(Rc::new(Version::default()))))
        }
        v => v.clone(),
    })
}

/// `dig "a" "b" DEFAULT DICT`: only a missing key gives the default; a scalar on the way is a failed type assertion.
fn dig(args: &[Value]) -> FuncResult {
    let [keys @ .., default, dict] = args else { return Err("dig needs at least three arguments".into()) };
    if keys.is_empty() {
        return Err("dig needs at least three arguments".into());
    }
    let mut at = asserted_map(dict)?;
    let keys = keys.iter().map(asserted_string).collect::<Result<Vec<_>, _>>()?;
    for (i, key) in keys.iter().enumerate() {
        let Some(step) = at.get(key) else { return Ok(default.clone()) };
        if i + 1 == keys.len() {
            return Ok(step);
        }
        at = asserted_map(&step)?;
    }
    Ok(default.clone())
}

fn not_a(v: &Value, wanted: &str) -> FuncError {
    let is = if v.is_nil() { "nil".into() } else { v.type_name() };
    format!("interface conversion: interface {{}} is {is}, not {wanted}").into()
}

/// `v.(map[string]interface {})`: a defined map type is not that.
fn asserted_map(v: &Value) -> Result<Map, FuncError> {
    match v {
        Value::Map(m) if m.ty() == MAP => Ok(m.clone()),
        v => Err(not_a(v, "map[string]interface {}")),
    }
}

fn asserted_string(v: &Value) -> Result<GoStr, FuncError> {
    v.as_str().cloned().ok_or_else(|| not_a(v, "string"))
}

/// What mergo says where a pointer meets another type. The plain functions swallow it.
const DIFFERENT_TYPES: &str = "src and dst must be of same type";

/// mergo's `Merge` of each source into the first map, or `MergeWithOverwrite`.
fn merge(args: &[Value], overwrite: bool) -> FuncResult {
    let mut dst = map(args, 0);
    for i in 1..args.len() {
        let src = map(args, i);
        if dst.is_nil() && !src.is_nil() {
            dst = Map::new(); // a nil map cannot be written to, so the caller's stays nil
        }
        merge_maps(&dst, &src, overwrite, 0)?;
    }
    Ok(Value::Map(dst))
}

/// Values nested deeper than this are taken for circular, which kills Helm.
const MAX_DEPTH: usize = 5_000;

/// mergo's `deepMerge` of two maps, with its oddities: an empty value in `dst` (0, false, "") counts as missing, nested
/// maps of `src` are shared and not copied, nil in `src` only overwrites, and lists are never joined.
fn merge_maps(dst: &Map, src: &Map, overwrite: bool, depth: usize) -> Result<(), FuncError> {
    if depth > MAX_DEPTH {
        return Err("exceeded max depth".into());
    }
    if dst.is_nil() {
        return Ok(()); // nested, and so not settable
    }
    for (key, from) in src.entries() {
        let to = dst.get(&key);
        if from.is_nil() {
            if overwrite {
                put(dst, key, from)?;
            }
            continue;
        }
        // a list goes into an empty map at once, and with it the map is no longer empty; the rest of the rules agree
        merge_nested(to.as_ref(), &from, overwrite, depth)?;
        let kept = to.as_ref().is_some_and(|t| !is_empty_value(t));
        let both_maps = || is_map(&from) && to.as_ref().is_some_and(is_map);
        if kept && ((is_list(&from) && !overwrite) || both_maps()) {
            continue;
        }
        if overwrite || !kept {
            put(dst, key, from)?;
        }
    }
    Ok(())
}

/// What mergo does below one key before it decides about the key itself.
fn merge_nested(to: Option<&Value>, from: &Value, overwrite: bool, depth: usize) -> Result<(), FuncError> {
    match (to, from) {
        (Some(Value::Map(d)), Value::Map(s)) => merge_maps(d, s, overwrite, depth + 1),
        // a pointer in dst wants a pointer in src
        (Some(Value::Obj(d)), from) if is_pointer(&**d) && !overwrite => match from {
            Value::Map(_) => Err(DIFFERENT_TYPES.into()),
            Value::Obj(s) if s.ty().kind() == pintle_go::Kind::Struct && !points_to(&**d, &**s) => {
                Err(DIFFERENT_TYPES.into())
            }
            _ => Ok(()),
        },
        _ => Ok(()),
    }
}

fn is_pointer(o: &dyn Object) -> bool {
    o.ty().kind() == pintle_go::Kind::Ptr
}

fn points_to(pointer: &dyn Object, to: &dyn Object) -> bool {
    pointer.ty().elem() == Some(to.ty())
}

fn is_map(v: &Value) -> bool {
    v.kind() == pintle_go::Kind::Map
}

fn is_list(v: &Value) -> bool {
    v.kind() == pintle_go::Kind::Slice
}

/// mergo's `isEmptyValue`: structs and complex numbers are never empty.
fn is_empty_value(v: &Value) -> bool {
    match v {
        Value::Complex(..) => false,
        v => !v.truth(),
    }
}

/// `reflect.Value.SetMapIndex`, which checks a typed map's element type.
fn put(dst: &Map, key: GoStr, v: Value) -> Result<(), FuncError> {
    match dst.ty().elem() {
        None | Some(Type::Any) => {}
        elem if v.ty() == elem => {}
        elem => {
            let elem = elem.map(Type::name).unwrap_or_default();
            return Err(format!(
                "reflect.Value.SetMapIndex: value of type interface {{}} is not assignable to type {elem}"
            )
            .into());
        }
    }
    dst.set(key, v);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn m(pairs: &[(&str, Value)]) -> Map {
        Map::from_pairs(pairs.iter().map(|(k, v)| (GoStr::from(*k), v.clone())).collect())
    }

    fn merged(dst: &Map, src: &Map, overwrite: bool) {
        merge(&[Value::Map(dst.clone()), Value::Map(src.clone())], overwrite).unwrap();
    }

    #[test]
    fn merge_fills_zero_values() {
        let dst = m(&[("zero", Value::Int(0)), ("set", Value::Int(1)), ("list", Value::list(vec![Value::Int(1)]))]);
        let src =
            m(&[("zero", Value::Int(5)), ("set", Value::Int(5)), ("list", Value::list(vec![])), ("nil", Value::Nil)]);
        merged(&dst, &src, false);
        assert_eq!(format!("{:?}", Value::Map(dst)), r#"{"list": [int(1)], "set": int(1), "zero": int(5)}"#);
    }

    #[test]
    fn merge_overwrite_clears_but_not_maps() {
        let inner = m(&[("k", Value::Int(1))]);
        let dst = m(&[("s", "x".into()), ("l", Value::list(vec!["a".into()])), ("m", Value::Map(inner))]);
        let src = m(&[("s", "".into()), ("l", Value::list(vec![])), ("m", Value::Map(Map::new())), ("n", Value::Nil)]);
        merged(&dst, &src, true);
        assert_eq!(format!("{:?}", Value::Map(dst)), r#"{"l": [], "m": {"k": int(1)}, "n": nil, "s": ""}"#);
    }

    #[test]
    fn merge_shares_nested_maps() {
        let inner = m(&[("k", Value::Int(1))]);
        let dst = Map::new();
        merged(&dst, &m(&[("m", Value::Map(inner.clone()))]), false);
        inner.set("k", Value::Int(2));
        assert_eq!(format!("{:?}", Value::Map(dst)), r#"{"m": {"k": int(2)}}"#);
    }

    #[test]
    fn digging() {
        let dict = Value::Map(m(&[("a", Value::Map(m(&[("b", Value::Nil)]))), ("i", Value::Int64(1))]));
        let dig = |keys: &[&str]| {
            let mut args: Vec<Value> = keys.iter().map(|k| (*k).into()).collect();
            args.extend(["default".into(), dict.clone()]);
            super::dig(&args)
        };
        assert!(dig(&["a", "b"]).unwrap().is_nil());
        assert_eq!(dig(&["a", "x"]).unwrap().as_str().unwrap(), &"default");
        let e = dig(&["i", "x"]).unwrap_err().to_string();
        assert_eq!(e, "interface conversion: interface {} is int64, not map[string]interface {}");
        assert!(super::dig(&["a".into()]).is_err());
    }
}
