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
    revisions(&[object], version).pop().flatten()
}

/// The same for many objects, in less time than one by one.
pub fn revisions(objects: &[&Value], version: Version) -> Vec<Option<String>> {
    objects.chunks(hash::LANES).flat_map(|objects| side_by_side(objects, version)).collect()
}

/// The names of a few objects; hashes of templates are made together.
fn side_by_side(objects: &[&Value], version: Version) -> Vec<Option<String>> {
    let templates: Vec<Option<&Value>> = objects.iter().map(|object| hashed_template(object)).collect();
    let dumps: Vec<(String, Option<i64>)> = objects
        .iter()
        .zip(&templates)
        .filter_map(|(object, template)| Some((dump::pod_template((*template)?, version), collisions(object))))
        .collect();
    let mut hashes = hash::templates(&dumps).into_iter().map(hash::word);
    let name = |(object, template): (&&Value, Option<&Value>)| {
        let name = object["metadata"]["name"].as_str().unwrap_or("");
        match template {
            Some(_) if object["kind"] == "Deployment" => Some(replica_set(name, &hashes.next()?)),
            Some(_) => Some(format!("{name}-{}", hashes.next()?)),
            None => controller_revision_of(object, name, version),
        }
    };
    objects.iter().zip(templates).map(name).collect()
}

/// The template whose dump a name is made of.
fn hashed_template(object: &Value) -> Option<&Value> {
    let is_hashed = object["apiVersion"] == "apps/v1" && (object["kind"] == "Deployment" || object["kind"] == "DaemonSet");
    is_hashed.then(|| object["spec"].get("template")).flatten()
}

fn controller_revision_of(object: &Value, name: &str, version: Version) -> Option<String> {
    if object["apiVersion"] != "apps/v1" || object["kind"] != "StatefulSet" {
        return None;
    }
    let data = revision_json::data(object["spec"].get("template")?, version);
    Some(controller_revision(name, &hash::word(hash::revision(&data, collisions(object).unwrap_or(0)))))
}

/// Status is nothing that manifests decide; a dumped object may still tell of a collision.
fn collisions(object: &Value) -> Option<i64> {
    object["status"]["collisionCount"].as_i64()
}
