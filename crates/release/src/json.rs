//! JSON as Go's `encoding/json` writes it: `<`, `>`, `&`, U+2028 and U+2029 escaped, floats by Go's rules.
//!
//! Records written here must equal, byte for byte, what Helm would write for the same release: tools compare them.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{CharEscape, Formatter};

/// Writes the compact form of Go's `json.Marshal`.
struct GoFormatter;

impl Formatter for GoFormatter {
    fn write_f64<W: ?Sized + Write>(&mut self, w: &mut W, value: f64) -> io::Result<()> {
        w.write_all(go_float(value).as_bytes())
    }

    fn write_string_fragment<W: ?Sized + Write>(&mut self, w: &mut W, fragment: &str) -> io::Result<()> {
        let bytes = fragment.as_bytes();
        let mut from = 0;
        for (at, c) in fragment.char_indices() {
            let escape = match c {
                '<' => "\\u003c",
                '>' => "\\u003e",
                '&' => "\\u0026",
                '\u{2028}' => "\\u2028",
                '\u{2029}' => "\\u2029",
                _ => continue,
            };
            w.write_all(bytes.get(from..at).unwrap_or_default())?;
            w.write_all(escape.as_bytes())?;
            from = at + c.len_utf8();
        }
        w.write_all(bytes.get(from..).unwrap_or_default())
    }

    fn write_char_escape<W: ?Sized + Write>(&mut self, w: &mut W, escape: CharEscape) -> io::Result<()> {
        match escape {
            CharEscape::Quote => w.write_all(b"\\\""),
            CharEscape::ReverseSolidus | CharEscape::Solidus => w.write_all(b"\\\\"),
            CharEscape::Backspace => w.write_all(b"\\b"),
            CharEscape::FormFeed => w.write_all(b"\\f"),
            CharEscape::LineFeed => w.write_all(b"\\n"),
            CharEscape::CarriageReturn => w.write_all(b"\\r"),
            CharEscape::Tab => w.write_all(b"\\t"),
            CharEscape::AsciiControl(b) => write!(w, "\\u{b:04x}"),
        }
    }
}

/// A float as Go writes it: plain digits, or an exponent below 1e-6 and from 1e21 on.
fn go_float(f: f64) -> String {
    let abs = f.abs();
    if abs != 0.0 && !(1e-6..1e21).contains(&abs) {
        let text = format!("{f:e}");
        match text.split_once('e') {
            // Rust writes e21, Go e+21
            Some((digits, exponent)) if !exponent.starts_with('-') => format!("{digits}e+{exponent}"),
            _ => text,
        }
    } else {
        format!("{f}")
    }
}

/// `json.Marshal(value)`.
///
/// # Errors
/// What `value` itself refuses to serialise.
pub fn to_vec<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>, serde_json::Error> {
    let mut out = Vec::with_capacity(1024);
    value.serialize(&mut serde_json::Serializer::with_formatter(&mut out, GoFormatter))?;
    Ok(out)
}

/// As [`to_vec`], as text.
///
/// # Errors
/// What `value` itself refuses to serialise.
pub fn to_string<T: Serialize + ?Sized>(value: &T) -> Result<String, serde_json::Error> {
    to_vec(value).map(|b| String::from_utf8(b).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_what_go_writes() {
        let v = serde_json::json!({"b": "<a&b>\u{2028}\n\u{1}", "a": [1.0, 1e21, 1e-7, 0.5, -3]});
        assert_eq!(to_string(&v).unwrap(), r#"{"b":"\u003ca\u0026b\u003e\u2028\n\u0001","a":[1,1e+21,1e-7,0.5,-3]}"#);
    }
}
