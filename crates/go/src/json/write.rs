//! Go's encoder: `json.Marshal` and `json.Indent`.

use super::JsonError;
use crate::{List, MOST_TEXT, Map, Num, Object, Type, Value, strconv, utf8};

/// Beyond this depth Go looks for cycles.
const CYCLES_AFTER: usize = 1000;

/// `json.Marshal` (`escape_html` as Go's default true): sorted keys, Go's float form, `null` for nil slices and maps.
pub fn encode(v: &Value, escape_html: bool) -> Result<Vec<u8>, JsonError> {
    let mut out = Vec::with_capacity(64);
    append(&mut out, v, escape_html)?;
    Ok(out)
}

/// `json.MarshalIndent(v, prefix, indent)`.
pub fn encode_indent(v: &Value, prefix: &str, step: &str, escape_html: bool) -> Result<Vec<u8>, JsonError> {
    Ok(indent(&encode(v, escape_html)?, prefix, step))
}

/// As [`encode`], at the end of what is there.
pub fn append(out: &mut Vec<u8>, v: &Value, escape_html: bool) -> Result<(), JsonError> {
    Encoder { out, html: escape_html, depth: 0, seen: Vec::new() }.value(v)
}

struct Encoder<'a> {
    out: &'a mut Vec<u8>,
    html: bool,
    depth: usize,
    /// The maps and lists around the value, from depth [`CYCLES_AFTER`] on.
    seen: Vec<Value>,
}

impl Encoder<'_> {
    fn value(&mut self, v: &Value) -> Result<(), JsonError> {
        match v {
            Value::List(l) if !l.is_nil() && l.ty() != Type::BYTES => self.list(v, l),
            Value::Map(m) if !m.is_nil() => self.map(v, m),
            Value::Obj(o) => self.object(o.as_ref()),
            v => self.scalar(v),
        }
    }

    /// What holds no other values. Apart from [`Encoder::value`], so that nesting costs little stack.
    #[inline(never)]
    fn scalar(&mut self, v: &Value) -> Result<(), JsonError> {
        match v {
            Value::Bool(true) => self.out.extend_from_slice(b"true"),
            Value::Bool(false) => self.out.extend_from_slice(b"false"),
            Value::Int(i) | Value::Int64(i) => strconv::append_int(self.out, *i),
            Value::Float(f) => return float(self.out, *f, None),
            Value::Num(Num::F32(f)) => return float(self.out, f64::from(*f), Some(*f)),
            Value::Num(n) => self.out.extend_from_slice(n.as_i128().to_string().as_bytes()),
            Value::Str(s) => append_string(self.out, s, self.html),
            Value::List(l) if !l.is_nil() => base64(self.out, l),
            Value::Complex(..) | Value::Func(_) => {
                return Err(JsonError(format!("json: unsupported type: {}", v.type_name())));
            }
            Value::Nil | Value::List(_) | Value::Map(_) | Value::Obj(_) => self.out.extend_from_slice(b"null"),
        }
        Ok(())
    }

    #[inline(never)]
    fn object(&mut self, o: &dyn Object) -> Result<(), JsonError> {
        if let Some(json) = o.to_json().or_else(|| o.underlying()) {
            return self.value(&json);
        }
        self.out.push(b'{');
        for (i, (name, field)) in o.fields().iter().enumerate() {
            if i > 0 {
                self.out.push(b',');
            }
            append_string(self.out, name.as_bytes(), self.html);
            self.out.push(b':');
            self.value(field)?;
        }
        self.out.push(b'}');
        Ok(())
    }

    /// Goes one level down; a map or list inside itself is an error.
    fn enter(&mut self, v: &Value) -> Result<(), JsonError> {
        self.depth += 1;
        if self.out.len() > MOST_TEXT {
            return Err(JsonError(format!("json: text grew over {MOST_TEXT} bytes")));
        }
        if self.depth > CYCLES_AFTER { self.watch(v) } else { Ok(()) }
    }

    fn leave(&mut self) {
        if self.depth > CYCLES_AFTER {
            self.seen.pop();
        }
        self.depth -= 1;
    }

    #[inline(never)]
    fn watch(&mut self, v: &Value) -> Result<(), JsonError> {
        let again = self.seen.iter().any(|s| match (s, v) {
            (Value::Map(a), Value::Map(b)) => a.same(b),
            (Value::List(a), Value::List(b)) => a.same(b),
            _ => false,
        });
        if again {
            let what = v.type_name();
            return Err(JsonError(format!("json: unsupported value: encountered a cycle via {what}")));
        }
        self.seen.push(v.clone());
        Ok(())
    }

    fn list(&mut self, v: &Value, l: &List) -> Result<(), JsonError> {
        self.enter(v)?;
        self.out.push(b'[');
        for (i, item) in l.iter().enumerate() {
            if i > 0 {
                self.out.push(b',');
            }
            self.value(item)?;
        }
        self.out.push(b']');
        self.leave();
        Ok(())
    }

    fn map(&mut self, v: &Value, m: &Map) -> Result<(), JsonError> {
        self.enter(v)?;
        self.out.push(b'{');
        for (i, (key, value)) in m.borrow().iter().enumerate() {
            if i > 0 {
                self.out.push(b',');
            }
            append_string(self.out, key, self.html);
            self.out.push(b':');
            self.value(value)?;
        }
        self.out.push(b'}');
        self.leave();
        Ok(())
    }
}

