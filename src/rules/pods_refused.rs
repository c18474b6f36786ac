//! `avail-pods-refused`: a namespace whose security level lets no pod of a workload in, or whose gates keep the next ones out.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Rule, planned};
use crate::diagnostic::{Family, Severity};
use crate::plan::pod_security::{self, Breach, Level};
use crate::plan::{Effect, Gates, Key, PlanCx, PlanFinding, Refusal, template};

/// The rule.
pub const RULE: Rule =
    planned("avail-pods-refused", Family::Avail, Severity::Error, include_str!("../../rules/avail-pods-refused.md"), check);

const KINDS: [&str; 8] =
    ["CronJob", "DaemonSet", "Deployment", "Job", "Pod", "ReplicaSet", "ReplicationController", "StatefulSet"];

/// How many more fields are named.
const NAMED: usize = 3;

fn check(cx: &PlanCx, findings: &mut Vec<PlanFinding>) {
    let gates = Gates::without_quotas(cx.sides.after, cx.options.version);
    if gates.is_empty() {
        return;
    }
    let before = Gates::without_quotas(cx.sides.before, cx.options.version);
    let mut later: BTreeMap<Key, Vec<(&Key, String)>> = BTreeMap::new();
    for (key, stored) in cx.stored(&KINDS) {
        let pod = template(&key.kind, &stored.value);
        let Some(refusal) = gates.refusal(&key.namespace, pod) else { continue };
        let effect = cx.effect(key);
        if is_quiet(cx, key, &stored.value) && before.refusal(&key.namespace, pod).is_none() {
            later.entry(whose(key, &refusal)).or_default().push((key, refusal.why));
        } else if ![Effect::None, Effect::LeftBehind].contains(&effect) {
            match refused(cx, key) {
                Some((level, breaches)) => findings.extend(finding(cx, key, level, &breaches)),
                None => findings.extend(unsimulated(cx, key, &refusal)),
            }
        }
    }
    findings.extend(later.iter().map(|(gate, keys)| tightened(cx, gate, keys)));
}

/// What no controller of the simulation makes; of the others it is told that they never come to their end.
fn unsimulated(cx: &PlanCx, key: &Key, refusal: &Refusal) -> Option<PlanFinding> {
    let made = match key.kind.as_str() {
        "CronJob" => true,
        "Pod" => [Effect::Create, Effect::Replace].contains(&cx.effect(key)),
        _ => false,
    };
    made.then(|| cx.finding(key, above(key), format!("no pod is let in: {}", refusal.why)))
}

/// Whether it has pods, or will have, and none is made now. A Pod and a Job that is done are never made again.
fn is_quiet(cx: &PlanCx, key: &Key, value: &Value) -> bool {
    let still = cx.planned(key).is_some_and(|object| object.rollout.as_ref().is_none_or(|rollout| rollout.steps.is_empty()));
    match (key.kind.as_str(), cx.effect(key)) {
        ("Pod", _) => false,
        ("Job", effect) => effect == Effect::None && value["spec"]["suspend"] == true,
        (_, Effect::None) => true,
        ("CronJob", _) => false,
        (_, Effect::InPlace) => still,
        _ => false,
    }
}

fn namespace_of(key: &Key) -> Key {
    Key { group: String::new(), kind: "Namespace".to_string(), namespace: String::new(), name: key.namespace.clone() }
}

/// What refuses the pods of `key`.
fn whose(key: &Key, refusal: &Refusal) -> Key {
    match refusal.kind {
        "Namespace" => namespace_of(key),
        kind => {
            Key { kind: kind.to_string(), name: refusal.name.clone(), namespace: key.namespace.clone(), group: String::new() }
        }
    }
}

/// A namespace, a quota or a LimitRange gets stricter: pods that run stay, and the next one of `keys` is refused.
fn tightened(cx: &PlanCx, gate: &Key, keys: &[(&Key, String)]) -> PlanFinding {
    let named: Vec<String> = keys.iter().take(NAMED).map(|(key, _)| format!("{} `{}`", key.kind, key.name)).collect();
    let more = match keys.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let why = keys.first().map_or("", |(_, why)| why);
    let message = format!("pods that run stay, but new ones of {}{more} are not let in: {why}", named.join(", "));
    let (field, help) = match gate.kind.as_str() {
        "Namespace" => ("metadata.labels", "fit their templates to the level first"),
        "LimitRange" => ("spec.limits", "fit their templates to it first"),
        _ => ("spec.hard", "say it in their templates first, or let a LimitRange fill it in"),
    };
    let mut finding = cx.finding(gate, field, message);
    finding.severity = Severity::Warning;
    finding.help = Some(help.to_string());
    finding
}

/// Whether none of its pods is let in.
pub fn is_refused(cx: &PlanCx, key: &Key) -> bool {
    refused(cx, key).is_some()
}

/// The level of its namespace, where its pods do not fit, and why.
fn refused(cx: &PlanCx, key: &Key) -> Option<(Level, Vec<Breach>)> {
    let namespace = &cx.sides.after.objects.get(&namespace_of(key))?.value;
    let (level, version) = pod_security::enforced(namespace, cx.options.version)?;
    let spec = &template(&key.kind, &cx.sides.after.objects.get(key)?.value)["spec"];
    let breaches = pod_security::breaches(level, version, spec);
    (!breaches.is_empty()).then_some((level, breaches))
}

/// Pods that are to be made, now or by the next runs.
fn finding(cx: &PlanCx, key: &Key, level: Level, breaches: &[Breach]) -> Option<PlanFinding> {
    let (first, others) = breaches.split_first()?;
    let (namespace, level, field, why) = (&key.namespace, level.word(), &first.field, &first.why);
    let message = format!("no pod is let in: namespace `{namespace}` enforces `{level}`, and `{field}` {why}");
    let finding = cx.finding(key, &format!("{}.{field}", above(key)), message);
    Some(PlanFinding { help: also(others), ..finding })
}

/// Where the spec of its pods stands.
fn above(key: &Key) -> &'static str {
    match key.kind.as_str() {
        "Pod" => "spec",
        "CronJob" => "spec.jobTemplate.spec.template.spec",
        _ => "spec.template.spec",
    }
}

/// What does not fit either.
fn also(others: &[Breach]) -> Option<String> {
    let named: Vec<String> = others.iter().take(NAMED).map(|breach| format!("`{}` {}", breach.field, breach.why)).collect();
    let more = others.len().saturating_sub(NAMED);
    match (named.is_empty(), more) {
        (true, _) => None,
        (false, 0) => Some(format!("nor does this fit: {}", named.join("; "))),
        (false, more) => Some(format!("nor does this fit: {}; and {more} more", named.join("; "))),
    }
}
