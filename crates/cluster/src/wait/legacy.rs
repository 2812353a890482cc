//! Helm 3's readiness (`--wait=legacy`, pkg/kube/ready.go). Kinds that are not named here are ready at once.

use serde_json::Value;

use crate::{Error, Gvk, Kube, Resource};

/// Whether the live object is ready. Jobs are only looked at when asked for.
///
/// # Errors
/// What the server says, or a Job that failed for good.
pub fn is_ready(kube: &dyn Kube, resource: &Resource, check_jobs: bool) -> Result<bool, Error> {
    let gvk = &resource.gvk;
    let live = || kube.get(resource).map(|o| o.0);
    Ok(match (gvk.group.as_str(), gvk.version.as_str(), gvk.kind.as_str()) {
        ("", "v1", "Pod") => pod(&live()?),
        ("batch", "v1", "Job") if check_jobs => job(&live()?).map_err(Error::Text)?,
        ("apps", "v1", "Deployment") => {
            let object = live()?;
            if object.pointer("/spec/paused") == Some(&Value::Bool(true)) {
                return Ok(true);
            }
            let sets = children(kube, "apps/v1", "ReplicaSet", resource, &object)?;
            deployment(&object, new_replica_set(&object, &sets))
        }
        ("", "v1", "PersistentVolumeClaim") => text(&live()?, "/status/phase") == "Bound",
        ("", "v1", "Service") => service(&live()?),
        ("apps", "v1", "DaemonSet") => daemon_set(&live()?),
        ("apiextensions.k8s.io", "v1" | "v1beta1", "CustomResourceDefinition") => {
            // A conflict of names is not for waiting to judge.
            conditions(&live()?).any(|c| matches!(c, ("Established", "True") | ("NamesAccepted", "False")))
        }
        ("apps", "v1", "StatefulSet") => stateful_set(&live()?),
        ("", "v1", "ReplicationController") | ("apps", "v1", "ReplicaSet") => {
            let object = live()?;
            // The pods are those of the rendered selector, as in Helm.
            generation_observed(&object) && children(kube, "v1", "Pod", resource, &resource.object.0)?.iter().all(pod)
        }
        _ => true,
    })
}

/// Objects that an object's selector matches.
fn children(
    kube: &dyn Kube,
    api_version: &str,
    kind: &str,
    parent: &Resource,
    object: &Value,
) -> Result<Vec<Value>, Error> {
    let selector = label_selector(object).map_err(|e| Error::text(format!("invalid label selector: {e}")))?;
    let list = kube.list(&Gvk::new(api_version, kind), &parent.namespace, &selector, "");
    let list = list.map_err(|e| if kind == "Pod" { e.context("failed to list pods") } else { e })?;
    Ok(list.into_iter().map(|o| o.0).collect())
}

/// `spec.selector` as the API's text: plain labels of a ReplicationController, or labels and expressions.
fn label_selector(object: &Value) -> Result<String, String> {
    let Some(selector) = object.pointer("/spec/selector").and_then(Value::as_object) else { return Ok(String::new()) };
    let mut parts = Vec::new();
    let labels = |map: &serde_json::Map<String, Value>, parts: &mut Vec<String>| {
        parts.extend(map.iter().filter_map(|(k, v)| Some(format!("{k}={}", v.as_str()?))));
    };
    let structured = selector.contains_key("matchLabels") || selector.contains_key("matchExpressions");
    if !structured {
        labels(selector, &mut parts);
    }
    if let Some(map) = selector.get("matchLabels").and_then(Value::as_object) {
        labels(map, &mut parts);
    }
    for e in selector.get("matchExpressions").and_then(Value::as_array).into_iter().flatten() {
        let key = text(e, "/key");
        let values: Vec<&str> =
            e.get("values").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
        parts.push(match text(e, "/operator") {
            "In" => format!("{key} in ({})", values.join(",")),
            "NotIn" => format!("{key} notin ({})", values.join(",")),
            "Exists" => key.to_owned(),
            "DoesNotExist" => format!("!{key}"),
            other => return Err(format!("{other:?} is not a valid label selector operator")),
        });
    }
    parts.sort_unstable();
    Ok(parts.join(","))
}

fn text<'a>(o: &'a Value, pointer: &str) -> &'a str {
    o.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

