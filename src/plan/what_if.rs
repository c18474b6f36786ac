//! What-ifs: what would happen once everything is rolled out, if nodes were drained or an object scaled.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::apply::{self, Outcome, Verdict};
use super::changes::{self, Subject};
use super::cluster::{Cluster, Id, Spec};
use super::drain::{self, Allowance, Drain, Held};
use super::kubelet::Readiness;
use super::pod::Identity;
use super::store::{Key, Store, Stored};
use super::{Effect, Options, Plan, PlanFinding, World, unread};
use crate::check::Checked;
use crate::diagnostic::Severity;
use crate::validate::nearest;

/// Something that might happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WhatIf {
    /// No pod that is made becomes ready.
    NeverReady,
    /// `kubectl drain` of this node.
    Drain(String),
    /// `kubectl scale`: an object gets so many replicas.
    Scale {
        /// The kind as it was given, in any case.
        kind: String,
        /// Its namespace, if one was given.
        namespace: Option<String>,
        /// Its name.
        name: String,
        /// How many.
        replicas: i64,
    },
}

impl WhatIf {
    /// Reads `never-ready`, `drain=NODE` or `scale=Kind/[namespace/]name=N`.
    pub fn parse(text: &str) -> Result<WhatIf, String> {
        match text.split_once('=') {
            None if text == "never-ready" => Ok(WhatIf::NeverReady),
            Some(("drain", node)) if !node.is_empty() => Ok(WhatIf::Drain(node.to_string())),
            Some(("scale", what)) => {
                scale(what).ok_or_else(|| "write scale=Kind/name=N or scale=Kind/namespace/name=N".to_string())
            }
            _ => Err("write never-ready, drain=NODE or scale=Kind/name=N".to_string()),
        }
    }

    /// `no new pod becomes ready`, `node-1 is drained`.
    pub fn words(&self) -> String {
        match self {
            WhatIf::NeverReady => "no new pod becomes ready".to_string(),
            WhatIf::Drain(node) => format!("{node} is drained"),
            WhatIf::Scale { kind, name, replicas, .. } => format!("{kind} {name} is scaled to {replicas}"),
        }
    }
}

fn scale(text: &str) -> Option<WhatIf> {
    let (object, replicas) = text.rsplit_once('=')?;
    let replicas = replicas.parse::<i32>().ok().filter(|replicas| *replicas >= 0)?;
    let (kind, namespace, name) = match object.split('/').collect::<Vec<_>>().as_slice() {
        [kind, name] => (kind.to_string(), None, name.to_string()),
        [kind, namespace, name] => (kind.to_string(), Some(namespace.to_string()), name.to_string()),
        _ => return None,
    };
    (!kind.is_empty() && !name.is_empty()).then_some(WhatIf::Scale { kind, namespace, name, replicas: replicas.into() })
}

/// What `events` would do, all together, once each of `before` and `after` in turn is applied and rolled out. An error names the
/// node or object that there is not.
pub fn what_if(before: &[Vec<Checked>], after: &[Checked], events: &[WhatIf], options: &Options) -> Result<Plan, String> {
    let readiness = if events.contains(&WhatIf::NeverReady) { Readiness::NeverMade } else { options.readiness };
    let options = &Options { readiness, ..options.clone() };
    let words: Vec<String> = events.iter().map(WhatIf::words).collect();
    if events.iter().all(|event| *event == WhatIf::NeverReady) {
        return Ok(Plan { what_if: words, ..super::plan(before, after, options) });
    }
    let mut world = World::of(before, options);
    let refused = world.roll_out(after, options);
    let earlier = world.earlier();
    let mut outcomes: Vec<Outcome> = world.store.objects.iter().map(|(key, stored)| unchanged(key, stored)).collect();
    let mut drained = Vec::new();
    for event in events {
        match event {
            WhatIf::NeverReady => {}
            WhatIf::Drain(node) => drained.push(node_called(node, &world.cluster, options)?),
            WhatIf::Scale { replicas, .. } => {
                let key = scaled(event, &world.store)?;
                set_replicas(&mut world.store, &mut outcomes, &key, *replicas, options);
            }
        }
    }
    let changed: Vec<Outcome> = outcomes.iter().filter(|outcome| !outcome.changes.is_empty()).cloned().collect();
    world.cluster.update(&changed);
    world.cluster.drain(Drain::of(drained.clone(), &world.store));
    let places = places(&world.cluster);
    let asked = asked(&world.cluster, &world.store, &drained);
    let mut plan = world.plan(&earlier, after, &outcomes, options);
    plan.what_if = words;
    for (id, before) in places.into_iter().filter(|_| !drained.is_empty()) {
        tell_moves(&mut plan, &world.cluster, id, &before, &drained, &asked);
    }
    plan.findings.extend(drain::held(&world.cluster).iter().map(|held| blocked(&world.cluster, held, &drained)));
    if !drained.is_empty() {
        plan.assumptions.insert(0, "kubectl drain is given --ignore-daemonsets --delete-emptydir-data --force".to_string());
    }
    if !refused.is_empty() {
        plan.assumptions.insert(0, format!("what the server refuses is not there: {}", refused.join(", ")));
    }
    plan.findings.extend(unread::findings(before, after));
    Ok(plan)
}

