//! Findings as a JUnit report: a suite for each file, a failed test for each error. The only file that knows quick-junit.

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::Sources;
use crate::diagnostic::{Finding, Severity};

/// `files` are all that were checked; one without findings is a test that passed. Warnings and advice pass too, and say so.
pub fn junit<'a>(files: impl Iterator<Item = &'a str>, findings: &[Finding], sources: &Sources) -> String {
    let mut report = Report::new("plimsoll");
    for path in files {
        let mut suite = TestSuite::new(path);
        for finding in findings.iter().filter(|finding| *finding.path == *path) {
            suite.add_test_case(case(finding, sources));
        }
        if suite.test_cases.is_empty() {
            let mut case = TestCase::new("no findings", TestCaseStatus::success());
            case.set_classname(path);
            suite.add_test_case(case);
        }
        report.add_test_suite(suite);
    }
    // The words are cleaned of what XML cannot hold when they are added; writing to a string does not fail otherwise.
    report.to_string().unwrap_or_default()
}

fn case(finding: &Finding, sources: &Sources) -> TestCase {
    let place = sources.position(&finding.path, finding.span.start);
    let help = finding.help.as_ref().map_or(String::new(), |help| format!("\nhelp: {help}"));
    let text = format!("{}:{}:{}: {}{help}", finding.path, place.line, place.column, finding.message);
    let status = match finding.severity {
        Severity::Error => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_type(finding.rule).set_message(finding.message.as_str()).set_description(text.as_str());
            status
        }
        Severity::Warning | Severity::Advice => TestCaseStatus::success(),
    };
    let object = finding.object.as_ref().map_or(String::new(), |id| format!(" {}/{}", id.kind, id.name));
    let field = if finding.field.is_empty() { String::new() } else { format!(" {}", finding.field) };
    let mut case = TestCase::new(format!("{}{object}{field}", finding.rule), status);
    case.set_classname(&*finding.path);
    if finding.severity != Severity::Error {
        case.set_system_out(text);
    }
    case
}
