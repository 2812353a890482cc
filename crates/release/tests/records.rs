//! Records that Helm 3 and Helm 4 wrote: read and written again they are what Helm 4 would write.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

/// Helm 4 leaves out the empty times that Helm 3 wrote, and adds the time of the schema.
fn as_helm4_writes(json: &[u8]) -> String {
    let mut text = String::from_utf8_lossy(json).into_owned();
    if text.starts_with("{\"name\": ") {
        // a record that was made for the test by a program with other spacing
        let value: Value = serde_json::from_str(&text).expect("JSON");
        text = pintle_release::json::to_string(&value).expect("JSON");
    }
    if !text.contains("\"schemamodtime\":") {
        let record: Value = serde_json::from_str(&text).expect("JSON");
        let schema = format!("\"schema\":{},", record["chart"]["schema"]);
        text = text.replacen(&schema, &format!("{schema}\"schemamodtime\":\"0001-01-01T00:00:00Z\","), 1);
    }
    for field in ["first_deployed", "last_deployed", "deleted", "started_at", "completed_at"] {
        text = text.replace(&format!("\"{field}\":\"\","), "");
    }
    text
}

#[test]
fn recorded_releases_round_trip() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/e2e/releases");
    let Ok(entries) = std::fs::read_dir(&dir) else {
        #[expect(clippy::print_stderr, reason = "tells why nothing was tested")]
        {
            eprintln!("skipped: no recorded releases at {}", dir.display());
        }
        return;
    };
    let mut count = 0;
    for entry in entries.flatten() {
        let Ok(text) = std::fs::read(entry.path().join("records.json")) else { continue };
        let list: Value = serde_json::from_slice(&text).expect("a list");
        for item in list["items"].as_array().into_iter().flatten() {
            let data = item["data"]["release"].as_str().expect("payload");
            let stored = if item["kind"] == "Secret" {
                String::from_utf8(STANDARD.decode(data).expect("base64")).expect("base64 again")
            } else {
                data.to_owned()
            };
            let json = pintle_release::decode_bytes(&stored).expect("decodes");
            let release = pintle_release::decode_object(item).expect("decodes");
            let key = pintle_release::key(&release.name, release.version);
            assert_eq!(item["metadata"]["name"], key);
            assert_eq!(item["metadata"]["labels"]["status"], release.info.status.as_str());
            assert!(release.extra.is_empty() && release.info.extra.is_empty(), "{:?}", release.extra);
            let again = pintle_release::encode(&release).expect("encodes");
            let again = pintle_release::decode_bytes(&again).expect("decodes");
            assert_eq!(String::from_utf8_lossy(&again), as_helm4_writes(&json), "{entry:?}");
            count += 1;
        }
    }
    assert!(count > 0, "the folder holds no records");
}
