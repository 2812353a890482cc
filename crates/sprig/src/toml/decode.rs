//! The reader: one pass over the text, failing where BurntSushi's lexer or parser does and in its words.

mod scalar;

use std::cell::RefCell;
use std::collections::{BTreeMap, HashSet};
use std::rc::Rc;

use pintle_go::{GoStr, List, Map, Type, Value, strconv};

use self::scalar::string_node;
use super::push_key;
use crate::runes;

/// Arrays and tables nested deeper than this are refused.
const MAX_DEPTH: usize = 500;

/// Reads a document. The error is the whole text of Go's.
pub(super) fn decode(text: &[u8]) -> Result<Map, String> {
    let text = match text {
        [0xff, 0xfe, tail @ ..] | [0xfe, 0xff, tail @ ..] | [0xef, 0xbb, 0xbf, tail @ ..] => tail,
        text => text,
    };
    if text.iter().take(6).any(|b| *b == 0) {
        return Err(
            "toml: line 1: files cannot contain NULL bytes; probably using UTF-16; TOML files must be UTF-8".into()
        );
    }
    let mut p = Parser {
        text,
        pos: 0,
        line: 1,
        item_line: 1,
        context: Vec::new(),
        current: None,
        root: Table::default(),
        implicits: HashSet::new(),
        arrays: HashSet::new(),
        depth: 0,
    };
    p.document()?;
    Ok(to_map(&p.root))
}

type Table = Rc<RefCell<BTreeMap<GoStr, Node>>>;
type Result<T, E = String> = std::result::Result<T, E>;

#[derive(Clone)]
enum Node {
    Value(Value),
    Table(Table),
    /// `[[name]]`
    Tables(Vec<Table>),
    Array(Vec<Node>),
}

fn to_map(t: &Table) -> Map {
    Map::from_pairs(t.borrow().iter().map(|(k, n)| (k.clone(), to_value(n))).collect())
}

fn to_value(n: &Node) -> Value {
    match n {
        Node::Value(v) => v.clone(),
        Node::Table(t) => Value::Map(to_map(t)),
        Node::Tables(ts) => Value::List(List::typed(Type::MAP, ts.iter().map(|t| Value::Map(to_map(t))).collect())),
        Node::Array(items) => Value::list(items.iter().map(to_value).collect()),
    }
}

struct Parser<'a> {
    text: &'a [u8],
    pos: usize,
    line: usize,
    /// Line of the last key, which semantic errors name.
    item_line: usize,
    context: Vec<GoStr>,
    current: Option<GoStr>,
    root: Table,
    /// Tables that only stand because a longer name passed through them.
    implicits: HashSet<Vec<GoStr>>,
    /// Names whose value is an array in brackets.
    arrays: HashSet<Vec<GoStr>>,
    depth: usize,
}

fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t')
}
fn is_newline(c: char) -> bool {
    matches!(c, '\n' | '\r')
}
fn is_bare(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-')
}

/// `%q` of a rune; 0 for the end.
fn quote_rune(c: Option<char>) -> String {
    strconv::quote_rune(c.map_or(0, u32::from))
}

fn rune_or_eof(c: Option<char>) -> String {
    c.map_or_else(|| "end of file".into(), |c| format!("'{c}'"))
}

fn dotted(key: &[GoStr]) -> String {
    let mut out = Vec::new();
    for (i, part) in key.iter().enumerate() {
        if i > 0 {
            out.push(b'.');
        }
        push_key(&mut out, part);
    }
    String::from_utf8_lossy(&out).into_owned()
}

