//! Leases. Mirrors coordination.k8s.io/v1 validation.

use crate::object::Field;
use crate::schema::Version;
use crate::validate::meta::{self, Scope};
use crate::validate::{Verdicts, text};

/// A Lease. `strategy` and `preferredHolder` are dropped unread while coordinated leader election is off, as it is by default.
pub fn lease(errs: &mut Verdicts, root: Field, _: Version) {
    meta::generic_metadata(errs, root, Scope::Namespaced, text::dns_subdomain);
    let spec = root.get("spec");
    if let Some(duration) = spec.some("leaseDurationSeconds") {
        errs.at_least(duration, 1);
    }
    if let Some(transitions) = spec.some("leaseTransitions") {
        errs.at_least(transitions, 0);
    }
}
