//! Charts as artifacts: a manifest, the chart's metadata as its configuration, the archive and perhaps its provenance
//! file as layers.

use pintle_chart::Metadata;
use pintle_chart::log::LogSink;
use serde_json::{Value, json};

use super::http::{Call, Connection, SMALL};
use super::upload::upload;
use super::{Reference, Registry, UNDERSCORE};
use crate::{Result, fail, files};

const CONFIG: &str = "application/vnd.cncf.helm.config.v1+json";
const CHART: &str = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";
const PROVENANCE: &str = "application/vnd.cncf.helm.chart.provenance.v1.prov";
/// What charts were before they had a type of their own.
const LEGACY: &str = "application/tar+gzip";
const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
/// Manifests that are understood where one is asked for.
pub(super) const MANIFESTS: &str = "application/vnd.docker.distribution.manifest.v2+json, \
    application/vnd.docker.distribution.manifest.list.v2+json, application/vnd.oci.image.manifest.v1+json, \
    application/vnd.oci.image.index.v1+json, application/vnd.oci.artifact.manifest.v1+json";
/// The most that a layer may be, in bytes.
const LARGE: u64 = 512 << 20;

/// A chart that was pulled.
#[derive(Clone, Debug, Default)]
pub struct Pulled {
    /// Digest of the manifest.
    pub digest: String,
    /// The archive; empty where it was not wanted.
    pub chart: Vec<u8>,
    /// The provenance file; empty where it was not wanted.
    pub provenance: Vec<u8>,
}

/// A chart that was pushed.
#[derive(Clone, Debug)]
pub struct Pushed {
    /// Where it lies now.
    pub reference: String,
    /// Digest of the manifest.
    pub digest: String,
}

/// A blob that a manifest names.
#[derive(Clone, Debug)]
pub(super) struct Layer {
    pub media_type: String,
    pub digest: String,
    pub size: u64,
}

impl Layer {
    fn of(media_type: &str, data: &[u8]) -> Layer {
        let digest = format!("sha256:{}", files::digest(data));
        Layer { media_type: media_type.to_owned(), digest, size: data.len() as u64 }
    }

    pub(super) fn read(v: &Value) -> Option<Layer> {
        let text = |key: &str| v.get(key)?.as_str().map(str::to_owned);
        Some(Layer { media_type: text("mediaType")?, digest: text("digest")?, size: v.get("size")?.as_u64()? })
    }

    fn json(&self) -> Value {
        json!({ "mediaType": self.media_type, "digest": self.digest, "size": self.size })
    }
}

/// What ORAS says of a copy that failed.
pub(super) fn from_source(op: &str, e: &crate::Error) -> crate::Error {
    crate::Error::Text(format!("failed to perform {op:?} on source: {e}"))
}

/// What a token must allow for pulling.
pub(super) fn pull_scope(r: &Reference) -> String {
    format!("repository:{}:pull", r.repository)
}

/// A manifest, and its digest, which is what was promised.
pub(super) fn manifest(connection: &Connection<'_>, r: &Reference) -> Result<(String, Value)> {
    let scope = pull_scope(r);
    let url = connection.at(&format!("/v2/{}/manifests/{}", r.repository, r.wanted()));
    let call = Call { method: "GET", accept: MANIFESTS, limit: SMALL, scope: &scope, ..Call::default() };
    let answer = connection.send(&url, call).map_err(|e| from_source("FetchReference", &e))?;
    match answer.status {
        200 => {}
        404 => return Err(from_source("FetchReference", &crate::Error::Text(format!("{r}: not found")))),
        _ => return answer.error().map_err(|e| from_source("FetchReference", &e)),
    }
    let digest = format!("sha256:{}", files::digest(&answer.body));
    let told = answer.header("docker-content-digest").unwrap_or(&digest);
    if told != digest || (!r.digest.is_empty() && r.digest != digest) {
        let wanted = if r.digest.is_empty() { told } else { &r.digest };
        return fail(format!("{}: mismatch digest: got {digest}, expected {wanted}", answer.what));
    }
    let manifest = serde_json::from_slice(&answer.body).or_else(|e| fail(format!("{}: {e}", answer.what)))?;
    Ok((digest, manifest))
}

