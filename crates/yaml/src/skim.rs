//! Passing over a document's body line by line: what most manifests are made of needs no parser to be found sound.
//!
//! Large documents are definitions whose bodies are plain block mappings and lists, one thing to a line. Of those
//! [`skim`] leaves only the lines that [`crate::read_outline`] makes values of; whatever it is not sure of, it leaves to
//! the parser, which is the only one to say what is wrong. So it knows nothing of anchors, tags, directives, flow
//! collections, escapes, scalars over several lines, tabs, and numbers beyond the simple.

use memchr::{memchr, memchr2, memchr2_iter, memchr3_iter, memmem};

use crate::reader;

/// Deeper documents are left to the parser, which knows the limit.
const MAX_DEPTH: usize = 256;
/// libyaml's keys may have 1024 bytes; longer ones than this are rare.
const MAX_KEY: usize = 256;
/// What begins with a digit is a number within every limit up to this length.
const MAX_NUMBER: usize = 15;

/// The document with empty collections in place of those of its top mapping, except what stands under the key `within`
/// (in any case): it reads as the whole would, as far as [`crate::read_outline`] makes values. Nothing where that is not
/// certain.
pub(crate) fn skim(text: &[u8], within: &str) -> Option<Vec<u8>> {
    if !is_simple(text) {
        return None;
    }
    let mut lines = Lines { text, at: 0, levels: vec![Level { column: 0, kind: Kind::Mapping }], awaits: false };
    let mut head = Vec::new();
    let mut entry: Option<Entry<'_>> = None;
    while let Some((start, line)) = lines.next() {
        let column = indent(line);
        let content = line.get(column..).unwrap_or_default();
        match content.first() {
            None | Some(b'#') => continue,
            Some(b'-') => {}
            _ if column == 0 => {
                if let Some(entry) = entry.take() {
                    entry.leave(text, start, within, &mut head);
                }
                let (key, after) = split_key(content)?;
                lines.enter(0, Kind::Mapping)?;
                lines.value(after)?;
                entry = Some(Entry { start, key, raw: content, awaits: lines.awaits, holds: None });
                continue;
            }
            _ => {}
        }
        let entry = entry.as_mut()?;
        if entry.awaits && entry.holds.is_none() {
            entry.holds = Some(if matches!(content.first(), Some(b'-' | b'[')) { Kind::List } else { Kind::Mapping });
        }
        lines.content(column, content)?;
    }
    entry?.leave(text, text.len(), within, &mut head);
    Some(head)
}

/// Whether the text is UTF-8 that the reader takes, without tabs, carriage returns, and line ends and marks beyond ASCII.
fn is_simple(text: &[u8]) -> bool {
    let odd = |at: usize| {
        let next = |n: usize| text.get(at + n).copied();
        match next(0) {
            Some(0xC2) => next(1) == Some(0x85),
            Some(0xE2) => next(1) == Some(0x80) && matches!(next(2), Some(0xA8 | 0xA9)),
            _ => next(1) == Some(0xBB) && next(2) == Some(0xBF),
        }
    };
    memchr2(b'\t', b'\r', text).is_none()
        && reader::is_sound(text)
        && (text.is_ascii() || !memchr3_iter(0xC2, 0xE2, 0xEF, text).any(odd))
}

/// How many spaces a line begins with.
fn indent(line: &[u8]) -> usize {
    line.iter().take_while(|b| **b == b' ').count()
}

/// A key of the top mapping and where its lines begin.
struct Entry<'t> {
    start: usize,
    key: &'t [u8],
    /// The key's line.
    raw: &'t [u8],
    /// Whether nothing stood behind the key on its line.
    awaits: bool,
    /// The collection that came on the lines after.
    holds: Option<Kind>,
}

