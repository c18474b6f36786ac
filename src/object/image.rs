//! Container image references, split as the reference parser of the container runtimes and the API server splits them.

/// A parsed image reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Image<'a> {
    /// The registry host, with its port; `docker.io` where the reference names none.
    pub registry: &'a str,
    /// The repository below the host, as written: `nginx`, `library/nginx`, `team/app`.
    pub repository: &'a str,
    /// What follows `:`, if anything does.
    pub tag: Option<&'a str>,
    /// What follows `@`: `sha256:...`.
    pub digest: Option<&'a str>,
}

impl<'a> Image<'a> {
    /// Splits `reference`; `None` where the server's parser refuses it.
    pub fn parse(reference: &'a str) -> Option<Image<'a>> {
        if is_hex(reference, 64) {
            return None;
        }
        let (rest, digest) = match split_at(reference, b'@') {
            Some((rest, digest)) => (rest, Some(digest)),
            None => (reference, None),
        };
        let (host, remainder) = split_host(rest);
        let (repository, tag) = match split_at(remainder, b':') {
            Some((repository, tag)) => (repository, Some(tag)),
            None => (remainder, None),
        };
        let registry = match host {
            None | Some("index.docker.io") => "docker.io",
            Some(host) => host,
        };
        let good = is_host(registry)
            && repository.as_bytes().split(|b| *b == b'/').all(is_path_component)
            && registry.len() + 1 + repository.len() <= 255
            && tag.is_none_or(is_tag)
            && digest.is_none_or(is_digest);
        good.then_some(Image { registry, repository, tag, digest })
    }

    /// The tag that pulling uses: `latest` where neither tag nor digest is written.
    pub fn effective_tag(&self) -> Option<&'a str> {
        self.tag.or(if self.digest.is_none() { Some("latest") } else { None })
    }
}

/// The host in front of the first slash, if what stands there looks like one: it has a dot, a port or an upper-case letter, or
/// is `localhost`.
fn split_host(rest: &str) -> (Option<&str>, &str) {
    match split_at(rest, b'/') {
        Some((first, remainder))
            if first.bytes().any(|b| matches!(b, b'.' | b':') || b.is_ascii_uppercase()) || first == "localhost" =>
        {
            (Some(first), remainder)
        }
        _ => (None, rest),
    }
}

/// What stands before and after the first `byte`, a character of ASCII.
fn split_at(text: &str, byte: u8) -> Option<(&str, &str)> {
    let at = memchr::memchr(byte, text.as_bytes())?;
    Some((&text[..at], &text[at + 1..]))
}

fn is_host(host: &str) -> bool {
    let (name, port) = match memchr::memrchr(b']', host.as_bytes()) {
        Some(end) => (&host[..=end], host[end + 1..].strip_prefix(':')),
        None => split_at(host, b':').map_or((host, None), |(name, port)| (name, Some(port))),
    };
    let name_good = match name.strip_prefix('[').and_then(|name| name.strip_suffix(']')) {
        Some(address) => !address.is_empty() && address.chars().all(|c| c.is_ascii_hexdigit() || c == ':'),
        None => name.as_bytes().split(|b| *b == b'.').all(is_host_component),
    };
    name_good && port.is_none_or(|port| !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()))
}

fn is_host_component(component: &[u8]) -> bool {
    let (Some(first), Some(last)) = (component.first(), component.last()) else { return false };
    *first != b'-' && *last != b'-' && component.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'-')
}

/// Lower-case letters and digits, joined by one dot, one or two underscores, or any number of dashes.
fn is_path_component(mut rest: &[u8]) -> bool {
    let is_plain = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let end = |text: &[u8], is_in: &dyn Fn(&u8) -> bool| text.iter().position(|b| !is_in(b)).unwrap_or(text.len());
    loop {
        let (word, after) = rest.split_at(end(rest, &is_plain));
        if word.is_empty() || after.is_empty() {
            return !word.is_empty();
        }
        let (joint, next) = after.split_at(end(after, &|b| !is_plain(b)));
        if !matches!(joint, b"." | b"_" | b"__") && joint.iter().any(|b| *b != b'-') {
            return false;
        }
        rest = next;
    }
}

fn is_tag(tag: &str) -> bool {
    let word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    tag.len() <= 128 && tag.bytes().next().is_some_and(word) && tag.bytes().all(|b| word(b) || b == b'.' || b == b'-')
}

fn is_digest(digest: &str) -> bool {
    match digest.split_once(':') {
        Some(("sha256", hex)) => is_hex(hex, 64),
        Some(("sha384", hex)) => is_hex(hex, 96),
        Some(("sha512", hex)) => is_hex(hex, 128),
        _ => false,
    }
}

fn is_hex(text: &str, len: usize) -> bool {
    text.len() == len && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_split() {
        let digest = format!("sha256:{}", "0".repeat(64));
        let with_digest = format!("r.example.com:5000/a/b@{digest}");
        let table = [
            ("nginx", Some(("docker.io", "nginx", Some("latest")))),
            ("nginx:1.27", Some(("docker.io", "nginx", Some("1.27")))),
            ("team/app:v1", Some(("docker.io", "team/app", Some("v1")))),
            ("localhost/app", Some(("localhost", "app", Some("latest")))),
            (with_digest.as_str(), Some(("r.example.com:5000", "a/b", None))),
            ("Nginx", None),
            ("", None),
            ("nginx:", None),
            ("a b", None),
            ("a..b", None),
            ("a__b--c.d", Some(("docker.io", "a__b--c.d", Some("latest")))),
        ];
        for (text, want) in table {
            let got = Image::parse(text).map(|image| (image.registry, image.repository, image.effective_tag()));
            assert_eq!(got, want, "{text}");
        }
    }
}