fn unchanged(key: &Key, stored: &Stored) -> Outcome {
    let value = Some(stored.value.clone());
    Outcome {
        key: key.clone(),
        id: stored.id.clone(),
        source: stored.source.clone(),
        before: value.clone(),
        after: value.clone(),
        wanted: value,
        causes: Vec::new(),
        changes: Vec::new(),
        mixed_up: Vec::new(),
        verdict: Verdict::Stored,
    }
}

fn node_called(name: &str, cluster: &Cluster, options: &Options) -> Result<usize, String> {
    if options.nodes.is_none() {
        return Err(format!("--what-if drain={name}: give the nodes with --nodes"));
    }
    let names: Vec<&str> = cluster.nodes().iter().map(|node| node.name.as_str()).collect();
    let near = || nearest(name, &names).map_or(String::new(), |near| format!(": did you mean `{near}`?"));
    let found = names.iter().position(|node| *node == name);
    found.ok_or_else(|| format!("--what-if drain={name}: --nodes has no such node{}", near()))
}

/// What `kubectl scale` can scale, and how people call it.
const SCALABLE: [(&str, &[&str]); 4] = [
    ("Deployment", &["deployment", "deployments", "deploy"]),
    ("StatefulSet", &["statefulset", "statefulsets", "sts"]),
    ("ReplicaSet", &["replicaset", "replicasets", "rs"]),
    ("ReplicationController", &["replicationcontroller", "replicationcontrollers", "rc"]),
];

/// The object that an event scales.
fn scaled(event: &WhatIf, store: &Store) -> Result<Key, String> {
    let WhatIf::Scale { kind, namespace, name, replicas } = event else { return Err(String::new()) };
    let given = namespace.as_ref().map_or(format!("{kind}/{name}"), |namespace| format!("{kind}/{namespace}/{name}"));
    let wrong = |why: String| Err(format!("--what-if scale={given}={replicas}: {why}"));
    let Some((known, _)) = SCALABLE.iter().find(|(_, names)| names.contains(&kind.to_lowercase().as_str())) else {
        let kinds: Vec<&str> = SCALABLE.iter().map(|(kind, _)| *kind).collect();
        return wrong(nearest(kind, &kinds).map_or(format!("only {} can be scaled", kinds.join(", ")), |near| {
            format!("there is no such kind to scale: did you mean `{near}`?")
        }));
    };
    let here = |key: &&Key| key.kind == *known && namespace.as_ref().is_none_or(|namespace| key.namespace == *namespace);
    let candidates: Vec<&Key> = store.objects.keys().filter(here).collect();
    match candidates.iter().filter(|key| key.name == *name).collect::<Vec<_>>().as_slice() {
        [key] => Ok((**key).clone()),
        [] => {
            let names: Vec<&str> = candidates.iter().map(|key| key.name.as_str()).collect();
            let near = nearest(name, &names).map_or(String::new(), |near| format!(": did you mean `{near}`?"));
            wrong(format!("there is no {known} called `{name}`{near}"))
        }
        several => {
            let names: Vec<String> = several.iter().map(|key| format!("{known}/{}/{}", key.namespace, key.name)).collect();
            wrong(format!("there are several: {}", names.join(", ")))
        }
    }
}

