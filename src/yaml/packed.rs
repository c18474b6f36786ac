//! How a node is kept in memory: 48 bytes instead of 72, since a large file has millions of them.

use super::entries::Head;
use super::text::Text;
use super::{Kind, Node, NodeId, Style, flag};
use crate::text::Span;

/// A [`Node`] without what can be told from the rest.
#[derive(Clone, Copy, Debug)]
pub(super) struct Packed {
    pub parent: NodeId,
    pub next: NodeId,
    span: Span,
    /// The key's characters; of an odd key the index into the tree's table of them; of what has no key, its own index.
    key: [u32; 2],
    /// A collection's first and last child, or a scalar's characters.
    pub body: [u32; 2],
    /// The value of a number or boolean; of a mapping, the bits of its keys' marks.
    value: [u32; 2],
    /// A mapping's entries.
    pub entries: Head,
    tag: Tag,
    /// The style and how the key is written, in the low and the high half.
    written: u8,
    flags: u8,
    /// The mark of the key, in a byte.
    pub key_mark: u8,
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
    /// There is no key: it stands in a sequence, or nowhere.
    Item,
}

/// Spans and characters of the keys that are not as written.
pub(super) type OddKeys = Vec<(Span, Text)>;

const NO_CHILDREN: [u32; 2] = [NodeId::NONE.0, NodeId::NONE.0];

impl Packed {
    /// Whether a later value of the same key replaces it.
    pub fn is_shadowed(&self) -> bool {
        self.flags & flag::SHADOWED != 0
    }

    /// A node in `parent` whose value is still to come.
    #[inline(always)]
    pub fn awaited(parent: NodeId) -> Packed {
        Packed {
            parent,
            next: NodeId::NONE,
            span: Span::new(0, 0),
            key: [0, 0],
            body: [0, 0],
            value: [0, 0],
            entries: Head::NONE,
            tag: Tag::Str,
            written: (Keyed::Item as u8) << 4,
            flags: 0,
            key_mark: 0,
        }
    }

    /// Gives it a value: of a collection, which is empty then, `text` counts for nothing.
    #[inline(always)]
    pub fn fill(&mut self, kind: Kind, style: Style, span: Span, text: Text, flags: u8) {
        let (tag, value) = tagged(kind);
        self.span = span;
        self.body = if matches!(tag, Tag::Map | Tag::Seq) { NO_CHILDREN } else { text.parts() };
        self.value = [value as u32, (value >> 32) as u32];
        self.tag = tag;
        self.written = style as u8 | (self.written & 0xf0);
        self.flags = flags;
    }

    /// Puts it under a key that is written at `span`; `odd` takes what does not fit.
    #[inline(always)]
    pub fn set_key(&mut self, span: Span, text: Text, odd: &mut OddKeys) {
        let (keyed, key) = pack_key(span, text, odd);
        self.key = key;
        self.written = (self.written & 15) | (keyed as u8) << 4;
    }

    /// Its index in its sequence; 0 where it is in none.
    #[inline]
    pub fn index(&self) -> u32 {
        if self.keyed() == Keyed::Item { self.key[0] } else { 0 }
    }

    /// Sets its index in its sequence.
    #[inline(always)]
    pub fn set_index(&mut self, index: u32) {
        self.key[0] = index;
    }

    /// Packs `node`; `odd` takes what does not fit.
    #[inline]
    pub fn new(node: &Node, odd: &mut OddKeys) -> Packed {
        let (tag, value) = tagged(node.kind);
        let (keyed, key) = match node.key == Text::EMPTY && node.key_span == Span::new(0, 0) {
            true => (Keyed::Item, [node.index, 0]),
            false => pack_key(node.key_span, node.key, odd),
        };
        let body = match tag {
            Tag::Map | Tag::Seq => [node.first.0, node.last.0],
            _ => node.text.parts(),
        };
        Packed {
            parent: node.parent,
            next: node.next,
            span: node.span,
            key,
            body,
            value: [value as u32, (value >> 32) as u32],
            entries: Head::NONE,
            tag,
            written: node.style as u8 | (keyed as u8) << 4,
            flags: node.flags,
            key_mark: 0,
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
            style: self.style(),
            flags: self.flags,
            span: self.span,
            key_span,
            key,
            text: self.text(),
            parent: self.parent,
            first: NodeId(first),
            last: NodeId(last),
            next: self.next,
            index: self.index(),
        }
    }

    /// Whether it is a mapping.
    #[inline]
    pub fn is_map(&self) -> bool {
        self.tag == Tag::Map
    }

