//! Strategic merge patches in three ways, as `kubectl apply` and Helm's client-side apply send them
//! (k8s.io/apimachinery's strategicpatch.CreateThreeWayMergePatch with overwrite).
//!
//! The patch is what is to be deleted (rendered before, not rendered now), overlaid by what is to be added or changed
//! (rendered now, other than live). Directives tell the server how: `$setElementOrder/LIST`, `$retainKeys`,
//! `$deleteFromPrimitiveList/LIST` and `$patch: delete`.

use serde_json::{Map, Value};

use super::json::same;
use super::{Strategy, strategy};

const PATCH: &str = "$patch";
const RETAIN_KEYS: &str = "$retainKeys";
const SET_ORDER: &str = "$setElementOrder/";
const DELETE_FROM: &str = "$deleteFromPrimitiveList/";

/// Why no patch can be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StrategicError {
    /// An element of a list that merges by key has no such key.
    #[error("map: {map} does not contain declared merge key: {key}")]
    NoMergeKey {
        /// The element, as Go prints a map.
        map: String,
        /// The key.
        key: String,
    },
    /// A list mixes maps and other values.
    #[error("list element types are not identical: {0}")]
    MixedList(String),
    /// A list of lists, which the API does not have.
    #[error("lists of lists are not supported")]
    ListOfLists,
}

type Object = Map<String, Value>;
type Result<T> = std::result::Result<T, StrategicError>;

/// What half of a difference is wanted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    /// What was added or changed.
    Changes,
    /// What went.
    Deletions,
}

/// The patch that brings the live object (`current`) to what is rendered now (`modified`), taking away what was rendered
/// before (`original`). An empty map means that there is nothing to do.
///
/// # Errors
/// Lists that do not hold what the kind's schema says.
pub fn three_way_strategic_patch(kind: &str, original: &Value, modified: &Value, current: &Value) -> Result<Value> {
    let empty = Map::new();
    let object = |v: &'_ Value| -> Object { v.as_object().unwrap_or(&empty).clone() };
    let walk = Walk { kind };
    let mut path = Vec::new();
    let (original, modified, current) = (object(original), object(modified), object(current));
    let delta = walk.diff_maps(&current, &modified, &mut path, Side::Changes, false)?;
    let deletions = walk.diff_maps(&original, &modified, &mut path, Side::Deletions, false)?;
    let mut patch = deletions;
    walk.merge_maps(&mut patch, delta, &mut Vec::new());
    Ok(Value::Object(patch))
}

struct Walk<'k> {
    kind: &'k str,
}

