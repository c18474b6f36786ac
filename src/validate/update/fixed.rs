//! Fields that never change after creation. Mirrors the update validation of the kinds that have no other rule.

use super::{As, Update, unchanged_at};
use crate::object::Field;
use crate::validate::Verdicts;
use As::{Forbidden, Invalid};

/// A field by its path, how a change is called, and the path it is printed as where that is another.
type Fixed = (&'static str, As, &'static str);

/// By group and kind.
pub const KINDS: &[(&str, &str, &[Fixed])] = &[
    ("apps", "ControllerRevision", &[("data", Invalid, "")]),
    ("apps", "DaemonSet", &[("spec.selector", Invalid, "")]),
    ("apps", "Deployment", &[("spec.selector", Invalid, "")]),
    ("apps", "ReplicaSet", &[("spec.selector", Invalid, "")]),
    ("certificates.k8s.io", "ClusterTrustBundle", &[("spec.signerName", Invalid, "")]),
    ("certificates.k8s.io", "PodCertificateRequest", &[("spec", Invalid, "")]),
    ("discovery.k8s.io", "EndpointSlice", &[("addressType", Invalid, "")]),
    ("networking.k8s.io", "IPAddress", &[("spec.parentRef", Invalid, "")]),
    ("networking.k8s.io", "IngressClass", &[("spec.controller", Invalid, "")]),
    ("node.k8s.io", "RuntimeClass", &[("handler", Invalid, "")]),
    ("rbac.authorization.k8s.io", "ClusterRoleBinding", &[("roleRef", Invalid, "")]),
    ("rbac.authorization.k8s.io", "RoleBinding", &[("roleRef", Invalid, "")]),
    ("resource.k8s.io", "ResourceClaim", &[("spec", Invalid, "")]),
    ("resource.k8s.io", "ResourceClaimTemplate", &[("spec", Invalid, "")]),
    ("resource.k8s.io", "ResourceSlice", RESOURCE_SLICE),
    ("scheduling.k8s.io", "PriorityClass", &[("value", Forbidden, ""), ("preemptionPolicy", Invalid, "")]),
    ("storage.k8s.io", "CSIDriver", CSI_DRIVER),
    ("storage.k8s.io", "CSIStorageCapacity", &[("nodeTopology", Invalid, ""), ("storageClassName", Invalid, "")]),
    ("storage.k8s.io", "StorageClass", STORAGE_CLASS),
    ("storage.k8s.io", "VolumeAttachment", &[("spec", Invalid, "")]),
    ("storage.k8s.io", "VolumeAttributesClass", &[("driverName", Forbidden, ""), ("parameters", Forbidden, "")]),
];

/// The server prints the first under a name that is no field.
const CSI_DRIVER: &[Fixed] =
    &[("spec.attachRequired", Invalid, "spec.attachedRequired"), ("spec.volumeLifecycleModes", Invalid, "")];

const RESOURCE_SLICE: &[Fixed] = &[
    ("spec.allNodes", Invalid, ""),
    ("spec.driver", Invalid, ""),
    ("spec.nodeName", Invalid, ""),
    ("spec.nodeSelector", Invalid, ""),
    ("spec.perDeviceNodeSelection", Invalid, ""),
    ("spec.pool.name", Invalid, ""),
];

const STORAGE_CLASS: &[Fixed] = &[
    ("parameters", Invalid, ""),
    ("provisioner", Invalid, ""),
    ("reclaimPolicy", Invalid, ""),
    ("volumeBindingMode", Invalid, ""),
];

/// Refuses changes of what never changes.
pub fn fields(errs: &mut Verdicts, group: &str, kind: &str, update: Update) {
    let known = KINDS.iter().find(|(known, name, _)| *known == group && *name == kind);
    for (path, called, printed) in known.map_or(&[][..], |(_, _, fields)| fields) {
        let printed = if printed.is_empty() { path } else { printed };
        unchanged_at(errs, at(update.old, path), at(update.new, path), *called, printed);
    }
}

fn at<'a>(root: Field<'a>, path: &'static str) -> Field<'a> {
    path.split('.').fold(root, Field::get)
}
