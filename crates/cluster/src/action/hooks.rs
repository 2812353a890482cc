//! Running hooks (pkg/action/hooks.go).

use pintle_release::{Hook, HookExecution, PHASE_FAILED, PHASE_RUNNING, PHASE_SUCCEEDED, PHASE_UNKNOWN, Release, Time};

use super::{Context, join_texts};
use crate::wait::{Timeout, WaitStrategy};
use crate::{CreateOptions, Error, Gvk, Level, Progress, Propagation};

/// Policy of hooks that have none.
const BEFORE_CREATION: &str = "before-hook-creation";
/// When a hook went well: deletion and logs.
const SUCCEEDED: &str = "hook-succeeded";
/// When a hook failed: deletion and logs.
const FAILED: &str = "hook-failed";

/// How hooks are sent and waited for.
#[derive(Clone, Copy, Debug)]
pub struct HookOptions {
    /// Server-side apply.
    pub server_side: bool,
    /// How they are waited for.
    pub strategy: WaitStrategy,
    /// How long each is waited for.
    pub timeout: Timeout,
}

/// What is left to do after hooks ran: deletions by policy, and logs of those that went well.
#[derive(Debug, Default)]
pub struct Cleanup {
    /// Hooks that went well. When all did, they are gone through from the last to the first.
    succeeded: Vec<Hook>,
    /// The one that did not.
    failed: Option<Hook>,
    namespace: String,
    options: Option<HookOptions>,
}

/// Runs the hooks of an event one after another, and cleans up.
///
/// # Errors
/// The first hook that failed, or a deletion that did.
pub fn run(ctx: &Context<'_, '_>, release: &mut Release, event: &str, options: HookOptions) -> Result<(), Error> {
    let (cleanup, result) = run_without_cleanup(ctx, release, event, options);
    // After a stop, what was begun is still cleared away.
    cleanup.run(ctx)?;
    result
}

/// Runs the hooks of an event; what they leave is in the cluster until [`Cleanup::run`].
pub fn run_without_cleanup(
    ctx: &Context<'_, '_>,
    release: &mut Release,
    event: &str,
    options: HookOptions,
) -> (Cleanup, Result<(), Error>) {
    let mut order: Vec<usize> = Vec::new();
    for (i, hook) in release.hooks.iter().enumerate() {
        order.extend(hook.events.iter().filter(|e| is_event(e, event)).map(|_| i));
    }
    // Hooks come sorted by kind; that order stays among equals.
    order.sort_by(|&a, &b| match (release.hooks.get(a), release.hooks.get(b)) {
        (Some(a), Some(b)) => (a.weight, &a.name).cmp(&(b.weight, &b.name)),
        _ => std::cmp::Ordering::Equal,
    });
    let mut cleanup = Cleanup { namespace: release.namespace.clone(), options: Some(options), ..Cleanup::default() };
    for index in order {
        let result = run_one(ctx, release, index, event, options);
        let hook = release.hooks.get(index).cloned().unwrap_or_default();
        match result {
            Ok(()) => cleanup.succeeded.push(hook),
            Err(Stop::BeforeWaiting(error)) => return (Cleanup::default(), Err(error)),
            Err(Stop::Waiting(error)) => {
                cleanup.failed = Some(hook);
                return (cleanup, Err(error));
            }
        }
    }
    (cleanup, Ok(()))
}

/// Helm 2's `test-success` is read as `test` by Helm when it sorts manifests; records of Helm 3 may still hold it.
pub(crate) fn is_event(have: &str, wanted: &str) -> bool {
    have == wanted || (wanted == "test" && have == "test-success")
}

/// Where a hook failed: before it was waited for (nothing is cleaned up then), or while.
enum Stop {
    BeforeWaiting(Error),
    Waiting(Error),
}

