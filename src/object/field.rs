//! `Field`, the only way anything reads a manifest: a node of an object, or the place where a missing one would be.

use super::missing::Chain;
use crate::text::Span;
use crate::yaml::{Kind, NodeId, Style, Text, Tree, flag};

/// A cursor into one object. `Copy`, so that checks pass it by value.
///
/// Reading is forgiving, as Go's zero values are: a missing or wrongly typed field reads as `""`, `0`, `false`, no items.
/// The structure step has reported a wrong type by then and poisoned the node.
#[derive(Clone, Copy)]
pub struct Field<'a> {
    tree: &'a Tree,
    root: NodeId,
    node: NodeId,
    /// The name of a missing field; empty for one that is there.
    missing: &'static str,
    /// What is missing between the node and that.
    above: Chain,
}

impl<'a> Field<'a> {
    /// The cursor at an object's root.
    pub fn root(tree: &'a Tree, root: NodeId) -> Field<'a> {
        Field { tree, root, node: root, missing: "", above: Chain::NONE }
    }

    /// The same object's field at `node`.
    #[inline]
    pub fn at(self, node: NodeId) -> Field<'a> {
        Field { node, missing: "", above: Chain::NONE, ..self }
    }

    /// The object's root.
    pub fn object(self) -> Field<'a> {
        self.at(self.root)
    }

    /// The field `name` of this struct, there or not. For a name from a manifest, see [`Field::entry`].
    #[inline(always)]
    pub fn get(self, name: &'static str) -> Field<'a> {
        if self.absent() {
            return self.below(name);
        }
        match self.tree.get(self.node, name) {
            Some(node) => self.at(node),
            None => Field { missing: name, ..self },
        }
    }

    /// A field of something missing.
    #[inline(never)]
    fn below(self, name: &'static str) -> Field<'a> {
        Field { missing: name, above: self.above.below(self.missing), ..self }
    }

    /// The entry `name` of this map, if it has one; it may be `null`.
    pub fn entry(self, name: &str) -> Option<Field<'a>> {
        if self.absent() {
            return None;
        }
        self.tree.get(self.node, name).map(|node| self.at(node))
    }

    /// Whether there is no node here at all. A written `null` is a node; see [`Field::exists`].
    #[inline]
    pub fn absent(self) -> bool {
        !self.missing.is_empty()
    }

    /// Whether there is a value here, written or by default; `null` is none, as the server drops it.
    #[inline]
    pub fn exists(self) -> bool {
        !self.absent() && self.kind() != Kind::Null
    }

    /// The value, unless it is missing or null: `if let Some(probe) = container.some("livenessProbe")`.
    #[inline(always)]
    pub fn some(self, name: &str) -> Option<Field<'a>> {
        if self.absent() {
            return None;
        }
        let node = self.tree.get(self.node, name)?;
        (self.tree.kind(node) != Kind::Null).then(|| self.at(node))
    }

    /// The type of the value; `Null` where there is none.
    #[inline]
    pub fn kind(self) -> Kind {
        if self.absent() { Kind::Null } else { self.tree.kind(self.node) }
    }

    /// Whether it is a mapping.
    pub fn is_map(self) -> bool {
        self.kind() == Kind::Map
    }

    /// Whether it is a sequence.
    pub fn is_seq(self) -> bool {
        self.kind() == Kind::Seq
    }

    /// The string, or `""`: Go's zero value for what is missing, null or not a string.
    pub fn text(self) -> &'a str {
        self.str().unwrap_or("")
    }

    /// The string, if it is one.
    pub fn str(self) -> Option<&'a str> {
        (self.kind() == Kind::Str).then(|| self.tree.value(self.node))
    }

    /// A scalar's characters as written (quotes and escapes resolved), whatever its type; `""` for anything else.
    pub fn scalar(self) -> &'a str {
        if self.absent() { "" } else { self.tree.value(self.node) }
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
        self.nodes(Kind::Seq)
    }

    /// Keys and values of a mapping in the order written; nothing for anything else. A repeated key comes once, with its last
    /// value.
    pub fn entries(self) -> impl Iterator<Item = (&'a str, Field<'a>)> + Clone {
        self.nodes(Kind::Map).filter(|field| field.tree.flags(field.node) & flag::SHADOWED == 0).map(|field| (field.key(), field))
    }

    fn nodes(self, kind: Kind) -> impl Iterator<Item = Field<'a>> + Clone {
        let children = (self.kind() == kind).then(|| self.tree.children(self.node));
        children.into_iter().flatten().map(move |id| self.at(id))
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
        if self.absent() { self.missing } else { self.tree.text(self.tree.key(self.node)) }
    }

    /// Its index in its sequence.
    pub fn index(self) -> usize {
        self.tree.node(self.node).index as usize
    }

    /// The mapping or sequence that holds it; the root's is the root.
    pub fn parent(self) -> Field<'a> {
        if self.absent() {
            return match self.above.last() {
                Some((missing, above)) => Field { missing, above, ..self },
                None => self.at(self.node),
            };
        }
        if self.node == self.root {
            return self;
        }
        self.at(self.tree.node(self.node).parent)
    }

    /// Whether the text holds it (defaults are not written).
    pub fn written(self) -> bool {
        !self.absent() && self.tree.flags(self.node) & flag::SYNTHETIC == 0
    }

    /// Whether the structure step refused it or something it is in: then nothing more is said about it.
    pub fn poisoned(self) -> bool {
        let mut id = self.node;
        loop {
            let node = self.tree.node(id);
            if node.flags & flag::POISONED != 0 {
                return true;
            }
            if id == self.root || node.parent == NodeId::NONE {
                return false;
            }
            id = node.parent;
        }
    }

    /// The node, or for a missing field the node it is missing from.
    pub fn node(self) -> NodeId {
        self.node
    }

    /// The tree it is in.
    pub fn tree(self) -> &'a Tree {
        self.tree
    }

    /// The path as the server writes it: `spec.containers[0].resources.limits[cpu]`.
    pub fn path(self) -> String {
        let mut steps = Vec::new();
        let mut id = self.node;
        while id != self.root {
            let node = self.tree.node(id);
            steps.push(id);
            id = node.parent;
        }
        let mut path = String::new();
        for id in steps.into_iter().rev() {
            let node = self.tree.node(id);
            let parent = self.tree.node(node.parent);
            match parent.kind {
                Kind::Seq => path.push_str(&format!("[{}]", node.index)),
                _ => push_key(&mut path, self.tree.text(node.key), parent.flags),
            }
        }
        let missing = self.absent().then_some(self.missing);
        for (i, step) in self.above.names().into_iter().chain(missing).enumerate() {
            push_key(&mut path, step, if i == 0 { self.tree.flags(self.node) } else { 0 });
        }
        path
    }

    /// The path that the entry `key` of this map has or would have.
    pub fn path_of(self, key: &str) -> String {
        let mut path = self.path();
        push_key(&mut path, key, self.tree.flags(self.node));
        path
    }

    /// The path as strict decoding writes it, for unknown and repeated fields: a map's keys are joined by dots as well.
    pub fn strict_path(self) -> String {
        let mut steps = Vec::new();
        let mut id = self.node;
        while id != self.root && self.tree.node(id).parent != NodeId::NONE {
            steps.push(id);
            id = self.tree.node(id).parent;
        }
        let mut path = String::new();
        for node in steps.into_iter().rev().map(|id| self.tree.node(id)) {
            match self.tree.node(node.parent).kind {
                Kind::Seq => path.push_str(&format!("[{}]", node.index)),
                _ => push_step(&mut path, self.tree.text(node.key)),
            }
        }
        path
    }

    /// Where to point: the value; for a missing or defaulted one, the key of the nearest written thing that should hold it.
    pub fn span(self) -> Span {
        let mut id = self.node;
        if self.written() {
            let node = self.tree.node(id);
            // A block collection is best shown by its key: underlining its forty lines says nothing.
            let block = node.style == Style::Block && (self.is_map() || self.is_seq());
            return if block || node.span.is_empty() { anchor(self.tree, id, self.root) } else { node.span };
        }
        loop {
            let node = self.tree.node(id);
            if node.flags & flag::SYNTHETIC == 0 {
                return anchor(self.tree, id, self.root);
            }
            // A value that was copied by a default points at what was copied.
            if node.kind != Kind::Map && !node.span.is_empty() {
                return node.span;
            }
            if id == self.root || node.parent == NodeId::NONE {
                return node.span;
            }
            id = node.parent;
        }
    }

    /// Where the key is written; the value's own place in a sequence.
    pub fn key_span(self) -> Span {
        let node = self.tree.node(self.node);
        if node.key_span.is_empty() { node.span } else { node.key_span }
    }

    /// The written text's `Text` handle of a scalar, for fixes.
    pub fn raw(self) -> Text {
        self.tree.node(self.node).text
    }
}

/// The short thing to underline for a whole node: its key, or a list element's first key, or the object's kind.
fn anchor(tree: &Tree, id: NodeId, root: NodeId) -> Span {
    let node = tree.node(id);
    if id == root {
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
