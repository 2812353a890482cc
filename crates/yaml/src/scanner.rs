//! libyaml's scanner as go-yaml v2 has it: from text to tokens.
//!
//! The one hard part of YAML's syntax is the simple key: only the `:` after it tells that a scalar was a key, so
//! tokens wait in a queue while the one at its head may still turn out to be one. Nearly always the `:` follows at
//! once, and then key, scalar and value are queued in one go ([`Scanner::finish_scalar`]).

use std::borrow::Cow;

use crate::chars::{self, BLANK, BREAKISH, WORD, at, break_width, class, is_blankz};
use crate::error::{Fault, FaultKind};
use crate::token::{Mark, Style, Token, TokenKind};

pub(crate) type Scan<T> = Result<T, Box<Fault>>;

/// go-yaml's `max_flow_level` and `max_indents`.
const MAX_DEPTH: usize = 10_000;
/// A simple key's `:` may be this many characters after its start.
const MAX_KEY: usize = 1024;

#[derive(Debug, Clone, Copy, Default)]
struct SimpleKey {
    possible: bool,
    /// Its token is kept waiting for it.
    listed: bool,
    required: bool,
    token: usize,
    mark: Mark,
}

pub(crate) struct Scanner<'a> {
    pub(crate) s: &'a [u8],
    pub(crate) pos: usize,
    line: u32,
    line_start: usize,
    /// Why the text ends where it does, if its bytes are broken.
    problem: Option<&'static str>,
    /// The queue: from `head` on. It is empty before each fetch, but for a possible key.
    tokens: Vec<Token<'a>>,
    head: usize,
    taken: usize,
    available: bool,
    started: bool,
    pub(crate) indent: i64,
    indents: Vec<i64>,
    pub(crate) key_allowed: bool,
    keys: Vec<SimpleKey>,
    pub(crate) flow: usize,
}

impl<'a> Scanner<'a> {
    pub(crate) fn new(s: &'a [u8], problem: Option<&'static str>) -> Self {
        Scanner {
            s,
            pos: 0,
            line: 0,
            line_start: 0,
            problem,
            tokens: Vec::with_capacity(16),
            head: 0,
            taken: 0,
            available: false,
            started: false,
            indent: -1,
            indents: Vec::new(),
            key_allowed: true,
            keys: Vec::new(),
            flow: 0,
        }
    }

    // Positions.

    #[inline(always)]
    pub(crate) fn peek(&self, ahead: usize) -> u8 {
        at(self.s, self.pos + ahead)
    }
    #[inline(always)]
    pub(crate) fn column(&self) -> i64 {
        (self.pos - self.line_start) as i64
    }
    #[inline(always)]
    pub(crate) fn mark(&self) -> Mark {
        Mark { offset: self.pos as u32, line: self.line, column: (self.pos - self.line_start) as u32 }
    }
    /// Skips the line break at the current position, CR LF as one.
    #[inline]
    pub(crate) fn skip_line(&mut self) -> usize {
        let w = match self.peek(0) {
            b'\n' => 1,
            b'\r' if self.peek(1) == b'\n' => 2,
            _ => break_width(self.s, self.pos),
        };
        if w > 0 {
            self.pos += w;
            self.line += 1;
            self.line_start = self.pos;
        }
        w
    }
    /// Skips a line break and appends it as the scalar has it: LF, but LS and PS as they are.
    #[inline]
    pub(crate) fn read_line(&mut self, out: &mut Vec<u8>) {
        match self.peek(0) {
            0xE2 => out.extend_from_slice(self.s.get(self.pos..self.pos + 3).unwrap_or_default()),
            _ => out.push(b'\n'),
        }
        self.skip_line();
    }
    // Errors.

