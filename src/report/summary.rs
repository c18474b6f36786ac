//! What a run amounts to: files, documents, objects, findings by severity, in numbers and in one line.

use crate::diagnostic::{Finding, Severity};
use crate::workspace::FileReport;

/// A file or document that was left alone, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// The file.
    pub path: String,
    /// "Helm template", "not a Kubernetes object".
    pub reason: String,
}

/// The numbers of a run.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// Files read.
    pub files: usize,
    /// Documents in them, empty ones left out.
    pub documents: usize,
    /// Kubernetes objects in them, list items counted.
    pub objects: usize,
    /// What was left alone.
    pub skipped: Vec<Skipped>,
    /// Findings of severity error.
    pub errors: usize,
    /// Findings of severity warning.
    pub warnings: usize,
    /// Findings of severity advice.
    pub advice: usize,
    /// Findings that the author has said to ignore, by comment or annotation.
    pub suppressed: usize,
}

impl Summary {
    /// Counts `files` and the `findings` that are shown; `skipped` are whole files that were not read.
    pub fn new<'a>(files: impl Iterator<Item = &'a FileReport>, findings: &[Finding], skipped: Vec<Skipped>) -> Summary {
        let count = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
        let mut summary = Summary {
            skipped,
            errors: count(Severity::Error),
            warnings: count(Severity::Warning),
            advice: count(Severity::Advice),
            ..Summary::default()
        };
        for file in files {
            summary.files += 1;
            summary.documents += file.documents;
            summary.objects += file.entries.len();
            summary
                .skipped
                .extend(file.skipped.iter().map(|skip| Skipped { path: file.path.to_string(), reason: skip.reason.clone() }));
        }
        summary.skipped.sort_by(|a, b| (&a.path, &a.reason).cmp(&(&b.path, &b.reason)));
        summary
    }

    /// `2 files, 3 documents, 3 objects: 1 error, 0 warnings`.
    pub fn line(&self) -> String {
        let mut line =
            format!("{}, {}, {}", plural(self.files, "file"), plural(self.documents, "document"), plural(self.objects, "object"));
        if !self.skipped.is_empty() {
            line.push_str(&format!(", {} skipped", self.skipped.len()));
        }
        line.push_str(&format!(": {}, {}", plural(self.errors, "error"), plural(self.warnings, "warning")));
        if self.advice > 0 {
            line.push_str(&format!(", {} of advice", plural(self.advice, "piece")));
        }
        if self.suppressed > 0 {
            line.push_str(&format!(", {} suppressed", self.suppressed));
        }
        line
    }
}

fn plural(count: usize, word: &str) -> String {
    if count == 1 { format!("1 {word}") } else { format!("{count} {word}s") }
}
