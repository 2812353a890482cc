//! Completion: scripts for shells, and cobra's `__complete`, which these scripts and those made for helm ask.
//!
//! The protocol: `__complete ARGS… WORD` answers one candidate a line (`VALUE` or `VALUE<tab>DESCRIPTION`), then
//! `:DIRECTIVE`, a sum of bits that says how the shell goes on; standard error names the bits for people.

mod plugin;

use std::borrow::Cow;

use pintle_go::strconv;
use pintle_plugin::Plugin;

use crate::cli::{Command, Flag, Parsed, Ty, about, lenient, parse, table};
use crate::error::CliResult;
use crate::ops::candidates::{self, Candidate};
use crate::output::Output;
use crate::settings::Settings;
use crate::{Context, ops};

/// cobra's directives.
const ERROR: u8 = 1;
const NO_SPACE: u8 = 2;
const NO_FILES: u8 = 4;

/// What begins a line that is no candidate but a word to the person.
const HINT: &str = "_activeHelp_ ";
const NO_MORE: &str = "_activeHelp_ This command does not take any more arguments (but may accept flags).";

/// Prints the script of the shell that the command names.
pub fn script(cx: &Context<'_>) {
    let shell = cx.args.command.and_then(|c| c.path.rsplit(' ').next()).unwrap_or_default();
    cx.out.data(shell_script(shell, &cx.settings.program, !cx.args.on("no-descriptions")));
}

/// The script that makes a shell ask the program, with candidates' descriptions or without; empty for other shells.
pub fn shell_script(shell: &str, program: &str, descriptions: bool) -> String {
    let script = match shell {
        "bash" => include_str!("../../completions/bash.sh"),
        "zsh" => include_str!("../../completions/zsh.sh"),
        "fish" => include_str!("../../completions/fish.fish"),
        "powershell" => include_str!("../../completions/powershell.ps1"),
        "nushell" => include_str!("../../completions/nushell.nu"),
        _ => return String::new(),
    };
    let request = if descriptions { "__complete" } else { "__completeNoDesc" };
    script.replace("{{PROGRAM}}", program).replace("{{REQUEST}}", request)
}

/// What is offered, and how the shell goes on.
#[derive(Default)]
struct Answer {
    candidates: Vec<Candidate>,
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
    fn of(candidates: Vec<Candidate>, directive: u8) -> Self {
        Answer { candidates, directive }
    }
    /// Fixed words with their texts.
    fn words(words: &[(&str, &str)], directive: u8) -> Self {
        Answer::of(words.iter().map(|(w, t)| ((*w).to_owned(), (*t).to_owned())).collect(), directive)
    }
}

/// What of an answer a shell wants to see.
#[derive(Clone, Copy)]
pub struct Wishes {
    texts: bool,
    hints: bool,
}

impl Wishes {
    /// By cobra's variables. `texts` is whether the request itself asks for descriptions.
    pub fn new<'a>(texts: bool, var: impl Fn(&str) -> &'a str) -> Self {
        let wanted = match var("HELM_COMPLETION_DESCRIPTIONS") {
            "" => var("COBRA_COMPLETION_DESCRIPTIONS"),
            own => own,
        };
        let texts = texts && strconv::parse_bool(wanted.as_bytes()).unwrap_or(true);
        Wishes { texts, hints: var("COBRA_ACTIVE_HELP") != "0" && var("HELM_ACTIVE_HELP") != "0" }
    }
}

