//! Plugins as artifacts: the archive and perhaps its provenance file as layers, each under its file's name.

use serde_json::Value;

use super::chart::{Layer, blob, from_source, manifest, pull_scope};
use super::{Reference, Registry};
use crate::{Result, fail};

/// What a manifest of a plugin says that it is.
const ARTIFACT: &str = "application/vnd.helm.plugin.v1+json";
/// Where a layer has its file's name.
const TITLE: &str = "/annotations/org.opencontainers.image.title";

impl Registry<'_> {
    /// Pulls a plugin's archive and, if there is one, its provenance file (`Client.PullPlugin`); `name` is the
    /// plugin's, which its files' names begin with.
    ///
    /// # Errors
    /// What the registry says, artifacts that are no plugins, bytes that are not what their digest promises.
    pub fn pull_plugin(&self, r: &Reference, name: &str) -> Result<(Vec<u8>, Option<Vec<u8>>)> {
        let connection = self.connect(&r.registry)?;
        let (_, manifest) = manifest(&connection, r)?;
        check_kind(&manifest)?;
        let layers = manifest.get("layers").and_then(Value::as_array);
        let titled = |ending: &str| {
            layers.into_iter().flatten().find_map(|l| {
                let title = l.pointer(TITLE)?.as_str()?;
                let version = title.strip_prefix(name)?.strip_prefix('-')?;
                version.ends_with(ending).then(|| Layer::read(l))?
            })
        };
        let Some(archive) = titled(".tgz") else {
            return fail(format!("required layer matching pattern {name}-VERSION.tgz not found in manifest"));
        };
        let scope = pull_scope(r);
        let fetch = |layer: &Layer| blob(&connection, r, layer, &scope).map_err(|e| from_source("Fetch", &e));
        let provenance = titled(".tgz.prov").map(|l| fetch(&l)).transpose()?;
        Ok((fetch(&archive)?, provenance))
    }
}

/// Old artifacts say what they are by the type of their configuration.
fn check_kind(manifest: &Value) -> Result<()> {
    let text = |path: &str| manifest.pointer(path).and_then(Value::as_str).unwrap_or_default();
    match (text("/artifactType"), text("/config/mediaType")) {
        (ARTIFACT, _) | ("", ARTIFACT) => Ok(()),
        ("", config) => fail(format!("expected config media type {ARTIFACT} for legacy compatibility, got {config}")),
        (kind, _) => fail(format!("expected artifact type {ARTIFACT}, got {kind}")),
    }
}
