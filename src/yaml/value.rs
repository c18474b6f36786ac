//! A JSON value as a tree, as if its text had been read: for objects that were made here and have no text.

use serde_json::Value;

use super::{Document, Kind, Node, NodeId, Parsed, Style, Text, Tree};
use crate::text::Span;

/// `value` as the only document of a file. Nothing in it has a place; all of it counts as written.
pub fn of_json(value: &Value) -> Parsed {
    let mut tree = Tree::default();
    let root = push(&mut tree, NodeId::NONE, Text::EMPTY, value);
    let mut todo = vec![(root, value)];
    while let Some((parent, value)) = todo.pop() {
        match value {
            Value::Object(map) => {
                for (key, value) in map {
                    let key = tree.cook(key);
                    todo.push((push(&mut tree, parent, key, value), value));
                }
            }
            Value::Array(list) => {
                for value in list {
                    todo.push((push(&mut tree, parent, Text::EMPTY, value), value));
                }
            }
            _ => {}
        }
    }
    Parsed { tree, documents: vec![Document { root: Some(root), span: Span::default() }], ..Parsed::default() }
}

fn push(tree: &mut Tree, parent: NodeId, key: Text, value: &Value) -> NodeId {
    let (kind, style, text) = match value {
        Value::Null => (Kind::Null, Style::Flow, tree.cook("null")),
        Value::Bool(value) => (Kind::Bool(*value), Style::Flow, tree.cook(if *value { "true" } else { "false" })),
        Value::Number(number) => (number_kind(number), Style::Flow, tree.cook(&number.to_string())),
        Value::String(text) => (Kind::Str, Style::DoubleQuoted, tree.cook(text)),
        Value::Array(_) => (Kind::Seq, Style::Flow, Text::EMPTY),
        Value::Object(_) => (Kind::Map, Style::Flow, Text::EMPTY),
    };
    tree.push(Node { kind, style, key, text, parent, ..Node::BLANK })
}

fn number_kind(number: &serde_json::Number) -> Kind {
    let int = number.as_i64().map(Kind::Int);
    int.or_else(|| number.as_u64().map(Kind::BigInt)).unwrap_or_else(|| Kind::Float(number.as_f64().unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::Field;
    use crate::report::object_json;
    use crate::yaml;

    #[test]
    fn a_value_is_the_tree_that_its_text_would_be() {
        let value: Value = serde_json::json!({
            "kind": "X", "list": [1, -2.5, 18_446_744_073_709_551_615_u64, null, true, {"a": "b"}], "empty": {}, "text": "on\n",
        });
        let (made, read) = (of_json(&value), yaml::parse(value.to_string()));
        let json = |parsed: &Parsed| parsed.documents[0].root.map(|root| object_json(Field::new(&parsed.tree, root)));
        assert_eq!(json(&made), Some(value));
        assert_eq!(json(&made), json(&read));
        assert_eq!(made.tree.len(), read.tree.len());
    }
}
