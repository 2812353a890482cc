//! `list`, `history`, `status`, `get …`: looking at releases.

use pintle_cluster::action::list::{self, ListOptions, States};
use pintle_cluster::action::read;
use pintle_release::Release;
use serde::Serialize;
use serde_json::{Value, json};

use crate::Context;
use crate::error::{CliError, CliResult};
use crate::ops::session::Session;
use crate::ops::values;
use crate::output::release::{self, Show, ansic};
use crate::output::table::Table;

fn first<'a>(cx: &'a Context<'_>) -> &'a str {
    cx.args.args.first().map_or("", String::as_str)
}

/// A release's revision (0: the newest).
fn content(cx: &Context<'_>) -> Result<Release, CliError> {
    let session = Session::open(cx)?;
    session.with(cx, &session.namespace, |actions| {
        read::content(actions, first(cx), cx.args.int("revision")).map_err(|e| e.to_string().into())
    })
}

#[derive(Serialize)]
struct Element {
    name: String,
    namespace: String,
    revision: String,
    updated: String,
    status: String,
    chart: String,
    app_version: String,
}

pub fn list(cx: &Context<'_>) -> CliResult {
    let p = &cx.args;
    let session = Session::open(cx)?;
    let namespace = if p.on("all-namespaces") { "" } else { &session.namespace };
    let filter = p.text("filter");
    let regex = match filter.as_str() {
        "" => None,
        f => Some(pintle_go::regexp::Regexp::compile(f.as_bytes()).map_err(|e| e.to_string())?),
    };
    let by_name = regex.map(|re| move |name: &str| re.is_match(name.as_bytes()));
    let wanted = p.text("selector");
    let options = ListOptions {
        states: States {
            deployed: p.on("deployed"),
            uninstalled: p.on("uninstalled"),
            uninstalling: p.on("uninstalling"),
            pending: p.on("pending"),
            failed: p.on("failed"),
            superseded: p.on("superseded"),
        },
        name_filter: by_name.as_ref().map(|f| f as _),
        selector: &wanted,
        by_date: p.on("date"),
        reverse: p.on("reverse"),
        limit: p.int("max").try_into().unwrap_or(0),
        offset: p.int("offset").try_into().unwrap_or(0),
    };
    let releases =
        session.with(cx, namespace, |actions| list::run(actions, &options).map_err(|e| e.to_string().into()))?;
    let format = p.text("output");
    if p.on("short") {
        let names: Vec<&str> = releases.iter().map(|r| r.name.as_str()).collect();
        return release::write(cx.out, &format, &names, || {
            names.iter().for_each(|n| cx.out.line(n));
            Ok(())
        });
    }
    let layout = p.text("time-format");
    let elements: Vec<Element> = releases
        .into_iter()
        .map(|r| Element {
            revision: r.version.to_string(),
            updated: updated(&r, &layout),
            status: r.info.status.as_str().to_owned(),
            chart: r.chart_name_version(),
            app_version: r.app_version().to_owned(),
            name: r.name,
            namespace: r.namespace,
        })
        .collect();
    release::write(cx.out, &format, &elements, || {
        let mut table = Table::new();
        if !p.on("no-headers") {
            table.row(["NAME", "NAMESPACE", "REVISION", "UPDATED", "STATUS", "CHART", "APP VERSION"]);
        }
        for e in &elements {
            table.row(
                [&e.name, &e.namespace, &e.revision, &e.updated, &e.status, &e.chart, &e.app_version]
                    .map(String::as_str),
            );
        }
        cx.out.line(table.text());
        Ok(())
    })
}

