//! base64 and base32, JSON and YAML: Sprig's functions, and Helm's which replace some of them.

use pintle_go::json::{self, JsonError};
use pintle_go::{Func, FuncError, FuncResult, GoStr, List, Map, Type, Value};

use crate::args::{any, text};

const ANY: &[Type] = &[Type::Any];
const S: &[Type] = &[Type::String];
const STRING: Type = Type::String;

pub(crate) const FUNCS: &[Func] = &[
    Func::plain("b64enc", S, STRING, |a| Ok(base64_encode(text(a, 0)).into())),
    Func::plain("b64dec", S, STRING, |a| Ok(decoded(base64_decode(text(a, 0)), 64))),
    Func::plain("b32enc", S, STRING, |a| Ok(base32_encode(text(a, 0)).into())),
    Func::plain("b32dec", S, STRING, |a| Ok(decoded(base32_decode(text(a, 0)), 32))),
    // JSON: Helm's `toJson` and `fromJson` over Sprig's
    Func::plain("toJson", ANY, STRING, |a| Ok(or_empty(json::encode(any(a, 0), true)))),
    Func::plain("mustToJson", ANY, STRING, |a| must(json::encode(any(a, 0), true))),
    Func::plain("toPrettyJson", ANY, STRING, |a| Ok(or_empty(pretty(any(a, 0))))),
    Func::plain("mustToPrettyJson", ANY, STRING, |a| must(pretty(any(a, 0)))),
    Func::plain("toRawJson", ANY, STRING, |a| must(json::encode(any(a, 0), false))),
    Func::plain("mustToRawJson", ANY, STRING, |a| must(json::encode(any(a, 0), false))),
    Func::plain("mustFromJson", S, Type::Any, |a| json::decode(text(a, 0)).map_err(|e| e.0.into())),
    Func::plain("fromJson", S, Type::MAP, |a| Ok(Value::Map(as_map(json::decode(text(a, 0)).map_err(|e| e.0), "")))),
    Func::plain("fromJsonArray", S, Type::LIST, |a| {
        Ok(Value::List(as_list(json::decode(text(a, 0)).map_err(|e| e.0), "")))
    }),
    // YAML
    Func::plain("toYaml", ANY, STRING, |a| Ok(trimmed(pintle_yaml::write(any(a, 0)).unwrap_or_default()))),
    Func::plain("mustToYaml", ANY, STRING, |a| Ok(trimmed(pintle_yaml::write(any(a, 0)).map_err(|e| e.0)?))),
    Func::plain("toYamlPretty", ANY, STRING, |a| {
        Ok(trimmed(pintle_yaml::write_pretty(any(a, 0)).unwrap_or_default()))
    }),
    Func::plain("fromYaml", S, Type::MAP, |a| Ok(Value::Map(as_map(read_yaml(text(a, 0)), YAML_PREFIX)))),
    Func::plain("fromYamlArray", S, Type::LIST, |a| Ok(Value::List(as_list(read_yaml(text(a, 0)), YAML_PREFIX)))),
];

/// What sigs.k8s.io/yaml puts before the JSON decoder's errors.
const YAML_PREFIX: &str = "error unmarshaling JSON: while decoding JSON: ";

fn read_yaml(text: &[u8]) -> Result<Value, String> {
    pintle_yaml::read(text).map_err(|e| e.0)
}

fn or_empty(r: Result<Vec<u8>, JsonError>) -> Value {
    Value::str(r.unwrap_or_default())
}

fn must(r: Result<Vec<u8>, JsonError>) -> FuncResult {
    r.map(Value::str).map_err(|e| FuncError::new(e.0))
}

/// `strings.TrimSuffix(text, "\n")`
fn trimmed(mut text: Vec<u8>) -> Value {
    if text.last() == Some(&b'\n') {
        text.pop();
    }
    Value::str(text)
}

/// What JSON calls a value that does not fit its Go target.
fn json_kind(v: &Value) -> &'static str {
    match v {
        Value::Nil => "null",
        Value::Bool(_) => "bool",
        Value::Str(_) => "string",
        Value::List(_) => "array",
        Value::Map(_) => "object",
        _ => "number",
    }
}

