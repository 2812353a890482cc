//! `lint`: looks for mistakes in charts.

use std::path::{Path, PathBuf};

use pintle_chart::capabilities::KubeVersion;
use pintle_render::{LintOptions, Severity, lint_chart};

use crate::Context;
use crate::error::{CliError, CliResult};
use crate::ops::{schemas, values};

pub fn run(cx: &Context<'_>) -> CliResult {
    let p = &cx.args;
    let kube_version = match p.given("kube-version") {
        Some(v) => Some(KubeVersion::parse(&v).map_err(|e| format!("invalid kube version '{v}': {e}"))?),
        None => None,
    };
    let mut paths = p.args.clone();
    if p.on("with-subcharts") {
        for path in p.args.clone() {
            subcharts(&Path::new(&path).join("charts"), &mut paths);
        }
    }
    let quiet = p.on("quiet");
    let values = values::merge(cx)?;
    let options = LintOptions {
        strict: p.on("strict"),
        namespace: cx.settings.effective_namespace(),
        kube_version,
        skip_schema_validation: p.on("skip-schema-validation"),
        log: cx.out,
        schema_loader: Some(&schemas::loader(cx)),
    };
    let (mut text, mut failed, mut told) = (String::new(), 0, false);
    for path in &paths {
        let result = lint_chart(Path::new(path), &values, &options);
        let finding = result.has_warnings_or_errors();
        told |= finding;
        if quiet && !finding {
            continue;
        }
        text += &format!("==> Linting {path}\n");
        if result.messages.is_empty() {
            for e in &result.errors {
                text += &format!("Error {e}\n");
            }
        }
        for m in result.messages.iter().filter(|m| !quiet || m.severity > Severity::Info) {
            text += &format!("{m}\n");
        }
        failed += usize::from(!result.errors.is_empty());
        text += "\n";
    }
    cx.out.data(text);
    let summary = format!("{} chart(s) linted, {failed} chart(s) failed", paths.len());
    if failed > 0 {
        return Err(CliError::new(summary));
    }
    if !quiet || told {
        cx.out.line(summary);
    }
    Ok(())
}

/// Every chart below a folder, in lexical order (`filepath.Walk`).
fn subcharts(dir: &Path, out: &mut Vec<String>) {
    let Ok(entries) = std::fs::read_dir(dir) else { return };
    let mut entries: Vec<PathBuf> = entries.filter_map(|e| Some(e.ok()?.path())).collect();
    entries.sort();
    for path in entries {
        let text = path.to_string_lossy().into_owned();
        if path.file_name().is_some_and(|n| n == "Chart.yaml") {
            if let Some(parent) = path.parent() {
                out.push(parent.to_string_lossy().into_owned());
            }
        } else if text.ends_with(".tgz") || text.ends_with(".tar.gz") {
            out.push(text);
        } else if path.is_dir() && !path.is_symlink() {
            subcharts(&path, out);
        }
    }
}
