//! Names that only an editor follows: volumes and ports of pods, and labels in expressions, affinities and spread constraints.

use plimsoll::object::refs::{self, Path};
use plimsoll::object::{Field, Object};
use plimsoll::text::Span;

use super::navigate::Use;

/// Lists of containers.
const CONTAINERS: &[&str] = &["containers[]", "initContainers[]", "ephemeralContainers[]"];

/// Where containers name a volume.
const MOUNTS: &[Path] = &[&["volumeMounts[]", "name"], &["volumeDevices[]", "name"]];

/// What may ask a container's port, given by its name, for an answer.
const ASKING: &[Path] =
    &[&["livenessProbe"], &["readinessProbe"], &["startupProbe"], &["lifecycle", "postStart"], &["lifecycle", "preStop"]];

/// Terms of a pod spec with a label selector of pods.
const TERMS: &[Path] = &[
    &["affinity", "podAffinity", "requiredDuringSchedulingIgnoredDuringExecution[]"],
    &["affinity", "podAffinity", "preferredDuringSchedulingIgnoredDuringExecution[]", "podAffinityTerm"],
    &["affinity", "podAntiAffinity", "requiredDuringSchedulingIgnoredDuringExecution[]"],
    &["affinity", "podAntiAffinity", "preferredDuringSchedulingIgnoredDuringExecution[]", "podAffinityTerm"],
    &["topologySpreadConstraints[]"],
];

/// Kind, and where it has a label selector of pods in its namespace.
const SELECTORS: &[(&str, Path)] = &[
    ("Deployment", &["spec", "selector"]),
    ("ReplicaSet", &["spec", "selector"]),
    ("StatefulSet", &["spec", "selector"]),
    ("DaemonSet", &["spec", "selector"]),
    ("Job", &["spec", "selector"]),
    ("PodDisruptionBudget", &["spec", "selector"]),
    ("NetworkPolicy", &["spec", "podSelector"]),
];

/// The other ends of what a NetworkPolicy allows.
const PEERS: &[Path] = &[&["spec", "ingress[]", "from[]"], &["spec", "egress[]", "to[]"]];

/// Kind, and where it names a port of the pods that it selects.
const PORTS: &[(&str, Path)] =
    &[("Service", &["spec", "ports[]", "targetPort"]), ("NetworkPolicy", &["spec", "ingress[]", "ports[]", "port"])];

/// What an object says of them.
#[derive(Debug, Default)]
pub struct Names {
    /// Volumes of the pod: where they are made and where they are mounted.
    pub volumes: Vec<Name>,
    /// Ports by name, of the pod or of pods that are selected.
    pub ports: Vec<Name>,
    /// Labels of pods that are asked for.
    pub asked: Vec<Asked>,
}

/// A name at a place.
#[derive(Debug)]
pub struct Name {
    /// It.
    pub text: String,
    /// Where it is written.
    pub span: Span,
    /// Whether the thing is made here.
    pub used: Use,
}

/// A label's key, and the values that it is to have, or not to have.
#[derive(Debug)]
pub struct Asked {
    /// The key.
    pub key: String,
    /// Where it is written.
    pub key_span: Span,
    /// The values; none where only the key counts.
    pub values: Vec<(String, Span)>,
}

/// The names in the object at `root`.
pub fn names(object: &Object, root: Field) -> Names {
    let kind = object.id.kind.as_str();
    let mut names = Names::default();
    if let Some(spec) = refs::pod_spec(kind, root) {
        names.in_pod(spec);
    }
    refs::each(root, &["spec", "volumeClaimTemplates[]", "metadata", "name"], &mut |field| {
        add(&mut names.volumes, field, Use::Definition);
    });
    for (_, path) in SELECTORS.iter().filter(|(of, _)| *of == kind) {
        refs::each(root, path, &mut |selector| names.selector(selector));
    }
    for (_, path) in PORTS.iter().filter(|(of, _)| *of == kind) {
        refs::each(root, path, &mut |field| add(&mut names.ports, field, Use::Reference));
    }
    if kind == "NetworkPolicy" {
        PEERS.iter().for_each(|path| refs::each(root, path, &mut |peer| names.term(peer, "podSelector")));
    }
    names
}

impl Names {
    fn in_pod(&mut self, spec: Field) {
        refs::each(spec, &["volumes[]", "name"], &mut |field| add(&mut self.volumes, field, Use::Definition));
        for list in CONTAINERS {
            refs::each(spec, &[list], &mut |container| self.in_container(container));
        }
        for path in TERMS {
            refs::each(spec, path, &mut |term| self.term(term, "labelSelector"));
        }
    }

    fn in_container(&mut self, container: Field) {
        refs::each(container, &["ports[]", "name"], &mut |field| add(&mut self.ports, field, Use::Definition));
        for path in MOUNTS {
            refs::each(container, path, &mut |field| add(&mut self.volumes, field, Use::Reference));
        }
        for path in ASKING {
            refs::each(container, path, &mut |probe| {
                for action in ["httpGet", "tcpSocket"] {
                    add(&mut self.ports, probe.get(action).get("port"), Use::Reference);
                }
            });
        }
    }

    /// A term's selector, if it looks into its own namespace.
    fn term(&mut self, term: Field, selector: &str) {
        if !term.get("namespaces").exists() && !term.get("namespaceSelector").exists() {
            refs::each(term, &[selector], &mut |selector| self.selector(selector));
            let keys = term.get("matchLabelKeys").items().filter(|key| key.str().is_some());
            self.asked.extend(keys.map(|key| Asked { key: key.text().to_string(), key_span: key.span(), values: Vec::new() }));
        }
    }

    fn selector(&mut self, selector: Field) {
        let written = selector.get("matchLabels").entries().filter(|(_, value)| value.written());
        self.asked.extend(written.map(|(key, value)| Asked {
            key: key.to_string(),
            key_span: value.key_span(),
            values: vec![(value.text().to_string(), value.span())],
        }));
        let expressions = selector.get("matchExpressions").items().filter(|expression| expression.get("key").written());
        self.asked.extend(expressions.map(|expression| Asked {
            key: expression.get("key").text().to_string(),
            key_span: expression.get("key").span(),
            values: expression.get("values").items().map(|value| (value.text().to_string(), value.span())).collect(),
        }));
    }
}

/// Takes a name that is written as a text: a port may also be a number.
fn add(list: &mut Vec<Name>, field: Field, used: Use) {
    if let Some(text) = field.str().filter(|text| field.written() && !text.is_empty()) {
        list.push(Name { text: text.to_string(), span: field.span(), used });
    }
}
