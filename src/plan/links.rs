//! How the objects of a plan are tied to one another: who selects whose pods, who names whom.

use std::collections::HashMap;

use serde_json::Value;

use super::apply::Outcome;
use super::found::template;
use super::labels::{Labelled, Selector, entry, labels};
use super::{Link, PlannedObject, Relation};
use crate::object::refs::{self, IN_OBJECTS, IN_PODS, POD_SPECS};

/// Objects by kind, namespace and name.
type Index<'a> = HashMap<(&'a str, &'a str, &'a str), usize>;

/// The links between `objects`, which `outcomes` are of, in order and each once.
pub fn links(outcomes: &[Outcome], objects: &[PlannedObject]) -> Vec<Link> {
    let ids = objects.iter().enumerate();
    let index: Index = ids.map(|(i, object)| ((&*object.id.kind, &*object.id.namespace, &*object.id.name), i)).collect();
    let place = |outcome: &Outcome| index.get(&(&*outcome.id.kind, &*outcome.id.namespace, &*outcome.id.name)).copied();
    let known: Vec<(usize, &Outcome, &Value)> =
        outcomes.iter().filter_map(|outcome| Some((place(outcome)?, outcome, value(outcome)?))).collect();
    let makers = known.iter().filter(|(_, outcome, _)| POD_SPECS.iter().any(|(kind, _)| *kind == outcome.id.kind));
    let makers = Labelled::new(makers.map(|(i, outcome, value)| {
        let pods = template(&outcome.id.kind, value);
        (&*outcome.id.namespace, *i, labels(&pods["metadata"]["labels"]))
    }));
    let mut links = Vec::new();
    for (from, outcome, value) in known {
        let id = &outcome.id;
        if let Some((relation, selector)) = selector(&id.kind, &value["spec"]) {
            links.extend(makers.chosen(&id.namespace, &selector).into_iter().map(|to| Link { from, to, relation }));
        }
        for name in named(&id.kind, &id.namespace, value) {
            let relation = match (id.kind.as_str(), name.0) {
                ("Ingress", "Service") => Relation::Routes,
                ("HorizontalPodAutoscaler", _) => Relation::Scales,
                _ => Relation::Uses,
            };
            links.extend(index.get(&name).filter(|to| **to != from).map(|to| Link { from, to: *to, relation }));
        }
    }
    links.sort_unstable();
    links.dedup();
    links
}

/// As it is then; as it was, where it goes; as it is written, where the server refuses it.
fn value(outcome: &Outcome) -> Option<&Value> {
    outcome.after.as_deref().or(outcome.before.as_deref()).or(outcome.wanted.as_deref())
}

/// The pods that an object means, and what for. One that means all pods of its namespace is tied to none.
fn selector(kind: &str, spec: &Value) -> Option<(Relation, Selector)> {
    let (relation, selector) = match kind {
        "Service" => (Relation::Selects, Some(Selector::all(&labels(&spec["selector"])))),
        "PodDisruptionBudget" => (Relation::Guards, Selector::of(&spec["selector"])),
        "NetworkPolicy" => (Relation::Restricts, Selector::of(&spec["podSelector"])),
        _ => return None,
    };
    selector.filter(|selector| !selector.requirements.is_empty()).map(|selector| (relation, selector))
}

/// What an object names: kind, namespace and name.
fn named<'v>(kind: &str, home: &'v str, object: &'v Value) -> Vec<(&'v str, &'v str, &'v str)> {
    let mut names = Vec::new();
    let mut note = |parent: &'v Value, name: &'v Value, kind: &'static str| {
        let text = |key: &str| entry(parent, key).and_then(Value::as_str).unwrap_or("");
        let kind = if kind.is_empty() { text("kind") } else { kind };
        let namespace = match text("namespace") {
            _ if refs::is_cluster_wide(kind) => "",
            "" => home,
            said => said,
        };
        names.extend(name.as_str().map(|name| (kind, namespace, name)));
    };
    if let Some(pod) = POD_SPECS.iter().find(|(of, _)| *of == kind).and_then(|(_, path)| below(object, path)) {
        for (path, fields) in IN_PODS {
            each(pod, pod, path, &mut |_, part| {
                for (path, target) in *fields {
                    each(part, part, path, &mut |parent, name| note(parent, name, target));
                }
            });
        }
    }
    // A StatefulSet's Service selects its pods, which ties them already.
    for (_, path, target) in
        IN_OBJECTS.iter().filter(|(of, _, target)| *of == kind && (kind, *target) != ("StatefulSet", "Service"))
    {
        each(object, object, path, &mut |parent, name| note(parent, name, target));
    }
    names
}

fn below<'v>(value: &'v Value, path: &[&str]) -> Option<&'v Value> {
    path.iter().try_fold(value, |value, step| entry(value, step))
}

/// Calls `found` with every value at `path` and the map that it is in. Goes as deep as the path is long.
fn each<'v>(parent: &'v Value, value: &'v Value, path: &[&str], found: &mut dyn FnMut(&'v Value, &'v Value)) {
    let Some((step, rest)) = path.split_first() else { return found(parent, value) };
    match step.strip_suffix("[]") {
        Some(list) => {
            let items = entry(value, list).and_then(Value::as_array);
            items.into_iter().flatten().for_each(|item| each(value, item, rest, found));
        }
        None => {
            if let Some(below) = entry(value, step) {
                each(value, below, rest, found);
            }
        }
    }
}
