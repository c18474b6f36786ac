//! The kinds around workloads: networking, RBAC, autoscaling, policy, admission, storage classes and the rest.

mod admission;
mod admission_policy;
mod apiservice;
mod autoscaling;
mod certificates;
mod controller_revision;
mod crd;
mod endpoint_slice;
pub mod endpoints;
mod event;
mod flowcontrol;
mod ingress;
mod lease;
mod network_policy;
mod node;
mod policy;
mod quota;
mod rbac;
mod resource_claim;
mod resource_slice;
mod runtime_class;
mod scheduling;
mod storage;
mod webhook_url;

pub use certificates::signer_of;

use super::Check;

/// Which function validates which of these kinds.
pub const KINDS: &[(&str, &str, Check)] = &[
    ("v1", "Endpoints", endpoints::endpoints),
    ("v1", "Event", event::core_event),
    ("v1", "LimitRange", quota::limit_range),
    ("v1", "Node", node::node),
    ("v1", "ResourceQuota", quota::resource_quota),
    ("admissionregistration.k8s.io/v1", "MutatingAdmissionPolicy", admission_policy::mutating_policy),
    ("admissionregistration.k8s.io/v1", "MutatingAdmissionPolicyBinding", admission_policy::mutating_binding),
    ("admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration", admission::mutating_webhooks),
    ("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicy", admission_policy::validating_policy),
    ("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicyBinding", admission_policy::validating_binding),
    ("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", admission::validating_webhooks),
    ("apiextensions.k8s.io/v1", "CustomResourceDefinition", crd::definition),
    ("admissionregistration.k8s.io/v1alpha1", "MutatingAdmissionPolicy", admission_policy::mutating_policy),
    ("admissionregistration.k8s.io/v1alpha1", "MutatingAdmissionPolicyBinding", admission_policy::mutating_binding),
    ("admissionregistration.k8s.io/v1beta1", "MutatingAdmissionPolicy", admission_policy::mutating_policy),
    ("admissionregistration.k8s.io/v1beta1", "MutatingAdmissionPolicyBinding", admission_policy::mutating_binding),
    ("admissionregistration.k8s.io/v1beta1", "ValidatingAdmissionPolicy", admission_policy::validating_policy),
    ("admissionregistration.k8s.io/v1beta1", "ValidatingAdmissionPolicyBinding", admission_policy::validating_binding),
    ("apiregistration.k8s.io/v1", "APIService", apiservice::api_service),
    ("apps/v1", "ControllerRevision", controller_revision::controller_revision),
    ("autoscaling/v1", "HorizontalPodAutoscaler", autoscaling::autoscaler_v1),
    ("autoscaling/v2", "HorizontalPodAutoscaler", autoscaling::autoscaler),
    ("certificates.k8s.io/v1", "CertificateSigningRequest", certificates::signing_request),
    ("certificates.k8s.io/v1", "ClusterTrustBundle", certificates::trust_bundle),
    ("certificates.k8s.io/v1beta1", "ClusterTrustBundle", certificates::trust_bundle),
    ("coordination.k8s.io/v1", "Lease", lease::lease),
    ("discovery.k8s.io/v1", "EndpointSlice", endpoint_slice::endpoint_slice),
    ("events.k8s.io/v1", "Event", event::event),
    ("flowcontrol.apiserver.k8s.io/v1", "FlowSchema", flowcontrol::flow_schema),
    ("flowcontrol.apiserver.k8s.io/v1", "PriorityLevelConfiguration", flowcontrol::priority_level),
    ("networking.k8s.io/v1", "IPAddress", network_policy::ip_address),
    ("flowcontrol.apiserver.k8s.io/v1beta3", "FlowSchema", flowcontrol::flow_schema),
    ("flowcontrol.apiserver.k8s.io/v1beta3", "PriorityLevelConfiguration", flowcontrol::priority_level),
    ("networking.k8s.io/v1", "Ingress", ingress::ingress),
    ("networking.k8s.io/v1", "IngressClass", ingress::ingress_class),
    ("networking.k8s.io/v1", "NetworkPolicy", network_policy::network_policy),
    ("networking.k8s.io/v1", "ServiceCIDR", network_policy::service_cidr),
    ("networking.k8s.io/v1beta1", "IPAddress", network_policy::ip_address),
    ("networking.k8s.io/v1beta1", "ServiceCIDR", network_policy::service_cidr),
    ("node.k8s.io/v1", "RuntimeClass", runtime_class::runtime_class),
    ("policy/v1", "PodDisruptionBudget", policy::disruption_budget),
    ("rbac.authorization.k8s.io/v1", "ClusterRole", rbac::cluster_role),
    ("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", rbac::cluster_role_binding),
    ("rbac.authorization.k8s.io/v1", "Role", rbac::role),
    ("rbac.authorization.k8s.io/v1", "RoleBinding", rbac::role_binding),
    ("resource.k8s.io/v1", "DeviceClass", resource_claim::device_class),
    ("resource.k8s.io/v1", "ResourceClaim", resource_claim::claim),
    ("resource.k8s.io/v1", "ResourceClaimTemplate", resource_claim::claim_template),
    ("resource.k8s.io/v1", "ResourceSlice", resource_slice::resource_slice),
    ("scheduling.k8s.io/v1", "PriorityClass", scheduling::priority_class),
    ("storage.k8s.io/v1", "CSIDriver", storage::csi_driver),
    ("storage.k8s.io/v1", "CSINode", storage::csi_node),
    ("storage.k8s.io/v1", "CSIStorageCapacity", storage::csi_storage_capacity),
    ("storage.k8s.io/v1", "StorageClass", storage::storage_class),
    ("storage.k8s.io/v1", "VolumeAttachment", storage::volume_attachment),
    ("storage.k8s.io/v1", "VolumeAttributesClass", storage::attributes_class),
];
