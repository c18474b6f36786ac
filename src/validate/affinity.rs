//! Where pods may run. Mirrors core/v1 validation of node selectors, affinity, tolerations and topology spread.

use std::collections::BTreeSet;

use super::{Verdicts, selector, text};
use crate::object::Field;

const REQUIRED: &str = "requiredDuringSchedulingIgnoredDuringExecution";
const PREFERRED: &str = "preferredDuringSchedulingIgnoredDuringExecution";

/// `spec.affinity`.
pub fn affinity(errs: &mut Verdicts, affinity: Field) {
    let node = affinity.get("nodeAffinity");
    if let Some(required) = node.some(REQUIRED) {
        node_selector(errs, required);
    }
    for term in node.get(PREFERRED).items() {
        weight(errs, term);
        node_selector_term(errs, term.get("preference"), Values::Free);
    }
    for kind in ["podAffinity", "podAntiAffinity"] {
        let pods = affinity.get(kind);
        for term in pods.get(REQUIRED).items() {
            pod_affinity_term(errs, term);
        }
        for term in pods.get(PREFERRED).items() {
            weight(errs, term);
            pod_affinity_term(errs, term.get("podAffinityTerm"));
        }
    }
}

fn weight(errs: &mut Verdicts, term: Field) {
    errs.between(term.get("weight"), 1, 100);
}

/// Which pods to be near to or far from, and what counts as near.
fn pod_affinity_term(errs: &mut Verdicts, term: Field) {
    let labels = term.get("labelSelector");
    selector::label_selector(errs, labels);
    selector::label_selector(errs, term.get("namespaceSelector"));
    for name in term.get("namespaces").items() {
        if let Err(why) = text::dns_label(name.text()) {
            // The server prints the list's name without its `s`, and no index.
            errs.invalid(name, why).printed_as(format!("{}.namespace", term.path()));
        }
    }
    let (matched, mismatched) = (term.get("matchLabelKeys"), term.get("mismatchLabelKeys"));
    label_keys(errs, matched, labels);
    label_keys(errs, mismatched, labels);
    for key in twice_selected(matched, labels) {
        // The server prints the key's index right behind the term.
        errs.invalid(key, "`labelSelector` has this key too").printed_as(format!("{}[{}]", term.path(), key.index()));
    }
    for key in matched.items() {
        if mismatched.items().any(|other| other.text() == key.text()) {
            errs.invalid(key, "`mismatchLabelKeys` has this key too");
        }
    }
    let topology = term.get("topologyKey");
    if topology.text().is_empty() {
        errs.required(topology, "");
    }
    label_key(errs, topology);
}

/// Label keys whose values are taken from the pod that is placed: they narrow a selector, so there must be one.
fn label_keys(errs: &mut Verdicts, keys: Field, selector: Field) {
    if keys.is_empty() {
        return;
    }
    if !selector.exists() {
        errs.forbidden(keys, "it narrows `labelSelector`, which is not set");
        return;
    }
    for key in keys.items() {
        label_key(errs, key);
    }
}

/// The keys that the selector names beside the condition that the server made of them itself.
fn twice_selected<'a>(keys: Field<'a>, selector: Field<'a>) -> Vec<Field<'a>> {
    let mut named: BTreeSet<&str> = selector.get("matchLabels").entries().map(|(key, _)| key).collect();
    let mut twice = Vec::new();
    for expression in selector.get("matchExpressions").items() {
        let name = expression.get("key").text();
        if !named.insert(name) {
            // Of a key that is listed twice the server means the last.
            twice.extend(keys.items().filter(|key| key.text() == name).last());
        }
    }
    twice
}

/// A label key, `""` being none.
fn label_key(errs: &mut Verdicts, key: Field) {
    if let Err(why) = text::qualified_name(key.text()) {
        errs.invalid(key, why);
    }
}

/// `spec.tolerations`.
pub fn tolerations(errs: &mut Verdicts, tolerations: Field) {
    for toleration in tolerations.items() {
        let [key, operator, value, effect] = ["key", "operator", "value", "effect"].map(|name| toleration.get(name));
        errs.may(key, text::qualified_name);
        if key.text().is_empty() && operator.text() != "Exists" {
            errs.invalid(operator, "must be `Exists` where `key` is empty, which then stands for any key");
        }
        if toleration.get("tolerationSeconds").exists() && effect.text() != "NoExecute" {
            errs.invalid(effect, "must be `NoExecute` where `tolerationSeconds` is set");
        }
        // What is wrong with the value the server prints under the operator.
        match operator.text() {
            "" | "Equal" => {
                if let Err(why) = text::label_value(value.text()) {
                    errs.invalid(value, why).printed_as(operator.path());
                }
            }
            "Exists" if !value.text().is_empty() => {
                errs.invalid(value, "must be empty where `operator` is `Exists`").printed_as(operator.path());
            }
            "Exists" => {}
            _ => _ = errs.unsupported(operator, &["Equal", "Exists"]),
        }
        if !effect.text().is_empty() {
            errs.one_of(effect, TAINT_EFFECTS);
        }
    }
}

