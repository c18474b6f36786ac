//! The StatefulSet controller: one pod after another, or all at once, and the claims of each.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::claims::{ClaimOwner, ClaimTemplate, Keep, Range, Retention};
use super::cluster::{Action, Cluster, Id, Spec, Workload};
use super::labels::{Selector, items};
use super::pod::{Identity, Phase, Pods, Template};

/// A StatefulSet.
#[derive(Clone, Debug)]
pub struct StatefulSet {
    /// Which pods without an owner it takes on, if they have its names.
    pub selector: Option<Selector>,
    /// As stored.
    pub value: Arc<Value>,
    /// `spec.replicas`, as far as it is simulated.
    pub replicas: i64,
    /// `spec.ordinals.start`.
    pub start: i64,
    /// `spec.podManagementPolicy`.
    pub order: Order,
    /// `spec.updateStrategy`.
    pub strategy: Strategy,
    /// The revision that all pods were last of: `status.currentRevision`.
    pub current: Arc<Template>,
    /// The revision that pods become: `status.updateRevision`.
    pub update: Arc<Template>,
    /// `spec.volumeClaimTemplates`.
    pub claims: Vec<ClaimTemplate>,
    /// `spec.persistentVolumeClaimRetentionPolicy`.
    pub retention: Retention,
}

/// Nobody runs more; a larger number is a slip, and simulated only so far.
pub const MOST_REPLICAS: i64 = 5000;

/// Whether pods wait for one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// `OrderedReady`.
    Ordered,
    /// `Parallel`.
    Parallel,
}

/// How pods get a new revision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strategy {
    /// Those from the partition on, from the highest down; `None` where the block is not set.
    RollingUpdate { partition: Option<i64> },
    /// When they are deleted by hand.
    OnDelete,
}

impl StatefulSet {
    /// From a stored object.
    pub fn of(value: &Arc<Value>, template: Arc<Template>) -> StatefulSet {
        let spec = &value["spec"];
        let block = &spec["updateStrategy"]["rollingUpdate"];
        let partition = block.is_object().then(|| block["partition"].as_i64().unwrap_or(0));
        let retention = &spec["persistentVolumeClaimRetentionPolicy"];
        StatefulSet {
            selector: Selector::of(&spec["selector"]),
            value: value.clone(),
            replicas: spec["replicas"].as_i64().unwrap_or(1).min(MOST_REPLICAS),
            start: spec["ordinals"]["start"].as_i64().unwrap_or(0),
            order: if spec["podManagementPolicy"] == "Parallel" { Order::Parallel } else { Order::Ordered },
            strategy: match spec["updateStrategy"]["type"] == "OnDelete" {
                true => Strategy::OnDelete,
                false => Strategy::RollingUpdate { partition },
            },
            current: template.clone(),
            update: template,
            claims: items(&spec["volumeClaimTemplates"]).iter().map(ClaimTemplate::of).collect(),
            retention: Retention { deleted: Keep::of(&retention["whenDeleted"]), scaled: Keep::of(&retention["whenScaled"]) },
        }
    }

    /// The lowest position that is updated.
    pub fn partition(&self) -> i64 {
        match self.strategy {
            Strategy::RollingUpdate { partition } => partition.unwrap_or(0),
            Strategy::OnDelete => 0,
        }
    }

    fn range(&self, ordinal: i64) -> Range {
        let wanted = ordinal >= self.start && ordinal < self.start + self.replicas;
        if wanted { Range::Wanted } else { Range::Condemned }
    }

    fn is_new(&self, pods: &Pods) -> bool {
        Arc::ptr_eq(&pods.template, &self.update)
    }
}

/// What one sync looks at.
struct View<'a> {
    cluster: &'a Cluster,
    id: Id,
    workload: &'a Workload,
    set: &'a StatefulSet,
    pods: BTreeMap<i64, &'a Pods>,
}

