//! `test` (pkg/action/release_testing.go).

use pintle_release::{Hook, Release, validate_name};
use serde_json::Value;

use super::Context;
use super::hooks::{self, Cleanup, HookOptions};
use crate::wait::{Timeout, WaitStrategy};
use crate::{Error, Gvk};

/// Helm's flags of `test`.
#[derive(Clone, Debug, Default)]
pub struct TestOptions {
    /// The namespace of the command, where logs are looked for.
    pub namespace: String,
    /// `--timeout`
    pub timeout: Timeout,
    /// `--filter name=X`: only these
    pub include: Vec<String>,
    /// `--filter !name=X`: all but these
    pub exclude: Vec<String>,
}

/// A run of the tests of a release.
#[derive(Debug)]
pub struct TestRun {
    /// The release with the results in its hooks.
    pub release: Release,
    /// Why it failed, if it did.
    pub error: Option<Error>,
    /// What is to be deleted after the logs were read.
    pub cleanup: Cleanup,
}

/// Runs the test hooks of the newest revision. The caller prints, reads logs, then runs the cleanup.
///
/// # Errors
/// There is no such release; all else is in [`TestRun::error`].
pub fn run(ctx: &mut Context<'_, '_>, options: &TestOptions, name: &str) -> Result<TestRun, Error> {
    ctx.reach()?;
    if validate_name(name).is_err() {
        return ctx.first(Err(Error::text(format!("releaseTest: Release name is invalid: {name}"))));
    }
    let mut release = ctx.first(ctx.storage.last(name))?;
    let mut skipped: Vec<Hook> = Vec::new();
    let mut sieve = |hooks: Vec<Hook>, keep: &dyn Fn(&Hook) -> bool| {
        let (kept, out): (Vec<_>, Vec<_>) = hooks.into_iter().partition(|h| keep(h));
        skipped.extend(out);
        kept
    };
    if !options.exclude.is_empty() {
        release.hooks = sieve(release.hooks, &|h| !options.exclude.contains(&h.name));
    }
    if !options.include.is_empty() {
        release.hooks = sieve(release.hooks, &|h| options.include.contains(&h.name));
    }
    let hook_options = HookOptions {
        server_side: release.is_server_side(),
        strategy: WaitStrategy::Watcher,
        timeout: options.timeout,
    };
    let (cleanup, result) = hooks::run_without_cleanup(ctx, &mut release, "test", hook_options);
    skipped.append(&mut release.hooks);
    release.hooks = skipped;
    let saved = ctx.storage.update(&release);
    let error = result.err().or_else(|| saved.err().map(Error::from));
    Ok(TestRun { release, error, cleanup })
}

/// The logs of all containers of the tests, and what could not be read.
pub fn pod_logs(ctx: &Context<'_, '_>, options: &TestOptions, release: &Release) -> (Vec<u8>, Option<Error>) {
    let mut out = Vec::new();
    let mut hooks: Vec<&Hook> = release.hooks.iter().collect();
    hooks.sort_by(|a, b| (a.weight, &a.name).cmp(&(b.weight, &b.name)));
    for hook in hooks {
        if !hook.events.iter().any(|e| e == "test") || options.exclude.contains(&hook.name) {
            continue;
        }
        if !options.include.is_empty() && !options.include.contains(&hook.name) {
            continue;
        }
        if let Err(error) = container_logs(ctx, &options.namespace, &hook.name, &mut out) {
            return (out, Some(error));
        }
    }
    (out, None)
}

fn container_logs(ctx: &Context<'_, '_>, namespace: &str, name: &str, out: &mut Vec<u8>) -> Result<(), Error> {
    let resource = crate::Resource {
        gvk: Gvk::new("v1", "Pod"),
        plural: "pods".to_owned(),
        namespaced: true,
        namespace: namespace.to_owned(),
        name: name.to_owned(),
        object: crate::Object::default(),
    };
    let pod = ctx.kube.get(&resource).map_err(|e| e.context(format!("unable to get pod {name}")))?;
    let mut errors = Vec::new();
    for list in ["/spec/initContainers", "/spec/containers"] {
        for container in pod.0.pointer(list).and_then(Value::as_array).into_iter().flatten() {
            let container = container.get("name").and_then(Value::as_str).unwrap_or_default();
            match ctx.kube.logs(namespace, name, container) {
                Ok(text) => {
                    out.extend_from_slice(format!("POD LOGS: {name} ({container})\n").as_bytes());
                    out.extend_from_slice(&text);
                    out.push(b'\n');
                }
                Err(error) => {
                    errors.push(error.context(format!("unable to get logs for pod {name}, container {container}")))
                }
            }
        }
    }
    match Error::join(errors, "\n") {
        Some(error) => Err(error),
        None => Ok(()),
    }
}
