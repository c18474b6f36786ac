//! `Text`: where the characters of a scalar or key are.

use crate::text::Span;

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
    #[inline(always)]
    pub(super) fn bytes<'a>(self, source: &'a str, cooked: &'a str) -> &'a [u8] {
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
