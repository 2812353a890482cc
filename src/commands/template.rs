//! `template`: renders a chart without a cluster.

use std::io::Write as _;
use std::path::Path;
use std::rc::Rc;

use pintle_chart::capabilities::{Capabilities, KubeVersion};
use pintle_chart::render_values::{ReleaseOptions, to_render_values};
use pintle_chart::{Chart, deps, names};
use pintle_cluster::action::install::{self, InstallOptions};
use pintle_cluster::action::{DryRun, Rendered};
use pintle_render::manifest::Hook;
use pintle_render::{
    Recorder, RenderOptions, ResourceOptions, Resources, render_resources, resources, split_manifests,
};

use crate::Context;
use crate::error::{CliError, CliResult};
use crate::ops::explain::{Scene, explained};
use crate::ops::session::{self, Session};
use crate::ops::{chart, limits, postrender, schemas, show_source, values};

pub fn run(cx: &Context<'_>) -> CliResult {
    let p = &cx.args;
    let mut caps = Capabilities::default();
    if let Some(v) = p.given("kube-version") {
        caps.kube_version = KubeVersion::parse(&v).map_err(|e| format!("invalid kube version '{v}': {e}"))?;
    }
    let dry_run = session::dry_run_of_template(cx)?;
    let (release, path) = chart::named(cx, Some("release-name"))?;
    let sources = values::Sources::new(cx);
    let user = values::merge_from(cx, &sources)?;
    let mut chart = chart::load_installable(cx, &path)?;
    let namespace = cx.settings.effective_namespace();
    let upgrade = p.on("is-upgrade");
    let server = match dry_run {
        DryRun::Server => Some(Server::open(cx, &release, upgrade)?),
        _ => None,
    };
    if let Err(e) = names::validate_release_name(&release) {
        let e = format!("release name {}: {e}", pintle_go::strconv::quote(release.as_bytes()));
        cx.out.note(format!("level=ERROR msg=\"release name check failed\" error={}", log_value(&e)));
        return Err(CliError::new(format!("release name check failed: {e}")));
    }
    if let Err(e) = deps::process_dependencies(&mut chart, &user, cx.out) {
        cx.out.note(format!("level=ERROR msg=\"chart dependencies processing failed\" error={}", log_value(&e)));
        return Err(CliError::new(format!("chart dependencies processing failed: {e}")));
    }
    let api_versions = p.list("api-versions");
    if let Some(server) = &server {
        server.look_at_crds(cx, &chart)?;
        if !api_versions.is_empty() {
            cx.out.debug_record("API Version list given outside of client only mode, this list will be ignored", &[]);
        }
        caps = server.session.capabilities()?;
    } else {
        caps.api_versions.extend(api_versions);
    }
    let options =
        ReleaseOptions { name: release.clone(), namespace, revision: 1, is_upgrade: upgrade, is_install: !upgrade };
    let lookup = server.as_ref().and_then(|s| s.session.lookup());
    let limits = limits::from_env(&cx.settings)?;
    let recorder = p.on("show-source").then(|| Rc::new(Recorder::new()));
    let render_options =
        RenderOptions { log: Some(cx.out), lookup, limits, recorder: recorder.clone(), ..RenderOptions::default() };
    let flags = values::options(p);
    let scene = Scene {
        chart: &chart,
        user: &user,
        release: &options,
        capabilities: &caps,
        options: &render_options,
        flags: &flags,
        sources: &sources,
    };
    let schemas = schemas::loader(cx);
    let top = to_render_values(&chart, &user, &options, &caps, p.on("skip-schema-validation"), cx.out, Some(&schemas))
        .map_err(|e| explained(cx, e, || scene.of_values()))?;
    let post_render = postrender::from_flags(cx)?;
    if post_render.is_some() && recorder.is_some() {
        return Err(CliError::new("--show-source cannot be used with --post-renderer")
            .hint("what a post-renderer writes has no place in a template"));
    }
    let resource_options = ResourceOptions {
        post_render: post_render.as_ref().map(|f| &**f as _),
        sub_notes: p.on("render-subchart-notes"),
        include_crds: p.on("include-crds"),
        hide_secret: p.on("hide-secret"),
        apart: server.is_none() && recorder.is_none() && writes_all(cx),
        ..ResourceOptions::default()
    };
    match render_resources(&chart, &top, &caps, &render_options, &resource_options) {
        Ok(mut r) => {
            for hook in &r.unknown_hooks {
                cx.out.note(resources::unknown_hook_warning(&hook.types));
            }
            if let Some(server) = server {
                server.check(cx, &r)?;
            }
            if let Some(recorder) = &recorder {
                show_source::annotate(&mut r, recorder, &scene.layers(), p.on("hide-secret"));
            }
            let printed = print(cx, &release, r);
            // the process ends here: taking the chart apart piece by piece would cost time for nothing
            std::mem::forget((chart, top));
            printed
        }
        Err(e) if cx.settings.debug => {
            let mut stream = trim(e.partial().unwrap_or_default()).to_vec();
            stream.push(b'\n');
            // what `--show-only` does not find there is too malformed, one may suppose: the first error says more
            let _ = emit(cx, &stream);
            Err(explained(cx, e.to_string(), || scene.of_rendering(&e)))
        }
        Err(e) => {
            let text = format!("{e}\n\nUse --debug flag to render out invalid YAML");
            Err(explained(cx, text, || scene.of_rendering(&e)))
        }
    }
}

