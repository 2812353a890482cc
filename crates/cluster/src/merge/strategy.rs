//! How lists and maps of the built-in kinds merge: what Go's struct tags `patchStrategy` and `patchMergeKey` say.

/// What a field's tags say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Strategy {
    /// Elements are merged: by this key, or as a set of scalars where the key is empty.
    pub merge: Option<&'static str>,
    /// A patch lists the keys that stay (unions, such as a volume's source).
    pub retain_keys: bool,
    /// The whole value is replaced although it is a map.
    pub replace: bool,
}

const fn by(key: &'static str) -> Strategy {
    Strategy { merge: Some(key), retain_keys: false, replace: false }
}

const fn union_by(key: &'static str) -> Strategy {
    Strategy { merge: Some(key), retain_keys: true, replace: false }
}

/// Of a pod's spec.
const POD: &[(&str, Strategy)] = &[
    ("ephemeralContainers", by("name")),
    ("hostAliases", by("ip")),
    ("imagePullSecrets", by("name")),
    ("resourceClaims", union_by("name")),
    ("schedulingGates", by("name")),
    ("topologySpreadConstraints", by("topologyKey")),
    ("volumes", union_by("name")),
    ("containers", by("name")),
    ("initContainers", by("name")),
];

/// Of a container.
const CONTAINER: &[(&str, Strategy)] = &[
    ("env", by("name")),
    ("ports", by("containerPort")),
    ("volumeDevices", by("devicePath")),
    ("volumeMounts", by("mountPath")),
];

/// Of single kinds.
const OTHERS: &[(&str, &str, Strategy)] = &[
    ("Service", "spec.ports", by("port")),
    ("ServiceAccount", "secrets", by("name")),
    ("Deployment", "spec.strategy", Strategy { merge: None, retain_keys: true, replace: false }),
    ("Node", "spec.podCIDRs", by("")),
    ("CSINode", "spec.drivers", by("name")),
    ("MutatingWebhookConfiguration", "webhooks", by("name")),
    ("MutatingWebhookConfiguration", "webhooks.matchConditions", by("name")),
    ("ValidatingWebhookConfiguration", "webhooks", by("name")),
    ("ValidatingWebhookConfiguration", "webhooks.matchConditions", by("name")),
    ("MutatingAdmissionPolicy", "spec.matchConditions", by("name")),
    ("MutatingAdmissionPolicy", "spec.variables", by("name")),
    ("ValidatingAdmissionPolicy", "spec.matchConditions", by("name")),
    ("ValidatingAdmissionPolicy", "spec.variables", by("name")),
    ("CustomResourceDefinition", "spec.versions.schema.openAPIV3Schema.x-kubernetes-validations", by("rule")),
    ("PodDisruptionBudget", "spec.selector", Strategy { merge: None, retain_keys: false, replace: true }),
];

/// Where a kind keeps the spec of its pods.
fn pod_spec(kind: &str) -> Option<&'static [&'static str]> {
    match kind {
        "Pod" => Some(&["spec"]),
        "Deployment" | "ReplicaSet" | "StatefulSet" | "DaemonSet" | "Job" | "ReplicationController" => {
            Some(&["spec", "template", "spec"])
        }
        "CronJob" => Some(&["spec", "jobTemplate", "spec", "template", "spec"]),
        "PodTemplate" => Some(&["template", "spec"]),
        _ => None,
    }
}

/// The strategy of the field at a path (list positions left out) of a built-in kind.
pub fn strategy(kind: &str, path: &[&str]) -> Strategy {
    match path {
        [.., "metadata", "finalizers"] => return by(""),
        [.., "metadata", "ownerReferences"] => return by("uid"),
        [.., "status", "conditions"] => return by("type"),
        _ => {}
    }
    if let Some(rest) = pod_spec(kind).and_then(|prefix| path.strip_prefix(prefix)) {
        let found = match rest {
            [field] => POD.iter().find(|(name, _)| name == field),
            ["containers" | "initContainers" | "ephemeralContainers", field] => {
                CONTAINER.iter().find(|(name, _)| name == field)
            }
            _ => None,
        };
        if let Some((_, strategy)) = found {
            return *strategy;
        }
    }
    let same = |text: &str| text.split('.').eq(path.iter().copied());
    OTHERS.iter().find(|(k, p, _)| *k == kind && same(p)).map(|(_, _, s)| *s).unwrap_or_default()
}
