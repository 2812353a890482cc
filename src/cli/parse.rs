//! From an argument list to a command, its flags and its arguments, as cobra and pflag read it.

use std::collections::HashMap;

use pintle_go::strconv;

use super::spec::{Command, Flag, Ty};
use super::table::{COMMANDS, GLOBAL, HELP};

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
    /// Help was asked for something that is no command.
    NoTopic(Vec<String>),
    /// It cannot be understood.
    Error {
        /// What follows `Error: `.
        text: String,
        /// Notices about deprecated flags, which stand before it.
        notices: Vec<String>,
    },
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

    fn all_flags(&self) -> impl Iterator<Item = &'static Flag> + use<> {
        let own = self.command.map_or(&[][..], |c| c.flags);
        own.iter().chain(GLOBAL).chain([&HELP])
    }

    fn flag(&self, name: &str) -> Option<&'static Flag> {
        self.all_flags().find(|f| f.name == name)
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
        self.text(name) == "true"
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
    let refuse = |text: String| Outcome::Error { text, notices: Vec::new() };
    let Some(root) = command("") else { return refuse("no commands".to_owned()) };
    let (mut found, mut rest, word_at) = find(root, argv);
    if found.path.is_empty()
        && let Some(at) = word_at
        && let Some(word) = argv.get(at)
    {
        let mut parsed = Parsed::of(root);
        if let Err(e) = parsed.read(&argv[..at]) {
            return refuse(e);
        }
        return Outcome::Unknown { word: word.clone(), rest: argv[at..].to_vec(), parsed: Box::new(parsed) };
    }
    let mut parsed = Parsed::of(found);
    match parsed.read(&rest) {
        Ok(true) => return Outcome::Help(found),
        Ok(false) => {}
        Err(e) => return refuse(e),
    }
    if found.path == "help" {
        let stray;
        (found, rest, stray) = find(root, &parsed.args);
        return if found.path.is_empty() && stray.is_some() { Outcome::NoTopic(rest) } else { Outcome::Help(found) };
    }
    if !found.runnable {
        // a group shows its members, whatever is said to it
        return Outcome::Help(found);
    }
    let refusal = found.args.refuse(parsed.args.len(), program, found).or_else(|| parsed.exclusive(found));
    match refusal {
        Some(text) => Outcome::Error { text, notices: parsed.notices },
        None => Outcome::Run(Box::new(parsed)),
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
            .chain([&HELP])
            .find(|f| long == Some(f.name) || short.is_some_and(|s| s == f.short))
            .is_some_and(|f| !f.no_opt.is_empty())
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
        let mut i = 0;
        while let Some(a) = argv.get(i) {
            i += 1;
            if a == "--" {
                self.args.extend(argv.get(i..).unwrap_or_default().iter().cloned());
                break;
            }
            if let Some(long) = a.strip_prefix("--") {
                if long.starts_with(['-', '=']) {
                    return Err(format!("bad flag syntax: {a}"));
                }
                let (name, value) = match long.split_once('=') {
                    Some((n, v)) => (n, Some(v)),
                    None => (long, None),
                };
                let Some(flag) = self.flag(name) else { return Err(format!("unknown flag: --{name}")) };
                let value = match value {
                    Some(v) => v,
                    None if !flag.no_opt.is_empty() => flag.no_opt,
                    None => {
                        let Some(v) = argv.get(i) else { return Err(format!("flag needs an argument: --{name}")) };
                        i += 1;
                        v
                    }
                };
                self.set(flag, value)?;
            } else if a.len() > 1 && a.starts_with('-') {
                self.short_flags(&a[1..], argv, &mut i)?;
            } else {
                self.args.push(a.clone());
            }
        }
        Ok(self.on("help"))
    }

    /// A cluster of one-letter flags; pflag's refusals show what is left of it, and a letter's first byte.
    fn short_flags(&mut self, cluster: &str, argv: &[String], i: &mut usize) -> Result<(), String> {
        let mut rest = cluster;
        while let Some(c) = rest.chars().next() {
            let letter = || strconv::quote_rune(rest.bytes().next().map_or(0, u32::from));
            let Some(flag) = self.all_flags().find(|f| f.short.starts_with(c)) else {
                return Err(format!("unknown shorthand flag: {} in -{rest}", letter()));
            };
            let after = &rest[c.len_utf8()..];
            let mut left = "";
            let value = if after.len() > 1 && after.starts_with('=') {
                &after[1..]
            } else if !flag.no_opt.is_empty() {
                left = after;
                flag.no_opt
            } else if !after.is_empty() {
                after
            } else {
                let Some(v) = argv.get(*i) else {
                    return Err(format!("flag needs an argument: {} in -{rest}", letter()));
                };
                *i += 1;
                v
            };
            self.set(flag, value)?;
            rest = left;
        }
        Ok(())
    }

    fn set(&mut self, flag: &'static Flag, value: &str) -> Result<(), String> {
        let read = super::value::read(flag, value).map_err(|why| {
            let names = match flag.short {
                "" => format!("--{}", flag.name),
                short => format!("-{short}, --{}", flag.name),
            };
            format!("invalid argument {} for \"{names}\" flag: {why}", strconv::quote(value.as_bytes()))
        })?;
        if !flag.deprecated.is_empty() {
            self.notices.push(format!("Flag --{} has been deprecated, {}", flag.name, flag.deprecated));
        }
        let values = self.values.entry(flag.name).or_default();
        match flag.ty {
            Ty::StringArray | Ty::StringSlice | Ty::StringMap => values.extend(read),
            // the command itself refuses a second one
            _ if flag.kind == "postRendererString" => values.extend(read),
            _ => *values = read,
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
            Outcome::Error { text, .. } => text,
            other => panic!("{line}: {other:?}"),
        };
        assert_eq!(error("list --nope"), "unknown flag: --nope");
        assert_eq!(error("list -Z"), "unknown shorthand flag: 'Z' in -Z");
        assert_eq!(error("list -qZ"), "unknown shorthand flag: 'Z' in -Z");
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
