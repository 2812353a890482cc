//! Code frames: lines of a file with the place in question marked, for a person at a terminal.

use crate::error::{Explanation, Frame};

/// How many lines are shown before the one in question, and after it.
const BEFORE: usize = 2;
const AFTER: usize = 1;
/// Longer lines are cut.
const WIDEST: usize = 160;

/// Paints, if colours are wanted.
#[derive(Clone, Copy)]
pub struct Paint(pub bool);

impl Paint {
    /// A text in an ANSI colour.
    pub fn text(self, code: &str, text: &str) -> String {
        if self.0 && !text.is_empty() { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}

impl Frame {
    /// The lines around line `line` (from 1) of a text. What is marked: `node` if it stands at or after `column` (bytes,
    /// from 0), or else from `column` to the end of the action there, or else the line.
    pub fn of(file: &str, text: &[u8], line: usize, column: Option<usize>, node: &str) -> Option<Frame> {
        let lines: Vec<&[u8]> = text.split(|b| *b == b'\n').collect();
        let index = line.checked_sub(1).filter(|i| *i < lines.len())?;
        let shown = index.saturating_sub(BEFORE)..(index + 1 + AFTER).min(lines.len());
        let own = String::from_utf8_lossy(lines.get(index)?).into_owned();
        let own = own.trim_end();
        let column = column.filter(|c| own.is_char_boundary(*c) && *c < own.len());
        let (from, to) = match column {
            Some(c) => {
                let rest = own.get(c..).unwrap_or_default();
                // Go's place of a chain of fields is its last one
                let around = own.match_indices(node).map(|(at, _)| at).find(|at| *at <= c && c < at + node.len());
                match around.or_else(|| Some(c + rest.find(node).filter(|_| !node.is_empty())?)) {
                    Some(at) => (at, at + node.len()),
                    None => {
                        let end = rest.find("}}").map_or(rest.len(), |end| end);
                        let marked = rest.get(..end).unwrap_or_default();
                        (c, c + marked.strip_suffix('-').unwrap_or(marked).trim_end().len().max(1))
                    }
                }
            }
            None => (own.len() - own.trim_start().len(), own.len()),
        };
        let chars = |to: usize| own.get(..to).map_or(to, |s| s.chars().count());
        Some(Frame {
            file: file.to_owned(),
            line,
            column: column.map(|_| chars(from) + 1),
            marked: chars(from)..chars(to).max(chars(from) + 1),
            lines: shown
                .clone()
                .zip(lines.get(shown)?)
                .map(|(i, l)| (i + 1, String::from_utf8_lossy(l).trim_end().replace('\t', " ")))
                .collect(),
        })
    }

    fn write(&self, paint: Paint, out: &mut String) {
        let width = self.lines.iter().map(|(n, _)| n.to_string().len()).max().unwrap_or(1);
        let (blue, red) = ("1;34", "1;31");
        let column = self.column.map(|c| format!(":{c}")).unwrap_or_default();
        *out += &format!("{:width$}{} {}:{}{column}\n", "", paint.text(blue, "-->"), self.file, self.line);
        *out += &format!("{:width$} {}\n", "", paint.text(blue, "|"));
        for (n, text) in &self.lines {
            let text = cut(text);
            let number = paint.text(blue, &format!("{n:>width$} |"));
            *out += format!("{number} {text}").trim_end();
            out.push('\n');
            if *n == self.line && self.marked.start < WIDEST {
                let marks = "^".repeat(self.marked.end.min(WIDEST) - self.marked.start);
                let bar = paint.text(blue, &format!("{:width$} |", ""));
                *out += &format!("{bar} {:indent$}{}\n", "", paint.text(red, &marks), indent = self.marked.start);
            }
        }
    }
}

fn cut(line: &str) -> String {
    match line.char_indices().nth(WIDEST) {
        Some((end, _)) => format!("{}...", line.get(..end).unwrap_or_default()),
        None => line.to_owned(),
    }
}

/// The whole explanation as it stands below an error.
pub fn explanation(e: &Explanation, paint: Paint) -> String {
    let mut out = String::new();
    for frame in &e.frames {
        frame.write(paint, &mut out);
    }
    for note in &e.notes {
        out += &format!("  {} {note}\n", paint.text("1;34", "="));
    }
    if let Some(hint) = &e.hint {
        out += &format!("{} {hint}\n", paint.text("1;32", "hint:"));
    }
    out.truncate(out.trim_end().len());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_marks_the_place() {
        let text = "a: 1\nb:\n  c: {{ .Values.x | quote }}\nd: 2\ne: 3\n".as_bytes();
        let frame = Frame::of("t.yaml", text, 3, Some(8), ".Values.x").expect("a frame");
        let told = Explanation { frames: vec![frame], notes: vec!["a note".into()], hint: Some("a hint".into()) };
        let wanted = " --> t.yaml:3:9\n  |\n1 | a: 1\n2 | b:\n3 |   c: {{ .Values.x | quote }}\n  |         ^^^^^^^^^\n4 | d: 2\n  \
                      = a note\nhint: a hint";
        assert_eq!(explanation(&told, Paint(false)), wanted);
        assert!(explanation(&told, Paint(true)).contains("\u{1b}[1;31m^^^^^^^^^\u{1b}[0m"));
    }

    #[test]
    fn what_is_not_there_gives_no_frame() {
        assert!(Frame::of("t", b"a", 0, None, "").is_none());
        assert!(Frame::of("t", b"a", 2, None, "").is_none());
        let frame = Frame::of("t", "\tä: ö".as_bytes(), 1, Some(2), "x").expect("a frame");
        assert_eq!((frame.column, frame.marked), (None, 1..5));
    }
}
