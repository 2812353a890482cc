//! A command's page: Markdown for a site, troff for `man`. The same texts as help's, in the files that Helm names.

use std::fmt::Write as _;

use super::spec::{Command, Flag};
use super::{about, help, parse, table};

/// A file's name without its ending, words joined by `joint`: `helm_get_values`.
pub fn file_stem(c: &Command, program: &str, joint: &str) -> String {
    help::full_path(c, program).replace(' ', joint)
}

/// All commands that get a page: those that people are shown, members before their group.
pub fn pages(program: &str) -> Vec<&'static Command> {
    fn below(c: &'static Command, program: &str, out: &mut Vec<&'static Command>) {
        for m in help::shown_members(c, program).into_iter().filter(|m| m.path != "help") {
            below(m, program, out);
        }
        out.push(c);
    }
    let mut found = Vec::new();
    if let Some(root) = parse::command("") {
        below(root, program, &mut found);
    }
    found
}

/// A page in Markdown. `header` puts a front matter with the title before it, for a site's generator.
pub fn markdown(c: &Command, program: &str, header: bool) -> String {
    let mut out = String::new();
    if header {
        let title: Vec<String> = help::full_path(c, program).split(' ').map(capitalised).collect();
        let _ = write!(out, "---\ntitle: \"{}\"\n---\n\n", title.join(" "));
    }
    let short = about::of(c.path).short;
    let _ = write!(out, "## {}\n\n{short}.\n\n", help::full_path(c, program));
    let more = help::more(c, program);
    if !more.is_empty() {
        let _ = write!(out, "{more}\n\n");
    }
    if c.runnable {
        let _ = write!(out, "```\n{program} {}\n```\n\n", c.usage);
    }
    let examples = help::examples(c, program);
    if !examples.is_empty() {
        let _ = write!(out, "### Examples\n\n```\n{}\n```\n\n", examples.join("\n"));
    }
    if !c.aliases.is_empty() {
        let names: Vec<String> = c.aliases.iter().map(|a| format!("`{a}`")).collect();
        let _ = write!(out, "Also called {}.\n\n", names.join(", "));
    }
    let (own, global) = options(c);
    let _ = write!(out, "### Options\n\n```\n{}```\n\n", help::flag_lines(c, &own));
    if !global.is_empty() {
        let _ =
            write!(out, "### Options inherited from parent commands\n\n```\n{}```\n\n", help::flag_lines(c, &global));
    }
    let near = neighbours(c, program);
    if !near.is_empty() {
        out += "### SEE ALSO\n\n";
        for n in near {
            let (name, file) = (help::full_path(n, program), file_stem(n, program, "_"));
            let _ = writeln!(out, "* [{name}]({file}.md) - {}", about::of(n.path).short);
        }
    }
    out
}

/// A page for `man`, in section 1.
pub fn man(c: &Command, program: &str) -> String {
    let stem = file_stem(c, program, "-");
    let short = about::of(c.path).short;
    let mut out = format!(".TH \"{}\" \"1\" \"\" \"{program}\" \"\"\n", stem.to_uppercase());
    let _ = write!(out, ".SH NAME\n{} \\- {}\n", troff(&stem), troff(short));
    let call = if c.runnable { c.usage.to_owned() } else { format!("{} [command]", c.path) };
    let _ = write!(out, ".SH SYNOPSIS\n.B {}\n", troff(&format!("{program} {}", call.trim_start())));
    let _ = write!(out, ".SH DESCRIPTION\n{}.\n", troff(short));
    let more = help::more(c, program);
    if !more.is_empty() {
        out += ".PP\n";
        for line in more.lines() {
            let _ = match line.strip_prefix("  ") {
                Some(item) => writeln!(out, ".br\n{}", troff(item)),
                None if line.is_empty() => writeln!(out, ".PP"),
                None => writeln!(out, "{}", troff(line)),
            };
        }
    }
    let examples = help::examples(c, program);
    if !examples.is_empty() {
        let lines: Vec<String> = examples.iter().map(|e| troff(e)).collect();
        let _ = write!(out, ".SH EXAMPLES\n.nf\n{}\n.fi\n", lines.join("\n"));
    }
    let (own, global) = options(c);
    for (title, flags) in [("OPTIONS", own), ("OPTIONS INHERITED FROM PARENT COMMANDS", global)] {
        if flags.is_empty() {
            continue;
        }
        let _ = writeln!(out, ".SH {title}");
        for f in flags {
            let short = if f.short.is_empty() { String::new() } else { format!("\\fB\\-{}\\fP, ", f.short) };
            let value = match (f.kind, f.no_opt) {
                ("bool", _) => String::new(),
                (kind, "") => format!(" \\fI{kind}\\fP"),
                (kind, _) => format!("[=\\fI{kind}\\fP]"),
            };
            let text = troff(about::flag(c.path, f.name));
            let default = match help::default_text(f) {
                d if d.is_empty() => d,
                d => format!(" (default {})", troff(&d)),
            };
            let _ = write!(out, ".TP\n{short}\\fB{}\\fP{value}\n{text}{default}\n", troff(&format!("--{}", f.name)));
        }
    }
    let near: Vec<String> =
        neighbours(c, program).iter().map(|n| format!(".BR {} (1)", troff(&file_stem(n, program, "-")))).collect();
    if !near.is_empty() {
        let _ = write!(out, ".SH SEE ALSO\n{}\n", near.join(" ,\n"));
    }
    out
}

/// A page's own options, and those that it has from the root.
fn options(c: &Command) -> (Vec<&'static Flag>, Vec<&'static Flag>) {
    let (mut own, global) = (help::own_flags(c), help::global_flags());
    if c.path.is_empty() {
        own.extend(global);
        own.sort_by_key(|f| f.name);
        return (own, Vec::new());
    }
    (own, global)
}

/// The group above, and the members below.
fn neighbours(c: &Command, program: &str) -> Vec<&'static Command> {
    let parent = c.path.rsplit_once(' ').map_or("", |(p, _)| p);
    let above = table::COMMANDS.iter().find(|o| !c.path.is_empty() && o.path == parent);
    above.into_iter().chain(help::shown_members(c, program).into_iter().filter(|m| m.path != "help")).collect()
}

fn capitalised(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map(|c| c.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// Text as troff reads it: backslashes and hyphens are escaped, and no line begins with a request.
fn troff(text: &str) -> String {
    let escaped = text.replace('\\', "\\e").replace('-', "\\-");
    if escaped.starts_with(['.', '\'']) { format!("\\&{escaped}") } else { escaped }
}
