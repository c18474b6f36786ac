//! Ports by name across objects: those of pods, and of the Services and policies that select the pods.

use std::sync::Arc;

use plimsoll::inventory::Entry;
use plimsoll::object::refs::Label;

use super::names::Names;
use super::server::Server;

/// An object: its file, and which one of it.
pub type Site = (Arc<str>, usize);

/// An object with what is known of it.
pub struct Known<'a> {
    /// Which one.
    pub site: Site,
    /// How it is tied to others.
    pub entry: &'a Entry,
    /// Its own names.
    pub names: &'a Names,
}

/// Every object of the workspace.
pub fn known(server: &Server) -> impl Iterator<Item = Known<'_>> {
    server.workspace.files().filter_map(|file| Some((file, server.names.get(&file.path)?))).flat_map(|(file, names)| {
        let both = file.entries.iter().zip(names).enumerate();
        both.map(|(index, (entry, names))| Known { site: (file.path.clone(), index), entry, names })
    })
}

/// The objects in which `name` means the same port as in the object at `start`: pods and what selects them.
pub fn group<'a>(server: &'a Server, start: &Site, name: &str) -> Vec<Known<'a>> {
    let all = known(server).filter(|known| known.names.ports.iter().any(|port| port.text == name));
    let (mut group, mut rest): (Vec<Known>, Vec<Known>) = all.partition(|known| known.site == *start);
    let mut done = 0;
    while let Some(one) = group.get(done) {
        let tied = |other: &Known| selects(one.entry, other.entry) || selects(other.entry, one.entry);
        let (more, others): (Vec<Known>, Vec<Known>) = rest.into_iter().partition(tied);
        rest = others;
        group.extend(more);
        done += 1;
    }
    group
}

/// Whether `one` is a Service or policy for the pods of `other`.
pub fn selects(one: &Entry, other: &Entry) -> bool {
    one.namespace() == other.namespace() && asks(&one.id.kind, &one.links.selectors, &other.links.pod_labels)
}

/// Whether an object of that kind, with these selectors, is for pods with these labels.
pub fn asks(kind: &str, selectors: &[Vec<Label>], pods: &[Label]) -> bool {
    let has = |wanted: &Label| pods.iter().any(|label| label.key == wanted.key && label.value == wanted.value);
    matches!(kind, "Service" | "NetworkPolicy")
        && selectors.iter().any(|selector| !selector.is_empty() && selector.iter().all(has))
}
