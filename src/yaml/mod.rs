//! YAML as the Kubernetes API server reads it: text to a tree of typed nodes with spans, and what is wrong with the text.

#[cfg(test)]
mod against_libyaml;
mod build;
mod chars;
mod entries;
mod event;
mod fast;
mod grammar;
pub mod json;
mod keys;
mod packed;
mod read;
mod scalar;
mod scan;
mod scan_props;
mod scan_scalar;
mod split;
#[cfg(test)]
mod tests;
mod text;
mod token;
mod tree;
mod value;

pub use read::{Part, Reader, general_events, parse, parse_part, parse_with, parts};
pub use scalar::is_plain_word;
pub use text::Text;
pub(crate) use tree::Found;
pub use tree::{Children, Kind, Node, NodeId, NodeMut, Style, Tree, flag};
pub use value::of_json;

use crate::text::Span;

/// One document of a file. Empty documents are left out, so the position in [`Parsed::documents`] is the public number.
#[derive(Clone, Debug)]
pub struct Document {
    /// Its root; `None` when the document could not be read (a [`Problem`] says why).
    pub root: Option<NodeId>,
    /// All of its text, separators left out.
    pub span: Span,
}

/// What is wrong with a text as such.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProblemKind {
    /// The server's YAML or JSON reader refuses the document.
    Syntax,
    /// A key stands twice in one mapping: strict decoding refuses it.
    DuplicateKey,
    /// The reader silently ignores what follows the document's first root node.
    DroppedContent,
}

/// A problem with its place.
#[derive(Clone, Debug)]
pub struct Problem {
    /// Which document, an index into [`Parsed::documents`].
    pub document: u32,
    /// What sort.
    pub kind: ProblemKind,
    /// Where.
    pub span: Span,
    /// One sentence, without a full stop, in our own words.
    pub message: String,
    /// What to do about it, if there is something to do.
    pub help: Option<String>,
    /// A second place that explains the first, with its caption ("first set here").
    pub label: Option<(Span, String)>,
    /// The node concerned: the repeated value of a duplicate key.
    pub node: Option<NodeId>,
}

/// A parsed file.
#[derive(Clone, Debug, Default)]
pub struct Parsed {
    /// Its nodes.
    pub tree: Tree,
    /// Its documents that are not empty, in order.
    pub documents: Vec<Document>,
    /// What is wrong, in order of place.
    pub problems: Vec<Problem>,
    /// Every comment, from `#` to the end of its line.
    pub comments: Vec<Span>,
}
