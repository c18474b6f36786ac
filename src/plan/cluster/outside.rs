//! What keeps pods out or drives them away: quotas and drained nodes.

use std::sync::Arc;

use super::observe::{Recorded, without_hash};
use super::{Cluster, Id, Spec};
use crate::plan::drain::Drain;
use crate::plan::gate::Gates;
use crate::plan::pod::Template;

impl Cluster {
    /// ReplicaSets that were made without a Deployment.
    pub fn lone_sets(&self) -> &[Id] {
        &self.lone_sets
    }

    /// A ReplicaSet of its own becomes one of a Deployment's, the oldest.
    pub(super) fn adopt_set(&mut self, deployment: Id, id: Id) {
        let key = self.workloads[deployment].key.clone();
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

    /// The quotas that pods are held against.
    pub fn gates(&self) -> &Gates {
        &self.gates
    }

    /// Holds the pods to come against quotas.
    pub fn set_gates(&mut self, gates: Gates) {
        self.gates = gates;
    }

    /// Notes how many pods of a workload quotas keep out.
    pub fn hold(&mut self, id: Id, held: Option<(i64, String)>) {
        match held {
            Some(held) => _ = self.held.insert(id, held),
            None => _ = self.held.remove(&id),
        }
    }

    /// How many pods of a workload quotas keep out, and why.
    pub fn held(&self, id: Id) -> Option<&(i64, String)> {
        self.held.get(&id)
    }

    /// Has the controllers of what is kept out try again.
    pub fn retry(&mut self) {
        self.held.keys().copied().collect::<Vec<Id>>().into_iter().for_each(|id| self.touch(id));
    }

    /// What is being drained.
    pub fn draining(&self) -> &Drain {
        &self.drain
    }

    /// Whether any node is being drained.
    pub fn is_draining(&self) -> bool {
        !self.drain.nodes().is_empty()
    }

    /// Cordons nodes; whoever runs the cluster evicts what is on them.
    pub fn drain(&mut self, drain: Drain) {
        for node in drain.nodes() {
            if let Some(node) = self.nodes.get_mut(*node) {
                node.cordon();
            }
        }
        self.drain = drain;
    }
}
