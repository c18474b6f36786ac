//! Value checks of resource names (`cpu`, `hugepages-2Mi`, `nvidia.com/gpu`). Mirrors core/v1's helpers on resource names.

use super::{Why, qualified_name};

/// A key of `resources.requests` and `limits`: a qualified name, and one a container can have.
pub fn container_resource_name(value: &str) -> Result<(), Why> {
    if matches!(value, "cpu" | "memory" | "ephemeral-storage") {
        return Ok(());
    }
    resource_name(value)?;
    if !value.contains('/') {
        let known = is_hugepages(value);
        return if known { Ok(()) } else { Err("is no resource of containers".into()) };
    }
    if !is_native_resource(value) && !is_extended_resource(value) {
        return Err("is no name that an extended resource can have".into());
    }
    Ok(())
}

/// A resource name anywhere: a qualified name, without a prefix one of Kubernetes' own.
pub fn resource_name(value: &str) -> Result<(), Why> {
    qualified_name(value)?;
    if value.contains('/') || is_standard_resource(value) {
        return Ok(());
    }
    Err("must be one of Kubernetes' own resources or have a domain prefix: `example.com/name`".into())
}

/// A key of a ResourceQuota's `hard`.
pub fn quota_resource_name(value: &str) -> Result<(), Why> {
    qualified_name(value)?;
    if value.contains('/') || is_quota_resource(value) {
        return Ok(());
    }
    Err("must be one of Kubernetes' own quota resources or have a domain prefix".into())
}

/// Whether it is Kubernetes' own: no prefix, or one in `kubernetes.io/`.
pub fn is_native_resource(value: &str) -> bool {
    !value.contains('/') || value.contains("kubernetes.io/")
}

/// Whether it can name an extended resource: foreign, and still a qualified name with `requests.` before it (quotas use that).
pub fn is_extended_resource(value: &str) -> bool {
    !is_native_resource(value) && !value.starts_with("requests.") && qualified_name(&format!("requests.{value}")).is_ok()
}

/// Whether it is `hugepages-<size>`.
pub fn is_hugepages(value: &str) -> bool {
    value.starts_with("hugepages-")
}

/// Whether its amount must be a whole number: counts of objects, and all that is foreign.
pub fn is_integer_resource(value: &str) -> bool {
    !matches!(value, "cpu" | "memory") && (COUNTED.contains(&value) || is_extended_resource(value))
}

fn is_standard_resource(value: &str) -> bool {
    STANDARD.contains(&value) || COUNTED.contains(&value) || is_hugepages(value) || value.starts_with("requests.hugepages-")
}

fn is_quota_resource(value: &str) -> bool {
    QUOTA.contains(&value) || COUNTED.contains(&value) || is_hugepages(value) || value.starts_with("requests.hugepages-")
}

const COUNTED: &[&str] = &[
    "configmaps",
    "count/resourceclaims.resource.k8s.io",
    "persistentvolumeclaims",
    "pods",
    "replicationcontrollers",
    "resourcequotas",
    "secrets",
    "services",
    "services.loadbalancers",
    "services.nodeports",
];

const STANDARD: &[&str] = &[
    "cpu",
    "ephemeral-storage",
    "limits.cpu",
    "limits.ephemeral-storage",
    "limits.memory",
    "memory",
    "requests.cpu",
    "requests.ephemeral-storage",
    "requests.memory",
    "requests.storage",
    "storage",
];

const QUOTA: &[&str] = &[
    "cpu",
    "ephemeral-storage",
    "limits.cpu",
    "limits.ephemeral-storage",
    "limits.memory",
    "memory",
    "requests.cpu",
    "requests.ephemeral-storage",
    "requests.memory",
    "requests.storage",
];
