//! Defaults of pods, and of the pod template that every workload carries.

use super::Slot;
use super::volumes;
use crate::object::image::Image;
use crate::yaml::{Kind, NodeId};

/// The container lists of a pod.
pub const CONTAINERS: [&str; 3] = ["initContainers", "containers", "ephemeralContainers"];

/// The annotations that named AppArmor profiles before there was a field; the container's name follows.
const APP_ARMOR: &str = "container.apparmor.security.beta.kubernetes.io/";

/// `v1` Pod.
pub fn pod(root: &mut Slot) {
    let annotations = root.map("metadata").and_then(|mut metadata| metadata.map("annotations").map(|it| it.node()));
    let Some(mut spec) = root.struct_at("spec") else { return };
    for list in ["containers", "initContainers"] {
        spec.each(list, requests_from_limits);
    }
    super::resources::pod_resources(&mut spec);
    spec.default_bool("enableServiceLinks", true);
    if spec.is_true("hostNetwork") {
        for list in ["containers", "initContainers"] {
            spec.each(list, |container| container.each("ports", host_port));
        }
    }
    pod_spec(&mut spec);
    if let Some(annotations) = annotations {
        for list in CONTAINERS {
            spec.each(list, |container| app_armor(container, annotations));
        }
    }
}

/// A profile that an annotation names becomes the container's own.
fn app_armor(container: &mut Slot, annotations: NodeId) {
    let key = format!("{APP_ARMOR}{}", container.text("name"));
    let profile = container.at(annotations).text(&key).to_string();
    let (kind, local) = match profile.as_str() {
        "unconfined" => ("Unconfined", ""),
        "runtime/default" => ("RuntimeDefault", ""),
        _ => match profile.strip_prefix("localhost/") {
            Some(name) if !name.trim().is_empty() && name.trim() == name => ("Localhost", name),
            _ => return,
        },
    };
    let Some(mut context) = container.struct_at("securityContext") else { return };
    if context.get("appArmorProfile").is_some() {
        return;
    }
    let Some(mut field) = context.struct_at("appArmorProfile") else { return };
    field.default_str("type", kind);
    if !local.is_empty() {
        field.default_pointer("localhostProfile", local);
    }
}

/// `v1` PodTemplate.
pub fn pod_template(root: &mut Slot) {
    template(root);
}

/// The `template` of `parent`, a struct that is no pointer: made where it is missing.
pub fn template(parent: &mut Slot) {
    if let Some(mut template) = parent.struct_at("template") {
        template_itself(&mut template);
    }
}

/// A pod template.
pub fn template_itself(template: &mut Slot) {
    template.struct_at("metadata");
    if let Some(mut spec) = template.struct_at("spec") {
        pod_spec(&mut spec);
    }
}

fn pod_spec(spec: &mut Slot) {
    spec.default_str("dnsPolicy", "ClusterFirst");
    spec.default_str("restartPolicy", "Always");
    spec.default_int("terminationGracePeriodSeconds", 30);
    spec.default_str("schedulerName", "default-scheduler");
    spec.struct_at("securityContext");
    service_account(spec);
    spec.each("volumes", volumes::volume);
    for list in CONTAINERS {
        spec.each(list, container);
    }
}

/// The deprecated `serviceAccount` and `serviceAccountName` are one field of the server's own type; the newer name wins.
fn service_account(spec: &mut Slot) {
    for (from, to) in [("serviceAccount", "serviceAccountName"), ("serviceAccountName", "serviceAccount")] {
        let name = spec.text(from).to_string();
        if !name.is_empty() {
            spec.default_str(to, &name);
        }
    }
}

fn container(container: &mut Slot) {
    let policy = pull_policy(container.text("image"));
    container.default_str("imagePullPolicy", policy);
    container.default_str("terminationMessagePath", "/dev/termination-log");
    container.default_str("terminationMessagePolicy", "File");
    container.struct_at("resources");
    container.each("ports", |port| port.default_str("protocol", "TCP"));
    container.each("env", |env| env.with("valueFrom", value_from));
    for name in ["livenessProbe", "readinessProbe", "startupProbe"] {
        container.with(name, probe);
    }
    container.with("lifecycle", |lifecycle| {
        for name in ["postStart", "preStop"] {
            lifecycle.with(name, |handler| handler.with("httpGet", http_get));
        }
    });
}

/// The pull policy where none is written: images tagged `latest`, in words or by leaving the tag out, are always pulled.
pub fn pull_policy(image: &str) -> &'static str {
    match Image::parse(image).and_then(|image| image.effective_tag()) {
        Some("latest") => "Always",
        _ => "IfNotPresent",
    }
}

fn value_from(source: &mut Slot) {
    source.with("fieldRef", |field| field.default_str("apiVersion", "v1"));
    source.with("resourceFieldRef", divisor);
    source.with("fileKeyRef", |key| key.default_bool("optional", false));
}

/// `divisor` is a quantity that is no pointer, so it is always stored.
pub fn divisor(field: &mut Slot) {
    field.default_str("divisor", "0");
}

fn probe(probe: &mut Slot) {
    probe.default_nonzero("timeoutSeconds", 1);
    probe.default_nonzero("periodSeconds", 10);
    probe.default_nonzero("successThreshold", 1);
    probe.default_nonzero("failureThreshold", 3);
    probe.with("httpGet", http_get);
    probe.with("grpc", |grpc| {
        if grpc.get("service").is_none() {
            grpc.put("service", Kind::Str, "");
        }
    });
}

fn http_get(action: &mut Slot) {
    action.default_str("path", "/");
    action.default_str("scheme", "HTTP");
}

/// A limit without a request is a request too; of pods only, not of templates.
fn requests_from_limits(container: &mut Slot) {
    let Some(mut resources) = container.struct_at("resources") else { return };
    let Some(limits) = resources.map("limits").map(|limits| limits.node()) else { return };
    if let Some(mut requests) = resources.free_map_at("requests") {
        requests.copy_missing(limits);
    }
}

/// In the host's network a container's port is the host's port; of pods only, not of templates.
fn host_port(port: &mut Slot) {
    let number = port.number("containerPort");
    if number != 0 {
        port.default_nonzero("hostPort", number);
    }
}