    /// Where libyaml makes sure of `n` more characters: the broken piece of a broken text is met here.
    #[inline(always)]
    pub(crate) fn need(&self, n: usize) -> Scan<()> {
        match self.problem {
            None => Ok(()),
            Some(problem) => self.need_of_broken(n, problem),
        }
    }
    /// Whether the text ends where its bytes are broken.
    pub(crate) fn is_broken(&self) -> bool {
        self.problem.is_some()
    }
    #[cold]
    fn need_of_broken(&self, n: usize, problem: &'static str) -> Scan<()> {
        let rest = self.s.get(self.pos..).unwrap_or_default();
        let window = rest.get(..n * 4).unwrap_or(rest);
        if chars::char_count(window) >= n {
            return Ok(());
        }
        Err(Box::new(Fault {
            kind: FaultKind::Plain,
            problem: problem.into(),
            problem_line: 0,
            context_line: 0,
            offset: self.s.len(),
        }))
    }
    #[cold]
    pub(crate) fn fail<T>(&self, context: Mark, problem: impl Into<String>) -> Scan<T> {
        Err(Box::new(Fault {
            kind: FaultKind::Scanner,
            problem: problem.into(),
            problem_line: self.line,
            context_line: context.line,
            offset: self.pos,
        }))
    }

    // The queue.