/// When a release changed, by a Go layout or as `time.Time` prints.
fn updated(r: &Release, layout: &str) -> String {
    let t = r.info.last_deployed;
    if t.is_zero() {
        return "-".to_owned();
    }
    let text = serde_json::to_value(t).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default();
    let Ok(time) = pintle_go::time::parse(b"2006-01-02T15:04:05.999999999Z07:00", text.as_bytes()) else { return text };
    let layout = if layout.is_empty() { "2006-01-02 15:04:05.999999999 -0700 MST" } else { layout };
    String::from_utf8_lossy(&time.format(layout.as_bytes())).into_owned()
}

pub fn history(cx: &Context<'_>) -> CliResult {
    let session = Session::open(cx)?;
    let all = session
        .with(cx, &session.namespace, |actions| read::history(actions, first(cx)).map_err(|e| e.to_string().into()))?;
    let max: usize = cx.args.int("max").try_into().unwrap_or(0);
    let shown = &all[all.len().saturating_sub(max)..];
    let rows: Vec<Value> = shown
        .iter()
        .map(|r| {
            let mut v = json!({
                "revision": r.version,
                "status": r.info.status.as_str(),
                "chart": r.chart_name_version(),
                "app_version": r.app_version(),
                "description": r.info.description,
            });
            if !r.info.last_deployed.is_zero()
                && let Some(m) = v.as_object_mut()
            {
                let time = serde_json::to_value(r.info.last_deployed).unwrap_or_default();
                m.shift_insert(1, "updated".to_owned(), time);
            }
            v
        })
        .collect();
    release::write(cx.out, &cx.args.text("output"), &rows, || {
        let mut table = Table::new();
        table.row(["REVISION", "UPDATED", "STATUS", "CHART", "APP VERSION", "DESCRIPTION"]);
        for r in shown {
            table.row([
                r.version.to_string(),
                ansic(r.info.last_deployed),
                r.info.status.as_str().to_owned(),
                r.chart_name_version(),
                r.app_version().to_owned(),
                r.info.description.clone(),
            ]);
        }
        cx.out.line(table.text());
        Ok(())
    })
}

pub fn status(cx: &Context<'_>) -> CliResult {
    let session = Session::open(cx)?;
    let format = cx.args.text("output");
    let mut r = session.with(cx, &session.namespace, |actions| {
        read::status(actions, first(cx), cx.args.int("revision"), format == "table").map_err(|e| e.to_string().into())
    })?;
    r.chart = Value::Null;
    release::release(cx.out, &format, &r, Show::default())
}

pub fn get_values(cx: &Context<'_>) -> CliResult {
    let r = content(cx)?;
    let all = cx.args.on("all");
    let shown = if all { values::computed(&r)? } else { r.config.clone().into() };
    let format = cx.args.text("output");
    release::write(cx.out, &format, &shown, || {
        cx.out.line(if all { "COMPUTED VALUES:" } else { "USER-SUPPLIED VALUES:" });
        release::yaml(cx.out, &shown)
    })
}

pub fn get_manifest(cx: &Context<'_>) -> CliResult {
    cx.out.line(content(cx)?.manifest);
    Ok(())
}

pub fn get_hooks(cx: &Context<'_>) -> CliResult {
    for h in content(cx)?.hooks {
        cx.out.line(format!("---\n# Source: {}\n{}", h.path, h.manifest));
    }
    Ok(())
}

pub fn get_notes(cx: &Context<'_>) -> CliResult {
    let r = content(cx)?;
    if !r.info.notes.is_empty() {
        cx.out.line(format!("NOTES:\n{}", r.info.notes));
    }
    Ok(())
}

pub fn get_all(cx: &Context<'_>) -> CliResult {
    let r = content(cx)?;
    if let Some(template) = cx.args.given("template") {
        return super::get_template(cx, &r, &template);
    }
    release::release(cx.out, "table", &r, Show { debug: true, metadata: true, hide_notes: false })
}

