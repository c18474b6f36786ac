//! Containers. Mirrors core/v1 validation of `containers`, `initContainers` and `ephemeralContainers`.

use super::{Verdicts, ports};
use crate::object::Field;

/// One container.
pub fn container(errs: &mut Verdicts, container: Field) {
    ports::ports(errs, container.get("ports"));
}
