//! Pods and pod templates. Mirrors core/v1 validation of `Pod`, `PodTemplateSpec` and `PodSpec`.

use super::Verdicts;
use crate::object::Field;
use crate::schema::Version;

/// A Pod.
pub fn pod(errs: &mut Verdicts, root: Field, version: Version) {
    spec(errs, root.get("spec"), version);
}

/// A PodTemplate object.
pub fn pod_template(errs: &mut Verdicts, root: Field, version: Version) {
    template(errs, root.get("template"), version);
}

/// A `PodTemplateSpec`: its labels, annotations and spec.
pub fn template(errs: &mut Verdicts, template: Field, version: Version) {
    spec(errs, template.get("spec"), version);
}

/// A `PodSpec`.
pub fn spec(errs: &mut Verdicts, spec: Field, version: Version) {
    let _ = version;
    for container in spec.get("containers").items() {
        super::container::container(errs, container);
    }
}
