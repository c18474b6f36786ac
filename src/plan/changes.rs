//! What an edit changes, field by field: list entries are matched by their merge key, and a subtree that comes or goes is one
//! change.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::effects;
use super::labels::entry;
use super::{Cause, Change, Effect, Source};
use crate::object::ObjectId;
use crate::schema::{self, FieldInfo, Merge, Shape, Table, TypeId, Version};

/// What tells the values of one object apart and where they are written.
pub struct Subject<'a> {
    /// Which object.
    pub id: &'a ObjectId,
    /// Whose types are used.
    pub version: Version,
    /// Why the server refuses the update; empty when it does not.
    pub causes: &'a [Cause],
    /// Where the manifest has a value, or else the nearest thing above it.
    pub place: &'a dyn Fn(&[Step]) -> Option<Source>,
}

/// One step from an object's root down to a value.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// A field of a struct.
    Field(String),
    /// A key of a map with free keys.
    Key(String),
    /// A list element with a merge key: `containers[web]`.
    Entry {
        /// The fields that tell it apart, with their values.
        key: Vec<(String, Value)>,
        /// Its index in the new list, in the old one where it is gone.
        index: usize,
    },
    /// A list element by its place.
    Index(usize),
}

/// The differences between two stored objects, in order of path.
pub fn changes(subject: &Subject, before: &Value, after: &Value) -> Vec<Change> {
    let table = Table::of(subject.version);
    let kind = schema::kind(subject.version, &subject.id.api_version, &subject.id.kind);
    let mut walk = Walk { table, steps: Vec::new(), found: Vec::new() };
    match kind.and_then(|kind| table.named(kind.type_name)) {
        Some(type_id) => walk.object(Some(type_id), before, after),
        None => walk.unknown(before, after),
    }
    let effects = effects::Effects::of(&subject.id.kind, subject.causes, after);
    let change = |(steps, before, after): Difference| Change {
        effect: effects.effect(&steps),
        sensitive: effects::sensitive(&subject.id.kind, &steps),
        source: (subject.place)(&steps),
        path: path(&steps),
        pointer: pointer(&steps),
        before,
        after,
    };
    walk.found.into_iter().map(change).collect()
}

/// What all changes of an object together amount to.
pub fn effect(changes: &[Change]) -> Effect {
    changes.iter().map(|change| change.effect).max().unwrap_or(Effect::None)
}

/// Where two objects differ, and how.
type Difference = (Vec<Step>, Option<Value>, Option<Value>);

/// The walk through two objects at once.
struct Walk {
    table: &'static Table,
    steps: Vec<Step>,
    found: Vec<Difference>,
}

impl Walk {
    /// A custom object: only its metadata has a known type.
    fn unknown(&mut self, before: &Value, after: &Value) {
        for key in keys(before, after) {
            let type_id = if key == "metadata" { self.table.named("meta.v1.ObjectMeta") } else { None };
            let walk = |walk: &mut Walk, before: &Value, after: &Value| match type_id {
                Some(id) => walk.object(Some(id), before, after),
                None => walk.value(None, before, after),
            };
            self.at(Step::Field(key.clone()), said(entry(before, key)), said(entry(after, key)), walk);
        }
    }

    /// Struct fields one by one; without a type, free keys.
    fn object(&mut self, type_id: Option<TypeId>, before: &Value, after: &Value) {
        let kind = type_id.map(|id| self.table.get(id));
        for key in keys(before, after) {
            let info = kind.and_then(|kind| kind.field(key));
            let step = if kind.is_some() || is_plain(key) { Step::Field(key.clone()) } else { Step::Key(key.clone()) };
            self.at(step, said(entry(before, key)), said(entry(after, key)), |walk, before, after| {
                walk.value(info, before, after)
            });
        }
    }

    fn map(&mut self, before: &Value, after: &Value) {
        for key in keys(before, after) {
            let walk = |walk: &mut Walk, before: &Value, after: &Value| walk.value(None, before, after);
            self.at(Step::Key(key.clone()), said(entry(before, key)), said(entry(after, key)), walk);
        }
    }

    /// One step down. What only one side has is one change, and so is what one side has as an empty value only.
    fn at(&mut self, step: Step, before: Option<&Value>, after: Option<&Value>, both: impl FnOnce(&mut Walk, &Value, &Value)) {
        if before == after {
            return;
        }
        self.steps.push(step);
        match (before, after) {
            (Some(before), Some(after)) => both(self, before, after),
            _ => self.found.push((self.steps.clone(), before.cloned(), after.cloned())),
        }
        self.steps.pop();
    }

    fn value(&mut self, info: Option<&FieldInfo>, before: &Value, after: &Value) {
        match (before, after) {
            (Value::Object(old), Value::Object(new)) if !old.is_empty() && !new.is_empty() => {
                match info.map(|info| &info.shape) {
                    Some(Shape::Map(inner)) if inner.inner_struct().is_none() => self.map(before, after),
                    Some(shape) => self.object(shape.inner_struct(), before, after),
                    None => self.object(None, before, after),
                }
            }
            (Value::Array(old), Value::Array(new)) if objects(old) && objects(new) => self.list(info, old, new),
            _ => self.found.push((self.steps.clone(), Some(before.clone()), Some(after.clone()))),
        }
    }

