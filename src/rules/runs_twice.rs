//! `jobs-runs-twice`: a CronJob that runs twice, or not at all, in the night the clocks change.

use super::{Rule, planned};
use crate::diagnostic::{Family, Severity};
use crate::plan::{PlanCx, PlanFinding, runs};

/// The rule.
pub const RULE: Rule =
    planned("jobs-runs-twice", Family::Jobs, Severity::Warning, include_str!("../../rules/jobs-runs-twice.md"), check);

/// How far ahead is looked, in seconds: a month.
const AHEAD: i64 = 31 * 86_400;

/// A schedule that runs more often than this in a month is not about a time of day.
const MOST: usize = 62;

fn check(cx: &PlanCx, findings: &mut Vec<PlanFinding>) {
    for (key, stored) in cx.stored(&["CronJob"]) {
        let spec = &stored.value["spec"];
        let Some((schedule, now)) = runs::read(spec, cx.options).filter(|_| spec["suspend"] != true) else { continue };
        let near = |time: &jiff::Zoned| time.timestamp().as_second() - now.timestamp().as_second() < AHEAD;
        let times: Vec<_> = schedule.runs(&now, MOST + 1).into_iter().filter(near).collect();
        if times.len() > MOST {
            continue;
        }
        if let Some(pair) = times.windows(2).find(|pair| pair[0].datetime() == pair[1].datetime()) {
            let message = format!("runs twice at {}, when the clocks go back", pair[0].strftime("%Y-%m-%d %H:%M"));
            let mut finding = cx.finding(key, "spec.schedule", message);
            finding.help = Some("choose a time that comes once, such as after 03:00, or `timeZone: Etc/UTC`".to_string());
            findings.push(finding);
        }
    }
}
