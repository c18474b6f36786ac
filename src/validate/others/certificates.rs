//! CertificateSigningRequests. Mirrors certificates.k8s.io/v1 validation but for the request's signature.

use crate::object::Field;
use crate::schema::Version;
use crate::validate::meta::{self, Scope};
use crate::validate::{Unique, Verdicts, Why, text};

/// The shortest life that can be asked for, seconds.
const SHORTEST: i64 = 600;

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
    errs.must(signer, signer_name);
    if spec.some("expirationSeconds").is_some_and(|seconds| seconds.number() < SHORTEST) {
        errs.invalid(spec.get("expirationSeconds"), format!("must be at least {SHORTEST}"));
    }
}

/// Base64 of a PEM block `CERTIFICATE REQUEST`. What the block holds is not looked into.
fn certificate_request(request: &str) -> Result<(), Why> {
    let why = "must be base64 of a PEM block `CERTIFICATE REQUEST`";
    let pem = text::base64_decoded(request).and_then(|bytes| String::from_utf8(bytes).ok()).ok_or(why)?;
    let begin = pem.find("-----BEGIN ").ok_or(why)?;
    let fine = pem[begin..].starts_with("-----BEGIN CERTIFICATE REQUEST-----");
    let ends = pem[begin..].contains("-----END CERTIFICATE REQUEST-----");
    if fine && ends { Ok(()) } else { Err(why.into()) }
}

/// `domain/path`: segments of dots and dashes after a domain of two labels or more.
fn signer_name(name: &str) -> Result<(), Why> {
    let Some((domain, path)) = name.split_once('/') else {
        return Err("must be a domain name and a path: `example.com/signer`".into());
    };
    if name.len() > 571 || path.contains('/') {
        return Err("must be one domain name and one path, at most 571 characters".into());
    }
    text::dns_subdomain(domain)?;
    if !domain.contains('.') {
        return Err("must have a domain of at least two parts before the `/`".into());
    }
    domain.split('.').try_for_each(text::dns_label)?;
    text::dns_subdomain(path)
}