impl Entry<'_> {
    /// Adds what is left of the entry, which ends before `end`.
    fn leave(self, text: &[u8], end: usize, within: &str, head: &mut Vec<u8>) {
        match self.holds {
            Some(kind) if !self.key.eq_ignore_ascii_case(within.as_bytes()) => {
                let key = memchr(b':', self.raw).and_then(|colon| self.raw.get(..colon));
                head.extend_from_slice(key.unwrap_or(self.raw));
                head.extend_from_slice(if kind == Kind::List { b": []\n" } else { b": {}\n" });
            }
            _ => head.extend_from_slice(text.get(self.start..end).unwrap_or_default()),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Mapping,
    List,
}

/// An open mapping or list: the column that its keys or dashes stand in.
struct Level {
    column: usize,
    kind: Kind,
}

/// The lines that are left, and what is open before them. The outermost level is never closed.
struct Lines<'t> {
    text: &'t [u8],
    at: usize,
    levels: Vec<Level>,
    /// Whether a key or dash came last, behind which a collection may follow.
    awaits: bool,
}

impl<'t> Lines<'t> {
    /// The next line, without its end, and where it starts.
    fn next(&mut self) -> Option<(usize, &'t [u8])> {
        let start = self.at;
        let rest = self.text.get(start..).filter(|rest| !rest.is_empty())?;
        let len = memchr(b'\n', rest).unwrap_or(rest.len());
        self.at = start + len + 1;
        Some((start, rest.get(..len)?))
    }

    /// What stands at a column: items of a list, then a key with its value, or a scalar behind a dash.
    fn content(&mut self, mut column: usize, mut content: &'t [u8]) -> Option<()> {
        let mut item = false;
        while let Some(after) = content.strip_prefix(b"- ") {
            self.enter(column, Kind::List)?;
            self.awaits = true;
            item = true;
            column += 2 + indent(after);
            content = after.get(indent(after)..)?;
        }
        match split_key(content) {
            Some((_, after)) => {
                self.enter(column, Kind::Mapping)?;
                self.value(after)
            }
            None if item => self.scalar(content),
            None => {
                let below = self.awaits && column > self.levels.last()?.column;
                (below && matches!(content, b"[]" | b"{}")).then(|| self.scalar(content))?
            }
        }
    }

    /// Goes to the level that a key or dash belongs to: one that is open, or a new one below what awaits it.
    fn enter(&mut self, column: usize, kind: Kind) -> Option<()> {
        loop {
            let level = self.levels.last()?; // a column is never left of the outermost
            let opens = self.awaits && self.levels.len() < MAX_DEPTH;
            if column > level.column {
                opens.then(|| self.levels.push(Level { column, kind }))?;
                break;
            }
            if column == level.column {
                match (level.kind, kind) {
                    // a list may hang on a key in the key's own column
                    (Kind::Mapping, Kind::List) => opens.then(|| self.levels.push(Level { column, kind }))?,
                    // ... which goes on after it
                    (Kind::List, Kind::Mapping) => {
                        self.close();
                        continue;
                    }
                    _ => {}
                }
                break;
            }
            self.close();
        }
        self.awaits = false;
        Some(())
    }

    /// Closes the innermost level; a key that still awaits something has null.
    fn close(&mut self) {
        self.levels.pop();
        self.awaits = false;
    }

    /// What follows the colon of a key on its line.
    fn value(&mut self, after: &'t [u8]) -> Option<()> {
        let value = after.trim_ascii();
        if matches!(value.first(), None | Some(b'#')) {
            self.awaits = true;
            return Some(());
        }
        self.scalar(value)
    }

    fn scalar(&mut self, value: &'t [u8]) -> Option<()> {
        let value = value.trim_ascii_end();
        self.awaits = false;
        match value {
            [b'|' | b'>', header @ ..] => return self.block(header),
            [quote @ (b'"' | b'\''), rest @ ..] => return self.quoted(*quote, rest),
            _ => {}
        }
        let comment = memmem::find(value, b" #");
        let value = value.get(..comment.unwrap_or(value.len()))?.trim_ascii_end();
        match value {
            b"[]" | b"{}" => Some(()),
            [b'0'..=b'9', ..] => is_number_or_word(value).then_some(()),
            [b'-', b'0'..=b'9', ..] => is_number_or_word(value.get(1..)?).then_some(()),
            [b'.', b'a'..=b'z', ..] if matches!(value, b".inf" | b".nan") => None,
            [b'.', b'a'..=b'z', ..]
            | [b'-', b'A'..=b'Z' | b'a'..=b'z' | b'-', ..]
            | [b'A'..=b'Z' | b'a'..=b'z' | b'_' | b'/' | b'(' | b'^' | b'$' | b'=' | 0x80.., ..] => {
                // after a comment nothing goes on
                if comment.is_some() { is_plain(value).then_some(()) } else { self.plain(value) }
            }
            _ => None,
        }
    }

