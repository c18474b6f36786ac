//! What rules across files need to know of every object: small facts with places, so that the trees themselves can be dropped.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::check::Checked;
use crate::object::edit::{self, Change};
use crate::object::refs::{self, Links};
use crate::object::{Field, Object, ObjectId};
use crate::text::Span;

/// One object, as other objects see it.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The file it is in.
    pub path: Arc<str>,
    /// The document of that file.
    pub document: u32,
    /// Who it is.
    pub id: ObjectId,
    /// Where its name is written.
    pub name_span: Span,
    /// What its kind adds.
    pub facts: Facts,
    /// How it is tied to others.
    pub links: Links,
}

/// The part of an object that depends on its kind.
#[derive(Clone, Debug, Default)]
pub enum Facts {
    /// A Service.
    Service(Service),
    /// A StatefulSet.
    StatefulSet(StatefulSet),
    /// Nothing that rules ask for yet.
    #[default]
    Other,
}

/// What a Service offers.
#[derive(Clone, Debug)]
pub struct Service {
    /// `clusterIP: None`.
    pub headless: bool,
    /// Where `clusterIP`, or else the name, is written.
    pub cluster_ip_span: Span,
    /// The edit that makes it headless.
    pub make_headless: Option<Change>,
    /// Which pods it selects; empty for none.
    pub selector: BTreeMap<String, String>,
    /// Where the selector is written.
    pub selector_span: Span,
}

/// What a StatefulSet asks for.
#[derive(Clone, Debug)]
pub struct StatefulSet {
    /// `spec.serviceName`.
    pub service_name: String,
    /// Where it is written, or where it would be.
    pub service_name_span: Span,
    /// The labels of its pods.
    pub pod_labels: BTreeMap<String, String>,
}

impl Entry {
    /// The namespace the object ends up in when the apply command names none.
    pub fn namespace(&self) -> &str {
        if self.id.namespace.is_empty() { "default" } else { &self.id.namespace }
    }
}

/// The facts of `objects`, all those of a file.
pub fn entries(checked: &Checked, objects: Vec<Object>) -> Vec<Entry> {
    objects.into_iter().map(|object| entry(checked, object)).collect()
}

fn entry(checked: &Checked, object: Object) -> Entry {
    let root = object.field(&checked.parsed.tree);
    let facts = match object.id.kind.as_str() {
        "Service" if object.group().is_empty() => Facts::Service(service(root.get("spec"))),
        "StatefulSet" if object.group() == "apps" => Facts::StatefulSet(stateful_set(root.get("spec"))),
        _ => Facts::Other,
    };
    Entry {
        path: checked.path.clone(),
        document: object.document,
        name_span: root.get("metadata").get("name").span(),
        facts,
        links: refs::links(&object, root),
        id: object.id,
    }
}

fn service(spec: Field) -> Service {
    let cluster_ip = spec.get("clusterIP");
    let place = if cluster_ip.written() { cluster_ip } else { spec.object().get("metadata").get("name") };
    Service {
        headless: cluster_ip.text() == "None",
        cluster_ip_span: place.span(),
        make_headless: match cluster_ip.written() {
            true => edit::set(cluster_ip, "None"),
            false => edit::insert(spec, "clusterIP", "None"),
        },
        selector: strings(spec.get("selector")),
        selector_span: spec.get("selector").key_span(),
    }
}

fn stateful_set(spec: Field) -> StatefulSet {
    StatefulSet {
        service_name: spec.get("serviceName").text().to_string(),
        service_name_span: spec.get("serviceName").span(),
        pod_labels: strings(spec.get("template").get("metadata").get("labels")),
    }
}

fn strings(map: Field) -> BTreeMap<String, String> {
    map.entries().map(|(key, value)| (key.to_string(), value.text().to_string())).collect()
}

/// All objects, in order of path and place.
#[derive(Debug, Default)]
pub struct Inventory<'a> {
    entries: Vec<&'a Entry>,
    services: BTreeMap<(&'a str, &'a str), Vec<&'a Entry>>,
}

impl<'a> Inventory<'a> {
    /// Indexes `entries`, which come in order of path and place.
    pub fn new(entries: impl Iterator<Item = &'a Entry>) -> Inventory<'a> {
        let mut inventory = Inventory::default();
        for entry in entries {
            if let Facts::Service(_) = entry.facts {
                inventory.services.entry((entry.namespace(), &entry.id.name)).or_default().push(entry);
            }
            inventory.entries.push(entry);
        }
        inventory
    }

    /// All of them.
    pub fn entries(&self) -> &[&'a Entry] {
        &self.entries
    }

    /// The Service called `name` that `from` means, and what is known of it: of several, for instance those of two overlays in one
    /// tree, the one whose file is nearest.
    pub fn service(&self, from: &Entry, name: &str) -> Option<(&'a Entry, &'a Service)> {
        let all = self.services.get(&(from.namespace(), name))?;
        // The first of those that share the most folders.
        let entry = all.iter().rev().max_by_key(|entry| shared_folders(&entry.path, &from.path))?;
        match &entry.facts {
            Facts::Service(service) => Some((entry, service)),
            _ => None,
        }
    }
}

/// How many leading folders two paths have in common; one more where they are one file.
fn shared_folders(a: &str, b: &str) -> usize {
    a.split('/').zip(b.split('/')).take_while(|(a, b)| a == b).count()
}
