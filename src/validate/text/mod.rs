//! Value checks: pure functions from a string to why it is refused. Mirrors apimachinery's `util/validation` and `api/validation`.
//!
//! Each takes the value as it stands; whether an empty one is missing or wrong is the caller's to say.

mod address;
mod path;
mod resource;

pub use address::{canonical_cidr, canonical_ip, cidr, ip, ipv4, ipv6, sloppy_cidr, sloppy_ip};
pub use path::{absolute_path, config_map_key, http_path, ingress_path, local_path, no_backsteps, path_segment, reserved_path};
pub use resource::{
    container_resource_name, is_extended_resource, is_hugepages, is_integer_resource, is_native_resource, quota_resource_name,
    resource_name,
};

use std::borrow::Cow;

use super::Why;

/// A label of a domain name as RFC 1123 has it: at most 63 of `a-z0-9-`, a letter or digit at both ends.
pub fn dns_label(value: &str) -> Result<(), Why> {
    at_most(value, 63)?;
    plain_label(value)
}

/// The same beginning with a letter, as RFC 1035 has it.
pub fn dns_label_1035(value: &str) -> Result<(), Why> {
    at_most(value, 63)?;
    if !value.starts_with(|c: char| c.is_ascii_lowercase()) {
        return Err("must begin with a lower-case letter".into());
    }
    plain_label(value)
}

/// A domain name: DNS labels joined by dots, at most 253 characters together (each label may be longer than 63).
pub fn dns_subdomain(value: &str) -> Result<(), Why> {
    at_most(value, 253)?;
    if are_plain_labels(value.as_bytes()) { Ok(()) } else { value.split('.').try_for_each(plain_label) }
}

/// A domain name whose labels may also hold `_` and begin with one (DNS search paths).
pub fn dns_subdomain_with_underscore(value: &str) -> Result<(), Why> {
    at_most(value, 253)?;
    let end = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let fine = |label: &str| {
        let bytes = label.strip_prefix('_').unwrap_or(label).as_bytes();
        bytes.iter().all(|b| end(b) || b"-_".contains(b)) && bytes.first().is_some_and(end) && bytes.last().is_some_and(end)
    };
    if value.split('.').all(fine) {
        Ok(())
    } else {
        Err(format!("may hold only {LABEL_CHARS}, `_` and dots between them").into())
    }
}

/// A domain name whose first label is `*`.
pub fn wildcard_dns_subdomain(value: &str) -> Result<(), Why> {
    at_most(value, 253)?;
    match value.strip_prefix("*.") {
        Some(rest) => rest.split('.').try_for_each(plain_label),
        None => Err("must begin with `*.`".into()),
    }
}

/// A domain name of at least three labels: the name of a CRD's group part or of a certificate signer.
pub fn fully_qualified_name(value: &str) -> Result<(), Why> {
    dns_subdomain(value)?;
    if value.split('.').count() < 3 {
        return Err("must have at least three parts separated by dots".into());
    }
    Ok(())
}

/// A label key, resource name, condition type: `name` or `prefix/name`, the prefix a domain name, the name at most 63 of
/// letters, digits, `-_.`, a letter or digit at both ends.
pub fn qualified_name(value: &str) -> Result<(), Why> {
    let name = match memchr::memchr(b'/', value.as_bytes()).map(|at| (&value[..at], &value[at + 1..])) {
        None => value,
        Some((_, rest)) if rest.contains('/') => return Err("must not hold more than one `/`".into()),
        Some(("", _)) => return Err("must have something before the `/`".into()),
        Some((prefix, name)) => {
            dns_subdomain(prefix).map_err(|why| format!("the part before the `/` {why}"))?;
            name
        }
    };
    if name.is_empty() {
        return Err("must not have an empty name".into());
    }
    at_most(name, 63)?;
    name_part(name)
}

/// An annotation key: a qualified name once lower-cased.
pub fn annotation_key(value: &str) -> Result<(), Why> {
    qualified_name(&value.to_lowercase())
}

/// A label value: empty, or like the name part of a label key.
pub fn label_value(value: &str) -> Result<(), Why> {
    at_most(value, 63)?;
    if value.is_empty() { Ok(()) } else { name_part(value) }
}

/// A finalizer of an object's metadata: a qualified name.
pub fn finalizer(value: &str) -> Result<(), Why> {
    qualified_name(value)
}

/// `domain/path`, the path as a URL path holds it: who manages a Job.
pub fn domain_prefixed_path(value: &str) -> Result<(), Why> {
    match value.split_once('/') {
        Some((domain, path)) if !domain.is_empty() && !path.is_empty() => {
            dns_subdomain(domain).map_err(|why| format!("the part before the `/` {why}"))?;
            http_path(path)
        }
        _ => Err("must be a domain name and a path: `example.com/name`".into()),
    }
}

/// A port's name: at most 15 of `a-z0-9-`, at least one letter, no `--`, no `-` at either end (IANA service name).
pub fn port_name(value: &str) -> Result<(), Why> {
    at_most(value, 15)?;
    if value.is_empty() || !value.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
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

/// An environment variable's name as servers since 1.34 take it: any printable ASCII but `=`.
pub fn env_var_name(value: &str) -> Result<(), Why> {
    if value.is_empty() {
        return Err("must not be empty".into());
    }
    if value.bytes().all(|b| (b' '..=b'~').contains(&b) && b != b'=') {
        return Ok(());
    }
    Err("may hold only printable ASCII characters other than `=`".into())
}

/// An environment variable's name as servers before 1.34 take it: letters, digits, `-._`, no digit first, not `.` or `..`.
pub fn env_var_name_strict(value: &str) -> Result<(), Why> {
    if value.is_empty() || value.starts_with(|c: char| c.is_ascii_digit()) {
        return Err("must begin with a letter, `_`, `-` or `.`".into());
    }
    if !value.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b)) {
        return Err("may hold only letters, digits, `_`, `-` and `.`".into());
    }
    path::no_directory(value)
}

