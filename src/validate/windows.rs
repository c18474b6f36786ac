//! Pods and operating systems. Mirrors core/v1 validation of `os`, `windowsOptions` and what only one of the systems has.

use super::{Verdicts, container, text};
use crate::object::Field;

/// `spec.os`, and the fields that do not fit it.
pub fn os(errs: &mut Verdicts, spec: Field) {
    let Some(os) = spec.some("os") else { return };
    match os.get("name").text() {
        "" => _ = errs.required(os.get("name"), ""),
        "linux" => linux(errs, spec),
        "windows" => windows(errs, spec),
        // The server names `os`, not its name.
        _ => _ = errs.unsupported(os.get("name"), &["linux", "windows"]).printed_as(os.path()),
    }
}

fn linux(errs: &mut Verdicts, spec: Field) {
    let contexts = container::all(spec).map(|container| container.get("securityContext"));
    for context in std::iter::once(spec.get("securityContext")).chain(contexts) {
        if let Some(options) = context.some("windowsOptions") {
            errs.forbidden(options, "a linux pod cannot have it");
        }
    }
}

fn windows(errs: &mut Verdicts, spec: Field) {
    let why = "a windows pod cannot have it";
    for field in ["hostUsers", "shareProcessNamespace", "resources"].into_iter().filter_map(|name| spec.some(name)) {
        errs.forbidden(field, why);
    }
    for field in ["hostPID", "hostIPC"].map(|name| spec.get(name)) {
        if field.is_true() {
            errs.forbidden(field, why);
        }
    }
    let context = spec.get("securityContext");
    for field in POD_LINUX.iter().filter_map(|name| context.some(name)) {
        errs.forbidden(field, why);
    }
    if !context.get("sysctls").is_empty() {
        errs.forbidden(context.get("sysctls"), why);
    }
    for context in container::all(spec).map(|container| container.get("securityContext")) {
        for field in CONTAINER_LINUX.iter().filter_map(|name| context.some(name)) {
            errs.forbidden(field, why);
        }
    }
}

/// What a windows pod's security context cannot have.
const POD_LINUX: &[&str] = &[
    "appArmorProfile",
    "fsGroup",
    "fsGroupChangePolicy",
    "runAsGroup",
    "runAsUser",
    "seLinuxChangePolicy",
    "seLinuxOptions",
    "seccompProfile",
    "supplementalGroups",
    "supplementalGroupsPolicy",
];

/// What the security context of a windows pod's container cannot have.
const CONTAINER_LINUX: &[&str] = &[
    "allowPrivilegeEscalation",
    "appArmorProfile",
    "capabilities",
    "privileged",
    "procMount",
    "readOnlyRootFilesystem",
    "runAsGroup",
    "runAsUser",
    "seLinuxOptions",
    "seccompProfile",
];

/// `windowsOptions` of a security context.
pub fn options(errs: &mut Verdicts, options: Field) {
    if let Some(name) = options.some("gmsaCredentialSpecName")
        && let Err(why) = text::dns_subdomain(name.text())
    {
        errs.invalid(name, why);
    }
    if let Some(spec) = options.some("gmsaCredentialSpec") {
        match spec.text().len() {
            0 => _ = errs.invalid(spec, "must not be empty"),
            1..=65536 => {}
            _ => _ = errs.invalid(spec, "must be at most 64 KiB long"),
        }
    }
    if let Some(name) = options.some("runAsUserName")
        && let Err(why) = user_name(name.text())
    {
        errs.invalid(name, why);
    }
}

/// `DOMAIN\user` or `user`, as Windows takes them.
fn user_name(value: &str) -> Result<(), &'static str> {
    if value.is_empty() {
        return Err("must not be empty");
    }
    if value.chars().any(|c| c.is_ascii_control()) {
        return Err("must not hold control characters");
    }
    let user = match value.split_once('\\') {
        Some((_, rest)) if rest.contains('\\') => return Err("must not hold more than one backslash"),
        Some((domain, user)) => {
            domain_name(domain)?;
            user
        }
        None => value,
    };
    if user.is_empty() {
        return Err("must name a user after the domain");
    }
    if user.len() > 104 {
        return Err("must name a user of at most 104 characters");
    }
    if user.chars().all(|c| c == '.' || c == ' ') {
        return Err("must not name a user of dots and spaces only");
    }
    if user.contains(['"', '/', '\\', ':', ';', '|', '=', ',', '+', '*', '?', '<', '>', '@', '[', ']']) {
        return Err("names a user with a character that Windows does not take");
    }
    Ok(())
}

/// A NetBIOS name of at most 15 characters, or a DNS name with letters of either case.
fn domain_name(domain: &str) -> Result<(), &'static str> {
    if domain.len() >= 256 {
        return Err("must name a domain of fewer than 256 characters");
    }
    let odd = |c: char| r#"\/:*?"<>|"#.contains(c);
    let length = domain.chars().count();
    let netbios = (1..=15).contains(&length) && !domain.contains(odd) && !domain.starts_with('.');
    let label = |label: &str| text::dns_label(&label.to_ascii_lowercase()).is_ok();
    if netbios || domain.split('.').all(label) { Ok(()) } else { Err("must name a domain by its NetBIOS or DNS name") }
}

/// HostProcess containers: all of a pod or none, and on the node's network.
pub fn host_process(errs: &mut Verdicts, spec: Field) {
    let of = |holder: Field| holder.get("securityContext").get("windowsOptions").get("hostProcess").bool();
    let of_pod = of(spec);
    let (mut all, mut hosting) = (0, 0);
    for container in container::all(spec) {
        let own = of(container);
        if own.is_some() && of_pod.is_some() && own != of_pod {
            let field = container.get("securityContext").get("windowsOptions").get("hostProcess");
            errs.invalid(field, "must be the same as the pod's");
        }
        all += 1;
        if own.or(of_pod) == Some(true) {
            hosting += 1;
        }
    }
    if hosting == 0 {
        return;
    }
    if hosting != all {
        errs.invalid(spec, "either all containers are HostProcess containers or none is");
    }
    if !spec.get("hostNetwork").is_true() {
        errs.invalid(spec.get("hostNetwork"), "must be true in a pod with HostProcess containers");
    }
}
