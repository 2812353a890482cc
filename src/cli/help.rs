//! Help texts.

use std::fmt::Write as _;

use super::spec::{Command, Flag};
use super::{parse, table};

/// The help of a command: what it is, how it is called, its members and flags.
pub fn text(c: &Command, program: &str) -> String {
    let mut out = String::new();
    let about = super::about::of(c.path);
    let _ = writeln!(out, "{}", about.long.unwrap_or(about.short));
    if !about.examples.is_empty() {
        let _ = writeln!(out, "\nExamples:");
        for e in about.examples {
            let _ = writeln!(out, "  {program} {e}");
        }
    }
    let members: Vec<&Command> = parse::members(c).filter(|m| !m.hidden).collect();
    let _ = writeln!(out, "\nUsage:");
    if c.runnable || members.is_empty() {
        let _ = writeln!(out, "  {program} {}", c.usage);
    }
    if !members.is_empty() {
        let path = if c.path.is_empty() { String::new() } else { format!("{} ", c.path) };
        let _ = writeln!(out, "  {program} {path}[command]");
        let _ = writeln!(out, "\nAvailable Commands:");
        let name = |m: &Command| m.path.rsplit(' ').next().unwrap_or(m.path).to_owned();
        let width = members.iter().map(|m| name(m).len()).max().unwrap_or(0);
        for m in &members {
            let _ = writeln!(out, "  {:width$} {}", name(m), super::about::of(m.path).short);
        }
    }
    if !c.aliases.is_empty() {
        let own = c.path.rsplit(' ').next().unwrap_or(c.path);
        let _ = writeln!(out, "\nAliases:\n  {own}, {}", c.aliases.join(", "));
    }
    flags(&mut out, "Flags", c.flags);
    flags(&mut out, "Global Flags", table::GLOBAL);
    if !members.is_empty() {
        let path = if c.path.is_empty() { String::new() } else { format!("{} ", c.path) };
        let _ = writeln!(out, "\nUse \"{program} {path}[command] --help\" for more information about a command.");
    }
    out
}

fn flags(out: &mut String, title: &str, all: &[Flag]) {
    let shown: Vec<&Flag> = all.iter().filter(|f| !f.hidden && f.deprecated.is_empty()).collect();
    if shown.is_empty() {
        return;
    }
    let left = |f: &Flag| {
        let short = if f.short.is_empty() { "    ".to_owned() } else { format!("-{}, ", f.short) };
        let kind = match (f.kind, f.no_opt) {
            ("bool", _) => String::new(),
            (k, "") => format!(" {k}"),
            (k, _) => format!("[={k}]"),
        };
        format!("  {short}--{}{kind}", f.name)
    };
    let width = shown.iter().map(|f| left(f).len()).max().unwrap_or(0) + 3;
    let _ = writeln!(out, "\n{title}:");
    for f in shown {
        let default = match f.default {
            "" | "false" | "[]" | "0" => String::new(),
            d if f.kind == "string" => format!(" (default \"{}\")", d.replace("{{HOME}}", "$HOME")),
            d => format!(" (default {})", d.replace("{{HOME}}", "$HOME")),
        };
        let _ = writeln!(out, "{:width$}{}{default}", left(f), super::about::flag(f.name));
    }
}
