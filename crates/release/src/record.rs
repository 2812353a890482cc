//! The release record: what Helm stores of one revision, in its field order and with its rules of leaving out.
//!
//! Fields that this version does not know are kept and written back last.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use crate::{Holder, Status, Time};

/// Labels of a stored object.
pub type Labels = BTreeMap<String, String>;

/// `apply_method` of a release that was applied by the server.
pub const APPLY_SERVER_SIDE: &str = "ssa";
/// `apply_method` of a release that was applied by the client; absent counts as this.
pub const APPLY_CLIENT_SIDE: &str = "csa";

/// One revision of a release.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Release {
    /// Name of the release.
    #[serde(skip_serializing_if = "String::is_empty", deserialize_with = "or_default")]
    pub name: String,
    /// State, times, notes.
    #[serde(deserialize_with = "or_default")]
    pub info: Info,
    /// The chart as JSON of Helm's `chart.Chart`; null when absent.
    #[serde(skip_serializing_if = "Value::is_null")]
    pub chart: Value,
    /// Values that the user gave; empty ones are left out of the record, so a stored release has none or some.
    #[serde(skip_serializing_if = "no_values")]
    pub config: Option<Map<String, Value>>,
    /// The rendered text, hooks excluded.
    #[serde(skip_serializing_if = "String::is_empty", deserialize_with = "or_default")]
    pub manifest: String,
    /// Hooks in the order they were found.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "or_default")]
    pub hooks: Vec<Hook>,
    /// Revision, from 1.
    #[serde(skip_serializing_if = "is_zero", deserialize_with = "or_default")]
    pub version: i64,
    /// Namespace of the release.
    #[serde(skip_serializing_if = "String::is_empty", deserialize_with = "or_default")]
    pub namespace: String,
    /// Labels of the stored object; never in the record itself.
    #[serde(skip)]
    pub labels: Labels,
    /// Who works on it, by annotations of the stored object; never in the record itself.
    #[serde(skip)]
    pub holder: Option<Holder>,
    /// `ssa`, `csa` or absent.
    #[serde(skip_serializing_if = "String::is_empty", deserialize_with = "or_default")]
    pub apply_method: String,
    /// Fields of other versions.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// State, times and notes of a revision.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Info {
    /// When revision 1 was deployed.
    #[serde(skip_serializing_if = "zero_time", deserialize_with = "or_default")]
    pub first_deployed: Time,
    /// When this revision was deployed.
    #[serde(skip_serializing_if = "zero_time", deserialize_with = "or_default")]
    pub last_deployed: Time,
    /// When the release was uninstalled.
    #[serde(skip_serializing_if = "zero_time", deserialize_with = "or_default")]
    pub deleted: Time,
    /// What happened last, for people.
    #[serde(skip_serializing_if = "String::is_empty", deserialize_with = "or_default")]
    pub description: String,
    /// The state.
    #[serde(skip_serializing_if = "Status::is_empty", deserialize_with = "or_default")]
    pub status: Status,
    /// Rendered NOTES.txt.
    #[serde(skip_serializing_if = "String::is_empty", deserialize_with = "or_default")]
    pub notes: String,
    /// Live objects by heading; filled by `status`, never stored.
    #[serde(skip_serializing_if = "Map::is_empty", deserialize_with = "or_default")]
    pub resources: Map<String, Value>,
    /// Fields of other versions.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// A hook of a release.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Hook {
    /// metadata.name
    #[serde(skip_serializing_if = "String::is_empty", deserialize_with = "or_default")]
    pub name: String,
    /// Kind of the object.
    #[serde(skip_serializing_if = "String::is_empty", deserialize_with = "or_default")]
    pub kind: String,
    /// Template that it came from.
    #[serde(skip_serializing_if = "String::is_empty", deserialize_with = "or_default")]
    pub path: String,
    /// Its text.
    #[serde(skip_serializing_if = "String::is_empty", deserialize_with = "or_default")]
    pub manifest: String,
    /// Events it runs at, such as `pre-install` or `test`.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "or_default")]
    pub events: Vec<String>,
    /// The last run.
    #[serde(deserialize_with = "or_default")]
    pub last_run: HookExecution,
    /// Order among hooks of one event.
    #[serde(skip_serializing_if = "is_zero", deserialize_with = "or_default")]
    pub weight: i64,
    /// `before-hook-creation`, `hook-succeeded`, `hook-failed`.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "or_default")]
    pub delete_policies: Vec<String>,
    /// `hook-succeeded`, `hook-failed`: when its logs are shown.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "or_default")]
    pub output_log_policies: Vec<String>,
    /// Fields of other versions.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// The last run of a hook.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct HookExecution {
    /// When it began.
    #[serde(skip_serializing_if = "zero_time", deserialize_with = "or_default")]
    pub started_at: Time,
    /// When it ended.
    #[serde(skip_serializing_if = "zero_time", deserialize_with = "or_default")]
    pub completed_at: Time,
    /// ``, `Unknown`, `Running`, `Succeeded` or `Failed`.
    #[serde(deserialize_with = "or_default")]
    pub phase: String,
    /// Fields of other versions.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// A hook runs.
pub const PHASE_RUNNING: &str = "Running";
/// A hook succeeded.
pub const PHASE_SUCCEEDED: &str = "Succeeded";
/// A hook failed.
pub const PHASE_FAILED: &str = "Failed";
/// Nobody knows.
pub const PHASE_UNKNOWN: &str = "Unknown";

impl Release {
    /// Sets state and description together.
    pub fn set_status(&mut self, status: Status, description: impl Into<String>) {
        self.info.status = status;
        self.info.description = description.into();
    }

    /// Whether the objects of this revision were applied by the server.
    pub fn is_server_side(&self) -> bool {
        self.apply_method == APPLY_SERVER_SIDE
    }

    /// A text of the chart's metadata, such as `name`, `version`, `appVersion`.
    pub fn chart_metadata(&self, field: &str) -> Option<&str> {
        self.chart.get("metadata")?.get(field)?.as_str()
    }

    /// The chart's default values.
    pub fn chart_values(&self) -> Option<&Map<String, Value>> {
        self.chart.get("values")?.as_object()
    }

    /// `NAME-VERSION` of the chart, `MISSING` without one (`helm history`, `helm list`).
    pub fn chart_name_version(&self) -> String {
        match (self.chart_metadata("name"), self.chart_metadata("version")) {
            (None, None) => "MISSING".to_owned(),
            (name, version) => format!("{}-{}", name.unwrap_or_default(), version.unwrap_or_default()),
        }
    }

    /// `appVersion` of the chart, `MISSING` without a chart.
    pub fn app_version(&self) -> &str {
        if self.chart.get("metadata").is_none_or(Value::is_null) {
            return "MISSING";
        }
        self.chart_metadata("appVersion").unwrap_or_default()
    }
}

#[allow(clippy::ref_option)] // serde's signature
fn no_values(config: &Option<Map<String, Value>>) -> bool {
    config.as_ref().is_none_or(Map::is_empty)
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde's signature
fn is_zero(n: &i64) -> bool {
    *n == 0
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde's signature
fn zero_time(t: &Time) -> bool {
    t.is_zero()
}

/// Go leaves a field as it is where the JSON says null.
fn or_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(d: D) -> Result<T, D::Error> {
    Ok(Option::<T>::deserialize(d)?.unwrap_or_default())
}
