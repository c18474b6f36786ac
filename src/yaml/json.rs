//! JSON documents, read by JSON's rules into the same tree; iterative, so depth costs no stack.

use super::keys::Keys;
use super::read::{MOST_NODES, MOST_REPEATS};
use super::{Kind, Node, NodeId, Style, Text, Tree, flag};
use crate::text::{Span, mark};

/// The deepest nesting accepted, as for YAML.
const DEEPEST: usize = super::scan::DEEPEST;

/// Why a text is not JSON, and where.
#[derive(Clone, Debug)]
pub struct JsonError {
    /// The offending place.
    pub at: u32,
    /// What is wrong, one sentence without a full stop.
    pub message: String,
}

/// A key that stands twice in one object.
#[derive(Clone, Debug)]
pub struct Repeat {
    /// The later value.
    pub node: NodeId,
    /// Where the earlier one's key is.
    pub first: Span,
}

/// A JSON value read from a text.
pub struct JsonValue {
    /// Its root.
    pub root: NodeId,
    /// One past its last byte.
    pub end: u32,
    /// The repeated keys.
    pub repeats: Vec<Repeat>,
}

/// Reads one JSON value of `tree`'s source that starts at or after `start` and ends before `end`, into `tree`.
pub fn read(tree: &mut Tree, start: u32, end: u32) -> Result<JsonValue, JsonError> {
    let mut reader = Reader {
        tree,
        at: start as usize,
        end: end as usize,
        open: Vec::new(),
        keys: Keys::default(),
        key: None,
        repeats: Vec::new(),
    };
    let root = reader.document()?;
    Ok(JsonValue { root, end: reader.at as u32, repeats: reader.repeats })
}

struct Reader<'t> {
    tree: &'t mut Tree,
    at: usize,
    end: usize,
    /// The open objects and arrays.
    open: Vec<NodeId>,
    keys: Keys,
    /// The key that the next value belongs to.
    key: Option<(Span, Text)>,
    repeats: Vec<Repeat>,
}

