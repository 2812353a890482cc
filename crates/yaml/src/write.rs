//! From values to YAML: sigs' `Marshal` (v2) and the v3 encoder.
//!
//! `Marshal` goes value → JSON → YAML's reader → YAML's writer. For nearly every value that changes only numbers
//! (`1e6` comes back as the integer 1000000), so the writer walks the value itself. The rest takes the long way: some
//! characters stand raw in JSON but are refused or folded by YAML's reader, and long keys are none to it.

use pintle_go::{GoStr, List, MOST_TEXT, Map, Num, Type, Value, json, strconv};

use crate::convert::{Numbers, value_of};
use crate::emit::{Context, Emitter, Text};
use crate::error::Error;
use crate::node::Source;
use crate::order::{Version, natural_order};

/// go-yaml's limit on nested flow collections, which JSON text is.
const MAX_NESTING: usize = 10_000;
/// From this depth on JSON's encoder looks for cycles.
const CYCLES_AFTER: usize = 1000;
/// A key this long may not be a simple key any more once escaped.
const LONG_KEY: usize = 170;

pub(crate) fn write_v2(v: &Value) -> Result<Vec<u8>, Error> {
    match Walk::new(Version::V2, false).run(v) {
        Err(Stop::Odd) => {
            let text = json::encode(v, true).map_err(encode_error)?;
            let source = Source::new(&text);
            let read = match source.documents().next() {
                Some(doc) => value_of(&doc?, Numbers::Kept)?,
                None => Value::Nil,
            };
            Walk::new(Version::V2, true).run(&read).map_err(Stop::into_error)
        }
        done => done.map_err(Stop::into_error),
    }
}

pub(crate) fn write_v3(v: &Value) -> Result<Vec<u8>, Error> {
    Walk::new(Version::V3, true).run(v).map_err(Stop::into_error)
}

fn encode_error(e: json::JsonError) -> Error {
    Error::encode(format!("error marshaling into JSON: {}", e.0))
}

enum Stop {
    Error(Error),
    /// Not to be written without going through JSON.
    Odd,
}

impl Stop {
    fn into_error(self) -> Error {
        match self {
            Stop::Error(e) => e,
            Stop::Odd => Error::encode("yaml: unknown problem generating YAML content"),
        }
    }
    fn unsupported(what: impl std::fmt::Display) -> Stop {
        Stop::Error(Error::encode(format!("error marshaling into JSON: json: unsupported {what}")))
    }
}

enum Frame {
    List {
        list: List,
        at: usize,
        outer: i32,
    },
    Mapping {
        map: Map,
        order: Option<Vec<u32>>,
        at: usize,
        outer: i32,
    },
    /// Pairs in their own order: a struct in v3.
    Fields {
        fields: Vec<(String, Value)>,
        at: usize,
        outer: i32,
    },
}

struct Walk {
    version: Version,
    /// The strings are known to be harmless.
    checked: bool,
    emitter: Emitter,
    frames: Vec<Frame>,
    buf: Vec<u8>,
}

impl Walk {
    fn new(version: Version, checked: bool) -> Self {
        Walk { version, checked, emitter: Emitter::new(version), frames: Vec::new(), buf: Vec::new() }
    }

    fn run(mut self, v: &Value) -> Result<Vec<u8>, Stop> {
        self.node(v, Context::Root)?;
        while self.step()? {}
        Ok(self.emitter.finish())
    }

    /// Goes on with the innermost collection until another one opens or it ends.
    fn step(&mut self) -> Result<bool, Stop> {
        match self.frames.last_mut() {
            None => Ok(false),
            Some(Frame::List { list, at, outer }) => {
                let (list, from, outer) = (list.clone(), *at, *outer);
                for (i, item) in list.iter().enumerate().skip(from) {
                    self.emitter.item();
                    if self.node(item, Context::Item)? {
                        return self.advance(i + 1);
                    }
                }
                self.close(outer)
            }
            Some(Frame::Mapping { map, order, at, outer }) => {
                let (map, order, from, outer) = (map.clone(), order.take(), *at, *outer);
                let pairs = map.borrow();
                for i in from..pairs.len() {
                    let index = order.as_ref().and_then(|o| o.get(i)).map_or(i, |n| *n as usize);
                    let Some((key, value)) = pairs.get(index) else { continue };
                    self.key(key)?;
                    if self.node(value, Context::Pair)? {
                        let parent = self.frames.len().wrapping_sub(2);
                        if let Some(Frame::Mapping { order: kept, at, .. }) = self.frames.get_mut(parent) {
                            *at = i + 1;
                            *kept = order;
                        }
                        return Ok(true);
                    }
                }
                drop(pairs);
                self.close(outer)
            }
            Some(Frame::Fields { fields, at, outer }) => {
                let outer = *outer;
                let Some((key, value)) = fields.get(*at).cloned() else { return self.close(outer) };
                *at += 1;
                self.key(&GoStr::from(key))?;
                self.node(&value, Context::Pair)?;
                Ok(true)
            }
        }
    }

