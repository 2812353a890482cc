//! Finding and loading the chart that a command names.

use std::path::{Path, PathBuf};

use pintle_chart::{Chart, deps, load};

use crate::Context;
use crate::error::CliError;

/// The release's name and its chart's place: what installing and rendering begin with (`runInstall`). `preset` is the
/// name that a command gives by itself.
///
/// # Errors
/// Arguments that do not fit together, or a chart that is not found.
pub fn named(cx: &Context<'_>, preset: Option<&str>) -> Result<(String, PathBuf), CliError> {
    let version = cx.args.text("version");
    cx.out.debug_record("Original chart version", &[("version", version.clone())]);
    if version.is_empty() && cx.args.on("devel") {
        cx.out.debug_record("setting version to >0.0.0-0", &[]);
    }
    let (name, reference) = super::name::name_and_chart(&cx.args, preset)?;
    let path = locate(cx, &reference)?;
    cx.out.debug_record("Chart path", &[("path", path.display().to_string())]);
    Ok((name, path))
}

/// Where the chart lies on this machine (`LocateChart`).
///
/// # Errors
/// Helm's text where it is not found.
pub fn locate(cx: &Context<'_>, name: &str) -> Result<PathBuf, CliError> {
    let name = name.trim();
    if cx.args.text("repo").is_empty() {
        let path = Path::new(name);
        if path.exists() {
            let abs = std::path::absolute(path).map_err(|e| e.to_string())?;
            // Go cleans the path, too: no `.`, no `..`
            let mut clean = PathBuf::new();
            for part in abs.components() {
                match part {
                    std::path::Component::ParentDir => {
                        clean.pop();
                    }
                    part => clean.push(part),
                }
            }
            return Ok(clean);
        }
        if path.is_absolute() || name.starts_with('.') {
            return Err(
                CliError::new(format!("path {name:?} not found")).hint("is the chart's folder or archive there?")
            );
        }
    }
    if !cx.args.text("repo").is_empty() || name.contains("://") || name.contains('/') {
        return Err(CliError::new(format!(
            "charts from repositories and registries are not available in this version of pintle: {name:?}"
        ))
        .hint("pull the chart with helm and give its path"));
    }
    Err(CliError::new(format!("non-absolute URLs should be in form of repo_name/path_to_chart, got: {name}")))
}

/// Reads an address. Downloads are not part of this version.
///
/// # Errors
/// Always, for now: what to do instead.
pub fn download(address: &str) -> Result<Vec<u8>, String> {
    Err(format!("reading addresses is not available in this version of pintle: download {address} and give its path"))
}

/// Loads a chart that is to be installed or rendered: application charts only, all dependencies there.
///
/// # Errors
/// Helm's text where it cannot be used.
pub fn load_installable(cx: &Context<'_>, path: &Path) -> Result<Chart, CliError> {
    let chart = load::load(path, cx.out)?;
    match chart.metadata.kind.as_str() {
        "" | "application" => {}
        kind => return Err(CliError::new(format!("{kind} charts are not installable"))),
    }
    if chart.metadata.deprecated {
        cx.out.note("level=WARN msg=\"this chart is deprecated\"");
    }
    if let Err(e) = deps::check_dependencies(&chart) {
        return Err(CliError::new(format!(
            "an error occurred while checking for chart dependencies. You may need to run 'helm dependency build' to fetch missing dependencies: {e}"
        )));
    }
    Ok(chart)
}
