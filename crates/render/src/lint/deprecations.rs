//! Which API versions Kubernetes has deprecated, since when, and what takes their place.
//!
//! The facts are those of `k8s.io/api` 0.36 (its `APILifecycleDeprecated`, `…Removed` and `…Replacement` methods).

/// `apiVersion`, kind, minor version of Kubernetes 1.x that deprecated it, release that removed it ("" if none yet),
/// replacement as `apiVersion Kind` ("" if none). Sorted by the first two.
type Row = (&'static str, &'static str, u32, &'static str, &'static str);

#[rustfmt::skip]
const DEPRECATED: &[Row] = &[
    ("admissionregistration.k8s.io/v1alpha1", "MutatingAdmissionPolicy", 35, "1.38", ""),
    ("admissionregistration.k8s.io/v1alpha1", "MutatingAdmissionPolicyBinding", 35, "1.38", ""),
    ("admissionregistration.k8s.io/v1alpha1", "MutatingAdmissionPolicyBindingList", 35, "1.38", ""),
    ("admissionregistration.k8s.io/v1alpha1", "MutatingAdmissionPolicyList", 35, "1.38", ""),
    ("admissionregistration.k8s.io/v1alpha1", "ValidatingAdmissionPolicy", 29, "1.32", ""),
    ("admissionregistration.k8s.io/v1alpha1", "ValidatingAdmissionPolicyBinding", 29, "1.32", ""),
    ("admissionregistration.k8s.io/v1alpha1", "ValidatingAdmissionPolicyBindingList", 29, "1.32", ""),
    ("admissionregistration.k8s.io/v1alpha1", "ValidatingAdmissionPolicyList", 29, "1.32", ""),
    ("admissionregistration.k8s.io/v1beta1", "MutatingAdmissionPolicy", 37, "1.40", "admissionregistration.k8s.io/v1 MutatingAdmissionPolicy"),
    ("admissionregistration.k8s.io/v1beta1", "MutatingAdmissionPolicyBinding", 37, "1.40", "admissionregistration.k8s.io/v1 MutatingAdmissionPolicyBinding"),
    ("admissionregistration.k8s.io/v1beta1", "MutatingAdmissionPolicyBindingList", 37, "1.40", "admissionregistration.k8s.io/v1 MutatingAdmissionPolicyBindingList"),
    ("admissionregistration.k8s.io/v1beta1", "MutatingAdmissionPolicyList", 37, "1.40", "admissionregistration.k8s.io/v1 MutatingAdmissionPolicyList"),
    ("admissionregistration.k8s.io/v1beta1", "MutatingWebhookConfiguration", 16, "1.22", "admissionregistration.k8s.io/v1 MutatingWebhookConfiguration"),
    ("admissionregistration.k8s.io/v1beta1", "MutatingWebhookConfigurationList", 16, "1.22", "admissionregistration.k8s.io/v1 MutatingWebhookConfigurationList"),
    ("admissionregistration.k8s.io/v1beta1", "ValidatingAdmissionPolicy", 31, "1.34", ""),
    ("admissionregistration.k8s.io/v1beta1", "ValidatingAdmissionPolicyBinding", 31, "1.34", ""),
    ("admissionregistration.k8s.io/v1beta1", "ValidatingAdmissionPolicyBindingList", 31, "1.34", ""),
    ("admissionregistration.k8s.io/v1beta1", "ValidatingAdmissionPolicyList", 31, "1.34", ""),
    ("admissionregistration.k8s.io/v1beta1", "ValidatingWebhookConfiguration", 16, "1.22", "admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration"),
    ("admissionregistration.k8s.io/v1beta1", "ValidatingWebhookConfigurationList", 16, "1.22", "admissionregistration.k8s.io/v1 ValidatingWebhookConfigurationList"),
    ("apps/v1beta1", "ControllerRevision", 8, "1.16", "apps/v1 ControllerRevision"),
    ("apps/v1beta1", "ControllerRevisionList", 8, "1.16", "apps/v1 ControllerRevisionList"),
    ("apps/v1beta1", "Deployment", 8, "1.16", "apps/v1 Deployment"),
    ("apps/v1beta1", "DeploymentList", 8, "1.16", "apps/v1 DeploymentList"),
    ("apps/v1beta1", "DeploymentRollback", 8, "1.16", "apps/v1 DeploymentRollback"),
    ("apps/v1beta1", "Scale", 8, "1.16", "autoscaling/v1 Scale"),
    ("apps/v1beta1", "StatefulSet", 8, "1.16", "apps/v1 StatefulSet"),
    ("apps/v1beta1", "StatefulSetList", 8, "1.16", "apps/v1 StatefulSetList"),
    ("apps/v1beta2", "ControllerRevision", 9, "1.16", "apps/v1 ControllerRevision"),
    ("apps/v1beta2", "ControllerRevisionList", 9, "1.16", "apps/v1 ControllerRevisionList"),
    ("apps/v1beta2", "DaemonSet", 9, "1.16", "apps/v1 DaemonSet"),
    ("apps/v1beta2", "DaemonSetList", 9, "1.16", "apps/v1 DaemonSetList"),
    ("apps/v1beta2", "Deployment", 9, "1.16", "apps/v1 Deployment"),
    ("apps/v1beta2", "DeploymentList", 9, "1.16", "apps/v1 DeploymentList"),
    ("apps/v1beta2", "ReplicaSet", 9, "1.16", "apps/v1 ReplicaSet"),
    ("apps/v1beta2", "ReplicaSetList", 9, "1.16", "apps/v1 ReplicaSetList"),
    ("apps/v1beta2", "Scale", 9, "1.16", "autoscaling/v1 Scale"),
    ("apps/v1beta2", "StatefulSet", 9, "1.16", "apps/v1 StatefulSet"),
    ("apps/v1beta2", "StatefulSetList", 9, "1.16", "apps/v1 StatefulSetList"),
    ("authentication.k8s.io/v1alpha1", "SelfSubjectReview", 29, "1.32", ""),
    ("authentication.k8s.io/v1beta1", "SelfSubjectReview", 30, "1.33", ""),
    ("authentication.k8s.io/v1beta1", "TokenReview", 19, "1.22", "authentication.k8s.io/v1 TokenReview"),
    ("authorization.k8s.io/v1beta1", "LocalSubjectAccessReview", 19, "1.22", "authorization.k8s.io/v1 LocalSubjectAccessReview"),
    ("authorization.k8s.io/v1beta1", "SelfSubjectAccessReview", 19, "1.22", "authorization.k8s.io/v1 SelfSubjectAccessReview"),
    ("authorization.k8s.io/v1beta1", "SelfSubjectRulesReview", 19, "1.22", "authorization.k8s.io/v1 SelfSubjectRulesReview"),
    ("authorization.k8s.io/v1beta1", "SubjectAccessReview", 19, "1.22", "authorization.k8s.io/v1 SubjectAccessReview"),
    ("batch/v1beta1", "CronJob", 21, "1.25", "batch/v1 CronJob"),
    ("batch/v1beta1", "CronJobList", 21, "1.25", "batch/v1 CronJobList"),
    ("certificates.k8s.io/v1alpha1", "ClusterTrustBundle", 34, "1.37", ""),
    ("certificates.k8s.io/v1alpha1", "ClusterTrustBundleList", 34, "1.37", ""),
    ("certificates.k8s.io/v1beta1", "CertificateSigningRequest", 19, "1.22", "certificates.k8s.io/v1 CertificateSigningRequest"),
    ("certificates.k8s.io/v1beta1", "CertificateSigningRequestList", 19, "1.22", "certificates.k8s.io/v1 CertificateSigningRequestList"),
    ("certificates.k8s.io/v1beta1", "ClusterTrustBundle", 37, "1.40", ""),
    ("certificates.k8s.io/v1beta1", "ClusterTrustBundleList", 37, "1.40", ""),
    ("certificates.k8s.io/v1beta1", "PodCertificateRequest", 38, "1.41", ""),
    ("certificates.k8s.io/v1beta1", "PodCertificateRequestList", 38, "1.41", ""),
    ("coordination.k8s.io/v1alpha2", "LeaseCandidate", 35, "1.38", ""),
    ("coordination.k8s.io/v1alpha2", "LeaseCandidateList", 35, "1.38", ""),
    ("coordination.k8s.io/v1beta1", "Lease", 19, "1.22", "coordination.k8s.io/v1 Lease"),
    ("coordination.k8s.io/v1beta1", "LeaseCandidate", 36, "1.39", ""),
    ("coordination.k8s.io/v1beta1", "LeaseCandidateList", 36, "1.39", ""),
    ("coordination.k8s.io/v1beta1", "LeaseList", 19, "1.22", "coordination.k8s.io/v1 LeaseList"),
    ("discovery.k8s.io/v1beta1", "EndpointSlice", 21, "1.25", "discovery.k8s.io/v1 EndpointSlice"),
    ("discovery.k8s.io/v1beta1", "EndpointSliceList", 21, "1.25", "discovery.k8s.io/v1 EndpointSlice"),
    ("events.k8s.io/v1beta1", "Event", 22, "1.25", ""),
    ("events.k8s.io/v1beta1", "EventList", 22, "1.25", ""),
    ("extensions/v1beta1", "DaemonSet", 8, "1.16", "apps/v1 DaemonSet"),
    ("extensions/v1beta1", "DaemonSetList", 8, "1.16", "apps/v1 DaemonSetList"),
    ("extensions/v1beta1", "Deployment", 8, "1.16", "apps/v1 Deployment"),
    ("extensions/v1beta1", "DeploymentList", 8, "1.16", "apps/v1 DeploymentList"),
    ("extensions/v1beta1", "DeploymentRollback", 8, "1.16", ""),
    ("extensions/v1beta1", "Ingress", 14, "1.22", "networking.k8s.io/v1 Ingress"),
    ("extensions/v1beta1", "IngressList", 14, "1.22", "networking.k8s.io/v1 IngressList"),
    ("extensions/v1beta1", "NetworkPolicy", 9, "1.16", "networking.k8s.io/v1 NetworkPolicy"),
    ("extensions/v1beta1", "NetworkPolicyList", 9, "1.16", "networking.k8s.io/v1 NetworkPolicyList"),
    ("extensions/v1beta1", "ReplicaSet", 8, "1.16", "apps/v1 ReplicaSet"),
    ("extensions/v1beta1", "ReplicaSetList", 8, "1.16", "apps/v1 ReplicaSetList"),
    ("extensions/v1beta1", "Scale", 2, "1.16", ""),
    ("flowcontrol.apiserver.k8s.io/v1beta1", "FlowSchema", 23, "1.26", "flowcontrol.apiserver.k8s.io/v1beta3 FlowSchema"),
    ("flowcontrol.apiserver.k8s.io/v1beta1", "FlowSchemaList", 23, "1.26", "flowcontrol.apiserver.k8s.io/v1beta3 FlowSchemaList"),
    ("flowcontrol.apiserver.k8s.io/v1beta1", "PriorityLevelConfiguration", 23, "1.26", "flowcontrol.apiserver.k8s.io/v1beta3 PriorityLevelConfiguration"),
    ("flowcontrol.apiserver.k8s.io/v1beta1", "PriorityLevelConfigurationList", 23, "1.26", "flowcontrol.apiserver.k8s.io/v1beta3 PriorityLevelConfigurationList"),
    ("flowcontrol.apiserver.k8s.io/v1beta2", "FlowSchema", 26, "1.29", "flowcontrol.apiserver.k8s.io/v1beta3 FlowSchema"),
    ("flowcontrol.apiserver.k8s.io/v1beta2", "FlowSchemaList", 26, "1.29", "flowcontrol.apiserver.k8s.io/v1beta3 FlowSchemaList"),
    ("flowcontrol.apiserver.k8s.io/v1beta2", "PriorityLevelConfiguration", 26, "1.29", "flowcontrol.apiserver.k8s.io/v1beta3 PriorityLevelConfiguration"),
    ("flowcontrol.apiserver.k8s.io/v1beta2", "PriorityLevelConfigurationList", 26, "1.29", "flowcontrol.apiserver.k8s.io/v1beta3 PriorityLevelConfigurationList"),
    ("flowcontrol.apiserver.k8s.io/v1beta3", "FlowSchema", 29, "1.32", "flowcontrol.apiserver.k8s.io/v1 FlowSchema"),
    ("flowcontrol.apiserver.k8s.io/v1beta3", "FlowSchemaList", 29, "1.32", "flowcontrol.apiserver.k8s.io/v1 FlowSchemaList"),
    ("flowcontrol.apiserver.k8s.io/v1beta3", "PriorityLevelConfiguration", 29, "1.32", "flowcontrol.apiserver.k8s.io/v1 PriorityLevelConfiguration"),
    ("flowcontrol.apiserver.k8s.io/v1beta3", "PriorityLevelConfigurationList", 29, "1.32", "flowcontrol.apiserver.k8s.io/v1 PriorityLevelConfigurationList"),
    ("networking.k8s.io/v1beta1", "IPAddress", 34, "1.37", ""),
    ("networking.k8s.io/v1beta1", "IPAddressList", 34, "1.37", ""),
    ("networking.k8s.io/v1beta1", "Ingress", 19, "1.22", "networking.k8s.io/v1 Ingress"),
    ("networking.k8s.io/v1beta1", "IngressClass", 19, "1.22", "networking.k8s.io/v1 IngressClassList"),
    ("networking.k8s.io/v1beta1", "IngressClassList", 19, "1.22", "networking.k8s.io/v1 IngressClassList"),
    ("networking.k8s.io/v1beta1", "IngressList", 19, "1.22", "networking.k8s.io/v1 IngressList"),
    ("networking.k8s.io/v1beta1", "ServiceCIDR", 34, "1.37", ""),
    ("networking.k8s.io/v1beta1", "ServiceCIDRList", 34, "1.37", ""),
    ("node.k8s.io/v1beta1", "RuntimeClass", 22, "1.25", ""),
    ("node.k8s.io/v1beta1", "RuntimeClassList", 22, "1.25", ""),
    ("policy/v1beta1", "Eviction", 22, "1.25", ""),
    ("policy/v1beta1", "PodDisruptionBudget", 21, "1.25", "policy/v1 PodDisruptionBudget"),
    ("policy/v1beta1", "PodDisruptionBudgetList", 21, "1.25", "policy/v1 PodDisruptionBudgetList"),
    ("rbac.authorization.k8s.io/v1beta1", "ClusterRole", 17, "1.22", "rbac.authorization.k8s.io/v1 ClusterRole"),
    ("rbac.authorization.k8s.io/v1beta1", "ClusterRoleBinding", 17, "1.22", "rbac.authorization.k8s.io/v1 ClusterRoleBinding"),
    ("rbac.authorization.k8s.io/v1beta1", "ClusterRoleBindingList", 17, "1.22", "rbac.authorization.k8s.io/v1 ClusterRoleBindingList"),
    ("rbac.authorization.k8s.io/v1beta1", "ClusterRoleList", 17, "1.22", "rbac.authorization.k8s.io/v1 ClusterRoleList"),
    ("rbac.authorization.k8s.io/v1beta1", "Role", 17, "1.22", "rbac.authorization.k8s.io/v1 Role"),
    ("rbac.authorization.k8s.io/v1beta1", "RoleBinding", 17, "1.22", "rbac.authorization.k8s.io/v1 RoleBinding"),
    ("rbac.authorization.k8s.io/v1beta1", "RoleBindingList", 17, "1.22", "rbac.authorization.k8s.io/v1 RoleBindingList"),
    ("rbac.authorization.k8s.io/v1beta1", "RoleList", 17, "1.22", "rbac.authorization.k8s.io/v1 RoleList"),
    ("resource.k8s.io/v1alpha3", "DeviceTaintRule", 36, "1.39", ""),
    ("resource.k8s.io/v1alpha3", "DeviceTaintRuleList", 36, "1.39", ""),
    ("resource.k8s.io/v1alpha3", "ResourcePoolStatusRequest", 39, "1.42", ""),
    ("resource.k8s.io/v1alpha3", "ResourcePoolStatusRequestList", 39, "1.42", ""),
    ("resource.k8s.io/v1beta1", "DeviceClass", 35, "1.38", ""),
    ("resource.k8s.io/v1beta1", "DeviceClassList", 35, "1.38", ""),
    ("resource.k8s.io/v1beta1", "ResourceClaim", 35, "1.38", ""),
    ("resource.k8s.io/v1beta1", "ResourceClaimList", 35, "1.38", ""),
    ("resource.k8s.io/v1beta1", "ResourceClaimTemplate", 35, "1.38", ""),
    ("resource.k8s.io/v1beta1", "ResourceClaimTemplateList", 35, "1.38", ""),
    ("resource.k8s.io/v1beta1", "ResourceSlice", 35, "1.38", ""),
    ("resource.k8s.io/v1beta1", "ResourceSliceList", 35, "1.38", ""),
    ("resource.k8s.io/v1beta2", "DeviceClass", 36, "1.39", ""),
    ("resource.k8s.io/v1beta2", "DeviceClassList", 36, "1.39", ""),
    ("resource.k8s.io/v1beta2", "DeviceTaintRule", 39, "1.42", ""),
    ("resource.k8s.io/v1beta2", "DeviceTaintRuleList", 39, "1.42", ""),
    ("resource.k8s.io/v1beta2", "ResourceClaim", 36, "1.39", ""),
    ("resource.k8s.io/v1beta2", "ResourceClaimList", 36, "1.39", ""),
    ("resource.k8s.io/v1beta2", "ResourceClaimTemplate", 36, "1.39", ""),
    ("resource.k8s.io/v1beta2", "ResourceClaimTemplateList", 36, "1.39", ""),
    ("resource.k8s.io/v1beta2", "ResourceSlice", 36, "1.39", ""),
    ("resource.k8s.io/v1beta2", "ResourceSliceList", 36, "1.39", ""),
    ("scheduling.k8s.io/v1beta1", "PriorityClass", 14, "1.22", "scheduling.k8s.io/v1 PriorityClass"),
    ("scheduling.k8s.io/v1beta1", "PriorityClassList", 14, "1.22", "scheduling.k8s.io/v1 PriorityClassList"),
    ("storage.k8s.io/v1alpha1", "CSIStorageCapacity", 21, "1.24", "storage.k8s.io/v1beta1 CSIStorageCapacity"),
    ("storage.k8s.io/v1alpha1", "CSIStorageCapacityList", 21, "1.24", "storage.k8s.io/v1beta1 CSIStorageCapacityList"),
    ("storage.k8s.io/v1alpha1", "VolumeAttachment", 21, "1.24", "storage.k8s.io/v1 VolumeAttachment"),
    ("storage.k8s.io/v1alpha1", "VolumeAttachmentList", 21, "1.24", "storage.k8s.io/v1 VolumeAttachmentList"),
    ("storage.k8s.io/v1alpha1", "VolumeAttributesClass", 32, "1.35", "storage.k8s.io/v1 VolumeAttributesClass"),
    ("storage.k8s.io/v1alpha1", "VolumeAttributesClassList", 32, "1.35", "storage.k8s.io/v1 VolumeAttributesClassList"),
    ("storage.k8s.io/v1beta1", "CSIDriver", 19, "1.22", "storage.k8s.io/v1 CSIDriver"),
    ("storage.k8s.io/v1beta1", "CSIDriverList", 19, "1.22", "storage.k8s.io/v1 CSIDriverList"),
    ("storage.k8s.io/v1beta1", "CSINode", 17, "1.22", "storage.k8s.io/v1 CSINode"),
    ("storage.k8s.io/v1beta1", "CSINodeList", 17, "1.22", "storage.k8s.io/v1 CSINode"),
    ("storage.k8s.io/v1beta1", "CSIStorageCapacity", 24, "1.27", "storage.k8s.io/v1 CSIStorageCapacity"),
    ("storage.k8s.io/v1beta1", "CSIStorageCapacityList", 24, "1.27", "storage.k8s.io/v1 CSIStorageCapacityList"),
    ("storage.k8s.io/v1beta1", "StorageClass", 19, "1.22", "storage.k8s.io/v1 StorageClass"),
    ("storage.k8s.io/v1beta1", "StorageClassList", 19, "1.22", "storage.k8s.io/v1 StorageClassList"),
    ("storage.k8s.io/v1beta1", "VolumeAttachment", 19, "1.22", "storage.k8s.io/v1 VolumeAttachment"),
    ("storage.k8s.io/v1beta1", "VolumeAttachmentList", 19, "1.22", "storage.k8s.io/v1 VolumeAttachmentList"),
    ("storage.k8s.io/v1beta1", "VolumeAttributesClass", 34, "1.37", "storage.k8s.io/v1 VolumeAttributesClass"),
    ("storage.k8s.io/v1beta1", "VolumeAttributesClassList", 34, "1.37", "storage.k8s.io/v1 VolumeAttributesClassList"),
    ("storagemigration.k8s.io/v1beta1", "StorageVersionMigration", 38, "1.41", ""),
    ("storagemigration.k8s.io/v1beta1", "StorageVersionMigrationList", 38, "1.41", ""),
    ("v1", "ComponentStatus", 19, "", ""),
    ("v1", "ComponentStatusList", 19, "", ""),
    ("v1", "Endpoints", 33, "", "discovery.k8s.io/v1 EndpointSlice"),
    ("v1", "EndpointsList", 33, "", "discovery.k8s.io/v1 EndpointSliceList"),
];