impl Registry<'_> {
    /// Pulls a chart's archive, or its provenance file (`Client.Pull`); `log` is told what Helm says of it.
    ///
    /// # Errors
    /// What the registry says, artifacts that are no charts, bytes that are not what their digest promises.
    pub fn pull(&self, r: &Reference, provenance: bool, log: &dyn LogSink) -> Result<Pulled> {
        let connection = self.connect(&r.registry)?;
        let scope = pull_scope(r);
        let (digest, manifest) = manifest(&connection, r)?;
        let config = manifest.get("config").and_then(Layer::read);
        let layers = manifest.get("layers").and_then(Value::as_array);
        let layers: Vec<Layer> = layers.into_iter().flatten().filter_map(Layer::read).collect();
        let config = config.filter(|c| c.media_type == CONFIG);
        let wanted: &[&str] = if provenance { &[PROVENANCE] } else { &[CHART, LEGACY] };
        let found: Vec<&Layer> = layers.iter().filter(|l| wanted.contains(&l.media_type.as_str())).collect();
        // the manifest counts, too
        let count = 1 + usize::from(config.is_some()) + found.len();
        if count < 2 {
            return fail(format!(
                "manifest does not contain minimum number of descriptors (2), descriptors found: {count}"
            ));
        }
        let Some(config) = config else { return fail(format!("could not load config with mediatype {CONFIG}")) };
        let Some(layer) = found.last() else {
            let kind = if provenance { PROVENANCE } else { CHART };
            return fail(format!("manifest does not contain a layer with mediatype {kind}"));
        };
        if layer.media_type == LEGACY {
            log.say(&format!("Warning: chart media type {LEGACY} is deprecated"));
        }
        let metadata = blob(&connection, r, &config, &scope).map_err(|e| from_source("Fetch", &e))?;
        if !serde_json::from_slice::<Value>(&metadata).is_ok_and(|v| v.is_object()) {
            return fail(format!("{r}: the chart's metadata is no JSON object"));
        }
        let data = blob(&connection, r, layer, &scope).map_err(|e| from_source("Fetch", &e))?;
        log.say(&format!("Pulled: {r}"));
        log.say(&format!("Digest: {digest}"));
        if r.to_string().contains('_') {
            log.say(&format!("{r} contains an underscore.\n{UNDERSCORE}"));
        }
        let (chart, provenance) = if provenance { (Vec::new(), data) } else { (data, Vec::new()) };
        Ok(Pulled { digest, chart, provenance })
    }

    /// Pushes the archive of a chart and perhaps its provenance file below `remote`, under the chart's name and version
    /// (`OCIPusher.push`). `created` is when the archive was written (RFC 3339).
    ///
    /// # Errors
    /// What the registry says.
    pub fn push(
        &self,
        meta: &Metadata,
        archive: &[u8],
        provenance: Option<&[u8]>,
        remote: &str,
        created: &str,
        log: &dyn LogSink,
    ) -> Result<Pushed> {
        let base = remote.strip_prefix("oci://").unwrap_or(remote);
        let base = files::clean(std::path::Path::new(base));
        let r = Reference::parse(&format!("{}/{}:{}", base.display(), meta.name, meta.version))?;

        let config_data = pintle_chart::json::go_text(&meta.to_json()).into_bytes();
        let mut blobs = vec![(Layer::of(CHART, archive), archive)];
        blobs.extend(provenance.map(|p| (Layer::of(PROVENANCE, p), p)));
        blobs.sort_by(|a, b| a.0.digest.cmp(&b.0.digest));
        let config = Layer::of(CONFIG, &config_data);
        let layers: Vec<Value> = blobs.iter().map(|(l, _)| l.json()).collect();
        let annotations: Value = annotations(meta, created).into_iter().map(|(k, v)| (k, Value::from(v))).collect();
        let manifest = json!({
            "schemaVersion": 2,
            "config": config.json(),
            "layers": layers,
            "annotations": annotations,
        });
        let manifest = pintle_chart::json::go_text(&manifest).into_bytes();
        let digest = format!("sha256:{}", files::digest(&manifest));

        let connection = self.connect(&r.registry)?;
        let scope = format!("repository:{}:pull,push", r.repository);
        let failed =
            |op: &str, e: crate::Error| crate::Error::Text(format!("failed to perform {op:?} on destination: {e}"));
        let at = format!("/v2/{}/manifests", r.repository);
        let known = exists(&connection, &connection.at(&format!("{at}/{digest}")), &scope);
        if !known.map_err(|e| failed("Exists", e))? {
            blobs.push((config, &config_data));
            for (layer, data) in &blobs {
                let url = connection.at(&format!("/v2/{}/blobs/{}", r.repository, layer.digest));
                if !exists(&connection, &url, &scope).map_err(|e| failed("Exists", e))? {
                    upload(&connection, &r, layer, data, &scope).map_err(|e| failed("Push", e))?;
                }
            }
        }
        let call = Call {
            method: "PUT",
            content_type: MANIFEST,
            body: Some(&manifest),
            limit: SMALL,
            scope: &scope,
            ..Call::default()
        };
        let answer = connection.send(&connection.at(&format!("{at}/{}", r.tag)), call);
        let answer = answer.map_err(|e| failed("PushReference", e))?;
        if answer.status != 201 {
            return answer.error().map_err(|e| failed("PushReference", e));
        }
        let reference = r.to_string();
        log.say(&format!("Pushed: {reference}"));
        log.say(&format!("Digest: {digest}"));
        if r.tag.contains('_') {
            log.say(&format!("{reference} contains an underscore.\n{UNDERSCORE}"));
        }
        Ok(Pushed { reference, digest })
    }
}