/// The cluster of `--dry-run=server`: asked, never changed.
struct Server {
    session: Session,
    options: InstallOptions,
}

impl Server {
    /// Connects, and finds the cluster reachable.
    fn open(cx: &Context<'_>, release: &str, is_upgrade: bool) -> Result<Server, CliError> {
        let session = Session::open(cx)?;
        let mut options =
            InstallOptions { is_upgrade, ..super::install::options(cx, &session, release, DryRun::Server, true) };
        session.with(cx, &session.namespace, |a| Ok(install::preflight(a, &mut options)?))?;
        Ok(Server { session, options })
    }

    /// Warns where the chart brings definitions that the cluster may lack.
    fn look_at_crds(&self, cx: &Context<'_>, chart: &Chart) -> CliResult {
        let crds = super::install::crds(chart);
        self.session.with(cx, &self.session.namespace, |a| {
            install::crds(a, &self.options, &crds).map_err(|e| e.to_string().into())
        })
    }

    /// Has the cluster check what was rendered, as an install would before it changes anything.
    fn check(&self, cx: &Context<'_>, r: &Resources) -> CliResult {
        let rendered = Rendered { manifest: String::from_utf8_lossy(&r.manifest).into_owned(), ..Rendered::default() };
        self.session.with(cx, &self.session.namespace, |a| {
            install::run(a, &self.options, rendered).map_err(|e| e.to_string()).map(|_| ()).map_err(Into::into)
        })
    }
}

/// A value in a log line: quoted where slog quotes.
fn log_value(text: &str) -> String {
    pintle_go::strconv::quote(text.as_bytes())
}

/// `strings.TrimSpace`, which cuts Unicode's blank space, too.
fn trim(text: &[u8]) -> &[u8] {
    match std::str::from_utf8(text) {
        Ok(s) => s.trim().as_bytes(),
        Err(_) => text.trim_ascii(),
    }
}

/// Whether all documents go to the terminal as they are, which takes no more than one at a time.
fn writes_all(cx: &Context<'_>) -> bool {
    cx.args.text("output-dir").is_empty() && cx.args.list("show-only").is_empty()
}

/// The hooks that are shown beside the manifest.
fn shown_hooks<'r>(cx: &Context<'_>, r: &'r Resources) -> impl Iterator<Item = &'r Hook> {
    let (none, no_tests) = (cx.args.on("no-hooks"), cx.args.on("skip-tests"));
    r.hooks.iter().filter(move |h| !(none || no_tests && h.events.iter().any(|e| e == "test")))
}

/// As [`print`] where [`writes_all`], without joining the documents.
fn print_all(cx: &Context<'_>, r: &Resources) {
    let mut text = Vec::new();
    let mut documents = r.documents(cx.args.on("hide-secret")).peekable();
    while let Some((path, document)) = documents.next() {
        text.clear();
        resources::push(&mut text, path, document);
        if documents.peek().is_none() {
            text.truncate(trim(&text).len());
        }
        cx.out.data(&text);
    }
    cx.out.data(b"\n");
    for h in shown_hooks(cx, r) {
        text.clear();
        resources::push(&mut text, &h.path, &h.manifest);
        cx.out.data(&text);
    }
}

