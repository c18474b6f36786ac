//! The Deployment controller: sizes of ReplicaSets, old and new.

use std::cmp::Reverse;
use std::sync::Arc;

use serde_json::Value;

use super::cluster::{Action, Cluster, Id, Spec};
use super::labels::Selector;
use super::pod::{Phase, Template};
use super::replica_set::ReplicaSet;
use crate::object::IntOrString;
use crate::object::intstr::Round;

/// A Deployment.
#[derive(Clone, Debug)]
pub struct Deployment {
    /// `spec.replicas`.
    pub replicas: i64,
    /// The template as it is now.
    pub template: Arc<Template>,
    /// Which ReplicaSets without an owner it takes on.
    pub selector: Option<Selector>,
    /// How old pods make way for new ones.
    pub strategy: Strategy,
    /// Whether template edits wait.
    pub paused: bool,
    /// How many old ReplicaSets without pods are kept; `None`: all.
    pub history: Option<usize>,
    /// Its ReplicaSets, oldest first.
    pub sets: Vec<Id>,
    /// The one whose template is the Deployment's; the oldest of several.
    pub newest: Option<Id>,
    /// As stored.
    pub value: Arc<Value>,
}

/// `spec.strategy`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strategy {
    /// All old pods go before a new one comes.
    Recreate,
    /// By and by: so many more, so many fewer, rounded for the number of replicas.
    RollingUpdate { surge: i64, unavailable: i64 },
}

impl Deployment {
    /// From a stored object.
    pub fn of(value: &Arc<Value>, template: Arc<Template>) -> Deployment {
        let spec = &value["spec"];
        let replicas = spec["replicas"].as_i64().unwrap_or(1);
        let history = spec["revisionHistoryLimit"].as_i64().unwrap_or(10);
        Deployment {
            replicas,
            template,
            selector: Selector::of(&spec["selector"]),
            strategy: Strategy::of(&spec["strategy"], replicas),
            paused: spec["paused"].as_bool().unwrap_or(false),
            history: usize::try_from(history).ok().filter(|_| history != i64::from(i32::MAX)),
            sets: Vec::new(),
            newest: None,
            value: value.clone(),
        }
    }

    /// Most pods above the wanted number.
    pub fn surge(&self) -> i64 {
        match self.strategy {
            Strategy::RollingUpdate { surge, .. } => surge,
            Strategy::Recreate => 0,
        }
    }

    /// Most pods below the wanted number.
    pub fn unavailable(&self) -> i64 {
        match self.strategy {
            Strategy::RollingUpdate { unavailable, .. } => unavailable.min(self.replicas),
            Strategy::Recreate => 0,
        }
    }
}

impl Strategy {
    fn of(value: &Value, replicas: i64) -> Strategy {
        if value["type"] == "Recreate" {
            return Strategy::Recreate;
        }
        let surge = share(&value["rollingUpdate"]["maxSurge"], replicas, Round::Up);
        let unavailable = share(&value["rollingUpdate"]["maxUnavailable"], replicas, Round::Down);
        // With neither, nothing could move.
        let unavailable = if surge == 0 && unavailable == 0 { 1 } else { unavailable };
        Strategy::RollingUpdate { surge, unavailable }
    }
}

/// A number, or a percentage of `total`; 25% where there is none.
fn share(value: &Value, total: i64, round: Round) -> i64 {
    let given = match value {
        Value::Number(number) => number.as_i64().map(IntOrString::Int),
        Value::String(text) => Some(IntOrString::parse(text)),
        _ => Some(IntOrString::Percent(25)),
    };
    given.and_then(|given| given.scaled(total, round)).unwrap_or(0).clamp(0, i64::from(i32::MAX))
}

/// One of the Deployment's ReplicaSets with what its status says.
#[derive(Clone, Copy, Debug)]
struct Set<'a> {
    id: Id,
    /// Place in order of creation.
    age: usize,
    set: &'a ReplicaSet,
    available: i64,
    active: i64,
}

/// What one sync looks at.
struct View<'a> {
    deployment: &'a Deployment,
    id: Id,
    new: Option<Set<'a>>,
    /// Oldest first.
    old: Vec<Set<'a>>,
}

/// The Deployment's ReplicaSets.
pub fn sets(cluster: &Cluster, id: Id) -> Vec<Id> {
    match &cluster.workload(id).spec {
        Spec::Deployment(deployment) => deployment.sets.clone(),
        _ => Vec::new(),
    }
}

/// The set whose template is the Deployment's.
pub fn new_set(cluster: &Cluster, id: Id) -> Option<Id> {
    match &cluster.workload(id).spec {
        Spec::Deployment(deployment) => deployment.newest,
        _ => None,
    }
}

