//! How far an object is, from the object alone: the rules of the `kstatus` library that Helm's watcher uses.

use serde_json::Value;

/// How far an object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// What was asked for is reached.
    Current,
    /// On its way.
    InProgress,
    /// It will not get there by itself.
    Failed,
    /// Being deleted.
    Terminating,
    /// Not there.
    NotFound,
    /// Never seen.
    Unknown,
}

impl State {
    /// The word in Helm's messages.
    pub fn as_str(self) -> &'static str {
        match self {
            State::Current => "Current",
            State::InProgress => "InProgress",
            State::Failed => "Failed",
            State::Terminating => "Terminating",
            State::NotFound => "NotFound",
            State::Unknown => "Unknown",
        }
    }
}

/// A state and the words about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// How far.
    pub state: State,
    /// For people.
    pub message: String,
}

impl Status {
    pub(super) fn new(state: State, message: impl Into<String>) -> Status {
        Status { state, message: message.into() }
    }
}

fn current(message: impl Into<String>) -> Status {
    Status::new(State::Current, message)
}

fn in_progress(message: impl Into<String>) -> Status {
    Status::new(State::InProgress, message)
}

/// A whole number at a JSON pointer.
fn int(o: &Value, pointer: &str, default: i64) -> i64 {
    o.pointer(pointer).and_then(Value::as_i64).unwrap_or(default)
}

fn text<'a>(o: &'a Value, pointer: &str) -> &'a str {
    o.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// type, status, reason and message of each condition.
fn conditions(o: &Value) -> impl Iterator<Item = (&str, &str, &str, &str)> {
    let list = o.pointer("/status/conditions").and_then(Value::as_array);
    list.into_iter().flatten().map(|c| (text(c, "/type"), text(c, "/status"), text(c, "/reason"), text(c, "/message")))
}

/// How far an object is.
pub fn compute(o: &Value) -> Status {
    if let Some(status) = generic(o) {
        return status;
    }
    let kind = text(o, "/kind");
    let group = text(o, "/apiVersion").rsplit_once('/').map_or("", |(g, _)| g);
    match (group, kind) {
        ("", "Service") => service(o),
        ("", "Pod") => pod(o),
        ("", "Secret" | "ConfigMap") | ("batch", "CronJob") => current("Resource is always ready"),
        ("", "PersistentVolumeClaim") => claim(o),
        ("apps", "StatefulSet") => stateful_set(o),
        ("apps", "DaemonSet") | ("extensions", "DaemonSet") => daemon_set(o),
        ("apps" | "extensions", "Deployment") => deployment(o),
        ("apps" | "extensions", "ReplicaSet") => replica_set(o),
        ("policy", "PodDisruptionBudget") => current("AllowedDisruptions has been computed."),
        ("batch", "Job") => job(o),
        ("apiextensions.k8s.io", "CustomResourceDefinition") => crd(o),
        _ => ready_condition(o).unwrap_or_else(|| current("Resource is current")),
    }
}

/// Deletion, generations, and the conditions `Reconciling` and `Stalled`, for any kind.
fn generic(o: &Value) -> Option<Status> {
    if !text(o, "/metadata/deletionTimestamp").is_empty() {
        return Some(Status::new(State::Terminating, "Resource scheduled for deletion"));
    }
    let generation = o.pointer("/metadata/generation").and_then(Value::as_i64);
    let observed = o.pointer("/status/observedGeneration").and_then(Value::as_i64);
    if let (Some(generation), Some(observed)) = (generation, observed)
        && generation != observed
    {
        let kind = text(o, "/kind");
        return Some(in_progress(format!(
            "{kind} generation is {generation}, but latest observed generation is {observed}"
        )));
    }
    conditions(o).find_map(|(kind, status, _, message)| match (kind, status) {
        ("Reconciling", "True") => Some(in_progress(message)),
        ("Stalled", "True") => Some(Status::new(State::Failed, message)),
        _ => None,
    })
}

fn ready_condition(o: &Value) -> Option<Status> {
    conditions(o).find_map(|(kind, status, _, message)| match (kind, status) {
        ("Ready", "True") => Some(current("Resource is Ready")),
        ("Ready", "False" | "Unknown") => Some(in_progress(message)),
        _ => None,
    })
}

fn service(o: &Value) -> Status {
    if text(o, "/spec/type") == "LoadBalancer" && text(o, "/spec/clusterIP").is_empty() {
        return in_progress("ClusterIP not set. Service type: LoadBalancer");
    }
    current("Service is ready")
}

fn claim(o: &Value) -> Status {
    match text(o, "/status/phase") {
        "Bound" => current("PVC is Bound"),
        "" => in_progress("PVC is not Bound. phase: unknown"),
        phase => in_progress(format!("PVC is not Bound. phase: {phase}")),
    }
}

