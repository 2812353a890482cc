//! The little language of `--set` and its relatives: `a.b[0].c=value,d={x,y}`.
//!
//! Helm's reader is odd in places (a clash of types is a Go panic that becomes an error text, a key before `]` of a
//! JSON value differs from one before text), and charts and scripts live with it. The shape here follows what it
//! does: one cursor over the characters, keys that recurse into maps and lists, and values read by kind.

use pintle_go::strconv::{quote, quote_rune};
use pintle_go::{Map, Type, Value, json};

use crate::gostd;

#[cfg(test)]
mod tests;

/// The largest list index that can be set.
pub const MAX_INDEX: i64 = 65_536;
/// How deep a name may be nested.
pub const MAX_NESTED_NAME_LEVEL: usize = 30;

/// An expression that does not parse; `Display` is the text of Helm's error.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Error(pub String);

/// Why reading stopped.
enum Stop {
    /// The end of the input (Go's `io.EOF`): an end, not an error, where the top level sees it.
    End,
    /// An error.
    Bad(String),
}

type Step<T> = Result<T, Stop>;

fn bad<T>(message: impl Into<String>) -> Step<T> {
    Err(Stop::Bad(message.into()))
}

/// Makes a value of the text after `=`.
type Reader<'a> = &'a dyn Fn(&str) -> Result<Value, String>;

/// How the text after `=` is read.
enum Kind<'a> {
    /// Typed, string or file values: lists in braces, commas between pairs, backslash escapes.
    Text(Reader<'a>),
    /// JSON values.
    Json,
    /// The whole rest, as it is.
    Literal,
}

/// Parses `--set` into a new map: whole numbers, booleans and null are typed.
///
/// # Errors
/// A malformed expression, as all functions here.
pub fn parse(s: &str) -> Result<Map, Error> {
    let m = Map::new();
    parse_into(s, &m)?;
    Ok(m)
}

/// As [`parse`], into a map that is there.
pub fn parse_into(s: &str, dest: &Map) -> Result<(), Error> {
    run(s, dest, Kind::Text(&|text| Ok(typed(text))))
}

/// Parses `--set-string`: every value a string.
pub fn parse_string(s: &str) -> Result<Map, Error> {
    let m = Map::new();
    parse_string_into(s, &m)?;
    Ok(m)
}

/// As [`parse_string`], into a map that is there.
pub fn parse_string_into(s: &str, dest: &Map) -> Result<(), Error> {
    run(s, dest, Kind::Text(&|text| Ok(Value::str(text))))
}

/// Parses `--set-json`: every value JSON.
pub fn parse_json(s: &str) -> Result<Map, Error> {
    let m = Map::new();
    parse_json_into(s, &m)?;
    Ok(m)
}

/// As [`parse_json`], into a map that is there.
pub fn parse_json_into(s: &str, dest: &Map) -> Result<(), Error> {
    run(s, dest, Kind::Json)
}

/// Parses `--set-file`: `reader` turns the text after `=` (a path) into the value.
pub fn parse_file(s: &str, reader: &dyn Fn(&str) -> Result<Value, String>) -> Result<Map, Error> {
    let m = Map::new();
    parse_file_into(s, &m, reader)?;
    Ok(m)
}

/// As [`parse_file`], into a map that is there.
pub fn parse_file_into(s: &str, dest: &Map, reader: &dyn Fn(&str) -> Result<Value, String>) -> Result<(), Error> {
    run(s, dest, Kind::Text(reader))
}

/// Parses `--set-literal`: everything after the first `=` is the value.
pub fn parse_literal(s: &str) -> Result<Map, Error> {
    let m = Map::new();
    parse_literal_into(s, &m)?;
    Ok(m)
}

/// As [`parse_literal`], into a map that is there.
pub fn parse_literal_into(s: &str, dest: &Map) -> Result<(), Error> {
    run(s, dest, Kind::Literal)
}

fn run(s: &str, dest: &Map, kind: Kind<'_>) -> Result<(), Error> {
    let mut parser = Parser { rest: s, kind };
    loop {
        match parser.key(dest, 0) {
            Ok(()) => {}
            Err(Stop::End) => return Ok(()),
            Err(Stop::Bad(m)) => return Err(Error(m)),
        }
    }
}

/// What `--set` makes of a text.
fn typed(text: &str) -> Value {
    let word = |w: &str| text.eq_ignore_ascii_case(w);
    if word("true") {
        return Value::Bool(true);
    }
    // Go folds the long s and the Kelvin sign too
    if word("false") || text.to_lowercase().replace('ſ', "s") == "false" {
        return Value::Bool(false);
    }
    if word("null") {
        return Value::Nil;
    }
    if text == "0" {
        return Value::Int64(0);
    }
    match go_int(text) {
        Some(n) if !text.starts_with('0') => Value::Int64(n),
        _ => Value::str(text),
    }
}

