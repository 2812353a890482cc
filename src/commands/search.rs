//! `search repo` and `search hub`.

use pintle_chart::log::{Level, LogSink as _, Record};
use pintle_go::semver::{Constraint, Version};
use pintle_registry::oci::is_oci;
use pintle_registry::search::{Found, Term, search, sort};
use pintle_registry::{Address, IndexFile, Repositories, Request, index_file};
use serde_json::{Value, json};

use crate::Context;
use crate::error::{CliError, CliResult};
use crate::ops::repositories::{getter, places};
use crate::ops::versions;
use crate::output::release;
use crate::output::table::Table;

/// Where Artifact Hub's search answers.
const HUB_PATH: &str = "/api/chartsvc/v1/charts/search";

/// `search repo`
pub fn repo(cx: &Context<'_>) -> CliResult {
    let p = &cx.args;
    if let Some(reference) = p.args.first().filter(|a| is_oci(a)) {
        return registry(cx, reference);
    }
    let at = places(cx);
    let mut version = p.text("version");
    cx.out.debug_record("original chart version", &[("version", version.clone())]);
    if version.is_empty() {
        version = if p.on("devel") { ">0.0.0-0" } else { ">0.0.0" }.to_owned();
        cx.out.debug_record(&format!("setting version to {version}"), &[]);
    }
    let file = Repositories::load(&at.repositories).unwrap_or_default();
    if file.entries.is_empty() {
        return Err("no repositories configured".into());
    }
    let text = p.args.join(" ");
    let pattern = if p.on("regexp") && !p.args.is_empty() {
        Some(pintle_go::regexp::Regexp::compile(text.as_bytes()))
    } else {
        None
    };
    let mut bad_pattern = None;
    let term = match &pattern {
        Some(Ok(re)) => Term::Pattern(re),
        Some(Err(e)) => {
            bad_pattern = Some(e.to_str_lossy().into_owned());
            Term::All
        }
        None if p.args.is_empty() => Term::All,
        None => Term::Text(&text),
    };
    let mut found = Vec::new();
    for entry in &file.entries {
        match IndexFile::load_brief(&index_file(&at.repository_cache, &entry.name), cx.out) {
            // every version is looked at: which one fits is known only later
            Ok(index) => search(&entry.name, index, true, &term, &mut found),
            Err(e) => cx.out.log(&Record {
                level: Level::Warn,
                msg: "repo is corrupt or missing",
                attrs: &[("repo", entry.name.clone()), ("error", e.to_string())],
            }),
        }
    }
    if let Some(e) = bad_pattern {
        return Err(CliError::new(e));
    }
    sort(&mut found);
    let constraint = Constraint::new(&version).map_err(|e| format!("an invalid version/constraint format: {e}"))?;
    let mut last = String::new();
    let all = p.on("versions");
    found.retain(|f| {
        let fits = (all || f.name != last) && Version::new(f.chart.version()).is_ok_and(|v| constraint.check(&v));
        if fits {
            last.clone_from(&f.name);
        }
        fits
    });
    let shown: Vec<Value> = found
        .iter()
        .map(|f| {
            let m = &f.chart.metadata;
            json!({"name": f.name, "version": m.version, "app_version": m.app_version, "description": m.description})
        })
        .collect();
    show(cx, &shown, || {
        let row = |f: &Found| {
            let m = &f.chart.metadata;
            [f.name.clone(), m.version.clone(), m.app_version.clone(), m.description.clone()]
        };
        let head = vec!["NAME", "CHART VERSION", "APP VERSION", "DESCRIPTION"];
        (head, found.iter().map(|f| row(f).to_vec()).collect())
    })
}

