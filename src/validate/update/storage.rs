//! Updates of PersistentVolumes, claims and CSINodes. Mirrors core/v1 and storage/v1: the data behind them stays where it is.

use std::cmp::Ordering;

use super::{As, Expansion, Update, listed, others, refuse, unchanged_at};
use crate::object::{Field, Quantity};
use crate::schema::Version;
use crate::validate::Verdicts;

/// What of a volume's spec is not where its data is.
const NOT_SOURCE: &[&str] = &[
    "spec.accessModes",
    "spec.capacity",
    "spec.claimRef",
    "spec.mountOptions",
    "spec.nodeAffinity",
    "spec.persistentVolumeReclaimPolicy",
    "spec.storageClassName",
    "spec.volumeAttributesClassName",
    "spec.volumeMode",
];

/// A PersistentVolume.
pub fn persistent_volume(errs: &mut Verdicts, update: Update) {
    let (old, new) = (update.old.get("spec"), update.new.get("spec"));
    let mut allowed = NOT_SOURCE.to_vec();
    if !old.get("csi").get("controllerExpandSecretRef").exists() {
        allowed.push("spec.csi.controllerExpandSecretRef");
    }
    if let Some(list) = listed(&others(old, new, &allowed), "spec") {
        let message = format!("where a volume's data is cannot be changed after creation: {list}");
        refuse(errs, new, As::Forbidden, message).printed_as("spec.persistentvolumesource");
    }
    // The server prints these two without `spec`.
    unchanged_at(errs, old.get("volumeMode"), new.get("volumeMode"), As::Invalid, "volumeMode");
    if old.get("nodeAffinity").exists() {
        unchanged_at(errs, old.get("nodeAffinity"), new.get("nodeAffinity"), As::Invalid, "nodeAffinity");
    }
    class_stays(errs, old, new);
}

/// A PersistentVolumeClaim.
pub fn claim(errs: &mut Verdicts, update: Update) {
    let (old, new) = (update.old.get("spec"), update.new.get("spec"));
    // Where there was a source, its group may be any text, as it once could be for new claims too.
    if old.get("dataSource").exists() || old.get("dataSourceRef").exists() {
        errs.withdraw("spec.dataSource.apiGroup");
        errs.withdraw("spec.dataSourceRef.apiGroup");
    }
    let mut allowed = Vec::new();
    if old.get("volumeName").is_empty() {
        allowed.push("spec.volumeName");
    }
    if !old.get("storageClassName").exists() && !has_class_annotation(update.old) {
        allowed.push("spec.storageClassName");
    }
    if update.expansion == Expansion::Allowed {
        allowed.extend(["spec.resources.requests[storage]", "spec.volumeAttributesClassName"]);
    }
    let found = others(old, new, &allowed);
    if let Some(list) = listed(&found, "spec") {
        let message = format!("of a claim only the requested storage can grow, once it is bound and its class allows it: {list}");
        refuse(errs, new, As::Forbidden, message);
    }
    if update.expansion == Expansion::Allowed {
        class_stays(errs, old, new);
        if shrinks(old, new) {
            let storage = new.get("resources").get("requests").get("storage");
            refuse(errs, storage, As::Forbidden, "`storage` of a claim cannot shrink".to_string())
                .printed_as("spec.resources.requests.storage");
        }
    }
    unchanged_at(errs, old.get("volumeMode"), new.get("volumeMode"), As::Invalid, "volumeMode");
    class_annotation(errs, update);
}

/// A volume attributes class can be changed for another, not taken away.
fn class_stays(errs: &mut Verdicts, old: Field, new: Field) {
    let (old, new) = (old.get("volumeAttributesClassName"), new.get("volumeAttributesClassName"));
    if old.exists() && !new.exists() && !old.is_empty() {
        refuse(errs, new, As::Forbidden, "`volumeAttributesClassName` can be changed, but not taken away".to_string());
    }
}

fn shrinks(old: Field, new: Field) -> bool {
    let size = |spec: Field| Quantity::of(spec.get("resources").get("requests").get("storage"));
    match (size(old), size(new)) {
        (Some(old), Some(new)) => new.cmp(&old) == Ordering::Less,
        _ => false,
    }
}

/// The name of the storage class, before there was a field for it.
const CLASS_ANNOTATION: &str = "volume.beta.kubernetes.io/storage-class";

fn has_class_annotation(root: Field) -> bool {
    root.get("metadata").get("annotations").get(CLASS_ANNOTATION).exists()
}

fn class_annotation(errs: &mut Verdicts, update: Update) {
    let class = |root: Field| root.get("metadata").get("annotations").get(CLASS_ANNOTATION).text().to_string();
    // Moving the name from the annotation to the field is fine.
    let moved = class(update.old) == update.new.get("spec").get("storageClassName").text() && class(update.new).is_empty();
    if class(update.old) != class(update.new) && !moved {
        let annotations = update.new.get("metadata").get("annotations");
        let message = format!("the annotation `{CLASS_ANNOTATION}` cannot be changed after creation");
        refuse(errs, annotations, As::Invalid, message).printed_as(format!("metadata.annotations[{CLASS_ANNOTATION}]"));
    }
}

/// Since when a driver can say anew how many volumes it can attach.
const MUTABLE_ALLOCATABLE: Version = Version(35);

/// A CSINode: drivers come and go, and each stays as it was registered. The server prints the whole list.
pub fn csi_node(errs: &mut Verdicts, update: Update) {
    let (was, list) = (update.old.get("spec").get("drivers"), update.new.get("spec").get("drivers"));
    let allowed: &[&str] = if update.version >= MUTABLE_ALLOCATABLE { &["spec.drivers.allocatable"] } else { &[] };
    for old in was.items() {
        for new in list.items().filter(|new| new.get("name").text() == old.get("name").text()) {
            if !others(old, new, allowed).is_empty() {
                let message = format!("the driver `{}` cannot be changed after it was registered", new.get("name").text());
                refuse(errs, new, As::Invalid, message).printed_as(list.path());
            }
        }
    }
}
