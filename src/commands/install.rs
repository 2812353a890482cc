//! `install`: a chart as a new release.

use std::path::Path;

use pintle_chart::render_values::ReleaseOptions;
use pintle_chart::{Chart, deps};
use pintle_cluster::action::install::{self, InstallOptions};
use pintle_cluster::action::{Context as Actions, DryRun};
use pintle_go::Map;
use pintle_release::Release;

use crate::Context;
use crate::error::{CliError, CliResult};
use crate::ops::session::{self, Session};
use crate::ops::{chart, render, values};
use crate::output::release::{self, Show};

pub fn run(cx: &Context<'_>) -> CliResult {
    let dry = session::dry_run(cx)?;
    let failed = |e: CliError| CliError { text: format!("INSTALLATION FAILED: {}", e.text), ..e };
    let session = Session::open(cx)?;
    let r = session
        .with(cx, &session.namespace, |actions| {
            let (release_name, path) = chart::named(cx, None)?;
            let user = values::merge(cx)?;
            install(cx, &session, actions, options(cx, &session, &release_name, dry, false), &path, &user)
                .inspect_err(|_| tell_stop(cx, &session, &release_name))
        })
        .map_err(failed)?;
    release::release(cx.out, &cx.args.text("output"), &r, show(cx))
}

/// What Helm prints when it is stopped.
pub fn tell_stop(cx: &Context<'_>, session: &Session, release: &str) {
    if session.was_stopped() {
        cx.out.line(format!("Release {release} has been cancelled."));
    }
}

/// What install and upgrade show of their release.
pub fn show(cx: &Context<'_>) -> Show {
    Show { debug: cx.settings.debug, metadata: false, hide_notes: cx.args.on("hide-notes") }
}

/// The flags, also those of `upgrade --install`.
pub fn options(cx: &Context<'_>, session: &Session, name: &str, dry: DryRun, replace: bool) -> InstallOptions {
    let p = &cx.args;
    InstallOptions {
        name: name.to_owned(),
        namespace: session.namespace.clone(),
        server_side: !["false", "0", "f", "F", "FALSE", "False"].contains(&p.text("server-side").as_str()),
        force_conflicts: p.on("force-conflicts"),
        force_replace: p.on("force-replace") || p.on("force"),
        take_ownership: p.on("take-ownership"),
        create_namespace: p.on("create-namespace"),
        dry_run: dry,
        hide_secret: p.on("hide-secret"),
        disable_hooks: p.on("no-hooks"),
        replace: replace || p.on("replace"),
        waiting: session::waiting(cx),
        description: p.text("description"),
        rollback_on_failure: p.on("rollback-on-failure") || p.on("atomic"),
        crds: session::crds(cx),
        disable_openapi_validation: p.on("disable-openapi-validation"),
        labels: p.pairs("labels").into_iter().collect(),
        is_upgrade: false,
    }
}

/// Name and text of every file in `crds/` of a chart and its dependencies.
pub fn crds(chart: &Chart) -> Vec<(String, String)> {
    let text = |data: &[u8]| String::from_utf8_lossy(data).into_owned();
    chart.crd_objects().iter().map(|c| (c.name.to_string(), text(&c.file.data))).collect()
}

/// Loads, checks, renders and installs (`runInstall`).
///
/// # Errors
/// Helm's text, without `INSTALLATION FAILED`.
pub fn install(
    cx: &Context<'_>,
    session: &Session,
    actions: &mut Actions<'_, '_>,
    mut options: InstallOptions,
    path: &Path,
    user: &Map,
) -> Result<Release, CliError> {
    let mut chart = chart::load_installable(cx, path)?;
    install::preflight(actions, &mut options)?;
    if let Err(e) = deps::process_dependencies(&mut chart, user, cx.out) {
        let quoted = pintle_go::strconv::quote(e.as_bytes());
        cx.out.note(format!("level=ERROR msg=\"chart dependencies processing failed\" error={quoted}"));
        return Err(CliError::new(format!("chart dependencies processing failed: {e}")));
    }
    install::crds(actions, &options, &crds(&chart))?;
    let caps = match options.dry_run {
        DryRun::Client => pintle_chart::capabilities::Capabilities::default(),
        _ => session.capabilities()?,
    };
    let release = ReleaseOptions {
        name: options.name.clone(),
        namespace: options.namespace.clone(),
        revision: 1,
        is_upgrade: false,
        is_install: true,
    };
    let rendered = render::release(cx, session, &chart, user, &release, &caps, options.dry_run)?;
    if options.dry_run == DryRun::Client {
        // nothing is asked of a cluster: the objects are not even looked up
        let mut offline =
            Actions { storage: &mut *actions.storage, kube: &pintle_cluster::Offline, events: actions.events };
        return install::run(&mut offline, &options, rendered).map_err(Into::into);
    }
    install::definitions(actions, &options, &rendered.definitions)?;
    install::run(actions, &options, rendered).map_err(Into::into)
}