impl Walk<'_> {
    fn diff_maps<'a>(
        &self,
        original: &'a Object,
        modified: &'a Object,
        path: &mut Vec<&'a str>,
        side: Side,
        retain_keys: bool,
    ) -> Result<Object> {
        let mut patch = Map::new();
        let mut retained: Vec<&str> = Vec::new();
        for (key, new) in modified {
            if retain_keys && !new.is_null() {
                retained.push(key);
            }
            let Some(old) = original.get(key) else {
                if side == Side::Changes {
                    patch.insert(key.clone(), new.clone());
                }
                continue;
            };
            path.push(key);
            let rule = strategy(self.kind, path);
            match (old, new) {
                (Value::Object(old), Value::Object(new_map)) => {
                    if rule.replace {
                        if side == Side::Changes {
                            patch.insert(key.clone(), new.clone());
                        }
                    } else {
                        let inner = self.diff_maps(old, new_map, path, side, rule.retain_keys)?;
                        if !inner.is_empty() {
                            patch.insert(key.clone(), inner.into());
                        }
                    }
                }
                (Value::Array(old), Value::Array(new)) => match rule.merge {
                    Some(merge_key) => self.diff_lists(key, old, new, path, side, rule, merge_key, &mut patch)?,
                    None => replace_if_changed(key, old.as_slice(), new.as_slice(), side, &mut patch),
                },
                (old, new) => {
                    if side == Side::Changes && !same(old, new) {
                        patch.insert(key.clone(), new.clone());
                    }
                }
            }
            path.pop();
        }
        if side == Side::Deletions {
            for key in original.keys().filter(|k| !modified.contains_key(*k)) {
                patch.insert(key.clone(), Value::Null);
            }
        }
        let foreign = || original.iter().any(|(k, v)| !v.is_null() && !modified.contains_key(k));
        if !retained.is_empty() && (!patch.is_empty() || foreign()) {
            retained.sort_unstable();
            patch.insert(RETAIN_KEYS.to_owned(), retained.into());
        }
        Ok(patch)
    }

    #[expect(clippy::too_many_arguments, reason = "one step of a recursion over two documents")]
    fn diff_lists<'a>(
        &self,
        key: &str,
        original: &'a [Value],
        modified: &'a [Value],
        path: &mut Vec<&'a str>,
        side: Side,
        rule: Strategy,
        merge_key: &str,
        patch: &mut Object,
    ) -> Result<()> {
        if original.is_empty() {
            if !modified.is_empty() && side == Side::Changes {
                patch.insert(key.to_owned(), modified.into());
            }
            return Ok(());
        }
        if is_list_of_maps(original, modified)? {
            let (mut items, deleted) = self.diff_lists_of_maps(original, modified, path, side, rule, merge_key)?;
            sort_by_order(&mut items, modified, merge_key);
            let order_same = original.len() == modified.len()
                && original.iter().zip(modified).all(|(a, b)| same_key(a, b, merge_key));
            items.extend(deleted);
            let order_wanted = !items.is_empty() || (side == Side::Changes && !order_same);
            if !items.is_empty() {
                patch.insert(key.to_owned(), items.into());
            }
            if order_wanted && !modified.is_empty() {
                let keys = modified.iter().map(|m| {
                    let value = m.get(merge_key).cloned().unwrap_or(Value::Null);
                    Value::Object(Map::from_iter([(merge_key.to_owned(), value)]))
                });
                patch.insert(format!("{SET_ORDER}{key}"), keys.collect());
            }
            return Ok(());
        }
        let (mut added, deleted) = diff_scalars(original, modified, side);
        added.sort_by_key(|v| modified.iter().position(|m| same(m, v)));
        let order_wanted = match side {
            Side::Deletions => !deleted.is_empty(),
            Side::Changes => {
                original.len() != modified.len() || !original.iter().zip(modified).all(|(a, b)| same(a, b))
            }
        };
        if !added.is_empty() {
            patch.insert(key.to_owned(), added.into());
        }
        if !deleted.is_empty() {
            patch.insert(format!("{DELETE_FROM}{key}"), deleted.into());
        }
        if order_wanted && !modified.is_empty() {
            patch.insert(format!("{SET_ORDER}{key}"), modified.into());
        }
        Ok(())
    }

    fn diff_lists_of_maps<'a>(
        &self,
        original: &'a [Value],
        modified: &'a [Value],
        path: &mut Vec<&'a str>,
        side: Side,
        rule: Strategy,
        merge_key: &str,
    ) -> Result<(Vec<Value>, Vec<Value>)> {
        let old = keyed(original, merge_key)?;
        let new = keyed(modified, merge_key)?;
        let (mut items, mut deleted) = (Vec::new(), Vec::new());
        let (mut i, mut j) = (0, 0);
        loop {
            match (old.get(i), new.get(j)) {
                (None, None) => break,
                (Some((a, x)), Some((b, y))) if a == b => {
                    let mut inner = self.diff_maps(x, y, path, side, rule.retain_keys)?;
                    if !inner.is_empty() {
                        inner.insert(merge_key.to_owned(), y.get(merge_key).cloned().unwrap_or(Value::Null));
                        items.push(inner.into());
                    }
                    i += 1;
                    j += 1;
                }
                (x, Some((b, y))) if x.is_none_or(|(a, _)| a > b) => {
                    if side == Side::Changes {
                        items.push(Value::Object((*y).clone()));
                    }
                    j += 1;
                }
                (Some((_, x)), _) => {
                    if side == Side::Deletions {
                        let value = x.get(merge_key).cloned().unwrap_or(Value::Null);
                        deleted.push(Value::Object(Map::from_iter([
                            (merge_key.to_owned(), value),
                            (PATCH.to_owned(), Value::from("delete")),
                        ])));
                    }
                    i += 1;
                }
                (None, Some(_)) => j += 1, // the arm above takes this
            }
        }
        Ok((items, deleted))
    }

    /// Lays the patch of changes over the patch of deletions. Both came from the same `modified`, so their directives
    /// agree where both have them.
    fn merge_maps(&self, base: &mut Object, over: Object, path: &mut Vec<String>) {
        for (key, value) in over {
            let directive = key == RETAIN_KEYS || key.starts_with(SET_ORDER) || key.starts_with(DELETE_FROM);
            let Some(old) = base.get_mut(&key).filter(|_| !directive).map(Value::take) else {
                base.insert(key, value);
                continue;
            };
            path.push(key.clone());
            let borrowed: Vec<&str> = path.iter().map(String::as_str).collect();
            let rule = strategy(self.kind, &borrowed);
            let merged = match (old, value) {
                (Value::Object(mut inner), Value::Object(over)) if !rule.replace => {
                    self.merge_maps(&mut inner, over, path);
                    Value::Object(inner)
                }
                (Value::Array(mut list), Value::Array(over)) if rule.merge.is_some() => {
                    self.merge_lists(&mut list, over, rule.merge.unwrap_or_default(), path);
                    Value::Array(list)
                }
                (_, value) => value,
            };
            base.insert(key, merged);
            path.pop();
        }
    }

    fn merge_lists(&self, base: &mut Vec<Value>, over: Vec<Value>, key: &str, path: &mut Vec<String>) {
        for item in over {
            let Value::Object(map) = item else {
                if !base.iter().any(|b| same(b, &item)) {
                    base.push(item);
                }
                continue;
            };
            let value = map.get(key).cloned().unwrap_or(Value::Null);
            // Also one that is to be deleted: a list may hold a key twice (a Service's port 53 for UDP and TCP), and then
            // the server gets what Go's client sends, and refuses it.
            let is_twin = |m: &&mut Object| m.get(key).is_some_and(|v| same(v, &value));
            match base.iter_mut().filter_map(Value::as_object_mut).find(is_twin) {
                Some(twin) => self.merge_maps(twin, map, path),
                None => base.push(Value::Object(map)),
            }
        }
    }
}

