//! The scanner's part for plain, quoted and block scalars.

use super::event::{Read, ReadError};
use super::scan::Scanner;
use super::token::{Token, TokenKind};
use super::{Style, Text};
use crate::text::Span;

/// Line breaks between two lines of a scalar, until it is known whether they fold.
#[derive(Default)]
struct Fold {
    /// The first line break; a LF whatever it was, except for LS and PS, which do not fold.
    first: &'static str,
    /// Those after it.
    rest: String,
}

impl Fold {
    /// Notes a line break.
    fn first(&mut self, text: &'static str) {
        self.first = text;
    }

    /// Writes the line breaks as a flow scalar has them: one becomes a space, further ones stay.
    fn write_flow(&mut self, out: &mut String) {
        if self.first != "\n" {
            out.push_str(self.first);
        } else if self.rest.is_empty() {
            out.push(' ');
        }
        out.push_str(&self.rest);
        self.first = "";
        self.rest.clear();
    }
}

/// The bytes at which a plain scalar may end.
static MAY_END_PLAIN: [bool; 256] = {
    let mut table = [false; 256];
    let ends = b" \t\n\r:,?[]{}\0\xc2\xe2";
    let mut i = 0;
    while i < ends.len() {
        table[ends[i] as usize] = true;
        i += 1;
    }
    table
};

/// What a block scalar's header says about line breaks at its end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Chomp {
    Strip,
    Clip,
    Keep,
}

/// Whether reading a plain scalar went past the end of its line.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Lines {
    Same,
    Passed,
}

