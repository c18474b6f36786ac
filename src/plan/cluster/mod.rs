//! The cluster as the simulation sees it. Only this module changes it: controllers read and say what they want done.

mod adopt;
mod claims;
mod counts;
mod observe;
mod outside;
mod update;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Options;
use super::claims::{Claim, ClaimOwner};
use super::daemon_set::DaemonSet;
use super::deployment::Deployment;
use super::drain::Drain;
use super::gate::Gates;
use super::job::Job;
use super::labels::Labels;
use super::node::Node;
use super::observed::Revision;
use super::pod::{Identity, Phase, Pods, Template};
use super::replica_set::ReplicaSet;
use super::scheduler::{self, Place, Used, Wanted};
use super::stateful_set::StatefulSet;
use super::store::Key;
use crate::schema::Version;

use adopt::Adopted;

pub use observe::Recorded;

/// A workload's place in [`Cluster::workloads`]; it never changes.
pub type Id = usize;

/// One thing a controller wants done.
#[derive(Clone, Debug)]
pub enum Action {
    /// A Deployment gets a ReplicaSet for its template.
    CreateSet { deployment: Id, size: i64 },
    /// A Deployment's ReplicaSet gets a size; what it wants in all is noted on the set.
    Resize { set: Id, size: i64 },
    /// A Deployment's ReplicaSet gets a revision number.
    Revise { set: Id, revision: i64 },
    /// A Deployment's ReplicaSet goes.
    DeleteSet { set: Id },
    /// A ReplicaSet of its own becomes a Deployment's.
    AdoptSet { deployment: Id, set: Id },
    /// A pod of its own becomes one of a workload's.
    Adopt { owner: Id, pod: Id },
    /// Pods are let go: nobody owns them from now on.
    Release { owner: Id, pods: u64 },
    /// Pods are made.
    Create { owner: Id, identity: Identity, template: Arc<Template>, count: i64 },
    /// Pods of a group are asked to stop.
    Delete { owner: Id, pods: u64, count: i64 },
    /// A claim is made for a StatefulSet's pod.
    Claim { set: Id, name: String, template: usize },
    /// A claim is owned by something else from now on.
    Own { claim: (String, String), owner: ClaimOwner },
    /// All pods of a StatefulSet are of its new revision.
    Promote { set: Id },
    /// A Job is decided; one that fails gives a reason.
    Finish { job: Id, reason: Option<&'static str> },
    /// A finished Job goes, with its pods.
    DeleteJob { job: Id },
}

/// Something that makes pods, or a Pod.
#[derive(Clone, Debug)]
pub struct Workload {
    /// Who it is. For a ReplicaSet of a Deployment, the Deployment's name stands here.
    pub key: Arc<Key>,
    /// Its turn among workloads of its rank, as one text: comparing keys field by field took a tenth of a plan.
    turn: Arc<str>,
    /// Whether its controller is going to look at it.
    queued: bool,
    /// What rounds call it: `ReplicaSet/web@1`.
    pub label: Arc<str>,
    /// The Deployment, for a ReplicaSet of one.
    pub owner: Option<Id>,
    /// Whether it is deleted; its pods may still be stopping.
    pub deleted: bool,
    /// The revision of the manifests that last changed its template.
    pub changed: u32,
    /// Its pods.
    pub pods: Vec<Pods>,
    /// What it is.
    pub spec: Spec,
}

/// What a workload is.
#[derive(Clone, Debug)]
pub enum Spec {
    /// Makes pods that end.
    Job(Job),
    /// Makes ReplicaSets.
    Deployment(Deployment),
    /// A ReplicaSet or a ReplicationController.
    ReplicaSet(ReplicaSet),
    /// Makes pods with names that stay.
    StatefulSet(StatefulSet),
    /// Makes a pod for each node.
    DaemonSet(DaemonSet),
    /// A pod of its own.
    Pod,
}

impl Workload {
    /// One without pods.
    fn new(key: Arc<Key>, label: Arc<str>, spec: Spec) -> Workload {
        let turn = [&*key.group, &key.kind, &key.namespace, &key.name].join("\0").into();
        Workload { key, turn, queued: false, label, owner: None, deleted: false, changed: 0, pods: Vec::new(), spec }
    }

