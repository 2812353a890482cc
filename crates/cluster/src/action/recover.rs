//! Operations that were cut off: who held the release, whether they still do, and how it gets free.
//!
//! Helm leaves a release pending for ever when its process is killed. Here a record under way names its
//! [holder](pintle_release::Holder). When that is provably gone, the next command closes the record as `failed` and goes
//! on from there; what the cut-off operation may have created is remembered by its manifest, so that nothing of it is
//! left behind. A record that names nobody (Helm's own) is treated as Helm treats it, until `unlock`.

use pintle_release::{Holder, Release, Status};

use super::Context;
use crate::{Error, Kube, Level, Liveness, Resource};

/// What stands in the description of a record whose operation was cut off.
const INTERRUPTED: &str = " was interrupted: ";

/// Closes the record of an operation whose holder is gone. `releases` are all revisions; only the newest is looked at.
///
/// # Errors
/// The record cannot be written, for example since its holder is back.
pub(crate) fn settle(ctx: &Context<'_, '_>, releases: &mut [Release]) -> Result<(), Error> {
    let Some(newest) = releases.iter_mut().max_by_key(|r| r.version) else { return Ok(()) };
    if !is_under_way(newest) {
        return Ok(());
    }
    let Some(holder) = newest.holder.clone() else { return Ok(()) };
    let liveness = ctx.kube.liveness(&holder);
    if matches!(liveness, Liveness::Alive | Liveness::Own) {
        return Ok(());
    }
    let revision = newest.version.to_string();
    let why = gone(&holder, liveness);
    let attributes = [("name", newest.name.as_str()), ("revision", revision.as_str()), ("holder", why.as_str())];
    ctx.events.log(Level::Warn, "closing the record of an interrupted operation", &attributes);
    close(ctx, newest, &why)
}

/// Marks a record as failed, for this reason.
fn close(ctx: &Context<'_, '_>, release: &mut Release, why: &str) -> Result<(), Error> {
    let what = operation(&release.info.status);
    release.set_status(Status::FAILED, format!("{what} {:?}{INTERRUPTED}{why}", release.name));
    ctx.storage.update(release)?;
    release.holder = None;
    Ok(())
}

fn operation(status: &Status) -> &'static str {
    match status.as_str() {
        "pending-install" => "Install",
        "pending-rollback" => "Rollback",
        "uninstalling" => "Uninstall",
        _ => "Upgrade",
    }
}

/// Whether something is being done with the revision, or was when it was cut off.
fn is_under_way(release: &Release) -> bool {
    release.info.status.is_pending() || release.info.status == Status::UNINSTALLING
}

/// Whether the operation of a record was cut off and closed later.
pub(crate) fn is_interrupted(release: &Release) -> bool {
    release.info.status == Status::FAILED && release.info.description.contains(INTERRUPTED)
}

/// Refuses when the revision's holder is known to be at work.
///
/// # Errors
/// [`Error::InProgress`].
pub(crate) fn refuse_if_held(ctx: &Context<'_, '_>, newest: &Release) -> Result<(), Error> {
    let held = newest.holder.as_ref().is_some_and(|h| ctx.kube.liveness(h) == Liveness::Alive);
    if is_under_way(newest) && held { Err(in_progress(ctx.kube, newest)) } else { Ok(()) }
}

/// Helm's refusal, with what is known of who holds the release.
pub(crate) fn in_progress(kube: &dyn Kube, newest: &Release) -> Error {
    let (name, revision, status) = (&newest.name, newest.version, &newest.info.status);
    let who = match &newest.holder {
        Some(holder) => {
            let state = match kube.liveness(holder) {
                Liveness::Alive => format!("which is at work (last sign of life {})", holder.renewed),
                other => format!("which is gone ({})", gone(holder, other)),
            };
            format!("held by {} since {}, {state}", process(holder), holder.since)
        }
        None => {
            format!("and its record names no holder; if nothing works on it any more, `pintle unlock {name}` frees it")
        }
    };
    Error::InProgress { detail: format!("revision {revision} of {name:?} is {status}, {who}") }
}

fn process(holder: &Holder) -> String {
    let Holder { host, pid, operation, .. } = holder;
    if operation.is_empty() {
        return format!("process {pid} on {host}");
    }
    format!("process {pid} ({operation}) on {host}")
}

fn gone(holder: &Holder, liveness: Liveness) -> String {
    let process = process(holder);
    match liveness {
        Liveness::Silent(time) => format!("{process} has given no sign of life for {} s", time.as_secs()),
        _ => format!("{process}, at work since {}, is gone", holder.since),
    }
}

/// Objects that only cut-off revisions newer than `after` have, as far as they are in the cluster and belong to the
/// release: what the next revision has to delete when it does not have them either.
pub(crate) fn left_over(
    ctx: &Context<'_, '_>,
    releases: &[Release],
    after: i64,
    known: &[Resource],
    target: &[Resource],
) -> Vec<Resource> {
    let mut found: Vec<Resource> = Vec::new();
    for release in releases.iter().filter(|r| r.version > after && is_interrupted(r)) {
        // a manifest that the server knows no kinds of cannot have been applied
        for resource in ctx.kube.build(&release.manifest, false).unwrap_or_default() {
            let is_known = [known, target, &found].iter().any(|set| set.iter().any(|r| r.is_same(&resource)));
            let is_ours = |resource: &Resource| {
                let live = ctx.kube.get(resource);
                live.is_ok_and(|live| super::ownership::belongs_to(&live, &release.name, &release.namespace))
            };
            if !is_known && is_ours(&resource) {
                found.push(resource);
            }
        }
    }
    found
}

/// What `unlock` found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unlocked {
    /// Nothing was under way: the newest revision and its state.
    Free(i64, Status),
    /// The record of this revision was closed; it was in this state.
    Closed(i64, Status),
}

/// Closes the record of a cut-off operation, whoever wrote it. With `force` also when its holder is at work; that one
/// then stops at its next sign of life.
///
/// # Errors
/// [`Error::InProgress`] when the holder is at work, or what the storage says.
pub fn unlock(ctx: &Context<'_, '_>, name: &str, force: bool) -> Result<Unlocked, Error> {
    let mut newest = ctx.storage.last(name)?;
    let (revision, status) = (newest.version, newest.info.status.clone());
    if !is_under_way(&newest) {
        return Ok(Unlocked::Free(revision, status));
    }
    if !force {
        refuse_if_held(ctx, &newest)?;
    }
    let why = match &newest.holder {
        Some(holder) => match ctx.kube.liveness(holder) {
            Liveness::Alive => format!("{} was overruled by unlock", process(holder)),
            other => gone(holder, other),
        },
        None => "unlocked".to_owned(),
    };
    // between our look and our write a holder at work may have given a sign of life, which is no reason to stop
    for _ in 0..2 {
        match close(ctx, &mut newest, &why) {
            Err(_) if force => newest = ctx.storage.last(name)?,
            Err(error) => return Err(error),
            Ok(()) => break,
        }
    }
    Ok(Unlocked::Closed(revision, status))
}
