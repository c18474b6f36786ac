//! Jobs. Mirrors batch/v1 validation of `Job` and of the Job inside a CronJob.

use super::{policies, selector};
use crate::object::Field;
use crate::schema::Version;
use crate::validate::meta::{self, Scope};
use crate::validate::{Verdicts, pod, text};

/// How many pods of an indexed Job may run, or fail by index, at a time.
const MOST_INDEXED: i64 = 100_000;
/// Above how many completions an indexed Job with `backoffLimitPerIndex` is held to [`MOST_OF_MANY`].
const MANY_COMPLETIONS: i64 = 100_000;
/// How many pods of such a Job may run, or fail, at a time.
const MOST_OF_MANY: i64 = 10_000;

/// A Job.
pub fn job(errs: &mut Verdicts, root: Field, version: Version) {
    meta::metadata_but_labels(errs, root, Scope::Namespaced, text::dns_subdomain);
    let spec = root.get("spec");
    let name = root.get("metadata").get("name");
    if !has_lent_labels(root.get("metadata").get("labels"), spec) {
        meta::labels(errs, root.get("metadata").get("labels"));
    }
    if spec.get("manualSelector").is_true() {
        selector::by_hand(errs, spec);
    } else {
        selector::generated(errs, spec, name.text());
    }
    job_spec(errs, spec, version);
    let completions = spec.get("completions").number();
    if is_indexed(spec) && completions > 0 {
        let pod = format!("{}-{}", name.text(), completions - 1);
        if let Err(why) = text::dns_label(&pod) {
            errs.invalid(name, format!("its last pod would be `{pod}`, which {why}"));
        }
    }
}

/// Whether the Job's labels are none but those the server made for a template that had none: it lends them to the Job after it
/// has checked.
fn has_lent_labels(labels: Field, spec: Field) -> bool {
    let template = spec.get("template").get("metadata").get("labels");
    !labels.written() && !template.entries().any(|(_, value)| value.written())
}

/// A `JobSpec` but for its selector.
pub fn job_spec(errs: &mut Verdicts, spec: Field, version: Version) {
    let counts = ["parallelism", "completions", "activeDeadlineSeconds", "backoffLimit", "ttlSecondsAfterFinished"];
    for name in counts.into_iter().chain(["backoffLimitPerIndex", "maxFailedIndexes"]) {
        errs.at_least(spec.get(name), 0);
    }
    if spec.get("maxFailedIndexes").exists() && !spec.get("backoffLimitPerIndex").exists() {
        errs.required(spec.get("backoffLimitPerIndex"), "`maxFailedIndexes` goes with it");
    }
    if let Some(manager) = spec.some("managedBy") {
        managed_by(errs, manager);
    }
    completion_mode(errs, spec);
    if let Some(policy) = spec.some("podFailurePolicy") {
        policies::pod_failure(errs, policy, spec);
    }
    match spec.some("successPolicy") {
        Some(policy) if is_indexed(spec) => policies::success(errs, policy, spec.get("completions").int().unwrap_or(i64::MAX)),
        Some(policy) => _ = errs.invalid(policy, "it needs `completionMode: Indexed`"),
        None => {}
    }
    if let Some(replacement) = spec.some("podReplacementPolicy") {
        let failing = spec.get("podFailurePolicy").exists();
        errs.one_of(replacement, if failing { &["Failed"] } else { &["Failed", "TerminatingOrFailed"] });
    }
    pod::template(errs, spec.get("template"), version);
    restart_policy(errs, spec);
}

fn is_indexed(spec: Field) -> bool {
    spec.get("completionMode").text() == "Indexed"
}

/// Who works on the Job in place of Kubernetes' own controller.
fn managed_by(errs: &mut Verdicts, manager: Field) {
    errs.pass(manager, text::domain_prefixed_path);
    if manager.text().len() > 63 {
        errs.too_long(manager, 63);
    }
}

fn completion_mode(errs: &mut Verdicts, spec: Field) {
    let mode = spec.get("completionMode");
    if mode.exists() {
        errs.one_of(mode, &["Indexed", "NonIndexed"]);
    }
    if is_indexed(spec) {
        indexed(errs, spec);
    } else if !mode.exists() || mode.text() == "NonIndexed" {
        for name in ["backoffLimitPerIndex", "maxFailedIndexes"] {
            if let Some(limit) = spec.some(name) {
                errs.invalid(limit, "it needs `completionMode: Indexed`");
            }
        }
    }
}

fn indexed(errs: &mut Verdicts, spec: Field) {
    let (completions, parallelism, failed) = (spec.get("completions"), spec.get("parallelism"), spec.get("maxFailedIndexes"));
    if !completions.exists() {
        errs.required(completions, "`completionMode: Indexed` counts up to it");
    }
    at_most(errs, parallelism, MOST_INDEXED);
    at_most(errs, failed, MOST_INDEXED);
    if completions.exists() && failed.exists() && failed.number() > completions.number() {
        errs.invalid(failed, format!("must be at most `completions`, {}", completions.number()));
    }
    if completions.number() > MANY_COMPLETIONS && spec.get("backoffLimitPerIndex").exists() {
        if !failed.exists() {
            errs.required(failed, format!("`backoffLimitPerIndex` needs it for more than {MANY_COMPLETIONS} completions"));
        }
        at_most(errs, parallelism, MOST_OF_MANY);
        at_most(errs, failed, MOST_OF_MANY);
    }
}

fn at_most(errs: &mut Verdicts, field: Field, most: i64) {
    if field.number() > most {
        errs.invalid(field, format!("must be at most {most}"));
    }
}

/// The pods of a Job end: they do not always restart, and never where their failures are told apart.
fn restart_policy(errs: &mut Verdicts, spec: Field) {
    let policy = spec.get("template").get("spec").get("restartPolicy");
    match policy.text() {
        "OnFailure" if spec.get("podFailurePolicy").exists() => {
            errs.invalid(policy, "must be `Never` where `podFailurePolicy` is set").under("api-restart-policy");
        }
        "Always" => {
            let verdict = errs.required(policy, "a Job's pods must come to an end: write `OnFailure` or `Never`");
            verdict.under("api-restart-policy");
        }
        // What is no policy at all has been refused with the pod.
        _ => {}
    }
}