impl Reader<'_> {
    fn document(&mut self) -> Result<NodeId, JsonError> {
        self.blank();
        let nodes = self.tree.len();
        let root = self.value()?;
        while let Some(&id) = self.open.last() {
            if self.tree.len() - nodes > MOST_NODES {
                return self.fail("the document has more than two million values");
            }
            self.element(id)?;
        }
        Ok(root)
    }

    /// Reads the next element of the innermost collection, or its end.
    fn element(&mut self, id: NodeId) -> Result<(), JsonError> {
        self.blank();
        let is_map = self.tree.node(id).kind == Kind::Map;
        let is_first = self.tree.node(id).first == NodeId::NONE;
        match self.peek() {
            Some(b) if b == if is_map { b'}' } else { b']' } => {
                self.at += 1;
                self.tree.node_mut(id).span.end = self.at as u32;
                self.keys.close(id);
                self.open.pop();
                return Ok(());
            }
            Some(b',') if !is_first => {
                self.at += 1;
                self.blank();
            }
            Some(_) if is_first => {}
            Some(_) => return self.fail(if is_map { "expected `,` or `}`" } else { "expected `,` or `]`" }),
            None => return self.fail("the document ends inside an object or array"),
        }
        if is_map {
            self.key()?;
            self.blank();
        }
        self.value().map(|_| ())
    }

    /// Reads a scalar, or opens a collection.
    fn value(&mut self) -> Result<NodeId, JsonError> {
        let start = self.at as u32;
        let (kind, style, text) = match self.peek() {
            Some(b @ (b'{' | b'[')) => {
                self.at += 1;
                if self.open.len() >= DEEPEST {
                    return self.fail("nested too deeply");
                }
                (if b == b'{' { Kind::Map } else { Kind::Seq }, Style::Flow, Text::EMPTY)
            }
            Some(b'"') => (Kind::Str, Style::DoubleQuoted, self.string()?.1),
            Some(_) => (self.literal()?, Style::Flow, Text::source(Span::new(start, self.at as u32))),
            None => return self.fail("the document ends in the middle of a value"),
        };
        let parent = self.open.last().copied().unwrap_or(NodeId::NONE);
        let (key_span, key) = self.key.take().unwrap_or((Span::default(), Text::EMPTY));
        let span = Span::new(start, self.at as u32);
        let mark = mark(self.tree.text(key));
        let (id, repeated) = self.tree.push_marked(Node { kind, style, span, key_span, key, text, parent, ..Node::BLANK }, mark);
        if !key_span.is_empty() && (repeated || self.keys.are_many(parent)) {
            self.declare(id, parent, mark);
        }
        if matches!(kind, Kind::Map | Kind::Seq) {
            self.open.push(id);
        }
        Ok(id)
    }

    /// Looks for the key of `id` in `map`; a repeated one shadows the earlier.
    fn declare(&mut self, id: NodeId, map: NodeId, mark: u32) {
        let tree = &*self.tree;
        let Some(earlier) = self.keys.earlier(tree, map, id, mark, |id| tree.text(tree.key(id))) else { return };
        self.tree.mark(earlier, flag::SHADOWED);
        if self.repeats.len() < MOST_REPEATS {
            self.repeats.push(Repeat { node: id, first: self.tree.node(earlier).key_span });
        }
    }

    /// Reads `"key" :`.
    fn key(&mut self) -> Result<(), JsonError> {
        if self.peek() != Some(b'"') {
            return self.fail("expected a key in double quotes");
        }
        self.key = Some(self.string()?);
        self.blank();
        if self.peek() != Some(b':') {
            return self.fail("expected `:` after the key");
        }
        self.at += 1;
        Ok(())
    }

    fn string(&mut self) -> Result<(Span, Text), JsonError> {
        let start = self.at;
        let bytes = &self.tree.source().as_bytes()[..self.end];
        let mut at = start + 1;
        let mut escaped = false;
        loop {
            match bytes.get(at) {
                Some(b'"') => break,
                Some(b'\\') => {
                    escaped = true;
                    at += 2;
                }
                Some(b) if *b < 0x20 => {
                    self.at = at;
                    return self.fail("a control character must be escaped in a string");
                }
                Some(_) => at += 1,
                None => return self.fail("a string is not closed"),
            }
        }
        self.at = at + 1;
        let span = Span::new(start as u32, self.at as u32);
        if !escaped {
            return Ok((span, Text::source(Span::new(span.start + 1, span.end - 1))));
        }
        let quoted = &self.tree.source()[span.range()];
        match serde_json::from_str::<String>(quoted).or_else(|_| lone_surrogates(quoted)) {
            Ok(text) => Ok((span, self.tree.cook(&text))),
            Err(_) => Err(JsonError { at: start as u32, message: "a string has an escape that JSON does not know".to_string() }),
        }
    }

    fn literal(&mut self) -> Result<Kind, JsonError> {
        let start = self.at;
        let bytes = &self.tree.source().as_bytes()[..self.end];
        let mut at = start;
        while bytes.get(at).is_some_and(|b| b.is_ascii_alphanumeric() || b"+-.".contains(b)) {
            at += 1;
        }
        let word = self.tree.source().get(start..at).unwrap_or("");
        let kind = match word {
            "true" => Kind::Bool(true),
            "false" => Kind::Bool(false),
            "null" => Kind::Null,
            "" => return self.fail("expected a value"),
            _ => match number(word) {
                Some(kind) => kind,
                None => return self.fail(&format!("`{}` is not a JSON value", shortened(word))),
            },
        };
        self.at = at;
        Ok(kind)
    }

    fn blank(&mut self) {
        while self.peek().is_some_and(|b| matches!(b, b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.tree.source().as_bytes()[..self.end].get(self.at).copied()
    }

    fn fail<T>(&self, message: &str) -> Result<T, JsonError> {
        Err(JsonError { at: self.at as u32, message: message.to_string() })
    }
}

/// At most the first characters of a long word, for messages.
fn shortened(word: &str) -> &str {
    word.get(..40).unwrap_or(word)
}

/// A JSON number as the server types it: an integer where it is written as one and fits, a float otherwise.
fn number(word: &str) -> Option<Kind> {
    let value: serde_json::Number = serde_json::from_str(word).ok()?;
    if let Some(int) = value.as_i64() {
        return Some(Kind::Int(int));
    }
    if let Some(big) = value.as_u64() {
        return Some(Kind::BigInt(big));
    }
    value.as_f64().map(Kind::Float)
}

/// Go replaces a lone surrogate escape by U+FFFD where serde_json refuses it.
fn lone_surrogates(quoted: &str) -> Result<String, serde_json::Error> {
    let mut bytes = quoted.as_bytes().to_vec();
    let code_at = |bytes: &[u8], at: usize| match bytes.get(at..at + 6) {
        Some([b'\\', b'u', hex @ ..]) => std::str::from_utf8(hex).ok().and_then(|hex| u32::from_str_radix(hex, 16).ok()),
        _ => None,
    };
    let mut at = 0;
    while let Some(found) = memchr::memchr(b'\\', bytes.get(at..).unwrap_or_default()) {
        at += found;
        let is_pair = code_at(&bytes, at + 6).is_some_and(|low| (0xdc00..0xe000).contains(&low));
        match code_at(&bytes, at) {
            Some(0xd800..0xdc00) if is_pair => at += 12,
            Some(0xd800..0xe000) => {
                bytes[at + 2..at + 6].copy_from_slice(b"fffd");
                at += 6;
            }
            _ => at += 2,
        }
    }
    serde_json::from_slice(&bytes)
}
