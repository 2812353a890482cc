//! `lint`: Helm's rules over a chart, with Helm's messages in Helm's order (`pkg/chart/v2/lint`).

mod chartfile;
mod crds;
mod dependencies;
mod deprecations;
mod document;
mod names;
mod templates;
mod urls;
mod values;

use std::fmt;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use pintle_chart::capabilities::KubeVersion;
use pintle_chart::log::LogSink;
use pintle_chart::schema::UrlLoader;
use pintle_go::Map;

/// How bad a finding is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Severity {
    /// Against a recommendation that harms nobody.
    Info,
    /// Against a convention; likely works.
    Warning,
    /// Will not install.
    Error,
}

impl Severity {
    /// The word in brackets before a message.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Info => "INFO",
            Severity::Warning => "WARNING",
            Severity::Error => "ERROR",
        }
    }
}

/// One finding; its `Display` is the line that Helm prints.
#[derive(Clone, Debug)]
pub struct LintMessage {
    /// How bad it is.
    pub severity: Severity,
    /// File or folder in the chart, or the chart's path.
    pub path: String,
    /// What is wrong.
    pub text: String,
}

impl fmt::Display for LintMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}] {}: {}", self.severity.name(), self.path, self.text)
    }
}

/// What to lint against.
pub struct LintOptions<'a> {
    /// Warnings count as errors.
    pub strict: bool,
    /// Namespace for rendering.
    pub namespace: String,
    /// Kubernetes version for capabilities and deprecations.
    pub kube_version: Option<KubeVersion>,
    /// Do not validate values against the schema.
    pub skip_schema_validation: bool,
    /// Takes warnings of loading and rendering.
    pub log: &'a dyn LogSink,
    /// Reads schemas by URL, where the caller allows it.
    pub schema_loader: Option<&'a Rc<dyn UrlLoader>>,
}

/// What linting one chart gave (Helm's `action.LintResult`).
#[derive(Clone, Debug, Default)]
pub struct LintResult {
    /// All findings, in order.
    pub messages: Vec<LintMessage>,
    /// The texts that make the chart fail.
    pub errors: Vec<String>,
    /// 1, or 0 when the path holds no chart.
    pub total: usize,
}

impl LintResult {
    /// Whether anything is worse than INFO.
    pub fn has_warnings_or_errors(&self) -> bool {
        !self.errors.is_empty() || self.messages.iter().any(|m| m.severity > Severity::Info)
    }
}

/// The findings of a run as they come in.
pub(crate) struct Linter {
    chart_dir: PathBuf,
    messages: Vec<LintMessage>,
}

impl Linter {
    /// Notes a finding, if there is one; says whether the rule held.
    fn rule(&mut self, severity: Severity, path: &str, finding: Option<String>) -> bool {
        let held = finding.is_none();
        self.messages.extend(finding.map(|text| LintMessage { severity, path: path.to_owned(), text }));
        held
    }
}

/// Lints the chart at `path` (a folder, or an archive, which is unpacked into a temporary folder).
pub fn lint_chart(path: &Path, values: &Map, o: &LintOptions<'_>) -> LintResult {
    let mut result = LintResult::default();
    match run(path, values, o) {
        Err(e) => result.errors.push(e),
        Ok(messages) => {
            let tolerance = if o.strict { Severity::Warning } else { Severity::Error };
            result.errors = messages.iter().filter(|m| m.severity >= tolerance).map(|m| m.text.clone()).collect();
            result.messages = messages;
            result.total = 1;
        }
    }
    result
}

fn run(path: &Path, values: &Map, o: &LintOptions<'_>) -> Result<Vec<LintMessage>, String> {
    let text = path.to_string_lossy();
    let unpacked;
    let dir = if text.ends_with(".tgz") || text.ends_with(".tar.gz") {
        unpacked = unpack(path)?;
        unpacked.1.as_path()
    } else {
        path
    };
    // Go joins paths cleanly: `.` and `Chart.yaml` make `Chart.yaml`
    let chart_yaml = dir.strip_prefix(".").unwrap_or(dir).join("Chart.yaml");
    if let Err(e) = std::fs::metadata(&chart_yaml) {
        let e = pintle_chart::os_error("stat", &chart_yaml, &e);
        return Err(format!("unable to check Chart.yaml file in chart: {e}"));
    }
    let chart_dir = std::path::absolute(dir).map(|p| clean(&p)).unwrap_or_else(|_| dir.to_owned());
    let mut linter = Linter { chart_dir, messages: Vec::new() };
    chartfile::check(&mut linter);
    values::check(&mut linter, values, o);
    templates::check(&mut linter, values, o);
    dependencies::check(&mut linter, o);
    crds::check(&mut linter, o);
    Ok(linter.messages)
}

/// `filepath.Abs` cleans the path, too: no `.`, no `..`.
fn clean(p: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in p.components() {
        match part {
            std::path::Component::ParentDir => {
                out.pop();
            }
            std::path::Component::CurDir => {}
            part => out.push(part),
        }
    }
    out
}

/// Unpacks an archive; gives the folder to keep alive and the chart's folder in it.
fn unpack(path: &Path) -> Result<(tempfile::TempDir, PathBuf), String> {
    let dir = tempfile::Builder::new()
        .prefix("helm-lint")
        .tempdir()
        .map_err(|e| format!("unable to create temp dir to extract tarball: {e}"))?;
    let data = std::fs::read(path)
        .map_err(|e| format!("unable to open tarball: {}", pintle_chart::os_error("open", path, &e)))?;
    pintle_chart::package::expand(dir.path(), &data).map_err(|e| format!("unable to extract tarball: {e}"))?;
    let first = std::fs::read_dir(dir.path())
        .map_err(|e| format!("unable to read temporary output directory {}: {e}", dir.path().display()))?
        .filter_map(Result::ok)
        .map(|e| e.path())
        .min()
        .ok_or_else(|| "unable to extract tarball: it is empty".to_owned())?;
    if !first.is_dir() {
        let name = first.file_name().unwrap_or_default().to_string_lossy().into_owned();
        return Err(format!("unexpected file {name} in temporary output directory {}", dir.path().display()));
    }
    Ok((dir, first))
}

/// Whether the folder is missing, is a folder, or something else; the finding for the last.
fn not_a_directory(path: &Path) -> Option<String> {
    match std::fs::metadata(path) {
        Ok(m) if m.is_dir() => None,
        Ok(_) => Some("not a directory".to_owned()),
        Err(e) => Some(pintle_chart::os_error("stat", path, &e)),
    }
}
