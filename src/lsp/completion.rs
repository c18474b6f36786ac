//! Completion: fields by schema, values of closed sets, names of existing objects, label keys and values.
//!
//! A line half typed seldom parses. So a marker is put in place of the word at the cursor, first as a key, then as a value, in a
//! copy of the text, and what the marker turns out to be says what may stand there.

use std::collections::BTreeSet;

use lsp_types::{CompletionItem, CompletionItemKind, CompletionParams, TextEdit};
use plimsoll::check::{self, Checked};
use plimsoll::object::{Field, Object, refs};
use plimsoll::schema::{self, Shape, Table};
use plimsoll::text::Span;
use plimsoll::yaml::NodeId;

use super::names::{self, Name};
use super::navigate::Use;
use super::server::Server;
use super::{files, place, ports};

const MARKER: &str = "plimsollMarker";

/// What may stand at the cursor.
pub fn completion(server: &Server, params: CompletionParams) -> Vec<CompletionItem> {
    let asked = params.text_document_position_params;
    let path = files::path_of(&asked.text_document.uri);
    let Some(text) = server.texts.get(&path) else { return Vec::new() };
    let offset = text.offset(asked.position, server.units);
    let line = text.line(text.line_of(offset));
    let before = &text.text()[line.start as usize..offset as usize];
    let typed = before.rfind([' ', '\t', '"', '\'', '[', '{', ',']).map_or(before, |at| &before[at + 1..]);
    let word = Span::new(offset - typed.len() as u32, offset);
    let head = before[..before.len() - typed.len()].trim_start_matches([' ', '-']);
    let after = &text.text()[offset as usize..line.end as usize];
    let rest = after.find([':', ' ', '"', '\'', ',', ']', '}']).unwrap_or(after.len()) as u32;
    let with = |marker: &str| {
        let mut copy = text.text().to_string();
        copy.replace_range(word.start as usize..(word.end + rest) as usize, marker);
        check::read(path.clone(), copy)
    };
    let is_key = head.is_empty() || head.trim_end().ends_with(['{', ',']);
    let mut offers = Vec::new();
    if is_key {
        let colon = if after[rest as usize..].starts_with(':') { "" } else { ": " };
        offers = keys(server, &with(&format!("{MARKER}{colon}")), if colon.is_empty() { "" } else { ":" });
    }
    if offers.is_empty() {
        offers = values(server, &with(MARKER));
    }
    let range = text.range(Span::new(word.start, word.end + rest), server.units);
    let item = |offer: Offer| CompletionItem {
        label: offer.label,
        kind: Some(offer.kind),
        detail: offer.detail,
        sort_text: Some(offer.order),
        text_edit: Some(TextEdit { range, new_text: offer.text }.into()),
        ..CompletionItem::default()
    };
    offers.into_iter().map(item).collect()
}

struct Offer {
    label: String,
    text: String,
    detail: Option<String>,
    kind: CompletionItemKind,
    order: String,
}

impl Offer {
    fn value(text: &str, kind: CompletionItemKind) -> Offer {
        Offer { label: text.to_string(), text: text.to_string(), detail: None, kind, order: text.to_string() }
    }
}

/// The object and field that the marker became.
fn marked(checked: &Checked, is_it: impl Fn(Field) -> bool) -> Option<(&Object, Field<'_>)> {
    let tree = &checked.parsed.tree;
    let node = (0..tree.len() as u32).map(NodeId).find(|id| is_it(Field::new(tree, *id)))?;
    let above: Vec<NodeId> = std::iter::successors(Some(node), |id| tree.node(*id).parent.some()).collect();
    let object = checked.objects.iter().find(|object| above.contains(&object.root))?;
    Some((object, object.field(tree).at(node)))
}

fn keys(server: &Server, checked: &Checked, colon: &str) -> Vec<Offer> {
    let Some((object, field)) = marked(checked, |field| field.key() == MARKER) else { return Vec::new() };
    let parent = field.parent();
    let there: BTreeSet<&str> = parent.entries().map(|(key, _)| key).collect();
    let Some(owner) = place::struct_of(server.options.version, object, parent) else { return label_keys(server, parent, colon) };
    let fields = owner.fields.iter().filter(|field| !there.contains(field.name) && field.name != "status");
    let offer = |field: &schema::FieldInfo| {
        let space = match field.shape {
            Shape::Struct(_) | Shape::List(_) | Shape::Map(_) => "",
            _ if colon.is_empty() => "",
            _ => " ",
        };
        let required = if field.required { ", required" } else { "" };
        Offer {
            label: field.name.to_string(),
            text: format!("{}{colon}{space}", field.name),
            detail: Some(format!("{}{required}", schema::expected(&field.shape))),
            kind: CompletionItemKind::Field,
            order: format!("{}{}", u8::from(!field.required), field.name),
        }
    };
    fields.map(offer).collect()
}

