//! What stands at a place of an open document: the object, the node, and what the schema says of it.

use plimsoll::check::Checked;
use plimsoll::object::{Field, Object};
use plimsoll::schema::{self, FieldInfo, Table, Type, Version};
use plimsoll::text::Span;
use plimsoll::yaml::{NodeId, flag};

/// The deepest written entry or element whose key or value holds `offset`, with its object.
pub fn at(checked: &Checked, offset: u32) -> Option<(&Object, Field<'_>)> {
    let tree = &checked.parsed.tree;
    for object in &checked.objects {
        let mut found: Option<NodeId> = None;
        let mut todo = vec![object.root];
        while let Some(id) = todo.pop() {
            let node = tree.node(id);
            if node.flags & (flag::SYNTHETIC | flag::ALIASED | flag::SHADOWED) != 0 {
                continue;
            }
            if id != object.root && (holds(node.key_span, offset) || holds(node.span, offset)) {
                // Children come after their parents, so that the last is the deepest.
                found = Some(id);
            }
            if id == object.root || holds(node.span, offset) {
                todo.extend(tree.children(id));
            }
        }
        if let Some(id) = found {
            return Some((object, object.field(tree).at(id)));
        }
    }
    None
}

fn holds(span: Span, offset: u32) -> bool {
    !span.is_empty() && span.start <= offset && offset <= span.end
}

/// The struct that the mapping `map` is.
pub fn struct_of(version: Version, object: &Object, map: Field) -> Option<&'static Type> {
    let table = Table::of(version);
    let id = if map.node() == object.root {
        table.named(schema::kind(version, &object.id.api_version, &object.id.kind)?.type_name)?
    } else {
        match schema::shape_at(version, &object.id, map)? {
            schema::Shape::Struct(id) => *id,
            _ => return None,
        }
    };
    Some(table.get(id))
}

/// The struct that `field` is a field of (or its list is), and the field of it.
pub fn info(version: Version, object: &Object, field: Field) -> Option<(&'static Type, &'static FieldInfo)> {
    let entry = if field.parent().is_seq() { field.parent() } else { field };
    let owner = struct_of(version, object, entry.parent())?;
    Some((owner, owner.field(entry.key())?))
}
