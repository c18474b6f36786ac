//! Security contexts. Mirrors core/v1 validation of `securityContext` of containers and of pods.

use super::{Unique, Verdicts, text, windows};
use crate::object::Field;

const PROFILES: &[&str] = &["Localhost", "RuntimeDefault", "Unconfined"];

/// `securityContext` of one container; `host_users` is the pod's field of that name.
pub fn container(errs: &mut Verdicts, context: Field, host_users: Field) {
    for id in ["runAsUser", "runAsGroup"] {
        account(errs, context.get(id));
    }
    if let Some(proc_mount) = context.some("procMount") {
        errs.one_of(proc_mount, &["Default", "Unmasked"]);
        if proc_mount.text() == "Unmasked" && host_users.bool() != Some(false) {
            errs.invalid(proc_mount, "only a pod with `hostUsers: false` may unmask /proc");
        }
    }
    if context.get("allowPrivilegeEscalation").bool() == Some(false) {
        if context.get("privileged").is_true() {
            errs.invalid(context, "a privileged container escalates privileges by nature");
        }
        if context.get("capabilities").get("add").items().any(|name| name.text() == "CAP_SYS_ADMIN") {
            errs.invalid(context, "the capability CAP_SYS_ADMIN escalates privileges by nature");
        }
    }
    profiles(errs, context);
}

/// `securityContext` of a pod, and what of the spec hangs together with it.
pub fn pod(errs: &mut Verdicts, spec: Field) {
    let context = spec.get("securityContext");
    for id in ["fsGroup", "runAsUser", "runAsGroup"] {
        account(errs, context.get(id));
    }
    for group in context.get("supplementalGroups").items() {
        errs.between(group, 0, i32::MAX.into());
    }
    if spec.get("shareProcessNamespace").is_true() && spec.get("hostPID").is_true() {
        let printed = format!("{}.shareProcessNamespace", context.path());
        errs.invalid(spec.get("shareProcessNamespace"), "the pod already shares the node's (`hostPID`)").printed_as(printed);
    }
    sysctls(errs, context.get("sysctls"), spec);
    let enums: [(&str, &[&str]); 3] = [
        ("fsGroupChangePolicy", &["Always", "OnRootMismatch"]),
        ("supplementalGroupsPolicy", &["Merge", "Strict"]),
        // `MountOption` waits for the feature gate SELinuxMount, which is off.
        ("seLinuxChangePolicy", &["Recursive"]),
    ];
    for (name, allowed) in enums {
        if let Some(policy) = context.some(name) {
            errs.one_of(policy, allowed);
        }
    }
    profiles(errs, context);
    own_users(errs, spec);
}

/// A user or group id, where there is one.
fn account(errs: &mut Verdicts, id: Field) {
    if id.exists() {
        errs.between(id, 0, i32::MAX.into());
    }
}

/// What both kinds of context have.
fn profiles(errs: &mut Verdicts, context: Field) {
    if let Some(profile) = context.some("seccompProfile") {
        seccomp(errs, profile);
    }
    if let Some(profile) = context.some("appArmorProfile") {
        app_armor(errs, profile);
    }
    if let Some(options) = context.some("windowsOptions") {
        windows::options(errs, options);
    }
}

fn seccomp(errs: &mut Verdicts, profile: Field) {
    errs.must_be_one_of(profile.get("type"), PROFILES);
    let local = profile.get("localhostProfile");
    match (profile.get("type").text(), local.exists()) {
        ("Localhost", true) => _ = errs.may(local, text::local_path),
        ("Localhost", false) => _ = errs.required(local, "type Localhost needs it"),
        (_, true) => _ = errs.invalid(local, "only type Localhost has it"),
        (_, false) => {}
    }
}

fn app_armor(errs: &mut Verdicts, profile: Field) {
    errs.must_be_one_of(profile.get("type"), PROFILES);
    let local = profile.get("localhostProfile");
    match profile.get("type").text() {
        "Localhost" => local_app_armor(errs, local),
        "RuntimeDefault" | "Unconfined" if local.exists() => {
            errs.invalid(local, "only type Localhost has it");
        }
        _ => {}
    }
}

/// The name of a profile loaded on the node: at most a path long.
fn local_app_armor(errs: &mut Verdicts, local: Field) {
    let name = local.text();
    if name.trim() != name {
        errs.invalid(local, "must not have white space around it");
    } else if name.is_empty() {
        errs.required(local, "type Localhost needs it");
    }
    if name.len() > 4095 {
        errs.too_long(local, 4095);
    }
}

/// Kernel parameters: known to be the pod's own, so not those of namespaces it shares with the node.
fn sysctls(errs: &mut Verdicts, sysctls: Field, spec: Field) {
    let mut names = Unique::default();
    for sysctl in sysctls.items() {
        let name = sysctl.get("name");
        if errs.must(name, text::sysctl) {
            names.add(errs, name);
        }
        let shared = match namespace_of(name.text()) {
            Some(namespace) if spec.get(namespace).is_true() => namespace,
            _ => continue,
        };
        errs.invalid(name, format!("belongs to the node in a pod with `{shared}`"));
    }
}

/// The field by which a pod shares the namespace that a kernel parameter belongs to.
fn namespace_of(sysctl: &str) -> Option<&'static str> {
    // With a slash for the first separator, slashes and dots change places.
    let name: String = match sysctl.find(['.', '/']) {
        Some(at) if sysctl[at..].starts_with('/') => sysctl.chars().map(swapped).collect(),
        _ => sysctl.to_string(),
    };
    let ipc = ["kernel.shm", "kernel.msg", "fs.mqueue."];
    if name == "kernel.sem" || ipc.iter().any(|prefix| name.starts_with(prefix)) {
        return Some("hostIPC");
    }
    name.starts_with("net.").then_some("hostNetwork")
}

fn swapped(separator: char) -> char {
    match separator {
        '.' => '/',
        '/' => '.',
        other => other,
    }
}

/// A pod with users of its own shares no other namespace with the node. Two of the names are printed as Go has them.
fn own_users(errs: &mut Verdicts, spec: Field) {
    if spec.get("hostUsers").bool() != Some(false) {
        return;
    }
    let why = "a pod with `hostUsers: false` shares nothing with the node";
    if spec.get("hostNetwork").is_true() {
        errs.forbidden(spec.get("hostNetwork"), why);
    }
    for (name, printed) in [("hostPID", "HostPID"), ("hostIPC", "HostIPC")] {
        if spec.get(name).is_true() {
            errs.forbidden(spec.get(name), why).printed_as(format!("{}.{printed}", spec.path()));
        }
    }
}