fn set_replicas(store: &mut Store, outcomes: &mut [Outcome], key: &Key, replicas: i64, options: &Options) {
    let Some(stored) = store.objects.get_mut(key) else { return };
    let Some(outcome) = outcomes.iter_mut().find(|outcome| outcome.key == *key) else { return };
    let mut value = (*stored.value).clone();
    if let Some(spec) = value.get_mut("spec").and_then(serde_json::Value::as_object_mut) {
        spec.insert("replicas".to_string(), replicas.into());
    }
    let source = stored.source.clone();
    let place = |_: &[changes::Step]| source.clone();
    let subject = Subject { id: &stored.id, version: options.version, causes: &[], place: &place };
    outcome.changes = changes::changes(&subject, &stored.value, &value);
    stored.value = Arc::new(value);
    outcome.after = Some(stored.value.clone());
    outcome.wanted = Some(stored.value.clone());
}

/// Where the pods of a workload are: how many of each identity on each node.
type Places = BTreeMap<(Identity, usize), i64>;

fn places(cluster: &Cluster) -> Vec<(Id, Places)> {
    cluster.tops().map(|id| (id, places_of(cluster, id))).collect()
}

fn places_of(cluster: &Cluster, id: Id) -> Places {
    let mut places = Places::new();
    for pods in cluster.family(id).into_iter().flat_map(|workload| &workload.pods).filter(|pods| pods.phase.is_active()) {
        if let Some(node) = pods.node {
            *places.entry((pods.identity, node)).or_default() += pods.count;
        }
    }
    places
}

/// What each budget that covers pods on the drained nodes allows at first, by workload.
fn asked(cluster: &Cluster, store: &Store, drained: &[usize]) -> BTreeMap<Id, Vec<(Key, Allowance)>> {
    let on: Vec<Held> = if drained.is_empty() { Vec::new() } else { drain::held(cluster) };
    let known = |key: &Key| store.objects.contains_key(key);
    on.into_iter().map(|held| (held.owner, held.budgets.into_iter().filter(|(key, _)| known(key)).collect())).collect()
}

/// Says on the object which of its pods go where.
fn tell_moves(
    plan: &mut Plan,
    cluster: &Cluster,
    id: Id,
    before: &Places,
    drained: &[usize],
    asked: &BTreeMap<Id, Vec<(Key, Allowance)>>,
) {
    let workload = cluster.workload(id);
    let after = places_of(cluster, id);
    let is_it = |object: &&mut super::PlannedObject| {
        let id = &object.id;
        id.kind == workload.key.kind && id.namespace == workload.key.namespace && id.name == workload.key.name
    };
    let Some(object) = plan.objects.iter_mut().find(is_it) else { return };
    let on = |places: &Places| places.iter().filter(|((_, node), _)| drained.contains(node)).map(|(_, count)| count).sum::<i64>();
    let (was, is) = (on(before), on(&after));
    let names: Vec<&str> = drained.iter().filter_map(|node| Some(cluster.nodes().get(*node)?.name.as_str())).collect();
    let from = names.join(", ");
    if was == 0 {
        return;
    }
    if matches!(workload.spec, Spec::DaemonSet(_)) {
        object.notes.push(format!("its pod on {from} stays: drain leaves pods of DaemonSets alone"));
        return;
    }
    if matches!(workload.spec, Spec::Pod) && is < was {
        object.effect = Effect::Delete;
        object.headline = Some(format!("lost with {from}: nothing makes this pod again"));
        return;
    }
    let pods = |count: i64| if count == 1 { "1 pod".to_string() } else { format!("{count} pods") };
    object.headline = match (was - is, is) {
        (0, stay) => Some(format!("{} cannot leave {from}", pods(stay))),
        (gone, 0) => Some(format!("{} leave{} {from}", pods(gone), if gone == 1 { "s" } else { "" })),
        (gone, stay) => Some(format!("{} leave{} {from}, {} cannot", pods(gone), if gone == 1 { "s" } else { "" }, stay)),
    };
    if object.effect == Effect::None {
        object.effect = Effect::Rollout;
    }
    object.notes.extend(gains(cluster, id, before, &after, drained));
    for (budget, allowance) in asked.get(&id).into_iter().flatten() {
        let lets = if allowance.left == 0 { "none go".to_string() } else { format!("{} go at a time", allowance.left) };
        let ready = if allowance.healthy == 1 { "1 is ready".to_string() } else { format!("{} are ready", allowance.healthy) };
        object
            .notes
            .push(format!("PodDisruptionBudget {}: {} must stay ready, {ready}: lets {lets}", budget.name, allowance.desired));
    }
    let empty_dir = |workload: &&super::cluster::Workload| {
        workload.pods.iter().any(|pods| {
            let volumes = pods.template.value["spec"]["volumes"].as_array().into_iter().flatten();
            volumes.into_iter().any(|volume| volume.get("emptyDir").is_some())
        })
    };
    if cluster.family(id).iter().any(empty_dir) {
        object.notes.push("what is in its emptyDir volumes is lost".to_string());
    }
}

