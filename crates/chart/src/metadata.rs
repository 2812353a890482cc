//! Chart.yaml, Chart.lock and the dependencies in both: reading, checking and writing them as Helm does.

use std::collections::BTreeMap;

use pintle_go::strconv::{is_print, quote};
use pintle_go::{GoStr, List, Map, Type, Value, semver};
use serde_json::{Map as JsonMap, Value as Json, json};

use crate::Timestamp;
use crate::decode::{self, DecodeError, Decoder, Fields};
use crate::gostd;

/// `apiVersion` of charts that keep dependencies in requirements.yaml.
pub const API_V1: &str = "v1";
/// `apiVersion` of charts that keep dependencies in Chart.yaml.
pub const API_V2: &str = "v2";

/// A rule of Chart.yaml that is not met; prints `validation: ...`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("validation: {0}")]
pub struct ValidationError(pub String);

/// Somebody who looks after a chart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Maintainer {
    /// Name of a person or organisation.
    pub name: String,
    /// Mail address.
    pub email: String,
    /// A page about them.
    pub url: String,
}

/// A chart that this chart depends on.
#[derive(Debug, Clone, Default)]
pub struct Dependency {
    /// Name, as in the dependency's own Chart.yaml (after processing: the alias).
    pub name: String,
    /// Version range; one version in a lock file.
    pub version: String,
    /// Repository address, `@name`, `alias:name`, `oci://` or `file://` reference.
    pub repository: String,
    /// Comma-separated paths of values that switch it on or off.
    pub condition: String,
    /// Tags that switch it on or off.
    pub tags: Vec<String>,
    /// Set while dependencies are processed.
    pub enabled: bool,
    /// Values that the parent takes over: strings, or maps of `child` and `parent`.
    pub import_values: Vec<Value>,
    /// Another name to use it under.
    pub alias: String,
}

/// The contents of Chart.yaml.
#[derive(Debug, Clone, Default)]
pub struct Metadata {
    /// Name of the chart.
    pub name: String,
    /// The project's page.
    pub home: String,
    /// Where its sources are.
    pub sources: Vec<String>,
    /// Semantic version of the chart.
    pub version: String,
    /// One sentence.
    pub description: String,
    /// Words to find it by.
    pub keywords: Vec<String>,
    /// Who looks after it.
    pub maintainers: Vec<Maintainer>,
    /// Address of a picture.
    pub icon: String,
    /// `v1` or `v2`.
    pub api_version: String,
    /// Condition to enable the chart (kept for old charts).
    pub condition: String,
    /// Tags to enable the chart (kept for old charts).
    pub tags: String,
    /// Version of what the chart installs.
    pub app_version: String,
    /// Whether the chart should no longer be used.
    pub deprecated: bool,
    /// Free annotations; `None` prints as null.
    pub annotations: Option<BTreeMap<String, String>>,
    /// Range of Kubernetes versions that it works with.
    pub kube_version: String,
    /// Dependencies; `None` when the key is absent, which stops their processing at this chart.
    pub dependencies: Option<Vec<Dependency>>,
    /// `application` (or empty) or `library`; `type` in the file.
    pub kind: String,
    /// Whether `maintainers` had a null item, which validation refuses.
    #[doc(hidden)]
    pub null_maintainer: bool,
    /// Whether `dependencies` had a null item, which validation refuses.
    #[doc(hidden)]
    pub null_dependency: bool,
}

/// The contents of Chart.lock.
#[derive(Debug, Clone, Default)]
pub struct Lock {
    /// When the file was made.
    pub generated: Timestamp,
    /// Hash of the dependencies in Chart.yaml and here.
    pub digest: String,
    /// One exact version each; `None` prints as null.
    pub dependencies: Option<Vec<Dependency>>,
}

