//! The order of kinds at install and uninstall (Helm's `pkg/release/v1/util/kind_sorter.go`), for rendering and for clusters.

/// Kinds in the order in which they are installed; unknown kinds come last, by name.
pub const INSTALL_ORDER: &[&str] = &[
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

/// Which way manifests are sorted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum KindOrder {
    /// [`INSTALL_ORDER`].
    Install,
    /// The other way round, validating webhooks before mutating ones.
    Uninstall,
}

impl KindOrder {
    /// The sort key of a kind: known kinds by rank, then unknown ones by name. Sorting must be stable.
    pub fn key(self, kind: &str) -> (usize, &str) {
        // The uninstall list is the install list reversed, so one table serves both.
        let n = INSTALL_ORDER.len();
        match (self, INSTALL_ORDER.iter().position(|k| *k == kind)) {
            (KindOrder::Install, Some(i)) => (i, ""),
            (KindOrder::Uninstall, Some(i)) => (n - 1 - i, ""),
            (_, None) => (n, kind),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_before_unknown_and_reversed_on_uninstall() {
        let mut k = vec!["Zebra", "Service", "Apple", "Namespace"];
        k.sort_by_key(|k| KindOrder::Install.key(k));
        assert_eq!(k, ["Namespace", "Service", "Apple", "Zebra"]);
        k.sort_by_key(|k| KindOrder::Uninstall.key(k));
        assert_eq!(k, ["Service", "Namespace", "Apple", "Zebra"]);
    }
}
