//! URLs and paths of webhooks. Mirrors apiserver's `util/webhook` validation, which CustomResourceDefinitions use too.

use crate::object::Field;
use crate::validate::{Verdicts, Why, text};

/// The URL of a webhook: `https://host[/path]`.
pub fn url(errs: &mut Verdicts, field: Field) {
    let Some(url) = split(field.text()) else {
        errs.required(field, "must be a URL: `https://host/path`");
        return;
    };
    for (wrong, why) in [
        (url.scheme != "https", "must begin with `https://`"),
        (url.host.is_empty(), "must name a host"),
        (url.has_user, "must not hold a user name or password"),
        (url.has_fragment, "must not have a fragment, `#...`"),
        (url.has_query, "must not have a query, `?...`"),
    ] {
        if wrong {
            errs.invalid(field, why);
        }
    }
}

/// What the server looks at in a URL.
struct Url<'a> {
    scheme: String,
    host: &'a str,
    has_user: bool,
    has_fragment: bool,
    has_query: bool,
}

/// The parts of a URL as Go's `net/url` splits them; `None` where it gives up.
fn split(text: &str) -> Option<Url<'_>> {
    if text.is_empty() || text.bytes().any(|b| b < b' ' || b == 0x7f) || !escapes_are_whole(text) {
        return None;
    }
    let (text, fragment) = text.split_once('#').unwrap_or((text, ""));
    let name = text.bytes().take_while(|b| b.is_ascii_alphanumeric() || b"+-.".contains(b)).count();
    let has_scheme = text[name..].starts_with(':') && text.starts_with(|c: char| c.is_ascii_alphabetic());
    if text.starts_with(':') {
        return None;
    }
    let (scheme, rest) = if has_scheme { (&text[..name], &text[name + 1..]) } else { ("", text) };
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let colon_first = rest.split('/').next().is_some_and(|first| first.contains(':'));
    if !has_scheme && !rest.starts_with('/') && colon_first {
        return None;
    }
    let authority = rest.strip_prefix("//").map_or("", |rest| rest.split('/').next().unwrap_or(""));
    let (user, host) = authority.rsplit_once('@').map_or((None, authority), |(user, host)| (Some(user), host));
    let port = host.rsplit_once(']').map_or(host, |(_, port)| port).rsplit_once(':').map_or("", |(_, port)| port);
    if host.bytes().any(|b| b" \"<>\\^`{|}".contains(&b)) || !port.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    Some(Url {
        scheme: scheme.to_ascii_lowercase(),
        host,
        has_user: user.is_some(),
        has_fragment: !fragment.is_empty(),
        has_query: !query.is_empty(),
    })
}

fn escapes_are_whole(text: &str) -> bool {
    let bytes = text.as_bytes();
    let whole = |at: usize| bytes.get(at + 1..at + 3).is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit));
    (0..bytes.len()).all(|at| bytes[at] != b'%' || whole(at))
}

/// The path at a webhook's service: domain names joined by `/`.
pub fn service_path(path: &str) -> Result<(), Why> {
    if path == "/" {
        return Ok(());
    }
    text::absolute_path(path)?;
    let steps = &path[1..];
    steps
        .strip_suffix('/')
        .unwrap_or(steps)
        .split('/')
        .try_for_each(|step| if step.is_empty() { Err("must not hold `//`".into()) } else { text::dns_subdomain(step) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_split_as_go_does() {
        for text in ["", ":x", "1.2.3.4:443/x", "https://h:port", "https://a b", "https://h/%zz", "a\u{7}"] {
            assert!(split(text).is_none(), "{text}");
        }
        for (text, scheme, host) in [
            ("https://h.example.com:443/p", "https", "h.example.com:443"),
            ("HTTPS://[::1]:8443", "https", "[::1]:8443"),
            ("example.com:443", "example.com", ""),
            ("/path", "", ""),
        ] {
            let url = split(text).unwrap();
            assert_eq!((url.scheme.as_str(), url.host), (scheme, host), "{text}");
        }
        let url = split("https://u:p@h/p?q#f").unwrap();
        assert!(url.has_user && url.has_query && url.has_fragment && url.host == "h");
    }

    #[test]
    fn service_paths() {
        for path in ["/", "/validate", "/a/b.c/", "/1"] {
            assert!(service_path(path).is_ok(), "{path}");
        }
        for path in ["a", "//", "/a//b", "/A", "/a/..", "/a_b"] {
            assert!(service_path(path).is_err(), "{path}");
        }
    }
}
