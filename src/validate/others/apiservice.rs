//! APIServices. Mirrors apiregistration.k8s.io/v1 validation.

use crate::object::Field;
use crate::schema::Version;
use crate::validate::meta::{self, Scope};
use crate::validate::{Verdicts, text};

/// An APIService.
pub fn api_service(errs: &mut Verdicts, root: Field, _: Version) {
    let spec = root.get("spec");
    let (group, version) = (spec.get("group"), spec.get("version"));
    let expected = format!("{}.{}", version.text(), group.text());
    meta::generic_metadata(errs, root, Scope::Cluster, |name| {
        text::path_segment(name)?;
        if name == expected { Ok(()) } else { Err(format!("must be version and group: `{expected}`").into()) }
    });
    if group.is_empty() && version.text() != "v1" {
        errs.required(group, "only `v1` may have none");
    }
    errs.may(group, text::dns_subdomain);
    errs.pass(version, text::dns_label_1035);
    errs.between(spec.get("groupPriorityMinimum"), 1, 20000);
    errs.between(spec.get("versionPriority"), 1, 1000);
    let (insecure, bundle) = (spec.get("insecureSkipTLSVerify"), spec.get("caBundle"));
    let Some(service) = spec.some("service") else {
        if !bundle.is_empty() {
            errs.invalid(bundle, "an APIService without `service` is served locally and has no CA");
        }
        if insecure.is_true() {
            errs.invalid(insecure, "an APIService without `service` is served locally");
        }
        return;
    };
    for name in ["namespace", "name"] {
        if service.get(name).text().is_empty() {
            errs.required(service.get(name), "");
        }
    }
    if let Some(port) = service.some("port") {
        errs.between(port, 1, 65535);
    }
    if insecure.is_true() && !bundle.is_empty() {
        errs.invalid(insecure, "must not be set with `caBundle`").label(bundle.key_span(), "set here");
    }
}