fn int(o: &Value, pointer: &str, default: i64) -> i64 {
    o.pointer(pointer).and_then(Value::as_i64).unwrap_or(default)
}

fn conditions(o: &Value) -> impl Iterator<Item = (&str, &str)> {
    let list = o.pointer("/status/conditions").and_then(Value::as_array);
    list.into_iter().flatten().map(|c| (text(c, "/type"), text(c, "/status")))
}

fn generation_observed(o: &Value) -> bool {
    int(o, "/status/observedGeneration", 0) == int(o, "/metadata/generation", 0)
}

fn pod(o: &Value) -> bool {
    conditions(o).any(|c| c == ("Ready", "True"))
}

fn job(o: &Value) -> Result<bool, String> {
    if int(o, "/status/failed", 0) > int(o, "/spec/backoffLimit", 6) {
        return Err(format!("job is failed: {}/{}", text(o, "/metadata/namespace"), text(o, "/metadata/name")));
    }
    let completions = o.pointer("/spec/completions").and_then(Value::as_i64);
    Ok(completions.is_none_or(|wanted| int(o, "/status/succeeded", 0) >= wanted))
}

/// A Service with its address; a LoadBalancer with an outer one.
fn service(o: &Value) -> bool {
    let kind = text(o, "/spec/type");
    if kind == "ExternalName" {
        return true;
    }
    if text(o, "/spec/clusterIP").is_empty() {
        return false;
    }
    let outer = o.pointer("/spec/externalIPs").and_then(Value::as_array).is_some_and(|l| !l.is_empty());
    kind != "LoadBalancer" || outer || o.pointer("/status/loadBalancer/ingress").is_some()
}

fn daemon_set(o: &Value) -> bool {
    if !generation_observed(o) {
        return false;
    }
    if text(o, "/spec/updateStrategy/type") != "RollingUpdate" {
        return true;
    }
    let wanted = int(o, "/status/desiredNumberScheduled", 0);
    if int(o, "/status/updatedNumberScheduled", 0) != wanted {
        return false;
    }
    let slack = o.pointer("/spec/updateStrategy/rollingUpdate/maxUnavailable");
    let slack = slack.and_then(|v| scaled(v, wanted, true)).unwrap_or(wanted);
    int(o, "/status/numberReady", 0) >= wanted - slack
}

fn stateful_set(o: &Value) -> bool {
    if !generation_observed(o) {
        return false;
    }
    if text(o, "/spec/updateStrategy/type") != "RollingUpdate" {
        return true;
    }
    let partition = int(o, "/spec/updateStrategy/rollingUpdate/partition", 0);
    let replicas = int(o, "/spec/replicas", 1);
    if int(o, "/status/updatedReplicas", 0) < replicas - partition || int(o, "/status/readyReplicas", 0) != replicas {
        return false;
    }
    partition != 0 || text(o, "/status/currentRevision") == text(o, "/status/updateRevision")
}

/// A Deployment that is not paused, given the ReplicaSet of its present template.
fn deployment(o: &Value, new_replica_set: Option<&Value>) -> bool {
    let Some(set) = new_replica_set else { return false };
    if !generation_observed(set) || !generation_observed(o) {
        return false;
    }
    int(set, "/status/readyReplicas", 0) >= int(o, "/spec/replicas", 1) - max_unavailable(o)
}

/// Of ReplicaSets: the oldest that a Deployment owns and whose template is its own.
fn new_replica_set<'a>(deployment: &Value, sets: &'a [Value]) -> Option<&'a Value> {
    let uid = deployment.pointer("/metadata/uid");
    let owned = |set: &&Value| {
        let owners = set.pointer("/metadata/ownerReferences").and_then(Value::as_array);
        owners.into_iter().flatten().any(|r| r.get("controller") == Some(&Value::Bool(true)) && r.get("uid") == uid)
    };
    let template = without_hash(deployment);
    let same = sets.iter().filter(owned).filter(|s| without_hash(s) == template);
    same.min_by_key(|s| (text(s, "/metadata/creationTimestamp"), text(s, "/metadata/name")))
}

