//! Environment variables. Mirrors core/v1 validation of `env`, `envFrom` and the selectors they (and downward API volumes) use.

use super::{Verdicts, Why, nearest, text};
use crate::object::{Field, Quantity};
use crate::schema::Version;

/// Paths that an environment variable's `fieldRef` may name.
const FIELDS: &[&str] = &[
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "spec.nodeName",
    "spec.serviceAccountName",
    "status.hostIP",
    "status.hostIPs",
    "status.podIP",
    "status.podIPs",
];

/// Paths that the server can turn into its own, whether the place at hand takes them or not. `spec.host` is an old name.
const KNOWN_FIELDS: &[&str] = &[
    "metadata.annotations",
    "metadata.labels",
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "spec.host",
    "spec.nodeName",
    "spec.restartPolicy",
    "spec.schedulerName",
    "spec.serviceAccountName",
    "status.hostIP",
    "status.hostIPs",
    "status.phase",
    "status.podIP",
    "status.podIPs",
];

const RESOURCES: &[&str] =
    &["limits.cpu", "limits.ephemeral-storage", "limits.memory", "requests.cpu", "requests.ephemeral-storage", "requests.memory"];

const SOURCES: &[&str] = &["fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef", "fileKeyRef"];

/// `env` of one container.
pub fn env(errs: &mut Verdicts, vars: Field, version: Version) {
    for var in vars.items() {
        errs.must(var.get("name"), name_check(version));
        if let Some(from) = var.some("valueFrom") {
            value_from(errs, from, var.get("value"));
        }
    }
}

/// Nearly any ASCII goes for a variable's name since 1.32.
fn name_check(version: Version) -> fn(&str) -> Result<(), Why> {
    if version < Version(32) { text::env_var_name_strict } else { text::env_var_name }
}

fn value_from(errs: &mut Verdicts, from: Field, value: Field) {
    if let Some(field) = from.some("fieldRef") {
        field_ref(errs, field, FIELDS);
    }
    if let Some(resource) = from.some("resourceFieldRef") {
        resource_ref(errs, resource, Container::Own);
    }
    for source in ["configMapKeyRef", "secretKeyRef"] {
        if let Some(source) = from.some(source) {
            key_ref(errs, source);
        }
    }
    if let Some(file) = from.some("fileKeyRef") {
        file_key_ref(errs, file);
    }
    match SOURCES.iter().filter(|source| from.get(source).exists()).count() {
        0 => _ = errs.invalid(from, "it needs a source such as `fieldRef` or `secretKeyRef`"),
        _ if !value.is_empty() => _ = errs.invalid(from, "`value` is set too: only one of the two is allowed"),
        1 => {}
        _ => _ = errs.invalid(from, "only one source is allowed"),
    }
}

/// `envFrom` of one container.
pub fn env_from(errs: &mut Verdicts, sources: Field, version: Version) {
    for source in sources.items() {
        errs.may(source.get("prefix"), name_check(version));
        let mut count = 0;
        for kind in ["configMapRef", "secretRef"] {
            if let Some(kind) = source.some(kind) {
                // The server takes the name for the beginning of one here, so that a `-` at its end passes.
                errs.must(kind.get("name"), |name| text::dns_subdomain(&text::generated(name)));
                count += 1;
            }
        }
        // The server names the list here, not the element.
        match count {
            0 => _ = errs.invalid(source, "it needs `configMapRef` or `secretRef`").printed_as(sources.path()),
            1 => {}
            _ => _ = errs.invalid(source, "only one source is allowed").printed_as(sources.path()),
        }
    }
}

/// A `fieldRef`: a field of the pod, one of `allowed` or one label or annotation.
pub fn field_ref(errs: &mut Verdicts, reference: Field, allowed: &[&str]) {
    let path = reference.get("fieldPath");
    if reference.get("apiVersion").is_empty() {
        errs.required(reference.get("apiVersion"), "");
        return;
    }
    if path.is_empty() {
        errs.required(path, "");
        return;
    }
    if reference.get("apiVersion").text() != "v1" {
        errs.invalid(path, "only fields of apiVersion v1 can be named");
        return;
    }
    match subscripted(path.text()) {
        Some(("metadata.annotations", key)) => subscript(errs, reference, text::annotation_key(key)),
        Some(("metadata.labels", key)) => subscript(errs, reference, text::qualified_name(key)),
        Some(_) => _ = errs.invalid(path, "only labels and annotations take a key in brackets"),
        None if !KNOWN_FIELDS.contains(&path.text()) => unknown_field(errs, path, allowed),
        None if !allowed.contains(&current_name(path.text())) => _ = errs.unsupported(path, allowed),
        None => {}
    }
}

