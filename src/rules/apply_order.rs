//! `ref-apply-order`: an object that is applied before what it needs, so that the first `kubectl apply -f` fails for it.

use std::collections::BTreeMap;

use super::{Rule, planned};
use crate::diagnostic::{Family, Severity};
use crate::plan::{Key, Order, Outcome, PlanCx, PlanFinding, Verdict};

/// The rule.
pub const RULE: Rule =
    planned("ref-apply-order", Family::Ref, Severity::Warning, include_str!("../../rules/ref-apply-order.md"), check);

fn check(cx: &PlanCx, findings: &mut Vec<PlanFinding>) {
    if cx.options.order == Order::Sorted {
        return;
    }
    // What left the manifests stands behind what is applied, and is applied no more.
    let applied: Vec<&Outcome> =
        cx.sides.outcomes.iter().filter(|outcome| matches!(outcome.verdict, Verdict::Stored | Verdict::Refused)).collect();
    let made: BTreeMap<&Key, usize> = applied
        .iter()
        .enumerate()
        .filter(|(_, outcome)| outcome.before.is_none())
        .map(|(at, outcome)| (&outcome.key, at))
        .collect();
    let mut early: BTreeMap<usize, Vec<&Outcome>> = BTreeMap::new();
    for (at, outcome) in applied.iter().enumerate().filter(|(_, outcome)| outcome.before.is_none()) {
        for need in needs(outcome) {
            if let Some(&later) = made.get(&need).filter(|later| **later > at) {
                early.entry(later).or_default().push(outcome);
            }
        }
        findings.extend(undefined(cx, outcome, &made));
    }
    findings.extend(early.into_iter().map(|(later, early)| late(cx, &applied[later].key, &early)));
}

/// What the server asks for when it creates the object. Pods of workloads are tried again and again; a bare one is not.
fn needs(outcome: &Outcome) -> Vec<Key> {
    let key = |group: &str, kind: &str, namespace: &str, name: &str| Key {
        group: group.to_string(),
        kind: kind.to_string(),
        namespace: namespace.to_string(),
        name: name.to_string(),
    };
    let namespace = outcome.key.namespace.as_str();
    let mut needs = vec![key("", "Namespace", "", namespace)];
    if outcome.key.kind == "Pod" && outcome.key.group.is_empty() {
        let spec = outcome.wanted.as_ref().map(|pod| &pod["spec"]);
        let named = |field: &str| spec.and_then(|spec| spec[field].as_str());
        needs.extend(named("serviceAccountName").map(|name| key("", "ServiceAccount", namespace, name)));
        needs.extend(named("priorityClassName").map(|name| key("scheduling.k8s.io", "PriorityClass", "", name)));
    }
    needs.retain(|need| !need.name.is_empty());
    needs
}

/// One object that others before it need.
fn late(cx: &PlanCx, key: &Key, early: &[&Outcome]) -> PlanFinding {
    let first = early.first().map_or(String::new(), |outcome| named(outcome));
    let who = match early.len() {
        1 => format!("for {first}, which needs it and stands before it"),
        count => format!("for {count} objects that need it and stand before it, the first being {first}"),
    };
    let mut finding = cx.finding(key, "metadata.name", format!("the first `kubectl apply -f` fails {who}"));
    finding.help =
        Some("put it before them; files are applied in order of their names, and `00-namespace.yaml` comes first".to_string());
    finding
}

fn named(outcome: &Outcome) -> String {
    let place = outcome.source.as_ref().map_or(String::new(), |source| format!(" ({}:{})", source.path, source.line));
    format!("{} `{}`{place}", outcome.key.kind, outcome.key.name)
}

/// kubectl looks up the kinds of all objects before it applies any.
fn undefined(cx: &PlanCx, outcome: &Outcome, made: &BTreeMap<&Key, usize>) -> Option<PlanFinding> {
    let defines = |key: &&&Key| {
        key.kind == "CustomResourceDefinition" && key.name.ends_with(&format!(".{}", outcome.key.group)) && {
            let stored = cx.sides.after.objects.get(**key);
            stored.is_some_and(|stored| stored.value["spec"]["names"]["kind"] == outcome.key.kind.as_str())
        }
    };
    let definition = made.keys().find(defines)?;
    let message =
        format!("the first `kubectl apply -f` fails for this: CustomResourceDefinition `{}` is not there yet", definition.name);
    let mut finding = cx.finding(&outcome.key, "kind", message);
    finding.help =
        Some("apply the definition on its own first: kubectl looks up all kinds before it applies anything".to_string());
    Some(finding)
}
