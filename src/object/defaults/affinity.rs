//! `matchLabelKeys` and `mismatchLabelKeys` of a pod, which the server turns into label selector terms when the pod is made.

use super::Slot;
use crate::schema::Version;
use crate::yaml::{Kind, NodeId};

/// The first version that does so in spread constraints.
const IN_CONSTRAINTS: Version = Version(34);

/// Adds to the selectors of a Pod's affinity terms and spread constraints its own values of the named label keys. Only Pods
/// themselves are made so, not templates; what gates have dropped is not there any more.
pub fn merge_label_keys(root: &mut Slot, version: Version) {
    if root.text("kind") != "Pod" {
        return;
    }
    let labels = root.map("metadata").and_then(|metadata| metadata.get("labels"));
    let Some(labels) = labels.filter(|&labels| root.tree().node(labels).kind == Kind::Map) else { return };
    root.with("spec", |spec| merge_into(spec, labels, version));
}

fn merge_into(spec: &mut Slot, labels: NodeId, version: Version) {
    spec.with("affinity", |affinity| {
        for kind in ["podAffinity", "podAntiAffinity"] {
            affinity.with(kind, |affinity| {
                affinity.each("requiredDuringSchedulingIgnoredDuringExecution", |term| affinity_term(term, labels));
                affinity.each("preferredDuringSchedulingIgnoredDuringExecution", |weighted| {
                    weighted.with("podAffinityTerm", |term| affinity_term(term, labels));
                });
            });
        }
    });
    if version >= IN_CONSTRAINTS {
        spec.each("topologySpreadConstraints", |constraint| add_terms(constraint, "matchLabelKeys", "In", labels));
    }
}

fn affinity_term(term: &mut Slot, labels: NodeId) {
    add_terms(term, "matchLabelKeys", "In", labels);
    add_terms(term, "mismatchLabelKeys", "NotIn", labels);
}

fn add_terms(term: &mut Slot, list: &str, operator: &str, labels: NodeId) {
    let keys: Vec<String> = term.strings(list);
    let Some(mut selector) = term.map("labelSelector") else { return };
    for key in keys {
        let Some(value) = selector.at(labels).get(&key) else { continue };
        let value = selector.tree().text(selector.tree().node(value).text).to_string();
        let Some(expressions) = selector.seq_at("matchExpressions") else { return };
        let expression = selector.append(expressions, Kind::Map, "");
        let mut expression = selector.at(expression);
        expression.put("key", Kind::Str, &key);
        expression.put("operator", Kind::Str, operator);
        if let Some(values) = expression.seq_at("values") {
            expression.append(values, Kind::Str, &value);
        }
    }
}
