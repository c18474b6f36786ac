//! `storage-left-behind`: claims of a StatefulSet that nothing uses any more after it is scaled down or deleted.

use super::{Rule, planned};
use crate::diagnostic::{Family, Severity};
use crate::plan::labels::items;
use crate::plan::{Outcome, PlanCx, PlanFinding, Verdict};

/// The rule.
pub const RULE: Rule =
    planned("storage-left-behind", Family::Storage, Severity::Advice, include_str!("../../rules/storage-left-behind.md"), check);

fn check(cx: &PlanCx, findings: &mut Vec<PlanFinding>) {
    for outcome in cx.sides.outcomes.iter().filter(|outcome| outcome.key.kind == "StatefulSet") {
        let (was, is) = (wanted(outcome.before.as_deref()), wanted(outcome.after.as_deref()));
        let whole = cx.sides.outcomes.iter().any(|other| {
            other.key.kind == "Namespace" && other.key.name == outcome.key.namespace && other.verdict == Verdict::Deleted
        });
        let unused = cx.sides.claims_after.iter().filter(|(namespace, name)| {
            let ordinal = name.rsplit('-').next().and_then(|text| text.parse::<i64>().ok()).unwrap_or(-1);
            claims_of(outcome, namespace, name) && was.contains(&ordinal) && !is.contains(&ordinal)
        });
        let names: Vec<String> = unused.map(|(_, name)| format!("`{name}`")).collect();
        if !names.is_empty() && !whole {
            let list = names.join(", ");
            let message = match names.len() {
                1 => format!("claim {list} stays, used by no pod"),
                _ => format!("claims {list} stay, used by no pod"),
            };
            let mut finding = cx.finding(&outcome.key, "spec.replicas", message);
            finding.help = Some("they keep their data and their cost until they are deleted by hand".to_string());
            findings.push(finding);
        }
    }
}

/// The ordinals that a StatefulSet wants.
fn wanted(set: Option<&serde_json::Value>) -> std::ops::Range<i64> {
    let Some(set) = set else { return 0..0 };
    let start = set["spec"]["ordinals"]["start"].as_i64().unwrap_or(0);
    start..start.saturating_add(set["spec"]["replicas"].as_i64().unwrap_or(1))
}

/// Whether the claim was made for a pod of what was a StatefulSet.
pub fn claims_of(outcome: &Outcome, namespace: &str, claim: &str) -> bool {
    let Some(before) = outcome.before.as_ref().filter(|_| outcome.key.kind == "StatefulSet") else { return false };
    let made = |template: &serde_json::Value| {
        let name = template["metadata"]["name"].as_str().unwrap_or("");
        let ordinal = claim.strip_prefix(&format!("{name}-{}-", outcome.key.name));
        ordinal.is_some_and(|ordinal| ordinal.parse::<u64>().is_ok())
    };
    outcome.key.namespace == namespace && items(&before["spec"]["volumeClaimTemplates"]).iter().any(made)
}
