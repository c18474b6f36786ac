//! Volumes on the node, in the network and at storage vendors, most of which persistent volumes have too. Mirrors core/v1
//! validation of each.

use super::super::{Verdicts, Why, text};
use super::set;
use crate::object::Field;

pub fn host_path(errs: &mut Verdicts, source: Field) {
    const TYPES: &[&str] = &["", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"];
    if source.get("path").text().is_empty() {
        errs.required(source.get("path"), "");
        return;
    }
    errs.may(source.get("path"), text::no_backsteps);
    errs.one_of(source.get("type"), TYPES);
}

/// The server prints it as `persistentDisk`.
pub fn gce_disk(errs: &mut Verdicts, source: Field) {
    let since = errs.len();
    set(errs, source.get("pdName"));
    partition(errs, source);
    if errs.len() > since {
        errs.reprint(since, &source.path(), &format!("{}.persistentDisk", source.parent().path()));
    }
}

pub fn aws_disk(errs: &mut Verdicts, source: Field) {
    set(errs, source.get("volumeID"));
    partition(errs, source);
}

/// 0 is the whole disk.
fn partition(errs: &mut Verdicts, source: Field) {
    errs.between(source.get("partition"), 0, 255);
}

pub fn nfs(errs: &mut Verdicts, source: Field) {
    set(errs, source.get("server"));
    set(errs, source.get("path"));
    if let Err(why) = text::absolute_path(source.get("path").text()) {
        errs.invalid(source.get("path"), why);
    }
}

pub fn iscsi(errs: &mut Verdicts, source: Field) {
    set(errs, source.get("targetPortal"));
    errs.must(source.get("iqn"), iscsi_name);
    errs.between(source.get("lun"), 0, 255);
    let authenticates = source.get("chapAuthDiscovery").is_true() || source.get("chapAuthSession").is_true();
    if authenticates && !source.get("secretRef").exists() {
        errs.required(source.get("secretRef"), "CHAP needs a secret");
    }
    let initiator = source.get("initiatorName");
    if initiator.exists()
        && let Err(why) = iscsi_name(initiator.text())
    {
        errs.invalid(initiator, why).printed_as(format!("{}.initiatorname", source.path()));
    }
}

/// A name of an iSCSI node: `iqn.2001-04.com.example:anything`, or `eui.` and 16 or `naa.` and 32 letters and digits.
fn iscsi_name(name: &str) -> Result<(), Why> {
    let coded = |digits: usize| {
        let mut rest = name.chars().skip(4);
        name.chars().count() == 4 + digits && rest.all(|c| c.is_ascii_alphanumeric())
    };
    let fits = match name.get(..3) {
        // The server looks for the pattern anywhere in the name.
        Some("iqn") => name.match_indices("iqn.").any(|(at, found)| is_after_iqn(&name[at + found.len()..])),
        Some("eui") => coded(16),
        Some("naa") => coded(32),
        _ => return Err("must begin with `iqn.`, `eui.` or `naa.`".into()),
    };
    if fits { Ok(()) } else { Err("is not written as iSCSI names are, `iqn.2001-04.com.example:name`".into()) }
}

/// What follows `iqn.`: year and month, a domain name, a colon, and anything that a shell leaves alone.
fn is_after_iqn(rest: &str) -> bool {
    let Some((domain, own)) = rest.split_once(':') else { return false };
    let bytes = domain.as_bytes();
    let dated = bytes.len() > 8
        && bytes[..8].iter().enumerate().all(|(at, byte)| match at {
            4 => *byte == b'-',
            7 => *byte == b'.',
            _ => byte.is_ascii_digit(),
        });
    dated
        && bytes[8..].iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.'))
        && !own.is_empty()
        && !own.contains([',', ';', '*', '&', '$', '|', ' ', '\t', '\n', '\x0c', '\r'])
}

pub fn fc(errs: &mut Verdicts, source: Field) {
    let (targets, wwids) = (source.get("targetWWNs"), source.get("wwids"));
    if targets.is_empty() && wwids.is_empty() {
        errs.required(targets, "give `targetWWNs` or `wwids`");
    }
    if targets.is_empty() {
        return;
    }
    if !wwids.is_empty() {
        errs.invalid(targets, "`targetWWNs` and `wwids` exclude each other");
    }
    match source.some("lun") {
        Some(lun) => _ = errs.between(lun, 0, 255),
        None => _ = errs.required(source.get("lun"), "it goes with `targetWWNs`"),
    }
}

pub fn glusterfs(errs: &mut Verdicts, source: Field) {
    set(errs, source.get("endpoints"));
    set(errs, source.get("path"));
}

pub fn flocker(errs: &mut Verdicts, source: Field) {
    let (name, id) = (source.get("datasetName"), source.get("datasetUUID"));
    if name.text().is_empty() && id.text().is_empty() {
        errs.required(source, "give `datasetName` or `datasetUUID`");
    }
    if !name.text().is_empty() && !id.text().is_empty() {
        errs.invalid(source, "`datasetName` and `datasetUUID` exclude each other");
    }
    if name.text().contains('/') {
        errs.invalid(name, "must not hold `/`");
    }
}

pub fn rbd(errs: &mut Verdicts, source: Field) {
    cephfs(errs, source);
    set(errs, source.get("image"));
}

pub fn cephfs(errs: &mut Verdicts, source: Field) {
    if source.get("monitors").is_empty() {
        errs.required(source.get("monitors"), "");
    }
}

pub fn cinder(errs: &mut Verdicts, source: Field) {
    set(errs, source.get("volumeID"));
    if let Some(secret) = source.some("secretRef") {
        set(errs, secret.get("name"));
    }
}

pub fn quobyte(errs: &mut Verdicts, source: Field) {
    let registry = source.get("registry");
    if registry.text().is_empty() {
        errs.required(registry, "one or more `host:port`, separated by commas");
    } else if source.get("tenant").text().len() > 64 {
        errs.required(source.get("tenant"), "a UUID of at most 64 characters");
    } else if !registry.text().split(',').all(is_host_and_port) {
        errs.invalid(registry, "must be one or more `host:port`, separated by commas");
    }
    set(errs, source.get("volume"));
}

/// Whether Go's splitter takes it: one colon outside brackets, or an address in brackets before it.
fn is_host_and_port(pair: &str) -> bool {
    let Some((host, port)) = pair.rsplit_once(':') else { return false };
    let host = match host.strip_prefix('[') {
        Some(bracketed) => match bracketed.strip_suffix(']') {
            Some(address) => return !address.contains(['[', ']']) && !port.contains(['[', ']']),
            None => return false,
        },
        None => host,
    };
    !host.contains([':', '[', ']']) && !port.contains(['[', ']'])
}

pub fn flex(errs: &mut Verdicts, source: Field) {
    set(errs, source.get("driver"));
    for (key, option) in source.get("options").entries() {
        let namespace = format!(".{}", key.split('/').next().unwrap_or(key).to_lowercase());
        if namespace.ends_with(".kubernetes.io") || namespace.ends_with(".k8s.io") {
            errs.invalid(option, "options in `kubernetes.io` and `k8s.io` are reserved");
        }
    }
}

pub fn azure_file(errs: &mut Verdicts, source: Field) {
    set(errs, source.get("secretName"));
    set(errs, source.get("shareName"));
}

pub fn azure_disk(errs: &mut Verdicts, source: Field) {
    set(errs, source.get("diskName"));
    let uri = source.get("diskURI");
    set(errs, uri);
    if let Some(mode) = source.some("cachingMode") {
        errs.one_of(mode, &["None", "ReadOnly", "ReadWrite"]);
    }
    let Some(kind) = source.some("kind") else { return };
    errs.one_of(kind, &["Dedicated", "Managed", "Shared"]);
    if kind.text() == "Managed" && !uri.text().starts_with("/subscriptions/") {
        errs.unsupported(uri, &["/subscriptions/{id}/resourcegroups/{group}/providers/microsoft.compute/disks/{disk}"]);
    }
    if kind.text() != "Managed" && !uri.text().starts_with("https://") {
        errs.unsupported(uri, &["https://{account}.blob.core.windows.net/{container}/{disk}.vhd"]);
    }
}

pub fn vsphere(errs: &mut Verdicts, source: Field) {
    set(errs, source.get("volumePath"));
}

pub fn photon_disk(errs: &mut Verdicts, source: Field) {
    set(errs, source.get("pdID"));
}

pub fn portworx(errs: &mut Verdicts, source: Field) {
    set(errs, source.get("volumeID"));
}

pub fn storage_os(errs: &mut Verdicts, source: Field) {
    errs.must(source.get("volumeName"), text::dns_label);
    errs.may(source.get("volumeNamespace"), text::dns_label);
    if let Some(secret) = source.some("secretRef") {
        set(errs, secret.get("name"));
    }
}

pub fn scale_io(errs: &mut Verdicts, source: Field) {
    for name in ["gateway", "system", "volumeName"] {
        set(errs, source.get(name));
    }
}

/// An inline CSI volume. The server prints a bad secret name without `nodePublishSecretRef`.
pub fn csi(errs: &mut Verdicts, source: Field) {
    csi_driver(errs, source.get("driver"));
    let Some(secret) = source.some("nodePublishSecretRef") else { return };
    let name = secret.get("name");
    if name.text().is_empty() {
        errs.required(name, "");
    } else if let Err(why) = text::dns_subdomain(name.text()) {
        errs.invalid(name, why).printed_as(format!("{}.name", source.path()));
    }
}

/// The name of a CSI driver: a domain name of at most 63 characters, upper case allowed.
pub fn csi_driver(errs: &mut Verdicts, driver: Field) {
    if driver.text().len() > 63 {
        errs.too_long(driver, 63);
    }
    errs.must(driver, |name| text::dns_subdomain(&name.to_lowercase()));
}