    /// How many pods are in one of `phases`.
    pub fn count(&self, phases: &[Phase]) -> i64 {
        self.pods.iter().filter(|pods| phases.contains(&pods.phase)).map(|pods| pods.count).sum()
    }

    /// How many pods its controller counts: neither finished nor stopping.
    pub fn active(&self) -> i64 {
        self.pods.iter().filter(|pods| pods.phase.is_active()).map(|pods| pods.count).sum()
    }

    /// The order in which controllers act.
    fn rank(&self) -> u8 {
        match self.spec {
            Spec::Pod => 0,
            Spec::Job(_) => 1,
            Spec::Deployment(_) => 2,
            Spec::ReplicaSet(_) => 3,
            Spec::StatefulSet(_) => 4,
            Spec::DaemonSet(_) => 5,
        }
    }
}

impl Pods {
    /// Whether they take room on their node.
    pub fn is_running(&self) -> bool {
        matches!(self.phase, Phase::Pending | Phase::Ready | Phase::Terminating)
    }

    /// Why it cannot start although it has a node; empty where nothing is known against it.
    pub fn stuck(&self) -> &str {
        if self.phase == Phase::Pending { &self.why } else { "" }
    }

    fn is_like(&self, other: &Pods) -> bool {
        let place = self.phase == other.phase && self.node == other.node && self.identity == other.identity;
        place && self.made == other.made && self.stuck() == other.stuck() && Arc::ptr_eq(&self.template, &other.template)
    }
}

/// Nodes, workloads, pods and claims.
#[derive(Clone, Debug, Default)]
pub struct Cluster {
    nodes: Vec<Node>,
    places: Places,
    used: Vec<Used>,
    workloads: Vec<Workload>,
    index: BTreeMap<Key, Id>,
    claims: BTreeMap<(String, String), Claim>,
    namespaces: BTreeMap<String, Labels>,
    /// How many ReplicaSets there have been of each Deployment.
    numbers: BTreeMap<(String, String), usize>,
    dirty: BTreeSet<(u8, Arc<str>, Id)>,
    /// Counts the revisions of the manifests.
    stage: u32,
    next_pods: u64,
    /// Said where there is nothing to say.
    empty: Arc<str>,
    waiting: bool,
    anti_affinity: bool,
    drain: Drain,
    recorded: Vec<Recorded>,
    gates: Gates,
    version: Version,
    /// Pods of their own, by namespace and name.
    bare: BTreeMap<(String, String), Id>,
    /// Pods whose controllers are not simulated, by namespace and name, and what these are called.
    strangers: BTreeMap<(String, String), String>,
    adopted: Vec<Adopted>,
    /// The revisions without an owner that a dump tells of.
    kept_revisions: Vec<Revision>,
    /// ReplicaSets that were made without a Deployment.
    lone_sets: Vec<Id>,
    /// How many pods of a workload quotas keep out, and why.
    held: BTreeMap<Id, (i64, String)>,
}

/// Whether the nodes are known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Places {
    /// There is one node that stands for all.
    #[default]
    Unknown,
    Known,
}

impl Cluster {
    /// An empty cluster with the nodes of `options`.
    pub fn new(options: &Options) -> Cluster {
        let anyone = || vec![Node { name: "each node".to_string(), ..Node::default() }];
        let nodes = options.nodes.clone().unwrap_or_else(anyone);
        let places = if options.nodes.is_some() { Places::Known } else { Places::Unknown };
        Cluster { used: vec![Used::default(); nodes.len()], nodes, places, version: options.version, ..Cluster::default() }
    }

    /// All nodes; one that stands for all where they are not known.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// What is taken of each node.
    pub fn used(&self) -> &[Used] {
        &self.used
    }

    /// Whether the nodes are known.
    pub fn knows_nodes(&self) -> bool {
        self.places == Places::Known
    }

    /// All workloads there have ever been.
    pub fn workloads(&self) -> &[Workload] {
        &self.workloads
    }

