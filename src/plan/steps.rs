//! How the pods of one object come and go: the simulation's log turned into steps and bounds.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value;

use super::apply::Outcome;
use super::cluster::Recorded;
use super::name;
use super::sim::{Entry, Run, What};
use super::store::Key;
use super::{Action, Bounds, Counts, NeverReady, Rollout, Runs, Step, Time, Wait};
use crate::object::intstr::{IntOrString, Round};
use crate::schema::Version;

/// `progressDeadlineSeconds` of a Deployment that is never reported as failed.
const NO_DEADLINE: i64 = 2_147_483_647;

/// The names that controllers give the revisions of stored objects. A name takes the hash of a dump of several thousand bytes, and
/// is asked for in many steps.
pub struct Names(HashMap<*const Value, Option<String>>);

impl Names {
    /// Of what `outcomes` stored, and of all that ReplicaSets of `simulated` were made from; these must outlive the names.
    pub fn of(outcomes: &[Outcome], simulated: &Runs, recorded: &[Recorded], version: Version) -> Names {
        let stored = outcomes.iter().flat_map(|outcome| outcome.before.iter().chain(&outcome.after));
        let made_from = simulated.run.sets.values().chain(simulated.never.iter().flat_map(|never| never.sets.values()));
        let values: HashMap<*const Value, &Value> = stored.chain(made_from).map(|value| (Arc::as_ptr(value), &**value)).collect();
        let (places, values): (Vec<*const Value>, Vec<&Value>) = values.into_iter().unzip();
        let mut names: HashMap<*const Value, Option<String>> =
            places.into_iter().zip(name::revisions(&values, version)).collect();
        for outcome in outcomes {
            let known = |value: &Value| {
                let same = |known: &&Recorded| *known.key == outcome.key && *known.template.value == value["spec"]["template"];
                recorded.iter().rfind(same).map(|known| known.name.clone())
            };
            for value in outcome.before.iter().chain(&outcome.after) {
                if let Some(name) = known(value) {
                    names.insert(Arc::as_ptr(value), Some(name));
                }
            }
        }
        Names(names)
    }

    /// The name of the ReplicaSet or ControllerRevision of this very value.
    pub fn get(&self, value: &Arc<Value>) -> Option<String> {
        self.0.get(&Arc::as_ptr(value)).cloned().flatten()
    }
}

/// A run with its log by object: searching all of it for each of 1,000 objects would take longer than simulating them.
pub struct History<'a> {
    /// The run.
    pub of: &'a Run,
    entries: HashMap<&'a Key, Vec<&'a Entry>>,
    names: &'a Names,
}

impl<'a> History<'a> {
    /// Of one run, told with these names.
    pub fn of(run: &'a Run, names: &'a Names) -> History<'a> {
        let mut entries: HashMap<&Key, Vec<&Entry>> = HashMap::new();
        for entry in &run.log {
            entries.entry(&*entry.object).or_default().push(entry);
        }
        History { of: run, entries, names }
    }

    fn entries(&self, key: &Key) -> impl Iterator<Item = &'a Entry> {
        self.entries.get(key).into_iter().flatten().copied()
    }
}

/// The rollout of the object `key`, stored as `object`; `None` where no pod of it comes or goes.
pub fn rollout(key: &Key, object: &Value, run: &History, never: Option<&History>) -> Option<Rollout> {
    let steps = steps(key, run);
    if steps.is_empty() {
        return None;
    }
    let spec = &object["spec"];
    let replicas = wanted(key, spec, run);
    let evicted = steps.iter().flat_map(|step| &step.actions).any(|action| action.verb == "evict");
    // Evictions ask budgets, not the strategy.
    let (max_surge, max_unavailable) = if evicted { (None, None) } else { limits(key, spec, replicas) };
    Some(Rollout {
        strategy: if evicted { "Eviction".to_string() } else { strategy(key, spec) },
        replicas,
        max_surge,
        max_unavailable,
        bounds: bounds(key, run),
        if_never_ready: never.and_then(|never| never_ready(key, spec, &steps, never)).or_else(|| stays(key, spec, &steps, run)),
        time: time(spec, &steps),
        steps,
    })
}

/// The log's entries of one object as steps: what one look of the controller does is one step, and a wait ends it.
fn steps(key: &Key, run: &History) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut last: Option<(usize, Counts)> = None;
    for entry in run.entries(key) {
        match &entry.what {
            What::Did(action) => {
                let action = named(action, run);
                match steps.last_mut().filter(|step| step.then.is_none() && last == Some((entry.round, entry.counts))) {
                    Some(step) => step.actions.push(action),
                    None => steps.push(Step { actions: vec![action], counts: entry.counts, then: None, round: entry.round }),
                }
                last = Some((entry.round, entry.counts));
            }
            What::Waited(wait) => {
                if let Some(step) = steps.last_mut().filter(|step| step.then.is_none()) {
                    step.then = Some(wait.clone());
                }
            }
        }
    }
    steps
}

/// The action with the name that the ReplicaSet will really have in place of its number.
fn named(action: &Action, run: &History) -> Action {
    let real = run.of.sets.get(&action.target).and_then(|made_from| run.names.get(made_from));
    let real = real.or_else(|| run.of.names.get(&action.target).cloned());
    let target = real.map_or(action.target.clone(), |name| format!("ReplicaSet/{name}"));
    Action { target, ..action.clone() }
}

