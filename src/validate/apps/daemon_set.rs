//! DaemonSets. Mirrors apps/v1 validation of `DaemonSet`.

use super::{at_most_all, is_zero, runs_for_ever, share, unmet};
use crate::object::Field;
use crate::schema::Version;
use crate::validate::meta::{self, Scope};
use crate::validate::{Verdicts, pod, selector, text};

/// A DaemonSet.
pub fn daemon_set(errs: &mut Verdicts, root: Field, version: Version) {
    meta::metadata(errs, root, Scope::Namespaced, text::dns_subdomain);
    let spec = root.get("spec");
    let (own, template) = (spec.get("selector"), spec.get("template"));
    selector::label_selector(errs, own);
    if selector::is_well_formed(own)
        && let Some(condition) = unmet(spec)
    {
        selector::mismatch(errs, template, condition);
    }
    if own.exists() && selector::selects_all(own) {
        errs.invalid(own, "it is empty and so selects every pod");
    }
    pod::template(errs, template, version);
    runs_for_ever(errs, template.get("spec"));
    errs.at_least(spec.get("minReadySeconds"), 0);
    update_strategy(errs, spec.get("updateStrategy"));
    errs.at_least(spec.get("revisionHistoryLimit"), 0);
}

fn update_strategy(errs: &mut Verdicts, strategy: Field) {
    match strategy.get("type").text() {
        "OnDelete" => {}
        "RollingUpdate" => rolling_update(errs, strategy.get("rollingUpdate")),
        _ => _ = errs.unsupported(strategy.get("type"), &["OnDelete", "RollingUpdate"]).printed_as(strategy.path()),
    }
}

/// Either pods are taken away first or new ones are added first, never both.
fn rolling_update(errs: &mut Verdicts, rolling: Field) {
    let (unavailable, surge) = (rolling.get("maxUnavailable"), rolling.get("maxSurge"));
    share(errs, unavailable);
    share(errs, surge);
    at_most_all(errs, unavailable);
    at_most_all(errs, surge);
    match (is_zero(unavailable), is_zero(surge)) {
        (false, false) => {
            errs.invalid(surge, "must be 0 when `maxUnavailable` is not").label(unavailable.span(), "not 0");
        }
        (true, true) => _ = errs.required(unavailable, "it must not be 0 when `maxSurge` is 0"),
        _ => {}
    }
}
