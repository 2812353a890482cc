//! Reading releases: `status`, `history` and the parts of `get`.

use pintle_release::{Release, validate_name};
use serde_json::{Map, Value};

use super::Context;
use crate::{Error, Level, Object, Resource};

/// A revision of a release, the newest for 0 or less (pkg/action/get.go).
///
/// # Errors
/// The cluster does not answer, the name is none, or there is no such revision.
pub fn content(ctx: &Context<'_, '_>, name: &str, revision: i64) -> Result<Release, Error> {
    ctx.reach()?;
    ctx.first(content_unchecked(ctx, name, revision))
}

pub(crate) fn content_unchecked(ctx: &Context<'_, '_>, name: &str, revision: i64) -> Result<Release, Error> {
    if validate_name(name).is_err() {
        return Err(Error::text(format!("releaseContent: Release name is invalid: {name}")));
    }
    Ok(if revision <= 0 { ctx.storage.last(name)? } else { ctx.storage.get(name, revision)? })
}

/// All revisions of a release, oldest first (pkg/action/history.go).
///
/// # Errors
/// As [`content`].
pub fn history(ctx: &Context<'_, '_>, name: &str) -> Result<Vec<Release>, Error> {
    ctx.reach()?;
    if validate_name(name).is_err() {
        return ctx.first(Err(Error::text(format!("release name is invalid: {name}"))));
    }
    let mut revisions = ctx.first(ctx.storage.history(name))?;
    revisions.sort_by_key(|r| r.version);
    Ok(revisions)
}

/// A revision with its live objects in `info.resources`, by `VERSION/KIND` and `v1/Pod(related)`: as tables for people,
/// as objects for programs (pkg/action/status.go). Objects that cannot be read are left out.
///
/// # Errors
/// As [`content`], and a manifest whose kinds the server does not know.
pub fn status(ctx: &Context<'_, '_>, name: &str, revision: i64, tables: bool) -> Result<Release, Error> {
    let mut release = content(ctx, name, revision)?;
    let resources = ctx.kube.build(&release.manifest, false)?;
    release.info.resources = live_resources(ctx, &resources, tables);
    Ok(release)
}

fn live_resources(ctx: &Context<'_, '_>, resources: &[Resource], tables: bool) -> Map<String, Value> {
    let mut found = Map::new();
    let mut add = |key: String, value: Value| {
        if let Value::Array(list) = found.entry(key).or_insert_with(|| Value::Array(Vec::new())) {
            list.push(value);
        }
    };
    let live: Vec<Result<Value, Error>> = if tables {
        resources.iter().map(|r| ctx.kube.get_table(r)).collect()
    } else {
        let all: Vec<&Resource> = resources.iter().collect();
        ctx.kube.get_all(&all).into_iter().map(|o| o.map(|o| o.0)).collect()
    };
    let mut selectors: Vec<Map<String, Value>> = Vec::new();
    for (resource, live) in resources.iter().zip(live) {
        let Ok(live) = live else { continue };
        add(format!("{}/{}", resource.gvk.version, resource.gvk.kind), live);
        let Some(selector) = pod_selector(&resource.object) else { continue };
        if selectors.contains(&selector) {
            continue;
        }
        let text = selector_text(&selector);
        selectors.push(selector);
        let pods = if tables {
            ctx.kube.list_pods_table(&resource.namespace, &text)
        } else {
            ctx.kube.list_pods(&resource.namespace, &text)
        };
        match pods {
            Ok(pods) => add("v1/Pod(related)".to_owned(), pods),
            Err(error) => {
                let error = error.to_string();
                ctx.events.log(Level::Warn, "get the relation pod is failed", &[("error", &error)]);
            }
        }
    }
    found
}

/// The labels of a controller's pods.
fn pod_selector(object: &Object) -> Option<Map<String, Value>> {
    let pointer = match object.kind() {
        "ReplicaSet" | "Deployment" | "StatefulSet" | "DaemonSet" | "Job" => "/spec/selector/matchLabels",
        "ReplicationController" => "/spec/selector",
        _ => return None,
    };
    object.0.pointer(pointer)?.as_object().cloned()
}

/// `a=b,c=d`, sorted by name.
fn selector_text(selector: &Map<String, Value>) -> String {
    let mut parts: Vec<String> =
        selector.iter().map(|(k, v)| format!("{k}={}", v.as_str().unwrap_or_default())).collect();
    parts.sort_unstable();
    parts.join(",")
}
