//! From events to the tree: keys, duplicate keys, anchors, aliases and merge keys, as the server's library decodes them.

use std::collections::HashMap;

use super::event::{Event, EventKind, Read, ReadError, Tag, Texts};
use super::keys::Keys;
use super::packed::Packed;
use super::read::{MOST_NODES, MOST_REPEATS};
use super::scalar::{self, Resolved};
use super::{Kind, Node, NodeId, Problem, ProblemKind, Style, Text, Tree, flag};
use crate::text::{Span, mark, mark_of};

/// In the flags of a node that is still open; an alias to it would contain itself.
const OPEN: u8 = 128;

/// Room for the open collections of a usual document.
const DEPTH: usize = 16;

/// A collection that is being read.
struct Frame {
    node: NodeId,
    role: Role,
    /// The key that the next value belongs to.
    key: Key,
    /// One past the last byte of what has been read of it.
    end: u32,
}

/// What becomes of a finished collection.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    /// It is a value.
    Value,
    /// It stands as a mapping key, which is refused.
    Key,
    /// It stands under a merge key.
    Merge,
}

#[derive(Clone, Copy)]
enum Key {
    /// A sequence has no keys.
    None,
    /// The next event is a key.
    Awaited,
    /// Where it is written, its characters, and the mark of them.
    Named(Span, Text, u32),
    Merge(Span),
}

/// A document's outcome.
pub(super) struct Built {
    /// The root; `None` if the document has none or is refused.
    pub root: Option<NodeId>,
    /// Refusals and duplicate keys.
    pub problems: Vec<Problem>,
}

/// Builds the tree of one document.
pub(super) struct Builder<'t> {
    tree: &'t mut Tree,
    document: u32,
    frames: Vec<Frame>,
    keys: Keys,
    anchors: HashMap<String, NodeId>,
    problems: Vec<Problem>,
    root: Option<NodeId>,
    is_refused: bool,
    repeats: usize,
    /// How many nodes there were before this document.
    nodes: usize,
    /// Nodes and keys decoded, and how many of them through aliases.
    decoded: u64,
    aliased: u64,
}