/// The warning for an object of a deprecated API, worded as Kubernetes words it; nothing where it is not deprecated
/// in Kubernetes `major.minor`.
pub(crate) fn warning(api_version: &str, kind: &str, major: u32, minor: u32) -> Option<String> {
    let at = DEPRECATED.binary_search_by(|r| (r.0, r.1).cmp(&(api_version, kind))).ok()?;
    let (_, _, since, removed, replacement) = *DEPRECATED.get(at)?;
    // 0.0 stands for a version that is not known: then everything deprecated is told
    if (major, minor) != (0, 0) && (1, since) > (major, minor) {
        return None;
    }
    let mut text = format!("{api_version} {kind} is deprecated in v1.{since}+");
    if !removed.is_empty() {
        text += &format!(", unavailable in v{removed}+");
    }
    if !replacement.is_empty() {
        text += &format!("; use {replacement}");
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted() {
        assert!(DEPRECATED.is_sorted_by(|a, b| (a.0, a.1) < (b.0, b.1)));
    }

    #[test]
    fn deprecated_only_from_its_version_on() {
        let told = "policy/v1beta1 PodDisruptionBudget is deprecated in v1.21+, unavailable in v1.25+; use policy/v1 PodDisruptionBudget";
        assert_eq!(warning("policy/v1beta1", "PodDisruptionBudget", 1, 22).as_deref(), Some(told));
        assert_eq!(warning("policy/v1beta1", "PodDisruptionBudget", 1, 20), None);
        assert_eq!(warning("example.com/v1", "Thing", 1, 36), None);
    }
}
