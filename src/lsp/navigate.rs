//! Across files: where what is named is defined, who names it, and renaming it everywhere.

use std::sync::Arc;

use lsp_types::{
    DefinitionParams, Location, PrepareRenameParams, Range, ReferenceParams, RenameParams, TextDocumentPositionParams,
    WorkspaceEdit,
};
use plimsoll::diagnostic::Edit;
use plimsoll::inventory::Entry;
use plimsoll::object::ObjectId;
use plimsoll::object::edit;
use plimsoll::object::refs::{Label, Reference};
use plimsoll::text::Span;

use super::names::{Asked, Name};
use super::ports::{self, Known, Site};
use super::server::Server;
use super::{actions, files};

/// What can be gone to or renamed.
enum Symbol {
    /// An object's name.
    Object(ObjectId),
    /// A key of a ConfigMap or Secret.
    Key(ObjectId, String),
    /// A label of pods, on the template or asked for.
    Label { namespace: String, key: String, value: String, part: Part },
    /// A volume of the pods of one object.
    Volume(Site, String),
    /// A port by name, of pods and what selects them, one of which is given.
    Port(Site, String),
}

/// Which half of a label.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Key,
    Value,
}

/// Whether a place is where something is made or where it is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// It is made here.
    Definition,
    /// It is used here.
    Reference,
}

type Place = (Arc<str>, Span, Use);

/// The places where what stands at the cursor is defined. From a pod's label it leads to the selectors, and back.
pub fn definition(server: &Server, params: DefinitionParams) -> Vec<Location> {
    let Some((symbol, here, _)) = symbol(server, &params.text_document_position_params) else { return Vec::new() };
    let wanted = if matches!(symbol, Symbol::Label { .. }) && here == Use::Definition { Use::Reference } else { Use::Definition };
    let places = places(server, &symbol).into_iter().filter(|place| place.2 == wanted);
    places.filter_map(|(path, span, _)| server.location(&path, span)).collect()
}

/// Every place where what stands at the cursor is used.
pub fn references(server: &Server, params: ReferenceParams) -> Vec<Location> {
    let Some((symbol, ..)) = symbol(server, &params.text_document_position_params) else { return Vec::new() };
    let with_definition = params.context.include_declaration;
    let places = places(server, &symbol).into_iter().filter(|place| with_definition || place.2 == Use::Reference);
    places.filter_map(|(path, span, _)| server.location(&path, span)).collect()
}

/// What would be renamed; nothing where that means nothing.
pub fn prepare_rename(server: &Server, params: PrepareRenameParams) -> Option<Range> {
    let asked = &params.text_document_position_params;
    let (_, _, span) = symbol(server, asked)?;
    Some(server.texts.get(&files::path_of(&asked.text_document.uri))?.range(span, server.units))
}

/// Renames what stands at the cursor wherever it stands.
pub fn rename(server: &Server, params: RenameParams) -> Option<WorkspaceEdit> {
    let (symbol, ..) = symbol(server, &params.text_document_position_params)?;
    let text = edit::scalar(&params.new_name);
    let places = places(server, &symbol).into_iter();
    let edits: Vec<Edit> =
        places.map(|(path, span, _)| Edit { path, start: span.start, end: span.end, text: text.clone() }).collect();
    Some(actions::workspace_edit(server, edits.iter()))
}

fn entries(server: &Server) -> impl Iterator<Item = &Entry> {
    server.workspace.files().flat_map(|file| &file.entries)
}

/// What stands at the cursor, whether it is defined there, and where exactly it is written.
fn symbol(server: &Server, asked: &TextDocumentPositionParams) -> Option<(Symbol, Use, Span)> {
    let path = files::path_of(&asked.text_document.uri);
    let offset = server.texts.get(&path)?.offset(asked.position, server.units);
    let here = |span: Span| span.start <= offset && offset <= span.end && !span.is_empty();
    let entries = &server.workspace.file(&path)?.entries;
    let known = entries.iter().zip(server.names.get(&path)?).enumerate();
    known.map(|(index, (entry, names))| Known { site: (path.clone(), index), entry, names }).find_map(|known| {
        let own = in_entry(server, known.entry, &here);
        own.or_else(|| in_names(known, &here))
    })
}

