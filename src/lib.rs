//! pintle: a Helm-compatible package manager and templating CLI for Kubernetes.
//!
//! What was typed ([`cli`]) becomes settings and a command ([`commands`]), which calls what does the work ([`ops`] and
//! the library crates) and hands results to [`output`], the only code that prints.

pub mod cli;
pub mod commands;
pub mod error;
pub mod kubeconfig;
pub mod ops;
pub mod output;
pub mod settings;

use std::process::ExitCode;

use cli::{Outcome, Parsed};
use error::CliError;
use output::Output;
use output::frame::{self, Paint};
use pintle_go::strconv;
use settings::Settings;

/// Everything that a command works with.
pub struct Context<'a> {
    /// Environment and global flags.
    pub settings: Settings,
    /// The command's flags and arguments.
    pub args: Parsed,
    /// Where it writes.
    pub out: &'a Output,
    /// The commands that plugins add.
    pub plugins: &'a [pintle_plugin::Plugin],
}

/// Runs a command line. `argv` begins with the program's name: called as `helm`, it speaks of itself as Helm.
pub fn run(argv: &[String], env: Vec<(String, String)>, out: &Output) -> ExitCode {
    let bin = argv.first().map_or("pintle", String::as_str);
    let name = bin.rsplit('/').next().unwrap_or(bin);
    let program = if name == "helm" { "helm" } else { "pintle" };
    let var = |name: &str| env.iter().find(|(k, _)| k == name).map_or("", |(_, v)| v.as_str()).to_owned();
    out.explain.set(match var("PINTLE_EXPLAIN").as_str() {
        "always" => Some(true),
        "never" => Some(false),
        _ => None,
    });
    let color = color_mode(argv).unwrap_or_else(|| var("HELM_COLOR"));
    let plain = !var("NO_COLOR").is_empty();
    let result = dispatch(argv.get(1..).unwrap_or_default(), program, bin, env, out);
    let flushed = out.flush();
    match result {
        Ok(()) if flushed => ExitCode::SUCCESS,
        Ok(()) => ExitCode::from(1),
        Err(e) => {
            if !e.silent {
                out.note(format!("Error: {}", e.text));
                if let Some(detail) = e.detail.filter(|_| program != "helm") {
                    out.note(format!("\n{detail}"));
                }
                if out.explains() {
                    let mut told = e.explanation.map(|told| *told).unwrap_or_default();
                    told.hint = e.hint.or(told.hint);
                    let paint = Paint(match color.as_str() {
                        "always" => true,
                        "never" => false,
                        _ => out.terminal && !plain,
                    });
                    let text = frame::explanation(&told, paint);
                    if !text.is_empty() {
                        out.note(format!("\n{text}"));
                    }
                }
            }
            ExitCode::from(e.code)
        }
    }
}

fn dispatch(argv: &[String], program: &str, bin: &str, env: Vec<(String, String)>, out: &Output) -> error::CliResult {
    if let Some(mode) = bad_color(argv) {
        out.note(format!(
            "level=WARN msg=\"command failed\" error={}",
            strconv::quote(format!("invalid color mode {mode:?}: must be one of: never, auto, always").as_bytes())
        ));
        return Err(CliError::code(1));
    }
    // plugins come first: Helm tells of broken ones whatever it is to do
    let settings = Settings::new(program, bin, env.clone(), &cli::lenient::globals(argv));
    out.debug.set(settings.debug);
    let plugins = &ops::plugins::commands(&settings, out)[..];
    let word_at = cli::parse::command_word(argv);
    if let Some(at) = word_at
        && let Some(request @ ("__complete" | "__completeNoDesc")) = argv.get(at).map(String::as_str)
    {
        let mut rest = argv.to_vec();
        rest.remove(at);
        let var = |name: &str| env.iter().find(|(k, _)| k == name).map_or("", |(_, v)| v.as_str());
        let wishes = commands::completion::Wishes::new(request == "__complete", var);
        return commands::completion::complete(rest, wishes, |p| Settings::new(program, bin, env, p), plugins, out);
    }
    if let Some(at) = word_at
        && let Some(plugin) = argv.get(at).and_then(|w| ops::plugins::called(plugins, w))
    {
        let mut rest = argv.to_vec();
        rest.remove(at);
        let cx = Context { settings, args: Parsed::default(), out, plugins };
        return ops::plugins::run(&cx, plugin, &rest);
    }
    if let Some(plugin) = word_at.and_then(|at| ops::plugins::help_topic(plugins, argv.get(at..)?)) {
        out.data(ops::plugins::help(plugin, program));
        return Ok(());
    }
    match cli::parse(argv, program) {
        Outcome::Error { text, notices } => {
            for notice in notices {
                out.note(notice);
            }
            Err(CliError::new(text))
        }
        Outcome::NoTopic(words) => {
            let words: Vec<String> = words.iter().map(|w| format!("`{w}`")).collect();
            out.note(format!("Unknown help topic [{}]", words.join(" ")));
            if let Some(root) = cli::parse::command("") {
                out.note(cli::help::usage(root, program).trim_end());
            }
            Ok(())
        }
        Outcome::Help(c) => {
            out.data(cli::help::text(c, program));
            if c.path.is_empty() {
                out.data(ops::plugins::summary(plugins));
            }
            Ok(())
        }
        Outcome::Unknown { word, rest, parsed } => {
            let settings = Settings::new(program, bin, env, &parsed);
            out.debug.set(settings.debug);
            commands::unknown(&Context { settings, args: *parsed, out, plugins }, &word, &rest)
        }
        Outcome::Run(parsed) => {
            for notice in &parsed.notices {
                out.note(notice);
            }
            let settings = Settings::new(program, bin, env, &parsed);
            out.debug.set(settings.debug);
            commands::run(&Context { settings, args: *parsed, out, plugins })
        }
    }
}

/// A `--color` that is none of the known modes.
fn bad_color(argv: &[String]) -> Option<String> {
    color_mode(argv).filter(|m| !["never", "auto", "always"].contains(&m.as_str()))
}

/// What `--color` says. Helm looks for it before anything else, in every word.
fn color_mode(argv: &[String]) -> Option<String> {
    let mut words = argv.iter().take_while(|a| *a != "--");
    let mut mode = None;
    while let Some(word) = words.next() {
        let Some(long) = word.strip_prefix("--") else { continue };
        match long.split_once('=') {
            Some(("color" | "colour", v)) => mode = Some(v.to_owned()),
            None if long == "color" || long == "colour" => mode = words.next().cloned(),
            _ => {}
        }
    }
    mode
}