fn exists(connection: &Connection<'_>, url: &str, scope: &str) -> Result<bool> {
    let call = Call { method: "HEAD", accept: MANIFEST, limit: SMALL, scope, ..Call::default() };
    let answer = connection.send(url, call)?;
    match answer.status {
        200 => Ok(true),
        404 => Ok(false),
        _ => answer.error(),
    }
}

pub(super) fn blob(connection: &Connection<'_>, r: &Reference, layer: &Layer, scope: &str) -> Result<Vec<u8>> {
    let url = connection.at(&format!("/v2/{}/blobs/{}", r.repository, layer.digest));
    let call = Call { method: "GET", limit: layer.size.min(LARGE) + 1, scope, ..Call::default() };
    let answer = connection.send(&url, call)?;
    match answer.status {
        200 => {}
        404 => return fail(format!("{}: not found", layer.digest)),
        _ => return answer.error(),
    }
    let digest = format!("sha256:{}", files::digest(&answer.body));
    if answer.body.len() as u64 != layer.size || digest != layer.digest {
        return fail(format!("{}: mismatched digest: got {digest}, expected {}", answer.what, layer.digest));
    }
    Ok(answer.body)
}

/// A manifest's annotations, by name: what the chart tells, and its own, which may not change title and version.
fn annotations(meta: &Metadata, created: &str) -> std::collections::BTreeMap<String, String> {
    let of = |name: &str| format!("org.opencontainers.image.{name}");
    let mut authors = String::new();
    for (i, m) in meta.maintainers.iter().enumerate() {
        if i > 0 {
            authors += ", ";
        }
        authors += &m.name;
        if !m.email.is_empty() {
            authors += &format!(" ({})", m.email);
        }
    }
    let source = meta.sources.first().cloned().unwrap_or_default();
    let told = [
        ("description", meta.description.as_str()),
        ("title", &meta.name),
        ("version", &meta.version),
        ("url", &meta.home),
        ("created", created),
        ("source", &source),
        ("authors", &authors),
    ];
    let told = told.into_iter().filter(|(_, v)| !v.trim().is_empty());
    let mut all: std::collections::BTreeMap<String, String> = told.map(|(k, v)| (of(k), v.to_owned())).collect();
    for (key, value) in meta.annotations.iter().flatten() {
        if *key != of("title") && *key != of("version") {
            all.insert(key.clone(), value.clone());
        }
    }
    all
}
