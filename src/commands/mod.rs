//! One file a command, or a group of them.

pub mod completion;
mod create;
mod dependency;
mod env;
mod lint;
mod package;
mod show;
mod template;
mod version;

use crate::error::{CliError, CliResult};
use crate::{Context, cli};

/// Runs the command that was parsed.
///
/// # Errors
/// What the command says.
pub fn run(cx: &Context<'_>) -> CliResult {
    let path = cx.args.command.map_or("", |c| c.path);
    match path {
        "template" => template::run(cx),
        "lint" => lint::run(cx),
        "show all" | "show chart" | "show crds" | "show readme" | "show values" => show::run(cx),
        "package" => package::run(cx),
        "create" => create::run(cx),
        "version" => version::run(cx),
        "env" => env::run(cx),
        "dependency list" => dependency::list(cx),
        "completion bash" | "completion zsh" | "completion fish" | "completion powershell" => completion::script(cx),
        other => Err(CliError::new(format!("{:?} is not available in this version of pintle", format!("{} {other}", cx.settings.program)))),
    }
}

/// A word that is no command: a plugin's, or a mistake.
///
/// # Errors
/// cobra's text with what may have been meant.
pub fn unknown(cx: &Context<'_>, word: &str, _rest: &[String]) -> CliResult {
    let program = &cx.settings.program;
    let mut text = format!("unknown command {word:?} for {program:?}");
    if let Some(root) = cli::parse::command("") {
        let near = cli::parse::suggestions(root, word);
        if !near.is_empty() {
            text += "\n\nDid you mean this?\n";
            for n in near {
                text += &format!("\t{n}\n");
            }
        }
    }
    text += &format!("\nRun '{program} --help' for usage.");
    Err(CliError::new(text))
}

/// Names of releases for completion; none where no cluster answers.
pub fn release_names(_: &crate::settings::Settings) -> Vec<String> {
    Vec::new()
}
