//! `package`: packs chart folders into archives.

use std::path::Path;

use pintle_chart::{deps, load, os_error, package};
use pintle_go::semver::Version;

use crate::Context;
use crate::error::{CliError, CliResult};
use crate::ops::dependencies;
use crate::ops::signing::{self, Extent, Passphrase};

pub fn run(cx: &Context<'_>) -> CliResult {
    let p = &cx.args;
    if p.args.is_empty() {
        return Err("need at least one argument, the path to the chart".into());
    }
    if p.on("sign") {
        if p.text("key").is_empty() {
            return Err("--key is required for signing a package".into());
        }
        if p.text("keyring").is_empty() {
            return Err("--keyring is required for signing a package".into());
        }
    }
    let epoch = match cx.settings.var("SOURCE_DATE_EPOCH") {
        "" => None,
        v => Some(v.parse().map_err(|_| format!("SOURCE_DATE_EPOCH must be a number of seconds, not {v:?}"))?),
    };
    let passphrase = Passphrase::new(Extent::Line);
    for arg in &p.args {
        let path = Path::new(arg);
        if let Err(e) = std::fs::metadata(path) {
            return Err(CliError::new(os_error("stat", path, &e)));
        }
        let abs = std::path::absolute(path).map_err(|e| e.to_string())?;
        if p.on("dependency-update") {
            dependencies::update(cx, &abs, dependencies::Options { quiet: true, ..Default::default() })?;
        }
        let mut chart = load::load_dir(&abs, cx.out)?;
        if let Some(v) = p.given("version") {
            chart.metadata.version = v;
        }
        Version::new(chart.metadata.version.as_str()).map_err(|e| e.to_string())?;
        if let Some(v) = p.given("app-version") {
            chart.metadata.app_version = v;
        }
        deps::check_dependencies(&chart)?;
        let dest = match p.text("destination").as_str() {
            "." => std::env::current_dir().map_err(|e| e.to_string())?,
            d => d.into(),
        };
        let file =
            package::save(&chart, &dest, package::Options { epoch }).map_err(|e| format!("failed to save: {e}"))?;
        if p.on("sign") {
            signing::sign(cx, &file, &passphrase)?;
        }
        cx.out.line(format!("Successfully packaged chart and saved it to: {}", file.display()));
    }
    Ok(())
}
