//! The planner: what the real controllers would make of manifests, alone or as the next revision of others. Pure: values in,
//! a [`Plan`] out.

mod admission;
mod apply;
mod autoscaled;
mod carry;
mod changes;
mod claims;
mod cluster;
mod daemon_set;
mod demands;
mod deployment;
pub mod drain;
mod effects;
mod failing;
mod failure_policy;
mod found;
mod gate;
mod job;
mod kubelet;
pub mod labels;
mod limits;
mod links;
mod merge;
mod model;
pub mod name;
mod node;
mod notes;
mod observed;
mod pod;
pub mod pod_security;
mod quota;
mod replica_set;
pub mod runs;
mod scheduler;
mod sim;
mod stateful_set;
mod steps;
mod store;
mod summary;
mod totals;
mod twins;
mod unread;
mod ways;
mod what_if;

pub use admission::LABEL;
pub use apply::{Outcome, Verdict};
pub use cluster::Cluster;
pub use found::{ClaimName, PlanCx, RUNNING, Sides, template};
pub use gate::{Gates, Refusal};
pub use kubelet::Readiness;
pub use model::*;
pub use node::Node;
pub use pod::{Identity, Template};
pub use quota::Usage;
pub use sim::{Entry, Run, What, settle_never_ready};
pub use steps::earliest;
pub use store::{Key, Source, Store, Stored};
pub use summary::taken;
pub use what_if::{WhatIf, what_if};

use std::collections::BTreeSet;

use crate::check::Checked;
use crate::schema::Version;

/// How the manifests will be applied; it changes what is refused and what is kept (`replicas` left out, a strategy changed).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Apply {
    /// `kubectl apply`: a three-way merge with the last applied manifest.
    #[default]
    Client,
    /// `kubectl apply --server-side` with one field manager.
    Server,
    /// `kubectl replace`: the manifest is the whole object.
    Replace,
}

/// What happens to objects that are no longer in the manifests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Prune {
    /// They keep running.
    #[default]
    None,
    /// Those kinds that `kubectl apply --prune` looks at are deleted.
    Kubectl,
    /// All are deleted.
    All,
}

/// The order in which objects are applied.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// File after file, as `kubectl apply -f` does.
    #[default]
    AsWritten,
    /// What others need first, as `kubectl apply -k` does.
    Sorted,
}

/// What a plan is told.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The server's minor version.
    pub version: Version,
    /// How the manifests are applied.
    pub apply: Apply,
    /// What happens to objects that left.
    pub prune: Prune,
    /// The nodes; `None` where nothing is known of them: then every pod finds one.
    pub nodes: Option<Vec<Node>>,
    /// Now, for CronJobs.
    pub now: jiff::Timestamp,
    /// How many runs of each CronJob to list.
    pub runs: usize,
    /// What was found in a cluster, as the server wrote it: what the last of `before` stands for is not rolled out, but taken to be
    /// as these objects say.
    pub observed: Vec<serde_json::Value>,
    /// The order in which objects are applied.
    pub order: Order,
    /// How pods become ready while the manifests are rolled out.
    pub readiness: Readiness,
}

/// What becomes of the cluster: as it should go, and if no new pod ever becomes ready.
struct Runs {
    /// What led to what is there before; nothing where nothing was.
    start: Run,
    run: Run,
    /// Not asked where no pod becomes ready anyway.
    never: Option<Run>,
}

/// One revision of manifests, and how far it is rolled out before the next.
#[derive(Clone, Copy, Debug)]
pub struct Revision<'a> {
    /// The manifests.
    pub manifests: &'a [Checked],
    /// After so many rounds the next revision interrupts; `None`: when all is at rest.
    pub rounds: Option<usize>,
    /// How pods become ready.
    pub readiness: Readiness,
}

/// What the controllers make of `revisions`, applied one after the other.
pub fn replay(revisions: &[Revision], options: &Options) -> Vec<Run> {
    let mut store = Store::default();
    let mut cluster = Cluster::new(options);
    let mut runs = Vec::new();
    for revision in revisions {
        let outcomes = apply::apply(&mut store, revision.manifests, options);
        cluster.update(&outcomes);
        runs.push(sim::run(&mut cluster, revision.readiness, revision.rounds.unwrap_or(usize::MAX)));
    }
    runs
}

