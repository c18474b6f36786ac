//! Taking on what has no owner: ReplicaSets by Deployments, pods by whatever selects them.

use std::sync::Arc;

use super::observe::{Recorded, without_hash};
use super::{Action, Cluster, Id, Spec, Workload};
use crate::plan::daemon_set::DaemonSet;
use crate::plan::labels::Selector;
use crate::plan::name;
use crate::plan::observed::Revision;
use crate::plan::pod::{Identity, Phase, Pods, Template};
use crate::plan::store::Key;

/// The label with the revision that a pod was made from.
const REVISION: &str = "controller-revision-hash";

/// What was taken on, and when.
#[derive(Clone, Debug)]
pub struct Adopted {
    stage: u32,
    object: Arc<Key>,
    by: Arc<Key>,
}

impl Cluster {
    /// Pods of their own in the namespace of a workload, as far as they exist, by name.
    fn bare_pods<'a>(&'a self, id: Id, beginning: &str) -> impl Iterator<Item = (Id, &'a Workload)> + use<'a> {
        let namespace = self.workloads[id].key.namespace.clone();
        let first = (namespace.clone(), beginning.to_string());
        let beginning = beginning.to_string();
        let here =
            self.bare.range(first..).take_while(move |((there, name), _)| *there == namespace && name.starts_with(&beginning));
        here.map(|(_, pod)| (*pod, &self.workloads[*pod])).filter(|(_, pod)| !pod.pods.is_empty())
    }

    /// Has a ReplicaSet, StatefulSet or DaemonSet take on pods without an owner that its selector matches. One without requirements
    /// takes on none.
    pub fn orphans(&self, id: Id, selector: Option<&Selector>) -> Vec<Action> {
        // Most plans have no such pods.
        let some = selector.filter(|selector| !selector.requirements.is_empty() && !self.bare.is_empty());
        let Some(selector) = some else { return Vec::new() };
        let workload = &self.workloads[id];
        let beginning = match &workload.spec {
            Spec::StatefulSet(_) => format!("{}-", workload.key.name),
            _ => String::new(),
        };
        let fits = |pod: &Workload, pods: &Pods| {
            let place = match &workload.spec {
                Spec::StatefulSet(_) => pods.phase != Phase::Terminating && ordinal(&workload.key.name, &pod.key.name).is_some(),
                Spec::DaemonSet(_) => pods.phase != Phase::Terminating && self.knows_nodes() && pods.node.is_some(),
                _ => pods.phase.is_active(),
            };
            place && selector.matches(&pods.template.labels)
        };
        let matching = self.bare_pods(id, &beginning).filter(|(_, pod)| pod.pods.iter().any(|pods| fits(pod, pods)));
        matching.map(|(pod, _)| Action::Adopt { owner: id, pod }).collect()
    }

    /// Whose the pod is that has the name which a StatefulSet's pod with that ordinal needs; `None` while the name is free.
    pub fn name_taken(&self, set: Id, ordinal: i64) -> Option<&str> {
        if self.bare.is_empty() && self.strangers.is_empty() {
            return None;
        }
        let key = &self.workloads[set].key;
        let name = (key.namespace.clone(), format!("{}-{ordinal}", key.name));
        let bare = self.bare.get(&name).filter(|pod| !self.workloads[**pod].pods.is_empty());
        bare.map(|_| "").or_else(|| self.strangers.get(&name).map(String::as_str))
    }

    /// Has the StatefulSet look again that may need the name of a pod which is gone.
    pub(super) fn free_name(&mut self, pod: Id) {
        let key = self.workloads[pod].key.clone();
        let Some((set, _)) = key.name.rsplit_once('-') else { return };
        let of = Key { group: "apps".into(), kind: "StatefulSet".into(), namespace: key.namespace.clone(), name: set.into() };
        if let Some(set) = self.index.get(&of) {
            self.touch(*set);
        }
    }

    /// Has what could take on a new pod of its own look at it.
    pub(super) fn offer(&mut self, namespaces: &[String]) {
        let takes = |workload: &Workload| {
            let takes = matches!(workload.spec, Spec::ReplicaSet(_) | Spec::StatefulSet(_) | Spec::DaemonSet(_));
            takes && workload.owner.is_none() && !workload.deleted && namespaces.contains(&workload.key.namespace)
        };
        let takers = (0..self.workloads.len()).filter(|id| !namespaces.is_empty() && takes(&self.workloads[*id]));
        takers.collect::<Vec<Id>>().into_iter().for_each(|id| self.touch(id));
    }

    /// A pod of its own becomes one of a workload's.
    pub(super) fn adopt_pod(&mut self, owner: Id, pod: Id) {
        let (object, by) = (self.workloads[pod].key.clone(), self.workloads[owner].key.clone());
        self.adopted.push(Adopted { stage: self.stage, object: object.clone(), by });
        for pods in std::mem::take(&mut self.workloads[pod].pods) {
            self.book(&pods, -pods.count);
            let identity = match (&self.workloads[owner].spec, pods.node) {
                (Spec::StatefulSet(_), _) => {
                    Identity::Ordinal(ordinal(&self.workloads[owner].key.name, &object.name).unwrap_or(0))
                }
                (Spec::DaemonSet(_), Some(node)) => Identity::Node(node),
                _ => Identity::None,
            };
            let template = self.revision_of_orphan(owner, &pods.template);
            self.put(owner, Pods { identity, template, ..pods });
        }
        self.touch(owner);
    }

    /// Pods of a workload become pods of their own. Their names are not known, so that those of one workload stand together.
    pub(super) fn release_pods(&mut self, owner: Id, pods: u64) {
        let key = &self.workloads[owner].key;
        let name = (key.namespace.clone(), format!("{}-?????", key.name));
        let id = self.bare.get(&name).copied().unwrap_or(self.workloads.len());
        if id == self.workloads.len() {
            let key = Key { group: String::new(), kind: "Pod".into(), namespace: name.0.clone(), name: name.1.clone() };
            let changed = self.workloads[owner].changed;
            self.workloads.push(Workload { changed, ..Workload::new(Arc::new(key), "/".into(), Spec::Pod) });
            self.bare.insert(name.clone(), id);
        }
        if let Some(pods) = self.take(owner, pods, i64::MAX) {
            self.put(id, pods);
        }
        self.touch(owner);
        self.offer(&[name.0]);
    }

    /// What a pod that is taken on was made from, as far as the workload knows it by the pod's label; else something old.
    fn revision_of_orphan(&mut self, owner: Id, pod: &Arc<Template>) -> Arc<Template> {
        let workload = &self.workloads[owner];
        let (update, stored) = match &workload.spec {
            Spec::StatefulSet(set) => (set.update.clone(), set.value.clone()),
            Spec::DaemonSet(set) => (set.template.clone(), set.value.clone()),
            _ => return pod.clone(),
        };
        let key = workload.key.clone();
        let label = pod.labels.get(REVISION).cloned().unwrap_or_default();
        let name = if key.kind == "DaemonSet" { format!("{}-{label}", key.name) } else { label.clone() };
        let known = |recorded: &&Recorded| recorded.key == key && recorded.name == name;
        if let Some(known) = self.recorded.iter().find(known) {
            return known.template.clone();
        }
        let kept =
            |revision: &&Revision| revision.owner.is_empty() && revision.namespace == key.namespace && revision.name == name;
        let kept = self.kept_revisions.iter().find(kept).map(|revision| revision.template.clone());
        let is_update = match &kept {
            Some(template) => *template == *update.value,
            None => !label.is_empty() && name::revision(&stored, self.version).is_some_and(|update| update == name),
        };
        let template = match (is_update, kept) {
            (true, _) => update,
            (false, Some(template)) if key.kind == "DaemonSet" => Arc::new(DaemonSet::template(&template)),
            (false, Some(template)) => Arc::new(Template::of(&template)),
            (false, None) => Arc::new((**pod).clone()),
        };
        if let Spec::DaemonSet(set) = &mut self.workloads[owner].spec
            && !set.revisions.iter().any(|known| Arc::ptr_eq(known, &template))
        {
            set.revisions.insert(0, template.clone());
        }
        if !label.is_empty() {
            self.recorded.push(Recorded { key, template: template.clone(), name });
        }
        template
    }

    /// What the last revision of the manifests had taken on, and by what.
    pub fn adopted(&self) -> Vec<(Arc<Key>, Arc<Key>)> {
        let now = self.adopted.iter().filter(|adopted| adopted.stage == self.stage);
        now.map(|adopted| (adopted.object.clone(), adopted.by.clone())).collect()
    }

    /// A ReplicaSet of its own becomes one of a Deployment's, the oldest.
    pub(super) fn adopt_set(&mut self, deployment: Id, id: Id) {
        let key = self.workloads[deployment].key.clone();
        self.adopted.push(Adopted { stage: self.stage, object: self.workloads[id].key.clone(), by: key.clone() });
        let workload = &mut self.workloads[id];
        let name = workload.key.name.clone();
        workload.owner = Some(deployment);
        workload.key = key.clone();
        if let Spec::ReplicaSet(set) = &mut workload.spec {
            let bare = without_hash(&set.template.value);
            set.made_from = Arc::new(Template::of(&bare));
            (set.selector, set.name) = (None, Some(name.clone()));
            self.recorded.push(Recorded { key, template: set.made_from.clone(), name });
        }
        let newest = match &mut self.workloads[deployment].spec {
            Spec::Deployment(spec) => {
                spec.sets.insert(0, id);
                let spec = spec.clone();
                self.set_made_from(&spec)
            }
            _ => None,
        };
        if let Spec::Deployment(spec) = &mut self.workloads[deployment].spec {
            spec.newest = newest;
        }
        self.touch(id);
    }
}

/// The ordinal of a pod of that name in a StatefulSet.
fn ordinal(set: &str, pod: &str) -> Option<i64> {
    let written = pod.strip_prefix(set)?.strip_prefix('-')?;
    written.parse().ok().filter(|ordinal: &i64| ordinal.to_string() == written)
}