    /// The next token's kind and start.
    #[inline]
    pub(crate) fn look(&mut self) -> Scan<(TokenKind, Mark)> {
        if !self.available {
            self.fetch_more()?;
        }
        Ok(match self.tokens.get(self.head) {
            Some(t) => (t.kind, t.start),
            None => (TokenKind::StreamEnd, self.mark()),
        })
    }
    /// Takes the token that [`Self::look`] showed.
    #[inline]
    pub(crate) fn take(&mut self) -> Token<'a> {
        self.available = false;
        self.taken += 1;
        let end = Token::bare(TokenKind::StreamEnd, Mark::default(), 0);
        if self.head + 1 >= self.tokens.len() {
            let last = self.tokens.pop();
            self.tokens.clear();
            self.head = 0;
            return last.unwrap_or(end);
        }
        self.head += 1;
        self.tokens.get_mut(self.head - 1).map_or(end, std::mem::take)
    }

    fn fetch_more(&mut self) -> Scan<()> {
        while match self.tokens.get(self.head) {
            None => true,
            Some(head) if head.slot == 0 => false,
            Some(head) => {
                let slot = head.slot as usize - 1;
                match self.keys.get(slot) {
                    Some(k) if k.possible && k.listed && k.token == self.taken => self.key_valid(slot)?,
                    _ => false,
                }
            }
        } {
            self.fetch_next()?;
        }
        self.available = true;
        Ok(())
    }

    #[inline]
    fn push(&mut self, kind: TokenKind, start: Mark) {
        let end = self.pos as u32;
        self.tokens.push(Token::bare(kind, start, end));
    }

    /// Puts a token before the one with that number; last, where that one has been taken already.
    fn insert(&mut self, number: usize, token: Token<'a>) {
        let at = number.checked_sub(self.taken).map_or(self.tokens.len(), |ahead| self.head + ahead);
        self.tokens.insert(at.min(self.tokens.len()), token);
    }

    // Simple keys.

    fn key_valid(&mut self, slot: usize) -> Scan<bool> {
        let Some(&key) = self.keys.get(slot) else { return Ok(false) };
        if !key.possible {
            return Ok(false);
        }
        if key.mark.line < self.line || self.too_far(key.mark) {
            if key.required {
                return self.fail(key.mark, "could not find expected ':'");
            }
            if let Some(k) = self.keys.get_mut(slot) {
                k.possible = false;
            }
            return Ok(false);
        }
        Ok(true)
    }
    #[inline]
    fn too_far(&self, key: Mark) -> bool {
        let start = key.offset as usize;
        self.pos - start > MAX_KEY && chars::char_count(self.s.get(start..self.pos).unwrap_or_default()) > MAX_KEY
    }
    /// Notes that the next token may be a simple key; gives its slot + 1 for the token.
    #[inline]
    fn save_key(&mut self) -> Scan<u32> {
        if !self.key_allowed {
            return Ok(0);
        }
        self.remove_key()?;
        let key = SimpleKey {
            possible: true,
            listed: true,
            required: self.flow == 0 && self.indent == self.column(),
            token: self.taken + self.tokens.len() - self.head,
            mark: self.mark(),
        };
        let n = self.keys.len();
        match self.keys.last_mut() {
            Some(k) => *k = key,
            None => return Ok(0),
        }
        Ok(n as u32)
    }
    #[inline]
    fn remove_key(&mut self) -> Scan<()> {
        if let Some(k) = self.keys.last_mut()
            && k.possible
        {
            if k.required {
                let mark = k.mark;
                return self.fail(mark, "could not find expected ':'");
            }
            k.possible = false;
        }
        Ok(())
    }

    // Indentation.

    fn roll_indent(&mut self, column: i64, at_token: Option<usize>, kind: TokenKind, mark: Mark) -> Scan<()> {
        if self.flow > 0 || self.indent >= column {
            return Ok(());
        }
        self.indents.push(self.indent);
        self.indent = column;
        if self.indents.len() > MAX_DEPTH {
            let context = self.keys.last().map_or(mark, |k| k.mark);
            return self.fail(context, format!("exceeded max depth of {MAX_DEPTH}"));
        }
        let token = Token::bare(kind, mark, mark.offset);
        match at_token {
            None => self.tokens.push(token),
            Some(number) => self.insert(number, token),
        }
        Ok(())
    }
    #[inline]
    fn unroll_indent(&mut self, column: i64) {
        if self.flow > 0 {
            return;
        }
        while self.indent > column {
            let mark = self.mark();
            self.push(TokenKind::BlockEnd, mark);
            self.indent = self.indents.pop().unwrap_or(-1);
        }
    }

    // Fetchers.

    fn fetch_next(&mut self) -> Scan<()> {
        self.need(1)?;
        if !self.started {
            self.started = true;
            self.keys.push(SimpleKey::default());
            let mark = self.mark();
            self.push(TokenKind::StreamStart, mark);
            return Ok(());
        }
        self.skip_to_token()?;
        self.unroll_indent(self.column());
        self.need(4)?;
        let c = self.peek(0);
        if c == 0 {
            return self.fetch_stream_end();
        }
        if self.pos == self.line_start {
            if c == b'%' {
                return self.fetch_directive();
            }
            if let Some(kind) = self.document_indicator() {
                return self.fetch_document_indicator(kind);
            }
        }
        match c {
            b'[' => return self.fetch_flow_start(TokenKind::FlowSequenceStart),
            b'{' => return self.fetch_flow_start(TokenKind::FlowMappingStart),
            b']' => return self.fetch_flow_end(TokenKind::FlowSequenceEnd),
            b'}' => return self.fetch_flow_end(TokenKind::FlowMappingEnd),
            b',' => return self.fetch_flow_entry(),
            b'-' if is_blankz(self.s, self.pos + 1) => return self.fetch_block_entry(),
            b'?' if self.flow > 0 || is_blankz(self.s, self.pos + 1) => return self.fetch_key(),
            b':' if self.flow > 0 || is_blankz(self.s, self.pos + 1) => return self.fetch_value(),
            b'*' => return self.fetch_anchor(TokenKind::Alias),
            b'&' => return self.fetch_anchor(TokenKind::Anchor),
            b'!' => return self.fetch_tag(),
            b'|' if self.flow == 0 => return self.fetch_block_scalar(true),
            b'>' if self.flow == 0 => return self.fetch_block_scalar(false),
            b'\'' => return self.fetch_quoted(true),
            b'"' => return self.fetch_quoted(false),
            _ => {}
        }
        let plain = match c {
            b'-' => class(self.peek(1)) & BLANK == 0,
            b'?' | b':' => self.flow == 0,
            b'#' | b'|' | b'>' | b'%' | b'@' | b'`' => false,
            _ => !is_blankz(self.s, self.pos),
        };
        if plain {
            return self.fetch_plain();
        }
        self.fail(self.mark(), "found character that cannot start any token")
    }

    /// `---` or `...` before a blank, at the start of a line.
    pub(crate) fn document_indicator(&self) -> Option<TokenKind> {
        let kind = match self.s.get(self.pos..self.pos + 3)? {
            b"---" => TokenKind::DocumentStart,
            b"..." => TokenKind::DocumentEnd,
            _ => return None,
        };
        is_blankz(self.s, self.pos + 3).then_some(kind)
    }

    fn fetch_stream_end(&mut self) -> Scan<()> {
        if self.pos != self.line_start {
            self.line += 1;
            self.line_start = self.pos;
        }
        self.unroll_indent(-1);
        self.remove_key()?;
        self.key_allowed = false;
        let mark = self.mark();
        self.push(TokenKind::StreamEnd, mark);
        Ok(())
    }

    fn fetch_directive(&mut self) -> Scan<()> {
        self.unroll_indent(-1);
        self.remove_key()?;
        self.key_allowed = false;
        let token = self.scan_directive()?;
        self.tokens.push(token);
        Ok(())
    }

    fn fetch_document_indicator(&mut self, kind: TokenKind) -> Scan<()> {
        self.unroll_indent(-1);
        self.remove_key()?;
        self.key_allowed = false;
        let start = self.mark();
        self.pos += 3;
        self.push(kind, start);
        Ok(())
    }

    fn fetch_flow_start(&mut self, kind: TokenKind) -> Scan<()> {
        let slot = self.save_key()?;
        let start = self.mark();
        let token = self.taken + self.tokens.len() - self.head;
        self.keys.push(SimpleKey { token, mark: start, ..SimpleKey::default() });
        self.flow += 1;
        if self.flow > MAX_DEPTH {
            return self.fail(start, format!("exceeded max depth of {MAX_DEPTH}"));
        }
        self.key_allowed = true;
        self.pos += 1;
        self.tokens.push(Token { slot, ..Token::bare(kind, start, self.pos as u32) });
        Ok(())
    }

    fn fetch_flow_end(&mut self, kind: TokenKind) -> Scan<()> {
        self.remove_key()?;
        if self.flow > 0 {
            self.flow -= 1;
            // go-yaml strikes the inner key's token off its list. Where nothing came within the brackets, that is
            // the number of the bracket itself, which so is not waited for any more.
            let inner = self.keys.pop().map(|k| k.token);
            if let Some(outer) = self.keys.last_mut()
                && Some(outer.token) == inner
            {
                outer.listed = false;
            }
        }
        self.key_allowed = false;
        self.fetch_indicator(kind);
        Ok(())
    }

    #[inline]
    fn fetch_indicator(&mut self, kind: TokenKind) {
        let start = self.mark();
        self.pos += 1;
        self.push(kind, start);
    }

    fn fetch_flow_entry(&mut self) -> Scan<()> {
        self.remove_key()?;
        self.key_allowed = true;
        self.fetch_indicator(TokenKind::FlowEntry);
        Ok(())
    }

    fn fetch_block_entry(&mut self) -> Scan<()> {
        if self.flow == 0 {
            if !self.key_allowed {
                return self.fail(self.mark(), "block sequence entries are not allowed in this context");
            }
            self.roll_indent(self.column(), None, TokenKind::BlockSequenceStart, self.mark())?;
        }
        self.remove_key()?;
        self.key_allowed = true;
        self.fetch_indicator(TokenKind::BlockEntry);
        Ok(())
    }

    fn fetch_key(&mut self) -> Scan<()> {
        if self.flow == 0 {
            if !self.key_allowed {
                return self.fail(self.mark(), "mapping keys are not allowed in this context");
            }
            self.roll_indent(self.column(), None, TokenKind::BlockMappingStart, self.mark())?;
        }
        self.remove_key()?;
        self.key_allowed = self.flow == 0;
        self.fetch_indicator(TokenKind::Key);
        Ok(())
    }

    fn fetch_value(&mut self) -> Scan<()> {
        let slot = self.keys.len().saturating_sub(1);
        if self.key_valid(slot)? {
            let key = self.keys.get(slot).copied().unwrap_or_default();
            self.insert(key.token, Token::bare(TokenKind::Key, key.mark, key.mark.offset));
            self.roll_indent(i64::from(key.mark.column), Some(key.token), TokenKind::BlockMappingStart, key.mark)?;
            if let Some(k) = self.keys.get_mut(slot) {
                k.possible = false;
            }
            self.key_allowed = false;
        } else {
            if self.flow == 0 {
                if !self.key_allowed {
                    return self.fail(self.mark(), "mapping values are not allowed in this context");
                }
                self.roll_indent(self.column(), None, TokenKind::BlockMappingStart, self.mark())?;
            }
            self.key_allowed = self.flow == 0;
        }
        self.fetch_indicator(TokenKind::Value);
        Ok(())
    }

    fn fetch_anchor(&mut self, kind: TokenKind) -> Scan<()> {
        let slot = self.save_key()?;
        self.key_allowed = false;
        let start = self.mark();
        self.pos += 1;
        self.need(1)?;
        let from = self.pos;
        while class(self.peek(0)) & WORD != 0 {
            self.pos += 1;
        }
        self.need(1)?;
        let name = self.s.get(from..self.pos).unwrap_or_default();
        let ends = is_blankz(self.s, self.pos)
            || matches!(self.peek(0), b'?' | b':' | b',' | b']' | b'}' | b'%' | b'@' | b'`');
        if name.is_empty() || !ends {
            return self.fail(start, "did not find expected alphabetic or numeric character");
        }
        self.tokens.push(Token { slot, value: Cow::Borrowed(name), ..Token::bare(kind, start, self.pos as u32) });
        Ok(())
    }

    fn fetch_tag(&mut self) -> Scan<()> {
        let slot = self.save_key()?;
        self.key_allowed = false;
        let token = self.scan_tag()?;
        self.tokens.push(Token { slot, ..token });
        Ok(())
    }

    fn fetch_block_scalar(&mut self, literal: bool) -> Scan<()> {
        self.remove_key()?;
        self.key_allowed = true;
        let token = self.scan_block_scalar(literal)?;
        self.tokens.push(token);
        Ok(())
    }

    fn fetch_quoted(&mut self, single: bool) -> Scan<()> {
        let slot = self.save_key()?;
        self.key_allowed = false;
        let start = self.mark();
        let value = self.scan_quoted(single)?;
        let style = if single { Style::SingleQuoted } else { Style::DoubleQuoted };
        self.finish_scalar(slot, style, start, self.pos, value)
    }

    fn fetch_plain(&mut self) -> Scan<()> {
        let slot = self.save_key()?;
        self.key_allowed = false;
        let start = self.mark();
        let (value, end) = self.scan_plain()?;
        self.finish_scalar(slot, Style::Plain, start, end, value)
    }

    /// Queues a scalar; and with it the key and value indicators where `:` follows at once, as the next fetch would.
    #[inline]
    fn finish_scalar(&mut self, slot: u32, style: Style, start: Mark, end: usize, value: Cow<'a, [u8]>) -> Scan<()> {
        let key = slot > 0
            && !self.is_broken()
            && self.peek(0) == b':'
            && start.line == self.line
            && self.pos - start.offset as usize <= MAX_KEY
            && (self.flow > 0 || is_blankz(self.s, self.pos + 1));
        let scalar = Token { value, slot, ..Token::bare(TokenKind::Scalar(style), start, end as u32) };
        if !key {
            self.tokens.push(scalar);
            return Ok(());
        }
        if let Some(k) = self.keys.last_mut() {
            k.possible = false;
        }
        self.roll_indent(i64::from(start.column), None, TokenKind::BlockMappingStart, start)?;
        self.tokens.push(Token::bare(TokenKind::Key, start, start.offset));
        self.tokens.push(Token { slot: 0, ..scalar });
        self.fetch_indicator(TokenKind::Value);
        Ok(())
    }

    /// Skips blanks, comments and line breaks.
    fn skip_to_token(&mut self) -> Scan<()> {
        loop {
            self.need(1)?;
            // Only a mark at the very start of libyaml's buffer is taken for a byte order mark.
            if self.pos == 0 && self.s.starts_with(b"\xEF\xBB\xBF") {
                self.pos = 3;
                self.line_start = 2; // one character, not three
                self.need(1)?;
            }
            let tabs = self.flow > 0 || !self.key_allowed;
            while let b = self.peek(0)
                && (b == b' ' || (tabs && b == b'\t'))
            {
                self.pos += 1;
            }
            self.need(1)?;
            if self.peek(0) == b'#' {
                self.skip_comment();
                self.need(1)?;
            }
            if break_width(self.s, self.pos) == 0 {
                return Ok(());
            }
            self.need(2)?;
            self.skip_line();
            if self.flow == 0 {
                self.key_allowed = true;
            }
        }
    }

    /// To the end of the line.
    pub(crate) fn skip_comment(&mut self) {
        let rest = self.s.get(self.pos..).unwrap_or_default();
        let mut i = 0;
        while let Some(&b) = rest.get(i) {
            if class(b) & BREAKISH != 0 && break_width(rest, i) > 0 {
                break;
            }
            i += 1;
        }
        self.pos += i;
    }
}
