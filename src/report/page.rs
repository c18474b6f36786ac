//! A rule's page for the terminal: the Markdown without the marks that only the tests read.

use crate::rules::Rule;

/// The mark at the end of a line of an example on which the rule fires.
pub const MARK: &str = " # <-";

/// The page as `explain` prints it: fence words become captions, marked lines an arrow.
pub fn page(rule: &Rule) -> String {
    let mut out = String::new();
    let mut fence = false;
    for line in rule.page.lines() {
        match line.strip_prefix("```") {
            Some(info) if !fence => {
                out.push_str(caption(info));
                fence = true;
            }
            Some(_) => fence = false,
            None if fence => {
                let (code, arrow) = line.strip_suffix(MARK).map_or((line, ""), |code| (code, "   <- here"));
                out.push_str(&format!("    {code}{arrow}\n"));
            }
            None => out.push_str(&format!("{}\n", line.strip_prefix("# ").unwrap_or(line))),
        }
    }
    out
}

fn caption(info: &str) -> &'static str {
    match info.rsplit(' ').next() {
        Some("bad") => "  reported:\n\n",
        Some("good") => "  fine:\n\n",
        Some("fixed") => "  after `--fix`:\n\n",
        _ => "",
    }
}
