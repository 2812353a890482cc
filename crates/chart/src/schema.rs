//! JSON Schema: values against `values.schema.json`, of a chart and of each chart beneath, in Helm's words.
//!
//! The validator is boon, whose error tree is that of the Go library that Helm uses (they share an author); only the
//! words are made here (`print`).

use std::cell::RefCell;
use std::error::Error;
use std::rc::Rc;

use boon::{CompileError, Compiler, Schemas};
use pintle_go::strconv::quote;
use pintle_go::{GoStr, Map, Step, Value, ValuePath};
use serde_json::Value as Json;

use crate::Chart;
use crate::log::{Level, LogSink, Record};
use crate::values::table;

mod formats;
mod multiple;
mod print;

/// What Helm calls the schema of a chart.
const ROOT: &str = "file:///values.schema.json";

/// Fetches documents that a schema refers to by `http://` or `https://`.
pub trait UrlLoader {
    /// Gives the document's text, which is JSON.
    ///
    /// # Errors
    /// The text of the failure.
    fn load(&self, url: &str) -> Result<Vec<u8>, String>;
}

/// Checks the final values of a chart against its schema, and those of each chart beneath against that chart's.
///
/// # Errors
/// One block for each chart whose values do not fit: the name, a colon, one line for each place.
pub fn validate_chart(
    chart: &Chart,
    values: &Map,
    log: &dyn LogSink,
    loader: Option<&Rc<dyn UrlLoader>>,
) -> Result<(), String> {
    let debug = |msg: &str, attrs: &[(&str, String)]| log.log(&Record { level: Level::Debug, msg, attrs });
    let mut out = String::new();
    if let Some(schema) = &chart.schema {
        debug("chart name", &[("chart-name", chart.name().to_owned())]);
        if let Err(e) = validate(values, schema, log, loader) {
            out.push_str(chart.name());
            out.push_str(":\n");
            out.push_str(&e);
        }
    }
    let count = chart.dependencies().len().to_string();
    let attrs = [("chart", chart.name().to_owned()), ("dependencies", count)];
    debug("number of dependencies in the chart", &attrs);
    for sub in chart.dependencies() {
        let mine = match values.get_str(sub.name()) {
            None | Some(Value::Nil) => continue,
            Some(v) => v,
        };
        match table(&mine) {
            None => out.push_str(&format!(
                "{}:\ninvalid type for values: expected object (map), got {}\n",
                sub.name(),
                mine.type_name()
            )),
            Some(mine) => {
                if let Err(e) = validate_chart(sub, mine, log, loader) {
                    out.push_str(&e);
                }
            }
        }
    }
    if out.is_empty() { Ok(()) } else { Err(out) }
}

/// Checks values against one schema.
///
/// # Errors
/// A schema that does not parse or compile, or one line for each place that does not fit.
pub fn validate(
    values: &Map,
    schema: &[u8],
    log: &dyn LogSink,
    loader: Option<&Rc<dyn UrlLoader>>,
) -> Result<(), String> {
    let document = read_json(schema)?;
    let unresolved = Rc::new(RefCell::new(Vec::new()));
    let mut compiler = Compiler::new();
    compiler.use_loader(Box::new(Loader { http: loader.cloned(), unresolved: unresolved.clone() }));
    let mut schemas = Schemas::new();
    compiler.add_resource(ROOT, document).map_err(|e| compile_error(&e))?;
    let compiled = compiler.compile(ROOT, &mut schemas);
    for urn in unresolved.take() {
        let msg = "unresolved URN reference ignored; using permissive schema";
        log.log(&Record { level: Level::Warn, msg, attrs: &[("urn", urn)] });
    }
    let index = compiled.map_err(|e| compile_error(&e))?;
    let instance = crate::json::from_value(&Value::Map(values.clone()));
    let instance = if instance.is_null() { Json::Object(serde_json::Map::new()) } else { instance };
    let Err(mut refused) = schemas.validate(&instance, index) else {
        return Ok(());
    };
    if multiple::prune(&mut refused) {
        return Ok(());
    }
    let document = serde_json::from_slice(schema).ok();
    let text = print::error(&refused, document.as_ref());
    let head = format!("jsonschema validation failed with '{ROOT}#'\n");
    Err(format!("{}\n", text.strip_prefix(head.as_str()).unwrap_or(&text)))
}

