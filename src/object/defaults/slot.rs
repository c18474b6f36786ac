//! `Slot`, the writing cursor: puts synthetic values where the server's defaulting would.

use std::borrow::Cow;

use crate::yaml::{Kind, Node, NodeId, Text, Tree, flag};

/// A mapping of the tree, to be filled in. Never changes what is written: only missing and `null` values are set.
pub struct Slot<'t> {
    tree: &'t mut Tree,
    ignored: &'t mut Vec<Ignored>,
    node: NodeId,
}

/// A written field that the server takes away without a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ignored {
    /// Where it is written.
    pub node: NodeId,
    /// Why, as the end of a sentence.
    pub why: Cow<'static, str>,
}

impl<'t> Slot<'t> {
    /// The mapping at `node`. What is taken away from it and below goes to `ignored`.
    pub fn new(tree: &'t mut Tree, node: NodeId, ignored: &'t mut Vec<Ignored>) -> Slot<'t> {
        Slot { tree, ignored, node }
    }

    /// The tree, to read.
    pub fn tree(&self) -> &Tree {
        self.tree
    }

    /// The node it is at.
    pub fn node(&self) -> NodeId {
        self.node
    }

    /// The same tree, at another node.
    pub fn at(&mut self, node: NodeId) -> Slot<'_> {
        Slot { tree: self.tree, ignored: self.ignored, node }
    }

    /// The value of `key`, if there is one that is not null.
    #[inline(always)]
    pub fn get(&self, key: &str) -> Option<NodeId> {
        self.tree.get(self.node, key).filter(|&id| !self.tree.is_null(id))
    }

    /// What stands under `key`, and the same unless it is null.
    #[inline(always)]
    fn found(&self, key: &str) -> (Option<NodeId>, Option<NodeId>) {
        let child = self.tree.get(self.node, key);
        (child, child.filter(|&id| !self.tree.is_null(id)))
    }

    /// The mapping under `key`, if it is one.
    #[inline(always)]
    pub fn map(&mut self, key: &str) -> Option<Slot<'_>> {
        let id = self.get(key).filter(|&id| self.tree.is_map(id))?;
        Some(self.at(id))
    }

    /// The mapping under `key`, made where nothing is (Go structs that are no pointers are never absent). `None` where
    /// something else stands there.
    #[inline(always)]
    pub fn struct_at(&mut self, key: &str) -> Option<Slot<'_>> {
        let id = match self.found(key) {
            (_, Some(id)) => id,
            (null, None) => self.put_at(null, key, Kind::Map, ""),
        };
        self.tree.is_map(id).then(|| self.at(id))
    }

    /// The mapping at the end of `path`, if there is one.
    pub fn below(&mut self, path: &[&str]) -> Option<Slot<'_>> {
        let step = |node: NodeId, key: &&str| self.tree.get(node, key).filter(|&id| self.tree.is_map(id));
        let node = path.iter().try_fold(self.node, step)?;
        Some(self.at(node))
    }

    /// Runs `fill` on the mapping under `key`, if there is one: a Go pointer to a struct.
    #[inline(always)]
    pub fn with(&mut self, key: &str, fill: impl FnOnce(&mut Slot)) {
        if let Some(mut slot) = self.map(key) {
            fill(&mut slot);
        }
    }

    /// Runs `fill` on every mapping in the sequence under `key`.
    #[inline(always)]
    pub fn each(&mut self, key: &str, mut fill: impl FnMut(&mut Slot)) {
        let list = self.get(key).filter(|&id| self.tree.is_seq(id));
        let mut next = list.and_then(|list| self.tree.first(list));
        while let Some(id) = next {
            next = self.tree.next(id);
            if self.tree.is_map(id) {
                fill(&mut self.at(id));
            }
        }
    }

    /// Runs `fill` on every mapping that is a value of the mapping under `key`.
    pub fn each_value(&mut self, key: &str, mut fill: impl FnMut(&mut Slot)) {
        let Some(mut map) = self.map(key) else { return };
        let values: Vec<NodeId> = map.tree.children(map.node).filter(|&id| map.tree.kind(id) == Kind::Map).collect();
        for id in values {
            fill(&mut map.at(id));
        }
    }

    /// Whether the mapping or sequence under `key` has no element, or nothing is there.
    #[inline(always)]
    pub fn is_empty(&self, key: &str) -> bool {
        self.get(key).is_none_or(|id| match self.tree.kind(id) {
            Kind::Map | Kind::Seq => self.tree.node(id).first == NodeId::NONE,
            Kind::Str => self.tree.value(id).is_empty(),
            _ => false,
        })
    }

    /// The integer under `key`, or 0.
    #[inline(always)]
    pub fn number(&self, key: &str) -> i64 {
        match self.get(key).map(|id| self.tree.kind(id)) {
            Some(Kind::Int(value)) => value,
            _ => 0,
        }
    }

    /// Whether `true` stands under `key`.
    #[inline(always)]
    pub fn is_true(&self, key: &str) -> bool {
        self.get(key).is_some_and(|id| self.tree.kind(id) == Kind::Bool(true))
    }

    /// The map with free keys under `key`, made where nothing is: `labels`, `limits`, `data`.
    pub fn free_map_at(&mut self, key: &str) -> Option<Slot<'_>> {
        let slot = self.struct_at(key)?;
        slot.tree.mark(slot.node, flag::FREE_KEYS);
        Some(slot)
    }

    /// The elements of the sequence under `key`.
    #[inline(always)]
    pub fn items(&self, key: &str) -> Vec<NodeId> {
        self.get(key).filter(|&id| self.tree.is_seq(id)).map_or(Vec::new(), |id| self.tree.children(id).collect())
    }

    /// The string under `key`, or `""`.
    #[inline(always)]
    pub fn text(&self, key: &str) -> &str {
        self.get(key).map_or("", |id| self.tree.str(id).unwrap_or(""))
    }

    /// Sets a missing (or empty) string.
    #[inline(always)]
    pub fn default_str(&mut self, key: &str, value: &str) {
        let child = self.tree.get(self.node, key);
        let empty = match child.map(|id| self.tree.kind(id)) {
            None | Some(Kind::Null) => true,
            Some(kind) => kind == Kind::Str && child.is_some_and(|id| self.tree.value(id).is_empty()),
        };
        if empty {
            self.put_at(child, key, Kind::Str, value);
        }
    }

    /// Sets a missing string whose Go type is a pointer: a written `""` stays.
    #[inline(always)]
    pub fn default_pointer(&mut self, key: &str, value: &str) {
        if let (null, None) = self.found(key) {
            self.put_at(null, key, Kind::Str, value);
        }
    }

    /// The strings of the sequence under `key`.
    pub fn strings(&self, key: &str) -> Vec<String> {
        self.items(key).into_iter().map(|id| self.tree.value(id).to_string()).collect()
    }

    /// The sequence under `key`, made where nothing is. `None` where something else stands there.
    #[inline(always)]
    pub fn seq_at(&mut self, key: &str) -> Option<NodeId> {
        let id = match self.found(key) {
            (_, Some(id)) => id,
            (null, None) => self.put_at(null, key, Kind::Seq, ""),
        };
        (self.tree.kind(id) == Kind::Seq).then_some(id)
    }

    /// Sets a missing integer.
    #[inline(always)]
    pub fn default_int(&mut self, key: &str, value: i64) {
        if let (null, None) = self.found(key) {
            self.put_int(null, key, value);
        }
    }

    /// Sets an integer that is missing or 0: a Go integer that is no pointer.
    #[inline(always)]
    pub fn default_nonzero(&mut self, key: &str, value: i64) {
        let child = self.tree.get(self.node, key);
        if child.is_none_or(|id| matches!(self.tree.kind(id), Kind::Int(0) | Kind::Null)) {
            self.put_int(child, key, value);
        }
    }

    /// Sets a missing boolean.
    #[inline(always)]
    pub fn default_bool(&mut self, key: &str, value: bool) {
        if let (null, None) = self.found(key) {
            self.put_at(null, key, Kind::Bool(value), if value { "true" } else { "false" });
        }
    }

    #[inline(never)]
    fn put_int(&mut self, child: Option<NodeId>, key: &str, value: i64) {
        let text = self.tree.cook_number(value);
        self.put_text(child, key, Kind::Int(value), text);
    }

    /// Puts a synthetic value under `key`, in place of a null or empty one; returns its node.
    #[inline(never)]
    pub fn put(&mut self, key: &str, kind: Kind, text: &str) -> NodeId {
        self.put_at(self.tree.get(self.node, key), key, kind, text)
    }

    /// The key that `child` stands under.
    pub fn key_of(&self, child: NodeId) -> String {
        self.tree.text(self.tree.node(child).key).to_string()
    }

    /// The same as [`Slot::put`] where it is known which child, if any, stands under `key`.
    #[inline(never)]
    pub fn put_at(&mut self, child: Option<NodeId>, key: &str, kind: Kind, text: &str) -> NodeId {
        let text = self.tree.cook(text);
        self.put_text(child, key, kind, text)
    }

    #[inline(always)]
    fn put_text(&mut self, child: Option<NodeId>, key: &str, kind: Kind, text: Text) -> NodeId {
        if let Some(id) = child {
            let mut node = self.tree.node_mut(id);
            (node.kind, node.text) = (kind, text);
            node.flags |= flag::SYNTHETIC;
            return id;
        }
        // A struct's fields have names that tell themselves apart by their marks, other keys have not.
        let is_struct = self.tree.flags(self.node) & flag::FREE_KEYS == 0;
        self.tree.push_synthetic(self.node, key, kind, text, if is_struct { flag::KNOWN } else { 0 })
    }

    /// Appends a synthetic element to the sequence `seq`.
    pub fn append(&mut self, seq: NodeId, kind: Kind, text: &str) -> NodeId {
        let text = self.tree.cook(text);
        self.tree.push(synthetic(seq, Text::EMPTY, kind, text))
    }

    /// Points the value under `key` at what is written at `from`, for findings about it.
    pub fn place(&mut self, key: &str, from: NodeId) {
        if let Some(id) = self.get(key) {
            self.place_at(id, from);
        }
    }

    /// Points the value `child` at what is written at `from`.
    pub fn place_at(&mut self, child: NodeId, from: NodeId) {
        let span = self.tree.node(from).span;
        self.tree.node_mut(child).span = span;
    }

    /// Copies every entry of the mapping `from` whose key is missing here: a Go map merged into another.
    pub fn copy_missing(&mut self, from: NodeId) {
        let entries: Vec<NodeId> = self.tree.children(from).collect();
        for entry in entries {
            let key = self.tree.text(self.tree.node(entry).key).to_string();
            if self.tree.get(self.node, &key).is_none() {
                self.copy(&key, entry);
            }
        }
    }

    /// Takes away what is under `key`, and notes why if it is written and not refused already.
    pub fn ignore(&mut self, key: &str, why: impl Into<Cow<'static, str>>) {
        self.note_ignored(key, why);
        self.drop(key);
    }

    /// Notes that the server takes away what is under `key`, if it is written and not refused already, and leaves it there.
    pub fn note_ignored(&mut self, key: &str, why: impl Into<Cow<'static, str>>) {
        let written = self.get(key).filter(|&id| self.tree.flags(id) & (flag::SYNTHETIC | flag::POISONED) == 0);
        if let Some(node) = written {
            self.ignored.push(Ignored { node, why: why.into() });
        }
    }

    /// Takes away what is under `key`: the server stores nothing there. A `null` stays in its place.
    pub fn drop(&mut self, key: &str) {
        if let Some(id) = self.tree.get(self.node, key) {
            let mut node = self.tree.node_mut(id);
            (node.kind, node.text, node.first, node.last) = (Kind::Null, Text::EMPTY, NodeId::NONE, NodeId::NONE);
            node.flags |= flag::SYNTHETIC;
        }
    }

    /// Copies the subtree `from` (another place of the same tree) to `key`, all synthetic, with the spans of what was copied.
    pub fn copy(&mut self, key: &str, from: NodeId) -> NodeId {
        let cooked = self.tree.cook(key);
        let source = self.tree.node(from).clone();
        let top = match self.tree.get(self.node, key) {
            Some(id) => {
                let mut node = self.tree.node_mut(id);
                (node.kind, node.text) = (source.kind, source.text);
                node.flags |= flag::SYNTHETIC;
                id
            }
            None => self.tree.push(synthetic(self.node, cooked, source.kind, source.text)),
        };
        let mut made = self.tree.node_mut(top);
        made.flags |= source.flags & (flag::FREE_KEYS | flag::POISONED);
        made.span = source.span;
        drop(made);
        let mut todo = vec![(from, top)];
        while let Some((from, to)) = todo.pop() {
            let children: Vec<NodeId> = self.tree.children(from).collect();
            for child in children {
                let node = self.tree.node(child).clone();
                let copy = self.tree.push(synthetic(to, node.key, node.kind, node.text));
                let mut made = self.tree.node_mut(copy);
                made.flags |= node.flags;
                made.span = node.span;
                todo.push((child, copy));
            }
        }
        top
    }
}

fn synthetic(parent: NodeId, key: Text, kind: Kind, text: Text) -> Node {
    Node { kind, flags: flag::SYNTHETIC, key, text, parent, ..Node::BLANK }
}
