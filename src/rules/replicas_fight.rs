//! `avail-replicas-fight`: `replicas` in the manifest of what a HorizontalPodAutoscaler scales.

use super::{Rule, planned};
use crate::diagnostic::{Family, Severity};
use crate::plan::{PlanCx, PlanFinding};

/// The rule.
pub const RULE: Rule =
    planned("avail-replicas-fight", Family::Avail, Severity::Warning, include_str!("../../rules/avail-replicas-fight.md"), check);

fn check(cx: &PlanCx, findings: &mut Vec<PlanFinding>) {
    for (scaler, stored) in cx.stored(&["HorizontalPodAutoscaler"]) {
        let target = &stored.value["spec"]["scaleTargetRef"];
        let group = target["apiVersion"].as_str().and_then(|version| version.split_once('/')).map_or("", |(group, _)| group);
        let scaled = cx.sides.after.objects.iter().find(|(key, _)| {
            key.namespace == scaler.namespace
                && key.group == group
                && target["kind"] == key.kind.as_str()
                && target["name"] == key.name.as_str()
        });
        let Some((key, scaled)) = scaled.filter(|(_, scaled)| !scaled.applied["spec"]["replicas"].is_null()) else { continue };
        // Zero switches the autoscaler off, on purpose.
        if scaled.applied["spec"]["replicas"] == 0 {
            continue;
        }
        let message = format!("each apply sets `replicas`, and HorizontalPodAutoscaler `{}` sets it back", scaler.name);
        let mut finding = cx.finding(key, "spec.replicas", message);
        finding.help = Some(
            "leave `replicas` out; with client-side apply take it out of the last-applied annotation first, else it becomes 1"
                .into(),
        );
        findings.push(finding);
    }
}