/// Where the final values of a chart, or of a chart beneath, do not fit a schema: what [`validate_chart`] words. For
/// messages to people; nothing where a schema itself is wrong.
pub fn misfits(chart: &Chart, values: &Map, loader: Option<&Rc<dyn UrlLoader>>) -> Vec<ValuePath> {
    let mut found = Vec::new();
    if let Some(Ok(document)) = chart.schema.as_deref().map(read_json) {
        let mut compiler = Compiler::new();
        compiler.use_loader(Box::new(Loader { http: loader.cloned(), unresolved: Rc::default() }));
        let mut schemas = Schemas::new();
        let added = compiler.add_resource(ROOT, document).is_ok();
        let instance = crate::json::from_value(&Value::Map(values.clone()));
        if added
            && let Ok(index) = compiler.compile(ROOT, &mut schemas)
            && let Err(refused) = schemas.validate(&instance, index)
        {
            leaves(&refused, &mut found);
        }
    }
    for sub in chart.dependencies() {
        let below = ValuePath::keys([sub.name()]);
        let Some(mine) = values.get_str(sub.name()).filter(|v| !v.is_nil()) else { continue };
        match table(&mine) {
            Some(mine) => {
                let within = misfits(sub, mine, loader).into_iter();
                found.extend(within.map(|p| ValuePath([below.0.clone(), p.0].concat())));
            }
            None => found.push(below),
        }
    }
    found
}

/// The places of the errors that have no further causes, each once.
fn leaves(e: &boon::ValidationError<'_, '_>, found: &mut Vec<ValuePath>) {
    if !e.causes.is_empty() {
        return e.causes.iter().for_each(|cause| leaves(cause, found));
    }
    let steps = e.instance_location.tokens.iter().map(|t| match t {
        boon::InstanceToken::Prop(name) => Step::Key(GoStr::from(&**name)),
        boon::InstanceToken::Item(i) => Step::Index(*i),
    });
    let mut path = ValuePath(steps.collect());
    // what is missing or too much is told at the place where it would stand
    match &e.kind {
        boon::ErrorKind::Required { want } => {
            let names = want.iter().map(|name| path.child(Step::Key(GoStr::from(*name))));
            found.extend(names.filter(|p| !found.contains(p)).collect::<Vec<_>>());
            return;
        }
        boon::ErrorKind::AdditionalProperties { got } => {
            if let Some(name) = got.first() {
                path = path.child(Step::Key(GoStr::from(&**name)));
            }
        }
        _ => {}
    }
    if !found.contains(&path) {
        found.push(path);
    }
}

/// Reads a JSON document; errors are worded as Go's decoder.
fn read_json(text: &[u8]) -> Result<Json, String> {
    serde_json::from_slice(text).map_err(|e| {
        if text.trim_ascii().is_empty() {
            return "EOF".to_owned();
        }
        match pintle_go::json::decode_prefix(text, pintle_go::json::Numbers::Float64) {
            Err(go) => go.error.0,
            Ok((_, used)) if text.get(used..).is_some_and(|rest| !rest.trim_ascii().is_empty()) => {
                "invalid character after top-level value".to_owned()
            }
            Ok(_) => e.to_string(),
        }
    })
}

struct Loader {
    http: Option<Rc<dyn UrlLoader>>,
    unresolved: Rc<RefCell<Vec<String>>>,
}

impl boon::UrlLoader for Loader {
    fn load(&self, url: &str) -> Result<Json, Box<dyn Error>> {
        let scheme = url.split_once(':').map_or("", |(s, _)| s);
        match scheme {
            "file" => {
                // a host is no part of the path (`FileLoader.ToFile`)
                let rest = url.trim_start_matches("file://");
                let path = std::path::Path::new(rest.find('/').map_or("", |i| rest.get(i..).unwrap_or_default()));
                Ok(read_json(&regular(path)?)?)
            }
            "http" | "https" => match &self.http {
                Some(http) => Ok(read_json(&http.load(url)?)?),
                None => Err(format!("HTTP request failed for {url}: no network access").into()),
            },
            "urn" => {
                let mut seen = self.unresolved.borrow_mut();
                if !seen.iter().any(|u| u == url) {
                    seen.push(url.to_owned());
                }
                Ok(Json::Bool(true))
            }
            _ => Err(format!("no URLLoader registered for {}", quote(url.as_bytes())).into()),
        }
    }
}

/// A file of a schema: devices may never end.
fn regular(path: &std::path::Path) -> Result<Vec<u8>, String> {
    use crate::archive::MAX_FILE_SIZE;
    let failed = |e: std::io::Error| crate::gostd::path_error("open", path, &e);
    let about = std::fs::metadata(path).map_err(failed)?;
    if !about.is_file() {
        return Err(format!("{} is no regular file", path.display()));
    }
    if about.len() > MAX_FILE_SIZE {
        return Err(format!("{} is larger than the maximum file size {MAX_FILE_SIZE}", path.display()));
    }
    std::fs::read(path).map_err(failed)
}

