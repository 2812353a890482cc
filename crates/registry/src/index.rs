//! A repository's index: which charts there are in which versions, and where they lie (`pkg/repo/v1/index.go`).

use std::collections::BTreeMap;
use std::path::Path;

use pintle_chart::decode::{self, Decoder, Fields};
use pintle_chart::log::{Level, LogSink, Record};
use pintle_chart::{Metadata, Timestamp};
use pintle_go::Value;
use pintle_go::semver::{Constraint, Version};
use serde_json::{Map, Value as Json, json};

use crate::{Result, fail, files, quote};

/// The version of index files.
const API_VERSION: &str = "v1";

/// An index; charts by name, newest version first.
#[derive(Clone, Debug)]
pub struct IndexFile {
    /// `v1`
    pub api_version: String,
    /// When it was made.
    pub generated: Timestamp,
    /// Versions by chart.
    pub entries: BTreeMap<String, Vec<ChartVersion>>,
    /// Not used by Helm.
    pub public_keys: Vec<String>,
    /// For other programs.
    pub annotations: Option<BTreeMap<String, String>>,
}

/// One version of a chart in an index.
#[derive(Clone, Debug, Default)]
pub struct ChartVersion {
    /// What its Chart.yaml says.
    pub metadata: Metadata,
    /// Where it lies: absolute, or seen from the repository.
    pub urls: Vec<String>,
    /// When it was made.
    pub created: Timestamp,
    /// Not used by Helm.
    pub removed: bool,
    /// SHA-256 of the archive in hexadecimal digits, perhaps with `sha256:` before it.
    pub digest: String,
    /// Fields of Helm 2, kept as they are: checksum, engine, tillerVersion, url.
    pub(crate) deprecated: [String; 4],
}

const DEPRECATED: [&str; 4] = ["checksum", "engine", "tillerVersion", "url"];

impl Default for IndexFile {
    fn default() -> Self {
        IndexFile {
            api_version: API_VERSION.to_owned(),
            generated: Timestamp::now(),
            entries: BTreeMap::new(),
            public_keys: Vec::new(),
            annotations: None,
        }
    }
}

/// An entry as it was read; an empty one is `None`.
#[derive(Default)]
struct Raw {
    index: Option<IndexFile>,
    entries: BTreeMap<String, Vec<Option<ChartVersion>>>,
}

fn time(v: &Value, d: &mut Decoder, dst: &mut Timestamp) {
    match v {
        Value::Nil => {}
        Value::Str(s) => match Timestamp::parse_rfc3339(&s.to_str_lossy()) {
            Some(t) => *dst = t,
            None => {
                let s = pintle_go::strconv::quote(s.as_bytes());
                d.fail(format!("parsing time {s} as \"2006-01-02T15:04:05Z07:00\": cannot parse {s} as \"2006\""));
            }
        },
        _ => d.fail("Time.UnmarshalJSON: input is not a JSON string".to_owned()),
    }
}

impl Fields for Raw {
    const NAME: &'static str = "IndexFile";
    const TYPE: &'static str = "repo.IndexFile";
    const FIELDS: &'static [&'static str] =
        &["serverInfo", "apiVersion", "generated", "entries", "publicKeys", "annotations"];

    fn set(&mut self, field: &'static str, v: &Value, d: &mut Decoder) {
        let index = self.index.get_or_insert_with(|| IndexFile {
            api_version: String::new(),
            generated: Timestamp::ZERO,
            ..IndexFile::default()
        });
        match field {
            "apiVersion" => d.string(v, &mut index.api_version),
            "generated" => time(v, d, &mut index.generated),
            "publicKeys" => d.strings(v, &mut index.public_keys),
            "annotations" => d.string_map(v, &mut index.annotations),
            "entries" => match v {
                Value::Nil => {}
                Value::Map(m) => {
                    for (name, versions) in m.borrow().iter() {
                        let mut all = Vec::new();
                        d.items(versions, "repo.ChartVersions", &mut all, |d, v| {
                            if v.is_nil() {
                                return Some(None);
                            }
                            let mut one = ChartVersion::default();
                            d.structure(v, &mut one);
                            Some(Some(one))
                        });
                        self.entries.insert(name.to_str_lossy().into_owned(), all);
                    }
                }
                v => d.mismatch(v, "map[string]repo.ChartVersions"),
            },
            _ => {}
        }
    }
}