impl Fields for Maintainer {
    const NAME: &'static str = "Maintainer";
    const TYPE: &'static str = "v2.Maintainer";
    const FIELDS: &'static [&'static str] = &["name", "email", "url"];
    fn set(&mut self, field: &'static str, v: &Value, d: &mut Decoder) {
        match field {
            "name" => d.string(v, &mut self.name),
            "email" => d.string(v, &mut self.email),
            _ => d.string(v, &mut self.url),
        }
    }
}

impl Fields for Dependency {
    const NAME: &'static str = "Dependency";
    const TYPE: &'static str = "v2.Dependency";
    const FIELDS: &'static [&'static str] =
        &["name", "version", "repository", "condition", "tags", "enabled", "import-values", "alias"];
    fn set(&mut self, field: &'static str, v: &Value, d: &mut Decoder) {
        match field {
            "name" => d.string(v, &mut self.name),
            "version" => d.string(v, &mut self.version),
            "repository" => d.string(v, &mut self.repository),
            "condition" => d.string(v, &mut self.condition),
            "tags" => d.strings(v, &mut self.tags),
            "enabled" => d.boolean(v, &mut self.enabled),
            "import-values" => {
                d.items(v, "[]interface {}", &mut self.import_values, |_, item| Some(decode::floated(item)));
            }
            _ => d.string(v, &mut self.alias),
        }
    }
}

/// A `[]*v2.Dependency` field; gives whether a null was among the items.
fn dependencies(v: &Value, d: &mut Decoder, dst: &mut Option<Vec<Dependency>>) -> bool {
    let (mut out, mut null) = (Vec::new(), false);
    let is_list = d.items(v, "[]*v2.Dependency", &mut out, |d, item| {
        if item.is_nil() {
            null = true;
            return None;
        }
        let mut dep = Dependency::default();
        d.structure(item, &mut dep);
        Some(dep)
    });
    if is_list || v.is_nil() {
        *dst = is_list.then_some(out);
    }
    null
}

impl Fields for Metadata {
    const NAME: &'static str = "Metadata";
    const TYPE: &'static str = "v2.Metadata";
    const FIELDS: &'static [&'static str] = &[
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
            "name" => d.string(v, &mut self.name),
            "home" => d.string(v, &mut self.home),
            "sources" => d.strings(v, &mut self.sources),
            "version" => d.string(v, &mut self.version),
            "description" => d.string(v, &mut self.description),
            "keywords" => d.strings(v, &mut self.keywords),
            "maintainers" => {
                let mut null = false;
                d.items(v, "[]*v2.Maintainer", &mut self.maintainers, |d, item| {
                    if item.is_nil() {
                        null = true;
                        return None;
                    }
                    let mut m = Maintainer::default();
                    d.structure(item, &mut m);
                    Some(m)
                });
                self.null_maintainer = null;
            }
            "icon" => d.string(v, &mut self.icon),
            "apiVersion" => d.string(v, &mut self.api_version),
            "condition" => d.string(v, &mut self.condition),
            "tags" => d.string(v, &mut self.tags),
            "appVersion" => d.string(v, &mut self.app_version),
            "deprecated" => d.boolean(v, &mut self.deprecated),
            "annotations" => d.string_map(v, &mut self.annotations),
            "kubeVersion" => d.string(v, &mut self.kube_version),
            "dependencies" => self.null_dependency = dependencies(v, d, &mut self.dependencies),
            _ => d.string(v, &mut self.kind),
        }
    }
}

impl Fields for Lock {
    const NAME: &'static str = "Lock";
    const TYPE: &'static str = "v2.Lock";
    const FIELDS: &'static [&'static str] = &["generated", "digest", "dependencies"];
    fn set(&mut self, field: &'static str, v: &Value, d: &mut Decoder) {
        match field {
            "generated" => match v {
                Value::Nil => {}
                Value::Str(s) => match Timestamp::parse_rfc3339(&s.to_str_lossy()) {
                    Some(t) => self.generated = t,
                    None => d.fail(format!(
                        "parsing time {} as \"2006-01-02T15:04:05Z07:00\": cannot parse {} as \"2006\"",
                        quote(s),
                        quote(s)
                    )),
                },
                _ => d.fail("Time.UnmarshalJSON: input is not a JSON string".to_owned()),
            },
            "digest" => d.string(v, &mut self.digest),
            _ => {
                dependencies(v, d, &mut self.dependencies);
            }
        }
    }
}

