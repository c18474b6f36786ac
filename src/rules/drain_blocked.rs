//! `avail-drain-blocked`: a PodDisruptionBudget that never lets a pod be evicted.

use serde_json::Value;

use super::{Rule, planned};
use crate::diagnostic::{Family, Severity};
use crate::plan::drain::room;
use crate::plan::labels::{Selector, labels};
use crate::plan::{Key, PlanCx, PlanFinding, template};

/// The rule.
pub const RULE: Rule =
    planned("avail-drain-blocked", Family::Avail, Severity::Warning, include_str!("../../rules/avail-drain-blocked.md"), check);

fn check(cx: &PlanCx, findings: &mut Vec<PlanFinding>) {
    for (key, stored) in cx.stored(&["PodDisruptionBudget"]) {
        let spec = &stored.value["spec"];
        let Some(pods) = expected(cx, key, spec).filter(|pods| *pods > 0) else { continue };
        if room(spec, pods) > 0 {
            continue;
        }
        let field = if spec["maxUnavailable"].is_null() { "spec.minAvailable" } else { "spec.maxUnavailable" };
        let of = if pods == 1 { "the only pod".to_string() } else { format!("none of {pods} pods") };
        let may = if pods == 1 { "may not" } else { "may" };
        let mut finding =
            cx.finding(key, field, format!("{of} {may} be evicted even when all are ready, so draining its node never ends"));
        finding.help = Some("allow one to be unavailable, or run more replicas".to_string());
        findings.push(finding);
    }
}

/// How many pods there are at rest; `None` where the budget covers other than scalable workloads.
fn expected(cx: &PlanCx, budget: &Key, spec: &Value) -> Option<i64> {
    let selector = Selector::of(&spec["selector"])?;
    let mut sum = 0;
    for (key, stored) in cx.stored(&["Deployment", "StatefulSet", "ReplicaSet", "ReplicationController", "DaemonSet", "Pod"]) {
        let pod_labels = labels(&template(&key.kind, &stored.value)["metadata"]["labels"]);
        if key.namespace != budget.namespace || !selector.matches(&pod_labels) {
            continue;
        }
        if matches!(key.kind.as_str(), "DaemonSet" | "Pod") {
            return None;
        }
        sum += scaled(cx, key).unwrap_or_else(|| stored.value["spec"]["replicas"].as_i64().unwrap_or(1));
    }
    Some(sum)
}

/// The most that a HorizontalPodAutoscaler makes of it: what is blocked then is blocked at any time.
fn scaled(cx: &PlanCx, key: &Key) -> Option<i64> {
    let (_, scaler) = cx.stored(&["HorizontalPodAutoscaler"]).find(|(scaler, stored)| {
        let target = &stored.value["spec"]["scaleTargetRef"];
        scaler.namespace == key.namespace && target["kind"] == key.kind.as_str() && target["name"] == key.name.as_str()
    })?;
    scaler.value["spec"]["maxReplicas"].as_i64()
}