/// The chart's dependencies with Helm's fields in Helm's order; data files and other writers may have another.
fn dependencies(meta: &Value) -> Vec<Value> {
    const FIELDS: [&str; 8] =
        ["name", "version", "repository", "condition", "tags", "enabled", "import-values", "alias"];
    let written = |d: &Value| -> Value {
        FIELDS
            .into_iter()
            .filter_map(|field| match d.get(field) {
                // always there
                None | Some(Value::Null) if matches!(field, "name" | "repository") => {
                    Some((field.to_owned(), json!("")))
                }
                None | Some(Value::Null | Value::Bool(false)) => None,
                Some(Value::String(s)) if s.is_empty() && !matches!(field, "name" | "repository") => None,
                Some(Value::Array(a)) if a.is_empty() => None,
                Some(v) => Some((field.to_owned(), v.clone())),
            })
            .collect()
    };
    meta.get("dependencies").and_then(Value::as_array).into_iter().flatten().map(written).collect()
}

pub fn get_metadata(cx: &Context<'_>) -> CliResult {
    let r = content(cx)?;
    let meta = r.chart.get("metadata").cloned().unwrap_or_default();
    let text = |key: &str| meta.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let annotations = meta.get("annotations").cloned().unwrap_or_default();
    let deps = Value::Array(dependencies(&meta));
    let deployed = updated(&r, "2006-01-02T15:04:05Z07:00");
    let mut v = serde_json::Map::new();
    v.insert("name".into(), json!(r.name));
    v.insert("chart".into(), json!(text("name")));
    v.insert("version".into(), json!(text("version")));
    v.insert("appVersion".into(), json!(text("appVersion")));
    if annotations.as_object().is_some_and(|a| !a.is_empty()) {
        v.insert("annotations".into(), annotations.clone());
    }
    if !r.labels.is_empty() {
        v.insert("labels".into(), json!(r.labels));
    }
    if deps.as_array().is_some_and(|d| !d.is_empty()) {
        v.insert("dependencies".into(), deps.clone());
    }
    v.insert("namespace".into(), json!(r.namespace));
    v.insert("revision".into(), json!(r.version));
    v.insert("status".into(), json!(r.info.status.as_str()));
    v.insert(
        "deployedAt".into(),
        json!(if deployed == "-" { "0001-01-01T00:00:00Z".to_owned() } else { deployed.clone() }),
    );
    if !r.apply_method.is_empty() {
        v.insert("applyMethod".into(), json!(r.apply_method));
    }
    release::write(cx.out, &cx.args.text("output"), &v, || {
        let pairs = |m: &Value| {
            let mut all: Vec<String> = m
                .as_object()
                .into_iter()
                .flatten()
                .map(|(k, v)| format!("{k}={}", v.as_str().unwrap_or_default()))
                .collect();
            all.sort();
            all.join(",")
        };
        let mut names: Vec<&str> =
            deps.as_array().into_iter().flatten().filter_map(|d| d.get("name").and_then(Value::as_str)).collect();
        names.sort_unstable();
        let method = match r.apply_method.as_str() {
            "" => "client-side apply (defaulted)".to_owned(),
            "csa" => "client-side apply".to_owned(),
            "ssa" => "server-side apply".to_owned(),
            other => format!("unknown ({other:?})"),
        };
        for (k, value) in [
            ("NAME", r.name.clone()),
            ("CHART", text("name")),
            ("VERSION", text("version")),
            ("APP_VERSION", text("appVersion")),
            ("ANNOTATIONS", pairs(&annotations)),
            ("LABELS", pairs(&json!(r.labels))),
            ("DEPENDENCIES", names.join(",")),
            ("NAMESPACE", r.namespace.clone()),
            ("REVISION", r.version.to_string()),
            ("STATUS", r.info.status.as_str().to_owned()),
            ("DEPLOYED_AT", if deployed == "-" { "0001-01-01T00:00:00Z".to_owned() } else { deployed.clone() }),
            ("APPLY_METHOD", method),
        ] {
            cx.out.line(format!("{k}: {value}"));
        }
        Ok(())
    })
}
