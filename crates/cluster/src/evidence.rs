//! Why objects do not get ready: their state, their events, and the last lines that their containers logged. Collected
//! before anything is rolled back, which would take it away.

use std::fmt::Write as _;

use serde_json::Value;

use crate::wait::kstatus::{self, State};
use crate::{Gvk, Kube, Object, Resource};

/// Lines of a log that are shown.
const LOG_LINES: usize = 20;
/// Events of one object that are shown.
const EVENTS: usize = 10;

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// What is known of the objects that are not ready, as lines for people; empty when all are, or nothing can be read.
pub(crate) fn collect(kube: &dyn Kube, resources: &[Resource]) -> String {
    let mut out = String::new();
    for resource in resources {
        let Ok(live) = kube.get(resource) else { continue };
        let status = kstatus::compute(&live.0);
        if status.state == State::Current && !is_hook_kind(resource) {
            continue;
        }
        let pods = pods_of(kube, resource, &live);
        let _ = writeln!(
            out,
            "{}/{}/{}: {}: {}",
            resource.gvk.kind,
            resource.namespace,
            resource.name,
            status.state.as_str(),
            status.message
        );
        let events = events_of(kube, resource, &pods);
        for event in events.iter().rev().take(EVENTS).rev() {
            let _ = writeln!(out, "  {event}");
        }
        for pod in pods.iter().filter(|pod| !is_ready(pod)) {
            logs_of(kube, pod, &mut out);
        }
    }
    out
}

/// Jobs and Pods may be over and still be what failed.
fn is_hook_kind(resource: &Resource) -> bool {
    matches!(resource.gvk.kind.as_str(), "Job" | "Pod")
}

fn is_ready(pod: &Object) -> bool {
    let statuses = pod.0.pointer("/status/containerStatuses").and_then(Value::as_array);
    text(&pod.0, "/status/phase") == "Running"
        && statuses.is_some_and(|all| all.iter().all(|s| s.get("ready").and_then(Value::as_bool) == Some(true)))
}

fn pods_of(kube: &dyn Kube, resource: &Resource, live: &Object) -> Vec<Object> {
    if resource.gvk.kind == "Pod" {
        return vec![live.clone()];
    }
    let Some(labels) = live.0.pointer("/spec/selector/matchLabels").and_then(Value::as_object) else {
        return Vec::new();
    };
    let selector: Vec<String> = labels.iter().filter_map(|(k, v)| Some(format!("{k}={}", v.as_str()?))).collect();
    kube.list(&Gvk::new("v1", "Pod"), &resource.namespace, &selector.join(","), "").unwrap_or_default()
}

/// Events of an object and of its Pods, oldest first.
fn events_of(kube: &dyn Kube, resource: &Resource, pods: &[Object]) -> Vec<String> {
    let event = Gvk::new("v1", "Event");
    let of = |kind: &str, name: &str| {
        let fields = format!("involvedObject.kind={kind},involvedObject.name={name}");
        kube.list(&event, &resource.namespace, "", &fields).unwrap_or_default()
    };
    let mut events = of(&resource.gvk.kind, &resource.name);
    if resource.gvk.kind != "Pod" {
        for pod in pods.iter().filter(|pod| !is_ready(pod)).take(3) {
            events.extend(of("Pod", pod.name()));
        }
    }
    events.sort_by(|a, b| text(&a.0, "/lastTimestamp").cmp(text(&b.0, "/lastTimestamp")));
    let line = |e: &Object| {
        let e = &e.0;
        let (kind, name) = (text(e, "/involvedObject/kind"), text(e, "/involvedObject/name"));
        format!("{} {kind}/{name} {}: {}", text(e, "/type"), text(e, "/reason"), text(e, "/message").trim_end())
    };
    events.iter().map(line).collect()
}

fn logs_of(kube: &dyn Kube, pod: &Object, out: &mut String) {
    let containers = pod.0.pointer("/spec/containers").and_then(Value::as_array);
    for container in containers.into_iter().flatten() {
        let container = text(container, "/name");
        let Ok(log) = kube.logs(pod.namespace(), pod.name(), container) else { continue };
        let log = String::from_utf8_lossy(&log);
        let lines: Vec<&str> = log.lines().collect();
        if lines.is_empty() {
            continue;
        }
        let _ = writeln!(out, "  last lines of {}/{container}:", pod.name());
        for line in lines.iter().skip(lines.len().saturating_sub(LOG_LINES)) {
            let _ = writeln!(out, "    {line}");
        }
    }
}
