//! The scheduler: on which node a pod goes, or why on none. What is required counts; of what is preferred only enough to spread
//! pods evenly, always the same way.

mod affinity;
mod needs;
mod spread;

pub use needs::Needs;

use std::collections::BTreeMap;

use super::cluster::{Cluster, Id};
use super::node::Node;
use super::pod::{Identity, Pods, Template};

/// What is taken of a node by the pods bound to it.
#[derive(Clone, Debug, Default)]
pub struct Used {
    /// Requests by resource name: thousandths of a cpu, else units.
    pub requests: BTreeMap<String, i64>,
    /// How many pods.
    pub pods: i64,
}

impl Used {
    /// Books `count` pods with these needs; a negative count gives back.
    pub fn book(&mut self, needs: &Needs, count: i64) {
        self.pods += count;
        for (name, amount) in &needs.requests {
            match self.requests.get_mut(name) {
                Some(sum) => *sum += amount.saturating_mul(count),
                None => drop(self.requests.insert(name.clone(), amount.saturating_mul(count))),
            }
        }
    }
}

/// A pod that waits for a node.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// The workload it belongs to.
    pub owner: Id,
    /// Its namespace.
    pub namespace: &'a str,
    /// Which pod of its owner it is.
    pub identity: Identity,
    /// What it is made from.
    pub template: &'a Template,
}

/// Where a pod goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// On this node.
    Node(usize),
    /// Somewhere: no nodes are known.
    Somewhere,
    /// Nowhere, and why.
    Nowhere(String),
}

/// Finds a place for `pod`.
pub fn place(cluster: &Cluster, pod: Wanted) -> Place {
    let needs = &pod.template.needs;
    if needs.gated {
        return Place::Nowhere("scheduling gates hold it back".to_string());
    }
    if let Some(why) = cluster.claim_against(pod) {
        return Place::Nowhere(why);
    }
    if !cluster.knows_nodes() {
        let taken = is_pinned(pod.identity) && takes_port_of_another(cluster, pod);
        return if taken { Place::Nowhere(PORT_TAKEN.to_string()) } else { Place::Somewhere };
    }
    if !needs.node_name.is_empty() {
        return cluster.nodes().iter().position(|node| node.name == needs.node_name).map_or(Place::Somewhere, Place::Node);
    }
    let near = affinity::Near::of(cluster, pod);
    let spread = spread::Domains::of(cluster, pod);
    let mut best: Option<(Score, usize)> = None;
    let mut against: BTreeMap<String, usize> = BTreeMap::new();
    for (index, node) in cluster.nodes().iter().enumerate() {
        let refused = refusal(cluster, pod, index).or_else(|| spread.refusal(node)).or_else(|| near.refusal(node));
        match refused {
            Some(reason) => *against.entry(reason).or_default() += 1,
            None => {
                let score = (score(cluster, pod, index), index);
                best = Some(best.map_or(score, |best| best.min(score)));
            }
        }
    }
    match best {
        Some((_, node)) => Place::Node(node),
        None => Place::Nowhere(reasons(&against)),
    }
}

const PORT_TAKEN: &str = "host port taken";

fn is_pinned(identity: Identity) -> bool {
    matches!(identity, Identity::Node(_))
}

/// Whether a pod of the same DaemonSet on the same node has a host port that the pod wants.
fn takes_port_of_another(cluster: &Cluster, pod: Wanted) -> bool {
    let ports = &pod.template.needs.ports;
    let beside = cluster.workload(pod.owner).pods.iter().filter(|pods| pods.identity == pod.identity && pods.is_running());
    !ports.is_empty()
        && beside.flat_map(|pods| &pods.template.needs.ports).any(|taken| ports.iter().any(|port| taken.collides(port)))
}

/// What one node has against the pod, other pods' wishes left out.
fn refusal(cluster: &Cluster, pod: Wanted, index: usize) -> Option<String> {
    let needs = &pod.template.needs;
    let node = &cluster.nodes()[index];
    if let Identity::Node(pinned) = pod.identity
        && pinned != index
    {
        return Some("not the node it is for".to_string());
    }
    if let Some(taint) = needs.repelled(node, &["NoSchedule", "NoExecute"]) {
        return Some(format!("taint {} not tolerated", taint.key));
    }
    // The controller has replaced the affinity of a DaemonSet's pod, not its selector.
    let selected = needs.node_selector.iter().all(|(key, value)| node.labels.get(key) == Some(value));
    let chosen = if is_pinned(pod.identity) { selected } else { needs.chooses(node) };
    if !chosen {
        return Some("node selector or affinity does not match".to_string());
    }
    if needs.ports.iter().any(|port| bound(cluster, index).flat_map(|pods| &pods.template.needs.ports).any(|p| p.collides(port)))
    {
        return Some(PORT_TAKEN.to_string());
    }
    lacks(node, &cluster.used()[index], needs)
}

