//! `upgrade` (pkg/action/upgrade.go).

use std::collections::HashSet;

use pintle_release::{Info, Labels, Release, Status, StorageError, Time, validate_name};

use super::hooks::{self, HookOptions};
use super::preflight::{Needs, Sending};
use super::{
    Context, DryRun, Failed, Rendered, ServerSide, Unstoppable, Waiting, apply_method, join_texts, ownership, read,
    recover, refuse_system_labels, rollback,
};
use crate::{Error, Level, Propagation, Resource, UpdateOptions};

/// Helm's flags of `upgrade`, as far as they matter around rendering.
#[derive(Clone, Debug)]
pub struct UpgradeOptions {
    /// `--server-side`
    pub server_side: ServerSide,
    /// `--force-conflicts`
    pub force_conflicts: bool,
    /// `--force-replace`
    pub force_replace: bool,
    /// `--take-ownership`
    pub take_ownership: bool,
    /// `--dry-run`
    pub dry_run: DryRun,
    /// `--hide-secret`
    pub hide_secret: bool,
    /// `--no-hooks`
    pub disable_hooks: bool,
    /// `--wait`, `--wait-for-jobs`, `--timeout`
    pub waiting: Waiting,
    /// `--description`
    pub description: String,
    /// `--rollback-on-failure`
    pub rollback_on_failure: bool,
    /// `--cleanup-on-fail`
    pub cleanup_on_fail: bool,
    /// `--history-max`
    pub max_history: i64,
    /// `--disable-openapi-validation`
    pub disable_openapi_validation: bool,
    /// `--labels`
    pub labels: Labels,
}

/// What an upgrade starts from.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// The newest revision.
    pub last: Release,
    /// The revision that is in the cluster: its values may be reused, its objects are compared with.
    pub current: Release,
    /// The new revision's number.
    pub revision: i64,
    /// Revisions whose operation was cut off: they may have left objects.
    pub interrupted: Vec<Release>,
}

/// Finds the revision to start from; the command then reuses values and renders.
///
/// # Errors
/// Helm's refusals.
pub fn prepare(ctx: &Context<'_, '_>, options: &UpgradeOptions, name: &str) -> Result<Prepared, Error> {
    ctx.reach()?;
    if validate_name(name).is_err() {
        return ctx.first(Err(Error::text(format!("release name is invalid: {name}"))));
    }
    ctx.debug("preparing upgrade", &[("name", name)]);
    if options.hide_secret && !options.dry_run.is_dry() {
        return ctx.first(Err(Error::text("hiding Kubernetes secrets requires a dry-run mode")));
    }
    let mut releases = ctx.first(ctx.storage.revisions(name)).map_err(|e| match e {
        Error::Storage(StorageError::NotFound) => StorageError::NoDeployed(name.to_owned()).into(),
        other => other,
    })?;
    if !options.dry_run.is_dry() {
        recover::settle(ctx, &mut releases)?;
    }
    let Some(last) = releases.last().cloned() else { return Err(StorageError::NoRevision(name.to_owned()).into()) };
    if last.info.status.is_pending() {
        return Err(recover::in_progress(ctx.kube, &last));
    }
    let current = if last.info.status == Status::DEPLOYED {
        last.clone()
    } else {
        match ctx.storage.deployed(name) {
            Ok(deployed) => deployed,
            Err(StorageError::NoDeployed(_)) if [Status::FAILED, Status::SUPERSEDED].contains(&last.info.status) => {
                last.clone()
            }
            Err(error) => return Err(error.into()),
        }
    };
    let revision = last.version + 1;
    let interrupted = releases.into_iter().filter(recover::is_interrupted).collect();
    Ok(Prepared { last, current, revision, interrupted })
}

