//! PodDisruptionBudgets. Mirrors policy/v1 validation.

use crate::object::Field;
use crate::schema::Version;
use crate::validate::meta::{self, Scope};
use crate::validate::selector::label_selector;
use crate::validate::{Verdicts, text};
use crate::yaml::Kind;

/// A PodDisruptionBudget. Nothing but the spec is looked at first; its metadata only if that is fine, and any path segment will
/// do for the name.
pub fn disruption_budget(errs: &mut Verdicts, root: Field, _: Version) {
    let spec = root.get("spec");
    let (least, most) = (spec.get("minAvailable"), spec.get("maxUnavailable"));
    if least.exists() && most.exists() {
        errs.invalid(most, "must not be set with `minAvailable`").printed_as("spec").label(least.span(), "set here");
    }
    count_or_percent(errs, least);
    count_or_percent(errs, most);
    label_selector(errs, spec.get("selector"));
    if let Some(policy) = spec.some("unhealthyPodEvictionPolicy") {
        errs.one_of(policy, &["AlwaysAllow", "IfHealthyBudget"]);
    }
    if errs.is_empty() {
        meta::generic_metadata(errs, root, Scope::Namespaced, text::path_segment);
    }
}

/// A count of pods, or a percentage up to 100%.
fn count_or_percent(errs: &mut Verdicts, value: Field) {
    match value.kind() {
        Kind::Null => {}
        Kind::Str => {
            errs.pass(value, text::percent);
            let percent = value.text().strip_suffix('%').and_then(|digits| digits.parse::<u64>().ok());
            if percent.is_some_and(|percent| percent > 100) {
                errs.invalid(value, "must not be more than 100%");
            }
        }
        _ => _ = errs.at_least(value, 0),
    }
}
