//! From text to [`Parsed`]: splits a file into documents and gives each to its reader.

use super::build::Builder;
use super::chars::{self, Breaks, Bytes};
use super::event::{EventKind, Read, ReadError};
use super::grammar::Grammar;
use super::scan::Scanner;
use super::split::{Piece, split};
use super::token::TokenKind;
use super::{Document, Kind, NodeId, Parsed, Problem, ProblemKind, Tree, fast, json};
use crate::text::Span;

/// From this length on, in bytes, room is made for whatever a text may need.
const LONG: usize = 1 << 20;
/// A text of this length, in bytes, is refused.
const TOO_LONG: usize = u32::MAX as usize / 4;
/// How many bytes of a manifest there are to one node, the defaults among them.
const USUAL: usize = 16;
/// How many values and collections a document may have. The API server takes no more than 3 MB at once.
pub(super) const MOST_NODES: usize = 2_000_000;
/// How many repeated keys are told of in one document.
pub(super) const MOST_REPEATS: usize = 100;

/// Parses a file. Never fails: what cannot be read becomes a [`Problem`], and the other documents are read all the same.
pub fn parse(text: String) -> Parsed {
    parse_with(text, Reader::Either)
}

/// How many events the general reader makes of a text, nothing built from them: what the benchmark compares a whole lint with.
pub fn general_events(text: &str) -> usize {
    let mut count = 0;
    for piece in split(text) {
        let Ok(breaks) = chars::check(text, piece.span.start as usize, piece.span.end as usize) else { continue };
        let bytes = Bytes::new(&text.as_bytes()[..piece.span.end as usize], breaks);
        let mut grammar = Grammar::new(Scanner::new(text, bytes, piece.span.start as usize, String::new()));
        if !matches!(grammar.start(), Ok(Some(_))) {
            continue;
        }
        while grammar.next().is_ok_and(|event| event.kind != EventKind::End) {
            count += 1;
        }
    }
    count
}

/// The same as [`parse`], with a choice of reader.
pub fn parse_with(text: String, reader: Reader) -> Parsed {
    let all = Part(split(&text));
    parse_part(text, &all, reader)
}

/// Some documents of a file, one after the other.
pub struct Part(Vec<Piece>);

/// How long a part is at least, in bytes.
const PART: u32 = 1 << 17;

/// Cuts a long text between documents, for readers that need not have all of them at once. None starts with mere comments.
pub fn parts(text: &str) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    if text.len() >= TOO_LONG {
        return parts;
    }
    for piece in split(text) {
        let is_full = |part: &Part| part.0.first().is_some_and(|first| piece.span.start - first.span.start >= PART);
        match parts.last_mut() {
            Some(part) if !is_full(part) || is_comments(&text[piece.span.range()]) => part.0.push(piece),
            _ => parts.push(Part(vec![piece])),
        }
    }
    parts
}

fn is_comments(text: &str) -> bool {
    text.lines().map(str::trim_start).all(|line| line.is_empty() || line.starts_with('#'))
}

/// Parses one part of a file. Documents are numbered from 0; places are those in the whole text.
pub fn parse_part(text: String, part: &Part, reader: Reader) -> Parsed {
    let mut parsed = Parsed { tree: Tree::new(text), ..Parsed::default() };
    if parsed.tree.source().len() >= TOO_LONG {
        parsed.documents.push(Document { root: None, span: Span::new(0, 0) });
        parsed.problems.push(syntax(0, *ReadError::new(Span::point(0), "the file is larger than a gigabyte")));
        return parsed;
    }
    let len: usize = part.0.iter().map(|piece| piece.span.len() as usize).sum();
    match len > LONG {
        true => parsed.tree.reserve((len / 8).max((len / 2).min(MOST_NODES)), len),
        false => parsed.tree.reserve(len / USUAL, len / 4),
    }
    for piece in &part.0 {
        document(&mut parsed, *piece, reader);
    }
    let (tree, problems) = (&parsed.tree, &mut parsed.problems);
    for problem in problems.iter_mut().filter(|problem| problem.kind == ProblemKind::Syntax) {
        problem.span = whole(tree.source(), problem.span);
        if is_template(tree.source(), problem.span) {
            problem.help = Some("this looks like a template: render it first, for example with `helm template`".to_string());
        }
    }
    parsed.problems.sort_by_key(|problem| (problem.document, problem.span.start));
    parsed
}

