//! The JSON contract of `lint` and `show` (version 1).

use serde_json::{Map, Value, json};

use super::{Sources, Summary};
use crate::diagnostic::{Finding, Fix, Label};
use crate::object::{Field, ObjectId};
use crate::text::Span;
use crate::yaml::Kind;

/// The `lint` report; `findings` come sorted.
pub fn lint_json(summary: &Summary, findings: &[Finding], sources: &Sources) -> Value {
    let skipped: Vec<Value> = summary.skipped.iter().map(|skip| json!({"path": skip.path, "reason": skip.reason})).collect();
    json!({
        "version": 1,
        "summary": {
            "files": summary.files, "documents": summary.documents, "objects": summary.objects, "skipped": skipped,
            "error": summary.errors, "warning": summary.warnings, "advice": summary.advice,
            "suppressed": summary.suppressed,
        },
        "findings": findings.iter().map(|finding| finding_json(finding, sources)).collect::<Vec<Value>>(),
    })
}

/// One line of JSON a finding.
pub fn lint_jsonl(findings: &[Finding], sources: &Sources) -> String {
    findings.iter().map(|finding| format!("{}\n", finding_json(finding, sources))).collect()
}

/// One finding.
pub fn finding_json(finding: &Finding, sources: &Sources) -> Value {
    let mut out = json!({
        "rule": finding.rule, "family": finding.family, "severity": finding.severity, "message": finding.message,
        "path": finding.path, "document": finding.document, "field": finding.field,
        "span": span_json(&finding.path, finding.span, sources),
        "labels": finding.labels.iter().map(|label| label_json(label, sources)).collect::<Vec<Value>>(),
    });
    if let Value::Object(map) = &mut out {
        let mut put = |key: &str, value: Option<Value>| value.map(|value| map.insert(key.to_string(), value));
        put("help", finding.help.as_ref().map(|help| json!(help)));
        put("object", finding.object.as_ref().map(id_json));
        put("cause", finding.cause.map(|cause| json!(cause)));
        put("fix", finding.fix.as_ref().map(fix_json));
    }
    out
}

fn label_json(label: &Label, sources: &Sources) -> Value {
    json!({"path": label.path, "span": span_json(&label.path, label.span, sources), "message": label.message})
}

fn fix_json(fix: &Fix) -> Value {
    json!({"title": fix.title, "safe": fix.safe, "edits": fix.edits})
}

fn id_json(id: &ObjectId) -> Value {
    json!({"apiVersion": id.api_version, "kind": id.kind, "namespace": id.namespace, "name": id.name})
}

fn span_json(path: &str, span: Span, sources: &Sources) -> Value {
    let at = |offset: u32| {
        let position = sources.position(path, offset);
        json!({"line": position.line, "column": position.column, "byte": offset})
    };
    json!({"start": at(span.start), "end": at(span.end)})
}

/// A node as JSON, as the server's YAML library reads it. `null` for a number that JSON cannot say.
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
            let mut object = Map::with_capacity(field.len());
            object.extend(field.entries().map(|(key, value)| (key.to_string(), object_json(value))));
            Value::Object(object)
        }
    }
}

/// The same of a checked object without what defaults have put there; right unless the tree is overwritten somewhere.
pub fn written_json(field: Field) -> Value {
    match field.kind() {
        Kind::Seq => field.items().filter(|item| item.written()).map(written_json).collect(),
        Kind::Map => {
            let written = field.entries().filter(|(_, value)| value.written());
            let mut object = Map::with_capacity(written.clone().count());
            object.extend(written.map(|(key, value)| (key.to_string(), written_json(value))));
            Value::Object(object)
        }
        _ => object_json(field),
    }
}

/// JSON text with numbers written as Go's encoder writes them: an exponent only below 1e-6 and from 1e21 on.
pub fn json_text(value: &Value) -> String {
    let mut out = Vec::new();
    let mut serializer = serde_json::Serializer::with_formatter(&mut out, GoNumbers);
    // Writing to a Vec cannot fail, and a Value has nothing that JSON cannot say.
    let written = serde::Serialize::serialize(value, &mut serializer);
    if written.is_ok() { String::from_utf8_lossy(&out).into_owned() } else { value.to_string() }
}

struct GoNumbers;

impl serde_json::ser::Formatter for GoNumbers {
    fn write_f64<W: ?Sized + std::io::Write>(&mut self, out: &mut W, value: f64) -> std::io::Result<()> {
        let size = value.abs();
        if size == 0.0 || (1e-6..1e21).contains(&size) { write!(out, "{value}") } else { write!(out, "{value:e}") }
    }
}
