//! Inlay hints: schedules in words, names of a StatefulSet's pods, and how many workloads a Service's selector finds.

use lsp_types::{InlayHint, InlayHintParams};
use plimsoll::inventory::Entry;
use plimsoll::object::refs::Label;
use plimsoll::object::{Field, Object, cron};

use super::server::Server;
use super::{files, symbols};

/// The hints of a range.
pub fn hints(server: &Server, params: InlayHintParams) -> Vec<InlayHint> {
    let path = files::path_of(&params.text_document.uri);
    let (Some(open), Some(text)) = (server.open.get(&path), server.texts.get(&path)) else { return Vec::new() };
    let asked = text.span(params.range, server.units);
    let mut list = Vec::new();
    for object in &open.checked.objects {
        for field in symbols::fields(object, &open.checked.parsed.tree) {
            let end = if field.is_map() { field.key_span().end + 1 } else { field.span().end };
            if end < asked.start || end > asked.end {
                continue;
            }
            if let Some(label) = hint(server, object, field) {
                list.push((end, label));
            }
        }
    }
    list.sort();
    let hint = |(end, label): (u32, String)| InlayHint {
        position: text.position(end, server.units),
        label: label.into(),
        kind: None,
        text_edits: None,
        tooltip: None,
        padding_left: Some(true),
        padding_right: None,
        data: None,
    };
    list.into_iter().map(hint).collect()
}

fn hint(server: &Server, object: &Object, field: Field) -> Option<String> {
    match (object.id.kind.as_str(), field.key()) {
        ("CronJob", "schedule") => cron::Schedule::parse(field.text()).ok().map(|schedule| schedule.describe()),
        ("StatefulSet", "replicas") if field.number() > 0 => {
            let first = field.parent().get("ordinals").get("start").number();
            let name = &object.id.name;
            Some(format!("{name}-{first} to {name}-{}", first + field.number() - 1))
        }
        ("Service", "selector") if field.is_map() && !field.is_empty() => {
            let namespace = if object.id.namespace.is_empty() { "default" } else { &object.id.namespace };
            let entries = server.workspace.files().flat_map(|file| &file.entries);
            let found: Vec<String> = entries
                .filter(|entry| entry.namespace() == namespace && selects(field, entry))
                .map(|entry| format!("{} {}", entry.id.kind, entry.id.name))
                .collect();
            Some(match found.as_slice() {
                [] => "selects nothing here".to_string(),
                [one] => format!("selects {one}"),
                more => format!("selects {} workloads", more.len()),
            })
        }
        _ => None,
    }
}

fn selects(selector: Field, entry: &Entry) -> bool {
    let labels: &[Label] = &entry.links.pod_labels;
    let has = |key: &str, value: &str| labels.iter().any(|label| label.key == key && label.value == value);
    !labels.is_empty() && selector.entries().all(|(key, value)| has(key, value.text()))
}
