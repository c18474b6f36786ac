//! `avail-pods-refused`: a namespace whose security level lets no pod of a workload in.

use std::collections::BTreeMap;

use super::{Rule, planned};
use crate::diagnostic::{Family, Severity};
use crate::plan::pod_security::{self, Breach, Level};
use crate::plan::{Effect, Key, PlanCx, PlanFinding, template};

/// The rule.
pub const RULE: Rule =
    planned("avail-pods-refused", Family::Avail, Severity::Error, include_str!("../../rules/avail-pods-refused.md"), check);

const KINDS: [&str; 8] =
    ["CronJob", "DaemonSet", "Deployment", "Job", "Pod", "ReplicaSet", "ReplicationController", "StatefulSet"];

/// How many more fields are named.
const NAMED: usize = 3;

fn check(cx: &PlanCx, findings: &mut Vec<PlanFinding>) {
    let mut later: BTreeMap<Key, Vec<&Key>> = BTreeMap::new();
    for (key, _) in cx.stored(&KINDS) {
        let Some((level, breaches)) = refused(cx, key) else { continue };
        match cx.effect(key) {
            Effect::LeftBehind => {}
            Effect::None => later.entry(namespace_of(key)).or_default().push(key),
            _ => findings.extend(finding(cx, key, level, &breaches)),
        }
    }
    findings.extend(
        later.iter().filter(|(namespace, _)| cx.effect(namespace) != Effect::None).map(|(n, keys)| tightened(cx, n, keys)),
    );
}

fn namespace_of(key: &Key) -> Key {
    Key { group: String::new(), kind: "Namespace".to_string(), namespace: String::new(), name: key.namespace.clone() }
}

/// A level that comes to a namespace: pods that run stay, and the next one of `keys` is refused.
fn tightened(cx: &PlanCx, namespace: &Key, keys: &[&Key]) -> PlanFinding {
    let named: Vec<String> = keys.iter().take(NAMED).map(|key| format!("{} `{}`", key.kind, key.name)).collect();
    let more = match keys.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let message = format!("pods that run stay, but new ones of {}{more} are not let in", named.join(", "));
    let mut finding = cx.finding(namespace, "metadata.labels", message);
    finding.severity = Severity::Warning;
    finding.help = Some("fit their templates to the level first".to_string());
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
    let above = match key.kind.as_str() {
        "Pod" => "spec",
        "CronJob" => "spec.jobTemplate.spec.template.spec",
        _ => "spec.template.spec",
    };
    let (namespace, level, field, why) = (&key.namespace, level.word(), &first.field, &first.why);
    let message = format!("no pod is let in: namespace `{namespace}` enforces `{level}`, and `{field}` {why}");
    let finding = cx.finding(key, &format!("{above}.{field}"), message);
    Some(PlanFinding { help: also(others), ..finding })
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