    /// One workload.
    pub fn workload(&self, id: Id) -> &Workload {
        &self.workloads[id]
    }

    /// All claims, by namespace and name.
    pub fn claims(&self) -> &BTreeMap<(String, String), Claim> {
        &self.claims
    }

    /// The revision of the manifests, counted from 1.
    pub fn stage(&self) -> u32 {
        self.stage
    }

    /// Whether any pod asks for others to be kept away.
    pub fn has_anti_affinity(&self) -> bool {
        self.anti_affinity
    }

    /// The labels of a namespace.
    pub fn namespace_labels(&self, name: &str) -> Labels {
        let mut labels = self.namespaces.get(name).cloned().unwrap_or_default();
        labels.insert("kubernetes.io/metadata.name".to_string(), name.to_string());
        labels
    }

    /// The next workload whose controller has something to look at.
    pub fn next_to_sync(&mut self) -> Option<Id> {
        let (_, _, id) = self.dirty.pop_first()?;
        self.workloads[id].queued = false;
        Some(id)
    }

    /// Has the controllers of a workload, and of what owns it, look again.
    fn touch(&mut self, id: Id) {
        self.queue(id);
        if let Some(owner) = self.workloads[id].owner {
            self.queue(owner);
        }
    }

    fn queue(&mut self, id: Id) {
        let workload = &mut self.workloads[id];
        if !std::mem::replace(&mut workload.queued, true) {
            self.dirty.insert((workload.rank(), workload.turn.clone(), id));
        }
    }

    /// Does what a controller wants done.
    pub fn apply(&mut self, action: Action) {
        match action {
            Action::CreateSet { deployment, size } => self.create_set(deployment, size),
            Action::Resize { set, size } => self.resize(set, size),
            Action::Revise { set, revision } => {
                if let Spec::ReplicaSet(spec) = &mut self.workloads[set].spec {
                    spec.revision = revision;
                }
            }
            Action::DeleteSet { set } => self.delete_set(set),
            Action::AdoptSet { deployment, set } => self.adopt_set(deployment, set),
            Action::Adopt { owner, pod } => self.adopt_pod(owner, pod),
            Action::Release { owner, pods } => self.release_pods(owner, pods),
            Action::Create { owner, identity, template, count } => self.create_pods(owner, identity, &template, count),
            Action::Delete { owner, pods, count } => self.delete_pods(owner, pods, count),
            Action::Claim { set, name, template } => self.create_claim(set, name, template),
            Action::Own { claim, owner } => {
                if let Some(claim) = self.claims.get_mut(&claim) {
                    claim.owner = owner;
                }
            }
            Action::Promote { set } => {
                if let Spec::StatefulSet(spec) = &mut self.workloads[set].spec {
                    spec.current = spec.update.clone();
                }
            }
            Action::Finish { job, .. } => {
                if let Spec::Job(spec) = &mut self.workloads[job].spec {
                    spec.finished = true;
                }
                self.touch(job);
            }
            Action::DeleteJob { job } => self.delete(job),
        }
    }

    fn create_set(&mut self, deployment: Id, size: i64) {
        let workload = &self.workloads[deployment];
        let Spec::Deployment(spec) = &workload.spec else { return };
        let key = workload.key.clone();
        let number = self.numbers.entry((key.namespace.clone(), key.name.clone())).or_default();
        *number += 1;
        let label = format!("ReplicaSet/{}@{number}", update::shown(&key)).into();
        let mut set = ReplicaSet::for_deployment(spec, size);
        set.revision = spec.sets.iter().filter_map(|id| self.replica_set(*id)).map(|set| set.revision).max().unwrap_or(0) + 1;
        let id = self.workloads.len();
        let changed = self.stage;
        let spec = Spec::ReplicaSet(set);
        self.workloads.push(Workload { changed, owner: Some(deployment), ..Workload::new(key, label, spec) });
        if let Spec::Deployment(spec) = &mut self.workloads[deployment].spec {
            spec.sets.push(id);
            spec.newest = Some(id);
        }
        self.touch(id);
    }