/// Only printable characters, and every kind of white space a space.
fn sanitize(s: &mut String) {
    if s.bytes().all(|b| (b' '..=b'~').contains(&b)) {
        return;
    }
    *s = s
        .chars()
        .filter_map(|c| if gostd::is_space(c) { Some(' ') } else { is_print(c.into()).then_some(c) })
        .collect();
}

fn invalid<T>(message: impl Into<String>) -> Result<T, ValidationError> {
    Err(ValidationError(message.into()))
}

impl Maintainer {
    fn to_json(&self) -> Json {
        let mut o = JsonMap::new();
        put_text(&mut o, "name", &self.name);
        put_text(&mut o, "email", &self.email);
        put_text(&mut o, "url", &self.url);
        Json::Object(o)
    }
}

fn put_text(o: &mut JsonMap<String, Json>, key: &str, value: &str) {
    if !value.is_empty() {
        o.insert(key.to_owned(), Json::from(value));
    }
}

fn put_texts(o: &mut JsonMap<String, Json>, key: &str, value: &[String]) {
    if !value.is_empty() {
        o.insert(key.to_owned(), Json::from(value));
    }
}

impl Dependency {
    /// Cleans the texts and checks the alias, as Helm does whenever a chart is loaded.
    pub fn validate(&mut self) -> Result<(), ValidationError> {
        for s in [&mut self.name, &mut self.version, &mut self.repository, &mut self.condition] {
            sanitize(s);
        }
        self.tags.iter_mut().for_each(sanitize);
        let word = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
        if !self.alias.bytes().all(word) {
            let name = quote(self.name.as_bytes());
            return invalid(format!("dependency {name} has disallowed characters in the alias"));
        }
        Ok(())
    }

    /// JSON in the order of Go's struct.
    pub fn to_json(&self) -> Json {
        let mut o = JsonMap::new();
        o.insert("name".to_owned(), Json::from(self.name.as_str()));
        put_text(&mut o, "version", &self.version);
        o.insert("repository".to_owned(), Json::from(self.repository.as_str()));
        put_text(&mut o, "condition", &self.condition);
        put_texts(&mut o, "tags", &self.tags);
        if self.enabled {
            o.insert("enabled".to_owned(), Json::Bool(true));
        }
        if !self.import_values.is_empty() {
            o.insert("import-values".to_owned(), self.import_values.iter().map(crate::json::from_value).collect());
        }
        put_text(&mut o, "alias", &self.alias);
        Json::Object(o)
    }

    /// The dependency as `.Chart.Dependencies` shows it: Go field names.
    fn as_map(&self) -> Value {
        Value::Map(Map::from_pairs(vec![
            field("Name", text(&self.name)),
            field("Version", text(&self.version)),
            field("Repository", text(&self.repository)),
            field("Condition", text(&self.condition)),
            field("Tags", texts(&self.tags)),
            field("Enabled", Value::Bool(self.enabled)),
            field("ImportValues", Value::List(List::new(self.import_values.clone()))),
            field("Alias", text(&self.alias)),
        ]))
    }
}

fn field(name: &'static str, v: Value) -> (GoStr, Value) {
    (GoStr::from_static(name), v)
}

fn text(s: &str) -> Value {
    Value::str(s)
}

fn texts(items: &[String]) -> Value {
    Value::list(items.iter().map(|s| text(s)).collect())
}

impl Metadata {
    /// Reads Chart.yaml.
    pub fn from_yaml(data: &[u8]) -> Result<Self, DecodeError> {
        let mut m = Metadata::default();
        decode::decode(data, &mut m)?;
        Ok(m)
    }

