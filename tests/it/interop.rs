//! Release records that Helm 3 and Helm 4 left behind are ours to read.

use serde_json::Value;

use crate::kit::shared;

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
