//! Defaults of Jobs and CronJobs.

use super::{Slot, meta, pod};

/// `batch/v1` Job.
pub fn job(root: &mut Slot) {
    let name = root.map("metadata").map(|metadata| metadata.text("name").to_string()).unwrap_or_default();
    let Some(mut spec) = root.struct_at("spec") else { return };
    if spec.get("completions").is_none() && spec.get("parallelism").is_none() {
        spec.default_int("completions", 1);
    }
    spec.default_int("parallelism", 1);
    let limit = if spec.get("backoffLimitPerIndex").is_some() { i64::from(i32::MAX) } else { 6 };
    spec.default_int("backoffLimit", limit);
    spec.default_pointer("completionMode", "NonIndexed");
    spec.default_bool("suspend", false);
    let replacement = if spec.get("podFailurePolicy").is_some() { "Failed" } else { "TerminatingOrFailed" };
    spec.default_pointer("podReplacementPolicy", replacement);
    spec.with("podFailurePolicy", failure_policy);
    pod::template(&mut spec);
    own_labels(&mut spec, &name);
    let labels =
        spec.map("template").and_then(|mut template| template.map("metadata").and_then(|metadata| metadata.get("labels")));
    if let Some(labels) = labels {
        meta::labels_from(root, labels);
    }
}

/// The labels by which a Job finds its pods, unless its selector is written by hand. The one with the Job's own UID is left
/// out, since the server alone knows that.
fn own_labels(spec: &mut Slot, name: &str) {
    if spec.is_true("manualSelector") || name.is_empty() {
        return;
    }
    let Some(mut template) = spec.map("template") else { return };
    let Some(mut metadata) = template.map("metadata") else { return };
    let Some(mut labels) = metadata.free_map_at("labels") else { return };
    labels.default_pointer("batch.kubernetes.io/job-name", name);
    labels.default_pointer("job-name", name);
}

fn failure_policy(policy: &mut Slot) {
    policy.each("rules", |rule| {
        rule.each("onPodConditions", |condition| condition.default_str("status", "True"));
    });
}

/// `batch/v1` CronJob. The Job in it gets its own defaults when it is made.
pub fn cron_job(root: &mut Slot) {
    let Some(mut spec) = root.struct_at("spec") else { return };
    spec.default_str("concurrencyPolicy", "Allow");
    spec.default_bool("suspend", false);
    spec.default_int("successfulJobsHistoryLimit", 3);
    spec.default_int("failedJobsHistoryLimit", 1);
    let Some(mut template) = spec.struct_at("jobTemplate") else { return };
    template.struct_at("metadata");
    let Some(mut job) = template.struct_at("spec") else { return };
    job.with("podFailurePolicy", failure_policy);
    pod::template(&mut job);
}
