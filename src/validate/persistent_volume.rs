//! PersistentVolumes. Mirrors core/v1 validation of `PersistentVolume`.

use super::meta::{self, Scope};
use super::volumes::disks::{
    aws_disk, azure_disk, cephfs, csi_driver, fc, flex, flocker, gce_disk, glusterfs, host_path, iscsi, nfs, photon_disk,
    portworx, quobyte, rbd, scale_io, storage_os, vsphere,
};
use super::volumes::{self, disks};
use super::{Verdicts, affinity, claim, text};
use crate::object::Field;
use crate::schema::Version;

/// Every source with its check, in the server's order: the first one found counts, each further one is refused unseen.
const SOURCES: &[(&str, volumes::Check)] = &[
    ("hostPath", host_path),
    ("gcePersistentDisk", gce_disk),
    ("awsElasticBlockStore", aws_disk),
    ("glusterfs", glusterfs_anywhere),
    ("flocker", flocker),
    ("nfs", nfs),
    ("rbd", rbd),
    ("quobyte", quobyte),
    ("cephfs", cephfs),
    ("iscsi", iscsi_with_secret),
    ("cinder", cinder),
    ("fc", fc),
    ("flexVolume", flex),
    ("azureFile", azure_file),
    ("vsphereVolume", vsphere),
    ("photonPersistentDisk", photon_disk),
    ("portworxVolume", portworx),
    ("azureDisk", azure_disk),
    ("scaleIO", scale_io),
    ("local", local),
    ("storageos", storage_os_anywhere),
    ("csi", csi),
];

/// A PersistentVolume.
pub fn persistent_volume(errs: &mut Verdicts, root: Field, version: Version) {
    let _ = version;
    meta::metadata(errs, root, Scope::Cluster, text::dns_subdomain);
    let spec = root.get("spec");
    claim::access_modes(errs, spec.get("accessModes"));
    capacity(errs, spec.get("capacity"));
    let policy = spec.get("persistentVolumeReclaimPolicy");
    if !policy.text().is_empty() {
        errs.one_of(policy, &["Delete", "Recycle", "Retain"]);
    }
    if let Some(node) = spec.some("nodeAffinity") {
        match node.some("required") {
            Some(required) => affinity::node_selector(errs, required),
            None => _ = errs.required(node.get("required"), ""),
        }
    }
    source(errs, spec);
    if spec.get("hostPath").exists() && is_root(spec.get("hostPath").get("path").text()) && policy.text() == "Recycle" {
        errs.forbidden(policy, "it would wipe the node's whole disk");
    }
    errs.may(spec.get("storageClassName"), text::dns_subdomain);
    claim::volume_mode(errs, spec.get("volumeMode"));
    attributes_class(errs, spec);
}

fn capacity(errs: &mut Verdicts, capacity: Field) {
    if capacity.is_empty() {
        errs.required(capacity, "");
    }
    if capacity.len() != 1 || capacity.get("storage").absent() {
        errs.unsupported(capacity, &["storage"]);
    }
    for (_, amount) in capacity.entries() {
        if !claim::is_positive(amount) {
            errs.invalid(amount, "must be more than 0");
        }
    }
}

/// The one thing that the volume stands for.
fn source(errs: &mut Verdicts, spec: Field) {
    let mut first: Option<&str> = None;
    for &(name, check) in SOURCES {
        let Some(source) = spec.some(name) else { continue };
        match first {
            // Of all sources the server does not count this one.
            Some(_) if name == "flexVolume" => check(errs, source),
            Some(first) => volumes::second_source(errs, source, first),
            None => {
                first = Some(name);
                check(errs, source);
            }
        }
    }
    if first.is_none() {
        errs.required(spec, "it must say what the volume is, as in `csi` or `nfs`");
    }
}

fn attributes_class(errs: &mut Verdicts, spec: Field) {
    let Some(class) = spec.some("volumeAttributesClassName") else { return };
    errs.must(class, text::dns_subdomain);
    if !spec.get("csi").exists() {
        errs.required(spec.get("csi"), "`volumeAttributesClassName` is for CSI volumes");
    }
}

/// Whether the path, cleaned of `.`, `..` and empty steps, is the root.
fn is_root(path: &str) -> bool {
    let mut depth = 0u32;
    for step in path.split('/') {
        match step {
            "" | "." => {}
            ".." => depth = depth.saturating_sub(1),
            _ => depth += 1,
        }
    }
    path.starts_with('/') && depth == 0
}

fn local(errs: &mut Verdicts, source: Field) {
    errs.must(source.get("path"), text::no_backsteps);
    let node = source.parent().get("nodeAffinity");
    if !node.exists() {
        errs.required(node, "a local volume is on one node");
    }
}

fn csi(errs: &mut Verdicts, source: Field) {
    csi_driver(errs, source.get("driver"));
    filled(errs, source.get("volumeHandle"));
    for name in ["controllerPublishSecretRef", "controllerExpandSecretRef", "nodePublishSecretRef", "nodeExpandSecretRef"] {
        if let Some(secret) = source.some(name) {
            errs.must(secret.get("name"), text::dns_subdomain);
            errs.must(secret.get("namespace"), text::dns_label);
        }
    }
}

fn iscsi_with_secret(errs: &mut Verdicts, source: Field) {
    iscsi(errs, source);
    if let Some(secret) = source.some("secretRef") {
        filled(errs, secret.get("name"));
    }
    let portal = source.get("targetPortal");
    let name = source.object().get("metadata").get("name");
    if source.get("initiatorName").exists() && name.text().len() + 1 + portal.text().len() > 64 {
        errs.invalid(portal, "with the volume's name and `:` it may have 64 characters where `initiatorName` is set")
            .printed_as(format!("{}.targetportal", source.path()));
    }
}

fn glusterfs_anywhere(errs: &mut Verdicts, source: Field) {
    glusterfs(errs, source);
    if let Some(namespace) = source.some("endpointsNamespace")
        && let Err(why) = text::dns_label(namespace.text())
    {
        errs.invalid(namespace, why);
    }
}

fn azure_file(errs: &mut Verdicts, source: Field) {
    disks::azure_file(errs, source);
    if let Some(namespace) = source.some("secretNamespace") {
        filled(errs, namespace);
    }
}

fn cinder(errs: &mut Verdicts, source: Field) {
    disks::cinder(errs, source);
    secret_namespace(errs, source);
}

fn storage_os_anywhere(errs: &mut Verdicts, source: Field) {
    storage_os(errs, source);
    secret_namespace(errs, source);
}

/// The namespace of a secret that is in none by itself, as the volume is in none.
fn secret_namespace(errs: &mut Verdicts, source: Field) {
    if let Some(secret) = source.some("secretRef") {
        filled(errs, secret.get("namespace"));
    }
}

/// `field`, a string, must not be empty.
fn filled(errs: &mut Verdicts, field: Field) {
    if field.text().is_empty() {
        errs.required(field, "");
    }
}
