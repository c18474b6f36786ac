//! Names of what controllers make, exact to the letter: ReplicaSets, revisions, pods, claims, Jobs of CronJobs.

mod dump;
mod go;
mod hash;
mod kin;
mod pods;
mod revision_json;

use serde_json::Value;

use crate::schema::Version;

pub use kin::is_made_by;
pub use pods::*;

/// What every name with a hash in it takes for granted.
pub const ASSUMED: &str =
    "no mutating webhook rewrites pod templates, and no hash has collided: names of ReplicaSets and revisions hold";

/// What they take for granted besides, for versions without a table of Go's own.
pub const ASSUMED_OF_OTHER_VERSIONS: &str =
    "the names of ReplicaSets and revisions are derived from the Go types of Kubernetes 1.36 and the fields that the version has";

/// The version that `schemas/go-1.36.txt` is of.
pub const CERTAIN: Version = Version(36);

/// The name of the ReplicaSet (Deployment) or ControllerRevision (StatefulSet, DaemonSet) that the controller makes of the stored
/// object's pod template; `None` for other kinds. `object` is the object as stored, defaults filled in.
///
/// Exact for [`CERTAIN`]. For other versions the same Go types are taken, without the fields that the version's definitions lack.
pub fn revision(object: &Value, version: Version) -> Option<String> {
    let name = object["metadata"]["name"].as_str().unwrap_or("");
    let template = object["spec"].get("template");
    // Status is nothing that manifests decide; a dumped object may still tell of a collision.
    let collisions = object["status"]["collisionCount"].as_i64();
    match (object["apiVersion"].as_str()?, object["kind"].as_str()?) {
        ("apps/v1", "Deployment") => Some(replica_set(name, &template_hash(template?, collisions, version))),
        ("apps/v1", "DaemonSet") => Some(format!("{name}-{}", template_hash(template?, collisions, version))),
        ("apps/v1", "StatefulSet") => {
            let data = revision_json::data(template?, version);
            Some(controller_revision(name, &hash::word(hash::revision(&data, collisions.unwrap_or(0)))))
        }
        _ => None,
    }
}

/// The `pod-template-hash` of a stored template.
fn template_hash(template: &Value, collisions: Option<i64>, version: Version) -> String {
    hash::word(hash::template(&dump::pod_template(template, version), collisions))
}
