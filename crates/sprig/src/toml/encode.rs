//! The writer.

use std::borrow::Cow;

use pintle_go::{GoStr, Kind, Num, Value, strconv};

use super::{push_key, push_quoted};

/// What goes wrong: an error that `toToml` prints, or a Go panic that fails the template.
#[derive(Debug)]
pub(super) enum Error {
    Toml(String),
    Panic(String),
}

const NIL_ELEMENT: &str = "toml: cannot encode array with nil element";
const NO_KEY: &str = "toml: top-level values must be Go maps or structs";

/// Nesting beyond this is taken for circular, which kills Helm.
const MAX_DEPTH: usize = 2_000;

type Result<T = ()> = std::result::Result<T, Error>;

pub(super) fn encode(v: &Value) -> Result<Vec<u8>> {
    if v.is_nil() {
        return Err(Error::Panic("reflect: call of reflect.Value.Type on zero Value".into()));
    }
    let mut w = Writer { out: Vec::new(), key: Vec::new(), depth: 0 };
    w.encode(v)?;
    Ok(w.out)
}

/// A value as the writer sees it, objects taken apart.
enum Shape<'a> {
    Nil,
    /// A scalar, as it is written.
    Text(Vec<u8>),
    List(&'a [Value], bool),
    Table(Cow<'a, [(GoStr, Value)]>),
    Unsupported(Kind),
}

fn shape(v: &Value) -> Shape<'_> {
    let text = |s: String| Shape::Text(s.into_bytes());
    match v {
        Value::Nil => Shape::Nil,
        Value::Bool(b) => text(b.to_string()),
        Value::Int(n) | Value::Int64(n) => text(n.to_string()),
        Value::Float(f) => text(float(*f)),
        Value::Num(Num::F32(f)) => text(float(f64::from(*f))),
        Value::Num(n) => text(n.as_i128().to_string()),
        Value::Str(s) => quoted(s),
        Value::List(l) => Shape::List(l, l.is_nil()),
        Value::Map(m) if m.is_nil() => Shape::Nil,
        Value::Map(m) => Shape::Table(Cow::Owned(m.entries())),
        Value::Complex(..) => Shape::Unsupported(Kind::Complex128),
        Value::Func(_) => Shape::Unsupported(Kind::Func),
        Value::Obj(o) => match (&*o.ty().name(), o.to_json()) {
            // a time is written bare; its JSON form is the same text in quotes
            ("time.Time", Some(Value::Str(s))) => Shape::Text(s.to_vec()),
            // a TextMarshaler
            (_, Some(Value::Str(s))) => quoted(&s),
            (_, Some(Value::Map(m))) if o.underlying().is_some() => Shape::Table(Cow::Owned(m.entries())),
            _ => {
                let fields = o.fields().into_iter().filter(|(name, _)| name.starts_with(|c: char| c.is_uppercase()));
                Shape::Table(Cow::Owned(fields.map(|(name, v)| (GoStr::from(name), v)).collect()))
            }
        },
    }
}

fn quoted<'a>(s: &[u8]) -> Shape<'a> {
    let mut out = Vec::with_capacity(s.len() + 2);
    push_quoted(&mut out, s);
    Shape::Text(out)
}

/// A float has a point or an exponent.
fn float(f: f64) -> String {
    if f.is_nan() {
        return if f.is_sign_negative() { "-nan".into() } else { "nan".into() };
    }
    if f.is_infinite() {
        return if f > 0.0 { "inf".into() } else { "-inf".into() };
    }
    let mut s = strconv::format_float(f, b'g', -1);
    if !s.contains(['e', '.']) {
        s.push_str(".0");
    }
    s
}

/// What decides between `k = v`, `[k]` and `[[k]]`.
#[derive(PartialEq, Clone, Copy)]
enum Class {
    Nil,
    Plain,
    Table,
    Tables,
}

struct Writer {
    out: Vec<u8>,
    key: Vec<GoStr>,
    depth: usize,
}

impl Writer {
    fn class(&self, v: &Value, depth: usize) -> Result<Class> {
        if depth > MAX_DEPTH {
            return Err(Error::Panic("exceeded max depth".into()));
        }
        Ok(match shape(v) {
            Shape::Nil => Class::Nil,
            Shape::Text(_) => Class::Plain,
            Shape::Table(_) => Class::Table,
            Shape::Unsupported(kind) => return Err(Error::Toml(format!("unsupported type: {}", kind.name()))),
            Shape::List(_, true) => Class::Nil,
            Shape::List([], false) => Class::Plain,
            Shape::List(items, false) => {
                let mut all_tables = true;
                for item in items {
                    match self.class(item, depth + 1)? {
                        Class::Nil => return Err(Error::Toml(NIL_ELEMENT.into())),
                        c => all_tables &= c == Class::Table,
                    }
                }
                if all_tables { Class::Tables } else { Class::Plain }
            }
        })
    }

    fn newline(&mut self) {
        if !self.out.is_empty() {
            self.out.push(b'\n');
        }
    }

    fn indent(&mut self) {
        let n = self.key.len().saturating_sub(1);
        self.out.extend(std::iter::repeat_n(b' ', 2 * n));
    }

    fn full_key(&mut self) {
        for (i, part) in self.key.iter().enumerate() {
            if i > 0 {
                self.out.push(b'.');
            }
            push_key(&mut self.out, part);
        }
    }

