//! The second template language: Jinja, by minijinja.
//!
//! A chart opts in with the annotation [`ANNOTATION`] in Chart.yaml, which Helm ignores; then files under `templates/`
//! that end in `.j2` or `.jinja` are Jinja, in one chart with Go templates. The context is the same (`Values`,
//! `Release`, `Chart`, `Files`, `Capabilities`, `Template`, `Subcharts`) and so are the functions: what Jinja itself
//! defines keeps Jinja's meaning, everything else is Sprig's or Helm's, as a function with Sprig's order of arguments
//! and as a filter that takes the piped value *last*, as Go's pipe does (`{{ tree | toYaml | nindent(4) }}`).
//!
//! Values are wrapped, not copied: a map seen from Jinja is the map that Go templates see. Printing fits YAML:
//! `true`, `false`, `null`, whole numbers without a fraction, lists and maps as JSON (which is YAML).

use std::fmt;
use std::rc::Rc;
use std::sync::Arc;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Enumerator, Object, ObjectRepr, Rest, Value as Jinja, ValueKind};
use minijinja::{Environment, Error, ErrorKind, Output, State, UndefinedBehavior};
use pintle_chart::Chart;
use pintle_go::{Func, GoStr, Kind, List, Map, Type, Value, strconv};
use send_wrapper::SendWrapper;

/// The annotation in Chart.yaml that turns Jinja on for a chart, with the value `"true"`.
pub const ANNOTATION: &str = "pintle.dev/jinja";

/// Whether a template's path says that it is written in Jinja.
pub fn is_jinja(path: &str) -> bool {
    path.ends_with(".j2") || path.ends_with(".jinja")
}

/// A path without the ending that says that the file is Jinja.
pub fn strip_extension(path: &str) -> &str {
    path.strip_suffix(".j2").or_else(|| path.strip_suffix(".jinja")).unwrap_or(path)
}

/// Whether the chart says that its Jinja files are to be rendered as such.
pub fn is_enabled(chart: &Chart) -> bool {
    chart.metadata.annotations.as_ref().and_then(|a| a.get(ANNOTATION)).is_some_and(|v| v == "true")
}

/// All Jinja templates of a release, ready to render.
pub(crate) struct JinjaSet {
    env: Environment<'static>,
}

/// An error of a Jinja template, with its place.
#[derive(Debug)]
pub(crate) struct JinjaError {
    /// Worded like Helm's own: `parse error at (PATH:LINE): …`, `execution error at (PATH:LINE): …`.
    pub text: String,
}

impl JinjaSet {
    /// An environment with the given functions (name → function); `strict` makes undefined values an error.
    pub(crate) fn new(functions: Vec<(String, Rc<Func>)>, strict: bool, fuel: Option<u64>) -> Self {
        let mut env = Environment::new();
        // a line that holds only a tag leaves no trace: templates can be indented like the YAML around them
        let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true).build();
        if let Ok(syntax) = syntax {
            env.set_syntax(syntax);
        }
        env.set_undefined_behavior(if strict { UndefinedBehavior::Strict } else { UndefinedBehavior::Lenient });
        env.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
        env.set_formatter(format_value);
        env.set_fuel(fuel);
        env.set_path_join_callback(|name, parent| join(parent, name).into());
        let own: Vec<String> = OWN_FILTERS.iter().map(|s| (*s).to_owned()).collect();
        for (name, func) in functions {
            let call = Callable(SendWrapper::new(func));
            if !own.contains(&name) {
                let f = call.clone();
                env.add_filter(name.clone(), move |args: Rest<Jinja>| {
                    let mut args = args.0;
                    if !args.is_empty() {
                        args.rotate_left(1);
                    }
                    f.run(&args)
                });
            }
            if !OWN_FUNCTIONS.contains(&name.as_str()) {
                env.add_function(name, move |args: Rest<Jinja>| call.run(&args.0));
            }
        }
        JinjaSet { env }
    }

    /// Adds a template under its path.
    pub(crate) fn add(&mut self, path: &str, text: &str) -> Result<(), JinjaError> {
        self.env.add_template_owned(path.to_owned(), text.to_owned()).map_err(|e| reword("parse", path, &e))
    }

    /// Renders one template with its context (a map).
    pub(crate) fn render(&self, path: &str, context: &Value) -> Result<String, JinjaError> {
        self.env.get_template(path).and_then(|t| t.render(to_jinja(context))).map_err(|e| reword("execution", path, &e))
    }
}

/// Filters that Jinja defines itself and whose Sprig namesake means something else.
const OWN_FILTERS: &[&str] = &[
    "indent", "int", "float", "list", "round", "split", "join", "first", "last", "replace", "title", "trim", "default",
    "min", "max", "reverse",
];
/// Functions that Jinja defines itself.
const OWN_FUNCTIONS: &[&str] = &["dict", "range", "debug", "namespace"];

