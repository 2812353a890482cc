//! What differs between two sets of objects, and what an upgrade would do to a cluster: pure functions.
//!
//! Contents of Secrets never leave this module: they are replaced by their lengths, told apart where they differ.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::{Gvk, Object, Resource};

/// What happened to an object or would happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Change {
    /// It is new.
    Added,
    /// It is another.
    Changed,
    /// It goes.
    Removed,
    /// It leaves the release but stays in the cluster (`helm.sh/resource-policy: keep`).
    Kept,
    /// It is the same.
    Unchanged,
}

/// Which object.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// Group, version and kind.
    pub gvk: Gvk,
    /// Namespace, `""` where it has none.
    pub namespace: String,
    /// Name.
    pub name: String,
}

impl Key {
    /// From the object alone.
    pub fn of(object: &Object) -> Key {
        Key { gvk: object.gvk(), namespace: object.namespace().to_owned(), name: object.name().to_owned() }
    }

    /// The same object in another version of its API.
    fn is_same(&self, other: &Key) -> bool {
        self.name == other.name
            && self.namespace == other.namespace
            && self.gvk.kind == other.gvk.kind
            && self.gvk.group == other.gvk.group
    }
}

/// One object's difference.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// Which object.
    pub key: Key,
    /// What happened.
    pub change: Change,
    /// How it was; Secrets redacted.
    pub before: Option<Value>,
    /// How it is; Secrets redacted.
    pub after: Option<Value>,
    /// Fields that differ, in order of their paths; only for [`Change::Changed`].
    pub fields: Vec<FieldChange>,
}

/// One field's difference.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldChange {
    /// Where: `spec.template.spec.containers[name=app].image`.
    pub path: String,
    /// How it was; none when it was not there.
    pub before: Option<Value>,
    /// How it is; none when it is no more.
    pub after: Option<Value>,
}

/// How to compare.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DiffOptions {
    /// Show what Secrets hold.
    pub show_secrets: bool,
    /// Leave objects out that are the same.
    pub only_changes: bool,
}

/// Compares objects of two renderings, in the order of the new one, then what is gone.
pub fn diff(before: &[Object], after: &[Object], options: DiffOptions) -> Vec<Difference> {
    let old: Vec<Key> = before.iter().map(Key::of).collect();
    let new: Vec<Key> = after.iter().map(Key::of).collect();
    let mut out = Vec::with_capacity(after.len());
    for (key, object) in new.iter().zip(after) {
        let twin = old.iter().position(|k| k.is_same(key)).and_then(|i| before.get(i));
        out.push(compare(key.clone(), twin.map(|o| &o.0), Some(&object.0), options));
    }
    for (key, object) in old.iter().zip(before) {
        if !new.iter().any(|k| k.is_same(key)) {
            out.push(compare(key.clone(), Some(&object.0), None, options));
        }
    }
    out.retain(|d| !options.only_changes || d.change != Change::Unchanged);
    out
}

/// What an upgrade would do: `release` is what the revision before rendered, `target` what this one does, `live` what is in
/// the cluster for each of `target` and then for each of `release` (none where it is not there). Fields that nobody
/// rendered are the cluster's and are left out of the comparison.
pub fn plan(
    release: &[Resource],
    target: &[Resource],
    live: &dyn Fn(&Resource) -> Option<Object>,
    options: DiffOptions,
) -> Vec<Difference> {
    let key = |r: &Resource| Key { gvk: r.gvk.clone(), namespace: r.namespace.clone(), name: r.name.clone() };
    let mut out = Vec::with_capacity(target.len());
    for resource in target {
        let rendered_before = release.iter().find(|r| r.is_same(resource)).map(|r| &r.object.0);
        let before = live(resource).map(|live| {
            let mut shown = live.0;
            keep_known(&mut shown, &resource.object.0, rendered_before.unwrap_or(&Value::Null));
            shown
        });
        out.push(compare(key(resource), before.as_ref(), Some(&resource.object.0), options));
    }
    for resource in release.iter().filter(|r| !target.iter().any(|t| t.is_same(r))) {
        let Some(now) = live(resource) else { continue };
        let kept = now.annotation("helm.sh/resource-policy") == Some("keep");
        let mut shown = now.0;
        keep_known(&mut shown, &resource.object.0, &Value::Null);
        let mut difference = compare(key(resource), Some(&shown), None, options);
        if kept {
            difference.change = Change::Kept;
        }
        out.push(difference);
    }
    out.retain(|d| !options.only_changes || d.change != Change::Unchanged);
    out
}

