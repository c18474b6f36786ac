//! ObjectMeta. Mirrors apimachinery's validation of object metadata: name, labels, annotations, finalizers, owners.

use super::{Verdict, Verdicts, Why, text};
use crate::object::Field;

/// Whether a kind lives in a namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// In one.
    Namespaced,
    /// In none.
    Cluster,
}

/// How many bytes the keys and values of all annotations may have together.
const ANNOTATIONS_SIZE: usize = 256 * 1024;
/// How long a generated name's given part may be before the server cuts it, bytes: five random characters follow.
const GENERATED_BASE: usize = 58;
/// Finalizers that need no domain.
const STANDARD_FINALIZERS: &[&str] = &["kubernetes", "orphan", "foregroundDeletion"];

/// The whole of `metadata`; `name` is the kind's own rule for names.
pub fn metadata(errs: &mut Verdicts, root: Field, scope: Scope, name: impl Fn(&str) -> Result<(), Why> + Copy) {
    metadata_but_labels(errs, root, scope, name);
    labels(errs, root.get("metadata").get("labels"));
}

/// The same without the labels.
pub fn metadata_but_labels(errs: &mut Verdicts, root: Field, scope: Scope, name: impl Fn(&str) -> Result<(), Why> + Copy) {
    unlabelled(errs, root, scope, name);
    known_finalizers(errs, root);
}

/// The whole of `metadata` but its name: for an object that the server names itself.
pub fn metadata_without_name(errs: &mut Verdicts, root: Field, scope: Scope) {
    all_but_names(errs, root.get("metadata"), scope);
    labels(errs, root.get("metadata").get("labels"));
    known_finalizers(errs, root);
}

/// `metadata` of a custom resource, as far as there is one: what only a client reads may have none.
pub fn custom_metadata(errs: &mut Verdicts, root: Field) {
    let metadata = root.get("metadata");
    // OpenShift serves groups of its own that name things freely.
    let free = root.get("apiVersion").text().split('/').next().is_some_and(|group| group.ends_with("openshift.io"));
    let check = if free { text::path_segment } else { text::dns_subdomain };
    if metadata.get("generateName").is_empty() {
        errs.may(metadata.get("name"), check);
    } else {
        names(errs, metadata, check);
    }
    all_but_names(errs, metadata, Scope::Namespaced);
    labels(errs, metadata.get("labels"));
}

fn known_finalizers(errs: &mut Verdicts, root: Field) {
    for finalizer in root.get("metadata").get("finalizers").items() {
        if let Err(why) = kubernetes_finalizer(finalizer.text()) {
            errs.invalid(finalizer, why);
        }
    }
}

/// A finalizer of one of the built-in groups: Kubernetes' own, or one with a domain.
pub fn kubernetes_finalizer(value: &str) -> Result<(), Why> {
    if value.contains('/') || STANDARD_FINALIZERS.contains(&value) {
        return Ok(());
    }
    Err("must carry a domain, as in `example.com/name`, unless it is one of Kubernetes' own".into())
}

/// `metadata` as every API group checks it. Kinds of the built-in groups ask more, see [`metadata`]; those of
/// admissionregistration, apiextensions, apiregistration and policy do not.
pub fn generic_metadata(errs: &mut Verdicts, root: Field, scope: Scope, name: impl Fn(&str) -> Result<(), Why> + Copy) {
    unlabelled(errs, root, scope, name);
    labels(errs, root.get("metadata").get("labels"));
}

fn unlabelled(errs: &mut Verdicts, root: Field, scope: Scope, name: impl Fn(&str) -> Result<(), Why> + Copy) {
    let meta = root.get("metadata");
    names(errs, meta, name);
    all_but_names(errs, meta, scope);
}

fn all_but_names(errs: &mut Verdicts, meta: Field, scope: Scope) {
    namespace(errs, meta, scope);
    annotations(errs, meta.get("annotations"));
    owner_references(errs, meta.get("ownerReferences"));
    finalizers(errs, meta.get("finalizers"));
    managed_fields(errs, meta.get("managedFields"));
}

/// The metadata of what is made from a template within an object: labels and annotations, and nothing else.
pub fn template_metadata(errs: &mut Verdicts, metadata: Field) {
    annotations(errs, metadata.get("annotations"));
    labels(errs, metadata.get("labels"));
    for (key, field) in metadata.entries() {
        if !matches!(key, "annotations" | "labels") && is_set(field) {
            // The server makes the path of the name in its own code.
            let name = if key == "uid" { "uID" } else { key };
            errs.forbidden(field, "only labels and annotations are taken from here")
                .printed_as(format!("{}.{name}", metadata.path()));
        }
    }
}

/// Whether Go would find anything but the zero value here.
fn is_set(field: Field) -> bool {
    field.exists() && field.int() != Some(0) && (field.is_map() || field.is_seq() || !field.scalar().is_empty())
}

/// A map of labels.
pub fn labels(errs: &mut Verdicts, labels: Field) {
    labels_printed_as(errs, labels, || labels.path());
}

