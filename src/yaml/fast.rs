//! A fast reader for the plain block style that nearly all manifests are written in. It declines a document whenever in doubt,
//! and gives the same events as the general reader for those it takes.

use super::Style;
use super::event::{Event, EventKind, Read, Texts};
use super::grammar::Grammar;
use super::scan::{DEEPEST, Scanner};
use super::scan_scalar::Lines;
use super::token::Token;
use crate::text::Span;

/// Where events go.
type Sink<'s> = dyn FnMut(&Event, &mut Texts) -> Read<()> + 's;

/// An open block collection.
#[derive(Clone, Copy)]
struct Level {
    /// Where its keys or dashes stand.
    column: usize,
    is_map: bool,
}

/// What the next line may hold.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Awaited {
    /// The next key or item, or the end of the collection.
    Entry,
    /// The value of the key or dash that ends at this byte, or nothing.
    Value(u32),
}

/// Reads a whole document. `None`: it is not in the simple style, and what the sink was told must be forgotten.
pub(super) fn read(grammar: &mut Grammar, sink: &mut Sink) -> Option<()> {
    let mut reader = Reader { grammar, sink, levels: Vec::new(), awaited: Awaited::Value(u32::MAX) };
    while let Some(column) = reader.next_line()? {
        reader.line(column)?;
    }
    reader.close_to(None)
}

struct Reader<'r, 'a, 's> {
    grammar: &'r mut Grammar<'a>,
    sink: &'r mut Sink<'s>,
    levels: Vec<Level>,
    awaited: Awaited,
}

