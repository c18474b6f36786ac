//! How a scalar resolves: the YAML 1.1 rules of the server's library and what its conversion to JSON makes of the result.

use super::event::Tag;
use super::{Kind, Style};

/// What a scalar resolves to.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Resolved {
    /// Its type, and its value unless that is its own text.
    Kind(Kind),
    /// The decoded text of a `!!binary`.
    Decoded(String),
    /// The tag and the text do not fit.
    Mismatch,
}

/// Resolves the scalar `text`.
pub(super) fn resolve(tag: Tag, style: Style, text: &str) -> Resolved {
    match tag {
        Tag::None if style == Style::Plain => Resolved::Kind(implicit(text.as_bytes())),
        Tag::None | Tag::NonSpecific | Tag::Other | Tag::Str | Tag::Merge => Resolved::Kind(Kind::Str),
        Tag::Binary => decode(text).map_or(Resolved::Mismatch, Resolved::Decoded),
        Tag::Bool | Tag::Int | Tag::Float | Tag::Null | Tag::Timestamp => tagged(tag, text),
    }
}

fn tagged(tag: Tag, text: &str) -> Resolved {
    if tag == Tag::Timestamp {
        return if is_time(text) { Resolved::Kind(Kind::Str) } else { Resolved::Mismatch };
    }
    let kind = implicit(text.as_bytes());
    match (tag, kind) {
        (Tag::Bool, Kind::Bool(_)) | (Tag::Null, Kind::Null) => Resolved::Kind(kind),
        (Tag::Int, Kind::Int(_) | Kind::BigInt(_)) | (Tag::Float, Kind::Float(_)) => Resolved::Kind(kind),
        (Tag::Float, Kind::Int(value)) => Resolved::Kind(Kind::Float(value as f64)),
        _ => Resolved::Mismatch,
    }
}

/// The type of a plain scalar. Dates and times are strings, as the library turns them back into what is written.
#[inline(always)]
pub(super) fn implicit(text: &[u8]) -> Kind {
    if is_surely_text(text) { Kind::Str } else { not_surely_text(text) }
}

/// Whether a plain scalar is a string by how it begins: nearly all that are.
#[inline(always)]
pub(super) fn is_surely_text(text: &[u8]) -> bool {
    match text {
        [] | [_] | [b'.' | b'+' | b'-' | b'0'..=b'9', ..] => false,
        _ if text.len() > LONGEST_WORD => true,
        [first, second, ..] => !matches!(
            (first | 32, second | 32),
            (b'y', b'e') | (b't', b'r') | (b'f', b'a') | (b'n', b'u' | b'o') | (b'o', b'n' | b'f')
        ),
    }
}

fn not_surely_text(text: &[u8]) -> Kind {
    match text {
        [b'.' | b'+' | b'-' | b'0'..=b'9', ..] => numeric(text),
        _ => word(text),
    }
}

/// What starts with a digit, a sign or a dot.
fn numeric(text: &[u8]) -> Kind {
    /// No number of so few digits leaves 64 bits.
    const SHORT: usize = 18;
    match text {
        [b'1'..=b'9', rest @ ..] if rest.len() < SHORT && rest.iter().all(u8::is_ascii_digit) => {
            Kind::Int(text.iter().fold(0, |number, digit| number * 10 + i64::from(digit - b'0')))
        }
        // `500m`, `1Gi`, a date.
        [b'0'..=b'9', rest @ ..] if !rest.iter().all(is_in_number) => Kind::Str,
        // What is no number is a string, and so is what is no text, which does not happen.
        [b'.', ..] => std::str::from_utf8(text).map_or(Kind::Str, dotted),
        _ => std::str::from_utf8(text).map_or(Kind::Str, number),
    }
}

/// Whether a number that starts with a digit may go on with that.
fn is_in_number(b: &u8) -> bool {
    b.is_ascii_hexdigit() || matches!(b, b'x' | b'X' | b'o' | b'O' | b'_' | b'.' | b'+' | b'-')
}

/// Whether `text` is a string when it is written plainly anywhere, as far as can be told without reading it: letters, digits,
/// `-`, `_`, `.` and `/` after a letter.
pub fn is_plain_word(text: &str) -> bool {
    let in_word = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'/');
    text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.bytes().all(in_word) && word(text.as_bytes()) == Kind::Str
}