fn stateful_set(o: &Value) -> Status {
    if text(o, "/spec/updateStrategy/type") == "OnDelete" {
        return current("StatefulSet is using the ondelete update strategy");
    }
    let spec = int(o, "/spec/replicas", 1);
    let status = int(o, "/status/replicas", 0);
    let ready = int(o, "/status/readyReplicas", 0);
    let current_replicas = int(o, "/status/currentReplicas", 0);
    let updated = int(o, "/status/updatedReplicas", 0);
    let partition = int(o, "/spec/updateStrategy/rollingUpdate/partition", -1);
    if spec > status {
        return in_progress(format!("Replicas: {status}/{spec}"));
    }
    if spec > ready {
        return in_progress(format!("Ready: {ready}/{spec}"));
    }
    if status > spec {
        return in_progress(format!("Pending termination: {}", status - spec));
    }
    if partition != -1 {
        if updated < spec - partition {
            return in_progress(format!("updated: {updated}/{}", spec - partition));
        }
        return current(format!("Partition rollout complete. updated: {updated}"));
    }
    if spec > current_replicas {
        return in_progress(format!("current: {current_replicas}/{spec}"));
    }
    if text(o, "/status/currentRevision") != text(o, "/status/updateRevision") {
        return in_progress("Waiting for updated revision to match current");
    }
    current(format!("All replicas scheduled as expected. Replicas: {status}"))
}

fn deployment(o: &Value) -> Status {
    // without a deadline the controller sets no condition Progressing
    let mut progressing = int(o, "/spec/progressDeadlineSeconds", i64::from(i32::MAX)) == i64::from(i32::MAX);
    let mut available = false;
    for (kind, status, reason, _) in conditions(o) {
        match kind {
            "Progressing" if reason == "ProgressDeadlineExceeded" => {
                return Status::new(State::Failed, "Progress deadline exceeded");
            }
            "Progressing" if status == "True" && reason == "NewReplicaSetAvailable" => progressing = true,
            "Available" if status == "True" => available = true,
            _ => {}
        }
    }
    let spec = int(o, "/spec/replicas", 1);
    let status = int(o, "/status/replicas", 0);
    let updated = int(o, "/status/updatedReplicas", 0);
    let ready = int(o, "/status/readyReplicas", 0);
    let available_replicas = int(o, "/status/availableReplicas", 0);
    if spec > status {
        return in_progress(format!("Replicas: {status}/{spec}"));
    }
    if spec > updated {
        return in_progress(format!("Updated: {updated}/{spec}"));
    }
    if status > spec {
        return in_progress(format!("Pending termination: {}", status - spec));
    }
    if updated > available_replicas {
        return in_progress(format!("Available: {available_replicas}/{updated}"));
    }
    if spec > ready {
        return in_progress(format!("Ready: {ready}/{spec}"));
    }
    if !progressing {
        return in_progress("ReplicaSet not Available");
    }
    if !available {
        return in_progress("Deployment not Available");
    }
    current(format!("Deployment is available. Replicas: {status}"))
}

fn replica_set(o: &Value) -> Status {
    if conditions(o).any(|(kind, status, _, _)| kind == "ReplicaFailure" && status == "True") {
        return in_progress("Replica Failure condition. Check Pods");
    }
    let spec = int(o, "/spec/replicas", 1);
    let status = int(o, "/status/replicas", 0);
    let labelled = int(o, "/status/fullyLabeledReplicas", 0);
    let available = int(o, "/status/availableReplicas", 0);
    let ready = int(o, "/status/readyReplicas", 0);
    if spec > labelled {
        return in_progress(format!("Labelled: {labelled}/{spec}"));
    }
    if spec > available {
        return in_progress(format!("Available: {available}/{spec}"));
    }
    if spec > ready {
        return in_progress(format!("Ready: {ready}/{spec}"));
    }
    if status > spec {
        return in_progress(format!("Pending termination: {}", status - spec));
    }
    current(format!("ReplicaSet is available. Replicas: {status}"))
}

fn daemon_set(o: &Value) -> Status {
    let kind = text(o, "/kind");
    if o.pointer("/metadata/generation").is_none() {
        return in_progress(format!("{kind} metadata.generation not found"));
    }
    if o.pointer("/status/observedGeneration").is_none() {
        return in_progress(format!("{kind} status.observedGeneration not found"));
    }
    let desired = int(o, "/status/desiredNumberScheduled", -1);
    if desired == -1 {
        return in_progress("Missing .status.desiredNumberScheduled");
    }
    for (word, field) in [
        ("Current", "/status/currentNumberScheduled"),
        ("Updated", "/status/updatedNumberScheduled"),
        ("Available", "/status/numberAvailable"),
        ("Ready", "/status/numberReady"),
    ] {
        let n = int(o, field, 0);
        if desired > n {
            return in_progress(format!("{word}: {n}/{desired}"));
        }
    }
    current(format!("All replicas scheduled as expected. Replicas: {desired}"))
}

