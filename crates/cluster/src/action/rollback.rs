//! `rollback` (pkg/action/rollback.go).

use pintle_release::{Info, Release, Status, StorageError, Time, validate_name};

use super::hooks::{self, HookOptions};
use super::preflight::{Needs, Sending};
use super::{Context, DryRun, ServerSide, Waiting, apply_method, join_texts, ownership, recover};
use crate::wait::WaitStrategy;
use crate::{Error, Level, Propagation, UpdateOptions, Updated};

/// Helm's flags of `rollback`.
#[derive(Clone, Debug)]
pub struct RollbackOptions {
    /// The revision to return to; 0: the one before the newest.
    pub revision: i64,
    /// `--server-side`
    pub server_side: ServerSide,
    /// `--force-conflicts`
    pub force_conflicts: bool,
    /// `--force-replace`
    pub force_replace: bool,
    /// `--dry-run`
    pub dry_run: DryRun,
    /// `--no-hooks`
    pub disable_hooks: bool,
    /// `--wait`, `--wait-for-jobs`, `--timeout`
    pub waiting: Waiting,
    /// `--cleanup-on-fail`
    pub cleanup_on_fail: bool,
    /// `--history-max`
    pub max_history: i64,
}

impl Default for RollbackOptions {
    fn default() -> Self {
        RollbackOptions {
            revision: 0,
            server_side: ServerSide::Auto,
            force_conflicts: false,
            force_replace: false,
            dry_run: DryRun::None,
            disable_hooks: false,
            waiting: Waiting { strategy: WaitStrategy::HookOnly, jobs: false, timeout: None },
            cleanup_on_fail: false,
            max_history: 0,
        }
    }
}

/// Returns to an older revision, which becomes a new one.
///
/// # Errors
/// Helm's texts.
pub fn run(ctx: &mut Context<'_, '_>, options: &RollbackOptions, name: &str) -> Result<(), Error> {
    ctx.reach()?;
    ctx.storage.max_history = options.max_history;
    ctx.debug("preparing rollback", &[("name", name)]);
    let (mut current, mut target, server_side) = prepare(ctx, options, name)?;
    if options.dry_run.is_dry() {
        return Ok(());
    }
    if let Some(needs) = needs(ctx, options, &current, &target, server_side) {
        needs.check()?;
    }
    ctx.debug("creating rolled back release", &[("name", name)]);
    ctx.storage.create(&target)?;
    ctx.debug("performing rollback", &[("name", name)]);
    if let Err(error) = perform(ctx, options, &mut current, &mut target, server_side) {
        // Helm leaves the record pending when a hook fails; a stop leaves nothing half-done
        let error = ctx.or_cancelled(error);
        if target.info.status.is_pending() && ctx.check_cancelled().is_err() {
            target.set_status(Status::FAILED, format!("Rollback {name:?} failed: {error}"));
            ctx.record(&target);
        }
        return Err(error);
    }
    ctx.debug("updating status for rolled back release", &[("name", name)]);
    Ok(ctx.storage.update(&target)?)
}

fn prepare(ctx: &Context<'_, '_>, options: &RollbackOptions, name: &str) -> Result<(Release, Release, bool), Error> {
    if validate_name(name).is_err() {
        return ctx.first(Err(Error::text(format!("prepareRollback: Release name is invalid: {name}"))));
    }
    if options.revision < 0 {
        return ctx.first(Err(Error::text("invalid release revision")));
    }
    // Helm asks for the newest revision first; one answer serves both
    ctx.debug("getting last revision", &[("name", name)]);
    ctx.debug("getting release history", &[("name", name)]);
    let mut history = ctx.first(ctx.storage.history(name))?;
    if !options.dry_run.is_dry() {
        recover::settle(ctx, &mut history)?;
    }
    let Some(current) = history.iter().max_by_key(|r| r.version).cloned() else {
        return Err(StorageError::NoRevision(name.to_owned()).into());
    };
    recover::refuse_if_held(ctx, &current)?;
    let wanted = if options.revision == 0 { current.version - 1 } else { options.revision };
    if !history.iter().any(|r| r.version == wanted) {
        return Err(Error::text(format!("release has no {wanted} version")));
    }
    let (from, to) = (current.version.to_string(), wanted.to_string());
    ctx.debug("rolling back", &[("name", name), ("currentVersion", &from), ("targetVersion", &to)]);
    let previous = ctx.storage.get(name, wanted)?;
    let server_side = options.server_side.resolve(&previous)?;
    let target = Release {
        name: name.to_owned(),
        namespace: current.namespace.clone(),
        chart: previous.chart,
        config: previous.config,
        manifest: previous.manifest,
        hooks: previous.hooks,
        version: current.version + 1,
        labels: previous.labels,
        apply_method: apply_method(server_side),
        info: Info {
            first_deployed: current.info.first_deployed,
            last_deployed: Time::now(),
            status: Status::PENDING_ROLLBACK,
            notes: previous.info.notes,
            description: format!("Rollback to {wanted}"),
            ..Info::default()
        },
        ..Release::default()
    };
    Ok((current, target, server_side))
}

