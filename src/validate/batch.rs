//! Jobs and CronJobs. Mirrors batch/v1 validation.

use super::Verdicts;
use crate::object::Field;
use crate::schema::Version;

/// A job.
pub fn job(errs: &mut Verdicts, root: Field, version: Version) {
    let _ = (errs, root, version);
}

/// A cron_job.
pub fn cron_job(errs: &mut Verdicts, root: Field, version: Version) {
    let _ = (errs, root, version);
}
