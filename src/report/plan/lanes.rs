//! The life of each pod that has a name of its own, round by round: what swim lanes are drawn from.

use crate::object::ObjectId;
use crate::plan::{Plan, PlannedObject, PodRow};

/// What becomes of one pod, or of the pods on one node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lane {
    /// The pod or node.
    pub name: String,
    /// Its state in each round; `None` where it does not exist. Of two pods on a node the newer one's.
    pub states: Vec<Option<State>>,
    /// The state of the older pod in each round, where a node has two.
    pub beside: Vec<Option<State>>,
}

/// One pod in one round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// Which revision.
    pub age: Age,
    /// `pending`, `ready`, `terminating`, `succeeded`, `unscheduled`.
    pub phase: &'static str,
}

/// Which of two revisions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Age {
    /// One from before.
    Old,
    /// The one that is wanted.
    New,
}

/// The lanes of `object`, in order of ordinal or node; none where its pods have no names.
pub fn lanes(plan: &Plan, object: &PlannedObject) -> Vec<Lane> {
    let owner = Owner::of(&object.id);
    let rows = || plan.rounds.iter().flat_map(|round| &round.pods).filter(|row| owner.has(row) && !row.name.is_empty());
    let newest = rows().filter_map(|row| number(&row.revision)).max();
    let mut names: Vec<&str> = rows().map(|row| &*row.name).collect();
    names.sort_by_key(|name| ordinal(name));
    names.dedup();
    let state = |name: &str, round: &crate::plan::Round| {
        let mut found = round.pods.iter().filter(|row| owner.has(row) && *row.name == *name);
        let age = |revision: &str| {
            if revision == "old" || number(revision) < newest { Age::Old } else { Age::New }
        };
        let state = |row: &PodRow| State { age: age(&row.revision), phase: row.phase };
        let first = found.next().map(state);
        let newer = found.map(state).rfind(|state| state.age == Age::New);
        match (first, newer) {
            (Some(first), Some(newer)) if first.age == Age::Old => (Some(newer), Some(first)),
            (first, newer) => (newer.or(first), None),
        }
    };
    let lane = |name: &str| {
        let (states, beside) = until_rest(plan, &owner).iter().map(|round| state(name, round)).unzip();
        Lane { name: name.to_string(), states, beside }
    };
    names.into_iter().map(lane).collect()
}

/// Whose pods: in a round, the default namespace is left out.
struct Owner {
    bare: String,
    full: String,
}

impl Owner {
    fn of(id: &ObjectId) -> Owner {
        Owner { bare: format!("{}/{}", id.kind, id.name), full: format!("{}/{}/{}", id.kind, id.namespace, id.name) }
    }

    fn has(&self, row: &PodRow) -> bool {
        *row.owner == *self.full || *row.owner == *self.bare
    }
}

/// The rounds until `owner`'s pods change no more.
fn until_rest<'a>(plan: &'a Plan, owner: &Owner) -> &'a [crate::plan::Round] {
    let rows = |round: &crate::plan::Round| round.pods.iter().filter(|row| owner.has(row)).cloned().collect::<Vec<_>>();
    let mut end = plan.rounds.len();
    while end > 1 && rows(&plan.rounds[end - 1]) == rows(&plan.rounds[end - 2]) {
        end -= 1;
    }
    &plan.rounds[..end]
}

/// The number of a revision written `agent@2`.
fn number(revision: &str) -> Option<u32> {
    revision.rsplit_once('@').and_then(|(_, number)| number.parse().ok())
}

/// Sorts `db-2` before `db-10`.
fn ordinal(name: &str) -> (String, u64, String) {
    let digits = name.len() - name.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    let (stem, number) = name.split_at(name.len() - digits);
    (stem.to_string(), number.parse().unwrap_or(0), name.to_string())
}