/// Takes fields away that neither of two renderings has.
fn keep_known(live: &mut Value, now: &Value, before: &Value) {
    match live {
        Value::Object(map) => {
            map.retain(|k, _| now.get(k).is_some() || before.get(k).is_some());
            for (key, value) in map.iter_mut() {
                let null = Value::Null;
                keep_known(value, now.get(key).unwrap_or(&null), before.get(key).unwrap_or(&null));
            }
        }
        Value::Array(list) => {
            for (i, value) in list.iter_mut().enumerate() {
                let null = Value::Null;
                // Elements are matched by their name where they have one: servers and sidecars reorder them.
                let twin = |other: &'_ Value| -> Value {
                    let other = other.as_array();
                    let named = value
                        .get("name")
                        .and_then(|name| other.into_iter().flatten().find(|o| o.get("name") == Some(name)));
                    named.or_else(|| other.and_then(|o| o.get(i))).cloned().unwrap_or(null.clone())
                };
                let (now, before) = (twin(now), twin(before));
                if !now.is_null() || !before.is_null() {
                    keep_known(value, &now, &before);
                }
            }
        }
        _ => {}
    }
}

fn compare(key: Key, before: Option<&Value>, after: Option<&Value>, options: DiffOptions) -> Difference {
    let (mut before, mut after) = (before.cloned(), after.cloned());
    if !options.show_secrets && key.gvk.group.is_empty() && key.gvk.kind == "Secret" {
        redact(before.as_mut(), after.as_mut());
    }
    let mut fields = Vec::new();
    let change = match (&before, &after) {
        (None, Some(_)) => Change::Added,
        (Some(_), None) => Change::Removed,
        (Some(a), Some(b)) => {
            walk(&mut String::new(), a, b, &mut fields);
            if fields.is_empty() { Change::Unchanged } else { Change::Changed }
        }
        (None, None) => Change::Unchanged,
    };
    Difference { key, change, before, after, fields }
}

fn walk(path: &mut String, a: &Value, b: &Value, out: &mut Vec<FieldChange>) {
    let length = path.len();
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => {
            let keys: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
            for key in keys {
                push_key(path, key);
                match (a.get(key), b.get(key)) {
                    (Some(x), Some(y)) => walk(path, x, y, out),
                    (x, y) => out.push(FieldChange { path: path.clone(), before: x.cloned(), after: y.cloned() }),
                }
                path.truncate(length);
            }
        }
        (Value::Array(a), Value::Array(b)) => walk_lists(path, a, b, out),
        (a, b) if crate::merge::same(a, b) => {}
        (a, b) => {
            out.push(FieldChange { path: path.clone(), before: Some(a.clone()), after: Some(b.clone()) });
        }
    }
}

/// Lists of maps with names are compared by name, others by place.
fn walk_lists(path: &mut String, a: &[Value], b: &[Value], out: &mut Vec<FieldChange>) {
    let length = path.len();
    let name = |v: &Value| v.get("name").and_then(Value::as_str).map(str::to_owned);
    let names = |list: &[Value]| -> Option<Vec<String>> {
        let names: Option<Vec<String>> = list.iter().map(name).collect();
        names.filter(|n| n.iter().collect::<BTreeSet<_>>().len() == n.len())
    };
    let pairs: Vec<(String, Option<&Value>, Option<&Value>)> = match (names(a), names(b)) {
        (Some(x), Some(y)) => {
            let find = |names: &[String], list: &'_ [Value], n: &String| -> Option<usize> {
                names.iter().position(|m| m == n).filter(|i| *i < list.len())
            };
            let mut all = y.clone();
            all.extend(x.iter().filter(|n| !y.contains(n)).cloned());
            all.iter()
                .map(|n| {
                    let (i, j) = (find(&x, a, n), find(&y, b, n));
                    (format!("[name={n}]"), i.and_then(|i| a.get(i)), j.and_then(|j| b.get(j)))
                })
                .collect()
        }
        _ => (0..a.len().max(b.len())).map(|i| (format!("[{i}]"), a.get(i), b.get(i))).collect(),
    };
    for (step, x, y) in pairs {
        path.push_str(&step);
        match (x, y) {
            (Some(x), Some(y)) => walk(path, x, y, out),
            (x, y) => out.push(FieldChange { path: path.clone(), before: x.cloned(), after: y.cloned() }),
        }
        path.truncate(length);
    }
}

fn push_key(path: &mut String, key: &str) {
    if key.contains(['.', '/', '[']) {
        path.push_str(&format!("[{key:?}]"));
        return;
    }
    if !path.is_empty() {
        path.push('.');
    }
    path.push_str(key);
}

