//! CertificateSigningRequests and ClusterTrustBundles. Mirrors certificates.k8s.io validation but for what is in requests and
//! certificates themselves.

use std::collections::BTreeSet;

use crate::object::Field;
use crate::schema::Version;
use crate::validate::meta::{self, Scope};
use crate::validate::{Unique, Verdicts, Why, text};

/// The shortest life that can be asked for, seconds.
const SHORTEST: i64 = 600;

/// The longest domain of a signer's name, and the longest name, characters.
const MAX_DOMAIN: usize = 253;
const MAX_SIGNER: usize = 571;

/// How much a trust bundle may hold, bytes.
const MAX_BUNDLE: usize = 1024 * 1024;

const USAGES: &[&str] = &[
    "any",
    "cert sign",
    "client auth",
    "code signing",
    "content commitment",
    "crl sign",
    "data encipherment",
    "decipher only",
    "digital signature",
    "email protection",
    "encipher only",
    "ipsec end system",
    "ipsec tunnel",
    "ipsec user",
    "key agreement",
    "key encipherment",
    "microsoft sgc",
    "netscape sgc",
    "ocsp signing",
    "s/mime",
    "server auth",
    "signing",
    "timestamping",
];

/// A CertificateSigningRequest.
pub fn signing_request(errs: &mut Verdicts, root: Field, _: Version) {
    meta::metadata(errs, root, Scope::Cluster, text::path_segment);
    let spec = root.get("spec");
    errs.pass(spec.get("request"), certificate_request);
    let usages = spec.get("usages");
    if usages.is_empty() {
        errs.required(usages, "name at least one");
    }
    let mut seen = Unique::default();
    for usage in usages.items() {
        errs.one_of(usage, USAGES);
        seen.add(errs, usage);
    }
    let signer = spec.get("signerName");
    if signer.text() == "kubernetes.io/legacy-unknown" {
        errs.invalid(signer, "is not offered any more");
    }
    signer_of(errs, signer);
    if spec.some("expirationSeconds").is_some_and(|seconds| seconds.number() < SHORTEST) {
        errs.invalid(spec.get("expirationSeconds"), format!("must be at least {SHORTEST}"));
    }
}

/// A ClusterTrustBundle. One of a signer carries the signer's name before its own, with a colon for the slash.
pub fn trust_bundle(errs: &mut Verdicts, root: Field, _: Version) {
    let (signer, bundle) = (root.get("spec").get("signerName"), root.get("spec").get("trustBundle"));
    let prefix = format!("{}:", signer.text().replace('/', ":"));
    meta::metadata(errs, root, Scope::Cluster, |name| match (signer.text().is_empty(), name.strip_prefix(&prefix)) {
        (true, _) => text::dns_subdomain(name),
        (false, Some(own)) => text::dns_subdomain(own),
        (false, None) => Err(format!("must begin with `{prefix}`, after its signer").into()),
    });
    if !signer.text().is_empty() {
        signer_of(errs, signer);
    }
    if bundle.text().len() > MAX_BUNDLE {
        errs.too_long(bundle, MAX_BUNDLE);
    } else if let Err(why) = certificates(bundle.text()) {
        errs.invalid(bundle, why);
    }
}

/// PEM blocks `CERTIFICATE`, one at least and none twice. That each is a certificate authority's is not looked into.
fn certificates(bundle: &str) -> Result<(), Why> {
    let mut seen = BTreeSet::new();
    let mut rest = bundle;
    while let Some((_, after)) = rest.split_once("-----BEGIN ") {
        let Some((kind, after)) = after.split_once("-----") else { break };
        let Some((body, after)) = after.split_once(&format!("-----END {kind}-----")) else { break };
        if kind != "CERTIFICATE" {
            return Err(format!("must hold `CERTIFICATE` blocks only, not `{kind}`").into());
        }
        let der = der_of(body).ok_or("must hold a certificate between the PEM lines")?;
        if !seen.insert(der) {
            return Err("holds a certificate twice".into());
        }
        rest = after;
    }
    if seen.is_empty() { Err("must hold at least one PEM block `CERTIFICATE`".into()) } else { Ok(()) }
}

/// What is between the lines of a PEM block: base64 of one DER sequence.
fn der_of(body: &str) -> Option<Vec<u8>> {
    let body: String = body.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    text::base64_decoded(&body).filter(|der| is_sequence(der))
}

/// The name of a signer, wherever one is named.
pub fn signer_of(errs: &mut Verdicts, signer: Field) {
    errs.must(signer, signer_name);
    let domain = signer.text().split('/').next().unwrap_or("");
    if domain.len() > MAX_DOMAIN || signer.text().len() > MAX_SIGNER {
        errs.too_long(signer, MAX_SIGNER);
    }
}

/// Base64 of a PEM block `CERTIFICATE REQUEST` that holds one DER sequence. What is in the sequence is not looked into.
fn certificate_request(request: &str) -> Result<(), Why> {
    let why = "must be base64 of a PEM block `CERTIFICATE REQUEST`";
    let pem = text::base64_decoded(request).and_then(|bytes| String::from_utf8(bytes).ok()).ok_or(why)?;
    let (_, rest) = pem.split_once("-----BEGIN CERTIFICATE REQUEST-----").ok_or(why)?;
    let (body, _) = rest.split_once("-----END CERTIFICATE REQUEST-----").ok_or(why)?;
    der_of(body).map(drop).ok_or("must hold a certificate request between the PEM lines".into())
}

/// Whether the bytes are one DER sequence, to the last byte.
fn is_sequence(der: &[u8]) -> bool {
    let (length, header) = match der {
        [0x30, short @ 0..=0x7f, ..] => (usize::from(*short), 2),
        [0x30, 0x81, a, ..] => (usize::from(*a), 3),
        [0x30, 0x82, a, b, ..] => (usize::from(*a) << 8 | usize::from(*b), 4),
        _ => return false,
    };
    der.len() == header + length
}

/// `domain/path`: both of dots and dashes, the domain of two parts or more. Its length is checked by the caller.
fn signer_name(name: &str) -> Result<(), Why> {
    let Some((domain, path)) = name.split_once('/').filter(|(_, path)| !path.contains('/')) else {
        return Err("must be one domain name and one path: `example.com/signer`".into());
    };
    domain.split('.').try_for_each(text::dns_label)?;
    if !domain.contains('.') {
        return Err("must have a domain of at least two parts before the `/`".into());
    }
    path.split('.').try_for_each(text::dns_subdomain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signer_names() {
        for name in ["kubernetes.io/kube-apiserver-client", "example.com/a.b"] {
            assert!(signer_name(name).is_ok(), "{name}");
        }
        for name in ["example.com", "example/a", "example.com/a/b", "example.com/", "Example.com/a", "a..b/c"] {
            assert!(signer_name(name).is_err(), "{name}");
        }
    }

    #[test]
    fn sequences_fill_their_length() {
        assert!(is_sequence(&[0x30, 0]) && is_sequence(&[0x30, 1, 5]) && is_sequence(&[0x30, 0x81, 1, 0]));
        assert!(!is_sequence(&[]) && !is_sequence(&[0x30, 2, 5]) && !is_sequence(&[0x31, 0]));
    }
}
