//! ReplicaSets and ReplicationControllers. Mirrors apps/v1 and core/v1 validation of each.

use super::{own_selector, runs_for_ever, template, unmet};
use crate::object::Field;
use crate::schema::Version;
use crate::validate::meta::{self, Scope};
use crate::validate::{Verdicts, pod, selector, text};

/// A ReplicaSet.
pub fn replica_set(errs: &mut Verdicts, root: Field, version: Version) {
    meta::metadata(errs, root, Scope::Namespaced, text::dns_subdomain);
    let spec = root.get("spec");
    errs.at_least(spec.get("replicas"), 0);
    errs.at_least(spec.get("minReadySeconds"), 0);
    if own_selector(errs, spec.get("selector")) {
        template(errs, spec, unmet(spec), version);
    }
}

/// A ReplicationController. Its selector is a plain map, whose values the server does not look at.
pub fn replication_controller(errs: &mut Verdicts, root: Field, version: Version) {
    meta::metadata(errs, root, Scope::Namespaced, text::dns_subdomain);
    let spec = root.get("spec");
    errs.at_least(spec.get("minReadySeconds"), 0);
    if spec.get("selector").is_empty() {
        errs.required(spec.get("selector"), "it says which pods are this workload's");
    }
    errs.at_least(spec.get("replicas"), 0);
    let Some(pods) = spec.some("template") else {
        errs.required(spec.get("template"), "");
        return;
    };
    if let Some(condition) = selector::unmet_label(spec.get("selector"), pods.get("metadata").get("labels")) {
        selector::mismatch(errs, pods, condition);
    }
    pod::template(errs, pods, version);
    runs_for_ever(errs, pods.get("spec"));
}
