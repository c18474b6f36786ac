//! The arena that one file is parsed into: nodes with byte spans, linked as parent, first child and next sibling.

use std::fmt::Write;

use super::entries::{Entries, Head};
use super::packed::{OddKeys, Packed};
use super::text::Text;
use crate::text::{Span, bit, byte, is_same, mark};

/// Index of a node in its [`Tree`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub u32);

impl NodeId {
    /// No node: the parent of a root, the child of a leaf.
    pub const NONE: NodeId = NodeId(u32::MAX);

    /// `Some` unless it is [`NodeId::NONE`].
    pub fn some(self) -> Option<NodeId> {
        (self != NodeId::NONE).then_some(self)
    }
}

/// What a node is after scalar resolution as the API server's YAML library does it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// `null`, `~`, or nothing at all.
    Null,
    /// A boolean, from any of the YAML 1.1 spellings.
    Bool(bool),
    /// An integer that fits 64 bits signed; larger ones are [`Kind::BigInt`].
    Int(i64),
    /// An integer above `i64::MAX` that fits 64 bits unsigned.
    BigInt(u64),
    /// Any other number.
    Float(f64),
    /// A string.
    Str,
    /// A mapping; children carry keys.
    Map,
    /// A sequence.
    Seq,
}

/// How a node is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Plain scalar, or one that stands for nothing.
    Plain,
    /// `'...'`
    SingleQuoted,
    /// `"..."`
    DoubleQuoted,
    /// `|`
    Literal,
    /// `>`
    Folded,
    /// Block mapping or sequence.
    Block,
    /// Flow mapping or sequence, and everything in JSON.
    Flow,
}

/// Node flags, a bit set.
pub mod flag {
    /// Not in the text: put there by the server's defaults.
    pub const SYNTHETIC: u8 = 1;
    /// The structure step refused this node; later checks say nothing more about it.
    pub const POISONED: u8 = 2;
    /// A map with free keys in the schema: its children's paths are written `[key]`.
    pub const FREE_KEYS: u8 = 4;
    /// Came here through an alias or a merge key; its span is where it is written.
    pub const ALIASED: u8 = 8;
    /// A later value of the same key replaces this one.
    pub const SHADOWED: u8 = 16;
    /// Its key is a field's name, so that the mark of the key says which.
    pub const KNOWN: u8 = 32;
    /// An object's root: what it is in, a list of objects, is not the object's.
    pub const ROOT: u8 = 64;
}

/// One node.
#[derive(Clone, Debug)]
pub struct Node {
    /// Type and, for numbers and booleans, value.
    pub kind: Kind,
    /// How it is written.
    pub style: Style,
    /// Bits of [`flag`].
    pub flags: u8,
    /// The whole node in the source, quotes and block header included, tag and anchor not. A synthetic node has the span of
    /// its nearest written ancestor's key or value.
    pub span: Span,
    /// The key's span in the source, quotes included; empty where the parent is not a mapping.
    pub key_span: Span,
    /// The key's characters; [`Text::EMPTY`] where the parent is not a mapping.
    pub key: Text,
    /// The scalar's characters after unescaping (numbers and booleans too: as written); collections have none.
    pub text: Text,
    /// The collection it is in.
    pub parent: NodeId,
    /// Its first child.
    pub first: NodeId,
    /// Its last child.
    pub last: NodeId,
    /// Its next sibling.
    pub next: NodeId,
    /// Its index in its sequence, from 0; 0 where it is in none.
    pub index: u32,
}

impl Node {
    /// A null in no place: what others are made from.
    pub const BLANK: Node = Node {
        kind: Kind::Null,
        style: Style::Plain,
        flags: 0,
        span: Span::new(0, 0),
        key_span: Span::new(0, 0),
        key: Text::EMPTY,
        text: Text::EMPTY,
        parent: NodeId::NONE,
        first: NodeId::NONE,
        last: NodeId::NONE,
        next: NodeId::NONE,
        index: 0,
    };
}

