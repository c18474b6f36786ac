//! The values that fields of a closed set take, by type and field: for editors. What is refused is decided by validation.

/// Type, field, values.
const ALLOWED: &[(&str, &str, &[&str])] = &[
    ("Container", "imagePullPolicy", &["Always", "IfNotPresent", "Never"]),
    ("Container", "terminationMessagePolicy", &["File", "FallbackToLogsOnError"]),
    ("ContainerPort", "protocol", &["TCP", "UDP", "SCTP"]),
    ("ServicePort", "protocol", &["TCP", "UDP", "SCTP"]),
    ("NetworkPolicyPort", "protocol", &["TCP", "UDP", "SCTP"]),
    ("PodSpec", "restartPolicy", &["Always", "OnFailure", "Never"]),
    ("PodSpec", "dnsPolicy", &["ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"]),
    ("PodSpec", "preemptionPolicy", &["PreemptLowerPriority", "Never"]),
    ("ServiceSpec", "type", &["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"]),
    ("ServiceSpec", "sessionAffinity", &["None", "ClientIP"]),
    ("ServiceSpec", "externalTrafficPolicy", &["Cluster", "Local"]),
    ("ServiceSpec", "internalTrafficPolicy", &["Cluster", "Local"]),
    ("ServiceSpec", "ipFamilyPolicy", &["SingleStack", "PreferDualStack", "RequireDualStack"]),
    ("DeploymentStrategy", "type", &["RollingUpdate", "Recreate"]),
    ("StatefulSetUpdateStrategy", "type", &["RollingUpdate", "OnDelete"]),
    ("DaemonSetUpdateStrategy", "type", &["RollingUpdate", "OnDelete"]),
    ("StatefulSetSpec", "podManagementPolicy", &["OrderedReady", "Parallel"]),
    ("CronJobSpec", "concurrencyPolicy", &["Allow", "Forbid", "Replace"]),
    ("JobSpec", "completionMode", &["NonIndexed", "Indexed"]),
    ("HTTPGetAction", "scheme", &["HTTP", "HTTPS"]),
    ("HTTPIngressPath", "pathType", &["Exact", "Prefix", "ImplementationSpecific"]),
    ("Toleration", "effect", &["NoSchedule", "PreferNoSchedule", "NoExecute"]),
    ("Toleration", "operator", &["Equal", "Exists"]),
    ("LabelSelectorRequirement", "operator", &["In", "NotIn", "Exists", "DoesNotExist"]),
    ("NodeSelectorRequirement", "operator", &["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"]),
    ("TopologySpreadConstraint", "whenUnsatisfiable", &["DoNotSchedule", "ScheduleAnyway"]),
    ("PersistentVolumeClaimSpec", "volumeMode", &["Filesystem", "Block"]),
    ("PersistentVolumeClaimSpec", "accessModes", &["ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod"]),
    ("PersistentVolumeSpec", "accessModes", &["ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod"]),
    ("PersistentVolumeSpec", "persistentVolumeReclaimPolicy", &["Retain", "Delete", "Recycle"]),
    ("StorageClass", "volumeBindingMode", &["Immediate", "WaitForFirstConsumer"]),
    ("StorageClass", "reclaimPolicy", &["Delete", "Retain"]),
    ("NetworkPolicySpec", "policyTypes", &["Ingress", "Egress"]),
    ("PodDisruptionBudgetSpec", "unhealthyPodEvictionPolicy", &["IfHealthyBudget", "AlwaysAllow"]),
    ("RoleRef", "kind", &["Role", "ClusterRole"]),
    ("RoleRef", "apiGroup", &["rbac.authorization.k8s.io"]),
    ("Subject", "kind", &["ServiceAccount", "User", "Group"]),
    ("SeccompProfile", "type", &["RuntimeDefault", "Unconfined", "Localhost"]),
    ("MetricSpec", "type", &["Resource", "Pods", "Object", "External", "ContainerResource"]),
    ("MetricTarget", "type", &["Utilization", "Value", "AverageValue"]),
];

/// The values that `field` of the type called `owner` (`Container`) takes; none where the set is open or not known here.
pub fn allowed(owner: &str, field: &str) -> &'static [&'static str] {
    ALLOWED.iter().find(|(of, name, _)| *of == owner && *name == field).map_or(&[], |(_, _, values)| values)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Table, Version};

    #[test]
    fn every_field_of_the_list_exists() {
        let table = Table::of(Version::default());
        for (owner, field, _) in ALLOWED {
            let exists = table.types().any(|known| known.short_name() == *owner && known.field(field).is_some());
            assert!(exists, "{owner}.{field}");
        }
    }
}