/// `strconv.ParseInt(s, 10, 64)`, which knows one sign and ASCII digits.
fn go_int(s: &str) -> Option<i64> {
    let digits = s.strip_prefix(['+', '-']).unwrap_or(s);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    s.parse().ok()
}

/// The words of Go's failed type assertion, which Helm shows.
fn conversion(v: &Value, want: &str) -> String {
    let got = match v {
        Value::Nil => "nil".into(),
        v => v.type_name(),
    };
    format!("unable to parse key: interface conversion: interface {{}} is {got}, not {want}")
}

struct Parser<'a> {
    rest: &'a str,
    kind: Kind<'a>,
}

/// The text before a stop character, and the character; `None` at the end of the input.
struct Token {
    text: String,
    last: Option<char>,
}

impl Parser<'_> {
    fn next(&mut self) -> Option<char> {
        let c = self.rest.chars().next()?;
        self.rest = &self.rest[c.len_utf8()..];
        Some(c)
    }

    /// Reads up to one of `stops`; a backslash takes the next character as it is, except in literals.
    fn until(&mut self, stops: &[char]) -> Token {
        let escapes = !matches!(self.kind, Kind::Literal);
        let mut text = String::new();
        while let Some(c) = self.next() {
            if stops.contains(&c) {
                return Token { text, last: Some(c) };
            }
            if c == '\\' && escapes {
                match self.next() {
                    Some(c) => text.push(c),
                    None => break,
                }
            } else {
                text.push(c);
            }
        }
        Token { text, last: None }
    }

    fn key(&mut self, data: &Map, level: usize) -> Step<()> {
        let stops: &[char] = if matches!(self.kind, Kind::Literal) { &['=', '[', '.'] } else { &['=', '[', ',', '.'] };
        let token = self.until(stops);
        let key = token.text;
        match token.last {
            None if key.is_empty() => Err(Stop::End),
            None => bad(format!("key {} has no value", quote(key.as_bytes()))),
            Some('[') => {
                let index = self.index()?;
                let list = match data.get(key.as_bytes()) {
                    None => Vec::new(),
                    Some(Value::List(l)) if l.ty() == Type::LIST => l.to_vec(),
                    Some(v) => return bad(conversion(&v, "[]interface {}")),
                };
                let (list, result) = self.list_item(list, index, level);
                set(data, &key, Value::list(list));
                result
            }
            Some('=') => self.value(data, &key),
            Some(',') => {
                set(data, &key, Value::str(""));
                bad(format!("key {} has no value (cannot end with ,)", quote(key.as_bytes())))
            }
            Some(_) => self.nested(data, &key, level),
        }
    }

    /// After a dot: a map below `data`.
    fn nested(&mut self, data: &Map, key: &str, level: usize) -> Step<()> {
        let level = level + 1;
        if level > MAX_NESTED_NAME_LEVEL {
            return bad(format!(
                "value name nested level is greater than maximum supported nested level of {MAX_NESTED_NAME_LEVEL}"
            ));
        }
        let inner = match data.get(key.as_bytes()) {
            None => Map::new(),
            Some(Value::Map(m)) if m.ty() == Type::MAP => m,
            Some(v) => return bad(conversion(&v, "map[string]interface {}")),
        };
        let result = self.key(&inner, level);
        if !inner.is_empty() {
            set(data, key, Value::Map(inner));
        } else if result.is_ok() {
            return bad(format!("key map {} has no value", quote(key.as_bytes())));
        }
        result
    }

    /// After `key=`.
    fn value(&mut self, data: &Map, key: &str) -> Step<()> {
        match self.kind {
            Kind::Json => {
                let v = self.json_value()?;
                set(data, key, v);
                Ok(())
            }
            Kind::Literal => {
                set(data, key, Value::str(std::mem::take(&mut self.rest)));
                Ok(())
            }
            Kind::Text(reader) => match self.list()? {
                Braces::End => {
                    set(data, key, Value::str(""));
                    Err(Stop::End)
                }
                Braces::List(items) => {
                    set(data, key, Value::list(items));
                    Ok(())
                }
                Braces::None => {
                    let text = self.until(&[',']).text;
                    let v = reader(&text);
                    set(data, key, v.as_ref().map_or(Value::Nil, Value::clone));
                    v.map(drop).map_err(Stop::Bad)
                }
            },
        }
    }

    fn json_value(&mut self) -> Step<Value> {
        if self.empty_value() {
            return Ok(Value::Nil);
        }
        let (v, used) =
            json::decode_prefix(self.rest.as_bytes(), json::Numbers::Float64).map_err(|e| Stop::Bad(e.error.0))?;
        self.rest = self.rest.get(used..).unwrap_or_default();
        self.empty_value();
        Ok(v)
    }

    /// Skips blanks and one comma; true when a comma or the end of the input came before anything else.
    fn empty_value(&mut self) -> bool {
        loop {
            let before = self.rest;
            match self.next() {
                None | Some(',') => return true,
                Some(c) if gostd::is_space(c) => {}
                Some(_) => {
                    self.rest = before;
                    return false;
                }
            }
        }
    }

    /// The number before `]`. The end of the input within it ends the whole expression without an error.
    fn index(&mut self) -> Step<i64> {
        let token = self.until(&[']']);
        if token.last.is_none() {
            return Err(Stop::End);
        }
        let text = &token.text;
        match go_int(text) {
            Some(i) => Ok(i),
            None => {
                let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
                let numeric = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
                let why = if numeric { "value out of range" } else { "invalid syntax" };
                bad(format!("error parsing index: strconv.Atoi: parsing {}: {why}", quote(text.as_bytes())))
            }
        }
    }

    /// After `[i]`: gives the list as it is then, changed or not.
    fn list_item(&mut self, mut list: Vec<Value>, i: i64, level: usize) -> (Vec<Value>, Step<()>) {
        if i < 0 {
            return (list, bad(format!("negative {i} index not allowed")));
        }
        let at = i as usize;
        let token = self.until(&['[', '.', '=']);
        if !token.text.is_empty() {
            let text = quote_runes(&token.text);
            return (list, bad(format!("unexpected data at end of array index: {text}")));
        }
        let value = match token.last {
            None => Err(Stop::End),
            Some('=') => self.item_value(),
            Some('[') => self.index().and_then(|next| {
                let inner = match list.get(at) {
                    None | Some(Value::Nil) => Vec::new(),
                    Some(Value::List(l)) if l.ty() == Type::LIST => l.to_vec(),
                    Some(v) => return bad(conversion(v, "[]interface {}")),
                };
                let (inner, result) = self.list_item(inner, next, level);
                result.map(|()| Value::list(inner))
            }),
            Some(_) => {
                let inner = match list.get_mut(at) {
                    None => Map::new(),
                    Some(Value::Map(m)) if m.ty() == Type::MAP => m.clone(),
                    // the list was filled out of order: begin anew
                    Some(other) => {
                        let m = Map::new();
                        *other = Value::Map(m.clone());
                        m
                    }
                };
                self.key(&inner, level).map(|()| Value::Map(inner))
            }
        };
        let result = value.and_then(|v| set_index(&mut list, i, v));
        (list, result)
    }

    /// After `[i]=`.
    fn item_value(&mut self) -> Step<Value> {
        match self.kind {
            Kind::Json => self.json_value(),
            Kind::Literal => Ok(Value::str(std::mem::take(&mut self.rest))),
            Kind::Text(reader) => match self.list()? {
                Braces::End => Ok(Value::str("")),
                Braces::List(items) => Ok(Value::list(items)),
                Braces::None => {
                    let text = self.until(&[',']).text;
                    reader(&text).map_err(Stop::Bad)
                }
            },
        }
    }

    /// A list in braces, if one begins here.
    fn list(&mut self) -> Step<Braces> {
        let Kind::Text(reader) = self.kind else { return Ok(Braces::None) };
        match self.rest.chars().next() {
            None => return Ok(Braces::End),
            Some('{') => self.next(),
            Some(_) => return Ok(Braces::None),
        };
        let mut items = Vec::new();
        loop {
            let token = self.until(&[',', '}']);
            match token.last {
                None => return bad("list must terminate with '}'"),
                Some(last) => {
                    if last == '}' && self.rest.starts_with(',') {
                        self.next();
                    }
                    items.push(reader(&token.text).map_err(Stop::Bad)?);
                    if last == '}' {
                        return Ok(Braces::List(items));
                    }
                }
            }
        }
    }
}

enum Braces {
    /// The input ends here.
    End,
    /// No brace: a plain value.
    None,
    /// The items.
    List(Vec<Value>),
}

/// `%q` of Go's `[]rune`: `['a' 'b']`.
fn quote_runes(text: &str) -> String {
    let runes: Vec<String> = text.chars().map(|c| quote_rune(c.into())).collect();
    format!("[{}]", runes.join(" "))
}

/// Sets a key, unless it is empty.
fn set(data: &Map, key: &str, v: Value) {
    if !key.is_empty() {
        data.set(key, v);
    }
}

fn set_index(list: &mut Vec<Value>, i: i64, v: Value) -> Step<()> {
    if i > MAX_INDEX {
        return bad(format!("index of {i} is greater than maximum supported index of {MAX_INDEX}"));
    }
    let at = i as usize;
    if list.len() <= at {
        list.resize(at + 1, Value::Nil);
    }
    list[at] = v;
    Ok(())
}