/// Whether the line at `span` holds `{{`.
fn is_template(source: &str, span: Span) -> bool {
    let at = span.start as usize;
    let start = memchr::memrchr(b'\n', &source.as_bytes()[..at]).map_or(0, |i| i + 1);
    let end = memchr::memchr(b'\n', &source.as_bytes()[at..]).map_or(source.len(), |i| at + i);
    memchr::memmem::find(&source.as_bytes()[start..end], b"{{").is_some()
}

/// Reads one document, as JSON if it looks like that, and as YAML otherwise or if that fails.
fn document(parsed: &mut Parsed, piece: Piece, reader: Reader) {
    if let Some(span) = piece.misplaced {
        let error = ReadError::new(span, "nothing but a comment can follow `---` on its line");
        let error = error.help("put what follows on a line of its own; kubectl refuses the whole file otherwise");
        refuse(parsed, piece.span, *error);
        return;
    }
    let text = &parsed.tree.source()[piece.span.range()];
    let is_json = text.trim_start_matches('\u{feff}').trim_start().starts_with('{');
    let json_error = match is_json {
        true => match json_documents(parsed, piece.span) {
            Ok(()) => return,
            Err(error) => error,
        },
        false => None,
    };
    let (comments, problems, nodes) = (parsed.comments.len(), parsed.problems.len(), parsed.tree.len());
    match yaml(parsed, piece.span, reader) {
        Ok(Some(root)) => parsed.documents.push(Document { root, span: piece.span }),
        Ok(None) => {}
        Err(error) => {
            parsed.problems.truncate(problems);
            parsed.comments.truncate(comments);
            parsed.tree.truncate(nodes);
            refuse(parsed, piece.span, *json_error.unwrap_or(error));
        }
    }
}

fn refuse(parsed: &mut Parsed, span: Span, error: ReadError) {
    parsed.problems.push(syntax(parsed.documents.len() as u32, error));
    parsed.documents.push(Document { root: None, span });
}

fn syntax(document: u32, error: ReadError) -> Problem {
    let ReadError { span, message, help, label } = error;
    Problem { document, kind: ProblemKind::Syntax, span, message, help, label, node: None }
}

/// Reads a stream of JSON values. An error means that it may still be YAML; with an error of JSON's if that is the likelier one.
fn json_documents(parsed: &mut Parsed, span: Span) -> Result<(), Option<Box<ReadError>>> {
    let nodes = parsed.tree.len();
    let mut at = span.start + bom(&parsed.tree.source()[span.range()]);
    let mut documents = Vec::new();
    let mut problems = Vec::new();
    loop {
        let rest = &parsed.tree.source()[at as usize..span.end as usize];
        at += (rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r']).len()) as u32;
        if at == span.end {
            break;
        }
        match json::read(&mut parsed.tree, at, span.end) {
            Ok(value) => {
                let document = (parsed.documents.len() + documents.len()) as u32;
                problems.extend(value.repeats.iter().map(|repeat| duplicate(&parsed.tree, document, repeat)));
                documents.push(Document { root: Some(value.root), span: Span::new(at, value.end) });
                at = value.end;
            }
            Err(error) => {
                let looks_like_json = rest_after_brace(parsed.tree.source(), span).starts_with('"');
                parsed.tree.truncate(nodes);
                let at = error.at.min(span.end);
                let place = Span::new(at, (at + 1).min(span.end));
                return Err(looks_like_json.then(|| ReadError::new(place, error.message)));
            }
        }
    }
    parsed.documents.extend(documents);
    parsed.problems.extend(problems);
    Ok(())
}

/// The whole characters that a span touches: the scanner counts bytes, and the one that it stops at may begin a wide character.
fn whole(source: &str, span: Span) -> Span {
    let start = source.floor_char_boundary(span.start as usize);
    Span::new(start as u32, source.ceil_char_boundary(span.end as usize) as u32)
}

fn rest_after_brace(source: &str, span: Span) -> &str {
    let text = &source[span.range()];
    text.split_once('{').map_or("", |(_, rest)| rest.trim_start())
}

fn duplicate(tree: &Tree, document: u32, repeat: &json::Repeat) -> Problem {
    let node = tree.node(repeat.node);
    Problem {
        document,
        kind: ProblemKind::DuplicateKey,
        span: node.key_span,
        message: format!("the key `{}` is already set in this object", tree.text(node.key)),
        help: Some("keep one of them; readers that accept this use the last".to_string()),
        label: Some((repeat.first, "first set here".to_string())),
        node: Some(repeat.node),
    }
}

/// The length of a byte order mark at the start.
fn bom(text: &str) -> u32 {
    if text.starts_with('\u{feff}') { 3 } else { 0 }
}

/// Which reader a document is given to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reader {
    /// The fast one, and the general one if that declines.
    #[default]
    Either,
    /// The general one only, to compare the two.
    General,
}

