//! From tokens to events: the grammar of YAML 1.1 as the server's library applies it, with a stack instead of recursion.

use super::Style;
use super::event::{Event, EventKind, Read, ReadError, Tag};
use super::scan::Scanner;
use super::token::{Token, TokenKind};
use crate::text::Span;

/// More tag directives than this are refused; looking a handle up takes as many steps.
const MOST_TAG_DIRECTIVES: usize = 64;

/// What may come next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    DocumentContent,
    DocumentEnd,
    BlockNode,
    BlockSeqEntry,
    IndentlessEntry,
    BlockMapKey,
    BlockMapValue,
    FlowSeqFirst,
    FlowSeqEntry,
    FlowPairKey,
    FlowPairValue,
    FlowPairEnd,
    FlowMapFirst,
    FlowMapKey,
    FlowMapValue,
    FlowMapEmptyValue,
}

/// Where a node stands, for what it may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Context {
    Block,
    BlockOrIndentless,
    Flow,
}

/// Reads one document as events.
pub(super) struct Grammar<'a> {
    pub(super) scanner: Scanner<'a>,
    state: State,
    states: Vec<State>,
    /// Where the open collections start, for error messages.
    opened: Vec<Span>,
    handles: Vec<(String, String)>,
}

impl<'a> Grammar<'a> {
    /// A reader of the scanner's document.
    pub fn new(scanner: Scanner<'a>) -> Grammar<'a> {
        Grammar { scanner, state: State::BlockNode, states: vec![State::DocumentEnd], opened: Vec::new(), handles: Vec::new() }
    }

    /// Reads the document's start. `None` if there is no document.
    pub fn start(&mut self) -> Read<Option<()>> {
        match self.scanner.peek()?.kind {
            TokenKind::StreamEnd => return Ok(None),
            TokenKind::VersionDirective | TokenKind::TagDirective | TokenKind::DocumentStart => {
                self.directives()?;
                let token = self.scanner.peek()?;
                if token.kind != TokenKind::DocumentStart {
                    return Err(ReadError::new(token.span, "a `---` line must follow the directives"));
                }
                self.scanner.take();
                self.state = State::DocumentContent;
            }
            _ => {}
        }
        self.handles.push(("!".to_string(), "!".to_string()));
        self.handles.push(("!!".to_string(), LONG_PREFIX.to_string()));
        Ok(Some(()))
    }

    /// Prepares to read the flow collection that starts here, for a caller that has read everything before it by other means.
    pub fn enter_flow(&mut self) {
        self.scanner.key_allowed = false;
        self.state = State::BlockNode;
        self.states.clear();
        self.states.push(State::DocumentEnd);
    }

    /// Whether nothing has been read beyond what [`Grammar::next`] gave.
    pub fn is_at_rest(&self) -> bool {
        self.scanner.is_at_rest() && self.states.is_empty()
    }

    fn directives(&mut self) -> Read<()> {
        let mut versions = 0;
        loop {
            let token = self.scanner.peek()?;
            match token.kind {
                TokenKind::VersionDirective => {
                    versions += 1;
                    if versions > 1 {
                        return Err(ReadError::new(token.span, "the `%YAML` directive is repeated"));
                    }
                }
                TokenKind::TagDirective => {
                    let handle = self.scanner.source[token.name.range()].to_string();
                    if self.handles.iter().any(|(known, _)| *known == handle) {
                        return Err(ReadError::new(token.span, "this `%TAG` handle is already taken"));
                    }
                    if self.handles.len() >= MOST_TAG_DIRECTIVES {
                        return Err(ReadError::new(token.span, "too many `%TAG` directives"));
                    }
                    let prefix = self.scanner.texts.get(token.text).to_string();
                    self.handles.push((handle, prefix));
                }
                _ => return Ok(()),
            }
            self.scanner.take();
        }
    }

    /// The next event; after [`EventKind::End`] there is none.
    pub fn next(&mut self) -> Read<Event> {
        match self.state {
            State::DocumentContent => self.document_content(),
            State::DocumentEnd => self.document_end(),
            State::BlockNode => self.node(Context::Block),
            State::BlockSeqEntry => self.block_seq_entry(),
            State::IndentlessEntry => self.indentless_entry(),
            State::BlockMapKey => self.block_map_key(),
            State::BlockMapValue => self.block_map_value(),
            State::FlowSeqFirst | State::FlowSeqEntry => self.flow_seq_entry(),
            State::FlowPairKey => self.flow_pair_key(),
            State::FlowPairValue => self.flow_pair_value(),
            State::FlowPairEnd => {
                self.state = State::FlowSeqEntry;
                let span = Span::point(self.scanner.peek()?.span.start);
                Ok(Event::bare(EventKind::Close, Style::Block, span))
            }
            State::FlowMapFirst | State::FlowMapKey => self.flow_map_key(),
            State::FlowMapValue => self.flow_map_value(),
            State::FlowMapEmptyValue => {
                let start = self.scanner.peek()?.span.start;
                Ok(self.nothing(start, State::FlowMapKey))
            }
        }
    }

    fn pop(&mut self) -> State {
        self.states.pop().unwrap_or(State::DocumentEnd)
    }

    /// An empty value at `at`; `then` comes next.
    fn nothing(&mut self, at: u32, then: State) -> Event {
        self.state = then;
        Event::bare(EventKind::Scalar, Style::Plain, Span::point(at))
    }

    /// A node, after which `then` comes.
    fn node_then(&mut self, context: Context, then: State) -> Read<Event> {
        self.states.push(then);
        self.node(context)
    }

    fn document_content(&mut self) -> Read<Event> {
        use TokenKind::*;
        let token = self.scanner.peek()?;
        if matches!(token.kind, VersionDirective | TagDirective | DocumentStart | DocumentEnd | StreamEnd) {
            let then = self.pop();
            return Ok(self.nothing(token.span.start, then));
        }
        self.node(Context::Block)
    }

    fn document_end(&mut self) -> Read<Event> {
        let token = self.scanner.peek()?;
        if token.kind == TokenKind::DocumentEnd {
            self.scanner.take();
        }
        Ok(Event::bare(EventKind::End, Style::Plain, token.span))
    }

    fn node(&mut self, context: Context) -> Read<Event> {
        use TokenKind::*;
        let mut token = self.scanner.peek()?;
        if token.kind == Alias {
            self.scanner.take();
            self.state = self.pop();
            return Ok(Event { name: token.name, ..Event::bare(EventKind::Alias, Style::Plain, token.span) });
        }
        let start = token.span;
        let (name, tag) = self.properties(&mut token)?;
        let has_properties = tag != super::event::Tag::None || !name.is_empty();
        let (kind, style, state) = match (token.kind, context) {
            (Scalar, _) => {
                self.scanner.take();
                self.state = self.pop();
                let event = Event::bare(EventKind::Scalar, token.style, token.span);
                return Ok(Event { tag, name, text: token.text, ..event });
            }
            (BlockEntry, Context::BlockOrIndentless) => {
                self.state = State::IndentlessEntry;
                return Ok(Event { tag, name, ..Event::bare(EventKind::SeqStart, Style::Block, Span::point(token.span.start)) });
            }
            (FlowSeqStart, _) => (EventKind::SeqStart, Style::Flow, State::FlowSeqFirst),
            (FlowMapStart, _) => (EventKind::MapStart, Style::Flow, State::FlowMapFirst),
            (BlockSeqStart, Context::Block | Context::BlockOrIndentless) => {
                (EventKind::SeqStart, Style::Block, State::BlockSeqEntry)
            }
            (BlockMapStart, Context::Block | Context::BlockOrIndentless) => {
                (EventKind::MapStart, Style::Block, State::BlockMapKey)
            }
            _ if has_properties => {
                let then = self.pop();
                let at = self.scanner_gap(start, token);
                return Ok(Event { tag, name, ..self.nothing(at, then) });
            }
            _ => return Err(no_content(token)),
        };
        self.scanner.take();
        self.state = state;
        self.opened.push(token.span);
        Ok(Event { tag, name, ..Event::bare(kind, style, token.span) })
    }

    /// The anchor and the tag before a node, in either order; `token` becomes what follows them.
    fn properties(&mut self, token: &mut Token) -> Read<(Span, Tag)> {
        let (mut name, mut tag) = (Span::new(0, 0), Tag::None);
        let (mut has_name, mut has_tag) = (false, false);
        loop {
            match token.kind {
                TokenKind::Anchor if !has_name => {
                    name = token.name;
                    has_name = true;
                }
                TokenKind::Tag if !has_tag => {
                    tag = self.resolve_tag(*token)?;
                    has_tag = true;
                }
                _ => return Ok((name, tag)),
            }
            *token = self.after_property()?;
        }
    }

    /// Where a value that is only an anchor or a tag stands.
    fn scanner_gap(&self, start: Span, token: Token) -> u32 {
        let gap = &self.scanner.source[start.start as usize..token.span.start.max(start.end) as usize];
        start.start + gap.trim_end().len() as u32
    }

    fn after_property(&mut self) -> Read<Token> {
        self.scanner.take();
        self.scanner.peek()
    }

    fn resolve_tag(&self, token: Token) -> Read<Tag> {
        let handle = &self.scanner.source[token.name.range()];
        let suffix = self.scanner.texts.get(token.text);
        if handle.is_empty() {
            return Ok(tag_of("", suffix));
        }
        match self.handles.iter().find(|(known, _)| known == handle) {
            Some((_, prefix)) => Ok(tag_of(prefix, suffix)),
            None => Err(ReadError::new(token.span, format!("the tag handle `{handle}` is not declared"))),
        }
    }

    fn block_seq_entry(&mut self) -> Read<Event> {
        use TokenKind::*;
        let token = self.scanner.peek()?;
        match token.kind {
            BlockEntry => {
                self.scanner.take();
                match self.scanner.peek()?.kind {
                    BlockEntry | BlockEnd => Ok(self.nothing(token.span.end, State::BlockSeqEntry)),
                    _ => self.node_then(Context::Block, State::BlockSeqEntry),
                }
            }
            BlockEnd => Ok(self.close(token)),
            _ => {
                let behind = self.stands_behind_text(token);
                let message =
                    if behind { "nothing can follow the value on this line" } else { "expected the next `- ` item of the list" };
                let help = if behind { "remove it, or quote the whole value" } else { "check how this line is indented" };
                let error = ReadError::new(self.shown(token), message);
                Err(self.within(error, "the list starts here").help(help))
            }
        }
    }

    fn indentless_entry(&mut self) -> Read<Event> {
        use TokenKind::*;
        let token = self.scanner.peek()?;
        if token.kind != BlockEntry {
            self.state = self.pop();
            return Ok(Event::bare(EventKind::Close, Style::Block, Span::point(token.span.start)));
        }
        self.scanner.take();
        match self.scanner.peek()?.kind {
            BlockEntry | Key | Value | BlockEnd => Ok(self.nothing(token.span.end, State::IndentlessEntry)),
            _ => self.node_then(Context::Block, State::IndentlessEntry),
        }
    }

    fn block_map_key(&mut self) -> Read<Event> {
        use TokenKind::*;
        let token = self.scanner.peek()?;
        match token.kind {
            Key => {
                self.scanner.take();
                match self.scanner.peek()?.kind {
                    Key | Value | BlockEnd => Ok(self.nothing(token.span.end, State::BlockMapValue)),
                    _ => self.node_then(Context::BlockOrIndentless, State::BlockMapValue),
                }
            }
            BlockEnd => Ok(self.close(token)),
            _ => {
                let (message, help) = if self.stands_behind_text(token) {
                    ("nothing can follow the value on this line", "remove it, or quote the whole value")
                } else if token.kind == BlockEntry {
                    ("a list item cannot stand among the keys of a mapping", "indent the list below its key")
                } else {
                    let help = "check how this line is indented: it must match the other keys of its mapping";
                    ("expected a key of the mapping here", help)
                };
                let error = ReadError::new(self.shown(token), message);
                Err(self.within(error, "the mapping starts here").help(help))
            }
        }
    }

    /// Whether there is more than indentation and dashes before `token` on its line.
    fn stands_behind_text(&self, token: Token) -> bool {
        let before = &self.scanner.source[..token.span.start as usize];
        let line = &before[before.rfind(['\n', '\r']).map_or(0, |at| at + 1)..];
        token.kind != TokenKind::BlockEnd && line.contains(|c| !matches!(c, ' ' | '-' | '\t'))
    }

    fn block_map_value(&mut self) -> Read<Event> {
        use TokenKind::*;
        let token = self.scanner.peek()?;
        if token.kind != Value {
            return Ok(self.nothing(token.span.start, State::BlockMapKey));
        }
        self.scanner.take();
        match self.scanner.peek()?.kind {
            Key | Value | BlockEnd => Ok(self.nothing(token.span.end, State::BlockMapKey)),
            _ => self.node_then(Context::BlockOrIndentless, State::BlockMapKey),
        }
    }

    fn flow_seq_entry(&mut self) -> Read<Event> {
        use TokenKind::*;
        let mut token = self.scanner.peek()?;
        if token.kind != FlowSeqEnd && self.state == State::FlowSeqEntry {
            if token.kind != FlowEntry {
                let error = ReadError::new(self.shown(token), "expected `,` or `]`");
                return Err(self.within(error, "the list starts here"));
            }
            self.scanner.take();
            token = self.scanner.peek()?;
        }
        match token.kind {
            FlowSeqEnd => Ok(self.close(token)),
            Key => {
                self.scanner.take();
                self.state = State::FlowPairKey;
                Ok(Event::bare(EventKind::MapStart, Style::Flow, Span::point(token.span.start)))
            }
            _ => self.node_then(Context::Flow, State::FlowSeqEntry),
        }
    }

    fn flow_pair_key(&mut self) -> Read<Event> {
        use TokenKind::*;
        let token = self.scanner.peek()?;
        if !matches!(token.kind, Value | FlowEntry | FlowSeqEnd) {
            return self.node_then(Context::Flow, State::FlowPairValue);
        }
        // The library drops the token here, whatever it is.
        self.scanner.take();
        Ok(self.nothing(token.span.end, State::FlowPairValue))
    }

    fn flow_pair_value(&mut self) -> Read<Event> {
        use TokenKind::*;
        let token = self.scanner.peek()?;
        if token.kind == Value {
            self.scanner.take();
            if !matches!(self.scanner.peek()?.kind, FlowEntry | FlowSeqEnd) {
                return self.node_then(Context::Flow, State::FlowPairEnd);
            }
        }
        Ok(self.nothing(token.span.end, State::FlowPairEnd))
    }

    fn flow_map_key(&mut self) -> Read<Event> {
        use TokenKind::*;
        let mut token = self.scanner.peek()?;
        if token.kind != FlowMapEnd && self.state == State::FlowMapKey {
            if token.kind != FlowEntry {
                let error = ReadError::new(self.shown(token), "expected `,` or `}`");
                return Err(self.within(error, "the mapping starts here"));
            }
            self.scanner.take();
            token = self.scanner.peek()?;
        }
        match token.kind {
            FlowMapEnd => Ok(self.close(token)),
            Key => {
                self.scanner.take();
                let next = self.scanner.peek()?;
                match next.kind {
                    Value | FlowEntry | FlowMapEnd => Ok(self.nothing(next.span.start, State::FlowMapValue)),
                    _ => self.node_then(Context::Flow, State::FlowMapValue),
                }
            }
            _ => self.node_then(Context::Flow, State::FlowMapEmptyValue),
        }
    }

    fn flow_map_value(&mut self) -> Read<Event> {
        use TokenKind::*;
        let token = self.scanner.peek()?;
        if token.kind == Value {
            self.scanner.take();
            if !matches!(self.scanner.peek()?.kind, FlowEntry | FlowMapEnd) {
                return self.node_then(Context::Flow, State::FlowMapKey);
            }
        }
        Ok(self.nothing(token.span.end, State::FlowMapKey))
    }

    fn close(&mut self, token: Token) -> Event {
        self.scanner.take();
        self.opened.pop();
        self.state = self.pop();
        let style = if token.kind == TokenKind::BlockEnd { Style::Block } else { Style::Flow };
        Event::bare(EventKind::Close, style, token.span)
    }

    /// What to underline for a token that is out of place: the text there, also where the token itself is invisible.
    fn shown(&self, token: Token) -> Span {
        if !token.span.is_empty() {
            return token.span;
        }
        let start = token.span.start as usize;
        let line = self.scanner.source[start..self.scanner.bytes.line_end(start)].trim_end();
        Span::new(start as u32, (start + line.len()) as u32)
    }

    fn within(&self, error: Box<ReadError>, caption: &str) -> Box<ReadError> {
        match self.opened.last() {
            Some(span) => error.label(*span, caption),
            None => error,
        }
    }
}

const LONG_PREFIX: &str = "tag:yaml.org,2002:";

/// What the tag `prefix` + `suffix` does to a scalar.
fn tag_of(prefix: &str, suffix: &str) -> Tag {
    if prefix.is_empty() && suffix == "!" {
        return Tag::NonSpecific;
    }
    let name = match (prefix, suffix.strip_prefix(LONG_PREFIX)) {
        (LONG_PREFIX, _) => suffix,
        ("", Some(name)) => name,
        _ => return Tag::Other,
    };
    match name {
        "str" => Tag::Str,
        "bool" => Tag::Bool,
        "int" => Tag::Int,
        "float" => Tag::Float,
        "null" => Tag::Null,
        "timestamp" => Tag::Timestamp,
        "binary" => Tag::Binary,
        "merge" => Tag::Merge,
        _ => Tag::Other,
    }
}

fn no_content(token: Token) -> Box<ReadError> {
    use TokenKind::*;
    let (message, help) = match token.kind {
        FlowEntry => ("a value is missing before this comma", "plain text cannot start with a comma: quote it"),
        FlowSeqEnd | FlowMapEnd => ("this bracket closes nothing", "remove it, or quote the text"),
        BlockEntry => ("a block list cannot stand inside brackets", "write the items separated by commas"),
        DocumentEnd | DocumentStart => ("a value is missing before this line", "remove the line"),
        StreamEnd => ("the document ends where a value is expected", "close what is still open"),
        _ => ("a value is expected here", "check how this line is indented"),
    };
    ReadError::new(token.span, message).help(help)
}