/// Decoding into a map: null makes it nil, and an error becomes its key `Error`.
fn as_map(r: Result<Value, String>, prefix: &str) -> Map {
    let message = match r {
        Ok(Value::Map(m)) => return m,
        Ok(Value::Nil) => return Map::nil(Type::MAP),
        Ok(v) => {
            let kind = json_kind(&v);
            format!("{prefix}json: cannot unmarshal {kind} into Go value of type map[string]interface {{}}")
        }
        Err(e) => e,
    };
    let m = Map::new();
    m.set("Error", message.into());
    m
}

fn as_list(r: Result<Value, String>, prefix: &str) -> List {
    let message = match r {
        Ok(Value::List(l)) => return l,
        Ok(Value::Nil) => return List::nil(Type::Any),
        Ok(v) => {
            format!("{prefix}json: cannot unmarshal {} into Go value of type []interface {{}}", json_kind(&v))
        }
        Err(e) => e,
    };
    List::new(vec![message.into()])
}

/// `json.MarshalIndent(v, "", "  ")`: the compact form, spread over lines.
fn pretty(v: &Value) -> Result<Vec<u8>, JsonError> {
    let compact = json::encode(v, true)?;
    let mut out = Vec::with_capacity(compact.len() * 2);
    let mut depth = 0usize;
    let mut in_string = false;
    let mut escaped = false;
    let mut opened = false; // an empty `{}` stays on its line
    for b in compact {
        if in_string {
            out.push(b);
            in_string = escaped || b != b'"';
            escaped = b == b'\\' && !escaped;
            continue;
        }
        let newline = |out: &mut Vec<u8>, depth: usize| {
            out.push(b'\n');
            out.extend(std::iter::repeat_n(b' ', 2 * depth));
        };
        if opened && !matches!(b, b'}' | b']') {
            depth += 1;
            newline(&mut out, depth);
        }
        match b {
            b'{' | b'[' => {
                out.push(b);
                opened = true;
                continue;
            }
            b'}' | b']' => {
                if !opened {
                    depth = depth.saturating_sub(1);
                    newline(&mut out, depth);
                }
                out.push(b);
            }
            b',' => {
                out.push(b);
                newline(&mut out, depth);
            }
            b':' => out.extend_from_slice(b": "),
            b => {
                out.push(b);
                in_string = b == b'"';
            }
        }
        opened = false;
    }
    Ok(out)
}

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// Padded groups of `chars` characters of `bits` bits each.
fn encode_groups(data: &[u8], alphabet: &[u8], bits: u32, chars: usize) -> GoStr {
    let group = chars * bits as usize / 8;
    let mut out = Vec::with_capacity(data.len().div_ceil(group) * chars);
    for chunk in data.chunks(group) {
        let n = chunk.iter().fold(0u64, |n, b| n << 8 | u64::from(*b)) << (8 * (group - chunk.len()));
        let used = (chunk.len() * 8).div_ceil(bits as usize);
        for i in 0..chars {
            let index = n >> (bits as usize * (chars - 1 - i)) & ((1 << bits) - 1);
            out.push(if i < used { alphabet.get(index as usize).copied().unwrap_or(b'=') } else { b'=' });
        }
    }
    out.into()
}

/// `base64.StdEncoding.EncodeToString`
pub(crate) fn base64_encode(data: &[u8]) -> GoStr {
    encode_groups(data, BASE64, 6, 4)
}

fn base32_encode(data: &[u8]) -> GoStr {
    encode_groups(data, BASE32, 5, 8)
}

/// The decoded text, or the error's text in its place as Sprig gives it.
fn decoded(r: Result<Vec<u8>, usize>, base: u32) -> Value {
    match r {
        Ok(data) => Value::str(data),
        Err(at) => corrupt(at, base).into(),
    }
}

/// `CorruptInputError`
pub(crate) fn corrupt(at: usize, base: u32) -> String {
    format!("illegal base{base} data at input byte {at}")
}

