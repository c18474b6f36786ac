//! The DaemonSet controller: a pod for each node that may have one, and which are replaced next.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::cluster::{Action, Cluster, Id, Spec, Workload};
use super::labels::Selector;
use super::pod::{Identity, Phase, Pods, Template};
use crate::object::IntOrString;
use crate::object::intstr::Round;

/// A DaemonSet.
#[derive(Clone, Debug)]
pub struct DaemonSet {
    /// Which pods without an owner it takes on.
    pub selector: Option<Selector>,
    /// As stored.
    pub value: Arc<Value>,
    /// The template as it is now, with the tolerations that the controller adds.
    pub template: Arc<Template>,
    /// All templates there have been, in order of appearance.
    pub revisions: Vec<Arc<Template>>,
    /// `spec.updateStrategy`.
    pub strategy: Strategy,
}

/// How pods get a new revision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Strategy {
    /// So many nodes more or fewer at a time; each a number or a percentage.
    RollingUpdate { surge: Share, unavailable: Share },
    /// When they are deleted by hand.
    OnDelete,
}

/// A number, or a percentage of the nodes, rounded up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Share {
    /// So many.
    Count(i64),
    /// Of the nodes wanted.
    Percent(i64),
}

impl Share {
    fn of(value: &Value, missing: i64) -> Share {
        match value {
            Value::Number(number) => Share::Count(number.as_i64().unwrap_or(missing)),
            Value::String(text) => match IntOrString::parse(text) {
                IntOrString::Percent(percent) => Share::Percent(percent),
                _ => Share::Count(missing),
            },
            _ => Share::Count(missing),
        }
    }

    fn scaled(self, total: i64) -> i64 {
        let share = match self {
            Share::Count(count) => IntOrString::Int(count),
            Share::Percent(percent) => IntOrString::Percent(percent),
        };
        share.scaled(total, Round::Up).unwrap_or(0).clamp(0, i64::from(i32::MAX))
    }
}

impl DaemonSet {
    /// From a stored object.
    pub fn of(value: &Arc<Value>, template: Arc<Template>) -> DaemonSet {
        let strategy = &value["spec"]["updateStrategy"];
        let block = &strategy["rollingUpdate"];
        DaemonSet {
            selector: Selector::of(&value["spec"]["selector"]),
            value: value.clone(),
            revisions: vec![template.clone()],
            template,
            strategy: match strategy["type"] == "OnDelete" {
                true => Strategy::OnDelete,
                false => Strategy::RollingUpdate {
                    surge: Share::of(&block["maxSurge"], 0),
                    unavailable: Share::of(&block["maxUnavailable"], 1),
                },
            },
        }
    }

    /// The template as the controller uses it.
    pub fn template(value: &Value) -> Template {
        let mut template = Template::of(value);
        template.needs = template.needs.of_daemon();
        template
    }

    /// Rounded surge and unavailability for so many nodes; zero for what is not rolled.
    pub fn shares(&self, wanted: i64) -> (i64, i64) {
        let Strategy::RollingUpdate { surge, unavailable } = &self.strategy else { return (0, 0) };
        match (surge.scaled(wanted), unavailable.scaled(wanted)) {
            (0, 0) => (0, 1),
            shares => shares,
        }
    }

    fn allows_surge(&self) -> bool {
        // Surge is on by what is written, before rounding.
        matches!(&self.strategy, Strategy::RollingUpdate { surge: Share::Count(n) | Share::Percent(n), .. } if *n > 0)
    }

    fn is_new(&self, pods: &Pods) -> bool {
        Arc::ptr_eq(&pods.template, &self.template)
    }
}

/// Whether a pod may be on a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fit {
    /// There should be one.
    Run,
    /// One that is there may stay.
    Stay,
    /// None may be there.
    Leave,
}