impl<'a> Reader<'_, 'a, '_> {
    fn scanner(&mut self) -> &mut Scanner<'a> {
        &mut self.grammar.scanner
    }

    fn byte(&self, ahead: usize) -> u8 {
        self.grammar.scanner.bytes.at(self.grammar.scanner.at + ahead)
    }

    fn emit(&mut self, event: Event) -> Option<()> {
        (self.sink)(&event, &mut self.grammar.scanner.texts).ok()
    }

    fn emit_scalar(&mut self, token: Token) -> Option<()> {
        self.emit(Event { text: token.text, ..Event::bare(EventKind::Scalar, token.style, token.span) })
    }

    /// Goes to the next text and gives its column; `Some(None)` at the document's end.
    fn next_line(&mut self) -> Option<Option<usize>> {
        let scanner = self.scanner();
        loop {
            while scanner.bytes.at(scanner.at) == b' ' {
                scanner.at += 1;
            }
            match scanner.bytes.at(scanner.at) {
                b'#' => scanner.comment(),
                b'\n' | b'\r' => {
                    let len = scanner.bytes.break_len(scanner.at);
                    scanner.pass_break(len);
                }
                b'\t' => return None,
                _ if scanner.at == scanner.bytes.end() => return Some(None),
                b'-' | b'.' | b'%' if scanner.column() == 0 && scanner.at_mark() => return None,
                _ => return Some(Some(scanner.column())),
            }
        }
    }

    /// Reads a line whose text starts here.
    fn line(&mut self, column: usize) -> Option<()> {
        let is_item = self.byte(0) == b'-' && self.grammar.scanner.bytes.is_blankz(self.grammar.scanner.at + 1);
        if let Awaited::Value(at) = self.awaited {
            let starts = match self.levels.last() {
                None => at == u32::MAX,
                Some(top) => column > top.column || (column == top.column && top.is_map && is_item),
            };
            if starts {
                return self.node(column);
            }
            self.empty(at)?;
        }
        self.close_to(Some((column, is_item)))?;
        let top = *self.levels.last()?;
        if top.column != column || top.is_map == is_item {
            return None;
        }
        if is_item { self.item() } else { self.entry() }
    }

    /// Nothing stands where a value could.
    fn empty(&mut self, at: u32) -> Option<()> {
        self.awaited = Awaited::Entry;
        if at == u32::MAX {
            return None;
        }
        self.emit(Event::bare(EventKind::Scalar, Style::Plain, Span::point(at)))
    }

    /// Closes the collections that a line at this column does not continue; all of them at the document's end.
    fn close_to(&mut self, line: Option<(usize, bool)>) -> Option<()> {
        if let (None, Awaited::Value(at)) = (line, self.awaited) {
            self.empty(at)?;
        }
        while let Some(&top) = self.levels.last() {
            let goes_on = match line {
                None => false,
                // A list may stand at the column of its key; a key there ends it.
                Some((column, is_item)) => top.column < column || (top.column == column && (top.is_map || is_item)),
            };
            if goes_on {
                return Some(());
            }
            self.levels.pop();
            let at = self.grammar.scanner.at as u32;
            self.emit(Event::bare(EventKind::Close, Style::Block, Span::point(at)))?;
        }
        Some(())
    }

    fn open(&mut self, kind: EventKind, column: usize, at: u32) -> Option<()> {
        if self.levels.len() >= DEEPEST {
            return None;
        }
        self.levels.push(Level { column, is_map: kind == EventKind::MapStart });
        self.scanner().indent = column as isize;
        self.emit(Event::bare(kind, Style::Block, Span::point(at)))
    }

    /// A value on a line of its own: a list, a mapping, or a scalar that the general reader takes.
    fn node(&mut self, column: usize) -> Option<()> {
        self.awaited = Awaited::Entry;
        let at = self.grammar.scanner.at as u32;
        if self.byte(0) == b'-' && self.grammar.scanner.bytes.is_blankz(at as usize + 1) {
            self.open(EventKind::SeqStart, column, at)?;
            return self.item();
        }
        let key = self.key()?;
        self.open(EventKind::MapStart, column, key.span.start)?;
        self.emit_scalar(key)?;
        self.value()
    }

    /// A list item, from its dash.
    fn item(&mut self) -> Option<()> {
        self.set_indent();
        let scanner = self.scanner();
        scanner.at += 1;
        let dash = scanner.at as u32;
        while scanner.bytes.at(scanner.at) == b' ' {
            scanner.at += 1;
        }
        let column = scanner.column();
        let at = scanner.at as u32;
        match scanner.bytes.at(scanner.at) {
            0 | b'\n' | b'\r' | b'#' => self.nothing(dash),
            b'-' if scanner.bytes.is_blankz(scanner.at + 1) => {
                self.open(EventKind::SeqStart, column, at)?;
                self.item()
            }
            b'[' | b'{' => self.flow(),
            b'|' => self.block_text(Style::Literal),
            b'>' => self.block_text(Style::Folded),
            _ => {
                let line = self.grammar.scanner.line;
                let (token, lines) = self.scalar()?;
                if lines == Lines::Same && self.passes_colon(token, line)? {
                    self.open(EventKind::MapStart, column, at)?;
                    self.emit_scalar(token)?;
                    return self.value();
                }
                self.emit_scalar(token)?;
                if lines == Lines::Same { self.end_line() } else { Some(()) }
            }
        }
    }

    /// An entry of a mapping that is open.
    fn entry(&mut self) -> Option<()> {
        self.set_indent();
        let key = self.key()?;
        self.emit_scalar(key)?;
        self.value()
    }

    fn set_indent(&mut self) {
        let column = self.levels.last().map_or(-1, |top| top.column as isize);
        self.scanner().indent = column;
    }

    /// A key and its colon.
    fn key(&mut self) -> Option<Token> {
        let line = self.grammar.scanner.line;
        let (token, lines) = self.scalar()?;
        (lines == Lines::Same && self.passes_colon(token, line)?).then_some(token)
    }

    /// Whether the scalar just read, which starts on `line`, is a key: passes the colon behind it. What would need a closer
    /// look is declined.
    fn passes_colon(&mut self, token: Token, line: u32) -> Option<bool> {
        let scanner = self.scanner();
        scanner.pass_blanks();
        if scanner.bytes.at(scanner.at) != b':' {
            return Some(false);
        }
        if scanner.line != line || !scanner.bytes.is_blankz(scanner.at + 1) || scanner.at - token.span.start as usize > 1000 {
            return None;
        }
        scanner.at += 1;
        Some(true)
    }

    /// A plain or quoted scalar.
    fn scalar(&mut self) -> Option<(Token, Lines)> {
        let next = self.byte(1);
        match self.byte(0) {
            b'"' => Some((self.scanner().quoted_scalar(Style::DoubleQuoted).ok()?, Lines::Same)),
            b'\'' => Some((self.scanner().quoted_scalar(Style::SingleQuoted).ok()?, Lines::Same)),
            b'?' | b':' | b',' | b'[' | b']' | b'{' | b'}' | b'#' | b'&' | b'*' | b'!' | b'|' | b'>' | b'%' | b'@' | b'`' => None,
            b'\t' | b' ' | b'\n' | b'\r' | 0 => None,
            b'-' if matches!(next, b' ' | b'\t' | b'\n' | b'\r' | 0) => None,
            _ => self.scanner().plain_scalar().ok(),
        }
    }

    /// What stands behind a key's colon.
    fn value(&mut self) -> Option<()> {
        let scanner = self.scanner();
        let colon = scanner.at as u32;
        scanner.pass_blanks();
        match scanner.bytes.at(scanner.at) {
            0 | b'\n' | b'\r' | b'#' => self.nothing(colon),
            b'[' | b'{' => self.flow(),
            b'|' => self.block_text(Style::Literal),
            b'>' => self.block_text(Style::Folded),
            _ => {
                let (token, lines) = self.scalar()?;
                self.emit_scalar(token)?;
                if lines == Lines::Same { self.end_line() } else { Some(()) }
            }
        }
    }

    /// The line ends where a value could stand.
    fn nothing(&mut self, at: u32) -> Option<()> {
        self.awaited = Awaited::Value(at);
        self.end_line()
    }

    /// Passes the rest of a line, in which nothing but a comment may stand.
    fn end_line(&mut self) -> Option<()> {
        let scanner = self.scanner();
        scanner.pass_blanks();
        match scanner.bytes.at(scanner.at) {
            b'#' => scanner.comment(),
            b'\n' | b'\r' => {}
            _ if scanner.at == scanner.bytes.end() => return Some(()),
            _ => return None,
        }
        let len = scanner.bytes.break_len(scanner.at);
        scanner.pass_break(len);
        Some(())
    }

    fn block_text(&mut self, style: Style) -> Option<()> {
        let token = self.scanner().block_text(style).ok()?;
        self.emit_scalar(token)
    }

    /// A flow collection, through the grammar.
    fn flow(&mut self) -> Option<()> {
        let levels = self.levels.len();
        let mut depth = 0;
        self.grammar.enter_flow();
        loop {
            let event = self.grammar.next().ok()?;
            match event.kind {
                EventKind::MapStart | EventKind::SeqStart => depth += 1,
                EventKind::Close => depth -= 1,
                EventKind::End => return None,
                EventKind::Scalar | EventKind::Alias => {}
            }
            self.emit(event)?;
            if depth == 0 {
                break;
            }
        }
        (self.grammar.is_at_rest() && levels < DEEPEST / 2).then_some(())?;
        self.end_line()
    }
}
