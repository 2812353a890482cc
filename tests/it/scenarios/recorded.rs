//! Releases that real Helm 3 and Helm 4 left behind: shown byte for byte as Helm shows them, then carried on and removed.

use serde_json::{Value, json};

use super::{Bench, Step};
use crate::interop::recorded;
use crate::kit::shared;

/// The recorded output's file, and the command.
const SHOWN: [(&str, &str); 10] = [
    ("list.out", "list -o json"),
    ("list-table.out", "list"),
    ("history.out", "history r -o json"),
    ("history-table.out", "history r"),
    ("get-all.out", "get all r"),
    ("values.out", "get values r -a -o json"),
    ("metadata.out", "get metadata r -o json"),
    ("hooks.out", "get hooks r"),
    ("notes.out", "get notes r"),
    ("manifest.out", "get manifest r"),
];

#[test]
fn all_are_shown_as_helm_shows_them_and_then_removed() {
    let Some(dir) = shared("e2e/releases") else { return };
    let index: Value =
        serde_json::from_slice(&std::fs::read(dir.join("index.json")).expect("index.json")).expect("JSON");
    for entry in index.as_array().expect("a list") {
        let id = entry["id"].as_str().expect("an id");
        // these two are upgraded by another test, in the namespaces of their names
        if !["h3-app", "h4-app"].contains(&id) {
            one(id, entry);
        }
    }
}

fn one(id: &str, entry: &Value) {
    let Some(mut bench) = Bench::new() else { return };
    let dir = shared("e2e/releases").expect("the data").join(id);
    entry["namespace"].as_str().expect("a namespace").clone_into(&mut bench.namespace);
    let namespace = json!({"metadata": {"name": bench.namespace}});
    bench.api.expect("POST", "/api/v1/namespaces", Some(&namespace)).expect("a namespace");
    let kind = entry["storage"].as_str().expect("a kind");
    if kind == "configmaps" {
        bench.records = "configmaps";
        bench.sandbox.set_env("HELM_DRIVER", "configmap");
    }
    for mut record in recorded(id).expect("records") {
        record["metadata"].as_object_mut().expect("metadata").remove("creationTimestamp");
        let path = format!("/api/v1/namespaces/{}/{kind}", bench.namespace);
        bench.api.expect("POST", &path, Some(&record)).expect("a record");
    }
    for (file, line) in SHOWN {
        let wanted = std::fs::read_to_string(dir.join(file)).expect("a recorded output");
        assert_eq!(bench.command(line).ok(), wanted, "{id}: {line}");
    }
    bench.run(id, &[Step::Ok("uninstall r --no-hooks"), Step::Records("r", "")]);
}
