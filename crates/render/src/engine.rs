//! Helm's engine: all templates of a chart and its subcharts in one set, rendered in Helm's order.
//!
//! Data flows one way: chart and top values → one scope per chart ([`Scope`]: `.Chart`, `.Files`, `.Values` …) → all
//! templates parsed, deepest and last path first → each executed in that order, since a template may change values
//! that the next one reads. `include` and `tpl` reach back into the set through [`State`].

use std::cell::{Cell, RefCell};
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::rc::Rc;

use pintle_chart::log::{Level, LogSink, Record};
use pintle_chart::{Chart, types};
use pintle_go::{Func, FuncError, FuncResult, GoStr, Map, Type, Value, strconv};
use pintle_template::{ExecError, FuncMap, MissingKey, ParseError, Recorder, TemplateSet};
use rustc_hash::FxHashMap;
use thiserror::Error;

use crate::error;
use crate::files::Files;
use crate::jinja::{self, JinjaSet};
use crate::manifest::RenderedFiles;

/// Reads objects from a cluster for the template function `lookup`.
pub trait Lookup {
    /// The object, or a list of objects where `name` is empty; an empty map where there is none. The error is its text.
    fn lookup(&self, api_version: &str, kind: &str, namespace: &str, name: &str) -> Result<Value, String>;
}

/// How to render.
#[derive(Clone, Default)]
pub struct RenderOptions<'a> {
    /// A missing key is an error.
    pub strict: bool,
    /// `required` and `fail` do not fail.
    pub lint: bool,
    /// Where `lookup` asks; nothing means it finds nothing.
    pub lookup: Option<Rc<dyn Lookup>>,
    /// Resolves a host name for `getHostByName`; nothing means that it gives "".
    pub resolve: Option<fn(&str) -> String>,
    /// Takes warnings.
    pub log: Option<&'a dyn LogSink>,
    /// Bounds that Helm does not have.
    pub limits: Limits,
    /// Is told where each file's text comes from and which values are read (not of files in the second language).
    pub recorder: Option<Rc<Recorder>>,
}

/// Bounds that keep a runaway template from taking the machine with it. Generous: no real chart comes near.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How deep `tpl` may nest in `tpl`.
    pub tpl_depth: u32,
    /// Bytes that all templates together may write.
    pub output: usize,
    /// How often `include` and `tpl` may be called: recursion that branches ends, though it is not deep.
    pub calls: u64,
    /// How often `range` may go round, and templates be called by `template`, all together.
    pub steps: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { tpl_depth: 1000, output: 1 << 28, calls: 5_000_000, steps: 50_000_000 }
    }
}

/// Why rendering failed; `Display` is Helm's text.
#[derive(Debug, Error)]
#[error("{text}")]
pub struct RenderError {
    /// Helm's text, possibly of several lines.
    pub text: String,
    /// Path of the template that was parsed or executed.
    pub template: String,
    /// The places that the error went through, outermost first; none where they are not known.
    pub places: Vec<Failure>,
}

/// A place in a template that failed, by itself or in what it called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The file; `gotpl` is text that `tpl` was given.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in bytes, from 0; nothing for a text that does not parse.
    pub column: Option<usize>,
    /// The failing expression as Go shows it, shortened.
    pub node: String,
}

impl Failure {
    fn parsing(e: &ParseError) -> Vec<Failure> {
        vec![Failure { file: e.name.clone(), line: e.line, column: None, node: String::new() }]
    }

