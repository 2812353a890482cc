//! Globs: those of gobwas/glob, which `.Files.Glob` takes, and Go's `path.Match`, which `.helmignore` is built on.

use crate::utf8;

/// A compiled gobwas glob. `*` and `?` stop at separators, `**` does not; `{a,b}`, `[abc]`, `[!a-z]`, `\` escapes.
///
/// ```
/// let g = pintle_go::glob::Glob::compile(b"conf/{a,b}*.y?ml", &['/']).unwrap();
/// assert!(g.is_match(b"conf/b1.yaml"));
/// assert!(!g.is_match(b"conf/b/1.yaml"));
/// ```
#[derive(Debug)]
pub struct Glob {
    code: Vec<Op>,
    separators: Vec<char>,
    /// A pattern of one `?` or class: the library lets it match the empty text, which it decodes as U+FFFD.
    single: bool,
}

/// Instructions of the matcher, which follows all ways at once: time is linear in the text.
#[derive(Debug)]
enum Op {
    /// Exactly this character.
    Char(char),
    /// Any character but a separator.
    NotSeparator,
    /// Any character.
    Any,
    /// One of these, or none of them.
    List(Vec<char>, bool),
    /// Within these, or without.
    Range(char, char, bool),
    /// Go on at both places.
    Split(usize, usize),
    /// Go on there.
    Jump(usize),
    /// The pattern ends.
    End,
}

/// A `{…}` that is open: where its alternatives start, and the jumps to its end.
struct Alternatives {
    /// The [`Op::Split`] before the current alternative.
    split: usize,
    jumps: Vec<usize>,
}

impl Glob {
    /// Compiles a pattern; the error is the library's text.
    pub fn compile(pattern: &[u8], separators: &[char]) -> Result<Glob, String> {
        let text = std::str::from_utf8(pattern).ok().filter(|t| !t.contains('\u{fffd}'));
        // the library's reader takes NUL for the end
        let text = text.ok_or("could not read rune")?.split('\0').next().unwrap_or_default();
        let mut chars = text.chars().peekable();
        let mut code = Vec::new();
        let mut open: Vec<Alternatives> = Vec::new();
        while let Some(c) = chars.next() {
            match c {
                '*' if chars.next_if_eq(&'*').is_some() => any_number(&mut code, Op::Any),
                '*' => any_number(&mut code, Op::NotSeparator),
                '?' => code.push(Op::NotSeparator),
                '[' => code.push(class(&mut chars)?),
                '{' => {
                    open.push(Alternatives { split: code.len(), jumps: Vec::new() });
                    code.push(Op::Jump(code.len() + 1));
                }
                ',' if !open.is_empty() => {
                    let next = code.len() + 1;
                    if let Some(a) = open.last_mut() {
                        a.jumps.push(code.len());
                        code.push(Op::End); // becomes the jump to the end
                        code[a.split] = Op::Split(a.split + 1, next);
                        a.split = next;
                    }
                    code.push(Op::Jump(next + 1));
                }
                '}' if !open.is_empty() => {
                    if let Some(a) = open.pop() {
                        close(&mut code, a);
                    }
                }
                '\\' => match chars.next() {
                    Some(c) => code.push(Op::Char(c)),
                    None => break,
                },
                c => code.push(Op::Char(c)),
            }
        }
        while let Some(a) = open.pop() {
            close(&mut code, a);
        }
        let single = matches!(code.as_slice(), [Op::NotSeparator | Op::List(_, true) | Op::Range(_, _, true)]);
        code.push(Op::End);
        Ok(Glob { code, separators: separators.to_vec(), single })
    }

    /// Whether the whole text matches.
    pub fn is_match(&self, s: &[u8]) -> bool {
        if s.is_empty() && self.single {
            return true;
        }
        let mut seen = vec![0u32; self.code.len()];
        let mut generation = 1;
        let mut now = Vec::new();
        self.follow(0, &mut now, &mut seen, generation);
        for (_, c) in utf8::chars(s) {
            generation += 1;
            let mut next = Vec::new();
            for &at in &now {
                let steps = match &self.code[at] {
                    Op::Char(x) => *x == c,
                    Op::NotSeparator => !self.separators.contains(&c),
                    Op::Any => true,
                    Op::List(chars, not) => chars.contains(&c) != *not,
                    Op::Range(low, high, not) => (*low..=*high).contains(&c) != *not,
                    Op::Split(..) | Op::Jump(_) | Op::End => false,
                };
                if steps {
                    self.follow(at + 1, &mut next, &mut seen, generation);
                }
            }
            now = next;
            if now.is_empty() {
                return false;
            }
        }
        now.iter().any(|at| matches!(self.code[*at], Op::End))
    }