/// One pass: what is missing, what is too much, what is old, in this order.
pub fn sync(cluster: &Cluster, id: Id) -> Vec<Action> {
    let workload = cluster.workload(id);
    let Spec::StatefulSet(set) = &workload.spec else { return Vec::new() };
    if workload.deleted {
        return Vec::new();
    }
    let orphans = cluster.orphans(id, set.selector.as_ref());
    if !orphans.is_empty() {
        return orphans;
    }
    let by_ordinal = |pods: &'_ Pods| match pods.identity {
        Identity::Ordinal(ordinal) => Some(ordinal),
        _ => None,
    };
    let pods = workload.pods.iter().filter_map(|pods| Some((by_ordinal(pods)?, pods))).collect();
    let view = View { cluster, id, workload, set, pods };
    if view.is_complete() && !Arc::ptr_eq(&set.current, &set.update) {
        return vec![Action::Promote { set: id }];
    }
    match view.wanted() {
        Pass::Act(actions) => actions,
        Pass::Wait => Vec::new(),
        Pass::Done => match view.condemned() {
            Pass::Act(actions) => actions,
            Pass::Wait => Vec::new(),
            Pass::Done => view.outdated(),
        },
    }
}

/// The pod that a StatefulSet cannot make since there is another of its name, and whose that is: empty where it has no owner.
pub fn taken(cluster: &Cluster, id: Id) -> Option<(String, &str)> {
    let workload = cluster.workload(id);
    let Spec::StatefulSet(set) = &workload.spec else { return None };
    let missing = |ordinal: &i64| workload.pods.iter().all(|pods| pods.identity != Identity::Ordinal(*ordinal));
    let wanted = (set.start..set.start + set.replicas).filter(|_| !workload.deleted);
    let taken = |ordinal: i64| Some((ordinal, cluster.name_taken(id, ordinal)?));
    let (ordinal, whose) = wanted.filter_map(taken).find(|(ordinal, _)| missing(ordinal))?;
    Some((format!("{}-{ordinal}", workload.key.name), whose))
}

/// How one part of a pass ends.
enum Pass {
    /// Something is to be done.
    Act(Vec<Action>),
    /// Something must happen first.
    Wait,
    /// The next part follows.
    Done,
}

