//! `uninstall` (pkg/action/uninstall.go).

use pintle_release::{Release, Status, StorageError, Time, validate_name};

use super::hooks::{self, HookOptions};
use super::preflight::Needs;
use super::{Context, Waiting, join_texts, read, recover};
use crate::wait::WaitStrategy;
use crate::{Error, Object, Propagation, Resource, order};

/// The annotation that keeps objects.
const RESOURCE_POLICY: &str = "helm.sh/resource-policy";

/// Helm's flags of `uninstall`.
#[derive(Clone, Debug)]
pub struct UninstallOptions {
    /// `--dry-run`
    pub dry_run: bool,
    /// `--ignore-not-found`
    pub ignore_not_found: bool,
    /// `--keep-history`
    pub keep_history: bool,
    /// `--no-hooks`
    pub disable_hooks: bool,
    /// `--wait`, `--timeout`
    pub waiting: Waiting,
    /// `--cascade`
    pub cascade: Propagation,
    /// `--description`
    pub description: String,
}

impl Default for UninstallOptions {
    fn default() -> Self {
        UninstallOptions {
            dry_run: false,
            ignore_not_found: false,
            keep_history: false,
            disable_hooks: false,
            waiting: Waiting { strategy: WaitStrategy::HookOnly, jobs: false, timeout: None },
            cascade: Propagation::Background,
            description: String::new(),
        }
    }
}

/// A removed release.
#[derive(Clone, Debug)]
pub struct Uninstalled {
    /// Its newest revision.
    pub release: Release,
    /// What was kept, as lines for the user; empty when nothing was.
    pub info: String,
}

/// Removes a release; none when there was none and that is fine.
///
/// # Errors
/// Helm's texts.
pub fn run(ctx: &mut Context<'_, '_>, options: &UninstallOptions, name: &str) -> Result<Option<Uninstalled>, Error> {
    ctx.reach()?;
    if options.dry_run {
        return match ctx.first(read::content_unchecked(ctx, name, 0)) {
            Ok(release) => Ok(Some(Uninstalled { release, info: String::new() })),
            Err(Error::Storage(StorageError::NotFound)) if options.ignore_not_found => Ok(None),
            Err(error) => Err(error),
        };
    }
    if validate_name(name).is_err() {
        return ctx.first(Err(Error::text(format!("uninstall: Release name is invalid: {name}"))));
    }
    let mut revisions = match ctx.first(ctx.storage.history(name)) {
        Ok(revisions) => revisions,
        Err(error @ Error::Unreachable(_)) => return Err(error),
        Err(_) if options.ignore_not_found => return Ok(None),
        Err(error) => return Err(error.context(format!("uninstall: Release not loaded: {name}"))),
    };
    revisions.sort_by_key(|r| r.version);
    let numbers: Vec<i64> = revisions.iter().map(|r| r.version).collect();
    let Some(mut release) = revisions.pop() else { return Err(Error::text("no release provided")) };
    drop(revisions);
    recover::refuse_if_held(ctx, &release)?;
    // whoever held it, it is ours to remove now
    release.holder = None;
    if release.info.status == Status::UNINSTALLED {
        if options.keep_history {
            return Err(Error::text(format!("the release named {name:?} is already deleted")));
        }
        purge(ctx, name, &numbers).map_err(|e| e.context("uninstall: Failed to purge the release"))?;
        return Ok(Some(Uninstalled { release, info: String::new() }));
    }
    if let Some(mut needs) = Needs::of(ctx) {
        // what cannot be told apart fails below, with Helm's words
        if let Ok((going, _)) = select(ctx, &release)
            && let Ok((resources, _)) = ctx.kube.place_old(going)
        {
            needs.delete(&resources);
        }
        if !options.disable_hooks {
            needs.hooks(&release, &["pre-delete", "post-delete"], true);
        }
        needs.record("update", &release);
        if !options.keep_history {
            needs.record("delete", &release);
        }
        needs.check()?;
    }
    ctx.debug("uninstall: deleting release", &[("name", name)]);
    release.info.status = Status::UNINSTALLING;
    release.info.deleted = Time::now();
    "Deletion in progress (or silently failed)".clone_into(&mut release.info.description);
    let waiting = &options.waiting;
    let hook_options = HookOptions { server_side: true, strategy: waiting.strategy, timeout: waiting.timeout };
    if !options.disable_hooks {
        hooks::run(ctx, &mut release, "pre-delete", hook_options)?;
    }
    save(ctx, &release);
    if let Err(error) = ctx.check_cancelled() {
        return Err(stopped(ctx, release, error));
    }
    let (deleted, kept) = match delete_objects(ctx, &release, options.cascade) {
        Ok(done) => done,
        Err(error) => {
            ctx.debug("uninstall: Failed to delete release", &[("error", &error.to_string())]);
            return Err(Error::text(format!("failed to delete release: {name}")));
        }
    };
    let info = if kept.is_empty() {
        String::new()
    } else {
        format!("These resources were kept due to the resource policy:\n{kept}")
    };
    let mut errors = Vec::new();
    errors.extend(ctx.waiter(waiting.strategy).wait_for_delete(&deleted, waiting.timeout).err());
    if !options.disable_hooks {
        errors.extend(hooks::run(ctx, &mut release, "post-delete", hook_options).err());
    }
    let description =
        if options.description.is_empty() { "Uninstallation complete" } else { options.description.as_str() };
    release.set_status(Status::UNINSTALLED, description);
    if options.keep_history {
        save(ctx, &release);
        supersede_deployed(ctx, name)?;
    } else {
        ctx.debug("purge requested", &[("release", name)]);
        errors.extend(purge(ctx, name, &numbers).err().map(|e| e.context("uninstall: Failed to purge the release")));
    }
    if errors.is_empty() {
        return Ok(Some(Uninstalled { release, info }));
    }
    Err(Error::text(format!("uninstallation completed with {} error(s): {}", errors.len(), join_texts(&errors, "; "))))
}

