//! Completion: scripts for shells, and cobra's `__complete`, which these scripts and those made for helm ask.
//!
//! The protocol: `__complete ARGS… WORD` answers one candidate a line (`VALUE` or `VALUE<tab>DESCRIPTION`), then
//! `:DIRECTIVE`, a sum of bits that says how the shell goes on; standard error names the bits for people.

use crate::cli::{Args, Command, Flag, Ty, about, parse, table};
use crate::error::{CliError, CliResult};
use crate::output::Output;
use crate::settings::Settings;
use crate::{Context, commands};

/// cobra's directives.
const ERROR: u8 = 1;
const NO_SPACE: u8 = 2;
const NO_FILES: u8 = 4;

const NO_MORE: &str = "_activeHelp_ This command does not take any more arguments (but may accept flags).";

/// Prints a shell's script.
///
/// # Errors
/// A shell that is not known.
pub fn script(cx: &Context<'_>) -> CliResult {
    let path = cx.args.command.map_or("", |c| c.path);
    let text = match path.rsplit(' ').next() {
        Some("bash") => include_str!("../../completions/bash.sh"),
        Some("zsh") => include_str!("../../completions/zsh.sh"),
        Some("fish") => include_str!("../../completions/fish.fish"),
        Some("powershell") => include_str!("../../completions/powershell.ps1"),
        _ => return Err(CliError::new(format!("no completion script for {path:?}"))),
    };
    let mut text = text.replace("{{PROGRAM}}", &cx.settings.program);
    if cx.args.on("no-descriptions") {
        text = text.replace("__complete ", "__completeNoDesc ");
    }
    cx.out.data(text);
    Ok(())
}

/// What is offered, and how the shell goes on.
#[derive(Default)]
struct Answer {
    candidates: Vec<(String, String)>,
    directive: u8,
}

impl Answer {
    fn files() -> Self {
        Answer::default()
    }
    fn nothing() -> Self {
        Answer { candidates: Vec::new(), directive: NO_FILES }
    }
    fn no_more() -> Self {
        Answer { candidates: vec![(NO_MORE.to_owned(), String::new())], directive: NO_FILES }
    }
    fn of<S: Into<String>>(items: impl IntoIterator<Item = (S, S)>, directive: u8) -> Self {
        Answer { candidates: items.into_iter().map(|(a, b)| (a.into(), b.into())).collect(), directive }
    }
}

/// Answers `__complete` and `__completeNoDesc`.
///
/// # Errors
/// None today: what cannot be completed gets no candidates.
pub fn complete(settings: &Settings, argv: &[String], out: &Output) -> CliResult {
    let describe = argv.first().is_some_and(|a| a == "__complete");
    let (word, before) = match argv.get(1..).and_then(|a| a.split_last()) {
        Some((w, b)) => (w.as_str(), b),
        None => ("", &[][..]),
    };
    let answer = match answer(settings, before, word) {
        Ok(a) => a,
        Err(e) => {
            out.note(format!("[Debug] [Error] {e}"));
            Answer::files()
        }
    };
    for (value, text) in &answer.candidates {
        let keep = value.starts_with(word) || value.starts_with("_activeHelp_");
        if keep {
            out.line(if describe && !text.is_empty() { format!("{value}\t{text}") } else { value.clone() });
        }
    }
    out.line(format!(":{}", answer.directive));
    let names: Vec<&str> = [(ERROR, "Error"), (NO_SPACE, "NoSpace"), (NO_FILES, "NoFileComp")]
        .iter()
        .filter(|(bit, _)| answer.directive & bit != 0)
        .map(|(_, n)| *n)
        .collect();
    let names = if names.is_empty() { vec!["Default"] } else { names };
    let named: Vec<String> = names.iter().map(|n| format!("ShellCompDirective{n}")).collect();
    out.note(format!("Completion ended with directive: {}", named.join(", ")));
    Ok(())
}

