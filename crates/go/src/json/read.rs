//! Go's scanner and decoder in one pass, without recursion.

use super::{JsonError, Numbers};
use crate::{GoStr, Map, Value, strconv, utf8};

/// Go's `maxNestingDepth`.
const MAX_DEPTH: usize = 10_000;

/// A list or map that is not closed yet.
enum Open {
    List(Vec<Value>),
    Map(Vec<(GoStr, Value)>, GoStr),
}

struct Reader<'a> {
    text: &'a [u8],
    at: usize,
    numbers: Numbers,
    /// The first number that does not fit: reading goes on, as in Go.
    unfit: Option<JsonError>,
}

/// Reads a whole text. A number that does not fit is reported beside the value, all else instead of it.
pub(super) fn decode_whole(text: &[u8], numbers: Numbers) -> Result<(Value, Option<JsonError>), JsonError> {
    let mut r = Reader { text, at: 0, numbers, unfit: None };
    let v = r.value()?;
    r.space();
    match r.peek() {
        None => Ok((v, r.unfit)),
        Some(_) => Err(r.unexpected("after top-level value")),
    }
}

/// Reads one value from the front, as a `json.Decoder` does; gives it with the number of bytes read.
pub fn decode_prefix(text: &[u8], numbers: Numbers) -> Result<(Value, usize), PrefixError> {
    let mut r = Reader { text, at: 0, numbers, unfit: None };
    r.space();
    if r.peek().is_none() {
        return Err(PrefixError { error: JsonError("EOF".into()), offset: None });
    }
    let v = r.value().map_err(|error| match r.at < text.len() {
        true => PrefixError { error, offset: Some(r.at + 1) },
        false => PrefixError { error: JsonError("unexpected EOF".into()), offset: None },
    })?;
    r.unfit.map_or(Ok((v, r.at)), |error| Err(PrefixError { error, offset: None }))
}

