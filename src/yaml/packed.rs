//! How a node is kept in memory: 48 bytes instead of 72, since a large file has millions of them.

use super::tree::Text;
use super::{Kind, Node, NodeId, Style, flag};
use crate::text::Span;

/// A [`Node`] without what can be told from the rest.
#[derive(Clone, Copy, Debug)]
pub(super) struct Packed {
    pub parent: NodeId,
    pub next: NodeId,
    pub index: u32,
    span: Span,
    /// The key's characters; of an odd key the index into the tree's table of them.
    key: [u32; 2],
    /// A collection's first and last child, or a scalar's characters.
    pub body: [u32; 2],
    /// The value of a number or boolean.
    value: [u32; 2],
    tag: Tag,
    style: Style,
    flags: u8,
    keyed: Keyed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tag {
    Null,
    Bool,
    Int,
    BigInt,
    Float,
    Str,
    Map,
    Seq,
}

/// Where a key's span is, given its characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Keyed {
    /// Where the characters are.
    Plain,
    /// The same, with the quotes around them.
    Quoted,
    /// There is no span.
    Unwritten,
    /// Both are in the table of odd keys.
    Odd,
}

/// Spans and characters of the keys that are not as written.
pub(super) type OddKeys = Vec<(Span, Text)>;

const NO_CHILDREN: [u32; 2] = [NodeId::NONE.0, NodeId::NONE.0];

impl Packed {
    /// Whether a later value of the same key replaces it.
    pub fn is_shadowed(&self) -> bool {
        self.flags & flag::SHADOWED != 0
    }

    /// Packs `node`; `odd` takes what does not fit.
    pub fn new(node: &Node, odd: &mut OddKeys) -> Packed {
        let (tag, value) = match node.kind {
            Kind::Null => (Tag::Null, 0),
            Kind::Bool(value) => (Tag::Bool, u64::from(value)),
            Kind::Int(value) => (Tag::Int, value as u64),
            Kind::BigInt(value) => (Tag::BigInt, value),
            Kind::Float(value) => (Tag::Float, value.to_bits()),
            Kind::Str => (Tag::Str, 0),
            Kind::Map => (Tag::Map, 0),
            Kind::Seq => (Tag::Seq, 0),
        };
        let (keyed, key) = pack_key(node.key_span, node.key, odd);
        let body = match tag {
            Tag::Map | Tag::Seq => [node.first.0, node.last.0],
            _ => node.text.parts(),
        };
        Packed {
            parent: node.parent,
            next: node.next,
            index: node.index,
            span: node.span,
            key,
            body,
            value: [value as u32, (value >> 32) as u32],
            tag,
            style: node.style,
            flags: node.flags,
            keyed,
        }
    }

    /// The node.
    #[inline]
    pub fn node(&self, odd: &OddKeys) -> Node {
        let is_collection = matches!(self.tag, Tag::Map | Tag::Seq);
        let (first, last) = if is_collection { (self.body[0], self.body[1]) } else { (NO_CHILDREN[0], NO_CHILDREN[1]) };
        let (key_span, key) = self.key(odd);
        Node {
            kind: self.kind(),
            style: self.style,
            flags: self.flags,
            span: self.span,
            key_span,
            key,
            text: if is_collection { Text::EMPTY } else { Text::from_parts(self.body) },
            parent: self.parent,
            first: NodeId(first),
            last: NodeId(last),
            next: self.next,
            index: self.index,
        }
    }

    /// The first child of a collection that has one.
    #[inline]
    pub fn first(&self) -> NodeId {
        if matches!(self.tag, Tag::Map | Tag::Seq) { NodeId(self.body[0]) } else { NodeId::NONE }
    }

    #[inline]
    fn kind(&self) -> Kind {
        let value = u64::from(self.value[0]) | u64::from(self.value[1]) << 32;
        match self.tag {
            Tag::Null => Kind::Null,
            Tag::Bool => Kind::Bool(value != 0),
            Tag::Int => Kind::Int(value as i64),
            Tag::BigInt => Kind::BigInt(value),
            Tag::Float => Kind::Float(f64::from_bits(value)),
            Tag::Str => Kind::Str,
            Tag::Map => Kind::Map,
            Tag::Seq => Kind::Seq,
        }
    }

    /// The key's span and characters.
    #[inline]
    pub fn key(&self, odd: &OddKeys) -> (Span, Text) {
        let text = Text::from_parts(self.key);
        let start = self.key[0];
        let span = match self.keyed {
            Keyed::Plain => Span { start, end: start + self.key[1] },
            Keyed::Quoted => Span { start: start - 1, end: start + self.key[1] + 1 },
            Keyed::Unwritten => Span { start: 0, end: 0 },
            Keyed::Odd => return odd.get(start as usize).copied().unwrap_or((Span { start: 0, end: 0 }, Text::EMPTY)),
        };
        (span, text)
    }

    /// The key's characters alone, which a look-up asks for at every step.
    #[inline]
    pub fn key_text(&self, odd: &OddKeys) -> Text {
        if self.keyed == Keyed::Odd { self.key(odd).1 } else { Text::from_parts(self.key) }
    }

    /// Sets the end of a collection that has been read, and takes `flags` away.
    pub fn close(&mut self, end: u32, flags: u8) {
        self.span.end = end;
        self.flags &= !flags;
    }

    /// Adds `flags`.
    pub fn mark(&mut self, flags: u8) {
        self.flags |= flags;
    }
}

fn pack_key(span: Span, text: Text, odd: &mut OddKeys) -> (Keyed, [u32; 2]) {
    if span == (Span { start: 0, end: 0 }) {
        return (Keyed::Unwritten, text.parts());
    }
    if text == Text::source(span) {
        return (Keyed::Plain, text.parts());
    }
    if span.end >= span.start + 2 && text == Text::source(Span { start: span.start + 1, end: span.end - 1 }) {
        return (Keyed::Quoted, text.parts());
    }
    odd.push((span, text));
    (Keyed::Odd, [odd.len() as u32 - 1, 0])
}