fn answer(settings: &Settings, before: &[String], word: &str) -> Result<Answer, String> {
    let Some(root) = parse::command("") else { return Ok(Answer::files()) };
    let (command, rest) = walk(root, before);
    if command.path.is_empty()
        && let Some(stray) = rest.iter().find(|a| !a.starts_with('-'))
        && flag_before(command, &rest).is_none()
    {
        return Err(format!("unable to find a command for arguments: [{stray}]"));
    }
    if let Some(flag) = flag_before(command, &rest) {
        return Ok(flag_value(settings, command, flag));
    }
    let (args, parsed) = plain(command, &rest)?;
    if word.starts_with('-') {
        if let Some((name, value)) = word.split_once('=')
            && let Some(flag) = find_flag(command, name.trim_start_matches('-'))
        {
            let mut a = flag_value(settings, command, flag);
            a.candidates.retain(|(v, _)| v.starts_with(value));
            return Ok(a);
        }
        return Ok(flags(command, &parsed, word));
    }
    if command.path == "help" || command.path.is_empty() {
        let (group, _) = walk(root, &args);
        return Ok(members(group));
    }
    if parse::members(command).next().is_some() {
        return Ok(members(command));
    }
    Ok(arguments(settings, command, &args, word))
}

/// Goes down the words that name commands; what is left stays in order.
fn walk(root: &'static Command, words: &[String]) -> (&'static Command, Vec<String>) {
    let mut at = root;
    let mut rest = Vec::new();
    let mut open = true;
    for w in words {
        let name = |m: &&Command| m.path.rsplit(' ').next() == Some(w) || m.aliases.contains(&w.as_str());
        match parse::members(at).find(name).filter(|_| open && !w.starts_with('-')) {
            Some(m) => at = m,
            None => {
                open &= w.starts_with('-');
                rest.push(w.clone());
            }
        }
    }
    (at, rest)
}

fn find_flag(c: &Command, name: &str) -> Option<&'static Flag> {
    c.flags.iter().chain(table::GLOBAL).find(|f| f.name == name || (!f.short.is_empty() && f.short == name))
}

/// The flag whose value comes next.
fn flag_before(c: &Command, rest: &[String]) -> Option<&'static Flag> {
    let last = rest.last()?;
    let name = last.strip_prefix("--").or_else(|| last.strip_prefix('-').filter(|s| s.len() == 1))?;
    find_flag(c, name).filter(|f| f.no_opt.is_empty())
}

/// Arguments without flags and their values, and which flags were given.
fn plain(c: &Command, rest: &[String]) -> Result<(Vec<String>, Vec<&'static str>), String> {
    let (mut args, mut given, mut i) = (Vec::new(), Vec::new(), 0);
    while let Some(a) = rest.get(i) {
        i += 1;
        let Some(name) = a.strip_prefix("--").or_else(|| a.strip_prefix('-').filter(|n| !n.is_empty())) else {
            args.push(a.clone());
            continue;
        };
        let (name, value) = name.split_once('=').map_or((name, None), |(n, v)| (n, Some(v)));
        if let Some(f) = find_flag(c, name) {
            given.push(f.name);
            let bad = match (f.ty, value) {
                (Ty::Format, Some(v)) if !["table", "json", "yaml"].contains(&v) => {
                    Some((v, "invalid format type".to_owned()))
                }
                (Ty::Wait, Some(v)) if !["watcher", "legacy", "hookOnly", "true", "false"].contains(&v) => {
                    Some((v, format!("invalid wait input {v:?}. Valid inputs are watcher, hookOnly, and legacy")))
                }
                _ => None,
            };
            if let Some((v, why)) = bad {
                let shown =
                    if f.short.is_empty() { format!("--{}", f.name) } else { format!("-{}, --{}", f.short, f.name) };
                return Err(format!(
                    "Error while parsing flags from args [{a}]: invalid argument {v:?} for \"{shown}\" flag: {why}"
                ));
            }
            if f.no_opt.is_empty() && value.is_none() {
                i += 1;
            }
        }
    }
    Ok((args, given))
}

