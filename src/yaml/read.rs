//! From text to [`Parsed`]: splits a file into documents and gives each to its reader.

use super::{Document, Parsed, Problem, ProblemKind, Tree, json};
use crate::text::Span;

/// Parses a file. Never fails: what cannot be read becomes a [`Problem`], and the other documents are read all the same.
pub fn parse(text: String) -> Parsed {
    let mut parsed = Parsed { tree: Tree::new(text), ..Parsed::default() };
    let end = parsed.tree.source().len() as u32;
    match json::read(&mut parsed.tree, 0) {
        Ok(value) => parsed.documents.push(Document { root: Some(value.root), span: Span::new(0, end) }),
        Err(error) => {
            parsed.documents.push(Document { root: None, span: Span::new(0, end) });
            parsed.problems.push(Problem {
                document: 0,
                kind: ProblemKind::Syntax,
                span: Span::point(error.at),
                message: error.message,
                help: None,
                label: None,
                node: None,
            });
        }
    }
    parsed
}
