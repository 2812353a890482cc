//! values.yaml must parse and, with the given values over it, keep the chart's own schema.

use pintle_chart::{coalesce, log, schema};
use pintle_go::{Map, Value};

use super::{LintOptions, Linter, Severity};

const FILE: &str = "values.yaml";

pub(super) fn check(linter: &mut Linter, overrides: &Map, o: &LintOptions<'_>) {
    let path = linter.chart_dir.join(FILE);
    let missing = (!path.exists()).then(|| "file does not exist".to_owned());
    if linter.rule(Severity::Info, FILE, missing) {
        let finding = check_file(&path, overrides, o).err();
        linter.rule(Severity::Error, FILE, finding);
    }
}

fn check_file(path: &std::path::Path, overrides: &Map, o: &LintOptions<'_>) -> Result<(), String> {
    let data = std::fs::read(path)
        .map_err(|e| format!("unable to parse YAML: {}", pintle_chart::os_error("open", path, &e)))?;
    let values = read(&data).map_err(|e| format!("unable to parse YAML: {e}"))?;
    // as Helm: the chart's tables beneath the given ones, without subcharts
    let merged = overrides.deep_copy();
    coalesce::coalesce_tables(&merged, &values, &log::Discard);
    let schema = std::fs::read(path.with_extension("schema.json")).unwrap_or_default();
    if schema.is_empty() || o.skip_schema_validation {
        return Ok(());
    }
    schema::validate(&merged, &schema, o.log, o.schema_loader)
}

/// `common.ReadValues`: one document, which must be a map or nothing.
fn read(data: &[u8]) -> Result<Map, String> {
    match pintle_yaml::read(data).map_err(|e| format!("error converting YAML to JSON: {e}"))? {
        Value::Nil => Ok(Map::new()),
        Value::Map(m) => Ok(m),
        other => {
            let what = match other {
                Value::List(_) => "array",
                Value::Bool(_) => "bool",
                Value::Str(_) => "string",
                _ => "number",
            };
            Err(format!(
                "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {what} into Go value of type common.Values"
            ))
        }
    }
}