    /// Adds the places that are reached without reading.
    fn follow(&self, from: usize, to: &mut Vec<usize>, seen: &mut [u32], generation: u32) {
        let mut open = vec![from];
        while let Some(at) = open.pop() {
            if std::mem::replace(&mut seen[at], generation) == generation {
                continue;
            }
            match self.code[at] {
                Op::Split(a, b) => open.extend([b, a]),
                Op::Jump(a) => open.push(a),
                _ => to.push(at),
            }
        }
    }
}

fn any_number(code: &mut Vec<Op>, op: Op) {
    let at = code.len();
    code.push(Op::Split(at + 1, at + 3));
    code.push(op);
    code.push(Op::Jump(at));
}

fn close(code: &mut [Op], a: Alternatives) {
    let end = code.len();
    for at in a.jumps {
        code[at] = Op::Jump(end);
    }
}

/// What follows a `[`.
fn class(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Result<Op, String> {
    const ENDS: &str = "unexpected end of input";
    let not = chars.next_if_eq(&'!').is_some();
    let first = chars.next().ok_or(ENDS)?;
    if chars.next_if_eq(&'-').is_some() {
        let high = chars.next().ok_or(ENDS)?;
        return match chars.next() {
            None => Err(ENDS.into()),
            Some(']') if high < first => Err(format!("hi character '{high}' should be greater than lo '{first}'")),
            Some(']') => Ok(Op::Range(first, high, not)),
            Some(_) => Err("expected close range character".into()),
        };
    }
    let mut list = Vec::new();
    let mut c = first;
    loop {
        match c {
            ']' => break,
            '\\' => list.extend(chars.next()),
            c => list.push(c),
        }
        c = chars.next().ok_or(ENDS)?;
    }
    if list.is_empty() { Err("could not parse range".into()) } else { Ok(Op::List(list, not)) }
}

/// Go's `path.ErrBadPattern`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadPattern;

impl std::fmt::Display for BadPattern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("syntax error in pattern")
    }
}
impl std::error::Error for BadPattern {}

/// `path.Match` (and `filepath.Match` on Unix): `*` and `?` stop at `/`, `[a-z]`, `[^a]`, `\` escapes.
///
/// A pattern that is malformed is an error only where Go reads so far.
pub fn path_match(pattern: &[u8], name: &[u8]) -> Result<bool, BadPattern> {
    let (mut pattern, mut name) = (pattern, name);
    'chunks: while !pattern.is_empty() {
        let (star, chunk, rest) = next_chunk(pattern);
        pattern = rest;
        if star && chunk.is_empty() {
            return Ok(!name.contains(&b'/'));
        }
        match match_chunk(chunk, name)? {
            Some(left) if left.is_empty() || !pattern.is_empty() => {
                name = left;
                continue;
            }
            _ => {}
        }
        if star {
            let reach = name.iter().position(|c| *c == b'/').unwrap_or(name.len());
            for skip in 1..=reach {
                if let Some(left) = match_chunk(chunk, &name[skip..])?
                    && (left.is_empty() || !pattern.is_empty())
                {
                    name = left;
                    continue 'chunks;
                }
            }
        }
        // no match: but is the rest well formed?
        while !pattern.is_empty() {
            let (_, chunk, rest) = next_chunk(pattern);
            pattern = rest;
            match_chunk(chunk, b"")?;
        }
        return Ok(false);
    }
    Ok(name.is_empty())
}

/// Splits off stars and what follows them up to the next star.
fn next_chunk(pattern: &[u8]) -> (bool, &[u8], &[u8]) {
    let stars = pattern.iter().take_while(|c| **c == b'*').count();
    let body = &pattern[stars..];
    let (mut in_class, mut at) = (false, 0);
    while let Some(c) = body.get(at) {
        match c {
            b'\\' => at += 1,
            b'[' => in_class = true,
            b']' => in_class = false,
            b'*' if !in_class => break,
            _ => {}
        }
        at += 1;
    }
    let (chunk, rest) = body.split_at(at.min(body.len()));
    (stars > 0, chunk, rest)
}

