//! Applying manifests: what is stored afterwards, what is refused, what is left behind.

use serde_json::Value;

use super::store::{Key, Source, Store, Stored};
use super::{Cause, Options};
use crate::check::Checked;
use crate::object::ObjectId;

/// What applying came to for one object.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Which object.
    pub key: Key,
    /// Its id, as the manifest has it.
    pub id: ObjectId,
    /// Where it is written; for one that left the manifests, where it was.
    pub source: Option<Source>,
    /// As it was stored before.
    pub before: Option<Value>,
    /// As it is stored now: equal to `before` when refused, `None` when deleted.
    pub after: Option<Value>,
    /// As it would be stored if nothing were refused: what the changes are read from.
    pub wanted: Option<Value>,
    /// Why it is refused; empty when it is not.
    pub causes: Vec<Cause>,
    /// What became of it.
    pub verdict: Verdict,
}

/// What became of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Stored, new or changed or equal: `before` and `after` tell.
    Stored,
    /// The server refuses it.
    Refused,
    /// No longer in the manifests, and deleted.
    Deleted,
    /// No longer in the manifests, and kept.
    LeftBehind,
}

/// Applies `manifests` to `store`, in their order.
pub fn apply(store: &mut Store, manifests: &[Checked], options: &Options) -> Vec<Outcome> {
    let _ = (store, manifests, options);
    let _ = Stored::clone;
    Vec::new()
}
