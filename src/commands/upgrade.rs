//! `upgrade`: a release to a new state of its chart, or a new release with `--install`.

use pintle_chart::render_values::ReleaseOptions;
use pintle_chart::{Chart, coalesce, deps, load, record};
use pintle_cluster::Level;
use pintle_cluster::action::crds::{self, CrdPolicy};
use pintle_cluster::action::upgrade::{self, Prepared, UpgradeOptions};
use pintle_cluster::action::{Context as Actions, DryRun, Rendered, ServerSide, read};
use pintle_go::Map;
use pintle_release::{Release, Status};

use super::install;
use crate::Context;
use crate::error::{CliError, CliResult};
use crate::ops::session::{self, Session};
use crate::ops::{chart, render, values};
use crate::output::release;

pub fn run(cx: &Context<'_>) -> CliResult {
    let p = &cx.args;
    let (name, reference) = match p.args.as_slice() {
        [name, chart] => (name.clone(), chart.clone()),
        _ => return Err("upgrade takes a release and a chart".into()),
    };
    let failed = |e: CliError| CliError { text: format!("UPGRADE FAILED: {}", e.text), ..e };
    let session = Session::open(cx)?;
    let dry = session::dry_run(cx)?;
    let table = p.text("output") == "table";
    let done = session.with(cx, &session.namespace, |actions| {
        actions.storage.max_history = p.int("history-max");
        if p.on("install") {
            let versions = read::history(actions, &name);
            let gone = |v: &[Release]| v.last().is_some_and(|r| r.info.status == Status::UNINSTALLED);
            let (missing, uninstalled) = match &versions {
                Ok(v) => (v.is_empty(), gone(v)),
                Err(e) if e.to_string() == "release: not found" => (true, false),
                Err(e) => return Err(CliError::new(e.to_string())),
            };
            if missing || uninstalled {
                if table {
                    cx.out.line(format!("Release {} does not exist. Installing it now.", quote(&name)));
                }
                let (name, path) = chart::named(cx, None)?;
                let user = values::merge(cx)?;
                let options = install::options(cx, &session, &name, dry, uninstalled);
                let r = install::install(cx, &session, actions, options, &path, &user)?;
                return release::release(cx.out, &p.text("output"), &r, install::show(cx));
            }
        }
        let path = chart::locate(cx, &reference)?;
        let user = values::merge(cx)?;
        let mut chart = load::load(&path, cx.out)?;
        if let Err(e) = deps::check_dependencies(&chart) {
            return Err(CliError::new(format!(
                "an error occurred while checking for chart dependencies. You may need to run 'helm dependency build' to fetch missing dependencies: {e}"
            )));
        }
        if chart.metadata.deprecated {
            cx.out.note("level=WARN msg=\"this chart is deprecated\"");
        }
        let options = options(cx, dry);
        let (prepared, rendered) = prepare(cx, &session, actions, &options, &name, &mut chart, &user)
            .map_err(failed)?;
        let r = upgrade::run(actions, &options, prepared, rendered)
            .map_err(|e| failed(e.into()))?;
        if table {
            cx.out.line(format!("Release {} has been upgraded. Happy Helming!", quote(&name)));
        }
        release::release(cx.out, &p.text("output"), &r, install::show(cx))
    });
    done.inspect_err(|_| install::tell_stop(cx, &session, &name))
}

fn quote(s: &str) -> String {
    pintle_go::strconv::quote(s.as_bytes())
}

/// The flags.
pub fn options(cx: &Context<'_>, dry: DryRun) -> UpgradeOptions {
    let p = &cx.args;
    UpgradeOptions {
        server_side: ServerSide::from_flag(&p.text("server-side")),
        force_conflicts: p.on("force-conflicts"),
        force_replace: p.on("force-replace") || p.on("force"),
        take_ownership: p.on("take-ownership"),
        dry_run: dry,
        hide_secret: p.on("hide-secret"),
        disable_hooks: p.on("no-hooks"),
        waiting: session::waiting(cx),
        description: p.text("description"),
        rollback_on_failure: p.on("rollback-on-failure") || p.on("atomic"),
        cleanup_on_fail: p.on("cleanup-on-fail"),
        max_history: p.int("history-max"),
        disable_openapi_validation: p.on("disable-openapi-validation"),
        labels: p.pairs("labels").into_iter().collect(),
    }
}

