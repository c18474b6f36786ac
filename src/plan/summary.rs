//! From outcomes and rounds to the plan that is shown.

use serde_json::Value;

use super::apply::{Outcome, Verdict};
use super::autoscaled::{self, Autoscalers};
use super::changes;
use super::claims;
use super::cluster::Recorded;
use super::failing;
use super::limits::Limits;
use super::links;
use super::name;
use super::notes;
use super::pod::Identity;
use super::quota::{self, Usage};
use super::steps::{self, History, Names};
use super::store::Store;
use super::totals::{self, Costs, Moment, Side};
use super::{Effect, JobEnd, Options, Plan, PlannedObject, Rollout, Round, Runs, Totals, runs, ways};

/// What each object is told from: what was simulated, and what things are called.
struct Told<'a> {
    /// What there was.
    start: Option<&'a Round>,
    run: History<'a>,
    never: Option<History<'a>>,
    names: &'a Names,
    pods: notes::Pods<'a>,
}

/// Puts the plan together.
pub fn plan(store: &Store, outcomes: &[Outcome], simulated: &Runs, recorded: &[Recorded], options: &Options) -> Plan {
    let names = Names::of(outcomes, simulated, recorded, options.version);
    let never = simulated.never.as_ref().map(|never| History::of(never, &names));
    let start = simulated.start.rounds.last();
    let told = Told { start, run: History::of(&simulated.run, &names), never, names: &names, pods: notes::Pods::of(store) };
    let mut objects: Vec<PlannedObject> = outcomes.iter().map(|outcome| object(outcome, &told, options)).collect();
    objects.sort_by(|a, b| {
        fn key(object: &PlannedObject) -> (u8, &str, &str, &str) {
            (rank(object.effect), &object.id.namespace, &object.id.kind, &object.id.name)
        }
        key(a).cmp(&key(b))
    });
    let (totals, quotas) = sums(store, outcomes, simulated);
    Plan {
        kubernetes: options.version,
        apply: options.apply,
        links: links::links(outcomes, &objects),
        objects,
        rounds: simulated.run.rounds.clone(),
        runs: runs::runs(store, options),
        weeks: runs::weeks(store, options),
        totals,
        quotas,
        assumptions: assumptions(outcomes, &names, options),
        ..Plan::default()
    }
}

/// What all pods and claims add up to, and how much of each quota that is.
fn sums(store: &Store, outcomes: &[Outcome], simulated: &Runs) -> (Totals, Vec<Usage>) {
    let nothing = Moment::default();
    let (earlier, moments) = (totals::moments(&simulated.start), totals::moments(&simulated.run));
    let old: Vec<&Value> = outcomes.iter().filter_map(|outcome| outcome.before.as_deref()).collect();
    let new: Vec<&Value> = outcomes.iter().filter_map(|outcome| outcome.after.as_deref()).collect();
    let before = Side { objects: &old, moment: earlier.last().unwrap_or(&nothing) };
    let after = Side { objects: &new, moment: moments.last().unwrap_or(&nothing) };
    let costs = Costs::of(moments.iter().chain([before.moment]), &Limits::of(new.iter().copied()));
    let quotas = quota::usage(before, &moments, after, &costs);
    let maximum = autoscaled::at_maximum(&simulated.run, after.moment, store, &Autoscalers::of(store));
    (totals::totals(before, &moments, after, maximum.as_ref(), &costs), quotas)
}

/// Refused first, then what is lost, what rolls out, what changes in place, what is new, what stays.
fn rank(effect: Effect) -> u8 {
    match effect {
        Effect::Refused => 0,
        Effect::Replace => 1,
        Effect::Delete => 2,
        Effect::LeftBehind => 3,
        Effect::Rollout => 4,
        Effect::InPlace => 5,
        Effect::Future => 6,
        Effect::Create => 7,
        Effect::None => 8,
    }
}

fn object(outcome: &Outcome, told: &Told, options: &Options) -> PlannedObject {
    let effect = match outcome.verdict {
        Verdict::Refused => Effect::Refused,
        Verdict::Deleted => Effect::Delete,
        Verdict::LeftBehind => Effect::LeftBehind,
        Verdict::Stored if outcome.before.is_none() => Effect::Create,
        Verdict::Stored => changes::effect(&outcome.changes),
    };
    let shown = outcome.after.as_deref().or(outcome.before.as_deref());
    let rollout = shown.and_then(|value| steps::rollout(&outcome.key, value, &told.run, told.never.as_ref()));
    // Another object's change, or what happens to a node, may move pods of one that stays as it is.
    let moved = effect == Effect::None && rollout.is_some();
    let taken_on = told.run.of.adopted.iter().find(|(object, _)| **object == outcome.key).map(|(_, by)| by);
    let taken_on = taken_on.filter(|_| matches!(effect, Effect::None | Effect::LeftBehind | Effect::Create));
    let notes = notes(outcome, rollout.as_ref(), told, options);
    PlannedObject {
        id: outcome.id.clone(),
        effect: match taken_on {
            Some(_) if effect != Effect::Create => Effect::InPlace,
            _ if moved => Effect::Rollout,
            _ => effect,
        },
        headline: match taken_on {
            Some(by) => Some(format!("taken on by {} {}", by.kind, by.name)),
            None => moved.then(|| moves(options).to_string()),
        },
        revision: outcome.after.as_ref().and_then(|after| told.names.get(after)),
        revision_before: outcome.before.as_ref().and_then(|before| told.names.get(before)),
        source: outcome.source.clone(),
        causes: outcome.causes.clone(),
        changes: outcome.changes.clone(),
        autoscaler: outcome.after.as_ref().and_then(|_| told.pods.scalers.scaling(&outcome.key)),
        rollout,
        if_pods_fail: if_pods_fail(outcome),
        notes,
    }
}

