//! The lexer: template text to tokens, as `text/template/parse/lex.go` cuts it.
//!
//! Works on bytes, since template text need not be UTF-8; a token is a range of the text.

use pintle_go::utf8;

/// The kinds of tokens; from [`Kind::Keyword`] on they are keywords.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Kind {
    Error,
    Bool,
    Char,
    CharConstant,
    Complex,
    Assign,
    Declare,
    Eof,
    Field,
    Identifier,
    LeftDelim,
    LeftParen,
    Number,
    Pipe,
    RawString,
    RightDelim,
    RightParen,
    Space,
    String,
    Text,
    Variable,
    Keyword,
    Block,
    Break,
    Continue,
    Dot,
    Define,
    Else,
    End,
    If,
    Nil,
    Range,
    Template,
    With,
}

/// A token: its kind and its place; an error's message is [`Lexer::message`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Item {
    pub kind: Kind,
    pub start: usize,
    pub end: usize,
    pub line: usize,
}

pub(crate) struct Lexer<'a> {
    text: &'a [u8],
    pos: usize,
    start: usize,
    line: usize,
    start_line: usize,
    paren_depth: i32,
    inside_action: bool,
    /// What the one error says; after it comes nothing more.
    message: Option<Box<str>>,
}

const LEFT: &[u8] = b"{{";
const RIGHT: &[u8] = b"}}";
const EOF: u32 = u32::MAX;

fn is_space(b: u32) -> bool {
    matches!(b, 0x20 | 0x09 | 0x0d | 0x0a)
}

fn is_space_byte(b: &u8) -> bool {
    is_space(u32::from(*b))
}

fn is_word_byte(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b == b'_'
}

fn is_alphanumeric(r: u32) -> bool {
    match r {
        0..=0x7f => is_word_byte(r as u8),
        EOF => false,
        // Go: a letter, or a decimal digit of any script
        _ => char::from_u32(r).is_some_and(is_letter_or_digit),
    }
}

/// Unicode's categories L and Nd: narrower than [`char::is_alphanumeric`], which takes marks and numerals, too.
fn is_letter_or_digit(c: char) -> bool {
    let class = pintle_go::regexp::Regexp::compile(br"^[\pL\p{Nd}]$");
    c.is_alphanumeric() && class.is_ok_and(|re| re.is_match(c.encode_utf8(&mut [0; 4]).as_bytes()))
}

fn count_lines(text: &[u8]) -> usize {
    memchr::memchr_iter(b'\n', text).count()
}

fn has_left_trim(s: &[u8]) -> bool {
    s.len() >= 2 && s[0] == b'-' && is_space_byte(&s[1])
}

fn has_right_trim(s: &[u8]) -> bool {
    s.len() >= 2 && is_space_byte(&s[0]) && s[1] == b'-'
}

fn find(text: &[u8], part: &[u8; 2]) -> Option<usize> {
    memchr::memmem::find(text, part)
}

/// `%#U`: `U+0040 '@'`.
fn unicode_name(r: u32) -> String {
    match char::from_u32(r) {
        Some(c) if pintle_go::strconv::is_print(r) => format!("U+{r:04X} '{c}'"),
        _ if r == EOF => "U+FFFFFFFFFFFFFFFF".to_owned(),
        _ => format!("U+{r:04X}"),
    }
}

impl<'a> Lexer<'a> {
    pub(crate) fn new(text: &'a [u8]) -> Self {
        Lexer { text, pos: 0, start: 0, line: 1, start_line: 1, paren_depth: 0, inside_action: false, message: None }
    }

    /// What is wrong, once an error was met.
    pub(crate) fn message(&self) -> &str {
        self.message.as_deref().unwrap_or_default()
    }

