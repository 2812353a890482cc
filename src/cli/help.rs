//! Help texts.

use std::fmt::Write as _;

use super::about;
use super::spec::{Command, Flag};
use super::{parse, table};

/// Widest line of prose.
const WIDTH: usize = 100;

/// The help of a command: what it is, examples, how it is called, its members and flags.
pub fn text(c: &Command, program: &str) -> String {
    let mut out = format!("{}.\n", about::of(c.path).short);
    let more = more(c, program);
    if !more.is_empty() {
        let _ = writeln!(out, "\n{}", wrap(&more));
    }
    let examples = examples(c, program);
    if !examples.is_empty() {
        let _ = writeln!(
            out,
            "\nExamples:\n{}",
            examples.iter().map(|e| format!("  {e}\n")).collect::<String>().trim_end()
        );
    }
    out + "\n" + &usage(c, program)
}

/// How a command is called: what follows its description.
pub fn usage(c: &Command, program: &str) -> String {
    let mut out = "Usage:\n".to_owned();
    let members = shown_members(c, program);
    if c.runnable || members.is_empty() {
        let _ = writeln!(out, "  {program} {}", c.usage);
    }
    let path = full_path(c, program);
    if !members.is_empty() {
        let _ = writeln!(out, "  {path} [command]");
        let _ = writeln!(out, "\nAvailable Commands:");
        let width = members.iter().map(|m| own_name(m, program).len()).max().unwrap_or(0) + 3;
        for m in &members {
            let _ = writeln!(out, "  {:width$}{}", own_name(m, program), about::of(m.path).short);
        }
    }
    if !c.aliases.is_empty() {
        let _ = writeln!(out, "\nAliases:\n  {}, {}", own_name(c, program), c.aliases.join(", "));
    }
    for (title, flags) in [("Flags", own_flags(c)), ("Global Flags", global_flags())] {
        let _ = write!(out, "\n{title}:\n{}", flag_lines(c, &flags));
    }
    if !members.is_empty() {
        let _ = writeln!(out, "\nUse \"{path} [command] --help\" for more information about a command.");
    }
    out
}

/// More about a command, or "".
pub fn more(c: &Command, program: &str) -> String {
    about::of(c.path).more.replace("{program}", program)
}

/// Command lines that show its use.
pub fn examples(c: &Command, program: &str) -> Vec<String> {
    about::of(c.path).examples.iter().map(|e| format!("{program} {e}")).collect()
}

/// The members of a group that people are shown.
pub fn shown_members(c: &Command, program: &str) -> Vec<&'static Command> {
    parse::members(c).filter(|m| !m.hidden && (program != "helm" || !table::is_own(m))).collect()
}

/// A command's last word; the root's is the program's name.
pub fn own_name<'a>(c: &Command, program: &'a str) -> &'a str
where
    'static: 'a,
{
    match c.path.rsplit(' ').next() {
        Some(name) if !name.is_empty() => name,
        _ => program,
    }
}

/// The words that call a command, with the program's name.
pub fn full_path(c: &Command, program: &str) -> String {
    format!("{program} {}", c.path).trim_end().to_owned()
}

/// The flags of a command that people are shown, by name; help is one of them.
pub fn own_flags(c: &Command) -> Vec<&'static Flag> {
    let mut shown: Vec<&Flag> = c.flags.iter().chain([&table::HELP]).filter(|f| is_shown(f)).collect();
    shown.sort_by_key(|f| f.name);
    shown
}

/// The flags of every command that people are shown.
pub fn global_flags() -> Vec<&'static Flag> {
    table::GLOBAL.iter().filter(|f| is_shown(f)).collect()
}

fn is_shown(f: &Flag) -> bool {
    !f.hidden && f.deprecated.is_empty()
}

/// Flags, one a line: names, kind of value, text, default.
pub fn flag_lines(c: &Command, flags: &[&Flag]) -> String {
    let left = |f: &Flag| {
        let short = if f.short.is_empty() { "    ".to_owned() } else { format!("-{}, ", f.short) };
        let kind = match (f.kind, f.no_opt) {
            ("bool", _) => String::new(),
            (k, "") => format!(" {k}"),
            (k, _) => format!("[={k}]"),
        };
        format!("  {short}--{}{kind}", f.name)
    };
    let width = flags.iter().map(|f| left(f).len()).max().unwrap_or(0) + 3;
    flags.iter().fold(String::new(), |mut out, f| {
        let default = match default_text(f) {
            d if d.is_empty() => d,
            d => format!(" (default {d})"),
        };
        let _ = writeln!(out, "{:width$}{}{default}", left(f), about::flag(c.path, f.name));
        out
    })
}

/// A flag's default as people write it, "" where it is nothing.
pub fn default_text(f: &Flag) -> String {
    match f.default.replace("{{HOME}}", "$HOME") {
        d if matches!(d.as_str(), "" | "false" | "[]" | "0") => String::new(),
        d if f.kind == "string" => format!("\"{d}\""),
        d => d,
    }
}

/// Breaks lines of prose between words; lines that begin with a space stay as they are.
fn wrap(text: &str) -> String {
    let mut out = String::new();
    for line in text.lines() {
        if line.starts_with(' ') {
            out += line;
        } else {
            let mut width = 0;
            for word in line.split(' ') {
                let len = word.chars().count();
                if width > 0 && width + 1 + len > WIDTH {
                    out.push('\n');
                    width = 0;
                } else if width > 0 {
                    out.push(' ');
                    width += 1;
                }
                out += word;
                width += len;
            }
        }
        out.push('\n');
    }
    out.trim_end().to_owned()
}