/// A schema that does not compile, in the words of Helm's library.
fn compile_error(e: &CompileError) -> String {
    let q = |s: &str| quote(s.as_bytes());
    match e {
        CompileError::ParseUrlError { url, src } => format!("error in parsing {}: {src}", q(url)),
        CompileError::LoadUrlError { url, src } => format!("failing loading {}: {src}", q(url)),
        CompileError::UnsupportedUrlScheme { url } => format!("no URLLoader registered for {}", q(url)),
        CompileError::InvalidMetaSchemaUrl { url, src } => format!("invalid $schema in {}: {src}", q(url)),
        CompileError::UnsupportedDraft { url } => format!("draft {} is not supported", q(url)),
        CompileError::MetaSchemaCycle { url } => format!("cycle in resolving $schema in {}", q(url)),
        CompileError::ValidationError { url, src } => {
            format!("{} is not valid against metaschema: {}", q(&fragment(url)), print::error(src, None))
        }
        CompileError::ParseIdError { loc } => format!("error in parsing id at {}", q(loc)),
        CompileError::ParseAnchorError { loc } => format!("error in parsing anchor at {}", q(loc)),
        CompileError::DuplicateId { url, id, ptr1, ptr2 } => {
            format!("duplicate id {} in {} at {} and {}", q(id), q(url), q(ptr1), q(ptr2))
        }
        CompileError::DuplicateAnchor { anchor, url, ptr1, ptr2 } => {
            format!("duplicate anchor {} in {} at {} and {}", q(anchor), q(url), q(ptr1), q(ptr2))
        }
        CompileError::InvalidJsonPointer(loc) => format!("invalid json-pointer {}", q(loc)),
        CompileError::JsonPointerNotFound(loc) => format!("json-pointer in {} not found", q(loc)),
        CompileError::AnchorNotFound { url, reference } => {
            format!("anchor in {} not found in schema {}", q(reference), q(url))
        }
        CompileError::UnsupportedVocabulary { url, vocabulary } => {
            format!("unsupported vocabulary {} in {}", q(vocabulary), q(url))
        }
        CompileError::InvalidRegex { url, regex, src } => format!("invalid regex {} at {}: {src}", q(regex), q(url)),
        other => other.to_string(),
    }
}

/// A schema's address with its fragment, which may be empty.
fn fragment(url: &str) -> String {
    if url.contains('#') { url.to_owned() } else { format!("{url}#") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::Discard;
    use crate::strvals::parse_json;

    fn check(schema: &str, values: &str) -> String {
        let values = parse_json(values).unwrap();
        validate(&values, schema.as_bytes(), &Discard, None).err().unwrap_or_default()
    }

    #[test]
    fn mistakes_are_told_as_helm_tells_them() {
        let schema = r#"{"type":"object","required":["b","c"],"properties":{"a":{"type":["string","null"]}}}"#;
        assert_eq!(
            check(schema, "a=1"),
            "- at '': missing properties 'b', 'c'\n- at '/a': got number, want null or string\n"
        );
        assert_eq!(
            check(r#"{"properties":{"p":{"maximum":65535}}}"#, "p=70000"),
            "- at '/p': maximum: got 70,000, want 65,535\n"
        );
        assert_eq!(
            check(r#"{"properties":{"p":{"enum":["a",1,null]}}}"#, "p=2"),
            "- at '/p': value must be one of 'a', 1, <nil>\n"
        );
        assert_eq!(check(r#"{"properties":{"p":{"type":"string"}}}"#, r#"p="x""#), "");
    }

    #[test]
    fn misfits_are_told_by_their_paths() {
        let schema =
            r#"{"required":["b"],"additionalProperties":false,"properties":{"b":{},"a":{"items":{"maximum":1}}}}"#;
        let mut sub = Chart::default();
        sub.schema = Some(schema.as_bytes().into());
        sub.rename("sub");
        let mut root = Chart::default();
        root.add_dependency(sub);
        let values = parse_json(r#"sub={"a":[1,2],"c":1}"#).unwrap();
        let mut shown: Vec<String> = misfits(&root, &values, None).iter().map(ToString::to_string).collect();
        shown.sort();
        assert_eq!(shown, [".Values.sub.a[1]", ".Values.sub.b", ".Values.sub.c"]);
        assert!(misfits(&root, &parse_json(r#"sub={"b":1}"#).unwrap(), None).is_empty());
    }

    #[test]
    fn a_broken_schema_is_told() {
        assert_eq!(check("{", "a=1"), "unexpected EOF");
        assert_eq!(check("{} x", "a=1"), "invalid character after top-level value");
        let e = check(r##"{"$ref":"#/definitions/x"}"##, "a=1");
        assert_eq!(e, r#"json-pointer in "file:///values.schema.json#/definitions/x" not found"#);
        assert!(check(r#"{"type":"strin"}"#, "a=1").starts_with(
            "\"file:///values.schema.json#\" is not valid against metaschema: jsonschema validation failed with 'https://json-schema.org/draft/2020-12/schema#'\n- at '': 'allOf' failed\n  - at '/type': 'anyOf' failed\n"
        ));
    }
}
