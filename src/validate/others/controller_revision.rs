//! ControllerRevisions. Mirrors apps/v1 validation of the one workload kind that runs nothing.

use crate::object::Field;
use crate::schema::Version;
use crate::validate::meta::{self, Scope};
use crate::validate::{Verdicts, text};

/// A ControllerRevision.
pub fn controller_revision(errs: &mut Verdicts, root: Field, _: Version) {
    meta::metadata(errs, root, Scope::Namespaced, text::dns_subdomain);
    let data = root.get("data");
    if !data.exists() {
        errs.required(data, "");
    } else if !data.is_map() {
        errs.invalid(data, "must be an object");
    }
    errs.at_least(root.get("revision"), 0);
}
