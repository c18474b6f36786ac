//! Taking over what was applied: new and changed objects, and deletions.

use std::sync::Arc;

use serde_json::Value;

use super::{Cluster, Id, Spec, Workload};
use crate::plan::apply::{Outcome, Verdict};
use crate::plan::claims::{Claim, ClaimOwner};
use crate::plan::daemon_set::DaemonSet;
use crate::plan::deployment::Deployment;
use crate::plan::job::Job;
use crate::plan::labels::labels;
use crate::plan::pod::{Identity, Template};
use crate::plan::replica_set::ReplicaSet;
use crate::plan::stateful_set::StatefulSet;
use crate::plan::store::Key;

impl Cluster {
    /// Takes over what was applied: new and changed specs, deletions.
    pub fn update(&mut self, outcomes: &[Outcome]) {
        self.stage += 1;
        let before = self.workloads.len();
        for outcome in outcomes {
            match (&outcome.verdict, &outcome.after) {
                (Verdict::Stored, Some(value)) => self.take_over(&outcome.key, value),
                (Verdict::Deleted, _) => self.delete_object(&outcome.key),
                _ => {}
            }
        }
        let bare = self.workloads[before..].iter().filter(|workload| matches!(workload.spec, Spec::Pod));
        let mut namespaces: Vec<String> = bare.map(|workload| workload.key.namespace.clone()).collect();
        namespaces.dedup();
        self.offer(&namespaces);
    }

    fn take_over(&mut self, key: &Key, value: &Arc<Value>) {
        match (key.group.as_str(), key.kind.as_str()) {
            ("", "Namespace") => {
                self.namespaces.insert(key.name.clone(), labels(&value["metadata"]["labels"]));
            }
            ("", "PersistentVolumeClaim") => {
                let claim = Claim { owner: ClaimOwner::None, deleting: false, value: value.clone() };
                self.claims
                    .entry((key.namespace.clone(), key.name.clone()))
                    .and_modify(|known| known.value = claim.value.clone())
                    .or_insert(claim);
            }
            _ => match self.index.get(key).copied() {
                Some(id) => self.change(id, value),
                None => self.add(key, value),
            },
        }
    }

    fn delete_object(&mut self, key: &Key) {
        if let Some(id) = self.index.remove(key) {
            self.delete(id);
        }
        if key.kind == "PersistentVolumeClaim"
            && let Some(claim) = self.claims.get_mut(&(key.namespace.clone(), key.name.clone()))
        {
            claim.deleting = true;
        }
        if key.kind == "Namespace" && key.group.is_empty() {
            // Whatever a StatefulSet would keep.
            let inside = self.claims.iter_mut().filter(|((namespace, _), _)| *namespace == key.name);
            inside.for_each(|(_, claim)| claim.deleting = true);
        }
    }

    fn add(&mut self, key: &Key, value: &Arc<Value>) {
        let Some(spec) = new_spec(key, value) else { return };
        let label = match spec {
            Spec::Pod => "/".to_string(),
            _ => format!("{}/{}", key.kind, shown(key)),
        };
        let id = self.workloads.len();
        let key = Arc::new(key.clone());
        self.index.insert((*key).clone(), id);
        let (label, changed) = (label.into(), self.stage);
        self.workloads.push(Workload { changed, ..Workload::new(key, label, spec) });
        match self.workloads[id].spec {
            Spec::Pod => {
                let key = &self.workloads[id].key;
                self.bare.insert((key.namespace.clone(), key.name.clone()), id);
                self.create_pods(id, Identity::None, &Arc::new(Template::of(value)), 1)
            }
            Spec::StatefulSet(_) => self.inherit(id),
            Spec::ReplicaSet(_) if self.workloads[id].key.kind == "ReplicaSet" => self.lone_sets.push(id),
            _ => {}
        }
        self.touch(id);
    }