/// The length of the longest word that is no string.
const LONGEST_WORD: usize = "false".len();

/// Booleans and null in all spellings of YAML 1.1.
fn word(text: &[u8]) -> Kind {
    if text.len() > LONGEST_WORD {
        return Kind::Str;
    }
    match text {
        b"y" | b"Y" | b"yes" | b"Yes" | b"YES" | b"true" | b"True" | b"TRUE" | b"on" | b"On" | b"ON" => Kind::Bool(true),
        b"n" | b"N" | b"no" | b"No" | b"NO" | b"false" | b"False" | b"FALSE" | b"off" | b"Off" | b"OFF" => Kind::Bool(false),
        b"" | b"~" | b"null" | b"Null" | b"NULL" => Kind::Null,
        _ => Kind::Str,
    }
}

/// What starts with a dot: a fraction, or one of the names for infinity and not-a-number.
fn dotted(text: &str) -> Kind {
    match text {
        ".inf" | ".Inf" | ".INF" => Kind::Float(f64::INFINITY),
        ".nan" | ".NaN" | ".NAN" => Kind::Float(f64::NAN),
        _ if text.contains('_') => match underscores_separate_digits(text) {
            true => float(&text.replace('_', "")),
            false => Kind::Str,
        },
        _ => float(text),
    }
}

/// Go reads `.1_5` and refuses `._1`, `.1__5` and `.1_`.
fn underscores_separate_digits(text: &str) -> bool {
    let digit = |b: Option<&u8>| b.is_some_and(u8::is_ascii_digit);
    let bytes = text.as_bytes();
    (0..bytes.len()).filter(|&i| bytes[i] == b'_').all(|i| i > 0 && digit(bytes.get(i - 1)) && digit(bytes.get(i + 1)))
}

