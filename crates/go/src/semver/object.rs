//! Versions as template values: `(semver "1.2.3").Major`, `.IncPatch`, `.Compare`.

use std::any::Any;
use std::rc::Rc;

use super::Version;
use crate::{
    Func, FuncError, FuncImpl, FuncResult, GoStr, Kind, List, NamedType, Num, Object, Type, Value, no_methods,
};

static VERSION: NamedType =
    NamedType { name: "semver.Version", kind: Kind::Struct, underlying: None, methods: no_methods };
static VERSION_TYPE: Type = Type::Named(&VERSION);
const PTR: Type = Type::Ptr(&VERSION_TYPE);

/// `*semver.Version`: what `semver` and `NewVersion` give.
#[derive(Debug, Clone)]
pub struct VersionPtr(pub Rc<Version>);

/// `semver.Version`: what `IncPatch` and the like give. It lacks the methods of the pointer (`Compare`, `Original`).
#[derive(Debug, Clone)]
pub struct VersionStruct(pub Rc<Version>);

impl VersionPtr {
    /// The Go type of such values, for signatures.
    pub const TYPE: Type = PTR;

    /// A template value.
    pub fn value(v: Version) -> Value {
        Value::Obj(Rc::new(VersionPtr(Rc::new(v))))
    }
}

