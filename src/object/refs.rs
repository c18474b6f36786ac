//! References: the table of every field that names another object, and what of an object others can name.

use std::sync::LazyLock;

use super::{Field, Object, ObjectId};
use crate::text::{ByName, Span};

/// Names of fields, one below the other; `[]` stands for every element of a list.
pub type Path = &'static [&'static str];

/// Where a pod template's spec is, by kind.
pub const POD_SPECS: &[(&str, Path)] = &[
    ("Pod", &["spec"]),
    ("Deployment", &["spec", "template", "spec"]),
    ("ReplicaSet", &["spec", "template", "spec"]),
    ("ReplicationController", &["spec", "template", "spec"]),
    ("StatefulSet", &["spec", "template", "spec"]),
    ("DaemonSet", &["spec", "template", "spec"]),
    ("Job", &["spec", "template", "spec"]),
    ("CronJob", &["spec", "jobTemplate", "spec", "template", "spec"]),
];

/// Structs of a pod spec, and their fields with the kind whose name each holds. Grouped, so that every list is gone through once.
pub const IN_PODS: &[(Path, &[(Path, &str)])] = &[
    (
        &[],
        &[
            (&["serviceAccountName"], "ServiceAccount"),
            (&["priorityClassName"], "PriorityClass"),
            (&["runtimeClassName"], "RuntimeClass"),
        ],
    ),
    (&["imagePullSecrets[]"], &[(&["name"], "Secret")]),
    (
        &["volumes[]"],
        &[
            (&["configMap", "name"], "ConfigMap"),
            (&["secret", "secretName"], "Secret"),
            (&["persistentVolumeClaim", "claimName"], "PersistentVolumeClaim"),
        ],
    ),
    (&["volumes[]", "projected", "sources[]"], &[(&["configMap", "name"], "ConfigMap"), (&["secret", "name"], "Secret")]),
    (&["containers[]", "envFrom[]"], FROM_ALL),
    (&["containers[]", "env[]", "valueFrom"], FROM_ONE),
    (&["initContainers[]", "envFrom[]"], FROM_ALL),
    (&["initContainers[]", "env[]", "valueFrom"], FROM_ONE),
];

/// Fields of an element of `envFrom`.
const FROM_ALL: &[(Path, &str)] = &[(&["configMapRef", "name"], "ConfigMap"), (&["secretRef", "name"], "Secret")];

/// Fields of `valueFrom`.
const FROM_ONE: &[(Path, &str)] = &[(&["configMapKeyRef", "name"], "ConfigMap"), (&["secretKeyRef", "name"], "Secret")];

/// Kind, field, and the kind whose name the field holds; empty where the field's neighbour `kind` says which.
pub const IN_OBJECTS: &[(&str, Path, &str)] = &[
    ("StatefulSet", &["spec", "serviceName"], "Service"),
    ("StatefulSet", &["spec", "volumeClaimTemplates[]", "spec", "storageClassName"], "StorageClass"),
    ("Ingress", &["spec", "rules[]", "http", "paths[]", "backend", "service", "name"], "Service"),
    ("Ingress", &["spec", "defaultBackend", "service", "name"], "Service"),
    ("Ingress", &["spec", "tls[]", "secretName"], "Secret"),
    ("Ingress", &["spec", "ingressClassName"], "IngressClass"),
    ("HorizontalPodAutoscaler", &["spec", "scaleTargetRef", "name"], ""),
    ("RoleBinding", &["roleRef", "name"], ""),
    ("RoleBinding", &["subjects[]", "name"], ""),
    ("ClusterRoleBinding", &["roleRef", "name"], ""),
    ("ClusterRoleBinding", &["subjects[]", "name"], ""),
    ("PersistentVolumeClaim", &["spec", "storageClassName"], "StorageClass"),
    ("PersistentVolumeClaim", &["spec", "volumeName"], "PersistentVolume"),
    ("PersistentVolume", &["spec", "storageClassName"], "StorageClass"),
    ("ServiceAccount", &["secrets[]", "name"], "Secret"),
    ("ServiceAccount", &["imagePullSecrets[]", "name"], "Secret"),
    ("ValidatingWebhookConfiguration", &["webhooks[]", "clientConfig", "service", "name"], "Service"),
    ("MutatingWebhookConfiguration", &["webhooks[]", "clientConfig", "service", "name"], "Service"),
    ("APIService", &["spec", "service", "name"], "Service"),
];

/// Kinds that live in no namespace, of those that are named above.
const CLUSTER_WIDE: &[&str] =
    &["PriorityClass", "RuntimeClass", "StorageClass", "IngressClass", "ClusterRole", "PersistentVolume"];

/// Whether objects of that kind, which others name, live in no namespace.
pub fn is_cluster_wide(kind: &str) -> bool {
    CLUSTER_WIDE.contains(&kind)
}

/// Kind, and where it says which pods it means.
const SELECTORS: &[(&str, Path)] = &[
    ("Service", &["spec", "selector"]),
    ("ReplicationController", &["spec", "selector"]),
    ("Deployment", &["spec", "selector", "matchLabels"]),
    ("ReplicaSet", &["spec", "selector", "matchLabels"]),
    ("StatefulSet", &["spec", "selector", "matchLabels"]),
    ("DaemonSet", &["spec", "selector", "matchLabels"]),
    ("PodDisruptionBudget", &["spec", "selector", "matchLabels"]),
    ("NetworkPolicy", &["spec", "podSelector", "matchLabels"]),
];

