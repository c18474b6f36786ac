//! From events to the tree: keys, duplicate keys, anchors, aliases and merge keys, as the server's library decodes them.

use std::collections::HashMap;

use super::event::{Event, EventKind, Read, ReadError, Tag, Texts};
use super::keys::Keys;
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
    next: Next,
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

/// What the next event of a collection is.
#[derive(Clone, Copy)]
enum Next {
    /// An item of a sequence.
    Item,
    /// A key.
    Key,
    /// The value of this node, which stands under its key already.
    Value(NodeId),
    /// What is merged; the merge key is there.
    Merged(Span),
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

    /// Takes the next event of the document. Inlined with all that most events need: a line of a manifest has three.
    #[inline(always)]
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
        let Some(frame) = self.frames.last_mut() else {
            let root = self.tree.append_item(NodeId::NONE);
            self.root = Some(root);
            return self.value(event, root, texts);
        };
        frame.end = frame.end.max(event.span.end);
        let node = match frame.next {
            Next::Value(node) => {
                frame.next = Next::Key;
                node
            }
            Next::Item => self.tree.append_item(frame.node),
            Next::Key => return self.key(event, texts),
            Next::Merged(span) => return self.merged(event, span, texts),
        };
        self.value(event, node, texts)
    }

    #[inline(always)]
    fn value(&mut self, event: &Event, node: NodeId, texts: &mut Texts) -> Read<()> {
        match event.kind {
            EventKind::Scalar => self.scalar(event, node, texts),
            EventKind::Alias => self.alias(event, node, texts),
            _ => self.open(event, node, Role::Value, texts),
        }
    }

    #[inline(always)]
    fn key(&mut self, event: &Event, texts: &mut Texts) -> Read<()> {
        match event.kind {
            EventKind::Scalar if event.tag == Tag::None && event.name.is_empty() => {
                let text = texts.bytes(event.text);
                if event.style == Style::Plain && (!scalar::is_surely_text(text) || text == b"<<") {
                    return self.odd_key(event, texts);
                }
                self.name(event.span, event.text, mark_of(text), texts);
                Ok(())
            }
            EventKind::Scalar => self.odd_key(event, texts),
            EventKind::Alias => self.alias_key(event, texts),
            kind => {
                self.refuse_key(event.span, if kind == EventKind::MapStart { Kind::Map } else { Kind::Seq });
                self.open_aside(event, Role::Key, texts)
            }
        }
    }

    /// Puts a key into the innermost mapping: it is written at `span`, and its characters have the mark `mark`.
    #[inline(always)]
    fn name(&mut self, span: Span, key: Text, mark: u32, texts: &Texts) {
        let Some(frame) = self.frames.last_mut() else { return };
        let (id, is_perhaps_repeated) = self.tree.append_entry(frame.node, span, key, mark);
        frame.next = Next::Value(id);
        if is_perhaps_repeated || self.keys.are_many(frame.node) {
            self.declare(id, mark, span, texts);
        }
    }

    /// A key that may be no plain text, or has a tag or an anchor.
    #[cold]
    fn odd_key(&mut self, event: &Event, texts: &mut Texts) -> Read<()> {
        let text = texts.get(event.text);
        let is_plain = event.tag == Tag::None && event.style == Style::Plain;
        let is_merge = text == "<<" && (is_plain || matches!(event.tag, Tag::NonSpecific | Tag::Merge));
        let (kind, text) = self.resolve(event, texts);
        if !event.name.is_empty() {
            let (id, _) = self.tree.push_marked(node(kind, event, text), 0);
            self.anchor(event, id, texts);
        }
        if is_merge {
            self.set_next(Next::Merged(event.span));
        } else {
            let text = self.key_text(kind, text, event.span, texts);
            self.name(event.span, text, mark(texts.get(text)), texts);
        }
        Ok(())
    }

    fn set_next(&mut self, next: Next) {
        if let Some(frame) = self.frames.last_mut() {
            frame.next = next;
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

    #[cold]
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

    /// The same, with numbers as JSON has them.
    #[inline(never)]
    fn decode(&mut self, event: &Event, texts: &mut Texts) -> (Kind, Text) {
        let (kind, text) = self.resolve(event, texts);
        let Kind::Float(value) = kind else { return (kind, text) };
        let number = scalar::in_json(value);
        if number.is_none() {
            let message = "infinity and not-a-number cannot be said in JSON";
            self.refuse(event.span, message, Some("quote the text if it is one"));
        }
        (number.unwrap_or(kind), text)
    }

    #[inline(always)]
    fn scalar(&mut self, event: &Event, node: NodeId, texts: &mut Texts) -> Read<()> {
        let is_text = event.style != Style::Plain || scalar::is_surely_text(texts.bytes(event.text));
        if is_text && event.tag == Tag::None {
            self.tree.fill(node, Kind::Str, event.style, event.span, event.text, 0);
        } else {
            let (kind, text) = self.decode(event, texts);
            self.tree.fill(node, kind, event.style, event.span, text, 0);
        }
        if !event.name.is_empty() {
            self.anchor(event, node, texts);
        }
        Ok(())
    }

    /// Takes what stands under the merge key at `span`.
    #[cold]
    fn merged(&mut self, event: &Event, span: Span, texts: &mut Texts) -> Read<()> {
        match event.kind {
            EventKind::Scalar => {
                self.decode(event, texts);
                self.refuse(span, NOT_MERGED, None);
                self.set_next(Next::Key);
                Ok(())
            }
            EventKind::Alias => {
                let id = self.anchored(event, texts)?;
                self.set_next(Next::Key);
                if self.tree.node(id).kind != Kind::Map {
                    self.refuse(span, NOT_MERGED, None);
                    return Ok(());
                }
                self.merge(id, span, texts)
            }
            _ => self.open_aside(event, Role::Merge, texts),
        }
    }

    /// Reads a collection that is in no other.
    #[cold]
    fn open_aside(&mut self, event: &Event, role: Role, texts: &mut Texts) -> Read<()> {
        let node = self.tree.append_item(NodeId::NONE);
        self.open(event, node, role, texts)
    }

    /// Looks for the key of `id` in the innermost mapping. A repeated key is a problem, shown at `span`; the later value counts.
    #[inline(never)]
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

    #[inline(always)]
    fn open(&mut self, event: &Event, node: NodeId, role: Role, texts: &mut Texts) -> Read<()> {
        let (kind, next) = if event.kind == EventKind::MapStart { (Kind::Map, Next::Key) } else { (Kind::Seq, Next::Item) };
        self.tree.fill(node, kind, event.style, event.span, Text::EMPTY, OPEN);
        if !event.name.is_empty() {
            self.anchor(event, node, texts);
        }
        self.frames.push(Frame { node, role, next, end: event.span.end });
        Ok(())
    }

    #[inline(always)]
    fn close(&mut self, event: &Event, texts: &mut Texts) -> Read<()> {
        let Some(frame) = self.frames.pop() else { return Ok(()) };
        self.keys.close(frame.node);
        let is_flow = event.style == Style::Flow;
        let end = if is_flow { event.span.end } else { frame.end };
        self.tree.close(frame.node, end, OPEN);
        let Some(parent) = self.frames.last_mut() else { return Ok(()) };
        parent.end = parent.end.max(end);
        match (frame.role, parent.next) {
            (Role::Value, _) => Ok(()),
            (Role::Key, _) => {
                self.name(Span::point(event.span.start), Text::EMPTY, mark(""), texts);
                Ok(())
            }
            (Role::Merge, Next::Merged(span)) => {
                parent.next = Next::Key;
                self.merge(frame.node, span, texts)
            }
            (Role::Merge, _) => Ok(()),
        }
    }

    #[cold]
    fn anchor(&mut self, event: &Event, node: NodeId, texts: &Texts) {
        self.anchors.insert(texts.written(event.name).to_string(), node);
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

    #[cold]
    fn alias_key(&mut self, event: &Event, texts: &mut Texts) -> Read<()> {
        let id = self.anchored(event, texts)?;
        let (kind, text) = (self.tree.node(id).kind, self.tree.node(id).text);
        let text = self.key_text(kind, text, event.span, texts);
        self.name(event.span, text, mark(texts.get(text)), texts);
        Ok(())
    }

    #[cold]
    fn alias(&mut self, event: &Event, node: NodeId, texts: &mut Texts) -> Read<()> {
        let id = self.anchored(event, texts)?;
        let from = self.tree.node(id);
        let flags = (from.flags & !flag::SHADOWED) | flag::ALIASED;
        self.tree.fill(node, from.kind, from.style, from.span, from.text, flags);
        self.copy_children(id, node, event.span, texts)
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
    #[cold]
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