/// What a taint does to pods that do not tolerate it.
pub const TAINT_EFFECTS: &[&str] = &["NoSchedule", "PreferNoSchedule", "NoExecute"];

/// `spec.topologySpreadConstraints`.
pub fn topology_spread(errs: &mut Verdicts, constraints: Field) {
    for constraint in constraints.items() {
        let [topology, action] = ["topologyKey", "whenUnsatisfiable"].map(|name| constraint.get(name));
        errs.at_least(constraint.get("maxSkew"), 1);
        if topology.text().is_empty() {
            errs.required(topology, "");
        }
        errs.one_of(action, &["DoNotSchedule", "ScheduleAnyway"]);
        let mut later = constraints.items().skip(constraint.index() + 1);
        let same = |other: &Field| {
            other.get("topologyKey").text() == topology.text() && other.get("whenUnsatisfiable").text() == action.text()
        };
        if let Some(other) = later.find(same) {
            errs.duplicate(topology)
                .printed_as(format!("{}.{{topologyKey, whenUnsatisfiable}}", constraint.path()))
                .label(other.get("topologyKey").span(), "another constraint has the same key and action");
        }
        min_domains(errs, constraint, action);
        for name in ["nodeAffinityPolicy", "nodeTaintsPolicy"] {
            if let Some(policy) = constraint.some(name) {
                errs.one_of(policy, &["Honor", "Ignore"]);
            }
        }
        let (keys, labels) = (constraint.get("matchLabelKeys"), constraint.get("labelSelector"));
        label_keys(errs, keys, labels);
        for key in twice_selected(keys, labels) {
            errs.invalid(key, "`labelSelector` has this key too");
        }
        selector::label_selector(errs, labels);
    }
}

fn min_domains(errs: &mut Verdicts, constraint: Field, action: Field) {
    let Some(domains) = constraint.some("minDomains") else { return };
    errs.at_least(domains, 1);
    if action.text() != "DoNotSchedule" {
        errs.invalid(domains, "goes with `whenUnsatisfiable: DoNotSchedule` only");
    }
}

/// Whether the values of a node selector must be label values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Values {
    /// They must.
    Checked,
    /// Anything goes: a preference that no node meets does no harm.
    Free,
}

/// A `NodeSelector` (node affinity of pods and of persistent volumes).
pub fn node_selector(errs: &mut Verdicts, selector: Field) {
    let terms = selector.get("nodeSelectorTerms");
    if terms.is_empty() {
        errs.required(terms, "there must be one at least");
    }
    for term in terms.items() {
        node_selector_term(errs, term, Values::Checked);
    }
}

/// One of its terms, or a preference.
pub fn node_selector_term(errs: &mut Verdicts, term: Field, values: Values) {
    for expression in term.get("matchExpressions").items() {
        node_labels(errs, expression, values);
    }
    for expression in term.get("matchFields").items() {
        node_fields(errs, expression);
    }
}

/// A condition on the labels of nodes.
fn node_labels(errs: &mut Verdicts, expression: Field, values: Values) {
    let (operator, list) = (expression.get("operator"), expression.get("values"));
    match operator.text() {
        "In" | "NotIn" if list.is_empty() => {
            errs.required(list, format!("`operator: {}` compares with values", operator.text()));
        }
        "Exists" | "DoesNotExist" if !list.is_empty() => {
            errs.forbidden(list, format!("`operator: {}` takes no values", operator.text()));
        }
        "Gt" | "Lt" if list.len() != 1 => {
            errs.required(list, format!("`operator: {}` compares with one value", operator.text()));
        }
        "In" | "NotIn" | "Exists" | "DoesNotExist" | "Gt" | "Lt" => {}
        _ => _ = errs.invalid(operator, "must be `In`, `NotIn`, `Exists`, `DoesNotExist`, `Gt` or `Lt`"),
    }
    label_key(errs, expression.get("key"));
    if values == Values::Checked {
        for value in list.items() {
            errs.may(value, text::label_value);
        }
    }
}

/// A condition on the fields of nodes, of which there is one: the name.
fn node_fields(errs: &mut Verdicts, expression: Field) {
    let [key, operator, list] = ["key", "operator", "values"].map(|name| expression.get(name));
    match operator.text() {
        "In" | "NotIn" if list.len() != 1 => _ = errs.required(list, "there must be one value"),
        "In" | "NotIn" => {}
        _ => _ = errs.invalid(operator, "must be `In` or `NotIn`"),
    }
    if key.text() != "metadata.name" {
        errs.invalid(key, "must be `metadata.name`");
        return;
    }
    for value in list.items() {
        if let Err(why) = text::dns_subdomain(value.text()) {
            errs.invalid(value, why);
        }
    }
}