/// An identifier of the C language.
pub fn c_identifier(value: &str) -> Result<(), Why> {
    let first = value.bytes().next().unwrap_or(b' ');
    if !(first.is_ascii_alphabetic() || first == b'_') {
        return Err("must begin with a letter or `_`".into());
    }
    if value.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
        return Ok(());
    }
    Err("may hold only letters, digits and `_`".into())
}

/// The name of an HTTP header.
pub fn http_header_name(value: &str) -> Result<(), Why> {
    if !value.is_empty() && value.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
        return Ok(());
    }
    Err("may hold only letters, digits and `-`".into())
}

/// A whole number of percent: `25%`.
pub fn percent(value: &str) -> Result<(), Why> {
    match value.strip_suffix('%') {
        Some(digits) if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) => Ok(()),
        _ => Err("must be a whole number of percent: `25%`".into()),
    }
}

/// A kernel parameter: lower-case segments joined by `.` or `/`, at most 253 characters.
pub fn sysctl(value: &str) -> Result<(), Why> {
    at_most(value, 253)?;
    let end = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let fine = |segment: &str| {
        let bytes = segment.as_bytes();
        bytes.iter().all(|b| end(b) || b"-_".contains(b)) && bytes.first().is_some_and(end) && bytes.last().is_some_and(end)
    };
    if value.split(['.', '/']).all(fine) {
        return Ok(());
    }
    Err("must be lower-case names joined by `.` or `/`: `net.core.somaxconn`".into())
}

/// The version part of an apiVersion: `v1`, `v2beta1`, any RFC 1035 label.
pub fn api_version(value: &str) -> Result<(), Why> {
    dns_label_1035(value)
}

/// Standard base64 with padding; line breaks are skipped, as Go's decoder does.
pub fn base64(value: &str) -> Result<(), Why> {
    base64_decoded(value).map(drop).ok_or("is not base64".into())
}

/// The bytes that `value` stands for, if it is base64.
pub fn base64_decoded(value: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = value.bytes().filter(|b| !b"\r\n".contains(b)).collect();
    if !digits.len().is_multiple_of(4) {
        return None;
    }
    let padding = digits.iter().rev().take_while(|&&b| b == b'=').count();
    if padding > 2 {
        return None;
    }
    let mut bytes = Vec::with_capacity(digits.len() / 4 * 3);
    let (mut bits, mut held) = (0u32, 0);
    for &digit in &digits[..digits.len() - padding] {
        bits = bits << 6 | u32::from(base64_digit(digit)?);
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held) as u8);
        }
    }
    Some(bytes)
}

fn base64_digit(digit: u8) -> Option<u8> {
    match digit {
        b'A'..=b'Z' => Some(digit - b'A'),
        b'a'..=b'z' => Some(digit - b'a' + 26),
        b'0'..=b'9' => Some(digit - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    }
}

/// What a `generateName` is checked as: a `-` at its end stands before the random part, so it is let pass.
pub fn generated(prefix: &str) -> Cow<'_, str> {
    match prefix.strip_suffix('-') {
        // The server drops the character before the `-` too and puts one letter there: a second `-` passes with it.
        Some(rest) if !rest.is_empty() => {
            let mut end = rest.len() - 1;
            while !rest.is_char_boundary(end) {
                end -= 1;
            }
            format!("{}a", &rest[..end]).into()
        }
        _ => prefix.into(),
    }
}

const LABEL_CHARS: &str = "lower-case letters, digits and `-`";

/// Whether these are labels joined by dots, their lengths aside.
fn are_plain_labels(bytes: &[u8]) -> bool {
    let is_end = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let mut before = b'.';
    for &b in bytes {
        let is_fine = match b {
            b'-' => before != b'.',
            b'.' => is_end(before),
            _ => is_end(b),
        };
        if !is_fine {
            return false;
        }
        before = b;
    }
    is_end(before)
}

/// One label without its length: nearly every name comes through here.
fn plain_label(label: &str) -> Result<(), Why> {
    let end = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let bytes = label.as_bytes();
    if !bytes.contains(&b'.') && are_plain_labels(bytes) {
        return Ok(());
    }
    if bytes.iter().any(|b| b.is_ascii_uppercase()) {
        return Err("must not hold upper-case letters".into());
    }
    if let Some(odd) = label.chars().find(|&c| !(c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')) {
        return Err(match odd {
            '.' => "must not hold dots".into(),
            _ => format!("may hold only {LABEL_CHARS}, not `{odd}`").into(),
        });
    }
    if bytes.is_empty() {
        return Err("must not be empty or have an empty part".into());
    }
    if bytes.first().is_some_and(end) && bytes.last().is_some_and(end) {
        return Ok(());
    }
    Err("must begin and end with a letter or digit".into())
}

/// The name part of a label key, or a label value, without its length.
fn name_part(name: &str) -> Result<(), Why> {
    let end = |b: &u8| b.is_ascii_alphanumeric();
    let bytes = name.as_bytes();
    if !bytes.iter().all(|b| end(b) || b"-_.".contains(b)) {
        return Err("may hold only letters, digits, `-`, `_` and `.`".into());
    }
    if bytes.first().is_some_and(end) && bytes.last().is_some_and(end) {
        return Ok(());
    }
    Err("must begin and end with a letter or digit".into())
}

fn at_most(value: &str, most: usize) -> Result<(), Why> {
    if value.len() <= most { Ok(()) } else { Err(format!("must be at most {most} characters").into()) }
}

#[cfg(test)]
mod tests;
