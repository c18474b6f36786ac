//! Tokens of the Common Expression Language.

use super::Fault;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// A name, which may be a reserved word.
    Name,
    /// A name in backticks: only as a field.
    QuotedName,
    /// `12`, `0x1f`.
    Int,
    /// `12u`.
    Uint,
    /// `1.5`, `1e3`.
    Double,
    /// `'a'`, `r"a"`, `"""a"""`.
    Str,
    /// `b'a'`.
    Bytes,
    /// An operator or bracket.
    Symbol,
    /// The end.
    End,
}

/// A token: what, its characters, and where it begins in the expression.
#[derive(Clone, Copy, Debug)]
pub struct Token<'a> {
    /// What it is.
    pub kind: TokenKind,
    /// Its characters, quotes included.
    pub text: &'a str,
    /// The byte it begins at.
    pub at: usize,
}

const SYMBOLS: &[&str] = &[
    "==", "!=", "<=", ">=", "&&", "||", "<", ">", "(", ")", "[", "]", "{", "}", ".", ",", "-", "!", "?", ":", "+", "*", "/", "%",
];

/// The tokens of `source`, the last one [`TokenKind::End`].
pub fn tokens(source: &str) -> Result<Vec<Token<'_>>, Fault> {
    let mut list = Vec::new();
    let mut at = 0;
    while let Some(next) = source[at..].chars().next() {
        if " \t\r\n\u{c}".contains(next) {
            at += 1;
        } else if source[at..].starts_with("//") {
            at += source[at..].find('\n').unwrap_or(source.len() - at);
        } else {
            let (kind, len) = token(&source[at..]).map_err(|why| Fault { at, why })?;
            list.push(Token { kind, text: &source[at..at + len], at });
            at += len;
        }
    }
    list.push(Token { kind: TokenKind::End, text: "", at });
    Ok(list)
}

/// The token that `rest` begins with, and how many bytes it has.
fn token(rest: &str) -> Result<(TokenKind, usize), String> {
    let first = rest.as_bytes()[0];
    let prefix = rest.bytes().take_while(|b| b"bBrR".contains(b)).count();
    if prefix <= 2 && rest[prefix..].starts_with(['"', '\'']) && is_prefix(&rest[..prefix]) {
        let raw = rest[..prefix].contains(['r', 'R']);
        let kind = if rest[..prefix].contains(['b', 'B']) { TokenKind::Bytes } else { TokenKind::Str };
        return string(&rest[prefix..], if raw { Escapes::None } else { Escapes::Read }).map(|len| (kind, prefix + len));
    }
    let digit_follows = rest.as_bytes().get(1).is_some_and(u8::is_ascii_digit);
    if first.is_ascii_digit() || (first == b'.' && digit_follows) {
        return Ok(number(rest));
    }
    if first.is_ascii_alphabetic() || first == b'_' {
        return Ok((TokenKind::Name, run(rest, |b| b.is_ascii_alphanumeric() || b == b'_')));
    }
    if first == b'`' {
        let inner = run(&rest[1..], |b| b.is_ascii_alphanumeric() || b"_.-/ ".contains(&b));
        let closed = inner > 0 && rest[1 + inner..].starts_with('`');
        return if closed { Ok((TokenKind::QuotedName, inner + 2)) } else { Err("a quoted name is not closed".to_string()) };
    }
    match SYMBOLS.iter().find(|symbol| rest.starts_with(**symbol)) {
        Some(symbol) => Ok((TokenKind::Symbol, symbol.len())),
        None => Err(format!("`{}` means nothing here", rest.chars().next().unwrap_or(' '))),
    }
}

/// `b`, `r`, `br`, in any case, or nothing.
fn is_prefix(prefix: &str) -> bool {
    matches!(prefix.to_ascii_lowercase().as_str(), "" | "b" | "r" | "br")
}

fn run(text: &str, belongs: impl Fn(u8) -> bool) -> usize {
    text.bytes().take_while(|&b| belongs(b)).count()
}

fn number(text: &str) -> (TokenKind, usize) {
    let digits = |from: usize| run(&text[from..], |b| b.is_ascii_digit());
    let suffixed = |len: usize| match text[len..].starts_with(['u', 'U']) {
        true => (TokenKind::Uint, len + 1),
        false => (TokenKind::Int, len),
    };
    if text.starts_with("0x") && run(&text[2..], |b| b.is_ascii_hexdigit()) > 0 {
        return suffixed(2 + run(&text[2..], |b| b.is_ascii_hexdigit()));
    }
    let mut len = digits(0);
    let mut kind = TokenKind::Int;
    if text[len..].starts_with('.') && digits(len + 1) > 0 {
        len += 1 + digits(len + 1);
        kind = TokenKind::Double;
    }
    if text[len..].starts_with(['e', 'E']) {
        let sign = usize::from(text[len + 1..].starts_with(['+', '-']));
        if digits(len + 1 + sign) > 0 {
            len += 1 + sign + digits(len + 1 + sign);
            kind = TokenKind::Double;
        }
    }
    if kind == TokenKind::Int { suffixed(len) } else { (kind, len) }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Escapes {
    Read,
    None,
}

/// The length of the string literal that `text` begins with.
fn string(text: &str, escapes: Escapes) -> Result<usize, String> {
    let single = &text[..1];
    let triple = single.repeat(3);
    let long = text.starts_with(&triple);
    let quote = if long { triple.as_str() } else { single };
    let mut at = quote.len();
    loop {
        let rest = &text[at..];
        if rest.starts_with(quote) {
            return Ok(at + quote.len());
        }
        match rest.chars().next() {
            None => return Err("a string is not closed".to_string()),
            Some('\n' | '\r') if !long => return Err("a string is not closed on its line".to_string()),
            Some('\\') if escapes == Escapes::Read => at += escape(rest)?,
            Some(c) => at += c.len_utf8(),
        }
    }
}

/// The length of the escape that `text` begins with.
fn escape(text: &str) -> Result<usize, String> {
    let hex = |count: usize| {
        let fits = text.len() >= 2 + count && text.as_bytes()[2..2 + count].iter().all(u8::is_ascii_hexdigit);
        fits.then_some(2 + count)
    };
    let len = match text.as_bytes().get(1) {
        Some(b'a' | b'b' | b'f' | b'n' | b'r' | b't' | b'v' | b'"' | b'\'' | b'\\' | b'?' | b'`') => Some(2),
        Some(b'x' | b'X') => hex(2),
        Some(b'u') => hex(4),
        Some(b'U') => hex(8),
        Some(b'0'..=b'3') => {
            let octal = text.len() >= 4 && text.as_bytes()[2..4].iter().all(|b| (b'0'..=b'7').contains(b));
            octal.then_some(4)
        }
        _ => None,
    };
    len.ok_or_else(|| "a string holds an unknown escape".to_string())
}
