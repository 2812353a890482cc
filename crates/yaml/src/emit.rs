//! libyaml's emitter for what go-yaml gives it: block style, no anchors, no comments.
//!
//! Two profiles: v2 (`toYaml`) folds at 80 columns and does not indent lists under keys, v3 (`toYamlPretty`) does
//! neither of the first and the second.

mod styled;

use crate::analyze::{Analysis, analyze, is_printable};
use crate::chars::{at, break_width, char_count, width};
use crate::order::Version;
use crate::resolve::{Tag, tag_of};

/// libyaml's `best_indent`.
const INDENT: i32 = 2;
/// A key longer than this gets a `?`.
const MAX_SIMPLE_KEY: usize = 128;

/// What a node stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Context {
    Root,
    Item,
    /// A mapping's value, or a key after `?`.
    Pair,
    /// A key before `:`.
    SimpleKey,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Style {
    Plain,
    Single,
    Double,
    Literal,
    /// Only where a text was written so.
    Folded,
}

pub(crate) struct Emitter {
    pub(crate) out: Vec<u8>,
    version: Version,
    best_width: usize,
    column: usize,
    indent: i32,
    whitespace: bool,
    indention: bool,
    /// Whether lists are not indented under their keys.
    compact: bool,
}

/// A string with what is to be known to write it.
pub(crate) struct Text<'a> {
    value: &'a [u8],
    tag: &'static [u8],
    analysis: Analysis,
    style: Style,
}

impl<'a> Text<'a> {
    /// A string as `stringv` takes it.
    #[inline]
    pub(crate) fn new(value: &'a [u8], version: Version) -> Self {
        let analysis = analyze(value, version == Version::V3);
        let style = if analysis.multiline && value.contains(&b'\n') {
            Style::Literal
        } else if stays_text(value, version) {
            Style::Plain
        } else {
            Style::Double
        };
        Text { value, tag: b"", analysis, style }
    }
    /// Base64 lines of a string that is no UTF-8.
    pub(crate) fn binary(value: &'a [u8], version: Version) -> Self {
        let style = if value.contains(&b'\n') { Style::Literal } else { Style::Plain };
        Text { value, tag: b"!!binary", analysis: analyze(value, version == Version::V3), style }
    }
    /// Whether it cannot go through JSON and YAML unharmed.
    pub(crate) fn odd(&self) -> bool {
        self.analysis.odd
    }
    fn is_simple_key(&self) -> bool {
        !self.analysis.multiline && self.value.len() + self.tag.len() <= MAX_SIMPLE_KEY
    }
    /// libyaml's `select_scalar_style`.
    fn style_in(&self, context: Context) -> Style {
        let key = context == Context::SimpleKey;
        let a = &self.analysis;
        let mut style = self.style;
        if key && a.multiline {
            style = Style::Double;
        }
        if style == Style::Plain && (!a.plain || (self.value.is_empty() && key)) {
            style = Style::Single;
        }
        if style == Style::Single && !a.single {
            style = Style::Double;
        }
        if style == Style::Literal && (!a.block || key) {
            style = Style::Double;
        }
        style
    }
}

