//! ObjectMeta. Mirrors apimachinery's validation of object metadata: name, labels, annotations, finalizers, owners.

use super::{Verdicts, Why};
use crate::object::Field;

/// Whether a kind lives in a namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// In one.
    Namespaced,
    /// In none.
    Cluster,
}

/// The whole of `metadata`; `name` is the kind's own rule for names.
pub fn metadata(errs: &mut Verdicts, root: Field, scope: Scope, name: fn(&str) -> Result<(), Why>) {
    let _ = (errs, root, scope, name);
}

/// A map of labels.
pub fn labels(errs: &mut Verdicts, labels: Field) {
    let _ = (errs, labels);
}

/// A map of annotations.
pub fn annotations(errs: &mut Verdicts, annotations: Field) {
    let _ = (errs, annotations);
}