/// Below labels and selectors: the keys that pods have.
fn label_keys(server: &Server, parent: Field, colon: &str) -> Vec<Offer> {
    if !is_labels(parent) {
        return Vec::new();
    }
    let keys: BTreeSet<&str> = labels(server).map(|label| label.key.as_str()).collect();
    let free = keys.into_iter().filter(|key| parent.some(key).is_none());
    let offer = |key: &str| Offer { text: format!("{key}{colon} "), ..Offer::value(key, CompletionItemKind::Property) };
    free.map(offer).collect()
}

fn is_labels(map: Field) -> bool {
    matches!(map.key(), "labels" | "matchLabels" | "selector" | "nodeSelector")
}

fn labels(server: &Server) -> impl Iterator<Item = &refs::Label> {
    let entries = server.workspace.files().flat_map(|file| &file.entries);
    entries.flat_map(|entry| entry.links.pod_labels.iter().chain(entry.links.selectors.iter().flatten()))
}

fn values(server: &Server, checked: &Checked) -> Vec<Offer> {
    let Some((object, field)) = marked(checked, |field| field.str() == Some(MARKER)) else { return Vec::new() };
    let version = server.options.version;
    let table = Table::of(version);
    let of = |texts: BTreeSet<String>, kind: CompletionItemKind| -> Vec<Offer> {
        texts.iter().map(|text| Offer::value(text, kind)).collect()
    };
    if field.parent().node() == object.root {
        let root = field.object();
        let fits = |have: &str, want: &str| have.is_empty() || have == MARKER || have == want;
        let (api_version, kind) = (root.get("apiVersion").text(), root.get("kind").text());
        let kinds = table.kinds().iter().filter(|known| fits(api_version, known.api_version) && fits(kind, known.kind));
        match field.key() {
            "apiVersion" => return of(kinds.map(|known| known.api_version.to_string()).collect(), CompletionItemKind::Module),
            "kind" => return of(kinds.map(|known| known.kind.to_string()).collect(), CompletionItemKind::Class),
            _ => {}
        }
    }
    if let Some((owner, info)) = place::info(version, object, field) {
        let allowed = schema::allowed(owner.short_name(), info.name);
        if !allowed.is_empty() {
            return allowed.iter().map(|value| Offer::value(value, CompletionItemKind::EnumMember)).collect();
        }
        if info.shape == Shape::Bool {
            return ["false", "true"].map(|value| Offer::value(value, CompletionItemKind::Keyword)).into();
        }
    }
    if is_labels(field.parent()) {
        let same = labels(server).filter(|label| label.key == field.key() && label.value != MARKER);
        return of(same.map(|label| label.value.clone()).collect(), CompletionItemKind::Value);
    }
    if let Some(names) = named(server, object, field) {
        return of(names, CompletionItemKind::Reference);
    }
    let Some(wanted) = refs::links(object, field.object()).references.into_iter().find(|one| one.touches(MARKER)) else {
        return Vec::new();
    };
    let entries = server.workspace.files().flat_map(|file| &file.entries);
    let of_kind = entries.filter(|entry| entry.id.kind == wanted.kind && wanted.reaches(&entry.id));
    let names = of_kind.filter(|entry| wanted.name == MARKER || wanted.name == entry.id.name);
    match wanted.name == MARKER {
        true => of(names.map(|entry| entry.id.name.clone()).collect(), CompletionItemKind::Reference),
        false => {
            of(names.flat_map(|entry| &entry.links.keys).map(|(key, _)| key.clone()).collect(), CompletionItemKind::Property)
        }
    }
}

/// The volumes or ports that the marker may name, where it stands for one.
fn named(server: &Server, object: &Object, field: Field) -> Option<BTreeSet<String>> {
    let own = names::names(object, field.object());
    let marked = |list: &[Name]| list.iter().any(|name| name.text == MARKER && name.used == Use::Reference);
    let made = |list: &[Name]| -> BTreeSet<String> {
        list.iter().filter(|name| name.used == Use::Definition).map(|name| name.text.clone()).collect()
    };
    if marked(&own.volumes) {
        return Some(made(&own.volumes));
    }
    if !marked(&own.ports) {
        return None;
    }
    let selectors = refs::links(object, field.object()).selectors;
    let home = if object.id.namespace.is_empty() { "default" } else { &object.id.namespace };
    let pods = ports::known(server).filter(|known| {
        known.entry.namespace() == home && ports::asks(&object.id.kind, &selectors, &known.entry.links.pod_labels)
    });
    Some(pods.flat_map(|known| made(&known.names.ports)).chain(made(&own.ports)).collect())
}