    fn executing(e: &ExecError) -> Vec<Failure> {
        let mut places = Vec::new();
        let mut next: Option<&(dyn std::error::Error + 'static)> = Some(e);
        while let Some(e) = next {
            match (e.downcast_ref::<ExecError>(), e.downcast_ref::<ParseError>()) {
                (Some(e), _) if e.line > 0 => places.push(Failure {
                    file: e.file.to_string(),
                    line: e.line,
                    column: Some(e.column),
                    node: e.node.clone(),
                }),
                (_, Some(e)) => places.extend(Failure::parsing(e)),
                _ => {}
            }
            next = e.source();
        }
        places
    }
}

/// How often one named template may be open at once (`recursionMaxNums`).
const INCLUDE_DEPTH: u32 = 1000;

/// Renders all templates of a chart and its subcharts. `values` is the top map: `Chart`, `Release`, `Capabilities`, `Values`.
///
/// Partials (files whose name begins with `_`) are not in the result.
///
/// # Errors
/// The first template that does not parse or execute, worded as Helm words it.
pub fn render(chart: &Chart, values: &Map, o: &RenderOptions<'_>) -> Result<RenderedFiles, RenderError> {
    let mut sources = BTreeMap::new();
    collect(chart, values, &mut sources);
    let mut order: Vec<(&String, &Source)> = sources.iter().collect();
    // Helm sorts by the number of slashes, then by name, and turns that round
    order.sort_by_key(|(path, _)| Reverse((path.matches('/').count(), path.as_str())));

    if let Some(recorder) = &o.recorder
        && let Some(all) = values.get_str("Values").and_then(|v| v.as_map())
    {
        recorder.know(&all);
    }
    let state = Rc::new(State::new(o));
    let mut set = TemplateSet::new(functions(&state, o), state.missing_key());
    set.limit_output(o.limits.output);
    set.limit_steps(o.limits.steps);
    let result = run(set, &state, &order, o);
    state.finish(o);
    result
}

/// Executes one text with all functions of charts, outside any chart: errors are Go's own, not reworded.
///
/// `extra` are further texts (name, text) of the same set, parsed first. What was written before an error stays in `out`.
///
/// # Errors
/// Go's text of the parse or execution error.
pub fn render_text(
    name: &str,
    text: &[u8],
    extra: &[(String, Vec<u8>)],
    data: &Value,
    o: &RenderOptions<'_>,
    out: &mut Vec<u8>,
) -> Result<(), GoStr> {
    let state = Rc::new(State::new(o));
    let mut set = TemplateSet::new(functions(&state, o), state.missing_key());
    set.limit_output(o.limits.output);
    set.limit_steps(o.limits.steps);
    let result = (|| {
        for (name, text) in extra {
            set.parse(name, text.as_slice()).map_err(|e| GoStr::from(e.to_string()))?;
        }
        let t = set.parse_anonymous(name, text).map_err(|e| GoStr::from(e.to_string()))?;
        state.name.replace(GoStr::from(name));
        state.sets.borrow_mut().push(Rc::new(set.clone()));
        set.execute_template(&t, data, out).map_err(|e| e.text)
    })();
    state.finish(o);
    result
}

fn run(
    mut set: TemplateSet,
    state: &Rc<State>,
    order: &[(&String, &Source)],
    o: &RenderOptions<'_>,
) -> Result<RenderedFiles, RenderError> {
    let mut jinja =
        order.iter().any(|(_, s)| s.jinja).then(|| JinjaSet::new(jinja_functions(state, o), o.strict, None));
    for (path, source) in order {
        let template = || (*path).clone();
        match jinja.as_mut().filter(|_| source.jinja) {
            Some(j) => j.add(path, &String::from_utf8_lossy(&source.text)).map_err(|e| RenderError {
                text: e.text,
                template: template(),
                places: Vec::new(),
            })?,
            None => set.parse(path, source.text.clone()).map_err(|e| RenderError {
                text: error::parse_error(path, &e.to_string()),
                template: template(),
                places: Failure::parsing(&e),
            })?,
        }
    }
    state.sets.borrow_mut().push(Rc::new(set.clone()));
    let mut files = RenderedFiles::new();
    let mut written = 0;
    for (path, source) in order {
        let file = path.rsplit('/').next().unwrap_or(path);
        if file.starts_with('_') {
            continue;
        }
        let template = Map::typed(Type::Named(&types::VALUES));
        template.set("Name", Value::str(path.as_str()));
        template.set("BasePath", Value::str(source.base_path.as_str()));
        source.scope.set("Template", Value::Map(template));
        let data = Value::Map(source.scope.retyped(Type::Named(&types::VALUES)));
        let failed = |text, places| RenderError { text, template: (*path).clone(), places };
        let (key, text) = match jinja.as_ref().filter(|_| source.jinja) {
            Some(j) => {
                let text = j.render(path, &data).map_err(|e| failed(e.text, Vec::new()))?.into_bytes();
                // what is read from the name (NOTES.txt, *.yaml) is read from the name without the language's ending
                let bare = jinja::strip_extension(path);
                (if bare.ends_with("/NOTES.txt") { bare.to_owned() } else { (*path).clone() }, text)
            }
            None => {
                let mut out = Vec::with_capacity(source.text.len());
                set.execute_for(o.recorder.as_deref(), "gotpl", path, &data, &mut out)
                    .map_err(|e| failed(error::exec_error(path, &chain(&e)), Failure::executing(&e)))?;
                if let Some(recorder) = &o.recorder {
                    let cut = memchr::memmem::find_iter(&out, NO_VALUE).map(|at| at..at + NO_VALUE.len());
                    recorder.keep(path, &cut.collect::<Vec<_>>());
                }
                ((*path).clone(), without_no_value(out))
            }
        };
        written += text.len();
        if written > o.limits.output {
            let text = format!("execution error in ({path}): output grew over {} bytes", o.limits.output);
            return Err(failed(text, Vec::new()));
        }
        files.insert(key, GoStr::from(text));
    }
    Ok(files)
}

/// A template file with what it is executed on.
struct Source {
    text: Rc<[u8]>,
    scope: Map,
    base_path: String,
    jinja: bool,
}

/// Takes the templates of a chart and its subcharts, each with its chart's scope (`recAllTpls`); gives the scope.
fn collect(chart: &Chart, values: &Map, sources: &mut BTreeMap<String, Source>) -> Map {
    let chart_map = chart.metadata_as_map();
    chart_map.set("IsRoot", Value::Bool(chart.is_root()));
    let subcharts = Map::new();
    let own = if chart.is_root() {
        values.get_str("Values").unwrap_or_default()
    } else {
        let parent = values.get_str("Values").and_then(|v| v.as_map());
        match parent.and_then(|p| table(&p, chart.name())) {
            Some(m) => Value::Map(m.retyped(Type::Named(&types::VALUES))),
            None => Value::Map(Map::typed(Type::Named(&types::VALUES))),
        }
    };
    let files = Files::new(chart.files.iter().map(|f| (GoStr::from(&*f.name), f.data.clone())));
    let scope = Map::from_pairs(vec![
        ("Capabilities".into(), values.get_str("Capabilities").unwrap_or_default()),
        ("Chart".into(), Value::Map(chart_map)),
        ("Files".into(), files.value()),
        ("Release".into(), values.get_str("Release").unwrap_or_default()),
        ("Subcharts".into(), Value::Map(subcharts.clone())),
        ("Values".into(), own),
    ]);
    for sub in chart.dependencies() {
        let sub_scope = collect(sub, &scope, sources);
        subcharts.set(sub.name(), Value::Map(sub_scope));
    }
    let parent = chart.full_path();
    let jinja = jinja::is_enabled(chart);
    for t in &chart.templates {
        let base = t.name.rsplit('/').next().unwrap_or(&t.name);
        if chart.is_library() && !base.starts_with('_') {
            continue;
        }
        sources.insert(
            format!("{parent}/{}", t.name),
            Source {
                text: t.data.clone(),
                scope: scope.clone(),
                base_path: format!("{parent}/templates"),
                jinja: jinja && jinja::is_jinja(&t.name),
            },
        );
    }
    scope
}

/// `Values.Table`: a map by a path with dots.
fn table(values: &Map, path: &str) -> Option<Map> {
    path.split('.').try_fold(values.clone(), |m, key| m.get_str(key)?.as_map())
}

/// What Go prints for a missing key.
const NO_VALUE: &[u8] = b"<no value>";

/// Removes every `<no value>`, as Helm does afterwards.
fn without_no_value(text: Vec<u8>) -> Vec<u8> {
    let Some(first) = find(&text, NO_VALUE) else { return text };
    let mut out = Vec::with_capacity(text.len());
    let (mut rest, mut at) = (&text[..], Some(first));
    while let Some(i) = at {
        out.extend_from_slice(&rest[..i]);
        rest = &rest[i + NO_VALUE.len()..];
        at = find(rest, NO_VALUE);
    }
    out.extend_from_slice(rest);
    out
}

fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    memchr::memmem::find(text, part)
}

