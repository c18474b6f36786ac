//! Findings as the protocol's diagnostics.

use lsp_types::{CodeDescription, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag, Uri};
use plimsoll::diagnostic::{Finding, Severity};

use super::server::Server;

/// The scheme of the rules' pages, which the server serves itself: nothing has to be online.
pub const SCHEME: &str = "plimsoll";

/// What the client is told about one file.
pub fn diagnostics(server: &Server, findings: &[Finding]) -> Vec<Diagnostic> {
    findings.iter().filter_map(|finding| diagnostic(server, finding)).collect()
}

/// One finding.
pub fn diagnostic(server: &Server, finding: &Finding) -> Option<Diagnostic> {
    let text = server.texts.get(&finding.path)?;
    let labels = finding.labels.iter().filter_map(|label| {
        let location = server.location(&label.path, label.span)?;
        Some(DiagnosticRelatedInformation { location, message: label.message.clone() })
    });
    let related: Vec<DiagnosticRelatedInformation> = labels.collect();
    let message = match &finding.help {
        Some(help) => format!("{}\n{help}", finding.message),
        None => finding.message.clone(),
    };
    Some(Diagnostic {
        range: text.range(finding.span, server.units),
        severity: Some(match finding.severity {
            Severity::Error => DiagnosticSeverity::Error,
            Severity::Warning => DiagnosticSeverity::Warning,
            Severity::Advice => DiagnosticSeverity::Information,
        }),
        code: Some(finding.rule.to_string().into()),
        code_description: page(finding.rule).map(|href| CodeDescription { href }),
        source: Some(env!("CARGO_PKG_NAME").to_string()),
        message: message.into(),
        tags: (finding.rule == "api-dropped-content").then(|| vec![DiagnosticTag::Unnecessary]),
        related_information: (!related.is_empty()).then_some(related),
        data: None,
    })
}

/// Where the page of a rule is.
fn page(rule: &str) -> Option<Uri> {
    Uri::parse(&format!("{SCHEME}:/rules/{rule}.md")).ok()
}

/// The page at `uri`.
pub fn page_at(uri: &Uri) -> Option<&'static str> {
    let rule = uri.path().strip_prefix("/rules/")?.strip_suffix(".md")?;
    plimsoll::rules::find(rule).map(|rule| rule.page)
}
