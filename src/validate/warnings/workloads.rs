//! Warnings on workloads as a whole. Mirrors `WarningsOnCreate` of the core, apps and batch strategies.

use super::super::{Verdicts, text};
use super::{pod as pod_spec, storage};
use crate::object::Field;
use crate::schema::Version;

/// A Pod.
pub fn pod(errs: &mut Verdicts, root: Field, _: Version) {
    name(errs, root, "the Pod's host name");
    pod_spec::pod(errs, root);
}

/// A PodTemplate.
pub fn pod_template(errs: &mut Verdicts, root: Field, _: Version) {
    pod_spec::template(errs, root.get("template"));
}

/// A workload whose name does not matter.
pub fn workload(errs: &mut Verdicts, root: Field, _: Version) {
    pod_spec::template(errs, root.get("spec").get("template"));
}

/// A workload whose name begins its pods' names.
pub fn named_workload(errs: &mut Verdicts, root: Field, version: Version) {
    name(errs, root, "the names and host names of its Pods");
    workload(errs, root, version);
}

/// A StatefulSet.
pub fn stateful_set(errs: &mut Verdicts, root: Field, version: Version) {
    workload(errs, root, version);
    let spec = root.get("spec");
    for claim in spec.get("volumeClaimTemplates").items() {
        storage::claim_spec(errs, claim.get("spec"));
    }
    if spec.get("revisionHistoryLimit").number() < 0 {
        errs.warn(spec.get("revisionHistoryLimit"), "a negative limit keeps every revision for ever; use 0 or more");
    }
}

/// A Job.
pub fn job(errs: &mut Verdicts, root: Field, _: Version) {
    name(errs, root, "the names and host names of its Pods");
    job_spec(errs, root.get("spec"));
}

/// A CronJob.
pub fn cron_job(errs: &mut Verdicts, root: Field, _: Version) {
    name(errs, root, "the names and host names of its Pods");
    job_spec(errs, root.get("spec").get("jobTemplate").get("spec"));
}

/// How many completions and pods at a time the server can keep account of, in an indexed Job in which many fail.
const COMPLETIONS: i64 = 100_000;
const PARALLELISM: i64 = 10_000;

fn job_spec(errs: &mut Verdicts, spec: Field) {
    let indexed = spec.get("completionMode").text() == "Indexed";
    if indexed && spec.get("completions").number() > COMPLETIONS && spec.get("parallelism").number() > PARALLELISM {
        let message = format!(
            "an indexed Job of more than {COMPLETIONS} completions and {PARALLELISM} pods at a time may lose track of completed \
             indexes when many fail"
        );
        errs.warn(spec.get("completions"), message);
    }
    pod_spec::template(errs, spec.get("template"));
}

/// A name that pods' host names are made of should be a DNS label.
fn name(errs: &mut Verdicts, root: Field, becomes: &str) {
    let metadata = root.get("metadata");
    let (field, full) = match metadata.some("name").filter(|name| !name.is_empty()) {
        Some(name) => (name, name.text().to_string()),
        None if metadata.get("generateName").is_empty() => return,
        None => (metadata.get("generateName"), generated(metadata.get("generateName").text())),
    };
    if let Err(why) = text::dns_label(&full) {
        errs.warn(field, format!("`{full}` becomes {becomes}, which works best as a DNS label: it {why}"));
    }
}

/// A name as the server makes it: the prefix, cut to 58 bytes, and five letters or digits.
fn generated(prefix: &str) -> String {
    let mut end = prefix.len().min(58);
    while !prefix.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}xxxxx", &prefix[..end])
}