impl Parser<'_> {
    // errors

    fn error_at(&self, line: usize, message: impl AsRef<str>) -> String {
        let message = message.as_ref();
        let last = match (&self.current, self.context.as_slice()) {
            (Some(c), []) if !c.is_empty() => c.to_string(),
            (Some(c), context) if !c.is_empty() => format!("{}.{c}", dotted(context)),
            (_, context) => dotted(context),
        };
        if last.is_empty() {
            format!("toml: line {line}: {message}")
        } else {
            format!("toml: line {line} (last key {}): {message}", strconv::quote(last.as_bytes()))
        }
    }

    /// The lexer's `errorf`, where it may have run into the end.
    fn error(&self, got: Option<char>, message: impl AsRef<str>) -> String {
        let back = got.is_none() && self.pos >= 1 && self.text.get(self.pos - 1) == Some(&b'\n');
        self.error_at(self.line - usize::from(back), message)
    }

    /// An error of the current line, nothing past it read.
    fn error_here(&self, message: impl AsRef<str>) -> String {
        self.error_at(self.line, message)
    }

    /// The lexer's `errorPrevLine`.
    fn error_previous(&self, message: impl AsRef<str>) -> String {
        self.error_at(self.line.saturating_sub(1), message)
    }

    fn error_item(&self, message: impl AsRef<str>) -> String {
        self.error_at(self.item_line, message)
    }

    // characters

    fn peek(&self) -> Result<Option<char>> {
        let rest = self.text.get(self.pos..).unwrap_or_default();
        let Some((c, width)) = runes::decode(rest) else { return Ok(None) };
        if c == runes::RUNE_ERROR && width == 1 {
            let byte = rest.first().copied().unwrap_or_default();
            return Err(self.error_here(format!("invalid UTF-8 byte: 0x{byte:02x}")));
        }
        let control = matches!(c, '\0'..='\x1f' | '\x7f') && !matches!(c, '\t' | '\n' | '\r');
        if control || (c == '\r' && rest.get(1) != Some(&b'\n')) {
            let code = c as u32;
            return Err(self.error_here(format!("TOML files cannot contain control characters: '0x{code:02x}'")));
        }
        Ok(Some(c))
    }

    fn next(&mut self) -> Result<Option<char>> {
        let c = self.peek()?;
        if let Some(c) = c {
            self.pos += c.len_utf8();
            self.line += usize::from(c == '\n');
        }
        Ok(c)
    }

    fn accept(&mut self, wanted: char) -> Result<bool> {
        let hit = self.peek()? == Some(wanted);
        if hit {
            self.next()?;
        }
        Ok(hit)
    }

    fn skip(&mut self, class: impl Fn(char) -> bool) -> Result<()> {
        while self.peek()?.is_some_and(&class) {
            self.next()?;
        }
        Ok(())
    }

    fn slice(&self, from: usize) -> &[u8] {
        self.text.get(from..self.pos).unwrap_or_default()
    }

    fn slice_text(&self, from: usize) -> String {
        String::from_utf8_lossy(self.slice(from)).into_owned()
    }

    /// From `#`, which has been read, up to the end of the line.
    fn comment(&mut self) -> Result<()> {
        self.skip(|c| !is_newline(c))
    }

    // structure

    fn document(&mut self) -> Result<()> {
        loop {
            self.skip(|c| is_blank(c) || is_newline(c))?;
            match self.peek()? {
                None => return Ok(()),
                Some('#') => {
                    self.comment()?;
                    continue;
                }
                Some('[') => {
                    self.next()?;
                    self.heading()?;
                }
                Some(_) => self.pair(None)?,
            }
            self.end_of_item()?;
        }
    }

    fn end_of_item(&mut self) -> Result<()> {
        self.skip(is_blank)?;
        match self.next()? {
            None | Some('\n' | '\r') => Ok(()),
            Some('#') => self.comment(),
            c => {
                let c = quote_rune(c);
                Err(self.error_here(format!(
                    "expected a top-level item to end with a newline, comment, or EOF, but got {c} instead"
                )))
            }
        }
    }

    /// `[a.b]` or `[[a.b]]`, after the first bracket.
    fn heading(&mut self) -> Result<()> {
        let array = self.accept('[')?;
        let mut key = Vec::new();
        loop {
            self.skip(is_blank)?;
            match self.peek()? {
                None | Some(']') => {
                    return Err(self.error_here("unexpected end of table name (table names cannot be empty)"));
                }
                Some('.') => return Err(self.error_here("unexpected table separator (table names cannot be empty)")),
                Some(_) => key.push(self.key_part(key.is_empty())?),
            }
            self.skip(is_blank)?;
            match self.next()? {
                Some('.') => {}
                Some(']') => break,
                c => {
                    let shown = quote_rune(c);
                    return Err(
                        self.error(c, format!("expected '.' or ']' to end table name, but got {shown} instead"))
                    );
                }
            }
        }
        if array {
            match self.next()? {
                Some(']') => {}
                c => {
                    let shown = quote_rune(c);
                    let message = format!("expected end of table array name delimiter ']', but got {shown} instead");
                    return Err(self.error(c, message));
                }
            }
        }
        self.add_context(&key, array)
    }

    /// One part of a name: bare or quoted. The line of the first part is what errors about the key name.
    fn key_part(&mut self, first: bool) -> Result<GoStr> {
        let line = self.line;
        let part = match self.peek()? {
            Some('"') => {
                self.next()?;
                self.basic_string()?
            }
            Some('\'') => {
                self.next()?;
                self.raw_string()?
            }
            _ => {
                let start = self.pos;
                self.skip(is_bare)?;
                self.slice(start).into()
            }
        };
        if first {
            self.item_line = line;
        }
        Ok(part)
    }

    /// `a.b = value`; `inline` is the table that an inline pair also goes into.
    fn pair(&mut self, inline: Option<&Table>) -> Result<()> {
        self.skip(is_blank)?;
        match self.peek()? {
            None | Some('=') => return Err(self.error_here("unexpected '=': key name appears blank")),
            Some('.') => return Err(self.error_here("unexpected '.': keys cannot start with a '.'")),
            Some(_) => {}
        }
        let outer = self.context.clone();
        let mut key = Vec::new();
        loop {
            self.skip(is_blank)?;
            match self.peek()? {
                None | Some('=') => return Err(self.error_here("unexpected '='")),
                Some('.') => return Err(self.error_here("unexpected '.'")),
                Some(_) => key.push(self.key_part(key.is_empty())?),
            }
            self.skip(is_blank)?;
            match self.next()? {
                Some('.') => {}
                Some('=') => break,
                None => return Err(self.error(None, "unexpected EOF; expected key separator '='")),
                Some('\n') => return Err(self.error_previous("expected '.' or '=', but got '\\n' instead")),
                c => return Err(self.error_here(format!("expected '.' or '=', but got {} instead", quote_rune(c)))),
            }
        }
        let Some(last) = key.pop() else { return Ok(()) };
        self.current = Some(last.clone());
        for part in &key {
            let mut full = self.context.clone();
            full.push(part.clone());
            self.implicits.insert(full.clone());
            self.add_context(&full, false)?;
        }
        let value = self.value(false)?;
        self.set_value(&last, value.clone())?;
        if let Some(top) = inline {
            let mut table = top.clone();
            for part in &key {
                let next = match table.borrow_mut().entry(part.clone()).or_insert_with(|| Node::Table(Table::default()))
                {
                    Node::Table(t) => t.clone(),
                    _ => {
                        let shown = strconv::quote(dotted(&self.context).as_bytes());
                        return Err(self.error_item(format!("{shown} is not a table")));
                    }
                };
                table = next;
            }
            table.borrow_mut().insert(last, value);
        }
        self.context = outer;
        if inline.is_none() {
            self.current = None; // errors between inline pairs still name the last key
        }
        Ok(())
    }

    // values

    fn value(&mut self, in_array: bool) -> Result<Node> {
        self.skip(is_blank)?;
        let start = self.pos;
        let c = self.next()?;
        match c {
            Some('0'..='9') => {
                self.pos = start;
                return self.number_or_date();
            }
            Some('[') => return self.array(),
            Some('{') => return self.inline_table(in_array),
            Some('"') => {
                if self.text.get(self.pos..).is_some_and(|r| r.starts_with(b"\"\"")) {
                    self.pos += 2;
                    return self.multiline_string().map(string_node);
                }
                return self.basic_string().map(string_node);
            }
            Some('\'') => {
                if self.text.get(self.pos..).is_some_and(|r| r.starts_with(b"''")) {
                    self.pos += 2;
                    return self.multiline_raw_string().map(string_node);
                }
                return self.raw_string().map(string_node);
            }
            Some('.') => return Err(self.error_here("floats must start with a digit, not '.'")),
            Some('i' | 'n') => {
                if (self.accept('n')? && self.accept('f')?) || (self.accept('a')? && self.accept('n')?) {
                    return self.float(start);
                }
                self.pos -= 1; // one character back, as Go's lexer: `int` is reported as "nt"
                return self.boolean();
            }
            Some('-' | '+') => return self.signed_number(start),
            Some(c) if c.is_alphabetic() => {
                self.pos = start;
                return self.boolean();
            }
            _ => {}
        }
        Err(match c {
            None => self.error(None, "unexpected EOF; expected value"),
            Some('\n') => self.error_previous("expected value but found '\\n' instead"),
            c => self.error_here(format!("expected value but found {} instead", quote_rune(c))),
        })
    }

    fn boolean(&mut self) -> Result<Node> {
        let start = self.pos;
        self.skip(char::is_alphabetic)?;
        match self.slice(start) {
            b"true" => Ok(Node::Value(true.into())),
            b"false" => Ok(Node::Value(false.into())),
            word => Err(self.error_here(format!("expected value but found {} instead", strconv::quote(word)))),
        }
    }

    fn nested(&mut self) -> Result<()> {
        self.depth += 1;
        if self.depth > MAX_DEPTH { Err(self.error_here("exceeded max depth")) } else { Ok(()) }
    }

    fn array(&mut self) -> Result<Node> {
        self.nested()?;
        self.arrays.insert(self.full_key(self.current.as_ref()));
        let mut items = Vec::new();
        loop {
            self.skip(|c| is_blank(c) || is_newline(c))?;
            match self.peek()? {
                Some('#') => self.comment()?,
                Some(',') => {
                    self.next()?;
                    return Err(self.error_here("unexpected comma"));
                }
                Some(']') => break,
                _ => {
                    items.push(self.value(true)?);
                    if self.array_separator()? {
                        self.depth -= 1;
                        return Ok(Node::Array(items));
                    }
                }
            }
        }
        self.next()?;
        self.depth -= 1;
        Ok(Node::Array(items))
    }

    /// After an item: true at the array's end.
    fn array_separator(&mut self) -> Result<bool> {
        loop {
            self.skip(|c| is_blank(c) || is_newline(c))?;
            match self.next()? {
                Some('#') => self.comment()?,
                Some(',') => return Ok(false),
                Some(']') => return Ok(true),
                c => {
                    let got = rune_or_eof(c);
                    let message = format!("expected a comma (',') or array terminator (']'), but got {got}");
                    return Err(self.error(c, message));
                }
            }
        }
    }

    fn inline_table(&mut self, in_array: bool) -> Result<Node> {
        self.nested()?;
        let top = Table::default();
        let (outer_context, outer_key) = (self.context.clone(), self.current.clone());
        self.context.push(self.current.take().unwrap_or_default());
        let full = self.context.clone();
        self.implicits.insert(full.clone());
        self.add_context(&full, in_array)?;
        'table: loop {
            self.skip(|c| is_blank(c) || is_newline(c))?;
            match self.peek()? {
                Some('#') => {
                    self.comment()?;
                    continue;
                }
                Some(',') => {
                    self.next()?;
                    return Err(self.error_here("unexpected comma"));
                }
                Some('}') => {
                    self.next()?;
                    break;
                }
                _ => self.pair(Some(&top))?,
            }
            loop {
                self.skip(|c| is_blank(c) || is_newline(c))?;
                match self.next()? {
                    Some('#') => self.comment()?,
                    Some(',') => {
                        self.skip(is_blank)?;
                        if self.peek()? == Some('}') {
                            continue;
                        }
                        break;
                    }
                    Some('}') => break 'table,
                    c => {
                        let got = rune_or_eof(c);
                        let message =
                            format!("expected a comma or an inline table terminator '}}', but got {got} instead");
                        return Err(self.error(c, message));
                    }
                }
            }
        }
        self.context = outer_context;
        self.current = outer_key;
        self.depth -= 1;
        Ok(Node::Table(top))
    }

    // tables

    fn full_key(&self, last: Option<&GoStr>) -> Vec<GoStr> {
        let mut key = self.context.clone();
        key.extend(last.filter(|k| !k.is_empty()).cloned());
        key
    }

    fn add_context(&mut self, key: &[GoStr], array: bool) -> Result<()> {
        let Some((last, parents)) = key.split_last() else { return Ok(()) };
        if key.len() > MAX_DEPTH {
            return Err(self.error_item("exceeded max depth"));
        }
        let mut table = self.root.clone();
        let mut walked = Vec::new();
        for part in parents {
            walked.push(part.clone());
            let missing = !table.borrow().contains_key(part);
            if missing {
                self.implicits.insert(walked.clone());
                table.borrow_mut().insert(part.clone(), Node::Table(Table::default()));
            }
            let next = child_table(&table, part);
            table = next
                .ok_or_else(|| self.error_item(format!("Key '{}' was already created as a hash.", dotted(&walked))))?;
        }
        self.context = walked;
        if array {
            let added = match table.borrow_mut().entry(last.clone()).or_insert_with(|| Node::Tables(Vec::new())) {
                Node::Tables(list) => {
                    list.push(Table::default());
                    true
                }
                _ => false,
            };
            if !added {
                let key = dotted(key);
                return Err(self.error_item(format!("Key '{key}' was already created and cannot be used as an array.")));
            }
        } else {
            self.set_value(last, Node::Table(Table::default()))?;
        }
        self.context.push(last.clone());
        Ok(())
    }

    fn set_value(&mut self, key: &GoStr, value: Node) -> Result<()> {
        let mut table = self.root.clone();
        let mut full = Vec::new();
        for part in &self.context {
            full.push(part.clone());
            let next = child_table(&table, part);
            table =
                next.ok_or_else(|| self.error_item(format!("Key '{}' has already been defined.", dotted(&full))))?;
        }
        full.push(key.clone());
        if table.borrow().contains_key(key) {
            let implicit = self.implicits.remove(&full);
            if !implicit {
                return Err(self.error_item(format!("Key '{}' has already been defined.", dotted(&full))));
            }
            if !self.arrays.contains(&full) {
                return Ok(());
            }
        }
        table.borrow_mut().insert(key.clone(), value);
        Ok(())
    }
}

