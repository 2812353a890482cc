//! From an argument list to a command, its flags and its arguments, as cobra and pflag read it.

use std::collections::HashMap;

use super::spec::{Command, Flag, Ty};
use super::table::{COMMANDS, GLOBAL};

/// What the argument list asks for.
#[derive(Debug)]
pub enum Outcome {
    /// Run this.
    Run(Box<Parsed>),
    /// Show help for this command.
    Help(&'static Command),
    /// A word that is no command: perhaps a plugin. All arguments after it are the plugin's.
    Unknown {
        /// The word.
        word: String,
        /// All arguments from it on.
        rest: Vec<String>,
        /// Global flags that stood before it.
        parsed: Box<Parsed>,
    },
    /// It cannot be understood; the text is what follows `Error: `.
    Error(String),
}

/// A command line that was understood.
#[derive(Debug, Default)]
pub struct Parsed {
    /// The command.
    pub command: Option<&'static Command>,
    /// Arguments that are no flags.
    pub args: Vec<String>,
    values: HashMap<&'static str, Vec<String>>,
    /// Notices about deprecated flags, in order.
    pub notices: Vec<String>,
}

impl Parsed {
    /// A command with nothing typed after it yet.
    pub fn of(command: &'static Command) -> Self {
        Parsed { command: Some(command), ..Parsed::default() }
    }

    /// Whether the flag was given.
    pub fn changed(&self, name: &str) -> bool {
        self.values.contains_key(name)
    }

    fn flag(&self, name: &str) -> Option<&'static Flag> {
        let own = self.command.map_or(&[][..], |c| c.flags);
        own.iter().chain(GLOBAL).find(|f| f.name == name)
    }

    /// The flag's value as text: the last given, or the default.
    pub fn text(&self, name: &str) -> String {
        match self.values.get(name).and_then(|v| v.last()) {
            Some(v) => v.clone(),
            None => self.flag(name).map_or_else(String::new, |f| f.default.to_owned()),
        }
    }

    /// A flag's text, if it is given and not empty.
    pub fn given(&self, name: &str) -> Option<String> {
        self.values.get(name).and_then(|v| v.last()).filter(|v| !v.is_empty()).cloned()
    }

    /// A bool flag.
    pub fn on(&self, name: &str) -> bool {
        is_true(&self.text(name))
    }

    /// A whole number.
    pub fn int(&self, name: &str) -> i64 {
        self.text(name).parse().unwrap_or(0)
    }

    /// All values of a repeatable flag (comma lists taken apart).
    pub fn list(&self, name: &str) -> Vec<String> {
        self.values.get(name).cloned().unwrap_or_default()
    }

    /// `key=value` pairs; of equal keys the last wins.
    pub fn pairs(&self, name: &str) -> Vec<(String, String)> {
        let mut out: Vec<(String, String)> = Vec::new();
        for v in self.list(name) {
            if let Some((k, v)) = v.split_once('=') {
                out.retain(|(o, _)| o != k);
                out.push((k.to_owned(), v.to_owned()));
            }
        }
        out
    }
}

/// `strconv.ParseBool`, true forms.
fn is_true(s: &str) -> bool {
    matches!(s, "1" | "t" | "T" | "true" | "TRUE" | "True")
}

fn is_bool(s: &str) -> bool {
    is_true(s) || matches!(s, "0" | "f" | "F" | "false" | "FALSE" | "False")
}

/// The command at this path.
pub fn command(path: &str) -> Option<&'static Command> {
    COMMANDS.iter().find(|c| c.path == path)
}

/// The member of a group that a word calls.
fn member(group: &Command, word: &str) -> Option<&'static Command> {
    COMMANDS.iter().find(|c| {
        let (parent, name) = c.path.rsplit_once(' ').unwrap_or(("", c.path));
        !c.path.is_empty() && parent == group.path && (name == word || c.aliases.contains(&word))
    })
}

/// The members of a group.
pub fn members(group: &Command) -> impl Iterator<Item = &'static Command> + use<> {
    let path = group.path;
    COMMANDS.iter().filter(move |c| !c.path.is_empty() && c.path.rsplit_once(' ').map_or("", |(p, _)| p) == path)
}

