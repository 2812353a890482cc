//! Who works on a release: annotations of a pending record's object, which Helm does not look at.
//!
//! Helm's record of a running operation says that there is one, not whose. When the process was killed, the release stays
//! pending for ever. The holder's name and the time of its last sign of life let the next command tell the one from the
//! other. Helm replaces the whole object when it writes a record, so the annotations never outlive the operation.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Annotation that names the holder, as JSON.
pub const HOLDER: &str = "pintle.dev/holder";
/// Annotation with the time of the holder's last sign of life (RFC 3339, the server's clock).
pub const RENEWED: &str = "pintle.dev/renewed";

/// A process that works on a release.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Holder {
    /// Name of its machine.
    pub host: String,
    /// Its number there.
    pub pid: u32,
    /// What tells it from another process of the same number: boot, PID namespace and start of the process. Empty
    /// where the system does not tell.
    pub process: String,
    /// What it does: `install`, `upgrade` ...
    pub operation: String,
    /// Since when, RFC 3339.
    pub since: String,
    /// Last sign of life, RFC 3339.
    #[serde(skip)]
    pub renewed: String,
    /// The version of the object that this was read from.
    #[serde(skip)]
    pub resource_version: String,
}

impl Holder {
    /// The annotations of a record that it holds.
    pub fn annotations(&self) -> Map<String, Value> {
        let identity = serde_json::to_string(self).unwrap_or_default();
        [(HOLDER.to_owned(), identity.into()), (RENEWED.to_owned(), self.renewed.as_str().into())].into_iter().collect()
    }

    /// Who holds the record in an object; none when nobody says so.
    pub fn of_object(object: &Value) -> Option<Holder> {
        let metadata = object.get("metadata")?;
        let annotation = |name: &str| metadata.get("annotations")?.get(name)?.as_str();
        let mut holder: Holder = serde_json::from_str(annotation(HOLDER)?).ok()?;
        annotation(RENEWED).unwrap_or_default().clone_into(&mut holder.renewed);
        let version = metadata.get("resourceVersion").and_then(Value::as_str);
        version.unwrap_or_default().clone_into(&mut holder.resource_version);
        Some(holder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn stands_beside_the_record() {
        let holder = Holder {
            host: "h".into(),
            pid: 7,
            renewed: "2026-01-01T00:00:00Z".into(),
            resource_version: "12".into(),
            ..Holder::default()
        };
        let object = json!({"metadata": {"annotations": holder.annotations(), "resourceVersion": "12"}});
        assert_eq!(Holder::of_object(&object), Some(holder));
        assert_eq!(Holder::of_object(&json!({"metadata": {}})), None);
        assert_eq!(Holder::of_object(&json!({"metadata": {"annotations": {HOLDER: "no JSON"}}})), None);
    }
}
