//! Release records that Helm 3 and Helm 4 left behind are ours to read.

use pintle_testkit::ControlPlane;
use serde_json::Value;

use crate::kit::{Sandbox, shared, skipped};

/// Programs named `helm` to take turns with: Helm 4, and Helm 3.
const HELMS: [&str; 2] = ["PINTLE_TEST_HELM", "PINTLE_TEST_HELM3"];

/// The records of one recorded release, as the API server gave them.
pub fn recorded(id: &str) -> Option<Vec<Value>> {
    let path = shared("e2e/releases")?.join(id).join("records.json");
    let list: Value = serde_json::from_slice(&std::fs::read(path).ok()?).expect("JSON");
    list["items"].as_array().cloned()
}

/// `records.json` of every recorded release says what `index.json` says of it.
#[test]
fn recorded_releases_decode_to_what_helm_said_of_them() {
    let Some(dir) = shared("e2e/releases") else { return };
    let index = std::fs::read(dir.join("index.json")).expect("index.json");
    let index: Value = serde_json::from_slice(&index).expect("JSON");
    for entry in index.as_array().expect("a list") {
        let id = entry["id"].as_str().expect("an id");
        let mut seen: Vec<(i64, String)> = Vec::new();
        for object in recorded(id).expect("records") {
            let release = pintle_release::decode_object(&object).unwrap_or_else(|e| panic!("{id}: {e}"));
            assert_eq!(release.name, entry["release"], "{id}");
            assert_eq!(release.namespace, entry["namespace"], "{id}");
            assert!(release.chart["metadata"]["name"].is_string(), "{id}");
            // what was stored is written back as the same record
            let again = pintle_release::encode(&release).expect("encodes");
            let mut again = pintle_release::decode(&again).expect("decodes");
            again.labels.clone_from(&release.labels);
            assert_eq!(again, release, "{id}");
            seen.push((release.version, release.info.status.as_str().to_owned()));
        }
        seen.sort();
        let seen: Vec<String> = seen.into_iter().map(|(v, s)| format!("{v}:{s}")).collect();
        assert_eq!(Value::from(seen), entry["revisions"], "{id}");
    }
}

/// What Helm 4 wrote is written back to the byte: field order, what is left out, times, escapes, numbers.
#[test]
fn records_of_helm_4_are_written_back_to_the_byte() {
    let Some(dir) = shared("e2e/releases") else { return };
    let mut seen = 0;
    for entry in std::fs::read_dir(dir).expect("a folder").flatten() {
        let id = entry.file_name().to_string_lossy().into_owned();
        if !id.starts_with("h4-") {
            continue;
        }
        for object in recorded(&id).expect("records") {
            let release = pintle_release::decode_object(&object).expect("a record");
            let stored = plain(&object);
            let ours = pintle_release::json::to_string(&release).expect("encodes");
            assert_eq!(ours, stored.trim_end(), "{id} {}", release.version);
            seen += 1;
        }
    }
    assert!(seen > 20, "{seen} records");
}

/// The JSON in an object of a record.
fn plain(object: &Value) -> String {
    use std::io::Read as _;

    let data = object["data"]["release"].as_str().expect("data");
    let inner = if object["kind"] == "ConfigMap" { data.to_owned() } else { text(unbase64(data)) };
    let mut out = String::new();
    flate2::read::GzDecoder::new(unbase64(&inner).as_slice()).read_to_string(&mut out).expect("gzip of JSON");
    out
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).expect("text")
}

/// Standard base64, for a test that must not trust the codec it is about.
fn unbase64(text: &str) -> Vec<u8> {
    let value = |c: u8| match c {
        b'A'..=b'Z' => c - b'A',
        b'a'..=b'z' => c - b'a' + 26,
        b'0'..=b'9' => c - b'0' + 52,
        b'+' => 62,
        _ => 63,
    };
    let (mut out, mut bits, mut count) = (Vec::new(), 0_u32, 0);
    for c in text.bytes().filter(|c| *c != b'=') {
        bits = bits << 6 | u32::from(value(c));
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count & 0xff) as u8);
        }
    }
    out
}

/// Helm and this program work on one release by turns, each on what the other left, and see the same of it.
#[test]
fn by_turns_with_helm() {
    for variable in HELMS {
        let Some(helm) = std::env::var_os(variable) else {
            skipped(&format!("{variable} names no Helm"));
            continue;
        };
        let Some(api) = ControlPlane::shared_or_skip() else { return };
        let namespace = api.namespace(&variable.to_lowercase().replace('_', "-")).expect("a namespace");
        let helm = Sandbox::of_program(helm.as_ref()).with_cluster(api.kubeconfig());
        let ours = Sandbox::new().with_cluster(api.kubeconfig());
        for sandbox in [&helm, &ours] {
            let object = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: \"{{ .Release.Name }}\"}\ndata: {value: \"{{ .Values.n }}\"}\n";
            sandbox.chart("c", &[("templates/a.yaml", object), ("templates/NOTES.txt", "n is {{ .Values.n }}\n")]);
        }
        for (release, first, second) in [("a", &helm, &ours), ("b", &ours, &helm)] {
            let run = |sandbox: &Sandbox, line: &str| {
                sandbox.run(line.split(' ').chain([release, "-n", &namespace])).ok();
                let path = format!("/api/v1/namespaces/{namespace}/configmaps/{release}");
                api.request("GET", &path, None).map(|(_, live)| live["data"]["value"].clone()).expect("an answer")
            };
            let chart = |verb: &str, n: u32| format!("{verb} --set n={n} --labels turn=t{n} CHART");
            for (sandbox, line, value) in [
                (first, chart("install", 1), "1"),
                (second, chart("upgrade", 2), "2"),
                (first, chart("upgrade", 3), "3"),
                (second, "rollback".to_owned(), "2"),
                (first, chart("upgrade", 5), "5"),
                (second, chart("upgrade", 6), "6"),
                (first, "rollback".to_owned(), "5"),
            ] {
                // the chart comes after the name
                let live = match line.strip_suffix(" CHART") {
                    Some(line) => {
                        let words = line.split(' ').chain([release, "c", "-n", &namespace]);
                        sandbox.run(words).ok();
                        run(sandbox, "status")
                    }
                    None => run(sandbox, &line),
                };
                assert_eq!(live, value, "{release}: {line}");
                for shown in
                    ["history", "get values", "get manifest", "get notes", "get metadata -o json", "list -o json"]
                {
                    let words = |shown: &str| {
                        let name = (!shown.starts_with("list")).then_some(release);
                        shown.split(' ').map(str::to_owned).chain(name.map(str::to_owned)).collect::<Vec<_>>()
                    };
                    let seen =
                        |s: &Sandbox| s.run(words(shown).iter().map(String::as_str).chain(["-n", &namespace])).ok();
                    let (theirs, mine) = (seen(&helm), seen(&ours));
                    // Helm 3 prints some of these otherwise
                    if variable == HELMS[0] || ["history", "get values", "get manifest"].contains(&shown) {
                        assert_eq!(mine, theirs, "{release}: {shown} after {line}");
                    }
                }
            }
            second.run(["uninstall", release, "-n", &namespace]).ok();
            first.run(["status", release, "-n", &namespace]).error();
        }
    }
}
