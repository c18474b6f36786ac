//! Findings as Checkstyle XML, which many build servers and review tools read.

use super::{Sources, xml};
use crate::diagnostic::{Finding, Severity};

/// One `<file>` for each file with findings; `findings` come sorted by path.
pub fn checkstyle(findings: &[Finding], sources: &Sources) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<checkstyle version=\"4.3\">\n");
    for list in findings.chunk_by(|a, b| a.path == b.path) {
        out.push_str(&format!("  <file name=\"{}\">\n", escaped(&list[0].path)));
        list.iter().for_each(|finding| out.push_str(&error(finding, sources)));
        out.push_str("  </file>\n");
    }
    out.push_str("</checkstyle>\n");
    out
}

fn error(finding: &Finding, sources: &Sources) -> String {
    let severity = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Advice => "info",
    };
    let help = finding.help.as_ref().map_or(String::new(), |help| format!(" ({help})"));
    let place = sources.position(&finding.path, finding.span.start);
    format!(
        "    <error line=\"{}\" column=\"{}\" severity=\"{severity}\" message=\"{}\" source=\"plimsoll.{}\"/>\n",
        place.line,
        place.column,
        escaped(&format!("{}{help}", finding.message)),
        finding.rule
    )
}

/// Text for an attribute, where a line break that is not escaped would be read as a blank.
fn escaped(text: &str) -> String {
    xml::escape(text).replace('\t', "&#9;").replace('\n', "&#10;")
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn attributes_hold_anything() {
        assert_eq!(escaped("a<b> & \"c\"\n\u{1}한"), "a&lt;b&gt; &amp; &quot;c&quot;&#10;\u{fffd}한");
    }
}
