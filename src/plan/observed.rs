//! What a dump says there is: ReplicaSets, revisions, pods, claims and status, read from the server's own objects.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::labels::items;
use super::pod::{Identity, Phase};
use super::store::{Key, Store};
use crate::check;
use crate::object::ObjectId;
use crate::report::stored_json;
use crate::schema::Version;

/// Everything in a dump that a simulation can begin with.
#[derive(Clone, Debug, Default)]
pub struct Observed {
    /// ReplicaSets of Deployments, oldest first.
    pub sets: Vec<Set>,
    /// Pods; `None` where the dump has none at all, and so says nothing of them.
    pub pods: Option<Vec<Pod>>,
    /// Templates of StatefulSets and DaemonSets by the name of their revision, oldest first.
    pub revisions: Vec<Revision>,
    /// Claims by namespace and name; `None` where the dump has none at all.
    pub claims: Option<BTreeMap<(String, String), Arc<Value>>>,
    /// The status of workloads.
    pub status: BTreeMap<Key, Value>,
}

/// A ReplicaSet of a Deployment.
#[derive(Clone, Debug)]
pub struct Set {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// The Deployment.
    pub deployment: String,
    /// As the server stores it.
    pub value: Value,
    /// Its status.
    pub status: Value,
}

/// One ControllerRevision.
#[derive(Clone, Debug)]
pub struct Revision {
    /// Its namespace.
    pub namespace: String,
    /// Its name: `db-57b8f7c684`.
    pub name: String,
    /// The kind of what it is a revision of; empty where it has no owner.
    pub kind: String,
    /// The name of that; empty where it has no owner.
    pub owner: String,
    /// The template.
    pub template: Value,
}

/// A pod.
#[derive(Clone, Debug)]
pub struct Pod {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// Kind and name of its controller; `None` for a bare pod.
    pub owner: Option<(String, String)>,
    /// The label `controller-revision-hash`.
    pub revision: String,
    /// The label or annotation with its completion index.
    pub index: Option<i64>,
    /// How far it is.
    pub phase: Phase,
    /// The node it is bound to.
    pub node: Option<String>,
    /// Why it cannot start, as the kubelet says: `ImagePullBackOff`.
    pub why: String,
}

impl Pod {
    /// Which pod of its owner it is.
    pub fn identity(&self, node: Option<usize>) -> Option<Identity> {
        let (kind, owner) = self.owner.as_ref()?;
        match kind.as_str() {
            "StatefulSet" => Some(Identity::Ordinal(self.name.strip_prefix(&format!("{owner}-"))?.parse().ok()?)),
            "DaemonSet" => node.map(Identity::Node),
            "Job" => Some(self.index.map_or(Identity::None, Identity::Index)),
            _ => Some(Identity::None),
        }
    }
}

/// The reasons of containers that wait for something that does not come by itself.
const FAILING: [&str; 8] = [
    "CrashLoopBackOff",
    "CreateContainerConfigError",
    "CreateContainerError",
    "ErrImageNeverPull",
    "ErrImagePull",
    "ImagePullBackOff",
    "InvalidImageName",
    "RunContainerError",
];

impl Observed {
    /// From the objects of a dump, as the server wrote them.
    pub fn of(dump: &[Value], version: Version) -> Observed {
        let kind = |kind: &'static str| dump.iter().filter(move |object| object["kind"] == kind);
        let status = dump.iter().filter(|object| object["status"].is_object());
        let mut sets: Vec<&Value> = kind("ReplicaSet").filter(|set| owner(set, "Deployment").is_some()).collect();
        sets.sort_by_key(|set| (age(set), number(&set["metadata"]["annotations"][REVISION])));
        let mut revisions: Vec<&Value> = kind("ControllerRevision").collect();
        revisions.sort_by_key(|revision| revision["revision"].as_i64());
        let claims: BTreeMap<_, _> = kind("PersistentVolumeClaim")
            .map(|claim| {
                ((text(&claim["metadata"]["namespace"]), text(&claim["metadata"]["name"])), Arc::new(without_status(claim)))
            })
            .collect();
        let pods: Vec<Pod> = kind("Pod").map(pod).collect();
        Observed {
            sets: sets.into_iter().filter_map(|value| set(value, version)).collect(),
            pods: (!pods.is_empty()).then_some(pods),
            revisions: revisions.into_iter().filter_map(|value| revision(value, version)).collect(),
            claims: (!claims.is_empty()).then_some(claims),
            status: status.map(|object| (key(object), object["status"].clone())).collect(),
        }
    }

    /// The status of a workload; null where the dump has none.
    pub fn status_of(&self, key: &Key) -> &Value {
        self.status.get(key).unwrap_or(&Value::Null)
    }
}

/// `deployment.kubernetes.io/revision`.
pub const REVISION: &str = "deployment.kubernetes.io/revision";