/// `made again on node-2 (1), node-3 (2)`; `db-1 is made again on node-3` for pods with names.
fn gains(cluster: &Cluster, id: Id, before: &Places, after: &Places, drained: &[usize]) -> Vec<String> {
    let more = after.iter().map(|(place, count)| (place, count - before.get(place).copied().unwrap_or(0)));
    let more = more.filter(|((_, node), count)| *count > 0 && !drained.contains(node));
    let name = |node: usize| cluster.nodes().get(node).map_or("", |node| node.name.as_str());
    let (mut named, mut counted) = (Vec::new(), Vec::new());
    for ((identity, node), count) in more {
        match identity {
            Identity::Ordinal(n) => named.push(format!("{}-{n} is made again on {}", cluster.workload(id).key.name, name(*node))),
            _ => counted.push(format!("{} ({count})", name(*node))),
        }
    }
    if !counted.is_empty() {
        named.push(format!("made again on {}", counted.join(", ")));
    }
    named
}

/// The drain does not end.
fn blocked(cluster: &Cluster, held: &Held, drained: &[usize]) -> PlanFinding {
    let workload = cluster.workload(held.owner);
    let names: Vec<&str> = drained.iter().filter_map(|node| Some(cluster.nodes().get(*node)?.name.as_str())).collect();
    let pods = if held.count == 1 { "1 pod".to_string() } else { format!("{} pods", held.count) };
    let whose = format!("{pods} of {} {}/{}", workload.key.kind, workload.key.namespace, workload.key.name);
    let why = match held.budgets.as_slice() {
        [(budget, allowance)] => format!(
            "PodDisruptionBudget {} wants {} ready and {} {}",
            budget.name,
            allowance.desired,
            allowance.healthy,
            if allowance.healthy == 1 { "is" } else { "are" }
        ),
        several => {
            let names: Vec<&str> = several.iter().map(|(key, _)| key.name.as_str()).collect();
            format!("more than one PodDisruptionBudget covers them, and then none is evicted: {}", names.join(", "))
        }
    };
    PlanFinding {
        rule: "avail-drain-blocked",
        severity: Severity::Error,
        object: None,
        message: format!("draining {} never ends: {whose} may not go: {why}", names.join(", ")),
        help: Some("run more replicas than must be ready, or give the others a node to become ready on".to_string()),
        source: None,
    }
}

/// The names of those that the server refuses.
pub fn refused(outcomes: &[Outcome]) -> Vec<String> {
    let refused = outcomes.iter().filter(|outcome| outcome.verdict == apply::Verdict::Refused);
    refused.map(|outcome| format!("{} {}", outcome.key.kind, outcome.key.name)).collect()
}
