//! What `list` shows of a record, read without the rest: a record is mostly templates and manifests.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{Holder, Info, Labels, ObjectKind, Release, codec};

/// A Secret or ConfigMap with a record.
#[derive(Deserialize)]
struct Stored {
    metadata: Metadata,
    #[serde(default)]
    data: Data,
}

#[derive(Deserialize)]
struct Metadata {
    #[serde(default)]
    namespace: String,
    #[serde(default)]
    labels: Labels,
}

#[derive(Deserialize, Default)]
struct Data {
    #[serde(default)]
    release: String,
}

/// A record without values, manifest, hooks and the chart's files.
#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct Short {
    name: Option<String>,
    info: Option<Info>,
    chart: Option<ShortChart>,
    version: Option<i64>,
    namespace: Option<String>,
}

#[derive(Deserialize)]
struct ShortChart {
    #[serde(default)]
    metadata: Value,
}

/// Records that come one by one; of each release, the newest is kept.
#[derive(Default)]
pub(crate) struct Summaries {
    newest_only: bool,
    kind: Option<ObjectKind>,
    done: Vec<Release>,
    /// Namespace and name to revision, labels and packed record.
    newest: HashMap<(String, String), (i64, Labels, String)>,
    /// Records that cannot be ordered or read.
    pub(crate) failed: usize,
}

impl Summaries {
    pub(crate) fn new(kind: ObjectKind, newest_only: bool) -> Self {
        Summaries { newest_only, kind: Some(kind), ..Summaries::default() }
    }

    /// Takes in the JSON of an object.
    pub(crate) fn add(&mut self, object: &[u8]) {
        let Ok(Stored { metadata, data }) = serde_json::from_slice::<Stored>(object) else {
            self.failed += 1;
            return;
        };
        let revision = metadata.labels.get("version").and_then(|v| v.parse::<i64>().ok());
        let name = metadata.labels.get("name").cloned();
        let (Some(revision), Some(name), true) = (revision, name, self.newest_only) else {
            self.read(metadata.labels, &data.release);
            return;
        };
        match self.newest.entry((metadata.namespace, name)) {
            Entry::Occupied(mut slot) if slot.get().0 <= revision => {
                slot.insert((revision, metadata.labels, data.release));
            }
            Entry::Occupied(_) => {}
            Entry::Vacant(slot) => {
                slot.insert((revision, metadata.labels, data.release));
            }
        }
    }

    /// All that was read.
    pub(crate) fn finish(mut self) -> (Vec<Release>, usize) {
        for (_, (_, labels, packed)) in std::mem::take(&mut self.newest) {
            self.read(labels, &packed);
        }
        (self.done, self.failed)
    }

    fn read(&mut self, labels: Labels, packed: &str) {
        match self.decode(labels, packed) {
            Some(release) => self.done.push(release),
            None => self.failed += 1,
        }
    }

    fn decode(&self, labels: Labels, packed: &str) -> Option<Release> {
        let inner = match self.kind {
            Some(ObjectKind::Secret) => String::from_utf8(STANDARD.decode(packed).ok()?).ok()?,
            _ => packed.to_owned(),
        };
        let short: Short = serde_json::from_slice(&codec::decode_bytes(&inner).ok()?).ok()?;
        Some(Release {
            name: short.name.unwrap_or_default(),
            info: short.info.unwrap_or_default(),
            chart: short.chart.map_or(Value::Null, |c| json!({"metadata": c.metadata})),
            version: short.version.unwrap_or_default(),
            namespace: short.namespace.unwrap_or_default(),
            labels,
            holder: None::<Holder>,
            ..Release::default()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Status;

    fn stored(name: &str, version: i64) -> Vec<u8> {
        let mut release = Release { name: name.into(), namespace: "n".into(), version, ..Release::default() };
        release.set_status(Status::DEPLOYED, "x");
        release.chart =
            json!({"metadata": {"name": "c", "version": "1.0.0"}, "templates": [{"name": "t", "data": "eA=="}]});
        release.manifest = "a: b\n".repeat(100);
        let data = STANDARD.encode(codec::encode(&release).unwrap());
        let labels = json!({"name": name, "owner": "helm", "status": "deployed", "version": version.to_string()});
        json!({"metadata": {"name": "x", "namespace": "n", "labels": labels}, "data": {"release": data}})
            .to_string()
            .into()
    }

    #[test]
    fn newest_revisions_without_their_weight() {
        let list = |newest_only| {
            let mut summaries = Summaries::new(ObjectKind::Secret, newest_only);
            for (name, version) in [("a", 10), ("a", 9), ("b", 1), ("a", 11)] {
                summaries.add(&stored(name, version));
            }
            summaries.finish()
        };
        let (mut found, failed) = list(true);
        found.sort_by(|a, b| a.name.cmp(&b.name));
        let names: Vec<(&str, i64)> = found.iter().map(|r| (r.name.as_str(), r.version)).collect();
        assert_eq!((names.as_slice(), failed), ([("a", 11), ("b", 1)].as_slice(), 0));
        assert_eq!(found[0].chart_name_version(), "c-1.0.0");
        assert_eq!(found[0].info.status, Status::DEPLOYED);
        assert!(found[0].manifest.is_empty());
        assert_eq!(list(false).0.len(), 4);
        let mut broken = Summaries::new(ObjectKind::Secret, true);
        broken.add(br#"{"metadata":{"labels":{"name":"a","version":"1"}},"data":{"release":"no base64"}}"#);
        assert_eq!(broken.finish().1, 1, "told, so that an older revision can be looked for");
    }
}
