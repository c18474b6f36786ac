//! What is to be seen of the cluster: rounds, counts, and controllers' doings in words.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::update::shown;
use super::{Action, Cluster, Id, Spec, Workload};
use crate::plan::pod::{Identity, Phase, Pods, Template};
use crate::plan::sim::Load;
use crate::plan::{Counts, Key, PodRow, Round, deployment, job, model};

impl Cluster {
    /// The cluster as it is.
    pub fn round(&self) -> Round {
        let mut round = Round::default();
        for (id, workload) in self.workloads.iter().enumerate() {
            self.add_rows(id, workload, &mut round);
            match &workload.spec {
                Spec::ReplicaSet(set) if workload.owner.is_some() && !workload.deleted => {
                    let name = workload.label.strip_prefix("ReplicaSet/").unwrap_or(&workload.label);
                    round.replicasets.insert(name.to_string(), set.size);
                }
                Spec::Job(job) if !workload.deleted => {
                    round.jobs.insert(shown(&workload.key), job::status(job, workload));
                }
                _ => {}
            }
        }
        let name = |(namespace, name): &(String, String)| match namespace.as_str() {
            "default" => name.clone(),
            namespace => format!("{namespace}/{name}"),
        };
        round.pvcs = self.claims.keys().map(name).collect();
        round
    }

    /// The workload's pods, those alike in one row.
    fn add_rows(&self, id: Id, workload: &Workload, round: &mut Round) {
        let from = round.pods.len();
        let mut pods: Vec<(&Pods, Arc<str>)> = workload.pods.iter().map(|pods| (pods, self.revision_of(id, pods))).collect();
        if pods.len() > 1 {
            pods.sort_by_key(|(pods, revision)| (pods.identity, revision.clone(), pods.phase));
        }
        for (pods, revision) in pods {
            let name = self.name_of(workload, pods.identity);
            let phase = pods.phase.word();
            match round.pods.get_mut(from..).and_then(<[PodRow]>::last_mut) {
                Some(row) if row.name == name && row.revision == revision && row.phase == phase => row.count += pods.count,
                _ => round.pods.push(PodRow { owner: workload.label.clone(), name, revision, phase, count: pods.count }),
            }
        }
    }

    fn name_of(&self, workload: &Workload, identity: Identity) -> Arc<str> {
        match identity {
            Identity::None if matches!(workload.spec, Spec::Pod) => shown(&workload.key).into(),
            Identity::None => self.empty.clone(),
            Identity::Ordinal(ordinal) => format!("{}-{ordinal}", workload.key.name).into(),
            Identity::Node(node) => self.nodes.get(node).map_or("".into(), |node| node.name.as_str().into()),
            Identity::Index(index) => index.to_string().into(),
        }
    }

    fn revision_of(&self, id: Id, pods: &Pods) -> Arc<str> {
        let workload = &self.workloads[id];
        match &workload.spec {
            Spec::StatefulSet(_) if workload.deleted => "old".into(),
            Spec::StatefulSet(set) => if Arc::ptr_eq(&pods.template, &set.update) { "new" } else { "old" }.into(),
            Spec::DaemonSet(set) => {
                let number = set.revisions.iter().position(|known| Arc::ptr_eq(known, &pods.template)).map_or(0, |at| at + 1);
                format!("{}@{number}", shown(&workload.key)).into()
            }
            _ => self.empty.clone(),
        }
    }

    /// The workload that a ReplicaSet is shown under.
    pub fn top(&self, id: Id) -> Id {
        self.workloads[id].owner.unwrap_or(id)
    }

    /// Those that are workloads of their own: all but the ReplicaSets of Deployments.
    pub fn tops(&self) -> impl Iterator<Item = Id> {
        (0..self.workloads.len()).filter(|id| self.workloads[*id].owner.is_none())
    }

    /// The workload with the ReplicaSets it has, or had before it was deleted.
    fn members(&self, id: Id) -> Vec<&Workload> {
        let own = [id].into_iter().chain(deployment::sets(self, id));
        own.map(|id| &self.workloads[id]).collect()
    }

