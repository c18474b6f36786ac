//! Lists in which two elements have the same key: server-side apply does not read them, client-side apply mixes them up.

use std::collections::HashSet;

use serde_json::Value;

use super::Apply;
use super::merge::key_of;
use crate::schema::{FieldInfo, Merge, Shape, Table, TypeId};

/// The paths of the elements of `value`, an object of type `id`, whose key an earlier element of their list has.
pub fn twins(table: &'static Table, id: TypeId, value: &Value, apply: Apply) -> Vec<String> {
    let mut search = Search { table, apply, found: Vec::new() };
    search.object(id, value, "");
    search.found
}

struct Search {
    table: &'static Table,
    apply: Apply,
    found: Vec<String>,
}

impl Search {
    fn object(&mut self, id: TypeId, value: &Value, path: &str) {
        let kind = self.table.get(id);
        for (key, value) in value.as_object().into_iter().flatten() {
            let Some(info) = kind.field(key) else { continue };
            let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            self.list(info, value, &path);
            self.below(&info.shape, value, &path);
        }
    }

    fn list(&mut self, info: &FieldInfo, value: &Value, path: &str) {
        let key = |item: &Value| match &info.merge {
            _ if self.apply == Apply::Replace => None,
            _ if self.apply == Apply::Client => {
                let is_keyed = info.patch.contains("merge") && !info.patch_key.is_empty();
                is_keyed.then(|| key_of(&[info.patch_key], item))
            }
            Merge::Keys(names) => Some(key_of(names, item)),
            Merge::Set => Some(item.to_string()),
            Merge::Unsaid | Merge::Atomic => None,
        };
        let mut seen = HashSet::new();
        for (index, item) in value.as_array().into_iter().flatten().enumerate() {
            if key(item).is_some_and(|key| !seen.insert(key)) {
                self.found.push(format!("{path}[{index}]"));
            }
        }
    }

    fn below(&mut self, shape: &Shape, value: &Value, path: &str) {
        match (shape, value) {
            (Shape::Struct(id), Value::Object(_)) => self.object(*id, value, path),
            (Shape::List(inner), Value::Array(list)) if inner.inner_struct().is_some() => {
                for (index, item) in list.iter().enumerate() {
                    self.below(inner, item, &format!("{path}[{index}]"));
                }
            }
            (Shape::Map(inner), Value::Object(map)) if inner.inner_struct().is_some() => {
                for (key, item) in map {
                    self.below(inner, item, &format!("{path}[{key}]"));
                }
            }
            _ => {}
        }
    }
}
