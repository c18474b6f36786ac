//! Claims: whose they are, and which of a StatefulSet's claims go with what.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;

use super::cluster::Id;
use super::labels::items;
use super::store::Key;
use super::{Round, Step};

/// A PersistentVolumeClaim.
#[derive(Clone, Debug)]
pub struct Claim {
    /// With what it is deleted.
    pub owner: ClaimOwner,
    /// Asked to go; it stays while a pod uses it.
    pub deleting: bool,
    /// As stored, or the template it is made from.
    pub value: Arc<Value>,
}

impl Claim {
    /// Whether no two pods can use it at the same time: `ReadWriteOncePod`.
    pub fn is_for_one_pod(&self) -> bool {
        items(&self.value["spec"]["accessModes"]).iter().any(|mode| mode == "ReadWriteOncePod")
    }
}

/// With what a claim is deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ClaimOwner {
    /// With nothing.
    #[default]
    None,
    /// With a StatefulSet.
    Set(Id),
    /// With the pod of a StatefulSet.
    Pod { set: Id, ordinal: i64 },
}

/// One of `volumeClaimTemplates`.
#[derive(Clone, Debug)]
pub struct ClaimTemplate {
    /// Its name.
    pub name: String,
    /// As stored.
    pub value: Arc<Value>,
}

impl ClaimTemplate {
    /// From one of a stored StatefulSet.
    pub fn of(value: &Value) -> ClaimTemplate {
        ClaimTemplate { name: value["metadata"]["name"].as_str().unwrap_or("").to_string(), value: Arc::new(value.clone()) }
    }

    /// The name of the claim for one pod.
    pub fn name_for(&self, set: &str, ordinal: i64) -> String {
        format!("{}-{set}-{ordinal}", self.name)
    }
}

/// What happens to claims that are not needed any more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Keep {
    /// They stay.
    #[default]
    Retain,
    /// They are deleted.
    Delete,
}

impl Keep {
    /// Reads `whenDeleted` or `whenScaled`.
    pub fn of(value: &Value) -> Keep {
        if value == "Delete" { Keep::Delete } else { Keep::Retain }
    }
}

/// `persistentVolumeClaimRetentionPolicy`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Retention {
    /// When the set is deleted.
    pub deleted: Keep,
    /// When the set is scaled down.
    pub scaled: Keep,
}

impl Retention {
    /// Whose the claims of a pod are; `condemned`: the pod is outside the wanted range.
    pub fn owner(self, set: Id, ordinal: i64, range: Range) -> ClaimOwner {
        match (self.deleted, self.scaled, range) {
            (_, Keep::Delete, Range::Condemned) => ClaimOwner::Pod { set, ordinal },
            (Keep::Delete, Keep::Retain, _) | (Keep::Delete, Keep::Delete, Range::Wanted) => ClaimOwner::Set(set),
            (Keep::Retain, ..) => ClaimOwner::None,
        }
    }
}

/// What is said of the pods of a StatefulSet, stored as `set`, that `steps` make anew and that find claims of pods before them.
pub fn taken_up(key: &Key, set: &Value, steps: &[Step], start: &Round) -> Option<String> {
    let templates = items(&set["spec"]["volumeClaimTemplates"]);
    if templates.is_empty() || key.kind != "StatefulSet" {
        return None;
    }
    let (mut seen, mut anew) = (BTreeSet::new(), Vec::new());
    let targets = steps.iter().flat_map(|step| &step.actions).map(|action| (action.verb, action.target.as_str()));
    for (verb, target) in targets {
        // One that is made after it was deleted keeps its own.
        let pod = target.strip_prefix("Pod/").filter(|pod| seen.insert(*pod));
        anew.extend(pod.filter(|_| verb == "create"));
    }
    let prefix = if key.namespace == "default" { String::new() } else { format!("{}/", key.namespace) };
    let was_there = |pod: &&str| {
        let claim = |template: &Value| format!("{prefix}{}-{pod}", template["metadata"]["name"].as_str().unwrap_or(""));
        templates.iter().any(|template| start.pvcs.contains(&claim(template)))
    };
    anew.retain(|pod| !start.pvcs.is_empty() && was_there(pod));
    match anew.len() {
        0 => None,
        1 => Some(format!("{} takes up a claim that is there, with what is on it", anew[0])),
        _ => Some(format!("{} take up claims that are there, with what is on them", listed(&anew))),
    }
}

/// `a, b and c`; of many, how many more there are.
fn listed(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [name] => name.to_string(),
        [a, b] => format!("{a} and {b}"),
        [a, b, c] => format!("{a}, {b} and {c}"),
        [a, b, more @ ..] => format!("{a}, {b} and {} more", more.len()),
    }
}

/// Whether an ordinal is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Range {
    /// From `start` on, as many as `replicas`.
    Wanted,
    /// Outside.
    Condemned,
}
