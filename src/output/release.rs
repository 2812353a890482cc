//! Releases as text, JSON and YAML (Helm's `statusPrinter`).

use pintle_go::json;
use pintle_release::{Release, Time};
use serde::Serialize;
use serde_json::Value;

use super::Output;
use crate::error::CliResult;

/// One line of JSON as Go's encoder writes it.
///
/// # Errors
/// What cannot be serialised.
pub fn json<T: Serialize>(out: &Output, v: &T) -> CliResult {
    out.line(pintle_release::json::to_string(v).map_err(|e| format!("unable to write JSON output: {e}"))?);
    Ok(())
}

/// YAML as sigs.k8s.io/yaml writes it.
///
/// # Errors
/// What cannot be serialised.
pub fn yaml<T: Serialize>(out: &Output, v: &T) -> CliResult {
    let text = pintle_release::json::to_vec(v).map_err(|e| format!("unable to write YAML output: {e}"))?;
    let value = json::decode(&text).map_err(|e| e.0)?;
    out.data(pintle_yaml::write(&value).map_err(|e| format!("unable to write YAML output: {e}"))?);
    Ok(())
}

/// Data in the wanted format; `table` draws it for people.
///
/// # Errors
/// What cannot be serialised.
pub fn write<T: Serialize>(out: &Output, format: &str, v: &T, table: impl FnOnce() -> CliResult) -> CliResult {
    match format {
        "json" => json(out, v),
        "yaml" => yaml(out, v),
        _ => table(),
    }
}

/// What is shown of a release.
#[derive(Clone, Copy, Default)]
pub struct Show {
    /// Values, hooks and manifest, too.
    pub debug: bool,
    /// Name and version of the chart, too.
    pub metadata: bool,
    /// No notes.
    pub hide_notes: bool,
}

/// A time as Go's `time.ANSIC` spells it.
pub fn ansic(t: Time) -> String {
    t.zoned().map_or_else(|| "Mon Jan  1 00:00:00 0001".to_owned(), |z| z.strftime("%a %b %e %H:%M:%S %Y").to_string())
}

/// A release in a format.
///
/// # Errors
/// What cannot be serialised.
pub fn release(out: &Output, format: &str, r: &Release, show: Show) -> CliResult {
    if r.info.resources.is_empty() || format == "table" {
        return write(out, format, r, || text(out, r, show));
    }
    // live objects are Go maps: sorted when written
    let mut r = r.clone();
    r.info.resources = match sorted(Value::Object(r.info.resources)) {
        Value::Object(m) => m,
        _ => serde_json::Map::new(),
    };
    write(out, format, &r, || text(out, &r, show))
}

fn sorted(v: Value) -> Value {
    match v {
        Value::Object(m) => {
            let mut all: Vec<(String, Value)> = m.into_iter().collect();
            all.sort_by(|a, b| a.0.cmp(&b.0));
            all.into_iter().map(|(k, v)| (k, sorted(v))).collect()
        }
        Value::Array(a) => a.into_iter().map(sorted).collect(),
        other => other,
    }
}

fn text(out: &Output, r: &Release, show: Show) -> CliResult {
    out.line(format!("NAME: {}", r.name));
    if !r.info.last_deployed.is_zero() {
        out.line(format!("LAST DEPLOYED: {}", ansic(r.info.last_deployed)));
    }
    out.line(format!("NAMESPACE: {}", r.namespace));
    out.line(format!("STATUS: {}", r.info.status.as_str()));
    out.line(format!("REVISION: {}", r.version));
    if show.metadata {
        out.line(format!("CHART: {}", r.chart_metadata("name").unwrap_or_default()));
        out.line(format!("VERSION: {}", r.chart_metadata("version").unwrap_or_default()));
        out.line(format!("APP_VERSION: {}", r.app_version()));
    }
    out.line(format!("DESCRIPTION: {}", r.info.description));
    if !r.info.resources.is_empty() {
        out.line("RESOURCES:");
        // columns that stand already are not named again
        let mut named = None;
        for (key, tables) in &r.info.resources {
            out.line(format!("==> {key}"));
            for t in tables.as_array().into_iter().flatten() {
                let columns = t.get("columnDefinitions");
                resource_table(out, t, named.is_none() || named != columns);
                named = columns;
            }
            out.line("");
        }
        out.line("");
    }
    let tests: Vec<_> = r.hooks.iter().filter(|h| h.events.iter().any(|e| e == "test")).collect();
    if tests.is_empty() {
        out.line("TEST SUITE: None");
    }
    for h in tests.iter().filter(|h| !h.last_run.started_at.is_zero()) {
        out.line(format!(
            "TEST SUITE:     {}\nLast Started:   {}\nLast Completed: {}\nPhase:          {}",
            h.name,
            ansic(h.last_run.started_at),
            ansic(h.last_run.completed_at),
            h.last_run.phase
        ));
    }
    if show.debug {
        out.line("USER-SUPPLIED VALUES:");
        yaml(out, &r.config)?;
        out.line("");
        out.line("COMPUTED VALUES:");
        yaml(out, &crate::ops::values::computed(r)?)?;
        out.line("");
    }
    if show.debug || r.info.description.eq_ignore_ascii_case("Dry run complete") {
        out.line("HOOKS:");
        for h in &r.hooks {
            out.line(format!("---\n# Source: {}\n{}", h.path, h.manifest));
        }
        out.line(format!("MANIFEST:\n{}", r.manifest));
    }
    if !show.hide_notes && !r.info.notes.is_empty() {
        out.line(format!("NOTES:\n{}", r.info.notes.trim()));
    }
    Ok(())
}

/// A table that the server made, drawn as kubectl draws it: columns of priority 0, three blanks between.
fn resource_table(out: &Output, table: &Value, headers: bool) {
    let text = |v: &Value| match v {
        Value::String(s) => s.clone(),
        Value::Null => "<none>".to_owned(),
        other => other.to_string(),
    };
    let Some(columns) = table.get("columnDefinitions").and_then(Value::as_array) else { return };
    let shown: Vec<usize> = columns
        .iter()
        .enumerate()
        .filter(|(_, c)| c.get("priority").and_then(Value::as_i64).unwrap_or(0) == 0)
        .map(|(i, _)| i)
        .collect();
    let head = shown
        .iter()
        .filter_map(|i| columns.get(*i))
        .map(|c| c.get("name").map(text).unwrap_or_default().to_uppercase());
    let mut rows: Vec<Vec<String>> = if headers { vec![head.collect()] } else { Vec::new() };
    for row in table.get("rows").and_then(Value::as_array).into_iter().flatten() {
        let cells = row.get("cells").and_then(Value::as_array).cloned().unwrap_or_default();
        rows.push(shown.iter().map(|i| cells.get(*i).map(text).unwrap_or_default()).collect());
    }
    let width = |i: usize| rows.iter().filter_map(|r| r.get(i)).map(|c| c.chars().count()).max().unwrap_or(0);
    for row in &rows {
        let cells: Vec<String> = row
            .iter()
            .enumerate()
            .map(|(i, c)| if i + 1 == row.len() { c.clone() } else { format!("{c:w$}", w = width(i)) })
            .collect();
        out.line(cells.join("   "));
    }
}