/// `search repo oci://…`: the versions that lie in a repository of a registry, the newest alone without `--versions`.
fn registry(cx: &Context<'_>, reference: &str) -> CliResult {
    let wanted = versions::wanted(cx)?;
    let mut found = versions::in_registry(cx, &getter(cx, None), reference)?;
    found.retain(|v| versions::fits(&wanted, &v.version));
    if !cx.args.on("versions") {
        found.truncate(1);
    }
    let shown: Vec<Value> = found
        .iter()
        .map(|v| {
            let (app, text) = (&v.app_version, &v.description);
            json!({"name": reference, "version": v.version, "app_version": app, "description": text})
        })
        .collect();
    show(cx, &shown, || {
        let row = |v: &versions::Known| {
            vec![reference.to_owned(), v.version.clone(), v.app_version.clone(), v.description.clone()]
        };
        (vec!["NAME", "CHART VERSION", "APP VERSION", "DESCRIPTION"], found.iter().map(row).collect())
    })
}

/// `search hub`
pub fn hub(cx: &Context<'_>) -> CliResult {
    let p = &cx.args;
    let endpoint = p.text("endpoint");
    let base = Address::parse(&endpoint)
        .map_err(|e| e.to_string())
        .and_then(|a| if a.authority().is_empty() { Err("no hostname provided".to_owned()) } else { Ok(a) })
        .map_err(|e| format!("unable to create connection to {endpoint:?}: {e}"))?;
    let failed = |e: String| {
        cx.out.debug_record("search failed", &[("error", e)]);
        CliError::new(format!("unable to perform search against {endpoint:?}"))
    };
    let query = p.args.join(" ");
    let mut address = base;
    address.path = format!("{}{HUB_PATH}", address.path.trim_end_matches('/'));
    address.query = Some(format!("q={}", escaped(&query)));
    let data = getter(cx, None).get(&address.to_string(), &Request::default()).map_err(|e| failed(e.to_string()))?;
    // what is no JSON counts as no charts, as in Helm
    let answer: Value = serde_json::from_slice(&data).unwrap_or_default();
    let text = |v: &Value, path: &str| v.pointer(path).and_then(Value::as_str).unwrap_or_default().to_owned();
    let shown: Vec<Value> = answer["data"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|c| {
            let package = text(c, "/artifactHub/packageUrl");
            let url = if package.is_empty() { format!("{endpoint}/charts/{}", text(c, "/id")) } else { package };
            let latest = "/relationships/latestChartVersion/data";
            json!({
                "url": url,
                "version": text(c, &format!("{latest}/version")),
                "app_version": text(c, &format!("{latest}/app_version")),
                "description": text(c, "/attributes/description"),
                "repository": {"url": text(c, "/attributes/repo/url"), "name": text(c, "/attributes/repo/name")},
            })
        })
        .collect();
    let mut head = vec!["URL", "CHART VERSION", "APP VERSION", "DESCRIPTION"];
    let mut paths = vec!["/url", "/version", "/app_version", "/description"];
    if p.on("list-repo-url") {
        head.push("REPO URL");
        paths.push("/repository/url");
    }
    show(cx, &shown, || (head, shown.iter().map(|c| paths.iter().map(|at| text(c, at)).collect()).collect()))
}

/// Prints what was found; nothing found may be an error.
fn show<'h>(cx: &Context<'_>, found: &[Value], rows: impl FnOnce() -> (Vec<&'h str>, Vec<Vec<String>>)) -> CliResult {
    if found.is_empty() && cx.args.on("fail-on-no-result") {
        return Err("no results found".into());
    }
    release::write(cx.out, &cx.args.text("output"), &found, || {
        if found.is_empty() {
            cx.out.line("No results found");
            return Ok(());
        }
        let width = cx.args.text("max-col-width").parse().unwrap_or(50);
        let mut table = Table::new();
        table.max_width = width;
        let (head, rows) = rows();
        table.row(head);
        rows.into_iter().for_each(|r| table.row(r));
        cx.out.line(table.text());
        Ok(())
    })
}

/// Go's `url.QueryEscape`.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for b in text.bytes() {
        match b {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(b)),
            b' ' => out.push('+'),
            b => out += &format!("%{b:02X}"),
        }
    }
    out
}
