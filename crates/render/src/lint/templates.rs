//! templates/: they must render, in lint mode, and what they give must look like Kubernetes objects.

use pintle_chart::capabilities::Capabilities;
use pintle_chart::render_values::{ReleaseOptions, to_render_values};
use pintle_chart::{Chart, coalesce, deps, load};
use pintle_go::{GoStr, Map, Value};

use super::document::{self, Head};
use super::{LintOptions, Linter, Severity, deprecations, names, not_a_directory};
use crate::engine::{RenderOptions, render};
use crate::jinja;
use crate::manifest::{RenderedFiles, is_blank, trim_start};

const DIR: &str = "templates/";

pub(super) fn check(linter: &mut Linter, values: &Map, o: &LintOptions<'_>) {
    let path = linter.chart_dir.join("templates");
    let missing = std::fs::metadata(&path).is_err_and(|e| e.kind() == std::io::ErrorKind::NotFound);
    if !linter.rule(Severity::Warning, DIR, missing.then(|| "directory does not exist".to_owned())) {
        return;
    }
    if !linter.rule(Severity::Error, DIR, not_a_directory(&path)) {
        return;
    }
    let mut chart = match load::load_any_version(&linter.chart_dir, o.log) {
        Ok(c) => c,
        Err(e) => {
            linter.rule(Severity::Error, DIR, Some(e.to_string()));
            return;
        }
    };
    let caps = capabilities(o);
    let (major, minor) = (number(&caps.kube_version.major), number(&caps.kube_version.minor));
    let rendered = match rendered(&mut chart, values, &caps, o) {
        // faults of dependencies and values are told by other rules
        None => return,
        Some(Err(e)) => {
            linter.rule(Severity::Error, DIR, Some(e));
            return;
        }
        Some(Ok(files)) => files,
    };
    let jinja = jinja::is_enabled(&chart);
    for template in &chart.templates {
        let file: &str = &template.name;
        linter.rule(Severity::Error, file, bad_extension(file, jinja));
        if !is_yaml(file, jinja) {
            continue;
        }
        let Some(text) = rendered.get(&format!("{}/{file}", chart.name())) else { continue };
        if is_blank(text) {
            continue;
        }
        linter.rule(Severity::Warning, file, indented_start(text));
        for head in document::heads(text) {
            match head {
                Err(e) => {
                    linter.rule(Severity::Error, file, Some(format!("unable to parse YAML: {e}")));
                    return;
                }
                Ok(None) => {}
                Ok(Some(h)) => {
                    linter.rule(Severity::Warning, file, bad_name(&h));
                    let old = deprecations::warning(&h.api_version, &h.kind, major, minor);
                    linter.rule(Severity::Warning, file, old);
                    linter.rule(Severity::Error, file, no_selector(&h, text));
                    linter.rule(Severity::Error, file, policy_in_list(&h, text));
                }
            }
        }
    }
}

fn capabilities(o: &LintOptions<'_>) -> Capabilities {
    let mut caps = Capabilities::default();
    if let Some(v) = &o.kube_version {
        caps.kube_version = v.clone();
    }
    caps
}

/// A version part; what is not a number counts as unknown.
fn number(s: &str) -> u32 {
    s.parse().unwrap_or(0)
}

fn rendered(
    chart: &mut Chart,
    values: &Map,
    caps: &Capabilities,
    o: &LintOptions<'_>,
) -> Option<Result<RenderedFiles, String>> {
    let release =
        ReleaseOptions { name: "test-release".to_owned(), namespace: o.namespace.clone(), ..ReleaseOptions::default() };
    deps::process_dependencies(chart, values, o.log).ok()?;
    let merged = coalesce::coalesce_values(chart, values, o.log).ok()?;
    let top = to_render_values(chart, &merged, &release, caps, o.skip_schema_validation, o.log, o.schema_loader);
    let top = match top {
        Ok(t) => t,
        Err(e) => return Some(Err(e)),
    };
    let options = RenderOptions { lint: true, log: Some(o.log), ..RenderOptions::default() };
    Some(render(chart, &top, &options).map_err(|e| e.to_string()))
}

/// Go's `filepath.Ext`.
fn extension(file: &str) -> &str {
    let base = file.rsplit('/').next().unwrap_or(file);
    base.rfind('.').map_or("", |i| &base[i..])
}

fn bad_extension(file: &str, jinja: bool) -> Option<String> {
    let ext = extension(file);
    let known = [".yaml", ".yml", ".tpl", ".txt"].contains(&ext) || (jinja && jinja::is_jinja(file));
    (!known).then(|| format!("file extension '{ext}' not valid. Valid extensions are .yaml, .yml, .tpl, or .txt"))
}

fn is_yaml(file: &str, jinja: bool) -> bool {
    let file = if jinja { jinja::strip_extension(file) } else { file };
    [".yaml", ".yml"].contains(&extension(file).to_lowercase().as_str())
}

/// The first line that is not blank must not be indented.
fn indented_start(text: &GoStr) -> Option<String> {
    let line = text.split(|b| *b == b'\n').find(|l| !trim_start(l).is_empty())?;
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    matches!(line.first(), Some(b' ' | b'\t')).then(|| {
        let quoted = pintle_go::strconv::quote(line);
        format!("document starts with an illegal indent: {quoted}, which may cause parsing problems")
    })
}

fn bad_name(h: &Head) -> Option<String> {
    let quoted = pintle_go::strconv::quote(h.name.as_bytes());
    let errors: Vec<String> = names::check_object_name(&h.kind, &h.name)
        .iter()
        .map(|e| format!("metadata.name: Invalid value: {quoted}: {e}"))
        .collect();
    let all = match errors.as_slice() {
        [] => return None,
        [one] => one.clone(),
        many => format!("[{}]", many.join(", ")),
    };
    Some(format!("object name does not conform to Kubernetes naming requirements: {quoted}: {all}"))
}

fn contains(text: &[u8], part: &str) -> bool {
    text.windows(part.len()).any(|w| w == part.as_bytes())
}

fn no_selector(h: &Head, text: &[u8]) -> Option<String> {
    let needs = ["Deployment", "ReplicaSet", "DaemonSet", "StatefulSet"].contains(&h.kind.as_str());
    let has = contains(text, "matchLabels") || contains(text, "matchExpressions");
    (needs && !has).then(|| {
        let name = pintle_go::strconv::quote(h.name.as_bytes());
        format!("a {} must contain matchLabels or matchExpressions, and {name} does not", h.kind)
    })
}

/// Kubernetes ignores a keep policy inside a List.
fn policy_in_list(h: &Head, text: &[u8]) -> Option<String> {
    if h.kind != "List" {
        return None;
    }
    let list = match pintle_yaml::read(text) {
        Ok(v) => v,
        Err(e) => return Some(format!("unable to parse YAML: error converting YAML to JSON: {e}")),
    };
    let get = |v: &Value, key: &str| v.as_map().and_then(|m| m.get_str(key));
    let items = get(&list, "items");
    let kept = items.as_ref().and_then(Value::as_list).is_some_and(|items| {
        items.iter().any(|i| {
            get(i, "metadata")
                .and_then(|m| get(&m, "annotations"))
                .and_then(|a| a.as_map())
                .is_some_and(|a| a.contains(b"helm.sh/resource-policy"))
        })
    });
    kept.then(|| "annotation 'helm.sh/resource-policy' within List objects are ignored".to_owned())
}