fn is_newline(b: Option<&u8>) -> bool {
    matches!(b, Some(b'\n' | b'\r'))
}

/// `base64.StdEncoding.DecodeString`; the error is the offset that Go names. Newlines are skipped.
pub(crate) fn base64_decode(src: &[u8]) -> Result<Vec<u8>, usize> {
    let mut out = Vec::with_capacity(src.len() / 4 * 3);
    let mut at = 0;
    loop {
        let mut group = 0u32;
        let mut have = 0;
        while have < 4 {
            let Some(&b) = src.get(at) else {
                return if have == 0 { Ok(out) } else { Err(at - have) };
            };
            at += 1;
            if let Some(digit) = base64_digit(b) {
                group = group << 6 | digit;
                have += 1;
                continue;
            }
            if is_newline(Some(&b)) {
                continue;
            }
            if b != b'=' || have < 2 {
                return Err(at - 1);
            }
            if have == 2 {
                while is_newline(src.get(at)) {
                    at += 1;
                }
                match src.get(at) {
                    None => return Err(src.len()),
                    Some(b'=') => at += 1,
                    Some(_) => return Err(at - 1),
                }
            }
            while is_newline(src.get(at)) {
                at += 1;
            }
            if at < src.len() {
                return Err(at);
            }
            group <<= 6 * (4 - have);
            out.extend(group.to_be_bytes().iter().skip(1).take(have - 1));
            return Ok(out);
        }
        out.extend_from_slice(&group.to_be_bytes()[1..]);
    }
}

fn base64_digit(b: u8) -> Option<u32> {
    Some(u32::from(match b {
        b'A'..=b'Z' => b - b'A',
        b'a'..=b'z' => b - b'a' + 26,
        b'0'..=b'9' => b - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    }))
}

/// `base32.StdEncoding.DecodeString`: newlines are removed first, so that offsets do not count them.
fn base32_decode(text: &[u8]) -> Result<Vec<u8>, usize> {
    let src: Vec<u8> = text.iter().copied().filter(|b| !is_newline(Some(b))).collect();
    let mut out = Vec::with_capacity(src.len() / 8 * 5);
    let mut at = 0;
    while at < src.len() {
        let mut group = 0u64;
        let mut have = 0;
        while have < 8 {
            let Some(&b) = src.get(at) else { return Err(at - have) };
            at += 1;
            let left = src.get(at..).unwrap_or_default();
            if b == b'=' && have >= 2 && left.len() < 8 {
                if left.len() + have < 7 {
                    return Err(src.len());
                }
                if let Some(k) = left.iter().take(7 - have).position(|b| *b != b'=') {
                    return Err(at + k - 1);
                }
                if matches!(have, 1 | 3 | 6) {
                    return Err(at - 1);
                }
                group <<= 5 * (8 - have);
                out.extend(group.to_be_bytes().iter().skip(3).take(have * 5 / 8));
                return Ok(out);
            }
            let digit = match b {
                b'A'..=b'Z' => b - b'A',
                b'2'..=b'7' => b - b'2' + 26,
                _ => return Err(at - 1),
            };
            group = group << 5 | u64::from(digit);
            have += 1;
        }
        out.extend_from_slice(&group.to_be_bytes()[3..]);
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bases() {
        for s in ["", "a", "ab", "abc", "hello\u{ff}"] {
            assert_eq!(base64_decode(&base64_encode(s.as_bytes())).unwrap(), s.as_bytes());
            assert_eq!(base32_decode(&base32_encode(s.as_bytes())).unwrap(), s.as_bytes());
        }
        assert_eq!(base64_encode(b"hello"), "aGVsbG8=");
        assert_eq!(base32_encode(b"foobar"), "MZXW6YTBOI======");
        assert_eq!((base64_decode(b"abc"), base64_decode(b"a!"), base64_decode(b"YQ==x")), (Err(0), Err(1), Err(4)));
        assert_eq!(base64_decode(b"YW\nJj"), Ok(b"abc".to_vec()));
        assert_eq!(base32_decode(b"hello"), Err(0));
    }
}
