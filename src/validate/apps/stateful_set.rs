//! StatefulSets. Mirrors apps/v1 validation of `StatefulSet`.

use super::{own_selector, runs_for_ever, template, unmet};
use crate::object::Field;
use crate::schema::Version;
use crate::validate::meta::{self, Scope};
use crate::validate::{Verdicts, claim, text};

/// A StatefulSet. `maxUnavailable` of its update strategy is not looked at: the server drops it unless its feature is on.
pub fn stateful_set(errs: &mut Verdicts, root: Field, version: Version) {
    meta::metadata(errs, root, Scope::Namespaced, text::dns_label);
    let spec = root.get("spec");
    let management = spec.get("podManagementPolicy");
    if !matches!(management.text(), "OrderedReady" | "Parallel") {
        errs.invalid(management, "must be `OrderedReady` or `Parallel`");
    }
    update_strategy(errs, spec.get("updateStrategy"));
    if let Some(policy) = spec.some("persistentVolumeClaimRetentionPolicy") {
        errs.one_of(policy.get("whenDeleted"), &["Delete", "Retain"]);
        errs.one_of(policy.get("whenScaled"), &["Delete", "Retain"]);
    }
    errs.at_least(spec.get("replicas"), 0);
    errs.at_least(spec.get("minReadySeconds"), 0);
    errs.at_least(spec.get("ordinals").get("start"), 0);
    errs.may(spec.get("serviceName"), text::dns_label);
    for claim in spec.get("volumeClaimTemplates").items() {
        claim::claim_spec(errs, claim.get("spec"));
    }
    if own_selector(errs, spec.get("selector")) {
        template(errs, spec, unmet(spec), version);
    } else {
        runs_for_ever(errs, spec.get("template").get("spec"));
    }
}

fn update_strategy(errs: &mut Verdicts, strategy: Field) {
    let rolling = strategy.get("rollingUpdate");
    match strategy.get("type").text() {
        "OnDelete" => {
            if rolling.exists() {
                errs.invalid(rolling, "it goes with `type: RollingUpdate` only");
            }
        }
        "RollingUpdate" => _ = errs.at_least(rolling.get("partition"), 0),
        _ => {
            let verdict = errs.invalid(strategy.get("type"), "must be `RollingUpdate` or `OnDelete`");
            verdict.printed_as(strategy.path());
        }
    }
}
