//! Completion within a plugin's command: what its `completion.yaml` says, and what its `plugin.complete` answers.

use pintle_plugin::Plugin;
use pintle_plugin::completion::{DYNAMIC_PROGRAM, PluginCommand};

use super::{Answer, NO_FILES};
use crate::Context;
use crate::cli::{about, lenient, table};
use crate::ops::plugins;

/// Answers what may follow `words` (those of the command line without the plugin's own).
pub fn answer(cx: &Context<'_>, p: &Plugin, words: &[String], word: &str) -> Answer {
    let mut at = &p.completion();
    let mut path = Vec::new();
    let mut rest: Vec<String> = words.to_vec();
    while let Some(i) = first_word(&rest)
        && let Some(next) = at.commands.iter().flatten().find(|c| c.name == rest[i])
    {
        at = next;
        path.push(rest.remove(i));
    }
    let mut answer = Answer::default();
    if word.starts_with('-') && !word.contains('=') && !rest.iter().any(|r| r == "--") {
        answer = flags(at, word);
    } else {
        let fixed = |names: Vec<&str>| {
            let fit = names.into_iter().filter(|n| n.starts_with(word));
            fit.map(|n| (n.to_owned(), String::new())).collect::<Vec<_>>()
        };
        if rest.is_empty() {
            let members: Vec<&str> = at.commands.iter().flatten().map(|c| c.name.as_str()).collect();
            if !members.is_empty() {
                answer.directive = NO_FILES;
            }
            answer.candidates = fixed(members);
        }
        if !at.valid_args.is_empty() {
            if rest.is_empty() {
                answer.candidates.extend(fixed(at.valid_args.iter().map(String::as_str).collect()));
                answer.directive = NO_FILES;
            }
            return answer;
        }
    }
    if at.commands.is_none() {
        let (candidates, directive) = ask(cx, p, path, &rest, word).unwrap_or_default();
        answer.candidates.extend(candidates.into_iter().map(|c| (c, String::new())));
        answer.directive = directive;
    }
    answer
}

/// The first word that is no flag; all flags of plugins are taken to need no value.
fn first_word(words: &[String]) -> Option<usize> {
    let end = words.iter().position(|w| w == "--").unwrap_or(words.len());
    words[..end].iter().position(|w| !w.starts_with('-') && !w.is_empty())
}

fn flags(at: &PluginCommand, word: &str) -> Answer {
    let global = table::GLOBAL.iter().filter(|f| !f.hidden && f.deprecated.is_empty());
    let mut all: Vec<(String, String, String)> =
        global.map(|f| (f.name.to_owned(), f.short.to_owned(), about::flag("", f.name).to_owned())).collect();
    all.sort();
    let mut own: Vec<_> = at.flags.iter().map(|(l, s)| (l.clone(), s.clone(), String::new())).collect();
    own.sort();
    all.extend(own);
    let mut found = Vec::new();
    for (long, short, text) in all {
        for shown in [format!("--{long}"), format!("-{short}")] {
            if shown.len() > 1 && shown.starts_with(word) {
                found.push((shown, text.clone()));
            }
        }
    }
    Answer::of(found, NO_FILES)
}

/// Asks `plugin.complete`: candidates, one a line, and perhaps `:DIRECTIVE` at the end.
fn ask(cx: &Context<'_>, p: &Plugin, path: Vec<String>, rest: &[String], word: &str) -> Option<(Vec<String>, u8)> {
    let mut args = path;
    if !plugins::ignores_flags(p) {
        args.extend(lenient::take_globals(rest).1);
        args.push(word.to_owned());
    }
    let text = p.other(DYNAMIC_PROGRAM, &args, &plugins::env(&cx.settings)).ok()?;
    let text = String::from_utf8_lossy(&text);
    let mut lines: Vec<String> = text.split('\n').filter(|l| !l.is_empty()).map(|l| l.trim().to_owned()).collect();
    let directive = lines.last().and_then(|l| l.strip_prefix(':')).and_then(|d| d.parse().ok());
    if directive.is_some() {
        lines.pop();
    }
    Some((lines, directive.unwrap_or_default()))
}
