//! Warnings on a pod: its metadata and spec. Mirrors `pkg/api/pod/warnings.go`.

use std::collections::BTreeMap;

use super::super::{Verdicts, container, text};
use super::{containers, network, node_expressions, node_label, ports, volumes};
use crate::object::Field;
use crate::text::Span;

/// What a workload makes Pods of.
pub fn template(errs: &mut Verdicts, template: Field) {
    pod(errs, template);
    // In a Pod the server puts 1 there before it looks.
    let grace = template.get("spec").get("terminationGracePeriodSeconds");
    if grace.number() < 0 {
        errs.warn(grace, "a negative time to terminate counts as 1 second; use 0 or more");
    }
}

/// A Pod, or the pod in a template: anything with `metadata` and `spec`.
pub fn pod(errs: &mut Verdicts, template: Field) {
    let spec = template.get("spec");
    scheduling(errs, spec);
    annotations(errs, template);
    volumes::volumes(errs, spec.get("volumes"));
    unique(errs, spec.get("hostAliases"), "ip");
    unique(errs, spec.get("imagePullSecrets"), "name");
    for secret in spec.get("imagePullSecrets").items() {
        if secret.get("name").is_empty() {
            errs.warn(secret.get("name"), "this pull secret has no name, so it does nothing");
        }
    }
    if let Some(overhead) = spec.some("overhead") {
        containers::fractional_amounts(errs, overhead);
    }
    for container in container::all(spec) {
        containers::container(errs, container);
    }
    ports::ports(errs, spec);
    for alias in spec.get("hostAliases").items() {
        network::ip(errs, alias.get("ip"));
    }
    if let Some(dns) = spec.some("dnsConfig") {
        dns.get("nameservers").items().for_each(|server| network::ip(errs, server));
    }
}

fn scheduling(errs: &mut Verdicts, spec: Field) {
    for (label, value) in spec.get("nodeSelector").entries() {
        node_label(errs, value, label);
    }
    for spread in spec.get("topologySpreadConstraints").items() {
        node_label(errs, spread.get("topologyKey"), spread.get("topologyKey").text());
        selector(errs, spread);
    }
    let Some(affinity) = spec.some("affinity") else { return };
    let nodes = affinity.get("nodeAffinity");
    for term in nodes.get("requiredDuringSchedulingIgnoredDuringExecution").get("nodeSelectorTerms").items() {
        node_expressions(errs, term.get("matchExpressions"));
    }
    for term in nodes.get("preferredDuringSchedulingIgnoredDuringExecution").items() {
        preference(errs, term.get("preference"));
    }
    for pods in [affinity.get("podAffinity"), affinity.get("podAntiAffinity")] {
        for term in pods.get("requiredDuringSchedulingIgnoredDuringExecution").items() {
            selector(errs, term);
        }
        for term in pods.get("preferredDuringSchedulingIgnoredDuringExecution").items() {
            selector(errs, term.get("podAffinityTerm"));
        }
    }
}

/// A preferred node term. Values that no label can have are let pass here, unlike in a required term.
fn preference(errs: &mut Verdicts, preference: Field) {
    node_expressions(errs, preference.get("matchExpressions"));
    for expression in preference.get("matchExpressions").items() {
        for value in expression.get("values").items() {
            if let Err(why) = text::label_value(value.text()) {
                errs.warn(value, format!("`{}` is no label value, so no node has it: it {why}", value.text()));
            }
        }
    }
}

/// Without a selector, an affinity term or spread constraint matches no pod.
fn selector(errs: &mut Verdicts, term: Field) {
    if !term.get("labelSelector").exists() {
        errs.warn(term.get("labelSelector"), "without `labelSelector` this matches no pod, so it does nothing");
    }
}

/// Annotations of pods that nothing reads any more, with what to use.
const DEAD_ANNOTATIONS: &[(&str, &str)] = &[
    ("scheduler.alpha.kubernetes.io/critical-pod", "`priorityClassName`"),
    ("security.alpha.kubernetes.io/sysctls", "`securityContext.sysctls`"),
    ("security.alpha.kubernetes.io/unsafe-sysctls", "`securityContext.sysctls`"),
];

fn annotations(errs: &mut Verdicts, template: Field) {
    let Some(annotations) = template.get("metadata").some("annotations") else { return };
    let spec = template.get("spec");
    for (key, instead) in DEAD_ANNOTATIONS {
        if let Some(annotation) = annotations.some(key) {
            errs.warn(annotation, format!("annotation `{key}` has no effect any more: use {instead}"));
        }
    }
    let pod = spec.get("securityContext");
    if let Some(annotation) = annotations.some("seccomp.security.alpha.kubernetes.io/pod")
        && !pod.get("seccompProfile").exists()
    {
        errs.warn(annotation, "seccomp annotations have no effect any more: use `securityContext.seccompProfile`");
    }
    for (key, annotation) in annotations.entries() {
        let own = |prefix: &str, profile: &'static str| {
            let name = key.strip_prefix(prefix)?;
            let container = container::all(spec).find(|container| container.get("name").text() == name)?;
            (!container.get("securityContext").get(profile).exists()).then_some(())
        };
        if own("container.seccomp.security.alpha.kubernetes.io/", "seccompProfile").is_some() {
            errs.warn(annotation, "seccomp annotations have no effect any more: use `securityContext.seccompProfile`");
        }
        let armoured = pod.get("appArmorProfile").exists();
        if !armoured && own("container.apparmor.security.beta.kubernetes.io/", "appArmorProfile").is_some() {
            errs.warn(annotation, "AppArmor annotations are deprecated since 1.30: use `securityContext.appArmorProfile`");
        }
    }
}

/// Values of `name` that stand twice in `list`.
fn unique(errs: &mut Verdicts, list: Field, name: &'static str) {
    let mut seen: BTreeMap<String, Span> = BTreeMap::new();
    for item in list.items() {
        let value = item.get(name);
        match seen.get(value.text()) {
            Some(&first) => {
                errs.warn(value, format!("`{}` is listed twice", value.text())).label(first, "first listed here");
            }
            None => _ = seen.insert(value.text().to_string(), value.span()),
        }
    }
}