    /// A plain scalar, with the lines that go on with it.
    fn plain(&mut self, value: &[u8]) -> Option<()> {
        is_plain(value).then_some(())?;
        let parent = self.levels.last()?.column;
        loop {
            let before = self.at;
            let Some((_, line)) = self.next() else { return Some(()) };
            let content = line.get(indent(line)..)?;
            if content.is_empty() {
                continue;
            }
            if content.starts_with(b"#") || indent(line) <= parent {
                self.at = before;
                return Some(());
            }
            is_plain(content).then_some(())?;
        }
    }

    /// What follows a quote; the other one is the last of its line, which may be a later one.
    fn quoted(&mut self, quote: u8, mut rest: &'t [u8]) -> Option<()> {
        let parent = self.levels.last()?.column;
        loop {
            while let Some(at) = memchr2(quote, b'\\', rest) {
                rest = match rest.get(at..)? {
                    // two stand for one
                    [b'\'', b'\'', after @ ..] if quote == b'\'' => after,
                    [b'\\', after @ ..] if quote == b'\'' => after,
                    [b'\\', b'"' | b'\\' | b'n' | b't' | b' ', after @ ..] => after,
                    [b'\\'] => &[], // at the end of a line
                    [b'\\', ..] => return None,
                    [_, after @ ..] => {
                        let tail = after.trim_ascii();
                        return (tail.is_empty() || after.starts_with(b" ") && tail.starts_with(b"#")).then_some(());
                    }
                    [] => return None,
                };
            }
            let (_, line) = self.next()?;
            if indent(line) <= parent && !line.is_empty() {
                return None;
            }
            rest = line;
        }
    }

    /// A literal or folded scalar; its first line tells the indentation where the header does not.
    fn block(&mut self, header: &[u8]) -> Option<()> {
        let parent = self.levels.last()?.column;
        let mut column = None;
        for b in header {
            match b {
                b'1'..=b'9' if column.is_none() => column = Some(parent + usize::from(b - b'0')),
                b'-' | b'+' => {}
                _ => return None,
            }
        }
        if header.len() > 1 + usize::from(column.is_some()) {
            return None;
        }
        loop {
            let before = self.at;
            let Some((_, line)) = self.next() else { return Some(()) };
            let spaces = indent(line);
            let blank = spaces == line.len();
            match column {
                // spaces before the first line count for the indentation, in ways of their own
                None if blank && spaces > 0 => return None,
                None if !blank && spaces > parent => column = Some(spaces),
                Some(column) if blank || spaces >= column => {}
                None if blank => {}
                _ => {
                    self.at = before;
                    return Some(());
                }
            }
        }
    }
}

/// A key that is a string, and what follows its colon.
fn split_key(content: &[u8]) -> Option<(&[u8], &[u8])> {
    let (key, rest) = match content.first()? {
        quote @ (b'"' | b'\'') => {
            let inner = content.get(1..)?;
            let end = memchr2(*quote, b'\\', inner)?;
            (inner.get(..end).filter(|key| !key.contains(&b':'))?, inner.get(end..)?.strip_prefix(&[*quote])?)
        }
        b'A'..=b'Z' | b'a'..=b'z' | b'_' => {
            let part = |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'/');
            let len = content.iter().take_while(part).count();
            (content.get(..len)?, content.get(len..)?)
        }
        _ => return None,
    };
    let after = rest.strip_prefix(b":")?;
    let sound =
        key.len() <= MAX_KEY && !key.eq_ignore_ascii_case(b"null") && matches!(after.first(), None | Some(b' '));
    sound.then_some((key, after))
}