/// Whether a plain text would be read as a string.
#[inline]
fn stays_text(value: &[u8], version: Version) -> bool {
    match value.first() {
        None => false,
        Some(b'0'..=b'9' | b'+' | b'-' | b'.') => {
            tag_of(value) == Tag::Str && !is_base60(value) && (version == Version::V2 || !is_signed_octal(value))
        }
        Some(b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' | b'~') => tag_of(value) == Tag::Str,
        // In v3 alone the merge key has a place in the table, but its first byte does not lead there either.
        Some(_) => true,
    }
}

/// Beside v2's numbers v3 reads octals with a sign after the prefix (`0o-17`).
fn is_signed_octal(value: &[u8]) -> bool {
    let plain: Vec<u8> = value.iter().copied().filter(|b| *b != b'_').collect();
    match plain.as_slice() {
        [b'0', b'o', b'+' | b'-', digits @ ..] => {
            !digits.is_empty() && digits.len() <= 21 && digits.iter().all(|b| (b'0'..=b'7').contains(b))
        }
        _ => false,
    }
}

/// Base 60 numbers of YAML 1.1 (`12:30:45`): go-yaml reads them as text but quotes them.
fn is_base60(value: &[u8]) -> bool {
    let rest = match value {
        [b'+' | b'-', rest @ ..] => rest,
        _ => value,
    };
    let Some(colon) = rest.iter().position(|b| *b == b':') else { return false };
    let (head, mut tail) = rest.split_at(colon);
    if !head.first().is_some_and(u8::is_ascii_digit) || !head.iter().all(|b| b.is_ascii_digit() || *b == b'_') {
        return false;
    }
    loop {
        tail = match tail {
            [b':', b'0'..=b'5', d, rest @ ..] if d.is_ascii_digit() => rest,
            [b':', d, rest @ ..] if d.is_ascii_digit() => rest,
            [] => return true,
            [b'.', rest @ ..] => return rest.iter().all(|b| b.is_ascii_digit() || *b == b'_'),
            _ => return false,
        };
    }
}

impl Emitter {
    pub(crate) fn new(version: Version) -> Self {
        Emitter {
            out: Vec::with_capacity(256),
            version,
            best_width: if version == Version::V2 { 80 } else { usize::MAX },
            column: 0,
            indent: -1,
            whitespace: true,
            indention: true,
            compact: version == Version::V2,
        }
    }

    /// Ends the document.
    pub(crate) fn finish(mut self) -> Vec<u8> {
        self.write_indent();
        self.out
    }

    // Structure.

    /// Opens a block list; gives the indentation to go back to.
    pub(crate) fn open_list(&mut self, context: Context) -> i32 {
        let outer = self.indent;
        let indentless = self.compact && context == Context::Pair && !self.indention;
        if outer < 0 {
            self.indent = 0;
        } else if !indentless {
            self.indent += INDENT;
        }
        outer
    }
    /// Opens a block mapping.
    pub(crate) fn open_mapping(&mut self) -> i32 {
        let outer = self.indent;
        self.indent = if outer < 0 { 0 } else { outer + INDENT };
        outer
    }
    pub(crate) fn close(&mut self, outer: i32) {
        self.indent = outer;
    }
    #[inline]
    pub(crate) fn item(&mut self) {
        self.write_indent();
        self.indicator(b"-", true, false, true);
    }
    /// A mapping's key with its `:`.
    #[inline]
    pub(crate) fn key(&mut self, text: &Text<'_>) {
        self.write_indent();
        if text.is_simple_key() {
            self.text(text, Context::SimpleKey);
            self.indicator(b":", false, false, false);
        } else {
            self.indicator(b"?", true, false, true);
            self.text(text, Context::Pair);
            self.write_indent();
            self.indicator(b":", true, false, true);
        }
    }
    /// `[]` or `{}`.
    pub(crate) fn empty(&mut self, brackets: &[u8; 2]) {
        self.indicator(&brackets[..1], true, true, false);
        self.indicator(&brackets[1..], false, false, false);
    }
    /// A number, a boolean or null.
    #[inline]
    pub(crate) fn word(&mut self, word: &[u8]) {
        if !self.whitespace {
            self.put(b' ');
        }
        self.put_ascii(word);
        self.whitespace = false;
        self.indention = false;
    }

    /// A string.
    #[inline]
    pub(crate) fn text(&mut self, text: &Text<'_>, context: Context) {
        if !text.tag.is_empty() {
            self.word(text.tag);
        }
        let outer = self.indent;
        self.indent = if outer < 0 { INDENT } else { outer + INDENT };
        let breaks = context != Context::SimpleKey;
        let a = &text.analysis;
        match text.style_in(context) {
            Style::Plain => self.plain(text.value, a, breaks),
            Style::Single => self.single_quoted(text.value, breaks),
            Style::Double => self.double_quoted(text.value, breaks),
            Style::Literal | Style::Folded => self.literal(text.value),
        }
        self.indent = outer;
    }

    // Bytes.

    #[inline]
    fn put(&mut self, b: u8) {
        self.out.push(b);
        self.column += 1;
    }
    #[inline]
    fn put_ascii(&mut self, s: &[u8]) {
        self.out.extend_from_slice(s);
        self.column += s.len();
    }
    fn put_text(&mut self, s: &[u8]) {
        self.out.extend_from_slice(s);
        self.column += char_count(s);
    }
    #[inline]
    fn put_break(&mut self) {
        self.out.push(b'\n');
        self.column = 0;
        self.indention |= self.version == Version::V3;
    }
    /// Copies the line break at `i`; gives its width.
    fn copy_break(&mut self, s: &[u8], i: usize) -> usize {
        let w = if at(s, i) == b'\n' { 1 } else { width(at(s, i)) };
        self.out.extend_from_slice(s.get(i..i + w).unwrap_or_default());
        self.column = 0;
        self.indention = true;
        w
    }
    #[inline]
    fn write_indent(&mut self) {
        let indent = self.indent.max(0) as usize;
        if !self.indention || self.column > indent || (self.column == indent && !self.whitespace) {
            self.put_break();
        }
        if self.column < indent {
            let n = indent - self.column;
            self.out.extend(std::iter::repeat_n(b' ', n));
            self.column = indent;
        }
        self.whitespace = true;
        self.indention = true;
    }
    #[inline]
    fn indicator(&mut self, s: &[u8], need_whitespace: bool, whitespace: bool, indention: bool) {
        if need_whitespace && !self.whitespace {
            self.put(b' ');
        }
        self.put_ascii(s);
        self.whitespace = whitespace;
        self.indention &= indention;
    }

    // Styles.

    #[inline]
    fn plain(&mut self, s: &[u8], a: &Analysis, breaks: bool) {
        if !self.whitespace {
            self.put(b' ');
        }
        // Plain text has no line breaks: only folding could split it.
        if !breaks || self.column.saturating_add(s.len()) <= self.best_width || self.version == Version::V3 {
            if a.ascii { self.put_ascii(s) } else { self.put_text(s) }
        } else {
            let mut spaces = false;
            let mut i = 0;
            while i < s.len() {
                if at(s, i) == b' ' {
                    if !spaces && self.column > self.best_width && at(s, i + 1) != b' ' {
                        self.write_indent();
                    } else {
                        self.put(b' ');
                    }
                    spaces = true;
                    i += 1;
                } else {
                    let word = s.get(i..).unwrap_or_default();
                    let n = word.iter().position(|b| *b == b' ').unwrap_or(word.len());
                    self.put_text(word.get(..n).unwrap_or_default());
                    self.indention = false;
                    spaces = false;
                    i += n;
                }
            }
        }
        self.whitespace = false;
        self.indention = false;
    }

    fn single_quoted(&mut self, s: &[u8], breaks_allowed: bool) {
        self.indicator(b"'", true, false, false);
        let (mut spaces, mut breaks) = (false, false);
        let mut i = 0;
        while i < s.len() {
            let b = at(s, i);
            if b == b' ' {
                let fold = breaks_allowed && !spaces && self.column > self.best_width;
                if fold && i > 0 && i + 1 < s.len() && at(s, i + 1) != b' ' {
                    self.write_indent();
                } else {
                    self.put(b' ');
                }
                spaces = true;
                i += 1;
            } else if break_width(s, i) > 0 {
                if !breaks && b == b'\n' {
                    self.put_break();
                }
                i += self.copy_break(s, i);
                breaks = true;
            } else {
                if breaks {
                    self.write_indent();
                }
                if b == b'\'' {
                    self.put(b'\'');
                }
                let w = width(b);
                self.put_text(s.get(i..i + w).unwrap_or_default());
                self.indention = false;
                (spaces, breaks) = (false, false);
                i += w;
            }
        }
        self.indicator(b"'", false, false, false);
        self.whitespace = false;
        self.indention = false;
    }

    fn double_quoted(&mut self, s: &[u8], breaks_allowed: bool) {
        self.indicator(b"\"", true, false, false);
        // go-yaml looks for the mark at the start of the text whatever the position, and escapes all of it then.
        let bom = s.starts_with(b"\xEF\xBB\xBF");
        let mut spaces = false;
        let mut i = 0;
        while i < s.len() {
            let b = at(s, i);
            if bom || b == b'"' || b == b'\\' || !is_printable(s, i) || break_width(s, i) > 0 {
                i += self.escape(s, i);
                spaces = false;
            } else if b == b' ' {
                let fold = breaks_allowed && !spaces && self.column > self.best_width;
                if fold && i > 0 && i + 1 < s.len() {
                    self.write_indent();
                    if at(s, i + 1) == b' ' {
                        self.put(b'\\');
                    }
                } else {
                    self.put(b' ');
                }
                spaces = true;
                i += 1;
            } else {
                let w = width(b);
                self.put_text(s.get(i..i + w).unwrap_or_default());
                spaces = false;
                i += w;
            }
        }
        self.indicator(b"\"", false, false, false);
        self.whitespace = false;
        self.indention = false;
    }

    /// Escapes the character at `i`; gives its width.
    fn escape(&mut self, s: &[u8], i: usize) -> usize {
        const HEX: &[u8; 16] = b"0123456789ABCDEF";
        let w = width(at(s, i));
        let bytes = s.get(i..i + w).unwrap_or_default();
        let c = std::str::from_utf8(bytes).ok().and_then(|t| t.chars().next()).map_or(0xFFFD, u32::from);
        self.put(b'\\');
        let short = match c {
            0x00 => b'0',
            0x07 => b'a',
            0x08 => b'b',
            0x09 => b't',
            0x0A => b'n',
            0x0B => b'v',
            0x0C => b'f',
            0x0D => b'r',
            0x1B => b'e',
            0x22 => b'"',
            0x5C => b'\\',
            0x85 => b'N',
            0xA0 => b'_',
            0x2028 => b'L',
            0x2029 => b'P',
            _ => 0,
        };
        if short != 0 {
            self.put(short);
            return w;
        }
        let (letter, digits) = match c {
            0..=0xFF => (b'x', 2),
            0x100..=0xFFFF => (b'u', 4),
            _ => (b'U', 8),
        };
        self.put(letter);
        for k in (0..digits).rev() {
            self.put(HEX[(c >> (4 * k) & 15) as usize]);
        }
        w
    }

    fn literal(&mut self, s: &[u8]) {
        self.indicator(b"|", true, false, false);
        if at(s, 0) == b' ' || break_width(s, 0) > 0 {
            self.indicator(b"2", false, false, false);
        }
        if let Some(chomp) = chomp_hint(s) {
            self.indicator(&[chomp], false, false, false);
        }
        self.put_break();
        self.indention = true;
        self.whitespace = true;
        let mut breaks = true;
        let mut i = 0;
        while i < s.len() {
            if break_width(s, i) > 0 {
                i += self.copy_break(s, i);
                breaks = true;
                continue;
            }
            if breaks {
                self.write_indent();
            }
            let rest = s.get(i..).unwrap_or_default();
            let mut n = 0;
            while n < rest.len()
                && (crate::chars::class(at(rest, n)) & crate::chars::BREAKISH == 0 || break_width(rest, n) == 0)
            {
                n += 1;
            }
            self.put_text(rest.get(..n).unwrap_or_default());
            self.indention = false;
            breaks = false;
            i += n;
        }
    }
}

/// `-` where no line break ends the text, `+` where more than one does, or where there is nothing else.
fn chomp_hint(s: &[u8]) -> Option<u8> {
    let last = |end: usize| {
        let mut i = end.checked_sub(1)?;
        while i > 0 && at(s, i) & 0xC0 == 0x80 {
            i -= 1;
        }
        Some(i)
    };
    let i = last(s.len())?;
    if break_width(s, i) == 0 {
        return Some(b'-');
    }
    match last(i) {
        None => Some(b'+'),
        Some(j) if break_width(s, j) > 0 => Some(b'+'),
        Some(_) => None,
    }
}