    /// A ReplicaSet's own state.
    pub fn replica_set(&self, id: Id) -> Option<&ReplicaSet> {
        match &self.workloads.get(id)?.spec {
            Spec::ReplicaSet(set) => Some(set),
            _ => None,
        }
    }

    fn resize(&mut self, id: Id, size: i64) {
        let owner = self.workloads[id].owner;
        let noted = match owner.map(|owner| &self.workloads[owner].spec) {
            Some(Spec::Deployment(deployment)) => Some((deployment.replicas, deployment.replicas + deployment.surge())),
            _ => None,
        };
        if let Spec::ReplicaSet(set) = &mut self.workloads[id].spec {
            set.size = size;
            set.desired = noted.map(|(desired, _)| desired);
            set.most = noted.map(|(_, most)| most);
        }
        self.touch(id);
    }

    fn delete_set(&mut self, set: Id) {
        self.delete(set);
        if let Some(owner) = self.workloads[set].owner
            && let Spec::Deployment(deployment) = &mut self.workloads[owner].spec
        {
            deployment.sets.retain(|id| *id != set);
            deployment.newest = deployment.newest.filter(|id| *id != set);
        }
    }

    /// Deletes a workload and, as the garbage collector does, all that it owns.
    fn delete(&mut self, id: Id) {
        self.workloads[id].deleted = true;
        let owned = match &self.workloads[id].spec {
            Spec::Deployment(deployment) => deployment.sets.clone(),
            _ => Vec::new(),
        };
        owned.into_iter().for_each(|set| self.delete(set));
        let pods: Vec<(u64, i64)> = self.workloads[id].pods.iter().map(|pods| (pods.id, pods.count)).collect();
        pods.into_iter().for_each(|(pods, count)| self.delete_pods(id, pods, count));
    }

    /// Makes pods and looks for a place for each at once.
    fn create_pods(&mut self, owner: Id, identity: Identity, template: &Arc<Template>, count: i64) {
        self.anti_affinity |= !template.needs.anti_affinity.is_empty();
        let mut left = count;
        while left > 0 {
            let place = self.place(owner, identity, template);
            let alike = match place {
                Place::Node(node) => self.bulk(node, owner, template, left),
                Place::Somewhere => self.together(owner, template, left),
                // Where one finds no place, the others fare alike.
                Place::Nowhere(_) => left,
            };
            let (phase, node, why) = match place {
                Place::Node(node) => (Phase::Pending, Some(node), self.empty.clone()),
                Place::Somewhere => (Phase::Pending, None, self.empty.clone()),
                Place::Nowhere(why) => (Phase::Unscheduled, None, why.into()),
            };
            self.waiting |= phase == Phase::Unscheduled;
            let (template, made) = (template.clone(), self.stage);
            self.put(owner, Pods { id: 0, identity, template, phase, node, count: alike, made, why });
            left -= alike;
        }
        self.touch(owner);
    }

    /// How many of so many pods are bound to a node at once: one, unless there are far more pods than nodes.
    fn bulk(&self, node: usize, owner: Id, template: &Template, left: i64) -> i64 {
        let needs = &template.needs;
        let part = if needs.is_plain() { left / (8 * self.nodes.len() as i64) } else { left / 10_000 };
        self.together(owner, template, part.min(scheduler::room(self, node, needs)).max(1))
    }

    fn place(&self, owner: Id, identity: Identity, template: &Template) -> Place {
        let namespace = self.workloads[owner].key.namespace.as_str();
        scheduler::place(self, Wanted { owner, namespace, identity, template })
    }

    fn new_id(&mut self) -> u64 {
        self.next_pods += 1;
        self.next_pods
    }

    /// Pods that run stop; those that do not are gone at once.
    fn delete_pods(&mut self, owner: Id, pods: u64, count: i64) {
        let runs = self.at(owner, pods).is_some_and(|at| self.workloads[owner].pods[at].is_running());
        match runs {
            true => self.advance(owner, pods, count, Phase::Terminating),
            false => self.remove(owner, pods, count),
        }
    }

