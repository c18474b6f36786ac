//! The loop: controllers run until nothing moves, the state is recorded, the kubelet plays once, and round again.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::cluster::{Action, Cluster, Id, Spec};
use super::kubelet::{self, Dice, Readiness};
use super::pod::{Identity, Phase, Template};
use super::store::Key;
use super::{Counts, Round, Wait, admission, daemon_set, deployment, drain, job, model, replica_set, stateful_set};

/// What a simulation came to.
#[derive(Clone, Debug, Default)]
pub struct Run {
    /// The state each time the controllers had nothing more to do.
    pub rounds: Vec<Round>,
    /// What each controller did, in order.
    pub log: Vec<Entry>,
    /// The counts of each workload before anything moved.
    pub start: BTreeMap<Arc<Key>, Counts>,
    /// What each workload that is not done waits for in the end.
    pub waiting: Vec<(Arc<Key>, Wait)>,
    /// Pods that found no node in the end: whose, how many, why.
    pub unscheduled: Vec<(Arc<Key>, i64, Arc<str>)>,
    /// How many pods of each template take up resources, and whose: before anything moved, then in each round. Stopping ones count.
    pub loads: Vec<Load>,
    /// Every claim that existed at any time, as rounds name it: as stored, or the template it was made from.
    pub claims: BTreeMap<String, Arc<Value>>,
    /// The Deployment as stored when a ReplicaSet was made, by the set's label (`ReplicaSet/web@1`): its name follows from it.
    pub sets: BTreeMap<String, Arc<Value>>,
    /// The names of ReplicaSets that a dump tells, by label.
    pub names: BTreeMap<String, String>,
    /// Pods that have a node and cannot start in the end: whose, which, why.
    pub failing: Vec<(Arc<Key>, Identity, Arc<str>)>,
    /// On how many nodes each DaemonSet wants a pod in the end.
    pub wanted: BTreeMap<Arc<Key>, i64>,
    /// Pods that quotas keep out in the end: whose, how many, why.
    pub held: Vec<(Arc<Key>, i64, String)>,
    /// What was taken on, and by what.
    pub adopted: Vec<(Arc<Key>, Arc<Key>)>,
    /// StatefulSets that wait for the name of a pod: which pod, and whose it is now, empty where it has no owner.
    pub taken: Vec<(Arc<Key>, String, String)>,
    /// Whether it was cut off before all was at rest, or a number was too large to simulate.
    pub cut: bool,
}

/// Pods by template: whose they are, what they are made from, how many.
pub type Load = Vec<(Arc<Key>, Arc<Template>, i64)>;

/// Something that happened to one workload.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The workload: a Deployment rather than its ReplicaSet.
    pub object: Arc<Key>,
    /// The round it belongs to, from 0.
    pub round: usize,
    /// What happened.
    pub what: What,
    /// The counts after it.
    pub counts: Counts,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// A controller did something.
    Did(model::Action),
    /// The controllers are at rest until this.
    Waited(Wait),
}

/// No rollout takes more rounds; beyond, what is simulated is a number written too large.
pub const MOST_ROUNDS: usize = 4000;

/// All rows of all rounds together are not more than about this.
const MOST_ROWS: usize = 400_000;

/// One object's controller does not act more often than this without the kubelet; beyond, it goes in circles.
const MOST_SYNCS: usize = 100_000;

/// The cluster as it stands.
pub fn look(cluster: &Cluster) -> Run {
    let mut run = Run { loads: vec![cluster.load()], ..Run::default() };
    run.note(cluster);
    run.finish(cluster, Readiness::Together)
}

/// Runs until a round changes nothing.
pub fn settle(cluster: &mut Cluster) -> Run {
    run(cluster, Readiness::Together, MOST_ROUNDS)
}

/// The same, where no pod made from what the last revision changed becomes ready, and those of Jobs fail.
pub fn settle_never_ready(cluster: &mut Cluster) -> Run {
    run(cluster, Readiness::NeverNew, MOST_ROUNDS)
}