fn run_one(
    ctx: &Context<'_, '_>,
    release: &mut Release,
    index: usize,
    event: &str,
    options: HookOptions,
) -> Result<(), Stop> {
    let Some(hook) = release.hooks.get_mut(index) else { return Ok(()) };
    if hook.delete_policies.is_empty() {
        hook.delete_policies.push(BEFORE_CREATION.to_owned());
    }
    let before = hook.clone();
    delete_by_policy(ctx, &before, BEFORE_CREATION, options).map_err(Stop::BeforeWaiting)?;
    let resources = ctx.kube.build(&before.manifest, true).map_err(|e| {
        Stop::BeforeWaiting(e.context(format!("unable to build kubernetes object for {event} hook {}", before.path)))
    })?;
    hook.last_run =
        HookExecution { started_at: Time::now(), phase: PHASE_RUNNING.to_owned(), ..HookExecution::default() };
    ctx.record(release);
    let object = format!("{}/{}", before.kind, before.name);
    ctx.events.progress(&Progress::HookStarted { event, object: &object });
    let mut end = |phase: &str| {
        if let Some(hook) = release.hooks.get_mut(index) {
            phase.clone_into(&mut hook.last_run.phase);
            if phase != PHASE_UNKNOWN {
                hook.last_run.completed_at = Time::now();
                let succeeded = phase == PHASE_SUCCEEDED;
                ctx.events.progress(&Progress::HookEnded { event, object: &object, succeeded });
            }
        }
    };
    end(PHASE_UNKNOWN);
    let create = CreateOptions { server_side: options.server_side, force_conflicts: false };
    if let Err(error) = ctx.kube.create(&resources, create) {
        end(PHASE_FAILED);
        return Err(Stop::BeforeWaiting(error.context(format!("warning: Hook {event} {} failed", before.path))));
    }
    match ctx.waiter(options.strategy).watch_until_ready(&resources, options.timeout) {
        Ok(()) => {
            end(PHASE_SUCCEEDED);
            Ok(())
        }
        Err(error) => {
            end(PHASE_FAILED);
            ctx.show_evidence(&resources);
            if let Err(e) = output_logs(ctx, &before, &release.namespace, FAILED) {
                ctx.events.log(Level::Info, &format!("error outputting logs for hook failure: {e}"), &[]);
            }
            Err(Stop::Waiting(error))
        }
    }
}

impl Cleanup {
    /// Deletes what policies say; when all hooks went well, shows their logs first.
    ///
    /// # Errors
    /// A deletion that failed.
    pub fn run(&self, ctx: &Context<'_, '_>) -> Result<(), Error> {
        let Some(options) = self.options else { return Ok(()) };
        if let Some(hook) = &self.failed {
            if let Err(e) = delete_by_policy(ctx, hook, FAILED, options) {
                ctx.events.log(Level::Info, &format!("error deleting the hook resource on hook failure: {e}"), &[]);
            }
            for hook in &self.succeeded {
                delete_by_policy(ctx, hook, SUCCEEDED, options)?;
            }
            return Ok(());
        }
        for hook in self.succeeded.iter().rev() {
            if let Err(e) = output_logs(ctx, hook, &self.namespace, SUCCEEDED) {
                ctx.events.log(Level::Info, &format!("error outputting logs for hook failure: {e}"), &[]);
            }
            delete_by_policy(ctx, hook, SUCCEEDED, options)?;
        }
        Ok(())
    }
}

/// CustomResourceDefinitions are never deleted: all their objects would go with them.
fn delete_by_policy(ctx: &Context<'_, '_>, hook: &Hook, policy: &str, options: HookOptions) -> Result<(), Error> {
    if hook.kind == "CustomResourceDefinition" || !hook.delete_policies.iter().any(|p| p == policy) {
        return Ok(());
    }
    let resources = ctx
        .kube
        .build(&hook.manifest, false)
        .map_err(|e| e.context(format!("unable to build kubernetes object for deleting hook {}", hook.path)))?;
    let errors = ctx.kube.delete(&resources, Propagation::Background);
    if !errors.is_empty() {
        return Err(Error::Text(join_texts(&errors, "; ")));
    }
    ctx.waiter(options.strategy).wait_for_delete(&resources, options.timeout)
}

fn output_logs(ctx: &Context<'_, '_>, hook: &Hook, namespace: &str, policy: &str) -> Result<(), Error> {
    if !hook.output_log_policies.iter().any(|p| p == policy) {
        return Ok(());
    }
    let own = ctx.kube.parse(&hook.manifest).map_err(|e| {
        e.context(format!(
            "unable to parse metadata.namespace from kubernetes manifest for output logs hook {}",
            hook.path
        ))
    })?;
    let own = own.first().map(|o| o.namespace().to_owned()).filter(|n| !n.is_empty());
    let namespace = own.as_deref().unwrap_or(namespace);
    let (labels, fields) = match hook.kind.as_str() {
        "Job" => (format!("job-name={}", hook.name), String::new()),
        "Pod" => (String::new(), format!("metadata.name={}", hook.name)),
        _ => return Ok(()),
    };
    let pods = ctx.kube.list(&Gvk::new("v1", "Pod"), namespace, &labels, &fields).map_err(|e| {
        Error::text(format!(
            "failed to get pod list with options: LabelSelector: {labels}, FieldSelector: {fields} with error: {e}"
        ))
    })?;
    for pod in &pods {
        let containers = pod.0.pointer("/spec/containers").and_then(serde_json::Value::as_array);
        for container in containers.into_iter().flatten() {
            let container = container.get("name").and_then(serde_json::Value::as_str).unwrap_or_default();
            let text = ctx.kube.logs(namespace, pod.name(), container).map_err(|_| {
                Error::text(format!("failed to stream pod logs for pod: {}, container: {container}", pod.name()))
            })?;
            ctx.events.hook_output(namespace, pod.name(), container, &text);
        }
    }
    Ok(())
}