/// What starts with a sign or digit. Underscores count for nothing.
fn number(text: &str) -> Kind {
    match text {
        "+.inf" | "+.Inf" | "+.INF" => return Kind::Float(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => return Kind::Float(f64::NEG_INFINITY),
        _ => {}
    }
    if !text.contains('_') {
        return integer(text).unwrap_or_else(|| float(text));
    }
    let plain = text.replace('_', "");
    integer(&plain).unwrap_or_else(|| float(&plain))
}

/// An integer with an optional sign and the prefixes `0x`, `0o`, `0b` and `0` (octal).
fn integer(text: &str) -> Option<Kind> {
    let (sign, digits) = match text.as_bytes().first() {
        Some(b'-') => ("-", &text[1..]),
        Some(b'+') => ("+", &text[1..]),
        _ => ("", text),
    };
    let (radix, digits) = match digits.as_bytes() {
        [b'0', b'x' | b'X', ..] => (16, &digits[2..]),
        [b'0', b'o' | b'O', ..] => (8, &digits[2..]),
        [b'0', b'b' | b'B', ..] => (2, &digits[2..]),
        [b'0', _, ..] => (8, &digits[1..]),
        _ => (10, digits),
    };
    if !digits.bytes().next().is_some_and(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let value = u64::from_str_radix(digits, radix).ok()?;
    match sign {
        "-" => (value <= 1 << 63).then(|| Kind::Int((value as i64).wrapping_neg())),
        _ => match i64::try_from(value) {
            Ok(value) => Some(Kind::Int(value)),
            Err(_) if sign.is_empty() => Some(Kind::BigInt(value)),
            Err(_) => None,
        },
    }
}

/// A decimal number; a string if it is none, or too large for one.
fn float(text: &str) -> Kind {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let is_one =
        digits.bytes().all(|b| b.is_ascii_digit() || b".eE+-".contains(&b)) && digits.bytes().any(|b| b.is_ascii_digit());
    if !is_one {
        return Kind::Str;
    }
    text.parse::<f64>().ok().filter(|value| value.is_finite()).map_or(Kind::Str, Kind::Float)
}

/// Whether `text` is a date or time in one of the forms that Go's library knows.
fn is_time(text: &str) -> bool {
    let bytes = text.as_bytes();
    if bytes.len() < 8 || !bytes[..4].iter().all(u8::is_ascii_digit) || bytes[4] != b'-' {
        return false;
    }
    let mut rest = &text[5..];
    let (Some(month), true) = (number_of(&mut rest, 2), rest.starts_with('-')) else { return false };
    rest = &rest[1..];
    let Some(day) = number_of(&mut rest, 2) else { return false };
    let year: u32 = text[..4].parse().unwrap_or(0);
    if !(1..=12).contains(&month) || day < 1 || day > days_in(year, month) {
        return false;
    }
    match rest.bytes().next() {
        None => true,
        Some(b'T' | b't') => clock(&rest[1..]).is_some_and(is_zone),
        Some(b' ') => clock(&rest[1..]) == Some(""),
        _ => false,
    }
}

/// Reads `15:4:5.999` and gives what follows it.
fn clock(mut rest: &str) -> Option<&str> {
    let hours = number_of(&mut rest, 2)?;
    rest = rest.strip_prefix(':')?;
    let minutes = number_of(&mut rest, 2)?;
    rest = rest.strip_prefix(':')?;
    let seconds = number_of(&mut rest, 2)?;
    if hours > 23 || minutes > 59 || seconds > 59 {
        return None;
    }
    if let Some(fraction) = rest.strip_prefix(['.', ',']) {
        let digits = fraction.bytes().take_while(u8::is_ascii_digit).count();
        if digits > 0 {
            rest = &fraction[digits..];
        }
    }
    Some(rest)
}

fn is_zone(zone: &str) -> bool {
    let bytes = zone.as_bytes();
    match bytes {
        b"Z" => true,
        [b'+' | b'-', a, b, b':', c, d] => {
            [a, b, c, d].iter().all(|b| b.is_ascii_digit()) && (*a, *b) <= (b'2', b'4') && *c <= b'6'
        }
        _ => false,
    }
}

/// Takes one to `most` digits off the front.
fn number_of(rest: &mut &str, most: usize) -> Option<u32> {
    let digits = rest.bytes().take(most).take_while(u8::is_ascii_digit).count();
    let (number, tail) = rest.split_at(digits);
    *rest = tail;
    number.parse().ok()
}

fn days_in(year: u32, month: u32) -> u32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Standard base64 with padding; line breaks are skipped, and what is not UTF-8 becomes U+FFFD byte for byte, as in Go's JSON.
fn decode(text: &str) -> Option<String> {
    let symbols: Vec<u8> = text.bytes().filter(|b| !matches!(b, b'\n' | b'\r')).collect();
    if !symbols.len().is_multiple_of(4) {
        return None;
    }
    let mut bytes = Vec::with_capacity(symbols.len() / 4 * 3);
    let groups = symbols.len() / 4;
    for (i, group) in symbols.chunks_exact(4).enumerate() {
        let padding = group.iter().rev().take_while(|&&b| b == b'=').count();
        if padding > 2 || (padding > 0 && i + 1 < groups) {
            return None;
        }
        let mut value = 0;
        for &symbol in &group[..4 - padding] {
            value = value << 6 | sextet(symbol)?;
        }
        value <<= 6 * padding as u32;
        bytes.extend_from_slice(&value.to_be_bytes()[1..4 - padding]);
    }
    Some(to_text(&bytes))
}

fn sextet(symbol: u8) -> Option<u32> {
    let value = match symbol {
        b'A'..=b'Z' => symbol - b'A',
        b'a'..=b'z' => symbol - b'a' + 26,
        b'0'..=b'9' => symbol - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    };
    Some(u32::from(value))
}

fn to_text(mut bytes: &[u8]) -> String {
    let mut text = String::new();
    loop {
        match std::str::from_utf8(bytes) {
            Ok(rest) => {
                text.push_str(rest);
                return text;
            }
            Err(error) => {
                let (good, bad) = bytes.split_at(error.valid_up_to());
                text.push_str(std::str::from_utf8(good).unwrap_or(""));
                text.push('\u{fffd}');
                bytes = &bad[1..];
            }
        }
    }
}

/// The number that JSON carries for a float: an integer where it has no fraction, as Go writes `3.0` as `3`.
/// `None` for infinities and not-a-number, which JSON cannot say.
pub(super) fn in_json(value: f64) -> Option<Kind> {
    if !value.is_finite() {
        return None;
    }
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    let is_integer = value.fract() == 0.0 && (-LIMIT..LIMIT).contains(&value);
    Some(if is_integer { Kind::Int(value as i64) } else { Kind::Float(value) })
}

/// A number used as a mapping key: Go's shortest form of the nearest 32-bit float.
pub(super) fn float_key(value: f64) -> String {
    let value = value as f32;
    if value.is_nan() {
        return ".nan".to_string();
    }
    if value.is_infinite() {
        return if value > 0.0 { ".inf" } else { "-.inf" }.to_string();
    }
    let scientific = format!("{value:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if !(-4..6).contains(&exponent) {
        return format!("{digits}e{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.abs());
    }
    format!("{value}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_scalars_resolve_as_in_go() {
        let cases = [
            ("0", Kind::Int(0)),
            ("-0", Kind::Int(0)),
            ("007", Kind::Int(7)),
            ("08", Kind::Float(8.0)),
            ("0x_f", Kind::Int(15)),
            ("-0b11", Kind::Int(-3)),
            ("0o8", Kind::Str),
            ("0x", Kind::Str),
            ("+", Kind::Str),
            ("-", Kind::Str),
            ("1__0", Kind::Int(10)),
            ("9223372036854775808", Kind::BigInt(1 << 63)),
            ("+9223372036854775808", Kind::Float(9223372036854775808.0)),
            ("-9223372036854775808", Kind::Int(i64::MIN)),
            ("-9223372036854775809", Kind::Float(-9223372036854775809.0)),
            (".1_5", Kind::Float(0.15)),
            ("._1", Kind::Str),
            (".1_", Kind::Str),
            ("1.", Kind::Float(1.0)),
            ("1e", Kind::Str),
            ("1e400", Kind::Str),
            ("0x1p4", Kind::Str),
            ("+inf", Kind::Str),
            ("1infinity", Kind::Str),
            ("-.INF", Kind::Float(f64::NEG_INFINITY)),
            ("2001-01-01", Kind::Str),
            ("1:30", Kind::Str),
            ("Null", Kind::Null),
            ("nULL", Kind::Str),
        ];
        for (text, kind) in cases {
            assert_eq!(resolve(Tag::None, Style::Plain, text), Resolved::Kind(kind), "{text}");
        }
    }

    #[test]
    fn tags_decide_or_do_not_fit() {
        assert_eq!(resolve(Tag::Float, Style::Plain, "3"), Resolved::Kind(Kind::Float(3.0)));
        assert_eq!(resolve(Tag::Int, Style::DoubleQuoted, "x"), Resolved::Mismatch);
        assert_eq!(resolve(Tag::Int, Style::Plain, "3.5"), Resolved::Mismatch);
        assert_eq!(resolve(Tag::Timestamp, Style::Plain, "2001-02-29"), Resolved::Mismatch);
        assert_eq!(resolve(Tag::Timestamp, Style::Plain, "2000-2-29T1:2:3.4Z"), Resolved::Kind(Kind::Str));
        assert_eq!(resolve(Tag::Binary, Style::Plain, "aGk="), Resolved::Decoded("hi".to_string()));
        assert_eq!(resolve(Tag::Binary, Style::Plain, "/w=="), Resolved::Decoded("\u{fffd}".to_string()));
        assert_eq!(resolve(Tag::Binary, Style::Plain, "aGk"), Resolved::Mismatch);
        assert_eq!(resolve(Tag::Other, Style::Plain, "5"), Resolved::Kind(Kind::Str));
    }

    #[test]
    fn numbers_as_keys_are_written_as_go_writes_them() {
        let cases = [
            (1.0, "1"),
            (0.1, "0.1"),
            (123456.0, "123456"),
            (1e6, "1e+06"),
            (1.5e-5, "1.5e-05"),
            (16777217.0, "1.6777216e+07"),
            (-0.0, "-0"),
            (1e39, ".inf"),
            (f64::NAN, ".nan"),
        ];
        for (value, text) in cases {
            assert_eq!(float_key(value), text);
        }
    }
}
