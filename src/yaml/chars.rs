//! The characters of YAML 1.1: blanks, line breaks, and those that no document may contain.

use super::event::{Read, ReadError};
use crate::text::Span;

/// Whether the text of a document has line breaks besides LF and CR: NEL, LS or PS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Breaks {
    Usual,
    Exotic,
}

/// One document's bytes. Reading past the end gives NUL, which no document contains.
#[derive(Clone, Copy)]
pub(super) struct Bytes<'a> {
    bytes: &'a [u8],
    breaks: Breaks,
}

impl<'a> Bytes<'a> {
    /// The bytes of a text that [`check`] has passed.
    pub fn new(bytes: &'a [u8], breaks: Breaks) -> Bytes<'a> {
        Bytes { bytes, breaks }
    }

    /// The byte at `at`, NUL past the end.
    pub fn at(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(0)
    }

    /// The bytes from `at` on.
    pub fn rest(&self, at: usize) -> &'a [u8] {
        self.bytes.get(at..).unwrap_or_default()
    }

    /// One past the last byte.
    pub fn end(&self) -> usize {
        self.bytes.len()
    }

    /// How many bytes the line break at `at` has; 0 where there is none.
    pub fn break_len(&self, at: usize) -> usize {
        match self.at(at) {
            b'\n' => 1,
            b'\r' => 1 + usize::from(self.at(at + 1) == b'\n'),
            0xc2 | 0xe2 if self.breaks == Breaks::Exotic => exotic_break(&self.bytes[at..]),
            _ => 0,
        }
    }

    /// Space or tab.
    pub fn is_blank(&self, at: usize) -> bool {
        matches!(self.at(at), b' ' | b'\t')
    }

    /// Blank, line break or the end.
    pub fn is_blankz(&self, at: usize) -> bool {
        match self.at(at) {
            0 | b' ' | b'\t' | b'\n' | b'\r' => true,
            0xc2 | 0xe2 => self.break_len(at) > 0,
            _ => false,
        }
    }

    /// Line break or the end.
    pub fn is_breakz(&self, at: usize) -> bool {
        self.at(at) == 0 || self.break_len(at) > 0
    }

    /// Where the line that holds `at` ends: its line break, or the end.
    pub fn line_end(&self, at: usize) -> usize {
        let rest = &self.bytes[at.min(self.bytes.len())..];
        let found = match self.breaks {
            Breaks::Usual => memchr::memchr2(b'\n', b'\r', rest),
            Breaks::Exotic => (0..rest.len()).find(|&i| self.break_len(at + i) > 0),
        };
        found.map_or(self.bytes.len(), |i| at + i)
    }

    /// `---` or `...` with nothing but a blank behind it; the caller knows that a line starts here.
    pub fn is_document_mark(&self, at: usize) -> bool {
        matches!(self.bytes.get(at..at + 3), Some(b"---" | b"...")) && self.is_blankz(at + 3)
    }
}

/// The length of NEL, LS or PS at the start of `bytes`; 0 for anything else.
fn exotic_break(bytes: &[u8]) -> usize {
    match bytes {
        [0xc2, 0x85, ..] => 2,
        [0xe2, 0x80, 0xa8 | 0xa9, ..] => 3,
        _ => 0,
    }
}

/// Refuses the characters that the server's reader refuses, and tells which line breaks occur in `start..end` of `source`.
pub(super) fn check(source: &str, start: usize, end: usize) -> Read<Breaks> {
    let bytes = &source.as_bytes()[start..end];
    let mut breaks = Breaks::Usual;
    let mut from = start;
    for chunk in bytes.chunks(4096) {
        // Nearly all text is plain ASCII, and this test of it vectorises.
        let odd = chunk.iter().fold(false, |odd, &b| odd | ((b < 0x20) & (b != b'\n') & (b != b'\t')) | (b >= 0x7f));
        if odd && check_chunk(&source.as_bytes()[..end], from, from + chunk.len())? == Breaks::Exotic {
            breaks = Breaks::Exotic;
        }
        from += chunk.len();
    }
    Ok(breaks)
}

fn check_chunk(bytes: &[u8], start: usize, end: usize) -> Read<Breaks> {
    let mut breaks = Breaks::Usual;
    for at in start..end {
        let refused = match bytes[at] {
            b'\t' | b'\n' | b'\r' => false,
            0..=0x1f | 0x7f => true,
            0xc2 => matches!(bytes.get(at + 1), Some(0x80..=0x84 | 0x86..=0x9f)),
            0xef => matches!(bytes.get(at + 1..at + 3), Some([0xbf, 0xbe | 0xbf])),
            _ => false,
        };
        if refused {
            return Err(refusal(bytes, at));
        }
        if exotic_break(&bytes[at..]) > 0 {
            breaks = Breaks::Exotic;
        }
    }
    Ok(breaks)
}

fn refusal(bytes: &[u8], at: usize) -> Box<ReadError> {
    let width = match bytes[at] {
        0xc2 => 2,
        0xef => 3,
        _ => 1,
    };
    let code = std::str::from_utf8(&bytes[at..at + width]).ok().and_then(|text| text.chars().next()).map_or(0, u32::from);
    let error = ReadError::new(
        Span::new(at as u32, (at + width) as u32),
        format!("the control character U+{code:04X} is not allowed in YAML"),
    );
    match code {
        0 => error.help("NUL characters often mean that the file is UTF-16; save it as UTF-8"),
        _ => error.help("remove it, or write it as an escape in a double-quoted string"),
    }
}