/// Replaces what Secrets hold by its length: `REDACTED # (6 bytes)` where both hold the same, else one of two words that
/// differ, so that the change is seen without being told. The words are helm-diff's.
fn redact<'v>(mut before: Option<&'v mut Value>, mut after: Option<&'v mut Value>) {
    for map in ["data", "stringData"] {
        let empty = Map::new();
        let clone = |v: &Option<&'v mut Value>| {
            v.as_ref().and_then(|v| v.get(map)).and_then(Value::as_object).unwrap_or(&empty).clone()
        };
        let (old, new) = (clone(&before), clone(&after));
        let both = before.is_some() && after.is_some();
        let redacted = |own: &Map<String, Value>, other: &Map<String, Value>, word: &str| -> Map<String, Value> {
            own.iter()
                .map(|(k, v)| {
                    let word = if both && other.get(k) != Some(v) { word } else { "REDACTED" };
                    (k.clone(), Value::from(format!("{word} # ({} bytes)", secret_length(map, v))))
                })
                .collect()
        };
        let (a, b) = (redacted(&old, &new, "--------"), redacted(&new, &old, "++++++++"));
        for (side, shown) in [(&mut before, a), (&mut after, b)] {
            if let Some(slot) = side.as_mut().and_then(|v| v.get_mut(map)).filter(|v| v.is_object()) {
                *slot = Value::Object(shown);
            }
        }
    }
    for side in [before, after].into_iter().flatten() {
        // kubectl's copy of the whole object would give it away.
        let copy = "kubectl.kubernetes.io/last-applied-configuration";
        if let Some(map) = side.pointer_mut("/metadata/annotations").and_then(Value::as_object_mut)
            && map.contains_key(copy)
        {
            map.insert(copy.to_owned(), "REDACTED".into());
        }
    }
}

/// Bytes of a value; those of `data` are base64.
fn secret_length(map: &str, value: &Value) -> usize {
    let text = value.as_str().unwrap_or_default();
    if map == "stringData" {
        return text.len();
    }
    let letters = text.bytes().filter(|b| !b.is_ascii_whitespace() && *b != b'=').count();
    letters * 3 / 4
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn object(kind: &str, name: &str, rest: Value) -> Object {
        let mut o = json!({"apiVersion": "v1", "kind": kind, "metadata": {"name": name}});
        for (k, v) in rest.as_object().into_iter().flatten() {
            o[k.as_str()] = v.clone();
        }
        Object(o)
    }

    #[test]
    fn changes() {
        let before = [object("ConfigMap", "a", json!({"data": {"x": "1"}})), object("Pod", "gone", json!({}))];
        let after = [object("ConfigMap", "a", json!({"data": {"x": "2"}})), object("Pod", "new", json!({}))];
        let found = diff(&before, &after, DiffOptions::default());
        let changes: Vec<_> = found.iter().map(|d| (d.key.name.as_str(), d.change)).collect();
        assert_eq!(changes, [("a", Change::Changed), ("new", Change::Added), ("gone", Change::Removed)]);
        assert_eq!(found[0].fields[0].path, "data.x");
        let same = DiffOptions { only_changes: true, ..DiffOptions::default() };
        assert!(diff(&before, &before, same).is_empty());
    }

    #[test]
    fn containers_are_matched_by_name() {
        let pod = |list: Value| object("Pod", "p", json!({"spec": {"containers": list}}));
        let before = [pod(json!([{"name": "a", "image": "1"}, {"name": "b", "image": "1"}]))];
        let after = [pod(json!([{"name": "b", "image": "2"}, {"name": "a", "image": "1"}]))];
        let found = diff(&before, &after, DiffOptions::default());
        assert_eq!(found[0].fields.len(), 1);
        assert_eq!(found[0].fields[0].path, "spec.containers[name=b].image");
    }

    #[test]
    fn secrets_stay_secret() {
        let before = [object("Secret", "s", json!({"data": {"same": "c2VjcmV0", "other": "YQ=="}}))];
        let after = [object("Secret", "s", json!({"data": {"same": "c2VjcmV0", "other": "Yg=="}}))];
        let found = diff(&before, &after, DiffOptions::default());
        assert_eq!(
            found[0].before.as_ref().map(|v| &v["data"]),
            Some(&json!({"same": "REDACTED # (6 bytes)", "other": "-------- # (1 bytes)"}))
        );
        assert_eq!(found[0].after.as_ref().map(|v| &v["data"]["other"]), Some(&json!("++++++++ # (1 bytes)")));
        assert_eq!(found[0].change, Change::Changed);
    }

    #[test]
    fn a_plan_ignores_what_the_server_added() {
        let resource = |o: Object| Resource {
            gvk: o.gvk(),
            plural: "configmaps".into(),
            namespaced: true,
            namespace: "n".into(),
            name: o.name().to_owned(),
            object: o,
        };
        let old = [
            resource(object("ConfigMap", "a", json!({"data": {"x": "1"}}))),
            resource(object("ConfigMap", "k", json!({}))),
        ];
        let new = [resource(object("ConfigMap", "a", json!({"data": {"x": "1"}})))];
        let live = |r: &Resource| {
            let mut o = r.object.clone();
            o.set_metadata("uid", "u");
            if r.name == "k" {
                o.set_annotation("helm.sh/resource-policy", "keep");
            }
            Some(o)
        };
        let found = plan(&old, &new, &live, DiffOptions::default());
        let changes: Vec<_> = found.iter().map(|d| (d.key.name.as_str(), d.change)).collect();
        assert_eq!(changes, [("a", Change::Unchanged), ("k", Change::Kept)]);
    }
}
