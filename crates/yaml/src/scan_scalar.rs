//! Scalars: plain, quoted and block. What stands on one line without escapes is borrowed from the text.

use std::borrow::Cow;

use crate::chars::{BLANK, BREAKISH, COLON, FLOW, QUOTE, at, break_width, class, is_blankz};
use crate::scan_directive::hex;
use crate::scanner::{Scan, Scanner};
use crate::token::{Mark, Style, Token, TokenKind};

/// The line breaks between two lines of a flow scalar, and how they fold.
#[derive(Default)]
struct Breaks {
    any: bool,
    first: Vec<u8>,
    more: Vec<u8>,
}

impl Breaks {
    /// One break becomes a space, of several the first goes; LS and PS stay.
    fn fold_into(&mut self, out: &mut Vec<u8>) {
        if self.first.first() == Some(&b'\n') {
            if self.more.is_empty() {
                out.push(b' ');
            } else {
                out.extend_from_slice(&self.more);
            }
        } else {
            out.extend_from_slice(&self.first);
            out.extend_from_slice(&self.more);
        }
        self.first.clear();
        self.more.clear();
        self.any = false;
    }
}

impl<'a> Scanner<'a> {
    fn slice(&self, from: usize, to: usize) -> &'a [u8] {
        self.s.get(from..to).unwrap_or_default()
    }

    /// The end of the plain text from here on this line (inner blanks included, trailing ones not), and the position
    /// of what stops it. Both are the current position where nothing plain stands here.
    #[inline]
    fn plain_run(&self) -> (usize, usize) {
        let s = self.s;
        let stops = if self.flow > 0 { BREAKISH | BLANK | COLON | FLOW } else { BREAKISH | BLANK | COLON };
        let mut i = self.pos;
        loop {
            while let Some(&b) = s.get(i)
                && class(b) & stops == 0
            {
                i += 1;
            }
            let Some(&b) = s.get(i) else { return (i, i) };
            match class(b) {
                BLANK => {
                    let end = i;
                    while class(at(s, i)) & BLANK != 0 {
                        i += 1;
                    }
                    let next = at(s, i);
                    let over = match class(next) & stops {
                        0 => next == b'#',
                        BREAKISH => i >= s.len() || break_width(s, i) > 0,
                        COLON => is_blankz(s, i + 1),
                        _ => true,
                    };
                    if over {
                        return (end, i);
                    }
                    i += usize::from(class(next) & (COLON | BREAKISH) != 0);
                }
                COLON if !is_blankz(s, i + 1) => i += 1,
                BREAKISH if break_width(s, i) == 0 => i += 1,
                _ => return (i, i),
            }
        }
    }

    /// A plain scalar and the offset of its end.
    pub(crate) fn scan_plain(&mut self) -> Scan<(Cow<'a, [u8]>, usize)> {
        let start = self.mark();
        let indent = self.indent + 1;
        let mut value: Cow<'a, [u8]> = Cow::Borrowed(&[]);
        let mut end = self.pos;
        let mut breaks = Breaks::default();
        loop {
            self.need(4)?;
            if self.column() == 0 && self.document_indicator().is_some() {
                break;
            }
            if self.peek(0) == b'#' {
                break;
            }
            let (run_end, stop) = self.plain_run();
            if run_end > self.pos {
                let run = self.slice(self.pos, run_end);
                if breaks.any {
                    let out = value.to_mut();
                    breaks.fold_into(out);
                    out.extend_from_slice(run);
                } else {
                    value = Cow::Borrowed(run);
                }
                if self.is_broken() {
                    // libyaml looks ahead anew before each word.
                    for i in self.pos + 1..run_end {
                        if class(at(self.s, i - 1)) & BLANK != 0 && class(at(self.s, i)) & BLANK == 0 {
                            self.pos = i;
                            self.need(4)?;
                        }
                    }
                }
                end = run_end;
                self.pos = run_end;
                self.need(2)?;
            }
            if class(self.peek(0)) & BLANK == 0 && break_width(self.s, self.pos) == 0 {
                break;
            }
            self.pos = stop;
            self.need(1)?;
            if break_width(self.s, stop) == 0 {
                self.need(4)?;
                break; // a comment, the scalar's end in a flow, or the end of the text
            }
            self.plain_breaks(&mut breaks, indent, start)?;
            if self.flow == 0 && self.column() < indent {
                break;
            }
        }
        if breaks.any {
            self.key_allowed = true;
        }
        Ok((value, end))
    }

    /// Line breaks and the blanks that start the lines after them.
    fn plain_breaks(&mut self, breaks: &mut Breaks, indent: i64, start: Mark) -> Scan<()> {
        loop {
            let b = self.peek(0);
            if class(b) & BLANK != 0 {
                if breaks.any && b == b'\t' && self.column() < indent {
                    return self.fail(start, "found a tab character that violates indentation");
                }
                self.pos += 1;
            } else if break_width(self.s, self.pos) > 0 {
                self.need(2)?;
                if breaks.any {
                    self.read_line(&mut breaks.more);
                } else {
                    self.read_line(&mut breaks.first);
                    breaks.any = true;
                }
            } else {
                return Ok(());
            }
            self.need(1)?;
        }
    }

    /// A quoted scalar, from its opening quote to after its closing one.
    pub(crate) fn scan_quoted(&mut self, single: bool) -> Scan<Cow<'a, [u8]>> {
        let start = self.mark();
        let quote = if single { b'\'' } else { b'"' };
        self.pos += 1;
        let from = self.pos;
        self.need(4)?;
        // On one line and without escapes it is a piece of the text.
        let mut i = from;
        // Not in a broken text: there it counts how far libyaml looks ahead.
        while let Some(&b) = self.s.get(i)
            && !self.is_broken()
        {
            let c = class(b);
            if c & (QUOTE | BREAKISH) != 0 {
                if b == quote {
                    if single && at(self.s, i + 1) == b'\'' {
                        break;
                    }
                    self.pos = i + 1;
                    return Ok(Cow::Borrowed(self.slice(from, i)));
                }
                if (c & QUOTE != 0 && b == b'\\' && !single) || (c & BREAKISH != 0 && break_width(self.s, i) > 0) {
                    break;
                }
            }
            i += 1;
        }
        // The blanks before the spot may have to go: they are looked at once more.
        while i > from && class(at(self.s, i - 1)) & BLANK != 0 {
            i -= 1;
        }
        let mut out = Vec::with_capacity((i - from) * 2);
        out.extend_from_slice(self.slice(from, i));
        self.pos = i;
        self.quoted_rest(quote, start, out).map(Cow::Owned)
    }

    fn quoted_rest(&mut self, quote: u8, start: Mark, mut out: Vec<u8>) -> Scan<Vec<u8>> {
        let single = quote == b'\'';
        let mut breaks = Breaks::default();
        loop {
            self.need(4)?;
            if self.column() == 0 && self.document_indicator().is_some() {
                return self.fail(start, "found unexpected document indicator");
            }
            if self.pos >= self.s.len() {
                return self.fail(start, "found unexpected end of stream");
            }
            breaks.any = false;
            loop {
                let from = self.pos;
                while let Some(&b) = self.s.get(self.pos) {
                    let c = class(b);
                    if c & (QUOTE | BREAKISH | BLANK) != 0 && (c & BREAKISH == 0 || break_width(self.s, self.pos) > 0) {
                        break;
                    }
                    self.pos += 1;
                }
                if self.pos > from {
                    out.extend_from_slice(self.slice(from, self.pos));
                    self.need(2)?;
                }
                let b = self.peek(0);
                if class(b) & QUOTE == 0 {
                    break; // a blank, a break or the end
                }
                if b == quote {
                    if !single || self.peek(1) != b'\'' {
                        break;
                    }
                    out.push(b'\'');
                    self.pos += 2;
                } else if single || b != b'\\' {
                    out.push(b);
                    self.pos += 1;
                } else if break_width(self.s, self.pos + 1) > 0 {
                    self.need(3)?;
                    self.pos += 1;
                    self.skip_line();
                    breaks.any = true;
                    break;
                } else {
                    self.escape(start, &mut out)?;
                }
                self.need(2)?;
            }
            self.need(1)?;
            if self.peek(0) == quote {
                break;
            }
            let from = self.pos;
            let mut blanks_end = from;
            loop {
                if class(self.peek(0)) & BLANK != 0 {
                    self.pos += 1;
                    if !breaks.any {
                        blanks_end = self.pos;
                    }
                } else if break_width(self.s, self.pos) > 0 {
                    self.need(2)?;
                    if breaks.any {
                        self.read_line(&mut breaks.more);
                    } else {
                        self.read_line(&mut breaks.first);
                        breaks.any = true;
                    }
                } else {
                    break;
                }
                self.need(1)?;
            }
            if breaks.any {
                breaks.fold_into(&mut out);
            } else {
                out.extend_from_slice(self.slice(from, blanks_end));
            }
        }
        self.pos += 1;
        Ok(out)
    }

    /// An escape sequence of a double-quoted scalar.
    fn escape(&mut self, start: Mark, out: &mut Vec<u8>) -> Scan<()> {
        let mut digits = 0;
        match self.peek(1) {
            b'0' => out.push(0),
            b'a' => out.push(0x07),
            b'b' => out.push(0x08),
            b't' | b'\t' => out.push(b'\t'),
            b'n' => out.push(b'\n'),
            b'v' => out.push(0x0B),
            b'f' => out.push(0x0C),
            b'r' => out.push(b'\r'),
            b'e' => out.push(0x1B),
            c @ (b' ' | b'"' | b'\'' | b'\\') => out.push(c),
            b'N' => out.extend_from_slice("\u{85}".as_bytes()),
            b'_' => out.extend_from_slice("\u{A0}".as_bytes()),
            b'L' => out.extend_from_slice("\u{2028}".as_bytes()),
            b'P' => out.extend_from_slice("\u{2029}".as_bytes()),
            b'x' => digits = 2,
            b'u' => digits = 4,
            b'U' => digits = 8,
            _ => return self.fail(start, "found unknown escape character"),
        }
        self.pos += 2;
        if digits == 0 {
            return Ok(());
        }
        self.need(digits)?;
        let mut code = 0u64;
        for k in 0..digits {
            match hex(self.peek(k)) {
                Some(d) => code = code << 4 | u64::from(d),
                None => return self.fail(start, "did not find expected hexdecimal number"),
            }
        }
        let Some(c) = u32::try_from(code).ok().and_then(char::from_u32) else {
            return self.fail(start, "found invalid Unicode character escape code");
        };
        out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        self.pos += digits;
        Ok(())
    }

    /// A literal or folded block scalar.
    pub(crate) fn scan_block_scalar(&mut self, literal: bool) -> Scan<Token<'a>> {
        let start = self.mark();
        self.pos += 1;
        let (keep, mut indent) = self.block_header(start)?;
        let mut out = Vec::new();
        let mut leading = Vec::new();
        let mut trailing = Vec::new();
        let mut end = self.pos;
        self.block_breaks(&mut indent, &mut trailing, start, &mut end)?;
        self.need(1)?;
        let mut was_blank = false;
        while self.column() == indent && self.pos < self.s.len() {
            let blank = class(self.peek(0)) & BLANK != 0;
            if !literal && !was_blank && !blank && leading.first() == Some(&b'\n') {
                if trailing.is_empty() {
                    out.push(b' ');
                }
            } else {
                out.extend_from_slice(&leading);
            }
            leading.clear();
            out.extend_from_slice(&trailing);
            trailing.clear();
            was_blank = blank;
            let from = self.pos;
            self.skip_comment(); // to the end of the line
            out.extend_from_slice(self.slice(from, self.pos));
            self.need(2)?;
            if break_width(self.s, self.pos) > 0 {
                self.read_line(&mut leading);
            }
            self.block_breaks(&mut indent, &mut trailing, start, &mut end)?;
        }
        if keep != Chomp::Strip {
            out.extend_from_slice(&leading);
        }
        if keep == Chomp::Keep {
            out.extend_from_slice(&trailing);
        }
        let style = if literal { Style::Literal } else { Style::Folded };
        Ok(Token { value: Cow::Owned(out), ..Token::bare(TokenKind::Scalar(style), start, end as u32) })
    }

    /// The indicators after `|` or `>`, and the rest of their line.
    fn block_header(&mut self, start: Mark) -> Scan<(Chomp, i64)> {
        self.need(1)?;
        let mut chomp = Chomp::Clip;
        let mut increment = 0;
        for turn in 0..2 {
            match self.peek(0) {
                c @ (b'+' | b'-') if chomp == Chomp::Clip => {
                    chomp = if c == b'+' { Chomp::Keep } else { Chomp::Strip };
                }
                b'0' if increment == 0 => {
                    return self.fail(start, "found an indentation indicator equal to 0");
                }
                c @ b'1'..=b'9' if increment == 0 => increment = i64::from(c - b'0'),
                _ => break,
            }
            self.pos += 1;
            if turn == 0 {
                self.need(1)?;
            }
        }
        self.need(1)?;
        while class(self.peek(0)) & BLANK != 0 {
            self.pos += 1;
        }
        self.need(1)?;
        if self.peek(0) == b'#' {
            self.skip_comment();
            self.need(1)?;
        }
        if self.pos < self.s.len() {
            if break_width(self.s, self.pos) == 0 {
                return self.fail(start, "did not find expected comment or line break");
            }
            self.need(2)?;
            self.skip_line();
        }
        let indent = if increment > 0 { self.indent.max(0) + increment } else { 0 };
        Ok((chomp, indent))
    }

    /// Indentation and empty lines of a block scalar; finds out its indentation where that is still 0.
    fn block_breaks(&mut self, indent: &mut i64, breaks: &mut Vec<u8>, start: Mark, end: &mut usize) -> Scan<()> {
        *end = self.pos;
        let mut deepest = 0;
        loop {
            self.need(1)?;
            while (*indent == 0 || self.column() < *indent) && self.peek(0) == b' ' {
                self.pos += 1;
            }
            self.need(1)?;
            deepest = deepest.max(self.column());
            if (*indent == 0 || self.column() < *indent) && self.peek(0) == b'\t' {
                return self.fail(start, "found a tab character where an indentation space is expected");
            }
            if break_width(self.s, self.pos) == 0 {
                break;
            }
            self.need(2)?;
            self.read_line(breaks);
            *end = self.pos;
        }
        if *indent == 0 {
            *indent = deepest.max(self.indent + 1).max(1);
        }
        Ok(())
    }
}

/// What happens to the line breaks at a block scalar's end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Chomp {
    Strip,
    Clip,
    Keep,
}
