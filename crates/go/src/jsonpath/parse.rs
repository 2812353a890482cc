//! The parser (client-go's `util/jsonpath/parser.go`), as loops where Go recurses: its depth does not grow with the text.

use std::sync::LazyLock;

use regex::Regex;

use super::{JsonPathError, fail};
use crate::{Value, strconv};

/// A step of an evaluation.
#[derive(Debug, Clone)]
pub(super) enum Node {
    /// `{ … }`: steps one after the other.
    List(Vec<Node>),
    Text(String),
    /// A number or a truth value.
    Constant(Value),
    Field(String),
    Array([Param; 3]),
    Wildcard,
    Recursive,
    Union(Vec<Vec<Node>>),
    Filter {
        left: Vec<Node>,
        operator: String,
        right: Vec<Node>,
    },
    Identifier(String),
}

/// One part of `[from:to:step]`.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Param {
    /// Its number, if it was given.
    pub known: Option<i64>,
    /// The end of a single index: one after its start.
    pub derived: bool,
}

static SLICE: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"^(-?[0-9]*)(:-?[0-9]*)?(:-?[0-9]*)?$").ok());
static FILTER: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"^([^!<>=]+)([!<>=]+)(.+?)$").ok());

/// How deep filters and unions may stand in one another.
const MAX_DEPTH: usize = 100;

pub(super) fn parse(text: &str) -> Result<Vec<Node>, JsonPathError> {
    nested(text, 0)
}

fn nested(text: &str, depth: usize) -> Result<Vec<Node>, JsonPathError> {
    if depth > MAX_DEPTH {
        return fail("expressions are nested too deeply");
    }
    let mut rest = text;
    let mut nodes = Vec::new();
    while let Some(open) = rest.find('{') {
        if open > 0 {
            nodes.push(Node::Text(rest[..open].to_owned()));
        }
        let mut p = Parser { rest: &rest[open + 1..], depth, out: Vec::new() };
        while p.step()? {}
        nodes.push(Node::List(p.out));
        rest = p.rest;
    }
    if !rest.is_empty() {
        nodes.push(Node::Text(rest.to_owned()));
    }
    Ok(nodes)
}

/// `parseAction`: one expression without its braces.
fn action(text: &str, depth: usize) -> Result<Vec<Node>, JsonPathError> {
    match nested(&format!("{{{text}}}"), depth + 1)?.into_iter().next() {
        Some(Node::List(nodes)) => Ok(nodes),
        _ => Ok(Vec::new()),
    }
}

fn is_terminator(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n' | '.' | ',' | '[' | ']' | '$' | '@' | '{' | '}')
}

fn is_word(c: char) -> bool {
    c == '_' || c.is_alphabetic() || c.is_numeric()
}

struct Parser<'a> {
    rest: &'a str,
    depth: usize,
    out: Vec<Node>,
}

impl<'a> Parser<'a> {
    /// Takes the first `n` bytes; `n` lies at a character's border.
    fn take(&mut self, n: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at(n);
        self.rest = rest;
        taken
    }

    /// One element inside braces; false at the closing one.
    fn step(&mut self) -> Result<bool, JsonPathError> {
        if self.rest.starts_with("[?(") {
            self.filter()?;
            return Ok(true);
        }
        if self.rest.starts_with("..") {
            if matches!(self.out.last(), Some(Node::Recursive)) {
                return fail("invalid multiple recursive descent");
            }
            self.take(2);
            self.out.push(Node::Recursive);
            if self.rest.chars().next().is_some_and(is_word) {
                self.field();
            }
            return Ok(true);
        }
        let Some(c) = self.rest.chars().next() else { return fail("unclosed action") };
        match c {
            '}' => {
                self.take(1);
                return Ok(false);
            }
            '\r' | '\n' => return fail("unclosed action"),
            ' ' | '@' | '$' => {
                self.take(1);
            }
            '[' => self.array()?,
            '"' | '\'' => self.quote(c)?,
            '.' => {
                self.take(1);
                self.field();
            }
            '+' | '-' => self.number()?,
            c if c.is_numeric() => self.number()?,
            c if is_word(c) => self.identifier(),
            c => return fail(format!("unrecognized character in action: U+{:04X} '{c}'", c as u32)),
        }
        Ok(true)
    }

    fn field(&mut self) {
        let mut end = self.rest.len();
        let mut chars = self.rest.char_indices();
        while let Some((at, c)) = chars.next() {
            if c == '\\' {
                chars.next();
            } else if is_terminator(c) {
                end = at;
                break;
            }
        }
        let name = self.take(end);
        self.out.push(if name == "*" { Node::Wildcard } else { Node::Field(name.replace('\\', "")) });
    }

    fn identifier(&mut self) {
        let end = self.rest.find(is_terminator).unwrap_or(self.rest.len());
        let name = self.take(end);
        self.out.push(match name {
            "true" => Node::Constant(Value::Bool(true)),
            "false" => Node::Constant(Value::Bool(false)),
            name => Node::Identifier(name.to_owned()),
        });
    }