/// The texts of an error and of each error that it wraps, outermost first.
fn chain(e: &ExecError) -> Vec<String> {
    let mut texts = vec![e.to_string()];
    let mut next = std::error::Error::source(e);
    while let Some(s) = next {
        texts.push(s.to_string());
        next = s.source();
    }
    texts
}

/// What `include` and `tpl` share while a chart renders.
struct State {
    strict: bool,
    /// Name of the set, which `tpl` gives its texts and messages show: Helm's is `gotpl`.
    name: RefCell<GoStr>,
    /// The set in use is the last: `tpl` renders in a copy of its own, and `include` there sees that copy's templates.
    sets: RefCell<Vec<Rc<TemplateSet>>>,
    open: RefCell<FxHashMap<GoStr, u32>>,
    tpl_depth: Cell<u32>,
    calls: Cell<u64>,
    limits: Limits,
    recorder: Option<Rc<Recorder>>,
    warnings: RefCell<Vec<(Level, &'static str, String)>>,
}

impl State {
    fn new(o: &RenderOptions<'_>) -> Self {
        State {
            strict: o.strict,
            name: RefCell::new(GoStr::from_static("gotpl")),
            sets: RefCell::default(),
            open: RefCell::default(),
            tpl_depth: Cell::new(0),
            calls: Cell::new(0),
            limits: o.limits,
            recorder: o.recorder.clone(),
            warnings: RefCell::default(),
        }
    }