fn replace_if_changed(key: &str, old: &[Value], new: &[Value], side: Side, patch: &mut Object) {
    let equal = old.len() == new.len() && old.iter().zip(new).all(|(a, b)| same(a, b));
    if side == Side::Changes && !equal {
        patch.insert(key.to_owned(), new.into());
    }
}

fn is_list_of_maps(original: &[Value], modified: &[Value]) -> Result<bool> {
    let mut all = original.iter().chain(modified);
    let maps = all.clone().filter(|v| v.is_object()).count();
    if all.clone().any(Value::is_array) {
        return Err(StrategicError::ListOfLists);
    }
    if maps != 0 && maps != all.clone().count() {
        let odd = all.find(|v| !v.is_object()).map(Value::to_string).unwrap_or_default();
        return Err(StrategicError::MixedList(odd));
    }
    Ok(maps != 0)
}

fn same_key(a: &Value, b: &Value, key: &str) -> bool {
    same(a.get(key).unwrap_or(&Value::Null), b.get(key).unwrap_or(&Value::Null))
}

/// Elements with their keys as text, sorted by it, the order in which Go walks them.
fn keyed<'a>(list: &'a [Value], key: &str) -> Result<Vec<(String, &'a Object)>> {
    let mut out = Vec::with_capacity(list.len());
    for item in list {
        let Some(map) = item.as_object() else { return Err(StrategicError::MixedList(item.to_string())) };
        let Some(value) = map.get(key) else {
            return Err(StrategicError::NoMergeKey { map: go_map(map), key: key.to_owned() });
        };
        out.push((scalar_text(value), map));
    }
    out.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(out)
}

fn scalar_text(value: &Value) -> String {
    match value {
        Value::String(s) => s.clone(),
        other => other.to_string(),
    }
}

/// A map as Go's `%v` prints it.
fn go_map(map: &Object) -> String {
    let mut parts: Vec<String> = map.iter().map(|(k, v)| format!("{k}:{}", scalar_text(v))).collect();
    parts.sort_unstable();
    format!("map[{}]", parts.join(" "))
}

/// Scalars that came and scalars that went; each side only when asked for.
fn diff_scalars(original: &[Value], modified: &[Value], side: Side) -> (Vec<Value>, Vec<Value>) {
    let missing_in = |from: &[Value], other: &[Value]| -> Vec<Value> {
        let mut out: Vec<Value> = Vec::new();
        for value in from {
            if !other.iter().any(|o| same(o, value)) && !out.iter().any(|o| same(o, value)) {
                out.push(value.clone());
            }
        }
        out
    };
    match side {
        Side::Changes => (missing_in(modified, original), Vec::new()),
        Side::Deletions => {
            let mut gone = missing_in(original, modified);
            gone.sort_by_key(scalar_text);
            (Vec::new(), gone)
        }
    }
}

