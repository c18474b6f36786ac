//! From outcomes and rounds to the plan that is shown.

use super::apply::{Outcome, Verdict};
use super::changes;
use super::name;
use super::runs;
use super::sim::Run;
use super::store::Store;
use super::{Effect, Options, Plan, PlannedObject};

/// Puts the plan together.
pub fn plan(store: &Store, outcomes: &[Outcome], run: &Run, options: &Options) -> Plan {
    let mut objects: Vec<PlannedObject> = outcomes.iter().map(|outcome| object(outcome, options)).collect();
    objects.sort_by(|a, b| {
        let key = |object: &PlannedObject| {
            (rank(object.effect), object.id.namespace.clone(), object.id.kind.clone(), object.id.name.clone())
        };
        key(a).cmp(&key(b))
    });
    Plan {
        kubernetes: options.version,
        apply: options.apply,
        objects,
        rounds: run.rounds.clone(),
        runs: runs::runs(store, options),
        ..Plan::default()
    }
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

fn object(outcome: &Outcome, options: &Options) -> PlannedObject {
    let effect = match outcome.verdict {
        Verdict::Refused => Effect::Refused,
        Verdict::Deleted => Effect::Delete,
        Verdict::LeftBehind => Effect::LeftBehind,
        Verdict::Stored if outcome.before.is_none() => Effect::Create,
        Verdict::Stored => changes::effect(&outcome.changes),
    };
    PlannedObject {
        id: outcome.id.clone(),
        effect,
        revision: outcome.after.as_ref().and_then(|after| name::revision(after, options.version)),
        revision_before: outcome.before.as_ref().and_then(|before| name::revision(before, options.version)),
        source: outcome.source.clone(),
        causes: outcome.causes.clone(),
        changes: outcome.changes.clone(),
        notes: outcome.after.as_ref().map(|after| runs::notes(after, options)).unwrap_or_default(),
        ..PlannedObject::default()
    }
}
