//! The formats of lint reports: their names on the command line, and which function writes each.

use std::path::PathBuf;

use clap::ValueEnum;
use plimsoll::diagnostic::Finding;
use plimsoll::report::{self, Sources, Summary};

/// How to report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people: the lines, with the place underlined.
    Plain,
    /// One JSON document, version 1 of the contract.
    Json,
    /// One line of JSON a finding.
    Jsonl,
    /// GitHub workflow annotations.
    Github,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// GitLab code quality.
    Gitlab,
    /// JUnit XML, a suite a file.
    Junit,
    /// Checkstyle XML.
    Checkstyle,
    /// A table, for job summaries and comments.
    Markdown,
}

/// What a run has to report.
pub struct Run<'a> {
    /// The files that were checked.
    pub files: Vec<&'a str>,
    /// What was found, sorted.
    pub findings: Vec<Finding>,
    /// In numbers.
    pub summary: Summary,
    /// The texts that findings point into.
    pub sources: Sources,
}

/// The report for machines; the plain one needs a terminal's width and colours.
pub fn text(format: Format, run: &Run) -> String {
    let Run { files, findings, summary, sources } = run;
    match format {
        Format::Plain => String::new(),
        Format::Json => format!("{}\n", report::lint_json(summary, findings, sources)),
        Format::Jsonl => report::lint_jsonl(findings, sources),
        Format::Github => report::github(findings, sources),
        Format::Sarif => format!("{}\n", report::sarif(findings, sources)),
        Format::Gitlab => format!("{}\n", report::gitlab(findings, sources)),
        Format::Junit => report::junit(files.iter().copied(), findings, sources),
        Format::Checkstyle => report::checkstyle(findings, sources),
        Format::Markdown => report::markdown(summary, findings, sources),
    }
}

/// `FORMAT=FILE` of `--output`.
pub fn output(text: &str) -> Result<(Format, PathBuf), String> {
    let (format, file) = text.split_once('=').ok_or("write FORMAT=FILE, as in sarif=plimsoll.sarif")?;
    if file.is_empty() {
        return Err("the file is missing".to_string());
    }
    let known = || Format::value_variants().iter().filter_map(ValueEnum::to_possible_value);
    let names: Vec<String> = known().map(|value| value.get_name().to_string()).collect();
    let format = Format::from_str(format, false).map_err(|_| format!("there is no format `{format}`: {}", names.join(", ")))?;
    Ok((format, PathBuf::from(file)))
}
