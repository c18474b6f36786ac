//! Places as the protocol counts them: lines from 0, columns in the units that client and server agreed on.

use lsp_types::{Position, PositionEncodingKind, Range};
use plimsoll::text::{LineIndex, Span};

/// What columns are counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Units {
    /// Bytes of UTF-8: costs nothing.
    Utf8,
    /// The protocol's default.
    Utf16,
    /// Characters.
    Utf32,
}

impl Units {
    /// The cheapest of those the client offers.
    pub fn agreed(offered: &[PositionEncodingKind]) -> Units {
        if offered.contains(&PositionEncodingKind::UTF8) {
            Units::Utf8
        } else if offered.contains(&PositionEncodingKind::UTF32) {
            Units::Utf32
        } else {
            Units::Utf16
        }
    }

    /// Its name in the protocol.
    pub fn kind(self) -> PositionEncodingKind {
        match self {
            Units::Utf8 => PositionEncodingKind::UTF8,
            Units::Utf16 => PositionEncodingKind::UTF16,
            Units::Utf32 => PositionEncodingKind::UTF32,
        }
    }

    fn width(self, c: char) -> u32 {
        match self {
            Units::Utf8 => c.len_utf8() as u32,
            Units::Utf16 => c.len_utf16() as u32,
            Units::Utf32 => 1,
        }
    }
}

/// A text with its lines.
#[derive(Clone, Debug, Default)]
pub struct Lined {
    text: String,
    lines: LineIndex,
}

impl Lined {
    /// Indexes `text`.
    pub fn new(text: String) -> Lined {
        let lines = LineIndex::new(&text);
        Lined { text, lines }
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Puts `new` in place of `span`.
    pub fn replace(&mut self, span: Span, new: &str) {
        self.text.replace_range(span.range(), new);
        self.lines = LineIndex::new(&self.text);
    }

    /// The line (from 0) that holds byte `offset`.
    pub fn line_of(&self, offset: u32) -> u32 {
        self.lines.line_of(offset)
    }

    /// Line `line` (from 0) without its line break.
    pub fn line(&self, line: u32) -> Span {
        let start = self.lines.line_start(line);
        let rest = &self.text[start as usize..];
        let len = rest.find(['\n', '\r']).unwrap_or(rest.len());
        Span::new(start, start + len as u32)
    }

    /// The position of byte `offset`.
    pub fn position(&self, offset: u32, units: Units) -> Position {
        let mut offset = (offset as usize).min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.lines.line_of(offset as u32);
        let before = &self.text[self.lines.line_start(line) as usize..offset];
        Position { line, character: before.chars().map(|c| units.width(c)).sum() }
    }

    /// The range of `span`.
    pub fn range(&self, span: Span, units: Units) -> Range {
        Range { start: self.position(span.start, units), end: self.position(span.end, units) }
    }

    /// The byte at `position`; one past the end of its line counts as the end, as the protocol has it.
    pub fn offset(&self, position: Position, units: Units) -> u32 {
        if position.line >= self.lines.count() {
            return self.text.len() as u32;
        }
        let line = self.line(position.line);
        let mut left = position.character;
        for (at, c) in self.text[line.range()].char_indices() {
            // Inside a character counts as before it.
            if left < units.width(c) {
                return line.start + at as u32;
            }
            left -= units.width(c);
        }
        line.end
    }

    /// The bytes of `range`; one that is the wrong way round is empty.
    pub fn span(&self, range: Range, units: Units) -> Span {
        let start = self.offset(range.start, units);
        Span::new(start, self.offset(range.end, units).max(start))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_boundary_goes_there_and_back() {
        let lined = Lined::new("a: 1\r\n주석: \u{1F600}x\rb\n\ne\u{301}".to_string());
        for units in [Units::Utf8, Units::Utf16, Units::Utf32] {
            for at in (0..=lined.text().len()).filter(|at| lined.text().is_char_boundary(*at)) {
                let inside_break =
                    lined.text().as_bytes().get(at) == Some(&b'\n') && at > 0 && lined.text().as_bytes()[at - 1] == b'\r';
                if !inside_break {
                    assert_eq!(lined.offset(lined.position(at as u32, units), units), at as u32, "{units:?} {at}");
                }
            }
        }
    }

    #[test]
    fn places_past_the_end_are_the_end() {
        let lined = Lined::new("ab\ncd".to_string());
        assert_eq!(lined.offset(Position { line: 0, character: 9 }, Units::Utf16), 2);
        assert_eq!(lined.offset(Position { line: 9, character: 9 }, Units::Utf16), 5);
    }
}
