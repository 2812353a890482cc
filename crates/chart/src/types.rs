//! Go's defined types of values that charts see: `common.Values` and `common.VersionSet`, with their methods.

use std::rc::Rc;

use pintle_go::{Func, Kind, Map, NamedType, Type, Value};

/// `common.Values`: the type of `.Values`.
pub static VALUES: NamedType =
    NamedType { name: "common.Values", kind: Kind::Map, underlying: Some(Type::MAP), methods: values_method };

/// `common.VersionSet`: the type of `.Capabilities.APIVersions`.
pub static VERSION_SET: NamedType = NamedType {
    name: "common.VersionSet",
    kind: Kind::Slice,
    underlying: Some(Type::STRINGS),
    methods: version_set_method,
};

/// The map as `common.Values`: the same data under that type.
pub fn as_values(m: &Map) -> Map {
    m.retyped(Type::Named(&VALUES))
}

fn values_method(v: &Value, name: &str) -> Option<Rc<Func>> {
    let Value::Map(m) = v else { return None };
    let m = m.clone();
    let path = &[Type::String];
    let text = |args: &[Value]| args.first().and_then(Value::as_str).map(|s| s.to_str_lossy().into_owned());
    Some(Rc::new(match name {
        "AsMap" => Func::bound("AsMap", &[], false, Type::MAP, move |_| {
            Ok(Value::Map(if m.is_empty() { Map::new() } else { m.retyped(Type::MAP) }))
        }),
        "YAML" => Func::bound("YAML", &[], false, Type::String, move |_| {
            pintle_yaml::write(&Value::Map(m.clone())).map(Value::str).map_err(|e| e.0.into())
        }),
        "Table" => Func::bound("Table", path, false, Type::Named(&VALUES), move |args| {
            let path = text(args).unwrap_or_default();
            table(&m, &path).map(|t| Value::Map(as_values(&t))).map_err(Into::into)
        }),
        "PathValue" => Func::bound("PathValue", path, false, Type::Any, move |args| {
            path_value(&m, &text(args).unwrap_or_default()).map_err(Into::into)
        }),
        // takes a Go io.Writer, which no template has
        "Encode" => Func::bound("Encode", &[Type::Any], false, Type::Error, |_| {
            Err("reflect: Call using a value that is no io.Writer".into())
        }),
        _ => return None,
    }))
}

fn version_set_method(v: &Value, name: &str) -> Option<Rc<Func>> {
    let Value::List(l) = v else { return None };
    if name != "Has" {
        return None;
    }
    let l = l.clone();
    Some(Rc::new(Func::bound("Has", &[Type::String], false, Type::Bool, move |args| {
        let wanted = args.first().and_then(Value::as_str);
        Ok(Value::Bool(l.iter().any(|v| v.as_str().is_some() && v.as_str() == wanted)))
    })))
}

fn is_table(v: &Value) -> Option<Map> {
    match v {
        Value::Map(m) if m.ty() == Type::MAP || m.ty() == Type::Named(&VALUES) => Some(m.retyped(Type::MAP)),
        _ => None,
    }
}

/// The map under a path of keys with dots between.
///
/// # Errors
/// `"x" is not a table` for the first key that leads to none.
pub fn table(values: &Map, path: &str) -> Result<Map, String> {
    let mut at = values.clone();
    for key in path.split('.') {
        at = at
            .get_str(key)
            .as_ref()
            .and_then(is_table)
            .ok_or_else(|| format!("{} is not a table", pintle_go::strconv::quote(key.as_bytes())))?;
    }
    Ok(at)
}

/// The value under a path, which must not be a map.
///
/// # Errors
/// `"x" is not a value` for the last key, or an empty path.
pub fn path_value(values: &Map, path: &str) -> Result<Value, String> {
    if path.is_empty() {
        return Err("YAML path cannot be empty".to_owned());
    }
    let (parent, key) = match path.rsplit_once('.') {
        Some((tables, key)) => (table(values, tables).ok(), key),
        None => (Some(values.clone()), path),
    };
    match parent.and_then(|m| m.get_str(key)) {
        Some(v) if crate::values::table(&v).is_none() => Ok(v),
        _ => Err(format!("{} is not a value", pintle_go::strconv::quote(key.as_bytes()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_to_values_and_tables() {
        let m = crate::strvals::parse("a.b=1,c=2").unwrap();
        assert!(matches!(path_value(&m, "a.b"), Ok(Value::Int64(1))));
        assert_eq!(path_value(&m, "a").unwrap_err(), "\"a\" is not a value");
        assert_eq!(table(&m, "a.b").err().unwrap(), "\"b\" is not a table");
        assert_eq!(table(&m, "a").map_or(0, |t| t.len()), 1);
    }
}
