//! From characters to tokens, with the look-ahead and indentation rules of the server's YAML 1.1 library.

use std::collections::VecDeque;

use super::Style;
use super::chars::Bytes;
use super::event::{Read, ReadError, Texts};
use super::token::{Token, TokenKind};
use crate::text::Span;

/// How far, in characters, the `:` of a key without `?` may be from where the key starts.
const LONGEST_KEY: usize = 1024;
/// How deep collections may nest. The server's library allows ten times as much; no manifest comes near either.
pub(super) const DEEPEST: usize = 1000;

/// Where a mapping key may have started that only a later `:` can confirm.
#[derive(Clone, Copy, Debug, Default)]
struct SimpleKey {
    possible: bool,
    /// In a block mapping a line must be a key, so here nothing else can stand.
    required: bool,
    /// Whether the parser must wait before it takes this key's first token.
    awaited: bool,
    /// The number of the key's first token.
    token: usize,
    at: usize,
    line: u32,
    column: usize,
}

/// Turns a document into tokens, as far ahead of the grammar as an unconfirmed key makes necessary.
pub(super) struct Scanner<'a> {
    pub(super) source: &'a str,
    pub(super) bytes: Bytes<'a>,
    /// The place reached.
    pub(super) at: usize,
    /// Where the current line starts.
    pub(super) line_start: usize,
    pub(super) line: u32,
    /// The column of the innermost block collection; -1 outside any.
    pub(super) indent: isize,
    pub(super) flow: usize,
    /// Whether a key may start here.
    pub(super) key_allowed: bool,
    pub(super) texts: Texts<'a>,
    pub(super) comments: Vec<Span>,
    indents: Vec<isize>,
    keys: Vec<SimpleKey>,
    tokens: VecDeque<Token>,
    /// How many tokens the grammar has taken.
    taken: usize,
    ready: bool,
}