    /// A collection has opened within the list: it goes on at `next` afterwards.
    fn advance(&mut self, next: usize) -> Result<bool, Stop> {
        let parent = self.frames.len().wrapping_sub(2);
        if let Some(Frame::List { at, .. }) = self.frames.get_mut(parent) {
            *at = next;
        }
        Ok(true)
    }

    fn close(&mut self, outer: i32) -> Result<bool, Stop> {
        self.frames.pop();
        self.emitter.close(outer);
        Ok(true)
    }

    #[inline]
    fn key(&mut self, key: &GoStr) -> Result<(), Stop> {
        let text = Text::new(key, self.version);
        if text.odd() || (key.len() > LONG_KEY && !self.checked) {
            if !self.checked {
                return Err(Stop::Odd);
            }
            if std::str::from_utf8(key).is_err() {
                let lines = base64_lines(key);
                self.emitter.key(&Text::binary(&lines, self.version));
                return Ok(());
            }
        }
        self.emitter.key(&text);
        Ok(())
    }

    fn string(&mut self, s: &[u8], context: Context) -> Result<(), Stop> {
        let text = Text::new(s, self.version);
        if text.odd() {
            if !self.checked {
                return Err(Stop::Odd);
            }
            if std::str::from_utf8(s).is_err() {
                let lines = base64_lines(s);
                self.emitter.text(&Text::binary(&lines, self.version), context);
                return Ok(());
            }
        }
        self.emitter.text(&text, context);
        Ok(())
    }

    /// Writes a scalar or an empty collection; of others writes nothing but opens them and gives true.
    #[inline]
    fn node(&mut self, v: &Value, context: Context) -> Result<bool, Stop> {
        match v {
            Value::Str(s) => self.string(s, context)?,
            Value::Nil => self.emitter.word(b"null"),
            Value::Bool(b) => self.emitter.word(if *b { b"true" } else { b"false" }),
            Value::Int(i) | Value::Int64(i) => self.integer(*i),
            Value::Float(f) => self.float(*f)?,
            Value::Map(m) => return self.mapping(m),
            Value::List(l) => return self.list(l, context),
            Value::Num(n) => self.num(*n)?,
            Value::Complex(..) => return Err(self.cannot("complex128")),
            Value::Func(f) => return Err(self.cannot(&f.ty().name())),
            Value::Obj(_) => return self.object(v, context),
        }
        Ok(false)
    }

    fn cannot(&self, ty: &str) -> Stop {
        match self.version {
            Version::V2 => Stop::unsupported(format_args!("type: {ty}")),
            Version::V3 => Stop::Error(Error::encode(format!("cannot marshal type: {ty}"))),
        }
    }

    fn nest(&self) -> Result<(), Stop> {
        if self.frames.len() >= CYCLES_AFTER && !self.checked {
            return Err(Stop::Odd);
        }
        if self.emitter.out.len() > MOST_TEXT {
            return Err(Stop::Error(Error::encode(format!("yaml: text grew over {MOST_TEXT} bytes"))));
        }
        if self.frames.len() >= MAX_NESTING {
            return Err(Stop::Error(Error::convert(format!("yaml: exceeded max depth of {MAX_NESTING}"))));
        }
        Ok(())
    }

    fn mapping(&mut self, map: &Map) -> Result<bool, Stop> {
        if map.is_nil() && self.version == Version::V2 {
            self.emitter.word(b"null");
            return Ok(false);
        }
        if map.is_empty() {
            self.emitter.empty(b"{}");
            return Ok(false);
        }
        self.nest()?;
        let order = natural_order(&map.borrow(), self.version);
        let outer = self.emitter.open_mapping();
        self.frames.push(Frame::Mapping { map: map.clone(), order, at: 0, outer });
        Ok(true)
    }

    fn list(&mut self, list: &List, context: Context) -> Result<bool, Stop> {
        if self.version == Version::V2 {
            if list.is_nil() {
                self.emitter.word(b"null");
                return Ok(false);
            }
            if list.elem() == Type::Uint8 {
                let bytes: Vec<u8> = list.iter().map(|v| v.as_int().unwrap_or_default() as u8).collect();
                self.string(&base64(&bytes), context)?;
                return Ok(false);
            }
        }
        if list.is_empty() {
            self.emitter.empty(b"[]");
            return Ok(false);
        }
        self.nest()?;
        let outer = self.emitter.open_list(context);
        self.frames.push(Frame::List { list: list.clone(), at: 0, outer });
        Ok(true)
    }

