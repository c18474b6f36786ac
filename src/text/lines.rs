//! The line index of one text: byte offset to line and column, in characters and in UTF-16 units.

/// A place for people: line and column from 1, column in characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

/// Where each line of a text starts.
#[derive(Clone, Debug, Default)]
pub struct LineIndex {
    starts: Vec<u32>,
}

impl LineIndex {
    /// Indexes `text`. `\n`, `\r\n` and a lone `\r` end a line, as in YAML.
    pub fn new(text: &str) -> LineIndex {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        for at in memchr::memchr2_iter(b'\n', b'\r', bytes) {
            let crlf = bytes[at] == b'\r' && bytes.get(at + 1) == Some(&b'\n');
            if !crlf {
                starts.push(at as u32 + 1);
            }
        }
        LineIndex { starts }
    }

    /// How many lines there are; a text that ends in a line break has an empty last one.
    pub fn count(&self) -> u32 {
        self.starts.len() as u32
    }

    /// The line (from 0) that holds byte `offset`.
    pub fn line_of(&self, offset: u32) -> u32 {
        self.starts.partition_point(|&start| start <= offset) as u32 - 1
    }

    /// First byte of line `line` (from 0); the text's length past the last line is the caller's to clamp.
    pub fn line_start(&self, line: u32) -> u32 {
        self.starts[(line as usize).min(self.starts.len() - 1)]
    }

    /// The place of byte `offset` of `text`, the text this index was made from.
    pub fn position(&self, text: &str, offset: u32) -> Position {
        let offset = floor_boundary(text, offset);
        let line = self.line_of(offset);
        let before = &text[self.line_start(line) as usize..offset as usize];
        Position { line: line + 1, column: before.chars().count() as u32 + 1 }
    }

    /// Line (from 0) and column in UTF-16 units (from 0), as editors count.
    pub fn utf16(&self, text: &str, offset: u32) -> (u32, u32) {
        let offset = floor_boundary(text, offset);
        let line = self.line_of(offset);
        let before = &text[self.line_start(line) as usize..offset as usize];
        (line, before.chars().map(|c| c.len_utf16() as u32).sum())
    }
}

fn floor_boundary(text: &str, offset: u32) -> u32 {
    let mut at = (offset as usize).min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_utf16_units() {
        let text = "a: 1\r\n주석: \u{1F600}x\n";
        let index = LineIndex::new(text);
        let x = text.find('x').map(|i| i as u32).unwrap_or_default();
        assert_eq!(index.position(text, x), Position { line: 2, column: 6 });
        assert_eq!(index.utf16(text, x), (1, 6));
        assert_eq!(index.count(), 3);
    }
}
