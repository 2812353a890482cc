//! Running plugins as programs (Helm's `RuntimeSubprocess`).

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Output, Stdio};

use pintle_chart::log::{Level, LogSink, Record};
use pintle_go::strconv::quote;

use crate::command::{Env, prepare};
use crate::{Plugin, Runtime, Subprocess};

/// A plugin that did not run well.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// It ended with another code than 0.
    #[error("plugin {} exited with error", quote(name.as_bytes()))]
    Exit {
        /// The plugin.
        name: String,
        /// Its exit code; 255 after a signal.
        code: u8,
    },
    /// A hook did.
    #[error("plugin {event} hook for {} exited with error", quote(name.as_bytes()))]
    Hook {
        /// The plugin.
        name: String,
        /// `install`, `update` or `delete`.
        event: String,
    },
    /// Nothing fits this platform, and the like.
    #[error("{0}")]
    NoCommand(String),
    /// The program cannot be started, in the words of Go's `os/exec`.
    #[error("{0}")]
    Start(String),
    /// A post-renderer that wrote nothing.
    #[error("post-renderer {} produced empty output", quote(.0.as_bytes()))]
    Empty(String),
    /// A WebAssembly plugin.
    #[error("plugin {}: the runtime \"extism/v1\" (WebAssembly) is not supported by pintle; a plugin with the runtime \"subprocess\" is needed", quote(.0.as_bytes()))]
    Wasm(String),
}

/// What a getter plugin is asked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Fetch<'a> {
    /// The address.
    pub address: &'a str,
    /// Client certificate, a file.
    pub cert_file: &'a str,
    /// Its key, a file.
    pub key_file: &'a str,
    /// Authorities, a file.
    pub ca_file: &'a str,
    /// User name.
    pub username: &'a str,
    /// Password.
    pub password: &'a str,
    /// Whether other servers get the credentials, too.
    pub pass_credentials_all: bool,
}

impl Plugin {
    fn programs(&self) -> Result<&Subprocess, RunError> {
        match &self.metadata.run {
            Runtime::Subprocess(s) => Ok(s),
            Runtime::Wasm => Err(RunError::Wasm(self.metadata.name.clone())),
        }
    }

    /// The environment of its programs.
    fn env(&self, env: &Env) -> Env {
        let mut env = env.clone();
        env.insert("HELM_PLUGIN_NAME".to_owned(), self.metadata.name.clone());
        env.insert("HELM_PLUGIN_DIR".to_owned(), self.dir.to_string_lossy().into_owned());
        env
    }

    /// Runs its command with the process's own streams.
    ///
    /// # Errors
    /// An exit code other than 0, and commands that cannot be started.
    pub fn run(&self, args: &[String], env: &Env, log: &dyn LogSink) -> Result<(), RunError> {
        let mut command = self.command(args, env, log)?;
        let status = command.status().map_err(|e| start_error(&command, &e))?;
        self.check(status, log)
    }

    /// Rewrites manifests.
    ///
    /// # Errors
    /// As [`Plugin::run`], and a program that writes nothing.
    pub fn post_render(
        &self,
        manifests: &[u8],
        args: &[String],
        env: &Env,
        log: &dyn LogSink,
    ) -> Result<Vec<u8>, RunError> {
        let out = piped(self.command(args, env, log)?, manifests)?;
        self.check(out.status, log)?;
        match out.stdout.trim_ascii() {
            [] => Err(RunError::Empty(self.metadata.name.clone())),
            _ => Ok(out.stdout),
        }
    }

    /// Fetches an address; `env` and the options reach the program as variables and arguments.
    ///
    /// # Errors
    /// As [`Plugin::run`], and an address of another scheme.
    pub fn fetch(&self, fetch: &Fetch<'_>, env: &Env, log: &dyn LogSink) -> Result<Vec<u8>, RunError> {
        let scheme = fetch.address.split_once(':').map_or("", |(s, _)| s).to_ascii_lowercase();
        let protocols = self.programs()?.protocols.iter().flatten();
        let Some(fit) = protocols.into_iter().find(|p| p.protocols.contains(&scheme)) else {
            return Err(RunError::NoCommand(format!("no downloader found for protocol {}", quote(scheme.as_bytes()))));
        };
        let mut env = self.env(env);
        env.insert("HELM_PLUGIN_USERNAME".to_owned(), fetch.username.to_owned());
        env.insert("HELM_PLUGIN_PASSWORD".to_owned(), fetch.password.to_owned());
        env.insert("HELM_PLUGIN_PASS_CREDENTIALS_ALL".to_owned(), fetch.pass_credentials_all.to_string());
        let (program, mut args) = prepare(&fit.commands, false, &[], &env).map_err(|e| {
            RunError::NoCommand(format!("failed to prepare commands for protocol {}: {e}", quote(scheme.as_bytes())))
        })?;
        args.extend([fetch.cert_file, fetch.key_file, fetch.ca_file, fetch.address].map(str::to_owned));
        // below the plugin's folder, however it is written
        let path = pintle_go::path::join(&[self.dir.to_string_lossy().as_bytes(), program.as_bytes()]);
        let mut command = start(&String::from_utf8_lossy(&path), &args, &env, &self.metadata.name, log)?;
        command.stdin(Stdio::null()).stderr(Stdio::inherit());
        let out = command.output().map_err(|e| start_error(&command, &e))?;
        self.check(out.status, log)?;
        Ok(out.stdout)
    }

