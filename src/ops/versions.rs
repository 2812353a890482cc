//! Which versions of a chart there are, wherever it comes from.

use pintle_go::semver::{Constraint, Version};
use pintle_registry::oci::is_oci;
use pintle_registry::{Entry, Getter, IndexFile, Repositories, fetch_index, index_file};

use super::repositories::{Places, unnamed};
use crate::Context;
use crate::error::CliError;

/// One version of a chart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// The chart's version.
    pub version: String,
    /// Of the application; registries do not tell it with their tags.
    pub app_version: String,
    /// What the chart is; the same.
    pub description: String,
}

/// The versions of a chart by reference: `oci://…`, a name of `--repo`, or `REPOSITORY/CHART`. Newest first.
///
/// # Errors
/// References that lead nowhere, servers that do not answer.
pub fn of(cx: &Context<'_>, at: &Places, getter: &Getter, reference: &str) -> Result<Vec<Known>, CliError> {
    if is_oci(reference) {
        return in_registry(cx, getter, reference);
    }
    if !cx.args.text("repo").is_empty() {
        let entry = unnamed(cx);
        let index = fetch_index(getter, &entry, cx.out).map_err(|e| e.to_string())?;
        return in_index(&index, reference, &entry.url);
    }
    let Some((name, chart)) = reference.split_once('/') else {
        return Err(CliError::new(format!("{reference:?} is no chart of a repository"))
            .hint("give REPOSITORY/CHART, oci://REGISTRY/CHART, or a name and --repo"));
    };
    let known = Repositories::load_or_empty(&at.repositories).map_err(|e| e.to_string())?;
    let Some(entry) = known.get(name) else { return Err(format!("repo {name} not found").into()) };
    in_index(&index_of(cx, at, entry)?, chart, name)
}

/// The tags of a repository that are versions.
///
/// # Errors
/// What the registry says.
pub fn in_registry(cx: &Context<'_>, getter: &Getter, reference: &str) -> Result<Vec<Known>, CliError> {
    let tags = super::oci::tags(cx, getter, reference)?;
    let known = |version| Known { version, app_version: String::new(), description: String::new() };
    Ok(tags.into_iter().map(known).collect())
}

/// The index of an added repository, as it was downloaded.
///
/// # Errors
/// Helm's text for one that is missing or broken.
pub fn index_of(cx: &Context<'_>, at: &Places, entry: &Entry) -> Result<IndexFile, CliError> {
    IndexFile::load_brief(&index_file(&at.repository_cache, &entry.name), cx.out)
        .map_err(|e| format!("no cached repo found. (try 'helm repo update'): {e}").into())
}

/// The versions of a chart in an index.
///
/// # Errors
/// A chart that is not there.
pub fn in_index(index: &IndexFile, chart: &str, place: &str) -> Result<Vec<Known>, CliError> {
    let Some(versions) = index.entries.get(chart) else {
        return Err(format!("chart {chart:?} not found in {place}").into());
    };
    let known = |v: &pintle_registry::ChartVersion| Known {
        version: v.version().to_owned(),
        app_version: v.metadata.app_version.clone(),
        description: v.metadata.description.clone(),
    };
    Ok(versions.iter().map(known).collect())
}

/// What `--version` and `--devel` let through; without them stable versions.
///
/// # Errors
/// A range that cannot be read.
pub fn wanted(cx: &Context<'_>) -> Result<Constraint, CliError> {
    let stable = if cx.args.on("devel") { ">0.0.0-0" } else { ">0.0.0" };
    let text = Some(cx.args.text("version")).filter(|v| !v.is_empty()).unwrap_or_else(|| stable.to_owned());
    Constraint::new(&text).map_err(|e| format!("an invalid version/constraint format: {e}").into())
}

/// Whether a version is one that is wanted.
pub fn fits(wanted: &Constraint, version: &str) -> bool {
    Version::new(version).is_ok_and(|v| wanted.check(&v))
}