/// The server prints the reference, not its path, when the key in brackets is wrong.
fn subscript(errs: &mut Verdicts, reference: Field, check: Result<(), Why>) {
    if let Err(why) = check {
        errs.invalid(reference.get("fieldPath"), format!("the key {why}")).printed_as(reference.path());
    }
}

fn unknown_field(errs: &mut Verdicts, path: Field, allowed: &[&str]) {
    let verdict = errs.invalid(path, "is no field of a pod that can be named");
    if let Some(meant) = nearest(path.text(), allowed) {
        verdict.help(format!("did you mean `{meant}`?"));
    }
}

/// The server goes on with the present name of an old path.
fn current_name(path: &str) -> &str {
    if path == "spec.host" { "spec.nodeName" } else { path }
}

/// `metadata.labels['tier']` as `("metadata.labels", "tier")`.
fn subscripted(path: &str) -> Option<(&str, &str)> {
    path.strip_suffix("']")?.split_once("['").filter(|(path, _)| !path.is_empty())
}

/// Whose resource a `resourceFieldRef` names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Container {
    /// That of the container the variable is in, unless it says otherwise.
    Own,
    /// A volume has none of its own: `containerName` must be set.
    Named,
}

/// A `resourceFieldRef`: a request or limit of a container, in units of a divisor that suits it.
pub fn resource_ref(errs: &mut Verdicts, reference: Field, container: Container) {
    let resource = reference.get("resource");
    let name = resource.text();
    if container == Container::Named && reference.get("containerName").is_empty() {
        errs.required(reference.get("containerName"), "");
    } else if name.is_empty() {
        errs.required(resource, "");
    } else if !RESOURCES.contains(&name) && !is_hugepages(name) {
        errs.unsupported(resource, RESOURCES);
    }
    divisor(errs, reference.get("divisor"), name);
}

fn is_hugepages(name: &str) -> bool {
    name.starts_with("limits.hugepages-") || name.starts_with("requests.hugepages-")
}

fn divisor(errs: &mut Verdicts, divisor: Field, resource: &str) {
    let Some(amount) = Quantity::of(divisor).filter(|amount| !amount.is_zero()) else { return };
    let allowed: &[&str] = match resource {
        "limits.cpu" | "requests.cpu" => &["1m", "1"],
        _ if RESOURCES.contains(&resource) || is_hugepages(resource) => {
            &["1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei"]
        }
        _ => return,
    };
    if !allowed.contains(&amount.canonical().as_str()) {
        errs.invalid(divisor, format!("`{resource}` is divided by one of {}", allowed.join(", ")));
    }
}

/// One key of a ConfigMap or Secret.
fn key_ref(errs: &mut Verdicts, reference: Field) {
    if let Err(why) = text::dns_subdomain(reference.get("name").text()) {
        errs.invalid(reference.get("name"), why);
    }
    errs.must(reference.get("key"), text::config_map_key);
}

/// One key of a file in a volume.
fn file_key_ref(errs: &mut Verdicts, reference: Field) {
    errs.must(reference.get("key"), text::env_var_name);
    errs.must(reference.get("volumeName"), text::dns_label);
    errs.must(reference.get("path"), text::reserved_path);
}

/// The volumes that `fileKeyRef`s of one container name: they must be the pod's, and empty directories.
pub fn file_volumes(errs: &mut Verdicts, env: Field, volumes: Field) {
    for reference in env.items().filter_map(|var| var.get("valueFrom").some("fileKeyRef")) {
        let name = reference.get("volumeName");
        match volumes.items().find(|volume| volume.get("name").text() == name.text()) {
            None => _ = errs.not_found(name, "the pod has no volume of that name"),
            Some(volume) if !volume.get("emptyDir").exists() => {
                errs.invalid(name, "the volume must be an `emptyDir`");
            }
            Some(_) => {}
        }
    }
}
