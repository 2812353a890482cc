//! Which dependencies take part, under which names, and what values they export to their parents.

use pintle_go::semver::{Constraint, Version};
use pintle_go::{Map, Type, Value, fmt};

use crate::coalesce::{coalesce_values, merge_tables, merge_values};
use crate::log::{Level, LogSink, Record};
use crate::types::{path_value, table};
use crate::{Chart, Dependency};

/// Enables and disables the dependencies of a chart by their conditions and tags, gives them their aliases, and
/// imports the values that they export.
///
/// # Errors
/// Values that do not fit, as [`coalesce_values`] says.
pub fn process_dependencies(chart: &mut Chart, vals: &Map, log: &dyn LogSink) -> Result<(), String> {
    enable(chart, vals, "", log)?;
    import(chart, log)
}

/// Whether a version meets a range; false when either does not parse.
pub fn is_compatible_range(constraint: &str, version: &str) -> bool {
    let (Ok(version), Ok(constraint)) = (Version::new(version), Constraint::new(constraint)) else {
        return false;
    };
    constraint.check(&version)
}

fn warn(log: &dyn LogSink, msg: &str, attrs: &[(&str, String)]) {
    log.log(&Record { level: Level::Warn, msg, attrs });
}

fn meets(chart: &Chart, dep: &Dependency) -> bool {
    chart.name() == dep.name && is_compatible_range(&dep.version, &chart.metadata.version)
}

fn enable(chart: &mut Chart, vals: &Map, path: &str, log: &dyn LogSink) -> Result<(), String> {
    let Some(mut reqs) = chart.metadata.dependencies.take() else {
        return Ok(());
    };
    // charts in charts/ that Chart.yaml does not name come first, then the named ones in its order
    let existing = std::mem::take(chart.dependencies_mut());
    let (named, mut charts): (Vec<Chart>, Vec<Chart>) =
        existing.into_iter().partition(|c| reqs.iter().any(|r| meets(c, r)));
    for req in &mut reqs {
        if let Some(found) = named.iter().find(|c| meets(c, req)) {
            charts.push(under_alias(found, &req.alias));
        }
        if !req.alias.is_empty() {
            req.name.clone_from(&req.alias);
        }
        req.enabled = true;
    }
    chart.set_dependencies(charts);

    let cvals = coalesce_values(chart, vals, log)?;
    apply_tags(&mut reqs, &cvals, log);
    apply_conditions(&mut reqs, &cvals, path, log);
    let disabled: Vec<&str> = reqs.iter().filter(|r| !r.enabled).map(|r| r.name.as_str()).collect();
    chart.dependencies_mut().retain(|c| !disabled.contains(&c.name()));

    for sub in chart.dependencies_mut() {
        let path = format!("{path}{}.", sub.name());
        enable(sub, &cvals, &path, log)?;
    }
    let disabled: Vec<String> = disabled.into_iter().map(str::to_owned).collect();
    reqs.retain(|r| !disabled.contains(&r.name));
    chart.metadata.dependencies = (!reqs.is_empty()).then_some(reqs);
    Ok(())
}

/// A copy of a chart for one entry of Chart.yaml, with charts beneath of its own.
fn under_alias(chart: &Chart, alias: &str) -> Chart {
    let mut out = chart.clone();
    if !alias.is_empty() {
        out.rename(alias);
    }
    let beneath = std::mem::take(out.dependencies_mut());
    out.set_dependencies(beneath);
    out
}

fn apply_tags(reqs: &mut [Dependency], cvals: &Map, log: &dyn LogSink) {
    let Ok(tags) = table(cvals, "tags") else { return };
    for req in reqs {
        let (mut on, mut off) = (false, false);
        for tag in &req.tags {
            match tags.get_str(tag) {
                None => {}
                Some(Value::Bool(true)) => on = true,
                Some(Value::Bool(false)) => off = true,
                Some(_) => {
                    let attrs = [("tag", tag.clone()), ("chart", req.name.clone())];
                    warn(log, "returned non-bool value", &attrs);
                }
            }
        }
        req.enabled = on || !off;
    }
}

/// The first condition that leads to a boolean decides.
fn apply_conditions(reqs: &mut [Dependency], cvals: &Map, path: &str, log: &dyn LogSink) {
    for req in reqs {
        for condition in req.condition.trim_matches(crate::gostd::is_space).split(',') {
            if condition.is_empty() {
                continue;
            }
            match path_value(cvals, &format!("{path}{condition}")) {
                Ok(Value::Bool(b)) => {
                    req.enabled = b;
                    break;
                }
                Ok(_) => {
                    let attrs = [("path", condition.to_owned()), ("chart", req.name.clone())];
                    warn(log, "returned non-bool value", &attrs);
                }
                Err(_) => {}
            }
        }
    }
}

fn import(chart: &mut Chart, log: &dyn LogSink) -> Result<(), String> {
    for sub in chart.dependencies_mut() {
        import(sub, log)?;
    }
    let Some(mut reqs) = chart.metadata.dependencies.take() else {
        return Ok(());
    };
    let cvals = merge_values(chart, &Map::new(), log)?;
    let mut imported = Map::new();
    for req in &mut reqs {
        let mut done = Vec::new();
        for item in &req.import_values {
            let (child, parent, missing) = match item {
                Value::Map(m) => {
                    let part = |key| {
                        let v = m.get_str(key).unwrap_or_default();
                        fmt::sprintf(b"%v", &[v]).to_str_lossy().into_owned()
                    };
                    (part("child"), part("parent"), "ImportValues missing table from chart")
                }
                Value::Str(s) => (format!("exports.{s}"), ".".to_owned(), "ImportValues missing table"),
                _ => continue,
            };
            let of_string = matches!(item, Value::Str(_));
            done.push(mapping(&child, &parent));
            match table(&cvals, &format!("{}.{child}", req.name)) {
                Ok(found) => imported = merge_tables(&imported, &at_path(&parent, found), log),
                Err(e) => {
                    let mut attrs = vec![("chart", req.name.clone()), ("error", e)];
                    if of_string {
                        attrs.remove(0);
                    }
                    warn(log, missing, &attrs);
                }
            }
        }
        req.import_values = done;
    }
    chart.metadata.dependencies = Some(reqs);
    // what the parent says itself is stronger than what it imports
    chart.values = merge_tables(&cvals.deep_copy(), &imported, log);
    Ok(())
}

/// How Helm writes a processed import down: a `map[string]string`.
fn mapping(child: &str, parent: &str) -> Value {
    let pairs = vec![("child".into(), Value::str(child)), ("parent".into(), Value::str(parent))];
    Value::Map(Map::typed_from_pairs(Type::Map(&Type::String), pairs))
}

/// A map with `data` at a path; `.` is the top.
fn at_path(path: &str, data: Map) -> Map {
    if path == "." {
        return data;
    }
    path.split('.').rev().fold(data, |inner, key| Map::from_pairs(vec![(key.into(), Value::Map(inner))]))
}

/// The names in Chart.yaml that no chart in `charts/` answers to.
///
/// # Errors
/// `found in Chart.yaml, but missing in charts/ directory: a, b`.
pub fn check_dependencies(chart: &Chart) -> Result<(), String> {
    let reqs = chart.metadata.dependencies.as_deref().unwrap_or_default();
    let missing: Vec<&str> = reqs
        .iter()
        .map(|r| r.name.as_str())
        .filter(|name| !chart.dependencies().iter().any(|c| c.name() == *name))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(format!("found in Chart.yaml, but missing in charts/ directory: {}", missing.join(", ")))
}
