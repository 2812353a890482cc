//! What a person is shown below an error: the lines that it is about, and the values that led there with who set them.
//!
//! Nothing of this is made while all goes well. After an error, and only if a person reads it, what failed is done once
//! more with a recorder.

use std::rc::Rc;

use pintle_chart::capabilities::Capabilities;
use pintle_chart::layers::Layers;
use pintle_chart::log::Discard;
use pintle_chart::render_values::{ReleaseOptions, to_render_values};
use pintle_chart::values::{Options, Source};
use pintle_chart::{Chart, schema};
use pintle_go::{Map, Value, ValuePath};
use pintle_render::trace::Origin;
use pintle_render::{Failure, Recorder, RenderError, RenderOptions, ResourcesError, render, split_manifests};

use crate::Context;
use crate::error::{CliError, Explanation, Frame};

/// More values than this are not told of one error.
const MOST_VALUES: usize = 6;
/// A value is shown in at most this many characters.
const LONGEST_VALUE: usize = 60;

/// What a rendering is made from.
pub struct Scene<'a> {
    /// The chart, its dependencies processed.
    pub chart: &'a Chart,
    /// The values of the user.
    pub user: &'a Map,
    /// The release to render for.
    pub release: &'a ReleaseOptions,
    /// The cluster's abilities.
    pub capabilities: &'a Capabilities,
    /// How it is rendered.
    pub options: &'a RenderOptions<'a>,
    /// The values flags.
    pub flags: &'a Options,
    /// Reads what they name.
    pub sources: &'a dyn Source,
}

/// An error with what there is to explain of it, if a person reads it.
pub fn explained(cx: &Context<'_>, text: String, explain: impl FnOnce() -> Option<Explanation>) -> CliError {
    let explanation = if cx.out.explains() { explain() } else { None };
    CliError { explanation: explanation.map(Box::new), ..CliError::new(text) }
}

impl Scene<'_> {
    /// Where values can come from.
    pub fn layers(&self) -> Layers {
        Layers::new(self.chart, self.flags, self.sources)
    }

    fn top(&self) -> Option<Map> {
        to_render_values(self.chart, self.user, self.release, self.capabilities, true, &Discard, None).ok()
    }

    /// About values that no template has seen yet: those that do not fit a schema.
    pub fn of_values(&self) -> Option<Explanation> {
        let values = self.top()?.get_str("Values")?.as_map()?;
        let layers = self.layers();
        let mut told = Explanation::default();
        for path in schema::misfits(self.chart, &values, None).iter().take(MOST_VALUES) {
            if told.frames.is_empty() {
                told.frames.extend(self.setting(&layers, path));
            }
            told.notes.push(about_value(path, &values, &layers));
        }
        (!told.notes.is_empty()).then_some(told)
    }

    /// The line of a file that set a value.
    fn setting(&self, layers: &Layers, path: &ValuePath) -> Option<Frame> {
        use pintle_chart::layers::SetBy;
        let (file, line, text) = match layers.of(path)? {
            SetBy::Flag { .. } => return None,
            SetBy::File { path, line } => {
                let text = self.sources.read(&path).ok()?;
                (path, line, text)
            }
            SetBy::Parent { path, line } | SetBy::Default { path, line } => {
                let text = chart_file(self.chart, &path)?;
                (path, line, text)
            }
        };
        Frame::of(&file, &text, line, None, "")
    }

    /// About templates that failed, or gave what is no manifest.
    pub fn of_rendering(&self, error: &ResourcesError) -> Option<Explanation> {
        let recorder = Rc::new(Recorder::new());
        let top = self.top()?;
        let options = RenderOptions { recorder: Some(recorder.clone()), log: None, ..self.options.clone() };
        let values = top.get_str("Values")?.as_map()?;
        let again = render(self.chart, &top, &options);
        let (mut told, reads) = match (error, again) {
            (ResourcesError::Render(e), _) => self.failure(e, &recorder)?,
            (ResourcesError::Manifest { error, .. }, Ok(files)) => {
                let text = files.get(&error.path)?;
                self.output(&error.path, text, error.start, &error.reason, &recorder)?
            }
            _ => return None,
        };
        let layers = self.layers();
        let unset = reads.iter().find(|p| p.find(&values).is_none_or(|v| v.is_nil()));
        if let Some(path) = unset
            && matches!(error, ResourcesError::Render(e) if e.text.contains("nil pointer evaluating"))
        {
            told.hint = Some(format!("{path} is not set: set it, or let the template ask first (with, if, default)"));
        }
        told.notes.extend(reads.iter().take(MOST_VALUES).map(|p| about_value(p, &values, &layers)));
        Some(told)
    }

    /// A template that failed: the innermost place whose text is at hand.
    fn failure(&self, e: &RenderError, recorder: &Recorder) -> Option<(Explanation, Vec<ValuePath>)> {
        let text = |f: &Failure| chart_file(self.chart, &f.file);
        let (at, place, source) =
            e.places.iter().enumerate().rev().find_map(|(i, f)| text(f).map(|text| (i, f, text)))?;
        let mut told = Explanation::default();
        told.frames.extend(Frame::of(&place.file, &source, place.line, place.column, &place.node));
        if at + 1 < e.places.len() {
            told.notes.push("the text that tpl was given there failed".to_owned());
        }
        let callers = e.places.iter().take(at).rev().map(|f| format!("called at {}:{}: {}", f.file, f.line, f.node));
        told.notes.extend(callers);
        told.notes.dedup();
        let reads = recorder.failed().map(|o| o.reads).unwrap_or_default();
        Some((told, reads))
    }

    /// Output that is no YAML: the template's line that made the line of the error.
    fn output(
        &self,
        path: &str,
        text: &[u8],
        start: usize,
        reason: &str,
        recorder: &Recorder,
    ) -> Option<(Explanation, Vec<ValuePath>)> {
        let doc = *split_manifests(text.get(start..)?).first()?;
        let wrong = pintle_yaml::read_typed(doc).err().and_then(|e| e.place()).map_or(0, |place| place.offset);
        // an error at the end of something is told where the next thing begins: look back for what there is
        let before = doc.get(..wrong).unwrap_or(doc);
        let from = before.iter().rposition(|b| *b == b'\n').map_or(0, |i| i + 1);
        let line = doc.get(from..)?.split(|b| *b == b'\n').next()?;
        let (from, line) = match line.trim_ascii().is_empty() {
            false => (from, line),
            true => {
                let end = before.trim_ascii_end().len();
                let from = before.get(..end)?.iter().rposition(|b| *b == b'\n').map_or(0, |i| i + 1);
                (from, doc.get(from..end)?)
            }
        };
        let at = start + from;
        let mut origins = recorder.origins(path, at..at + line.len().max(1));
        let number = 1 + doc.get(..from)?.iter().filter(|b| **b == b'\n').count();
        let chosen = origins.iter().position(|o| !o.verbatim).unwrap_or(0);
        let mut told = Explanation::default();
        told.notes.push(format!("line {number} of the document reads: {}", String::from_utf8_lossy(line).trim_end()));
        if chosen < origins.len() {
            let origin = origins.remove(chosen);
            told.frames.extend(self.origin(&origin));
            let calls = origin.chain.iter().map(|c| format!("called at {}:{}", c.place.file, c.place.line));
            told.notes.extend(calls);
            origins.insert(0, origin);
        }
        let mut reads: Vec<ValuePath> = Vec::new();
        for path in origins.into_iter().flat_map(|o| o.reads) {
            if !reads.contains(&path) {
                reads.push(path);
            }
        }
        told.hint = hint_for_yaml(reason, line).map(str::to_owned);
        Some((told, reads))
    }

    fn origin(&self, o: &Origin) -> Option<Frame> {
        // text that tpl was given has no file: show its call
        let places = std::iter::once(&o.place).chain(o.chain.iter().map(|c| &c.place));
        places
            .filter_map(|p| Some((p, chart_file(self.chart, &p.file.to_str_lossy())?)))
            .find_map(|(p, text)| Frame::of(&p.file.to_str_lossy(), &text, p.line, Some(p.column), ""))
    }
}

