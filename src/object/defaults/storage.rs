//! Defaults of persistent volumes, claims and what storage drivers declare.

use super::Slot;
use super::volumes;
use crate::yaml::Kind;

/// `v1` PersistentVolume.
pub fn persistent_volume(root: &mut Slot) {
    let Some(mut spec) = root.struct_at("spec") else { return };
    spec.default_str("persistentVolumeReclaimPolicy", "Retain");
    spec.default_pointer("volumeMode", "Filesystem");
    volumes::source(&mut spec);
}

/// `v1` PersistentVolumeClaim.
pub fn claim(root: &mut Slot) {
    if let Some(mut spec) = root.struct_at("spec") {
        claim_spec(&mut spec);
        data_source(&mut spec);
    }
}

/// The spec of a claim, on its own, in a StatefulSet or in an ephemeral volume.
pub fn claim_spec(spec: &mut Slot) {
    spec.default_pointer("volumeMode", "Filesystem");
    spec.struct_at("resources");
}

/// `dataSource` and `dataSourceRef` say the same; one is written into the other. A `dataSourceRef` that crosses namespaces is left
/// out, and a `dataSource` that stands alone and is of a kind that nothing provides.
fn data_source(spec: &mut Slot) {
    if spec.map("dataSourceRef").is_some_and(|reference| !reference.text("namespace").is_empty()) {
        spec.ignore("dataSourceRef", "the feature of sources in other namespaces is off by default");
    }
    match (spec.get("dataSource"), spec.get("dataSourceRef")) {
        (Some(old), None) if spec.map("dataSource").is_none_or(|source| is_known(&source)) => {
            spec.copy("dataSourceRef", old);
        }
        (Some(_), None) => spec.ignore("dataSource", "nothing fills a claim from a source of that kind"),
        (None, Some(new)) => {
            spec.copy("dataSource", new);
        }
        _ => {}
    }
}

fn is_known(source: &Slot) -> bool {
    matches!(
        (source.text("kind"), source.text("apiGroup")),
        ("PersistentVolumeClaim", "") | ("VolumeSnapshot", "snapshot.storage.k8s.io")
    )
}

/// `storage.k8s.io/v1` StorageClass.
pub fn storage_class(root: &mut Slot) {
    root.default_pointer("reclaimPolicy", "Delete");
    root.default_pointer("volumeBindingMode", "Immediate");
}

/// `storage.k8s.io/v1` CSIDriver.
pub fn csi_driver(root: &mut Slot) {
    let Some(mut spec) = root.struct_at("spec") else { return };
    spec.default_bool("attachRequired", true);
    spec.default_bool("podInfoOnMount", false);
    spec.default_bool("storageCapacity", false);
    spec.default_bool("requiresRepublish", false);
    spec.default_bool("seLinuxMount", false);
    spec.default_pointer("fsGroupPolicy", "ReadWriteOnceWithFSType");
    if spec.is_empty("volumeLifecycleModes")
        && let Some(modes) = spec.seq_at("volumeLifecycleModes")
    {
        spec.append(modes, Kind::Str, "Persistent");
    }
}

/// `scheduling.k8s.io/v1` PriorityClass.
pub fn priority_class(root: &mut Slot) {
    root.default_pointer("preemptionPolicy", "PreemptLowerPriority");
}