impl Fields for ChartVersion {
    const NAME: &'static str = "ChartVersion";
    const TYPE: &'static str = "repo.ChartVersion";
    const FIELDS: &'static [&'static str] = &[
        "urls",
        "created",
        "removed",
        "digest",
        "checksum",
        "engine",
        "tillerVersion",
        "url",
        "name",
        "home",
        "sources",
        "version",
        "description",
        "keywords",
        "maintainers",
        "icon",
        "apiVersion",
        "condition",
        "tags",
        "appVersion",
        "deprecated",
        "annotations",
        "kubeVersion",
        "dependencies",
        "type",
    ];

    fn set(&mut self, field: &'static str, v: &Value, d: &mut Decoder) {
        match field {
            "urls" => d.strings(v, &mut self.urls),
            "created" => time(v, d, &mut self.created),
            "removed" => d.boolean(v, &mut self.removed),
            "digest" => d.string(v, &mut self.digest),
            field => match DEPRECATED.iter().zip(&mut self.deprecated).find(|(name, _)| **name == field) {
                Some((_, text)) => d.string(v, text),
                None => self.metadata.set(field, v, d),
            },
        }
    }
}

impl ChartVersion {
    /// The chart's version.
    pub fn version(&self) -> &str {
        &self.metadata.version
    }

    pub(crate) fn to_json(&self) -> Json {
        let Json::Object(mut o) = self.metadata.to_json() else { return Json::Null };
        o.insert("urls".to_owned(), self.urls.iter().map(String::as_str).collect());
        o.insert("created".to_owned(), Json::from(self.created.to_rfc3339_nano()));
        if self.removed {
            o.insert("removed".to_owned(), Json::Bool(true));
        }
        let texts = [("digest", &self.digest)].into_iter().chain(DEPRECATED.into_iter().zip(&self.deprecated));
        for (name, text) in texts.filter(|(_, t)| !t.is_empty()) {
            o.insert(name.to_owned(), Json::from(text.as_str()));
        }
        Json::Object(o)
    }
}

impl IndexFile {
    /// Reads an index (`loadIndex`): JSON leniently, YAML strictly. Entries that are no charts are left out and told of.
    /// `source` is where it comes from, for those records.
    ///
    /// # Errors
    /// Helm's texts, e.g. `no API version specified`.
    pub fn parse(data: &[u8], source: &str, log: &dyn LogSink) -> Result<IndexFile> {
        const PREFIX: &str = "error unmarshaling JSON: while decoding JSON: ";
        if data.is_empty() {
            return fail("empty index.yaml file");
        }
        let mut raw = Raw::default();
        let decoded = match pintle_go::json::decode(data) {
            Ok(v) => decode::from_value(&v, &mut raw, false)
                .map_err(|e| e.0.strip_prefix(PREFIX).map(str::to_owned).unwrap_or(e.0)),
            Err(_) => match pintle_yaml::read_typed_strict(data) {
                Ok(v) => decode::from_value(&v, &mut raw, true).map_err(|e| e.0),
                Err(e) => Err(e.unmarshal_text()),
            },
        };
        decoded?;
        let mut index = raw.index.unwrap_or(IndexFile { api_version: String::new(), ..IndexFile::default() });
        for (name, versions) in raw.entries {
            let mut kept = Vec::with_capacity(versions.len());
            for version in versions.into_iter().rev() {
                let skip = |what: &str| {
                    let msg = format!("skipping loading invalid entry for chart {what}");
                    log.log(&Record { level: Level::Warn, msg: &msg, attrs: &[] });
                };
                let Some(mut v) = version else {
                    skip(&format!("{} from {source}: empty entry", quote(&name)));
                    continue;
                };
                if v.metadata.api_version.is_empty() {
                    v.metadata.api_version = "v1".to_owned();
                }
                match v.metadata.validate() {
                    // some servers leave aliases out
                    Err(e) if !e.0.starts_with("more than one dependency with name or alias") => {
                        skip(&format!("{} {} from {source}: {e}", quote(&name), quote(v.version())));
                    }
                    _ => kept.push(v),
                }
            }
            kept.reverse();
            index.entries.insert(name, kept);
        }
        index.sort();
        if index.api_version.is_empty() {
            return fail("no API version specified");
        }
        Ok(index)
    }

