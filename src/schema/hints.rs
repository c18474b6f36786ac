//! What was likely meant: the nearest field name, or the place nearby that has the field.

use std::collections::BTreeSet;

use super::Version;
use super::tables::{FieldInfo, Shape, Table, Type, TypeId};
use super::walk::Frame;
use crate::diagnostic::LocalFix;
use crate::object::{Field, edit};
use crate::text::Span;
use crate::validate::{edit_distance, nearest};
use crate::yaml::{Kind, NodeId, Style, flag};

/// How far below a struct a field is looked for: `containers` in a Deployment is three steps down.
const DEEPEST: usize = 4;

/// What to say about an unknown field.
#[derive(Default)]
pub struct Hint {
    /// What to do.
    pub help: Option<String>,
    /// The rename that does it.
    pub fix: Option<LocalFix>,
    /// The field that was surely meant.
    pub meant: Option<&'static FieldInfo>,
}

/// A place that has a field of the wanted name.
struct Place {
    /// `spec.template.spec.containers[]`; empty for the top level.
    path: String,
    /// Whether the manifest has that place.
    written: bool,
    /// Whether the field is there already.
    taken: bool,
    /// The mapping that it is, where the manifest has it.
    node: Option<NodeId>,
}

/// What was meant by `field`, which the struct `frames[frame]` does not have.
pub fn unknown_field(table: &'static Table, frames: &[Frame], frame: usize, field: Field) -> Hint {
    let name = field.key();
    let owner = table.get(frames[frame].id);
    let names: Vec<&str> = owner.fields.iter().map(|known| known.name).collect();
    let near = nearest(name, &names).and_then(|near| owner.field(near));
    let fits = |near: &FieldInfo| takes(&near.shape, field) && !field.parent().get(near.name).exists();
    let sure = |near: &&FieldInfo| near.name.eq_ignore_ascii_case(name) || (edit_distance(near.name, name) == 1 && fits(near));
    if let Some(near) = near.filter(sure) {
        return Hint { meant: fits(near).then_some(near), ..rename(near, field) };
    }
    let known_later = || in_another_release(table.version, owner.name, name);
    if let Some(help) = known_later() {
        return Hint { help: Some(help), ..Hint::default() };
    }
    if let Some(hint) = elsewhere(table, frames, frame, field) {
        return hint;
    }
    if let Some(help) = in_a_map(owner, field) {
        return Hint { help: Some(help), ..Hint::default() };
    }
    near.map_or(Hint::default(), |near| rename(near, field))
}

/// The release that brought the field, or the one that removed it.
fn in_another_release(version: Version, owner: &str, name: &str) -> Option<String> {
    let has = |other: &Version| {
        let table = Table::of(*other);
        table.named(owner).is_some_and(|id| table.get(id).field(name).is_some())
    };
    if let Some(first) = Version::all().filter(|other| *other > version).find(has) {
        return Some(format!("Kubernetes {version} does not have it yet: it came with {first}"));
    }
    let last = Version::all().rev().filter(|other| *other < version).find(has)?;
    Some(format!("it was removed in Kubernetes 1.{}", last.0 + 1))
}

/// The map of the same struct that the key was meant for: `app` below a selector, `cpu` below `resources`.
fn in_a_map(owner: &Type, field: Field) -> Option<String> {
    let name = field.key();
    let resource = name.contains('/') || matches!(name, "cpu" | "memory" | "storage" | "ephemeral-storage");
    let label = name.contains('/') || owner.short_name() == "LabelSelector";
    let meant = |known: &&FieldInfo| match &known.shape {
        Shape::Map(inner) if **inner == Shape::Quantity => resource && takes(inner, field) && known.name != "overhead",
        Shape::Map(inner) => label && takes(inner, field),
        _ => false,
    };
    let maps: Vec<String> = owner.fields.iter().filter(meant).map(|known| format!("`{}`", known.name)).collect();
    (1..=2).contains(&maps.len()).then(|| format!("`{name}` belongs under {}", maps.join(" or ")))
}

/// "Did you mean"; with a fix where the right name is free and takes such a value.
fn rename(near: &FieldInfo, field: Field) -> Hint {
    let help = Some(format!("did you mean `{}`?", near.name));
    let free = !field.parent().get(near.name).exists() && takes(&near.shape, field);
    Hint { help, fix: if free { renaming(field, near.name) } else { None }, meant: None }
}

/// The edit that gives `field` another key; none for a key that came through an alias or merge.
pub fn renaming(field: Field, name: &str) -> Option<LocalFix> {
    let node = field.tree().node(field.node());
    if node.key_span.is_empty() || node.flags & flag::ALIASED != 0 {
        return None;
    }
    let written = &field.tree().source()[node.key_span.range()];
    let quotes = u32::from(written.starts_with(['"', '\'']));
    let span = Span::new(node.key_span.start + quotes, node.key_span.end - quotes);
    Some(LocalFix { title: format!("rename to `{name}`"), safe: true, edits: vec![(span, name.to_string())] })
}

/// Whether a value looks like what `shape` takes.
fn takes(shape: &Shape, field: Field) -> bool {
    match (shape, field.kind()) {
        (_, Kind::Null) | (Shape::Any, _) => true,
        (Shape::List(_), kind) => kind == Kind::Seq,
        (Shape::Struct(_) | Shape::Map(_), kind) => kind == Kind::Map,
        (Shape::SchemaOrBool | Shape::SchemaOrArray | Shape::SchemaOrStrings, _) => true,
        (_, Kind::Map | Kind::Seq) => false,
        (Shape::Bool, kind) => matches!(kind, Kind::Bool(_)),
        (Shape::Int32 | Shape::Int64 | Shape::Double, kind) => !matches!(kind, Kind::Str | Kind::Bool(_)),
        (Shape::Str | Shape::Time | Shape::MicroTime | Shape::Bytes, kind) => kind == Kind::Str,
        _ => true,
    }
}