/// One look at the Deployment: at most one kind of change.
pub fn sync(cluster: &Cluster, id: Id) -> Vec<Action> {
    let workload = cluster.workload(id);
    let Spec::Deployment(deployment) = &workload.spec else { return Vec::new() };
    if workload.deleted {
        return Vec::new();
    }
    let orphans = orphans(cluster, id, deployment);
    if !orphans.is_empty() {
        return orphans;
    }
    let view = View::of(cluster, id, deployment);
    if let Some(action) = view.revised() {
        return vec![action];
    }
    if deployment.paused {
        let actions = view.scale();
        return if actions.is_empty() { view.clean_up() } else { actions };
    }
    if view.is_scaling_event() {
        return view.scale();
    }
    let actions = match deployment.strategy {
        Strategy::Recreate => view.recreate(cluster),
        Strategy::RollingUpdate { .. } => view.roll(),
    };
    if actions.is_empty() && view.is_complete() { view.clean_up() } else { actions }
}

/// ReplicaSets without an owner that the Deployment's selector matches.
fn orphans(cluster: &Cluster, id: Id, deployment: &Deployment) -> Vec<Action> {
    let Some(selector) = deployment.selector.as_ref().filter(|selector| !selector.requirements.is_empty()) else {
        return Vec::new();
    };
    let namespace = &cluster.workload(id).key.namespace;
    let matches = |set: &&Id| {
        let workload = cluster.workload(**set);
        let alone = workload.owner.is_none() && !workload.deleted && workload.key.namespace == *namespace;
        alone && cluster.replica_set(**set).is_some_and(|set| selector.matches(&set.labels))
    };
    cluster.lone_sets().iter().filter(matches).map(|set| Action::AdoptSet { deployment: id, set: *set }).collect()
}

