//! Kubernetes objects over the tree: which one it is, and the cursor that everything reads it with.

pub mod cron;
pub mod defaults;
mod discover;
pub mod edit;
mod field;
pub mod image;
pub mod intstr;
mod missing;
pub mod pod;
pub mod quantity;
pub mod refs;

pub use discover::{Skip, discover};
pub use field::Field;
pub use intstr::IntOrString;
pub use quantity::Quantity;

use crate::text::Span;
use crate::yaml::{NodeId, Tree};

/// What identifies an object: its type and its name.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId {
    /// `apps/v1`, `v1`.
    pub api_version: String,
    /// `Deployment`.
    pub kind: String,
    /// Empty for cluster-scoped objects and where the manifest leaves it to the apply command.
    pub namespace: String,
    /// `metadata.name`, or `metadata.generateName` with a `*` behind it; empty when there is neither.
    pub name: String,
}

/// One object in a parsed file.
#[derive(Clone, Debug)]
pub struct Object {
    /// The document it is in, from 0, empty ones not counted.
    pub document: u32,
    /// Its root node: a document's root, or an item of a `List`.
    pub root: NodeId,
    /// Who it is.
    pub id: ObjectId,
}

impl Object {
    /// The object's API group: `apps`, or nothing for the core group.
    pub fn group(&self) -> &str {
        self.id.api_version.rsplit_once('/').map_or("", |(group, _)| group)
    }

    /// The cursor at the object's root.
    pub fn field<'a>(&self, tree: &'a Tree) -> Field<'a> {
        Field::new(tree, self.root)
    }

    /// Where to point when nothing more exact is known: the value of `kind`.
    pub fn span(&self, tree: &Tree) -> Span {
        self.field(tree).get("kind").span()
    }
}