    fn number(&mut self) -> Result<(), JsonPathError> {
        let sign = usize::from(self.rest.starts_with(['+', '-']));
        let digits = self.rest[sign..].find(|c: char| c != '.' && !c.is_numeric());
        let text = self.take(digits.map_or(self.rest.len(), |d| d + sign));
        let value = if let Ok(i) = strconv::parse_int(text.as_bytes(), 10, 64) {
            Value::Int(i)
        } else if let Ok(f) = strconv::parse_float(text.as_bytes(), 64) {
            Value::Float(f)
        } else {
            return fail(format!("cannot parse number {text}"));
        };
        self.out.push(Node::Constant(value));
        Ok(())
    }

    fn quote(&mut self, end: char) -> Result<(), JsonPathError> {
        let mut before = end;
        for (at, c) in self.rest.char_indices().skip(1) {
            if c == '\n' {
                break;
            }
            if c == end && before != '\\' {
                let text = self.take(at + 1);
                let Some(unquoted) = unquote(&text[1..at], end as u8) else {
                    return fail(format!("unquote string {text} error invalid syntax"));
                };
                self.out.push(Node::Text(unquoted));
                return Ok(());
            }
            before = c;
        }
        fail("unterminated quoted string")
    }

    fn array(&mut self) -> Result<(), JsonPathError> {
        let close = self.rest.find([']', '\n']).filter(|at| self.rest[*at..].starts_with(']'));
        let Some(close) = close else { return fail("unterminated array") };
        let text = self.take(close + 1);
        let text = match &text[1..close] {
            "*" => ":",
            text => text,
        };
        if text.contains(',') {
            let parts = text.split(',').map(|t| action(&format!("[{}]", t.trim_matches(' ')), self.depth));
            self.out.push(Node::Union(parts.collect::<Result<_, _>>()?));
            return Ok(());
        }
        let key = text.strip_prefix('\'').and_then(|t| t.strip_suffix('\'')).filter(|k| !k.contains('\''));
        if let Some(key) = key {
            self.out.extend(action(&format!(".{key}"), self.depth)?);
            return Ok(());
        }
        let Some(found) = SLICE.as_ref().and_then(|r| r.captures(text)) else {
            return fail(format!("invalid array index {text}"));
        };
        let mut params = [Param::default(); 3];
        for i in 0..3 {
            let part = found.get(i + 1).map_or("", |m| m.as_str());
            let digits = if i > 0 { part.strip_prefix(':').unwrap_or(part) } else { part };
            if !digits.is_empty() {
                let n: Option<i64> = digits.parse().ok();
                let Some(n) = n else { return fail(format!("array index {digits} is not a number")) };
                params[i].known = Some(n);
            } else if i == 1 && part.is_empty() {
                params[1] = Param { known: Some(params[0].known.unwrap_or(0).saturating_add(1)), derived: true };
            }
        }
        self.out.push(Node::Array(params));
        Ok(())
    }

    fn filter(&mut self) -> Result<(), JsonPathError> {
        self.take(3);
        let (mut begun, mut ended, mut pair, mut before) = (false, false, '"', '(');
        let mut close = None;
        for (at, c) in self.rest.char_indices() {
            match c {
                '\n' => break,
                '"' | '\'' if !begun => (begun, pair) = (true, c),
                '"' | '\'' if before != '\\' && c == pair => ended = true,
                ')' if begun == ended => {
                    close = Some(at);
                    break;
                }
                _ => {}
            }
            before = c;
        }
        let Some(close) = close else { return fail("unterminated filter") };
        let text = self.take(close);
        self.take(1);
        if !self.rest.starts_with(']') {
            return fail("unclosed array expect ]");
        }
        self.take(1);
        let node = match FILTER.as_ref().and_then(|r| r.captures(text)) {
            None => Node::Filter { left: action(text, self.depth)?, operator: "exists".to_owned(), right: Vec::new() },
            Some(c) => Node::Filter {
                left: action(&c[1], self.depth)?,
                operator: c[2].to_owned(),
                right: action(&c[3], self.depth)?,
            },
        };
        self.out.push(node);
        Ok(())
    }
}

/// The text between quotes with Go's escapes (`UnquoteExtend`).
fn unquote(text: &str, quote: u8) -> Option<String> {
    let mut rest = text.as_bytes();
    let mut out = Vec::with_capacity(rest.len());
    while !rest.is_empty() {
        let (c, multibyte, after) = strconv::unquote_char(rest, quote)?;
        rest = after;
        match (u8::try_from(c), char::from_u32(c)) {
            (Ok(b), _) if !multibyte => out.push(b),
            (_, Some(c)) => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
            _ => return None,
        }
    }
    Some(String::from_utf8_lossy(&out).into_owned())
}
