//! Go's `encoding/json` over [`Value`]s.
//!
//! The error texts of the reader are seen by users (`fromJson` gives them as a value), so the reader follows Go's
//! scanner: what it looked for, and the byte that it met instead.

mod read;
mod write;

use crate::{GoStr, List, Map, Type, Value};

pub use read::{PrefixError, decode_prefix};
pub use write::{append, append_string, encode, encode_indent, indent};

/// An error with the text of Go's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonError(pub String);

impl std::fmt::Display for JsonError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}
impl std::error::Error for JsonError {}

/// What a number in the text becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Numbers {
    /// `float64`, as Go's `Unmarshal` into `interface{}` does.
    Float64,
    /// `int64` where it is a whole number without fraction and exponent that fits, else `float64`.
    Int64,
}

/// `json.Unmarshal` into `interface{}`: numbers become `float64`.
pub fn decode(text: &[u8]) -> Result<Value, JsonError> {
    decode_numbers(text, Numbers::Float64)
}

/// As [`decode`], with a choice of what numbers become.
pub fn decode_numbers(text: &[u8], numbers: Numbers) -> Result<Value, JsonError> {
    let (value, error) = read::decode_whole(text, numbers)?;
    error.map_or(Ok(value), Err)
}

/// `json.Unmarshal` into an empty `map[string]interface{}`. The map is what Go leaves there, beside an error too: a
/// number that no float64 holds leaves null, and reading goes on.
pub fn decode_map(text: &[u8]) -> (Map, Option<JsonError>) {
    match read::decode_whole(text, Numbers::Float64) {
        Ok((Value::Map(m), e)) => (m, e),
        Ok((Value::Nil, None)) => (Map::nil(Type::MAP), None),
        // null beside an error is a number that did not fit
        Ok((v, _)) => (Map::new(), Some(cannot_unmarshal(&v, Type::MAP))),
        Err(e) => (Map::new(), Some(e)),
    }
}

/// `json.Unmarshal` into an empty `[]interface{}`, likewise.
pub fn decode_list(text: &[u8]) -> (List, Option<JsonError>) {
    match read::decode_whole(text, Numbers::Float64) {
        Ok((Value::List(l), e)) => (l, e),
        Ok((Value::Nil, None)) => (List::nil(Type::Any), None),
        Ok((v, _)) => (List::new(Vec::new()), Some(cannot_unmarshal(&v, Type::LIST))),
        Err(e) => (List::new(Vec::new()), Some(e)),
    }
}

/// Go's `*json.UnmarshalTypeError`: `json: cannot unmarshal number into Go value of type map[string]interface {}`.
pub fn cannot_unmarshal(v: &Value, into: Type) -> JsonError {
    let what = match v {
        Value::Bool(_) => "bool",
        Value::Str(_) => "string",
        Value::List(_) => "array",
        Value::Map(_) | Value::Obj(_) => "object",
        _ => "number",
    };
    JsonError(format!("json: cannot unmarshal {what} into Go value of type {into}"))
}