/// Records that the uninstall was stopped: the release may then be upgraded, rolled back or uninstalled.
fn stopped(ctx: &Context<'_, '_>, mut release: Release, error: Error) -> Error {
    release.set_status(Status::FAILED, format!("Uninstall {:?} failed: {error}", release.name));
    save(ctx, &release);
    error
}

fn save(ctx: &Context<'_, '_>, release: &Release) {
    if let Err(error) = ctx.storage.update(release) {
        ctx.debug("uninstall: Failed to store updated release", &[("error", &error.to_string())]);
    }
}

fn purge(ctx: &Context<'_, '_>, name: &str, revisions: &[i64]) -> Result<(), Error> {
    for &revision in revisions {
        ctx.storage.remove(name, revision)?;
    }
    Ok(())
}

fn supersede_deployed(ctx: &Context<'_, '_>, name: &str) -> Result<(), Error> {
    let deployed = match ctx.storage.deployed_all(name) {
        Ok(deployed) => deployed,
        Err(StorageError::NoDeployed(_)) => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    for mut release in deployed {
        ctx.debug("superseding previous deployment", &[("version", &release.version.to_string())]);
        release.info.status = Status::SUPERSEDED;
        save(ctx, &release);
    }
    Ok(())
}

/// The objects that go, in order, and lines about those that are kept.
fn select(ctx: &Context<'_, '_>, release: &Release) -> Result<(Vec<Object>, String), Error> {
    let objects = ctx.kube.parse(&release.manifest)?;
    let mut kept = String::new();
    let mut going: Vec<Object> = Vec::new();
    for object in order::sort_for_uninstall(objects) {
        match object.annotation(RESOURCE_POLICY).map(|p| p.trim().to_lowercase()) {
            None => going.push(object),
            Some(policy) if policy == "keep" => {
                kept.push_str(&format!("[{}] {}\n", object.kind(), object.name()));
            }
            // Any other policy keeps the object too, but Helm does not tell.
            Some(_) => {}
        }
    }
    Ok((going, kept))
}

/// Deletes the objects of a release; gives those that were deleted, and lines about those that were kept.
fn delete_objects(
    ctx: &Context<'_, '_>,
    release: &Release,
    cascade: Propagation,
) -> Result<(Vec<Resource>, String), Error> {
    let (going, kept) = select(ctx, release)
        .map_err(|e| e.context("corrupted release record. You must manually delete the resources"))?;
    // what the server no longer knows is gone already
    let (resources, _) =
        ctx.kube.place_old(going).map_err(|e| e.context("unable to build kubernetes objects for delete"))?;
    if !resources.is_empty() {
        let errors = ctx.kube.delete(&resources, cascade);
        if !errors.is_empty() {
            return Err(Error::Text(join_texts(&errors, "; ")));
        }
    }
    Ok((resources, kept))
}
