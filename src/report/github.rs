//! Findings as GitHub workflow commands, which become annotations on the lines of a pull request.

use super::Sources;
use crate::diagnostic::{Finding, Severity};

/// One `::error file=...` line a finding.
pub fn github(findings: &[Finding], sources: &Sources) -> String {
    findings.iter().map(|finding| annotation(finding, sources)).collect()
}

fn annotation(finding: &Finding, sources: &Sources) -> String {
    let level = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Advice => "notice",
    };
    let start = sources.position(&finding.path, finding.span.start);
    let end = sources.position(&finding.path, finding.span.end);
    // A range over several lines may carry no columns.
    let columns = if start.line == end.line { format!(",col={},endColumn={}", start.column, end.column) } else { String::new() };
    let mut text = finding.message.clone();
    if let Some(help) = &finding.help {
        text.push_str("\nhelp: ");
        text.push_str(help);
    }
    format!(
        "::{level} file={},line={},endLine={}{columns},title={}::{}\n",
        property(&finding.path),
        start.line,
        end.line,
        property(finding.rule),
        data(&text)
    )
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