/// A JSON text as a Go string, for what is known to be encodable; an error becomes its text.
pub fn to_text(v: &Value) -> GoStr {
    match encode(v, true) {
        Ok(b) => b.into(),
        Err(e) => e.0.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(v: &Value) -> String {
        String::from_utf8(encode(v, true).unwrap()).unwrap()
    }

    #[test]
    fn what_is_read_is_written_again() {
        for s in [
            r#"{"a":[1,2.5,"x",null,true,{}],"b":{"c":[]}}"#,
            r#""\u003c\u0026\u003e\n\t\"\\\u2028\u0001é""#,
            "1e+21",
            "1e-7",
            "123456789012345680000",
            "-0",
        ] {
            assert_eq!(text(&decode(s.as_bytes()).unwrap()), s);
        }
        assert_eq!(text(&decode(br#""\ud83d\ude00\ud83dx\/""#).unwrap()), "\"😀\u{fffd}x/\"");
        assert_eq!(text(&Value::str(&b"a\xffb"[..])), r#""a\ufffdb""#);
    }

    #[test]
    fn errors_are_go_s() {
        for (s, want) in [
            ("", "unexpected end of JSON input"),
            ("{", "unexpected end of JSON input"),
            ("x", "invalid character 'x' looking for beginning of value"),
            ("{\"a\":1}x", "invalid character 'x' after top-level value"),
            ("{a", "invalid character 'a' looking for beginning of object key string"),
            ("{\"a\" 1", "invalid character '1' after object key"),
            ("{\"a\":1 2", "invalid character '2' after object key:value pair"),
            ("[1 2", "invalid character '2' after array element"),
            ("[1,]", "invalid character ']' looking for beginning of value"),
            ("tru!", "invalid character '!' in literal true (expecting 'e')"),
            ("nul", "invalid character ' ' in literal null (expecting 'l')"),
            ("[1", "unexpected end of JSON input"),
            ("\"a", "unexpected end of JSON input"),
            ("-x", "invalid character 'x' in numeric literal"),
            ("1.x", "invalid character 'x' after decimal point in numeric literal"),
            ("1ex", "invalid character 'x' in exponent of numeric literal"),
            ("\"\\q\"", "invalid character 'q' in string escape code"),
            ("\"\\u12g\"", "invalid character 'g' in \\u hexadecimal character escape"),
            ("\"\n\"", "invalid character '\\n' in string literal"),
            ("'a'", "invalid character '\\'' looking for beginning of value"),
            ("é", "invalid character 'Ã' looking for beginning of value"),
            ("1e400", "json: cannot unmarshal number 1e400 into Go value of type float64"),
        ] {
            assert_eq!(decode(s.as_bytes()).unwrap_err().0, want, "{s}");
        }
        assert_eq!(encode(&Value::Float(f64::INFINITY), true).unwrap_err().0, "json: unsupported value: +Inf");
        assert_eq!(
            decode_map(b"1").1.unwrap().0,
            "json: cannot unmarshal number into Go value of type map[string]interface {}"
        );
    }

    #[test]
    fn deep_nesting_ends_in_an_error() {
        let deep = [b"[".repeat(10_001), b"]".repeat(10_001)].concat();
        assert_eq!(decode(&deep).unwrap_err().0, "invalid character '[' exceeded max depth");
        assert!(decode(&deep[1..20_001]).is_ok());
        let m = Map::new();
        m.set("a", Value::Map(m.clone()));
        let e = encode(&Value::Map(m.clone()), true).unwrap_err();
        assert_eq!(e.0, "json: unsupported value: encountered a cycle via map[string]interface {}");
        m.clear();
    }

    #[test]
    fn shapes() {
        let v = decode(br#"{"a":[1,{"b":[]},{}],"c":{}}"#).unwrap();
        let got = encode_indent(&v, "", "  ", true).unwrap();
        assert_eq!(
            String::from_utf8(got).unwrap(),
            "{\n  \"a\": [\n    1,\n    {\n      \"b\": []\n    },\n    {}\n  ],\n  \"c\": {}\n}"
        );
        assert_eq!(text(&Value::List(List::nil(Type::Any))), "null");
        let bytes = b"hi!?".iter().map(|b| Value::Num(crate::Num::U8(*b))).collect();
        assert_eq!(text(&Value::List(List::typed(Type::Uint8, bytes))), "\"aGkhPw==\"");
        assert!(matches!(decode_numbers(b"12", Numbers::Int64), Ok(Value::Int64(12))));
        assert_eq!(decode_prefix(b" [1] {}", Numbers::Float64).map(|(_, n)| n), Ok(4));
        assert_eq!(decode_prefix(b"{ {", Numbers::Float64).err().and_then(|e| e.offset), Some(3));
    }
}
