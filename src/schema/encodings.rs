//! Texts that Go decodes by their own grammar: dates and times, base64, quantities.

use crate::object::quantity::Quantity;

/// Whether Go's `time.Parse(time.RFC3339, ..)` takes `text`.
pub fn is_time(text: &str) -> bool {
    let Some(rest) = clock(text) else { return false };
    // A fraction is taken after the seconds although the layout has none; a comma counts as a point.
    let digits = rest.strip_prefix(['.', ',']).map_or(0, |rest| rest.bytes().take_while(u8::is_ascii_digit).count());
    zone(if digits == 0 { rest } else { &rest[digits + 1..] })
}

/// The same for the layout of MicroTime, which wants a point and six digits.
pub fn is_micro_time(text: &str) -> bool {
    let Some(rest) = clock(text).and_then(|rest| rest.strip_prefix(['.', ','])) else { return false };
    rest.len() > 6 && rest.as_bytes()[..6].iter().all(u8::is_ascii_digit) && zone(&rest[6..])
}

/// Reads `2006-01-02T15:04:05`; returns what follows. Go takes an hour of one digit.
fn clock(text: &str) -> Option<&str> {
    let mut rest = text;
    let year = digits(&mut rest, 4, 4)?;
    rest = rest.strip_prefix('-')?;
    let month = digits(&mut rest, 2, 2)?;
    rest = rest.strip_prefix('-')?;
    let day = digits(&mut rest, 2, 2)?;
    rest = rest.strip_prefix('T')?;
    let hour = digits(&mut rest, 1, 2)?;
    rest = rest.strip_prefix(':')?;
    let minute = digits(&mut rest, 2, 2)?;
    rest = rest.strip_prefix(':')?;
    let second = digits(&mut rest, 2, 2)?;
    let fits = (1..=12).contains(&month) && (1..=days_in(year, month)).contains(&day) && hour < 24 && minute < 60 && second < 60;
    fits.then_some(rest)
}

fn days_in(year: u32, month: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// `Z` or `+01:00`, and nothing behind it.
fn zone(text: &str) -> bool {
    if text == "Z" {
        return true;
    }
    let Some(mut rest) = text.strip_prefix(['+', '-']) else { return false };
    let hours = digits(&mut rest, 2, 2);
    let Some(mut rest) = rest.strip_prefix(':') else { return false };
    let minutes = digits(&mut rest, 2, 2);
    hours.is_some_and(|hours| hours <= 24) && minutes.is_some_and(|minutes| minutes <= 60) && rest.is_empty()
}

fn digits(rest: &mut &str, least: usize, most: usize) -> Option<u32> {
    let count = rest.bytes().take(most).take_while(u8::is_ascii_digit).count();
    if count < least {
        return None;
    }
    let (number, behind) = rest.split_at(count);
    *rest = behind;
    number.parse().ok()
}

/// Whether Go's standard base64 decoder takes `text`: line breaks are skipped, padding is wanted. The error says what is wrong.
pub fn base64(text: &str) -> Result<(), String> {
    let is_letter = |c: char| c.is_ascii_alphanumeric() || c == '+' || c == '/';
    let mut letters = 0usize;
    let mut padding = 0usize;
    for c in text.chars().filter(|c| !matches!(c, '\r' | '\n')) {
        match c {
            '=' => padding += 1,
            c if is_letter(c) && padding == 0 => letters += 1,
            c if is_letter(c) => return Err("there is text behind the padding".to_string()),
            c => return Err(format!("`{}` is not a base64 character", c.escape_default())),
        }
    }
    let wanted = [Some(0), None, Some(2), Some(1)][letters % 4];
    match wanted {
        None => Err("it is cut off".to_string()),
        Some(wanted) if padding == wanted => Ok(()),
        Some(0) => Err("the padding is too long".to_string()),
        Some(wanted) => Err(format!("it must end in {} `=`", if wanted == 1 { "one" } else { "two" })),
    }
}

/// What was likely meant by a text that is no quantity.
pub struct Near {
    /// The quantity.
    pub text: String,
    /// Whether nothing else can have been meant. Who writes `MB` or `K` may be thinking of powers of ten or of two.
    pub sure: bool,
}

/// The quantity that `text` was likely meant to be: blanks out, `GB` as `G`, `gi` as `Gi`.
pub fn nearest_quantity(text: &str) -> Option<Near> {
    let tight: String = text.chars().filter(|c| !c.is_whitespace() && *c != '_').collect();
    let number = tight.bytes().take_while(|b| b.is_ascii_digit() || *b == b'.').count();
    let (number, suffix) = tight.split_at(number);
    let suffix = match suffix.to_ascii_lowercase().trim_end_matches('b') {
        "" => "",
        "k" => "k",
        "ki" => "Ki",
        "m" if suffix.len() == 2 || suffix == "M" => "M",
        "mi" => "Mi",
        "g" => "G",
        "gi" => "Gi",
        "t" => "T",
        "ti" => "Ti",
        "p" => "P",
        "pi" => "Pi",
        _ => return None,
    };
    let fixed = format!("{number}{suffix}");
    let sure = fixed == tight || suffix.ends_with('i');
    Quantity::parse(&fixed).is_ok().then_some(Near { text: fixed, sure })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_those_go_parses() {
        for text in [
            "2026-11-21T08:00:00Z",
            "2026-11-21T08:00:00+01:00",
            "2024-02-29T8:00:00Z",
            "2026-11-21T08:00:00.123456789Z",
            "2026-11-21T08:00:00,5Z",
        ] {
            assert!(is_time(text), "{text}");
        }
        for text in [
            "",
            "yesterday",
            "2026-11-21",
            "2026-11-21T08:00Z",
            "2026-11-21 08:00:00Z",
            "2026-11-21t08:00:00z",
            "2026-02-29T08:00:00Z",
            "2026-13-01T08:00:00Z",
            "2026-11-21T24:00:00Z",
            "2026-11-21T08:00:00",
            "2026-11-21T08:00:00.Z",
            "2026-11-21T08:00:00+0100",
            "2026-11-21T08:00:00Z ",
        ] {
            assert!(!is_time(text), "{text}");
        }
        assert!(is_micro_time("2026-11-21T08:00:00.000000Z"));
        assert!(!is_micro_time("2026-11-21T08:00:00Z"));
        assert!(!is_micro_time("2026-11-21T08:00:00.0000000Z"));
    }

    #[test]
    fn base64_is_the_standard_one_with_padding() {
        for text in ["", "aGVsbG8=", "aGVs\nbG8=\n", "aGVsbA==", "+/+/", "aGVsbG9="] {
            assert!(base64(text).is_ok(), "{text}");
        }
        for text in ["aGVsbG8", "aGVsbG8==", "=", "_-_-", "not base64!", "aGVsbA==aGVs", "a", "aGVs bG8="] {
            assert!(base64(text).is_err(), "{text}");
        }
    }

    #[test]
    fn quantities_are_mended() {
        let sure = [("1 Gi", "1Gi"), ("1_000", "1000"), ("128mi", "128Mi"), ("3GiB", "3Gi")];
        let likely = [("512MB", "512M"), ("2gb", "2G"), ("1K", "1k")];
        let cases = sure.map(|case| (case, true)).into_iter().chain(likely.map(|case| (case, false)));
        for ((text, mended), sure) in cases {
            let near = nearest_quantity(text).expect("a quantity");
            assert_eq!((near.text.as_str(), near.sure), (mended, sure));
        }
        assert!(nearest_quantity("many").is_none());
    }
}