/// A pod template without the label that the controller adds.
fn without_hash(object: &Value) -> Option<Value> {
    let mut template = object.pointer("/spec/template")?.clone();
    if let Some(labels) = template.pointer_mut("/metadata/labels").and_then(Value::as_object_mut) {
        labels.shift_remove("pod-template-hash");
    }
    if let Some(metadata) = template.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.retain(|_, v| !v.is_null());
    }
    Some(template)
}

/// How many pods a rolling Deployment may lack.
fn max_unavailable(o: &Value) -> i64 {
    let replicas = int(o, "/spec/replicas", 1);
    if text(o, "/spec/strategy/type") != "RollingUpdate" || replicas == 0 {
        return 0;
    }
    let value = |pointer: &str, up: bool| o.pointer(pointer).map_or(Some(0), |v| scaled(v, replicas, up));
    let surge = value("/spec/strategy/rollingUpdate/maxSurge", true);
    let slack = value("/spec/strategy/rollingUpdate/maxUnavailable", false);
    match (surge, slack) {
        (Some(0), Some(0)) => 1,
        (Some(_), Some(slack)) => slack.min(replicas),
        _ => 0,
    }
}

/// A number, or a percentage of a total.
fn scaled(value: &Value, total: i64, up: bool) -> Option<i64> {
    if let Some(n) = value.as_i64() {
        return Some(n);
    }
    let percent: i64 = value.as_str()?.strip_suffix('%')?.parse().ok()?;
    let product = percent.checked_mul(total)?;
    Some(if up { (product + 99).div_euclid(100) } else { product.div_euclid(100) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn services() {
        assert!(service(&json!({"spec": {"type": "ExternalName"}})));
        assert!(!service(&json!({"spec": {"type": "ClusterIP"}})));
        let lb = |status: Value| json!({"spec": {"type": "LoadBalancer", "clusterIP": "10.0.0.1"}, "status": status});
        assert!(!service(&lb(json!({"loadBalancer": {}}))));
        assert!(service(&lb(json!({"loadBalancer": {"ingress": [{"ip": "192.0.2.1"}]}}))));
    }

    #[test]
    fn deployments_ask_their_newest_replica_set() {
        let d = json!({
            "metadata": {"uid": "u", "generation": 1},
            "spec": {"replicas": 4,
                     "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": "25%"}},
                     "template": {"metadata": {"labels": {"a": "b"}}, "spec": {}}},
            "status": {"observedGeneration": 1},
        });
        let set = |hash: &str, ready: i64, spec: Value| {
            json!({
                "metadata": {"name": hash, "generation": 1, "ownerReferences": [{"uid": "u", "controller": true}]},
                "spec": {"template": {"metadata": {"labels": {"a": "b", "pod-template-hash": hash}}, "spec": spec}},
                "status": {"observedGeneration": 1, "readyReplicas": ready},
            })
        };
        let sets = [set("old", 4, json!({"x": 1})), set("new", 3, json!({}))];
        let newest = new_replica_set(&d, &sets);
        assert_eq!(newest.map(|s| &s["metadata"]["name"]), Some(&json!("new")));
        assert!(deployment(&d, newest));
        assert!(!deployment(&d, None));
        assert!(!deployment(&d, Some(&set("new", 2, json!({})))));
    }

    #[test]
    fn jobs() {
        assert_eq!(job(&json!({"spec": {"completions": 1}, "status": {}})), Ok(false));
        assert_eq!(job(&json!({"spec": {"completions": 1}, "status": {"succeeded": 1}})), Ok(true));
        let bad =
            json!({"metadata": {"namespace": "n", "name": "j"}, "spec": {"backoffLimit": 0}, "status": {"failed": 1}});
        assert_eq!(job(&bad), Err("job is failed: n/j".to_owned()));
    }

    #[test]
    fn selectors() {
        let o = json!({"spec": {"selector": {"matchLabels": {"b": "2", "a": "1"}, "matchExpressions": [
            {"key": "c", "operator": "In", "values": ["x", "y"]}, {"key": "d", "operator": "DoesNotExist"},
        ]}}});
        assert_eq!(label_selector(&o).as_deref(), Ok("!d,a=1,b=2,c in (x,y)"));
        assert_eq!(label_selector(&json!({"spec": {"selector": {"a": "1"}}})).as_deref(), Ok("a=1"));
    }
}