impl Scanner<'_> {
    /// Passes the line break here and says what it reads as.
    fn take_break(&mut self, len: usize) -> &'static str {
        let text = match (len, self.bytes.at(self.at + 2)) {
            (3, 0xa8) => "\u{2028}",
            (3, _) => "\u{2029}",
            _ => "\n",
        };
        self.pass_break(len);
        text
    }

    pub(super) fn plain(&mut self) -> Read<()> {
        self.save_key()?;
        self.key_allowed = false;
        let (token, lines) = self.plain_scalar()?;
        self.push(token);
        if lines == Lines::Passed {
            self.key_allowed = true;
        }
        Ok(())
    }

    /// Reads a plain scalar and the blanks and line breaks behind it.
    pub(super) fn plain_scalar(&mut self) -> Read<(Token, Lines)> {
        let start = self.at;
        let indent = (self.indent + 1) as usize;
        let mut end = start;
        let mut cooked = None;
        let mut fold = Fold::default();
        let mut broken = false;
        loop {
            if (self.column() == 0 && self.bytes.is_document_mark(self.at)) || self.bytes.at(self.at) == b'#' {
                break;
            }
            let run = self.at;
            self.at = self.plain_run(run);
            if self.at > run {
                if broken {
                    let from = *cooked.get_or_insert(self.texts.cooked.len());
                    if from == self.texts.cooked.len() {
                        self.texts.cooked.push_str(&self.source[start..end]);
                    }
                    fold.write_flow(&mut self.texts.cooked);
                    self.texts.cooked.push_str(&self.source[run..self.at]);
                    broken = false;
                } else if cooked.is_some() {
                    self.texts.cooked.push_str(&self.source[end..self.at]);
                }
                end = self.at;
            }
            if !self.bytes.is_blank(self.at) && self.bytes.break_len(self.at) == 0 {
                break;
            }
            self.plain_gap(indent, &mut broken, &mut fold)?;
            if self.flow == 0 && self.column() < indent {
                break;
            }
        }
        let text = match cooked {
            Some(from) => self.texts.cooked_from(from),
            None => Text::source(Span::new(start as u32, end as u32)),
        };
        Ok((scalar(Style::Plain, start, end, text), if broken { Lines::Passed } else { Lines::Same }))
    }

    /// Where the run of plain characters from `at` ends: at a blank, a line break or an indicator that ends a plain scalar.
    fn plain_run(&self, mut at: usize) -> usize {
        loop {
            at += self.bytes.rest(at).iter().take_while(|&&b| !MAY_END_PLAIN[b as usize]).count();
            let ends = match self.bytes.at(at) {
                0 | b' ' | b'\t' | b'\n' | b'\r' => true,
                b':' => self.bytes.is_blankz(at + 1),
                0xc2 | 0xe2 => self.bytes.break_len(at) > 0,
                _ => self.flow > 0,
            };
            if ends {
                return at;
            }
            at += 1;
        }
    }

    /// Passes the blanks and line breaks inside or behind a plain scalar.
    fn plain_gap(&mut self, indent: usize, broken: &mut bool, fold: &mut Fold) -> Read<()> {
        loop {
            let len = self.bytes.break_len(self.at);
            if len > 0 {
                let text = self.take_break(len);
                if *broken {
                    fold.rest.push_str(text);
                } else {
                    fold.first(text);
                    *broken = true;
                }
            } else if self.bytes.is_blank(self.at) {
                if *broken && self.column() < indent && self.bytes.at(self.at) == b'\t' {
                    return Err(ReadError::new(self.here(1), "tabs cannot indent in YAML").help("indent with spaces"));
                }
                self.at += 1;
            } else {
                return Ok(());
            }
        }
    }

    pub(super) fn quoted(&mut self, style: Style) -> Read<()> {
        self.save_key()?;
        self.key_allowed = false;
        let token = self.quoted_scalar(style)?;
        self.push(token);
        Ok(())
    }

    /// Reads a quoted scalar.
    pub(super) fn quoted_scalar(&mut self, style: Style) -> Read<Token> {
        let start = self.at;
        let quote = self.bytes.at(start);
        let end = self.simple_quoted(start + 1, quote);
        if let Some(end) = end {
            self.at = end + 1;
            return Ok(scalar(style, start, end + 1, Text::source(Span::new(start as u32 + 1, end as u32))));
        }
        let from = self.texts.cooked.len();
        self.at += 1;
        self.quoted_lines(start, quote)?;
        self.at += 1;
        let text = self.texts.cooked_from(from);
        Ok(scalar(style, start, self.at, text))
    }

    /// The closing quote of a scalar on one line without escapes.
    fn simple_quoted(&self, start: usize, quote: u8) -> Option<usize> {
        let line = &self.source.as_bytes()[start..self.bytes.line_end(start)];
        let at = match quote {
            b'"' => memchr::memchr2(b'"', b'\\', line)?,
            _ => memchr::memchr(b'\'', line)?,
        };
        let ends = line[at] == quote && (quote == b'"' || line.get(at + 1) != Some(&b'\''));
        ends.then_some(start + at)
    }

    /// Reads up to the closing quote, resolving escapes and folding lines.
    fn quoted_lines(&mut self, start: usize, quote: u8) -> Read<()> {
        let mut fold = Fold::default();
        loop {
            if self.column() == 0 && self.bytes.is_document_mark(self.at) {
                return Err(self.unclosed(start, "a document separator stands inside a quoted text"));
            }
            if self.at == self.bytes.end() {
                return Err(self.unclosed(start, "this quote is never closed"));
            }
            let mut broken = self.quoted_run(start, quote)?;
            if self.bytes.at(self.at) == quote {
                return Ok(());
            }
            let blanks = self.at;
            let mut after = blanks;
            loop {
                let len = self.bytes.break_len(self.at);
                if len > 0 {
                    let text = self.take_break(len);
                    if broken {
                        fold.rest.push_str(text);
                    } else {
                        fold.first(text);
                        broken = true;
                    }
                } else if self.bytes.is_blank(self.at) {
                    self.at += 1;
                } else {
                    break;
                }
                after = self.at;
            }
            if broken {
                fold.write_flow(&mut self.texts.cooked);
            } else {
                self.texts.cooked.push_str(&self.source[blanks..after]);
            }
        }
    }

    /// Reads characters that are no blanks. Says whether it ended at an escaped line break.
    fn quoted_run(&mut self, start: usize, quote: u8) -> Read<bool> {
        let mut copied = self.at;
        loop {
            let b = self.bytes.at(self.at);
            if self.bytes.is_blankz(self.at) || (b == quote && !(b == b'\'' && self.bytes.at(self.at + 1) == b'\'')) {
                self.texts.cooked.push_str(&self.source[copied..self.at]);
                return Ok(false);
            }
            if b == b'\'' && quote == b'\'' {
                self.at += 1;
                self.texts.cooked.push_str(&self.source[copied..self.at]);
                self.at += 1;
                copied = self.at;
            } else if b == b'\\' && quote == b'"' {
                self.texts.cooked.push_str(&self.source[copied..self.at]);
                let len = self.bytes.break_len(self.at + 1);
                if len > 0 {
                    self.at += 1;
                    self.pass_break(len);
                    return Ok(true);
                }
                self.escape(start)?;
                copied = self.at;
            } else {
                self.at += 1;
            }
        }
    }

    /// Resolves the escape here.
    fn escape(&mut self, start: usize) -> Read<()> {
        let digits = match self.bytes.at(self.at + 1) {
            b'x' => 2,
            b'u' => 4,
            b'U' => 8,
            b => {
                let Some(c) = simple_escape(b) else { return Err(self.bad_escape(start)) };
                self.texts.cooked.push(c);
                self.at += 2;
                return Ok(());
            }
        };
        let from = self.at + 2;
        let hex = self.source.as_bytes().get(from..from + digits).filter(|hex| hex.iter().all(u8::is_ascii_hexdigit));
        let code = hex.and_then(|hex| std::str::from_utf8(hex).ok()).and_then(|hex| u32::from_str_radix(hex, 16).ok());
        let Some(code) = code.filter(|_| from + digits <= self.bytes.end()) else {
            let span = Span::new(self.at as u32, self.at as u32 + 2);
            return Err(ReadError::new(span, format!("this escape needs {digits} hexadecimal digits")));
        };
        let Some(c) = char::from_u32(code) else {
            let span = Span::new(self.at as u32, (from + digits) as u32);
            let error = ReadError::new(span, "this escape is no character");
            return Err(error.help("write the character itself, or `\\U` and its code in eight digits"));
        };
        self.texts.cooked.push(c);
        self.at = from + digits;
        Ok(())
    }

    fn bad_escape(&self, start: usize) -> Box<ReadError> {
        let width = self.source[self.at + 1..self.bytes.end()].chars().next().map_or(0, char::len_utf8);
        let span = Span::new(self.at as u32, (self.at + 1 + width) as u32);
        if width == 0 {
            return self.unclosed(start, "this quote is never closed");
        }
        let error = ReadError::new(span, format!("`{}` is not an escape that YAML knows", &self.source[span.range()]));
        error.help("write the backslash twice, or use single quotes")
    }

    fn unclosed(&self, start: usize, message: &str) -> Box<ReadError> {
        let end = self.bytes.line_end(start);
        ReadError::new(Span::new(start as u32, end as u32), message)
            .help("close the quote, or double it if it is part of the text")
    }

    pub(super) fn block_scalar(&mut self, style: Style) -> Read<()> {
        self.drop_key()?;
        self.key_allowed = true;
        let token = self.block_text(style)?;
        self.push(token);
        Ok(())
    }

    /// Reads a literal or folded scalar, up to the start of the line that follows it.
    pub(super) fn block_text(&mut self, style: Style) -> Read<Token> {
        let start = self.at;
        self.at += 1;
        let (chomp, increment) = self.block_header()?;
        let mut end = self.at;
        self.end_line("the start of a block text")?;
        let mut indent = if increment > 0 { self.indent.max(0) as usize + increment } else { 0 };
        let from = self.texts.cooked.len();
        let mut first = "";
        let mut rest = String::new();
        self.block_breaks(&mut indent, &mut rest)?;
        let mut was_blank = false;
        // A single line is taken from where it stands.
        let mut only = None;
        while self.column() == indent && self.at < self.bytes.end() {
            let is_blank = self.bytes.is_blank(self.at);
            let line = self.at;
            end = self.bytes.line_end(line);
            if only.is_none() && rest.is_empty() && self.texts.cooked.len() == from {
                only = Some((line, end));
            } else {
                self.cook_line(&mut only);
                if style == Style::Folded && first == "\n" && !was_blank && !is_blank {
                    if rest.is_empty() {
                        self.texts.cooked.push(' ');
                    }
                } else {
                    self.texts.cooked.push_str(first);
                }
                self.texts.cooked.push_str(&rest);
                self.texts.cooked.push_str(&self.source[line..end]);
                rest.clear();
            }
            was_blank = is_blank;
            self.at = end;
            first = match self.bytes.break_len(end) {
                0 => "",
                len => self.take_break(len),
            };
            self.block_breaks(&mut indent, &mut rest)?;
        }
        let first = if chomp == Chomp::Strip { "" } else { first };
        let rest = if chomp == Chomp::Keep { rest } else { String::new() };
        let as_written = first.is_empty() || self.source[end..].starts_with('\n');
        let text = match only {
            Some((start, end)) if rest.is_empty() && as_written => {
                Text::source(Span::new(start as u32, (end + first.len()) as u32))
            }
            _ => {
                self.cook_line(&mut only);
                self.texts.cooked.push_str(first);
                self.texts.cooked.push_str(&rest);
                self.texts.cooked_from(from)
            }
        };
        Ok(scalar(style, start, end, text))
    }

    /// Puts a line that was left where it stands into the buffer of changed scalars after all.
    fn cook_line(&mut self, line: &mut Option<(usize, usize)>) {
        if let Some((start, end)) = line.take() {
            self.texts.cooked.push_str(&self.source[start..end]);
        }
    }

    /// The chomping and indentation indicators, in either order.
    fn block_header(&mut self) -> Read<(Chomp, usize)> {
        let (mut chomp, mut increment) = (None, None);
        loop {
            match self.bytes.at(self.at) {
                b'+' if chomp.is_none() => chomp = Some(Chomp::Keep),
                b'-' if chomp.is_none() => chomp = Some(Chomp::Strip),
                b'0' if increment.is_none() => {
                    return Err(ReadError::new(self.here(1), "the indentation of a block text must be 1 to 9"));
                }
                b @ b'1'..=b'9' if increment.is_none() => increment = Some((b - b'0') as usize),
                _ => return Ok((chomp.unwrap_or(Chomp::Clip), increment.unwrap_or(0))),
            }
            self.at += 1;
        }
    }

    /// Passes empty lines and the next line's indentation. Without an indicator the first line with text sets `indent`.
    fn block_breaks(&mut self, indent: &mut usize, breaks: &mut String) -> Read<()> {
        let mut widest = 0;
        loop {
            while (*indent == 0 || self.column() < *indent) && self.bytes.at(self.at) == b' ' {
                self.at += 1;
            }
            widest = widest.max(self.column());
            if (*indent == 0 || self.column() < *indent) && self.bytes.at(self.at) == b'\t' {
                return Err(ReadError::new(self.here(1), "tabs cannot indent in YAML").help("indent with spaces"));
            }
            match self.bytes.break_len(self.at) {
                0 => break,
                len => breaks.push_str(self.take_break(len)),
            }
        }
        if *indent == 0 {
            *indent = widest.max((self.indent + 1) as usize).max(1);
        }
        Ok(())
    }
}

fn scalar(style: Style, start: usize, end: usize, text: Text) -> Token {
    Token { style, text, ..Token::bare(TokenKind::Scalar, Span::new(start as u32, end as u32)) }
}

/// The escapes of one character.
fn simple_escape(b: u8) -> Option<char> {
    Some(match b {
        b'0' => '\0',
        b'a' => '\x07',
        b'b' => '\x08',
        b't' | b'\t' => '\t',
        b'n' => '\n',
        b'v' => '\x0b',
        b'f' => '\x0c',
        b'r' => '\r',
        b'e' => '\x1b',
        b' ' => ' ',
        b'"' => '"',
        b'\'' => '\'',
        b'\\' => '\\',
        b'N' => '\u{85}',
        b'_' => '\u{a0}',
        b'L' => '\u{2028}',
        b'P' => '\u{2029}',
        _ => return None,
    })
}
