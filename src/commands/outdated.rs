//! `outdated`: which dependencies of a chart, or which releases, have newer versions.

use std::path::Path;

use pintle_chart::{Chart, Dependency, load};
use pintle_cluster::action::list::{self, ListOptions, States};
use pintle_go::semver::{Constraint, Version};
use pintle_registry::oci::is_oci;
use pintle_registry::{Entry, Getter, Repositories, equal, fetch_index};
use serde::Serialize;

use crate::Context;
use crate::error::{CliError, CliResult};
use crate::ops::chart::cleaned;
use crate::ops::repositories::{Places, getter, places};
use crate::ops::session::Session;
use crate::ops::versions::{self, Known};
use crate::output::release;
use crate::output::table::Table;

/// A dependency or a release, and what there is newer.
#[derive(Serialize)]
struct Row {
    name: String,
    /// Of a release; empty for a dependency.
    #[serde(skip_serializing_if = "String::is_empty")]
    namespace: String,
    /// The chart of a release; empty for a dependency, whose name it is.
    #[serde(skip_serializing_if = "String::is_empty")]
    chart: String,
    current: String,
    /// The newest version that Chart.yaml allows; empty for a release.
    #[serde(skip_serializing_if = "String::is_empty")]
    allowed: String,
    latest: String,
    repository: String,
}

impl Row {
    fn is_outdated(&self) -> bool {
        let newer = |than: &str| match (Version::new(self.latest.as_str()), Version::new(than)) {
            (Ok(latest), Ok(current)) => latest.compare(&current).is_gt(),
            _ => false,
        };
        newer(&self.current) || (!self.allowed.is_empty() && self.allowed != self.current)
    }
}

pub fn run(cx: &Context<'_>) -> CliResult {
    let of_releases = cx.args.on("releases");
    let mut rows = if of_releases { releases(cx)? } else { dependencies(cx)? };
    let outdated = rows.iter().any(Row::is_outdated);
    if !cx.args.on("all") {
        rows.retain(Row::is_outdated);
    }
    release::write(cx.out, &cx.args.text("output"), &rows, || {
        if rows.is_empty() {
            cx.out.line("Everything is up to date");
            return Ok(());
        }
        let mut table = Table::new();
        if of_releases {
            table.row(["NAME", "NAMESPACE", "CHART", "CURRENT", "LATEST", "REPOSITORY"]);
        } else {
            table.row(["NAME", "CURRENT", "ALLOWED", "LATEST", "REPOSITORY"]);
        }
        for r in &rows {
            if of_releases {
                table.row([&r.name, &r.namespace, &r.chart, &r.current, &r.latest, &r.repository].map(String::as_str));
            } else {
                table.row([&r.name, &r.current, &r.allowed, &r.latest, &r.repository].map(String::as_str));
            }
        }
        cx.out.line(table.text());
        Ok(())
    })?;
    if outdated && cx.args.on("fail-on-outdated") {
        return Err(if of_releases { "there are outdated releases" } else { "there are outdated dependencies" }.into());
    }
    Ok(())
}

/// The newest version, pre-releases only where they are wanted.
fn newest<'k>(cx: &Context<'_>, known: &'k [Known]) -> Result<Option<&'k Known>, CliError> {
    let wanted = versions::wanted(cx)?;
    Ok(known.iter().find(|k| versions::fits(&wanted, &k.version)))
}

fn dependencies(cx: &Context<'_>) -> Result<Vec<Row>, CliError> {
    let path = cx.args.args.first().map_or_else(|| ".".into(), |p| cleaned(Path::new(p)));
    let chart = load::load_any_version(&path, cx.out)?;
    let (at, getter) = (places(cx), getter(cx, None));
    let repositories = Repositories::load_or_empty(&at.repositories).map_err(|e| e.to_string())?;
    let mut rows = Vec::new();
    for d in chart.metadata.dependencies.iter().flatten() {
        if d.repository.is_empty() {
            continue;
        }
        let known = of_dependency(cx, &at, &getter, &repositories, &path, d)
            .map_err(|e| format!("dependency {:?} (repository {:?}): {}", d.name, d.repository, e.text))?;
        let range = Constraint::new(d.version.as_str())
            .map_err(|e| format!("dependency {:?} has an invalid version/constraint format: {e}", d.name))?;
        let allowed = known.iter().find(|k| versions::fits(&range, &k.version));
        let version = |k: Option<&Known>| k.map_or_else(String::new, |k| k.version.clone());
        rows.push(Row {
            name: d.name.clone(),
            namespace: String::new(),
            chart: String::new(),
            current: current(&chart, d),
            allowed: version(allowed),
            latest: version(newest(cx, &known)?),
            repository: d.repository.clone(),
        });
    }
    Ok(rows)
}

