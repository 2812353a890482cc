//! Charts in OCI registries, as the commands use them.

use super::dependencies::Fetched;
use crate::Context;

const MISSING: &str = "OCI registries are not available in this version of pintle";

/// The tags of a repository (`oci://HOST/PATH`), newest version first.
///
/// # Errors
/// What the registry says.
pub fn tags(_cx: &Context<'_>, _repository: &str) -> Result<Vec<String>, String> {
    Err(MISSING.to_owned())
}

/// A chart and, where wanted, its provenance file.
///
/// # Errors
/// What the registry says.
pub fn fetch(_cx: &Context<'_>, _reference: &str, _provenance: bool) -> Fetched {
    Err(MISSING.to_owned())
}