/// A field that names another object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// `ConfigMap`.
    pub kind: String,
    /// The namespace it is looked for in; empty for kinds that have none.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// Where the name is written.
    pub span: Span,
    /// The key of it that is meant, where one is, and where that is written.
    pub key: Option<(String, Span)>,
}

impl Reference {
    /// Whether the name or the key is `text`.
    pub fn touches(&self, text: &str) -> bool {
        self.name == text || self.key.as_ref().is_some_and(|(key, _)| key == text)
    }

    /// Whether an object of that identity is in the namespace meant.
    pub fn reaches(&self, id: &ObjectId) -> bool {
        self.namespace.is_empty() || self.namespace == namespace(&id.namespace)
    }

    /// Whether it names the object of that identity.
    pub fn names(&self, id: &ObjectId) -> bool {
        self.kind == id.kind && self.name == id.name && self.reaches(id)
    }
}

/// A label, on pods or asked for by a selector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Its key.
    pub key: String,
    /// Where the key is written.
    pub key_span: Span,
    /// Its value.
    pub value: String,
    /// Where the value is written.
    pub span: Span,
}

/// How an object is tied to others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Links {
    /// The objects it names.
    pub references: Vec<Reference>,
    /// The keys of a ConfigMap or Secret.
    pub keys: Vec<(String, Span)>,
    /// The labels of its pods.
    pub pod_labels: Vec<Label>,
    /// Each selector of it, as the labels it asks for.
    pub selectors: Vec<Vec<Label>>,
}

/// What the tables say of one kind.
#[derive(Default)]
struct Places {
    pod_spec: Option<Path>,
    fields: Vec<(Path, &'static str)>,
    selectors: Vec<Path>,
}

/// The tables by kind: looking through them took a tenth of the time that links take.
static PLACES: LazyLock<ByName<&str, Places>> = LazyLock::new(|| {
    let mut places: ByName<&str, Places> = ByName::default();
    for (kind, path) in POD_SPECS {
        places.entry(kind).or_default().pod_spec = Some(path);
    }
    for (kind, path, target) in IN_OBJECTS {
        places.entry(kind).or_default().fields.push((path, target));
    }
    for (kind, path) in SELECTORS {
        places.entry(kind).or_default().selectors.push(path);
    }
    places
});

/// The links of the object at `root`.
pub fn links(object: &Object, root: Field) -> Links {
    let kind = object.id.kind.as_str();
    let mut links = Links::default();
    if matches!(kind, "ConfigMap" | "Secret") {
        for map in ["data", "stringData", "binaryData"] {
            links.keys.extend(root.get(map).entries().map(|(key, value)| (key.to_string(), value.key_span())));
        }
    }
    let Some(places) = PLACES.get(kind) else { return links };
    let home = namespace(&object.id.namespace);
    if let Some(spec) = places.pod_spec.and_then(|path| below(root, path)) {
        for (path, fields) in IN_PODS {
            each(spec, path, &mut |part| {
                for (path, target) in *fields {
                    each(part, path, &mut |field| links.references.extend(reference(field, target, home)));
                }
            });
        }
        let metadata = if kind == "Pod" { root.get("metadata") } else { spec.parent().get("metadata") };
        links.pod_labels = labels(metadata.get("labels"));
    }
    for (path, target) in &places.fields {
        each(root, path, &mut |field| links.references.extend(reference(field, target, home)));
    }
    for path in &places.selectors {
        each(root, path, &mut |field| links.selectors.push(labels(field)));
    }
    links
}

/// The pod spec of an object of that kind, which its template holds unless it is a pod.
pub fn pod_spec<'a>(kind: &str, root: Field<'a>) -> Option<Field<'a>> {
    let (_, path) = POD_SPECS.iter().find(|(of, _)| *of == kind)?;
    below(root, path)
}

fn below<'a>(root: Field<'a>, path: Path) -> Option<Field<'a>> {
    path.iter().try_fold(root, |field, step| field.some(step))
}

fn reference(field: Field, kind: &str, home: &str) -> Option<Reference> {
    if field.text().is_empty() || !field.written() {
        return None;
    }
    let beside = field.parent();
    let kind = if kind.is_empty() { beside.get("kind").text() } else { kind };
    let namespace = match beside.get("namespace").text() {
        _ if is_cluster_wide(kind) => "",
        "" => home,
        said => said,
    };
    let key = beside.get("key");
    let has_key = beside.key().ends_with("KeyRef") && key.written() && key.str().is_some();
    Some(Reference {
        kind: kind.to_string(),
        namespace: namespace.to_string(),
        name: field.text().to_string(),
        span: field.span(),
        key: has_key.then(|| (key.text().to_string(), key.span())),
    })
}

fn labels(map: Field) -> Vec<Label> {
    let written = map.entries().filter(|(_, value)| value.written());
    let label = |(key, value): (&str, Field)| Label {
        key: key.to_string(),
        key_span: value.key_span(),
        value: value.text().to_string(),
        span: value.span(),
    };
    written.map(label).collect()
}

fn namespace(written: &str) -> &str {
    if written.is_empty() { "default" } else { written }
}

/// Calls `found` with every field at `path`. Goes as deep as the path is long.
pub fn each<'a>(from: Field<'a>, path: &[&'a str], found: &mut dyn FnMut(Field<'a>)) {
    let Some((step, rest)) = path.split_first() else { return found(from) };
    match step.strip_suffix("[]") {
        Some(list) => from.some(list).into_iter().flat_map(Field::items).for_each(|item| each(item, rest, found)),
        None => from.some(step).into_iter().for_each(|field| each(field, rest, found)),
    }
}
