//! The outline of a document, the objects of the workspace by name, and what can be folded.

use lsp_types::{
    BaseSymbolInformation, DocumentSymbol, DocumentSymbolParams, FoldingRange, FoldingRangeParams, SymbolKind, WorkspaceSymbol,
    WorkspaceSymbolParams,
};
use plimsoll::object::{Field, Object};
use plimsoll::plan::name::is_made_by;
use plimsoll::text::Span;
use plimsoll::yaml::{NodeId, Tree, flag};

use super::files;
use super::positions::Lined;
use super::server::Server;

/// How many symbols one search gives.
const MOST: usize = 500;

/// Objects, and below each its containers, volumes, ports and keys.
pub fn document(server: &Server, params: DocumentSymbolParams) -> Vec<DocumentSymbol> {
    let path = files::path_of(&params.text_document.uri);
    let (Some(open), Some(text)) = (server.open.get(&path), server.texts.get(&path)) else { return Vec::new() };
    let tree = &open.checked.parsed.tree;
    open.checked.objects.iter().map(|object| outline(server, text, object, tree)).collect()
}

fn outline(server: &Server, text: &Lined, object: &Object, tree: &Tree) -> DocumentSymbol {
    let root = object.field(tree);
    let mut children = Vec::new();
    let mut todo = vec![root];
    while let Some(field) = todo.pop() {
        for (key, value) in field.entries().filter(|(_, value)| value.written()) {
            let named = matches!(key, "containers" | "initContainers" | "volumes" | "ports" | "volumeClaimTemplates");
            for item in value.items().filter(|_| named) {
                let own = item.get("name");
                let name = if own.exists() { own } else { item.get("metadata").get("name") };
                if name.written() && name.exists() {
                    let kind = if key.ends_with("ontainers") { SymbolKind::Module } else { SymbolKind::Field };
                    children.push(one(server, text, name.text(), key, kind, item.tree().node(item.node()).span, name.span()));
                }
                todo.push(item);
            }
            if matches!(key, "data" | "stringData") && matches!(object.id.kind.as_str(), "ConfigMap" | "Secret") {
                let keys = value.entries().map(|(name, entry)| {
                    let whole = Span::new(entry.key_span().start, tree.node(entry.node()).span.end.max(entry.key_span().end));
                    one(server, text, name, key, SymbolKind::Key, whole, entry.key_span())
                });
                children.extend(keys);
            } else if matches!(key, "spec" | "template" | "jobTemplate") {
                todo.push(value);
            }
        }
    }
    children.sort_by_key(|child| (child.range.start.line, child.range.start.character));
    let span = trimmed(text, tree.node(object.root).span);
    let name = root.get("metadata").get("name");
    let place = if name.written() { name.span() } else { Span::point(span.start) };
    let title = format!("{} {}", object.id.kind, object.id.name);
    let mut symbol = one(server, text, title.trim(), &object.id.namespace, SymbolKind::Class, span, place);
    symbol.children = (!children.is_empty()).then_some(children);
    symbol
}

#[allow(deprecated)]
fn one(server: &Server, text: &Lined, name: &str, detail: &str, kind: SymbolKind, whole: Span, own: Span) -> DocumentSymbol {
    // Clients refuse a symbol whose own place lies outside the whole.
    let whole = Span::new(whole.start.min(own.start), trimmed(text, whole).end.max(own.end));
    DocumentSymbol {
        name: if name.is_empty() { "?".to_string() } else { name.to_string() },
        detail: (!detail.is_empty()).then(|| detail.to_string()),
        kind,
        tags: None,
        deprecated: None,
        range: text.range(whole, server.units),
        selection_range: text.range(own, server.units),
        children: None,
    }
}

fn trimmed(text: &Lined, span: Span) -> Span {
    let len = text.text().get(span.range()).map_or(0, |text| text.trim_end().len());
    Span::new(span.start, span.start + len as u32)
}

/// Objects of the workspace whose kind and name hold the query's letters in order, and those that make what the query names, such
/// as a pod. Clients look for the query in the symbol's name, so what is made stands there too.
pub fn workspace(server: &Server, params: WorkspaceSymbolParams) -> Vec<WorkspaceSymbol> {
    let query = params.query.trim().to_lowercase();
    let entries = server.workspace.files().flat_map(|file| &file.entries);
    let symbol = |entry: &plimsoll::inventory::Entry| {
        let mut name = format!("{} {}", entry.id.kind, entry.id.name);
        if is_made_by(&query, &entry.id.kind, &entry.id.name) {
            name = format!("{name} ({query})");
        } else if !holds(&name.to_lowercase(), &query) {
            return None;
        }
        let base = BaseSymbolInformation {
            name,
            kind: SymbolKind::Class,
            tags: None,
            container_name: (!entry.id.namespace.is_empty()).then(|| entry.id.namespace.clone()),
        };
        let location = server.location(&entry.path, entry.name_span)?.into();
        Some(WorkspaceSymbol { location, data: None, base_symbol_information: base })
    };
    entries.filter_map(symbol).take(MOST).collect()
}

fn holds(name: &str, query: &str) -> bool {
    let mut letters = name.chars();
    query.chars().filter(|c| !c.is_whitespace()).all(|wanted| letters.any(|c| c == wanted))
}

/// Documents, and every list and mapping of more than a line.
pub fn folding(server: &Server, params: FoldingRangeParams) -> Vec<FoldingRange> {
    let path = files::path_of(&params.text_document.uri);
    let (Some(open), Some(text)) = (server.open.get(&path), server.texts.get(&path)) else { return Vec::new() };
    let tree = &open.checked.parsed.tree;
    let mut list = Vec::new();
    for document in &open.checked.parsed.documents {
        let mut todo: Vec<NodeId> = document.root.into_iter().collect();
        while let Some(id) = todo.pop() {
            let node = tree.node(id);
            if node.flags & (flag::SYNTHETIC | flag::ALIASED) != 0 {
                continue;
            }
            let start = if node.key_span.is_empty() { node.span.start } else { node.key_span.start };
            let end = trimmed(text, node.span).end.max(start);
            let (start_line, end_line) = (text.line_of(start), text.line_of(end));
            if end_line > start_line {
                list.push(FoldingRange { start_line, end_line, ..FoldingRange::default() });
            }
            todo.extend(tree.children(id));
        }
    }
    list.sort_by_key(|range| (range.start_line, std::cmp::Reverse(range.end_line)));
    list.dedup_by_key(|range| range.start_line);
    list
}

/// The written fields of a document's objects.
pub fn fields<'a>(object: &Object, tree: &'a Tree) -> Vec<Field<'a>> {
    let mut list = Vec::new();
    let mut todo = vec![object.root];
    while let Some(id) = todo.pop() {
        let node = tree.node(id);
        if node.flags & (flag::SYNTHETIC | flag::ALIASED | flag::SHADOWED) == 0 {
            list.push(object.field(tree).at(id));
            todo.extend(tree.children(id));
        }
    }
    list
}
