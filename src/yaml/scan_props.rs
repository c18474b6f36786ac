//! The scanner's part for directives, anchors, aliases and tags.

use super::Text;
use super::event::{Read, ReadError};
use super::scan::Scanner;
use super::token::{Token, TokenKind};
use crate::text::Span;

/// Whether a tag stands in a document or in a `%TAG` directive.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Node,
    Directive,
}

/// Whether a tag's suffix may be empty.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Suffix {
    Required,
    Optional,
}

impl Scanner<'_> {
    pub(super) fn anchor(&mut self, kind: TokenKind) -> Read<()> {
        self.save_key()?;
        self.key_allowed = false;
        let start = self.at;
        self.at += 1;
        while is_word(self.bytes.at(self.at)) {
            self.at += 1;
        }
        let ends = self.bytes.is_blankz(self.at) || b"?:,]}%@`".contains(&self.bytes.at(self.at));
        if self.at == start + 1 || !ends {
            let what = if kind == TokenKind::Alias { "an alias (`*`)" } else { "an anchor (`&`)" };
            let span = Span::new(start as u32, (self.at + 1).min(self.bytes.end()) as u32);
            let error = ReadError::new(span, format!("{what} needs a name of letters, digits, `-` and `_`"));
            return Err(error.help("quote the text if it is one"));
        }
        let mut token = Token::bare(kind, Span::new(start as u32, self.at as u32));
        token.name = Span::new(start as u32 + 1, self.at as u32);
        self.push(token);
        Ok(())
    }

    pub(super) fn tag(&mut self) -> Read<()> {
        self.save_key()?;
        self.key_allowed = false;
        let start = self.at;
        let (name, text) = if self.bytes.at(start + 1) == b'<' {
            self.at += 2;
            let text = self.tag_uri(self.at, Suffix::Required)?;
            if self.bytes.at(self.at) != b'>' {
                return Err(self.bad_tag(start, "the tag is not closed with `>`"));
            }
            self.at += 1;
            (Span::point(start as u32), text)
        } else {
            self.short_tag(start)?
        };
        if !self.bytes.is_blankz(self.at) {
            return Err(self.bad_tag(start, "a tag must end with a space"));
        }
        let mut token = Token::bare(TokenKind::Tag, Span::new(start as u32, self.at as u32));
        (token.name, token.text) = (name, text);
        self.push(token);
        Ok(())
    }

    /// `!suffix`, `!!suffix`, `!handle!suffix` or `!` alone: the handle and the suffix.
    fn short_tag(&mut self, start: usize) -> Read<(Span, Text)> {
        let handle = self.tag_handle(Place::Node)?;
        if handle.len() > 1 && self.bytes.at(handle.end as usize - 1) == b'!' {
            return Ok((handle, self.tag_uri(self.at, Suffix::Required)?));
        }
        // What looked like a handle is the start of the suffix.
        let text = self.tag_uri(start + 1, Suffix::Optional)?;
        let bang = Span::new(start as u32, start as u32 + 1);
        match text {
            _ if text.is_empty() => Ok((Span::point(start as u32), Text::source(bang))),
            _ => Ok((bang, text)),
        }
    }

    fn tag_handle(&mut self, place: Place) -> Read<Span> {
        let start = self.at;
        if self.bytes.at(start) != b'!' {
            return Err(self.bad_tag(start, "a tag handle must start with `!`"));
        }
        self.at += 1;
        while is_word(self.bytes.at(self.at)) {
            self.at += 1;
        }
        if self.bytes.at(self.at) == b'!' {
            self.at += 1;
        } else if place == Place::Directive && self.at != start + 1 {
            return Err(self.bad_tag(start, "a tag handle must end with `!`"));
        }
        Ok(Span::new(start as u32, self.at as u32))
    }

    /// Reads on from here; the text is all from `start`. Escapes are resolved.
    fn tag_uri(&mut self, start: usize, suffix: Suffix) -> Read<Text> {
        let from = self.at;
        let mut escaped = false;
        loop {
            match self.bytes.at(self.at) {
                b'%' => {
                    let hex = |at: usize| self.bytes.at(at).is_ascii_hexdigit();
                    if !hex(self.at + 1) || !hex(self.at + 2) {
                        return Err(self.bad_tag(self.at, "`%` in a tag must be followed by two hexadecimal digits"));
                    }
                    escaped = true;
                    self.at += 3;
                }
                b if is_word(b) || b";/?:@&=+$,.!~*'()[]".contains(&b) => self.at += 1,
                _ => break,
            }
        }
        if from == self.at && suffix == Suffix::Required {
            return Err(self.bad_tag(start, "a tag needs a name"));
        }
        let span = Span::new(start as u32, self.at as u32);
        if !escaped {
            return Ok(Text::source(span));
        }
        match unescape(&self.source[span.range()]) {
            Some(text) => Ok(self.texts.cook(&text)),
            None => Err(self.bad_tag(start, "the escapes in this tag are not UTF-8")),
        }
    }

    pub(super) fn directive(&mut self) -> Read<()> {
        self.unroll(-1);
        self.drop_key()?;
        self.key_allowed = false;
        let start = self.at;
        self.at += 1;
        while is_word(self.bytes.at(self.at)) {
            self.at += 1;
        }
        let name = &self.source[start + 1..self.at];
        if !self.bytes.is_blankz(self.at) || name.is_empty() {
            return Err(self.bad_directive(start, "`%` at the start of a line begins a directive, and this is none"));
        }
        let mut token = match name {
            "YAML" => self.version(start)?,
            "TAG" => {
                self.pass_blanks();
                let handle = self.tag_handle(Place::Directive)?;
                if !self.bytes.is_blank(self.at) {
                    return Err(self.bad_directive(start, "`%TAG` needs a handle and a prefix"));
                }
                self.pass_blanks();
                let text = self.tag_uri(self.at, Suffix::Required)?;
                if !self.bytes.is_blankz(self.at) {
                    return Err(self.bad_directive(start, "a tag prefix must end with a space"));
                }
                Token { name: handle, text, ..Token::bare(TokenKind::TagDirective, Span::default()) }
            }
            _ => return Err(self.bad_directive(start, "unknown directive")),
        };
        token.span = Span::new(start as u32, self.at as u32);
        self.end_line("a directive")?;
        self.push(token);
        Ok(())
    }

    fn version(&mut self, start: usize) -> Read<Token> {
        self.pass_blanks();
        let from = self.at;
        while matches!(self.bytes.at(self.at), b'0'..=b'9' | b'.') {
            self.at += 1;
        }
        let version = &self.source[from..self.at];
        let known = version.split_once('.').is_some_and(|(major, minor)| is_one(major) && is_one(minor));
        if !known {
            let error = self.bad_directive(start, "the API server reads YAML 1.1 only");
            return Err(error.help("remove the directive"));
        }
        Ok(Token::bare(TokenKind::VersionDirective, Span::default()))
    }

    pub(super) fn pass_blanks(&mut self) {
        while self.bytes.is_blank(self.at) {
            self.at += 1;
        }
    }

    /// Passes blanks, a comment and the line break: all that may follow a directive or a block scalar's header.
    pub(super) fn end_line(&mut self, what: &str) -> Read<()> {
        self.pass_blanks();
        if self.bytes.at(self.at) == b'#' {
            self.comment();
        }
        if !self.bytes.is_breakz(self.at) {
            let end = self.bytes.line_end(self.at);
            let span = Span::new(self.at as u32, end as u32);
            return Err(ReadError::new(span, format!("only a comment can follow {what} on its line")));
        }
        let len = self.bytes.break_len(self.at);
        if len > 0 {
            self.pass_break(len);
        }
        Ok(())
    }

    fn bad_tag(&self, start: usize, message: &str) -> Box<ReadError> {
        let span = Span::new(start as u32, (self.at + 1).min(self.bytes.end()) as u32);
        ReadError::new(span, message).help("quote the text if it is not meant to be a tag")
    }

    fn bad_directive(&self, start: usize, message: &str) -> Box<ReadError> {
        ReadError::new(Span::new(start as u32, self.bytes.line_end(start) as u32), message)
    }
}

/// A character of anchors, handles and directive names.
fn is_word(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b == b'_' || b == b'-'
}

/// `1`, however it is padded, in at most two digits.
fn is_one(digits: &str) -> bool {
    (1..=2).contains(&digits.len()) && digits.parse() == Ok(1)
}

/// Resolves `%xx`.
fn unescape(uri: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = uri.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        if first == b'%' {
            let hex = std::str::from_utf8(tail.get(..2)?).ok()?;
            bytes.push(u8::from_str_radix(hex, 16).ok()?);
            rest = &tail[2..];
        } else {
            bytes.push(first);
            rest = tail;
        }
    }
    String::from_utf8(bytes).ok()
}
