//! What both readers hand to the tree builder: nodes in document order, over byte offsets.

use super::{Style, Text};
use crate::text::Span;

/// What happens at one place of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EventKind {
    Scalar,
    Alias,
    MapStart,
    SeqStart,
    /// The end of the innermost open mapping or sequence.
    Close,
    /// The end of the document's root node.
    End,
}

/// The tags that change how a scalar resolves. Tags on collections are read and ignored, as the server's library does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tag {
    /// No tag is written.
    None,
    /// `!`: the scalar is a string, and yet counts as plain where a merge key is looked for.
    NonSpecific,
    Str,
    Bool,
    Int,
    Float,
    Null,
    Timestamp,
    Binary,
    Merge,
    /// Any other tag: the scalar is a string.
    Other,
}

/// One event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Event {
    pub kind: EventKind,
    pub style: Style,
    pub tag: Tag,
    /// The node without tag and anchor; the opening place of a collection; the closing indicator of a flow collection.
    pub span: Span,
    /// A scalar's characters after unescaping and folding.
    pub text: Text,
    /// The anchor's name, or for an alias the name it refers to; empty where there is none.
    pub name: Span,
}

impl Event {
    /// An event without text, tag and anchor.
    pub fn bare(kind: EventKind, style: Style, span: Span) -> Event {
        Event { kind, style, tag: Tag::None, span, text: Text::EMPTY, name: Span::new(0, 0) }
    }
}

/// Why a document cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ReadError {
    /// Where a person would look.
    pub span: Span,
    /// One sentence without a full stop.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// A second place that explains the first.
    pub label: Option<(Span, String)>,
}

impl ReadError {
    /// An error at `span`, without help.
    pub fn new(span: Span, message: impl Into<String>) -> Box<ReadError> {
        Box::new(ReadError { span, message: message.into(), help: None, label: None })
    }

    /// The same with a hint.
    pub fn help(mut self: Box<Self>, help: impl Into<String>) -> Box<ReadError> {
        self.help = Some(help.into());
        self
    }

    /// The same with a second place.
    pub fn label(mut self: Box<Self>, span: Span, caption: &str) -> Box<ReadError> {
        self.label = Some((span, caption.to_string()));
        self
    }
}

/// What reading gives.
pub(super) type Read<T> = Result<T, Box<ReadError>>;

/// The two buffers that scalars' characters are in while a document is read.
pub(super) struct Texts<'a> {
    /// The file.
    pub source: &'a str,
    /// What is not as written.
    pub cooked: String,
}

impl Texts<'_> {
    /// The characters of `text`.
    pub fn get(&self, text: Text) -> &str {
        text.of(self.source, &self.cooked)
    }

    /// Their bytes; none where they are not in the buffer.
    #[inline(always)]
    pub fn bytes(&self, text: Text) -> &[u8] {
        text.bytes(self.source, &self.cooked)
    }

    /// What is written at `span`.
    pub fn written(&self, span: Span) -> &str {
        &self.source[span.range()]
    }

    /// Puts `text` into the buffer of changed scalars.
    pub fn cook(&mut self, text: &str) -> Text {
        let start = self.cooked.len();
        self.cooked.push_str(text);
        self.cooked_from(start)
    }

    /// All of the buffer of changed scalars from `start` on.
    pub fn cooked_from(&self, start: usize) -> Text {
        Text::cooked(Span::new(start as u32, self.cooked.len() as u32))
    }
}
