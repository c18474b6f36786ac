//! Findings as Markdown, for job summaries and comments.

use super::{Sources, Summary};
use crate::diagnostic::Finding;

/// How many findings a table shows. A comment on GitHub may have 65,536 characters.
const MOST: usize = 100;

/// The summary and a table of findings.
pub fn markdown(summary: &Summary, findings: &[Finding], sources: &Sources) -> String {
    let mut out = format!("### plimsoll\n\n{}\n", summary.line());
    if findings.is_empty() {
        return out;
    }
    out.push_str("\n| | Place | Finding |\n| --- | --- | --- |\n");
    for finding in findings.iter().take(MOST) {
        let place = sources.position(&finding.path, finding.span.start);
        let severity = format!("{:?}", finding.severity).to_lowercase();
        let help = finding.help.as_ref().map_or(String::new(), |help| format!("<br>{}", cell(help)));
        let path = code(&format!("{}:{}", finding.path, place.line));
        out.push_str(&format!("| {severity} | {path} | **{}** {}{help} |\n", finding.rule, cell(&finding.message)));
    }
    if findings.len() > MOST {
        out.push_str(&format!("\nand {} more\n", findings.len() - MOST));
    }
    out
}

/// Text for a table's cell. What stands between backticks stays code; anything else that Markdown or HTML would read is escaped.
fn cell(text: &str) -> String {
    let paired = text.matches('`').count().is_multiple_of(2);
    let part = |(i, part): (usize, &str)| if paired && i % 2 == 1 { code(part) } else { escaped(part) };
    text.split('`').enumerate().map(part).collect::<Vec<String>>().join(if paired { "" } else { "\\`" })
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\r' => out.push(' '),
            '<' => out.push_str("&lt;"),
            '&' => out.push_str("&amp;"),
            '\\' | '|' | '*' | '_' | '[' | ']' | '#' | '@' | '~' | '$' => out.extend(['\\', c]),
            c => out.push(c),
        }
    }
    out
}

/// A code span in a table: a bar ends the cell even there unless it is escaped.
fn code(text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    let fence = if text.contains('`') { "``" } else { "`" };
    format!("{fence}{}{fence}", text.replace(['\n', '\r'], " ").replace('|', "\\|"))
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn cells_hold_anything() {
        assert_eq!(cell("`a|b` is <b>\nnot *c*"), "`a\\|b` is &lt;b> not \\*c\\*");
        assert_eq!(cell("one ` only"), "one \\` only");
    }
}
