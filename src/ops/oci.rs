//! Charts and plugins in OCI registries, as the commands use them.

use pintle_chart::log::LogSink;
use pintle_registry::oci::{Reference, Registry};
use pintle_registry::{Getter, Request};

use super::dependencies::Fetched;
use super::repositories::{getter, request};
use crate::Context;

/// The tags of a repository (`oci://HOST/PATH`), newest version first.
///
/// # Errors
/// What the registry says.
pub fn tags(cx: &Context<'_>, getter: &Getter, repository: &str) -> Result<Vec<String>, String> {
    Registry::new(getter, &request(cx, "")).tags(repository).map_err(|e| e.to_string())
}

/// A chart and, where wanted, its provenance file.
///
/// # Errors
/// What the registry says.
pub fn fetch(getter: &Getter, request: &Request, reference: &str, provenance: bool, log: &dyn LogSink) -> Fetched {
    let registry = Registry::new(getter, request);
    let place = registry.resolve(reference, "").map_err(|e| e.to_string())?;
    let chart = registry.pull(&place, false, log).map_err(|e| e.to_string())?.chart;
    let prov = || registry.pull(&place, true, log).map(|p| p.provenance).map_err(|e| e.to_string());
    Ok((chart, provenance.then(prov)))
}

/// A plugin's archive and perhaps its provenance file. Without a tag the newest version is meant that `--version`
/// allows; Helm wants a tag.
///
/// # Errors
/// What the registry says.
pub fn fetch_plugin(cx: &Context<'_>, reference: &str, name: &str) -> Result<(Vec<u8>, Option<Vec<u8>>), String> {
    let (getter, request) = (getter(cx, None), request(cx, ""));
    let registry = Registry::new(&getter, &request);
    let mut place = Reference::parse(reference).map_err(|e| e.to_string())?;
    if place.wanted().is_empty() {
        place = registry.resolve(reference, &cx.args.text("version")).map_err(|e| e.to_string())?;
    }
    registry.pull_plugin(&place, name).map_err(|e| e.to_string())
}
