//! `--post-renderer`: the manifests through a plugin, or through a program of the user's.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use pintle_chart::log::{Discard, LogSink};
use pintle_plugin::{LoadError, Plugin, Query, RunError};

use super::plugins::{folders, own_env};
use crate::Context;
use crate::error::{CliError, CliResult};

/// Rewrites a stream of manifests.
pub type PostRenderer<'a> = Box<dyn Fn(&[u8]) -> Result<Vec<u8>, String> + 'a>;

fn plugin(cx: &Context<'_>, name: &str, log: &dyn LogSink) -> Result<Plugin, LoadError> {
    pintle_plugin::find_one(&folders(&cx.settings), Query { name, kind: "postrenderer/v1" }, log)
}

/// A program by its path, as in Helm 3. Called as `helm`, there is none: Helm 4 takes plugins alone.
fn program(cx: &Context<'_>, name: &str) -> Option<PathBuf> {
    if cx.settings.program == "helm" {
        return None;
    }
    pintle_plugin::look_up(name, &own_env(&cx.settings)).ok().filter(|p| p.is_file())
}

/// What `--post-renderer` was given; nothing counts as not given.
fn names(cx: &Context<'_>) -> Vec<String> {
    cx.args.list("post-renderer").into_iter().filter(|n| !n.is_empty()).collect()
}

/// Refuses a post-renderer that is not there, before anything else is done: Helm looks for it while it reads flags.
///
/// # Errors
/// Helm's text.
pub fn check(cx: &Context<'_>) -> CliResult {
    let refused = |name: &str, why: String| {
        let name = pintle_go::strconv::quote(name.as_bytes());
        CliError::new(format!("invalid argument {name} for \"--post-renderer\" flag: {why}"))
    };
    let names = names(cx);
    let Some(name) = names.first() else { return Ok(()) };
    match plugin(cx, name, cx.out) {
        Err(e) if program(cx, name).is_none() => {
            return Err(refused(name, e.to_string()).hint(
                "give the name of a plugin of the type postrenderer/v1; pintle takes the path of a program, too",
            ));
        }
        _ => {}
    }
    match names.get(1) {
        Some(second) => Err(refused(second, "cannot specify --post-renderer flag more than once".to_owned())),
        None => Ok(()),
    }
}

/// The post-renderer that the flags name: a plugin, or else a program.
///
/// # Errors
/// As [`check`].
pub fn from_flags<'a>(cx: &'a Context<'_>) -> Result<Option<PostRenderer<'a>>, CliError> {
    let Some(name) = names(cx).into_iter().next() else { return Ok(None) };
    let args = cx.args.list("post-renderer-args");
    match (plugin(cx, &name, &Discard), program(cx, &name)) {
        (Ok(plugin), _) => Ok(Some(Box::new(move |manifests| {
            // a plugin for this gets no more of Helm's settings than Helm itself was given
            plugin.post_render(manifests, &args, &own_env(&cx.settings), cx.out).map_err(|e| match e {
                RunError::Empty(_) => e.to_string(),
                e => format!(
                    "failed to invoke post-renderer plugin {}: {e}",
                    pintle_go::strconv::quote(plugin.metadata.name.as_bytes())
                ),
            })
        }))),
        (_, Some(program)) => Ok(Some(Box::new(move |manifests| run(&program, &args, manifests)))),
        (Err(e), None) => Err(e.into()),
    }
}

fn run(program: &Path, args: &[String], manifests: &[u8]) -> Result<Vec<u8>, String> {
    let shown = program.display();
    let mut child = Command::new(program)
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|e| format!("error while running command {shown}: {e}"))?;
    let stdin = child.stdin.take();
    // a program may write before it has read everything: feed it from beside
    let out = std::thread::scope(|scope| {
        scope.spawn(move || stdin.map(|mut pipe| pipe.write_all(manifests)));
        child.wait_with_output()
    })
    .map_err(|e| format!("error while running command {shown}: {e}"))?;
    if !out.status.success() {
        let code = out.status.code().map_or_else(|| out.status.to_string(), |c| format!("exit status {c}"));
        let errors = String::from_utf8_lossy(&out.stderr);
        return Err(format!("error while running command {shown}. error output:\n{errors}: {code}"));
    }
    if out.stdout.trim_ascii().is_empty() {
        return Err(format!("post-renderer {:?} produced empty output", shown.to_string()));
    }
    Ok(out.stdout)
}