/// Why [`decode_prefix`] found no value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrefixError {
    /// Go's text; `EOF` where only blanks were left.
    pub error: JsonError,
    /// For a `json.SyntaxError` its `Offset`: how many bytes were read, the wrong one included.
    pub offset: Option<usize>,
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn space(&mut self) {
        while let Some(b' ' | b'\t' | b'\r' | b'\n') = self.peek() {
            self.at += 1;
        }
    }

    /// The error for the byte at hand, or for the end of the text.
    fn unexpected(&self, context: &str) -> JsonError {
        let c = match self.peek() {
            Some(c) => c,
            // Go's scanner feeds itself a space at the end: that is wrong only in the middle of a token
            None if context.starts_with("in ") && context != "in string literal" || context.contains(" in ") => b' ',
            None => return JsonError("unexpected end of JSON input".into()),
        };
        let quoted = match c {
            b'\'' => r"'\''".to_string(),
            b'"' => "'\"'".to_string(),
            c => {
                let text = strconv::quote((c as char).encode_utf8(&mut [0; 4]).as_bytes());
                format!("'{}'", text.trim_matches('"'))
            }
        };
        JsonError(format!("invalid character {quoted} {context}"))
    }

    fn value(&mut self) -> Result<Value, JsonError> {
        let mut open: Vec<Open> = Vec::new();
        loop {
            self.space();
            let mut done = match self.peek() {
                Some(b'{' | b'[') if open.len() >= MAX_DEPTH => return Err(self.unexpected("exceeded max depth")),
                Some(b'{') => {
                    self.at += 1;
                    self.space();
                    match self.peek() {
                        Some(b'}') => {
                            self.at += 1;
                            Value::Map(Map::new())
                        }
                        _ => {
                            let key = self.key()?;
                            open.push(Open::Map(Vec::new(), key));
                            continue;
                        }
                    }
                }
                Some(b'[') => {
                    self.at += 1;
                    self.space();
                    match self.peek() {
                        Some(b']') => {
                            self.at += 1;
                            Value::list(Vec::new())
                        }
                        _ => {
                            open.push(Open::List(Vec::new()));
                            continue;
                        }
                    }
                }
                Some(b'"') => Value::Str(self.string()?),
                Some(b't') => self.literal("true", Value::Bool(true))?,
                Some(b'f') => self.literal("false", Value::Bool(false))?,
                Some(b'n') => self.literal("null", Value::Nil)?,
                Some(b'-' | b'0'..=b'9') => self.number()?,
                _ => return Err(self.unexpected("looking for beginning of value")),
            };
            // put the value where it belongs, closing what ends after it
            loop {
                let Some(top) = open.last_mut() else {
                    return Ok(done);
                };
                self.space();
                match top {
                    Open::List(items) => {
                        items.push(done);
                        match self.peek() {
                            Some(b',') => {
                                self.at += 1;
                                break;
                            }
                            Some(b']') => self.at += 1,
                            _ => return Err(self.unexpected("after array element")),
                        }
                        done = Value::list(std::mem::take(items));
                    }
                    Open::Map(pairs, key) => {
                        pairs.push((std::mem::take(key), done));
                        match self.peek() {
                            Some(b',') => {
                                self.at += 1;
                                *key = self.key()?;
                                break;
                            }
                            Some(b'}') => self.at += 1,
                            _ => return Err(self.unexpected("after object key:value pair")),
                        }
                        done = Value::Map(Map::from_pairs(std::mem::take(pairs)));
                    }
                }
                open.pop();
            }
        }
    }

    /// A key and its colon.
    fn key(&mut self) -> Result<GoStr, JsonError> {
        self.space();
        if self.peek() != Some(b'"') {
            return Err(self.unexpected("looking for beginning of object key string"));
        }
        let key = self.string()?;
        self.space();
        if self.peek() != Some(b':') {
            return Err(self.unexpected("after object key"));
        }
        self.at += 1;
        Ok(key)
    }

    fn literal(&mut self, word: &str, v: Value) -> Result<Value, JsonError> {
        for c in word.bytes() {
            if self.peek() != Some(c) {
                return Err(self.unexpected(&format!("in literal {word} (expecting '{}')", c as char)));
            }
            self.at += 1;
        }
        Ok(v)
    }

    fn digits(&mut self, context: &str) -> Result<(), JsonError> {
        if !self.peek().is_some_and(|c| c.is_ascii_digit()) {
            return Err(self.unexpected(context));
        }
        while self.peek().is_some_and(|c| c.is_ascii_digit()) {
            self.at += 1;
        }
        Ok(())
    }

    fn number(&mut self) -> Result<Value, JsonError> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        if self.peek() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits("in numeric literal")?;
        }
        let whole = self.at;
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits("after decimal point in numeric literal")?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            self.digits("in exponent of numeric literal")?;
        }
        let text = &self.text[start..self.at];
        if self.at == whole {
            if text.len() < 16 {
                // below 10^15 a float64 holds every whole number
                let n = text.iter().filter(|c| **c != b'-').fold(0i64, |n, c| n * 10 + i64::from(c - b'0'));
                let neg = text[0] == b'-';
                return Ok(match self.numbers {
                    Numbers::Int64 => Value::Int64(if neg { -n } else { n }),
                    Numbers::Float64 => Value::Float(if neg { -(n as f64) } else { n as f64 }),
                });
            }
            if self.numbers == Numbers::Int64
                && let Ok(n) = strconv::parse_int(text, 10, 64)
            {
                return Ok(Value::Int64(n));
            }
        }
        match strconv::parse_float(text, 64) {
            Ok(f) => Ok(Value::Float(f)),
            Err(_) => {
                let text = String::from_utf8_lossy(text);
                let text = format!("json: cannot unmarshal number {text} into Go value of type float64");
                self.unfit.get_or_insert(JsonError(text));
                Ok(Value::Nil)
            }
        }
    }

    fn string(&mut self) -> Result<GoStr, JsonError> {
        self.at += 1;
        let start = self.at;
        let plain = self.text[start..].iter().take_while(|c| !matches!(c, b'"' | b'\\' | 0..0x20)).count();
        self.at += plain;
        let stretch = &self.text[start..self.at];
        if self.peek() == Some(b'"') && std::str::from_utf8(stretch).is_ok() {
            self.at += 1;
            return Ok(stretch.into());
        }
        let mut out = Vec::with_capacity(plain + 16);
        push_valid(&mut out, stretch);
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(out.into());
                }
                Some(b'\\') => {
                    self.at += 1;
                    self.escape(&mut out)?;
                }
                None | Some(0..0x20) => return Err(self.unexpected("in string literal")),
                Some(_) => {
                    let rest = &self.text[self.at..];
                    let n = rest.iter().take_while(|c| !matches!(c, b'"' | b'\\' | 0..0x20)).count();
                    push_valid(&mut out, &rest[..n]);
                    self.at += n;
                }
            }
        }
    }

    fn escape(&mut self, out: &mut Vec<u8>) -> Result<(), JsonError> {
        let c = match self.peek() {
            Some(c @ (b'"' | b'\\' | b'/')) => c,
            Some(b'b') => 8,
            Some(b'f') => 12,
            Some(b'n') => b'\n',
            Some(b'r') => b'\r',
            Some(b't') => b'\t',
            Some(b'u') => {
                self.at += 1;
                let r = self.hex4()?;
                return self.surrogate(out, r);
            }
            _ => return Err(self.unexpected("in string escape code")),
        };
        self.at += 1;
        out.push(c);
        Ok(())
    }

    /// Writes a code unit; a high surrogate takes the low one that follows, a lone one becomes U+FFFD.
    fn surrogate(&mut self, out: &mut Vec<u8>, r: u32) -> Result<(), JsonError> {
        if (0xd800..0xdc00).contains(&r) && self.text[self.at..].starts_with(b"\\u") {
            let here = self.at;
            self.at += 2;
            let low = self.hex4()?;
            if (0xdc00..0xe000).contains(&low) {
                utf8::push(out, 0x10000 + ((r - 0xd800) << 10) + (low - 0xdc00));
                return Ok(());
            }
            self.at = here;
        }
        utf8::push(out, r);
        Ok(())
    }

    fn hex4(&mut self) -> Result<u32, JsonError> {
        let mut r = 0;
        for _ in 0..4 {
            let digit = self.peek().and_then(|c| (c as char).to_digit(16));
            let Some(d) = digit else {
                return Err(self.unexpected("in \\u hexadecimal character escape"));
            };
            r = r << 4 | d;
            self.at += 1;
        }
        Ok(r)
    }
}

/// Appends text, each broken byte as U+FFFD.
fn push_valid(out: &mut Vec<u8>, s: &[u8]) {
    if std::str::from_utf8(s).is_ok() {
        return out.extend_from_slice(s);
    }
    for (_, c) in utf8::chars(s) {
        utf8::push(out, c as u32);
    }
}
