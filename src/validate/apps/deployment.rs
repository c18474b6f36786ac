//! Deployments. Mirrors apps/v1 validation of `Deployment`.

use super::{at_most_all, is_zero, own_selector, share, template, unmet};
use crate::object::Field;
use crate::schema::Version;
use crate::validate::meta::{self, Scope};
use crate::validate::{Verdicts, text};

/// A Deployment.
pub fn deployment(errs: &mut Verdicts, root: Field, version: Version) {
    meta::metadata(errs, root, Scope::Namespaced, text::dns_subdomain);
    let spec = root.get("spec");
    errs.at_least(spec.get("replicas"), 0);
    if own_selector(errs, spec.get("selector")) {
        template(errs, spec, unmet(spec), version);
    }
    strategy(errs, spec.get("strategy"));
    errs.at_least(spec.get("minReadySeconds"), 0);
    errs.at_least(spec.get("revisionHistoryLimit"), 0);
    if let Some(deadline) = spec.some("progressDeadlineSeconds") {
        errs.at_least(deadline, 0);
        if deadline.number() <= spec.get("minReadySeconds").number() {
            errs.invalid(deadline, "must be greater than `minReadySeconds`, or no new pod is ready in time");
        }
    }
}

fn strategy(errs: &mut Verdicts, strategy: Field) {
    let rolling = strategy.get("rollingUpdate");
    match strategy.get("type").text() {
        "Recreate" => {
            if rolling.exists() {
                errs.forbidden(rolling, "it goes with `type: RollingUpdate` only");
            }
        }
        "RollingUpdate" => rolling_update(errs, rolling),
        _ => _ = errs.unsupported(strategy.get("type"), &["Recreate", "RollingUpdate"]).printed_as(strategy.path()),
    }
}

fn rolling_update(errs: &mut Verdicts, rolling: Field) {
    let (unavailable, surge) = (rolling.get("maxUnavailable"), rolling.get("maxSurge"));
    share(errs, unavailable);
    share(errs, surge);
    if is_zero(unavailable) && is_zero(surge) {
        errs.invalid(unavailable, "must not be 0 when `maxSurge` is 0, or no pod could ever be replaced");
    }
    at_most_all(errs, unavailable);
}