/// Answers a shell: `argv` are the words so far, the last one unfinished.
///
/// # Errors
/// None today: what cannot be completed gets no candidates.
pub fn complete(
    argv: Vec<String>,
    wishes: Wishes,
    settings: impl FnOnce(&Parsed) -> Settings,
    plugins: &[Plugin],
    out: &Output,
) -> CliResult {
    let Some((word, before)) = argv.split_last() else {
        return Err("requires at least 1 arg(s), only received 0".into());
    };
    let answer = answer(settings, plugins, out, before, word).unwrap_or_else(|e| {
        out.note(format!("[Debug] [Error] {e}"));
        Answer::files()
    });
    let shown = answer.candidates.iter().filter(|(value, _)| wishes.hints || !value.starts_with(HINT));
    for (value, text) in shown {
        out.line(if wishes.texts && !text.is_empty() { format!("{value}\t{text}") } else { value.clone() });
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

/// The steps of cobra's `getCompletions`: the command, a flag that waits for its value, flags, members, arguments.
fn answer(
    settings: impl FnOnce(&Parsed) -> Settings,
    plugins: &[Plugin],
    out: &Output,
    before: &[String],
    word: &str,
) -> Result<Answer, String> {
    let Some(root) = parse::command("") else { return Ok(Answer::files()) };
    let (command, rest, stray) = parse::find(root, before);
    if let Some(at) = parse::command_word(before)
        && let Some(called) = before.get(at).and_then(|w| ops::plugins::called(plugins, w))
    {
        let cx = Context { settings: settings(&lenient::globals(before)), args: Parsed::default(), out, plugins };
        let mut words = before.to_vec();
        words.remove(at);
        return Ok(plugin::answer(&cx, called, &words, word));
    }
    if command.path.is_empty() && stray.is_some() {
        return Err(format!("unable to find a command for arguments: [{}]", before.join(" ")));
    }
    let Pending { flag, words, word, error } = pending(command, &rest, word);
    let mut parsed = Parsed::of(command);
    let help =
        parsed.read(words).map_err(|e| format!("Error while parsing flags from args [{}]: {e}", words.join(" ")))?;
    let flags_may_come = !after_dashes(command, words, parsed.args.len());
    if let Some(e) = error.filter(|_| flags_may_come) {
        return Err(e);
    }
    if help {
        return Ok(Answer::nothing());
    }
    let settings = settings(&parsed);
    let cx = Context { settings, args: parsed, out, plugins };
    if let Some(flag) = flag.filter(|_| flags_may_come) {
        return Ok(flag_value(&cx, command, flag));
    }
    if flags_may_come && word.starts_with('-') && !word.contains('=') {
        return Ok(flags(&cx, command, &word));
    }
    let mut answer = Answer::files();
    let own_flag = command.flags.iter().any(|f| cx.args.changed(f.name));
    if cx.args.args.is_empty() && !own_flag && parse::members(command).next().is_some() {
        answer = members(&cx, command, &word);
    }
    match arguments(&cx, command, &word) {
        None => Ok(answer),
        Some(more) => {
            answer.candidates.extend(more.candidates);
            answer.directive = more.directive;
            Ok(answer)
        }
    }
}

/// A flag that waits for its value, and the words that are whole.
struct Pending<'a> {
    flag: Option<&'static Flag>,
    words: &'a [String],
    word: Cow<'a, str>,
    error: Option<String>,
}

/// Whether the unfinished word is a flag's value: `--flag=VAL`, `-f=VAL`, or `--flag VAL`.
fn pending<'a>(command: &'static Command, words: &'a [String], word: &'a str) -> Pending<'a> {
    let none = Pending { flag: None, words, word: word.into(), error: None };
    let last_letter = |s: &str| s.chars().next_back().map(String::from).unwrap_or_default();
    let (name, value, before) = if word.starts_with('-') {
        match (word.split_once('='), word.strip_prefix("--")) {
            (None, _) => return none,
            (Some((_, value)), Some(long)) => (long.split('=').next().unwrap_or(long).to_owned(), Some(value), words),
            (Some((short, value)), None) => (last_letter(short), Some(value), words),
        }
    } else {
        match words.split_last() {
            Some((last, before)) if is_flag(last) && !last.contains('=') => {
                let name = last.strip_prefix("--").map_or_else(|| last_letter(last), str::to_owned);
                (name, None, before)
            }
            _ => return none,
        }
    };
    if name == "help" || name == "h" {
        return none;
    }
    let Some(flag) = find_flag(command, &name) else {
        let own = command.path.rsplit(' ').next().unwrap_or(command.path);
        let error = Some(format!("Subcommand '{own}' does not support flag '{name}'"));
        return Pending { error, ..none };
    };
    match value {
        Some(v) => Pending { flag: Some(flag), words: before, word: v.into(), error: None },
        // a flag that needs no value: the word is an argument
        None if !flag.no_opt.is_empty() => none,
        None => Pending { flag: Some(flag), words: before, word: word.into(), error: None },
    }
}

fn is_flag(word: &str) -> bool {
    let mut chars = word.chars();
    chars.next() == Some('-') && chars.next().is_some_and(|c| c != '-' || chars.next().is_some())
}

fn find_flag(c: &Command, name: &str) -> Option<&'static Flag> {
    c.flags.iter().chain(table::GLOBAL).find(|f| f.name == name || (!f.short.is_empty() && f.short == name))
}

/// Whether `--` stood before: then no flag can follow.
fn after_dashes(command: &'static Command, words: &[String], arguments: usize) -> bool {
    let mut again = Parsed::of(command);
    let mut longer = words.to_vec();
    longer.push("--".to_owned());
    again.read(&longer).is_ok() && again.args.len() > arguments
}