    /// Whether it is a sequence.
    #[inline]
    pub fn is_seq(&self) -> bool {
        self.tag == Tag::Seq
    }

    /// Whether it is a string.
    #[inline]
    pub fn is_str(&self) -> bool {
        self.tag == Tag::Str
    }

    /// Whether it is null.
    #[inline]
    pub fn is_null(&self) -> bool {
        self.tag == Tag::Null
    }

    /// The first child of a collection that has one.
    #[inline]
    pub fn first(&self) -> NodeId {
        if matches!(self.tag, Tag::Map | Tag::Seq) { NodeId(self.body[0]) } else { NodeId::NONE }
    }

    /// The key's span and characters.
    #[inline]
    pub fn key(&self, odd: &OddKeys) -> (Span, Text) {
        let text = Text::from_parts(self.key);
        let start = self.key[0];
        let nowhere = Span::new(0, 0);
        let span = match self.keyed() {
            Keyed::Plain => Span { start, end: start + self.key[1] },
            Keyed::Quoted => Span { start: start - 1, end: start + self.key[1] + 1 },
            Keyed::Unwritten => nowhere,
            Keyed::Odd => return odd.get(start as usize).copied().unwrap_or((nowhere, Text::EMPTY)),
            Keyed::Item => return (nowhere, Text::EMPTY),
        };
        (span, text)
    }

    /// The key's characters alone, which a look-up asks for at every step.
    #[inline]
    pub fn key_text(&self, odd: &OddKeys) -> Text {
        match self.keyed() {
            Keyed::Odd | Keyed::Item => self.key(odd).1,
            _ => Text::from_parts(self.key),
        }
    }

    /// The type alone.
    #[inline]
    pub fn kind(&self) -> Kind {
        let value = self.value();
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

    #[inline]
    fn style(&self) -> Style {
        match self.written & 15 {
            0 => Style::Plain,
            1 => Style::SingleQuoted,
            2 => Style::DoubleQuoted,
            3 => Style::Literal,
            4 => Style::Folded,
            5 => Style::Block,
            _ => Style::Flow,
        }
    }

    #[inline]
    fn keyed(&self) -> Keyed {
        match self.written >> 4 {
            0 => Keyed::Plain,
            1 => Keyed::Quoted,
            2 => Keyed::Unwritten,
            3 => Keyed::Odd,
            _ => Keyed::Item,
        }
    }

    #[inline]
    fn value(&self) -> u64 {
        u64::from(self.value[0]) | u64::from(self.value[1]) << 32
    }

    /// A scalar's characters; a collection has none.
    #[inline]
    pub fn text(&self) -> Text {
        if matches!(self.tag, Tag::Map | Tag::Seq) { Text::EMPTY } else { Text::from_parts(self.body) }
    }

    /// The bits of [`flag`].
    #[inline]
    pub fn flags(&self) -> u8 {
        self.flags
    }

    /// Whether a mapping may have a key whose mark has this bit; `false` is sure.
    #[inline]
    pub fn may_have(&self, bit: u64) -> bool {
        self.tag == Tag::Map && self.value() & bit != 0
    }

    /// Notes that this mapping has a key whose mark has this bit, and says whether it may have had one before.
    #[inline]
    pub fn note(&mut self, bit: u64) -> bool {
        let known = self.value() & bit != 0;
        self.value[0] |= bit as u32;
        self.value[1] |= (bit >> 32) as u32;
        known
    }

    /// Whether `node` does not say what is written here.
    pub fn differs(&self, node: &Node, key: Text) -> bool {
        let is_same = self.kind() == node.kind && self.text() == node.text && self.first() == node.first && key == node.key;
        self.flags & flag::SYNTHETIC == 0 && !(is_same && self.flags == node.flags)
    }

    /// Takes over what is known of its key, and of the keys of a mapping, from what it was before a change.
    pub fn keep_keys(&mut self, before: &Packed) {
        self.key_mark = before.key_mark;
        if self.tag == Tag::Map && before.tag == Tag::Map {
            (self.value, self.entries) = (before.value, before.entries);
        }
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

#[inline]
fn tagged(kind: Kind) -> (Tag, u64) {
    match kind {
        Kind::Null => (Tag::Null, 0),
        Kind::Bool(value) => (Tag::Bool, u64::from(value)),
        Kind::Int(value) => (Tag::Int, value as u64),
        Kind::BigInt(value) => (Tag::BigInt, value),
        Kind::Float(value) => (Tag::Float, value.to_bits()),
        Kind::Str => (Tag::Str, 0),
        Kind::Map => (Tag::Map, 0),
        Kind::Seq => (Tag::Seq, 0),
    }
}

#[inline(always)]
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
