//! `dependency list|update|build`: what a chart depends on, whether it is there, and getting it.

use std::path::{Path, PathBuf};

use pintle_chart::{Chart, Dependency, load};
use pintle_go::semver::{Constraint, Version};

use crate::Context;
use crate::error::CliResult;
use crate::ops::chart::cleaned;
use crate::ops::dependencies::{self, Options};
use crate::output::table::Table;

/// The folder that a command is about: the current one by default.
fn folder(cx: &Context<'_>) -> PathBuf {
    cx.args.args.first().map_or_else(|| PathBuf::from("."), |p| cleaned(Path::new(p)))
}

/// `dependency update`
pub fn update(cx: &Context<'_>) -> CliResult {
    let p = &cx.args;
    let options = Options { skip_refresh: p.on("skip-refresh"), verify_always: p.on("verify"), ..Options::default() };
    dependencies::update(cx, &folder(cx), options)
}

/// `dependency build`
pub fn build(cx: &Context<'_>) -> CliResult {
    let p = &cx.args;
    let options =
        Options { skip_refresh: p.on("skip-refresh"), verify_if_possible: p.on("verify"), ..Options::default() };
    dependencies::build(cx, &folder(cx), options)
}

/// `dependency list`
pub fn list(cx: &Context<'_>) -> CliResult {
    let path = folder(cx);
    let chart = load::load_any_version(&path, cx.out)?;
    let charts = cleaned(&path.join("charts"));
    let Some(all) = chart.metadata.dependencies.as_deref() else {
        cx.out.line(format!("WARNING: no dependencies at {}", charts.display()));
        return Ok(());
    };
    let mut table = Table::new();
    table.max_width = cx.args.int("max-col-width").try_into().unwrap_or(80);
    table.row(["NAME", "VERSION", "REPOSITORY", "STATUS"]);
    for d in all {
        table.row([&*d.name, &d.version, &d.repository, status(cx, &charts, &chart, d)]);
    }
    cx.out.line(table.text());
    cx.out.line("");
    for item in entries(&charts) {
        let is_archive = item.extension().is_some_and(|e| e == "tgz");
        if !item.is_dir() && !is_archive {
            continue;
        }
        let shown = item.display().to_string();
        match load::load(&item, &pintle_chart::log::Discard) {
            Err(_) => cx.out.line(format!("WARNING: {shown:?} is not a chart.")),
            Ok(c) if !all.iter().any(|d| d.name == c.name()) => {
                cx.out.line(format!("WARNING: {shown:?} is not in Chart.yaml."));
            }
            Ok(_) => {}
        }
    }
    Ok(())
}

/// What lies in a folder, by name.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|e| e.path()).collect();
    all.sort();
    all
}

/// `dependencyStatus`: archives first, then what was loaded unpacked.
fn status(cx: &Context<'_>, charts: &Path, parent: &Chart, d: &Dependency) -> &'static str {
    let pattern = format!("{}-*.tgz", d.name);
    let mut archives = Vec::new();
    for item in entries(charts) {
        let name = item.file_name().unwrap_or_default().to_string_lossy().into_owned();
        match pintle_go::glob::path_match(pattern.as_bytes(), name.as_bytes()) {
            Ok(true) => archives.push((item, name)),
            Ok(false) => {}
            Err(_) => return "bad pattern",
        }
    }
    if archives.len() > 1 {
        let prefix = format!("{}-", d.name);
        archives.retain(|(_, name)| {
            let version = name.strip_prefix(&prefix).and_then(|n| n.strip_suffix(".tgz")).unwrap_or_default();
            Version::strict(version).is_ok()
        });
        if archives.len() > 1 {
            return "too many matches";
        }
    }
    if let Some((archive, _)) = archives.first() {
        return match load::load(archive, cx.out) {
            Err(_) => "corrupt",
            Ok(c) if c.name() != d.name => "misnamed",
            Ok(c) => version(&c.metadata.version, d).unwrap_or("ok"),
        };
    }
    match parent.dependencies().iter().rfind(|c| c.name() == d.name) {
        None => "missing",
        Some(sub) => version(&sub.metadata.version, d).unwrap_or("unpacked"),
    }
}

/// What is wrong with a version, if anything is.
fn version(have: &str, d: &Dependency) -> Option<&'static str> {
    if have == d.version {
        return None;
    }
    let (Ok(wanted), Ok(have)) = (Constraint::new(d.version.as_str()), Version::new(have)) else {
        return Some("invalid version");
    };
    (!wanted.check(&have)).then_some("wrong version")
}
