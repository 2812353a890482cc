//! What `list` shows of a record, read without the rest: a record is mostly templates and manifests.
//!
//! Records come one by one and are read one by one: only the newest revision of a release, and only as many releases as are
//! shown. Nothing else of a long list is kept.

use std::collections::BinaryHeap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::{Info, Labels, ObjectKind, Release, Status, Time, codec};

/// Which records are asked for.
#[derive(Default)]
pub struct Wanted<'w> {
    /// Of each release, the newest revision is enough.
    pub newest: bool,
    /// Names that count; none means all.
    pub name: Option<&'w dyn Fn(&str) -> bool>,
    /// Only so many of the releases that are [shown](Wanted::shows) are needed, by name and namespace.
    pub first: Option<usize>,
    /// Whether a release is shown; none means all.
    pub shows: Option<&'w dyn Fn(&Release) -> bool>,
    /// Whether labels are of use after that.
    pub labels: bool,
}

/// A record as it is stored, unread.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Packed {
    /// Namespace of its object.
    pub namespace: String,
    /// Labels of its object.
    pub labels: Labels,
    /// The encoded record, without a Secret's own base64.
    pub record: Vec<u8>,
}

impl Packed {
    /// From the JSON of an object; none when it is no such object.
    pub fn from_json(kind: ObjectKind, object: &[u8]) -> Option<Packed> {
        let Stored { metadata, data } = serde_json::from_slice(object).ok()?;
        let record = match kind {
            ObjectKind::Secret => STANDARD.decode(data.release).ok()?,
            ObjectKind::ConfigMap => data.release.into_bytes(),
        };
        Some(Packed { namespace: metadata.namespace, labels: metadata.labels, record })
    }

    /// Namespace and name of the release, and its revision, as the labels have them.
    fn place(&self) -> Option<((String, String), i64)> {
        let revision = self.labels.get("version")?.parse().ok()?;
        Some(((self.namespace.clone(), self.labels.get("name")?.clone()), revision))
    }
}

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

/// A record without values, manifest, hooks and most of the chart.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Short {
    name: Option<String>,
    info: Option<ShortInfo>,
    chart: Option<ShortChart>,
    version: Option<i64>,
    namespace: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct ShortInfo {
    last_deployed: Option<Time>,
    status: Option<Status>,
}

#[derive(Deserialize)]
struct ShortChart {
    #[serde(default)]
    metadata: Option<ShortMetadata>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct ShortMetadata {
    name: Option<Value>,
    version: Option<Value>,
    app_version: Option<Value>,
}

impl ShortChart {
    fn into_json(self) -> Value {
        let mut map = Map::with_capacity(1);
        map.insert("metadata".to_owned(), self.metadata.map_or(Value::Null, ShortMetadata::into_json));
        Value::Object(map)
    }
}

impl ShortMetadata {
    fn into_json(self) -> Value {
        let fields = [("name", self.name), ("version", self.version), ("appVersion", self.app_version)];
        // there are thousands of them: no more room than is needed
        let mut map = Map::with_capacity(fields.len());
        map.extend(fields.into_iter().filter_map(|(k, v)| Some((k.to_owned(), v?))));
        Value::Object(map)
    }
}

/// Records that come one by one.
pub(crate) struct Summaries<'w> {
    wanted: &'w Wanted<'w>,
    done: Vec<Release>,
    /// The newest revision so far of the release that came last: stores give the revisions of a release one after another.
    last: Option<((String, String), i64, Packed)>,
    /// Whether they did not, so that a release may be in `done` more than once.
    mixed: bool,
    /// Name and namespace of what is shown, as many as are wanted.
    shown: BinaryHeap<(String, String)>,
    /// Records that cannot be read, or that need another look at the whole list.
    failed: usize,
}

impl<'w> Summaries<'w> {
    pub(crate) fn new(wanted: &'w Wanted<'w>) -> Self {
        Summaries { wanted, done: Vec::new(), last: None, mixed: false, shown: BinaryHeap::new(), failed: 0 }
    }

    /// Takes in a record; none for an object that cannot be read.
    pub(crate) fn add(&mut self, packed: Option<Packed>) {
        let Some(packed) = packed else {
            self.failed += 1;
            return;
        };
        let place = if self.wanted.newest { packed.place() } else { None };
        let Some((release, revision)) = place else {
            self.read(packed);
            return;
        };
        if self.wanted.name.is_some_and(|counts| !counts(&release.1)) {
            return;
        }
        match &mut self.last {
            Some((last, newest, kept)) if *last == release => {
                if *newest <= revision {
                    (*newest, *kept) = (revision, packed);
                }
            }
            last => {
                self.mixed |= last.as_ref().is_some_and(|(last, ..)| is_before(&release, last));
                self.read_last();
                self.last = Some((release, revision, packed));
            }
        }
    }

    /// All that was read (a release may be there in more than one revision), and how many records could not be.
    pub(crate) fn finish(mut self) -> (Vec<Release>, usize) {
        self.read_last();
        // releases may have been passed over for one whose newest revision, which came later, is not shown
        let passed_over = self.mixed && self.wanted.first.is_some();
        (self.done, self.failed + usize::from(passed_over))
    }

    fn read_last(&mut self) {
        let Some((release, _, packed)) = self.last.take() else { return };
        let by_name = (release.1, release.0);
        let Some(first) = self.wanted.first else {
            self.read(packed);
            return;
        };
        if self.shown.len() >= first && self.shown.peek().is_some_and(|last| *last < by_name) {
            return;
        }
        if self.read(packed) {
            self.shown.push(by_name);
            if self.shown.len() > first {
                self.shown.pop();
            }
        }
    }

