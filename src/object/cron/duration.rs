//! Durations as Go writes them: `1h30m`, `1.5h`, `-90s`.

use crate::validate::Why;

const UNITS: &[(&str, u64)] = &[
    ("ns", 1),
    ("us", 1_000),
    ("µs", 1_000),
    ("μs", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
];

/// The length of a Go duration in nanoseconds.
pub fn nanoseconds(text: &str) -> Result<i64, Why> {
    let refuse = || Why::from(format!("`{text}` is no duration: write it as `90s`, `1h30m`"));
    let rest = text.strip_prefix(['-', '+']).unwrap_or(text);
    if rest == "0" {
        return Ok(0);
    }
    let mut total = 0u64;
    let mut rest = rest;
    let mut empty = true;
    while !rest.is_empty() {
        let (amount, behind) = one(rest).ok_or_else(refuse)?;
        total = total.checked_add(amount).filter(|&total| total <= 1 << 63).ok_or_else(refuse)?;
        (rest, empty) = (behind, false);
    }
    match i64::try_from(total) {
        _ if empty => Err(refuse()),
        Ok(total) => Ok(if text.starts_with('-') { -total } else { total }),
        Err(_) if text.starts_with('-') => Ok(i64::MIN),
        Err(_) => Err(refuse()),
    }
}

/// The first number with its unit, and what follows.
fn one(text: &str) -> Option<(u64, &str)> {
    let digits = |text: &str| text.bytes().position(|b| !b.is_ascii_digit()).unwrap_or(text.len());
    let (whole, rest) = text.split_at(digits(text));
    let (fraction, rest) = match rest.strip_prefix('.') {
        Some(rest) => rest.split_at(digits(rest)),
        None => ("", rest),
    };
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let end = rest.find(|c: char| c == '.' || c.is_ascii_digit()).unwrap_or(rest.len());
    let (unit, behind) = rest.split_at(end);
    let &(_, size) = UNITS.iter().find(|(name, _)| *name == unit)?;
    let whole: u64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let part = format!("0.{fraction}0").parse::<f64>().ok()? * size as f64;
    Some((whole.checked_mul(size)?.checked_add(part as u64)?, behind))
}

#[cfg(test)]
mod tests {
    use super::nanoseconds;

    #[test]
    fn durations() {
        let second = 1_000_000_000;
        for (text, want) in [
            ("0", 0),
            ("90s", 90 * second),
            ("1h30m", 5400 * second),
            ("1.5h", 5400 * second),
            ("-1m", -60 * second),
            (".5s", second / 2),
            ("1.s", second),
        ] {
            assert_eq!(nanoseconds(text).ok(), Some(want), "{text}");
        }
        for text in ["", "1", " 1h", "1h ", "h", ".s", "1d", "+", "-", "9999999h", "1H", "1e3s"] {
            assert!(nanoseconds(text).is_err(), "{text}");
        }
    }
}