impl<'a> Scanner<'a> {
    /// A scanner over the document that starts at `start` and ends where `bytes` end.
    pub fn new(source: &'a str, bytes: Bytes<'a>, start: usize, cooked: String) -> Scanner<'a> {
        Scanner {
            source,
            bytes,
            at: start,
            line_start: start,
            line: 0,
            indent: -1,
            flow: 0,
            key_allowed: true,
            texts: Texts { source, cooked },
            comments: Vec::new(),
            indents: Vec::new(),
            keys: vec![SimpleKey::default()],
            tokens: VecDeque::new(),
            taken: 0,
            ready: false,
        }
    }

    /// The next token, left in place.
    pub fn peek(&mut self) -> Read<Token> {
        if !self.ready {
            while self.tokens.is_empty() || self.must_wait()? {
                self.fetch()?;
            }
            self.ready = true;
        }
        Ok(self.tokens[0])
    }

    /// Takes the token that [`Scanner::peek`] showed.
    pub fn take(&mut self) {
        self.tokens.pop_front();
        self.taken += 1;
        self.ready = false;
    }

    /// Whether all tokens read have been taken.
    pub fn is_at_rest(&self) -> bool {
        self.tokens.is_empty() && self.flow == 0
    }

    /// Whether a line starts here with `---`, `...` or a directive.
    pub(super) fn at_mark(&self) -> bool {
        self.bytes.at(self.at) == b'%' || self.bytes.is_document_mark(self.at)
    }

    /// The column of the place reached. In bytes: only ASCII can stand before a column that is compared.
    pub(super) fn column(&self) -> usize {
        self.at - self.line_start
    }

    /// Goes past a line break of `len` bytes.
    pub(super) fn pass_break(&mut self, len: usize) {
        self.at += len;
        self.line += 1;
        self.line_start = self.at;
    }

    pub(super) fn push(&mut self, token: Token) {
        self.tokens.push_back(token);
    }

    /// Whether the first token in the queue may turn out to be a key, so that more must be read first.
    fn must_wait(&mut self) -> Read<bool> {
        let from = self.keys.partition_point(|key| key.token < self.taken);
        let found = self.keys[from..].iter().take_while(|key| key.token == self.taken).position(|key| key.awaited);
        match found {
            Some(i) => self.is_valid(from + i),
            None => Ok(false),
        }
    }

    /// Whether a `:` here would make key `i` one.
    fn is_valid(&mut self, i: usize) -> Read<bool> {
        let key = self.keys[i];
        if !key.possible {
            return Ok(false);
        }
        let is_far = self.at - key.at > LONGEST_KEY && self.source[key.at..self.at].chars().count() > LONGEST_KEY;
        if key.line == self.line && !is_far {
            return Ok(true);
        }
        if key.required {
            return Err(self.no_colon(key));
        }
        self.keys[i].possible = false;
        Ok(false)
    }

    pub(super) fn save_key(&mut self) -> Read<()> {
        if !self.key_allowed {
            return Ok(());
        }
        self.drop_key()?;
        let key = SimpleKey {
            possible: true,
            required: self.flow == 0 && self.indent == self.column() as isize,
            awaited: true,
            token: self.taken + self.tokens.len(),
            at: self.at,
            line: self.line,
            column: self.column(),
        };
        *self.top_key() = key;
        Ok(())
    }

    pub(super) fn drop_key(&mut self) -> Read<()> {
        let key = *self.top_key();
        if key.possible {
            if key.required {
                return Err(self.no_colon(key));
            }
            self.top_key().possible = false;
            self.forget(key.token);
        }
        Ok(())
    }

    fn top_key(&mut self) -> &mut SimpleKey {
        let last = self.keys.len() - 1;
        &mut self.keys[last]
    }

    /// Stops waiting for the key that starts with token number `token`.
    fn forget(&mut self, token: usize) {
        for key in self.keys.iter_mut().rev().take_while(|key| key.token >= token) {
            if key.token == token {
                key.awaited = false;
            }
        }
    }

    fn open_flow(&mut self) -> Read<()> {
        // The level's own number is that of the bracket, whose key the library forgets when an empty collection closes.
        self.keys.push(SimpleKey { token: self.taken + self.tokens.len(), at: self.at, ..SimpleKey::default() });
        self.flow += 1;
        if self.flow > DEEPEST { Err(self.too_deep()) } else { Ok(()) }
    }

    fn close_flow(&mut self) {
        if self.flow > 0 {
            self.flow -= 1;
            let token = self.top_key().token;
            self.forget(token);
            self.keys.pop();
        }
    }

    /// Opens a block collection if `column` is further in; its token goes before token number `before`, or last.
    fn roll(&mut self, column: usize, before: Option<usize>, kind: TokenKind, at: usize) -> Read<()> {
        if self.flow > 0 || self.indent >= column as isize {
            return Ok(());
        }
        self.indents.push(self.indent);
        self.indent = column as isize;
        if self.indents.len() > DEEPEST {
            return Err(self.too_deep());
        }
        self.insert(before, Token::bare(kind, Span::point(at as u32)));
        Ok(())
    }

    /// Closes the block collections that are further in than `column`.
    pub(super) fn unroll(&mut self, column: isize) {
        if self.flow > 0 {
            return;
        }
        while self.indent > column {
            self.push(Token::bare(TokenKind::BlockEnd, Span::point(self.at as u32)));
            self.indent = self.indents.pop().unwrap_or(-1);
        }
    }

    fn insert(&mut self, before: Option<usize>, token: Token) {
        match before.and_then(|number| number.checked_sub(self.taken)) {
            Some(i) if i <= self.tokens.len() => self.tokens.insert(i, token),
            _ => self.tokens.push_back(token),
        }
    }

    /// Reads one more token, or more where collections end.
    fn fetch(&mut self) -> Read<()> {
        self.skip_to_token();
        self.unroll(self.column() as isize);
        let first = self.bytes.at(self.at);
        if self.at == self.bytes.end() {
            return self.stream_end();
        }
        if self.column() == 0 {
            if first == b'%' {
                return self.directive();
            }
            if self.bytes.is_document_mark(self.at) {
                let kind = if first == b'-' { TokenKind::DocumentStart } else { TokenKind::DocumentEnd };
                return self.document_mark(kind);
            }
        }
        match first {
            b'[' => self.flow_start(TokenKind::FlowSeqStart),
            b'{' => self.flow_start(TokenKind::FlowMapStart),
            b']' => self.flow_end(TokenKind::FlowSeqEnd),
            b'}' => self.flow_end(TokenKind::FlowMapEnd),
            b',' => self.flow_entry(),
            b'-' if self.bytes.is_blankz(self.at + 1) => self.block_entry(),
            b'?' if self.flow > 0 || self.bytes.is_blankz(self.at + 1) => self.key(),
            b':' if self.flow > 0 || self.bytes.is_blankz(self.at + 1) => self.value(),
            b'*' => self.anchor(TokenKind::Alias),
            b'&' => self.anchor(TokenKind::Anchor),
            b'!' => self.tag(),
            b'|' if self.flow == 0 => self.block_scalar(Style::Literal),
            b'>' if self.flow == 0 => self.block_scalar(Style::Folded),
            b'\'' => self.quoted(Style::SingleQuoted),
            b'"' => self.quoted(Style::DoubleQuoted),
            b'|' | b'>' | b'#' | b'%' | b'@' | b'`' | b'\t' => Err(self.no_token()),
            _ => self.plain(),
        }
    }

    /// Passes blanks, comments and line breaks.
    fn skip_to_token(&mut self) {
        loop {
            // A tab is no blank where it would indent.
            let tabs = self.flow > 0 || !self.key_allowed;
            while self.bytes.at(self.at) == b' ' || (tabs && self.bytes.at(self.at) == b'\t') {
                self.at += 1;
            }
            if self.bytes.at(self.at) == b'#' {
                self.comment();
            }
            match self.bytes.break_len(self.at) {
                0 => return,
                len => self.pass_break(len),
            }
            if self.flow == 0 {
                self.key_allowed = true;
            }
        }
    }

    /// Passes the comment that starts here.
    pub(super) fn comment(&mut self) {
        let end = self.bytes.line_end(self.at);
        self.comments.push(Span::new(self.at as u32, end as u32));
        self.at = end;
    }

    fn stream_end(&mut self) -> Read<()> {
        if self.column() != 0 {
            self.line += 1;
            self.line_start = self.at;
        }
        self.unroll(-1);
        self.drop_key()?;
        self.key_allowed = false;
        self.push(Token::bare(TokenKind::StreamEnd, Span::point(self.at as u32)));
        Ok(())
    }

    fn document_mark(&mut self, kind: TokenKind) -> Read<()> {
        self.unroll(-1);
        self.drop_key()?;
        self.key_allowed = false;
        self.indicator(kind, 3);
        Ok(())
    }

    fn indicator(&mut self, kind: TokenKind, len: usize) {
        self.push(Token::bare(kind, Span::new(self.at as u32, (self.at + len) as u32)));
        self.at += len;
    }

    fn flow_start(&mut self, kind: TokenKind) -> Read<()> {
        self.save_key()?;
        self.open_flow()?;
        self.key_allowed = true;
        self.indicator(kind, 1);
        Ok(())
    }

    fn flow_end(&mut self, kind: TokenKind) -> Read<()> {
        self.drop_key()?;
        self.close_flow();
        self.key_allowed = false;
        self.indicator(kind, 1);
        Ok(())
    }

    fn flow_entry(&mut self) -> Read<()> {
        self.drop_key()?;
        self.key_allowed = true;
        self.indicator(TokenKind::FlowEntry, 1);
        Ok(())
    }

    fn block_entry(&mut self) -> Read<()> {
        if self.flow == 0 {
            if !self.key_allowed {
                let error = ReadError::new(self.here(1), "a list item cannot start in the middle of a line");
                return Err(error.help("put `- ` on a line of its own below the key, or quote the text if it is one"));
            }
            self.roll(self.column(), None, TokenKind::BlockSeqStart, self.at)?;
        }
        self.drop_key()?;
        self.key_allowed = true;
        self.indicator(TokenKind::BlockEntry, 1);
        Ok(())
    }

    fn key(&mut self) -> Read<()> {
        if self.flow == 0 {
            if !self.key_allowed {
                let error = ReadError::new(self.here(1), "`? ` starts a mapping key, which cannot stand here");
                return Err(error.help("quote the text if it starts with a question mark"));
            }
            self.roll(self.column(), None, TokenKind::BlockMapStart, self.at)?;
        }
        self.drop_key()?;
        self.key_allowed = self.flow == 0;
        self.indicator(TokenKind::Key, 1);
        Ok(())
    }

    fn value(&mut self) -> Read<()> {
        let level = self.keys.len() - 1;
        if self.is_valid(level)? {
            let key = self.keys[level];
            self.insert(Some(key.token), Token::bare(TokenKind::Key, Span::point(key.at as u32)));
            self.roll(key.column, Some(key.token), TokenKind::BlockMapStart, key.at)?;
            self.keys[level].possible = false;
            self.forget(key.token);
            self.key_allowed = false;
        } else {
            if self.flow == 0 {
                if !self.key_allowed {
                    return Err(self.value_misplaced());
                }
                self.roll(self.column(), None, TokenKind::BlockMapStart, self.at)?;
            }
            self.key_allowed = self.flow == 0;
        }
        self.indicator(TokenKind::Value, 1);
        Ok(())
    }

    /// The next `len` bytes.
    pub(super) fn here(&self, len: usize) -> Span {
        Span::new(self.at as u32, (self.at + len).min(self.bytes.end()) as u32)
    }

    fn too_deep(&self) -> Box<ReadError> {
        ReadError::new(self.here(1), format!("collections nest deeper than {DEEPEST} levels"))
    }

    fn no_colon(&self, key: SimpleKey) -> Box<ReadError> {
        let end = self.bytes.line_end(key.at);
        let line = self.source[key.at..end].trim_end();
        let span = Span::new(key.at as u32, (key.at + line.len()) as u32);
        if end - key.at > LONGEST_KEY && line.contains(": ") {
            return ReadError::new(Span::point(key.at as u32), "a key may have at most 1024 characters");
        }
        let error = ReadError::new(span, "expected `key: value` here, but this text has no `: `");
        match line.find(':') {
            Some(_) => error.help("put a space after the colon"),
            None => error.help("add the colon, or indent the line if it belongs to the value above"),
        }
    }

    fn value_misplaced(&self) -> Box<ReadError> {
        let line_start = self.source[..self.at].rfind(['\n', '\r']).map_or(0, |at| at + 1);
        let before = self.source[line_start..self.at].trim_start_matches([' ', '-']);
        if [":[", ":{", ":\"", ":'"].iter().any(|tight| before.contains(tight)) {
            let error =
                ReadError::new(self.here(1), "`: ` cannot follow here, as the text before it is taken for one plain value");
            return error.help("put a space after the colon that stands before the bracket or quote");
        }
        if before.contains(": ") {
            let error = ReadError::new(self.here(1), "a second `: ` cannot follow in the same plain value");
            return error.help("quote the value if it contains `: `; otherwise put what follows on a line of its own");
        }
        let error = ReadError::new(self.here(1), "this line continues the value above, in which `: ` cannot stand");
        error.help("check how this line and the one above are indented, and whether the one above has its `: `")
    }

    fn no_token(&self) -> Box<ReadError> {
        match self.bytes.at(self.at) {
            b'\t' => {
                let tabs = self.source[self.at..self.bytes.end()].bytes().take_while(|&b| b == b'\t').count();
                ReadError::new(self.here(tabs), "tabs cannot indent in YAML").help("indent with spaces")
            }
            b'#' => ReadError::new(self.here(1), "`#` cannot start a value here").help("quote the text"),
            first => {
                let error = ReadError::new(self.here(1), format!("a plain value cannot start with `{}`", first as char));
                error.help("quote the text")
            }
        }
    }
}
