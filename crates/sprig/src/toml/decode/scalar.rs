//! Strings, numbers and dates of the reader.

use pintle_go::strconv::NumErrorKind;
use pintle_go::{GoStr, Value, strconv};

use super::{Node, Parser, Result, is_blank, is_newline, quote_rune};
use crate::runes;

impl Parser<'_> {
    /// Up to the closing quote; the opening one has been read.
    pub(super) fn basic_string(&mut self) -> Result<GoStr> {
        let start = self.pos;
        let mut out = Vec::new();
        loop {
            match self.next()? {
                None => return Err(self.error(None, "unexpected EOF; expected '\"'")),
                Some('\n' | '\r') => return Err(self.error_previous("strings cannot contain newlines")),
                Some('"') => return Ok(out.into()),
                Some('\\') => self.escape(start, &mut out, false)?,
                Some(c) => runes::push(&mut out, c),
            }
        }
    }

    pub(super) fn raw_string(&mut self) -> Result<GoStr> {
        let start = self.pos;
        loop {
            match self.next()? {
                None => return Err(self.error(None, "unexpected EOF; expected \"'\"")),
                Some('\n' | '\r') => return Err(self.error_previous("strings cannot contain newlines")),
                Some('\'') => return Ok(self.text.get(start..self.pos - 1).unwrap_or_default().into()),
                Some(_) => {}
            }
        }
    }

    /// The part after a backslash.
    fn escape(&mut self, start: usize, out: &mut Vec<u8>, multiline: bool) -> Result<()> {
        let c = self.next()?;
        let simple = match c {
            Some('b') => '\x08',
            Some('t') => '\t',
            Some('n') => '\n',
            Some('f') => '\x0c',
            Some('r') => '\r',
            Some('e') => '\x1b',
            Some('"') => '"',
            Some('\\') => '\\',
            Some('x') => return self.hex_escape(start, out, 2, "two", 'x'),
            Some('u') => return self.hex_escape(start, out, 4, "four", 'u'),
            Some('U') => return self.hex_escape(start, out, 8, "eight", 'U'),
            Some(blank @ (' ' | '\t')) => {
                // blanks up to a line's end are an escaped newline; else the parser refuses them
                let (pos, line) = (self.pos, self.line);
                self.skip(is_blank)?;
                if multiline && self.peek()?.is_some_and(is_newline) {
                    return self.skip(|c| is_blank(c) || is_newline(c));
                }
                (self.pos, self.line) = (pos, line);
                return Err(self.error_here(format!("invalid escape: '\\{blank}'")));
            }
            Some('\n' | '\r') if multiline => return self.skip(|c| is_blank(c) || is_newline(c)),
            c => {
                let message = format!("invalid escape in string '\\{}'", c.unwrap_or('\0'));
                return Err(if c.is_none() { self.error_previous(message) } else { self.error_here(message) });
            }
        };
        runes::push(out, simple);
        Ok(())
    }

    fn hex_escape(&mut self, start: usize, out: &mut Vec<u8>, digits: usize, word: &str, letter: char) -> Result<()> {
        let from = self.pos;
        for _ in 0..digits {
            let c = self.next()?;
            if !c.is_some_and(|c| c.is_ascii_hexdigit()) {
                let got = strconv::quote(self.slice(start));
                let message = format!("expected {word} hexadecimal digits after '\\{letter}', but got {got} instead");
                return Err(self.error(c, message));
            }
        }
        let text = self.slice_text(from);
        match u32::from_str_radix(&text, 16).ok().and_then(char::from_u32) {
            Some(c) => {
                runes::push(out, c);
                Ok(())
            }
            None => Err(self.error_here(format!("Escaped character '\\u{text}' is not valid UTF-8."))),
        }
    }

    fn strip_first_newline(&mut self) -> Result<()> {
        if self.peek()? == Some('\r') {
            self.next()?;
        }
        self.accept('\n').map(drop)
    }

    pub(super) fn multiline_string(&mut self) -> Result<GoStr> {
        let start = self.pos;
        self.strip_first_newline()?;
        let mut out = Vec::new();
        loop {
            match self.next()? {
                None => return Err(self.error(None, "unexpected EOF; expected '\"\"\"'")),
                Some('\\') => self.escape(start, &mut out, true)?,
                Some('"') => {
                    if self.closing_quotes(b'"', &mut out)? {
                        return Ok(out.into());
                    }
                }
                Some(c) => runes::push(&mut out, c),
            }
        }
    }

    pub(super) fn multiline_raw_string(&mut self) -> Result<GoStr> {
        self.strip_first_newline()?;
        let mut out = Vec::new();
        loop {
            match self.next()? {
                None => return Err(self.error(None, "unexpected EOF; expected \"'''\"")),
                Some('\'') => {
                    if self.closing_quotes(b'\'', &mut out)? {
                        return Ok(out.into());
                    }
                }
                Some(c) => runes::push(&mut out, c),
            }
        }
    }

    /// A quote was read: up to two more may belong to the text before the closing three. True at the end.
    fn closing_quotes(&mut self, quote: u8, out: &mut Vec<u8>) -> Result<bool> {
        let more = self.text.get(self.pos..).unwrap_or_default().iter().take_while(|b| **b == quote).count();
        let run = more + 1;
        if run < 3 {
            self.pos += more;
            out.extend(std::iter::repeat_n(quote, run));
            return Ok(false);
        }
        if run > 5 {
            self.pos += 5;
            return Err(self.error_here(match quote {
                b'"' => "unexpected '\"\"\"\"\"\"'",
                _ => "unexpected \"''''''\"",
            }));
        }
        self.pos += more;
        out.extend(std::iter::repeat_n(quote, run - 3));
        Ok(true)
    }

    // numbers

    pub(super) fn number_or_date(&mut self) -> Result<Node> {
        let start = self.pos;
        if self.next()? == Some('0') {
            match self.peek()? {
                Some('b') => return self.radix(start, "a binary", |c| matches!(c, '0' | '1')),
                Some('o') => return self.radix(start, "an octal", |c| matches!(c, '0'..='7')),
                Some('x') => return self.radix(start, "a hexadecimal", |c| c.is_ascii_hexdigit()),
                _ => {}
            }
        }
        self.skip(|c| c.is_ascii_digit())?;
        match self.peek()? {
            Some('-' | ':') if self.pos - start > 1 || self.slice(start) != b"0" => {
                self.skip(|c| c.is_ascii_digit() || "-:Tt .Zz+".contains(c))?;
                self.datetime(start)
            }
            _ => self.decimal(start),
        }
    }

    fn radix(&mut self, start: usize, what: &str, digit: fn(char) -> bool) -> Result<Node> {
        self.next()?;
        let c = self.peek()?;
        if !c.is_some_and(digit) {
            let message = format!("not {what} number: '{}{}'", self.slice_text(start), c.unwrap_or('\0'));
            return Err(self.error_here(message));
        }
        self.skip(|c| digit(c) || c == '_')?;
        self.integer(start)
    }

    pub(super) fn signed_number(&mut self, start: usize) -> Result<Node> {
        let c = self.next()?;
        match c {
            Some('i' | 'n') => {
                let rest = if c == Some('i') { ['n', 'f'] } else { ['a', 'n'] };
                if !self.accept(rest[0])? || !self.accept(rest[1])? {
                    let message = format!("invalid float: '{}'", self.slice_text(start));
                    return Err(self.error_here(message));
                }
                self.float(start)
            }
            Some('0') if matches!(self.peek()?, Some('b' | 'o' | 'x')) => {
                let next = self.peek()?.unwrap_or_default();
                let current = self.slice_text(start);
                Err(self.error_here(format!("cannot use sign with non-decimal numbers: '{current}{next}'")))
            }
            Some('.') => Err(self.error_here("floats must start with a digit, not '.'")),
            Some('0'..='9') => self.decimal(start),
            c => Err(self.error(c, format!("expected a digit but got {}", quote_rune(c)))),
        }
    }

    fn decimal(&mut self, start: usize) -> Result<Node> {
        self.skip(|c| c.is_ascii_digit() || c == '_')?;
        if matches!(self.peek()?, Some('.' | 'e' | 'E')) {
            self.skip(|c| c.is_ascii_digit() || "_.-+eE".contains(c))?;
            return self.float(start);
        }
        self.integer(start)
    }

    fn integer(&mut self, start: usize) -> Result<Node> {
        let text = self.slice(start);
        let quoted = strconv::quote(text);
        if !underscores_good(text) {
            return Err(self.error_here(format!("Invalid integer {quoted}: underscores must be surrounded by digits")));
        }
        if has_leading_zero(text) {
            return Err(self.error_here(format!("Invalid integer {quoted}: cannot have leading zeroes")));
        }
        match strconv::parse_int_clamped(text, 0, 64) {
            (n, None) => Ok(Node::Value(Value::Int64(n))),
            _ => Err(self.error_here(format!("{} is out of range for int64", self.slice_text(start)))),
        }
    }

    pub(super) fn float(&mut self, start: usize) -> Result<Node> {
        let text = self.slice(start);
        let quoted = strconv::quote(text);
        let mut parts = text.split(|b| matches!(b, b'.' | b'e' | b'E')).filter(|p| !p.is_empty());
        if !parts.clone().all(underscores_good) {
            return Err(self.error_here(format!("Invalid float {quoted}: underscores must be surrounded by digits")));
        }
        if parts.next().is_some_and(has_leading_zero) {
            return Err(self.error_here(format!("Invalid float {quoted}: cannot have leading zeroes")));
        }
        let dangling = |w: &[u8]| matches!(w, [b'.', next] if !next.is_ascii_digit());
        if text.windows(2).any(dangling) || text.ends_with(b".") {
            let message = format!("Invalid float {quoted}: '.' must be followed by one or more digits");
            return Err(self.error_here(message));
        }
        let plain: Vec<u8> = text.iter().copied().filter(|b| *b != b'_').collect();
        let number = match plain.as_slice() {
            b"+nan" => return Ok(Node::Value(Value::Float(f64::NAN))),
            b"-nan" => return Ok(Node::Value(Value::Float(-f64::NAN))),
            plain => strconv::parse_float(plain, 64),
        };
        number.map(|f| Node::Value(Value::Float(f))).map_err(|e| match e.kind {
            NumErrorKind::Range => self.error_here(format!("{} is out of range for float64", self.slice_text(start))),
            _ => self.error_here(format!("Invalid float value: {quoted}")),
        })
    }

    fn datetime(&mut self, start: usize) -> Result<Node> {
        let text: String = self
            .slice_text(start)
            .trim()
            .chars()
            .map(|c| match c {
                'z' => 'Z',
                't' | ' ' => 'T',
                c => c,
            })
            .collect();
        match crate::date::toml_time(&text) {
            Some(v) => Ok(Node::Value(v)),
            None => Err(self.error_here(format!("invalid datetime: {}", strconv::quote(text.as_bytes())))),
        }
    }
}

pub(super) fn string_node(s: GoStr) -> Node {
    Node::Value(Value::Str(s))
}

/// Each underscore stands between digits.
fn underscores_good(s: &[u8]) -> bool {
    if matches!(s, b"nan" | b"+nan" | b"-nan" | b"inf" | b"+inf" | b"-inf") {
        return true;
    }
    let mut accept = false;
    for b in s {
        if *b == b'_' && !accept {
            return false;
        }
        accept = b.is_ascii_hexdigit();
    }
    accept
}

fn has_leading_zero(s: &[u8]) -> bool {
    match s {
        [b'0', b'b' | b'o' | b'x', ..] => false,
        [b'0', _, ..] | [b'+' | b'-', b'0', _, ..] => true,
        _ => false,
    }
}