/// The names of flags that may come: the global ones first, each group by name.
fn flags(cx: &Context<'_>, c: &Command, word: &str) -> Answer {
    let excluded = |name: &str| {
        c.exclusive.iter().any(|group| {
            group.split(' ').any(|f| f == name) && group.split(' ').any(|f| f != name && cx.args.changed(f))
        })
    };
    let repeatable = |f: &Flag| f.kind.contains("Slice") || f.kind.contains("Array") || f.kind.starts_with("stringTo");
    let mut out = Vec::new();
    let mut offer = |name: &str, short: &str, text: &str| {
        for shown in [format!("--{name}"), format!("-{short}")] {
            if shown.len() > 1 && shown.starts_with(word) {
                out.push((shown, text.to_owned()));
            }
        }
    };
    let own =
        format!("help for {}", c.path.rsplit(' ').next().filter(|n| !n.is_empty()).unwrap_or(&cx.settings.program));
    let mut groups: [Vec<(&str, &str, &str)>; 2] = Default::default();
    for (i, group) in [table::GLOBAL, c.flags].into_iter().enumerate() {
        let shown = |f: &&Flag| !f.hidden && f.deprecated.is_empty() && !excluded(f.name);
        let helms = |f: &&Flag| cx.settings.program != "helm" || !table::is_own_flag(c, f);
        for f in group.iter().filter(shown).filter(helms) {
            if !cx.args.changed(f.name) || repeatable(f) {
                groups[i].push((f.name, f.short, about::flag(c.path, f.name)));
            }
        }
    }
    // the root's own flags are the global ones, and help is always a command's own
    groups[usize::from(!c.path.is_empty())].push(("help", "h", &own));
    for group in &mut groups {
        group.sort_unstable();
        for (name, short, text) in group.iter() {
            offer(name, short, text);
        }
    }
    Answer::of(out, NO_FILES)
}

fn members(cx: &Context<'_>, c: &Command, word: &str) -> Answer {
    let name = |m: &Command| m.path.rsplit(' ').next().unwrap_or(m.path).to_owned();
    // what shells offer for `helm` is Helm's
    let shown = |m: &&Command| !m.hidden && (cx.settings.program != "helm" || !table::is_own(m));
    let own = parse::members(c).filter(shown).map(|m| (name(m), about::of(m.path).short.to_owned()));
    let mut all: Vec<Candidate> = own.collect();
    if c.path.is_empty() {
        let added = cx.plugins.iter().map(|p| (ops::plugins::command_name(p).to_owned(), ops::plugins::short_help(p)));
        all.extend(added);
        all.sort();
    }
    all.retain(|(name, _)| name.starts_with(word));
    Answer::of(all, NO_FILES)
}

fn flag_value(cx: &Context<'_>, c: &Command, f: &Flag) -> Answer {
    const FORMATS: [(&str, &str); 3] =
        [("json", "one JSON document"), ("table", "for people"), ("yaml", "one YAML document")];
    let args = &cx.args.args;
    match (f.ty, f.name) {
        (Ty::Format, _) => Answer::words(&FORMATS, NO_FILES),
        (Ty::OneOf(words), _) => Answer::of(words.iter().map(|w| ((*w).to_owned(), String::new())).collect(), NO_FILES),
        (_, "color" | "colour") => Answer::words(&[("never", ""), ("auto", ""), ("always", "")], NO_FILES),
        (_, "type") if c.path == "docs" => Answer::words(&[("bash", ""), ("man", ""), ("markdown", "")], NO_FILES),
        (_, "kube-context") => Answer::of(candidates::contexts(&cx.settings), NO_FILES),
        (_, "namespace") => candidates::namespaces(cx).map_or_else(Answer::files, |n| Answer::of(n, NO_FILES)),
        (_, "revision") => match args.as_slice() {
            [release] => revisions(cx, release),
            _ => Answer::nothing(),
        },
        (_, "version") if c.path != "package" => {
            let wanted = match c.path {
                "install" | "template" if !cx.args.on("generate-name") => 2,
                "upgrade" => 2,
                _ => 1,
            };
            match args.last().filter(|_| args.len() == wanted) {
                Some(chart) => Answer::of(candidates::versions(&cx.settings, chart), NO_FILES),
                None => Answer::nothing(),
            }
        }
        _ => Answer::files(),
    }
}

fn releases(cx: &Context<'_>) -> Answer {
    candidates::releases(cx, &cx.args.args).map_or_else(Answer::files, |r| Answer::of(r, NO_FILES))
}

fn revisions(cx: &Context<'_>, release: &str) -> Answer {
    match candidates::revisions(cx, release) {
        Some(r) => Answer::of(r, NO_FILES),
        None => Answer::of(Vec::new(), ERROR),
    }
}

