//! What defaulting does to the metadata of several kinds.

use super::Slot;
use crate::yaml::NodeId;

/// Copies a template's labels to an object that has none of its own.
pub fn labels_from(root: &mut Slot, labels: NodeId) {
    if let Some(mut metadata) = root.struct_at("metadata")
        && metadata.is_empty("labels")
    {
        metadata.copy("labels", labels);
    }
}
