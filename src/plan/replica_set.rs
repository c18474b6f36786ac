//! The ReplicaSet controller, which the ReplicationController's equals: as many pods as wanted, and which go first.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::cluster::{Action, Cluster, Id, Workload};
use super::deployment::Deployment;
use super::labels::{Labels, Selector, labels};
use super::pod::{Identity, Phase, Pods, Template};

/// A ReplicaSet or a ReplicationController.
#[derive(Clone, Debug)]
pub struct ReplicaSet {
    /// `spec.replicas`.
    pub size: i64,
    /// What new pods are made from.
    pub template: Arc<Template>,
    /// The template of the Deployment, without what is added for the set.
    pub made_from: Arc<Template>,
    /// Which pods without an owner it takes on; nothing for a Deployment's set, whose pods nobody else makes.
    pub selector: Option<Selector>,
    /// `deployment.kubernetes.io/revision`.
    pub revision: i64,
    /// `deployment.kubernetes.io/desired-replicas`: what the Deployment wanted when it last sized the set.
    pub desired: Option<i64>,
    /// `deployment.kubernetes.io/max-replicas`: that and its surge.
    pub most: Option<i64>,
    /// The Deployment as stored when the set was made; its name follows from it.
    pub deployment: Option<Arc<Value>>,
    /// Its name, where a dump tells it, or it was made without a Deployment.
    pub name: Option<String>,
    /// Its own labels, by which a Deployment takes it on; empty where it has an owner.
    pub labels: Labels,
}

impl ReplicaSet {
    /// From a stored object.
    pub fn of(value: &Value, template: Arc<Template>) -> ReplicaSet {
        let size = value["spec"]["replicas"].as_i64().unwrap_or(1);
        let made_from = template.clone();
        let selector = &value["spec"]["selector"];
        let selector = match value["kind"] == "ReplicationController" {
            true => Some(Selector::all(&labels(selector))),
            false => Selector::of(selector),
        };
        ReplicaSet {
            size,
            template,
            made_from,
            selector,
            revision: 0,
            desired: None,
            most: None,
            deployment: None,
            name: None,
            labels: labels(&value["metadata"]["labels"]),
        }
    }

    /// As a Deployment makes it.
    pub fn for_deployment(deployment: &Deployment, size: i64) -> ReplicaSet {
        // The hash label tells the pods of one set from those of others; any text that differs does.
        let mut template = (*deployment.template).clone();
        template.labels.insert("pod-template-hash".to_string(), deployment.sets.len().to_string());
        ReplicaSet {
            size,
            template: Arc::new(template),
            made_from: deployment.template.clone(),
            selector: None,
            revision: 0,
            desired: Some(deployment.replicas),
            most: Some(deployment.replicas + deployment.surge()),
            deployment: Some(deployment.value.clone()),
            name: None,
            labels: Labels::new(),
        }
    }
}

/// Makes or deletes as many pods as differ from the wanted number.
pub fn sync(cluster: &Cluster, id: Id) -> Vec<Action> {
    let workload = cluster.workload(id);
    let Some(set) = cluster.replica_set(id).filter(|_| !workload.deleted) else { return Vec::new() };
    let adopted = cluster.orphans(id, set.selector.as_ref());
    if !adopted.is_empty() {
        return adopted;
    }
    let released = released(workload, set);
    if !released.is_empty() {
        return released.into_iter().map(|pods| Action::Release { owner: id, pods }).collect();
    }
    let missing = set.size - workload.active();
    if missing > 0 {
        return vec![Action::Create { owner: id, identity: Identity::None, template: set.template.clone(), count: missing }];
    }
    let mut surplus = -missing;
    let mut actions = Vec::new();
    for pods in by_rank(cluster, id) {
        let count = surplus.min(pods.count);
        if count > 0 {
            actions.push(Action::Delete { owner: id, pods: pods.id, count });
        }
        surplus -= count;
    }
    actions
}

/// Pods that the selector, changed, no longer matches.
fn released(workload: &Workload, set: &ReplicaSet) -> Vec<u64> {
    let Some(selector) = &set.selector else { return Vec::new() };
    let lost = |pods: &&Pods| pods.phase.is_active() && !selector.matches(&pods.template.labels);
    workload.pods.iter().filter(lost).map(|pods| pods.id).collect()
}

/// Active pods, those first that are deleted first.
fn by_rank(cluster: &Cluster, id: Id) -> Vec<&Pods> {
    let mut groups: Vec<&Pods> = cluster.workload(id).pods.iter().filter(|pods| pods.phase.is_active()).collect();
    if groups.len() < 2 {
        return groups;
    }
    let beside = crowds(cluster, id);
    let crowd = |pods: &Pods| pods.node.and_then(|node| beside.get(&node)).copied().unwrap_or(0);
    // Not bound before bound, pending before ready, cheap before dear, crowded before lonely, young before old.
    groups.sort_by_key(|pods| (pods.phase, pods.template.deletion_cost, -crowd(pods), std::cmp::Reverse(pods.id)));
    groups
}

/// How many active pods of the same Deployment, or of the set alone, are on each node.
fn crowds(cluster: &Cluster, id: Id) -> BTreeMap<usize, i64> {
    let mut on = BTreeMap::new();
    for pods in cluster.family(id).into_iter().flat_map(|workload| &workload.pods) {
        if let Some(node) = pods.node.filter(|_| matches!(pods.phase, Phase::Pending | Phase::Ready)) {
            *on.entry(node).or_default() += pods.count;
        }
    }
    on
}