const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// Has each object of `store` that is in the dump say what was last applied: a merge takes away only what an earlier apply has set.
pub fn note_last_applied(store: &mut Store, dump: &[Value]) {
    let objects: BTreeMap<Key, &Value> = dump.iter().map(|object| (key(object), object)).collect();
    for (key, stored) in &mut store.objects {
        let Some(object) = objects.get(key) else { continue };
        let written = object["metadata"]["annotations"][LAST_APPLIED].as_str();
        let mut applied: Map<String, Value> = written.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
        // Without these it equals no manifest, not even the one it was: others may have changed the object since.
        applied.remove("apiVersion");
        applied.remove("kind");
        stored.applied = Arc::new(Value::Object(applied));
    }
}

fn key(object: &Value) -> Key {
    let group = object["apiVersion"].as_str().and_then(|version| version.split_once('/')).map_or("", |(group, _)| group);
    let metadata = &object["metadata"];
    let (namespace, name) = (text(&metadata["namespace"]), text(&metadata["name"]));
    Key { group: group.to_string(), kind: text(&object["kind"]), namespace, name }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or("").to_string()
}

/// An annotation's number.
pub fn number(value: &Value) -> Option<i64> {
    value.as_str()?.parse().ok()
}

fn age(object: &Value) -> String {
    text(&object["metadata"]["creationTimestamp"])
}

/// The name of the controller, if it is of this kind.
fn owner(object: &Value, kind: &str) -> Option<String> {
    controller(object).filter(|(found, _)| found == kind).map(|(_, name)| name)
}

fn controller(object: &Value) -> Option<(String, String)> {
    let owners = items(&object["metadata"]["ownerReferences"]);
    owners.iter().find(|owner| owner["controller"] == true).map(|owner| (text(&owner["kind"]), text(&owner["name"])))
}

fn without_status(object: &Value) -> Value {
    let mut object = object.clone();
    if let Value::Object(object) = &mut object {
        object.remove("status");
    }
    object
}

/// The object as the server stores it, written the one way that things are compared in.
fn canonical(object: &Value, version: Version) -> Option<Value> {
    let checked = check::check("".into(), object.to_string(), check::Options::of(version));
    let object = checked.objects.first()?;
    let id: &ObjectId = &object.id;
    Some(stored_json(object.field(&checked.parsed.tree), id, version))
}

fn set(value: &Value, version: Version) -> Option<Set> {
    Some(Set {
        namespace: text(&value["metadata"]["namespace"]),
        name: text(&value["metadata"]["name"]),
        deployment: owner(value, "Deployment")?,
        value: canonical(&without_status(value), version)?,
        status: value["status"].clone(),
    })
}

/// A ControllerRevision holds a patch of the template; what it makes is read as part of a whole object.
fn revision(value: &Value, version: Version) -> Option<Revision> {
    let (kind, owner) = controller(value).unwrap_or_default();
    if !["StatefulSet", "DaemonSet", ""].contains(&kind.as_str()) {
        return None;
    }
    let mut template = value["data"]["spec"]["template"].clone();
    template.as_object_mut()?.remove("$patch");
    let labels = template["metadata"]["labels"].clone();
    let whole = json!({
        "apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "any"},
        "spec": {"selector": {"matchLabels": labels}, "serviceName": "any", "template": template},
    });
    let template = canonical(&whole, version)?["spec"]["template"].clone();
    let (namespace, name) = (text(&value["metadata"]["namespace"]), text(&value["metadata"]["name"]));
    Some(Revision { namespace, name, kind, owner, template })
}

fn pod(value: &Value) -> Pod {
    let (metadata, status) = (&value["metadata"], &value["status"]);
    let ready = items(&status["conditions"]).iter().any(|found| found["type"] == "Ready" && found["status"] == "True");
    let node = value["spec"]["nodeName"].as_str().map(str::to_string);
    let phase = match status["phase"].as_str().unwrap_or("") {
        "Succeeded" => Phase::Succeeded,
        "Failed" => Phase::Failed,
        _ if metadata["deletionTimestamp"].is_string() => Phase::Terminating,
        _ if ready => Phase::Ready,
        "Pending" if node.is_none() => Phase::Unscheduled,
        _ => Phase::Pending,
    };
    let containers = items(&status["initContainerStatuses"]).iter().chain(items(&status["containerStatuses"]));
    let reasons = containers.filter_map(|container| container["state"]["waiting"]["reason"].as_str());
    let why = reasons.into_iter().find(|reason| FAILING.contains(reason)).filter(|_| phase == Phase::Pending);
    Pod {
        namespace: text(&metadata["namespace"]),
        name: text(&metadata["name"]),
        owner: controller(value),
        revision: text(&metadata["labels"]["controller-revision-hash"]),
        index: number(&metadata["annotations"]["batch.kubernetes.io/job-completion-index"]),
        phase,
        node,
        why: why.unwrap_or("").to_string(),
    }
}
