//! A chart as release records hold it: Go's JSON of `chart.Chart`, in its field order.
//!
//! Charts beneath, the parent and the raw files are not part of it (Go keeps them in unexported or excluded fields),
//! so a chart that comes back from a record has no dependencies.

use pintle_go::{Map, Value};
use serde_json::{Map as JsonMap, Value as Json};

use crate::decode;
use crate::{Chart, File, Lock, Metadata, Timestamp, json};

/// The chart as JSON.
pub fn chart_to_json(chart: &Chart) -> Json {
    let mut o = JsonMap::new();
    o.insert("metadata".to_owned(), chart.metadata.to_json());
    o.insert("lock".to_owned(), chart.lock.as_ref().map_or(Json::Null, Lock::to_json));
    o.insert("templates".to_owned(), files_to_json(&chart.templates));
    o.insert("values".to_owned(), json::from_value(&Value::Map(chart.values.clone())));
    o.insert("schema".to_owned(), chart.schema.as_ref().map_or(Json::Null, |s| Json::from(base64(s))));
    o.insert("schemamodtime".to_owned(), Json::from(chart.schema_mod_time.to_rfc3339_nano()));
    o.insert("files".to_owned(), files_to_json(&chart.files));
    put_time(&mut o, chart.mod_time);
    Json::Object(o)
}

fn put_time(o: &mut JsonMap<String, Json>, t: Timestamp) {
    if !t.is_zero() {
        o.insert("modtime".to_owned(), Json::from(t.to_rfc3339_nano()));
    }
}

fn files_to_json(files: &[File]) -> Json {
    if files.is_empty() {
        return Json::Null; // a nil slice
    }
    let one = |f: &File| {
        let mut o = JsonMap::new();
        o.insert("name".to_owned(), Json::from(&*f.name));
        o.insert("data".to_owned(), Json::from(base64(&f.data)));
        put_time(&mut o, f.mod_time);
        Json::Object(o)
    };
    files.iter().map(one).collect()
}

/// The chart of a record; what is absent stays empty.
///
/// # Errors
/// Which part has the wrong type.
pub fn chart_from_json(j: &Json) -> Result<Chart, String> {
    let mut chart = Chart::default();
    let part = |name: &str| j.get(name).filter(|v| !v.is_null());
    let time = |v: Option<&Json>| v.and_then(Json::as_str).and_then(Timestamp::parse_rfc3339).unwrap_or_default();
    if let Some(m) = part("metadata") {
        let mut metadata = Metadata::default();
        decode::from_value(&json::to_value(m), &mut metadata, false).map_err(|e| format!("chart.metadata: {e}"))?;
        chart.metadata = metadata;
    }
    if let Some(l) = part("lock") {
        let mut lock = Lock::default();
        decode::from_value(&json::to_value(l), &mut lock, false).map_err(|e| format!("chart.lock: {e}"))?;
        chart.lock = Some(lock);
    }
    chart.templates = files_from_json(part("templates"), "templates")?;
    chart.files = files_from_json(part("files"), "files")?;
    if let Some(v) = part("values") {
        chart.values = match json::to_value(v) {
            Value::Map(m) => m,
            _ => return Err("chart.values: not an object".to_owned()),
        };
    }
    if let Some(s) = part("schema") {
        chart.schema = Some(s.as_str().and_then(unbase64).ok_or("chart.schema: not base64")?.into());
    }
    chart.schema_mod_time = time(part("schemamodtime"));
    chart.mod_time = time(part("modtime"));
    chart.place_named();
    Ok(chart)
}

fn files_from_json(j: Option<&Json>, what: &str) -> Result<Vec<File>, String> {
    let Some(j) = j else { return Ok(Vec::new()) };
    let bad = || format!("chart.{what}: not a list of files");
    j.as_array()
        .ok_or_else(bad)?
        .iter()
        .map(|f| {
            let name = f.get("name").and_then(Json::as_str).unwrap_or_default();
            let data = match f.get("data") {
                None | Some(Json::Null) => Vec::new(),
                Some(d) => d.as_str().and_then(unbase64).ok_or_else(bad)?,
            };
            let time = f.get("modtime").and_then(Json::as_str).and_then(Timestamp::parse_rfc3339);
            Ok(File { name: name.into(), data: data.into(), mod_time: time.unwrap_or_default() })
        })
        .collect()
}

/// Values of a record as a map; null is an empty one.
pub fn values_from_json(j: &Json) -> Option<Map> {
    match json::to_value(j) {
        Value::Map(m) => Some(m),
        Value::Nil => Some(Map::new()),
        _ => None,
    }
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Standard base64 with padding, as Go's JSON writes bytes.
fn base64(data: &[u8]) -> String {
    let mut out = String::with_capacity(data.len().div_ceil(3) * 4);
    let digit = |n: u32| char::from(ALPHABET[(n & 63) as usize]);
    for chunk in data.chunks(3) {
        let b = |i: usize| u32::from(chunk.get(i).copied().unwrap_or(0));
        let n = b(0) << 16 | b(1) << 8 | b(2);
        out.push(digit(n >> 18));
        out.push(digit(n >> 12));
        out.push(if chunk.len() > 1 { digit(n >> 6) } else { '=' });
        out.push(if chunk.len() > 2 { digit(n) } else { '=' });
    }
    out
}

fn unbase64(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut n) = (0u32, 0u32);
    for b in text.trim_end_matches('=').bytes() {
        let digit = match b {
            b'A'..=b'Z' => b - b'A',
            b'a'..=b'z' => b - b'a' + 26,
            b'0'..=b'9' => b - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'\n' | b'\r' => continue,
            _ => return None,
        };
        n = n << 6 | u32::from(digit);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            out.push((n >> bits) as u8);
            n &= (1 << bits) - 1;
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_goes_both_ways() {
        for s in ["", "a", "ab", "abc", "abcd\u{ff}"] {
            assert_eq!(unbase64(&base64(s.as_bytes())).unwrap(), s.as_bytes());
        }
        assert_eq!(base64(b"Helm"), "SGVsbQ==");
    }

    #[test]
    fn a_chart_comes_back_from_its_record() {
        let mut c = Chart::default();
        c.metadata.api_version = "v2".into();
        c.metadata.version = "1.0.0".into();
        c.rename("app");
        c.values = crate::strvals::parse("a.b=1").unwrap();
        c.templates.push(File::new("templates/a.yaml", b"a".to_vec()));
        let j = chart_to_json(&c);
        let keys: Vec<&str> = j.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(keys, ["metadata", "lock", "templates", "values", "schema", "schemamodtime", "files"]);
        let back = chart_from_json(&j).unwrap();
        assert_eq!(chart_to_json(&back), j);
        assert_eq!(back.full_path(), "app");
    }
}