/// Sorts elements as they stand in another list; those that are not there stay behind.
fn sort_by_order(items: &mut [Value], order: &[Value], key: &str) {
    let place = |item: &Value| order.iter().position(|o| same_key(o, item, key)).unwrap_or(usize::MAX);
    items.sort_by_key(place);
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn patch(kind: &str, original: Value, modified: Value, current: Value) -> Value {
        three_way_strategic_patch(kind, &original, &modified, &current).expect("a patch")
    }

    #[test]
    fn nothing_to_do() {
        let old = json!({"data": {"a": "1"}});
        let live = json!({"data": {"a": "1", "theirs": "x"}, "metadata": {"uid": "u"}});
        assert_eq!(patch("ConfigMap", old.clone(), old, live), json!({}));
    }

    #[test]
    fn drift_is_mended_and_what_left_is_deleted() {
        let old = json!({"data": {"a": "1", "b": "2"}});
        let new = json!({"data": {"a": "1"}});
        let live = json!({"data": {"a": "edited", "b": "2", "theirs": "x"}});
        assert_eq!(patch("ConfigMap", old, new, live), json!({"data": {"a": "1", "b": null}}));
    }

    #[test]
    fn containers_merge_by_name() {
        let spec = |containers: Value| json!({"spec": {"template": {"spec": {"containers": containers}}}});
        let old = spec(
            json!([{"name": "a", "image": "x:1", "env": [{"name": "E", "value": "1"}]}, {"name": "b", "image": "y"}]),
        );
        let new = spec(json!([{"name": "a", "image": "x:2"}]));
        let live = spec(json!([
            {"name": "a", "image": "x:1", "imagePullPolicy": "Always", "env": [{"name": "E", "value": "1"}]},
            {"name": "b", "image": "y"},
            {"name": "sidecar", "image": "z"},
        ]));
        assert_eq!(
            patch("Deployment", old, new, live),
            spec(json!([{"name": "a", "image": "x:2", "env": null}, {"name": "b", "$patch": "delete"}]))
                .pointer("/spec/template/spec/containers")
                .map(|list| json!({"spec": {"template": {"spec": {
                    "containers": list, "$setElementOrder/containers": [{"name": "a"}]
                }}}}))
                .expect("built here"),
        );
    }

    #[test]
    fn unions_list_the_keys_that_stay() {
        let strategy = |s: Value| json!({"spec": {"strategy": s}});
        let old = strategy(json!({"type": "RollingUpdate"}));
        let new = strategy(json!({"type": "Recreate"}));
        let live = strategy(json!({"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1}}));
        assert_eq!(patch("Deployment", old, new, live), strategy(json!({"type": "Recreate", "$retainKeys": ["type"]})));
    }

    #[test]
    fn finalizers_are_a_set() {
        let object = |f: Value| json!({"metadata": {"finalizers": f}});
        assert_eq!(
            patch("ConfigMap", object(json!(["a", "b"])), object(json!(["b", "c"])), object(json!(["a", "b", "x"]))),
            json!({"metadata": {
                "finalizers": ["c"],
                "$deleteFromPrimitiveList/finalizers": ["a"],
                "$setElementOrder/finalizers": ["b", "c"],
            }})
        );
    }

    #[test]
    fn a_key_that_stands_twice_is_deleted_and_changed_at_once() {
        let ports = |p: Value| json!({"spec": {"ports": p}});
        let (tcp, udp) = (json!({"port": 53, "protocol": "TCP"}), json!({"port": 53, "protocol": "UDP"}));
        let both = ports(json!([tcp, udp]));
        assert_eq!(
            patch("Service", both.clone(), ports(json!([udp])), both)["spec"]["ports"],
            json!([{"port": 53, "$patch": "delete", "protocol": "UDP"}])
        );
    }

    #[test]
    fn a_missing_key_is_an_error() {
        let ports = |p: Value| json!({"spec": {"ports": p}});
        let error = three_way_strategic_patch(
            "Service",
            &json!({}),
            &ports(json!([{"name": "x"}])),
            &ports(json!([{"port": 1}])),
        );
        assert_eq!(error.unwrap_err().to_string(), "map: map[name:x] does not contain declared merge key: port");
    }
}