fn flags(c: &Command, given: &[&'static str], word: &str) -> Answer {
    let mut out = Vec::new();
    let mut all: Vec<&Flag> =
        c.flags.iter().chain(table::GLOBAL).filter(|f| !f.hidden && f.deprecated.is_empty()).collect();
    all.sort_by_key(|f| f.name);
    for f in all {
        let repeatable = matches!(f.ty, Ty::StringArray | Ty::StringSlice | Ty::StringMap);
        if given.contains(&f.name) && !repeatable {
            continue;
        }
        out.push((format!("--{}", f.name), about::flag(f.name).to_owned()));
        if !f.short.is_empty() && word == "-" {
            out.push((format!("-{}", f.short), about::flag(f.name).to_owned()));
        }
    }
    out.push(("--help".to_owned(), "show help".to_owned()));
    if word == "-" {
        out.push(("-h".to_owned(), "show help".to_owned()));
    }
    Answer { candidates: out, directive: NO_FILES }
}

fn members(c: &Command) -> Answer {
    let all = parse::members(c).filter(|m| !m.hidden);
    Answer::of(all.map(|m| (m.path.rsplit(' ').next().unwrap_or(m.path), about::of(m.path).short)), NO_FILES)
}

fn flag_value(_: &Settings, c: &Command, f: &Flag) -> Answer {
    const FORMATS: [(&str, &str); 3] =
        [("json", "one JSON document"), ("table", "for people"), ("yaml", "one YAML document")];
    match (f.ty, f.name) {
        (Ty::Format, _) => Answer::of(FORMATS, NO_FILES),
        (_, "color" | "colour") => Answer::of([("never", ""), ("auto", ""), ("always", "")], NO_FILES),
        (_, "type") if c.path == "docs" => Answer::of([("bash", ""), ("man", ""), ("markdown", "")], NO_FILES),
        (_, "kube-context" | "version") => Answer::nothing(),
        _ => Answer::files(),
    }
}

fn arguments(settings: &Settings, c: &Command, args: &[String], word: &str) -> Answer {
    const CHARTS: [(&str, &str); 6] = [
        ("oci://", "Chart in a registry"),
        ("https://", "Chart at an address"),
        ("http://", "Chart at an address"),
        ("file://", "Chart on this machine"),
        ("./", "Chart below this folder"),
        ("/", "Chart by its whole path"),
    ];
    let chart = || {
        let near = CHARTS.into_iter().filter(|(c, _)| c.starts_with(word)).collect::<Vec<_>>();
        if near.is_empty() || word.starts_with(['.', '/']) { Answer::files() } else { Answer::of(near, NO_SPACE) }
    };
    let n = args.len();
    match c.path {
        "env" if n == 0 => Answer::of(settings.env_vars().iter().map(|(k, _)| (*k, "")), NO_FILES),
        "install" | "template" | "upgrade" if n == 1 => chart(),
        "show all" | "show chart" | "show crds" | "show readme" | "show values" if n == 0 => chart(),
        "pull" if n == 0 => Answer::of(CHARTS.into_iter().take(4), NO_SPACE | NO_FILES),
        "push" if n == 1 => Answer::of([("oci://", "")], NO_SPACE | NO_FILES),
        "create" | "lint" | "verify" | "package" | "push" if n == 0 => Answer::files(),
        "lint" | "package" => Answer::files(),
        "dependency build" | "dependency list" | "dependency update" if n == 0 => Answer::files(),
        "repo add" | "repo remove" | "repo update" | "plugin update" | "plugin uninstall" | "registry logout"
        | "registry login" => Answer::nothing(),
        "status" | "history" | "test" | "uninstall" | "upgrade" | "rollback" | "get all" | "get hooks"
        | "get manifest" | "get metadata" | "get notes" | "get values"
            if n == 0 =>
        {
            Answer::of(commands::release_names(settings).into_iter().map(|n| (n, String::new())), 0)
        }
        "rollback" if n == 1 => Answer { candidates: Vec::new(), directive: ERROR },
        "install" | "template" if n == 0 => Answer::nothing(),
        "uninstall" | "search repo" | "search hub" => Answer::files(),
        _ if matches!(c.args, Args::None | Args::Exact(_) | Args::AtMost(_)) || c.path == "plugin list" => {
            Answer::no_more()
        }
        _ => Answer::files(),
    }
}

/// What [`cli::parse()`] would do with these words; kept here so that the two read words alike.
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn walks_like_the_parser() {
        let Some(root) = parse::command("") else { panic!("no root") };
        let words: Vec<String> = ["get", "values", "-o"].iter().map(|s| (*s).to_owned()).collect();
        let (c, rest) = walk(root, &words);
        assert_eq!((c.path, rest.len()), ("get values", 1));
        assert_eq!(flag_before(c, &rest).map(|f| f.name), Some("output"));
    }
}
