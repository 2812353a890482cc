//! The definitions of a chart's `crds/` beyond what Helm does with them: Helm creates them once and never looks again.
//!
//! `--crds=apply` brings them up to date; where an upgrade leaves older ones behind, somebody should hear of it.

use std::time::Duration;

use serde_json::Value;

use super::Context;
use crate::wait::WaitStrategy;
use crate::{CreateOptions, Error, Object, Resource, UpdateOptions};

/// How long changed definitions may take until they are served.
const TIMEOUT: Duration = Duration::from_secs(60);

/// What becomes of the definitions in `crds/` (`--crds`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CrdPolicy {
    /// As Helm: created by an install, never touched by an upgrade.
    #[default]
    Helm,
    /// Left alone.
    Skip,
    /// Created where they are missing.
    Create,
    /// Created, and brought up to date.
    Apply,
}

impl CrdPolicy {
    /// From the flag; empty is Helm's way.
    pub fn from_flag(text: &str) -> Option<CrdPolicy> {
        Some(match text {
            "" => CrdPolicy::Helm,
            "skip" => CrdPolicy::Skip,
            "create" => CrdPolicy::Create,
            "apply" => CrdPolicy::Apply,
            _ => return None,
        })
    }
}

/// Creates or updates the definitions of `crds/` (name and text of each file), and waits until they are served.
/// Nothing is sent when one of them would take away a version in which the cluster stores objects.
///
/// # Errors
/// A file that holds no object, a version that is still stored, or what the server says.
pub fn apply(ctx: &Context<'_, '_>, files: &[(String, String)], force_conflicts: bool) -> Result<(), Error> {
    let wanted = build(ctx, files)?;
    if wanted.is_empty() {
        return Ok(());
    }
    let live = ctx.kube.get_all(&wanted.iter().collect::<Vec<_>>());
    let mut there = Vec::new();
    for (new, live) in wanted.iter().zip(live) {
        match live {
            Ok(live) => {
                let lost = lost_versions(&live, &new.object);
                if !lost.is_empty() {
                    return Err(Error::text(format!(
                        "the chart's definition of {} drops version {}, in which the cluster still stores objects: \
                         migrate them first, then take it out of status.storedVersions",
                        new.name,
                        lost.join(", ")
                    )));
                }
                there.push(Resource { object: live, ..new.clone() });
            }
            Err(error) if error.is_not_found() => {}
            Err(error) => return Err(error.context(format!("failed to look at CRD {}", new.name))),
        }
    }
    let options =
        UpdateOptions { server_side: true, force_conflicts, upgrade_field_manager: true, ..UpdateOptions::default() };
    if let Some(error) = ctx.kube.update(&there, &wanted, options).error {
        return Err(error.context("failed to apply CRDs"));
    }
    ctx.waiter(WaitStrategy::Watcher).wait(&wanted, Some(TIMEOUT))?;
    ctx.kube.forget_discovery();
    Ok(())
}

/// Creates the definitions that the cluster does not have yet, and waits until they are served.
///
/// # Errors
/// A file that holds no object, or what the server says.
pub fn create_missing(ctx: &Context<'_, '_>, files: &[(String, String)]) -> Result<(), Error> {
    let wanted = build(ctx, files)?;
    let live = ctx.kube.get_all(&wanted.iter().collect::<Vec<_>>());
    let missing = |(new, live): (Resource, Result<Object, Error>)| match live {
        Err(error) if error.is_not_found() => Some(new),
        _ => None,
    };
    let missing: Vec<Resource> = wanted.into_iter().zip(live).filter_map(missing).collect();
    if missing.is_empty() {
        return Ok(());
    }
    ctx.kube.create(&missing, CreateOptions { server_side: true, force_conflicts: false })?;
    ctx.waiter(WaitStrategy::Watcher).wait(&missing, Some(TIMEOUT))?;
    ctx.kube.forget_discovery();
    Ok(())
}

/// The names of definitions that the cluster has in an older form than the chart. Who may not look at them is not told.
pub fn outdated(ctx: &Context<'_, '_>, files: &[(String, String)]) -> Vec<String> {
    let Ok(wanted) = build(ctx, files) else { return Vec::new() };
    let live = ctx.kube.get_all(&wanted.iter().collect::<Vec<_>>());
    let differs = |(new, live): (&Resource, Result<Object, Error>)| {
        let spec = |o: &Object| o.0.get("spec").cloned().unwrap_or_default();
        (!contains(&spec(&live.ok()?), &spec(&new.object))).then(|| new.name.clone())
    };
    wanted.iter().zip(live).filter_map(differs).collect()
}

fn build(ctx: &Context<'_, '_>, files: &[(String, String)]) -> Result<Vec<Resource>, Error> {
    let mut wanted = Vec::new();
    for (name, text) in files {
        let context = |e: Error| e.context(format!("failed to install CRD {name}"));
        wanted.extend(ctx.kube.build(text, false).map_err(context)?);
    }
    Ok(wanted)
}

/// Versions in which the cluster has stored objects, and which the new definition no longer has.
fn lost_versions(live: &Object, new: &Object) -> Vec<String> {
    let list = |o: &Object, pointer: &str| o.0.pointer(pointer).and_then(Value::as_array).cloned().unwrap_or_default();
    let kept = list(new, "/spec/versions");
    list(live, "/status/storedVersions")
        .iter()
        .filter_map(Value::as_str)
        .filter(|stored| !kept.iter().any(|v| v.get("name").and_then(Value::as_str) == Some(stored)))
        .map(str::to_owned)
        .collect()
}

/// Whether everything that is wanted is there; the server adds defaults, so there may be more.
fn contains(have: &Value, want: &Value) -> bool {
    match (have, want) {
        (Value::Object(have), Value::Object(want)) => {
            want.iter().all(|(key, want)| have.get(key).map_or(want.is_null(), |have| contains(have, want)))
        }
        (Value::Array(have), Value::Array(want)) => {
            have.len() == want.len() && have.iter().zip(want).all(|(have, want)| contains(have, want))
        }
        (Value::Number(have), Value::Number(want)) => have.as_f64() == want.as_f64(),
        (have, want) => have == want,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn defaults_of_the_server_make_no_difference() {
        let live = json!({"group": "g", "names": {"kind": "K", "listKind": "KList"}, "versions": [{"name": "v1"}]});
        assert!(contains(&live, &json!({"group": "g", "names": {"kind": "K"}, "versions": [{"name": "v1"}]})));
        assert!(!contains(&live, &json!({"versions": [{"name": "v1"}, {"name": "v2"}]})));
        assert!(!contains(&live, &json!({"names": {"kind": "K", "shortNames": ["k"]}})));
    }

    #[test]
    fn stored_versions_must_stay() {
        let live = Object(json!({"status": {"storedVersions": ["v1alpha1", "v1"]}}));
        let new = Object(json!({"spec": {"versions": [{"name": "v1"}, {"name": "v2"}]}}));
        assert_eq!(lost_versions(&live, &new), ["v1alpha1"]);
    }
}