    /// Reads a record; gives whether the release is shown.
    fn read(&mut self, packed: Packed) -> bool {
        let Some(mut short) = decode(packed) else {
            self.failed += 1;
            return false;
        };
        let shown = self.wanted.shows.is_none_or(|shows| shows(&short));
        if !self.wanted.labels {
            short.labels = Labels::new();
        }
        self.done.push(short);
        shown
    }
}

/// Whether the records of one release stand before those of another in a store, which goes by namespace and key.
fn is_before(one: &(String, String), other: &(String, String)) -> bool {
    let key = |name: &str| format!("{name}.v");
    (&one.0, key(&one.1)) < (&other.0, key(&other.1))
}

fn decode(packed: Packed) -> Option<Release> {
    let json = codec::decode_bytes(std::str::from_utf8(&packed.record).ok()?).ok()?;
    let short: Short = serde_json::from_slice(&json).ok()?;
    let info = short.info.unwrap_or_default();
    Some(Release {
        name: short.name.unwrap_or_default(),
        info: Info {
            last_deployed: info.last_deployed.unwrap_or_default(),
            status: info.status.unwrap_or_default(),
            ..Info::default()
        },
        chart: short.chart.map_or(Value::Null, ShortChart::into_json),
        version: short.version.unwrap_or_default(),
        namespace: short.namespace.unwrap_or_default(),
        labels: packed.labels,
        ..Release::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn stored(name: &str, version: i64, status: Status) -> Vec<u8> {
        let mut release = Release { name: name.into(), namespace: "n".into(), version, ..Release::default() };
        release.set_status(status, "x");
        release.chart =
            json!({"metadata": {"name": "c", "version": "1.0.0"}, "templates": [{"name": "t", "data": "eA=="}]});
        release.manifest = "a: b\n".repeat(100);
        let data = STANDARD.encode(codec::encode(&release).unwrap());
        let labels = json!({"name": name, "owner": "helm", "status": "deployed", "version": version.to_string()});
        json!({"metadata": {"name": "x", "namespace": "n", "labels": labels}, "data": {"release": data}})
            .to_string()
            .into()
    }

    fn summaries(wanted: &Wanted<'_>, records: &[(&str, i64, Status)]) -> (Vec<Release>, usize) {
        let mut summaries = Summaries::new(wanted);
        for (name, version, status) in records {
            summaries.add(Packed::from_json(ObjectKind::Secret, &stored(name, *version, status.clone())));
        }
        summaries.finish()
    }

    fn names(found: &[Release]) -> Vec<String> {
        let mut names: Vec<String> = found.iter().map(|r| format!("{}.{}", r.name, r.version)).collect();
        names.sort();
        names
    }

    #[test]
    fn newest_revisions_without_their_weight() {
        let (dep, wanted) = (Status::DEPLOYED, Wanted { newest: true, ..Wanted::default() });
        let records = [("a", 10), ("a", 9), ("a", 11), ("a", 2), ("b", 1)].map(|(n, v)| (n, v, dep.clone()));
        let (found, failed) = summaries(&wanted, &records);
        assert_eq!((names(&found), failed), (vec!["a.11".to_owned(), "b.1".to_owned()], 0));
        assert_eq!(found[0].chart_name_version(), "c-1.0.0");
        assert_eq!(found[0].info.status, Status::DEPLOYED);
        assert!(found[0].manifest.is_empty() && found[0].labels.is_empty());
        let labelled = Wanted { newest: true, labels: true, ..Wanted::default() };
        assert_eq!(summaries(&labelled, &records).0[0].labels["name"], "a");
        assert_eq!(summaries(&Wanted::default(), &records).0.len(), 5);
        let mut broken = Summaries::new(&wanted);
        let record = br#"{"metadata":{"labels":{"name":"a","version":"1"}},"data":{"release":"bm8gYmFzZTY0"}}"#;
        broken.add(Packed::from_json(ObjectKind::Secret, record));
        assert_eq!(broken.finish().1, 1, "told, so that an older revision can be looked for");
    }

    #[test]
    fn no_more_than_are_shown() {
        let (good, bad) = (Status::DEPLOYED, Status::FAILED);
        let shows = |r: &Release| r.info.status == Status::DEPLOYED;
        let wanted = Wanted { newest: true, first: Some(2), shows: Some(&shows), ..Wanted::default() };
        let of = |records: &[(&str, i64, &Status)]| {
            let records: Vec<_> = records.iter().map(|(n, v, s)| (*n, *v, (*s).clone())).collect();
            let (found, failed) = summaries(&wanted, &records);
            (names(&found), failed)
        };
        let text = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>();
        let four = [("a", 1, &bad), ("b", 1, &good), ("c", 1, &good), ("d", 1, &good)];
        assert_eq!(of(&four), (text(&["a.1", "b.1", "c.1"]), 0), "a is not shown");
        // by key, a-b stands before a
        let hyphen = [("a-b", 1, &good), ("a-c", 1, &good), ("a", 1, &good), ("d", 1, &good)];
        assert_eq!(of(&hyphen), (text(&["a-b.1", "a-c.1", "a.1"]), 0));
        let dotted = [("a", 1, &good), ("a.v1", 1, &good), ("a", 2, &bad), ("b", 1, &good)];
        assert_eq!(of(&dotted).1, 1, "b may have been passed over for a, which is not shown");
        let only = |name: &str| name == "b";
        let wanted = Wanted { newest: true, name: Some(&only), ..Wanted::default() };
        let records = ["a", "b", "c"].map(|name| (name, 1, good.clone()));
        assert_eq!(names(&summaries(&wanted, &records).0), ["b.1"]);
    }
}