/// A chart: from a repository, at an address, or, with `files`, here.
fn charts(cx: &Context<'_>, word: &str, files: bool) -> Answer {
    const ADDRESSES: [(&str, &str); 4] = [
        ("oci://", "Chart in a registry"),
        ("https://", "Chart at an address"),
        ("http://", "Chart at an address"),
        ("file://", "Chart on this machine"),
    ];
    let (mut found, mut directive) = (Vec::new(), if files { 0 } else { NO_FILES });
    for (repo, url) in candidates::repositories(&cx.settings, &[]) {
        let group = format!("{repo}/");
        if word.starts_with(&group) {
            found.extend(candidates::charts(&cx.settings, &repo));
            directive &= !NO_SPACE;
            break;
        }
        if repo.starts_with(word) {
            found.push((group, url));
            directive |= NO_SPACE;
        }
    }
    // what follows an address is not ours to know; Helm then lets the shell offer files
    for (address, text) in ADDRESSES.iter().filter(|(a, _)| a.starts_with(word)) {
        found.push(((*address).to_owned(), (*text).to_owned()));
        directive |= NO_SPACE;
    }
    if files && word.is_empty() {
        found.push(("./".to_owned(), "Chart below this folder".to_owned()));
        found.push(("/".to_owned(), "Chart by its whole path".to_owned()));
    } else if files && !found.is_empty() {
        found.extend(candidates::files_here(word));
    }
    Answer::of(found, directive)
}

/// What a command's next argument may be; nothing where the command says nothing about it.
fn arguments(cx: &Context<'_>, c: &Command, word: &str) -> Option<Answer> {
    let args = &cx.args.args;
    let n = args.len();
    Some(match c.path {
        "help" => {
            let (group, _, stray) = parse::find(parse::command("")?, args);
            if stray.is_some() && group.path.is_empty() { Answer::nothing() } else { members(cx, group, word) }
        }
        "env" if n == 0 => {
            Answer::of(cx.settings.env_vars().iter().map(|(k, _)| ((*k).to_owned(), String::new())).collect(), NO_FILES)
        }
        "install" | "template" => {
            let wanted = usize::from(!cx.args.on("generate-name"));
            if n == wanted { charts(cx, word, true) } else { Answer::nothing() }
        }
        "upgrade" | "diff upgrade" if n == 1 => charts(cx, word, true),
        "show all" | "show chart" | "show crds" | "show readme" | "show values" | "show versions" if n == 0 => {
            charts(cx, word, true)
        }
        "pull" => {
            if n == 0 {
                charts(cx, word, false)
            } else {
                Answer::nothing()
            }
        }
        "push" if n == 1 => Answer::words(&[("oci://", "")], NO_SPACE | NO_FILES),
        "create" | "verify" | "push" | "repo index" | "plugin install" if n == 0 => Answer::files(),
        "repo add" if n < 2 => Answer::nothing(),
        "repo remove" | "repo update" => Answer::of(candidates::repositories(&cx.settings, args), NO_FILES),
        "plugin update" | "plugin uninstall" => Answer::of(super::plugin::candidates(cx), NO_FILES),
        "registry login" | "registry logout" => Answer::nothing(),
        "uninstall" | "diff release" => releases(cx),
        "rollback" | "diff rollback" if n == 1 => revisions(cx, args.first()?),
        "diff revision" if n == 1 || n == 2 => revisions(cx, args.first()?),
        "status" | "history" | "test" | "upgrade" | "rollback" | "get all" | "get hooks" | "get manifest"
        | "get metadata" | "get notes" | "get values" | "diff upgrade" | "diff rollback" | "diff revision"
            if n == 0 =>
        {
            releases(cx)
        }
        "outdated" if n == 0 => return None,
        "dependency build" | "dependency list" | "dependency update" | "lint" | "package" | "search repo"
        | "search hub" | "plugin package" | "plugin verify" => return None,
        _ if c.runnable && !c.path.is_empty() => Answer::no_more(),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_whose_value_comes() {
        let Some(values) = parse::command("get values") else { panic!("no command") };
        let words: Vec<String> = ["web", "-o"].iter().map(|s| (*s).to_owned()).collect();
        let p = pending(values, &words, "j");
        assert_eq!((p.flag.map(|f| f.name), p.words.len(), &*p.word), (Some("output"), 1, "j"));
        let p = pending(values, &words[..1], "--output=j");
        assert_eq!((p.flag.map(|f| f.name), p.words.len(), &*p.word), (Some("output"), 1, "j"));
        // a flag that needs no value has none coming
        let words = ["--all".to_owned()];
        assert!(pending(values, &words, "").flag.is_none());
    }
}
