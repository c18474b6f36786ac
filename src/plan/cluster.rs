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

impl Node {
    /// Node number `n` of many that are all alike.
    pub fn numbered(n: usize) -> Node {
        Node { name: format!("node-{n}") }
    }

    /// From a Node manifest.
    pub fn from_value(value: &serde_json::Value) -> Node {
        Node { name: value["metadata"]["name"].as_str().unwrap_or("").to_string() }
    }
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
