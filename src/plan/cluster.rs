//! The cluster as the simulation sees it. Only this module changes it.

use super::Options;
use super::apply::Outcome;
use super::store::Store;

/// A node.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Node {
    /// Its name.
    pub name: String,
}

/// Nodes, workloads, pods and claims.
#[derive(Clone, Debug, Default)]
pub struct Cluster {}

impl Cluster {
    /// An empty cluster with the nodes of `options`.
    pub fn new(options: &Options) -> Cluster {
        let _ = options;
        Cluster {}
    }

    /// Takes over what was applied: new and changed specs, deletions.
    pub fn update(&mut self, store: &Store, outcomes: &[Outcome]) {
        let _ = (store, outcomes);
    }
}