/// Runs until a round changes nothing, or so many rounds are over.
pub fn run(cluster: &mut Cluster, readiness: Readiness, rounds: usize) -> Run {
    let mut run = Run { loads: vec![cluster.load()], ..Run::default() };
    run.start = cluster.tops().map(|id| (cluster.workload(id).key.clone(), cluster.counts(id))).collect();
    let mut dice = Dice::new(if let Readiness::Random(seed) = readiness { seed } else { 0 });
    let mut rows = 0;
    for round in 0..rounds.min(MOST_ROUNDS) {
        evict(cluster, &mut run, round);
        control(cluster, &mut run, round);
        run.note(cluster);
        rows += run.rounds.last().map_or(0, |round| round.pods.len());
        run.wait(cluster, round, readiness);
        if rows > MOST_ROWS || !kubelet::play(cluster, readiness, &mut dice) {
            run.cut = rows > MOST_ROWS;
            return run.finish(cluster, readiness);
        }
        cluster.collect_claims();
        cluster.bind_waiting();
    }
    run.cut = true;
    run.finish(cluster, readiness)
}

/// Runs the controllers until nothing moves.
fn control(cluster: &mut Cluster, run: &mut Run, round: usize) {
    cluster.retry();
    for _ in 0..MOST_SYNCS {
        while let Some(id) = cluster.next_to_sync() {
            for _ in 0..MOST_SYNCS {
                if !act(cluster, id, run, round) {
                    break;
                }
            }
        }
        let freed = cluster.collect_claims();
        let bound = cluster.bind_waiting();
        if !freed && !bound {
            return;
        }
    }
    run.cut = true;
}

/// Has one controller look once. Answers whether it did anything.
fn act(cluster: &mut Cluster, id: Id, run: &mut Run, round: usize) -> bool {
    let late = cluster.held(id).is_some();
    let actions = admitted(cluster, id);
    if actions.is_empty() {
        return false;
    }
    let top = cluster.top(id);
    let from = run.log.len();
    let mut sets = Vec::new();
    for action in actions {
        let said = cluster.describe(&action).or_else(|| cluster.describe_late(&action).filter(|_| late));
        if let Some((object, action)) = said {
            let object = cluster.workload(object).key.clone();
            run.log.push(Entry { object, round, what: What::Did(action), counts: Counts::default() });
        }
        cluster.apply(action);
    }
    if let Spec::Deployment(_) = &cluster.workload(id).spec {
        sets = deployment::sets(cluster, id);
    }
    // ReplicaSets follow before the Deployment looks again.
    for set in sets {
        for action in admitted(cluster, set) {
            cluster.apply(action);
        }
    }
    let counts = cluster.counts(top);
    run.log[from..].iter_mut().for_each(|entry| entry.counts = counts);
    true
}

/// What a controller wants done, as far as it is let in.
fn admitted(cluster: &mut Cluster, id: Id) -> Vec<Action> {
    let actions = sync(cluster, id);
    admission::admitted(cluster, id, actions)
}

fn sync(cluster: &Cluster, id: Id) -> Vec<Action> {
    match &cluster.workload(id).spec {
        Spec::Job(_) => job::sync(cluster, id),
        Spec::Deployment(_) => deployment::sync(cluster, id),
        Spec::ReplicaSet(_) => replica_set::sync(cluster, id),
        Spec::StatefulSet(_) => stateful_set::sync(cluster, id),
        Spec::DaemonSet(_) => daemon_set::sync(cluster, id),
        Spec::Pod => Vec::new(),
    }
}

impl Run {
    fn note(&mut self, cluster: &Cluster) {
        self.rounds.push(cluster.round());
        self.loads.push(cluster.load());
        let claims = cluster.claims().values().map(|claim| claim.value.clone());
        if let Some(round) = self.rounds.last() {
            let named: Vec<(String, Arc<Value>)> = round.pvcs.iter().cloned().zip(claims).collect();
            self.claims.extend(named);
        }
    }

    /// Notes what each workload waits for while the kubelet plays.
    fn wait(&mut self, cluster: &Cluster, round: usize, readiness: Readiness) {
        for id in cluster.tops() {
            if let Some(wait) = pause(cluster, id, readiness) {
                let (object, counts) = (cluster.workload(id).key.clone(), cluster.counts(id));
                self.log.push(Entry { object, round, what: What::Waited(wait), counts });
            }
        }
    }

