//! Warnings on storage kinds. Mirrors `pkg/api/persistentvolume`, `persistentvolumeclaim`, `storage` and the CSI strategies.

use super::super::Verdicts;
use super::{fractional_bytes, node_expressions, node_label, volumes};
use crate::object::Field;
use crate::schema::Version;

/// A PersistentVolume.
pub fn persistent_volume(errs: &mut Verdicts, root: Field, _: Version) {
    let spec = root.get("spec");
    old_annotation(errs, root, "volume.beta.kubernetes.io/storage-class", "`spec.storageClassName`");
    old_annotation(errs, root, "volume.beta.kubernetes.io/mount-options", "`spec.mountOptions`");
    let policy = spec.get("persistentVolumeReclaimPolicy");
    if policy.text() == "Recycle" {
        errs.warn(policy, "`Recycle` is deprecated: use `Delete` with dynamic provisioning, or `Retain`");
    }
    for term in spec.get("nodeAffinity").get("required").get("nodeSelectorTerms").items() {
        node_expressions(errs, term.get("matchExpressions"));
    }
    volumes::sources(errs, spec);
}

/// A PersistentVolumeClaim.
pub fn claim(errs: &mut Verdicts, root: Field, _: Version) {
    old_annotation(errs, root, "volume.beta.kubernetes.io/storage-class", "`spec.storageClassName`");
    claim_spec(errs, root.get("spec"));
}

/// The spec of a claim, wherever it stands.
pub fn claim_spec(errs: &mut Verdicts, spec: Field) {
    for list in ["requests", "limits"] {
        fractional_bytes(errs, spec.get("resources").get(list).get("storage"));
    }
}

/// A StorageClass.
pub fn storage_class(errs: &mut Verdicts, root: Field, _: Version) {
    for topology in root.get("allowedTopologies").items() {
        node_expressions(errs, topology.get("matchLabelExpressions"));
    }
}

/// A CSIStorageCapacity.
pub fn capacity(errs: &mut Verdicts, root: Field, _: Version) {
    let topology = root.get("nodeTopology");
    node_expressions(errs, topology.get("matchExpressions"));
    for (label, value) in topology.get("matchLabels").entries() {
        node_label(errs, value, label);
    }
}

/// A CSIDriver: tokens in volume attributes end up in logs.
pub fn csi_driver(errs: &mut Verdicts, root: Field, version: Version) {
    let spec = root.get("spec");
    // Before 1.35 there is nothing to set.
    if version >= Version(35) && !spec.get("tokenRequests").is_empty() && !spec.get("serviceAccountTokenInSecrets").exists() {
        let message = "service account tokens go to the driver among the volume's attributes, where they may be logged";
        errs.warn(spec.get("serviceAccountTokenInSecrets"), message)
            .help("set `serviceAccountTokenInSecrets: true` if the driver supports it");
    }
}

/// A ResourceSlice.
pub fn resource_slice(errs: &mut Verdicts, root: Field, version: Version) {
    let driver = root.get("spec").get("driver");
    if version >= Version(36) && driver.text().contains(char::is_uppercase) {
        errs.warn(driver, format!("`{}` has upper-case letters; names of drivers should have none", driver.text()));
    }
}

fn old_annotation(errs: &mut Verdicts, root: Field, key: &'static str, instead: &str) {
    if let Some(annotation) = root.get("metadata").get("annotations").some(key) {
        errs.warn(annotation, format!("annotation `{key}` is deprecated: use {instead}"));
    }
}
