//! What the node writer ([`crate::tree`]) needs beyond values: styles as they were, flow collections, anchors, comments.

use super::{Context, Emitter, INDENT, Style, chomp_hint};
use crate::analyze::analyze;
use crate::chars::{at, break_width};
use crate::order::Version;
use crate::token::Style as Written;

impl Emitter {
    /// The encoder of Kubernetes' kyaml: go-yaml v3, lists not indented under their keys.
    pub(crate) fn compact() -> Self {
        Emitter { compact: true, ..Emitter::new(Version::V3) }
    }

    /// A scalar in the style it was written in, where the style can hold it.
    pub(crate) fn styled(&mut self, value: &[u8], written: Written, context: Context, flow: bool) {
        let a = analyze(value, true);
        let key = context == Context::SimpleKey;
        let inline = key || flow;
        let mut style = match written {
            Written::Plain => Style::Plain,
            Written::SingleQuoted => Style::Single,
            Written::DoubleQuoted => Style::Double,
            Written::Literal => Style::Literal,
            Written::Folded => Style::Folded,
        };
        if key && a.multiline {
            style = Style::Double;
        }
        if style == Style::Plain && ((!value.is_empty() && !a.plain) || (value.is_empty() && inline)) {
            style = Style::Single;
        }
        if style == Style::Single && !a.single {
            style = Style::Double;
        }
        if matches!(style, Style::Literal | Style::Folded) && (!a.block || inline) {
            style = Style::Double;
        }
        let outer = self.indent;
        self.indent = if outer < 0 { INDENT } else { outer + INDENT };
        match style {
            // null without a word: nothing, not even the blank before it
            Style::Plain if value.is_empty() => {}
            Style::Plain => self.plain(value, &a, !key),
            Style::Single => self.single_quoted(value, !key),
            Style::Double => self.double_quoted(value, !key),
            Style::Literal => self.literal(value),
            Style::Folded => self.folded(value),
        }
        self.indent = outer;
    }

    /// Starts a line for a key, an item or a comment.
    pub(crate) fn line(&mut self) {
        self.write_indent();
    }

    /// `:` after a simple key.
    pub(crate) fn colon(&mut self) {
        self.indicator(b":", false, false, false);
    }

    /// `:` after a key that is a collection.
    pub(crate) fn long_colon(&mut self) {
        self.write_indent();
        self.indicator(b":", true, false, true);
    }

    /// `? ` before a key that is a collection.
    pub(crate) fn question(&mut self) {
        self.indicator(b"?", true, false, true);
    }

    /// `[`, `{`, or their ends, or a comma.
    pub(crate) fn bracket(&mut self, b: u8) {
        match b {
            b'[' | b'{' => self.indicator(&[b], true, true, false),
            _ => self.indicator(&[b], false, false, false),
        }
    }

    /// A comment that has the line to itself.
    pub(crate) fn comment_line(&mut self, text: &[u8]) {
        self.write_indent();
        self.put_text(text);
        self.whitespace = false;
        self.indention = false;
    }

    /// A comment at the end of the line.
    pub(crate) fn comment(&mut self, text: &[u8]) {
        if !self.whitespace {
            self.put(b' ');
        }
        self.put_text(text);
        self.whitespace = false;
        self.indention = false;
    }

    /// The comment of a block scalar stands after its indicator, one line up.
    pub(crate) fn comment_block(&mut self, at: usize, text: &[u8]) {
        let line = self.out.get(at..).and_then(|rest| rest.iter().position(|b| *b == b'\n'));
        if let Some(end) = line {
            let text = [b" ", text].concat();
            self.out.splice(at + end..at + end, text);
        }
    }

    /// An empty line.
    pub(crate) fn blank(&mut self) {
        if self.column > 0 {
            self.put_break();
        }
        self.out.push(b'\n');
        self.whitespace = true;
        self.indention = true;
    }

    /// libyaml's `write_folded`, at no width: the text's own breaks alone split it.
    fn folded(&mut self, s: &[u8]) {
        self.indicator(b">", true, false, false);
        if at(s, 0) == b' ' || break_width(s, 0) > 0 {
            self.indicator(b"2", false, false, false);
        }
        if let Some(chomp) = chomp_hint(s) {
            self.indicator(&[chomp], false, false, false);
        }
        self.put_break();
        self.indention = true;
        self.whitespace = true;
        let (mut breaks, mut leading) = (true, true);
        // go-yaml asks the text's first character that is no break, whatever the position: nearly every break doubles
        let first = (0..s.len()).find(|k| break_width(s, *k) == 0);
        let doubles = first.is_some_and(|k| !matches!(at(s, k), b' ' | b'\t'));
        let mut i = 0;
        while i < s.len() {
            if break_width(s, i) > 0 {
                if doubles && !breaks && !leading && at(s, i) == b'\n' {
                    self.put_break();
                }
                i += self.copy_break(s, i);
                breaks = true;
                continue;
            }
            if breaks {
                self.write_indent();
                leading = matches!(at(s, i), b' ' | b'\t');
            }
            let rest = s.get(i..).unwrap_or_default();
            let n = (0..rest.len()).find(|k| break_width(rest, *k) > 0).unwrap_or(rest.len());
            self.put_text(rest.get(..n).unwrap_or_default());
            self.indention = false;
            breaks = false;
            i += n;
        }
    }
}
