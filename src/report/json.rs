//! The JSON contract of `lint` and `show` (version 1).

use serde_json::{Map, Value, json};

use crate::check::Checked;
use crate::diagnostic::{Finding, Severity};
use crate::object::Field;
use crate::text::{LineIndex, Span};
use crate::yaml::Kind;

/// The `lint` report over checked files, findings already sorted.
pub fn lint_json(files: &[Checked], findings: &[Finding]) -> Value {
    let indexes: std::collections::BTreeMap<&str, (LineIndex, &str)> =
        files.iter().map(|file| (&*file.path, (LineIndex::new(file.parsed.tree.source()), file.parsed.tree.source()))).collect();
    let place = |path: &str, span: Span| {
        let at = |offset: u32| {
            let position = indexes.get(path).map(|(index, text)| index.position(text, offset)).unwrap_or_default();
            json!({"line": position.line, "column": position.column, "byte": offset})
        };
        json!({"start": at(span.start), "end": at(span.end)})
    };
    let count = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
    let list: Vec<Value> = findings
        .iter()
        .map(|finding| {
            json!({
                "rule": finding.rule, "family": finding.family, "severity": finding.severity, "message": finding.message,
                "help": finding.help, "path": finding.path, "document": finding.document,
                "object": finding.object.as_ref().map(|id| json!({"apiVersion": id.api_version, "kind": id.kind, "namespace": id.namespace, "name": id.name})),
                "field": finding.field, "cause": finding.cause, "span": place(&finding.path, finding.span),
                "labels": finding.labels.iter().map(|label| json!({"path": label.path, "span": place(&label.path, label.span), "message": label.message})).collect::<Vec<_>>(),
                "fix": finding.fix,
            })
        })
        .collect();
    let skipped: Vec<Value> = files
        .iter()
        .flat_map(|file| file.skipped.iter().map(move |skip| json!({"path": file.path, "reason": skip.reason})))
        .collect();
    json!({
        "version": 1,
        "summary": {
            "files": files.len(),
            "documents": files.iter().map(|file| file.parsed.documents.len()).sum::<usize>(),
            "objects": files.iter().map(|file| file.objects.len()).sum::<usize>(),
            "skipped": skipped,
            "error": count(Severity::Error), "warning": count(Severity::Warning), "advice": count(Severity::Advice),
        },
        "findings": list,
    })
}

/// A node as JSON. `null` for what JSON cannot say.
pub fn object_json(field: Field) -> Value {
    match field.kind() {
        Kind::Null => Value::Null,
        Kind::Bool(value) => Value::Bool(value),
        Kind::Int(value) => value.into(),
        Kind::BigInt(value) => value.into(),
        Kind::Float(value) => value.into(),
        Kind::Str => field.text().into(),
        Kind::Seq => field.items().map(object_json).collect(),
        Kind::Map => {
            Value::Object(field.entries().map(|(key, value)| (key.to_string(), object_json(value))).collect::<Map<_, _>>())
        }
    }
}