fn print(cx: &Context<'_>, release: &str, mut r: Resources) -> CliResult {
    let p = &cx.args;
    if writes_all(cx) && r.manifest.is_empty() {
        print_all(cx, &r);
        return Ok(());
    }
    let output_dir = p.text("output-dir");
    let mut written = Written { cx, dir: &output_dir, paths: Vec::new() };
    if p.on("release-name") && !output_dir.is_empty() {
        written.dir = &output_dir;
    }
    let dir = if p.on("release-name") { format!("{output_dir}/{release}") } else { output_dir.clone() };
    let mut stream = Vec::new();
    if output_dir.is_empty() {
        stream = std::mem::take(&mut r.manifest);
        stream.truncate(trim(&stream).len()); // it begins with `---`: only its end can be blank
    } else {
        // CRDs go beside the release's folder, as in Helm
        for (path, text) in &r.crds {
            written.write(path, text)?;
        }
        written.dir = &dir;
        for m in &r.manifests {
            written.write(&m.path, &m.content)?;
        }
    }
    stream.push(b'\n');
    for h in shown_hooks(cx, &r) {
        if output_dir.is_empty() {
            resources::push(&mut stream, &h.path, &h.manifest);
        } else {
            written.write(&h.path, &h.manifest)?;
        }
    }
    emit(cx, &stream)
}

/// Prints a stream of manifests, or what `--show-only` names of it.
fn emit(cx: &Context<'_>, stream: &[u8]) -> CliResult {
    let only = cx.args.list("show-only");
    if only.is_empty() {
        cx.out.data(stream);
        return Ok(());
    }
    let docs = split_manifests(stream);
    let mut chosen = Vec::new();
    for pattern in &only {
        let mut found = false;
        for doc in &docs {
            let Some(path) = source_in_chart(doc) else { continue };
            if pintle_go::glob::path_match(pattern.as_bytes(), &path).unwrap_or(false) {
                chosen.push(*doc);
                found = true;
            }
        }
        if !found {
            return Err(CliError::new(format!("could not find template {pattern} in chart")));
        }
    }
    for doc in chosen {
        cx.out.data(b"---\n");
        cx.out.line(doc);
    }
    Ok(())
}

/// The path after the chart's name in the first `# Source: CHART/PATH` of a document.
fn source_in_chart(doc: &[u8]) -> Option<Vec<u8>> {
    const MARK: &[u8] = b"# Source: ";
    for line in doc.split(|b| *b == b'\n') {
        if let Some(at) = line.windows(MARK.len()).position(|w| w == MARK) {
            let path = &line[at + MARK.len()..];
            let slash = path.iter().position(|b| *b == b'/')?;
            if slash > 0 && slash + 1 < path.len() {
                return Some(path[slash + 1..].to_vec());
            }
        }
    }
    None
}

/// Files under `--output-dir`: a path that comes again is appended to.
struct Written<'a> {
    cx: &'a Context<'a>,
    dir: &'a str,
    paths: Vec<String>,
}

impl Written<'_> {
    fn write(&mut self, path: &str, text: &[u8]) -> CliResult {
        let name = format!("{}/{path}", self.dir);
        let file = Path::new(&name);
        let fail = |e: std::io::Error| CliError::new(format!("open {name}: {e}"));
        if let Some(parent) = file.parent() {
            std::fs::create_dir_all(parent).map_err(fail)?;
        }
        let again = self.paths.contains(&name);
        let mut open = std::fs::OpenOptions::new();
        open.write(true).create(true);
        if again {
            open.append(true);
        } else {
            open.truncate(true);
        }
        let mut out = open.open(file).map_err(fail)?;
        let mut doc = Vec::new();
        resources::push(&mut doc, path, text);
        out.write_all(&doc).map_err(fail)?;
        self.paths.push(name.clone());
        self.cx.out.line(format!("wrote {name}"));
        Ok(())
    }
}
