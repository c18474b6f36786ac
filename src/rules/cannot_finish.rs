//! `avail-cannot-finish`: a rollout that does not come to its end.

use serde_json::Value;

use super::{Rule, planned, pull_secret};
use crate::diagnostic::{Family, Severity};
use crate::plan::labels::items;
use crate::plan::{Effect, Identity, Key, PlanCx, PlanFinding, taken};

/// The rule.
pub const RULE: Rule =
    planned("avail-cannot-finish", Family::Avail, Severity::Error, include_str!("../../rules/avail-cannot-finish.md"), check);

fn check(cx: &PlanCx, findings: &mut Vec<PlanFinding>) {
    let mut stuck: Vec<&Key> = Vec::new();
    let rollouts = cx.stored(&["Deployment"]).filter(|(key, _)| cx.effect(key) == Effect::Rollout);
    let shared: Vec<(&Key, PlanFinding)> =
        rollouts.filter_map(|(key, stored)| Some((key, shared(cx, key, &stored.value)?))).collect();
    // Where it is sure, it says more than that a pod finds no node.
    let (sure, likely): (Vec<_>, Vec<_>) = shared.into_iter().partition(|(_, finding)| finding.severity == Severity::Error);
    for (key, finding) in sure {
        stuck.push(key);
        findings.push(finding);
    }
    for (key, count, why) in &cx.sides.run.unscheduled {
        if cx.effect(key) == Effect::None || stuck.contains(&&**key) {
            continue;
        }
        stuck.push(key);
        let pods = if *count == 1 { "1 pod finds".to_string() } else { format!("{count} pods find") };
        findings.push(cx.finding(key, "spec.template.spec", format!("{pods} no node, so this never comes to its end: {why}")));
    }
    let kept_out = cx.sides.run.held.iter().filter(|(key, _, _)| cx.effect(key) != Effect::None);
    let is_told = |key: &Key| super::pods_refused::is_refused(cx, key) || super::name_too_long::too_long(cx, key).is_some();
    for (key, count, why) in kept_out.filter(|(key, _, _)| !is_told(key)) {
        let pods = if *count == 1 { "1 pod is".to_string() } else { format!("{count} pods are") };
        let mut finding = cx.finding(key, "spec.replicas", format!("{pods} not let in, so this never comes to its end: {why}"));
        finding.help = Some("allow more, ask for less, or let old pods go before new ones come".to_string());
        findings.push(finding);
    }
    for (key, pod, whose) in cx.sides.run.taken.iter().filter(|(key, ..)| cx.effect(key) != Effect::None) {
        let message = format!("`{pod}` is not made, so this never comes to its end: {}", taken(whose));
        let mut finding = cx.finding(key, "metadata.name", message);
        finding.help = Some(format!("delete or rename that pod:  kubectl delete pod {pod} -n {}", key.namespace));
        findings.push(finding);
    }
    findings.extend(cx.sides.run.failing.iter().filter_map(|(key, identity, why)| held(cx, key, *identity, why)));
    findings.extend(likely.into_iter().filter(|(key, _)| !stuck.contains(key)).map(|(_, finding)| finding));
    pull_secret::check(cx, findings);
}

/// A pod of a StatefulSet cannot start, and all others wait for it, even when the template is mended.
fn held(cx: &PlanCx, key: &Key, identity: Identity, why: &str) -> Option<PlanFinding> {
    let Identity::Ordinal(ordinal) = identity else { return None };
    let set = cx.sides.after.objects.get(key)?;
    if cx.effect(key) != Effect::Rollout || set.value["spec"]["podManagementPolicy"] != "OrderedReady" {
        return None;
    }
    let pod = format!("{}-{ordinal}", key.name);
    let message =
        format!("`{pod}` cannot start ({why}), and the others wait for it: it is not replaced, not even by a mended template");
    let mut finding = cx.finding(key, "spec.template.spec", message);
    finding.help = Some(format!("apply this, then  kubectl delete pod {pod} -n {}", key.namespace));
    Some(finding)
}

/// New pods come first, and wait for a volume that the old ones hold.
fn shared(cx: &PlanCx, key: &Key, deployment: &Value) -> Option<PlanFinding> {
    let rollout = cx.planned(key)?.rollout.as_ref()?;
    if rollout.strategy != "RollingUpdate" || rollout.max_unavailable != Some(0) {
        return None;
    }
    let (index, name, mode) =
        items(&deployment["spec"]["template"]["spec"]["volumes"]).iter().enumerate().find_map(|(index, volume)| {
            let name = volume["persistentVolumeClaim"]["claimName"].as_str()?;
            Some((index, name, exclusive(cx, &key.namespace, name)?))
        })?;
    if mode != "ReadWriteOncePod" && one_node(cx) {
        return None;
    }
    let whose = if mode == "ReadWriteOncePod" { "one pod" } else { "one node" };
    let message =
        format!("new pods wait for claim `{name}`, which only {whose} can use ({mode}), and old ones stay until they are ready");
    let mut finding = cx.finding(key, &format!("spec.template.spec.volumes[{index}].persistentVolumeClaim.claimName"), message);
    if mode != "ReadWriteOncePod" {
        // On the node of the old pod it works.
        finding.severity = Severity::Warning;
    }
    finding.help = Some("use the strategy Recreate, or `maxSurge: 0` with `maxUnavailable: 1`".to_string());
    Some(finding)
}

fn one_node(cx: &PlanCx) -> bool {
    cx.options.nodes.as_ref().is_some_and(|nodes| nodes.len() == 1)
}

/// The access mode of the claim, if it is not shared between nodes.
fn exclusive<'a>(cx: &'a PlanCx, namespace: &str, name: &str) -> Option<&'a str> {
    let (_, claim) = cx.stored(&["PersistentVolumeClaim"]).find(|(key, _)| key.namespace == namespace && key.name == name)?;
    match items(&claim.value["spec"]["accessModes"]) {
        [mode] => mode.as_str().filter(|mode| ["ReadWriteOnce", "ReadWriteOncePod"].contains(mode)),
        _ => None,
    }
}
