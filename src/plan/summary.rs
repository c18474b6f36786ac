//! From outcomes and rounds to the plan that is shown.

use super::apply::Outcome;
use super::sim::Run;
use super::store::Store;
use super::{Options, Plan};

/// Puts the plan together.
pub fn plan(store: &Store, outcomes: &[Outcome], run: &Run, options: &Options) -> Plan {
    let _ = (store, outcomes);
    Plan { kubernetes: options.version, apply: options.apply, rounds: run.rounds.clone(), ..Plan::default() }
}