    /// A StatefulSet made again finds the pods that still stop under the names it needs.
    fn inherit(&mut self, id: Id) {
        let key = self.workloads[id].key.clone();
        let before = (0..id).filter(|before| self.workloads[*before].deleted && self.workloads[*before].key == key);
        for before in before.collect::<Vec<Id>>() {
            let mut pods = std::mem::take(&mut self.workloads[before].pods);
            self.workloads[id].pods.append(&mut pods);
        }
    }

    fn change(&mut self, id: Id, value: &Arc<Value>) {
        let known = &self.workloads[id];
        let mut changed = false;
        let mut template = |known: &[&Arc<Template>], read: fn(&Value) -> Template| {
            let template = &value["spec"]["template"];
            changed = known.first().is_none_or(|first| *first.value != *template);
            let same = known.iter().find(|known| *known.value == *template);
            same.map_or_else(|| Arc::new(read(template)), |known| (*known).clone())
        };
        let spec = match &known.spec {
            Spec::Deployment(old) => {
                let mut new = Deployment::of(value, template(&[&old.template], Template::of));
                new.sets = old.sets.clone();
                new.newest = self.set_made_from(&new);
                Spec::Deployment(new)
            }
            Spec::ReplicaSet(old) => Spec::ReplicaSet(ReplicaSet::of(value, template(&[&old.template], Template::of))),
            Spec::StatefulSet(old) => {
                let mut revisions = vec![&old.update, &old.current];
                revisions.extend(known.pods.iter().map(|pods| &pods.template));
                let set = StatefulSet::of(value, template(&revisions, Template::of));
                Spec::StatefulSet(StatefulSet { current: old.current.clone(), ..set })
            }
            Spec::DaemonSet(old) => {
                let mut revisions = vec![&old.template];
                revisions.extend(&old.revisions);
                let mut set = DaemonSet::of(value, template(&revisions, DaemonSet::template));
                let known = old.revisions.iter().any(|known| Arc::ptr_eq(known, &set.template));
                set.revisions = if known { old.revisions.clone() } else { [&old.revisions[..], &set.revisions].concat() };
                Spec::DaemonSet(set)
            }
            Spec::Job(old) => {
                Spec::Job(Job { finished: old.finished, ..Job::of(value, template(&[&old.template], Template::of)) })
            }
            Spec::Pod => return,
        };
        self.workloads[id].spec = spec;
        if changed {
            self.workloads[id].changed = self.stage;
        }
        self.touch(id);
    }
}

impl Cluster {
    /// The oldest of the Deployment's sets that has its template.
    pub fn set_made_from(&self, deployment: &Deployment) -> Option<Id> {
        let wanted = &deployment.template;
        let same = |set: &ReplicaSet| Arc::ptr_eq(&set.made_from, wanted) || set.made_from.value == wanted.value;
        deployment.sets.iter().copied().find(|set| self.replica_set(*set).is_some_and(same))
    }
}

/// The object's name, with the namespace unless it is `default`.
pub fn shown(key: &Key) -> String {
    match key.namespace.as_str() {
        "" | "default" => key.name.clone(),
        namespace => format!("{namespace}/{}", key.name),
    }
}

/// What a new object is; `None` for what makes no pods.
fn new_spec(key: &Key, value: &Arc<Value>) -> Option<Spec> {
    let template = || Arc::new(Template::of(&value["spec"]["template"]));
    Some(match (key.group.as_str(), key.kind.as_str()) {
        ("apps", "Deployment") => Spec::Deployment(Deployment::of(value, template())),
        ("apps", "ReplicaSet") | ("", "ReplicationController") => Spec::ReplicaSet(ReplicaSet::of(value, template())),
        ("apps", "StatefulSet") => Spec::StatefulSet(StatefulSet::of(value, template())),
        ("apps", "DaemonSet") => Spec::DaemonSet(DaemonSet::of(value, Arc::new(DaemonSet::template(&value["spec"]["template"])))),
        ("batch", "Job") => Spec::Job(Job::of(value, template())),
        ("", "Pod") => Spec::Pod,
        _ => return None,
    })
}