/// Upgrades to what was rendered.
///
/// # Errors
/// Helm's texts; with the release as far as it got.
pub fn run(
    ctx: &mut Context<'_, '_>,
    options: &UpgradeOptions,
    prepared: Prepared,
    rendered: Rendered,
) -> Result<Release, Failed> {
    let Prepared { last, mut current, revision, interrupted } = prepared;
    let waiting = options.waiting.or_watcher(options.rollback_on_failure);
    refuse_system_labels(&options.labels)?;
    let server_side = options.server_side.resolve(&last)?;
    let method = if server_side { "true" } else { "false" };
    ctx.debug(
        "determined release apply method",
        &[("server_side_apply", method), ("previous_release_apply_method", &last.apply_method)],
    );
    let mut release = Release {
        name: last.name.clone(),
        namespace: current.namespace.clone(),
        chart: rendered.chart,
        config: Some(rendered.config),
        manifest: rendered.manifest,
        hooks: rendered.hooks,
        version: revision,
        labels: merge_labels(&last.labels, &options.labels),
        apply_method: apply_method(server_side),
        info: Info {
            first_deployed: current.info.first_deployed,
            last_deployed: Time::now(),
            status: Status::PENDING_UPGRADE,
            description: "Preparing upgrade".to_owned(),
            notes: rendered.notes,
            ..Info::default()
        },
        ..Release::default()
    };
    let mut target = ctx.kube.build(&release.manifest, !options.disable_openapi_validation)?;
    ctx.storage.max_history = options.max_history;
    ctx.debug("performing update", &[("name", &release.name)]);
    let mut originals = match ctx.build_old(&current.manifest) {
        Ok(originals) => originals,
        Err(error) => {
            let error = error.context("unable to build kubernetes objects from current release manifest");
            return Err(Failed::with(release, error));
        }
    };
    ownership::mark(&mut target, &release.name, &release.namespace);
    let known: HashSet<_> = originals.iter().map(object_key).collect();
    let new: Vec<Resource> = target.iter().filter(|r| !known.contains(&object_key(r))).cloned().collect();
    drop(known);
    let adopted = ownership::existing(ctx.kube, &new, &release.name, &release.namespace, options.take_ownership)
        .map_err(|e| e.context("unable to continue with update"))?;
    originals.extend(adopted);
    originals.extend(recover::left_over(ctx, &interrupted, current.version, &originals, &target));
    if options.dry_run.is_dry() {
        ctx.debug("dry run for release", &[("name", &release.name)]);
        release.info.description =
            if options.description.is_empty() { "Dry run complete".to_owned() } else { options.description.clone() };
        return Ok(release);
    }
    ctx.storage.check_room(&release).map_err(Error::from)?;
    if let Some(mut needs) = Needs::of(ctx) {
        needs.apply(&target, &originals, Sending { server_side, force_replace: options.force_replace });
        needs.delete(originals.iter().filter(|o| !target.iter().any(|t| t.is_same(o))));
        if !options.disable_hooks {
            needs.hooks(&release, &["pre-upgrade", "post-upgrade"], server_side);
        }
        needs.record("update", &release);
        needs.check()?;
    }
    ctx.debug("creating upgraded release", &[("name", &release.name)]);
    ctx.storage.create(&release).map_err(Error::from)?;
    let mut created = Vec::new();
    let sets = Sets { originals: &originals, target: &target };
    match perform(ctx, options, &waiting, &mut current, &mut release, &sets, server_side, &mut created) {
        Ok(()) => {}
        Err(error) => {
            let error = ctx.or_cancelled(error);
            return Err(fail(ctx, options, &waiting, release, &created, error));
        }
    }
    ctx.debug("updating status for upgraded release", &[("name", &release.name)]);
    match ctx.storage.update(&release) {
        Ok(()) => Ok(release),
        Err(error) => Err(Failed::with(release, error.into())),
    }
}

/// Group, version, kind, namespace and name.
fn object_key(r: &Resource) -> (&crate::Gvk, &str, &str) {
    (&r.gvk, &r.namespace, &r.name)
}

/// Labels of the last revision under those of this one; the value `null` takes a label away.
fn merge_labels(last: &Labels, new: &Labels) -> Labels {
    let mut labels = last.clone();
    labels.extend(new.iter().map(|(k, v)| (k.clone(), v.clone())));
    labels.retain(|_, v| v != "null");
    labels
}

/// The objects of the revision before and of this one.
struct Sets<'r> {
    originals: &'r [Resource],
    target: &'r [Resource],
}

