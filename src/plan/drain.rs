//! `kubectl drain`: nodes are cordoned, and the pods on them evicted as far as PodDisruptionBudgets let them go.

use serde_json::Value;

use super::cluster::{Cluster, Id, Spec, Workload};
use super::labels::Selector;
use super::pod::{Phase, Pods};
use super::store::{Key, Store};
use crate::object::IntOrString;
use crate::object::intstr::Round;

/// The nodes that are drained, and the budgets that are asked.
#[derive(Clone, Debug, Default)]
pub struct Drain {
    nodes: Vec<usize>,
    budgets: Vec<Budget>,
}

/// A PodDisruptionBudget.
#[derive(Clone, Debug)]
pub struct Budget {
    /// Which.
    pub key: Key,
    selector: Selector,
    amount: Amount,
    unready: Unready,
}

/// What a budget asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Amount {
    /// So many healthy pods, or a share of what is wanted.
    MinAvailable(IntOrString<'static>),
    /// At most so many missing from what is wanted.
    MaxUnavailable(IntOrString<'static>),
    /// Nothing, and then no pod may go.
    Unsaid,
}

/// Whether pods that are not ready may always go: `spec.unhealthyPodEvictionPolicy`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unready {
    AlwaysAllow,
    IfHealthyBudget,
}

/// How much a budget lets go at one time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// The ready pods it covers.
    pub healthy: i64,
    /// How many must stay ready.
    pub desired: i64,
    /// How many may still be evicted.
    pub left: i64,
}

/// Pods that stay on a drained node although they should go.
#[derive(Clone, Debug)]
pub struct Held {
    /// Whose they are.
    pub owner: Id,
    /// How many.
    pub count: i64,
    /// The budgets that cover them.
    pub budgets: Vec<(Key, Allowance)>,
}

impl Drain {
    /// Of these nodes, with the budgets of `store`.
    pub fn of(nodes: Vec<usize>, store: &Store) -> Drain {
        let budgets = store.objects.iter().filter(|(key, _)| key.kind == "PodDisruptionBudget" && key.group == "policy");
        Drain { nodes, budgets: budgets.filter_map(|(key, stored)| Budget::of(key, &stored.value["spec"])).collect() }
    }

    /// The drained nodes.
    pub fn nodes(&self) -> &[usize] {
        &self.nodes
    }

    fn covering<'a>(&'a self, workload: &'a Workload, pods: &'a Pods) -> impl Iterator<Item = usize> + 'a {
        self.budgets.iter().enumerate().filter(|(_, budget)| budget.covers(workload, pods)).map(|(at, _)| at)
    }
}

impl Budget {
    fn of(key: &Key, spec: &Value) -> Option<Budget> {
        Some(Budget {
            key: key.clone(),
            // Without a selector a budget covers nothing.
            selector: Selector::of(&spec["selector"])?,
            amount: Amount::of(spec),
            unready: match spec["unhealthyPodEvictionPolicy"] == "AlwaysAllow" {
                true => Unready::AlwaysAllow,
                false => Unready::IfHealthyBudget,
            },
        })
    }

    fn covers(&self, workload: &Workload, pods: &Pods) -> bool {
        workload.key.namespace == self.key.namespace && self.selector.matches(&pods.template.labels)
    }

    /// What the budget allows as things stand.
    pub fn allowance(&self, cluster: &Cluster) -> Allowance {
        let covered = |workload: &Workload, phase: &[Phase]| -> i64 {
            let pods = workload.pods.iter().filter(|pods| phase.contains(&pods.phase) && self.covers(workload, pods));
            pods.map(|pods| pods.count).sum()
        };
        let healthy = cluster.workloads().iter().map(|workload| covered(workload, &[Phase::Ready])).sum();
        let active = [Phase::Unscheduled, Phase::Pending, Phase::Ready];
        let there = || cluster.workloads().iter().map(|workload| covered(workload, &active)).sum::<i64>();
        let wanted = || {
            let tops = cluster.tops().filter(|id| cluster.family(*id).iter().any(|workload| covered(workload, &active) > 0));
            tops.map(|id| wanted(cluster, id)).sum::<Option<i64>>()
        };
        let desired = match self.amount {
            Amount::MinAvailable(IntOrString::Int(least)) => Some((least, there())),
            Amount::MinAvailable(least) => wanted().map(|wanted| (share(least, wanted), wanted)),
            Amount::MaxUnavailable(most) => wanted().map(|wanted| ((wanted - share(most, wanted)).max(0), wanted)),
            Amount::Unsaid => None,
        };
        // Where it cannot tell how many pods are wanted, the controller lets none go.
        let (desired, expected) = desired.unwrap_or((healthy, 0));
        Allowance { healthy, desired, left: if expected > 0 { (healthy - desired).max(0) } else { 0 } }
    }

