//! PersistentVolumeClaims. Mirrors core/v1 validation of `PersistentVolumeClaim` and its spec.

use super::meta::{self, Scope};
use super::{Verdicts, selector, text};
use crate::object::{Field, Quantity};
use crate::schema::Version;

/// How a volume can be mounted.
const ACCESS_MODES: &[&str] = &["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"];

/// A PersistentVolumeClaim.
pub fn claim(errs: &mut Verdicts, root: Field, _: Version) {
    meta::metadata(errs, root, Scope::Namespaced, text::dns_subdomain);
    claim_spec(errs, root.get("spec"));
}

/// The spec of a claim, on its own, in an ephemeral volume or in a StatefulSet's claim template.
pub fn claim_spec(errs: &mut Verdicts, spec: Field) {
    common_spec(errs, spec);
    data_sources(errs, spec);
}

fn common_spec(errs: &mut Verdicts, spec: Field) {
    access_modes(errs, spec.get("accessModes"));
    selector::label_selector(errs, spec.get("selector"));
    let storage = spec.get("resources").get("requests").get("storage");
    // The server prints it without `requests`.
    let path = || format!("{}.resources[storage]", spec.path());
    if storage.absent() {
        errs.required(storage, "").printed_as(path());
    } else if !is_positive(storage) {
        errs.invalid(storage, "must be more than 0").printed_as(path());
    }
    errs.may(spec.get("storageClassName"), text::dns_subdomain);
    volume_mode(errs, spec.get("volumeMode"));
    errs.may(spec.get("volumeAttributesClassName"), text::dns_subdomain);
}

/// Whether the amount is more than 0; `null` is 0.
pub fn is_positive(amount: Field) -> bool {
    Quantity::of(amount).is_some_and(|amount| amount.sign() > 0)
}

/// The access modes of a claim or a volume: some, known, `ReadWriteOncePod` on its own. The server prints them without index.
pub fn access_modes(errs: &mut Verdicts, modes: Field) {
    if modes.is_empty() {
        errs.required(modes, "there must be one at least");
    }
    for mode in modes.items() {
        if !ACCESS_MODES.contains(&mode.text()) {
            errs.unsupported(mode, ACCESS_MODES).printed_as(modes.path());
        }
    }
    let mut known = modes.items().map(|mode| mode.text()).filter(|mode| ACCESS_MODES.contains(mode));
    if known.clone().any(|mode| mode == "ReadWriteOncePod") && known.any(|mode| mode != "ReadWriteOncePod") {
        errs.forbidden(modes, "`ReadWriteOncePod` goes with no other mode");
    }
}

/// The volume mode of a claim or a volume, if there is one.
pub fn volume_mode(errs: &mut Verdicts, mode: Field) {
    if mode.exists() {
        errs.one_of(mode, &["Block", "Filesystem"]);
    }
}

/// What the volume is filled from, in the old field and the new one, which must say the same.
fn data_sources(errs: &mut Verdicts, spec: Field) {
    for name in ["dataSource", "dataSourceRef"] {
        errs.may(spec.get(name).get("apiGroup"), text::dns_subdomain);
    }
    let (old, new) = (spec.some("dataSource"), spec.some("dataSourceRef"));
    for source in [old, new].into_iter().flatten() {
        data_source(errs, source);
    }
    let Some(new) = new else { return };
    errs.may(new.get("namespace"), text::dns_label);
    let Some(old) = old else { return };
    if !new.get("namespace").text().is_empty() {
        errs.invalid(old, "`dataSourceRef` with a namespace stands alone").printed_as(spec.path());
    } else if ["apiGroup", "kind", "name"].iter().any(|name| old.get(name).str() != new.get(name).str()) {
        errs.invalid(old, "must say the same as `dataSourceRef`").printed_as(spec.path());
    }
}

fn data_source(errs: &mut Verdicts, source: Field) {
    let [name, kind, group] = ["name", "kind", "apiGroup"].map(|name| source.get(name));
    for field in [name, kind] {
        if field.text().is_empty() {
            errs.required(field, "");
        }
    }
    if group.text().is_empty() && kind.text() != "PersistentVolumeClaim" {
        errs.invalid(source, "without `apiGroup` it can only be a `PersistentVolumeClaim`");
    }
}
