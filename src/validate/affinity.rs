//! Where pods may run. Mirrors core/v1 validation of node selectors, affinity, tolerations and topology spread.

use super::Verdicts;
use crate::object::Field;

/// `spec.affinity`.
pub fn affinity(errs: &mut Verdicts, affinity: Field) {
    let _ = (errs, affinity);
}

/// `spec.tolerations`.
pub fn tolerations(errs: &mut Verdicts, tolerations: Field) {
    let _ = (errs, tolerations);
}

/// `spec.topologySpreadConstraints`; `pod_labels` are the labels the pod carries.
pub fn topology_spread(errs: &mut Verdicts, constraints: Field, pod_labels: Field) {
    let _ = (errs, constraints, pod_labels);
}

/// A `NodeSelector` (node affinity of pods and of persistent volumes).
pub fn node_selector(errs: &mut Verdicts, selector: Field) {
    let _ = (errs, selector);
}