    /// The workload with the other ReplicaSets of its Deployment.
    pub fn family(&self, id: Id) -> Vec<&Workload> {
        self.members(self.top(id))
    }

    /// The template that pods of the workload become.
    pub fn update_template(&self, id: Id) -> Option<&Arc<Template>> {
        match &self.workloads[id].spec {
            Spec::Deployment(_) => deployment::new_set(self, id).and_then(|set| self.replica_set(set)).map(|set| &set.template),
            Spec::ReplicaSet(set) => Some(&set.template),
            Spec::StatefulSet(set) => Some(&set.update),
            Spec::DaemonSet(set) => Some(&set.template),
            Spec::Job(job) => Some(&job.template),
            Spec::Pod => self.workloads[id].pods.first().map(|pods| &pods.template),
        }
    }

    /// The pods of a workload, those of its ReplicaSets included.
    pub fn counts(&self, id: Id) -> Counts {
        let new = self.update_template(id);
        let mut counts = Counts::default();
        for workload in self.members(id) {
            for pods in &workload.pods {
                let of_new = new.is_some_and(|new| Arc::ptr_eq(new, &pods.template));
                if pods.phase == Phase::Ready {
                    counts.ready += pods.count;
                    counts.ready_old += if of_new { 0 } else { pods.count };
                }
                counts.stopping += if pods.phase == Phase::Terminating { pods.count } else { 0 };
                if pods.phase.is_active() {
                    counts.pods += pods.count;
                    *(if of_new { &mut counts.new } else { &mut counts.old }) += pods.count;
                }
            }
        }
        if let Spec::Deployment(_) = &self.workloads[id].spec {
            (counts.old, counts.new) = self.sizes(id);
        }
        counts
    }

    /// How many pods of a workload are in `phase`, those of its ReplicaSets included.
    pub fn count(&self, id: Id, phase: Phase) -> i64 {
        self.members(id).iter().map(|workload| workload.count(&[phase])).sum()
    }

    /// What a Deployment's old sets and its new one want.
    fn sizes(&self, id: Id) -> (i64, i64) {
        let newest = deployment::new_set(self, id);
        let sets = deployment::sets(self, id).into_iter().filter(|set| !self.workloads[*set].deleted);
        let sizes = sets.map(|set| (Some(set) == newest, self.replica_set(set).map_or(0, |set| set.size)));
        sizes.fold((0, 0), |(old, new), (newest, size)| if newest { (old, new + size) } else { (old + size, new) })
    }

    /// What `action` is called in a step, and of which workload. `None` for what is not worth a word: pods that a Deployment's
    /// ReplicaSet makes once it has its size, and what only notes something.
    pub fn describe(&self, action: &Action) -> Option<(Id, model::Action)> {
        let said = |verb, target: String, from, to| model::Action { verb, target, from, to, reason: None };
        let label = |id: &Id| self.workloads[*id].label.to_string();
        match action {
            Action::CreateSet { deployment, size } => {
                let key = &self.workloads[*deployment].key;
                let number = self.numbers.get(&(key.namespace.clone(), key.name.clone())).copied().unwrap_or(0) + 1;
                Some((*deployment, said("create", format!("ReplicaSet/{}@{number}", shown(key)), None, Some(*size))))
            }
            Action::Resize { set, size } => {
                let from = self.replica_set(*set).map(|set| set.size);
                let changed = from != Some(*size);
                changed.then(|| (self.top(*set), said("scale", label(set), from, Some(*size))))
            }
            Action::AdoptSet { deployment, set } => Some((*deployment, said("adopt", label(set), None, None))),
            Action::DeleteSet { set } => Some((self.top(*set), said("delete", label(set), None, None))),
            Action::Create { owner, .. } | Action::Delete { owner, .. } if self.workloads[*owner].owner.is_some() => None,
            Action::Create { owner, identity, count, .. } => {
                Some((*owner, said("create", self.pod_target(*owner, *identity), None, Some(*count))))
            }
            Action::Delete { owner, pods, count } => {
                let identity = self.workloads[*owner].pods.iter().find(|group| group.id == *pods).map(|group| group.identity);
                let target = self.pod_target(*owner, identity.unwrap_or_default());
                Some((*owner, said("delete", target, None, Some(*count))))
            }
            Action::Claim { set, name, .. } => Some((*set, said("create", format!("PersistentVolumeClaim/{name}"), None, None))),
            Action::Adopt { owner, pod } => Some((*owner, said("adopt", self.pod_target(*pod, Identity::None), None, None))),
            Action::Release { owner, pods } => {
                let count = self.workloads[*owner].pods.iter().find(|group| group.id == *pods).map(|group| group.count);
                Some((*owner, said("orphan", self.pod_target(*owner, Identity::None), None, count)))
            }
            Action::DeleteJob { job } => Some((*job, said("delete", label(job), None, None))),
            Action::Finish { job, reason: Some(reason) } => {
                let action = said("fail", label(job), None, None);
                Some((*job, model::Action { reason: Some(reason), ..action }))
            }
            Action::Revise { .. } | Action::Own { .. } | Action::Promote { .. } | Action::Finish { .. } => None,
        }
    }

