//! `resources-over-quota`: more pods, claims or resources than a ResourceQuota of the namespace allows.

use super::{Rule, planned};
use crate::diagnostic::{Family, Severity};
use crate::plan::{Key, PlanCx, PlanFinding, Usage};

/// The rule.
pub const RULE: Rule = planned(
    "resources-over-quota",
    Family::Resources,
    Severity::Error,
    include_str!("../../rules/resources-over-quota.md"),
    check,
);

fn check(cx: &PlanCx, findings: &mut Vec<PlanFinding>) {
    findings.extend(cx.plan.quotas.iter().filter(|usage| usage.peak > usage.hard).map(|usage| finding(cx, usage)));
}

/// In the end it is an error: pods or objects are missing then. On the way it is a warning: the controllers wait for room, where
/// the rollout makes some.
fn finding(cx: &PlanCx, usage: &Usage) -> PlanFinding {
    let (severity, when, most) = match usage.after > usage.hard {
        true => (Severity::Error, "in the end", &usage.after),
        false => (Severity::Warning, "at the worst moment", &usage.peak),
    };
    let (namespace, name) = (usage.namespace.clone(), usage.quota.clone());
    let key = Key { group: String::new(), kind: "ResourceQuota".to_string(), namespace, name };
    let (resource, most, hard) = (&usage.resource, most.canonical(), usage.hard.canonical());
    let message =
        format!("{when} `{resource}` comes to {most}, and the ResourceQuota allows {hard}: what is beyond is not created");
    let help = format!("allow at least {} of `{resource}`, or ask for less", usage.peak.canonical());
    PlanFinding { severity, help: Some(help), ..cx.finding(&key, "spec.hard", message) }
}
