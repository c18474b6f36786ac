//! What keeps pods out or drives them away: quotas and drained nodes.

use super::{Cluster, Id};
use crate::plan::drain::Drain;
use crate::plan::gate::Gates;
use crate::schema::Version;

impl Cluster {
    /// ReplicaSets that were made without a Deployment.
    pub fn lone_sets(&self) -> &[Id] {
        &self.lone_sets
    }

    /// The quotas that pods are held against.
    pub fn gates(&self) -> &Gates {
        &self.gates
    }

    /// Which server it is.
    pub fn version(&self) -> Version {
        self.version
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
