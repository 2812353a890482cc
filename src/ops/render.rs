//! From a chart's name to a rendered release: the steps that template, install and upgrade share.

use pintle_chart::Chart;
use pintle_chart::capabilities::Capabilities;
use pintle_chart::record::chart_to_json;
use pintle_chart::render_values::{ReleaseOptions, to_render_values};
use pintle_cluster::action::{DryRun, Rendered};
use pintle_go::{Map, Value, json};
use pintle_render::{RenderOptions, ResourceOptions, render_resources, resources};
use serde_json::Value as Json;

use super::explain::{Scene, explained};
use super::session::Session;
use super::values;
use crate::Context;
use crate::error::CliError;

/// A Go value as JSON for records, spelled as Go spells it.
///
/// # Errors
/// Numbers that JSON cannot say.
pub fn to_json(v: &Value) -> Result<Json, String> {
    let text = json::encode(v, false).map_err(|e| e.0)?;
    serde_json::from_slice(&text).map_err(|e| e.to_string())
}

/// JSON of a record as Go values.
pub fn from_json(v: &Json) -> Value {
    serde_json::to_vec(v).ok().and_then(|t| json::decode(&t).ok()).unwrap_or_default()
}

/// What a map of values is in a record.
///
/// # Errors
/// As [`to_json`].
pub fn config(values: &Map) -> Result<serde_json::Map<String, Json>, String> {
    match to_json(&Value::Map(values.clone()))? {
        Json::Object(m) => Ok(m),
        _ => Ok(serde_json::Map::new()),
    }
}

/// Renders a chart whose dependencies were processed, for the record and the cluster.
///
/// # Errors
/// Helm's text of the first thing that fails.
pub fn release(
    cx: &Context<'_>,
    session: &Session,
    chart: &Chart,
    user: &Map,
    options: &ReleaseOptions,
    caps: &Capabilities,
    dry: DryRun,
) -> Result<Rendered, CliError> {
    let p = &cx.args;
    // as they are now: rendering lets templates change values
    let (config, chart_json) = (config(user)?, chart_to_json(chart));
    let render_options = RenderOptions {
        lookup: if dry.asks_server() { session.lookup() } else { None },
        log: Some(cx.out),
        limits: super::limits::from_env(&cx.settings)?,
        ..RenderOptions::default()
    };
    let (flags, sources) = (values::options(p), values::Sources::new(cx));
    let scene = Scene {
        chart,
        user,
        release: options,
        capabilities: caps,
        options: &render_options,
        flags: &flags,
        sources: &sources,
    };
    let schemas = super::schemas::loader(cx);
    let top = to_render_values(chart, user, options, caps, p.on("skip-schema-validation"), cx.out, Some(&schemas))
        .map_err(|e| explained(cx, e, || scene.of_values()))?;
    let post_render = super::postrender::from_flags(cx)?;
    let resource_options = ResourceOptions {
        post_render: post_render.as_ref().map(|f| &**f as _),
        sub_notes: p.on("render-subchart-notes"),
        hide_secret: p.on("hide-secret"),
        ..ResourceOptions::default()
    };
    let r = render_resources(chart, &top, caps, &render_options, &resource_options)
        .map_err(|e| explained(cx, e.to_string(), || scene.of_rendering(&e)))?;
    let mut definitions = Vec::new();
    for hook in &r.unknown_hooks {
        // Helm dropped them with Helm 2
        if hook.is_definition() && cx.settings.program != "helm" {
            definitions.push((hook.path.clone(), hook.manifest.to_string()));
        } else {
            cx.out.note(resources::unknown_hook_warning(&hook.types));
        }
    }
    let hooks = r.hooks.iter().map(|h| pintle_release::Hook {
        name: h.name.clone(),
        kind: h.kind.clone(),
        path: h.path.clone(),
        manifest: h.manifest.to_string(),
        events: h.events.clone(),
        weight: h.weight,
        delete_policies: h.delete_policies.clone(),
        output_log_policies: h.output_log_policies.clone(),
        ..pintle_release::Hook::default()
    });
    Ok(Rendered {
        manifest: String::from_utf8_lossy(&r.manifest).into_owned(),
        hooks: hooks.collect(),
        definitions,
        notes: r.notes.to_string(),
        chart: chart_json,
        config,
    })
}
