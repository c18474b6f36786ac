//! Value checks: pure functions from a string to why it is refused.

use super::Why;

/// A port's name: at most 15 of `a-z0-9-`, at least one letter, no `--`, no `-` at either end (IANA service name).
pub fn port_name(value: &str) -> Result<(), Why> {
    if value.len() > 15 {
        return Err("must be at most 15 characters".into());
    }
    if !value.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
        return Err("may hold only lower-case letters, digits and `-`".into());
    }
    if !value.bytes().any(|b| b.is_ascii_lowercase()) {
        return Err("must hold at least one letter".into());
    }
    if value.contains("--") {
        return Err("must not hold `--`".into());
    }
    if value.starts_with('-') || value.ends_with('-') {
        return Err("must not begin or end with `-`".into());
    }
    Ok(())
}