    /// As [`Metadata::from_yaml`], where duplicate and unknown keys are errors (`helm lint`).
    pub fn from_yaml_strict(data: &[u8]) -> Result<Self, DecodeError> {
        let mut m = Metadata::default();
        decode::decode_strict(data, &mut m)?;
        Ok(m)
    }

    /// Adds what a text says (requirements.yaml) to what is there.
    pub(crate) fn merge_yaml(&mut self, data: &[u8]) -> Result<(), DecodeError> {
        decode::decode(data, self)
    }

    /// Cleans the texts and checks the rules of Chart.yaml.
    pub fn validate(&mut self) -> Result<(), ValidationError> {
        for s in [
            &mut self.name,
            &mut self.description,
            &mut self.home,
            &mut self.icon,
            &mut self.condition,
            &mut self.tags,
            &mut self.app_version,
            &mut self.kube_version,
        ] {
            sanitize(s);
        }
        self.sources.iter_mut().for_each(sanitize);
        self.keywords.iter_mut().for_each(sanitize);

        if self.api_version.is_empty() {
            return invalid("chart.metadata.apiVersion is required");
        }
        if self.name.is_empty() {
            return invalid("chart.metadata.name is required");
        }
        let quoted = quote(self.name.as_bytes());
        if self.name == "." || self.name == ".." {
            return invalid(format!("chart.metadata.name {quoted} is not allowed"));
        }
        if self.name != gostd::base(&self.name) {
            return invalid(format!("chart.metadata.name {quoted} is invalid"));
        }
        if self.version.is_empty() {
            return invalid("chart.metadata.version is required");
        }
        if semver::Version::new(self.version.as_str()).is_err() {
            return invalid(format!("chart.metadata.version {} is invalid", quote(self.version.as_bytes())));
        }
        if !matches!(self.kind.as_str(), "" | "application" | "library") {
            return invalid("chart.metadata.type must be application or library");
        }
        for m in &mut self.maintainers {
            sanitize(&mut m.name);
            sanitize(&mut m.email);
            sanitize(&mut m.url);
        }
        if self.null_maintainer {
            return invalid("maintainers must not contain empty or null nodes");
        }
        let mut seen: Vec<&str> = Vec::new();
        for dep in self.dependencies.as_deref_mut().unwrap_or_default() {
            dep.validate()?;
            let key = if dep.alias.is_empty() { &dep.name } else { &dep.alias };
            if seen.contains(&key.as_str()) {
                let key = quote(key.as_bytes());
                return invalid(format!("more than one dependency with name or alias {key}"));
            }
            seen.push(key);
        }
        if self.null_dependency {
            return invalid("dependencies must not contain empty or null nodes");
        }
        Ok(())
    }

    /// JSON in the order of Go's struct, as release records hold it.
    pub fn to_json(&self) -> Json {
        let mut o = JsonMap::new();
        put_text(&mut o, "name", &self.name);
        put_text(&mut o, "home", &self.home);
        put_texts(&mut o, "sources", &self.sources);
        put_text(&mut o, "version", &self.version);
        put_text(&mut o, "description", &self.description);
        put_texts(&mut o, "keywords", &self.keywords);
        if !self.maintainers.is_empty() {
            o.insert("maintainers".to_owned(), self.maintainers.iter().map(Maintainer::to_json).collect());
        }
        put_text(&mut o, "icon", &self.icon);
        put_text(&mut o, "apiVersion", &self.api_version);
        put_text(&mut o, "condition", &self.condition);
        put_text(&mut o, "tags", &self.tags);
        put_text(&mut o, "appVersion", &self.app_version);
        if self.deprecated {
            o.insert("deprecated".to_owned(), Json::Bool(true));
        }
        if let Some(a) = self.annotations.as_ref().filter(|a| !a.is_empty()) {
            o.insert("annotations".to_owned(), a.iter().map(|(k, v)| (k.clone(), Json::from(v.as_str()))).collect());
        }
        put_text(&mut o, "kubeVersion", &self.kube_version);
        if let Some(deps) = self.dependencies.as_ref().filter(|d| !d.is_empty()) {
            o.insert("dependencies".to_owned(), deps.iter().map(Dependency::to_json).collect());
        }
        put_text(&mut o, "type", &self.kind);
        Json::Object(o)
    }

