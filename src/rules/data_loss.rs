//! `storage-data-loss`: a claim that the plan deletes, and with it what it holds.

use std::collections::{BTreeMap, HashMap};

use super::left_behind::claims_of;
use super::{Rule, planned};
use crate::diagnostic::{Family, Severity};
use crate::plan::{Key, Outcome, PlanCx, PlanFinding, Verdict};

/// The rule.
pub const RULE: Rule =
    planned("storage-data-loss", Family::Storage, Severity::Error, include_str!("../../rules/storage-data-loss.md"), check);

fn check(cx: &PlanCx, findings: &mut Vec<PlanFinding>) {
    let mut lost: BTreeMap<&Key, Vec<&str>> = BTreeMap::new();
    let wholes = wholes(cx);
    for (namespace, name) in cx.sides.claims_before {
        let gone = !cx.sides.claims_after.contains(&(namespace.clone(), name.clone()));
        let whole = wholes.get(namespace.as_str()).copied();
        let itself = || {
            cx.sides.outcomes.iter().find(|outcome| {
                outcome.key.kind == "PersistentVolumeClaim" && outcome.key.namespace == *namespace && outcome.key.name == *name
            })
        };
        let set = || cx.sides.outcomes.iter().find(|outcome| claims_of(outcome, namespace, name));
        if (gone || whole.is_some())
            && !kept(cx, namespace, name)
            && let Some(outcome) = itself().or_else(set).or(whole)
        {
            lost.entry(&outcome.key).or_default().push(name);
        }
    }
    for (key, names) in lost {
        let claims = if names.len() == 1 { "claim" } else { "claims" };
        let list = names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let field = if key.kind == "StatefulSet" { "spec.replicas" } else { "" };
        let mut finding =
            cx.finding(key, field, format!("{claims} {list} will be deleted, and what is stored there with the volume"));
        finding.help = Some(match key.kind.as_str() {
            "StatefulSet" if !wholes.contains_key(key.namespace.as_str()) => {
                "set `persistentVolumeClaimRetentionPolicy` to Retain first, or save the data".to_string()
            }
            _ => "save the data first, or give its PersistentVolume the reclaim policy Retain".to_string(),
        });
        findings.push(finding);
    }
}

/// The deleted Namespaces by name: nothing in them outlives them.
fn wholes<'a>(cx: &PlanCx<'a>) -> HashMap<&'a str, &'a Outcome> {
    let deleted = |outcome: &&Outcome| outcome.key.kind == "Namespace" && outcome.verdict == Verdict::Deleted;
    cx.sides.outcomes.iter().filter(deleted).map(|outcome| (outcome.key.name.as_str(), outcome)).collect()
}

/// Whether the volume is known to stay when the claim goes.
fn kept(cx: &PlanCx, namespace: &str, name: &str) -> bool {
    let objects = &cx.sides.before.objects;
    let of_class = |class: &str| {
        objects
            .iter()
            .any(|(key, stored)| key.kind == "StorageClass" && key.name == class && stored.value["reclaimPolicy"] == "Retain")
    };
    let claim =
        objects.iter().find(|(key, _)| key.kind == "PersistentVolumeClaim" && key.namespace == *namespace && key.name == *name);
    let template = || {
        let set = cx.sides.outcomes.iter().find(|outcome| claims_of(outcome, namespace, name))?;
        let templates = set.before.as_ref()?["spec"]["volumeClaimTemplates"].as_array()?;
        templates.iter().find(|template| template["metadata"]["name"].as_str().is_some_and(|own| name.starts_with(own)))
    };
    let claim = claim.map(|(_, stored)| &*stored.value).or_else(template);
    claim.and_then(|claim| claim["spec"]["storageClassName"].as_str()).is_some_and(of_class)
}