    fn missing_key(&self) -> MissingKey {
        if self.strict { MissingKey::Error } else { MissingKey::Zero }
    }

    fn set(&self) -> Result<Rc<TemplateSet>, FuncError> {
        self.sets.borrow().last().cloned().ok_or_else(|| FuncError::new("no templates"))
    }

    /// Counts a call of `include` or `tpl`.
    fn count(&self) -> Result<(), FuncError> {
        let calls = self.calls.get() + 1;
        self.calls.set(calls);
        if calls > self.limits.calls {
            return Err(FuncError::new(format!("include and tpl were called more than {} times", self.limits.calls)));
        }
        Ok(())
    }

    fn include(&self, name: &GoStr, data: &Value) -> FuncResult {
        self.count()?;
        {
            let mut open = self.open.borrow_mut();
            let count = match open.get_mut(name) {
                Some(count) => count,
                None => open.entry(name.clone()).or_insert(0),
            };
            if *count > INCLUDE_DEPTH {
                return Err(FuncError::new(format!(
                    "rendering template has a nested reference name: {name}: unable to execute template"
                )));
            }
            *count += 1;
        }
        let mut out = Vec::new();
        let result = self.set().and_then(|set| {
            let recorder = self.recorder.as_deref();
            set.execute_for(recorder, &self.name.borrow().to_str_lossy(), &name.to_str_lossy(), data, &mut out)
                .map_err(wrap)
        });
        if let Some(count) = self.open.borrow_mut().get_mut(name) {
            *count -= 1;
        }
        result.map(|()| Value::str(out))
    }

    fn tpl(&self, text: &GoStr, data: &Value) -> FuncResult {
        if find(text, b"{{").is_none() {
            return Ok(Value::str(without_no_value(text.to_vec())));
        }
        self.count()?;
        let depth = self.tpl_depth.get() + 1;
        if depth > self.limits.tpl_depth {
            return Err(FuncError::new(format!("tpl is nested more than {} deep", self.limits.tpl_depth)));
        }
        let mut set = TemplateSet::clone(&*self.set()?);
        let quoted = || strconv::quote(text);
        let template = set
            .parse_anonymous(&self.name.borrow().to_str_lossy(), text.as_bytes())
            .map_err(|e| FuncError::new(format!("cannot parse template {}: {e}", quoted())))?;
        let set = Rc::new(set);
        self.sets.borrow_mut().push(set.clone());
        self.tpl_depth.set(depth);
        let mut out = Vec::new();
        let result = set.execute_template_for(self.recorder.as_deref(), &template, data, &mut out);
        self.tpl_depth.set(depth - 1);
        self.sets.borrow_mut().pop();
        match result {
            Ok(()) => Ok(Value::str(without_no_value(out))),
            Err(e) => {
                Err(FuncError::with_source(format!("error during tpl function execution for {}: {e}", quoted()), e))
            }
        }
    }