/// Matches a chunk without stars at the front of the text: what is left of it, or no match.
fn match_chunk<'a>(mut chunk: &[u8], text: &'a [u8]) -> Result<Option<&'a [u8]>, BadPattern> {
    // the text, while it matches; the chunk is read to its end anyway
    let mut left = Some(text);
    while let Some(&c) = chunk.first() {
        left = left.filter(|t| !t.is_empty());
        chunk = &chunk[1..];
        match c {
            b'[' => {
                let (r, n) = utf8::decode(left.unwrap_or_default());
                let r = r.unwrap_or(char::REPLACEMENT_CHARACTER);
                let negated = chunk.first() == Some(&b'^');
                if negated {
                    chunk = &chunk[1..];
                }
                let (mut found, mut ranges) = (false, 0);
                while ranges == 0 || chunk.first() != Some(&b']') {
                    let (low, rest) = class_char(chunk)?;
                    chunk = rest;
                    let mut high = low;
                    if chunk.first() == Some(&b'-') {
                        (high, chunk) = class_char(&chunk[1..])?;
                    }
                    found |= (low..=high).contains(&r);
                    ranges += 1;
                }
                chunk = &chunk[1..];
                left = left.filter(|_| found != negated).map(|t| &t[n..]);
            }
            b'?' => left = left.filter(|t| t[0] != b'/').map(|t| &t[utf8::decode(t).1..]),
            c => {
                let mut c = c;
                if c == b'\\' {
                    c = *chunk.first().ok_or(BadPattern)?;
                    chunk = &chunk[1..];
                }
                left = left.filter(|t| t[0] == c).map(|t| &t[1..]);
            }
        }
    }
    Ok(left)
}

/// A character of a class; something must follow it.
fn class_char(chunk: &[u8]) -> Result<(char, &[u8]), BadPattern> {
    let chunk = match chunk {
        [] | [b'-' | b']', ..] => return Err(BadPattern),
        [b'\\', rest @ ..] => rest,
        chunk => chunk,
    };
    match utf8::decode(chunk) {
        (Some(c), n) if chunk.len() > n => Ok((c, &chunk[n..])),
        _ => Err(BadPattern),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gobwas() {
        let m = |p: &str, s: &str| Glob::compile(p.as_bytes(), &['/']).unwrap().is_match(s.as_bytes());
        for (p, s, want) in [
            ("*", "a.b", true),
            ("*", "a/b", false),
            ("**", "a/b", true),
            ("**.yaml", "x/y.yaml", true),
            ("a/**/c", "a/b/c", true),
            ("a/**/c", "a/c", false),
            ("{a,b/*}.c", "b/x.c", true),
            ("{a,{b,c}}d", "cd", true),
            ("[!a-c]x", "dx", true),
            ("[abc]x", "bx", true),
            (r"\*", "*", true),
            ("é?", "éü", true),
            ("", "", true),
            ("a,}", "a,}", true),
        ] {
            assert_eq!(m(p, s), want, "{p} {s}");
        }
        let error = |p: &str| Glob::compile(p.as_bytes(), &[]).unwrap_err();
        assert_eq!(error("[a"), "unexpected end of input");
        assert_eq!(error("[]"), "could not parse range");
        assert_eq!(error("[c-a]"), "hi character 'a' should be greater than lo 'c'");
    }

    #[test]
    fn many_stars_are_no_trouble() {
        let g = Glob::compile("*a".repeat(50).as_bytes(), &['/']).unwrap();
        assert!(!g.is_match(&[b"a".repeat(5000), b"b".to_vec()].concat()));
    }

    #[test]
    fn path() {
        for (p, s, want) in [
            ("*.txt", "a.txt", Ok(true)),
            ("*.txt", "d/a.txt", Ok(false)),
            ("a?c", "abc", Ok(true)),
            ("[^a-c]", "d", Ok(true)),
            ("a[", "a", Err(BadPattern)),
            ("[]a]", "]", Err(BadPattern)),
            (r"\", "a", Err(BadPattern)),
            ("a*b*c", "axxbyyc", Ok(true)),
            ("*", "", Ok(true)),
        ] {
            assert_eq!(path_match(p.as_bytes(), s.as_bytes()), want, "{p} {s}");
        }
    }
}