    /// Reads an index file.
    ///
    /// # Errors
    /// A file that cannot be read, and as [`IndexFile::parse`].
    pub fn load(path: &Path, log: &dyn LogSink) -> Result<IndexFile> {
        let data = files::read(path)?;
        let source = path.to_string_lossy();
        IndexFile::parse(&data, &source, log).or_else(|e| fail(format!("error loading {source}: {e}")))
    }

    /// Puts the newest version of each chart first.
    pub fn sort(&mut self) {
        for versions in self.entries.values_mut() {
            versions.sort_by_cached_key(|v| std::cmp::Reverse(Version::new(v.version()).ok().map(Ordered)));
        }
    }

    /// Adds what another index has and this one lacks, by name and version.
    pub fn merge(&mut self, other: IndexFile) {
        for version in other.entries.into_values().flatten() {
            if self.get(&version.metadata.name, version.version(), &pintle_chart::log::Discard).is_err() {
                self.entries.entry(version.metadata.name.clone()).or_default().push(version);
            }
        }
    }

    /// The version that is asked for: that very one, else the newest that a constraint allows, and without a version the
    /// newest stable one (`IndexFile.Get`).
    ///
    /// # Errors
    /// Helm's texts: `no chart name found`, `no chart version found for NAME-VERSION`.
    pub fn get(&self, name: &str, version: &str, log: &dyn LogSink) -> Result<&ChartVersion> {
        let Some(versions) = self.entries.get(name) else { return fail("no chart name found") };
        if versions.is_empty() {
            return fail("no chart version found");
        }
        let constraint =
            Constraint::new(if version.is_empty() { "*" } else { version }).or_else(|e| fail(e.to_string()))?;
        if let Some(v) = versions.iter().find(|v| !version.is_empty() && v.version() == version) {
            return Ok(v);
        }
        let fits = |v: &&ChartVersion| Version::new(v.version()).is_ok_and(|v| constraint.check(&v));
        let Some(v) = versions.iter().find(fits) else {
            return fail(format!("no chart version found for {name}-{version}"));
        };
        if !version.is_empty() {
            let range = is_range(version);
            let attrs = [
                ("chart", name.to_owned()),
                (if range { "constraint" } else { "requested" }, version.to_owned()),
                ("selected", v.version().to_owned()),
            ];
            let (level, msg) = if range {
                (Level::Debug, "selected version matching constraint")
            } else {
                (Level::Warn, "unable to find exact version requested; falling back to closest available version")
            };
            log.log(&Record { level, msg, attrs: &attrs });
        }
        Ok(v)
    }

    fn to_json(&self) -> Json {
        let mut o = Map::new();
        o.insert("apiVersion".to_owned(), Json::from(self.api_version.as_str()));
        o.insert("generated".to_owned(), Json::from(self.generated.to_rfc3339_nano()));
        let entries: Map<String, Json> =
            self.entries.iter().map(|(n, v)| (n.clone(), v.iter().map(ChartVersion::to_json).collect())).collect();
        o.insert("entries".to_owned(), Json::Object(entries));
        if !self.public_keys.is_empty() {
            o.insert("publicKeys".to_owned(), json!(self.public_keys));
        }
        if let Some(a) = self.annotations.as_ref().filter(|a| !a.is_empty()) {
            o.insert("annotations".to_owned(), json!(a));
        }
        Json::Object(o)
    }

