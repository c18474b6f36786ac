//! Three values of one object made one: what is stored, what was applied last, and what is applied now.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::Apply;
use super::labels::entry;
use crate::schema::{FieldInfo, Merge, Shape, Table, TypeId};

/// How a merge tells list elements apart and what it does with the rest; each apply method has its own strategies in the schema.
#[derive(Clone, Copy)]
struct Rules {
    table: &'static Table,
    apply: Apply,
}

/// How two lists are taken together.
enum Lists<'a> {
    Replace,
    Set,
    Keyed(Vec<&'a str>),
}

/// The object that results where `live` is stored, `last` was applied before and `new` is applied now. `id` is the object's
/// type, if it is known.
///
/// What was applied and is not any more goes, with all below it; what is only stored (by default, by others) stays.
pub fn merge(table: &'static Table, id: Option<TypeId>, apply: Apply, live: &Value, last: &Value, new: &Value) -> Value {
    let rules = Rules { table, apply };
    rules.object(id, live, last, new)
}

impl Rules {
    /// Struct fields or free keys, one by one.
    fn object(self, id: Option<TypeId>, live: &Value, last: &Value, new: &Value) -> Value {
        let mut out = Map::new();
        let kind = id.map(|id| self.table.get(id));
        let mut keys: Vec<&String> = keys_of(live).collect();
        keys.extend(keys_of(new).filter(|key| entry(live, key).is_none()));
        for key in keys {
            let info = kind.and_then(|kind| kind.field(key));
            if let Some(value) = self.value(info, entry(live, key), entry(last, key), entry(new, key)) {
                out.insert(key.clone(), value);
            }
        }
        Value::Object(out)
    }

    /// One field. `None`: it is not there afterwards.
    fn value(self, info: Option<&FieldInfo>, live: Option<&Value>, last: Option<&Value>, new: Option<&Value>) -> Option<Value> {
        let new = match (new, last) {
            (Some(new), _) => new,
            (None, Some(_)) => return None,
            (None, None) => return live.cloned(),
        };
        if new.is_null() {
            return self.null(info, live, last);
        }
        let Some(live) = live else { return Some(new.clone()) };
        let last = last.unwrap_or(&Value::Null);
        match (live, new) {
            (Value::Object(_), Value::Object(_)) if self.is_atomic(info) => Some(new.clone()),
            (Value::Object(_), Value::Object(_)) if self.retains_keys(info) => {
                let kept: Map<String, Value> = entries(live).filter(|(key, _)| new.get(key.as_str()).is_some()).collect();
                Some(self.object(struct_of(info), &Value::Object(kept), last, new))
            }
            (Value::Object(_), Value::Object(_)) => Some(self.object(struct_of(info), live, last, new)),
            (Value::Array(live), Value::Array(new)) => {
                let last = last.as_array().map_or(&[][..], Vec::as_slice);
                Some(self.list(info, live, last, new))
            }
            _ => Some(new.clone()),
        }
    }

    /// A null that is applied. In a patch it takes away what is there. Server-side it is an empty map or list, which what others
    /// have set outlives; what is taken as a whole is set to null.
    fn null(self, info: Option<&FieldInfo>, live: Option<&Value>, last: Option<&Value>) -> Option<Value> {
        let last = last.unwrap_or(&Value::Null);
        match live {
            _ if self.apply == Apply::Client => None,
            Some(live @ Value::Object(_)) if !self.is_atomic(info) => {
                Some(self.object(struct_of(info), live, last, &Value::Object(Map::new())))
            }
            Some(Value::Array(live)) if !matches!(self.lists(info), Lists::Replace) => {
                let last = last.as_array().map_or(&[][..], Vec::as_slice);
                Some(self.list(info, live, last, &[]))
            }
            _ => Some(Value::Null),
        }
    }

    fn list(self, info: Option<&FieldInfo>, live: &[Value], last: &[Value], new: &[Value]) -> Value {
        match self.lists(info) {
            Lists::Replace => new.to_vec().into(),
            Lists::Set => {
                let others = live.iter().filter(|value| !last.contains(value) && !new.contains(value));
                new.iter().chain(others).cloned().collect()
            }
            Lists::Keyed(keys) => {
                let (live_by_key, last_by_key, new_by_key) = (by_key(&keys, live), by_key(&keys, last), by_key(&keys, new));
                let has_twins =
                    [&live_by_key, &last_by_key, &new_by_key].iter().any(|found| found.values().any(|of| of.len() > 1));
                if has_twins && self.apply == Apply::Client {
                    return self.twins(struct_of(info), &keys, live, last, new);
                }
                let merged = new.iter().map(|item| {
                    let key = key_of(&keys, item);
                    // Server-side, an element that stands twice is refused; it is taken as written.
                    let twice = new_by_key.get(&key).is_some_and(|found| found.len() > 1);
                    match live_by_key.get(&key) {
                        Some(live) if !twice => {
                            let last = last_by_key.get(&key).map_or(&Value::Null, |found| found[0]);
                            self.object(struct_of(info), live[0], last, item)
                        }
                        _ => item.clone(),
                    }
                });
                let kept = |item: &&Value| {
                    let key = key_of(&keys, item);
                    !new_by_key.contains_key(&key) && !last_by_key.contains_key(&key)
                };
                merged.chain(live.iter().filter(kept).cloned()).collect()
            }
        }
    }

