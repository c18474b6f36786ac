//! RuntimeClasses. Mirrors node.k8s.io/v1 validation.

use std::collections::BTreeMap;

use super::quota::amount_faults;
use crate::object::Field;
use crate::schema::Version;
use crate::validate::meta::{self, Scope};
use crate::validate::{Verdicts, affinity, text};

/// A RuntimeClass.
pub fn runtime_class(errs: &mut Verdicts, root: Field, _: Version) {
    meta::metadata(errs, root, Scope::Cluster, text::dns_subdomain);
    errs.must(root.get("handler"), text::dns_label);
    overhead(errs, root.get("overhead").get("podFixed"));
    let scheduling = root.get("scheduling");
    meta::labels(errs, scheduling.get("nodeSelector"));
    let tolerations = scheduling.get("tolerations");
    affinity::tolerations(errs, tolerations);
    let mut seen = BTreeMap::new();
    for toleration in tolerations.items() {
        let texts = ["key", "operator", "value", "effect"].map(|name| toleration.get(name).text());
        let first = *seen.entry((texts, toleration.get("tolerationSeconds").int())).or_insert(toleration);
        if first.index() != toleration.index() {
            errs.duplicate(toleration).label(first.span(), "first here");
        }
    }
}

/// What every pod of the class takes on top: amounts as in a container's limits, and printed as if they were.
fn overhead(errs: &mut Verdicts, amounts: Field) {
    for (resource, amount) in amounts.entries() {
        let path = format!("overhead.limits[{resource}]");
        if let Err(why) = text::container_resource_name(resource) {
            errs.invalid(amount, format!("the key {why}")).printed_as(&path).span = amount.key_span();
        }
        for why in amount_faults(amount) {
            errs.invalid(amount, why).printed_as(&path);
        }
    }
    let has = |name: &str| amounts.entries().any(|(resource, _)| resource == name);
    let huge = amounts.entries().any(|(resource, _)| text::is_hugepages(resource));
    if huge && !has("cpu") && !has("memory") {
        errs.forbidden(amounts, "huge pages need `cpu` or `memory` beside them").printed_as("overhead");
    }
}
