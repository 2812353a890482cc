//! `.helmignore`: which files of a chart directory stay out of the chart.

use std::path::Path;

use crate::gostd;
use crate::log::{Level, LogSink, Record};

/// Name of the file with the rules.
pub const HELM_IGNORE: &str = ".helmignore";

/// A set of ignore rules.
#[derive(Debug, Default)]
pub struct Rules {
    patterns: Vec<Pattern>,
}

#[derive(Debug)]
struct Pattern {
    /// The rule without its `!`, its leading and its trailing slash.
    rule: String,
    /// Whether the last path element alone is compared.
    base_only: bool,
    negate: bool,
    must_dir: bool,
}

impl Rules {
    /// Adds what is always ignored: hidden files under `templates/`.
    pub fn add_defaults(&mut self) {
        self.patterns.push(Pattern {
            rule: "templates/.?*".to_owned(),
            base_only: false,
            negate: false,
            must_dir: false,
        });
    }

    /// Reads rules, one a line.
    ///
    /// # Errors
    /// A rule with `**`, or a malformed pattern.
    pub fn parse(text: &[u8]) -> Result<Self, String> {
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        let mut rules = Rules::default();
        for line in text.split(|b| *b == b'\n') {
            rules.add(&String::from_utf8_lossy(line))?;
        }
        Ok(rules)
    }

    fn add(&mut self, line: &str) -> Result<(), String> {
        let mut rule = line.trim_matches(gostd::is_space);
        if rule.is_empty() || rule.starts_with('#') {
            return Ok(());
        }
        if rule.contains("**") {
            return Err("double-star (**) syntax is not supported".to_owned());
        }
        if gostd::path_match(rule, "abc").is_none() {
            return Err("syntax error in pattern".to_owned());
        }
        let negate = rule.strip_prefix('!').map(|r| rule = r).is_some();
        let must_dir = rule.strip_suffix('/').map(|r| rule = r).is_some();
        let rooted = rule.strip_prefix('/').map(|r| rule = r).is_some();
        let base_only = !rooted && !rule.contains('/');
        self.patterns.push(Pattern { rule: rule.to_owned(), base_only, negate, must_dir });
        Ok(())
    }

    /// Whether a path (from the chart's root, with slashes) is ignored. A negative rule ignores all that it does not
    /// match, as in Helm.
    pub fn ignore(&self, path: &str, is_dir: bool, log: &dyn LogSink) -> bool {
        if path.is_empty() || path == "." || path == "./" {
            return false;
        }
        for p in &self.patterns {
            if p.negate {
                if (p.must_dir && !is_dir) || !p.matches(path, log) {
                    return true;
                }
                continue;
            }
            if p.must_dir && !is_dir {
                continue;
            }
            if p.matches(path, log) {
                return true;
            }
        }
        false
    }
}

impl Pattern {
    fn matches(&self, path: &str, log: &dyn LogSink) -> bool {
        let name = if self.base_only { gostd::base(path) } else { path };
        gostd::path_match(&self.rule, name).unwrap_or_else(|| {
            let attrs = [("rule", self.rule.clone()), ("error", "syntax error in pattern".to_owned())];
            log.log(&Record { level: Level::Error, msg: "failed to compile", attrs: &attrs });
            false
        })
    }
}

/// The rules of a chart directory, defaults included.
pub(crate) fn of_dir(dir: &Path) -> Result<Rules, String> {
    let file = dir.join(HELM_IGNORE);
    let mut rules = match std::fs::read(&file) {
        Ok(text) => Rules::parse(&text)?,
        Err(_) if !file.exists() => Rules::default(),
        Err(e) => return Err(gostd::path_error("open", &file, &e)),
    };
    rules.add_defaults();
    Ok(rules)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::Discard;

    #[test]
    fn rules_match_as_helm_says() {
        let r = Rules::parse(b"# c\n*.bak\n/root.txt\nsub/*.md\ndir/\n").unwrap();
        let ign = |p: &str, d: bool| r.ignore(p, d, &Discard);
        assert!(ign("a/b.bak", false) && ign("root.txt", false) && ign("sub/x.md", false) && ign("x/dir", true));
        assert!(!ign("a/root.txt", false) && !ign("a/sub/x.md", false) && !ign("dir", false));
        assert!(Rules::parse(b"a/**").is_err());
        assert!(Rules::parse(b"[").is_err());
    }
}
