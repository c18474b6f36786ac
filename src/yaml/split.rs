//! Where one document of a file ends and the next begins, as kubectl cuts it: at lines that start with `---`.

use crate::text::Span;

/// The text between two separators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    /// All of it, separator lines left out.
    pub span: Span,
    /// A line in it that starts with `---` and goes on with something other than a comment, which kubectl refuses.
    pub misplaced: Option<Span>,
}

/// Cuts a file into its pieces; those without any text are left out.
pub(super) fn split(source: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut start = 0;
    let mut misplaced = None;
    for at in separators(source) {
        let end = source[at..].find('\n').map_or(source.len(), |i| at + i);
        let line = source[at..end].trim_end_matches('\r');
        let after = line[3..].trim();
        if !after.is_empty() && !after.starts_with('#') {
            misplaced = misplaced.or(Some(Span::new(at as u32, (at + line.trim_end().len()) as u32)));
            continue;
        }
        if is_directives(&source[start..at]) {
            // The server reads directives and the document that they are for in one.
            continue;
        }
        add(&mut pieces, source, Piece { span: Span::new(start as u32, at as u32), misplaced: misplaced.take() });
        start = (end + 1).min(source.len());
    }
    add(&mut pieces, source, Piece { span: Span::new(start as u32, source.len() as u32), misplaced });
    pieces
}

fn add(pieces: &mut Vec<Piece>, source: &str, piece: Piece) {
    if !source[piece.span.range()].trim().is_empty() {
        pieces.push(piece);
    }
}

/// Where lines start with `---`.
fn separators(source: &str) -> impl Iterator<Item = usize> + '_ {
    let first = source.starts_with("---").then_some(0);
    first.into_iter().chain(memchr::memmem::find_iter(source.as_bytes(), "\n---").map(|at| at + 1))
}

/// Whether there is a directive and nothing besides but comments.
fn is_directives(text: &str) -> bool {
    let text = text.trim_start_matches('\u{feff}');
    let mut lines = text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')).peekable();
    lines.peek().is_some() && lines.all(|line| line.starts_with('%'))
}
