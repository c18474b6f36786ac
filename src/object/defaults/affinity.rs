//! `matchLabelKeys` and `mismatchLabelKeys` of a pod, which the server turns into label selector terms when the pod is made.

use super::Slot;
use crate::yaml::{Kind, NodeId};

/// Adds to the selectors of a pod's affinity terms and spread constraints the pod's own values of the named label keys.
pub fn merge_label_keys(spec: &mut Slot, labels: Option<NodeId>) {
    let Some(labels) = labels.filter(|&labels| spec.tree().node(labels).kind == Kind::Map) else { return };
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
    spec.each("topologySpreadConstraints", |constraint| {
        add_terms(constraint, "matchLabelKeys", "In", labels);
    });
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