/// ES6's form of a number, as Go writes it: no exponent from 10^-6 up to 10^21.
fn float(out: &mut Vec<u8>, f: f64, single: Option<f32>) -> Result<(), JsonError> {
    if !f.is_finite() {
        return Err(JsonError(format!("json: unsupported value: {}", strconv::format_float(f, b'g', -1))));
    }
    let exponent = match single {
        Some(s) => s != 0.0 && (s.abs() < 1e-6 || s.abs() >= 1e21),
        None => f != 0.0 && (f.abs() < 1e-6 || f.abs() >= 1e21),
    };
    let verb = if exponent { b'e' } else { b'f' };
    match single {
        Some(s) => strconv::append_float32(out, s, verb, -1),
        None => strconv::append_float(out, f, verb, -1),
    }
    if let [.., b'e', b'-', b'0', last] = out[..] {
        out.truncate(out.len() - 2); // e-09 is written e-9
        out.push(last);
    }
    Ok(())
}

/// Appends a JSON string: broken UTF-8 becomes `\ufffd`, U+2028 and U+2029 are escaped, `<>&` if asked for.
pub fn append_string(out: &mut Vec<u8>, s: &[u8], escape_html: bool) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    out.push(b'"');
    // where a plain stretch begins, and where we are
    let (mut start, mut at) = (0, 0);
    let valid = std::str::from_utf8(s).is_ok();
    while let Some(&c) = s.get(at) {
        let size = match c {
            b'"' | b'\\' | 0..0x20 => 1,
            b'<' | b'>' | b'&' if escape_html => 1,
            0xe2 if matches!(s.get(at + 1..at + 3), Some([0x80, 0xa8 | 0xa9])) => 3,
            0x80.. if !valid => match utf8::decode(&s[at..]) {
                (None, _) => 0,
                (_, n) => {
                    at += n;
                    continue;
                }
            },
            _ => {
                at += 1;
                continue;
            }
        };
        out.extend_from_slice(&s[start..at]);
        match c {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', c]),
            8 => out.extend_from_slice(b"\\b"),
            12 => out.extend_from_slice(b"\\f"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            _ if size == 3 => out.extend_from_slice(&[b'\\', b'u', b'2', b'0', b'2', HEX[s[at + 2] as usize & 15]]),
            _ if size == 0 => out.extend_from_slice(b"\\ufffd"),
            _ => out.extend_from_slice(&[b'\\', b'u', b'0', b'0', HEX[c as usize >> 4], HEX[c as usize & 15]]),
        }
        at += size.max(1);
        start = at;
    }
    out.extend_from_slice(&s[start..]);
    out.push(b'"');
}

fn base64(out: &mut Vec<u8>, l: &List) {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    out.push(b'"');
    for chunk in l.items().chunks(3) {
        let byte = |i: usize| chunk.get(i).and_then(Value::as_int).map_or(0, |b| b as u32 & 0xff);
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for i in 0..4 {
            let c = ALPHABET[(bits >> (18 - 6 * i)) as usize & 63];
            out.push(if i <= chunk.len() { c } else { b'=' });
        }
    }
    out.push(b'"');
}

/// `json.Indent` of a JSON text that is known to be valid: one line per element, `{}` and `[]` when empty.
pub fn indent(json: &[u8], prefix: &str, step: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(json.len() * 2);
    let mut depth = 0usize;
    let mut opened = false; // a bracket was opened and nothing came yet
    let newline = |out: &mut Vec<u8>, depth: usize| {
        out.push(b'\n');
        out.extend_from_slice(prefix.as_bytes());
        for _ in 0..depth {
            out.extend_from_slice(step.as_bytes());
        }
    };
    let mut at = 0;
    while let Some(&c) = json.get(at) {
        at += 1;
        if matches!(c, b' ' | b'\t' | b'\r' | b'\n') {
            continue;
        }
        let closing = matches!(c, b'}' | b']');
        if opened && !closing {
            opened = false;
            depth += 1;
            newline(&mut out, depth);
        }
        match c {
            b'{' | b'[' => {
                opened = true;
                out.push(c);
            }
            b',' => {
                out.push(c);
                newline(&mut out, depth);
            }
            b':' => out.extend_from_slice(b": "),
            b'}' | b']' => {
                if !std::mem::take(&mut opened) {
                    depth = depth.saturating_sub(1);
                    newline(&mut out, depth);
                }
                out.push(c);
            }
            b'"' => {
                let start = at - 1;
                while let Some(&c) = json.get(at) {
                    at += if c == b'\\' { 2 } else { 1 };
                    if c == b'"' {
                        break;
                    }
                }
                at = at.min(json.len());
                out.extend_from_slice(&json[start..at]);
            }
            _ => out.push(c),
        }
    }
    out
}