/// How long a Pod may be unscheduled before that counts as failure.
const SCHEDULE_SECONDS: i64 = 15;

fn pod(o: &Value) -> Status {
    match text(o, "/status/phase") {
        "Succeeded" => current("Pod has completed successfully"),
        "Failed" => current("Pod has completed, but not successfully"),
        "Running" => {
            if conditions(o).any(|(kind, status, _, _)| kind == "Ready" && status == "True") {
                return current("Pod is Ready");
            }
            let looping = crash_looping(o);
            if looping.is_empty() {
                return in_progress("Pod is running but is not Ready");
            }
            Status::new(State::Failed, format!("Containers in CrashLoop state: {}", looping.join(",")))
        }
        "Pending" => {
            let unschedulable = conditions(o).any(|(kind, status, reason, _)| {
                kind == "PodScheduled" && status == "False" && reason == "Unschedulable"
            });
            if !unschedulable {
                return in_progress("Pod is in the Pending phase");
            }
            let created: Option<jiff::Timestamp> = text(o, "/metadata/creationTimestamp").parse().ok();
            let age = created.map_or(0, |c| jiff::Timestamp::now().as_second() - c.as_second());
            if age < SCHEDULE_SECONDS {
                return in_progress("Pod has not been scheduled");
            }
            Status::new(State::Failed, "Pod could not be scheduled")
        }
        "" => in_progress("Pod phase not available"),
        phase => Status::new(State::Unknown, format!("unknown phase {phase}")),
    }
}

/// Names of the containers in a crash loop.
fn crash_looping(o: &Value) -> Vec<&str> {
    let list = o.pointer("/status/containerStatuses").and_then(Value::as_array);
    list.into_iter()
        .flatten()
        .filter(|c| text(c, "/state/waiting/reason") == "CrashLoopBackOff")
        .map(|c| text(c, "/name"))
        .collect()
}

/// `Complete` or `Failed` of a Job, if either is true.
fn job_outcome(o: &Value) -> Option<Status> {
    let completions = int(o, "/spec/completions", int(o, "/spec/parallelism", 1));
    conditions(o).find_map(|(kind, status, _, _)| match (kind, status) {
        ("Complete", "True") => {
            Some(current(format!("Job Completed. succeeded: {}/{completions}", int(o, "/status/succeeded", 0))))
        }
        ("Failed", "True") => Some(Status::new(
            State::Failed,
            format!("Job Failed. failed: {}/{completions}", int(o, "/status/failed", 0)),
        )),
        _ => None,
    })
}

/// A Job that has begun counts as current.
fn job(o: &Value) -> Status {
    if let Some(outcome) = job_outcome(o) {
        return outcome;
    }
    if text(o, "/status/startTime").is_empty() {
        return in_progress("Job not started");
    }
    let n = |field| int(o, field, 0);
    current(format!(
        "Job in progress. success:{}, active: {}, failed: {}",
        n("/status/succeeded"),
        n("/status/active"),
        n("/status/failed")
    ))
}

/// Helm's own rule for Jobs that must end (hooks, `--wait-for-jobs`).
pub fn job_completion(o: &Value) -> Status {
    job_outcome(o).unwrap_or_else(|| in_progress("Job in progress"))
}

/// Helm's own rule for Pods that must end (hooks).
pub fn pod_completion(o: &Value) -> Status {
    let name = text(o, "/metadata/name");
    match text(o, "/status/phase") {
        "Succeeded" => current(format!("pod {name} succeeded")),
        "Failed" => Status::new(State::Failed, format!("pod {name} failed")),
        _ => in_progress("Pod in progress"),
    }
}

fn crd(o: &Value) -> Status {
    for (kind, status, reason, message) in conditions(o) {
        match (kind, status) {
            ("NamesAccepted", "False") => return Status::new(State::Failed, message),
            ("Established", "False") if reason != "Installing" => return Status::new(State::Failed, message),
            ("Established", "True") => return current("CRD is established"),
            _ => {}
        }
    }
    in_progress("Install in progress")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn states() {
        let d = json!({"apiVersion": "apps/v1", "kind": "Deployment", "spec": {"replicas": 2},
            "status": {"replicas": 2, "updatedReplicas": 1}});
        assert_eq!(compute(&d), in_progress("Updated: 1/2"));
        let job = json!({"kind": "Job", "apiVersion": "batch/v1",
            "status": {"failed": 1, "conditions": [{"type": "Failed", "status": "True"}]}});
        assert_eq!(job_completion(&job).message, "Job Failed. failed: 1/1");
        assert_eq!(compute(&json!({"kind": "ConfigMap", "apiVersion": "v1"})).state, State::Current);
    }
}