/// How many nodes should have a pod.
pub fn wanted(cluster: &Cluster, set: &DaemonSet) -> i64 {
    (0..cluster.nodes().len()).filter(|node| fit(cluster, set, *node) == Fit::Run).count() as i64
}

fn fit(cluster: &Cluster, set: &DaemonSet, node: usize) -> Fit {
    if !cluster.knows_nodes() {
        return Fit::Run;
    }
    let (needs, node) = (&set.template.needs, &cluster.nodes()[node]);
    if (!needs.node_name.is_empty() && needs.node_name != node.name) || !needs.chooses(node) {
        return Fit::Leave;
    }
    match (needs.repelled(node, &["NoSchedule", "NoExecute"]), needs.repelled(node, &["NoExecute"])) {
        (None, _) => Fit::Run,
        (_, None) => Fit::Stay,
        _ => Fit::Leave,
    }
}

/// First each node gets what it should have; then old pods are replaced.
pub fn sync(cluster: &Cluster, id: Id) -> Vec<Action> {
    let workload = cluster.workload(id);
    let Spec::DaemonSet(set) = &workload.spec else { return Vec::new() };
    if workload.deleted {
        return Vec::new();
    }
    let orphans = cluster.orphans(id, set.selector.as_ref());
    if !orphans.is_empty() {
        return orphans;
    }
    let view = View { cluster, id, set, nodes: by_node(workload) };
    let actions = view.manage();
    if !actions.is_empty() || set.strategy == Strategy::OnDelete {
        return actions;
    }
    let (surge, unavailable) = set.shares(wanted(cluster, set));
    if surge == 0 { view.replace(unavailable) } else { view.surge(surge) }
}

fn by_node(workload: &Workload) -> BTreeMap<usize, Vec<&Pods>> {
    let mut nodes: BTreeMap<usize, Vec<&Pods>> = BTreeMap::new();
    for pods in &workload.pods {
        if let Identity::Node(node) = pods.identity {
            nodes.entry(node).or_default().push(pods);
        }
    }
    nodes
}

/// What one sync looks at.
struct View<'a> {
    cluster: &'a Cluster,
    id: Id,
    set: &'a DaemonSet,
    nodes: BTreeMap<usize, Vec<&'a Pods>>,
}

/// The live pods of a node.
struct Pair<'a> {
    new: Option<&'a Pods>,
    old: Option<&'a Pods>,
}

fn is_ready(pods: Option<&Pods>) -> bool {
    pods.is_some_and(|pods| pods.phase == Phase::Ready)
}

impl<'a> View<'a> {
    fn create(&self, node: usize) -> Action {
        let template = self.set.template.clone();
        Action::Create { owner: self.id, identity: Identity::Node(node), template, count: 1 }
    }

    fn delete(&self, pods: &Pods) -> Action {
        Action::Delete { owner: self.id, pods: pods.id, count: pods.count }
    }

    /// What is missing on a node, and what is too much.
    fn manage(&self) -> Vec<Action> {
        let mut actions = Vec::new();
        for node in 0..self.cluster.nodes().len() {
            let pods = self.nodes.get(&node).map_or(&[][..], Vec::as_slice);
            match fit(self.cluster, self.set, node) {
                Fit::Run if pods.is_empty() => actions.push(self.create(node)),
                Fit::Run | Fit::Stay => actions.extend(self.surplus(pods)),
                Fit::Leave => {
                    let live = pods.iter().filter(|pods| pods.phase != Phase::Terminating);
                    actions.extend(live.map(|pods| self.delete(pods)));
                }
            }
        }
        actions
    }

