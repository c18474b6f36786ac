//! `resources-over-quota`: more pods, claims or resources than a ResourceQuota of the namespace allows.

use super::{Rule, planned};
use crate::diagnostic::{Family, Severity};
use crate::plan::{Effect, Key, PlanCx, PlanFinding, Usage};

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
/// the rollout makes some. What was there before stays, and is missed only when it goes.
fn finding(cx: &PlanCx, usage: &Usage) -> PlanFinding {
    let (namespace, name) = (usage.namespace.clone(), usage.quota.clone());
    let key = Key { group: String::new(), kind: "ResourceQuota".to_string(), namespace, name };
    let (resource, hard) = (&usage.resource, usage.hard.canonical());
    let help = format!("allow at least {} of `{resource}`, or ask for less", usage.peak.canonical());
    let (severity, message) = match usage.after > usage.hard {
        true if usage.after <= usage.before && cx.effect(&key) != Effect::None => {
            let most = usage.after.canonical();
            let message = format!(
                "`{resource}` is at {most}, and the ResourceQuota allows {hard} from now on: what is there stays, but what goes is not \
                 made again, be it in a rollout or from a lost node"
            );
            (Severity::Warning, message)
        }
        true => (Severity::Error, beyond("in the end", resource, &usage.after.canonical(), &hard)),
        false => (Severity::Warning, beyond("at the worst moment", resource, &usage.peak.canonical(), &hard)),
    };
    PlanFinding { severity, help: Some(help), ..cx.finding(&key, "spec.hard", message) }
}

fn beyond(when: &str, resource: &str, most: &str, hard: &str) -> String {
    format!("{when} `{resource}` comes to {most}, and the ResourceQuota allows {hard}: what is beyond is not created")
}
