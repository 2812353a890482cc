//! Handing the fields of the client-side manager over to server-side apply (client-go's csaupgrade).
//!
//! A release that was applied from the client owns its fields by `Update`. Without this step the first server-side apply
//! would own them a second time, and fields that leave the chart would stay for ever.

use serde_json::{Map, Value, json};

/// The JSON patch that makes a manager's `Update` fields its `Apply` fields; none when there is nothing to hand over.
///
/// It carries the object's resource version, so that the server refuses it (409) when somebody was faster.
pub(crate) fn upgrade_managed_fields_patch(live: &Value, manager: &str) -> Option<Value> {
    let entries = live.pointer("/metadata/managedFields")?.as_array()?;
    let upgraded = upgraded(entries, manager)?;
    let version = live.pointer("/metadata/resourceVersion").and_then(Value::as_str).unwrap_or_default();
    Some(json!([
        { "op": "replace", "path": "/metadata/managedFields", "value": upgraded },
        { "op": "replace", "path": "/metadata/resourceVersion", "value": version },
    ]))
}

fn is(entry: &Value, manager: &str, operation: &str) -> bool {
    let text = |key: &str| entry.get(key).and_then(Value::as_str).unwrap_or_default();
    text("manager") == manager && text("operation") == operation && text("subresource").is_empty()
}

fn upgraded(entries: &[Value], manager: &str) -> Option<Vec<Value>> {
    // Entries stand newest first; the first `Update` of ours is the one that counts.
    let update = entries.iter().position(|e| is(e, manager, "Update"))?;
    let target = entries.iter().position(|e| is(e, manager, "Apply")).unwrap_or(update);
    let mut entries = entries.to_vec();
    if target == update
        && let Some(entry) = entries.get_mut(target).and_then(Value::as_object_mut)
    {
        entry.insert("operation".to_owned(), "Apply".into());
    }
    // Fields of another API version are dropped: their names may mean something else there.
    let version = entries.get(target)?.get("apiVersion").cloned();
    let same_version = |e: &&Value| is(e, manager, "Update") && e.get("apiVersion") == version.as_ref();
    let fields = entries.iter().find(same_version).and_then(|e| e.get("fieldsV1")).cloned();
    if let Some(fields) = fields
        && let Some(entry) = entries.get_mut(target).and_then(Value::as_object_mut)
    {
        let own = entry.get("fieldsV1").cloned().unwrap_or_else(|| json!({}));
        entry.insert("fieldsV1".to_owned(), union(own, fields));
    }
    entries.retain(|e| !is(e, manager, "Update"));
    Some(entries)
}

/// The union of two sets of fields, written as tries: `{}` is a field, `{"f:a": {}}` only what is below one, and
/// `{".": {}, "f:a": {}}` both.
fn union(a: Value, b: Value) -> Value {
    match (a, b) {
        (Value::Object(mut a), Value::Object(b)) => {
            for (key, value) in b {
                let merged = match a.remove(&key) {
                    Some(own) => union_below(own, value),
                    None => value,
                };
                a.insert(key, merged);
            }
            Value::Object(a)
        }
        (a, Value::Null) => a,
        (_, b) => b,
    }
}

fn union_below(a: Value, b: Value) -> Value {
    let is_leaf = |v: &Value| v.as_object().is_some_and(Map::is_empty);
    match (is_leaf(&a), is_leaf(&b)) {
        (true, true) => a,
        (true, false) => with_dot(b),
        (false, true) => with_dot(a),
        (false, false) => union(a, b),
    }
}

fn with_dot(trie: Value) -> Value {
    match trie {
        Value::Object(mut map) => {
            if !map.contains_key(".") {
                map.shift_insert(0, ".".to_owned(), json!({}));
            }
            Value::Object(map)
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(manager: &str, operation: &str, version: &str, fields: Value) -> Value {
        json!({"manager": manager, "operation": operation, "apiVersion": version, "fieldsV1": fields})
    }

    fn live(entries: Value) -> Value {
        json!({"metadata": {"resourceVersion": "7", "managedFields": entries}})
    }

    #[test]
    fn update_becomes_apply() {
        let other = entry("kubectl", "Update", "v1", json!({"f:x": {}}));
        let object = live(json!([entry("helm", "Update", "v1", json!({"f:data": {".": {}, "f:a": {}}})), other]));
        let patch = upgrade_managed_fields_patch(&object, "helm").expect("a patch");
        assert_eq!(
            patch[0]["value"],
            json!([entry("helm", "Apply", "v1", json!({"f:data": {".": {}, "f:a": {}}})), other])
        );
        assert_eq!(patch[1]["value"], "7");
    }

    #[test]
    fn both_are_united() {
        let object = live(json!([
            entry("helm", "Apply", "v1", json!({"f:data": {"f:a": {}}, "f:b": {}})),
            entry("helm", "Update", "v1", json!({"f:data": {}, "f:b": {"f:c": {}}})),
            entry("helm", "Update", "v1beta1", json!({"f:old": {}})),
        ]));
        let patch = upgrade_managed_fields_patch(&object, "helm").expect("a patch");
        assert_eq!(
            patch[0]["value"],
            json!([entry("helm", "Apply", "v1", json!({"f:data": {".": {}, "f:a": {}}, "f:b": {".": {}, "f:c": {}}}))])
        );
    }

    #[test]
    fn nothing_to_hand_over() {
        assert_eq!(upgrade_managed_fields_patch(&live(json!([entry("helm", "Apply", "v1", json!({}))])), "helm"), None);
        assert_eq!(upgrade_managed_fields_patch(&json!({}), "helm"), None);
        let status = json!([{"manager": "helm", "operation": "Update", "subresource": "status"}]);
        assert_eq!(upgrade_managed_fields_patch(&live(status), "helm"), None);
    }
}
