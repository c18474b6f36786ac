//! The tokens of YAML, between characters and grammar.

use super::{Style, Text};
use crate::text::Span;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    StreamEnd,
    VersionDirective,
    TagDirective,
    DocumentStart,
    DocumentEnd,
    BlockSeqStart,
    BlockMapStart,
    BlockEnd,
    FlowSeqStart,
    FlowSeqEnd,
    FlowMapStart,
    FlowMapEnd,
    BlockEntry,
    FlowEntry,
    Key,
    Value,
    Alias,
    Anchor,
    Tag,
    Scalar,
}

/// One token.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub kind: TokenKind,
    /// Of a scalar.
    pub style: Style,
    /// Where it stands; empty for one that only the indentation tells of.
    pub span: Span,
    /// A scalar's characters, a tag's suffix, a tag directive's prefix.
    pub text: Text,
    /// An anchor's or alias's name, a tag's or tag directive's handle.
    pub name: Span,
}

impl Token {
    /// A token that is its kind and place and nothing more.
    pub fn bare(kind: TokenKind, span: Span) -> Token {
        Token { kind, style: Style::Plain, span, text: Text::EMPTY, name: Span::new(0, 0) }
    }
}
