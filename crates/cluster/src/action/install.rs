//! `install` (pkg/action/install.go).

use std::time::Duration;

use pintle_release::{Info, Labels, Release, Status, Time, validate_name};
use serde_json::json;

use super::crds::{self, CrdPolicy};
use super::hooks::{self, HookOptions};
use super::preflight::{Needs, Sending};
use super::{
    Context, DryRun, Failed, Rendered, Unstoppable, Waiting, apply_method, ownership, recover, refuse_system_labels,
    uninstall,
};
use crate::wait::WaitStrategy;
use crate::{CreateOptions, Error, Level, Object, Resource, UpdateOptions};

/// How long the definitions of `crds/` may take until they are served.
const CRD_TIMEOUT: Duration = Duration::from_secs(60);

/// Helm's flags of `install`, as far as they matter after rendering.
#[derive(Clone, Debug)]
pub struct InstallOptions {
    /// Name of the release.
    pub name: String,
    /// Its namespace.
    pub namespace: String,
    /// `--server-side`
    pub server_side: bool,
    /// `--force-conflicts`
    pub force_conflicts: bool,
    /// `--force-replace`
    pub force_replace: bool,
    /// `--take-ownership`
    pub take_ownership: bool,
    /// `--create-namespace`
    pub create_namespace: bool,
    /// `--dry-run`
    pub dry_run: DryRun,
    /// `--hide-secret`
    pub hide_secret: bool,
    /// `--no-hooks`
    pub disable_hooks: bool,
    /// `--replace`
    pub replace: bool,
    /// `--wait`, `--wait-for-jobs`, `--timeout`
    pub waiting: Waiting,
    /// `--description`
    pub description: String,
    /// `--rollback-on-failure`
    pub rollback_on_failure: bool,
    /// `--crds`; `--skip-crds` is one of its values
    pub crds: CrdPolicy,
    /// `--disable-openapi-validation`
    pub disable_openapi_validation: bool,
    /// `--labels`
    pub labels: Labels,
    /// `template --is-upgrade`: objects that are there are no conflict
    pub is_upgrade: bool,
}

/// Whether the cluster answers and the name is free: before the chart's dependencies are processed. A name whose install
/// or uninstall was cut off is free, and is [replaced](InstallOptions::replace).
///
/// # Errors
/// Helm's refusals; they were logged too, as Helm does.
pub fn preflight(ctx: &Context<'_, '_>, options: &mut InstallOptions) -> Result<(), Error> {
    let history = match options.dry_run {
        DryRun::Client => Ok(Vec::new()),
        DryRun::Server => ctx.kube.reachable().map(|()| Vec::new()),
        DryRun::None => ctx.reach().and_then(|()| ctx.first(ctx.storage.history(&options.name))),
    };
    if let Err(error @ Error::Unreachable(_)) = history {
        ctx.events.log(Level::Error, &format!("cluster reachability check failed: {error}"), &[]);
        return Err(error.context("cluster reachability check failed"));
    }
    if options.hide_secret && !options.dry_run.is_dry() {
        let text = "hiding Kubernetes secrets requires a dry-run mode";
        ctx.events.log(Level::Error, text, &[]);
        return Err(Error::text(text));
    }
    // Records that cannot be listed are no reason to stop here: creating one will tell.
    if let Err(error) = take_name(ctx, options, history.unwrap_or_default()) {
        ctx.events.log(Level::Error, "release name check failed", &[("error", &error.to_string())]);
        return Err(error.context("release name check failed"));
    }
    Ok(())
}

fn take_name(ctx: &Context<'_, '_>, options: &mut InstallOptions, mut history: Vec<Release>) -> Result<(), Error> {
    validate_name(&options.name).map_err(|e| Error::text(format!("release name {:?}: {e}", options.name)))?;
    recover::settle(ctx, &mut history)?;
    let deployed = history.iter().any(|r| r.info.status == Status::DEPLOYED);
    let Some(last) = history.iter().max_by_key(|r| r.version) else { return Ok(()) };
    if recover::is_interrupted(last) && !deployed {
        options.replace = true;
    }
    let over = [Status::UNINSTALLED, Status::FAILED].contains(&last.info.status);
    if options.replace && over {
        return Ok(());
    }
    if last.info.status.is_pending() {
        return Err(in_use(recover::in_progress(ctx.kube, last)));
    }
    Err(Error::text("cannot reuse a name that is still in use"))
}

/// Helm's refusal, with who uses the name.
fn in_use(busy: Error) -> Error {
    Error::Detailed {
        text: "cannot reuse a name that is still in use".to_owned(),
        detail: busy.detail().unwrap_or_default().to_owned(),
    }
}