/// The pods on a node, stopping ones included.
fn bound(cluster: &Cluster, node: usize) -> impl Iterator<Item = &Pods> {
    cluster
        .workloads()
        .iter()
        .flat_map(|workload| &workload.pods)
        .filter(move |pods| pods.node == Some(node) && pods.is_running())
}

fn lacks(node: &Node, used: &Used, needs: &Needs) -> Option<String> {
    let allocatable = node.allocatable.as_ref()?;
    if allocatable.get("pods").is_some_and(|most| used.pods + 1 > *most) {
        return Some("too many pods".to_string());
    }
    let short = needs.requests.iter().find(|(name, amount)| {
        let taken = used.requests.get(name).copied().unwrap_or(0);
        taken.saturating_add(*amount) > allocatable.get(name).copied().unwrap_or(0)
    });
    short.map(|(name, _)| format!("not enough {name}"))
}

/// How many pods with these needs a node has room for.
pub fn room(cluster: &Cluster, index: usize, needs: &Needs) -> i64 {
    let Some(allocatable) = &cluster.nodes()[index].allocatable else { return i64::MAX };
    let used = &cluster.used()[index];
    let left = |name: &String| allocatable.get(name).copied().unwrap_or(0) - used.requests.get(name).copied().unwrap_or(0);
    let by_amount = needs.requests.iter().map(|(name, amount)| left(name) / (*amount).max(1));
    let by_count = allocatable.get("pods").map(|most| most - used.pods);
    by_amount.chain(by_count).min().unwrap_or(i64::MAX)
}

/// Smaller is better: soft taints, pods of the same owner, share in use, pods.
type Score = (usize, i64, i64, i64);

/// Above so many groups of pods of one owner they are not looked through for each pod.
const MOST_GROUPS: usize = 500;

fn score(cluster: &Cluster, pod: Wanted, index: usize) -> Score {
    let node = &cluster.nodes()[index];
    let used = &cluster.used()[index];
    let soft = usize::from(pod.template.needs.repelled(node, &["PreferNoSchedule"]).is_some());
    let family = match cluster.workload(pod.owner).pods.len() {
        0..MOST_GROUPS => cluster.family(pod.owner),
        // With so many, counting the pods of the node alone spreads them well enough.
        _ => Vec::new(),
    };
    let on = family.iter().flat_map(|workload| &workload.pods).filter(|pods| pods.node == Some(index) && pods.phase.is_active());
    (soft, on.map(|pods| pods.count).sum(), share(node, used, &pod.template.needs), used.pods)
}

/// How much of cpu and memory is in use with the pod on the node, in thousandths of the whole, added up.
fn share(node: &Node, used: &Used, needs: &Needs) -> i64 {
    let Some(allocatable) = &node.allocatable else { return 0 };
    let part = |name: &str| {
        let asked = needs.requests.iter().find(|(known, _)| known == name).map_or(0, |(_, amount)| *amount);
        let taken = i128::from(used.requests.get(name).copied().unwrap_or(0)) + i128::from(asked);
        let whole = i128::from(allocatable.get(name).copied().unwrap_or(0));
        if whole > 0 { i64::try_from(taken * 1000 / whole).unwrap_or(i64::MAX / 2) } else { 0 }
    };
    part("cpu") + part("memory")
}

/// `3 nodes: not enough cpu; 1 node: taint a not tolerated`.
fn reasons(against: &BTreeMap<String, usize>) -> String {
    let mut reasons: Vec<(&String, &usize)> = against.iter().filter(|(reason, _)| *reason != "not the node it is for").collect();
    reasons.sort_by_key(|(reason, count)| (std::cmp::Reverse(**count), (*reason).clone()));
    let say = |(reason, count): (&String, &usize)| format!("{count} {}: {reason}", if *count == 1 { "node" } else { "nodes" });
    if reasons.is_empty() { "there is no node".to_string() } else { reasons.into_iter().map(say).collect::<Vec<_>>().join("; ") }
}