    /// Writes it, as YAML or as JSON; the old file stays whole until then.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn write(&self, path: &Path, as_json: bool) -> Result<()> {
        let data = if as_json {
            let value = pintle_chart::json::to_value(&self.to_json());
            ordered_json(&self.to_json()).or_else(|_| {
                pintle_go::json::encode_indent(&value, "", "  ", true).map_err(|e| crate::Error::Text(e.0))
            })?
        } else {
            pintle_yaml::write(&pintle_chart::json::to_value(&self.to_json())).or_else(|e| fail(e.to_string()))?
        };
        files::write(path, &data, 0o644)
    }
}

/// JSON in the order of Go's structs, indented by two.
fn ordered_json(v: &Json) -> Result<Vec<u8>> {
    let text = serde_json::to_vec(v).or_else(|e| fail(e.to_string()))?;
    Ok(pintle_go::json::indent(&text, "", "  "))
}

/// Versions in the order that Helm sorts by.
pub(crate) struct Ordered(pub(crate) Version);

impl PartialEq for Ordered {
    fn eq(&self, o: &Self) -> bool {
        self.cmp(o).is_eq()
    }
}
impl Eq for Ordered {}
impl PartialOrd for Ordered {
    fn partial_cmp(&self, o: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(o))
    }
}
impl Ord for Ordered {
    fn cmp(&self, o: &Self) -> std::cmp::Ordering {
        self.0.compare(&o.0)
    }
}

/// Whether a version is a constraint and not one exact version.
fn is_range(version: &str) -> bool {
    if version.contains(['^', '~', '<', '>', '=', '!', '*']) || version.contains("||") || version.contains(" - ") {
        return true;
    }
    version.split(['-', '+']).next().is_some_and(|core| core.contains(['x', 'X']))
}

#[cfg(test)]
mod tests {
    use super::*;
    use pintle_chart::log::Lines;

    const INDEX: &str = "apiVersion: v1\nentries:\n  app:\n  - {name: app, version: 1.1.0, urls: [a]}\n  \
        - {name: app, version: 1.2.0, urls: [b]}\n  - {name: app, version: 2.0.0-rc.1, urls: [c]}\n";

    #[test]
    fn versions_are_found_as_helm_finds_them() {
        let log = Lines::default();
        let index = IndexFile::parse(INDEX.as_bytes(), "here", &log).unwrap();
        let get = |v| index.get("app", v, &log).map(|v| v.version().to_owned()).map_err(|e| e.to_string());
        assert_eq!(get("").as_deref(), Ok("1.2.0"));
        assert_eq!(get("1.1.0").as_deref(), Ok("1.1.0"));
        assert_eq!(get("~1.1").as_deref(), Ok("1.1.0"));
        assert_eq!(get(">0.0.0-0").as_deref(), Ok("2.0.0-rc.1"));
        assert_eq!(get("9"), Err("no chart version found for app-9".to_owned()));
        assert!(log.take().is_empty());
        assert_eq!(get("1.1").as_deref(), Ok("1.1.0"));
        assert!(log.take()[0].contains("falling back to closest available version"));
    }

    #[test]
    fn what_is_no_chart_is_left_out() {
        let log = Lines::default();
        let text = "apiVersion: v1\nentries:\n  a:\n  - null\n  - {version: 1.0.0}\n  - {name: a, version: 1.0.0}\n";
        let index = IndexFile::parse(text.as_bytes(), "here", &log).unwrap();
        assert_eq!(index.entries["a"].len(), 1);
        let lines = log.take();
        assert!(lines[0].contains("chart.metadata.name is required"), "{lines:?}");
        assert!(lines[1].contains("from here: empty entry"), "{lines:?}");
    }

    #[test]
    fn bad_indexes_are_refused() {
        let parse = |t: &str| IndexFile::parse(t.as_bytes(), "h", &pintle_chart::log::Discard).unwrap_err().to_string();
        assert_eq!(parse(""), "empty index.yaml file");
        assert_eq!(parse("entries: {}"), "no API version specified");
        assert_eq!(
            parse("apiVersion: v1\nodd: 1"),
            "error unmarshaling JSON: while decoding JSON: json: unknown field \"odd\""
        );
        assert!(parse("apiVersion: v1\napiVersion: v1").contains("already set in map"));
    }
}
