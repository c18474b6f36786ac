//! Findings as SARIF 2.1.0, which code scanning services and editors read: rules with their pages, regions, fixes.

use serde_json::{Map, Value, json};

use super::fingerprint::fingerprints;
use super::{MARK, Sources, page};
use crate::diagnostic::{Edit, Finding, Fix, Severity};
use crate::rules::{self, Rule};
use crate::text::Span;

/// One run with the rules that found something.
pub fn sarif(findings: &[Finding], sources: &Sources) -> Value {
    let mut ids: Vec<&str> = findings.iter().map(|finding| finding.rule).collect();
    ids.sort_unstable();
    ids.dedup();
    let prints = fingerprints(findings);
    let results = findings.iter().zip(prints).map(|(finding, print)| result(finding, &ids, print, sources));
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "plimsoll",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": ids.iter().filter_map(|id| rules::find(id)).map(descriptor).collect::<Vec<Value>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "results": results.collect::<Vec<Value>>(),
        }],
    })
}

fn descriptor(rule: &Rule) -> Value {
    json!({
        "id": rule.id,
        "shortDescription": {"text": rule.title()},
        "help": {"text": page(rule), "markdown": markdown(rule)},
        "defaultConfiguration": {"level": level(rule.severity)},
        "properties": {"tags": [rule.family]},
    })
}

/// The page without the marks that only the tests read.
fn markdown(rule: &Rule) -> String {
    let line = |line: &str| match line.strip_suffix(MARK) {
        Some(code) => format!("{code} # reported\n"),
        None if line.starts_with("```yaml ") => "```yaml\n".to_string(),
        None => format!("{line}\n"),
    };
    rule.page.lines().map(line).collect()
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Advice => "note",
    }
}

fn result(finding: &Finding, ids: &[&str], print: String, sources: &Sources) -> Value {
    let mut text = finding.message.clone();
    if let Some(help) = &finding.help {
        text.push_str(&format!(" ({help})"));
    }
    let mut location = place(&finding.path, finding.span, sources);
    if let Some(id) = &finding.object {
        let object = format!("{}/{}", id.kind, id.name);
        let name = if finding.field.is_empty() { object } else { format!("{object}: {}", finding.field) };
        location.insert("logicalLocations".to_string(), json!([{"fullyQualifiedName": name}]));
    }
    let mut out = json!({
        "ruleId": finding.rule,
        "ruleIndex": ids.binary_search(&finding.rule).unwrap_or(0),
        "level": level(finding.severity),
        "message": {"text": text},
        "locations": [location],
        "partialFingerprints": {"plimsoll/v1": print},
    });
    if !finding.labels.is_empty() {
        let related = finding.labels.iter().enumerate().map(|(i, label)| {
            let mut location = place(&label.path, label.span, sources);
            location.insert("id".to_string(), json!(i + 1));
            location.insert("message".to_string(), json!({"text": label.message}));
            location
        });
        out["relatedLocations"] = related.collect();
    }
    if let Some(fix) = &finding.fix {
        out["fixes"] = json!([fix_of(fix, sources)]);
    }
    out
}

fn place(path: &str, span: Span, sources: &Sources) -> Map<String, Value> {
    let physical = json!({"artifactLocation": {"uri": uri(path)}, "region": region(path, span, sources)});
    Map::from_iter([("physicalLocation".to_string(), physical)])
}

fn region(path: &str, span: Span, sources: &Sources) -> Value {
    let (start, end) = (sources.position(path, span.start), sources.position(path, span.end));
    json!({"startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column})
}

fn fix_of(fix: &Fix, sources: &Sources) -> Value {
    let mut changes: Vec<Value> = Vec::new();
    for edits in fix.edits.chunk_by(|a, b| a.path == b.path) {
        let replacement = |edit: &Edit| {
            let deleted = region(&edit.path, Span::new(edit.start, edit.end), sources);
            json!({"deletedRegion": deleted, "insertedContent": {"text": edit.text}})
        };
        let replacements: Vec<Value> = edits.iter().map(replacement).collect();
        changes.push(json!({"artifactLocation": {"uri": uri(&edits[0].path)}, "replacements": replacements}));
    }
    json!({"description": {"text": fix.title}, "artifactChanges": changes})
}

/// A path as a URI reference: relative ones stay so, for the reader to resolve against the repository.
fn uri(path: &str) -> String {
    let path = if cfg!(windows) { path.replace('\\', "/") } else { path.to_string() };
    let mut out = String::from(if path.starts_with('/') { "file://" } else { "" });
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => out.push(byte as char),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}