/// Finds where to start from, decides on the values and renders (`prepareUpgrade`).
///
/// # Errors
/// Helm's text, without `UPGRADE FAILED`.
pub fn prepare(
    cx: &Context<'_>,
    session: &Session,
    actions: &mut Actions<'_, '_>,
    options: &UpgradeOptions,
    name: &str,
    chart: &mut Chart,
    user: &Map,
) -> Result<(Prepared, Rendered), CliError> {
    let mut prepared = upgrade::prepare(actions, options, name)?;
    let user = reuse(cx, chart, &mut prepared.current, user)?;
    deps::process_dependencies(chart, &user, cx.out)?;
    if !options.dry_run.is_dry() {
        upgrade_crds(cx, actions, options, &install::crds(chart))?;
    }
    let caps = match options.dry_run {
        DryRun::Client => pintle_chart::capabilities::Capabilities::default(),
        _ => session.capabilities()?,
    };
    let release = ReleaseOptions {
        name: name.to_owned(),
        namespace: prepared.current.namespace.clone(),
        revision: prepared.revision,
        is_upgrade: true,
        is_install: false,
    };
    let rendered = render::release(cx, session, chart, &user, &release, &caps, options.dry_run)?;
    if !options.dry_run.is_dry() {
        upgrade_crds(cx, actions, options, &rendered.definitions)?;
    }
    Ok((prepared, rendered))
}

/// What `--crds` says of the definitions in `crds/`. Helm leaves them as they are and says nothing; so do we when called
/// by its name, else it is told when they are older than the chart's.
fn upgrade_crds(
    cx: &Context<'_>,
    actions: &Actions<'_, '_>,
    options: &UpgradeOptions,
    files: &[(String, String)],
) -> Result<(), CliError> {
    match session::crds(cx) {
        CrdPolicy::Helm if cx.settings.program != "helm" && !files.is_empty() => {
            let old = crds::outdated(actions, files);
            if !old.is_empty() {
                let text = "definitions in the cluster are older than the chart's; --crds=apply brings them up to date";
                actions.events.log(Level::Warn, text, &[("crds", &old.join(","))]);
            }
            Ok(())
        }
        CrdPolicy::Apply => crds::apply(actions, files, options.force_conflicts).map_err(|e| e.to_string().into()),
        CrdPolicy::Create => crds::create_missing(actions, files).map_err(|e| e.to_string().into()),
        CrdPolicy::Helm | CrdPolicy::Skip => Ok(()),
    }
}

/// `--reset-values`, `--reuse-values`, `--reset-then-reuse-values`, and what happens without any (`reuseValues`).
fn reuse(cx: &Context<'_>, chart: &mut Chart, current: &mut Release, user: &Map) -> Result<Map, CliError> {
    let p = &cx.args;
    let old = render::from_json(&current.config.clone().into()).as_map().unwrap_or_default();
    let tell = |message| cx.out.debug_record(message, &[]);
    if p.on("reset-values") {
        tell("resetting values to the chart's original version");
        return Ok(user.clone());
    }
    if p.on("reuse-values") {
        tell("reusing the old release's values");
        let before = record::chart_from_json(&current.chart)?;
        let all = coalesce::coalesce_values(&before, &old, cx.out)
            .map_err(|e| format!("failed to rebuild old values: {e}"))?;
        coalesce::coalesce_tables(user, &old, cx.out);
        // what the user set to null is null in the old revision from now on, as in Helm
        current.config = Some(render::config(&old)?);
        chart.values = all;
        return Ok(user.clone());
    }
    if p.on("reset-then-reuse-values") {
        tell("merging values from old release to new values");
        coalesce::coalesce_tables(user, &old, cx.out);
        current.config = Some(render::config(&old)?);
        return Ok(user.clone());
    }
    if !user.is_empty() || old.is_empty() {
        return Ok(user.clone());
    }
    let from = [("name", current.name.clone()), ("version", current.version.to_string())];
    cx.out.debug_record("copying values from old release", &from);
    Ok(old)
}
