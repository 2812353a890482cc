//! Recorded answers of the real libraries: `yaml.jsonl` of the conformance data, if it lies beside the workspace.

#![allow(clippy::print_stdout)] // a failing case is shown as it is

use std::collections::BTreeMap;
use std::path::PathBuf;

use pintle_go::{Map, json};
use pintle_yaml as yaml;

fn data(name: &str) -> Option<String> {
    let dir = std::env::var_os("PINTLE_CONFORMANCE")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/conformance"), PathBuf::from);
    std::fs::read_to_string(dir.join(name)).ok()
}

struct Case(Map);

impl Case {
    fn text(&self, field: &str) -> Option<String> {
        Some(self.0.get_str(field)?.as_str()?.to_str_lossy().into_owned())
    }
    /// A text field, or its base64 form.
    fn bytes(&self, field: &str) -> Option<Vec<u8>> {
        match self.text(field) {
            Some(t) => Some(t.into_bytes()),
            None => {
                let text = format!("!!binary {}", self.text(&format!("{field}_b64"))?);
                let source = yaml::Source::new(text.as_bytes());
                let node = source.documents().next()?.ok()?;
                Some(unbase64(node.root().text()))
            }
        }
    }
}

fn unbase64(s: &[u8]) -> Vec<u8> {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = Vec::new();
    let (mut n, mut bits) = (0u32, 0);
    for b in s.iter().filter_map(|b| DIGITS.iter().position(|d| d == b)) {
        n = n << 6 | b as u32;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            out.push((n >> bits) as u8);
        }
    }
    out
}

fn shown(r: Result<Vec<u8>, yaml::Error>) -> String {
    match r {
        Ok(b) => String::from_utf8_lossy(&b).into_owned(),
        Err(e) => format!("error: {e}"),
    }
}

/// What is wrong with a case: what was asked, what came, what was wanted.
fn check(case: &Case) -> Vec<(&'static str, String, String)> {
    let mut wrong = Vec::new();
    let mut compare = |what, got: String, want: String| {
        if got != want {
            wrong.push((what, got, want));
        }
    };
    let error = case.text("error").map(|e| format!("error: {e}"));
    let want = |field: &str| case.text(field).or_else(|| error.clone()).unwrap_or_default();
    if let Some(value) = case.0.get_str("value") {
        compare("write", shown(yaml::write(&value)), want("expect"));
        compare("pretty", shown(yaml::write_pretty(&value)), want("pretty"));
        return wrong;
    }
    let text = case.bytes("yaml").unwrap_or_default();
    compare("to_json", shown(yaml::to_json(&text)), want("expect"));
    if error.is_none() {
        if let Some(reyaml) = case.text("reyaml") {
            compare("reyaml", shown(yaml::read(&text).and_then(|v| yaml::write(&v))), reyaml);
        }
        let strict = yaml::to_json_strict(&text).err().map(|e| e.to_string()).unwrap_or_default();
        compare("strict", strict, case.text("strict_error").unwrap_or_default());
        let map = yaml::read_map(&text).err().map(|e| e.unmarshal_text()).unwrap_or_default();
        compare("map", map, case.text("map_error").unwrap_or_default());
    }
    wrong
}

#[test]
fn the_recorded_answers() {
    let Some(lines) = data("yaml.jsonl") else {
        println!("skipped: no conformance data beside the workspace");
        return;
    };
    let mut groups: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    let mut shown = 0;
    for line in lines.lines() {
        let case = json::decode_numbers(line.as_bytes(), json::Numbers::Int64).unwrap().as_map().map(Case).unwrap();
        let id = case.text("id").unwrap();
        let group = id.rsplit_once('-').map_or(id.as_str(), |p| p.0).to_string();
        let count = groups.entry(group).or_default();
        count.0 += 1;
        let wrong = check(&case);
        if wrong.is_empty() {
            continue;
        }
        count.1 += 1;
        shown += 1;
        if shown <= 40 {
            println!("{id}: {:?}", case.bytes("yaml").map(|b| String::from_utf8_lossy(&b).into_owned()));
            for (what, got, want) in wrong {
                println!("  {what}\n    got  {got:?}\n    want {want:?}");
            }
        }
    }
    let (all, failed) = groups.values().fold((0, 0), |(a, f), g| (a + g.0, f + g.1));
    println!("{groups:?}\n{} of {all} cases passed", all - failed);
    assert_eq!(failed, 0);
}
