//! base64 and base32, JSON and YAML: Sprig's functions, and Helm's which replace some of them.

use pintle_go::json::{self, JsonError};
use pintle_go::{Func, FuncError, FuncResult, GoStr, Map, Type, Value};

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
    Func::plain("fromJson", S, Type::MAP, from_json),
    Func::plain("fromJsonArray", S, Type::LIST, from_json_array),
    // YAML
    Func::plain("toYaml", ANY, STRING, |a| Ok(trimmed(pintle_yaml::write(any(a, 0)).unwrap_or_default()))),
    Func::plain("mustToYaml", ANY, STRING, |a| Ok(trimmed(pintle_yaml::write(any(a, 0)).map_err(|e| e.0)?))),
    Func::plain("toYamlPretty", ANY, STRING, |a| Ok(trimmed(pintle_yaml::write_pretty(any(a, 0)).unwrap_or_default()))),
    Func::plain("fromYaml", S, Type::MAP, from_yaml),
    Func::plain("fromYamlArray", S, Type::LIST, from_yaml_array),
];

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

/// Helm's `fromJson`: what could be read, with an error under its key `Error`; null makes the map nil.
fn from_json(args: &[Value]) -> FuncResult {
    let (m, error) = json::decode_map(text(args, 0));
    if let Some(e) = error {
        m.set("Error", e.0.into());
    }
    Ok(Value::Map(m))
}

fn from_json_array(args: &[Value]) -> FuncResult {
    let (l, error) = json::decode_list(text(args, 0));
    Ok(error.map_or(Value::List(l), |e| Value::list(vec![e.0.into()])))
}

/// What sigs.k8s.io/yaml says when the YAML is good, but no such value.
fn wrong_yaml(v: &Value, into: Type) -> Value {
    format!("error unmarshaling JSON: while decoding JSON: {}", json::cannot_unmarshal(v, into).0).into()
}

fn unreadable(e: &pintle_yaml::Error) -> Value {
    e.unmarshal_text().into()
}

fn from_yaml(args: &[Value]) -> FuncResult {
    let message = match pintle_yaml::read(text(args, 0)) {
        Ok(v @ Value::Map(_)) => return Ok(v),
        // null leaves the target as it was, unlike in JSON
        Ok(Value::Nil) => return Ok(Value::Map(Map::new())),
        Ok(v) => wrong_yaml(&v, Type::MAP),
        Err(e) => unreadable(&e),
    };
    let m = Map::new();
    m.set("Error", message);
    Ok(Value::Map(m))
}

fn from_yaml_array(args: &[Value]) -> FuncResult {
    Ok(match pintle_yaml::read(text(args, 0)) {
        Ok(v @ Value::List(_)) => v,
        Ok(Value::Nil) => Value::list(Vec::new()),
        Ok(v) => Value::list(vec![wrong_yaml(&v, Type::LIST)]),
        Err(e) => Value::list(vec![unreadable(&e)]),
    })
}

/// `json.MarshalIndent` as Sprig calls it.
fn pretty(v: &Value) -> Result<Vec<u8>, JsonError> {
    json::encode_indent(v, "", "  ", true)
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
