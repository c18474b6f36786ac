//! Which of a file's documents are Kubernetes objects; `List` items count one by one, at their own place.

use super::{Field, Object, ObjectId};
use crate::text::Span;
use crate::validate::Verdict;
use crate::yaml::{Kind, NodeId, Parsed};

/// A document that is something else, and why it was left alone.
#[derive(Clone, Debug)]
pub struct Skip {
    /// The document.
    pub document: u32,
    /// "not a Kubernetes object".
    pub reason: String,
}

/// All objects of a file; the documents that are none; and refusals that belong to no object.
pub fn discover(parsed: &Parsed) -> (Vec<Object>, Vec<Skip>, Vec<(u32, Verdict)>) {
    let mut objects = Vec::new();
    let mut skipped = Vec::new();
    for (i, document) in parsed.documents.iter().enumerate() {
        let Some(root) = document.root else { continue };
        let field = Field::root(&parsed.tree, root);
        let looks_like_one = field.is_map() && (field.get("kind").exists() || field.get("apiVersion").exists());
        if looks_like_one {
            add(field, root, i as u32, &mut objects);
        } else {
            skipped.push(Skip { document: i as u32, reason: "not a Kubernetes object".to_string() });
        }
    }
    (objects, skipped, Vec::new())
}

fn add(field: Field, root: NodeId, document: u32, objects: &mut Vec<Object>) {
    let kind = field.get("kind").text();
    if kind.ends_with("List") && field.get("items").is_seq() {
        for item in field.get("items").items().filter(|item| item.kind() == Kind::Map) {
            add(Field::root(field.tree(), item.node()), item.node(), document, objects);
        }
        return;
    }
    objects.push(Object { document, root, id: identify(field) });
}

/// Who the object at `field` is.
pub fn identify(field: Field) -> ObjectId {
    let metadata = field.get("metadata");
    let name = match metadata.get("name").text() {
        "" if !metadata.get("generateName").text().is_empty() => format!("{}*", metadata.get("generateName").text()),
        name => name.to_string(),
    };
    ObjectId {
        api_version: field.get("apiVersion").text().to_string(),
        kind: field.get("kind").text().to_string(),
        namespace: metadata.get("namespace").text().to_string(),
        name,
    }
}

/// The whole first line of a span, for findings about a document as such.
pub fn first_line(text: &str, span: Span) -> Span {
    let line = text[span.range()].lines().next().map_or(0, str::len) as u32;
    Span::new(span.start, span.start + line)
}
