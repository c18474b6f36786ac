//! `avail-slow`: a Deployment whose pods cannot be available before its deadline.

use super::{Rule, planned};
use crate::diagnostic::{Family, Severity};
use crate::plan::{Effect, PlanCx, PlanFinding, earliest};

/// The rule.
pub const RULE: Rule = planned("avail-slow", Family::Avail, Severity::Error, include_str!("../../rules/avail-slow.md"), check);

fn check(cx: &PlanCx, findings: &mut Vec<PlanFinding>) {
    for (key, stored) in cx.stored(&["Deployment"]) {
        let spec = &stored.value["spec"];
        let deadline = spec["progressDeadlineSeconds"].as_i64().unwrap_or(600);
        let ready = earliest(&spec["template"]["spec"]);
        let settle = spec["minReadySeconds"].as_i64().unwrap_or(0);
        // Becoming ready is progress, and the clock starts again.
        let longest = ready.max(settle);
        if longest < deadline || cx.effect(key) == Effect::LeftBehind {
            continue;
        }
        let what = if ready >= deadline { "ready" } else { "available" };
        let message = format!(
            "no pod is {what} before {longest} s, but after {deadline} s without progress the rollout is reported as failed"
        );
        let mut finding = cx.finding(key, "spec.progressDeadlineSeconds", message);
        finding.help = Some(format!("set `progressDeadlineSeconds` well above {longest}, or shorten the probe's delay"));
        findings.push(finding);
    }
}
