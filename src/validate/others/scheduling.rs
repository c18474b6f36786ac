//! PriorityClasses. Mirrors scheduling.k8s.io/v1 validation.

use crate::object::Field;
use crate::schema::Version;
use crate::validate::meta::{self, Scope};
use crate::validate::{Verdicts, text};

/// The highest priority that is not the system's.
const HIGHEST: i64 = 1_000_000_000;
/// The classes of the system's own, with their values.
const SYSTEM: &[(&str, i64)] = &[("system-node-critical", 2_000_001_000), ("system-cluster-critical", 2_000_000_000)];

/// A PriorityClass.
pub fn priority_class(errs: &mut Verdicts, root: Field, _: Version) {
    meta::metadata(errs, root, Scope::Cluster, text::dns_subdomain);
    let (name, value) = (root.get("metadata").get("name"), root.get("value"));
    if name.text().starts_with("system-") {
        let known = SYSTEM.contains(&(name.text(), value.number())) && !root.get("globalDefault").is_true();
        if !known {
            errs.forbidden(name, "names that begin with `system-` are the system's own");
        }
    } else if value.number() > HIGHEST {
        errs.forbidden(value, format!("{HIGHEST} is the highest value that is not the system's"));
    }
    let Some(policy) = root.some("preemptionPolicy") else { return };
    if policy.text().is_empty() {
        errs.required(policy, "");
    } else {
        errs.one_of(policy, &["PreemptLowerPriority", "Never"]);
    }
}
