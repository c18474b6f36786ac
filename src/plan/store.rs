//! The objects as the server stores them, by identity.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use crate::object::ObjectId;

/// What makes two manifests the same object: group (without version), kind, namespace, name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// `apps`, or nothing for the core group.
    pub group: String,
    /// `Deployment`.
    pub kind: String,
    /// `default` where the manifest of a namespaced kind names none; empty for cluster-scoped kinds.
    pub namespace: String,
    /// Its name.
    pub name: String,
}

/// Where an object is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The file.
    pub path: Arc<str>,
    /// The line it begins on, from 1.
    pub line: u32,
}

/// One stored object.
#[derive(Clone, Debug)]
pub struct Stored {
    /// Who it is; the namespace filled in.
    pub id: ObjectId,
    /// As the server stores it, defaults filled in, without status and server-made metadata.
    pub value: Arc<Value>,
    /// As it was last applied: the manifest as written.
    pub applied: Arc<Value>,
    /// Where it is written.
    pub source: Option<Source>,
}

/// All stored objects.
#[derive(Clone, Debug, Default)]
pub struct Store {
    /// By identity.
    pub objects: BTreeMap<Key, Stored>,
}