fn in_names(known: Known, here: &dyn Fn(Span) -> bool) -> Option<(Symbol, Use, Span)> {
    let Known { site, entry, names } = known;
    if let Some(name) = names.volumes.iter().find(|name| here(name.span)) {
        return Some((Symbol::Volume(site, name.text.clone()), name.used, name.span));
    }
    if let Some(name) = names.ports.iter().find(|name| here(name.span)) {
        return Some((Symbol::Port(site, name.text.clone()), name.used, name.span));
    }
    names.asked.iter().find_map(|asked| {
        let (namespace, key) = (entry.namespace().to_string(), asked.key.clone());
        if let Some((value, span)) = asked.values.iter().find(|(_, span)| here(*span)) {
            let value = value.clone();
            return Some((Symbol::Label { namespace, key, value, part: Part::Value }, Use::Reference, *span));
        }
        // A key that is asked for with several values, or with none, is not the key of one label.
        let [(value, _)] = asked.values.as_slice() else { return None };
        let symbol = Symbol::Label { namespace, key, value: value.clone(), part: Part::Key };
        here(asked.key_span).then_some((symbol, Use::Reference, asked.key_span))
    })
}

fn in_entry(server: &Server, entry: &Entry, here: &dyn Fn(Span) -> bool) -> Option<(Symbol, Use, Span)> {
    let links = &entry.links;
    if here(entry.name_span) && !entry.id.name.is_empty() {
        return Some((Symbol::Object(home(&entry.id)), Use::Definition, entry.name_span));
    }
    if let Some((key, span)) = links.keys.iter().find(|(_, span)| here(*span)) {
        return Some((Symbol::Key(home(&entry.id), key.clone()), Use::Definition, *span));
    }
    for reference in &links.references {
        if here(reference.span) {
            return Some((Symbol::Object(target(server, reference)), Use::Reference, reference.span));
        }
        if let Some((key, span)) = reference.key.as_ref().filter(|(_, span)| here(*span)) {
            return Some((Symbol::Key(target(server, reference), key.clone()), Use::Reference, *span));
        }
    }
    let pods = links.pod_labels.iter().map(|label| (label, Use::Definition));
    let asked = links.selectors.iter().flatten().map(|label| (label, Use::Reference));
    pods.chain(asked).find_map(|(label, used)| {
        let part = if here(label.key_span) { Part::Key } else { Part::Value };
        let span = if part == Part::Key { label.key_span } else { label.span };
        let (key, value) = (label.key.clone(), label.value.clone());
        here(span).then(|| (Symbol::Label { namespace: entry.namespace().to_string(), key, value, part }, used, span))
    })
}

/// The identity with its namespace written out.
fn home(id: &ObjectId) -> ObjectId {
    let namespace = if id.namespace.is_empty() { "default".to_string() } else { id.namespace.clone() };
    ObjectId { namespace, ..id.clone() }
}

/// The object that a reference names: one that is there, or at least who it would be.
fn target(server: &Server, reference: &Reference) -> ObjectId {
    let found = entries(server).find(|entry| reference.names(&entry.id));
    let unknown = || ObjectId {
        api_version: String::new(),
        kind: reference.kind.clone(),
        namespace: reference.namespace.clone(),
        name: reference.name.clone(),
    };
    found.map_or_else(unknown, |entry| home(&entry.id))
}

