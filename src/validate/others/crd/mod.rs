//! CustomResourceDefinitions. Mirrors apiextensions validation of `CustomResourceDefinition`.

mod columns;
mod conversion;
mod defaults;
mod rules;
mod schema;
mod selectable;
mod structural;

use crate::object::Field;
use crate::schema::Version;
use crate::validate::meta::{self, Scope};
use crate::validate::{Unique, Verdicts, Why, text};

/// The annotation that says where a kind in a group of the community has been approved.
const APPROVAL: &str = "api-approved.kubernetes.io";

/// A CustomResourceDefinition.
pub fn definition(errs: &mut Verdicts, root: Field, _version: Version) {
    let spec = root.get("spec");
    meta::generic_metadata(errs, root, Scope::Cluster, text::dns_subdomain);
    own_name(errs, root);
    group(errs, spec.get("group"));
    errs.must_be_one_of(spec.get("scope"), &["Cluster", "Namespaced"]);
    versions(errs, spec.get("versions"));
    names(errs, spec.get("names"));
    shapes(errs, spec);
    conversion::conversion(errs, spec.get("conversion"));
    approval(errs, root);
    let unknown = spec.get("preserveUnknownFields");
    if unknown.is_true() {
        errs.invalid(unknown, "set `x-kubernetes-preserve-unknown-fields` in the schema instead");
        if spec.get("conversion").get("strategy").text() != "None" {
            errs.invalid(spec.get("conversion").get("strategy"), "must be `None` with `preserveUnknownFields: true`");
        }
    }
}

/// The definition is called `<plural>.<group>`.
fn own_name(errs: &mut Verdicts, root: Field) {
    let spec = root.get("spec");
    let wanted = format!("{}.{}", spec.get("names").get("plural").text(), spec.get("group").text());
    for name in [root.get("metadata").get("name"), root.get("metadata").get("generateName")] {
        if !name.text().is_empty() && name.text() != wanted {
            errs.invalid(name, format!("must be the plural and the group: `{wanted}`"));
        }
    }
}

fn group(errs: &mut Verdicts, group: Field) {
    if errs.must(group, text::dns_subdomain) && !group.text().contains('.') {
        errs.invalid(group, "must have a dot in it, as domain names have");
    }
}

/// Names of the versions, and which is stored. The server also checks the first one's name as that of the whole.
fn versions(errs: &mut Verdicts, versions: Field) {
    let mut names = Unique::default();
    for version in versions.items() {
        let name = version.get("name");
        if let Err(why) = text::dns_label_1035(name.text()) {
            errs.invalid(name, why.clone());
            if version.index() == 0 && !name.text().is_empty() {
                errs.invalid(name, why).printed_as("spec.version");
            }
        }
        if names.has(name.text()) {
            errs.invalid(name, "another version has the same name").printed_as("spec.versions");
        } else {
            names.add(errs, name);
        }
        if !version.get("schema").get("openAPIV3Schema").exists() {
            errs.required(version.get("schema").get("openAPIV3Schema"), "");
        }
        let (warning, deprecated) = (version.get("deprecationWarning"), version.get("deprecated"));
        if warning.exists()
            && let Err(why) = deprecation_warning(warning.text(), deprecated)
        {
            errs.invalid(warning, why);
        }
    }
    let stored = versions.items().filter(|version| version.get("storage").is_true()).count();
    if stored != 1 {
        errs.invalid(versions, "exactly one version must have `storage: true`");
        errs.invalid(versions, "exactly one version must have `storage: true`").printed_as("status.storedVersions");
    }
}

fn deprecation_warning(warning: &str, deprecated: Field) -> Result<(), Why> {
    if !deprecated.is_true() {
        return Err("it goes with `deprecated: true`".into());
    }
    if warning.is_empty() {
        return Err("must not be empty".into());
    }
    if warning.len() > 256 {
        return Err("must be at most 256 characters".into());
    }
    if warning.chars().any(char::is_control) {
        return Err("must hold printable characters only".into());
    }
    Ok(())
}

fn names(errs: &mut Verdicts, names: Field) {
    for name in ["plural", "singular"] {
        errs.must(names.get(name), text::dns_label_1035);
    }
    for name in ["kind", "listKind"] {
        errs.must(names.get(name), |kind| text::dns_label_1035(&kind.to_lowercase()));
    }
    for list in ["shortNames", "categories"] {
        for name in names.get(list).items() {
            errs.pass(name, text::dns_label_1035);
        }
    }
    let (kind, list) = (names.get("kind"), names.get("listKind"));
    if !kind.text().is_empty() && kind.text() == list.text() {
        errs.invalid(list, "must not be the same as `kind`");
    }
}

/// What versions have of their own. What all have the same, the server keeps, and prints, once for all.
fn shapes(errs: &mut Verdicts, spec: Field) {
    let versions: Vec<Field> = spec.get("versions").items().collect();
    for (part, shared, check) in PARTS {
        let Some(first) = versions.first() else { return };
        if versions.iter().skip(1).all(|version| same(version.get(part), first.get(part))) {
            let before = errs.len();
            check(errs, *first, spec);
            errs.reprint(before, &format!("{}.{part}", first.path()), &format!("spec.{shared}"));
        } else {
            for version in &versions {
                check(errs, *version, *version);
            }
        }
    }
}

/// Checks one part of a version, given the version, and what has the subresources that count for it: the version or the spec.
type Part = fn(&mut Verdicts, Field, Field);

/// The parts, with the name each has where all versions share it.
const PARTS: [(&str, &str, Part); 4] = [
    ("schema", "validation", schema::schema),
    ("subresources", "subresources", columns::subresources),
    ("additionalPrinterColumns", "additionalPrinterColumns", columns::columns),
    ("selectableFields", "selectableFields", selectable::fields),
];

/// Whether two values are the same; nothing at all is the same as `null` and as an empty collection.
fn same(a: Field, b: Field) -> bool {
    if a.is_empty() && b.is_empty() && a.str().is_none() && b.str().is_none() {
        return true;
    }
    if a.is_map() && b.is_map() {
        // Each pair is compared once: looking both ways would double the work at every level.
        return a.entries().all(|(key, value)| b.entry(key).map_or(value.is_empty(), |b| same(value, b)))
            && b.entries().all(|(key, value)| value.is_empty() || a.entry(key).is_some());
    }
    if a.is_seq() && b.is_seq() {
        return a.len() == b.len() && a.items().zip(b.items()).all(|(a, b)| same(a, b));
    }
    if a.str().is_some() || b.str().is_some() {
        return a.str() == b.str();
    }
    a.kind() == b.kind()
}

/// Groups that belong to the community want a word on who approved the kind.
fn approval(errs: &mut Verdicts, root: Field) {
    let group = root.get("spec").get("group").text();
    let protected = ["k8s.io", "kubernetes.io"]
        .into_iter()
        .any(|domain| group.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')));
    let annotation = root.get("metadata").get("annotations").get(APPROVAL);
    let is_url = annotation.text().split_once("://").is_some_and(|(scheme, rest)| !scheme.is_empty() && !rest.is_empty());
    if !protected || is_url || annotation.text().starts_with("unapproved") {
        return;
    }
    let path = format!("metadata.annotations[{APPROVAL}]");
    if annotation.text().is_empty() {
        errs.required(annotation, format!("`{group}` belongs to the Kubernetes community")).printed_as(path);
    } else {
        errs.invalid(annotation, "must be the URL of the approval, or begin with `unapproved`").printed_as(path);
    }
}