/// Where the field belongs, if it exists at exactly one place nearby: up, then down, then one up and one down.
fn elsewhere(table: &Table, frames: &[Frame], frame: usize, field: Field) -> Option<Hint> {
    let name = field.key();
    let mut up = frame;
    while frames[up].up != up {
        up = frames[up].up;
        let there = field.at(frames[up].node);
        let free = there.some(name).is_none();
        if free && table.get(frames[up].id).field(name).is_some_and(|known| takes(&known.shape, field)) {
            let help = match there.path().as_str() {
                "" => format!("`{name}` belongs at the top level, beside `kind`"),
                path => format!("`{name}` belongs further up, under `{path}`"),
            };
            return Some(Hint { help: Some(help), fix: moving(field, there), meant: None });
        }
    }
    let down = only(below(table, frames[frame], field, DEEPEST));
    let places = match down {
        Some(places) => Some(places),
        None => only(below(table, frames[frames[frame].up], field, 2)),
    };
    places.map(|(places, node)| {
        let fix = node.and_then(|node| moving(field, field.at(node)));
        Hint { help: Some(format!("`{name}` belongs under {places}")), fix, meant: None }
    })
}

/// The edits that move `field` into the mapping `to`.
fn moving(field: Field, to: Field) -> Option<LocalFix> {
    let title = match to.path().as_str() {
        "" => format!("move `{}` to the top level", field.key()),
        path => format!("move `{}` to `{path}`", field.key()),
    };
    Some(LocalFix { title, safe: false, edits: edit::relocate(field, to)? })
}

/// The places as words if there are few enough to be a hint, and the mapping if it is one that has no such field yet; those that
/// the manifest has come first.
fn only(places: Vec<Place>) -> Option<(String, Option<NodeId>)> {
    let written: Vec<&Place> = places.iter().filter(|place| place.written).collect();
    let free: Vec<&Place> = written.iter().copied().filter(|place| !place.taken).collect();
    let chosen = match (free.is_empty(), written.is_empty()) {
        (false, _) => free,
        (true, false) => written,
        (true, true) => places.iter().collect(),
    };
    let words: Vec<String> = chosen.iter().map(|place| format!("`{}`", place.path)).collect();
    let node = match chosen.as_slice() {
        [place] if !place.taken => place.node,
        _ => None,
    };
    (1..=2).contains(&words.len()).then(|| (words.join(" or "), node))
}

/// The nearest places below a struct that have the field, all of the same depth.
fn below(table: &Table, from: Frame, field: Field, depth: usize) -> Vec<Place> {
    let name = field.key();
    let mut seen = BTreeSet::from([from.id]);
    let start = field.at(from.node);
    let mut level: Vec<(TypeId, String, Option<Field>)> = vec![(from.id, start.path(), Some(start))];
    for _ in 0..depth {
        let mut next = Vec::new();
        for (id, path, at) in &level {
            for known in &table.get(*id).fields {
                let Some(inner) = known.shape.inner_struct() else { continue };
                if matches!(known.name, "status" | "managedFields") || !seen.insert(inner) {
                    continue;
                }
                let dot = if path.is_empty() { "" } else { "." };
                let list = if matches!(known.shape, Shape::List(_)) { "[]" } else { "" };
                let there = at.and_then(|at| at.some(known.name));
                let there = there.and_then(|there| if there.is_seq() { there.items().next() } else { Some(there) });
                next.push((inner, format!("{path}{dot}{}{list}", known.name), there));
            }
        }
        let found: Vec<Place> = next
            .iter()
            .filter(|(id, _, _)| table.get(*id).field(name).is_some_and(|known| takes(&known.shape, field)))
            .map(|(_, path, there)| Place {
                path: path.clone(),
                written: there.is_some(),
                taken: there.is_some_and(|there| there.some(name).is_some()),
                node: there.filter(|there| there.is_map()).map(Field::node),
            })
            .collect();
        if !found.is_empty() {
            return found;
        }
        level = next;
    }
    Vec::new()
}

/// What to do about a list, mapping or scalar that stands where another of the three belongs.
pub fn wrong_collection(field: Field, shape: &Shape) -> Option<String> {
    let block = field.tree().node(field.node()).style == Style::Block;
    let help = match (shape, field.kind()) {
        (Shape::List(_), Kind::Map) if block => "start each element with `- `",
        (Shape::List(_), Kind::Map) if field.is_empty() => "an empty list is written `[]`",
        (Shape::List(_), Kind::Map) => return None,
        (Shape::List(_), _) => {
            let short: String = field.scalar().chars().take(30).take_while(|c| *c != '\n').collect();
            return (short.len() == field.scalar().len()).then(|| format!("write a list: `[{short}]`"));
        }
        (_, Kind::Seq) if block => "leave out the `- `: this is one mapping",
        (_, Kind::Seq) if field.is_empty() => "an empty mapping is written `{}`",
        _ => return None,
    };
    Some(help.to_string())
}

/// What to underline for a value: itself if it is a scalar, else its key.
pub fn short_span(field: Field) -> Span {
    if field.is_map() || field.is_seq() { field.key_span() } else { field.span() }
}
