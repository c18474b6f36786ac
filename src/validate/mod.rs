//! The mirror of the API server's validation: what it refuses after decoding and defaulting, one file per subject.

mod affinity;
mod annotations;
mod apps;
mod batch;
mod cel;
mod claim;
mod config;
mod container;
mod dns;
mod env;
mod few;
mod handler;
mod meta;
mod others;
mod persistent_volume;
mod pod;
mod ports;
mod resources;
mod security;
mod selector;
mod service;
pub mod text;
mod update;
mod verdicts;
mod volumes;
mod warnings;
mod windows;

pub use update::{Expansion, Update, update};
pub use verdicts::{Unique, Verdict, Verdicts, Why, edit_distance, name_of, nearest};

use std::sync::LazyLock;

use crate::object::{Field, ObjectId};
use crate::schema::{self, Version};
use crate::text::ByName;

/// One kind's validation: takes the object's root.
type Check = fn(&mut Verdicts, Field, Version);

/// Which function validates which kind.
const KINDS: &[(&str, &str, Check)] = &[
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
    ("v1", "PersistentVolumeClaim", claim::claim),
    ("v1", "PersistentVolume", persistent_volume::persistent_volume),
    ("v1", "ConfigMap", config::config_map),
    ("v1", "Secret", config::secret),
    ("v1", "Namespace", config::namespace),
    ("v1", "ServiceAccount", config::service_account),
];

/// Puts into `errs` what the server would refuse about the object at `root`, whose defaults are filled in. Says nothing about
/// kinds it does not know but the metadata of custom resources.
pub fn object(root: Field, id: &ObjectId, version: Version, errs: &mut Verdicts) {
    static CHECKS: LazyLock<ByName<(&str, &str), Check>> = LazyLock::new(|| {
        KINDS.iter().chain(others::KINDS).map(|(api_version, kind, check)| ((*api_version, *kind), *check)).collect()
    });
    if let Some(check) = CHECKS.get(&(id.api_version.as_str(), id.kind.as_str())) {
        check(errs, root, version);
    } else if schema::is_custom(&id.api_version) {
        meta::custom_metadata(errs, root);
    }
    warnings::object(errs, root, id, version);
}
