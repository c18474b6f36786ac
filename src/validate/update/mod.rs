//! The mirror of the server's validation of updates: what may not change, on top of what the new object itself must be.

use super::Verdicts;
use crate::object::{Field, ObjectId};
use crate::schema::Version;

/// One kind's update validation: takes the old and the new object's root.
type Check = fn(&mut Verdicts, Field, Field, Version);

/// Which function validates updates of which kind.
const KINDS: &[(&str, &str, Check)] = &[];

/// Puts into `errs` what the server would refuse about replacing `old` by `new`, defaults filled in on both.
pub fn update(old: Field, new: Field, id: &ObjectId, version: Version, errs: &mut Verdicts) {
    super::object(new, id, version, errs);
    let known = KINDS.iter().find(|(api_version, kind, _)| *api_version == id.api_version && *kind == id.kind);
    if let Some((_, _, check)) = known {
        check(errs, old, new, version);
    }
}
