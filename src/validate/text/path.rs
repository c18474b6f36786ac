//! Value checks of paths: in URLs, in volumes, in ConfigMap keys. Mirrors core/v1 and networking/v1 validation.

use super::{Why, at_most};

/// A relative path that never goes up: the path of a volume item, a subPath.
pub fn local_path(value: &str) -> Result<(), Why> {
    if value.starts_with('/') {
        return Err("must be a relative path".into());
    }
    no_backsteps(value)
}

/// The same for the path of a file in a volume, which may not begin with `..` either (`..data` is the kubelet's).
pub fn reserved_path(value: &str) -> Result<(), Why> {
    local_path(value)?;
    if value.starts_with("..") {
        return Err("must not begin with `..`".into());
    }
    Ok(())
}

/// A path without the element `..`.
pub fn no_backsteps(value: &str) -> Result<(), Why> {
    if value.split('/').any(|part| part == "..") { Err("must not hold `..`".into()) } else { Ok(()) }
}

/// A path from the root.
pub fn absolute_path(value: &str) -> Result<(), Why> {
    if value.starts_with('/') { Ok(()) } else { Err("must begin with `/`".into()) }
}

/// The path of an Ingress rule whose type is not left to the controller: absolute, and nothing that browsers and proxies resolve
/// differently.
pub fn ingress_path(value: &str) -> Result<(), Why> {
    absolute_path(value)?;
    for odd in ["//", "/./", "/../", "%2f", "%2F"] {
        if value.contains(odd) {
            return Err(format!("must not hold `{odd}`").into());
        }
    }
    for odd in ["/..", "/."] {
        if value.ends_with(odd) {
            return Err(format!("must not end with `{odd}`").into());
        }
    }
    Ok(())
}

/// A URL path of characters that need no escaping.
pub fn http_path(value: &str) -> Result<(), Why> {
    let fine = |b: u8| b.is_ascii_alphanumeric() || b"/-._~%!$&'()*+,;=:".contains(&b);
    if !value.is_empty() && value.bytes().all(fine) {
        return Ok(());
    }
    Err("may hold only letters, digits and what a URL path holds unescaped".into())
}

/// One segment of a URL path: not `.` or `..`, no `/`, no `%`.
pub fn path_segment(value: &str) -> Result<(), Why> {
    if value == "." || value == ".." {
        return Err(format!("must not be `{value}`").into());
    }
    for odd in ['/', '%'] {
        if value.contains(odd) {
            return Err(format!("must not hold `{odd}`").into());
        }
    }
    Ok(())
}

/// A key of a ConfigMap or Secret: at most 253 of letters, digits, `-_.`, not beginning with `..`, not `.`.
pub fn config_map_key(value: &str) -> Result<(), Why> {
    at_most(value, 253)?;
    if value.is_empty() || !value.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b)) {
        return Err("may hold only letters, digits, `-`, `_` and `.`".into());
    }
    no_directory(value)
}

/// Nothing that a shell takes for this directory or the one above.
pub fn no_directory(value: &str) -> Result<(), Why> {
    match value {
        "." => Err("must not be `.`".into()),
        ".." => Err("must not be `..`".into()),
        _ if value.starts_with("..") => Err("must not begin with `..`".into()),
        _ => Ok(()),
    }
}