fn child_table(table: &Table, key: &GoStr) -> Option<Table> {
    match table.borrow().get(key)? {
        Node::Table(t) => Some(t.clone()),
        Node::Tables(list) => list.last().cloned(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        match decode(text.as_bytes()) {
            Ok(m) => format!("{:?}", Value::Map(m)),
            Err(e) => e,
        }
    }

    #[test]
    fn values_and_tables() {
        assert_eq!(
            shown("a = 0x10\nb.c = 1_000\n[t]\nd = [1, 'x', {y = true}] # c\n[[l]]\nz=1.5\n[[l]]\n"),
            r#"{"a": int64(16), "b": {"c": int64(1000)}, "l": [{"z": float64(1.5)}, {}], "t": {"d": [int64(1), "x", {"y": true}]}}"#
        );
        assert_eq!(shown("a = \"\"\"\nx\\\n  y\"\"\"\""), r#"{"a": "xy\""}"#);
    }

    #[test]
    fn errors() {
        for (text, want) in [
            ("abc", "toml: line 1: unexpected EOF; expected key separator '='"),
            ("a =", "toml: line 1 (last key \"a\"): unexpected EOF; expected value"),
            ("a = 1\na = 2", "toml: line 2 (last key \"a\"): Key 'a' has already been defined."),
            ("[t]\na = nope", "toml: line 2 (last key \"t.a\"): expected value but found \"nope\" instead"),
            ("a = 012", "toml: line 1 (last key \"a\"): Invalid integer \"012\": cannot have leading zeroes"),
        ] {
            // some words need strconv::quote
            assert_eq!(shown(text), want, "{text}");
        }
    }
}
