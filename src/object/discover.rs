//! Which of a file's documents are Kubernetes objects; `List` items count one by one, at their own place.

use super::{Field, Object, ObjectId};
use crate::diagnostic::Cause;
use crate::schema;
use crate::text::Span;
use crate::validate::Verdict;
use crate::yaml::{Document, Kind, NodeId, Parsed, Style, Tree, flag};

/// A document that is something else, and why it was left alone.
#[derive(Clone, Debug)]
pub struct Skip {
    /// The document.
    pub document: u32,
    /// "not a Kubernetes object".
    pub reason: String,
}

/// All objects of a file, whose roots it marks; the documents that are none; and refusals that belong to no object.
pub fn discover(parsed: &mut Parsed) -> (Vec<Object>, Vec<Skip>, Vec<(u32, Verdict)>) {
    let mut objects = Vec::new();
    let mut skipped = Vec::new();
    let mut strays = Vec::new();
    // Most files have none, and that is seen sooner in one go.
    let any_braces = match (parsed.documents.first(), parsed.documents.last()) {
        (Some(first), Some(last)) => has_braces(&parsed.tree.source()[Span::new(first.span.start, last.span.end).range()]),
        _ => false,
    };
    for (i, document) in parsed.documents.iter().enumerate() {
        let number = i as u32;
        let header = document.root.map(|root| Header::of(Field::new(&parsed.tree, root)));
        let reason = match header {
            _ if any_braces && is_template(parsed, document) => Some("Helm template"),
            Some(header) => something_else(header),
            None => None,
        };
        match (reason, header) {
            (Some(reason), _) => skipped.push(Skip { document: number, reason: reason.to_string() }),
            (None, Some(header)) => unfold(header, number, &mut objects, &mut strays),
            (None, None) => {}
        }
    }
    for object in &objects {
        parsed.tree.mark(object.root, flag::ROOT);
    }
    (objects, skipped, strays)
}

/// What tells who an object is.
#[derive(Clone, Copy)]
struct Header<'a> {
    root: Field<'a>,
    api_version: Field<'a>,
    kind: Field<'a>,
    metadata: Field<'a>,
}

impl<'a> Header<'a> {
    fn of(root: Field<'a>) -> Header<'a> {
        Header { root, api_version: root.get("apiVersion"), kind: root.get("kind"), metadata: root.get("metadata") }
    }
}

/// Files of other tools that look like objects: their API group (or whole apiVersion), their kind (or any), and what they are.
const OTHER_TOOLS: &[(&str, &str, &str)] = &[
    ("kustomize.config.k8s.io", "", "kustomize configuration"),
    ("skaffold", "", "Skaffold configuration"),
    ("v1", "Config", "kubeconfig"),
];

/// What a document is, if it is not meant as an object. One that only lacks or misspells a header is meant as one: the server
/// refuses it, and so must we.
fn something_else(header: Header) -> Option<&'static str> {
    const NO_OBJECT: Option<&str> = Some("not a Kubernetes object");
    let Header { root, api_version, kind, metadata } = header;
    if !root.is_map() {
        return NO_OBJECT;
    }
    let text = api_version.text();
    let group = text.split_once('/').map_or(text, |(group, _)| group);
    if let Some((_, _, what)) = OTHER_TOOLS.iter().find(|(of, a, _)| *of == group && (a.is_empty() || *a == kind.text())) {
        return Some(what);
    }
    let has_body = metadata.exists() || root.get("spec").exists();
    let has_kind = kind.exists() && (api_version.exists() || has_body || is_built_in(root, kind.text()));
    let has_version = if text.is_empty() { api_version.exists() && has_body } else { !kind.exists() };
    if has_kind {
        return None;
    }
    if has_version {
        return chart(root);
    }
    let misspelt = root.entries().any(|(key, value)| schema::is_misspelt(key, "apiVersion") && value.str().is_some());
    if misspelt && has_body { None } else { NO_OBJECT }
}

/// Whether `root` has a field that a built-in kind of that name has, or a misspelt apiVersion: `kind: DaemonSet` alone may well be
/// a chart's value.
fn is_built_in(root: Field, kind: &str) -> bool {
    root.entries().any(|(key, _)| {
        let of_the_kind = key != "kind" && schema::has_field(kind, key);
        of_the_kind || (schema::is_misspelt(key, "apiVersion") && schema::has_field(kind, "apiVersion"))
    })
}

