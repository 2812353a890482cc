//! Kubernetes objects as JSON, with the few fields that everybody asks for.

use std::fmt;

use serde_json::{Map, Value};

/// Group, version and kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Gvk {
    /// API group, `""` for the core.
    pub group: String,
    /// Version in the group.
    pub version: String,
    /// Kind.
    pub kind: String,
}

impl Gvk {
    /// From an object's `apiVersion` and `kind`.
    pub fn new(api_version: &str, kind: &str) -> Gvk {
        let (group, version) = api_version.rsplit_once('/').unwrap_or(("", api_version));
        Gvk { group: group.to_owned(), version: version.to_owned(), kind: kind.to_owned() }
    }

    /// `GROUP/VERSION`, or `VERSION` in the core group.
    pub fn api_version(&self) -> String {
        if self.group.is_empty() { self.version.clone() } else { format!("{}/{}", self.group, self.version) }
    }
}

/// As client-go prints it in errors: `apps/v1, Kind=Deployment`, `/v1, Kind=Service`.
impl fmt::Display for Gvk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}, Kind={}", self.group, self.version, self.kind)
    }
}

/// A Kubernetes object.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Object(pub Value);

impl Object {
    fn text(&self, pointer: &str) -> &str {
        self.0.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
    }

    /// `apiVersion`, `""` where it has none.
    pub fn api_version(&self) -> &str {
        self.text("/apiVersion")
    }

    /// `kind`, `""` where it has none.
    pub fn kind(&self) -> &str {
        self.text("/kind")
    }

    /// Group, version and kind.
    pub fn gvk(&self) -> Gvk {
        Gvk::new(self.api_version(), self.kind())
    }

    /// `metadata.name`, `""` where it has none.
    pub fn name(&self) -> &str {
        self.text("/metadata/name")
    }

    /// `metadata.generateName`, `""` where it has none.
    pub fn generate_name(&self) -> &str {
        self.text("/metadata/generateName")
    }

    /// `metadata.namespace`, `""` where it has none.
    pub fn namespace(&self) -> &str {
        self.text("/metadata/namespace")
    }

    /// `metadata.resourceVersion`, `""` where it has none.
    pub fn resource_version(&self) -> &str {
        self.text("/metadata/resourceVersion")
    }

    /// A label.
    pub fn label(&self, key: &str) -> Option<&str> {
        self.0.get("metadata")?.get("labels")?.get(key)?.as_str()
    }

    /// An annotation.
    pub fn annotation(&self, key: &str) -> Option<&str> {
        self.0.get("metadata")?.get("annotations")?.get(key)?.as_str()
    }

    /// Sets a label.
    pub fn set_label(&mut self, key: &str, value: &str) {
        self.set_in("labels", key, value);
    }

    /// Sets an annotation.
    pub fn set_annotation(&mut self, key: &str, value: &str) {
        self.set_in("annotations", key, value);
    }

    /// Sets a field of `metadata`.
    pub fn set_metadata(&mut self, key: &str, value: impl Into<Value>) {
        if let Some(metadata) = map_at(&mut self.0, "metadata") {
            metadata.insert(key.to_owned(), value.into());
        }
    }

    /// Takes a field of `metadata` away.
    pub fn remove_metadata(&mut self, key: &str) {
        if let Some(metadata) = self.0.get_mut("metadata").and_then(Value::as_object_mut) {
            metadata.shift_remove(key);
        }
    }

    fn set_in(&mut self, map: &str, key: &str, value: &str) {
        let Some(metadata) = map_at(&mut self.0, "metadata") else { return };
        let slot = metadata.entry(map).or_insert(Value::Null);
        if !slot.is_object() {
            *slot = Value::Object(Map::new());
        }
        if let Some(map) = slot.as_object_mut() {
            map.insert(key.to_owned(), value.into());
        }
    }
}

/// The map under a key of an object, made where there is none.
fn map_at<'a>(value: &'a mut Value, key: &str) -> Option<&'a mut Map<String, Value>> {
    let slot = value.as_object_mut()?.entry(key).or_insert(Value::Null);
    if !slot.is_object() {
        *slot = Value::Object(Map::new());
    }
    slot.as_object_mut()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn fields() {
        let mut o =
            Object(json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "a", "labels": null}}));
        assert_eq!(o.gvk().to_string(), "apps/v1, Kind=Deployment");
        assert_eq!(Gvk::new("v1", "Pod").to_string(), "/v1, Kind=Pod");
        o.set_label("x", "y");
        o.set_annotation("k", "v");
        assert_eq!((o.label("x"), o.annotation("k"), o.annotation("z")), (Some("y"), Some("v"), None));
        assert_eq!(o.namespace(), "");
    }
}
