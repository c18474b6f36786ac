//! `resources-over-quota`: more pods, claims, objects or resources than a ResourceQuota or a LimitRange of the namespace allows.

use super::{Rule, planned};
use crate::diagnostic::{Family, Severity};
use crate::plan::{Effect, Gates, Key, PlanCx, PlanFinding, Refusal, Usage};

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
    let gates = Gates::without_quotas(cx.sides.after, cx.options.version);
    for (key, stored) in cx.stored(&["PersistentVolumeClaim"]) {
        if [Effect::Create, Effect::InPlace].contains(&cx.effect(key)) {
            findings.extend(gates.claim_refusal(&key.namespace, &stored.value).map(|refusal| claim(cx, key, &refusal)));
        }
    }
}

/// A claim of its own that a LimitRange does not let in.
fn claim(cx: &PlanCx, key: &Key, refusal: &Refusal) -> PlanFinding {
    let message = format!("the server refuses this: {}", refusal.why);
    let mut finding = cx.finding(key, "spec.resources.requests", message);
    finding.help = Some("ask for an amount that the LimitRange allows, or change it first".to_string());
    finding
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
