//! The server's defaults, written into the tree as synthetic nodes before validation runs.

mod affinity;
mod apps;
mod batch;
mod config;
mod meta;
mod pod;
mod service;
mod slot;
mod storage;
mod volumes;

pub use slot::Slot;

use super::Object;
use crate::schema::Version;
use crate::yaml::Tree;

/// Which function fills in which kind; each takes the object's root.
const KINDS: &[(&str, &str, fn(&mut Slot))] = &[
    ("v1", "Pod", pod::pod),
    ("v1", "PodTemplate", pod::pod_template),
    ("v1", "ReplicationController", apps::replication_controller),
    ("apps/v1", "Deployment", apps::deployment),
    ("apps/v1", "ReplicaSet", apps::replica_set),
    ("apps/v1", "StatefulSet", apps::stateful_set),
    ("apps/v1", "DaemonSet", apps::daemon_set),
    ("batch/v1", "Job", batch::job),
    ("batch/v1", "CronJob", batch::cron_job),
    ("v1", "Service", service::service),
    ("v1", "Endpoints", service::endpoints),
    ("discovery.k8s.io/v1", "EndpointSlice", service::endpoint_slice),
    ("v1", "PersistentVolumeClaim", storage::claim),
    ("v1", "PersistentVolume", storage::persistent_volume),
    ("v1", "Secret", config::secret),
    ("v1", "Namespace", config::namespace),
    ("v1", "LimitRange", config::limit_range),
];

/// Fills in what the server fills in before it validates. Nothing but `metadata` for kinds it does not know.
pub fn apply(tree: &mut Tree, object: &Object, version: Version) {
    let _ = version;
    let mut root = Slot::new(tree, object.root);
    root.struct_at("metadata");
    let known = KINDS.iter().find(|(api_version, kind, _)| *api_version == object.id.api_version && *kind == object.id.kind);
    if let Some((_, _, fill)) = known {
        fill(&mut root);
    }
}