fn reword(kind: &str, path: &str, e: &Error) -> JinjaError {
    // the innermost error of a chain of includes and macros has the place that matters
    let mut at: &Error = e;
    let mut source = std::error::Error::source(e);
    while let Some(s) = source {
        if let Some(inner) = s.downcast_ref::<Error>() {
            at = inner;
        }
        source = s.source();
    }
    let path = at.name().or(e.name()).unwrap_or(path);
    let line = at.line().or(e.line()).unwrap_or(0);
    let message = match at.detail() {
        Some(d) => d.to_owned(),
        None => at.kind().to_string(),
    };
    JinjaError { text: format!("{kind} error at ({path}:{line}): {message}") }
}

/// A name in `{% import %}` is a path from the importing file's folder, or the whole path (`chart/templates/x.j2`).
fn join(parent: &str, name: &str) -> String {
    if name.contains("/templates/") {
        return name.to_owned();
    }
    let mut parts: Vec<&str> = parent.split('/').collect();
    parts.pop();
    for part in name.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            p => parts.push(p),
        }
    }
    parts.join("/")
}

/// What `{{ x }}` writes.
fn format_value(out: &mut Output, _: &mut State, v: &Jinja) -> Result<(), Error> {
    let written = match v.kind() {
        ValueKind::Undefined => Ok(()),
        ValueKind::None => out.write_str("null"),
        ValueKind::Bool => out.write_str(if v.is_true() { "true" } else { "false" }),
        ValueKind::Map | ValueKind::Seq | ValueKind::Iterable => {
            let json = pintle_go::json::encode(&from_jinja(v), false)
                .map_err(|e| Error::new(ErrorKind::BadSerialization, e.to_string()))?;
            out.write_str(&String::from_utf8_lossy(&json))
        }
        ValueKind::Number => match v.as_i64() {
            Some(i) => write_display(out, i),
            None => match f64::try_from(v.clone()) {
                Ok(f) => out.write_str(&yaml_float(f)),
                Err(_) => write_display(out, v),
            },
        },
        _ => write_display(out, v),
    };
    written.map_err(|_| Error::new(ErrorKind::WriteFailure, "cannot write"))
}

fn write_display(out: &mut Output, v: impl fmt::Display) -> fmt::Result {
    fmt::Write::write_fmt(out, format_args!("{v}"))
}

/// A number as YAML writes it: whole numbers without fraction or exponent.
fn yaml_float(f: f64) -> String {
    if f.fract() == 0.0 && f.abs() < 1e15 { format!("{f:.0}") } else { strconv::format_float(f, b'g', -1) }
}

/// A Go value behind minijinja's object trait. Values never leave the thread that renders.
struct Wrapped(SendWrapper<Value>);

impl fmt::Debug for Wrapped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.0, f)
    }
}

/// A Go value as Jinja sees it.
fn to_jinja(v: &Value) -> Jinja {
    match v {
        Value::Nil => Jinja::from(()),
        Value::Bool(b) => Jinja::from(*b),
        Value::Int(i) | Value::Int64(i) => Jinja::from(*i),
        // YAML's numbers are float64: a whole one is an integer to whoever writes a template
        Value::Float(f) if f.fract() == 0.0 && f.abs() < 9e15 => Jinja::from(*f as i64),
        Value::Float(f) => Jinja::from(*f),
        Value::Num(n) => Jinja::from(n.as_i128()),
        Value::Str(s) => Jinja::from(s.to_str_lossy().as_ref()),
        Value::Complex(..) => Jinja::from(format!("{v:?}")),
        Value::List(_) | Value::Map(_) | Value::Obj(_) | Value::Func(_) => {
            Jinja::from_object(Wrapped(SendWrapper::new(v.clone())))
        }
    }
}

/// A Jinja value as Go sees it; what came from Go goes back unchanged.
fn from_jinja(v: &Jinja) -> Value {
    if let Some(w) = v.downcast_object_ref::<Wrapped>() {
        return (*w.0).clone();
    }
    match v.kind() {
        ValueKind::Undefined | ValueKind::None | ValueKind::Invalid => Value::Nil,
        ValueKind::Bool => Value::Bool(v.is_true()),
        ValueKind::Number => match v.as_i64() {
            Some(i) if v.is_integer() => Value::Int64(i),
            _ => f64::try_from(v.clone()).map_or(Value::Nil, Value::Float),
        },
        ValueKind::String => Value::str(v.as_str().unwrap_or_default()),
        ValueKind::Bytes => Value::str(v.as_bytes().unwrap_or_default()),
        ValueKind::Seq | ValueKind::Iterable => {
            Value::list(v.try_iter().map(|i| i.map(|x| from_jinja(&x)).collect()).unwrap_or_default())
        }
        ValueKind::Map => {
            let pairs = v.try_iter().map(|keys| {
                keys.map(|k| {
                    let value = v.get_item(&k).map_or(Value::Nil, |x| from_jinja(&x));
                    (GoStr::from(k.to_string()), value)
                })
                .collect()
            });
            Value::Map(Map::from_pairs(pairs.unwrap_or_default()))
        }
        _ => Value::str(v.to_string()),
    }
}