/// What helps against an error of YAML in a line.
fn hint_for_yaml(reason: &str, line: &[u8]) -> Option<&'static str> {
    if line.contains(&b'\t') {
        return Some("YAML takes no tabs: indent with blanks");
    }
    let hints = [
        ("mapping values are not allowed", "a value with \": \" in it needs quotes: pipe it through quote"),
        ("did not find expected", "look at quotes and at the indentation of what is filled in (nindent)"),
        ("cannot start any token", "a value that begins with such a character needs quotes: pipe it through quote"),
        ("could not find expected ':'", "what is filled in may need another indentation (nindent)"),
    ];
    hints.into_iter().find(|(part, _)| reason.contains(part)).map(|(_, hint)| hint)
}

/// `.Values.a is 1, set by --set a=1`
fn about_value(path: &ValuePath, values: &Map, layers: &Layers) -> String {
    let by = layers.of(path).map(|by| format!(", set by {by}")).unwrap_or_default();
    match path.find(values) {
        None | Some(Value::Nil) if by.is_empty() => format!("{path} is not set"),
        None => format!("{path} is not set{}", by.replacen(", set by", ", taken away by", 1)),
        Some(v) => format!("{path} is {}{by}", shown(&v)),
    }
}

fn shown(v: &Value) -> String {
    match v {
        Value::Map(m) => format!("a map of {} keys", m.len()),
        Value::List(l) => format!("a list of {} items", l.len()),
        v => {
            let text = match v {
                Value::Str(s) => pintle_go::strconv::quote(s),
                v => String::from_utf8_lossy(&pintle_go::fmt::sprint(std::slice::from_ref(v))).into_owned(),
            };
            match text.char_indices().nth(LONGEST_VALUE) {
                Some((end, _)) => format!("{}...", text.get(..end).unwrap_or_default()),
                None => text,
            }
        }
    }
}

/// The text of a chart's file by the path that messages show: `root/charts/sub/templates/a.yaml`.
fn chart_file(chart: &Chart, path: &str) -> Option<Vec<u8>> {
    let mut open = vec![chart];
    while let Some(chart) = open.pop() {
        if let Some(name) = path.strip_prefix(&chart.full_path()).and_then(|p| p.strip_prefix('/')) {
            let found = chart.templates.iter().chain(&chart.raw).find(|f| &*f.name == name);
            if let Some(file) = found {
                return Some(file.data.to_vec());
            }
        }
        open.extend(chart.dependencies());
    }
    None
}

/// The line at which a file of `-f` stops being YAML.
pub fn values_file(options: &Options, source: &dyn Source) -> Option<Explanation> {
    options.value_files.iter().find_map(|path| {
        let text = source.read(path).ok()?;
        let place = pintle_yaml::Source::new(&text).documents().find_map(Result::err)?.place()?;
        let frame = Frame::of(path, &text, place.line, Some(place.column.saturating_sub(1)), "")?;
        let line = text.split(|b| *b == b'\n').nth(place.line.saturating_sub(1)).unwrap_or_default();
        let reason = pintle_yaml::read(&text).err().map(|e| e.to_string()).unwrap_or_default();
        let hint = hint_for_yaml(&reason, line).filter(|h| !h.contains("nindent") && !h.contains("pipe"));
        Some(Explanation { frames: vec![frame], notes: Vec::new(), hint: hint.map(str::to_owned) })
    })
}