/// What the rollback will do; none when nobody asks, or when it will fail of something else.
fn needs<'c, 'k, 's>(
    ctx: &'c Context<'k, 's>,
    options: &RollbackOptions,
    current: &Release,
    target: &Release,
    server_side: bool,
) -> Option<Needs<'c, 'k, 's>> {
    let mut needs = Needs::of(ctx)?;
    let (originals, _) = ctx.kube.place_old(ctx.kube.parse(&current.manifest).ok()?).ok()?;
    let resources = ctx.kube.build(&target.manifest, false).ok()?;
    needs.apply(&resources, &originals, Sending { server_side, force_replace: options.force_replace });
    needs.delete(originals.iter().filter(|o| !resources.iter().any(|t| t.is_same(o))));
    if !options.disable_hooks {
        needs.hooks(target, &["pre-rollback", "post-rollback"], server_side);
    }
    needs.record("update", target);
    Some(needs)
}

fn perform(
    ctx: &Context<'_, '_>,
    options: &RollbackOptions,
    current: &mut Release,
    target: &mut Release,
    server_side: bool,
) -> Result<(), Error> {
    let originals = ctx
        .build_old(&current.manifest)
        .map_err(|e| e.context("unable to build kubernetes objects from current release manifest"))?;
    let mut resources = ctx
        .kube
        .build(&target.manifest, false)
        .map_err(|e| e.context("unable to build kubernetes objects from new release manifest"))?;
    let waiting = &options.waiting;
    let hook_options = HookOptions { server_side, strategy: waiting.strategy, timeout: waiting.timeout };
    if !options.disable_hooks {
        hooks::run(ctx, target, "pre-rollback", hook_options)?;
    }
    ownership::mark(&mut resources, &target.name, &target.namespace);
    let update = UpdateOptions {
        server_side,
        force_conflicts: options.force_conflicts,
        force_replace: options.force_replace,
        three_way_for_unstructured: false,
        upgrade_field_manager: true,
    };
    let updated = match ctx.check_cancelled() {
        Ok(()) => ctx.kube.update(&originals, &resources, update),
        Err(error) => Updated { error: Some(error), ..Updated::default() },
    };
    if let Some(error) = updated.error {
        let message = format!("Rollback {:?} failed: {error}", target.name);
        ctx.events.log(Level::Warn, &message, &[]);
        current.info.status = Status::SUPERSEDED;
        target.set_status(Status::FAILED, message);
        ctx.record(current);
        ctx.record(target);
        if options.cleanup_on_fail && !updated.created.is_empty() {
            let errors = ctx.kube.delete(&updated.created, Propagation::Background);
            if !errors.is_empty() {
                return Err(Error::text(format!(
                    "an error occurred while cleaning up resources. original rollback error: unable to cleanup resources: {}",
                    join_texts(&errors, ", ")
                )));
            }
        }
        return Err(error);
    }
    if let Err(error) = ctx.wait(waiting, &resources) {
        target.set_status(Status::FAILED, format!("Release {:?} failed: {error}", target.name));
        ctx.record(current);
        ctx.record(target);
        return Err(error.context(format!("release {} failed", target.name)));
    }
    if !options.disable_hooks {
        hooks::run(ctx, target, "post-rollback", hook_options)?;
    }
    let deployed = match ctx.storage.deployed_all(&current.name) {
        Ok(deployed) => deployed,
        Err(StorageError::NoDeployed(_)) => Vec::new(),
        Err(error) => return Err(error.into()),
    };
    for mut release in deployed {
        ctx.debug("superseding previous deployment", &[("version", &release.version.to_string())]);
        release.info.status = Status::SUPERSEDED;
        ctx.record(&release);
    }
    target.info.status = Status::DEPLOYED;
    Ok(())
}
