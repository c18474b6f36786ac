//! Where containers see volumes. Mirrors core/v1 validation of `volumeMounts[*]` and `volumeDevices[*]`.

use std::collections::BTreeSet;

use super::super::few::Few;
use super::super::{Verdicts, nearest, text};
use super::{Backing, Volumes, set};
use crate::object::Field;

/// `volumeMounts` and `volumeDevices` of one container.
pub fn mounts(errs: &mut Verdicts, container: Field, volumes: &Volumes) {
    let mounts = paths_by_name(container.get("volumeMounts"), "mountPath");
    let devices = paths_by_name(container.get("volumeDevices"), "devicePath");
    let mut taken = Few::default();
    for mount in container.get("volumeMounts").items() {
        name_and_path(errs, mount, volumes);
        let path = mount.get("mountPath");
        if let Some(&first) = taken.get(path.text()) {
            errs.invalid(path, "another volume is mounted there").label(first, "first used here");
        } else {
            taken.insert(path.text(), path.span());
        }
        overlap(errs, mount.get("name"), path, &devices, "volumeDevices");
        sub_path(errs, mount);
        propagation(errs, mount, container);
        recursive_read_only(errs, mount);
    }
    block_devices(errs, container.get("volumeDevices"), &mounts, volumes);
}

/// The path of each named volume; of several the last, as the server's own map has it.
fn paths_by_name<'a>(list: Field<'a>, path: &'static str) -> Few<'a, &'a str> {
    let mut paths = Few::default();
    for item in list.items() {
        paths.insert(item.get("name").text(), item.get(path).text());
    }
    paths
}

fn name_and_path(errs: &mut Verdicts, mount: Field, volumes: &Volumes) {
    let name = mount.get("name");
    set(errs, name);
    if !volumes.by_name.contains_key(name.text()) {
        unknown(errs, name, volumes);
    }
    set(errs, mount.get("mountPath"));
}

/// A name that no volume has; or one whose volume has a fault of its own, which the server then takes for missing.
fn unknown(errs: &mut Verdicts, name: Field, volumes: &Volumes) {
    if volumes.unreadable {
        return;
    }
    if let Some(&fault) = volumes.faulty.get(name.text()).filter(|_| !name.text().is_empty()) {
        errs.not_found(name, "the volume is refused itself").label(fault, "this volume");
        return;
    }
    let faulty = volumes.faulty.iter().map(|(name, _)| name);
    let mut names: Vec<&str> = volumes.by_name.iter().map(|(name, _)| name).chain(faulty).collect();
    names.sort_unstable();
    let verdict = errs.not_found(name, "the pod has no such volume");
    if let Some(near) = nearest(name.text(), &names) {
        verdict.help(format!("did you mean `{near}`?"));
    }
}

/// A volume is mounted or used as a device, not both; nor do the two share a path.
fn overlap(errs: &mut Verdicts, name: Field, path: Field, others: &Few<&str>, list: &str) {
    if others.contains_key(name.text()) {
        errs.invalid(name, format!("the volume is in `{list}` already"));
    }
    if others.iter().any(|(_, other)| *other == path.text()) {
        errs.invalid(path, format!("the path is in `{list}` already"));
    }
}

/// The part of the volume to mount. The server prints it without the mount's index.
fn sub_path(errs: &mut Verdicts, mount: Field) {
    let (plain, expanded) = (mount.get("subPath"), mount.get("subPathExpr"));
    if !plain.text().is_empty() && !expanded.text().is_empty() {
        errs.invalid(expanded, "`subPath` and `subPathExpr` exclude each other");
    }
    for field in [plain, expanded] {
        if let (false, Err(why)) = (field.text().is_empty(), text::local_path(field.text())) {
            errs.invalid(field, why).printed_as(without_index(mount, field));
        }
    }
}

fn propagation(errs: &mut Verdicts, mount: Field, container: Field) {
    let Some(mode) = mount.some("mountPropagation") else { return };
    const MODES: &[&str] = &["Bidirectional", "HostToContainer", "None"];
    if !MODES.contains(&mode.text()) {
        errs.unsupported(mode, MODES).printed_as(without_index(mount, mode));
    }
    if mode.text() == "Bidirectional" && !container.get("securityContext").get("privileged").is_true() {
        errs.forbidden(mode, "only privileged containers can propagate mounts to the host")
            .printed_as(without_index(mount, mode));
    }
}

fn recursive_read_only(errs: &mut Verdicts, mount: Field) {
    let Some(mode) = mount.some("recursiveReadOnly") else { return };
    let path = without_index(mount, mode);
    match mode.text() {
        "Disabled" => {}
        "Enabled" | "IfPossible" => {
            if !mount.get("readOnly").is_true() {
                errs.forbidden(mode, "goes with `readOnly: true` only").printed_as(&path);
            }
            if mount.get("mountPropagation").exists() && mount.get("mountPropagation").text() != "None" {
                errs.forbidden(mode, "goes with `mountPropagation: None` only").printed_as(&path);
            }
        }
        _ => _ = errs.unsupported(mode, &["Disabled", "Enabled", "IfPossible"]).printed_as(&path),
    }
}

/// `volumeMounts[2].subPath` printed as `volumeMounts.subPath`.
fn without_index(mount: Field, field: Field) -> String {
    format!("{}.{}", mount.parent().path(), field.key())
}

fn block_devices(errs: &mut Verdicts, devices: Field, mounts: &Few<&str>, volumes: &Volumes) {
    let (mut names, mut paths) = (BTreeSet::new(), BTreeSet::new());
    for device in devices.items() {
        let (name, path) = (device.get("name"), device.get("devicePath"));
        set(errs, name);
        if !name.text().is_empty() && !names.insert(name.text()) {
            errs.invalid(name, "the volume is a device already");
        }
        match volumes.by_name.get(name.text()) {
            Some(Backing::Claim) => {}
            Some(Backing::Other) => _ = errs.invalid(name, "only a claim or an ephemeral volume can be a block device"),
            None => unknown(errs, name, volumes),
        }
        set(errs, path);
        if paths.contains(path.text()) {
            errs.invalid(path, "another device has this path");
        }
        if let Err(why) = text::no_backsteps(path.text()) {
            errs.invalid(path, why);
        } else {
            paths.insert(path.text());
        }
        overlap(errs, name, path, mounts, "volumeMounts");
    }
}
