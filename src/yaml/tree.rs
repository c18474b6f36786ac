//! The arena that one file is parsed into: nodes with byte spans, linked as parent, first child and next sibling.

use super::packed::{OddKeys, Packed};
use crate::text::{Span, bit, byte, mark};

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
}

/// Where a node's (or key's) characters are: as written in the source text, or in the tree's own buffer where they were
/// unescaped, folded or put there by defaults.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Text {
    start: u32,
    /// The length, with the highest bit set for the tree's own buffer. Eight bytes instead of twelve, for millions of nodes.
    len: u32,
}

const COOKED: u32 = 1 << 31;

impl Text {
    /// No characters.
    pub const EMPTY: Text = Text { start: 0, len: 0 };

    /// The characters at `span` of the source.
    pub(super) fn source(span: Span) -> Text {
        Text { start: span.start, len: span.len() }
    }

    /// The characters at `span` of the tree's own buffer.
    pub(super) fn cooked(span: Span) -> Text {
        Text { start: span.start, len: span.len() | COOKED }
    }

    /// Its place in the source, unless it stands in the tree's own buffer.
    pub fn in_source(self) -> Option<Span> {
        (self.len & COOKED == 0).then(|| Span::new(self.start, self.start + self.len))
    }

    /// The two numbers that it is.
    pub(super) fn parts(self) -> [u32; 2] {
        [self.start, self.len]
    }

    /// The reverse of [`Text::parts`].
    pub(super) fn from_parts([start, len]: [u32; 2]) -> Text {
        Text { start, len }
    }

    /// How many bytes there are.
    pub fn len(self) -> usize {
        (self.len & !COOKED) as usize
    }

    /// Whether there are no characters.
    pub fn is_empty(self) -> bool {
        self.len & !COOKED == 0
    }

    /// The characters' bytes, given both buffers; none where they are not in them.
    #[inline]
    fn bytes<'a>(self, source: &'a str, cooked: &'a str) -> &'a [u8] {
        let buffer = if self.len & COOKED == 0 { source } else { cooked };
        buffer.as_bytes().get(self.start as usize..(self.start + (self.len & !COOKED)) as usize).unwrap_or_default()
    }

    /// The characters, given both buffers.
    pub(super) fn of<'a>(self, source: &'a str, cooked: &'a str) -> &'a str {
        let buffer = if self.len & COOKED == 0 { source } else { cooked };
        &buffer[self.start as usize..(self.start + (self.len & !COOKED)) as usize]
    }
}

impl std::fmt::Debug for Text {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let place = if self.len & COOKED == 0 { "source" } else { "cooked" };
        write!(f, "{place} {}+{}", self.start, self.len & !COOKED)
    }
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
    /// Its index among its siblings, from 0.
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
            tree.nodes[parent.0 as usize].note(bit(mark));
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
        self.cooked.reserve_exact(characters);
    }

    /// Drops all nodes from number `len` on: a document that turned out to be unreadable.
    pub(super) fn truncate(&mut self, len: usize) {
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
        (packed.next, packed.index) = (NodeId::NONE, 0);
        if matches!(node.kind, Kind::Map | Kind::Seq) {
            packed.body = [NodeId::NONE.0; 2];
        }
        self.append(packed, mark)
    }

    /// Puts `packed` under a key that is written at `span` and has the mark `mark`, as the last child of `packed.parent`.
    #[inline(always)]
    pub(super) fn append_keyed(&mut self, mut packed: Packed, span: Span, key: Text, mark: u32) -> (NodeId, bool) {
        packed.set_key(span, key, &mut self.odd_keys);
        self.append(packed, mark)
    }

    /// Adds `packed`, which has no children and no siblings yet, as the last child of `packed.parent`, or as a root.
    #[inline(always)]
    pub(super) fn append(&mut self, mut packed: Packed, mark: u32) -> (NodeId, bool) {
        let id = NodeId(self.nodes.len() as u32);
        self.has_null |= packed.is_null();
        packed.key_mark = byte(mark);
        let mut repeated = false;
        if let Some(parent) = self.nodes.get_mut(packed.parent.0 as usize) {
            repeated = parent.note(bit(mark));
            let last = std::mem::replace(&mut parent.body[1], id.0);
            match self.nodes.get_mut(last as usize) {
                Some(last) => {
                    last.next = id;
                    packed.index = last.index + 1;
                }
                None => self.nodes[packed.parent.0 as usize].body[0] = id.0,
            }
        }
        self.nodes.push(packed);
        (id, repeated)
    }

    /// The children of `id` in order.
    pub fn children(&self, id: NodeId) -> Children<'_> {
        Children { tree: self, next: self.nodes[id.0 as usize].first() }
    }

    /// The value of key `name` in the mapping `id`. Of duplicate keys the last wins, as the server's library has it.
    ///
    /// Half the time of a lint was spent here when every key's text was fetched. The marks of keys tell nearly all that are not
    /// meant apart, and the bits of all of a mapping's marks most names that it does not have.
    #[inline]
    pub fn get(&self, id: NodeId, name: &str) -> Option<NodeId> {
        let mark = mark(name);
        if self.nodes[id.0 as usize].may_have(bit(mark)) { self.find(id, name, byte(mark)) } else { None }
    }

    /// Not inlined, so that the many places that look for what is not there stay small.
    #[inline(never)]
    fn find(&self, id: NodeId, name: &str, mark: u8) -> Option<NodeId> {
        let mut next = self.nodes[id.0 as usize].first();
        while let Some(node) = self.nodes.get(next.0 as usize) {
            if node.key_mark == mark && !node.is_shadowed() && self.is_key(node, name) {
                return Some(next);
            }
            next = node.next;
        }
        None
    }

    #[inline]
    fn is_key(&self, node: &Packed, name: &str) -> bool {
        let text = node.key_text(&self.odd_keys);
        text.len() == name.len() && text.bytes(&self.source, &self.cooked) == name.as_bytes()
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

    /// The first child.
    #[inline]
    pub(crate) fn first(&self, id: NodeId) -> Option<NodeId> {
        self.nodes[id.0 as usize].first().some()
    }
}

/// Iterator over the children of a node.
#[derive(Clone)]
pub struct Children<'a> {
    tree: &'a Tree,
    next: NodeId,
}

impl Iterator for Children<'_> {
    type Item = NodeId;

    fn next(&mut self) -> Option<NodeId> {
        let id = self.next.some()?;
        self.next = self.tree.nodes[id.0 as usize].next;
        Some(id)
    }
}
