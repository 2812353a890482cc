//! The plugins of this run: where they lie, and the commands that they add.

use std::path::PathBuf;

use pintle_chart::log::{Level, LogSink as _, Record};
use pintle_plugin::install::{InstallError, Places};
use pintle_plugin::{Cli, Env, LoadError, Plugin, Query, RunError, printable};

use crate::cli::{lenient, parse};
use crate::error::{CliError, CliResult};
use crate::output::Output;
use crate::settings::Settings;
use crate::{Context, cli};

impl From<RunError> for CliError {
    fn from(e: RunError) -> Self {
        let code = match &e {
            RunError::Exit { code, .. } => *code,
            _ => 1,
        };
        CliError { code, ..CliError::new(e.to_string()) }
    }
}
impl From<LoadError> for CliError {
    fn from(e: LoadError) -> Self {
        CliError::new(e.to_string())
    }
}
impl From<InstallError> for CliError {
    fn from(e: InstallError) -> Self {
        CliError::new(e.to_string())
    }
}

/// The plugins folders: `HELM_PLUGINS` is a list.
pub fn folders(s: &Settings) -> Vec<PathBuf> {
    s.plugins().split(':').filter(|d| !d.is_empty()).map(PathBuf::from).collect()
}

/// Where plugins are installed: the first of the plugins folders.
pub fn places(s: &Settings) -> Places {
    let plugins = folders(s).into_iter().next().unwrap_or_default();
    Places { plugins, data: s.data_home.join("plugins"), cache: s.cache_home.join("plugins") }
}

/// The environment that the program itself was given.
pub fn own_env(s: &Settings) -> Env {
    s.env().iter().cloned().collect()
}

/// The environment of commands and getters: Helm's settings over its own environment.
pub fn env(s: &Settings) -> Env {
    let mut env = own_env(s);
    env.extend(s.env_vars().into_iter().map(|(k, v)| (k.to_owned(), v)));
    env
}

/// The commands that plugins add (`loadCLIPlugins`). It ends at a name that is taken.
pub fn commands(s: &Settings, out: &Output) -> Vec<Plugin> {
    if s.var("HELM_NO_PLUGINS") == "1" {
        return Vec::new();
    }
    let error = |msg: &str, key: &str, value: String| {
        out.log(&Record { level: Level::Error, msg, attrs: &[(key, value)] });
    };
    let found = match pintle_plugin::find(&folders(s), Query::default(), out) {
        Ok(found) => found,
        Err(e) => {
            error("failed to load plugins", "error", e.to_string());
            return Vec::new();
        }
    };
    let mut all: Vec<Plugin> = Vec::new();
    for p in found.into_iter().filter(|p| p.metadata.cli().is_some()) {
        let name = command_name(&p).to_owned();
        let built_in = parse::command(&name);
        if built_in.is_some_and(cli::table::is_own) {
            // what only pintle has gives way to a plugin where pintle stands in for Helm, and not where it does not
            if s.program == "helm" {
                all.push(p);
            }
            continue;
        }
        if built_in.is_some() || all.iter().any(|o| command_name(o) == name) {
            error("failed to load plugins: name conflicts", "name", name);
            break;
        }
        all.push(p);
    }
    all
}

/// The word that calls a plugin: the first of its usage line, or its name.
pub fn command_name(p: &Plugin) -> &str {
    match p.metadata.cli() {
        Some(Cli { usage, .. }) if !usage.is_empty() => usage.split(' ').next().unwrap_or(usage),
        _ => &p.metadata.name,
    }
}

/// The plugin that a word calls.
pub fn called<'a>(plugins: &'a [Plugin], word: &str) -> Option<&'a Plugin> {
    plugins.iter().find(|p| command_name(p) == word)
}

/// The plugin that `help NAME` asks about; `words` begin with `help`.
pub fn help_topic<'a>(plugins: &'a [Plugin], words: &[String]) -> Option<&'a Plugin> {
    match words {
        [help, name, ..] if help == "help" => called(plugins, name),
        _ => None,
    }
}

/// What the program's help says of plugins.
pub fn summary(plugins: &[Plugin]) -> String {
    if plugins.is_empty() {
        return String::new();
    }
    let width = plugins.iter().map(|p| command_name(p).len()).max().unwrap_or(0) + 3;
    let lines = plugins.iter().map(|p| format!("  {:width$}{}\n", command_name(p), short_help(p)));
    format!("\nCommands of plugins:\n{}", lines.collect::<String>())
}

/// One line about a plugin's command.
pub fn short_help(p: &Plugin) -> String {
    match p.metadata.cli() {
        Some(c) if !c.short_help.is_empty() => printable(&c.short_help),
        _ => format!("the {} plugin", pintle_go::strconv::quote(p.metadata.name.as_bytes())),
    }
}

/// The help of a plugin's command.
pub fn help(p: &Plugin, program: &str) -> String {
    let cli = p.metadata.cli().cloned().unwrap_or_default();
    let usage = if cli.usage.is_empty() { p.metadata.name.clone() } else { printable(&cli.usage) };
    let long: Vec<String> = cli.long_help.trim().lines().map(printable).collect();
    let about = if long.is_empty() { short_help(p) } else { long.join("\n") };
    format!("{about}\n\nUsage:\n  {program} {usage} [flags]\n")
}

/// Whether a plugin is called without arguments.
pub fn ignores_flags(p: &Plugin) -> bool {
    p.metadata.cli().is_some_and(|c| c.ignore_flags)
}

/// Runs a plugin's command; `args` are all words of the command line but the one that calls it.
///
/// # Errors
/// Global flags that cannot be read, a plugin that does not start, and its exit code.
pub fn run(cx: &Context<'_>, p: &Plugin, args: &[String]) -> CliResult {
    let (known, mut rest) = lenient::take_globals(args);
    if let Some(root) = parse::command("") {
        cli::Parsed::of(root).read(&known)?;
    }
    if ignores_flags(p) {
        rest.clear();
    }
    cx.out.flush();
    Ok(p.run(&rest, &env(&cx.settings), cx.out)?)
}