/// Reads an argument list (without the program's name). `program` is how the program was called.
pub fn parse(argv: &[String], program: &str) -> Outcome {
    let Some(root) = command("") else { return Outcome::Error("no commands".to_owned()) };
    let (found, rest, word_at) = find(root, argv);
    if found.path.is_empty()
        && let Some(at) = word_at
        && let Some(word) = argv.get(at)
    {
        if word == "help" {
            return help(root, &rest[1.min(rest.len())..], program);
        }
        let mut parsed = Parsed { command: Some(root), ..Parsed::default() };
        if let Err(e) = parsed.read(&argv[..at]) {
            return Outcome::Error(e);
        }
        return Outcome::Unknown { word: word.clone(), rest: argv[at..].to_vec(), parsed: Box::new(parsed) };
    }
    if found.path == "help" {
        return help(root, &rest, program);
    }
    let mut parsed = Parsed { command: Some(found), ..Parsed::default() };
    match parsed.read(&rest) {
        Ok(true) => return Outcome::Help(found),
        Ok(false) => {}
        Err(e) => return Outcome::Error(e),
    }
    if !found.runnable {
        // cobra checks arguments of groups only where they say so; a stray word is an unknown command
        if let Some(refusal) = found.args.refuse(parsed.args.len(), program, found) {
            return Outcome::Error(refusal);
        }
        return Outcome::Help(found);
    }
    if let Some(refusal) = found.args.refuse(parsed.args.len(), program, found) {
        return Outcome::Error(refusal);
    }
    if let Some(e) = parsed.exclusive(found) {
        return Outcome::Error(e);
    }
    Outcome::Run(Box::new(parsed))
}

fn help(root: &'static Command, words: &[String], program: &str) -> Outcome {
    let plain: Vec<String> = words.iter().filter(|w| !w.starts_with('-')).cloned().collect();
    let (found, _, stray) = find(root, &plain);
    match stray {
        Some(_) if found.path.is_empty() => {
            let shown: Vec<String> = plain.iter().map(|w| format!("\"{w}\"")).collect();
            Outcome::Error(format!("unknown help topic [`{}`]\nRun '{program} help' for usage.", shown.join(" ")))
        }
        _ => Outcome::Help(found),
    }
}

/// Where the word stands that names the command: the first that is neither a global flag nor the value of one.
pub fn command_word(argv: &[String]) -> Option<usize> {
    let all: Vec<(usize, String)> = argv.iter().cloned().enumerate().collect();
    first_word(command("")?, &all)
}

/// Walks down the words that name commands; gives the command, the other arguments, and where a stray word stands.
pub fn find(root: &'static Command, argv: &[String]) -> (&'static Command, Vec<String>, Option<usize>) {
    let mut at = root;
    let mut rest: Vec<(usize, String)> = argv.iter().cloned().enumerate().collect();
    while let Some(i) = first_word(at, &rest) {
        match member(at, &rest[i].1) {
            Some(next) => {
                at = next;
                rest.remove(i);
            }
            None => {
                let stray = rest[i].0;
                return (at, rest.into_iter().map(|(_, a)| a).collect(), Some(stray));
            }
        }
        if members(at).next().is_none() {
            break;
        }
    }
    (at, rest.into_iter().map(|(_, a)| a).collect(), None)
}

/// The first argument that is neither a flag nor a flag's value (cobra's `stripFlags`).
fn first_word(c: &Command, args: &[(usize, String)]) -> Option<usize> {
    let no_value = |long: Option<&str>, short: Option<&str>| {
        c.flags
            .iter()
            .chain(GLOBAL)
            .find(|f| long == Some(f.name) || short.is_some_and(|s| s == f.short))
            .is_some_and(|f| !f.no_opt.is_empty())
            || long == Some("help")
            || short == Some("h")
    };
    let mut i = 0;
    while let Some((_, a)) = args.get(i) {
        if a == "--" {
            return None;
        }
        if let Some(long) = a.strip_prefix("--") {
            i += if !long.contains('=') && !no_value(Some(long), None) { 2 } else { 1 };
        } else if let Some(short) = a.strip_prefix('-').filter(|s| !s.is_empty()) {
            let single = short.chars().count() == 1;
            i += if single && !a.contains('=') && !no_value(None, Some(short)) { 2 } else { 1 };
        } else if a.is_empty() {
            i += 1;
        } else {
            return Some(i);
        }
    }
    None
}

