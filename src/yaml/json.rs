//! JSON documents, read by JSON's rules into the same tree; iterative, so depth costs no stack.

use super::{Kind, Node, NodeId, Style, Text, Tree, flag};
use crate::text::Span;

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
    let mut reader = Reader { at: start as usize, end: end as usize, repeats: Vec::new() };
    let root = reader.value(tree)?;
    Ok(JsonValue { root, end: reader.at as u32, repeats: reader.repeats })
}

struct Reader {
    at: usize,
    end: usize,
    repeats: Vec<Repeat>,
}

impl Reader {
    /// Reads a whole value with an explicit stack of open collections.
    fn value(&mut self, tree: &mut Tree) -> Result<NodeId, JsonError> {
        let mut open: Vec<NodeId> = Vec::new();
        let mut key: Option<(Span, Text)> = None;
        loop {
            self.blank(tree);
            let (key_span, key_text) = key.take().unwrap_or((Span::default(), Text::EMPTY));
            let parent = open.last().copied().unwrap_or(NodeId::NONE);
            let mut node = blank_node(parent, key_span, key_text);
            let start = self.at as u32;
            match self.peek(tree) {
                Some(b @ (b'{' | b'[')) => {
                    self.at += 1;
                    node.kind = if b == b'{' { Kind::Map } else { Kind::Seq };
                    node.span = Span::new(start, start + 1);
                    let id = tree.push(node);
                    open.push(id);
                    if open.len() > DEEPEST {
                        return self.fail("nested too deeply");
                    }
                    self.blank(tree);
                    let close = if b == b'{' { b'}' } else { b']' };
                    if self.peek(tree) != Some(close) {
                        if b == b'{' {
                            key = Some(self.key(tree, id)?);
                        }
                        continue;
                    }
                }
                Some(b'"') => {
                    let (span, text) = self.string(tree)?;
                    (node.kind, node.style, node.span, node.text) = (Kind::Str, Style::DoubleQuoted, span, text);
                    let id = tree.push(node);
                    if open.is_empty() {
                        return Ok(id);
                    }
                }
                Some(_) => {
                    self.literal(tree, &mut node)?;
                    let id = tree.push(node);
                    if open.is_empty() {
                        return Ok(id);
                    }
                }
                None => return self.fail("the document ends in the middle of a value"),
            }
            // After a value, or at an empty collection's end: close what ends here, then go to the next element.
            loop {
                self.blank(tree);
                let Some(&id) = open.last() else { return self.fail("unexpected end") };
                let is_map = tree.node(id).kind == Kind::Map;
                match self.peek(tree) {
                    Some(b',') if tree.node(id).first != NodeId::NONE => {
                        self.at += 1;
                        if is_map {
                            self.blank(tree);
                            key = Some(self.key(tree, id)?);
                        }
                        break;
                    }
                    Some(b) if b == if is_map { b'}' } else { b']' } => {
                        self.at += 1;
                        tree.node_mut(id).span.end = self.at as u32;
                        open.pop();
                        if open.is_empty() {
                            return Ok(id);
                        }
                    }
                    None => return self.fail("the document ends inside an object or array"),
                    Some(_) => return self.fail(if is_map { "expected `,` or `}`" } else { "expected `,` or `]`" }),
                }
            }
        }
    }

    /// Reads `"key" :`, and notes a repeat.
    fn key(&mut self, tree: &mut Tree, map: NodeId) -> Result<(Span, Text), JsonError> {
        if self.peek(tree) != Some(b'"') {
            return self.fail("expected a key in double quotes");
        }
        let (span, text) = self.string(tree)?;
        self.blank(tree);
        if self.peek(tree) != Some(b':') {
            return self.fail("expected `:` after the key");
        }
        self.at += 1;
        let name = tree.text(text).to_string();
        if let Some(earlier) = tree.get(map, &name) {
            tree.node_mut(earlier).flags |= flag::SHADOWED;
            // The repeat's own node is the next one pushed.
            self.repeats.push(Repeat { node: NodeId(tree.len() as u32), first: tree.node(earlier).key_span });
        }
        Ok((span, text))
    }

    fn string(&mut self, tree: &mut Tree) -> Result<(Span, Text), JsonError> {
        let start = self.at;
        let bytes = &tree.source().as_bytes()[..self.end];
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
            return Ok((span, Text::Source(Span::new(span.start + 1, span.end - 1))));
        }
        match serde_json::from_str::<String>(&tree.source()[span.range()])
            .or_else(|_| lone_surrogates(&tree.source()[span.range()]))
        {
            Ok(text) => Ok((span, tree.cook(&text))),
            Err(_) => Err(JsonError { at: start as u32, message: "a string has an escape that JSON does not know".to_string() }),
        }
    }

    fn literal(&mut self, tree: &Tree, node: &mut Node) -> Result<(), JsonError> {
        let start = self.at;
        let bytes = &tree.source().as_bytes()[..self.end];
        let mut at = start;
        while bytes.get(at).is_some_and(|b| b.is_ascii_alphanumeric() || b"+-.".contains(b)) {
            at += 1;
        }
        let word = tree.source().get(start..at).unwrap_or("");
        node.kind = match word {
            "true" => Kind::Bool(true),
            "false" => Kind::Bool(false),
            "null" => Kind::Null,
            "" => return self.fail("expected a value"),
            _ => match number(word) {
                Some(kind) => kind,
                None => return self.fail(&format!("`{word}` is not a JSON value")),
            },
        };
        self.at = at;
        node.span = Span::new(start as u32, at as u32);
        node.text = Text::Source(node.span);
        Ok(())
    }

    fn blank(&mut self, tree: &Tree) {
        while self.peek(tree).is_some_and(|b| matches!(b, b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn peek(&self, tree: &Tree) -> Option<u8> {
        tree.source().as_bytes()[..self.end].get(self.at).copied()
    }

    fn fail<T>(&self, message: &str) -> Result<T, JsonError> {
        Err(JsonError { at: self.at as u32, message: message.to_string() })
    }
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
    let mut text = quoted.to_string();
    let mut from = 0;
    while let Some(found) = text[from..].find("\\u") {
        let at = from + found;
        let code = text.get(at + 2..at + 6).and_then(|hex| u32::from_str_radix(hex, 16).ok());
        let pair = text.get(at + 6..at + 8) == Some("\\u")
            && text
                .get(at + 8..at + 12)
                .and_then(|hex| u32::from_str_radix(hex, 16).ok())
                .is_some_and(|low| (0xdc00..0xe000).contains(&low));
        match code {
            Some(0xd800..0xdc00) if pair => from = at + 12,
            Some(0xd800..0xe000) => {
                text.replace_range(at + 2..at + 6, "fffd");
                from = at + 6;
            }
            _ => from = at + 2,
        }
    }
    serde_json::from_str(&text)
}

fn blank_node(parent: NodeId, key_span: Span, key: Text) -> Node {
    Node {
        kind: Kind::Null,
        style: Style::Flow,
        flags: 0,
        span: Span::default(),
        key_span,
        key,
        text: Text::EMPTY,
        parent,
        first: NodeId::NONE,
        last: NodeId::NONE,
        next: NodeId::NONE,
        index: 0,
    }
}
