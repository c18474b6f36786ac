//! Nulls in lists and maps: decoding into Go turns each into the zero value of its type.

use crate::object::{Field, Object};
use crate::schema::{self, Shape, Version};
use crate::yaml::{Kind, NodeId, Tree, flag};

/// Replaces the null elements of lists and the null values of maps with free keys. A null field of a struct is as good as none
/// and stays.
pub fn fill(tree: &mut Tree, object: &Object, version: Version) {
    if !tree.may_have_null() {
        return;
    }
    for node in nulls(tree, object.root) {
        let shape = schema::shape_at(version, &object.id, Field::new(tree, node));
        let (kind, text) = match shape {
            Some(Shape::Struct(_)) => (Kind::Map, ""),
            Some(Shape::Str | Shape::Bytes) => (Kind::Str, ""),
            Some(Shape::Quantity) => (Kind::Str, "0"),
            Some(Shape::Int32 | Shape::Int64) => (Kind::Int(0), "0"),
            Some(Shape::Bool) => (Kind::Bool(false), "false"),
            _ => continue,
        };
        let text = tree.cook(text);
        let mut zero = tree.node_mut(node);
        (zero.kind, zero.text) = (kind, text);
        zero.flags |= flag::SYNTHETIC;
    }
}

/// The nulls below `root` that stand in a list or in a map with free keys.
fn nulls(tree: &Tree, root: NodeId) -> Vec<NodeId> {
    let (mut found, mut todo) = (Vec::new(), vec![root]);
    while let Some(id) = todo.pop() {
        let node = tree.node(id);
        let elements = node.kind == Kind::Seq || node.flags & flag::FREE_KEYS != 0;
        for child in tree.children(id) {
            match tree.kind(child) {
                Kind::Null if elements => found.push(child),
                Kind::Map | Kind::Seq => todo.push(child),
                _ => {}
            }
        }
    }
    found
}
