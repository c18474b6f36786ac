//! The loop: controllers run until nothing moves, the state is recorded, the kubelet plays once, and round again.

use super::Round;
use super::cluster::Cluster;

/// What a simulation came to.
#[derive(Clone, Debug, Default)]
pub struct Run {
    /// The state each time the controllers had nothing more to do.
    pub rounds: Vec<Round>,
}

/// Runs until a round changes nothing.
pub fn settle(cluster: &mut Cluster) -> Run {
    let _ = cluster;
    Run::default()
}
