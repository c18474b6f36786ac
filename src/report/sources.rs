//! The texts that findings point into, with their line indexes.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::text::{LineIndex, Position};

/// One text and its lines.
#[derive(Debug)]
pub struct Source {
    /// The text.
    pub text: Arc<String>,
    /// Its lines.
    pub lines: LineIndex,
}

/// The texts of all files that a report shows, by path.
#[derive(Debug, Default)]
pub struct Sources {
    files: BTreeMap<Arc<str>, Source>,
}

impl Sources {
    /// Adds a file.
    pub fn add(&mut self, path: Arc<str>, text: Arc<String>) {
        let lines = LineIndex::new(&text);
        self.files.insert(path, Source { text, lines });
    }

    /// The file at `path`.
    pub fn get(&self, path: &str) -> Option<&Source> {
        self.files.get(path)
    }

    /// Line and column of a byte of `path`; 1:1 when the text is not there.
    pub fn position(&self, path: &str, offset: u32) -> Position {
        self.get(path).map_or(Position { line: 1, column: 1 }, |source| source.lines.position(&source.text, offset))
    }
}
