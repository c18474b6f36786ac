//! Ingresses and IngressClasses. Mirrors networking/v1 validation of both.

use crate::object::Field;
use crate::schema::Version;
use crate::validate::meta::{self, Scope};
use crate::validate::{Verdicts, Why, service, text};

/// The annotation that chose a class before `ingressClassName` was there.
const CLASS_ANNOTATION: &str = "kubernetes.io/ingress.class";

/// An Ingress.
pub fn ingress(errs: &mut Verdicts, root: Field, version: Version) {
    meta::metadata(errs, root, Scope::Namespaced, text::dns_subdomain);
    let spec = root.get("spec");
    if spec.get("rules").is_empty() && !spec.get("defaultBackend").exists() {
        errs.invalid(spec, "needs `rules` or a `defaultBackend`");
    }
    if let Some(default) = spec.some("defaultBackend") {
        backend(errs, default, version);
    }
    for rule in spec.get("rules").items() {
        ingress_rule(errs, rule, version);
    }
    for tls in spec.get("tls").items() {
        for host in tls.get("hosts").items() {
            errs.pass(host, host_pattern);
        }
        errs.may(tls.get("secretName"), text::dns_subdomain);
    }
    class_name(errs, root);
}

fn class_name(errs: &mut Verdicts, root: Field) {
    let annotation = root.get("metadata").get("annotations").get(CLASS_ANNOTATION);
    let Some(class) = root.get("spec").some("ingressClassName") else { return };
    errs.pass(class, text::dns_subdomain);
    if !annotation.absent() && annotation.text() != class.text() {
        errs.invalid(annotation, "must be the same as `ingressClassName`")
            .printed_as(format!("annotations.{CLASS_ANNOTATION}"))
            .label(class.span(), "the class set here");
    }
}

/// A host of a TLS section or a rule: a domain name, or `*.` and a domain name.
fn host_pattern(host: &str) -> Result<(), Why> {
    if host.contains('*') { text::wildcard_dns_subdomain(host) } else { text::dns_subdomain(host) }
}

fn ingress_rule(errs: &mut Verdicts, rule: Field, version: Version) {
    let host = rule.get("host");
    if text::sloppy_ip(host.text()).is_some() {
        errs.invalid(host, "must be a domain name, not an IP address");
    }
    errs.may(host, host_pattern);
    let Some(http) = rule.some("http") else { return };
    if http.get("paths").is_empty() {
        errs.required(http.get("paths"), "");
    }
    for path in http.get("paths").items() {
        http_path(errs, path, version);
    }
}

fn http_path(errs: &mut Verdicts, path: Field, version: Version) {
    let kind = path.get("pathType");
    if !kind.exists() {
        errs.required(kind, "");
        return;
    }
    match kind.text() {
        "Exact" | "Prefix" => _ = errs.pass(path.get("path"), text::ingress_path),
        "ImplementationSpecific" => _ = errs.may(path.get("path"), text::absolute_path),
        _ => _ = errs.unsupported(kind, &["Exact", "ImplementationSpecific", "Prefix"]),
    }
    backend(errs, path.get("backend"), version);
}

fn backend(errs: &mut Verdicts, backend: Field, version: Version) {
    match (backend.some("resource"), backend.some("service")) {
        (Some(_), Some(_)) => _ = errs.invalid(backend, "must not have both `resource` and `service`"),
        (Some(resource), None) => typed_reference(errs, resource),
        (None, Some(service)) => service_backend(errs, backend, service, version),
        (None, None) => _ = errs.invalid(backend, "must have `service` or `resource`"),
    }
}

fn service_backend(errs: &mut Verdicts, backend: Field, service: Field, version: Version) {
    errs.must(service.get("name"), service::name(version));
    let port = service.get("port");
    let (name, number) = (port.get("name"), port.get("number"));
    match (name.is_empty(), number.number()) {
        (true, 0) => _ = errs.required(port, "give the port's `name` or `number`").printed_as(backend.path()),
        (true, _) => _ = errs.between(number, 1, 65535),
        (false, 0) => _ = errs.may(name, text::port_name),
        (false, _) => _ = errs.invalid(port, "must not have both `name` and `number`").printed_as(backend.path()),
    }
}

/// A reference to an object of any kind in the same namespace (`TypedLocalObjectReference`).
fn typed_reference(errs: &mut Verdicts, reference: Field) {
    if let Some(group) = reference.some("apiGroup") {
        errs.pass(group, text::dns_subdomain);
    }
    errs.must(reference.get("kind"), text::path_segment);
    errs.must(reference.get("name"), text::path_segment);
}

/// An IngressClass.
pub fn ingress_class(errs: &mut Verdicts, root: Field, _: Version) {
    meta::metadata(errs, root, Scope::Cluster, text::dns_subdomain);
    let controller = root.get("spec").get("controller");
    if controller.text().len() > 250 {
        errs.too_long(controller, 250);
    }
    errs.must(controller, text::domain_prefixed_path);
    let Some(parameters) = root.get("spec").some("parameters") else { return };
    typed_reference(errs, parameters);
    let (scope, namespace) = (parameters.get("scope"), parameters.get("namespace"));
    if !scope.exists() {
        errs.required(scope, "");
        return;
    }
    match scope.text() {
        "Namespace" if !namespace.exists() => _ = errs.required(namespace, "`scope` is `Namespace`"),
        "Namespace" => _ = errs.pass(namespace, text::dns_label),
        "Cluster" if namespace.exists() => _ = errs.forbidden(namespace, "`scope` is `Cluster`"),
        "Cluster" => {}
        _ => _ = errs.unsupported(scope, &["Cluster", "Namespace"]),
    }
}