/// Which of Helm's own files it is: they have an apiVersion and no kind.
fn chart(root: Field) -> Option<&'static str> {
    match root.get("apiVersion").text() {
        "v1" | "v2" if root.get("name").exists() && root.get("version").exists() => Some("Helm chart"),
        "v1" if root.get("entries").is_map() => Some("Helm repository index"),
        _ => None,
    }
}

/// Whether there is a `{{`.
fn has_braces(text: &str) -> bool {
    memchr::memmem::find(text.as_bytes(), b"{{").is_some()
}

/// Whether a document is a Helm template. One that cannot be read is, if some value or line starts with an action; one that can,
/// if an action of Helm's stands outside block scalars, where Argo or Prometheus have actions of their own.
fn is_template(parsed: &Parsed, document: &Document) -> bool {
    let text = &parsed.tree.source()[document.span.range()];
    if !has_braces(text) {
        return false;
    }
    match document.root {
        Some(root) => has_action(&parsed.tree, root),
        None => text.match_indices("{{").any(|(at, _)| {
            let before = text[..at].rsplit('\n').next().unwrap_or("").trim_end();
            before.is_empty() || before.ends_with([':', '-', '[', ','])
        }),
    }
}

/// Whether a key or a scalar written on its line has an action that only Helm understands.
fn has_action(tree: &Tree, root: NodeId) -> bool {
    const HELM: [&str; 5] = [".Values", ".Release", ".Chart", "include ", "template "];
    let is_action = |text: &str| {
        text.split("{{").skip(1).any(|rest| {
            let rest = rest.trim_start_matches('-').trim_start();
            HELM.iter().any(|word| rest.starts_with(word))
        })
    };
    let mut todo = vec![root];
    while let Some(id) = todo.pop() {
        let node = tree.node(id);
        todo.extend(tree.children(id));
        let block = matches!(node.style, Style::Literal | Style::Folded);
        if is_action(tree.text(node.key)) || (!block && node.kind == Kind::Str && is_action(tree.text(node.text))) {
            return true;
        }
    }
    false
}

/// Adds the object at `root`, or the items of a list, in order and whatever depth.
fn unfold(header: Header, document: u32, objects: &mut Vec<Object>, strays: &mut Vec<(u32, Verdict)>) {
    let (root, id) = (header.root, identify(header));
    if !id.kind.ends_with("List") {
        objects.push(Object { document, root: root.node(), id });
        return;
    }
    let mut todo = vec![(root, id)];
    while let Some((field, id)) = todo.pop() {
        let items = field.get("items");
        if id.kind == "List" && !items.exists() {
            continue;
        }
        if !id.kind.ends_with("List") || !items.exists() {
            objects.push(Object { document, root: field.node(), id });
            continue;
        }
        if !items.is_seq() {
            strays.push((document, misplaced(items, "items".to_string(), "`items` must be a list")));
            continue;
        }
        let (api_version, kind) = (&id.api_version, id.kind.strip_suffix("List").unwrap_or(""));
        let mut inner = Vec::new();
        for item in items.items() {
            if item.is_map() {
                inner.push((item, inherited(identify(Header::of(item)), api_version, kind)));
            } else {
                strays
                    .push((document, misplaced(item, format!("items[{}]", item.index()), "an item of a List must be an object")));
            }
        }
        todo.extend(inner.into_iter().rev());
    }
}

/// An item of a PodList that says nothing else is a Pod.
fn inherited(id: ObjectId, api_version: &str, kind: &str) -> ObjectId {
    let says_nothing = id.api_version.is_empty() && id.kind.is_empty();
    match says_nothing && !kind.is_empty() {
        true => ObjectId { api_version: api_version.to_string(), kind: kind.to_string(), ..id },
        false => id,
    }
}

fn misplaced(field: Field, path: String, message: &str) -> Verdict {
    Verdict {
        cause: Cause::Decode,
        field: path,
        span: if field.kind() == Kind::Null { field.parent().span() } else { field.span() },
        message: message.to_string(),
        help: None,
        label: None,
        rule: None,
        fix: None,
    }
}

/// Who the object is.
fn identify(header: Header) -> ObjectId {
    let Header { root, api_version, kind, metadata } = header;
    let name = match metadata.get("name").text() {
        "" if !metadata.get("generateName").text().is_empty() => format!("{}*", metadata.get("generateName").text()),
        name => name.to_string(),
    };
    ObjectId {
        api_version: schema::nearly(root, api_version, "apiVersion").text().to_string(),
        kind: schema::nearly(root, kind, "kind").text().to_string(),
        namespace: metadata.get("namespace").text().to_string(),
        name,
    }
}