/// Whether a scalar that begins with a digit is a small number, or surely none.
fn is_number_or_word(value: &[u8]) -> bool {
    let simple = |b: &u8| b.is_ascii_digit() || *b == b'.' || (b.is_ascii_alphabetic() && !matches!(b, b'e' | b'E'));
    let telling = |b: &u8| (b.is_ascii_alphabetic() && !matches!(b, b'e' | b'E')) || matches!(b, b'%' | b'/' | b' ');
    let prefixed = matches!(value, [b'0', b'b' | b'B' | b'o' | b'O' | b'x' | b'X', ..]);
    let word = !prefixed && value.iter().any(telling) && is_plain(value);
    word || value.len() <= MAX_NUMBER && value.iter().all(simple)
}

/// Whether a line of a plain scalar goes to its end.
fn is_plain(value: &[u8]) -> bool {
    memchr2_iter(b':', b'#', value).all(|i| match value.get(i) {
        Some(b':') => !matches!(value.get(i + 1), None | Some(b' ')),
        _ => i > 0 && value.get(i - 1) != Some(&b' '),
    })
}

#[cfg(test)]
mod tests {
    use super::skim;

    fn head(text: &str) -> Option<String> {
        skim(text.as_bytes(), "metadata").map(|h| String::from_utf8(h).unwrap())
    }

    #[test]
    fn bodies_go_and_heads_stay() {
        let text = "kind: A\nspec:\n  a: b\n\n    c: 'd'\n".replace(": 'd'", "");
        assert_eq!(head(&text).as_deref(), Some("kind: A\nspec: {}\n"));
        let text = "kind: A\nspec:\n  - 'it''s\n\n    \\ c'\n  - 12ab # a\n  - 0 < 1\n  - |1-\n     a\n    b\n  - -c\n  - .d\n  - \"e\n     f\"\n  - g:\n      {}\nitems:\n  []\n";
        assert_eq!(head(text).as_deref(), Some("kind: A\nspec: []\nitems: []\n"));
        let text = "# first\nkind: 'A'\nMetadata:\n  name: x\n  labels:\n    - a\n\nspec:\n  - a: |\n\n      b\n     # c\n    d: {}\n# e\n\
                    items:\n- a\n- - b\n  - c:\n      d: \"e\"\ntext: >-\n  f\n\n  g\nnothing:\nend: 3";
        let left = "kind: 'A'\nMetadata:\n  name: x\n  labels:\n    - a\n\nspec: []\nitems: []\ntext: >-\n  f\n\n  g\nnothing:\nend: 3";
        assert_eq!(head(text).as_deref(), Some(left));
    }

    #[test]
    fn what_is_not_certain_is_left_to_the_parser() {
        for body in [
            "a: b\n   c: d",
            "a: b\n    c: d",
            "a: b\n    c:",
            "a: b\n    c #d",
            "a: b\n    # c\n    d",
            "a: 'b\n  c'",
            "a: 'b\n    c",
            "a: 1\n    2",
            "a: b\n c: d",
            "- a\n  b: c",
            "a: b: c",
            "a: b:",
            "a: *b",
            "a: &b c",
            "a: !!int b",
            "a: [b]",
            "a: 'b' c",
            "a: \"\\x41\"",
            "a: \"\\q\"",
            "a: b #c\n    d",
            "a: |-2+\n    b",
            "a: 'b",
            "a: .inf",
            "a: -.inf",
            "a: 1e400",
            "a: 99999999999999999999",
            "a: 0x99999999999999999999",
            "a: 1_000",
            "null: b",
            "~: b",
            "<<: b",
            "? b",
            "1: b",
            "a: |\n      \n    b",
            "a:\tb",
            "a: \u{85}b",
            "a: b\u{2028}c",
            "a: \u{feff}",
            "a: %b",
            "a: @b",
            "-",
            "- ",
            "a",
        ] {
            assert_eq!(head(&format!("kind: A\nspec:\n  {body}\n")), None, "{body}");
        }
        for text in
            ["", "# a\n", "- a\n", "a\n", "a: b\n---\nc: d\n", "a: b\n...\n", "%YAML 1.1\n---\na: b\n", "a: b\n- c\n"]
        {
            assert_eq!(head(text), None, "{text}");
        }
    }
}