#[expect(clippy::too_many_arguments, reason = "the state of one upgrade, used once")]
fn perform(
    ctx: &Context<'_, '_>,
    options: &UpgradeOptions,
    waiting: &Waiting,
    current: &mut Release,
    release: &mut Release,
    sets: &Sets<'_>,
    server_side: bool,
    created: &mut Vec<Resource>,
) -> Result<(), Error> {
    let hook_options = HookOptions { server_side, strategy: waiting.strategy, timeout: waiting.timeout };
    if !options.disable_hooks {
        hooks::run(ctx, release, "pre-upgrade", hook_options).map_err(|e| e.context("pre-upgrade hooks failed"))?;
    }
    ctx.check_cancelled()?;
    let update = UpdateOptions {
        server_side,
        force_conflicts: options.force_conflicts,
        force_replace: options.force_replace,
        three_way_for_unstructured: false,
        upgrade_field_manager: is_client_side(current) && server_side,
    };
    let updated = ctx.kube.update(sets.originals, sets.target, update);
    *created = updated.created;
    let applied = match updated.error {
        Some(error) => Err(error),
        None => ctx.wait(waiting, sets.target),
    };
    if let Err(error) = applied {
        ctx.record(current);
        return Err(error);
    }
    ctx.check_cancelled()?;
    if !options.disable_hooks {
        hooks::run(ctx, release, "post-upgrade", hook_options).map_err(|e| e.context("post-upgrade hooks failed"))?;
    }
    current.info.status = Status::SUPERSEDED;
    ctx.record(current);
    let description = if options.description.is_empty() { "Upgrade complete" } else { options.description.as_str() };
    release.set_status(Status::DEPLOYED, description);
    Ok(())
}

/// Records without a method are older than server-side apply.
fn is_client_side(release: &Release) -> bool {
    release.apply_method.is_empty() || release.apply_method == pintle_release::APPLY_CLIENT_SIDE
}

fn fail(
    ctx: &mut Context<'_, '_>,
    options: &UpgradeOptions,
    waiting: &Waiting,
    mut release: Release,
    created: &[Resource],
    error: Error,
) -> Failed {
    let events = Unstoppable::new(ctx.events);
    let ctx = &mut Context { storage: ctx.storage, kube: ctx.kube, events: &events };
    let name = release.name.clone();
    ctx.events.log(Level::Warn, "upgrade failed", &[("name", &name), ("error", &error.to_string())]);
    release.set_status(Status::FAILED, format!("Upgrade {name:?} failed: {error}"));
    ctx.record(&release);
    if options.cleanup_on_fail && !created.is_empty() {
        let errors = ctx.kube.delete(created, Propagation::Background);
        if !errors.is_empty() {
            let error = Error::text(format!(
                "an error occurred while cleaning up resources. original upgrade error: {error}: unable to cleanup resources: {}",
                join_texts(&errors, ", ")
            ));
            return Failed::with(release, error);
        }
    }
    if !options.rollback_on_failure {
        return Failed::with(release, error);
    }
    let history = match read::history(ctx, &name) {
        Ok(history) => history,
        Err(e) => {
            let error = Error::text(format!(
                "an error occurred while finding last successful release. original upgrade error: {error}: {e}"
            ));
            return Failed::with(release, error);
        }
    };
    // A revision that failed is only superseded when a later one went well, so these did.
    let good = |r: &&Release| [Status::SUPERSEDED, Status::DEPLOYED].contains(&r.info.status);
    let Some(last_good) = history.iter().filter(good).map(|r| r.version).max() else {
        let error = error.context(
            "unable to find a previously successful release when attempting to rollback. original upgrade error",
        );
        return Failed::with(release, error);
    };
    let back = rollback::RollbackOptions {
        revision: last_good,
        waiting: waiting.clone(),
        disable_hooks: options.disable_hooks,
        force_replace: options.force_replace,
        force_conflicts: options.force_conflicts,
        server_side: options.server_side.clone(),
        ..rollback::RollbackOptions::default()
    };
    let error = match rollback::run(ctx, &back, &name) {
        Err(e) => Error::text(format!(
            "an error occurred while rolling back the release. original upgrade error: {error}: {e}"
        )),
        Ok(()) => error
            .context(format!("release {name} failed, and has been rolled back due to rollback-on-failure being set")),
    };
    Failed::with(release, error)
}
