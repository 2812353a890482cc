//! `.Files`: the chart's other files as templates see them (Helm's `engine.files`).

use std::any::Any;
use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use pintle_go::{Func, FuncError, FuncResult, GoStr, Kind, List, Map, NamedType, Num, Object, Type, Value};

const FILES: NamedType = NamedType {
    name: "engine.files",
    kind: Kind::Map,
    underlying: Some(Type::Map(&Type::BYTES)),
    methods: pintle_go::no_methods,
};

/// A file's name and bytes, shared with the chart.
pub type FileData = Rc<[u8]>;

/// The files of a chart by path, with the methods `Get`, `GetBytes`, `Glob`, `AsConfig`, `AsSecrets`, `Lines`.
#[derive(Clone)]
pub struct Files(Rc<Inner>);

struct Inner {
    files: BTreeMap<GoStr, FileData>,
    map: OnceCell<Map>,
}

impl Files {
    /// From paths and bytes; of equal paths the last wins.
    pub fn new(files: impl IntoIterator<Item = (GoStr, FileData)>) -> Self {
        Files(Rc::new(Inner { files: files.into_iter().collect(), map: OnceCell::new() }))
    }

    /// As a template value.
    pub fn value(self) -> Value {
        Value::Obj(Rc::new(self))
    }

    fn get(&self, name: &[u8]) -> &[u8] {
        self.0.files.get(name).map_or(&[], |f| f)
    }

    /// Files whose path matches; a pattern that does not parse matches all, as in Helm.
    fn glob(&self, pattern: &[u8]) -> Files {
        let compile = |p: &[u8]| pintle_go::glob::Glob::compile(p, &['/']).ok();
        let all = self.0.files.iter().map(|(k, v)| (k.clone(), v.clone()));
        match compile(pattern) {
            Some(g) => Files::new(all.filter(|(k, _)| g.is_match(k))),
            None => Files::new(all),
        }
    }

    fn as_yaml(&self, content: impl Fn(&[u8]) -> Value) -> Value {
        let pairs = self.0.files.iter().map(|(k, v)| (GoStr::from(base(k)), content(v))).collect();
        let yaml = pintle_yaml::write(&Value::Map(Map::from_pairs(pairs))).unwrap_or_default();
        Value::str(yaml.strip_suffix(b"\n").unwrap_or(&yaml))
    }

    fn lines(&self, name: &[u8]) -> FuncResult {
        let Some(data) = self.0.files.get(name) else {
            return Ok(Value::strings::<GoStr>([]));
        };
        let text = match data.split_last() {
            Some((b'\n', rest)) => rest,
            Some(_) => data,
            // Helm looks at the last byte of a file that has none
            None => return Err(FuncError::new("runtime error: index out of range [-1]")),
        };
        Ok(Value::strings(text.split(|b| *b == b'\n').map(GoStr::from)))
    }
}

/// Bytes as a Go `[]uint8`.
fn bytes(data: &[u8]) -> Value {
    Value::List(List::typed(Type::Uint8, data.iter().map(|b| Value::Num(Num::U8(*b))).collect()))
}

/// The last part of a path.
fn base(path: &[u8]) -> &[u8] {
    path.rsplit(|b| *b == b'/').next().unwrap_or(path)
}

/// An argument that the signature says is a string.
fn name(args: &[Value]) -> &[u8] {
    args.first().and_then(Value::as_str).map_or(&[], GoStr::as_bytes)
}

impl Object for Files {
    fn ty(&self) -> Type {
        Type::Named(&FILES)
    }

    fn method(&self, method: &str) -> Option<Rc<Func>> {
        const NAME: &[Type] = &[Type::String];
        let f = self.clone();
        let func = match method {
            "Get" => Func::bound("Get", NAME, false, Type::String, move |a| Ok(Value::str(f.get(name(a))))),
            "GetBytes" => Func::bound("GetBytes", NAME, false, Type::BYTES, move |a| Ok(bytes(f.get(name(a))))),
            "Glob" => Func::bound("Glob", NAME, false, self.ty(), move |a| Ok(f.glob(name(a)).value())),
            "AsConfig" => Func::bound("AsConfig", &[], false, Type::String, move |_| Ok(f.as_yaml(|d| Value::str(d)))),
            "AsSecrets" => Func::bound("AsSecrets", &[], false, Type::String, move |_| {
                Ok(f.as_yaml(|d| Value::str(BASE64.encode(d))))
            }),
            "Lines" => Func::bound("Lines", NAME, false, Type::STRINGS, move |a| f.lines(name(a))),
            _ => return None,
        };
        Some(Rc::new(func))
    }

    fn underlying(&self) -> Option<Value> {
        let map = self.0.map.get_or_init(|| {
            let pairs = self.0.files.iter().map(|(k, v)| (k.clone(), bytes(v))).collect();
            Map::typed_from_pairs(Type::Map(&Type::BYTES), pairs)
        });
        Some(Value::Map(map.clone()))
    }

    fn byte_entries(&self) -> Option<Vec<(GoStr, FileData)>> {
        Some(self.0.files.iter().map(|(k, v)| (k.clone(), v.clone())).collect())
    }

    fn truth(&self) -> bool {
        !self.0.files.is_empty()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl fmt::Debug for Files {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.files.keys()).finish()
    }
}
