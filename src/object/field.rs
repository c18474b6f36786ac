//! `Field`, the only way anything reads a manifest: a node of an object, or the place where a missing one would be.

use super::missing::{Missing, name_of};
use crate::text::{Span, mark};
use crate::yaml::{Children, Found, Kind, NodeId, Style, Text, Tree, flag};

/// A cursor into one object. `Copy`, so that checks pass it by value.
///
/// Reading is forgiving, as Go's zero values are: a missing or wrongly typed field reads as `""`, `0`, `false`, no items.
/// The structure step has reported a wrong type by then and poisoned the node.
#[derive(Clone, Copy)]
pub struct Field<'a> {
    tree: &'a Tree,
    place: Place,
}

/// A node, and what is missing below it: both in one number, so that a field is passed on in two registers.
#[derive(Clone, Copy)]
struct Place(u64);

impl Place {
    #[inline(always)]
    fn new(node: NodeId, missing: Missing) -> Place {
        Place(u64::from(node.0) | u64::from(missing.number()) << 32)
    }

    #[inline(always)]
    fn node(self) -> NodeId {
        NodeId(self.0 as u32)
    }

    #[inline(always)]
    fn missing(self) -> Missing {
        Missing::numbered((self.0 >> 32) as u32)
    }
}

impl<'a> Field<'a> {
    /// The cursor at an object's root, or at any other node.
    #[inline(always)]
    pub fn new(tree: &'a Tree, node: NodeId) -> Field<'a> {
        Field { tree, place: Place::new(node, Missing::NONE) }
    }

    /// The same object's field at `node`.
    #[inline(always)]
    pub fn at(self, node: NodeId) -> Field<'a> {
        Field { place: Place::new(node, Missing::NONE), ..self }
    }

