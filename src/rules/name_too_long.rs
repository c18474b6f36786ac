//! `avail-name-too-long`: a StatefulSet whose name leaves no room for what its pods' labels append.

use super::{Rule, planned};
use crate::diagnostic::{Family, Severity};
use crate::plan::{PlanCx, PlanFinding, Verdict};

/// The rule.
pub const RULE: Rule =
    planned("avail-name-too-long", Family::Avail, Severity::Error, include_str!("../../rules/avail-name-too-long.md"), check);

/// The longest value of a label.
const LABEL: usize = 63;

fn check(cx: &PlanCx, findings: &mut Vec<PlanFinding>) {
    for (key, _) in cx.stored(&["StatefulSet"]) {
        let Some(planned) = cx.planned(key) else { continue };
        let revision = planned.revision.as_deref().map_or(0, str::len);
        let refused = cx.outcome(key).is_some_and(|outcome| outcome.verdict == Verdict::Refused);
        if revision > LABEL && !refused {
            let message = format!(
                "no pod can be made: its label with the name of the revision would have {revision} characters, {LABEL} are allowed"
            );
            let mut finding = cx.finding(key, "metadata.name", message);
            finding.help = Some("52 characters always fit".to_string());
            findings.push(finding);
        }
    }
}
