//! Workloads. Mirrors apps/v1 validation of Deployment, ReplicaSet, StatefulSet and DaemonSet, and core/v1's of ReplicationController.

use super::Verdicts;
use crate::object::Field;
use crate::schema::Version;

/// A replication_controller.
pub fn replication_controller(errs: &mut Verdicts, root: Field, version: Version) {
    let _ = (errs, root, version);
}

/// A deployment.
pub fn deployment(errs: &mut Verdicts, root: Field, version: Version) {
    let _ = (errs, root, version);
}

/// A replica_set.
pub fn replica_set(errs: &mut Verdicts, root: Field, version: Version) {
    let _ = (errs, root, version);
}

/// A stateful_set.
pub fn stateful_set(errs: &mut Verdicts, root: Field, version: Version) {
    let _ = (errs, root, version);
}

/// A daemon_set.
pub fn daemon_set(errs: &mut Verdicts, root: Field, version: Version) {
    let _ = (errs, root, version);
}
