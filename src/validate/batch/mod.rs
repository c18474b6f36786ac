//! Jobs and CronJobs. Mirrors batch/v1 validation.

mod cron_job;
mod job;
mod policies;
mod selector;

pub use cron_job::cron_job;
pub use job::job;
