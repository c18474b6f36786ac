//! Defaults of pod volumes and of the sources that volumes and persistent volumes share.

use super::Slot;
use super::pod::{divisor, pull_policy};
use super::storage::claim_spec;
use crate::yaml::Kind;

/// The permission bits of files in a volume where none are written: 0644.
const FILE_MODE: i64 = 0o644;

/// One of `spec.volumes`.
pub fn volume(volume: &mut Slot) {
    let no_source = volume.tree().children(volume.node()).all(|id| {
        let node = volume.tree().node(id);
        volume.tree().text(node.key) == "name" || node.kind == Kind::Null
    });
    if no_source {
        volume.struct_at("emptyDir");
    }
    volume.with("image", |image| {
        let policy = pull_policy(image.text("reference"));
        image.default_str("pullPolicy", policy);
    });
    volume.with("secret", |source| source.default_int("defaultMode", FILE_MODE));
    volume.with("configMap", |source| source.default_int("defaultMode", FILE_MODE));
    volume.with("downwardAPI", |source| {
        source.default_int("defaultMode", FILE_MODE);
        downward_items(source);
    });
    volume.with("projected", |source| {
        source.default_int("defaultMode", FILE_MODE);
        source.each("sources", projection);
    });
    volume.with("ephemeral", |source| {
        source.with("volumeClaimTemplate", |template| {
            template.struct_at("metadata");
            template.struct_at("spec").as_mut().map(claim_spec);
        });
    });
    source(volume);
}

fn projection(source: &mut Slot) {
    source.with("downwardAPI", downward_items);
    source.with("serviceAccountToken", |token| token.default_int("expirationSeconds", 3600));
    source.with("podCertificate", |certificate| certificate.default_int("maxExpirationSeconds", 86400));
}

fn downward_items(source: &mut Slot) {
    source.each("items", |item| {
        item.with("fieldRef", |field| field.default_str("apiVersion", "v1"));
        item.with("resourceFieldRef", divisor);
    });
}

/// The sources that pods and persistent volumes have in common.
pub fn source(volume: &mut Slot) {
    volume.with("hostPath", |path| {
        if path.get("type").is_none() {
            path.put("type", Kind::Str, "");
        }
    });
    volume.with("iscsi", |iscsi| iscsi.default_str("iscsiInterface", "default"));
    volume.with("rbd", |rbd| {
        rbd.default_str("pool", "rbd");
        rbd.default_str("user", "admin");
        rbd.default_str("keyring", "/etc/ceph/keyring");
    });
    volume.with("azureDisk", |disk| {
        disk.default_pointer("cachingMode", "ReadWrite");
        disk.default_pointer("kind", "Shared");
        disk.default_pointer("fsType", "ext4");
        disk.default_bool("readOnly", false);
    });
    volume.with("scaleIO", |scale| {
        scale.default_str("storageMode", "ThinProvisioned");
        scale.default_str("fsType", "xfs");
    });
}
