//! Completion: scripts for shells, and cobra's `__complete`, which scripts made for helm ask.

use crate::error::{CliError, CliResult};
use crate::output::Output;
use crate::settings::Settings;
use crate::{Context, cli};

/// Prints a shell's script.
///
/// # Errors
/// Where the shell's script is not written yet.
pub fn script(cx: &Context<'_>) -> CliResult {
    let path = cx.args.command.map_or("", |c| c.path);
    Err(CliError::new(format!("{path:?} is not available in this version of pintle")))
}

/// Answers `__complete ARGS… WORD`: command names and flags.
///
/// # Errors
/// None today.
pub fn complete(_: &Settings, argv: &[String], out: &Output) -> CliResult {
    let describe = argv.first().is_some_and(|a| a == "__complete");
    let (word, before) = match argv.get(1..).and_then(|a| a.split_last()) {
        Some((w, b)) => (w.as_str(), b),
        None => ("", &[][..]),
    };
    let mut at = cli::parse::command("");
    for b in before.iter().filter(|b| !b.starts_with('-')) {
        at = at.and_then(|c| {
            cli::parse::members(c).find(|m| m.path.rsplit(' ').next() == Some(b.as_str()) || m.aliases.contains(&b.as_str()))
        });
    }
    if let Some(c) = at {
        for m in cli::parse::members(c).filter(|m| !m.hidden) {
            let name = m.path.rsplit(' ').next().unwrap_or(m.path);
            if name.starts_with(word) {
                let about = cli::about::of(m.path).short;
                out.line(if describe && !about.is_empty() { format!("{name}\t{about}") } else { name.to_owned() });
            }
        }
    }
    out.line(":4");
    out.note("Completion ended with directive: ShellCompDirectiveNoFileComp");
    Ok(())
}
