//! The server's defaults, written into the tree as synthetic nodes before validation runs.

mod admission;
mod affinity;
mod apps;
mod autoscaling;
mod batch;
mod config;
mod devices;
mod extension;
mod flow;
mod gates;
mod meta;
mod network;
mod nulls;
mod pod;
mod rbac;
mod resources;
mod service;
mod slot;
mod storage;
mod volumes;

pub use slot::{Ignored, Slot};

use std::sync::LazyLock;

use super::{Object, ObjectId};
use crate::schema::Version;
use crate::text::ByName;
use crate::yaml::Tree;

/// One kind's defaults: takes the root.
type Fill = fn(&mut Slot);

/// Which function fills in which kind; each takes the object's root.
const KINDS: &[(&str, &str, Fill)] = &[
    ("v1", "Pod", pod::pod),
    ("v1", "PodTemplate", pod::pod_template),
    ("v1", "ReplicationController", apps::replication_controller),
    ("apps/v1", "Deployment", apps::deployment),
    ("apps/v1", "ReplicaSet", apps::replica_set),
    ("apps/v1", "StatefulSet", apps::stateful_set),
    ("apps/v1", "DaemonSet", apps::daemon_set),
    ("batch/v1", "Job", batch::job),
    ("batch/v1", "CronJob", batch::cron_job),
    ("v1", "Service", service::service),
    ("v1", "Endpoints", service::endpoints),
    ("discovery.k8s.io/v1", "EndpointSlice", service::endpoint_slice),
    ("v1", "PersistentVolumeClaim", storage::claim),
    ("v1", "PersistentVolume", storage::persistent_volume),
    ("v1", "Secret", config::secret),
    ("v1", "Namespace", config::namespace),
    ("v1", "ServiceAccount", config::service_account),
    ("v1", "LimitRange", config::limit_range),
    ("v1", "ResourceQuota", spec_only),
    ("v1", "Node", config::node),
    ("autoscaling/v1", "HorizontalPodAutoscaler", autoscaling::autoscaler_v1),
    ("autoscaling/v2", "HorizontalPodAutoscaler", autoscaling::autoscaler_v2),
    ("networking.k8s.io/v1", "NetworkPolicy", network::network_policy),
    ("networking.k8s.io/v1", "Ingress", spec_only),
    ("networking.k8s.io/v1", "IngressClass", network::ingress_class),
    ("policy/v1", "PodDisruptionBudget", spec_only),
    ("coordination.k8s.io/v1", "Lease", spec_only),
    ("certificates.k8s.io/v1", "CertificateSigningRequest", spec_only),
    ("rbac.authorization.k8s.io/v1", "RoleBinding", rbac::binding),
    ("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", rbac::binding),
    ("storage.k8s.io/v1", "StorageClass", storage::storage_class),
    ("storage.k8s.io/v1", "CSIDriver", storage::csi_driver),
    ("scheduling.k8s.io/v1", "PriorityClass", storage::priority_class),
    ("resource.k8s.io/v1", "ResourceClaim", devices::claim),
    ("resource.k8s.io/v1", "ResourceClaimTemplate", devices::claim_template),
    ("resource.k8s.io/v1", "DeviceClass", spec_only),
    ("resource.k8s.io/v1", "ResourceSlice", spec_only),
    ("flowcontrol.apiserver.k8s.io/v1", "FlowSchema", flow::flow_schema),
    ("flowcontrol.apiserver.k8s.io/v1", "PriorityLevelConfiguration", flow::priority_level),
    ("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", admission::validating_webhooks),
    ("admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration", admission::mutating_webhooks),
    ("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicy", admission::policy),
    ("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicyBinding", admission::policy_binding),
    ("admissionregistration.k8s.io/v1", "MutatingAdmissionPolicy", admission::policy),
    ("admissionregistration.k8s.io/v1", "MutatingAdmissionPolicyBinding", admission::policy_binding),
    ("apiextensions.k8s.io/v1", "CustomResourceDefinition", extension::definition),
    ("apiregistration.k8s.io/v1", "APIService", extension::api_service),
];

/// Fills in what the server fills in before it validates, and what decoding makes of nulls. Nothing but `metadata` for kinds it
/// does not know. Gives what it takes away.
pub fn apply(tree: &mut Tree, object: &Object, version: Version) -> Vec<Ignored> {
    nulls::fill(tree, object, version);
    let mut ignored = Vec::new();
    let mut root = Slot::new(tree, object.root, &mut ignored);
    root.struct_at("metadata");
    if let Some(fill) = fill_of(&object.id) {
        fill(&mut root);
        gates::drop_disabled(&mut root, &object.id.kind, version);
        affinity::merge_label_keys(&mut root, version);
    }
    ignored
}

/// The function of a kind; of another version of its group where that very version has none, as betas share their shape.
fn fill_of(id: &ObjectId) -> Option<Fill> {
    static FILLS: LazyLock<ByName<(&str, &str), Fill>> =
        LazyLock::new(|| KINDS.iter().map(|(api_version, kind, fill)| ((*api_version, *kind), *fill)).collect());
    let group = |api_version: &'_ str| api_version.rsplit_once('/').map_or(0, |(group, _)| group.len());
    let is_near = |api_version: &str| api_version[..group(api_version)] == id.api_version[..group(&id.api_version)];
    let exact = FILLS.get(&(id.api_version.as_str(), id.kind.as_str())).copied();
    let near = || KINDS.iter().find(|(api_version, kind, _)| *kind == id.kind && is_near(api_version)).map(|(_, _, fill)| *fill);
    exact.or_else(near)
}

/// Kinds that have no defaults but a `spec`, which is never absent.
fn spec_only(root: &mut Slot) {
    root.struct_at("spec");
}