impl<'a> View<'a> {
    fn pod(&self, ordinal: i64) -> Option<&'a Pods> {
        self.pods.get(&ordinal).copied()
    }

    /// Pods in the wanted range, ascending.
    fn wanted(&self) -> Pass {
        let ordered = self.set.order == Order::Ordered;
        let mut actions = Vec::new();
        for ordinal in self.set.start..self.set.start + self.set.replicas {
            match self.pod(ordinal) {
                None if self.has_stale_claim(ordinal) || self.cluster.name_taken(self.id, ordinal).is_some() => {
                    if ordered {
                        return Pass::Wait;
                    }
                }
                None => actions.extend(self.creation(ordinal)),
                Some(pods) if matches!(pods.phase, Phase::Failed | Phase::Succeeded) => {
                    actions.push(Action::Delete { owner: self.id, pods: pods.id, count: 1 });
                }
                Some(pods) if ordered && pods.phase != Phase::Ready => return Pass::Wait,
                Some(_) => actions.extend(self.claim_owners(ordinal)),
            }
            if ordered && !actions.is_empty() {
                return Pass::Act(actions);
            }
        }
        if actions.is_empty() { Pass::Done } else { Pass::Act(actions) }
    }

    /// Pods outside the wanted range, highest first.
    fn condemned(&self) -> Pass {
        let ordinals = self.ordinals(Range::Condemned);
        let owners: Vec<Action> = ordinals.iter().flat_map(|ordinal| self.claim_owners(*ordinal)).collect();
        if !owners.is_empty() {
            return Pass::Act(owners);
        }
        let ordered = self.set.order == Order::Ordered;
        let first_unhealthy = self.first_unhealthy(&ordinals);
        let mut actions = Vec::new();
        for &ordinal in ordinals.iter().rev() {
            let Some(pods) = self.pod(ordinal) else { continue };
            match pods.phase {
                Phase::Terminating if ordered => return Pass::Wait,
                Phase::Terminating => continue,
                Phase::Ready => {}
                _ if ordered && first_unhealthy != Some(ordinal) => return Pass::Wait,
                _ => {}
            }
            actions.push(Action::Delete { owner: self.id, pods: pods.id, count: 1 });
            if ordered {
                break;
            }
        }
        if actions.is_empty() { Pass::Done } else { Pass::Act(actions) }
    }

    /// One pod of another revision, from the highest down to the partition.
    fn outdated(&self) -> Vec<Action> {
        if self.set.strategy == Strategy::OnDelete {
            return Vec::new();
        }
        for ordinal in (self.set.start + self.set.partition().max(0)..self.set.start + self.set.replicas).rev() {
            match self.pod(ordinal) {
                Some(pods) if !self.set.is_new(pods) && pods.phase != Phase::Terminating => {
                    return vec![Action::Delete { owner: self.id, pods: pods.id, count: 1 }];
                }
                Some(pods) if pods.phase == Phase::Ready => {}
                _ => return Vec::new(),
            }
        }
        Vec::new()
    }

    /// The claims that are missing, and the pod.
    fn creation(&self, ordinal: i64) -> Vec<Action> {
        let (namespace, name) = (&self.workload.key.namespace, &self.workload.key.name);
        let owner = self.set.retention.owner(self.id, ordinal, Range::Wanted);
        let mut actions = Vec::new();
        for (template, claim) in self.set.claims.iter().enumerate() {
            let claim = (namespace.clone(), claim.name_for(name, ordinal));
            let known = self.cluster.claims().get(&claim);
            if known.is_none() {
                actions.push(Action::Claim { set: self.id, name: claim.1.clone(), template });
            }
            if known.map_or(ClaimOwner::None, |known| known.owner) != owner {
                actions.push(Action::Own { claim, owner });
            }
        }
        let template = self.revision(ordinal).clone();
        actions.push(Action::Create { owner: self.id, identity: Identity::Ordinal(ordinal), template, count: 1 });
        actions
    }

    /// The revision that a missing pod gets.
    fn revision(&self, ordinal: i64) -> &'a Arc<Template> {
        let current = || {
            let of = |pods: &&Pods| pods.phase.is_active() && Arc::ptr_eq(&pods.template, &self.set.current);
            self.workload.pods.iter().filter(of).count() as i64
        };
        let below = match self.set.strategy {
            Strategy::RollingUpdate { partition: Some(partition) } => partition,
            Strategy::RollingUpdate { partition: None } => current(),
            Strategy::OnDelete => 0,
        };
        if ordinal < self.set.start + below { &self.set.current } else { &self.set.update }
    }

    /// What must be changed about whose the claims of a pod are.
    fn claim_owners(&self, ordinal: i64) -> Vec<Action> {
        let owner = self.set.retention.owner(self.id, ordinal, self.set.range(ordinal));
        let named =
            |claim: &ClaimTemplate| (self.workload.key.namespace.clone(), claim.name_for(&self.workload.key.name, ordinal));
        let names = self.set.claims.iter().map(named);
        let wrong = names.filter(|name| self.cluster.claims().get(name).is_some_and(|claim| claim.owner != owner));
        wrong.map(|claim| Action::Own { claim, owner }).collect()
    }

    /// A claim on its way out keeps the pod from coming back.
    fn has_stale_claim(&self, ordinal: i64) -> bool {
        let name = |claim: &ClaimTemplate| claim.name_for(&self.workload.key.name, ordinal);
        let found = self
            .set
            .claims
            .iter()
            .filter_map(|claim| self.cluster.claims().get(&(self.workload.key.namespace.clone(), name(claim))));
        found.into_iter().any(|claim| claim.deleting || matches!(claim.owner, ClaimOwner::Pod { .. }))
    }

    /// The ordinals of existing pods in or outside the range, ascending.
    fn ordinals(&self, range: Range) -> Vec<i64> {
        self.pods.keys().copied().filter(|ordinal| self.set.range(*ordinal) == range).collect()
    }

    /// The first pod that is not available: missing ones count, then condemned ones.
    fn first_unhealthy(&self, condemned: &[i64]) -> Option<i64> {
        let wanted = self.set.start..self.set.start + self.set.replicas;
        let unhealthy = |ordinal: &i64| self.pod(*ordinal).is_none_or(|pods| pods.phase != Phase::Ready);
        wanted.into_iter().find(unhealthy).or_else(|| condemned.iter().copied().find(unhealthy))
    }

    fn is_complete(&self) -> bool {
        let rolling = matches!(self.set.strategy, Strategy::RollingUpdate { .. });
        let all = self.workload.pods.len() as i64 == self.set.replicas;
        rolling && all && self.workload.pods.iter().all(|pods| pods.phase == Phase::Ready && self.set.is_new(pods))
    }
}
