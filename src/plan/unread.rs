//! Documents that hold no object because they cannot be read: a plan goes on without them, and says so.

use super::{PlanFinding, Source};
use crate::check::Checked;
use crate::diagnostic::{Family, Finding, Severity};
use crate::text::LineIndex;

/// What cannot be read of the manifests on either side. Nothing of it is applied; what it was before is not known.
pub fn findings(before: &[Vec<Checked>], after: &[Checked]) -> Vec<PlanFinding> {
    let earlier = before.iter().flatten().flat_map(unread).map(|finding| PlanFinding {
        severity: Severity::Warning,
        message: format!("before, this could not be read: {}; what it held counts as new", finding.message),
        ..finding
    });
    after.iter().flat_map(unread).chain(earlier).collect()
}

fn unread(checked: &Checked) -> Vec<PlanFinding> {
    let ours =
        |finding: &&Finding| finding.family == Family::Api && finding.severity == Severity::Error && finding.object.is_none();
    let mut found = checked.findings.iter().filter(ours).peekable();
    if found.peek().is_none() {
        return Vec::new();
    }
    let text = checked.parsed.tree.source();
    let lines = LineIndex::new(text);
    let told = |finding: &Finding| PlanFinding {
        rule: finding.rule,
        severity: finding.severity,
        object: None,
        message: finding.message.clone(),
        help: finding.help.as_ref().map(ToString::to_string),
        source: Some(Source { path: checked.path.clone(), line: lines.position(text, finding.span.start).line }),
    };
    found.map(told).collect()
}
