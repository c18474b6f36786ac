//! Updates of StatefulSets, Jobs and CronJobs. Mirrors apps/v1 and batch/v1: what little of them can change, and what is asked
//! on creation only.

use super::{As, Update, only, same, unchanged};
use crate::object::Field;
use crate::object::cron::Schedule;
use crate::schema::Version;
use crate::validate::Verdicts;

/// What can change of a StatefulSet.
const STATEFUL_SET: &[&str] = &[
    "spec.minReadySeconds",
    "spec.ordinals",
    "spec.persistentVolumeClaimRetentionPolicy",
    "spec.replicas",
    "spec.template",
    "spec.updateStrategy",
];

/// What can change of a suspended Job's template.
const SUSPENDED: &[&str] = &[
    "spec.template.metadata.annotations",
    "spec.template.metadata.labels",
    "spec.template.spec.affinity.nodeAffinity",
    "spec.template.spec.nodeSelector",
    "spec.template.spec.schedulingGates",
    "spec.template.spec.tolerations",
];

/// What can change besides, since 1.36.
const SUSPENDED_RESOURCES: &[&str] = &["spec.template.spec.containers.resources", "spec.template.spec.initContainers.resources"];

/// A StatefulSet.
pub fn stateful_set(errs: &mut Verdicts, update: Update) {
    let mut allowed = STATEFUL_SET.to_vec();
    if update.version >= Version(33) {
        allowed.push("spec.revisionHistoryLimit");
    }
    only(errs, update.old.get("spec"), update.new.get("spec"), &allowed, As::Forbidden);
}

/// A Job.
pub fn job(errs: &mut Verdicts, update: Update) {
    let (old, new) = (update.old.get("spec"), update.new.get("spec"));
    completions(errs, old, new);
    let fixed = ["selector", "completionMode", "podFailurePolicy", "backoffLimitPerIndex", "managedBy", "successPolicy"];
    for name in fixed {
        unchanged(errs, old.get(name), new.get(name), As::Invalid);
    }
    let mut allowed = Vec::new();
    if old.get("suspend").is_true() {
        allowed.extend(SUSPENDED);
        if update.version >= Version(36) {
            allowed.extend(SUSPENDED_RESOURCES);
        }
    }
    only(errs, old.get("template"), new.get("template"), &allowed, As::Invalid);
}

/// An indexed Job can have more or fewer completions, as many as it has pods at a time.
fn completions(errs: &mut Verdicts, old: Field, new: Field) {
    let (was, is) = (old.get("completions"), new.get("completions"));
    if new.get("completionMode").text() != "Indexed" {
        unchanged(errs, was, is, As::Invalid);
    } else if is.exists() && is.number() != was.number() && is.number() != new.get("parallelism").number() {
        errs.invalid(is, "it can be changed together with `parallelism` only, to the same number");
    }
}

/// A CronJob. Older servers took longer names, zones within the schedule and zones that are none; one that has such stays
/// changeable.
pub fn cron_job(errs: &mut Verdicts, update: Update) {
    let (old, new) = (update.old.get("spec"), update.new.get("spec"));
    errs.withdraw("metadata.name");
    if same(old.get("timeZone"), new.get("timeZone")) {
        errs.withdraw("spec.timeZone");
    }
    let schedule = new.get("schedule");
    let had_zone = Schedule::names_zone(old.get("schedule").text());
    if !had_zone || !Schedule::names_zone(schedule.text()) {
        return;
    }
    errs.withdraw("spec.schedule");
    if let Err(why) = Schedule::parse(schedule.text()) {
        errs.invalid(schedule, why).under("api-cron-schedule");
    } else if new.get("timeZone").exists() {
        errs.invalid(schedule, "it must not name a time zone where `timeZone` does").under("api-cron-schedule");
    }
}
