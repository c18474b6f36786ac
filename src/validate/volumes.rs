//! Volumes, mounts and devices. Mirrors core/v1 validation of `volumes[*]`, `volumeMounts[*]` and `volumeDevices[*]`.

use std::collections::BTreeMap;

use super::Verdicts;
use crate::object::Field;

/// The volumes of a pod by name, for the mounts to be held against.
#[derive(Default)]
pub struct Volumes<'a> {
    /// Each valid volume under its name.
    pub by_name: BTreeMap<&'a str, Field<'a>>,
}

/// All of `spec.volumes`.
pub fn volumes<'a>(errs: &mut Verdicts, volumes: Field<'a>) -> Volumes<'a> {
    let _ = (errs, volumes);
    Volumes::default()
}

/// `volumeMounts` and `volumeDevices` of one container.
pub fn mounts(errs: &mut Verdicts, container: Field, volumes: &Volumes) {
    let _ = (errs, container, volumes);
}
