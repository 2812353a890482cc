//! `--post-renderer`: the manifests through a program of the user's.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::Context;
use crate::error::CliError;

/// Rewrites a stream of manifests.
pub type PostRenderer = Box<dyn Fn(&[u8]) -> Result<Vec<u8>, String>>;

/// The post-renderer that the flags name: a path, or a program on the search path (as in Helm 3).
///
/// # Errors
/// Helm's text where there is no such program.
pub fn from_flags(cx: &Context<'_>) -> Result<Option<PostRenderer>, CliError> {
    let Some(name) = cx.args.given("post-renderer") else { return Ok(None) };
    let args = cx.args.list("post-renderer-args");
    let Some(program) = find(cx.settings.var("PATH"), &name) else {
        return Err(CliError::new(format!(
            "invalid argument {} for \"--post-renderer\" flag: plugin: {{Name:{name} Type:postrenderer/v1}} not found",
            pintle_go::strconv::quote(name.as_bytes())
        ))
        .hint("give the path of a program that reads manifests and writes them"));
    };
    Ok(Some(Box::new(move |manifests| run(&program, &args, manifests))))
}

fn find(path: &str, name: &str) -> Option<PathBuf> {
    if name.contains('/') {
        return Path::new(name).is_file().then(|| PathBuf::from(name));
    }
    path.split(':').filter(|d| !d.is_empty()).map(|d| Path::new(d).join(name)).find(|p| p.is_file())
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