/// All nodes of one file.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    source: String,
    cooked: String,
    nodes: Vec<Packed>,
    entries: Entries,
    odd_keys: OddKeys,
    /// Whether any node is or was null.
    has_null: bool,
    /// Whether what is written at some node is no longer what the node says.
    is_overwritten: bool,
}

/// A node to change; what is changed is written back when this goes.
pub struct NodeMut<'t> {
    tree: &'t mut Tree,
    id: NodeId,
    node: Node,
}

impl std::ops::Deref for NodeMut<'_> {
    type Target = Node;

    fn deref(&self) -> &Node {
        &self.node
    }
}

impl std::ops::DerefMut for NodeMut<'_> {
    fn deref_mut(&mut self) -> &mut Node {
        &mut self.node
    }
}

impl Drop for NodeMut<'_> {
    fn drop(&mut self) {
        let tree = &mut *self.tree;
        tree.has_null |= self.node.kind == Kind::Null;
        let before = tree.key(self.id);
        tree.is_overwritten |= tree.nodes[self.id.0 as usize].differs(&self.node, before);
        let mut packed = Packed::new(&self.node, &mut tree.odd_keys);
        packed.keep_keys(&tree.nodes[self.id.0 as usize]);
        tree.nodes[self.id.0 as usize] = packed;
        if let Some(parent) = self.node.parent.some().filter(|_| self.node.key != before) {
            let mark = mark(self.node.key.of(&tree.source, &tree.cooked));
            tree.nodes[self.id.0 as usize].key_mark = byte(mark);
            let parent = &mut tree.nodes[parent.0 as usize];
            parent.note(bit(mark));
            tree.entries.rename(parent.entries, mark, self.id);
        }
    }
}

impl Tree {
    /// An empty tree over `source`.
    pub fn new(source: String) -> Tree {
        Tree { source, ..Tree::default() }
    }

    /// The file's text.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The file's text, the nodes dropped.
    pub fn into_source(self) -> String {
        self.source
    }

    /// The node `id`.
    #[inline]
    pub fn node(&self, id: NodeId) -> Node {
        self.nodes[id.0 as usize].node(&self.odd_keys)
    }

    /// The type of the node `id`, without the rest of it.
    #[inline]
    pub fn kind(&self, id: NodeId) -> Kind {
        self.nodes[id.0 as usize].kind()
    }

    /// Whether the node `id` is a mapping.
    #[inline]
    pub fn is_map(&self, id: NodeId) -> bool {
        self.nodes[id.0 as usize].is_map()
    }

    /// Whether the node `id` is a sequence.
    #[inline]
    pub fn is_seq(&self, id: NodeId) -> bool {
        self.nodes[id.0 as usize].is_seq()
    }

    /// Whether the node `id` is null.
    #[inline]
    pub fn is_null(&self, id: NodeId) -> bool {
        self.nodes[id.0 as usize].is_null()
    }

    /// Whether the node `id` is a string.
    #[inline]
    pub fn is_str(&self, id: NodeId) -> bool {
        self.nodes[id.0 as usize].is_str()
    }

    /// The string `id`, if it is one.
    #[inline]
    pub fn str(&self, id: NodeId) -> Option<&str> {
        let node = &self.nodes[id.0 as usize];
        node.is_str().then(|| self.text(node.text()))
    }

    /// The bits of [`flag`] of the node `id`.
    #[inline]
    pub fn flags(&self, id: NodeId) -> u8 {
        self.nodes[id.0 as usize].flags()
    }

    /// The characters of the scalar `id`; a collection has none.
    #[inline]
    pub fn value(&self, id: NodeId) -> &str {
        self.text(self.nodes[id.0 as usize].text())
    }

    /// The characters of the key of `id`.
    #[inline]
    pub(crate) fn key(&self, id: NodeId) -> Text {
        self.nodes[id.0 as usize].key_text(&self.odd_keys)
    }

    /// The bytes of the key of `id`.
    #[inline]
    pub(crate) fn key_bytes(&self, id: NodeId) -> &[u8] {
        self.key(id).bytes(&self.source, &self.cooked)
    }