    /// Finished pods go, and of several live ones all but the oldest; with surge an old and a new one may stand side by side.
    fn surplus(&self, pods: &[&'a Pods]) -> Vec<Action> {
        let finished = |pods: &&&Pods| matches!(pods.phase, Phase::Failed | Phase::Succeeded);
        let mut actions: Vec<Action> = pods.iter().filter(finished).map(|pods| self.delete(pods)).collect();
        let mut live: Vec<&Pods> = pods.iter().copied().filter(|pods| pods.phase.is_active()).collect();
        live.sort_by_key(|pods| pods.id);
        if live.len() < 2 {
            return actions;
        }
        if !self.set.allows_surge() {
            actions.extend(live.iter().skip(1).map(|pods| self.delete(pods)));
            return actions;
        }
        let new = live.iter().copied().find(|pods| self.set.is_new(pods));
        let old = live.iter().copied().find(|pods| !self.set.is_new(pods));
        let kept = |pods: &Pods| [new, old].into_iter().flatten().any(|kept| kept.id == pods.id);
        actions.extend(live.iter().filter(|pods| !kept(pods)).map(|pods| self.delete(pods)));
        if let (Some(new), Some(old)) = (new, old)
            && (!is_ready(Some(old)) || is_ready(Some(new)))
        {
            actions.push(self.delete(old));
        }
        actions
    }

    /// The live pods of a node; `None` where there are several of a kind.
    fn pair(&self, pods: &[&'a Pods]) -> Option<Pair<'a>> {
        let live = pods.iter().copied().filter(|pods| pods.phase != Phase::Terminating);
        let (new, old): (Vec<&Pods>, Vec<&Pods>) = live.partition(|pods| self.set.is_new(pods));
        let one = new.len() < 2 && old.len() < 2;
        one.then(|| Pair { new: new.first().copied(), old: old.first().copied() })
    }

    /// Old pods go first, as many as may be missing.
    fn replace(&self, most: i64) -> Vec<Action> {
        let mut unavailable = 0;
        let mut broken = Vec::new();
        let mut candidates = Vec::new();
        for pods in self.nodes.values() {
            match self.pair(pods) {
                None | Some(Pair { new: None, old: None } | Pair { new: Some(_), old: Some(_) }) => unavailable += 1,
                Some(Pair { new: Some(new), old: None }) => unavailable += i64::from(!is_ready(Some(new))),
                Some(Pair { new: None, old: Some(old) }) if !is_ready(Some(old)) => {
                    unavailable += 1;
                    broken.push(old);
                }
                Some(Pair { new: None, old: Some(old) }) => candidates.push(old),
            }
        }
        let left = usize::try_from(most - unavailable).unwrap_or(0);
        broken.into_iter().chain(candidates.into_iter().take(left)).map(|pods| self.delete(pods)).collect()
    }

    /// New pods come first, as many as may be too much; an old one goes when the new one beside it is ready.
    fn surge(&self, most: i64) -> Vec<Action> {
        let (mut surging, mut available) = (0, 0);
        let (mut deleted, mut leaving, mut urgent, mut candidates) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for (&node, pods) in &self.nodes {
            let Some(pair) = self.pair(pods) else {
                surging += 1;
                continue;
            };
            available += i64::from(is_ready(pair.old.or(pair.new)));
            match (pair.new, pair.old) {
                (_, None) => {}
                (None, Some(old)) if fit(self.cluster, self.set, node) != Fit::Run => match is_ready(Some(old)) {
                    true => leaving.push(old),
                    // It serves nobody, so that nothing is waited for.
                    false => deleted.push(old),
                },
                (None, Some(old)) if !is_ready(Some(old)) => urgent.push(node),
                (None, Some(_)) => candidates.push(node),
                (Some(new), Some(_)) if !is_ready(Some(new)) => surging += 1,
                (Some(_), Some(old)) => deleted.push(old),
            }
        }
        let spare = usize::try_from(available - wanted(self.cluster, self.set)).unwrap_or(0);
        deleted.extend(leaving.into_iter().take(spare));
        let left = usize::try_from(most - surging).unwrap_or(0);
        let created = urgent.into_iter().chain(candidates.into_iter().take(left)).map(|node| self.create(node));
        deleted.into_iter().map(|pods| self.delete(pods)).chain(created).collect()
    }
}
