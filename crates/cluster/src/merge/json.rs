//! JSON merge patches (RFC 7386), as evanphx/json-patch makes them.

use serde_json::{Map, Value};

/// Why a three-way patch cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JsonMergeError {
    /// The patch would change what identifies the object.
    #[error("precondition failed for: {0}: at least one field was changed: apiVersion, kind or name")]
    Precondition(String),
}

/// The patch that makes `modified` out of `original`.
pub fn json_merge_patch(original: &Value, modified: &Value) -> Value {
    let empty = Map::new();
    diff(original.as_object().unwrap_or(&empty), modified.as_object().unwrap_or(&empty)).into()
}

fn diff(a: &Map<String, Value>, b: &Map<String, Value>) -> Map<String, Value> {
    let mut patch = Map::new();
    for (key, new) in b {
        match (a.get(key), new) {
            (None, _) => {
                patch.insert(key.clone(), new.clone());
            }
            (Some(Value::Object(x)), Value::Object(y)) => {
                let inner = diff(x, y);
                if !inner.is_empty() {
                    patch.insert(key.clone(), inner.into());
                }
            }
            (Some(old), new) if same(old, new) => {}
            _ => {
                patch.insert(key.clone(), new.clone());
            }
        }
    }
    for key in a.keys().filter(|k| !b.contains_key(*k)) {
        patch.insert(key.clone(), Value::Null);
    }
    patch
}

/// Equal as Go's decoded JSON is: numbers are floats there, so 1 and 1.0 are one value.
pub(crate) fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(x), Value::Number(y)) => x == y || x.as_f64() == y.as_f64(),
        (Value::Array(x), Value::Array(y)) => x.len() == y.len() && x.iter().zip(y).all(|(x, y)| same(x, y)),
        (Value::Object(x), Value::Object(y)) => {
            x.len() == y.len() && x.iter().all(|(k, v)| y.get(k).is_some_and(|w| same(v, w)))
        }
        _ => a == b,
    }
}

/// What to send so that the live object gets what is rendered now and loses what was rendered before and is no more.
///
/// # Errors
/// [`JsonMergeError::Precondition`] when apiVersion, kind or metadata.name would change.
pub fn three_way_json_merge_patch(
    original: &Value,
    modified: &Value,
    current: &Value,
) -> Result<Value, JsonMergeError> {
    let mut additions = json_merge_patch(current, modified);
    keep_changes(&mut additions);
    let mut patch = json_merge_patch(original, modified);
    keep_deletions(&mut patch);
    merge_patches(&mut patch, additions);
    let changed = |pointer: &str| patch.pointer(pointer).is_some();
    if changed("/apiVersion") || changed("/kind") || changed("/metadata/name") {
        return Err(JsonMergeError::Precondition(patch.to_string()));
    }
    Ok(patch)
}

/// Drops deletions; empty maps that were set on purpose stay.
fn keep_changes(patch: &mut Value) {
    if let Value::Object(map) = patch {
        map.retain(|_, v| match v {
            Value::Null => false,
            Value::Object(inner) if inner.is_empty() => true,
            Value::Object(_) => {
                keep_changes(v);
                v.as_object().is_some_and(|m| !m.is_empty())
            }
            _ => true,
        });
    }
}

/// Keeps only deletions.
fn keep_deletions(patch: &mut Value) {
    if let Value::Object(map) = patch {
        map.retain(|_, v| match v {
            Value::Null => true,
            Value::Object(_) => {
                keep_deletions(v);
                v.as_object().is_some_and(|m| !m.is_empty())
            }
            _ => false,
        });
    }
}

/// Lays one patch over another; nulls of both stay.
fn merge_patches(base: &mut Value, over: Value) {
    match (base, over) {
        (Value::Object(base), Value::Object(over)) => {
            for (key, value) in over {
                match base.get_mut(&key) {
                    Some(slot) if slot.is_object() && value.is_object() => merge_patches(slot, value),
                    _ => {
                        base.insert(key, value);
                    }
                }
            }
        }
        (base, over) => *base = over,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn two_way() {
        let a = json!({"spec": {"a": 1, "b": [1], "c": {"x": 1}}});
        let b = json!({"spec": {"a": 1.0, "b": [2], "d": 0}});
        assert_eq!(json_merge_patch(&a, &b), json!({"spec": {"b": [2], "d": 0, "c": null}}));
        assert_eq!(json_merge_patch(&a, &a), json!({}));
    }

    #[test]
    fn three_way_leaves_what_others_set() {
        let original = json!({"spec": {"a": 1, "gone": 1}});
        let modified = json!({"spec": {"a": 2}});
        let current = json!({"spec": {"a": 9, "gone": 1, "theirs": true}});
        assert_eq!(
            three_way_json_merge_patch(&original, &modified, &current),
            Ok(json!({"spec": {"gone": null, "a": 2}}))
        );
        assert!(three_way_json_merge_patch(&json!({}), &json!({"kind": "A"}), &json!({"kind": "B"})).is_err());
    }
}