    fn list(&mut self, info: Option<&FieldInfo>, old: &[Value], new: &[Value]) {
        match merge_keys(info, old, new) {
            Some(keys) => self.keyed(info, &keys, old, new),
            None => self.placed(info, old, new),
        }
    }

    /// Elements by their keys. Another order of those that stay is a change of its own: pods are made anew for it.
    fn keyed(&mut self, info: Option<&FieldInfo>, names: &[&str], old: &[Value], new: &[Value]) {
        let type_id = info.and_then(|info| info.shape.inner_struct());
        let mine = |item: &Value| key_of(names, item);
        let old_keys: Vec<Key> = old.iter().map(mine).collect();
        let new_keys: Vec<Key> = new.iter().map(mine).collect();
        let gone = old.iter().enumerate().filter(|(i, _)| !new_keys.contains(&old_keys[*i]));
        for (index, item) in gone {
            let step = Step::Entry { key: old_keys[index].clone(), index };
            self.at(step, Some(item), None, |_, _, _| {});
        }
        for (index, item) in new.iter().enumerate() {
            let was = old_keys.iter().position(|key| *key == new_keys[index]).map(|at| &old[at]);
            let step = Step::Entry { key: new_keys[index].clone(), index };
            self.at(step, was, Some(item), |walk, before, after| walk.object(type_id, before, after));
        }
        let stay = |keys: &[Key], others: &[Key]| -> Vec<Value> {
            keys.iter().filter(|key| others.contains(key)).map(|key| label(key).into()).collect()
        };
        let (was, is) = (stay(&old_keys, &new_keys), stay(&new_keys, &old_keys));
        if was != is {
            self.found.push((self.steps.clone(), Some(was.into()), Some(is.into())));
        }
    }

    /// Elements by their places, after what both lists begin and end with.
    fn placed(&mut self, info: Option<&FieldInfo>, old: &[Value], new: &[Value]) {
        let type_id = info.and_then(|info| info.shape.inner_struct());
        let head = old.iter().zip(new).take_while(|(old, new)| old == new).count();
        let tail = old[head..].iter().rev().zip(new[head..].iter().rev()).take_while(|(old, new)| old == new).count();
        for index in head..(old.len() - tail).max(new.len() - tail) {
            let before = old.get(index).filter(|_| index < old.len() - tail);
            let after = new.get(index).filter(|_| index < new.len() - tail);
            self.at(Step::Index(index), before, after, |walk, before, after| walk.object(type_id, before, after));
        }
    }
}

/// The fields that tell a list element apart, with their values.
type Key = Vec<(String, Value)>;

fn key_of(names: &[&str], item: &Value) -> Key {
    names.iter().map(|name| (name.to_string(), item.get(name).cloned().unwrap_or(Value::Null))).collect()
}

/// The fields that tell the elements of both lists apart: as the schema says, or else `name`, where it does.
fn merge_keys(info: Option<&FieldInfo>, old: &[Value], new: &[Value]) -> Option<Vec<&'static str>> {
    let names = match info.map(|info| (&info.merge, info.patch_key)) {
        Some((Merge::Keys(names), _)) => names.clone(),
        Some((_, name)) if !name.is_empty() => vec![name],
        _ => vec!["name"],
    };
    let apart = |list: &[Value]| {
        let mut seen = Vec::with_capacity(list.len());
        list.iter().all(|item| {
            let key = key_of(&names, item);
            let fresh = key.iter().any(|(_, value)| !value.is_null()) && !seen.contains(&key);
            seen.push(key);
            fresh
        })
    };
    (apart(old) && apart(new)).then_some(names)
}

fn objects(list: &[Value]) -> bool {
    !list.is_empty() && list.iter().all(Value::is_object)
}

/// All keys of both, each once, sorted.
fn keys<'v>(before: &'v Value, after: &'v Value) -> BTreeSet<&'v String> {
    [before, after].into_iter().filter_map(Value::as_object).flat_map(Map::keys).collect()
}

/// A null is as good as nothing.
fn said(value: Option<&Value>) -> Option<&Value> {
    value.filter(|value| !value.is_null())
}

/// Whether a free key can be written as a field is.
fn is_plain(key: &str) -> bool {
    !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
}

/// `web`, `80`, `53/UDP`: what a reader knows an element by.
fn label(key: &[(String, Value)]) -> String {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_string);
    let usual = |name: &str, value: &Value| value.is_null() || (name == "protocol" && value == "TCP");
    let words: Vec<String> = key.iter().filter(|(name, value)| !usual(name, value)).map(|(_, value)| text(value)).collect();
    words.join("/")
}

/// `spec.template.spec.containers[web].image`
fn path(steps: &[Step]) -> String {
    let mut path = String::new();
    for step in steps {
        match step {
            Step::Field(name) if path.is_empty() => path.push_str(name),
            Step::Field(name) => path.push_str(&format!(".{name}")),
            Step::Key(key) => path.push_str(&format!("[{key}]")),
            Step::Entry { key, .. } => path.push_str(&format!("[{}]", label(key))),
            Step::Index(index) => path.push_str(&format!("[{index}]")),
        }
    }
    path
}

fn pointer(steps: &[Step]) -> String {
    let word = |step: &Step| match step {
        Step::Field(name) | Step::Key(name) => name.replace('~', "~0").replace('/', "~1"),
        Step::Entry { index, .. } | Step::Index(index) => index.to_string(),
    };
    steps.iter().map(|step| format!("/{}", word(step))).collect()
}
