//! RuntimeClasses. Mirrors node.k8s.io/v1 validation.

use std::collections::BTreeMap;

use crate::object::Field;
use crate::schema::Version;
use crate::validate::meta::{self, Scope};
use crate::validate::{Verdicts, affinity, resources, text};

/// A RuntimeClass.
pub fn runtime_class(errs: &mut Verdicts, root: Field, _: Version) {
    meta::generic_metadata(errs, root, Scope::Cluster, text::dns_subdomain);
    errs.must(root.get("handler"), text::dns_label);
    if let Some(overhead) = root.get("overhead").some("podFixed") {
        resources::overhead_printed_as(errs, overhead, "overhead");
    }
    let scheduling = root.get("scheduling");
    meta::labels(errs, scheduling.get("nodeSelector"));
    let tolerations = scheduling.get("tolerations");
    affinity::tolerations(errs, tolerations);
    let mut seen = BTreeMap::new();
    for toleration in tolerations.items() {
        let texts = ["key", "operator", "value", "effect"].map(|name| toleration.get(name).text());
        // How long it tolerates makes no difference here.
        let first = *seen.entry(texts).or_insert(toleration);
        if first.index() != toleration.index() {
            errs.duplicate(toleration).label(first.span(), "first here");
        }
    }
}
