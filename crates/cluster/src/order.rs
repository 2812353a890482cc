//! The order in which kinds are installed and removed (pkg/release/v1/util/kind_sorter.go).

use crate::Object;

/// Kinds in the order in which they are installed; all others come after these, by name.
pub const INSTALL_ORDER: [&str; 38] = [
    "PriorityClass",
    "Namespace",
    "NetworkPolicy",
    "ResourceQuota",
    "LimitRange",
    "PodSecurityPolicy",
    "PodDisruptionBudget",
    "ServiceAccount",
    "Secret",
    "SecretList",
    "ConfigMap",
    "StorageClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "CustomResourceDefinition",
    "ClusterRole",
    "ClusterRoleList",
    "ClusterRoleBinding",
    "ClusterRoleBindingList",
    "Role",
    "RoleList",
    "RoleBinding",
    "RoleBindingList",
    "Service",
    "DaemonSet",
    "Pod",
    "ReplicationController",
    "ReplicaSet",
    "Deployment",
    "HorizontalPodAutoscaler",
    "StatefulSet",
    "Job",
    "CronJob",
    "IngressClass",
    "Ingress",
    "APIService",
    "MutatingWebhookConfiguration",
    "ValidatingWebhookConfiguration",
];

/// Kinds in the order in which they are removed; all others come after these, by name.
pub const UNINSTALL_ORDER: [&str; 38] = [
    "ValidatingWebhookConfiguration",
    "MutatingWebhookConfiguration",
    "APIService",
    "Ingress",
    "IngressClass",
    "Service",
    "CronJob",
    "Job",
    "StatefulSet",
    "HorizontalPodAutoscaler",
    "Deployment",
    "ReplicaSet",
    "ReplicationController",
    "Pod",
    "DaemonSet",
    "RoleBindingList",
    "RoleBinding",
    "RoleList",
    "Role",
    "ClusterRoleBindingList",
    "ClusterRoleBinding",
    "ClusterRoleList",
    "ClusterRole",
    "CustomResourceDefinition",
    "PersistentVolumeClaim",
    "PersistentVolume",
    "StorageClass",
    "ConfigMap",
    "SecretList",
    "Secret",
    "ServiceAccount",
    "PodDisruptionBudget",
    "PodSecurityPolicy",
    "LimitRange",
    "ResourceQuota",
    "NetworkPolicy",
    "Namespace",
    "PriorityClass",
];

/// Sorts the documents of a manifest for removal. Helm names them `manifest-0`, `manifest-1`, ... and sorts these names as
/// text before it sorts by kind, so the tenth stands before the second of its kind.
pub fn sort_for_uninstall(objects: Vec<Object>) -> Vec<Object> {
    let mut named: Vec<(String, Object)> =
        objects.into_iter().enumerate().map(|(i, o)| (format!("manifest-{i}"), o)).collect();
    named.sort_by(|a, b| a.0.cmp(&b.0));
    named.sort_by(|a, b| key(a.1.kind()).cmp(&key(b.1.kind())));
    named.into_iter().map(|(_, object)| object).collect()
}

/// Place of a kind; kinds that are not listed stand last, by name.
fn key(kind: &str) -> (usize, &str) {
    match UNINSTALL_ORDER.iter().position(|k| *k == kind) {
        Some(place) => (place, ""),
        None => (usize::MAX, kind),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn removal() {
        let objects = ["ConfigMap", "Widget", "Service", "Apple", "ConfigMap"]
            .iter()
            .enumerate()
            .map(|(i, kind)| Object(json!({"kind": kind, "metadata": {"name": i.to_string()}})))
            .collect();
        let sorted = sort_for_uninstall(objects);
        let names: Vec<_> = sorted.iter().map(|o| format!("{}{}", o.kind(), o.name())).collect();
        assert_eq!(names, ["Service2", "ConfigMap0", "ConfigMap4", "Apple3", "Widget1"]);
    }
}