    /// Elements that `kubectl apply` cannot tell apart, such as a port for TCP and UDP. It compares them one by one, in order of
    /// their keys, and patches what differs into the first element with the key; what goes takes all of them along.
    fn twins(self, id: Option<TypeId>, keys: &[&str], live: &[Value], last: &[Value], new: &[Value]) -> Value {
        let key = |item: &Value| key_of(keys, item);
        let left = side_by_side(keys, new, last).into_iter().filter(|(_, now)| now.is_none());
        let gone: Vec<String> = left.map(|(item, _)| key(item)).collect();
        let mut out: Vec<Value> = live.iter().filter(|item| !gone.contains(&key(item))).cloned().collect();
        for (item, known) in side_by_side(keys, live, new).into_iter().filter(|(item, _)| !gone.contains(&key(item))) {
            // What the server filled in below is no difference.
            let merged = known.map(|known| (known, self.object(id, known, &Value::Null, item)));
            let differs = |(name, _): &(String, Value)| {
                merged.as_ref().is_none_or(|(known, merged)| entry(known, name) != entry(merged, name))
            };
            let patch: Map<String, Value> = entries(item).filter(differs).collect();
            match out.iter_mut().find(|first| key(first) == key(item)) {
                _ if patch.is_empty() => {}
                Some(first) => *first = self.object(id, first, &Value::Null, &Value::Object(patch)),
                None => out.push(item.clone()),
            }
        }
        for (item, now) in side_by_side(keys, new, last) {
            let dropped = entries(item).map(|(name, _)| name).filter(|name| now.is_some_and(|now| entry(now, name).is_none()));
            let first = out.iter_mut().find(|first| key(first) == key(item)).and_then(Value::as_object_mut);
            if let Some(first) = first {
                dropped.for_each(|name| _ = first.shift_remove(&name));
            }
        }
        let order: Vec<String> = new.iter().map(key).collect();
        out.sort_by_key(|item| order.iter().position(|known| *known == key(item)).unwrap_or(usize::MAX));
        out.into()
    }

    fn lists(self, info: Option<&FieldInfo>) -> Lists<'static> {
        let Some(info) = info else { return Lists::Replace };
        match self.apply {
            Apply::Server => match &info.merge {
                Merge::Keys(keys) => Lists::Keyed(keys.clone()),
                Merge::Set => Lists::Set,
                Merge::Unsaid | Merge::Atomic => Lists::Replace,
            },
            Apply::Client if info.patch.contains("merge") && !info.patch_key.is_empty() => Lists::Keyed(vec![info.patch_key]),
            Apply::Client if info.patch.contains("merge") => Lists::Set,
            Apply::Client | Apply::Replace => Lists::Replace,
        }
    }

    fn is_atomic(self, info: Option<&FieldInfo>) -> bool {
        let said = info.is_some_and(|info| info.merge == Merge::Atomic);
        let by_type = struct_of(info).is_some_and(|id| self.table.get(id).merge == Merge::Atomic);
        self.apply == Apply::Server && (said || by_type)
    }

    /// Strategies that keep only the keys now applied, such as a Deployment's `strategy`.
    fn retains_keys(self, info: Option<&FieldInfo>) -> bool {
        self.apply == Apply::Client && info.is_some_and(|info| info.patch.contains("retainKeys"))
    }
}

/// The elements of a list by what tells them apart.
fn by_key<'v>(names: &[&str], list: &'v [Value]) -> HashMap<String, Vec<&'v Value>> {
    let mut found: HashMap<String, Vec<&Value>> = HashMap::new();
    for item in list {
        found.entry(key_of(names, item)).or_default().push(item);
    }
    found
}

/// Each of `list` with the one of `others` that has the same key: the first with the first, the second with the second.
fn side_by_side<'v>(keys: &[&str], others: &'v [Value], list: &'v [Value]) -> Vec<(&'v Value, Option<&'v Value>)> {
    let others = by_key(keys, others);
    let mut seen: HashMap<String, usize> = HashMap::new();
    let pair = |item: &'v Value| {
        let at = seen.entry(key_of(keys, item)).or_default();
        *at += 1;
        (item, others.get(&key_of(keys, item)).and_then(|found| found.get(*at - 1).copied()))
    };
    list.iter().map(pair).collect()
}

/// What tells a list element apart, as text.
pub fn key_of(names: &[&str], item: &Value) -> String {
    names.iter().map(|name| key_value(item, name).to_string() + "\n").collect()
}

/// The key's value in a list element; the server fills in the protocol before it compares ports.
fn key_value(item: &Value, key: &str) -> Value {
    match item.get(key) {
        Some(value) => value.clone(),
        None if key == "protocol" => "TCP".into(),
        None => Value::Null,
    }
}

fn struct_of(info: Option<&FieldInfo>) -> Option<TypeId> {
    match &info?.shape {
        Shape::Struct(id) => Some(*id),
        Shape::List(inner) => inner.inner_struct(),
        _ => None,
    }
}

fn keys_of(value: &Value) -> impl Iterator<Item = &String> {
    value.as_object().into_iter().flat_map(Map::keys)
}

fn entries(value: &Value) -> impl Iterator<Item = (String, Value)> {
    value.as_object().into_iter().flatten().map(|(key, value)| (key.clone(), value.clone()))
}