fn strategy(key: &Key, spec: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or("").to_string();
    match key.kind.as_str() {
        "Deployment" => text(&spec["strategy"]["type"]),
        "DaemonSet" => text(&spec["updateStrategy"]["type"]),
        "StatefulSet" => text(&spec["podManagementPolicy"]),
        kind => kind.to_string(),
    }
}

/// How many pods there are to be: `replicas`, a Job's completions, or as many as there are in the end.
fn wanted(key: &Key, spec: &Value, run: &History) -> i64 {
    if let Some(nodes) = run.of.wanted.get(key) {
        return *nodes;
    }
    let field = if key.kind == "Job" { &spec["completions"] } else { &spec["replicas"] };
    let counted = || run.entries(key).last().map_or(0, |entry| entry.counts.pods);
    field.as_i64().unwrap_or_else(counted)
}

/// Surge and unavailable as the controller rounds them.
fn limits(key: &Key, spec: &Value, replicas: i64) -> (Option<i64>, Option<i64>) {
    let rolling = match key.kind.as_str() {
        "Deployment" => &spec["strategy"]["rollingUpdate"],
        "DaemonSet" => &spec["updateStrategy"]["rollingUpdate"],
        _ => return (None, None),
    };
    let scaled = |value: &Value, round| value.as_i64().or_else(|| IntOrString::parse(value.as_str()?).scaled(replicas, round));
    let surge = scaled(&rolling["maxSurge"], Round::Up);
    // A DaemonSet rounds both up, a Deployment this one down; and never may both be zero.
    let round = if key.kind == "DaemonSet" { Round::Up } else { Round::Down };
    let unavailable = scaled(&rolling["maxUnavailable"], round);
    match (surge, unavailable) {
        (Some(0), Some(0)) if replicas > 0 => (Some(0), Some(1)),
        limits => limits,
    }
}

fn bounds(key: &Key, run: &History) -> Bounds {
    let start = run.of.start.get(key).copied().unwrap_or_default();
    // What takes on a ReplicaSet has had no pods of its own before.
    let adopts = run.entries(key).next().is_some_and(|entry| matches!(&entry.what, What::Did(action) if action.verb == "adopt"));
    let all = || Some(start).filter(|_| !adopts).into_iter().chain(run.entries(key).map(|entry| entry.counts));
    Bounds {
        min_ready: all().map(|counts| counts.ready).min().unwrap_or(0),
        max_counted: all().map(|counts| counts.pods).max().unwrap_or(0),
        max_existing: all().map(|counts| counts.pods + counts.stopping).max().unwrap_or(0),
    }
}

/// Where it ends if no new pod becomes ready; `None` for what does not wait for readiness.
fn never_ready(key: &Key, spec: &Value, steps: &[Step], never: &History) -> Option<NeverReady> {
    let waits = steps.iter().any(|step| step.then.as_ref().is_some_and(|then| then.kind == "ready"));
    (key.kind != "Job" && waits).then(|| stopped(key, spec, never))
}

/// Where it ends if the run is that of pods that never become ready.
fn stays(key: &Key, spec: &Value, steps: &[Step], run: &History) -> Option<NeverReady> {
    let never = steps.iter().any(|step| step.then.as_ref().is_some_and(|then| then.kind == "never"));
    (never && !steps.iter().flat_map(|step| &step.actions).any(|action| action.verb == "evict")).then(|| stopped(key, spec, run))
}

fn stopped(key: &Key, spec: &Value, never: &History) -> NeverReady {
    let stopped = self::steps(key, never);
    let deadline = spec["progressDeadlineSeconds"].as_i64().filter(|&seconds| seconds != NO_DEADLINE);
    NeverReady {
        stops_at: stopped.len(),
        ready: never.entries(key).last().map_or(0, |entry| entry.counts.ready),
        reported_after_seconds: deadline.filter(|_| key.kind == "Deployment"),
        recovers_by_itself: !(key.kind == "StatefulSet" && spec["podManagementPolicy"] == "OrderedReady"),
    }
}

fn time(spec: &Value, steps: &[Step]) -> Time {
    let waiting =
        |kind: &str| steps.iter().filter_map(|step| step.then.as_ref()).filter(|then: &&Wait| then.kind == kind).count() as i64;
    let (ready, failed) = (waiting("ready"), waiting("failed"));
    let delays: i64 = steps.iter().filter_map(|step| step.then.as_ref()).map(|then| then.seconds).sum();
    let each = earliest(&spec["template"]["spec"]) + spec["minReadySeconds"].as_i64().unwrap_or(0);
    Time { at_least_seconds: ready * each + delays, waits: ready + failed + waiting("gone") }
}

/// The earliest that a pod can be ready, in seconds after its containers start: what its probes wait for.
pub fn earliest(pod: &Value) -> i64 {
    let containers = |key: &str| pod[key].as_array().into_iter().flatten();
    let sidecars = containers("initContainers").filter(|container| container["restartPolicy"] == "Always");
    let regular =
        containers("containers").map(|container| delay(&container["startupProbe"]).max(delay(&container["readinessProbe"])));
    let before: i64 = sidecars.map(|container| delay(&container["startupProbe"])).sum();
    before + regular.max().unwrap_or(0)
}

/// When a probe can first have passed.
fn delay(probe: &Value) -> i64 {
    let number = |key: &str, default: i64| probe[key].as_i64().unwrap_or(default);
    if probe.is_null() {
        0
    } else {
        number("initialDelaySeconds", 0) + (number("successThreshold", 1) - 1) * number("periodSeconds", 10)
    }
}