impl Parsed {
    /// Reads flags and arguments; true if help is asked for.
    ///
    /// # Errors
    /// pflag's text about the first argument that cannot be read.
    pub fn read(&mut self, argv: &[String]) -> Result<bool, String> {
        let mut help = false;
        let mut i = 0;
        while let Some(a) = argv.get(i) {
            i += 1;
            if a == "--" {
                self.args.extend(argv.get(i..).unwrap_or_default().iter().cloned());
                break;
            }
            if let Some(long) = a.strip_prefix("--") {
                if long.is_empty() || long.starts_with('-') || long.starts_with('=') {
                    return Err(format!("bad flag syntax: {a}"));
                }
                let (name, value) = match long.split_once('=') {
                    Some((n, v)) => (n, Some(v.to_owned())),
                    None => (long, None),
                };
                if name == "help" {
                    help = true;
                    continue;
                }
                let Some(flag) = self.flag(name) else { return Err(format!("unknown flag: --{name}")) };
                let value = match value {
                    Some(v) => v,
                    None if !flag.no_opt.is_empty() => flag.no_opt.to_owned(),
                    None => match argv.get(i) {
                        Some(v) => {
                            i += 1;
                            v.clone()
                        }
                        None => return Err(format!("flag needs an argument: --{name}")),
                    },
                };
                self.set(flag, value)?;
            } else if a.len() > 1 && a.starts_with('-') {
                help |= self.short_flags(&a[1..], argv, &mut i)?;
            } else {
                self.args.push(a.clone());
            }
        }
        Ok(help)
    }

    /// A cluster of one-letter flags.
    fn short_flags(&mut self, cluster: &str, argv: &[String], i: &mut usize) -> Result<bool, String> {
        let mut rest = cluster;
        while let Some(c) = rest.chars().next() {
            let after = &rest[c.len_utf8()..];
            if c == 'h' {
                return Ok(true);
            }
            let own = self.command.map_or(&[][..], |c| c.flags);
            let Some(flag) = own.iter().chain(GLOBAL).find(|f| f.short.starts_with(c)) else {
                return Err(format!("unknown shorthand flag: {c:?} in -{cluster}"));
            };
            let value = if after.len() > 1 && after.starts_with('=') {
                rest = "";
                after[1..].to_owned()
            } else if !flag.no_opt.is_empty() {
                rest = after;
                flag.no_opt.to_owned()
            } else if !after.is_empty() {
                rest = "";
                after.to_owned()
            } else if let Some(v) = argv.get(*i) {
                *i += 1;
                rest = "";
                v.clone()
            } else {
                return Err(format!("flag needs an argument: {c:?} in -{cluster}"));
            };
            self.set(flag, value)?;
        }
        Ok(false)
    }

    fn set(&mut self, flag: &'static Flag, value: String) -> Result<(), String> {
        let invalid = |value: &str, why: String| {
            let names = if flag.short.is_empty() {
                format!("--{}", flag.name)
            } else {
                format!("-{}, --{}", flag.short, flag.name)
            };
            Err(format!("invalid argument {} for \"{names}\" flag: {why}", pintle_go::strconv::quote(value.as_bytes())))
        };
        let quoted = || pintle_go::strconv::quote(value.as_bytes());
        let syntax = |func: &str| format!("strconv.{func}: parsing {}: invalid syntax", quoted());
        match flag.ty {
            Ty::Bool if !is_bool(&value) => return invalid(&value, syntax("ParseBool")),
            Ty::Int => {
                if let Err(e) = pintle_go::strconv::parse_int(value.as_bytes(), 0, 64) {
                    return invalid(&value, e.to_string());
                }
            }
            Ty::Uint => {
                if let Err(e) = pintle_go::strconv::parse_uint(value.as_bytes(), 0, 64) {
                    return invalid(&value, e.to_string());
                }
            }
            Ty::Float => {
                if let Err(e) = pintle_go::strconv::parse_float(value.as_bytes(), 32) {
                    return invalid(&value, e.to_string());
                }
            }
            Ty::Duration => {
                if let Err(e) = pintle_go::time::Duration::parse(value.as_bytes()) {
                    return invalid(&value, e.to_string());
                }
            }
            Ty::OneOf(words) if !words.contains(&value.as_str()) => {
                return invalid(&value, format!("must be one of {}", words.join(", ")));
            }
            Ty::Format if !["table", "json", "yaml"].contains(&value.as_str()) => {
                return invalid(&value, "invalid format type".to_owned());
            }
            Ty::Wait if !["watcher", "legacy", "hookOnly", "true", "false"].contains(&value.as_str()) => {
                return invalid(
                    &value,
                    format!("invalid wait input {}. Valid inputs are watcher, hookOnly, and legacy", quoted()),
                );
            }
            Ty::StringMap => {
                for part in split_csv(&value) {
                    if !part.contains('=') {
                        return invalid(&value, format!("{part} must be formatted as key=value"));
                    }
                }
            }
            _ => {}
        }
        if !flag.deprecated.is_empty() && !self.changed(flag.name) {
            self.notices.push(format!("Flag --{} has been deprecated, {}", flag.name, flag.deprecated));
        }
        let values = self.values.entry(flag.name).or_default();
        match flag.ty {
            Ty::StringArray => values.push(value),
            Ty::StringSlice | Ty::StringMap => values.extend(split_csv(&value)),
            _ => *values = vec![value],
        }
        Ok(())
    }

