//! `jobs-never-runs`: a CronJob whose schedule fits no date.

use super::{Rule, planned};
use crate::diagnostic::{Family, Severity};
use crate::plan::{PlanCx, PlanFinding, runs};

/// The rule.
pub const RULE: Rule =
    planned("jobs-never-runs", Family::Jobs, Severity::Warning, include_str!("../../rules/jobs-never-runs.md"), check);

fn check(cx: &PlanCx, findings: &mut Vec<PlanFinding>) {
    for (key, stored) in cx.stored(&["CronJob"]) {
        if let Some((schedule, now)) = runs::read(&stored.value["spec"], cx.options)
            && schedule.next(&now).is_none()
        {
            let message = "no date within five years fits the schedule: this never runs".to_string();
            findings.push(cx.finding(key, "spec.schedule", message));
        }
    }
}
