//! A new chart: the scaffold of `helm create`, or a copy of a starter chart under another name.

use std::fs;
use std::path::{Path, PathBuf};

use pintle_go::strconv::quote;

use crate::log::LogSink;
use crate::{Chart, File, Metadata, gostd, load, package};

/// What stands for the chart's name in scaffolds and starters.
const PLACEHOLDER: &str = "<CHARTNAME>";

const SCAFFOLD: [(&str, &str); 12] = [
    ("Chart.yaml", include_str!("../scaffold/Chart.yaml")),
    ("values.yaml", include_str!("../scaffold/values.yaml")),
    (".helmignore", include_str!("../scaffold/helmignore")),
    ("templates/ingress.yaml", include_str!("../scaffold/ingress.yaml")),
    ("templates/httproute.yaml", include_str!("../scaffold/httproute.yaml")),
    ("templates/deployment.yaml", include_str!("../scaffold/deployment.yaml")),
    ("templates/service.yaml", include_str!("../scaffold/service.yaml")),
    ("templates/serviceaccount.yaml", include_str!("../scaffold/serviceaccount.yaml")),
    ("templates/hpa.yaml", include_str!("../scaffold/hpa.yaml")),
    ("templates/NOTES.txt", include_str!("../scaffold/NOTES.txt")),
    ("templates/_helpers.tpl", include_str!("../scaffold/_helpers.tpl")),
    ("templates/tests/test-connection.yaml", include_str!("../scaffold/test-connection.yaml")),
];

/// A new chart's place, and what was overwritten on the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Created {
    /// The chart's directory, absolute.
    pub dir: PathBuf,
    /// Files that were there before, each to be warned of:
    /// `WARNING: File "x" already exists. Overwriting.`
    pub overwritten: Vec<PathBuf>,
}

/// Makes the scaffold of a chart in `dir/name`, with the `apiVersion` given (`v2`, or the coming `v3`).
///
/// # Errors
/// A name that charts can not have, a `dir` that is none, what the file system says.
pub fn create(name: &str, dir: &Path, api_version: &str) -> Result<Created, String> {
    validate_chart_name(name)?;
    let top = gostd::abs(dir).map_err(|e| gostd::errno_text(&e))?;
    let info = fs::metadata(&top).map_err(|e| gostd::path_error("stat", &top, &e))?;
    if !info.is_dir() {
        return Err(format!("no such directory {}", top.display()));
    }
    let chart = PathBuf::from(gostd::join(&top.to_string_lossy(), name));
    if fs::metadata(&chart).is_ok_and(|i| !i.is_dir()) {
        return Err(format!("file {} already exists and is not a directory", chart.display()));
    }
    let mut overwritten = Vec::new();
    for (file, text) in scaffold(name, api_version) {
        let path = chart.join(file);
        if path.exists() {
            overwritten.push(path.clone());
        }
        make_parent(&path)?;
        fs::write(&path, text).map_err(|e| gostd::path_error("open", &path, &e))?;
    }
    make_dir(&chart.join("charts"))?;
    Ok(Created { dir: chart, overwritten })
}

/// The files of the scaffold, with the name and the `apiVersion` filled in.
pub fn scaffold(name: &str, api_version: &str) -> impl Iterator<Item = (&'static str, String)> {
    SCAFFOLD.into_iter().map(move |(path, text)| {
        let text = text.replace(PLACEHOLDER, name);
        match path {
            "Chart.yaml" => (path, text.replacen("apiVersion: v2", &format!("apiVersion: {api_version}"), 1)),
            _ => (path, text),
        }
    })
}

/// Copies a starter chart into `dest/name`, under the metadata given, with its `<CHARTNAME>` replaced.
///
/// # Errors
/// A starter that does not load, and all that [`package::save_dir`] says.
pub fn create_from(metadata: Metadata, dest: &Path, starter: &Path, log: &dyn LogSink) -> Result<PathBuf, String> {
    let mut chart: Chart =
        load::load_any_version(starter, log).map_err(|e| format!("could not load {}: {e}", starter.display()))?;
    let name = metadata.name.clone();
    chart.metadata = metadata;
    chart.rename(&name);
    let filled = |f: &File| match std::str::from_utf8(&f.data) {
        Ok(text) if text.contains(PLACEHOLDER) => {
            File { data: text.replace(PLACEHOLDER, &name).into_bytes().into(), ..f.clone() }
        }
        _ => f.clone(),
    };
    chart.templates = chart.templates.iter().map(filled).collect();
    for f in chart.raw.iter_mut().filter(|f| &*f.name == "values.yaml") {
        *f = filled(f);
        pintle_yaml::read_map(&f.data).map_err(|e| format!("transforming values file: {}", e.unmarshal_text()))?;
    }
    package::save_dir(&chart, dest).map_err(|e| e.to_string())
}

fn make_dir(dir: &Path) -> Result<(), String> {
    fs::create_dir_all(dir).map_err(|e| gostd::path_error("mkdir", dir, &e))
}

fn make_parent(path: &Path) -> Result<(), String> {
    path.parent().map_or(Ok(()), make_dir)
}

/// Checks a name for a new chart.
///
/// # Errors
/// Its length or its characters.
pub fn validate_chart_name(name: &str) -> Result<(), String> {
    if name.is_empty() || name.len() > 250 {
        return Err("chart name must be between 1 and 250 characters".to_owned());
    }
    if !name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-')) {
        return Err(format!("chart name must match the regular expression {}", quote(b"^[a-zA-Z0-9._-]+$")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_checked() {
        assert!(validate_chart_name("a.b_c-1").is_ok());
        assert!(validate_chart_name("").is_err());
        assert_eq!(
            validate_chart_name("a$b").unwrap_err(),
            "chart name must match the regular expression \"^[a-zA-Z0-9._-]+$\""
        );
    }

    #[test]
    fn the_scaffold_bears_the_name() {
        assert!(scaffold("app", "v2").all(|(_, text)| !text.contains(PLACEHOLDER)));
        assert!(scaffold("app", "v2").any(|(_, text)| text.contains("define \"app.fullname\"")));
        assert!(scaffold("app", "v3").any(|(_, text)| text.starts_with("apiVersion: v3\n")));
    }
}