/// Plans `after` over what each of `before` in turn, applied and rolled out, has made.
pub fn plan(before: &[Vec<Checked>], after: &[Checked], options: &Options) -> Plan {
    let mut world = World::of(before, options);
    let earlier = world.earlier();
    let outcomes = apply::apply(&mut world.store, after, options);
    world.cluster.update(&outcomes);
    let mut plan = world.plan(&earlier, after, &outcomes, options);
    plan.findings.extend(unread::findings(before, after));
    plan
}

/// What is stored, and what the controllers have made of it.
struct World {
    store: Store,
    cluster: Cluster,
    /// What led to it.
    start: Run,
}

/// What there was before the change.
struct Earlier {
    store: Store,
    claims: BTreeSet<ClaimName>,
}

impl World {
    /// Each of `before` in turn, applied and rolled out.
    fn of(before: &[Vec<Checked>], options: &Options) -> World {
        let mut world = World { store: Store::default(), cluster: Cluster::new(options), start: Run::default() };
        let take = if options.observed.is_empty() { apply::apply } else { apply::found };
        for manifests in before {
            let outcomes = take(&mut world.store, manifests, options);
            world.settle(&outcomes);
        }
        if !options.observed.is_empty() {
            observed::note_last_applied(&mut world.store, &options.observed);
            world.cluster.observe(&observed::Observed::of(&options.observed, options.version));
            world.start = sim::look(&world.cluster);
        }
        world
    }

    /// Answers what is refused.
    fn roll_out(&mut self, manifests: &[Checked], options: &Options) -> Vec<String> {
        let outcomes = apply::apply(&mut self.store, manifests, options);
        self.settle(&outcomes);
        what_if::refused(&outcomes)
    }

    /// Lets the controllers act on what was just stored, until nothing moves.
    fn settle(&mut self, outcomes: &[Outcome]) {
        self.cluster.update(outcomes);
        self.start = sim::settle(&mut self.cluster);
    }

    fn earlier(&self) -> Earlier {
        Earlier { store: self.store.clone(), claims: claims(&self.cluster) }
    }

    /// Lets the controllers act on what was just stored, and tells of it.
    fn plan(&mut self, earlier: &Earlier, manifests: &[Checked], outcomes: &[Outcome], options: &Options) -> Plan {
        let before = self.store.objects.keys().any(|key| key.kind == "ResourceQuota").then(|| self.cluster.clone());
        self.cluster.set_gates(gate::Gates::without_quotas(&self.store, options.version));
        let start = std::mem::take(&mut self.start);
        let (mut runs, mut plan) = self.simulate(start, outcomes, options);
        // Where quotas are in the way, once more with them; what is asked for stays what they are compared with.
        if let Some(cluster) = before.filter(|_| plan.quotas.iter().any(|usage| usage.peak > usage.hard)) {
            self.cluster = cluster;
            self.cluster.set_gates(gate::Gates::of(&self.store, options.version));
            let held = self.simulate(runs.start, outcomes, options);
            let quotas = std::mem::take(&mut plan.quotas);
            (runs, plan) = (held.0, Plan { quotas, ..held.1 });
        }
        let sides = Sides {
            manifests,
            before: &earlier.store,
            after: &self.store,
            outcomes,
            run: &runs.run,
            claims_before: &earlier.claims,
            claims_after: &claims(&self.cluster),
        };
        plan.findings = found::findings(&sides, &plan, options);
        plan.findings.sort_by_key(|finding| finding.object.unwrap_or(usize::MAX));
        plan
    }

    /// The controllers act, and what that comes to.
    fn simulate(&mut self, start: Run, outcomes: &[Outcome], options: &Options) -> (Runs, Plan) {
        let rolls = options.readiness == Readiness::Together && !self.cluster.is_draining();
        let never = rolls.then(|| sim::settle_never_ready(&mut self.cluster.clone()));
        let run = sim::run(&mut self.cluster, options.readiness, sim::MOST_ROUNDS);
        let runs = Runs { start, run, never };
        let plan = summary::plan(&self.store, outcomes, &runs, self.cluster.recorded(), options);
        (runs, plan)
    }
}

fn claims(cluster: &Cluster) -> BTreeSet<ClaimName> {
    cluster.claims().iter().filter(|(_, claim)| !claim.deleting).map(|(name, _)| name.clone()).collect()
}
