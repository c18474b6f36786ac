//! ConfigMaps, Secrets, Namespaces and ServiceAccounts. Mirrors core/v1 validation of each.

use std::collections::BTreeMap;

use super::meta::{self, Scope};
use super::{Verdicts, nearest, text};
use crate::object::Field;
use crate::schema::Version;

/// How many bytes the values of a ConfigMap or Secret may have together: 1 MiB.
const SIZE: usize = 1024 * 1024;

/// A ConfigMap.
pub fn config_map(errs: &mut Verdicts, root: Field, _version: Version) {
    meta::metadata(errs, root, Scope::Namespaced, text::dns_subdomain);
    let (data, binary) = (root.get("data"), root.get("binaryData"));
    let others: BTreeMap<&str, Field> = binary.entries().collect();
    let mut size = 0;
    for (key, value) in data.entries() {
        entry_key(errs, key, value);
        if let Some(other) = others.get(key) {
            errs.invalid(value, format!("`binaryData` has the key `{key}` too")).label(other.key_span(), "the same key");
        }
        size += value.text().len();
    }
    for (key, value) in binary.entries() {
        entry_key(errs, key, value);
        size += decoded_len(value);
    }
    if size > SIZE {
        let object = errs.too_long(root, SIZE);
        object.message = format!("the values are too long: at most {SIZE} bytes are allowed in all");
    }
}

/// A Secret. `data` has what `stringData` says laid over it by now.
pub fn secret(errs: &mut Verdicts, root: Field, _version: Version) {
    meta::metadata(errs, root, Scope::Namespaced, text::dns_subdomain);
    let data = root.get("data");
    let mut size = 0;
    for (key, value) in data.entries() {
        entry_key(errs, key, value);
        size += decoded_len(value);
    }
    if size > SIZE {
        errs.too_long(data, SIZE);
    }
    secret_type(errs, root, data);
}

/// The entries that each of Kubernetes' own types must have; any other type is free.
fn secret_type(errs: &mut Verdicts, root: Field, data: Field) {
    match root.get("type").text() {
        "kubernetes.io/service-account-token" => {
            let name = root.get("metadata").get("annotations").get("kubernetes.io/service-account.name");
            if name.text().is_empty() {
                errs.required(name, "it says whose token this is")
                    .printed_as("metadata.annotations[kubernetes.io/service-account.name]");
            }
        }
        "kubernetes.io/dockercfg" => docker_config(errs, data, ".dockercfg"),
        "kubernetes.io/dockerconfigjson" => docker_config(errs, data, ".dockerconfigjson"),
        "kubernetes.io/basic-auth" if data.get("username").absent() && data.get("password").absent() => {
            entry_required(errs, data, "username");
            entry_required(errs, data, "password");
        }
        "kubernetes.io/ssh-auth" if decoded_len(data.get("ssh-privatekey")) == 0 => {
            entry_required(errs, data, "ssh-privatekey");
        }
        "kubernetes.io/tls" => {
            for key in ["tls.crt", "tls.key"] {
                if data.get(key).absent() {
                    entry_required(errs, data, key);
                }
            }
        }
        _ => {}
    }
}

/// Registry credentials: a JSON object under `key`.
fn docker_config(errs: &mut Verdicts, data: Field, key: &'static str) {
    let value = data.get(key);
    if value.absent() {
        entry_required(errs, data, key);
        return;
    }
    let bytes = text::base64_decoded(value.text()).unwrap_or_default();
    let parsed = serde_json::from_slice::<serde_json::Value>(&bytes);
    if !parsed.is_ok_and(|json| json.is_object() || json.is_null()) {
        let verdict = errs.invalid(value, "");
        // What is in a Secret is not quoted.
        verdict.message = format!("the value of `{key}` must be a JSON object");
        verdict.printed_as(format!("data[{key}]"));
    }
}

/// The Secret lacks `key`; said at the entries it has, those in `stringData` where they are written there.
fn entry_required(errs: &mut Verdicts, data: Field, key: &'static str) {
    let verdict = errs.required(data.get(key), "this type of Secret needs it").printed_as(format!("data[{key}]"));
    let plain = data.object().get("stringData");
    if !data.written() && plain.exists() {
        verdict.span = plain.key_span();
    }
    let names: Vec<&str> = data.entries().map(|(name, _)| name).collect();
    if let Some(name) = nearest(key, &names) {
        verdict.help(format!("is it the one written as `{name}`?"));
    }
}

fn entry_key(errs: &mut Verdicts, key: &str, value: Field) {
    if let Err(why) = text::config_map_key(key) {
        let verdict = errs.invalid(value, "");
        verdict.message = format!("the key `{key}` is not valid: it {why}");
        verdict.span = value.key_span();
    }
}

/// How many bytes a base64 value stands for.
fn decoded_len(value: Field) -> usize {
    text::base64_decoded(value.text()).map_or(0, |bytes| bytes.len())
}

/// A Namespace: beside its metadata, the names of the finalizers in its spec.
pub fn namespace(errs: &mut Verdicts, root: Field, _version: Version) {
    meta::metadata(errs, root, Scope::Cluster, text::dns_label);
    let finalizers = root.get("spec").get("finalizers");
    for finalizer in finalizers.items() {
        if let Err(why) = text::finalizer(finalizer.text()).and_then(|()| meta::kubernetes_finalizer(finalizer.text())) {
            errs.invalid(finalizer, why).printed_as(finalizers.path());
        }
    }
}

/// A ServiceAccount: its metadata alone.
pub fn service_account(errs: &mut Verdicts, root: Field, _version: Version) {
    meta::metadata(errs, root, Scope::Namespaced, text::dns_subdomain);
}