/// Reads one YAML document. `None` if there is nothing in it.
fn yaml(parsed: &mut Parsed, span: Span, reader: Reader) -> Read<Option<Option<NodeId>>> {
    let source = parsed.tree.take_source();
    let start = (span.start + bom(&source[span.range()])) as usize;
    let outcome = chars::check(&source, start, span.end as usize).and_then(|breaks| {
        let bytes = Bytes::new(&source.as_bytes()[..span.end as usize], breaks);
        let scanner = |cooked| Scanner::new(&source, bytes, start, cooked);
        let cooked = parsed.tree.take_cooked();
        let len = cooked.len();
        let mut grammar = Grammar::new(scanner(cooked));
        let fast = match (reader, breaks) {
            (Reader::Either, Breaks::Usual) => read_fast(parsed, &mut grammar),
            _ => None,
        };
        let outcome = match fast {
            Some(root) => Ok(root),
            None => {
                let mut cooked = std::mem::take(&mut grammar.scanner.texts.cooked);
                cooked.truncate(len);
                grammar = Grammar::new(scanner(cooked));
                read(parsed, &mut grammar)
            }
        };
        parsed.tree.set_cooked(std::mem::take(&mut grammar.scanner.texts.cooked));
        parsed.comments.append(&mut grammar.scanner.comments);
        outcome
    });
    parsed.tree.set_source(source);
    outcome
}

/// Reads a document in the simple style; `None`, and nothing done, for any other.
fn read_fast(parsed: &mut Parsed, grammar: &mut Grammar) -> Option<Option<Option<NodeId>>> {
    let nodes = parsed.tree.len();
    let mut builder = Builder::new(&mut parsed.tree, parsed.documents.len() as u32);
    let done = fast::read(grammar, &mut |event, texts| builder.take(event, texts));
    let built = builder.finish();
    if done.is_none() || nodes == parsed.tree.len() {
        parsed.tree.truncate(nodes);
        return None;
    }
    parsed.problems.extend(built.problems);
    Some(Some(built.root))
}

fn read(parsed: &mut Parsed, grammar: &mut Grammar) -> Read<Option<Option<NodeId>>> {
    if grammar.start()?.is_none() {
        return Ok(None);
    }
    let document = parsed.documents.len() as u32;
    let mut builder = Builder::new(&mut parsed.tree, document);
    loop {
        // By reference: copying an event that has just been written stalls the processor, for a tenth of the time of reading.
        let next = grammar.next();
        match &next {
            Ok(event) if event.kind == EventKind::End => break,
            Ok(event) => builder.take(event, &mut grammar.scanner.texts)?,
            Err(_) => _ = next?,
        }
    }
    let built = builder.finish();
    let dropped = dropped(grammar);
    let is_null = built.root.is_some_and(|root| parsed.tree.node(root).kind == Kind::Null);
    if is_null && dropped.is_none() && built.problems.is_empty() {
        return Ok(None);
    }
    parsed.problems.extend(built.problems);
    parsed.problems.extend(dropped.map(|span| Problem {
        document,
        kind: ProblemKind::DroppedContent,
        span,
        message: "everything from here on is silently ignored".to_string(),
        help: Some("the document ends above this line; check the indentation, or separate documents with `---`".to_string()),
        label: None,
        node: None,
    }));
    Ok(Some(built.root))
}

/// What follows the document's root node: the first line of it.
fn dropped(grammar: &mut Grammar) -> Option<Span> {
    let start = match grammar.scanner.peek() {
        Ok(token) if token.kind == TokenKind::StreamEnd => return None,
        Ok(token) if token.kind == TokenKind::DocumentEnd => {
            grammar.scanner.take();
            return dropped(grammar);
        }
        Ok(token) => token.span.start,
        Err(error) => error.span.start,
    };
    let end = grammar.scanner.bytes.line_end(start as usize);
    Some(Span::new(start, end as u32))
}

/// Whether the fast reader takes every document of `text`.
#[cfg(test)]
pub(super) fn is_fast(text: &str) -> bool {
    split(text).into_iter().all(|piece| {
        let bytes = Bytes::new(&text.as_bytes()[..piece.span.end as usize], Breaks::Usual);
        let mut grammar = Grammar::new(Scanner::new(text, bytes, piece.span.start as usize, String::new()));
        fast::read(&mut grammar, &mut |_, _| Ok(())).is_some()
    })
}