/// Creates the definitions of `crds/` (name and text of each file), and waits until they are served.
///
/// # Errors
/// A file that is empty or refused; one that is there already is no error.
pub fn crds(ctx: &Context<'_, '_>, options: &InstallOptions, files: &[(String, String)]) -> Result<(), Error> {
    if files.is_empty() || options.crds == CrdPolicy::Skip || !options.dry_run.asks_server() {
        return Ok(());
    }
    if options.dry_run.is_dry() {
        let text = "This chart or one of its subcharts contains CRDs. Rendering may fail or contain inaccuracies.";
        ctx.events.log(Level::Warn, text, &[]);
        return Ok(());
    }
    if options.crds == CrdPolicy::Apply {
        return crds::apply(ctx, files, options.force_conflicts);
    }
    let mut created: Vec<Resource> = Vec::new();
    for (name, text) in files {
        let context = || format!("failed to install CRD {name}");
        let resources = ctx.kube.build(text, false).map_err(|e| e.context(context()))?;
        if resources.is_empty() {
            return Err(Error::text("resources are empty").context(context()));
        }
        let create = CreateOptions { server_side: options.server_side, force_conflicts: options.force_conflicts };
        if !options.server_side && options.force_conflicts {
            return Err(conflicting_create_options().context(context()));
        }
        match ctx.kube.create(&resources, create) {
            Ok(()) => created.extend(resources),
            Err(error) if error.is_already_exists() => {
                ctx.debug("CRD is already present. Skipping", &[("crd", name)]);
            }
            Err(error) => return Err(error.context(context())),
        }
    }
    if created.is_empty() {
        return Ok(());
    }
    // Helm leaves this wait out when only hooks are waited for, and then races with the server; we never do. Who may
    // create definitions but not look at them gets Helm's behaviour.
    let strategy = match options.waiting.strategy {
        WaitStrategy::HookOnly => WaitStrategy::Watcher,
        other => other,
    };
    match ctx.waiter(strategy).wait(&created, Some(CRD_TIMEOUT)) {
        Err(error) if options.waiting.strategy != WaitStrategy::HookOnly => return Err(error),
        _ => {}
    }
    ctx.debug("clearing discovery cache", &[]);
    ctx.kube.forget_discovery();
    Ok(())
}

/// Creates definitions among the templates as [`crds`] does. Those of a version that the server no longer has are left out:
/// Helm would leave out all.
///
/// # Errors
/// As [`crds`].
pub fn definitions(ctx: &Context<'_, '_>, options: &InstallOptions, files: &[(String, String)]) -> Result<(), Error> {
    if options.crds == CrdPolicy::Skip || options.dry_run.is_dry() {
        return Ok(());
    }
    let is_served = |(path, text): &&(String, String)| {
        let gone = matches!(ctx.kube.build(text, false), Err(Error::NoMatch { .. }));
        if gone {
            let text = "the cluster has no such version of definitions; it is left out";
            ctx.events.log(Level::Warn, text, &[("path", path)]);
        }
        !gone
    };
    let served: Vec<(String, String)> = files.iter().filter(is_served).cloned().collect();
    crds(ctx, options, &served)
}

fn conflicting_create_options() -> Error {
    Error::text("invalid client create option(s): forceConflicts enabled when serverSideApply disabled")
}

/// The release record before anything is sent, for errors of rendering too.
pub fn new_release(options: &InstallOptions, rendered: Rendered) -> Release {
    let now = Time::now();
    Release {
        name: options.name.clone(),
        namespace: options.namespace.clone(),
        chart: rendered.chart,
        config: Some(rendered.config),
        manifest: rendered.manifest,
        hooks: rendered.hooks,
        version: 1,
        labels: options.labels.clone(),
        apply_method: apply_method(options.server_side),
        info: Info {
            first_deployed: now,
            last_deployed: now,
            status: Status::UNKNOWN,
            notes: rendered.notes,
            ..Info::default()
        },
        ..Release::default()
    }
}

/// Installs what was rendered.
///
/// # Errors
/// Helm's texts; with the release as far as it got.
pub fn run(ctx: &mut Context<'_, '_>, options: &InstallOptions, rendered: Rendered) -> Result<Release, Failed> {
    refuse_system_labels(&options.labels)?;
    let waiting = options.waiting.or_watcher(options.rollback_on_failure);
    let mut release = new_release(options, rendered);
    release.set_status(Status::PENDING_INSTALL, "Initial install underway");
    let mut resources = ctx
        .kube
        .build(&release.manifest, !options.disable_openapi_validation)
        .map_err(|e| e.context("unable to build kubernetes objects from release manifest"))?;
    ownership::mark(&mut resources, &release.name, &release.namespace);
    let is_upgrade = options.is_upgrade && options.dry_run.is_dry();
    let mut adopted = Vec::new();
    if options.dry_run.asks_server() && !is_upgrade && !resources.is_empty() {
        let take = options.take_ownership;
        adopted = ownership::existing(ctx.kube, &resources, &release.name, &release.namespace, take)
            .map_err(|e| e.context("unable to continue with install"))?;
    }
    if options.dry_run.is_dry() {
        "Dry run complete".clone_into(&mut release.info.description);
        return Ok(release);
    }
    ctx.storage.check_room(&release).map_err(Error::from)?;
    if options.create_namespace {
        create_namespace(ctx, options)?;
    }
    if let Some(mut needs) = Needs::of(ctx) {
        let how = Sending { server_side: options.server_side, force_replace: options.force_replace };
        needs.apply(&resources, &adopted, how);
        if !options.disable_hooks {
            needs.hooks(&release, &["pre-install", "post-install"], options.server_side);
        }
        needs.record("update", &release);
        needs.check()?;
    }
    if options.replace {
        let history = supersede_last(ctx, &mut release)?;
        let after = history.iter().filter(|r| !recover::is_interrupted(r)).map(|r| r.version).max().unwrap_or(0);
        adopted.extend(recover::left_over(ctx, &history, after, &adopted, &resources));
    }
    if let Err(error) = ctx.storage.create(&release) {
        return Err(Failed::with(release, error.into()));
    }
    match perform(ctx, options, &waiting, &mut release, &adopted, &resources) {
        Ok(()) => Ok(release),
        Err(error) => {
            let error = ctx.or_cancelled(error);
            Err(fail(ctx, options, &waiting, release, error))
        }
    }
}