    fn finish(mut self, cluster: &Cluster, readiness: Readiness) -> Run {
        self.sets = cluster.made_from();
        self.wanted = cluster.tops().filter_map(|id| wanted(cluster, id)).collect();
        self.names = cluster.names();
        self.adopted = cluster.adopted();
        for id in cluster.tops() {
            if let Some((pod, whose)) = stateful_set::taken(cluster, id) {
                self.taken.push((cluster.workload(id).key.clone(), pod, whose.to_string()));
            }
        }
        let shortened =
            |id| matches!(&cluster.workload(id).spec, Spec::StatefulSet(set) if set.replicas == stateful_set::MOST_REPLICAS);
        self.cut |= cluster.tops().any(shortened);
        for id in cluster.tops() {
            let key = &cluster.workload(id).key;
            if let Some(wait) = pause(cluster, id, readiness).or_else(|| stuck(cluster, id)) {
                self.waiting.push((key.clone(), wait));
            }
            if let Some((count, why)) = kept_out(cluster, id) {
                self.held.push((key.clone(), *count, why.clone()));
            }
        }
        for workload in cluster.workloads() {
            let unscheduled = workload.pods.iter().filter(|pods| pods.phase == Phase::Unscheduled);
            let failing = workload.pods.iter().filter(|pods| !pods.stuck().is_empty());
            self.failing.extend(failing.map(|pods| (workload.key.clone(), pods.identity, pods.why.clone())));
            self.unscheduled.extend(unscheduled.map(|pods| (workload.key.clone(), pods.count, pods.why.clone())));
        }
        self
    }
}

/// A DaemonSet, and on how many nodes it wants a pod.
fn wanted(cluster: &Cluster, id: Id) -> Option<(Arc<Key>, i64)> {
    let workload = cluster.workload(id);
    match &workload.spec {
        Spec::DaemonSet(set) if !workload.deleted => Some((workload.key.clone(), daemon_set::wanted(cluster, set))),
        _ => None,
    }
}

/// What the kubelet could do for a workload.
fn pause(cluster: &Cluster, id: Id, readiness: Readiness) -> Option<Wait> {
    let (pending, stopping) = (cluster.count(id, Phase::Pending), cluster.count(id, Phase::Terminating));
    let pods = || cluster.family(id).into_iter().flat_map(|workload| &workload.pods);
    let stays = || {
        pods()
            .all(|pods| pods.phase != Phase::Pending || !pods.stuck().is_empty() || kubelet::fails(cluster, id, pods, readiness))
    };
    match (pending, stopping) {
        (0, 0) => kept_out(cluster, id).map(|(pods, _)| Wait::of("admission", *pods)),
        (0, pods) => Some(Wait::of("gone", pods)),
        (pods, _) if stays() => Some(stay(cluster, id, pods, readiness)),
        (pods, _) => Some(Wait::of("ready", pods)),
    }
}

/// What is waited for where no pod becomes ready: those of a Job fail, others stay as they are.
fn stay(cluster: &Cluster, id: Id, pods: i64, readiness: Readiness) -> Wait {
    let workload = cluster.workload(id);
    let stuck = workload.pods.iter().any(|pods| !pods.stuck().is_empty());
    match &workload.spec {
        Spec::Job(job) if !stuck && kubelet::gives_up(&workload.spec) => {
            Wait { seconds: job::pause(job, workload, cluster.stage(), pods), ..Wait::of("failed", pods) }
        }
        _ if readiness == Readiness::NeverNew => Wait::of("ready", pods),
        _ => Wait::of("never", pods),
    }
}

/// How many pods of a workload or of its ReplicaSets quotas keep out.
fn kept_out(cluster: &Cluster, id: Id) -> Option<&(i64, String)> {
    [id].into_iter().chain(deployment::sets(cluster, id)).find_map(|id| cluster.held(id))
}

/// Evicts what may leave the drained nodes; ReplicaSets follow at once, as they do before a Deployment looks again.
fn evict(cluster: &mut Cluster, run: &mut Run, round: usize) {
    for (owner, pods, count) in drain::evicted(cluster) {
        let top = cluster.top(owner);
        let object = cluster.workload(top).key.clone();
        let action = cluster.eviction(owner, pods, count);
        cluster.apply(Action::Delete { owner, pods, count });
        if cluster.workload(owner).owner.is_some() {
            admitted(cluster, owner).into_iter().for_each(|action| cluster.apply(action));
        }
        let counts = cluster.counts(top);
        run.log.iter_mut().filter(|entry| entry.round == round && entry.object == object).for_each(|entry| entry.counts = counts);
        run.log.push(Entry { object, round, what: What::Did(action), counts });
    }
}

/// What would have to happen from outside.
fn stuck(cluster: &Cluster, id: Id) -> Option<Wait> {
    let unscheduled = cluster.count(id, Phase::Unscheduled);
    if unscheduled > 0 {
        return Some(Wait::of("bound", unscheduled));
    }
    let old = cluster.counts(id).old;
    let alive = !cluster.workload(id).deleted && !matches!(cluster.workload(id).spec, Spec::ReplicaSet(_) | Spec::Job(_));
    (alive && old > 0).then_some(Wait::of("manual", old))
}
