//! `avail-name-too-long`: a StatefulSet whose name leaves no room for what its pods' labels append.

use super::{Rule, planned};
use crate::diagnostic::{Family, Severity};
use crate::plan::{Key, LABEL, PlanCx, PlanFinding, Verdict};

/// The rule.
pub const RULE: Rule =
    planned("avail-name-too-long", Family::Avail, Severity::Error, include_str!("../../rules/avail-name-too-long.md"), check);

fn check(cx: &PlanCx, findings: &mut Vec<PlanFinding>) {
    for (key, _) in cx.stored(&["StatefulSet"]) {
        let Some(revision) = too_long(cx, key) else { continue };
        if cx.outcome(key).is_none_or(|outcome| outcome.verdict != Verdict::Refused) {
            let message = format!(
                "no pod can be made: its label with the name of the revision would have {revision} characters, {LABEL} are allowed"
            );
            let mut finding = cx.finding(key, "metadata.name", message);
            finding.help = Some("52 characters always fit".to_string());
            findings.push(finding);
        }
    }
}

/// How long the name of the revision of a StatefulSet is, if pods cannot have it as a label.
pub fn too_long(cx: &PlanCx, key: &Key) -> Option<usize> {
    let planned = cx.planned(key).filter(|_| key.kind == "StatefulSet")?;
    planned.revision.as_deref().map(str::len).filter(|length| *length > LABEL)
}