    /// Moves `count` pods of a group on to `phase`.
    pub fn advance(&mut self, owner: Id, pods: u64, count: i64, phase: Phase) {
        match self.at(owner, pods) {
            // A pod with an identity stays a group of its own.
            Some(at) if self.workloads[owner].pods[at].identity != Identity::None => {
                let before = self.workloads[owner].pods[at].clone();
                self.book(&before, -before.count);
                let after = Pods { phase, ..before };
                self.book(&after, after.count);
                self.workloads[owner].pods[at] = after;
            }
            _ => {
                if let Some(pods) = self.take(owner, pods, count) {
                    self.put(owner, Pods { phase, ..pods });
                }
            }
        }
        self.touch(owner);
    }

    /// Pods of a group are gone.
    pub fn remove(&mut self, owner: Id, pods: u64, count: i64) {
        self.take(owner, pods, count);
        self.touch(owner);
        if let Spec::Pod = self.workloads[owner].spec {
            self.free_name(owner);
        }
    }

    /// Where a group is: groups stand in the order of their ids.
    fn at(&self, owner: Id, pods: u64) -> Option<usize> {
        self.workloads[owner].pods.binary_search_by_key(&pods, |group| group.id).ok()
    }

    /// Takes pods out of a group, and off their node.
    fn take(&mut self, owner: Id, pods: u64, count: i64) -> Option<Pods> {
        let at = self.at(owner, pods)?;
        let groups = &mut self.workloads[owner].pods;
        let mut taken = groups[at].clone();
        taken.count = count.min(taken.count);
        groups[at].count -= taken.count;
        if groups[at].count == 0 {
            groups.remove(at);
        }
        self.book(&taken, -taken.count);
        Some(taken)
    }

    /// Puts pods with others alike, or as the youngest group, and on their node.
    fn put(&mut self, owner: Id, mut pods: Pods) {
        self.book(&pods, pods.count);
        pods.id = self.new_id();
        let groups = &mut self.workloads[owner].pods;
        let alike = match pods.identity {
            Identity::None => groups.iter_mut().find(|group| group.is_like(&pods)),
            _ => None,
        };
        match alike {
            Some(group) => group.count += pods.count,
            None => groups.push(pods),
        }
    }

    fn book(&mut self, pods: &Pods, count: i64) {
        if let Some(used) = pods.node.filter(|_| pods.is_running()).and_then(|node| self.used.get_mut(node)) {
            used.book(&pods.template.needs, count);
        }
    }

    /// Looks again for places for pods that have none, oldest first. Answers whether any was found.
    pub fn bind_waiting(&mut self) -> bool {
        if !self.waiting {
            return false;
        }
        let groups =
            self.workloads.iter().enumerate().flat_map(|(owner, workload)| workload.pods.iter().map(move |pods| (owner, pods)));
        let waiting =
            groups.filter(|(_, pods)| pods.phase == Phase::Unscheduled).map(|(owner, pods)| (pods.id, owner, pods.clone()));
        let mut waiting: Vec<(u64, Id, Pods)> = waiting.collect();
        waiting.sort_by_key(|(id, ..)| *id);
        self.waiting = !waiting.is_empty();
        let mut moved = false;
        for (id, owner, pods) in waiting {
            moved |= self.bind_group(owner, id, &pods);
        }
        moved
    }

    fn bind_group(&mut self, owner: Id, id: u64, pods: &Pods) -> bool {
        let mut left = pods.count;
        while left > 0 {
            let node = match self.place(owner, pods.identity, &pods.template) {
                Place::Nowhere(_) if left == pods.count => return false,
                Place::Nowhere(_) => break,
                Place::Somewhere => None,
                Place::Node(node) => Some(node),
            };
            let count = match node {
                Some(node) => self.bulk(node, owner, &pods.template, left),
                None => self.together(owner, &pods.template, left),
            };
            left -= count;
            if let Some(mut pods) = self.take(owner, id, count) {
                (pods.phase, pods.node, pods.why) = (Phase::Pending, node, self.empty.clone());
                self.put(owner, pods);
            }
        }
        self.touch(owner);
        true
    }
}
