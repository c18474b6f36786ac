//! Defaults of persistent volumes, claims and what storage drivers declare.

use super::Slot;
use super::volumes;

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

/// `dataSource` and `dataSourceRef` say the same; one is written into the other, unless it crosses namespaces.
fn data_source(spec: &mut Slot) {
    let (old, new) = (spec.get("dataSource"), spec.get("dataSourceRef"));
    match (old, new) {
        (Some(old), None) => {
            spec.copy("dataSourceRef", old);
        }
        (None, Some(new)) => {
            let namespaced = spec.map("dataSourceRef").is_some_and(|reference| !reference.text("namespace").is_empty());
            if !namespaced {
                spec.copy("dataSource", new);
            }
        }
        _ => {}
    }
}