    /// Chart.yaml as Helm writes it (sigs.k8s.io/yaml: sorted keys, empty fields left out).
    pub fn to_yaml(&self) -> Result<Vec<u8>, pintle_yaml::Error> {
        pintle_yaml::write(&crate::json::to_value(&self.to_json()))
    }

    /// Chart.yaml as it goes into a chart directory or archive: a v1 chart keeps its dependencies elsewhere.
    pub fn to_chartfile(&self) -> Result<Vec<u8>, pintle_yaml::Error> {
        if self.api_version != API_V1 || self.dependencies.is_none() {
            return self.to_yaml();
        }
        Metadata { dependencies: None, ..self.clone() }.to_yaml()
    }

    /// The metadata as templates see it under `.Chart`: Go's field names, absent lists empty, absent annotations null.
    pub fn as_map(&self) -> Map {
        let string_map = Type::Map(&Type::String);
        let annotations = match &self.annotations {
            None => Map::nil(string_map),
            Some(a) => {
                let pairs = a.iter().map(|(k, v)| (GoStr::from(k.as_str()), text(v))).collect();
                Map::typed_from_pairs(string_map, pairs)
            }
        };
        let maintainers = self.maintainers.iter().map(|m| {
            Value::Map(Map::from_pairs(vec![
                field("Name", text(&m.name)),
                field("Email", text(&m.email)),
                field("URL", text(&m.url)),
            ]))
        });
        let dependencies = self.dependencies.as_deref().unwrap_or_default().iter().map(Dependency::as_map);
        Map::from_pairs(vec![
            field("Name", text(&self.name)),
            field("Home", text(&self.home)),
            field("Sources", texts(&self.sources)),
            field("Version", text(&self.version)),
            field("Description", text(&self.description)),
            field("Keywords", texts(&self.keywords)),
            field("Maintainers", Value::list(maintainers.collect())),
            field("Icon", text(&self.icon)),
            field("APIVersion", text(&self.api_version)),
            field("Condition", text(&self.condition)),
            field("Tags", text(&self.tags)),
            field("AppVersion", text(&self.app_version)),
            field("Deprecated", Value::Bool(self.deprecated)),
            field("Annotations", Value::Map(annotations)),
            field("KubeVersion", text(&self.kube_version)),
            field("Dependencies", Value::list(dependencies.collect())),
            field("Type", text(&self.kind)),
        ])
    }

    /// Whether the chart is a library: it renders nothing of its own.
    pub fn is_library(&self) -> bool {
        self.kind.eq_ignore_ascii_case("library")
    }
}

impl Lock {
    /// Reads Chart.lock or requirements.lock; `None` when the document is null.
    pub fn from_yaml(data: &[u8]) -> Result<Option<Self>, DecodeError> {
        let v = pintle_yaml::read_typed(data).map_err(|e| DecodeError(e.unmarshal_text()))?;
        if v.is_nil() {
            return Ok(None);
        }
        let mut lock = Lock::default();
        decode::from_value(&v, &mut lock, false)?;
        Ok(Some(lock))
    }

    /// JSON in the order of Go's struct.
    pub fn to_json(&self) -> Json {
        let deps: Option<Vec<Json>> = self.dependencies.as_ref().map(|d| d.iter().map(Dependency::to_json).collect());
        json!({ "generated": self.generated.to_rfc3339_nano(), "digest": self.digest, "dependencies": deps })
    }

    /// Chart.lock as Helm writes it.
    pub fn to_yaml(&self) -> Result<Vec<u8>, pintle_yaml::Error> {
        pintle_yaml::write(&crate::json::to_value(&self.to_json()))
    }
}
