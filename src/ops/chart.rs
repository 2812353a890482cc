//! Finding and loading the chart that a command names.

use std::path::{Path, PathBuf};

use pintle_chart::{Chart, deps, load};
use pintle_registry::{Address, Provenance, Request, find_in_repository};

use super::{dependencies, repositories};
use crate::Context;
use crate::error::CliError;

/// The release's name and its chart's place: what installing and rendering begin with (`runInstall`). `preset` is the
/// name that a command gives by itself.
///
/// # Errors
/// Arguments that do not fit together, or a chart that is not found.
pub fn named(cx: &Context<'_>, preset: Option<&str>) -> Result<(String, PathBuf), CliError> {
    cx.out.debug_record("Original chart version", &[("version", cx.args.text("version"))]);
    let version = wanted_version(cx, "setting version to >0.0.0-0");
    let (name, reference) = super::name::name_and_chart(&cx.args, preset)?;
    let path = locate_version(cx, &reference, &version)?;
    cx.out.debug_record("Chart path", &[("path", path.display().to_string())]);
    Ok((name, path))
}

/// The version that `--version` and `--devel` ask for; `told` is the debug record of the latter.
pub fn wanted_version(cx: &Context<'_>, told: &str) -> String {
    let version = cx.args.text("version");
    if version.is_empty() && cx.args.on("devel") {
        cx.out.debug_record(told, &[]);
        return ">0.0.0-0".to_owned();
    }
    version
}

/// Where the chart lies on this machine, fetched if it must be (`LocateChart`), for commands other than those of
/// [`named`].
///
/// # Errors
/// Helm's text where it is not found.
pub fn locate(cx: &Context<'_>, name: &str) -> Result<PathBuf, CliError> {
    let version = wanted_version(cx, "setting development version to >0.0.0-0");
    locate_version(cx, name, &version)
}

fn locate_version(cx: &Context<'_>, name: &str, version: &str) -> Result<PathBuf, CliError> {
    let (name, version) = (name.trim(), version.trim());
    let verifying = cx.args.on("verify");
    if cx.args.text("repo").is_empty() {
        let path = Path::new(name);
        if path.exists() {
            let abs = std::path::absolute(path).map_err(|e| e.to_string())?;
            let clean = cleaned(&abs);
            if verifying {
                let mut prov = clean.clone().into_os_string();
                prov.push(".prov");
                let file = clean.file_name().unwrap_or_default().to_string_lossy().into_owned();
                verify(cx, &clean, Some(Path::new(&prov)), &file, false)?;
            }
            return Ok(clean);
        }
        if path.is_absolute() || name.starts_with('.') {
            return Err(
                CliError::new(format!("path {name:?} not found")).hint("is the chart's folder or archive there?")
            );
        }
    }
    fetch(cx, name, version)
}

/// A path without `.` and `..`, as Go cleans it.
pub fn cleaned(path: &Path) -> PathBuf {
    use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
    std::ffi::OsString::from_vec(pintle_go::path::clean(path.as_os_str().as_bytes())).into()
}

/// Fetches a chart into the content cache.
fn fetch(cx: &Context<'_>, name: &str, version: &str) -> Result<PathBuf, CliError> {
    let (at, getter) = (repositories::places(cx), repositories::getter(cx, None));
    let repo = cx.args.text("repo");
    let mut request = repositories::request(cx, &repo);
    let mut reference = name.to_owned();
    if !repo.is_empty() {
        reference = find_in_repository(&getter, &repositories::unnamed(cx), name, version, cx.out)
            .map_err(|e| e.to_string())?;
        let same = match (Address::parse(&repo), Address::parse(&reference)) {
            (Ok(a), Ok(b)) => a.same_server(&b),
            _ => false,
        };
        if !same && !request.pass_credentials_all {
            // they are for the repository, not for wherever its index points
            (request.username, request.password) = Default::default();
        }
    }
    let verifying = cx.args.on("verify");
    let provenance = if verifying { Provenance::Always } else { Provenance::Never };
    let got = repositories::downloader(cx, &at, &getter, request, provenance)
        .to_cache(&reference, version)
        .map_err(|e| e.to_string())?;
    if verifying {
        verify(cx, &got.path, got.provenance.as_deref(), &got.name, false)?;
    }
    std::path::absolute(&got.path).map_err(|e| e.to_string().into())
}

/// Checks a chart against its provenance file; `name` is the file's name there, and `tell` says who signed it.
///
/// # Errors
/// What does not fit.
pub fn verify(
    cx: &Context<'_>,
    archive: &Path,
    provenance: Option<&Path>,
    name: &str,
    tell: bool,
) -> Result<(), CliError> {
    let beside = PathBuf::from(format!("{}.prov", archive.display()));
    let report = super::signing::verify(cx, archive, provenance.unwrap_or(&beside), name)?;
    if tell {
        cx.out.data(report);
    }
    Ok(())
}

/// Reads a file of values from an address.
///
/// # Errors
/// What fetching says.
pub fn download(cx: &Context<'_>, address: &str) -> Result<Vec<u8>, String> {
    let request = Request { repository: address.to_owned(), ..Request::default() };
    repositories::getter(cx, None).get(address, &request).map_err(|e| e.to_string())
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
        if cx.args.on("dependency-update") {
            dependencies::update(cx, path, dependencies::Options::default())?;
            return load::load(path, cx.out)
                .map_err(|e| format!("failed reloading chart after repo update: {e}").into());
        }
        return Err(CliError::new(format!(
            "an error occurred while checking for chart dependencies. You may need to run 'helm dependency build' to fetch missing dependencies: {e}"
        )));
    }
    Ok(chart)
}