fn create_namespace(ctx: &Context<'_, '_>, options: &InstallOptions) -> Result<(), Error> {
    let name = &options.namespace;
    let object = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": {"name": name}}});
    let resources = ctx.kube.place(vec![Object(object)], true)?;
    if resources.is_empty() {
        return Ok(());
    }
    match ctx.kube.create(&resources, CreateOptions { server_side: options.server_side, force_conflicts: false }) {
        Err(error) if !error.is_already_exists() => Err(error),
        _ => Ok(()),
    }
}

/// `--replace`: the newest record steps back, and ours takes the next revision. Gives all that are there.
fn supersede_last(ctx: &Context<'_, '_>, release: &mut Release) -> Result<Vec<Release>, Error> {
    let Ok(mut history) = ctx.storage.history(&release.name) else { return Ok(Vec::new()) };
    let Some(last) = history.iter_mut().max_by_key(|r| r.version) else { return Ok(history) };
    release.version = last.version + 1;
    if last.info.status != Status::FAILED {
        last.set_status(Status::SUPERSEDED, "superseded by new release");
        ctx.storage.update(last)?;
    }
    Ok(history)
}

fn perform(
    ctx: &Context<'_, '_>,
    options: &InstallOptions,
    waiting: &Waiting,
    release: &mut Release,
    adopted: &[Resource],
    resources: &[Resource],
) -> Result<(), Error> {
    let hook_options =
        HookOptions { server_side: options.server_side, strategy: waiting.strategy, timeout: waiting.timeout };
    if !options.disable_hooks {
        hooks::run(ctx, release, "pre-install", hook_options).map_err(|e| e.context("failed pre-install"))?;
    }
    ctx.check_cancelled()?;
    if adopted.is_empty() && !resources.is_empty() {
        ctx.kube.create(resources, CreateOptions { server_side: options.server_side, force_conflicts: false })?;
    } else if !resources.is_empty() {
        let update = UpdateOptions {
            server_side: options.server_side,
            force_conflicts: options.force_conflicts,
            force_replace: options.force_replace,
            three_way_for_unstructured: options.take_ownership && !options.server_side,
            upgrade_field_manager: true,
        };
        if let Some(error) = ctx.kube.update(adopted, resources, update).error {
            return Err(error);
        }
    }
    ctx.wait(waiting, resources)?;
    ctx.check_cancelled()?;
    if !options.disable_hooks {
        hooks::run(ctx, release, "post-install", hook_options).map_err(|e| e.context("failed post-install"))?;
    }
    let description = if options.description.is_empty() { "Install complete" } else { options.description.as_str() };
    release.set_status(Status::DEPLOYED, description);
    // The objects are there, so a record that cannot be written does not make the install fail.
    if let Err(error) = ctx.storage.update(release) {
        ctx.events.log(Level::Error, "failed to record the release", &[("error", &error.to_string())]);
    }
    Ok(())
}

fn fail(
    ctx: &mut Context<'_, '_>,
    options: &InstallOptions,
    waiting: &Waiting,
    mut release: Release,
    error: Error,
) -> Failed {
    let events = Unstoppable::new(ctx.events);
    let ctx = &mut Context { storage: ctx.storage, kube: ctx.kube, events: &events };
    release.set_status(Status::FAILED, format!("Release {:?} failed: {error}", release.name));
    if options.rollback_on_failure {
        ctx.debug("install failed and rollback-on-failure is set, uninstalling release", &[("release", &release.name)]);
        let undo = uninstall::UninstallOptions {
            disable_hooks: options.disable_hooks,
            waiting: waiting.clone(),
            ..uninstall::UninstallOptions::default()
        };
        let name = release.name.clone();
        let error = match uninstall::run(ctx, &undo, &name) {
            Err(e) => Error::text(format!(
                "an error occurred while uninstalling the release. original install error: {error}: {e}"
            )),
            Ok(_) => error.context(format!(
                "release {name} failed, and has been uninstalled due to rollback-on-failure being set"
            )),
        };
        return Failed::with(release, error);
    }
    // There is a worse error to tell.
    let _ = ctx.storage.update(&release);
    Failed::with(release, error)
}
