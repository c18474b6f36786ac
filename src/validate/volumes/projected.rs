//! Projected volumes: several sources in one directory. Mirrors core/v1 validation of `projected`.

use std::collections::BTreeMap;

use super::super::others::signer_of;
use super::super::{Verdicts, selector, text};
use super::{files, set};
use crate::object::Field;
use crate::text::Span;

/// The kinds of source, in the server's order.
const SOURCES: &[&str] = &["secret", "configMap", "downwardAPI", "serviceAccountToken", "clusterTrustBundle", "podCertificate"];
/// The shortest life of a service account token, seconds.
const TOKEN_SHORTEST: i64 = 10 * 60;
/// The longest, seconds.
const TOKEN_LONGEST: i64 = 1 << 32;
/// The shortest life of a pod certificate, seconds.
const CERTIFICATE_SHORTEST: i64 = 60 * 60;
/// The longest, seconds: 91 days.
const CERTIFICATE_LONGEST: i64 = 91 * 24 * 60 * 60;
/// The longest from one of Kubernetes' own signers, seconds.
const CERTIFICATE_LONGEST_INTERNAL: i64 = 24 * 60 * 60;

/// Paths taken by the volume's files, with the place of each.
type Paths<'a> = BTreeMap<&'a str, Span>;

pub fn projected(errs: &mut Verdicts, volume: Field) {
    files::mode(errs, volume.get("defaultMode"));
    let mut paths = Paths::new();
    for source in volume.get("sources").items() {
        for name in ["secret", "configMap"] {
            if let Some(object) = source.some(name) {
                set(errs, object.get("name"));
                files::items(errs, object.get("items"));
                object.get("items").items().for_each(|item| take(errs, volume, item.get("path"), &mut paths));
            }
        }
        if let Some(downward) = source.some("downwardAPI") {
            files::downward_items(errs, downward);
            downward.get("items").items().for_each(|item| take(errs, volume, item.get("path"), &mut paths));
        }
        if let Some(token) = source.some("serviceAccountToken") {
            service_account_token(errs, volume, token);
        }
        if let Some(bundle) = source.some("clusterTrustBundle") {
            cluster_trust_bundle(errs, bundle);
            take_even_empty(errs, volume, bundle.get("path"), &mut paths);
        }
        if let Some(certificate) = source.some("podCertificate") {
            pod_certificate(errs, certificate);
            for name in ["credentialBundlePath", "keyPath", "certificateChainPath"] {
                take(errs, volume, certificate.get(name), &mut paths);
            }
        }
        if SOURCES.iter().filter(|name| source.get(name).exists()).count() > 1 {
            errs.forbidden(source, "one element of `sources` holds one source");
        }
    }
}

/// Notes a file's path; a second file there is refused, printed as a fault of the volume.
fn take<'a>(errs: &mut Verdicts, volume: Field, path: Field<'a>, paths: &mut Paths<'a>) {
    if !path.text().is_empty() {
        take_even_empty(errs, volume, path, paths);
    }
}

fn take_even_empty<'a>(errs: &mut Verdicts, volume: Field, path: Field<'a>, paths: &mut Paths<'a>) {
    match paths.get(path.text()) {
        Some(&first) => {
            errs.invalid(path, "another file of the volume has this path")
                .printed_as(volume.path())
                .label(first, "first used here");
        }
        None => _ = paths.insert(path.text(), path.span()),
    }
}

/// A token: how long it lives, and its path, which the server prints as the volume's own.
fn service_account_token(errs: &mut Verdicts, volume: Field, token: Field) {
    let life = token.get("expirationSeconds");
    if life.number() < TOKEN_SHORTEST {
        errs.invalid(life, "a token lives 10 minutes at least");
    }
    if life.number() > TOKEN_LONGEST {
        errs.invalid(life, "a token lives 2^32 seconds at most");
    }
    let since = errs.len();
    let path = token.get("path");
    errs.must(path, text::reserved_path);
    if errs.len() > since {
        errs.reprint(since, &path.path(), &format!("{}.path", volume.path()));
    }
}

/// A bundle: by its name, or by its signer and labels.
fn cluster_trust_bundle(errs: &mut Verdicts, bundle: Field) {
    let (name, signer) = (bundle.get("name"), bundle.get("signerName"));
    match (name.exists(), signer.exists()) {
        (true, true) => _ = errs.invalid(bundle, "`name` and `signerName` exclude each other"),
        (true, false) => bundle_by_name(errs, bundle),
        (false, true) => {
            signer_of(errs, signer);
            selector::label_selector(errs, bundle.get("labelSelector"));
        }
        (false, false) => _ = errs.required(bundle, "give `name` or `signerName`"),
    }
    errs.must(bundle.get("path"), text::reserved_path);
}

fn bundle_by_name(errs: &mut Verdicts, bundle: Field) {
    let name = bundle.get("name");
    if name.text().is_empty() {
        errs.required(name, "");
    }
    // `<signer with colons for slashes>:<name>`
    let own = name.text().rsplit_once(':').filter(|(signer, _)| !signer.is_empty()).map_or(name.text(), |(_, own)| own);
    if let Err(why) = text::dns_subdomain(own) {
        errs.invalid(name, why);
    }
    if bundle.get("labelSelector").exists() {
        errs.invalid(bundle.get("labelSelector"), "goes with `signerName` only");
    }
}

/// A certificate: who signs, what key, how long, and where its files go.
fn pod_certificate(errs: &mut Verdicts, certificate: Field) {
    signer_of(errs, certificate.get("signerName"));
    errs.one_of(certificate.get("keyType"), &["RSA3072", "RSA4096", "ECDSAP256", "ECDSAP384", "ECDSAP521", "ED25519"]);
    let internal = certificate.get("signerName").text().starts_with("kubernetes.io/");
    let longest = if internal { CERTIFICATE_LONGEST_INTERNAL } else { CERTIFICATE_LONGEST };
    errs.between(certificate.get("maxExpirationSeconds"), CERTIFICATE_SHORTEST, longest);
    let paths = ["credentialBundlePath", "keyPath", "certificateChainPath"].map(|name| certificate.get(name));
    for path in paths {
        errs.may(path, text::reserved_path);
    }
    if paths.iter().all(|path| path.text().is_empty()) {
        errs.required(certificate, "give `credentialBundlePath`, `keyPath` or `certificateChainPath`");
    }
}
