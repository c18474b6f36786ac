//! CronJobs. Mirrors batch/v1 validation of `CronJob`.

use super::job;
use crate::object::Field;
use crate::object::cron::{self, Schedule};
use crate::schema::Version;
use crate::validate::meta::{self, Scope};
use crate::validate::{Verdicts, text};

/// How long a name may be, so that the Jobs' names, eleven characters longer, are still labels.
const NAME_LEN: usize = 52;

/// A CronJob.
pub fn cron_job(errs: &mut Verdicts, root: Field, version: Version) {
    meta::metadata(errs, root, Scope::Namespaced, text::dns_subdomain);
    let name = root.get("metadata").get("name");
    if name.text().len() > NAME_LEN {
        errs.invalid(name, format!("must be at most {NAME_LEN} characters, as its Jobs' names are longer by eleven"));
    }
    let spec = root.get("spec");
    schedule(errs, spec.get("schedule"));
    if let Some(zone) = spec.some("timeZone")
        && let Err(why) = cron::time_zone(zone.text())
    {
        errs.invalid(zone, why).under("api-cron-schedule");
    }
    errs.at_least(spec.get("startingDeadlineSeconds"), 0);
    let policy = spec.get("concurrencyPolicy");
    if policy.text().is_empty() {
        errs.required(policy, "");
    } else {
        errs.one_of(policy, &["Allow", "Forbid", "Replace"]);
    }
    job_template(errs, spec.get("jobTemplate").get("spec"), version);
    errs.at_least(spec.get("successfulJobsHistoryLimit"), 0);
    errs.at_least(spec.get("failedJobsHistoryLimit"), 0);
}

fn schedule(errs: &mut Verdicts, schedule: Field) {
    if schedule.text().is_empty() {
        errs.required(schedule, "");
    } else if Schedule::names_zone(schedule.text()) {
        errs.invalid(schedule, "it must not name a time zone").under("api-cron-schedule").help("write the zone in `timeZone`");
    } else if let Err(why) = Schedule::parse(schedule.text()) {
        errs.invalid(schedule, why).under("api-cron-schedule");
    }
}

/// The Jobs' spec. Their selector is always made by the server.
fn job_template(errs: &mut Verdicts, spec: Field, version: Version) {
    job::job_spec(errs, spec, version);
    if let Some(selector) = spec.some("selector") {
        errs.invalid(selector, "the server makes the selector of each Job itself").help("leave `selector` out");
    }
    if let Some(manual) = spec.some("manualSelector")
        && manual.is_true()
    {
        errs.unsupported(manual, &["false"]);
    }
}
