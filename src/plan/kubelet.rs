//! The kubelet, in lock-step: everything that waits moves at once.

use std::sync::Arc;

use super::cluster::{Cluster, Id, Spec};
use super::pod::{Phase, Pods, Template};

/// How pods become ready.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Readiness {
    /// All together, each time.
    #[default]
    Together,
    /// Those made from what the last revision changed never do, nor those it asks for besides.
    NeverNew,
    /// No pod that is made from now on does; those of Jobs fail.
    NeverMade,
    /// Some of those that could, drawn from this seed; each time at least one.
    Random(u64),
}

/// Numbers that look random, the same ones for the same seed.
#[derive(Clone, Copy, Debug)]
pub struct Dice(u64);

impl Dice {
    /// From a seed.
    pub fn new(seed: u64) -> Dice {
        Dice(seed.wrapping_mul(2).wrapping_add(0x9e37_79b9_7f4a_7c15))
    }

    /// A number from 0 to `most`.
    fn up_to(&mut self, most: i64) -> i64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        i64::try_from((self.0 >> 16) % (most.unsigned_abs() + 1)).unwrap_or(0)
    }
}

/// Stopping pods go, waiting ones become ready, those of Jobs succeed. Answers whether anything moved.
pub fn play(cluster: &mut Cluster, readiness: Readiness, dice: &mut Dice) -> bool {
    let movable = movable(cluster, readiness);
    let forced = dice.up_to(movable.len() as i64 - 1);
    for (i, (owner, pods)) in movable.iter().enumerate() {
        let count = match readiness {
            Readiness::Random(_) if i as i64 == forced => 1 + dice.up_to(pods.count - 1),
            Readiness::Random(_) => dice.up_to(pods.count),
            _ => pods.count,
        };
        if count > 0 {
            step(cluster, *owner, pods, count, readiness);
        }
    }
    !movable.is_empty()
}

/// The groups of pods that would move.
fn movable(cluster: &Cluster, readiness: Readiness) -> Vec<(Id, Pods)> {
    let mut movable = Vec::new();
    for (owner, workload) in cluster.workloads().iter().enumerate() {
        for pods in &workload.pods {
            let moves = match pods.phase {
                Phase::Terminating => true,
                Phase::Pending if !pods.stuck().is_empty() => false,
                Phase::Pending if fails(cluster, owner, pods, readiness) => gives_up(&workload.spec),
                Phase::Pending => true,
                _ => false,
            };
            if moves {
                movable.push((owner, pods.clone()));
            }
        }
    }
    movable
}

/// Whether a pod that has a node does not become ready.
pub fn fails(cluster: &Cluster, owner: Id, pods: &Pods, readiness: Readiness) -> bool {
    match readiness {
        Readiness::NeverNew => is_new(cluster, owner, pods),
        Readiness::NeverMade => pods.made == cluster.stage(),
        Readiness::Together | Readiness::Random(_) => false,
    }
}

/// Whether it is a Job, and one that does not start the same pods again for ever.
pub fn gives_up(spec: &Spec) -> bool {
    matches!(spec, Spec::Job(job) if !job.tries.in_place() || job.tries.reason().is_some())
}

/// Whether a pod was made from what the last revision of the manifests changed; all that were made since are where that was not
/// the template.
fn is_new(cluster: &Cluster, owner: Id, pods: &Pods) -> bool {
    let top = cluster.top(owner);
    let changed = cluster.workload(top).changed == cluster.stage();
    let made_from = |template: &Arc<Template>| Arc::ptr_eq(template, &pods.template);
    pods.made == cluster.stage() && (!changed || cluster.update_template(top).is_some_and(made_from))
}

fn step(cluster: &mut Cluster, owner: Id, pods: &Pods, count: i64, readiness: Readiness) {
    let is_job = matches!(cluster.workload(owner).spec, Spec::Job(_));
    match pods.phase {
        Phase::Terminating => cluster.remove(owner, pods.id, count),
        _ if is_job && fails(cluster, owner, pods, readiness) => cluster.advance(owner, pods.id, count, Phase::Failed),
        _ if is_job => cluster.advance(owner, pods.id, count, Phase::Succeeded),
        _ => cluster.advance(owner, pods.id, count, Phase::Ready),
    }
}
