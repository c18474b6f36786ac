//! `avail-replicas-fight`: `replicas` in the manifest of what a HorizontalPodAutoscaler scales.

use super::{Rule, planned};
use crate::diagnostic::{Family, Severity};
use crate::plan::{Apply, Key, PlanCx, PlanFinding};

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
        if let Some((key, _)) = &scaled {
            findings.extend(taken_out(cx, key, &scaler.name));
        }
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

/// The manifest had `replicas` and has it no more: a merge takes away what was applied before, and the default is 1.
fn taken_out(cx: &PlanCx, key: &Key, scaler: &str) -> Option<PlanFinding> {
    let stored = cx.sides.after.objects.get(key)?;
    let change = cx.planned(key)?.changes.iter().find(|change| change.path == "spec.replicas")?;
    let fewer = change.before.as_ref()?.as_i64()? > change.after.as_ref()?.as_i64()?;
    if !fewer || !stored.applied["spec"]["replicas"].is_null() {
        return None;
    }
    let message =
        format!("taking `replicas` out makes it 1 with this apply, until HorizontalPodAutoscaler `{scaler}` raises it again");
    let mut finding = cx.finding(key, "spec", message);
    let what = format!("{}/{} -n {}", key.kind.to_lowercase(), key.name, key.namespace);
    finding.help = Some(match cx.options.apply {
        Apply::Client => format!("take it out of what was applied last first:  kubectl apply edit-last-applied {what}"),
        Apply::Server => format!("leave it in until the autoscaler or  kubectl scale {what}  has changed it: then it stays"),
        Apply::Replace => "leave it in, or apply it: a replace takes the manifest for all there is".to_string(),
    });
    Some(finding)
}