/// A map of labels whose refusals the server prints under `path`, which is put together only if there are some.
pub fn labels_printed_as(errs: &mut Verdicts, labels: Field, path: impl Fn() -> String) {
    for (key, value) in labels.entries() {
        if let Err(why) = text::qualified_name(key) {
            on_key(errs.invalid(value, format!("the key {why}")), value).printed_as(path());
        }
        if let Err(why) = text::label_value(value.text()) {
            errs.invalid(value, why).printed_as(path());
        }
    }
}

/// A map of annotations.
pub fn annotations(errs: &mut Verdicts, annotations: Field) {
    annotations_printed_as(errs, annotations, || annotations.path());
}

/// A map of annotations whose refusals the server prints under `path`.
pub fn annotations_printed_as(errs: &mut Verdicts, annotations: Field, path: impl Fn() -> String) {
    let mut size = 0;
    for (key, value) in annotations.entries() {
        if let Err(why) = text::annotation_key(key) {
            on_key(errs.invalid(value, format!("the key {why}")), value).printed_as(path());
        }
        size += key.len() + value.text().len();
    }
    if size > ANNOTATIONS_SIZE {
        errs.too_long(annotations, ANNOTATIONS_SIZE).printed_as(path());
    }
}

/// Points a verdict on a map's entry at the entry's key.
fn on_key<'v>(verdict: &'v mut Verdict, entry: Field) -> &'v mut Verdict {
    verdict.span = entry.key_span();
    verdict
}

/// `name` and `generateName`. The server makes the name up from the latter first, then checks both.
fn names(errs: &mut Verdicts, meta: Field, check: impl Fn(&str) -> Result<(), Why> + Copy) {
    let (name, prefix) = (meta.get("name"), meta.get("generateName"));
    if !prefix.is_empty()
        && let Err(why) = check(&text::generated(prefix.text()))
    {
        errs.invalid(prefix, why);
    }
    if !name.text().is_empty() {
        errs.may(name, check);
    } else if prefix.text().is_empty() {
        errs.required(name, "give `name` or `generateName`");
    } else {
        let base = &prefix.text()[..prefix.text().floor_char_boundary(GENERATED_BASE)];
        if let Err(why) = check(&format!("{base}xxxxx")) {
            errs.invalid(name, format!("made up from `generateName: {base}`, it {why}"));
        }
    }
}

/// `namespace`. A missing one is filled in from the request; the one of a cluster-scoped object is dropped before anyone looks.
fn namespace(errs: &mut Verdicts, meta: Field, scope: Scope) {
    let namespace = meta.get("namespace");
    if scope == Scope::Namespaced {
        errs.may(namespace, text::dns_label);
    }
}

/// Owners: complete, not an Event, at most one controller. The server prints them all without their index.
fn owner_references(errs: &mut Verdicts, owners: Field) {
    let mut controller: Option<Field> = None;
    for owner in owners.items() {
        let version = owner.get("apiVersion");
        if version.text().is_empty() || version.text().ends_with('/') || version.text().matches('/').count() > 1 {
            let path = format!("{}.apiVersion", owners.path());
            errs.invalid(version, "must be `version` or `group/version`").printed_as(path);
        }
        for name in ["kind", "name", "uid"] {
            if owner.get(name).text().is_empty() {
                errs.invalid(owner.get(name), "must not be empty").printed_as(format!("{}.{name}", owners.path()));
            }
        }
        if owner.get("apiVersion").text() == "v1" && owner.get("kind").text() == "Event" {
            errs.invalid(owner, "an Event cannot own anything").printed_as(owners.path());
        }
        if owner.get("controller").is_true() {
            if let Some(first) = controller {
                errs.invalid(owner, "only one owner can be the controller")
                    .printed_as(owners.path())
                    .label(first.get("controller").span(), "the first controller");
            }
            controller = controller.or(Some(owner));
        }
    }
}

/// Finalizers: qualified names, and not both ways to delete dependents.
fn finalizers(errs: &mut Verdicts, finalizers: Field) {
    for finalizer in finalizers.items() {
        if let Err(why) = text::finalizer(finalizer.text()) {
            errs.invalid(finalizer, why).printed_as(finalizers.path());
        }
    }
    let has = |name: &str| finalizers.items().any(|finalizer| finalizer.text() == name);
    if has("orphan") && has("foregroundDeletion") {
        errs.invalid(finalizers, "`orphan` and `foregroundDeletion` exclude each other");
    }
}

/// Managed fields: the length of the names in them. The server replaces a list it cannot decode by its own.
fn managed_fields(errs: &mut Verdicts, entries: Field) {
    let decodes = |entry: Field| {
        matches!(entry.get("operation").text(), "Apply" | "Update")
            && !entry.get("apiVersion").text().is_empty()
            && entry.get("fieldsType").text() == "FieldsV1"
    };
    if !entries.items().all(decodes) {
        return;
    }
    for entry in entries.items() {
        if entry.get("manager").text().len() > 128 {
            errs.too_long(entry.get("manager"), 128);
        }
        if entry.get("manager").text().chars().any(char::is_control) {
            errs.invalid(entry.get("manager"), "must hold printable characters only");
        }
        if entry.get("subresource").text().len() > 256 {
            errs.too_long(entry.get("subresource"), 256);
        }
    }
}
