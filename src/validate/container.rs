//! Containers. Mirrors core/v1 validation of `containers`, `initContainers` and `ephemeralContainers`.

use super::volumes::{self, Volumes};
use super::{Unique, Verdicts, env, handler, ports, resources, security, text};
use crate::object::Field;
use crate::schema::Version;

/// The first version whose containers have restart policies of their own; before it, only sidecars are told by one.
const OWN_RESTART_POLICY: Version = Version(35);

/// What containers are held against: things of the pod they are in.
pub struct Pod<'a> {
    /// The pod's spec.
    pub spec: Field<'a>,
    /// Its volumes.
    pub volumes: Volumes<'a>,
    /// The server's version.
    pub version: Version,
}

/// All containers of a pod, of every sort. Names are unique over all of them.
pub fn containers<'a>(errs: &mut Verdicts, pod: &Pod<'a>) {
    let mut names = Unique::default();
    regular(errs, pod, &mut names);
    init(errs, pod, &mut names);
    ephemeral(errs, pod, &mut names);
}

/// Every container of the pod spec `spec`: init, regular, ephemeral, as the server visits them.
pub fn all<'a>(spec: Field<'a>) -> impl Iterator<Item = Field<'a>> {
    let regular = spec.get("initContainers").items().chain(spec.get("containers").items());
    regular.chain(spec.get("ephemeralContainers").items())
}

fn regular<'a>(errs: &mut Verdicts, pod: &Pod<'a>, names: &mut Unique<'a>) {
    let containers = pod.spec.get("containers");
    if containers.is_empty() {
        errs.required(containers, "");
        return;
    }
    for container in containers.items() {
        any(errs, container, pod);
        names.add(errs, container.get("name"));
        handler::handlers(errs, container, pod.spec.get("terminationGracePeriodSeconds"), pod.version);
        match container.some("restartPolicy") {
            Some(policy) if pod.version < OWN_RESTART_POLICY => {
                errs.forbidden(policy, "before 1.35 only init containers have one of their own");
            }
            _ => restart_policy(errs, container, pod.version),
        }
    }
    ports::host_port_conflicts(errs, containers.items());
}

fn init<'a>(errs: &mut Verdicts, pod: &Pod<'a>, names: &mut Unique<'a>) {
    for container in pod.spec.get("initContainers").items() {
        any(errs, container, pod);
        restart_policy(errs, container, pod.version);
        let name = container.get("name");
        if !name.is_empty() || names.has("") {
            names.add(errs, name);
        }
        ports::own_host_port_conflicts(errs, container);
        if container.get("restartPolicy").text() == "Always" {
            handler::handlers(errs, container, pod.spec.get("terminationGracePeriodSeconds"), pod.version);
            if !container.get("restartPolicyRules").is_empty() {
                errs.forbidden(container.get("restartPolicyRules"), "a sidecar is always restarted");
            }
        } else {
            for field in ["lifecycle", "livenessProbe", "readinessProbe", "startupProbe"] {
                if let Some(field) = container.some(field) {
                    errs.forbidden(field, "an init container has it only with `restartPolicy: Always`");
                }
            }
        }
    }
}

fn ephemeral<'a>(errs: &mut Verdicts, pod: &Pod<'a>, names: &mut Unique<'a>) {
    let targets = || ["containers", "initContainers"].into_iter().flat_map(|list| pod.spec.get(list).items());
    for container in pod.spec.get("ephemeralContainers").items() {
        any(errs, container, pod);
        trimmed_image(errs, container);
        names.add(errs, container.get("name"));
        let target = container.get("targetContainerName");
        if !target.is_empty() && !targets().any(|other| other.get("name").text() == target.text()) {
            errs.not_found(target, "the pod has no container of that name");
        }
        no_guarantees(errs, container);
    }
}

/// Ephemeral containers are for looking: nothing that a workload relies on may hang on them.
fn no_guarantees(errs: &mut Verdicts, container: Field) {
    let why = "an ephemeral container cannot have it";
    let resources = container.get("resources");
    if ["limits", "requests", "claims"].iter().any(|list| resources.get(list).exists()) {
        errs.forbidden(resources, why);
    }
    let others = ["lifecycle", "livenessProbe", "ports", "readinessProbe", "resizePolicy", "restartPolicy", "restartPolicyRules"];
    for field in others.into_iter().chain(["startupProbe"]) {
        if let Some(field) = container.some(field) {
            errs.forbidden(field, why);
        }
    }
    for mount in container.get("volumeMounts").items() {
        for field in ["subPath", "subPathExpr"] {
            if !mount.get(field).is_empty() {
                errs.forbidden(mount.get(field), why);
            }
        }
    }
}

/// What every sort of container is asked.
fn any(errs: &mut Verdicts, container: Field, pod: &Pod) {
    errs.must(container.get("name"), text::dns_label);
    if container.get("image").is_empty() {
        errs.required(container.get("image"), "");
    }
    errs.must_be_one_of(container.get("terminationMessagePolicy"), &["File", "FallbackToLogsOnError"]);
    errs.must_be_one_of(container.get("imagePullPolicy"), &["Always", "IfNotPresent", "Never"]);
    ports::ports(errs, container.get("ports"));
    env::env(errs, container.get("env"), pod.version);
    env::file_volumes(errs, container.get("env"), pod.spec.get("volumes"));
    env::env_from(errs, container.get("envFrom"), pod.version);
    volumes::mounts(errs, container, &pod.volumes);
    resources::container(errs, container.get("resources"), pod.spec.get("resourceClaims"));
    resources::resize_policy(errs, container.get("resizePolicy"), pod.spec.get("restartPolicy"));
    if let Some(context) = container.some("securityContext") {
        security::container(errs, context, pod.spec.get("hostUsers"));
    }
}

/// A pod's image has no white space around it. A template's may: it always could.
pub fn trimmed_image(errs: &mut Verdicts, container: Field) {
    let image = container.get("image");
    if image.text().len() != image.text().trim().len() {
        errs.invalid(image, "must not have white space around it");
    }
}

/// `restartPolicy` and `restartPolicyRules` of a regular or init container.
fn restart_policy(errs: &mut Verdicts, container: Field, version: Version) {
    let rules = container.get("restartPolicyRules");
    match container.some("restartPolicy") {
        Some(policy) if version < OWN_RESTART_POLICY => _ = errs.one_of(policy, &["Always"]),
        Some(policy) => _ = errs.one_of(policy, &["Always", "Never", "OnFailure"]),
        None if !rules.is_empty() => _ = errs.required(container.get("restartPolicy"), "rules refine it"),
        None => {}
    }
    if rules.len() > 20 {
        errs.too_many(rules, 20);
    }
    for rule in rules.items() {
        let actions: &[&str] = if version < Version(36) { &["Restart"] } else { &["Restart", "RestartAllContainers"] };
        errs.one_of(rule.get("action"), actions);
        let Some(codes) = rule.some("exitCodes") else {
            errs.required(rule.get("exitCodes"), "");
            continue;
        };
        errs.one_of(codes.get("operator"), &["In", "NotIn"]);
        if codes.get("values").len() > 255 {
            errs.too_many(codes.get("values"), 255);
        }
    }
}