/// Every place of a symbol, in order of path and place.
fn places(server: &Server, symbol: &Symbol) -> Vec<Place> {
    let mut list = local(server, symbol);
    for entry in entries(server) {
        let mut add = |span: Span, used: Use| list.push((entry.path.clone(), span, used));
        match symbol {
            Symbol::Object(id) => {
                if home(&entry.id) == *id {
                    add(entry.name_span, Use::Definition);
                }
                let naming = entry.links.references.iter().filter(|reference| reference.names(id));
                naming.for_each(|reference| add(reference.span, Use::Reference));
            }
            Symbol::Key(id, key) => {
                let own = entry.links.keys.iter().filter(|(name, _)| name == key && home(&entry.id) == *id);
                own.for_each(|(_, span)| add(*span, Use::Definition));
                let naming = entry.links.references.iter().filter(|reference| reference.names(id));
                let keys = naming.filter_map(|reference| reference.key.as_ref()).filter(|(name, _)| name == key);
                keys.for_each(|(_, span)| add(*span, Use::Reference));
            }
            Symbol::Label { namespace, key, value, part } => {
                if entry.namespace() != namespace {
                    continue;
                }
                let same = |label: &&Label| label.key == *key && label.value == *value;
                let span = |label: &Label| if *part == Part::Key { label.key_span } else { label.span };
                entry.links.pod_labels.iter().filter(same).for_each(|label| add(span(label), Use::Definition));
                let asked = entry.links.selectors.iter().flatten();
                asked.filter(same).for_each(|label| add(span(label), Use::Reference));
            }
            Symbol::Volume(..) | Symbol::Port(..) => {}
        }
    }
    list.sort_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
    list.dedup_by(|a, b| (&a.0, a.1) == (&b.0, b.1));
    list
}

/// The places that only an editor keeps.
fn local(server: &Server, symbol: &Symbol) -> Vec<Place> {
    let named = |known: &Known, names: &[Name], text: &str| -> Vec<Place> {
        let same = names.iter().filter(|name| name.text == text);
        same.map(|name| (known.site.0.clone(), name.span, name.used)).collect()
    };
    match symbol {
        Symbol::Volume(site, text) => {
            let pod = ports::known(server).filter(|known| known.site == *site);
            pod.flat_map(|known| named(&known, &known.names.volumes, text)).collect()
        }
        Symbol::Port(site, text) => {
            let group = ports::group(server, site, text).into_iter();
            group.flat_map(|known| named(&known, &known.names.ports, text)).collect()
        }
        Symbol::Label { namespace, key, value, part } => {
            let others = entries(server).filter(|entry| entry.namespace() == namespace).flat_map(|entry| &entry.links.pod_labels);
            let mut others = others.filter(|label| label.key == *key).map(|label| label.value.as_str());
            let pods = if others.all(|other| other == value) { Pods::HaveItAlone } else { Pods::HaveOthers };
            let inside = ports::known(server).filter(|known| known.entry.namespace() == namespace);
            let asked = inside.flat_map(|known| known.names.asked.iter().map(move |asked| (known.site.0.clone(), asked)));
            let same = asked.filter(|(_, asked)| asked.key == *key);
            let spans = same.flat_map(|(path, asked)| {
                let spans = if *part == Part::Value { asked_values(asked, value) } else { asked_key(asked, value, pods) };
                spans.into_iter().map(move |span| (path.clone(), span, Use::Reference))
            });
            spans.collect()
        }
        Symbol::Object(_) | Symbol::Key(..) => Vec::new(),
    }
}

/// What pods of a namespace have under a label's key.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pods {
    /// One value.
    HaveItAlone,
    /// Other values too.
    HaveOthers,
}

fn asked_values(asked: &Asked, value: &str) -> Vec<Span> {
    asked.values.iter().filter(|(text, _)| text == value).map(|(_, span)| *span).collect()
}

/// The key, if it is the key of this label alone: of no other value, and where only the key counts, if no pod has another value.
fn asked_key(asked: &Asked, value: &str, pods: Pods) -> Vec<Span> {
    let ours = match asked.values.as_slice() {
        [] => pods == Pods::HaveItAlone,
        values => values.iter().all(|(text, _)| text == value),
    };
    if ours { vec![asked.key_span] } else { Vec::new() }
}
