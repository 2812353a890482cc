//! `pull`: charts as archives, or unpacked (`pkg/action/pull.go`).

use std::path::{Path, PathBuf};

use pintle_registry::{Provenance, find_in_repository};

use crate::Context;
use crate::error::{CliError, CliResult};
use crate::ops::chart;
use crate::ops::repositories::{downloader, getter, places, request, unnamed};

pub fn run(cx: &Context<'_>) -> CliResult {
    let version = chart::wanted_version(cx, "setting version to >0.0.0-0");
    for reference in &cx.args.args {
        one(cx, reference, &version)?;
    }
    Ok(())
}

fn one(cx: &Context<'_>, reference: &str, version: &str) -> CliResult {
    let p = &cx.args;
    let destination = PathBuf::from(p.text("destination"));
    let untar = p.on("untar");
    let scratch = if untar {
        Some(tempfile::Builder::new().prefix("pintle-").tempdir().map_err(|e| format!("failed to untar: {e}"))?)
    } else {
        None
    };
    let (at, getter) = (places(cx), getter(cx, None));
    let mut source = reference.to_owned();
    let repo = p.text("repo");
    if !repo.is_empty() {
        source = find_in_repository(&getter, &unnamed(cx), reference, version, cx.out).map_err(|e| e.to_string())?;
    }
    let provenance = match (p.on("verify"), p.on("prov")) {
        (true, _) => Provenance::Always,
        (_, true) => Provenance::IfThere,
        _ => Provenance::Never,
    };
    let fetch = downloader(cx, &at, &getter, request(cx, &repo), provenance);
    let folder = scratch.as_ref().map_or(destination.as_path(), |s| s.path());
    let got = fetch.to_folder(&source, version, folder).map_err(|e| e.to_string())?;
    if let Some(warning) = &got.warning {
        cx.out.line(warning);
    }
    if p.on("verify") {
        chart::verify(cx, &got.path, got.provenance.as_deref(), &got.name, true)?;
    }
    if untar {
        unpack(cx, reference, &got.path, &destination)?;
    }
    Ok(())
}

fn unpack(cx: &Context<'_>, reference: &str, archive: &Path, destination: &Path) -> CliResult {
    let dir = cx.args.text("untardir");
    let dir = if Path::new(&dir).is_absolute() { PathBuf::from(dir) } else { destination.join(dir) };
    let dir: PathBuf = dir.components().collect();
    let name = reference.rsplit('/').next().unwrap_or(reference);
    let plain = dir.as_os_str().is_empty() || dir == Path::new(".");
    let target = if plain { PathBuf::from(name) } else { dir.join(name) };
    if target.exists() {
        return Err(CliError::new(format!(
            "failed to untar: a file or directory with the name {} already exists",
            target.display()
        )));
    }
    std::fs::create_dir_all(&target)
        .map_err(|e| format!("failed to untar (mkdir): {}", pintle_chart::os_error("mkdir", &target, &e)))?;
    let data = std::fs::read(archive).map_err(|e| pintle_chart::os_error("open", archive, &e))?;
    pintle_chart::package::expand(&dir, &data)?;
    Ok(())
}