    fn rest(&self) -> &'a [u8] {
        &self.text[self.pos.min(self.text.len())..]
    }

    /// The rune at the position and its width; `EOF` at the end. A broken byte is U+FFFD.
    fn peek_rune(&self) -> (u32, usize) {
        match self.rest().first() {
            None => (EOF, 0),
            Some(b) if *b < 0x80 => (u32::from(*b), 1),
            Some(_) => {
                let (c, width) = utf8::decode(self.rest());
                (c.map_or(0xfffd, u32::from), width)
            }
        }
    }

    fn peek(&self) -> u32 {
        self.peek_rune().0
    }

    fn next_rune(&mut self) -> u32 {
        let (r, width) = self.peek_rune();
        self.pos += width;
        if r == 0x0a {
            self.line += 1;
        }
        r
    }

    fn emit(&mut self, kind: Kind) -> Item {
        let item = Item { kind, start: self.start, end: self.pos, line: self.start_line };
        self.start = self.pos;
        self.start_line = self.line;
        item
    }

    fn ignore(&mut self) {
        self.line += count_lines(&self.text[self.start..self.pos]);
        self.start = self.pos;
        self.start_line = self.line;
    }

    fn error(&mut self, message: impl Into<Box<str>>) -> Item {
        let item = Item { kind: Kind::Error, start: self.start, end: self.start, line: self.start_line };
        self.message = Some(message.into());
        self.pos = self.text.len();
        self.start = self.pos;
        item
    }

    fn at_right_delim(&self) -> (bool, bool) {
        let rest = self.rest();
        if has_right_trim(rest) && rest[2..].starts_with(RIGHT) {
            (true, true)
        } else {
            (rest.starts_with(RIGHT), false)
        }
    }

    /// The next token; after an error or the end, the end again.
    pub(crate) fn next_item(&mut self) -> Item {
        if self.message.is_some() {
            return Item { kind: Kind::Eof, start: self.pos, end: self.pos, line: self.start_line };
        }
        if self.inside_action { self.lex_inside_action() } else { self.lex_text() }
    }

    fn lex_text(&mut self) -> Item {
        loop {
            let Some(x) = find(self.rest(), b"{{") else {
                self.pos = self.text.len();
                if self.pos > self.start {
                    self.line += count_lines(&self.text[self.start..self.pos]);
                    return self.emit(Kind::Text);
                }
                return self.emit(Kind::Eof);
            };
            if x > 0 {
                self.pos += x;
                let mut trim = 0;
                if has_left_trim(&self.text[self.pos + LEFT.len()..]) {
                    let before = &self.text[self.start..self.pos];
                    trim = before.iter().rev().take_while(|b| is_space_byte(b)).count();
                }
                self.pos -= trim;
                self.line += count_lines(&self.text[self.start..self.pos]);
                let item = self.emit(Kind::Text);
                self.pos += trim;
                self.ignore();
                if item.end > item.start {
                    return item;
                }
            }
            // the left delimiter, or a comment
            self.pos += LEFT.len();
            let trim = has_left_trim(self.rest());
            let after = if trim { 2 } else { 0 };
            if self.text[self.pos + after..].starts_with(b"/*") {
                self.pos += after;
                self.ignore();
                if let Some(e) = self.comment() {
                    return e;
                }
                continue;
            }
            let item = self.emit(Kind::LeftDelim);
            self.inside_action = true;
            self.pos += after;
            self.ignore();
            self.paren_depth = 0;
            return item;
        }
    }

    /// Passes over a comment; gives the error if it is not well-formed.
    fn comment(&mut self) -> Option<Item> {
        self.pos += 2;
        let Some(x) = find(self.rest(), b"*/") else {
            return Some(self.error("unclosed comment"));
        };
        self.pos += x + 2;
        let (delim, trim) = self.at_right_delim();
        if !delim {
            return Some(self.error("comment ends before closing delimiter"));
        }
        self.line += count_lines(&self.text[self.start..self.pos]);
        self.start = self.pos;
        self.start_line = self.line;
        if trim {
            self.pos += 2;
        }
        self.pos += RIGHT.len();
        if trim {
            self.pos += self.rest().iter().take_while(|b| is_space_byte(b)).count();
        }
        self.ignore();
        None
    }

    fn right_delim(&mut self) -> Item {
        let (_, trim) = self.at_right_delim();
        if trim {
            self.pos += 2;
            self.ignore();
        }
        self.pos += RIGHT.len();
        let item = self.emit(Kind::RightDelim);
        if trim {
            self.pos += self.rest().iter().take_while(|b| is_space_byte(b)).count();
            self.ignore();
        }
        self.inside_action = false;
        item
    }

    fn lex_inside_action(&mut self) -> Item {
        if self.at_right_delim().0 {
            if self.paren_depth == 0 {
                return self.right_delim();
            }
            return self.error("unclosed left paren");
        }
        let (r, _) = self.peek_rune();
        if is_space(r) {
            return self.space();
        }
        if r == u32::from(b'+') || r == u32::from(b'-') || (0x30..=0x39).contains(&r) {
            return self.number();
        }
        if is_alphanumeric(r) {
            return self.identifier();
        }
        self.next_rune();
        match char::from_u32(r) {
            None => self.error("unclosed action"),
            Some('=') => self.emit(Kind::Assign),
            Some(':') => {
                if self.next_rune() == u32::from(b'=') {
                    self.emit(Kind::Declare)
                } else {
                    self.error("expected :=")
                }
            }
            Some('|') => self.emit(Kind::Pipe),
            Some('"') => self.quoted(b'"', Kind::String, "unterminated quoted string"),
            Some('\'') => self.quoted(b'\'', Kind::CharConstant, "unterminated character constant"),
            Some('`') => match memchr::memchr(b'`', self.rest()) {
                Some(len) => {
                    self.line += count_lines(&self.rest()[..len]);
                    self.pos += len + 1;
                    self.emit(Kind::RawString)
                }
                None => {
                    self.line += count_lines(self.rest());
                    self.pos = self.text.len();
                    self.error("unterminated raw quoted string")
                }
            },
            Some('$') => {
                if self.at_terminator() {
                    return self.emit(Kind::Variable);
                }
                self.field_or_variable(Kind::Variable)
            }
            Some('.') => {
                if self.rest().first().is_some_and(u8::is_ascii_digit) {
                    self.pos -= 1;
                    return self.number();
                }
                // at the very end of the text Go tries a number: `.` is a bad one
                if self.rest().is_empty() {
                    self.pos -= 1;
                    return self.number();
                }
                self.field_or_variable(Kind::Field)
            }
            Some('(') => {
                self.paren_depth += 1;
                self.emit(Kind::LeftParen)
            }
            Some(')') => {
                self.paren_depth -= 1;
                if self.paren_depth < 0 {
                    return self.error("unexpected right paren");
                }
                self.emit(Kind::RightParen)
            }
            Some(' '..='~') => self.emit(Kind::Char),
            Some(_) => self.error(format!("unrecognized character in action: {}", unicode_name(r))),
        }
    }

    fn space(&mut self) -> Item {
        let spaces = self.rest().iter().take_while(|b| is_space_byte(b)).count();
        self.line += count_lines(&self.rest()[..spaces]);
        self.pos += spaces;
        // " -}}" ends the action: the last space belongs to the delimiter
        let last = &self.text[self.pos - 1..];
        if has_right_trim(last) && last[2..].starts_with(RIGHT) {
            self.pos -= 1;
            if self.text[self.pos] == b'\n' {
                self.line -= 1;
            }
            if spaces == 1 {
                return self.right_delim();
            }
        }
        self.emit(Kind::Space)
    }

    /// Passes over letters, digits and underscores.
    fn word(&mut self) {
        loop {
            self.pos += self.rest().iter().take_while(|b| is_word_byte(**b)).count();
            if self.rest().first().is_none_or(u8::is_ascii) || !is_alphanumeric(self.peek()) {
                return;
            }
            self.next_rune();
        }
    }

    fn identifier(&mut self) -> Item {
        self.word();
        if !self.at_terminator() {
            let r = self.peek();
            return self.error(format!("bad character {}", unicode_name(r)));
        }
        let kind = match &self.text[self.start..self.pos] {
            b"block" => Kind::Block,
            b"break" => Kind::Break,
            b"continue" => Kind::Continue,
            b"define" => Kind::Define,
            b"else" => Kind::Else,
            b"end" => Kind::End,
            b"if" => Kind::If,
            b"range" => Kind::Range,
            b"nil" => Kind::Nil,
            b"template" => Kind::Template,
            b"with" => Kind::With,
            b"true" | b"false" => Kind::Bool,
            _ => Kind::Identifier,
        };
        self.emit(kind)
    }

    fn field_or_variable(&mut self, kind: Kind) -> Item {
        if self.at_terminator() {
            return self.emit(if kind == Kind::Variable { kind } else { Kind::Dot });
        }
        self.word();
        if !self.at_terminator() {
            let r = self.peek();
            return self.error(format!("bad character {}", unicode_name(r)));
        }
        self.emit(kind)
    }

    fn at_terminator(&self) -> bool {
        match self.rest() {
            [] | [b' ' | b'\t' | b'\r' | b'\n' | b'.' | b',' | b'|' | b':' | b')' | b'(', ..] => true,
            rest => rest.starts_with(RIGHT),
        }
    }

    fn quoted(&mut self, end: u8, kind: Kind, unterminated: &str) -> Item {
        loop {
            // nothing before these means anything
            self.pos += memchr::memchr3(end, b'\\', b'\n', self.rest()).unwrap_or(self.rest().len());
            match self.next_rune() {
                0x5c => {
                    let r = self.next_rune();
                    if r == EOF || r == 0x0a {
                        return self.error(unterminated);
                    }
                }
                EOF | 0x0a => return self.error(unterminated),
                r if r == u32::from(end) => return self.emit(kind),
                _ => {}
            }
        }
    }

    fn number(&mut self) -> Item {
        if !self.scan_number() {
            return self.bad_number();
        }
        if matches!(self.peek(), 0x2b | 0x2d) {
            if !self.scan_number() || self.text[self.pos - 1] != b'i' {
                return self.bad_number();
            }
            return self.emit(Kind::Complex);
        }
        self.emit(Kind::Number)
    }

    fn bad_number(&mut self) -> Item {
        let text = pintle_go::strconv::quote(&self.text[self.start..self.pos]);
        self.error(format!("bad number syntax: {text}"))
    }

    fn accept(&mut self, valid: &[u8]) -> bool {
        let ok = self.rest().first().is_some_and(|b| valid.contains(b));
        if ok {
            self.pos += 1;
        }
        ok
    }

    fn accept_run(&mut self, valid: &[u8]) {
        while self.accept(valid) {}
    }

    fn scan_number(&mut self) -> bool {
        self.accept(b"+-");
        let mut digits: &[u8] = b"0123456789_";
        if self.accept(b"0") {
            if self.accept(b"xX") {
                digits = b"0123456789abcdefABCDEF_";
            } else if self.accept(b"oO") {
                digits = b"01234567_";
            } else if self.accept(b"bB") {
                digits = b"01_";
            }
        }
        self.accept_run(digits);
        if self.accept(b".") {
            self.accept_run(digits);
        }
        if digits.len() == 11 && self.accept(b"eE") {
            self.accept(b"+-");
            self.accept_run(b"0123456789_");
        }
        if digits.len() == 23 && self.accept(b"pP") {
            self.accept(b"+-");
            self.accept_run(b"0123456789_");
        }
        self.accept(b"i");
        if is_alphanumeric(self.peek()) {
            self.next_rune();
            return false;
        }
        true
    }
}
