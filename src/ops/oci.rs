//! Charts in OCI registries, as the commands use them.

use pintle_registry::oci::Registry;

use super::dependencies::Fetched;
use super::repositories::{getter, request};
use crate::Context;

/// The tags of a repository (`oci://HOST/PATH`), newest version first.
///
/// # Errors
/// What the registry says.
pub fn tags(cx: &Context<'_>, repository: &str) -> Result<Vec<String>, String> {
    let (getter, request) = (getter(None), request(cx, ""));
    Registry::new(&getter, &request).tags(repository).map_err(|e| e.to_string())
}

/// A chart and, where wanted, its provenance file.
///
/// # Errors
/// What the registry says.
pub fn fetch(cx: &Context<'_>, reference: &str, provenance: bool) -> Fetched {
    let (getter, request) = (getter(None), request(cx, ""));
    let registry = Registry::new(&getter, &request);
    let place = registry.resolve(reference, "").map_err(|e| e.to_string())?;
    let chart = registry.pull(&place, false, cx.out).map_err(|e| e.to_string())?.chart;
    let prov = || registry.pull(&place, true, cx.out).map(|p| p.provenance).map_err(|e| e.to_string());
    Ok((chart, provenance.then(prov)))
}
