//! Findings as a GitLab code quality report, which becomes marks in merge requests.

use serde_json::{Value, json};

use super::Sources;
use super::fingerprint::fingerprints;
use crate::diagnostic::{Finding, Severity};

/// A list of issues.
pub fn gitlab(findings: &[Finding], sources: &Sources) -> Value {
    findings.iter().zip(fingerprints(findings)).map(|(finding, print)| issue(finding, print, sources)).collect()
}

fn issue(finding: &Finding, print: String, sources: &Sources) -> Value {
    let severity = match finding.severity {
        Severity::Error => "major",
        Severity::Warning => "minor",
        Severity::Advice => "info",
    };
    let help = finding.help.as_ref().map_or(String::new(), |help| format!(" ({help})"));
    let line = |at: u32| sources.position(&finding.path, at).line;
    json!({
        "type": "issue",
        "check_name": finding.rule,
        "description": format!("{}{help}", finding.message),
        "fingerprint": print,
        "severity": severity,
        "location": {"path": finding.path, "lines": {"begin": line(finding.span.start), "end": line(finding.span.end)}},
    })
}