impl Object for Wrapped {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        match (&*self.0, self.0.kind()) {
            (Value::List(_), _) => ObjectRepr::Seq,
            (_, Kind::Map) => ObjectRepr::Map,
            (Value::Obj(_), Kind::Slice) => ObjectRepr::Seq,
            _ => ObjectRepr::Plain,
        }
    }

    fn get_value(self: &Arc<Self>, key: &Jinja) -> Option<Jinja> {
        let list = |l: &List| key.as_usize().and_then(|i| l.get(i)).map(to_jinja);
        match &*self.0 {
            Value::List(l) => list(l),
            Value::Map(m) => m.get(key.as_str()?.as_bytes()).map(|v| to_jinja(&v)),
            Value::Obj(o) => {
                if let Some((v, _)) = key.as_str().and_then(|name| o.field(name)) {
                    return Some(to_jinja(&v));
                }
                match o.underlying()? {
                    Value::Map(m) => m.get(key.as_str()?.as_bytes()).map(|v| to_jinja(&v)),
                    Value::List(l) => list(&l),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        let under = match &*self.0 {
            Value::Obj(o) => o.underlying(),
            v => Some(v.clone()),
        };
        match under {
            Some(Value::List(l)) => Enumerator::Seq(l.len()),
            Some(Value::Map(m)) => {
                Enumerator::Values(m.keys().iter().map(|k| Jinja::from(k.to_str_lossy().as_ref())).collect())
            }
            _ => Enumerator::NonEnumerable,
        }
    }

    fn is_true(self: &Arc<Self>) -> bool {
        self.0.truth()
    }

    fn call_method(self: &Arc<Self>, _: &mut State<'_, '_>, name: &str, args: &[Jinja]) -> Result<Jinja, Error> {
        let method = match &*self.0 {
            Value::Obj(o) => o.method(name),
            v => match v.ty() {
                Some(Type::Named(n)) => (n.methods)(v, name),
                _ => None,
            },
        };
        match method {
            Some(f) => Callable(SendWrapper::new(f)).run(args),
            None => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.0 {
            Value::Obj(o) => match o.string() {
                Some(s) => write!(f, "{s}"),
                None => write!(f, "{}", pintle_go::fmt::sprint(&[(*self.0).clone()])),
            },
            v => match pintle_go::json::encode(v, false) {
                Ok(j) => f.write_str(&String::from_utf8_lossy(&j)),
                Err(_) => Err(fmt::Error),
            },
        }
    }
}

/// A Go function called from Jinja.
#[derive(Clone)]
struct Callable(SendWrapper<Rc<Func>>);

impl Callable {
    fn run(&self, args: &[Jinja]) -> Result<Jinja, Error> {
        let f: &Func = &self.0;
        let fixed = f.params.len() - usize::from(f.variadic);
        if args.len() < fixed || (!f.variadic && args.len() > fixed) {
            let kind = if args.len() < fixed { ErrorKind::MissingArgument } else { ErrorKind::TooManyArguments };
            return Err(Error::new(
                kind,
                format!(
                    "wrong number of args for {}: want {}{fixed} got {}",
                    f.name,
                    if f.variadic { "at least " } else { "" },
                    args.len()
                ),
            ));
        }
        let mut out = Vec::with_capacity(args.len());
        for (i, a) in args.iter().enumerate() {
            let Some(ty) = f.params.get(i.min(f.params.len().saturating_sub(1))).copied() else { break };
            out.push(coerce(from_jinja(a), ty).map_err(|got| {
                Error::new(
                    ErrorKind::InvalidOperation,
                    format!("{}: argument {} must be {ty}, not {got}", f.name, i + 1),
                )
            })?);
        }
        match f.invoke(&out) {
            Ok(v) => Ok(to_jinja(&v)),
            Err(e) => {
                let text = e.message.to_str_lossy().into_owned();
                let text = text.replace("HELM_ERR_START", "").replace("HELM_ERR_END", "");
                Err(Error::new(ErrorKind::InvalidOperation, text))
            }
        }
    }
}

/// Fits a value to a parameter's type; gives the value's type name where it does not fit.
fn coerce(v: Value, ty: Type) -> Result<Value, String> {
    let fits = match ty {
        Type::Any | Type::ReflectValue => true,
        _ => v.ty() == Some(ty) || (v.is_nil() && ty.can_be_nil()),
    };
    if fits {
        return Ok(v);
    }
    let int = match &v {
        Value::Float(f) if f.fract() == 0.0 => Some(*f as i64),
        v => v.as_int().and_then(|i| i64::try_from(i).ok()),
    };
    match (ty, &v, int) {
        (Type::Int, _, Some(i)) => Ok(Value::Int(i)),
        (Type::Int64, _, Some(i)) => Ok(Value::Int64(i)),
        (Type::Float64, _, Some(i)) => Ok(Value::Float(i as f64)),
        (Type::Map(_), v, _) if v.as_map().is_some() => Ok(v.clone()),
        (Type::Slice(_), Value::List(l), _) => {
            Ok(Value::List(List::typed(ty.elem().unwrap_or(Type::Any), l.items().to_vec())))
        }
        (t, v, _) if t.kind() == v.kind() => Ok(v.clone()),
        (_, v, _) => Err(v.type_name().into_owned()),
    }
}
