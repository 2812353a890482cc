//! What commands and flags are for, in our own words: the texts of help, man pages, the docs site and completion.

mod commands;
mod flags;

pub use flags::flag;

/// A command in words.
#[derive(Clone, Copy, Default)]
pub struct About {
    /// One line, without a full stop.
    pub short: &'static str,
    /// More about it, or "". Paragraphs are parted by empty lines; `{program}` stands for the program's name.
    pub more: &'static str,
    /// Command lines without the program's name.
    pub examples: &'static [&'static str],
}

/// A command's texts by its path; empty for what is not known.
pub fn of(path: &str) -> About {
    let found = commands::ALL.iter().find(|(p, ..)| *p == path);
    found.map(|&(_, short, more, examples)| About { short, more, examples }).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::table;

    #[test]
    fn everything_shown_is_explained() {
        let mut bare = Vec::new();
        for c in table::COMMANDS {
            let about = of(c.path);
            if about.short.is_empty() || (c.runnable && about.examples.is_empty()) {
                bare.push(c.path.to_owned());
            }
            for f in c.flags.iter().chain(table::GLOBAL).filter(|f| !f.hidden) {
                if flag(c.path, f.name).is_empty() {
                    bare.push(format!("{} --{}", c.path, f.name));
                }
            }
        }
        assert!(bare.is_empty(), "without a text: {bare:#?}");
        for (path, ..) in commands::ALL {
            assert!(table::COMMANDS.iter().any(|c| c.path == *path), "{path} is no command");
        }
    }

    #[test]
    fn examples_can_be_typed() {
        for c in table::COMMANDS {
            for line in of(c.path).examples {
                // up to what a shell does with it
                let line = line.split([';', '|', '>', '<', '(']).next().unwrap_or_default();
                let words: Vec<String> =
                    line.split_whitespace().map(|w| w.trim_matches(['\'', '"']).to_owned()).collect();
                let outcome = crate::cli::parse(&words, "helm");
                let fine = matches!(outcome, crate::cli::Outcome::Run(_) | crate::cli::Outcome::Help(_));
                assert!(fine, "{line}: {outcome:?}");
            }
        }
    }
}
