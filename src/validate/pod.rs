//! Pods and pod templates. Mirrors core/v1 validation of `Pod`, `PodTemplateSpec` and `PodSpec`.

use super::meta::{self, Scope};
use super::{Unique, Verdicts, affinity, annotations, container, dns, resources, security, text, volumes, windows};
use crate::object::Field;
use crate::schema::Version;

/// What a pod spec is part of: a template leaves some things to be filled in later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Pod,
    Template,
}

/// A Pod, about to be created.
pub fn pod(errs: &mut Verdicts, root: Field, version: Version) {
    let spec = root.get("spec");
    let notes = root.get("metadata").get("annotations");
    meta::metadata(errs, root, Scope::Namespaced, text::dns_subdomain);
    annotations::annotations(errs, notes, spec, || "metadata.annotations".to_string());
    pod_spec(errs, spec, Part::Pod, version);
    for container in spec.get("containers").items().chain(spec.get("initContainers").items()) {
        container::trimmed_image(errs, container);
    }
    if spec.get("serviceAccountName").is_empty() {
        tokens(errs, spec);
    }
    if !spec.get("ephemeralContainers").is_empty() {
        errs.forbidden(spec.get("ephemeralContainers"), "they are added to a running pod, never created with it");
    }
    if !spec.get("nodeName").is_empty() && !spec.get("schedulingGates").is_empty() {
        errs.forbidden(spec.get("nodeName"), "a pod with scheduling gates is on no node yet");
    }
    annotations::seccomp_matches(errs, notes, spec);
    annotations::app_armor_matches(errs, notes, spec);
}

/// A PodTemplate object.
pub fn pod_template(errs: &mut Verdicts, root: Field, version: Version) {
    meta::metadata(errs, root, Scope::Namespaced, text::dns_subdomain);
    template(errs, root.get("template"), version);
}

/// A `PodTemplateSpec`: its labels, annotations and spec. The server prints the former two without `metadata`.
pub fn template(errs: &mut Verdicts, template: Field, version: Version) {
    let spec = template.get("spec");
    let metadata = template.get("metadata");
    let notes = metadata.get("annotations");
    if metadata.exists() {
        meta::labels_printed_as(errs, metadata.get("labels"), || format!("{}.labels", template.path()));
        let printed = || format!("{}.annotations", template.path());
        meta::annotations_printed_as(errs, notes, printed);
        annotations::annotations(errs, notes, spec, printed);
    }
    pod_spec(errs, spec, Part::Template, version);
    annotations::seccomp_matches(errs, notes, spec);
    annotations::app_armor_matches(errs, notes, spec);
    if !spec.get("ephemeralContainers").is_empty() {
        errs.forbidden(spec.get("ephemeralContainers"), "they are added to a running pod, never made from a template");
    }
}

/// A `PodSpec`.
fn pod_spec(errs: &mut Verdicts, spec: Field, part: Part, version: Version) {
    let pod = container::Pod { spec, volumes: volumes::volumes(errs, spec.get("volumes")), version };
    resources::pod_claims(errs, spec.get("resourceClaims"));
    container::containers(errs, &pod);
    resources::pod(errs, spec);
    resources::overhead(errs, spec.get("overhead"));
    host_network_ports(errs, spec, part);
    security::pod(errs, spec);
    windows::host_process(errs, spec);
    windows::os(errs, spec);
    dns::host_names(errs, spec);
    dns::host_aliases(errs, spec.get("hostAliases"), version);
    dns::dns(errs, spec, version);
    policies(errs, spec);
    names(errs, spec);
    gates(errs, spec);
    meta::labels(errs, spec.get("nodeSelector"));
    affinity::affinity(errs, spec.get("affinity"));
    affinity::tolerations(errs, spec.get("tolerations"));
    affinity::topology_spread(errs, spec.get("topologySpreadConstraints"));
}

fn policies(errs: &mut Verdicts, spec: Field) {
    errs.must_be_one_of(spec.get("restartPolicy"), &["Always", "OnFailure", "Never"]);
    if let Some(policy) = spec.some("preemptionPolicy") {
        errs.must_be_one_of(policy, &["PreemptLowerPriority", "Never"]);
    }
    if let Some(deadline) = spec.some("activeDeadlineSeconds") {
        errs.between(deadline, 1, i32::MAX.into());
    }
    if !spec.get("terminationGracePeriodSeconds").exists() {
        errs.required(spec.get("terminationGracePeriodSeconds"), "");
    }
}

/// Names of other objects.
fn names(errs: &mut Verdicts, spec: Field) {
    for name in ["serviceAccountName", "nodeName", "priorityClassName"] {
        errs.may(spec.get(name), text::dns_subdomain);
    }
    if let Some(name) = spec.some("runtimeClassName")
        && let Err(why) = text::dns_subdomain(name.text())
    {
        errs.invalid(name, why);
    }
}

/// `readinessGates` and `schedulingGates`.
fn gates(errs: &mut Verdicts, spec: Field) {
    for gate in spec.get("readinessGates").items() {
        let name = gate.get("conditionType");
        if let Err(why) = text::qualified_name(name.text()) {
            errs.invalid(name, why);
        }
    }
    let mut seen = Unique::default();
    for gate in spec.get("schedulingGates").items() {
        let name = gate.get("name").text();
        if let Err(why) = text::qualified_name(name) {
            errs.invalid(gate, format!("its name {why}"));
        }
        seen.add_as(errs, gate, name);
    }
}

/// On the node's network a container's ports are the node's. A template may leave `hostPort` to be filled in.
fn host_network_ports(errs: &mut Verdicts, spec: Field, part: Part) {
    if !spec.get("hostNetwork").is_true() {
        return;
    }
    for port in spec.get("containers").items().flat_map(|container| container.get("ports").items()) {
        let host_port = port.get("hostPort");
        let open = part == Part::Template && host_port.number() == 0;
        if !open && host_port.number() != port.get("containerPort").number() {
            errs.invalid(host_port, "must equal `containerPort` in a pod with `hostNetwork`");
        }
    }
}

/// Projected tokens are those of a service account, which a pod created without one has not got yet.
fn tokens(errs: &mut Verdicts, spec: Field) {
    for volume in spec.get("volumes").items() {
        for source in volume.get("projected").get("sources").items() {
            if let Some(token) = source.some("serviceAccountToken") {
                errs.forbidden(token, "the pod has no `serviceAccountName`");
            }
        }
    }
}