    /// The node `id`, to change.
    pub fn node_mut(&mut self, id: NodeId) -> NodeMut<'_> {
        let node = self.node(id);
        NodeMut { tree: self, id, node }
    }

    /// Adds `flags` to those of the node `id`.
    pub(crate) fn mark(&mut self, id: NodeId, flags: u8) {
        self.nodes[id.0 as usize].mark(flags);
    }

    /// Says that the collection `id` has been read up to `end`, and takes `flags` away.
    pub(super) fn close(&mut self, id: NodeId, end: u32, flags: u8) {
        self.nodes[id.0 as usize].close(end, flags);
    }

    /// Whether what is written is no longer all there under the nodes that are not [`flag::SYNTHETIC`].
    pub fn is_overwritten(&self) -> bool {
        self.is_overwritten
    }

    /// Whether there may be a null; `false` is sure.
    pub(crate) fn may_have_null(&self) -> bool {
        self.has_null
    }

    /// How many nodes there are.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there is no node.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The characters of `text`.
    pub fn text(&self, text: Text) -> &str {
        text.of(&self.source, &self.cooked)
    }

    /// Puts `text` into the tree's own buffer.
    pub fn cook(&mut self, text: &str) -> Text {
        let start = self.cooked.len() as u32;
        self.cooked.push_str(text);
        Text::cooked(Span::new(start, self.cooked.len() as u32))
    }

    /// Puts the digits of `number` into the tree's own buffer.
    pub(crate) fn cook_number(&mut self, number: i64) -> Text {
        let start = self.cooked.len() as u32;
        match number {
            // Nearly all that defaults put here are small, and formatting takes three times as long.
            0..1000 => {
                let powers = [100, 10, 1].into_iter().filter(|power| number >= *power || *power == 1);
                self.cooked.extend(powers.map(|power| char::from(b'0' + (number / power % 10) as u8)));
            }
            // Writing to a string cannot fail.
            _ => _ = write!(self.cooked, "{number}"),
        }
        Text::cooked(Span::new(start, self.cooked.len() as u32))
    }

    /// Takes the text out while a reader borrows it; [`Tree::set_source`] puts it back.
    pub(super) fn take_source(&mut self) -> String {
        std::mem::take(&mut self.source)
    }

    pub(super) fn set_source(&mut self, source: String) {
        self.source = source;
    }

    /// Takes the tree's own buffer out while a reader adds to it; [`Tree::set_cooked`] puts it back.
    pub(super) fn take_cooked(&mut self) -> String {
        std::mem::take(&mut self.cooked)
    }

    pub(super) fn set_cooked(&mut self, cooked: String) {
        self.cooked = cooked;
    }

    /// Makes room for what a long text may need, so that nothing has to move. Room that is never used costs no memory.
    pub(super) fn reserve(&mut self, nodes: usize, characters: usize) {
        self.nodes.reserve_exact(nodes);
        self.entries.reserve(nodes / 4);
        self.cooked.reserve_exact(characters);
    }

    /// Drops all nodes from number `len` on: a document that turned out to be unreadable.
    pub(super) fn truncate(&mut self, len: usize) {
        // Mappings get their first blocks in the order in which they are read, and nothing is added to those before `len` yet.
        let heads = self.nodes[len.min(self.nodes.len())..].iter().map(|node| node.entries);
        if let Some(first) = heads.filter(|head| *head != Head::NONE).min() {
            self.entries.truncate(first);
        }
        self.nodes.truncate(len);
    }

    /// Adds `node` as the last child of `node.parent`, a collection (or as a root); links and index are set here.
    pub fn push(&mut self, node: Node) -> NodeId {
        let mark = mark(self.text(node.key));
        self.push_marked(node, mark).0
    }

    /// The same where the mark of the key is known. Says too whether its mapping may have had that key before.
    pub(super) fn push_marked(&mut self, node: Node, mark: u32) -> (NodeId, bool) {
        let mut packed = Packed::new(&node, &mut self.odd_keys);
        packed.next = NodeId::NONE;
        if matches!(node.kind, Kind::Map | Kind::Seq) {
            packed.body = [NodeId::NONE.0; 2];
        }
        self.append(packed, mark)
    }

    /// Adds a synthetic scalar or empty collection under `key` to the mapping `parent`.
    pub(crate) fn push_synthetic(&mut self, parent: NodeId, key: &str, kind: Kind, text: Text, flags: u8) -> NodeId {
        let (mark, key) = (mark(key), self.cook(key));
        let nowhere = Span::new(0, 0);
        let (id, _) = self.append_entry(parent, nowhere, key, mark);
        self.fill(id, kind, Style::Plain, nowhere, text, flag::SYNTHETIC | flags);
        id
    }

    /// Adds an entry to the mapping `map`, under a key that is written at `span` and has the mark `mark`. Its value comes with
    /// [`Tree::fill`]. Says too whether the mapping may have had that key before.
    #[inline(always)]
    pub(super) fn append_entry(&mut self, map: NodeId, span: Span, key: Text, mark: u32) -> (NodeId, bool) {
        let id = NodeId(self.nodes.len() as u32);
        let mut packed = Packed::awaited(map);
        packed.set_key(span, key, &mut self.odd_keys);
        packed.key_mark = byte(mark);
        let parent = &mut self.nodes[map.0 as usize];
        let repeated = parent.note(bit(mark));
        parent.entries = self.entries.add(parent.entries, mark, id);
        let last = std::mem::replace(&mut parent.body[1], id.0);
        if last == NodeId::NONE.0 {
            parent.body[0] = id.0;
        } else {
            self.nodes[last as usize].next = id;
        }
        self.nodes.push(packed);
        (id, repeated)
    }

    /// Adds an item to the sequence `parent`, or a root. Its value comes with [`Tree::fill`].
    #[inline(always)]
    pub(super) fn append_item(&mut self, parent: NodeId) -> NodeId {
        self.append(Packed::awaited(parent), 0).0
    }

    /// Gives the node `id`, which is in its place, its value: of a collection, that it is one.
    #[inline(always)]
    pub(super) fn fill(&mut self, id: NodeId, kind: Kind, style: Style, span: Span, text: Text, flags: u8) {
        self.has_null |= kind == Kind::Null;
        self.nodes[id.0 as usize].fill(kind, style, span, text, flags);
    }

    /// Adds `packed`, which has no children and no siblings yet, as the last child of `packed.parent`, or as a root.
    #[inline(always)]
    pub(super) fn append(&mut self, mut packed: Packed, mark: u32) -> (NodeId, bool) {
        let id = NodeId(self.nodes.len() as u32);
        self.has_null |= packed.is_null();
        packed.key_mark = byte(mark);
        let mut repeated = false;
        if let Some(parent) = self.nodes.get_mut(packed.parent.0 as usize) {
            let is_map = parent.is_map();
            if is_map {
                repeated = parent.note(bit(mark));
                parent.entries = self.entries.add(parent.entries, mark, id);
            }
            let last = std::mem::replace(&mut parent.body[1], id.0);
            let mut index = 0;
            match self.nodes.get_mut(last as usize) {
                Some(last) => {
                    last.next = id;
                    index = last.index() + 1;
                }
                None => self.nodes[packed.parent.0 as usize].body[0] = id.0,
            }
            if !is_map {
                packed.set_index(index);
            }
        }
        self.nodes.push(packed);
        (id, repeated)
    }

    /// The children of `id` in order.
    pub fn children(&self, id: NodeId) -> Children<'_> {
        Children { tree: self, next: self.nodes[id.0 as usize].first() }
    }

    /// The value of the field `name` in the mapping `id`. Of duplicate keys the last wins, as the server's library has it.
    ///
    /// Half the time of a lint was spent here when every key's text was fetched. The bits of all marks of a mapping's keys tell of
    /// most names that it does not have them, and its entries by mark where the others are.
    #[inline]
    pub fn get(&self, id: NodeId, name: &str) -> Option<NodeId> {
        let mark = mark(name);
        if self.nodes[id.0 as usize].may_have(bit(mark)) { self.find(id, mark, name) } else { None }
    }

    /// Not inlined, so that the many places that look for what is not there stay small.
    #[inline(never)]
    fn find(&self, id: NodeId, mark: u32, name: &str) -> Option<NodeId> {
        match self.look_up(id, mark) {
            Found::Nothing => None,
            Found::Known(found) => Some(found),
            Found::Alike(found) => self.confirmed(found, id, name),
        }
    }

    /// What the marks say of the field whose name has the mark `mark` in the mapping `id`.
    #[inline(always)]
    pub(crate) fn look_up(&self, id: NodeId, mark: u32) -> Found {
        let node = &self.nodes[id.0 as usize];
        if !node.may_have(bit(mark)) {
            return Found::Nothing;
        }
        let Some(found) = self.entries.first(node.entries, mark).some() else { return Found::Nothing };
        let is_known = self.nodes[found.0 as usize].flags() & (flag::KNOWN | flag::SHADOWED) == flag::KNOWN;
        if is_known { Found::Known(found) } else { Found::Alike(found) }
    }

    /// What [`Tree::get`] gives where `found` has a key of the mark of `name`.
    #[inline(never)]
    pub(crate) fn confirmed(&self, found: NodeId, id: NodeId, name: &str) -> Option<NodeId> {
        if self.is_entry(found, name) { Some(found) } else { self.entry(id, name) }
    }

    #[inline]
    fn is_entry(&self, id: NodeId, name: &str) -> bool {
        let node = &self.nodes[id.0 as usize];
        !node.is_shadowed() && is_same(self.key_bytes(id), name.as_bytes())
    }

    /// The value of key `name`, any text, in the mapping `id`.
    #[inline(never)]
    pub fn entry(&self, id: NodeId, name: &str) -> Option<NodeId> {
        self.marked(id, mark(name)).find(|id| self.is_entry(*id, name))
    }

    /// The entries of the mapping `id` whose keys have the mark `mark`, shadowed ones too.
    pub(super) fn marked(&self, id: NodeId, mark: u32) -> impl Iterator<Item = NodeId> {
        self.entries.all(self.nodes[id.0 as usize].entries, mark)
    }

    /// Whether the mapping `id` has more entries than one goes through for each of them.
    pub(super) fn has_many_entries(&self, id: NodeId) -> bool {
        self.entries.are_many(self.nodes[id.0 as usize].entries)
    }

    /// The mark of the key of `id`, in a byte.
    #[inline]
    pub(crate) fn key_mark(&self, id: NodeId) -> u8 {
        self.nodes[id.0 as usize].key_mark
    }

    /// The next sibling.
    #[inline]
    pub(crate) fn next(&self, id: NodeId) -> Option<NodeId> {
        self.nodes[id.0 as usize].next.some()
    }

    /// What the node `id` is in, unless it is an object's root.
    #[inline]
    pub(crate) fn above(&self, id: NodeId) -> Option<NodeId> {
        let node = &self.nodes[id.0 as usize];
        if node.flags() & flag::ROOT == 0 { node.parent.some() } else { None }
    }

    /// The node `id` and what it is in, up to the object's root.
    pub(crate) fn up(&self, id: NodeId) -> impl Iterator<Item = NodeId> {
        std::iter::successors(Some(id), |id| self.above(*id))
    }

    /// The first child.
    #[inline]
    pub(crate) fn first(&self, id: NodeId) -> Option<NodeId> {
        self.nodes[id.0 as usize].first().some()
    }
}

/// What the marks of a mapping's keys say of a field.
pub(crate) enum Found {
    /// It is not there.
    Nothing,
    /// It is this one.
    Known(NodeId),
    /// It may be this one, or another of the same mark.
    Alike(NodeId),
}

/// Iterator over the children of a node.
#[derive(Clone)]
pub struct Children<'a> {
    tree: &'a Tree,
    next: NodeId,
}

impl<'a> Children<'a> {
    /// No children, in that tree.
    pub fn none(tree: &'a Tree) -> Children<'a> {
        Children { tree, next: NodeId::NONE }
    }
}

impl Iterator for Children<'_> {
    type Item = NodeId;

    #[inline]
    fn next(&mut self) -> Option<NodeId> {
        let id = self.next.some()?;
        self.next = self.tree.nodes[id.0 as usize].next;
        Some(id)
    }
}