/// The version of a dependency that is locked, else the one in `charts/`, else the range of Chart.yaml.
fn current(chart: &Chart, d: &Dependency) -> String {
    let locked = chart.lock.as_ref().and_then(|l| l.dependencies.as_ref()?.iter().find(|l| l.name == d.name));
    if let Some(locked) = locked {
        return locked.version.clone();
    }
    let there = chart.dependencies().iter().find(|c| c.name() == d.name);
    there.map_or_else(|| d.version.clone(), |c| c.metadata.version.clone())
}

fn of_dependency(
    cx: &Context<'_>,
    at: &Places,
    getter: &Getter,
    repositories: &Repositories,
    chart: &Path,
    d: &Dependency,
) -> Result<Vec<Known>, CliError> {
    if is_oci(&d.repository) {
        return versions::in_registry(cx, getter, &format!("{}/{}", d.repository.trim_end_matches('/'), d.name));
    }
    if let Some(folder) = d.repository.strip_prefix("file://") {
        let folder = if folder.starts_with('/') { folder.into() } else { chart.join(folder) };
        let found = load::load_dir(&cleaned(&folder), cx.out)?;
        let m = found.metadata;
        return Ok(vec![Known { version: m.version, app_version: m.app_version, description: m.description }]);
    }
    let alias = d.repository.strip_prefix('@').or_else(|| d.repository.strip_prefix("alias:"));
    let added = repositories.entries.iter().find(|e| match alias {
        Some(alias) => e.name == alias,
        None => equal(&e.url, &d.repository),
    });
    match (added, alias) {
        (Some(entry), _) => versions::in_index(&versions::index_of(cx, at, entry)?, &d.name, &d.repository),
        (None, Some(alias)) => Err(format!("repo {alias} not found").into()),
        (None, None) => {
            let entry = Entry { url: d.repository.clone(), ..Entry::default() };
            let index = fetch_index(getter, &entry, cx.out).map_err(|e| e.to_string())?;
            versions::in_index(&index, &d.name, &d.repository)
        }
    }
}

fn releases(cx: &Context<'_>) -> Result<Vec<Row>, CliError> {
    let at = places(cx);
    let repositories = Repositories::load_or_empty(&at.repositories).map_err(|e| e.to_string())?;
    let mut indexes = Vec::new();
    for entry in &repositories.entries {
        indexes.push((entry, versions::index_of(cx, &at, entry)?));
    }
    if indexes.is_empty() {
        return Err(
            CliError::new("no repositories configured").hint("releases are looked for in what `repo add` added")
        );
    }
    let session = Session::open(cx)?;
    let namespace = if cx.args.on("all-namespaces") { "" } else { &session.namespace };
    let options = ListOptions {
        states: States::default(),
        name_filter: None,
        selector: "",
        by_date: false,
        reverse: false,
        limit: 0,
        offset: 0,
    };
    let found =
        session.with(cx, namespace, |actions| list::run(actions, &options).map_err(|e| e.to_string().into()))?;
    let mut rows = Vec::new();
    for r in found {
        let of_chart = |key: &str| r.chart.pointer(&format!("/metadata/{key}")).and_then(|v| v.as_str());
        let (Some(name), Some(current)) = (of_chart("name"), of_chart("version")) else { continue };
        let mut best: Option<(Version, Row)> = None;
        for (entry, index) in &indexes {
            let Ok(known) = versions::in_index(index, name, &entry.name) else { continue };
            let Some(latest) = newest(cx, &known)? else { continue };
            let Ok(version) = Version::new(latest.version.as_str()) else { continue };
            if best.as_ref().is_none_or(|(b, _)| version.compare(b).is_gt()) {
                let row = Row {
                    name: r.name.clone(),
                    namespace: r.namespace.clone(),
                    chart: name.to_owned(),
                    current: current.to_owned(),
                    allowed: String::new(),
                    latest: latest.version.clone(),
                    repository: entry.name.clone(),
                };
                best = Some((version, row));
            }
        }
        rows.extend(best.map(|(_, row)| row));
    }
    Ok(rows)
}