    /// v2 sees what `encoding/json` makes of it; v3 the text, or the fields under their names in lower case.
    fn object(&mut self, v: &Value, context: Context) -> Result<bool, Stop> {
        let Value::Obj(o) = v else { return Ok(false) };
        if self.version == Version::V2 {
            let text = json::encode(v, true).map_err(|e| Stop::Error(encode_error(e)))?;
            let read = json::decode_numbers(&text, json::Numbers::Int64);
            let plain = read.map_err(|e| Stop::Error(encode_error(e)))?;
            return self.node(&plain, context);
        }
        if let Some(inner) = o.underlying() {
            return self.node(&inner, context);
        }
        if let Some(s) = o.string() {
            self.string(&s, context)?;
            return Ok(false);
        }
        // fields that Go does not export begin with a small letter, and stay out
        let exported = o.fields().into_iter().filter(|(name, _)| name.starts_with(|c: char| c.is_uppercase()));
        let fields: Vec<(String, Value)> = exported.map(|(name, value)| (name.to_lowercase(), value)).collect();
        if fields.is_empty() {
            self.emitter.empty(b"{}");
            return Ok(false);
        }
        self.nest()?;
        let outer = self.emitter.open_mapping();
        self.frames.push(Frame::Fields { fields, at: 0, outer });
        Ok(true)
    }

    // Numbers.

    fn integer(&mut self, i: i64) {
        self.buf.clear();
        strconv::append_int(&mut self.buf, i);
        self.emitter.word(&self.buf);
    }

    fn num(&mut self, n: Num) -> Result<(), Stop> {
        match n {
            Num::F32(f) if self.version == Version::V3 => {
                self.float_word(&strconv::format_float32(f, b'g', -1));
                Ok(())
            }
            // JSON writes the short form of 32 bits, and YAML reads it with 64.
            Num::F32(f) if f.is_finite() => self.float(f.to_string().parse().unwrap_or_default()),
            Num::F32(f) => self.float(f64::from(f)),
            Num::U64(u) | Num::Uint(u) => {
                self.emitter.word(u.to_string().as_bytes());
                Ok(())
            }
            n => {
                self.integer(i64::try_from(n.as_i128()).unwrap_or_default());
                Ok(())
            }
        }
    }

    fn float(&mut self, f: f64) -> Result<(), Stop> {
        if self.version == Version::V2 {
            if !f.is_finite() {
                let text = strconv::format_float(f, b'g', -1);
                return Err(Stop::unsupported(format_args!("value: {text}")));
            }
            if f == f.trunc() && f.abs() < 1e15 {
                self.integer(f as i64);
                return Ok(());
            }
            // JSON writes whole numbers below 1e21 with all their digits, and what fits comes back as an integer.
            if f == f.trunc() && f.abs() < 1e21 {
                let text = format!("{f}");
                if text.parse::<i64>().is_ok() || text.parse::<u64>().is_ok() {
                    self.emitter.word(text.as_bytes());
                    return Ok(());
                }
            }
        }
        self.buf.clear();
        strconv::append_float(&mut self.buf, f, b'g', -1);
        let buf = std::mem::take(&mut self.buf);
        self.float_word(&String::from_utf8_lossy(&buf));
        self.buf = buf;
        Ok(())
    }

    fn float_word(&mut self, text: &str) {
        let word = match text {
            "+Inf" => ".inf",
            "-Inf" => "-.inf",
            "NaN" => ".nan",
            text => text,
        };
        self.emitter.word(word.as_bytes());
    }
}

/// `base64.StdEncoding`.
fn base64(s: &[u8]) -> Vec<u8> {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = Vec::with_capacity(s.len().div_ceil(3) * 4);
    for group in s.chunks(3) {
        let byte = |i: usize| u32::from(group.get(i).copied().unwrap_or(0));
        let n = byte(0) << 16 | byte(1) << 8 | byte(2);
        for k in 0..4 {
            out.push(if k <= group.len() { DIGITS[(n >> (18 - 6 * k) & 63) as usize] } else { b'=' });
        }
    }
    out
}

/// go-yaml's `encodeBase64`: lines of 70 characters where there is more than one.
fn base64_lines(s: &[u8]) -> Vec<u8> {
    let text = base64(s);
    if text.len() < 70 {
        return text;
    }
    let mut out = Vec::with_capacity(text.len() + text.len() / 70 + 1);
    for line in text.chunks(70) {
        out.extend_from_slice(line);
        out.push(b'\n');
    }
    out
}