    /// How many of these pods it lets go, and counts them.
    fn release(&self, pods: &Pods, allowance: &mut Allowance) -> i64 {
        let unready = pods.phase != Phase::Ready;
        let free = self.unready == Unready::AlwaysAllow || (allowance.healthy >= allowance.desired && allowance.desired > 0);
        if unready && free {
            return pods.count;
        }
        let count = pods.count.min(allowance.left);
        allowance.left -= count;
        count
    }
}

impl Amount {
    fn of(spec: &Value) -> Amount {
        let amount = |value: &Value| match value {
            Value::Number(number) => number.as_i64().map(IntOrString::Int),
            Value::String(text) => match IntOrString::parse(text) {
                IntOrString::Percent(percent) => Some(IntOrString::Percent(percent)),
                _ => None,
            },
            _ => None,
        };
        match (amount(&spec["maxUnavailable"]), amount(&spec["minAvailable"])) {
            (Some(most), _) => Amount::MaxUnavailable(most),
            (None, Some(least)) => Amount::MinAvailable(least),
            (None, None) => Amount::Unsaid,
        }
    }
}

fn share(amount: IntOrString, of: i64) -> i64 {
    amount.scaled(of, Round::Up).unwrap_or(0)
}

/// How many of `pods`, all ready, the PodDisruptionBudget with this `spec` lets go at a time.
pub fn room(spec: &Value, pods: i64) -> i64 {
    let room = match Amount::of(spec) {
        Amount::MinAvailable(least) => pods - share(least, pods),
        Amount::MaxUnavailable(most) => share(most, pods),
        Amount::Unsaid => 0,
    };
    room.clamp(0, pods)
}

/// How many pods a workload is to have, as budgets count: bare pods count for nothing, and of DaemonSets and Jobs nobody can tell.
fn wanted(cluster: &Cluster, id: Id) -> Option<i64> {
    match &cluster.workload(id).spec {
        Spec::Deployment(deployment) => Some(deployment.replicas),
        Spec::ReplicaSet(set) => Some(set.size),
        Spec::StatefulSet(set) => Some(set.replicas),
        Spec::Pod => Some(0),
        Spec::DaemonSet(_) | Spec::Job(_) => None,
    }
}

/// The pods that are evicted now: whose, which group, how many.
pub fn evicted(cluster: &Cluster) -> Vec<(Id, u64, i64)> {
    let drain = cluster.draining();
    let mut allowances: Vec<Allowance> = drain.budgets.iter().map(|budget| budget.allowance(cluster)).collect();
    let mut evicted = Vec::new();
    for (owner, workload, pods) in leaving(cluster) {
        let covering: Vec<usize> = drain.covering(workload, pods).collect();
        let count = match covering.as_slice() {
            [] => pods.count,
            [one] => drain.budgets[*one].release(pods, &mut allowances[*one]),
            // The server does not evict a pod that two budgets cover.
            _ => 0,
        };
        if count > 0 {
            evicted.push((owner, pods.id, count));
        }
    }
    evicted
}

/// The pods that are still on the drained nodes.
pub fn held(cluster: &Cluster) -> Vec<Held> {
    let drain = cluster.draining();
    let mut held: Vec<Held> = Vec::new();
    for (owner, workload, pods) in leaving(cluster) {
        let budget = |at: usize| (drain.budgets[at].key.clone(), drain.budgets[at].allowance(cluster));
        match held.iter_mut().find(|held| held.owner == cluster.top(owner)) {
            Some(held) => held.count += pods.count,
            None => {
                let budgets = drain.covering(workload, pods).map(budget).collect();
                held.push(Held { owner: cluster.top(owner), count: pods.count, budgets });
            }
        }
    }
    held
}

/// The running pods on the drained nodes, those of DaemonSets left out: they stay.
fn leaving(cluster: &Cluster) -> impl Iterator<Item = (Id, &Workload, &Pods)> {
    let drain = cluster.draining();
    let moving = |workload: &&Workload| !matches!(workload.spec, Spec::DaemonSet(_));
    let workloads = cluster.workloads().iter().enumerate().filter(move |(_, workload)| moving(workload));
    let pods = workloads.flat_map(|(owner, workload)| workload.pods.iter().map(move |pods| (owner, workload, pods)));
    pods.filter(|(_, _, pods)| {
        matches!(pods.phase, Phase::Pending | Phase::Ready) && pods.node.is_some_and(|node| drain.nodes.contains(&node))
    })
}
