//! `completion.yaml`: what a plugin says of its subcommands and flags (Helm's `pluginCommand`).

use pintle_go::{Map, Value};

use crate::Plugin;

/// The file that describes them.
pub const STATIC_FILE: &str = "completion.yaml";
/// The program that is asked for arguments.
pub const DYNAMIC_PROGRAM: &str = "plugin.complete";

/// A command of a plugin, as far as completion knows it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PluginCommand {
    /// Its word.
    pub name: String,
    /// Fixed arguments.
    pub valid_args: Vec<String>,
    /// Flags as (long, short); what has no short form has "" there.
    pub flags: Vec<(String, String)>,
    /// Its subcommands; `None` where the file says nothing, and then the program is asked.
    pub commands: Option<Vec<PluginCommand>>,
}

impl Plugin {
    /// What `completion.yaml` says; nothing of note where it is missing or cannot be read.
    pub fn completion(&self) -> PluginCommand {
        let text = std::fs::read(self.dir.join(STATIC_FILE)).unwrap_or_default();
        pintle_yaml::read_map(&text).map_or_else(|_| PluginCommand::default(), |m| command(&m, 0))
    }
}

fn command(m: &Map, depth: usize) -> PluginCommand {
    let text = |v: &Value| v.as_str().map(|s| s.to_str_lossy().into_owned());
    let list = |key: &str| m.get_str(key).and_then(|v| v.as_list().cloned());
    let texts = |key: &str| list(key).map(|l| l.iter().filter_map(text).collect()).unwrap_or_default();
    let commands = list("commands").filter(|_| depth < 64).map(|l| {
        let all = l.iter().filter_map(Value::as_map).map(|c| command(&c, depth + 1));
        // one without a name is no command
        all.filter(|c| !c.name.is_empty()).collect()
    });
    PluginCommand {
        name: m.get_str("name").as_ref().and_then(text).unwrap_or_default(),
        valid_args: texts("validArgs"),
        flags: flags(texts("flags")),
        commands,
    }
}

/// Every short flag gets a long one to stand beside, or its own letter as one: pflag knows no short flags alone.
fn flags(all: Vec<String>) -> Vec<(String, String)> {
    let (shorts, longs): (Vec<_>, Vec<_>) = all.into_iter().partition(|f| f.len() == 1);
    let mut out = Vec::new();
    for i in 0..longs.len().max(shorts.len()) {
        let short = shorts.get(i).cloned().unwrap_or_default();
        let long = longs.get(i).cloned().unwrap_or_else(|| short.clone());
        out.push((long, short));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_flags_stand_beside_long_ones() {
        let of = |f: &[&str]| flags(f.iter().map(|s| (*s).to_owned()).collect());
        assert_eq!(of(&["a", "all"]), [("all".to_owned(), "a".to_owned())]);
        assert_eq!(of(&["z", "q"]), [("z".to_owned(), "z".to_owned()), ("q".to_owned(), "q".to_owned())]);
        assert_eq!(of(&["x", "one", "two"]), [("one".to_owned(), "x".to_owned()), ("two".to_owned(), String::new())]);
    }
}