    /// cobra's text where two flags of a group are given.
    fn exclusive(&self, c: &Command) -> Option<String> {
        c.exclusive.iter().find_map(|group| {
            let mut set: Vec<&str> = group.split(' ').filter(|f| self.changed(f)).collect();
            set.sort_unstable();
            (set.len() > 1).then(|| {
                format!(
                    "if any flags in the group [{group}] are set none of the others can be; [{}] were all set",
                    set.join(" ")
                )
            })
        })
    }
}

/// One line of CSV, as pflag reads comma lists: quotes keep commas.
fn split_csv(value: &str) -> Vec<String> {
    if value.is_empty() {
        return Vec::new();
    }
    let mut out = vec![String::new()];
    let (mut quoted, mut chars) = (false, value.chars().peekable());
    while let Some(c) = chars.next() {
        let Some(last) = out.last_mut() else { break };
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                last.push('"');
            }
            '"' if quoted || last.is_empty() => quoted = !quoted,
            ',' if !quoted => out.push(String::new()),
            c => last.push(c),
        }
    }
    out
}

/// The order in which Helm knows its commands, and so suggests them.
const KNOWN_ORDER: [&str; 26] = [
    "create",
    "dependency",
    "pull",
    "show",
    "lint",
    "package",
    "repo",
    "search",
    "verify",
    "get",
    "history",
    "install",
    "list",
    "test",
    "rollback",
    "status",
    "template",
    "uninstall",
    "upgrade",
    "completion",
    "env",
    "plugin",
    "version",
    "docs",
    "registry",
    "push",
];

/// Command names near a mistyped word (cobra's suggestions: edit distance at most 2, or a prefix).
pub fn suggestions(group: &Command, word: &str) -> Vec<&'static str> {
    let lower = word.to_lowercase();
    let mut near: Vec<&str> = members(group)
        .filter(|c| !c.hidden)
        .map(|c| c.path.rsplit(' ').next().unwrap_or(c.path))
        .filter(|name| distance(&lower, name) <= 2 || name.starts_with(&lower))
        .collect();
    near.sort_by_key(|name| KNOWN_ORDER.iter().position(|k| k == name).unwrap_or(KNOWN_ORDER.len()));
    near
}

/// Levenshtein distance.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut before = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let cost = before + usize::from(x != *y);
            before = row[j + 1];
            row[j + 1] = cost.min(row[j] + 1).min(row[j + 1] + 1);
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(line: &str) -> Vec<String> {
        line.split_whitespace().map(str::to_owned).collect()
    }

    fn run(line: &str) -> Parsed {
        match parse(&args(line), "helm") {
            Outcome::Run(p) => *p,
            other => panic!("{line}: {other:?}"),
        }
    }

    #[test]
    fn flags_stand_anywhere() {
        let p = run("--debug template rel ./c -f a,b --set x=1,y=2 --namespace=ns --set z=3");
        assert_eq!(p.args, ["rel", "./c"]);
        assert_eq!(p.list("values"), ["a", "b"]);
        assert_eq!(p.list("set"), ["x=1,y=2", "z=3"]);
        assert!(p.on("debug") && p.text("namespace") == "ns");
        assert_eq!(run("install r c --wait").text("wait"), "watcher");
        assert_eq!(run("install r c").text("wait"), "hookOnly");
    }

    #[test]
    fn errors_are_worded_as_pflag_does() {
        let error = |line: &str| match parse(&args(line), "helm") {
            Outcome::Error(e) => e,
            other => panic!("{line}: {other:?}"),
        };
        assert_eq!(error("list --nope"), "unknown flag: --nope");
        assert_eq!(error("list -Z"), "unknown shorthand flag: 'Z' in -Z");
        assert_eq!(error("template r c --set"), "flag needs an argument: --set");
        assert_eq!(
            error("get values"),
            "\"helm get values\" requires 1 argument\n\nUsage:  helm get values RELEASE_NAME [flags]"
        );
        assert_eq!(
            error("list -m x"),
            "invalid argument \"x\" for \"-m, --max\" flag: strconv.ParseInt: parsing \"x\": invalid syntax"
        );
    }
}