impl<'t> Builder<'t> {
    /// A builder that adds to `tree`.
    pub fn new(tree: &'t mut Tree, document: u32) -> Builder<'t> {
        let nodes = tree.len();
        Builder {
            tree,
            document,
            frames: Vec::with_capacity(DEPTH),
            keys: Keys::default(),
            anchors: HashMap::new(),
            problems: Vec::new(),
            root: None,
            is_refused: false,
            repeats: 0,
            nodes,
            decoded: 0,
            aliased: 0,
        }
    }

    /// What came of it.
    pub fn finish(self) -> Built {
        Built { root: self.root.filter(|_| !self.is_refused), problems: self.problems }
    }

    /// Takes the next event of the document.
    pub fn take(&mut self, event: &Event, texts: &mut Texts) -> Read<()> {
        match event.kind {
            EventKind::Close => return self.close(event, texts),
            EventKind::End => return Ok(()),
            _ => {}
        }
        if self.tree.len() - self.nodes > MOST_NODES {
            return Err(ReadError::new(event.span, "the document has more than two million values"));
        }
        self.decoded += 1;
        let Some(frame) = self.frames.last_mut() else { return self.value(event, Role::Value, texts) };
        frame.end = frame.end.max(event.span.end);
        match (frame.key, event.kind) {
            (Key::None | Key::Named(..), _) => self.value(event, Role::Value, texts),
            (Key::Merge(_), _) => self.value(event, Role::Merge, texts),
            (Key::Awaited, EventKind::Scalar) if event.tag == Tag::None && event.name.is_empty() => {
                let text = texts.bytes(event.text);
                if event.style == Style::Plain && (scalar::implicit(text) != Kind::Str || text == b"<<") {
                    return self.odd_key(event, texts);
                }
                frame.key = Key::Named(event.span, event.text, mark_of(text));
                Ok(())
            }
            (Key::Awaited, EventKind::Scalar) => self.odd_key(event, texts),
            (Key::Awaited, EventKind::Alias) => self.alias_key(event, texts),
            (Key::Awaited, _) => self.open(event, Role::Key, texts),
        }
    }

    #[inline(always)]
    fn value(&mut self, event: &Event, role: Role, texts: &mut Texts) -> Read<()> {
        match event.kind {
            EventKind::Scalar => self.scalar(event, role, texts),
            EventKind::Alias => self.alias(event, texts),
            _ => self.open(event, role, texts),
        }
    }

    /// A key that is no plain text, or has a tag or an anchor.
    fn odd_key(&mut self, event: &Event, texts: &mut Texts) -> Read<()> {
        let text = texts.get(event.text);
        let is_plain = event.tag == Tag::None && event.style == Style::Plain;
        let is_merge = text == "<<" && (is_plain || matches!(event.tag, Tag::NonSpecific | Tag::Merge));
        let key = if is_merge {
            Key::Merge(event.span)
        } else {
            let (kind, text) = self.resolve(event, texts);
            let text = self.key_text(kind, text, event.span, texts);
            Key::Named(event.span, text, mark(texts.get(text)))
        };
        if !event.name.is_empty() {
            let (kind, text) = self.resolve(event, texts);
            let (id, _) = self.tree.push_marked(node(kind, event, text), 0);
            self.anchors.insert(name_of(event, texts), id);
        }
        self.set_key(key);
        Ok(())
    }

    fn set_key(&mut self, key: Key) {
        if let Some(frame) = self.frames.last_mut() {
            frame.key = key;
        }
    }

    /// A key's name in JSON.
    fn key_text(&mut self, kind: Kind, text: Text, span: Span, texts: &mut Texts) -> Text {
        let name = match kind {
            Kind::Str => return text,
            Kind::Bool(value) => value.to_string(),
            Kind::Int(value) => value.to_string(),
            Kind::Float(value) => scalar::float_key(value),
            Kind::Null => {
                self.refuse(span, "a key cannot be null", Some("quote the key, or write one"));
                return text;
            }
            Kind::BigInt(_) => {
                self.refuse(span, "a number this large cannot be a key", Some("quote the key"));
                return text;
            }
            Kind::Map | Kind::Seq => {
                self.refuse_key(span, kind);
                return text;
            }
        };
        if texts.get(text) == name { text } else { texts.cook(&name) }
    }

    fn refuse_key(&mut self, span: Span, kind: Kind) {
        let what = if kind == Kind::Map { "a mapping cannot be a key" } else { "a list cannot be a key" };
        let help = "if this is a template (`{{ ... }}`), render it first, or quote the whole value";
        self.refuse(span, what, Some(help));
    }

    /// Notes that the document is refused, and reads on.
    fn refuse(&mut self, span: Span, message: &str, help: Option<&str>) {
        if !self.is_refused {
            self.problems.push(Problem {
                document: self.document,
                kind: ProblemKind::Syntax,
                span,
                message: message.to_string(),
                help: help.map(str::to_string),
                label: None,
                node: None,
            });
        }
        self.is_refused = true;
    }

    /// Type and text of a scalar.
    #[inline]
    fn resolve(&mut self, event: &Event, texts: &mut Texts) -> (Kind, Text) {
        match (event.tag, event.style) {
            (Tag::None, Style::Plain) => (scalar::implicit(texts.bytes(event.text)), event.text),
            (Tag::None, _) => (Kind::Str, event.text),
            _ => self.resolve_tagged(event, texts),
        }
    }

    fn resolve_tagged(&mut self, event: &Event, texts: &mut Texts) -> (Kind, Text) {
        match scalar::resolve(event.tag, event.style, texts.get(event.text)) {
            Resolved::Kind(kind) => (kind, event.text),
            Resolved::Decoded(text) => (Kind::Str, texts.cook(&text)),
            Resolved::Mismatch => {
                self.refuse(event.span, "the value is not of the type that its tag says", Some("remove the tag"));
                (Kind::Str, event.text)
            }
        }
    }

    fn scalar(&mut self, event: &Event, role: Role, texts: &mut Texts) -> Read<()> {
        let (mut kind, text) = self.resolve(event, texts);
        if let Kind::Float(value) = kind {
            match scalar::in_json(value) {
                Some(number) => kind = number,
                None => self.refuse(
                    event.span,
                    "infinity and not-a-number cannot be said in JSON",
                    Some("quote the text if it is one"),
                ),
            }
        }
        if role == Role::Merge {
            self.refuse_merge();
            return Ok(());
        }
        let id = self.place(Packed::read(kind, event.style, event.span, text, 0), texts);
        if !event.name.is_empty() {
            self.anchors.insert(name_of(event, texts), id);
        }
        Ok(())
    }

    /// Refuses what stands under a merge key.
    #[inline(never)]
    fn refuse_merge(&mut self) {
        if let Some(Frame { key: Key::Merge(span), .. }) = self.frames.last() {
            self.refuse(*span, NOT_MERGED, None);
            self.set_key(Key::Awaited);
        }
    }

    /// Puts a value where it belongs: the root, the next list item, or under the key read before.
    #[inline(always)]
    fn place(&mut self, mut packed: Packed, texts: &Texts) -> NodeId {
        let Some(frame) = self.frames.last_mut() else {
            let (id, _) = self.tree.append(packed, 0);
            self.root = Some(id);
            return id;
        };
        let (span, key, mark) = match frame.key {
            Key::Named(span, key, mark) => (span, key, mark),
            _ => {
                packed.parent = if matches!(frame.key, Key::None) { frame.node } else { NodeId::NONE };
                return self.tree.append(packed, 0).0;
            }
        };
        frame.key = Key::Awaited;
        packed.parent = frame.node;
        let (id, repeated) = self.tree.append_keyed(packed, span, key, mark);
        if repeated || self.keys.are_many(frame.node) {
            self.declare(id, mark, span, texts);
        }
        id
    }

    /// Looks for the key of `id` in the innermost mapping. A repeated key is a problem, shown at `span`; the later value counts.
    fn declare(&mut self, id: NodeId, mark: u32, span: Span, texts: &Texts) {
        let Some(map) = self.frames.last().map(|frame| frame.node) else { return };
        let earlier = self.keys.earlier(self.tree, map, id, mark, |id| texts.get(self.tree.key(id)));
        let Some(earlier) = earlier else { return };
        let name = texts.get(self.tree.node(id).key);
        self.tree.mark(earlier, flag::SHADOWED);
        self.repeats += 1;
        if self.repeats > MOST_REPEATS {
            return;
        }
        let first = self.tree.node(earlier).key_span;
        self.problems.push(Problem {
            document: self.document,
            kind: ProblemKind::DuplicateKey,
            span,
            message: format!("the key `{name}` is already set in this mapping"),
            help: Some("keep one of them; readers that accept this use the last".to_string()),
            label: Some((first, "first set here".to_string())),
            node: Some(id),
        });
    }

    fn open(&mut self, event: &Event, role: Role, texts: &mut Texts) -> Read<()> {
        let kind = if event.kind == EventKind::MapStart { Kind::Map } else { Kind::Seq };
        if role == Role::Key {
            self.refuse_key(event.span, kind);
        }
        let id = self.place(Packed::read(kind, event.style, event.span, Text::EMPTY, OPEN), texts);
        if !event.name.is_empty() {
            self.anchors.insert(name_of(event, texts), id);
        }
        let key = if kind == Kind::Map { Key::Awaited } else { Key::None };
        self.frames.push(Frame { node: id, role, key, end: event.span.end });
        Ok(())
    }

    fn close(&mut self, event: &Event, texts: &mut Texts) -> Read<()> {
        let Some(frame) = self.frames.pop() else { return Ok(()) };
        self.keys.close(frame.node);
        let is_flow = event.style == Style::Flow;
        let end = if is_flow { event.span.end } else { frame.end };
        self.tree.close(frame.node, end, OPEN);
        let Some(parent) = self.frames.last_mut() else { return Ok(()) };
        parent.end = parent.end.max(end);
        match (frame.role, parent.key) {
            (Role::Value, _) => Ok(()),
            (Role::Key, _) => {
                parent.key = Key::Named(Span::point(event.span.start), Text::EMPTY, mark(""));
                Ok(())
            }
            (Role::Merge, Key::Merge(span)) => {
                parent.key = Key::Awaited;
                self.merge(frame.node, span, texts)
            }
            (Role::Merge, _) => Ok(()),
        }
    }

    fn anchored(&self, event: &Event, texts: &Texts) -> Read<NodeId> {
        let name = texts.written(event.name);
        let Some(&id) = self.anchors.get(name) else {
            let error = ReadError::new(event.span, format!("the alias `*{name}` refers to an anchor that is not set above it"));
            return Err(error.help("quote the text if it is not meant to be an alias"));
        };
        if self.tree.node(id).flags & OPEN != 0 {
            return Err(ReadError::new(event.span, format!("the alias `*{name}` stands inside the value that it refers to")));
        }
        Ok(id)
    }

    fn alias_key(&mut self, event: &Event, texts: &mut Texts) -> Read<()> {
        let id = self.anchored(event, texts)?;
        let (kind, text) = (self.tree.node(id).kind, self.tree.node(id).text);
        let text = self.key_text(kind, text, event.span, texts);
        self.set_key(Key::Named(event.span, text, mark(texts.get(text))));
        Ok(())
    }

    fn alias(&mut self, event: &Event, texts: &mut Texts) -> Read<()> {
        let id = self.anchored(event, texts)?;
        if let Some(Frame { key: Key::Merge(span), .. }) = self.frames.last() {
            let span = *span;
            self.set_key(Key::Awaited);
            if self.tree.node(id).kind != Kind::Map {
                self.refuse(span, NOT_MERGED, None);
                return Ok(());
            }
            return self.merge(id, span, texts);
        }
        let from = self.tree.node(id);
        let flags = (from.flags & !flag::SHADOWED) | flag::ALIASED;
        let to = self.place(Packed::read(from.kind, from.style, from.span, from.text, flags), texts);
        self.copy_children(id, to, event.span, texts)
    }

    /// Copies everything below `from` to below `to`.
    fn copy_children(&mut self, from: NodeId, to: NodeId, span: Span, texts: &Texts) -> Read<()> {
        let mut pending = vec![(from, to)];
        while let Some((from, to)) = pending.pop() {
            let mut next = self.tree.node(from).first.some();
            while let Some(child) = next {
                next = self.tree.node(child).next.some();
                if self.tree.node(child).flags & flag::SHADOWED != 0 {
                    continue;
                }
                let (copy, _) = self.copy(child, to, span, texts)?;
                if self.tree.node(child).first != NodeId::NONE {
                    pending.push((child, copy));
                }
            }
        }
        Ok(())
    }

    /// Copies one node, counting it against the budget for aliases. Gives the mark of its key too.
    fn copy(&mut self, id: NodeId, parent: NodeId, span: Span, texts: &Texts) -> Read<(NodeId, u32)> {
        let mut node = self.tree.node(id).clone();
        node.parent = parent;
        node.flags = (node.flags & !flag::SHADOWED) | flag::ALIASED;
        let steps = 1 + u64::from(node.key != Text::EMPTY);
        self.decoded += steps;
        self.aliased += steps;
        if self.aliased > 100 && self.decoded > 1000 && self.aliased as f64 / self.decoded as f64 > allowed(self.decoded) {
            let error = ReadError::new(span, "aliases repeat far more content than is written here");
            return Err(error.help("write the values out, or nest fewer aliases"));
        }
        let mark = mark(texts.get(node.key));
        Ok((self.tree.push_marked(node, mark).0, mark))
    }

    /// Puts the entries of `source`, a mapping or a list of mappings, into the innermost mapping.
    fn merge(&mut self, source: NodeId, span: Span, texts: &Texts) -> Read<()> {
        let sources: Vec<NodeId> = match self.tree.node(source).kind {
            Kind::Map => vec![source],
            _ => self.tree.children(source).collect(),
        };
        // Of a list, the first mapping takes precedence: it comes last.
        for source in sources.into_iter().rev() {
            if self.tree.node(source).kind != Kind::Map {
                self.refuse(span, NOT_MERGED, None);
                return Ok(());
            }
            let Some(frame) = self.frames.last() else { return Ok(()) };
            let target = frame.node;
            let mut next = self.tree.node(source).first.some();
            while let Some(child) = next {
                next = self.tree.node(child).next.some();
                if self.tree.node(child).flags & flag::SHADOWED == 0 {
                    let (copy, mark) = self.copy(child, target, span, texts)?;
                    self.copy_children(child, copy, span, texts)?;
                    self.declare(copy, mark, span, texts);
                }
            }
        }
        Ok(())
    }
}

const NOT_MERGED: &str = "only a mapping or a list of mappings can be merged with `<<`";

/// How much of a document may come from aliases: nearly all of a small one, a tenth of a huge one, as the server has it.
fn allowed(decoded: u64) -> f64 {
    const LOW: f64 = 400_000.0;
    const HIGH: f64 = 4_000_000.0;
    0.99 - 0.89 * ((decoded as f64 - LOW) / (HIGH - LOW)).clamp(0.0, 1.0)
}

fn node(kind: Kind, event: &Event, text: Text) -> Node {
    Node { kind, style: event.style, span: event.span, text, ..Node::BLANK }
}

fn name_of(event: &Event, texts: &Texts) -> String {
    texts.written(event.name).to_string()
}