impl Object for VersionPtr {
    fn ty(&self) -> Type {
        PTR
    }
    fn method(&self, name: &str) -> Option<Rc<Func>> {
        pointer_method(&self.0, name).or_else(|| value_method(&self.0, name))
    }
    fn string(&self) -> Option<GoStr> {
        Some(self.0.to_string().into())
    }
    fn fields(&self) -> Vec<(&'static str, Value)> {
        fields(&self.0)
    }
    fn to_json(&self) -> Option<Value> {
        Some(Value::str(self.0.to_string()))
    }
    fn equals(&self, other: &dyn Object) -> bool {
        other.as_any().downcast_ref::<VersionPtr>().is_some_and(|o| *o.0 == *self.0)
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Object for VersionStruct {
    fn ty(&self) -> Type {
        VERSION_TYPE
    }
    fn method(&self, name: &str) -> Option<Rc<Func>> {
        value_method(&self.0, name)
    }
    fn string(&self) -> Option<GoStr> {
        Some(self.0.to_string().into())
    }
    fn fields(&self) -> Vec<(&'static str, Value)> {
        fields(&self.0)
    }
    fn to_json(&self) -> Option<Value> {
        Some(Value::str(self.0.to_string()))
    }
    fn equals(&self, other: &dyn Object) -> bool {
        other.as_any().downcast_ref::<VersionStruct>().is_some_and(|o| *o.0 == *self.0)
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// In declared order, for verbs that do not ask for `String` (`%d`).
fn fields(v: &Version) -> Vec<(&'static str, Value)> {
    vec![
        ("major", Value::Num(Num::U64(v.major))),
        ("minor", Value::Num(Num::U64(v.minor))),
        ("patch", Value::Num(Num::U64(v.patch))),
        ("pre", Value::str(v.pre.as_str())),
        ("metadata", Value::str(v.metadata.as_str())),
        ("original", Value::str(v.original.as_str())),
    ]
}

type Method = fn(&Version, &[Value]) -> FuncResult;

fn bind(v: &Rc<Version>, name: &'static str, params: &'static [Type], ret: Type, f: Method) -> Option<Rc<Func>> {
    let v = v.clone();
    let call = FuncImpl::Bound(Rc::new(move |args: &[Value]| f(&v, args)));
    Some(Rc::new(Func { name, params, variadic: false, ret, call }))
}

fn number(n: u64) -> FuncResult {
    Ok(Value::Num(Num::U64(n)))
}

fn structure(v: Version) -> FuncResult {
    Ok(Value::Obj(Rc::new(VersionStruct(Rc::new(v)))))
}

fn bytes(text: &str) -> FuncResult {
    Ok(Value::List(List::typed(Type::Uint8, text.bytes().map(|b| Value::Num(Num::U8(b))).collect())))
}

fn text_arg(args: &[Value]) -> &str {
    args.first().and_then(Value::as_str).and_then(GoStr::to_str).unwrap_or("\u{fffd}")
}

/// Methods of the value, which the pointer has too.
fn value_method(v: &Rc<Version>, name: &str) -> Option<Rc<Func>> {
    const TEXT: &[Type] = &[Type::String];
    match name {
        "Major" => bind(v, "Major", &[], Type::Uint64, |v, _| number(v.major)),
        "Minor" => bind(v, "Minor", &[], Type::Uint64, |v, _| number(v.minor)),
        "Patch" => bind(v, "Patch", &[], Type::Uint64, |v, _| number(v.patch)),
        "Prerelease" => bind(v, "Prerelease", &[], Type::String, |v, _| Ok(v.pre.as_str().into())),
        "Metadata" => bind(v, "Metadata", &[], Type::String, |v, _| Ok(v.metadata.as_str().into())),
        "String" => bind(v, "String", &[], Type::String, |v, _| Ok(v.to_string().into())),
        "Value" => bind(v, "Value", &[], Type::Any, |v, _| Ok(v.to_string().into())),
        "MarshalText" => bind(v, "MarshalText", &[], Type::BYTES, |v, _| bytes(&v.to_string())),
        "MarshalJSON" => bind(v, "MarshalJSON", &[], Type::BYTES, |v, _| bytes(&format!("\"{v}\""))),
        "IncPatch" => bind(v, "IncPatch", &[], VERSION_TYPE, |v, _| increment("patch", v.inc_patch())),
        "IncMinor" => bind(v, "IncMinor", &[], VERSION_TYPE, |v, _| increment("minor", v.inc_minor())),
        "IncMajor" => bind(v, "IncMajor", &[], VERSION_TYPE, |v, _| increment("major", v.inc_major())),
        "SetPrerelease" => bind(v, "SetPrerelease", TEXT, VERSION_TYPE, |v, a| {
            structure(v.with_prerelease(text_arg(a)).map_err(|e| e.to_string())?)
        }),
        "SetMetadata" => bind(v, "SetMetadata", TEXT, VERSION_TYPE, |v, a| {
            structure(v.with_metadata(text_arg(a)).map_err(|e| e.to_string())?)
        }),
        _ => None,
    }
}

/// Methods of the pointer alone.
fn pointer_method(v: &Rc<Version>, name: &str) -> Option<Rc<Func>> {
    const OTHER: &[Type] = &[PTR];
    match name {
        "Original" => bind(v, "Original", &[], Type::String, |v, _| Ok(v.original.as_str().into())),
        "Compare" => bind(v, "Compare", OTHER, Type::Int, |v, a| Ok(Value::Int(v.compare(&*other(a)?) as i64))),
        "LessThan" => bind(v, "LessThan", OTHER, Type::Bool, |v, a| Ok(v.compare(&*other(a)?).is_lt().into())),
        "LessThanEqual" => {
            bind(v, "LessThanEqual", OTHER, Type::Bool, |v, a| Ok(v.compare(&*other(a)?).is_le().into()))
        }
        "GreaterThan" => bind(v, "GreaterThan", OTHER, Type::Bool, |v, a| Ok(v.compare(&*other(a)?).is_gt().into())),
        "GreaterThanEqual" => {
            bind(v, "GreaterThanEqual", OTHER, Type::Bool, |v, a| Ok(v.compare(&*other(a)?).is_ge().into()))
        }
        // alone in taking a nil pointer
        "Equal" => bind(v, "Equal", OTHER, Type::Bool, |v, a| Ok(other(a).is_ok_and(|o| v.compare(&o).is_eq()).into())),
        _ => None,
    }
}

fn increment(part: &str, next: Option<Version>) -> FuncResult {
    structure(next.ok_or_else(|| format!("{part} version increment would overflow uint64"))?)
}

/// The version an argument points at; Go dereferences a nil pointer.
fn other(args: &[Value]) -> Result<Rc<Version>, FuncError> {
    match args.first() {
        Some(Value::Obj(o)) => o.as_any().downcast_ref::<VersionPtr>().map(|p| p.0.clone()),
        _ => None,
    }
    .ok_or_else(|| "runtime error: invalid memory address or nil pointer dereference".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(v: &dyn Object, name: &str, args: &[Value]) -> Value {
        v.method(name).unwrap().invoke(args).unwrap()
    }

    #[test]
    fn methods_of_pointer_and_value() {
        let v = VersionPtr(Rc::new(Version::new("v1.2.3-rc.1").unwrap()));
        assert_eq!(v.ty().name(), "*semver.Version");
        assert_eq!(call(&v, "Minor", &[]).as_int(), Some(2));
        let other = VersionPtr::value(Version::new("1.2.3").unwrap());
        assert_eq!(call(&v, "Compare", &[other]).as_int(), Some(-1));
        let Value::Obj(next) = call(&v, "IncPatch", &[]) else { panic!("an object") };
        assert_eq!(next.ty().name(), "semver.Version");
        assert!(next.method("Original").is_none());
        assert_eq!(next.string().unwrap(), "1.2.3");
    }
}
