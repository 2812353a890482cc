//! The few pieces of Go's `path`, `unicode` and `os` that chart handling leans on.

use std::io;
use std::path::{Path, PathBuf};

/// Go's `path.Clean` for slash-separated paths.
pub(crate) fn clean(path: &str) -> String {
    if path.is_empty() {
        return ".".to_owned();
    }
    let rooted = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => match parts.last() {
                Some(&last) if last != ".." => {
                    parts.pop();
                }
                _ if rooted => {}
                _ => parts.push(".."),
            },
            p => parts.push(p),
        }
    }
    let joined = parts.join("/");
    match (rooted, joined.is_empty()) {
        (true, _) => format!("/{joined}"),
        (false, true) => ".".to_owned(),
        (false, false) => joined,
    }
}

/// Go's `path.Join` of two elements.
pub(crate) fn join(a: &str, b: &str) -> String {
    match (a.is_empty(), b.is_empty()) {
        (true, true) => String::new(),
        (true, false) => clean(b),
        (false, true) => clean(a),
        (false, false) => clean(&format!("{a}/{b}")),
    }
}

/// Go's `path.Base`.
pub(crate) fn base(path: &str) -> &str {
    if path.is_empty() {
        return ".";
    }
    let trimmed = path.trim_end_matches('/');
    if trimmed.is_empty() {
        return "/";
    }
    trimmed.rsplit_once('/').map_or(trimmed, |(_, b)| b)
}

/// Go's `path.Ext`: from the last dot of the last element, dot included.
pub(crate) fn ext(path: &str) -> &str {
    let last = path.rsplit_once('/').map_or(path, |(_, b)| b);
    last.rfind('.').map_or("", |i| &last[i..])
}

/// Go's `path.Match` (`*` and `?` stop at slashes, `[a-z]`, `[^x]`, backslash escapes); `None` for a malformed pattern.
pub(crate) fn path_match(pattern: &str, name: &str) -> Option<bool> {
    let tokens = tokenize(pattern)?;
    let name: Vec<char> = name.chars().collect();
    Some(matches(&tokens, &name))
}

enum Token {
    Star,
    Any,
    Char(char),
    Class { negated: bool, ranges: Vec<(char, char)> },
}

fn tokenize(pattern: &str) -> Option<Vec<Token>> {
    let mut out = Vec::new();
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        out.push(match c {
            '*' => Token::Star,
            '?' => Token::Any,
            '\\' => Token::Char(chars.next()?),
            '[' => {
                let negated = chars.next_if_eq(&'^').is_some();
                let mut ranges = Vec::new();
                loop {
                    if chars.peek() == Some(&']') && !ranges.is_empty() {
                        chars.next();
                        break;
                    }
                    let lo = class_char(&mut chars)?;
                    let hi = if chars.next_if_eq(&'-').is_some() { class_char(&mut chars)? } else { lo };
                    ranges.push((lo, hi));
                }
                Token::Class { negated, ranges }
            }
            c => Token::Char(c),
        });
    }
    Some(out)
}

fn class_char(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Option<char> {
    let c = match chars.next()? {
        '-' | ']' => return None,
        '\\' => chars.next()?,
        c => c,
    };
    chars.peek()?; // a class must end
    Some(c)
}

fn matches(tokens: &[Token], name: &[char]) -> bool {
    let (mut t, mut n) = (0, 0);
    let mut retry: Option<(usize, usize)> = None; // after the last star, and where it began to eat
    loop {
        let step = match (tokens.get(t), name.get(n)) {
            (Some(Token::Star), _) => {
                retry = Some((t + 1, n));
                t += 1;
                continue;
            }
            (None, None) => return true,
            (Some(Token::Any), Some(c)) => *c != '/',
            (Some(Token::Char(want)), Some(c)) => want == c,
            (Some(Token::Class { negated, ranges }), Some(c)) => {
                ranges.iter().any(|(lo, hi)| (*lo..=*hi).contains(c)) != *negated
            }
            _ => false,
        };
        if step {
            t += 1;
            n += 1;
            continue;
        }
        match retry {
            Some((after, from)) if name.get(from).is_some_and(|c| *c != '/') => {
                retry = Some((after, from + 1));
                (t, n) = (after, from + 1);
            }
            _ => return false,
        }
    }
}

/// Go's `filepath.Abs`.
pub(crate) fn abs(path: &Path) -> io::Result<PathBuf> {
    let text = path.to_string_lossy();
    if path.is_absolute() {
        return Ok(PathBuf::from(clean(&text)));
    }
    let cwd = std::env::current_dir()?;
    Ok(PathBuf::from(join(&cwd.to_string_lossy(), &text)))
}

/// Go's `unicode.IsSpace`.
pub(crate) fn is_space(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\x0b' | '\x0c' | '\r' | ' ' | '\u{85}' | '\u{a0}')
        || (!c.is_ascii() && c.is_whitespace())
}

/// An I/O error worded as Go's `*fs.PathError`: `open x: no such file or directory`.
pub fn path_error(op: &str, path: &Path, e: &io::Error) -> String {
    format!("{op} {}: {}", path.display(), errno_text(e))
}

/// The text that Go gives an errno: the system's, beginning with a small letter.
pub(crate) fn errno_text(e: &io::Error) -> String {
    let text = e.to_string();
    let text = text.split(" (os error").next().unwrap_or(&text);
    let mut chars = text.chars();
    match chars.next() {
        Some(first) if e.raw_os_error().is_some() => first.to_lowercase().chain(chars).collect(),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_cleaned_as_in_go() {
        for (from, to) in [("", "."), ("a//b/./c", "a/b/c"), ("a/../../b", "../b"), ("/../a", "/a"), ("a/..", ".")] {
            assert_eq!(clean(from), to, "{from}");
        }
        assert_eq!(base("a/b/"), "b");
        assert_eq!(ext("a.b/c"), "");
        assert_eq!(ext("x.tar.gz"), ".gz");
    }

    #[test]
    fn patterns_match_as_in_go() {
        let cases = [("*.md", "a.md", true), ("*", "a/b", false), ("a/*/c", "a/b/c", true), ("[a-c]x", "bx", true)];
        for (pattern, name, want) in cases {
            assert_eq!(path_match(pattern, name), Some(want), "{pattern}");
        }
        assert_eq!(path_match("a*b*c", "axxbyyc"), Some(true));
        assert_eq!(path_match("[^a]", "a"), Some(false));
        assert_eq!(path_match("[", "a"), None);
        assert_eq!(path_match("[]a]", "a"), None);
        assert_eq!(path_match("a\\", "a"), None);
    }
}
