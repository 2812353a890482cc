//! The top of what templates see: `.Chart`, `.Release`, `.Capabilities`, `.Values`.

use std::rc::Rc;

use pintle_go::{Map, Value};

use crate::coalesce::coalesce_values;
use crate::log::LogSink;
use crate::schema::{self, UrlLoader};
use crate::{Capabilities, Chart, types};

/// The release that templates are rendered for.
#[derive(Clone, Debug, Default)]
pub struct ReleaseOptions {
    /// Name of the release.
    pub name: String,
    /// Namespace it goes into.
    pub namespace: String,
    /// Number of the revision.
    pub revision: i64,
    /// Whether this is an upgrade or a rollback.
    pub is_upgrade: bool,
    /// Whether this is an installation.
    pub is_install: bool,
}

/// Makes the top map for the engine, with the final values checked against the schemas of the chart and of all
/// beneath unless `skip_schema`.
///
/// # Errors
/// Values that do not fit a dependency, or a schema (`loader` fetches what a schema refers to).
pub fn to_render_values(
    chart: &Chart,
    vals: &Map,
    release: &ReleaseOptions,
    caps: &Capabilities,
    skip_schema: bool,
    log: &dyn LogSink,
    loader: Option<&Rc<dyn UrlLoader>>,
) -> Result<Map, String> {
    let values = coalesce_values(chart, vals, log)?;
    if !skip_schema {
        schema::validate_chart(chart, &values, log, loader).map_err(|e| {
            format!("values don't meet the specifications of the schema(s) in the following chart(s):\n{e}")
        })?;
    }
    let release = Map::from_pairs(vec![
        ("IsInstall".into(), Value::Bool(release.is_install)),
        ("IsUpgrade".into(), Value::Bool(release.is_upgrade)),
        ("Name".into(), Value::str(release.name.as_str())),
        ("Namespace".into(), Value::str(release.namespace.as_str())),
        ("Revision".into(), Value::Int(release.revision)),
        ("Service".into(), Value::str("Helm")),
    ]);
    Ok(Map::from_pairs(vec![
        ("Capabilities".into(), caps.to_value()),
        ("Chart".into(), Value::Map(chart.metadata_as_map())),
        ("Release".into(), Value::Map(release)),
        ("Values".into(), Value::Map(types::as_values(&values))),
    ]))
}
