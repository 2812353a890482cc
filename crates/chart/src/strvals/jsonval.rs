//! The first JSON value of a text, as Go's `json.Decoder` takes it from a stream: what follows is left alone.

use pintle_go::{GoStr, Map, Value};

use super::quote_rune;

/// How deep Go's decoder goes.
const MAX_DEPTH: usize = 10_000;

/// Gives the value and the number of bytes that it took, leading blanks included.
pub(super) fn first(text: &str) -> Result<(Value, usize), String> {
    let mut scan = Scan { text: text.as_bytes(), at: 0, range_error: None };
    let v = scan.value(0)?;
    match scan.range_error {
        Some(number) => Err(format!("json: cannot unmarshal number {number} into Go value of type float64")),
        None => Ok((v, scan.at)),
    }
}

struct Scan<'a> {
    text: &'a [u8],
    at: usize,
    /// A number that no float64 holds; told only when the syntax is right to the end.
    range_error: Option<String>,
}

impl Scan<'_> {
    fn peek(&self) -> Result<u8, String> {
        self.text.get(self.at).copied().ok_or_else(|| "unexpected EOF".to_owned())
    }

    fn unexpected<T>(&self, context: &str) -> Result<T, String> {
        let c = self.peek()?;
        Err(format!("invalid character {} {context}", quote_rune(char::from(c))))
    }

    fn skip_space(&mut self) -> Result<u8, String> {
        while matches!(self.text.get(self.at), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
        self.peek()
    }

    fn value(&mut self, depth: usize) -> Result<Value, String> {
        match self.skip_space()? {
            b'{' | b'[' if depth >= MAX_DEPTH => Err("exceeded max depth".to_owned()),
            b'{' => self.object(depth + 1),
            b'[' => self.array(depth + 1),
            b'"' => Ok(Value::Str(self.string()?)),
            b't' => self.word("true", Value::Bool(true)),
            b'f' => self.word("false", Value::Bool(false)),
            b'n' => self.word("null", Value::Nil),
            b'-' | b'0'..=b'9' => self.number(),
            _ => self.unexpected("looking for beginning of value"),
        }
    }

    fn word(&mut self, word: &str, v: Value) -> Result<Value, String> {
        for want in word.bytes() {
            if self.peek()? != want {
                return self.unexpected(&format!("in literal {word} (expecting {})", quote_rune(char::from(want))));
            }
            self.at += 1;
        }
        Ok(v)
    }

    fn object(&mut self, depth: usize) -> Result<Value, String> {
        self.at += 1;
        let mut pairs = Vec::new();
        if self.skip_space()? == b'}' {
            self.at += 1;
            return Ok(Value::Map(Map::new()));
        }
        loop {
            if self.skip_space()? != b'"' {
                return self.unexpected("looking for beginning of object key string");
            }
            let key = self.string()?;
            if self.skip_space()? != b':' {
                return self.unexpected("after object key");
            }
            self.at += 1;
            pairs.push((key, self.value(depth)?));
            match self.skip_space()? {
                b',' => self.at += 1,
                b'}' => {
                    self.at += 1;
                    return Ok(Value::Map(Map::from_pairs(pairs)));
                }
                _ => return self.unexpected("after object key:value pair"),
            }
        }
    }

    fn array(&mut self, depth: usize) -> Result<Value, String> {
        self.at += 1;
        let mut items = Vec::new();
        if self.skip_space()? == b']' {
            self.at += 1;
            return Ok(Value::list(items));
        }
        loop {
            items.push(self.value(depth)?);
            match self.skip_space()? {
                b',' => self.at += 1,
                b']' => {
                    self.at += 1;
                    return Ok(Value::list(items));
                }
                _ => return self.unexpected("after array element"),
            }
        }
    }

    fn digits(&mut self, context: &str) -> Result<(), String> {
        if !self.peek()?.is_ascii_digit() {
            return self.unexpected(context);
        }
        while self.text.get(self.at).is_some_and(u8::is_ascii_digit) {
            self.at += 1;
        }
        Ok(())
    }

    fn number(&mut self) -> Result<Value, String> {
        let begin = self.at;
        if self.peek()? == b'-' {
            self.at += 1;
        }
        if self.peek()? == b'0' {
            self.at += 1;
        } else {
            self.digits("in numeric literal")?;
        }
        if self.text.get(self.at) == Some(&b'.') {
            self.at += 1;
            self.digits("after decimal point in numeric literal")?;
        }
        if matches!(self.text.get(self.at), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek()?, b'+' | b'-') {
                self.at += 1;
            }
            self.digits("in exponent of numeric literal")?;
        }
        let text = String::from_utf8_lossy(&self.text[begin..self.at]);
        let f: f64 = text.parse().unwrap_or(f64::INFINITY);
        if f.is_infinite() && self.range_error.is_none() {
            self.range_error = Some(text.into_owned());
        }
        Ok(Value::Float(f))
    }

    fn string(&mut self) -> Result<GoStr, String> {
        self.at += 1;
        let mut out: Vec<u8> = Vec::new();
        loop {
            let c = self.peek()?;
            match c {
                b'"' => {
                    self.at += 1;
                    return Ok(GoStr::from(out));
                }
                b'\\' => {
                    self.at += 1;
                    self.escape(&mut out)?;
                }
                0..=0x1f => return self.unexpected("in string literal"),
                c => {
                    out.push(c);
                    self.at += 1;
                }
            }
        }
    }

    fn escape(&mut self, out: &mut Vec<u8>) -> Result<(), String> {
        let plain = match self.peek()? {
            c @ (b'"' | b'\\' | b'/') => c,
            b'b' => 8,
            b'f' => 12,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'u' => {
                self.at += 1;
                return self.unicode(out);
            }
            _ => return self.unexpected("in string escape code"),
        };
        out.push(plain);
        self.at += 1;
        Ok(())
    }

    fn hex4(&mut self) -> Result<u32, String> {
        let mut code = 0;
        for _ in 0..4 {
            match char::from(self.peek()?).to_digit(16) {
                Some(d) => code = code * 16 + d,
                None => return self.unexpected("in \\u hexadecimal character escape"),
            }
            self.at += 1;
        }
        Ok(code)
    }

    fn unicode(&mut self, out: &mut Vec<u8>) -> Result<(), String> {
        let code = self.hex4()?;
        let mut c = char::from_u32(code);
        if (0xd800..0xdc00).contains(&code) && self.text[self.at..].starts_with(b"\\u") {
            let back = self.at;
            self.at += 2;
            let low = self.hex4()?;
            if (0xdc00..0xe000).contains(&low) {
                c = char::from_u32(0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00));
            } else {
                self.at = back;
            }
        }
        let mut buf = [0; 4];
        out.extend_from_slice(c.unwrap_or(char::REPLACEMENT_CHARACTER).encode_utf8(&mut buf).as_bytes());
        Ok(())
    }
}