/// How a Job ends whose pods fail, and each Job of a CronJob.
fn if_pods_fail(outcome: &Outcome) -> Vec<JobEnd> {
    let Some(object) = outcome.after.as_deref().filter(|_| outcome.verdict == Verdict::Stored) else { return Vec::new() };
    match (outcome.key.group.as_str(), outcome.key.kind.as_str()) {
        ("batch", "Job") => failing::ends(&object["spec"]),
        ("batch", "CronJob") => failing::ends(&object["spec"]["jobTemplate"]["spec"]),
        _ => Vec::new(),
    }
}

fn moves(options: &Options) -> &'static str {
    if options.observed.is_empty() {
        "itself unchanged, but pods come and go"
    } else {
        "itself unchanged; what was unfinished goes on"
    }
}

/// What is worth a line besides changes and steps.
fn notes(outcome: &Outcome, rollout: Option<&Rollout>, told: &Told, options: &Options) -> Vec<String> {
    let mut notes = outcome.after.as_ref().map(|after| runs::notes(after, options)).unwrap_or_default();
    notes.extend(ways::forward(outcome, options).into_iter().map(|way| format!("way forward: {way}")));
    if outcome.verdict == Verdict::Deleted {
        notes.extend(notes::gone(outcome));
    }
    notes.extend(outcome.mixed_up.iter().map(|path| {
        format!("client-side apply takes `{path}` for an earlier element with the same key: apply it server-side, or replace it")
    }));
    if let Some(after) = outcome.after.as_ref().filter(|_| outcome.verdict != Verdict::Refused) {
        notes.extend(notes::notes(outcome, after, &told.pods));
        let steps = rollout.map_or(&[][..], |rollout| &rollout.steps);
        notes.extend(told.start.and_then(|start| claims::taken_up(&outcome.key, after, steps, start)));
    }
    for (_, count, why) in told.run.of.unscheduled.iter().filter(|(key, _, _)| **key == outcome.key) {
        let pods = if *count == 1 { "1 pod finds".to_string() } else { format!("{count} pods find") };
        notes.push(format!("{pods} no node: {why}"));
    }
    for (_, identity, why) in told.run.of.failing.iter().filter(|(key, _, _)| **key == outcome.key) {
        let pod = match identity {
            Identity::Ordinal(ordinal) => format!("{}-{ordinal}", outcome.key.name),
            _ => "a pod".to_string(),
        };
        notes.push(format!("{pod} cannot start: {why}"));
    }
    for (_, pod, whose) in told.run.of.taken.iter().filter(|(key, ..)| **key == outcome.key) {
        notes.push(format!("waits to make {pod}: {}", taken(whose)));
    }
    notes.dedup();
    notes
}

/// Why a StatefulSet cannot have the name of a pod.
pub fn taken(whose: &str) -> String {
    match whose {
        "" => "there is a pod of that name, whose labels its selector does not match".to_string(),
        whose => format!("there is a pod of that name, that of {whose}"),
    }
}

/// What the plan takes for granted, most important first.
fn assumptions(outcomes: &[Outcome], names: &Names, options: &Options) -> Vec<String> {
    let mut list = Vec::new();
    if !options.observed.is_empty() {
        list.push("nothing has changed since the dump, and what it does not tell of is ready".to_string());
    } else if outcomes.iter().any(|outcome| outcome.before.is_some()) {
        list.push("everything that was there is ready, and nobody else changed it".to_string());
    }
    if options.nodes.is_none() {
        list.push("every pod finds a node (give --nodes to check)".to_string());
    }
    if outcomes.iter().any(|outcome| outcome.after.as_ref().is_some_and(|after| names.get(after).is_some())) {
        let certain = options.version == name::CERTAIN;
        list.push(if certain { name::ASSUMED } else { name::ASSUMED_OF_OTHER_VERSIONS }.to_string());
    }
    list
}
