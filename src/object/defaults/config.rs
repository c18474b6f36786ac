//! Defaults of Secrets, ConfigMaps, Namespaces and the limits of a namespace.

use std::collections::HashMap;

use super::Slot;
use crate::yaml::{Kind, NodeId};

/// `v1` Secret. What `stringData` says is laid over `data`, encoded, before anything is validated.
pub fn secret(root: &mut Slot) {
    root.default_str("type", "Opaque");
    let plain: Vec<NodeId> =
        root.map("stringData").map(|plain| plain.tree().children(plain.node()).collect()).unwrap_or_default();
    let Some(mut data) = root.free_map_at("data") else { return };
    // Looked up once for all: a Secret may have tens of thousands of keys.
    let mut known: HashMap<String, NodeId> = data.tree().children(data.node()).map(|id| (data.key_of(id), id)).collect();
    for entry in plain {
        let node = data.tree().node(entry);
        if !matches!(node.kind, Kind::Str | Kind::Null) {
            continue;
        }
        let key = data.key_of(entry);
        let plain = if node.kind == Kind::Str { data.tree().text(node.text) } else { "" };
        let value = base64(plain.as_bytes());
        let made = data.put_at(known.get(&key).copied(), &key, Kind::Str, &value);
        data.place_at(made, entry);
        known.insert(key, made);
    }
}

/// `v1` ServiceAccount: of a secret it names only the name is kept.
pub fn service_account(root: &mut Slot) {
    root.each("secrets", |secret| {
        for field in ["apiVersion", "fieldPath", "kind", "namespace", "resourceVersion", "uid"] {
            secret.ignore(field, "of a secret, only the name is kept");
        }
    });
}

/// `v1` Namespace: it carries its own name as a label, and the finalizer that empties it.
pub fn namespace(root: &mut Slot) {
    if let Some(mut spec) = root.struct_at("spec")
        && !spec.strings("finalizers").iter().any(|finalizer| finalizer == "kubernetes")
        && let Some(finalizers) = spec.seq_at("finalizers")
    {
        spec.append(finalizers, Kind::Str, "kubernetes");
    }
    let Some(mut metadata) = root.struct_at("metadata") else { return };
    let name = metadata.text("name").to_string();
    if name.is_empty() {
        return;
    }
    if let Some(mut labels) = metadata.free_map_at("labels") {
        labels.put("kubernetes.io/metadata.name", Kind::Str, &name);
    }
}

/// `v1` LimitRange.
pub fn limit_range(root: &mut Slot) {
    let Some(mut spec) = root.struct_at("spec") else { return };
    spec.each("limits", limit);
}

/// A container's default limit is its maximum; its default request that limit, else its minimum.
fn limit(item: &mut Slot) {
    if item.text("type") != "Container" {
        return;
    }
    for (to, from) in [("default", "max"), ("defaultRequest", "default"), ("defaultRequest", "min")] {
        let Some(from) = item.map(from).map(|map| map.node()) else { continue };
        if let Some(mut map) = item.free_map_at(to) {
            map.copy_missing(from);
        }
    }
}

/// `v1` Node: `podCIDR` is the first of `podCIDRs`; where they differ, it alone counts.
pub fn node(root: &mut Slot) {
    let Some(mut spec) = root.struct_at("spec") else { return };
    let (one, all) = (spec.text("podCIDR").to_string(), spec.strings("podCIDRs"));
    if one.is_empty() {
        if let Some(first) = all.first() {
            spec.default_str("podCIDR", first);
        }
    } else if all.first() != Some(&one) {
        spec.drop("podCIDRs");
        if let Some(list) = spec.seq_at("podCIDRs") {
            spec.append(list, Kind::Str, &one);
        }
    }
}

/// Standard base64 with padding.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let word = chunk.iter().fold(0u32, |word, &byte| word << 8 | u32::from(byte)) << (8 * (3 - chunk.len()));
        for i in 0..4 {
            if i <= chunk.len() {
                out.push(char::from(DIGITS[(word >> (18 - 6 * i)) as usize & 63]));
            } else {
                out.push('=');
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::base64;

    #[test]
    fn base64_pads() {
        for (text, want) in [("", ""), ("a", "YQ=="), ("ab", "YWI="), ("abc", "YWJj"), ("admin", "YWRtaW4=")] {
            assert_eq!(base64(text.as_bytes()), want);
        }
    }
}
