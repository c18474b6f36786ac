//! Updates of Pods. Mirrors core/v1: images, tolerations that are added, gates that are lifted, deadlines that come nearer.

use super::{As, Update, listed, others, refuse, same};
use crate::object::Field;
use crate::validate::Verdicts;

/// What can always change, by the rules that are checked on their own.
const FREE: &[&str] = &[
    "spec.activeDeadlineSeconds",
    "spec.containers.image",
    "spec.initContainers.image",
    "spec.schedulingGates",
    "spec.tolerations",
];

/// What can change besides, as long as a scheduling gate holds the Pod.
const GATED: &[&str] = &["spec.affinity.nodeAffinity", "spec.nodeSelector"];

/// A Pod.
pub fn pod(errs: &mut Verdicts, update: Update) {
    let (old, new) = (update.old.get("spec"), update.new.get("spec"));
    for name in ["containers", "initContainers"] {
        if !containers(errs, old.get(name), new.get(name)) {
            return;
        }
    }
    if !deadline(errs, old.get("activeDeadlineSeconds"), new.get("activeDeadlineSeconds")) {
        return;
    }
    tolerations(errs, old.get("tolerations"), new.get("tolerations"));
    gates(errs, old.get("schedulingGates"), new.get("schedulingGates"));
    let mut allowed = FREE.to_vec();
    if old.get("terminationGracePeriodSeconds").number() < 0 && new.get("terminationGracePeriodSeconds").number() == 1 {
        allowed.push("spec.terminationGracePeriodSeconds");
    }
    if !old.get("schedulingGates").is_empty() {
        node_selector(errs, old.get("nodeSelector"), new.get("nodeSelector"));
        node_affinity(errs, old, new);
        allowed.extend(GATED);
    }
    if let Some(list) = listed(&others(old, new, &allowed), "spec") {
        let message = format!("of a Pod that exists only images, tolerations and deadlines can be changed, not {list}");
        refuse(errs, new, As::Forbidden, message).help("delete the Pod and create it again");
    }
}

/// As many as before, each with an image. Returns whether there are as many.
fn containers(errs: &mut Verdicts, old: Field, new: Field) -> bool {
    if old.len() != new.len() {
        refuse(errs, new, As::Forbidden, format!("containers cannot be added to or removed from `{}` of a Pod", new.key()));
        return false;
    }
    for image in new.items().map(|container| container.get("image")) {
        if image.text().is_empty() {
            errs.required(image, "");
        } else if image.text().trim() != image.text() {
            errs.invalid(image, "must not begin or end with blanks");
        }
    }
    true
}

/// A deadline comes nearer or is set, and never goes. Returns whether the server looks further.
fn deadline(errs: &mut Verdicts, old: Field, new: Field) -> bool {
    if new.exists() && !errs.between(new, 0, i64::from(i32::MAX)) {
        return false;
    }
    if old.exists() && new.number() > old.number() {
        errs.invalid(new, format!("must be at most what it was, {}", old.number()));
        return false;
    }
    if old.exists() && !new.exists() {
        refuse(errs, new, As::Invalid, "`activeDeadlineSeconds` cannot be taken away from a Pod".to_string());
    }
    true
}

/// Every toleration stays as it was, but for its seconds.
fn tolerations(errs: &mut Verdicts, old: Field, new: Field) {
    let parts = ["key", "operator", "value", "effect"];
    let equal = |old: Field, new: Field| parts.iter().all(|part| same(old.get(part), new.get(part)));
    let kept = |old: Field| new.items().any(|new| equal(old, new));
    if !old.items().all(kept) {
        let message = "`tolerations` of a Pod can be added, but not changed or removed, except for `tolerationSeconds`";
        refuse(errs, new, As::Forbidden, message.to_string());
    }
}

/// Gates are lifted, never added.
fn gates(errs: &mut Verdicts, old: Field, new: Field) {
    for name in new.items().map(|gate| gate.get("name")) {
        if !old.items().any(|gate| gate.get("name").text() == name.text()) {
            refuse(errs, name, As::Forbidden, format!("the scheduling gate `{}` cannot be added to a Pod", name.text()));
        }
    }
}

/// A gated Pod's node selector can be narrowed.
fn node_selector(errs: &mut Verdicts, old: Field, new: Field) {
    if !old.entries().all(|(key, value)| new.entry(key).map_or(!value.exists(), |new| same(value, new))) {
        errs.invalid(new, "labels can be added to it, but not changed or removed");
    }
}

/// A gated Pod's required node affinity can be narrowed: as many terms as before, with more in each.
fn node_affinity(errs: &mut Verdicts, old: Field, new: Field) {
    let terms = |spec| {
        let path = ["affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms"];
        path.iter().fold(spec, |field: Field, step| field.get(step))
    };
    let (old, new) = (terms(old), terms(new));
    if old.is_empty() {
        return;
    }
    if old.len() != new.len() {
        errs.invalid(new, "terms cannot be added to or removed from a Pod's");
        return;
    }
    for (old, new) in old.items().zip(new.items()) {
        if !is_narrower(old, new) {
            errs.invalid(new, "requirements can be added to it, but not changed or removed");
        }
    }
}

fn is_narrower(old: Field, new: Field) -> bool {
    let lists = ["matchExpressions", "matchFields"];
    // A term without requirements selects nothing; with any it would select more.
    if lists.iter().all(|list| old.get(list).is_empty()) && !lists.iter().all(|list| new.get(list).is_empty()) {
        return false;
    }
    lists.iter().all(|list| {
        let (old, new) = (old.get(list), new.get(list));
        old.len() <= new.len() && old.items().zip(new.items()).all(|(old, new)| same(old, new))
    })
}