    fn required(&self, lint: bool, warn: &GoStr, v: &Value) -> FuncResult {
        let (missing, what) = match v {
            Value::Nil => (true, "missing required value"),
            Value::Str(s) => (s.is_empty(), "missing required values"),
            _ => (false, ""),
        };
        match (missing, lint) {
            (false, _) => Ok(v.clone()),
            (true, false) => Err(FuncError::new(error::warn_wrap(warn))),
            (true, true) => {
                self.warnings.borrow_mut().push((Level::Warn, what, warn.to_string()));
                Ok(Value::str(""))
            }
        }
    }

    fn fail(&self, lint: bool, message: &GoStr) -> FuncResult {
        if lint {
            self.warnings.borrow_mut().push((Level::Info, "funcMap fail", message.to_string()));
            return Ok(Value::str(""));
        }
        Err(FuncError::new(error::warn_wrap(message)))
    }

    /// Hands the warnings over and lets go of the templates, which hold on to this state.
    fn finish(&self, o: &RenderOptions<'_>) {
        self.sets.borrow_mut().clear();
        for (level, msg, text) in self.warnings.take() {
            if let Some(log) = o.log {
                log.log(&Record { level, msg, attrs: &[("message", text)] });
            }
        }
    }
}

fn wrap(e: ExecError) -> FuncError {
    FuncError::with_source(e.to_string(), e)
}

fn text(args: &[Value], i: usize) -> GoStr {
    args.get(i).and_then(Value::as_str).cloned().unwrap_or_default()
}

fn any(args: &[Value], i: usize) -> Value {
    args.get(i).cloned().unwrap_or_default()
}

/// The functions that need the engine; they stand before Sprig's and Helm's stateless ones.
fn engine_functions(state: &Rc<State>, o: &RenderOptions<'_>) -> Vec<(&'static str, Rc<Func>)> {
    use Type::{Any, String};
    let lint = o.lint;
    let mut all = Vec::new();
    let mut add = |f: Func| all.push((f.name, Rc::new(f)));
    let s = state.clone();
    add(Func::bound("include", &[String, Any], false, String, move |a| s.include(&text(a, 0), &any(a, 1))));
    let s = state.clone();
    add(Func::bound("tpl", &[String, Any], false, String, move |a| s.tpl(&text(a, 0), &any(a, 1))));
    let s = state.clone();
    add(Func::bound("required", &[String, Any], false, Any, move |a| s.required(lint, &text(a, 0), &any(a, 1))));
    let s = state.clone();
    add(Func::bound("fail", &[String], false, String, move |a| s.fail(lint, &text(a, 0))));
    if let Some(lookup) = o.lookup.clone().filter(|_| !lint) {
        add(Func::bound("lookup", &[String, String, String, String], false, Type::MAP, move |a| {
            let part = |i| text(a, i).to_string();
            lookup.lookup(&part(0), &part(1), &part(2), &part(3)).map_err(FuncError::new)
        }));
    }
    if let Some(resolve) = o.resolve {
        add(Func::bound("getHostByName", &[String], false, String, move |a| {
            Ok(Value::str(resolve(&text(a, 0).to_str_lossy())))
        }));
    }
    all
}

fn functions(state: &Rc<State>, o: &RenderOptions<'_>) -> Rc<FuncMap> {
    let mut map = FuncMap::with_base(pintle_sprig::lookup);
    for (name, f) in engine_functions(state, o) {
        map.insert(name, f);
    }
    Rc::new(map)
}

/// All functions by name, for the second language.
fn jinja_functions(state: &Rc<State>, o: &RenderOptions<'_>) -> Vec<(String, Rc<Func>)> {
    let own = engine_functions(state, o);
    let stateless = pintle_sprig::names().filter(|n| !own.iter().any(|(o, _)| o == n)).filter_map(|n| {
        let f = pintle_sprig::lookup(n)?;
        let (name, params, variadic, ret) = (f.name, f.params, f.variadic, f.ret);
        Some((n.to_owned(), Rc::new(Func { name, params, variadic, ret, call: f.call.clone() })))
    });
    let mut all: Vec<(String, Rc<Func>)> = stateless.collect();
    all.extend(own.iter().map(|(n, f)| ((*n).to_owned(), f.clone())));
    all
}
