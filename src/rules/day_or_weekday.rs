//! `jobs-day-or-weekday`: a schedule with a day of the month and a weekday, which runs on either.

use super::{Rule, planned};
use crate::diagnostic::{Family, Severity};
use crate::plan::{PlanCx, PlanFinding};

/// The rule.
pub const RULE: Rule =
    planned("jobs-day-or-weekday", Family::Jobs, Severity::Warning, include_str!("../../rules/jobs-day-or-weekday.md"), check);

fn check(cx: &PlanCx, findings: &mut Vec<PlanFinding>) {
    for (key, stored) in cx.stored(&["CronJob"]) {
        let schedule = stored.value["spec"]["schedule"].as_str().unwrap_or("");
        let fields: Vec<&str> = schedule.split_whitespace().filter(|field| !field.contains('=')).collect();
        let &[_, _, day, _, weekday] = fields.as_slice() else { continue };
        let any = |field: &str| field.starts_with('*') || field.starts_with('?');
        if !any(day) && !any(weekday) {
            let message = "runs on the days of the month and on the weekdays, not only where both fit".to_string();
            let mut finding = cx.finding(key, "spec.schedule", message);
            finding.help = Some("set one of the two to `*`, and check the other in the job itself".to_string());
            findings.push(finding);
        }
    }
}