    /// Runs what the plugin wants at an event: `install`, `update`, `delete`. Most plugins want nothing.
    ///
    /// # Errors
    /// A hook that fails or cannot be started.
    pub fn hook(&self, event: &str, env: &Env, log: &dyn LogSink) -> Result<(), RunError> {
        let Runtime::Subprocess(programs) = &self.metadata.run else { return Ok(()) };
        let Some(hook) = programs.hooks.get(event).filter(|h| !h.is_empty()) else { return Ok(()) };
        let env = self.env(env);
        let (program, args) = prepare(hook, programs.expand_hooks, &[], &env).map_err(RunError::NoCommand)?;
        let path = look_up(&program, &env).map_err(RunError::Start)?;
        log_command("executing plugin hook command", &self.metadata.name, &path, &args, log);
        let mut command = Command::new(path);
        command.args(&args).env_clear().envs(&env).stdin(Stdio::null());
        let status = command.status().map_err(|e| start_error(&command, &e))?;
        if status.success() {
            return Ok(());
        }
        Err(RunError::Hook { name: self.metadata.name.clone(), event: event.to_owned() })
    }

    /// Runs another program of the plugin's folder, and gives what it writes to both its streams.
    ///
    /// # Errors
    /// A program that is not there, or fails.
    pub fn other(&self, file: &str, args: &[String], env: &Env) -> Result<Vec<u8>, RunError> {
        let mut command = Command::new(self.dir.join(file));
        command.args(args).env_clear().envs(self.env(env)).stdin(Stdio::null());
        let out = command.output().map_err(|e| start_error(&command, &e))?;
        self.check(out.status, &pintle_chart::log::Discard)?;
        Ok([out.stdout, out.stderr].concat())
    }

    fn command(&self, args: &[String], env: &Env, log: &dyn LogSink) -> Result<Command, RunError> {
        let env = self.env(env);
        let (program, args) = prepare(&self.programs()?.commands, true, args, &env)
            .map_err(|e| RunError::NoCommand(format!("failed to prepare plugin command: {e}")))?;
        start(&program, &args, &env, &self.metadata.name, log)
    }

    fn check(&self, status: ExitStatus, log: &dyn LogSink) -> Result<(), RunError> {
        if status.success() {
            return Ok(());
        }
        let name = self.metadata.name.clone();
        let code = status.code();
        log.log(&Record {
            level: Level::Debug,
            msg: "plugin execution failed",
            attrs: &[
                ("pluginName", name.clone()),
                ("error", code.map_or_else(|| status.to_string(), |c| format!("exit status {c}"))),
                ("exitCode", code.unwrap_or(-1).to_string()),
                ("stderr", String::new()),
            ],
        });
        Err(RunError::Exit { name, code: code.and_then(|c| u8::try_from(c).ok()).unwrap_or(255) })
    }
}

fn start(program: &str, args: &[String], env: &Env, name: &str, log: &dyn LogSink) -> Result<Command, RunError> {
    let path = look_up(program, env).map_err(RunError::Start);
    let shown = path.as_deref().unwrap_or(Path::new(program));
    log_command("executing plugin command", name, shown, args, log);
    let mut command = Command::new(path?);
    command.args(args).env_clear().envs(env);
    Ok(command)
}

fn log_command(msg: &str, name: &str, program: &Path, args: &[String], log: &dyn LogSink) {
    let words = std::iter::once(program.display().to_string()).chain(args.iter().cloned());
    let line = words.collect::<Vec<_>>().join(" ");
    log.log(&Record { level: Level::Debug, msg, attrs: &[("pluginName", name.to_owned()), ("command", line)] });
}

/// Feeds a program and collects what it writes; what it says on standard error is dropped, as in Helm.
fn piped(mut command: Command, input: &[u8]) -> Result<Output, RunError> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|e| start_error(&command, &e))?;
    let stdin = child.stdin.take();
    // a program may write before it has read everything: feed it from beside
    std::thread::scope(|scope| {
        scope.spawn(move || stdin.map(|mut pipe| pipe.write_all(input)));
        child.wait_with_output()
    })
    .map_err(|e| start_error(&command, &e))
}

/// Where a program is (`exec.LookPath`): a path as it is, a name on the search path.
///
/// # Errors
/// Go's text where there is none.
pub fn look_up(program: &str, env: &Env) -> Result<PathBuf, String> {
    if program.contains('/') {
        return Ok(PathBuf::from(program));
    }
    let path = env.get("PATH").map_or("", String::as_str);
    let found = path.split(':').filter(|d| !d.is_empty()).map(|d| Path::new(d).join(program)).find(|p| is_program(p));
    found.ok_or_else(|| format!("exec: {}: executable file not found in $PATH", quote(program.as_bytes())))
}

#[cfg(unix)]
fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    path.metadata().is_ok_and(|m| m.is_file() && m.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(path: &Path) -> bool {
    path.is_file()
}

/// Go's text where a program does not start.
fn start_error(command: &Command, e: &std::io::Error) -> RunError {
    RunError::Start(pintle_chart::os_error("fork/exec", Path::new(command.get_program()), e))
}
