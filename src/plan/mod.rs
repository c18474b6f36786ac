//! The planner: what the real controllers would make of manifests, alone or as the next revision of others. Pure: values in,
//! a [`Plan`] out.

mod apply;
mod carry;
mod changes;
mod cluster;
mod effects;
mod merge;
mod model;
pub mod name;
mod runs;
mod sim;
mod store;
mod summary;

pub use cluster::{Cluster, Node};
pub use model::*;
pub use store::{Key, Source, Store, Stored};

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
}

/// Plans `after` over what each of `before` in turn, applied and rolled out, has made.
pub fn plan(before: &[Vec<Checked>], after: &[Checked], options: &Options) -> Plan {
    let mut store = Store::default();
    let mut cluster = Cluster::new(options);
    for manifests in before {
        let outcomes = apply::apply(&mut store, manifests, options);
        cluster.update(&store, &outcomes);
        sim::settle(&mut cluster);
    }
    let outcomes = apply::apply(&mut store, after, options);
    cluster.update(&store, &outcomes);
    let run = sim::settle(&mut cluster);
    summary::plan(&store, &outcomes, &run, options)
}
