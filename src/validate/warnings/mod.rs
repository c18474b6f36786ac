//! What the server accepts and warns about. Mirrors the registry strategies' `WarningsOnCreate` and `pkg/api/*/warnings.go`.

mod cluster;
mod containers;
mod network;
mod pod;
mod ports;
mod storage;
mod tls;
mod volumes;
mod workloads;

use super::Verdicts;
use crate::object::{Field, ObjectId};
use crate::schema::Version;

/// One kind's warnings: takes the object's root.
type Warn = fn(&mut Verdicts, Field, Version);

/// Which function warns about which kind.
const KINDS: &[(&str, &str, Warn)] = &[
    ("v1", "Pod", workloads::pod),
    ("v1", "PodTemplate", workloads::pod_template),
    ("v1", "ReplicationController", workloads::named_workload),
    ("apps/v1", "Deployment", workloads::named_workload),
    ("apps/v1", "ReplicaSet", workloads::named_workload),
    ("apps/v1", "StatefulSet", workloads::stateful_set),
    ("apps/v1", "DaemonSet", workloads::workload),
    ("batch/v1", "Job", workloads::job),
    ("batch/v1", "CronJob", workloads::cron_job),
    ("v1", "Service", network::service),
    ("v1", "Endpoints", network::endpoints),
    ("discovery.k8s.io/v1", "EndpointSlice", network::endpoint_slice),
    ("networking.k8s.io/v1", "Ingress", network::ingress),
    ("networking.k8s.io/v1", "NetworkPolicy", network::network_policy),
    ("v1", "PersistentVolume", storage::persistent_volume),
    ("v1", "PersistentVolumeClaim", storage::claim),
    ("storage.k8s.io/v1", "StorageClass", storage::storage_class),
    ("storage.k8s.io/v1", "CSIStorageCapacity", storage::capacity),
    ("storage.k8s.io/v1", "CSIDriver", storage::csi_driver),
    ("v1", "Secret", tls::secret),
    ("v1", "ServiceAccount", cluster::service_account),
    ("v1", "ResourceQuota", cluster::resource_quota),
    ("v1", "Node", cluster::node),
    ("node.k8s.io/v1", "RuntimeClass", cluster::runtime_class),
    ("resource.k8s.io/v1", "ResourceSlice", storage::resource_slice),
];

/// Kinds that are served and on their way out: since which minor version, and what to use.
const DEPRECATED_KINDS: &[(&str, &str, u8, &str)] = &[
    ("v1", "ComponentStatus", 19, "ask the components themselves"),
    ("v1", "Endpoints", 33, "use EndpointSlice of discovery.k8s.io/v1"),
    ("flowcontrol.apiserver.k8s.io/v1beta3", "FlowSchema", 29, "use flowcontrol.apiserver.k8s.io/v1"),
    ("flowcontrol.apiserver.k8s.io/v1beta3", "PriorityLevelConfiguration", 29, "use flowcontrol.apiserver.k8s.io/v1"),
];

/// Puts into `errs` what the server would warn about. Where a field is refused, nothing more is said about it.
pub fn object(errs: &mut Verdicts, root: Field, id: &ObjectId, version: Version) {
    let mut warnings = Verdicts::default();
    let same = |api_version: &str, kind: &str| api_version == id.api_version && kind == id.kind;
    for (api_version, kind, since, instead) in DEPRECATED_KINDS {
        if same(api_version, kind) && version.0 >= *since {
            let message = format!("`{kind}` of {api_version} is deprecated since 1.{since}: {instead}");
            warnings.warn(root.get("kind"), message);
        }
    }
    if let Some((_, _, check)) = KINDS.iter().find(|(api_version, kind, _)| same(api_version, kind)) {
        check(&mut warnings, root, version);
    }
    owners(&mut warnings, root);
    resource_version(&mut warnings, root);
    errs.join_warnings(warnings);
}

/// Owners that stand twice; the server drops the second.
fn owners(errs: &mut Verdicts, root: Field) {
    let owners: Vec<Field> = root.get("metadata").get("ownerReferences").items().collect();
    let key = |owner: Field| {
        let text = |name| owner.get(name).scalar().to_string();
        [text("uid"), text("apiVersion"), text("kind"), text("name"), text("controller"), text("blockOwnerDeletion")]
    };
    for (i, &owner) in owners.iter().enumerate() {
        if let Some(first) = owners[..i].iter().find(|first| key(**first) == key(owner)) {
            errs.warn(owner, "this owner is listed twice; the server keeps one").label(first.span(), "first listed here");
        }
    }
}

/// The version of an object that was taken from a cluster: no new object may have one.
fn resource_version(errs: &mut Verdicts, root: Field) {
    let version = root.get("metadata").get("resourceVersion");
    if !version.is_empty() {
        let message = "with `resourceVersion` the object cannot be created, and is changed only while it still has that version";
        errs.warn(version, message).help("leave it out: the server sets it");
    }
}

/// Labels of nodes that have been renamed, each with its advice.
const OLD_NODE_LABELS: &[(&str, &str)] = &[
    ("beta.kubernetes.io/arch", "use `kubernetes.io/arch`"),
    ("beta.kubernetes.io/os", "use `kubernetes.io/os`"),
    ("failure-domain.beta.kubernetes.io/region", "use `topology.kubernetes.io/region`"),
    ("failure-domain.beta.kubernetes.io/zone", "use `topology.kubernetes.io/zone`"),
    ("beta.kubernetes.io/instance-type", "use `node.kubernetes.io/instance-type`"),
    ("app.kubernetes.io/created-by", "nothing replaces it"),
    ("scheduler.alpha.kubernetes.io/preferAvoidPods", "use taints and tolerations"),
    ("node-role.kubernetes.io/master", "use `node-role.kubernetes.io/control-plane`"),
];

/// Warns at `field` if `label` is an old label of nodes.
fn node_label(errs: &mut Verdicts, field: Field, label: &str) {
    if let Some((_, advice)) = OLD_NODE_LABELS.iter().find(|(old, _)| *old == label) {
        errs.warn(field, format!("node label `{label}` is deprecated: {advice}"));
    }
}

/// Keys of `matchExpressions` that are old labels of nodes.
fn node_expressions(errs: &mut Verdicts, expressions: Field) {
    for expression in expressions.items() {
        node_label(errs, expression.get("key"), expression.get("key").text());
    }
}

/// An amount of bytes with a part of a byte. A request that only repeats a limit is left to the limit.
fn fractional_bytes(errs: &mut Verdicts, amount: Field) {
    // Without a point, an exponent or a small unit there is no fraction.
    if !amount.written() || !amount.scalar().bytes().any(|b| matches!(b, b'.' | b'e' | b'E' | b'-' | b'm' | b'u' | b'n')) {
        return;
    }
    let Some(quantity) = crate::object::Quantity::of(amount) else { return };
    if quantity.milli() % 1000 != 0 {
        let message = format!("`{}: {}` is a fraction of a byte; use a whole number", amount.key(), amount.scalar());
        errs.warn(amount, message).help("`m` is a thousandth: for mebibytes write `Mi`, for megabytes `M`");
    }
}