    fn encode(&mut self, v: &Value) -> Result {
        match shape(v) {
            Shape::Nil => Ok(()),
            Shape::Text(_) => self.key_value(v),
            Shape::Table(pairs) => self.table(&pairs),
            Shape::List(items, _) => match self.class(v, 0)? {
                Class::Tables => self.array_of_tables(items),
                _ => self.key_value(v),
            },
            Shape::Unsupported(kind) => {
                let mut key = Writer { out: Vec::new(), key: self.key.clone(), depth: 0 };
                key.full_key();
                let key = String::from_utf8_lossy(&key.out).into_owned();
                Err(Error::Toml(format!("unsupported type for key '{key}': {}", kind.name())))
            }
        }
    }

    fn array_of_tables(&mut self, items: &[Value]) -> Result {
        if self.key.is_empty() {
            return Err(Error::Toml(NO_KEY.into()));
        }
        for item in items {
            let Shape::Table(pairs) = shape(item) else { continue };
            self.newline();
            self.indent();
            self.out.extend_from_slice(b"[[");
            self.full_key();
            self.out.extend_from_slice(b"]]");
            self.newline();
            self.pairs(&pairs)?;
        }
        Ok(())
    }

    fn table(&mut self, pairs: &[(GoStr, Value)]) -> Result {
        if self.key.len() == 1 {
            self.newline();
        }
        if !self.key.is_empty() {
            self.indent();
            self.out.push(b'[');
            self.full_key();
            self.out.push(b']');
            self.newline();
        }
        self.pairs(pairs)
    }

    /// Plain keys first: after a sub-table's heading they would belong to that.
    fn pairs(&mut self, pairs: &[(GoStr, Value)]) -> Result {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(Error::Panic("exceeded max depth".into()));
        }
        let (plain, tables) = self.split(pairs)?;
        for (key, v) in plain.into_iter().chain(tables) {
            self.key.push(key.clone());
            self.encode(v)?;
            self.key.pop();
        }
        self.depth -= 1;
        Ok(())
    }

    #[allow(clippy::type_complexity)] // two halves of one list
    fn split<'a>(&self, pairs: &'a [(GoStr, Value)]) -> Result<(Vec<&'a (GoStr, Value)>, Vec<&'a (GoStr, Value)>)> {
        let (mut plain, mut tables) = (Vec::new(), Vec::new());
        for pair in pairs {
            match self.class(&pair.1, 0)? {
                Class::Table | Class::Tables => tables.push(pair),
                Class::Nil | Class::Plain => plain.push(pair),
            }
        }
        Ok((plain, tables))
    }

    fn key_value(&mut self, v: &Value) -> Result {
        let Some(last) = self.key.last().cloned() else { return self.element(v) };
        self.indent();
        push_key(&mut self.out, &last);
        self.out.extend_from_slice(b" = ");
        self.element(v)?;
        self.newline();
        Ok(())
    }

    fn element(&mut self, v: &Value) -> Result {
        match shape(v) {
            Shape::Text(t) => self.out.extend_from_slice(&t),
            Shape::List(items, _) => {
                self.out.push(b'[');
                for (i, item) in items.iter().enumerate() {
                    if i > 0 {
                        self.out.extend_from_slice(b", ");
                    }
                    self.element(item)?;
                }
                self.out.push(b']');
            }
            Shape::Table(pairs) => self.inline_table(&pairs)?,
            Shape::Nil => {
                return Err(Error::Panic("reflect: call of reflect.Value.Interface on zero Value".into()));
            }
            Shape::Unsupported(kind) => return Err(Error::Toml(format!("unexpected type: {}", kind.name()))),
        }
        Ok(())
    }

    fn inline_table(&mut self, pairs: &[(GoStr, Value)]) -> Result {
        let (plain, tables) = self.split(pairs)?;
        self.out.push(b'{');
        // a nil takes no room, but the comma before it stays
        for (group, more) in [(&plain, !tables.is_empty()), (&tables, false)] {
            for (i, (key, v)) in group.iter().map(|p| (&p.0, &p.1)).enumerate() {
                if matches!(shape(v), Shape::Nil | Shape::List(_, true)) {
                    continue;
                }
                push_key(&mut self.out, key);
                self.out.extend_from_slice(b" = ");
                self.element(v)?;
                if more || i + 1 != group.len() {
                    self.out.extend_from_slice(b", ");
                }
            }
        }
        self.out.push(b'}');
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pintle_go::Map;

    fn map(pairs: Vec<(&str, Value)>) -> Value {
        Value::Map(Map::from_pairs(pairs.into_iter().map(|(k, v)| (GoStr::from(k), v)).collect()))
    }

    fn toml(v: Value) -> String {
        match encode(&v) {
            Ok(out) => String::from_utf8(out).unwrap(),
            Err(Error::Toml(e) | Error::Panic(e)) => e,
        }
    }

    #[test]
    fn tables_after_keys() {
        let inner = map(vec![("x", Value::Int(1)), ("a b", "q\"".into())]);
        let v =
            map(vec![("a", map(vec![("b", inner.clone())])), ("l", Value::list(vec![inner])), ("z", Value::Int(1))]);
        let want =
            "z = 1\n\n[a]\n  [a.b]\n    \"a b\" = \"q\\\"\"\n    x = 1\n\n[[l]]\n  \"a b\" = \"q\\\"\"\n  x = 1\n";
        assert_eq!(toml(v), want);
    }

    #[test]
    fn mixed_lists_and_errors() {
        let v = map(vec![("a", Value::list(vec![Value::Int(1), map(vec![("b", Value::Int(2))])]))]);
        assert_eq!(toml(v), "a = [1, {b = 2}]\n");
        assert_eq!(toml(Value::list(vec![Value::Nil])), NIL_ELEMENT);
        assert_eq!(toml(Value::list(vec![map(vec![])])), NO_KEY);
    }
}
