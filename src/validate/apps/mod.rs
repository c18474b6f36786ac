//! Workloads. Mirrors apps/v1 validation, and core/v1's of ReplicationController: what they share.

mod daemon_set;
mod deployment;
mod replicas;
mod stateful_set;

pub use daemon_set::daemon_set;
pub use deployment::deployment;
pub use replicas::{replica_set, replication_controller};
pub use stateful_set::stateful_set;

use super::{Verdicts, pod, selector, text};
use crate::object::Field;
use crate::object::intstr::IntOrString;
use crate::schema::Version;

/// The template of pods that are replaced when they end: it has the labels the workload selects, and its pods restart for ever.
fn template(errs: &mut Verdicts, spec: Field, condition: Option<Field>, version: Version) {
    let template = spec.get("template");
    if let Some(condition) = condition {
        selector::mismatch(errs, template, condition);
    }
    pod::template(errs, template, version);
    runs_for_ever(errs, template.get("spec"));
}

/// The pods' `restartPolicy` must be Always, and they must not end by themselves.
fn runs_for_ever(errs: &mut Verdicts, pod: Field) {
    let policy = pod.get("restartPolicy");
    // What is no policy at all has been refused with the pod.
    if matches!(policy.text(), "OnFailure" | "Never" | "") {
        errs.unsupported(policy, &["Always"])
            .under("api-restart-policy")
            .help("pods that run to their end belong to a Job or CronJob");
    }
    if let Some(deadline) = pod.some("activeDeadlineSeconds") {
        errs.forbidden(deadline, "pods of this kind run for ever; a Job's may end");
    }
}

/// A required `LabelSelector` that must select something. Returns whether the server can evaluate it.
fn own_selector(errs: &mut Verdicts, selector: Field) -> bool {
    if !selector.exists() {
        errs.required(selector, "it says which pods are this workload's");
        return true;
    }
    selector::label_selector(errs, selector);
    if selector::selects_all(selector) {
        errs.invalid(selector, "it is empty and so selects every pod");
    }
    if !selector::is_well_formed(selector) {
        errs.invalid(selector, "it cannot be evaluated");
        return false;
    }
    true
}

/// What of the workload's selector its template's labels do not meet; the selector itself where it is missing.
fn unmet<'a>(spec: Field<'a>) -> Option<Field<'a>> {
    let selector = spec.get("selector");
    if !selector.exists() {
        return Some(selector);
    }
    selector::unmet(selector, spec.get("template").get("metadata").get("labels"))
}

/// A count or a percentage, neither below zero.
fn share(errs: &mut Verdicts, field: Field) {
    if field.int().is_some() {
        errs.at_least(field, 0);
    } else if let Err(why) = text::percent(field.text()) {
        errs.invalid(field, why);
    }
}

/// A percentage must not be above 100.
fn at_most_all(errs: &mut Verdicts, field: Field) {
    if matches!(IntOrString::of(field), Some(IntOrString::Percent(percent)) if percent > 100) {
        errs.invalid(field, "must not be above 100%");
    }
}

/// Whether a count or percentage comes to nothing. A string of digits counts as the number it reads as.
fn is_zero(field: Field) -> bool {
    match IntOrString::of(field) {
        Some(IntOrString::Int(value) | IntOrString::Percent(value)) => value == 0,
        Some(IntOrString::Text(text)) => text.parse::<i64>().unwrap_or(0) == 0,
        None => true,
    }
}
