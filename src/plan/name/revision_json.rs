//! The data of a StatefulSet's ControllerRevision: its template as Go's JSON encoder writes it, marked as a replacing patch.

use serde_json::Value;

use crate::object::quantity::json_number;
use crate::schema::Version;

/// Since this version a creation time that is not set is left out of JSON; before, it was `null`.
const LEAVES_OUT_TIMES: Version = Version(34);

/// The JSON text. `template` is a template as stored, defaults filled in.
pub fn data(template: &Value, version: Version) -> String {
    let mut template = template.clone();
    if let Some(fields) = template.as_object_mut() {
        fields.insert("$patch".to_string(), "replace".into());
        if version < LEAVES_OUT_TIMES {
            show_times(fields.entry("metadata").or_insert_with(|| Value::Object(Default::default())));
            let volumes = fields.get_mut("spec").and_then(|spec| spec.get_mut("volumes")).and_then(Value::as_array_mut);
            let claims = volumes.into_iter().flatten().filter_map(|volume| volume.pointer_mut("/ephemeral/volumeClaimTemplate"));
            for claim in claims {
                show_times(&mut claim["metadata"]);
            }
        }
    }
    let mut out = String::with_capacity(2048);
    out.push_str(r#"{"spec":{"template":"#);
    write(&mut out, &template);
    out.push_str("}}");
    out
}

fn show_times(metadata: &mut Value) {
    if metadata["creationTimestamp"].is_null() {
        metadata["creationTimestamp"] = Value::Null;
    }
}

/// Keys sorted. Numbers have been floating point on their way.
fn write(out: &mut String, value: &Value) {
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<(&String, &Value)> = fields.iter().collect();
            fields.sort_by_key(|(key, _)| *key);
            out.push('{');
            for (at, (key, value)) in fields.into_iter().enumerate() {
                out.push_str(if at > 0 { "," } else { "" });
                string(out, key);
                out.push(':');
                write(out, value);
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                out.push_str(if at > 0 { "," } else { "" });
                write(out, item);
            }
            out.push(']');
        }
        Value::String(text) => string(out, text),
        Value::Number(number) => out.push_str(&number.as_f64().map_or_else(|| number.to_string(), json_number)),
        Value::Bool(_) | Value::Null => out.push_str(&value.to_string()),
    }
}

/// A string as Go writes it: what HTML and JavaScript give a meaning is escaped too.
fn string(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..='\u{1f}' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            _ => out.push(c),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_go_writes_it() {
        let template = serde_json::json!({"spec": {"b": 9007199254740993i64, "a": ["<&>", "\u{2028}é\"\\\n\r\t\u{8}\u{c}\u{1}\u{7f}", true, null]}});
        let expected = "{\"spec\":{\"template\":{\"$patch\":\"replace\",\"spec\":{\"a\":[\"\\u003c\\u0026\\u003e\",\
            \"\\u2028é\\\"\\\\\\n\\r\\t\\b\\f\\u0001\u{7f}\",true,null],\"b\":9007199254740992}}}}";
        assert_eq!(data(&template, Version(36)), expected);
    }

    #[test]
    fn before_1_34_times_are_shown() {
        let template = serde_json::json!({"metadata": {"labels": {"a": "b"}}});
        let shown = r#"{"spec":{"template":{"$patch":"replace","metadata":{"creationTimestamp":null,"labels":{"a":"b"}}}}}"#;
        assert_eq!(data(&template, Version(33)), shown);
        assert_eq!(data(&template, Version(34)), shown.replace("\"creationTimestamp\":null,", ""));
    }
}
