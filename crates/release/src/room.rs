//! Records that are too large for the object that is to hold them: told before anything is changed, with what takes
//! the room. Helm finds out from the server's refusal.

use serde_json::Value;

use crate::{CodecError, Release, codec};

/// What a Secret or ConfigMap may hold, in bytes (Kubernetes' `MaxSecretSize`).
pub const OBJECT_LIMIT: usize = 1 << 20;

/// How many parts of a record are named.
const NAMED: usize = 5;

/// Parts of a record and their sizes, in bytes of JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Room {
    /// What the encoded record needs.
    pub needed: usize,
    /// The largest parts, largest first.
    pub parts: Vec<(String, usize)>,
}

impl std::fmt::Display for Room {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "the record needs {} after compression; nothing was changed. Before it, these take most:",
            size(self.needed)
        )?;
        for (part, bytes) in &self.parts {
            write!(f, "\n  {:>9}  {part}", size(*bytes))?;
        }
        Ok(())
    }
}

/// What a record needs, where that is more than an object may hold.
///
/// # Errors
/// A record that cannot be encoded.
pub fn beyond(release: &Release, limit: usize) -> Result<Option<Room>, CodecError> {
    let plain = crate::json::to_vec(release)?.len();
    // base64 makes three bytes four, and nothing grows by compression beyond a few bytes
    if plain < (limit / 4 * 3).saturating_sub(1024) {
        return Ok(None);
    }
    let needed = codec::encode(release)?.len();
    Ok((needed > limit).then(|| Room { needed, parts: largest(release) }))
}

fn largest(release: &Release) -> Vec<(String, usize)> {
    let mut parts = vec![
        ("manifest".to_owned(), release.manifest.len()),
        ("hooks".to_owned(), release.hooks.iter().map(|h| h.manifest.len()).sum()),
        ("notes".to_owned(), release.info.notes.len()),
        ("user-supplied values".to_owned(), release.config.as_ref().map_or(0, |c| length(&Value::Object(c.clone())))),
        ("values.yaml of the chart".to_owned(), release.chart.get("values").map_or(0, length)),
        ("values.schema.json of the chart".to_owned(), release.chart.get("schema").map_or(0, length)),
    ];
    for list in ["templates", "files"] {
        for file in release.chart.get(list).and_then(Value::as_array).into_iter().flatten() {
            let name = file.get("name").and_then(Value::as_str).unwrap_or_default();
            parts.push((format!("{name} of the chart"), file.get("data").map_or(0, length)));
        }
    }
    parts.sort_by_key(|p| std::cmp::Reverse(p.1));
    parts.truncate(NAMED);
    parts.retain(|(_, bytes)| *bytes > 0);
    parts
}

fn length(v: &Value) -> usize {
    match v {
        Value::String(s) => s.len(),
        other => serde_json::to_vec(other).map_or(0, |t| t.len()),
    }
}

/// Bytes for people.
fn size(bytes: usize) -> String {
    let tenths = |unit: usize| format!("{}.{}", bytes / unit, bytes % unit * 10 / unit);
    match bytes {
        0..1024 => format!("{bytes} B"),
        1024..1_048_576 => format!("{} KiB", tenths(1024)),
        _ => format!("{} MiB", tenths(1_048_576)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_largest_parts_are_named() {
        let mut release = Release { name: "a".to_owned(), manifest: "x: y\n".repeat(30), ..Release::default() };
        // text that does not compress: a walk through all residues
        let data: String = (0..2000_u64).map(|n| char::from(33 + (n * n * 7919 % 89) as u8)).collect();
        release.chart = json!({"files": [{"name": "big.bin", "data": data}], "templates": []});
        assert_eq!(beyond(&release, OBJECT_LIMIT).expect("encodes"), None);
        let room = beyond(&release, 256).expect("encodes").expect("too large");
        assert_eq!(room.parts, [("big.bin of the chart".to_owned(), 2000), ("manifest".to_owned(), 150)]);
        let text = room.to_string();
        assert!(text.contains("\n    1.9 KiB  big.bin of the chart\n      150 B  manifest"), "{text}");
    }
}