    /// Pods of a ReplicaSet that quotas have kept out come later than its size says.
    pub fn describe_late(&self, action: &Action) -> Option<(Id, model::Action)> {
        let Action::Create { owner, identity, count, .. } = action else { return None };
        let target = self.pod_target(*owner, *identity);
        Some((self.top(*owner), model::Action { verb: "create", target, from: None, to: Some(*count), reason: None }))
    }

    /// What evicting `count` pods of a group is called in a step.
    pub fn eviction(&self, owner: Id, pods: u64, count: i64) -> model::Action {
        let identity = self.workloads[owner].pods.iter().find(|group| group.id == pods).map(|group| group.identity);
        let target = self.pod_target(owner, identity.unwrap_or_default());
        model::Action { verb: "evict", target, from: None, to: Some(count), reason: None }
    }

    /// `Pod/db-0`, `Pod/agent-????? on node-1`.
    fn pod_target(&self, owner: Id, identity: Identity) -> String {
        let workload = &self.workloads[owner];
        let name = &workload.key.name;
        match identity {
            Identity::None if matches!(workload.spec, Spec::Pod) => format!("Pod/{name}"),
            Identity::None => format!("Pod/{name}-?????"),
            Identity::Ordinal(ordinal) => format!("Pod/{name}-{ordinal}"),
            Identity::Index(index) => format!("Pod/{name}-{index}-?????"),
            Identity::Node(_) => format!("Pod/{name}-????? on {}", self.name_of(workload, identity)),
        }
    }

    /// How many pods of each template take up resources, stopping ones included, and whose they are.
    pub fn load(&self) -> Load {
        let mut load: BTreeMap<*const Template, (Arc<Key>, Arc<Template>, i64)> = BTreeMap::new();
        for workload in &self.workloads {
            for pods in workload.pods.iter().filter(|pods| pods.phase <= Phase::Terminating) {
                let first = || (workload.key.clone(), pods.template.clone(), 0);
                load.entry(Arc::as_ptr(&pods.template)).or_insert_with(first).2 += pods.count;
            }
        }
        load.into_values().collect()
    }

    /// The names of ReplicaSets that a dump has told, by label.
    pub fn names(&self) -> BTreeMap<String, String> {
        let named = |workload: &Workload| match &workload.spec {
            Spec::ReplicaSet(set) => Some((workload.label.to_string(), set.name.clone()?)),
            _ => None,
        };
        self.workloads.iter().filter_map(named).collect()
    }

    /// The Deployment object that each of its ReplicaSets was made from, by label; the set's name follows from it.
    pub fn made_from(&self) -> BTreeMap<String, Arc<Value>> {
        let made = |workload: &Workload| match &workload.spec {
            Spec::ReplicaSet(set) => Some((workload.label.to_string(), set.deployment.clone()?)),
            _ => None,
        };
        self.workloads.iter().filter_map(made).collect()
    }
}