    /// The object's root.
    pub fn object(self) -> Field<'a> {
        self.at(self.tree.up(self.node()).last().unwrap_or(self.node()))
    }

    /// Whether it is the object's root.
    pub fn is_root(self) -> bool {
        !self.absent() && self.tree.above(self.node()).is_none()
    }

    /// The field `name` of this struct, there or not. For a name from a manifest, see [`Field::entry`].
    #[inline(always)]
    pub fn get(self, name: &'static str) -> Field<'a> {
        self.get_marked(name, mark(name))
    }

    /// Not inlined: the checks of a pod would take more code than the processor keeps at hand, and wait for it for each pod.
    #[inline(never)]
    fn get_marked(self, name: &'static str, mark: u32) -> Field<'a> {
        if self.absent() {
            return self.below(mark);
        }
        match self.tree.look_up(self.node(), mark) {
            Found::Known(node) => self.at(node),
            Found::Alike(node) => self.confirmed(node, name, mark),
            Found::Nothing => {
                debug_assert_eq!(name_of(mark), name, "add it to the names in `object/missing.rs`");
                self.lacking(Missing::field(mark))
            }
        }
    }

    #[inline(never)]
    fn confirmed(self, node: NodeId, name: &str, mark: u32) -> Field<'a> {
        let found = self.tree.confirmed(node, self.node(), name);
        found.map_or(self.lacking(Missing::field(mark)), |node| self.at(node))
    }

    #[inline(always)]
    fn lacking(self, missing: Missing) -> Field<'a> {
        Field { place: Place::new(self.node(), missing), ..self }
    }

    /// A field of something missing.
    #[inline(never)]
    fn below(self, mark: u32) -> Field<'a> {
        self.lacking(self.place.missing().below(mark))
    }

    /// The entry `name` of this map, if it has one; it may be `null`.
    pub fn entry(self, name: &str) -> Option<Field<'a>> {
        if self.absent() {
            return None;
        }
        self.tree.entry(self.node(), name).map(|node| self.at(node))
    }

    /// Whether there is no node here at all. A written `null` is a node; see [`Field::exists`].
    #[inline]
    pub fn absent(self) -> bool {
        !self.place.missing().is_none()
    }

    /// Whether there is a value here, written or by default; `null` is none, as the server drops it.
    #[inline]
    pub fn exists(self) -> bool {
        !self.absent() && !self.tree.is_null(self.node())
    }

    /// The value, unless it is missing or null: `if let Some(probe) = container.some("livenessProbe")`.
    #[inline(always)]
    pub fn some(self, name: &str) -> Option<Field<'a>> {
        if self.absent() {
            return None;
        }
        let node = self.tree.get(self.node(), name)?;
        (!self.tree.is_null(node)).then(|| self.at(node))
    }

    /// The type of the value; `Null` where there is none.
    #[inline]
    pub fn kind(self) -> Kind {
        if self.absent() { Kind::Null } else { self.tree.kind(self.node()) }
    }

    /// Whether it is a mapping.
    pub fn is_map(self) -> bool {
        !self.absent() && self.tree.is_map(self.node())
    }

    /// Whether it is a sequence.
    pub fn is_seq(self) -> bool {
        !self.absent() && self.tree.is_seq(self.node())
    }

    /// The string, or `""`: Go's zero value for what is missing, null or not a string.
    pub fn text(self) -> &'a str {
        self.str().unwrap_or("")
    }

    /// The string, if it is one.
    pub fn str(self) -> Option<&'a str> {
        if self.absent() { None } else { self.tree.str(self.node()) }
    }

    /// A scalar's characters as written (quotes and escapes resolved), whatever its type; `""` for anything else.
    pub fn scalar(self) -> &'a str {
        if self.absent() { "" } else { self.tree.value(self.node()) }
    }

    /// The integer, if it is one (`3.0` is one too, as JSON decoding into Go has it not; the structure step tells).
    pub fn int(self) -> Option<i64> {
        match self.kind() {
            Kind::Int(value) => Some(value),
            _ => None,
        }
    }

    /// The integer, or 0.
    pub fn number(self) -> i64 {
        self.int().unwrap_or(0)
    }

    /// The boolean, if it is one.
    pub fn bool(self) -> Option<bool> {
        match self.kind() {
            Kind::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// Whether it is `true`.
    pub fn is_true(self) -> bool {
        self.bool() == Some(true)
    }

    /// The elements of a sequence; nothing for anything else.
    pub fn items(self) -> impl Iterator<Item = Field<'a>> + Clone {
        self.nodes(if self.is_seq() { self.tree.children(self.node()) } else { Children::none(self.tree) })
    }

    /// Keys and values of a mapping in the order written; nothing for anything else. A repeated key comes once, with its last
    /// value.
    pub fn entries(self) -> impl Iterator<Item = (&'a str, Field<'a>)> + Clone {
        let children = if self.is_map() { self.tree.children(self.node()) } else { Children::none(self.tree) };
        let counted = self.nodes(children).filter(|field| field.tree.flags(field.node()) & flag::SHADOWED == 0);
        counted.map(|field| (field.key(), field))
    }

    fn nodes(self, children: Children<'a>) -> impl Iterator<Item = Field<'a>> + Clone {
        children.map(move |id| self.at(id))
    }

    /// How many elements or entries there are.
    pub fn len(self) -> usize {
        if self.is_map() { self.entries().count() } else { self.items().count() }
    }

    /// Whether there is no element, no entry, no character: what Go's `len(x) == 0` says of it.
    pub fn is_empty(self) -> bool {
        match self.kind() {
            Kind::Null => true,
            Kind::Str => self.text().is_empty(),
            Kind::Map => self.entries().next().is_none(),
            Kind::Seq => self.items().next().is_none(),
            _ => false,
        }
    }

    /// The key this value stands under; `""` in a sequence and at the root. For a missing field, its name.
    pub fn key(self) -> &'a str {
        match self.place.missing().last() {
            Some((name, _)) => name,
            None => self.tree.text(self.tree.key(self.node())),
        }
    }

    /// Its index in its sequence.
    pub fn index(self) -> usize {
        self.tree.node(self.node()).index as usize
    }

    /// The mapping or sequence that holds it; the root's is the root.
    pub fn parent(self) -> Field<'a> {
        match self.place.missing().last() {
            Some((_, missing)) => self.lacking(missing),
            None => self.at(self.tree.above(self.node()).unwrap_or(self.node())),
        }
    }

    /// Whether the text holds it (defaults are not written).
    pub fn written(self) -> bool {
        !self.absent() && self.tree.flags(self.node()) & flag::SYNTHETIC == 0
    }

    /// Whether the structure step refused it or something it is in: then nothing more is said about it.
    pub fn poisoned(self) -> bool {
        self.tree.up(self.node()).any(|id| self.tree.flags(id) & flag::POISONED != 0)
    }

    /// The node, or for a missing field the node it is missing from.
    #[inline(always)]
    pub fn node(self) -> NodeId {
        self.place.node()
    }

    /// The tree it is in.
    pub fn tree(self) -> &'a Tree {
        self.tree
    }

    /// The path as the server writes it: `spec.containers[0].resources.limits[cpu]`.
    pub fn path(self) -> String {
        let mut path = String::new();
        for (id, parent) in self.steps() {
            let node = self.tree.node(id);
            match self.tree.is_seq(parent) {
                true => path.push_str(&format!("[{}]", node.index)),
                false => push_key(&mut path, self.tree.text(node.key), self.tree.flags(parent)),
            }
        }
        for (i, step) in self.place.missing().names().into_iter().enumerate() {
            push_key(&mut path, step, if i == 0 { self.tree.flags(self.node()) } else { 0 });
        }
        path
    }

    /// The nodes between the object's root and here, the outermost first, each with what it is in.
    fn steps(self) -> impl Iterator<Item = (NodeId, NodeId)> {
        let mut steps: Vec<(NodeId, NodeId)> =
            self.tree.up(self.node()).filter_map(|id| Some((id, self.tree.above(id)?))).collect();
        steps.reverse();
        steps.into_iter()
    }

    /// The path that the entry `key` of this map has or would have.
    pub fn path_of(self, key: &str) -> String {
        let mut path = self.path();
        push_key(&mut path, key, self.tree.flags(self.node()));
        path
    }

    /// The path as strict decoding writes it, for unknown and repeated fields: a map's keys are joined by dots as well.
    pub fn strict_path(self) -> String {
        let mut path = String::new();
        for (id, parent) in self.steps() {
            let node = self.tree.node(id);
            match self.tree.is_seq(parent) {
                true => path.push_str(&format!("[{}]", node.index)),
                false => push_step(&mut path, self.tree.text(node.key)),
            }
        }
        path
    }

    /// Where to point: the value; for a missing or defaulted one, the key of the nearest written thing that should hold it.
    pub fn span(self) -> Span {
        let mut id = self.node();
        if self.written() {
            let node = self.tree.node(id);
            // A block collection is best shown by its key: underlining its forty lines says nothing.
            let block = node.style == Style::Block && (self.is_map() || self.is_seq());
            return if block || node.span.is_empty() { anchor(self.tree, id) } else { node.span };
        }
        loop {
            let node = self.tree.node(id);
            if node.flags & flag::SYNTHETIC == 0 {
                return anchor(self.tree, id);
            }
            // A value that was copied by a default points at what was copied.
            if node.kind != Kind::Map && !node.span.is_empty() {
                return node.span;
            }
            match self.tree.above(id) {
                Some(parent) => id = parent,
                None => return node.span,
            }
        }
    }

    /// Where the key is written; the value's own place in a sequence.
    pub fn key_span(self) -> Span {
        let node = self.tree.node(self.node());
        if node.key_span.is_empty() { node.span } else { node.key_span }
    }

    /// The written text's `Text` handle of a scalar, for fixes.
    pub fn raw(self) -> Text {
        self.tree.node(self.node()).text
    }
}

/// The short thing to underline for a whole node: its key, or a list element's first key, or the object's kind.
fn anchor(tree: &Tree, id: NodeId) -> Span {
    let node = tree.node(id);
    if tree.above(id).is_none() {
        return tree.get(id, "kind").map_or(Span::point(node.span.start), |kind| tree.node(kind).span);
    }
    if !node.key_span.is_empty() {
        return node.key_span;
    }
    match node.first.some() {
        Some(first) if node.kind == Kind::Map => tree.node(first).key_span,
        _ => node.span,
    }
}

/// Adds the key `step` of a mapping with these flags.
fn push_key(path: &mut String, step: &str, flags: u8) {
    if flags & flag::FREE_KEYS != 0 {
        path.push_str(&format!("[{step}]"));
    } else {
        push_step(path, step);
    }
}

fn push_step(path: &mut String, step: &str) {
    if !path.is_empty() {
        path.push('.');
    }
    path.push_str(step);
}

impl std::fmt::Debug for Field<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Field({})", self.path())
    }
}