impl<'a> View<'a> {
    fn of(cluster: &'a Cluster, id: Id, deployment: &'a Deployment) -> View<'a> {
        let newest = deployment.newest;
        let look = |(age, set): (usize, &Id)| {
            let workload = cluster.workload(*set);
            let available = workload.count(&[Phase::Ready]);
            Some(Set { id: *set, age, set: cluster.replica_set(*set)?, available, active: workload.active() })
        };
        let all: Vec<Set> = deployment.sets.iter().enumerate().filter_map(look).collect();
        let new = all.iter().find(|set| Some(set.id) == newest).copied();
        let old = all.into_iter().filter(|set| Some(set.id) != newest).collect();
        View { deployment, id, new, old }
    }

    /// All sets, the new one last.
    fn all(&self) -> Vec<Set<'a>> {
        self.old.iter().copied().chain(self.new).collect()
    }

    /// All sets that want pods.
    fn wanting(&self) -> Vec<Set<'a>> {
        self.all().into_iter().filter(|set| set.set.size > 0).collect()
    }

    /// The new set, when it is an old one taken up again, gets the highest revision number.
    fn revised(&self) -> Option<Action> {
        let new = self.new?;
        let revision = self.old.iter().map(|set| set.set.revision).max().unwrap_or(0) + 1;
        (new.set.revision < revision).then_some(Action::Revise { set: new.id, revision })
    }

    /// Whether the wanted number changed since a set that has pods was sized.
    fn is_scaling_event(&self) -> bool {
        self.wanting().iter().any(|set| set.set.desired.is_some_and(|desired| desired != self.deployment.replicas))
    }

    /// Sizes without a rollout: what is there is scaled in proportion.
    fn scale(&self) -> Vec<Action> {
        let wanted = self.deployment.replicas;
        let mut wanting = self.wanting();
        let alone = match wanting.len() {
            0 => self.new.or_else(|| self.old.last().copied()),
            1 => wanting.first().copied(),
            _ => None,
        };
        if wanting.len() < 2 {
            return alone.and_then(|set| resized(set, wanted)).into_iter().collect();
        }
        if self.new.is_some_and(|new| self.is_saturated(new)) {
            return self.old.iter().filter(|set| set.set.size > 0).filter_map(|set| resized(*set, 0)).collect();
        }
        if self.deployment.strategy == Strategy::Recreate {
            return Vec::new();
        }
        let total: i64 = wanting.iter().map(|set| set.set.size).sum();
        let most = if wanted > 0 { wanted + self.deployment.surge() } else { 0 };
        let change = most - total;
        match change.signum() {
            1 => wanting.sort_by_key(|set| (Reverse(set.set.size), Reverse(set.age))),
            -1 => wanting.sort_by_key(|set| (Reverse(set.set.size), set.age)),
            _ => {}
        }
        self.in_proportion(&wanting, change)
    }

    fn in_proportion(&self, sets: &[Set], change: i64) -> Vec<Action> {
        let mut done = 0;
        let mut sizes: Vec<i64> = Vec::new();
        for set in sets {
            let left = change - done;
            let fraction = self.fraction(*set);
            let share = match change.signum() {
                _ if left == 0 => 0,
                1 => fraction.min(left),
                _ => fraction.max(left),
            };
            sizes.push(set.set.size + share);
            done += share;
        }
        // The largest takes what rounding left.
        if let Some(largest) = sizes.first_mut().filter(|_| change != 0) {
            *largest = (*largest + change - done).max(0);
        }
        let noted = (Some(self.deployment.replicas), Some(self.deployment.replicas + self.deployment.surge()));
        let differs = |set: &Set, size: i64| set.set.size != size || (set.set.desired, set.set.most) != noted;
        let changed = sets.iter().zip(sizes).filter(|(set, size)| differs(set, *size));
        changed.map(|(set, size)| Action::Resize { set: set.id, size }).collect()
    }

    /// How many more or fewer pods a set gets by its share.
    fn fraction(&self, set: Set) -> i64 {
        let (size, wanted) = (set.set.size, self.deployment.replicas);
        if wanted == 0 {
            return -size;
        }
        let before = set.set.most.filter(|most| *most != 0).unwrap_or_else(|| self.all().iter().map(|set| set.active).sum());
        if before == 0 {
            return 0;
        }
        let scaled = size as f64 * (wanted + self.deployment.surge()) as f64 / before as f64;
        scaled.round() as i64 - size
    }

    fn is_saturated(&self, new: Set) -> bool {
        let wanted = self.deployment.replicas;
        new.set.size == wanted && new.set.desired == Some(wanted) && new.available == wanted
    }

    /// Old pods go; when none is left, stopping ones included, all new ones come.
    fn recreate(&self, cluster: &Cluster) -> Vec<Action> {
        let down: Vec<Action> = self.old.iter().filter_map(|set| resized(*set, 0)).collect();
        if !down.is_empty() {
            return down;
        }
        let alive = [Phase::Unscheduled, Phase::Pending, Phase::Ready, Phase::Terminating];
        if self.old.iter().any(|set| cluster.workload(set.id).count(&alive) > 0) {
            return Vec::new();
        }
        match self.new {
            None => vec![Action::CreateSet { deployment: self.id, size: self.deployment.replicas }],
            Some(new) => resized(new, self.deployment.replicas).into_iter().collect(),
        }
    }

    fn roll(&self) -> Vec<Action> {
        let wanted = self.deployment.replicas;
        let most = wanted + self.deployment.surge();
        let total: i64 = self.all().iter().map(|set| set.set.size).sum();
        let Some(new) = self.new else {
            return vec![Action::CreateSet { deployment: self.id, size: (most - total).min(wanted).max(0) }];
        };
        let size = match () {
            () if new.set.size >= wanted => wanted,
            () if total >= most => new.set.size,
            () => new.set.size + (most - total).min(wanted - new.set.size),
        };
        match resized(new, size) {
            Some(action) => vec![action],
            None => self.shrink_old(new, total),
        }
    }

    /// Old sets give way, as far as enough pods stay available.
    fn shrink_old(&self, new: Set, total: i64) -> Vec<Action> {
        let least = self.deployment.replicas - self.deployment.unavailable();
        let room = total - least - (new.set.size - new.available);
        if room <= 0 || self.old.iter().all(|set| set.set.size == 0) {
            return Vec::new();
        }
        let mut sizes: Vec<i64> = self.old.iter().map(|set| set.set.size).collect();
        let mut left = room;
        for (size, set) in sizes.iter_mut().zip(&self.old) {
            let unhealthy = (*size - set.available).clamp(0, left);
            *size -= unhealthy;
            left -= unhealthy;
        }
        let available: i64 = self.all().iter().map(|set| set.available).sum();
        let mut extra = (available - least).max(0);
        for size in &mut sizes {
            let fewer = (*size).min(extra);
            *size -= fewer;
            extra -= fewer;
        }
        self.old.iter().zip(sizes).filter_map(|(set, size)| resized(*set, size)).collect()
    }

    fn is_complete(&self) -> bool {
        let wanted = self.deployment.replicas;
        let sum = |of: fn(&Set) -> i64| self.all().iter().map(of).sum::<i64>();
        self.new.map_or(0, |new| new.active) == wanted && sum(|set| set.active) == wanted && sum(|set| set.available) == wanted
    }

    /// Old sets without pods beyond the limit go, lowest revision first.
    fn clean_up(&self) -> Vec<Action> {
        let Some(kept) = self.deployment.history else { return Vec::new() };
        let mut old = self.old.clone();
        old.sort_by_key(|set| set.set.revision);
        let surplus = old.len().saturating_sub(kept);
        let empty = old.into_iter().take(surplus).filter(|set| set.set.size == 0 && set.active == 0);
        empty.map(|set| Action::DeleteSet { set: set.id }).collect()
    }
}

/// Nothing where the set has the size already, and then nothing is noted on it either.
fn resized(set: Set, size: i64) -> Option<Action> {
    (set.set.size != size).then_some(Action::Resize { set: set.id, size })
}
