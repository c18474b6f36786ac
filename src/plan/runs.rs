//! When CronJobs run next, and the exact names of the Jobs they make.

use jiff::Zoned;
use serde_json::Value;

use super::store::Store;
use super::{CronRun, CronWeek, Options, name};
use crate::object::ObjectId;
use crate::object::cron::{self, Schedule};

/// The next runs of each stored CronJob, all together in order of time.
pub fn runs(store: &Store, options: &Options) -> Vec<CronRun> {
    let stored = store.objects.values().filter(|stored| is_cron_job(&stored.value));
    let mut runs: Vec<CronRun> = stored.flat_map(|stored| runs_of(&stored.id, &stored.value, options)).collect();
    runs.sort_by(|a, b| (a.at, &a.namespace, &a.cronjob).cmp(&(b.at, &b.namespace, &b.cronjob)));
    runs
}

/// More runs in a week are not drawn; of more CronJobs none is, since looking for so many runs takes longer than the rest.
const MOST: usize = 200;

/// The runs in the week to come of each stored CronJob that is not suspended.
pub fn weeks(store: &Store, options: &Options) -> Vec<CronWeek> {
    let stored: Vec<_> = store.objects.values().filter(|stored| is_cron_job(&stored.value)).collect();
    if stored.len() > MOST {
        return Vec::new();
    }
    let week = |id: &ObjectId, spec: &Value| {
        let (schedule, now) = read(spec, options).filter(|_| spec["suspend"] != true)?;
        let end = now.timestamp().as_second() + 7 * 24 * 3600;
        let mut runs: Vec<jiff::Timestamp> = times(&schedule, &now, MOST + 1).iter().map(Zoned::timestamp).collect();
        runs.retain(|run| run.as_second() < end);
        if runs.len() > MOST {
            runs.clear();
        }
        let time_zone = spec["timeZone"].as_str().map(str::to_string);
        Some(CronWeek { namespace: id.namespace.clone(), cronjob: id.name.clone(), from: options.now, runs, time_zone })
    };
    stored.into_iter().filter_map(|stored| week(&stored.id, &stored.value["spec"])).collect()
}

/// What is to be said of a stored CronJob; nothing of other kinds.
pub fn notes(object: &Value, options: &Options) -> Vec<String> {
    let Some((schedule, now)) =
        Some(object).filter(|object| is_cron_job(object)).and_then(|object| read(&object["spec"], options))
    else {
        return Vec::new();
    };
    let zone = object["spec"]["timeZone"].as_str().unwrap_or("UTC unless the controller manager is set to another zone");
    let mut notes = vec![format!("runs {} ({zone})", schedule.describe())];
    if object["spec"]["suspend"] == true {
        notes.push("suspended: does not run until it is resumed".to_string());
    }
    let times = times(&schedule, &now, options.runs.max(1));
    if times.is_empty() {
        notes.push("never runs: no date within five years fits the schedule".to_string());
    }
    for pair in times.windows(2).filter(|pair| pair[0].datetime() == pair[1].datetime()) {
        notes.push(format!("runs twice at {}: the clocks go back", pair[0].strftime("%a %Y-%m-%d %H:%M")));
    }
    notes
}

fn is_cron_job(object: &Value) -> bool {
    object["kind"] == "CronJob" && object["apiVersion"] == "batch/v1"
}

fn runs_of(id: &ObjectId, object: &Value, options: &Options) -> Vec<CronRun> {
    if object["spec"]["suspend"] == true {
        return Vec::new();
    }
    let Some((schedule, now)) = read(&object["spec"], options) else { return Vec::new() };
    let run = |time: Zoned| CronRun {
        namespace: id.namespace.clone(),
        cronjob: id.name.clone(),
        job: name::cron_job_run(&id.name, time.timestamp().as_second()),
        at: time.timestamp(),
        time_zone: object["spec"]["timeZone"].as_str().map(str::to_string),
    };
    times(&schedule, &now, options.runs).into_iter().map(run).collect()
}

/// The schedule, and now in its zone; `None` where the controller could not read one of them either.
pub fn read(spec: &Value, options: &Options) -> Option<(Schedule, Zoned)> {
    let schedule = Schedule::parse(spec["schedule"].as_str()?).ok()?;
    let zone = match spec["timeZone"].as_str() {
        Some(zone) => cron::time_zone(zone).ok()?,
        None => jiff::tz::TimeZone::UTC,
    };
    Some((schedule, options.now.to_zoned(zone)))
}

/// The next `count` runs after `now`. Of runs in the same minute, whose Jobs would share a name, only the first takes place. One of
/// `@every` counts from the CronJob's creation: from now.
fn times(schedule: &Schedule, now: &Zoned, count: usize) -> Vec<Zoned> {
    let mut times: Vec<Zoned> = Vec::new();
    for time in std::iter::successors(schedule.next(now), |time| schedule.next(time)) {
        if times.len() >= count {
            break;
        }
        let minute = |time: &Zoned| time.timestamp().as_second() / 60;
        if times.last().is_none_or(|last| minute(last) != minute(&time)) {
            times.push(time);
        }
    }
    times
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Key, Stored};

    fn options(now: &str) -> Options {
        Options { now: now.parse().unwrap(), runs: 4, ..Options::default() }
    }

    fn cron_job(name: &str, spec: Value) -> Stored {
        let id = ObjectId { api_version: "batch/v1".into(), kind: "CronJob".into(), namespace: "shop".into(), name: name.into() };
        let value = serde_json::json!({"apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": name}, "spec": spec});
        Stored { id, applied: value.clone().into(), value: value.into(), source: None }
    }

    /// `report-29880030 2026-10-24T00:30:00Z` for each run.
    fn listed(jobs: Vec<Stored>, now: &str) -> Vec<String> {
        let mut store = Store::default();
        for job in jobs {
            let key = Key { group: "batch".into(), kind: "CronJob".into(), namespace: "shop".into(), name: job.id.name.clone() };
            store.objects.insert(key, job);
        }
        runs(&store, &options(now)).into_iter().map(|run| format!("{} {}", run.job, run.at)).collect()
    }

    fn berlin(schedule: &str) -> Value {
        serde_json::json!({"schedule": schedule, "timeZone": "Europe/Berlin"})
    }

    #[test]
    fn a_time_that_comes_twice_runs_twice() {
        let job = || cron_job("report", berlin("30 2 * * *"));
        assert_eq!(
            listed(vec![job()], "2026-10-23T12:00:00Z"),
            [
                "report-29880030 2026-10-24T00:30:00Z",
                "report-29881470 2026-10-25T00:30:00Z",
                "report-29881530 2026-10-25T01:30:00Z",
                "report-29882970 2026-10-26T01:30:00Z",
            ]
        );
        assert_eq!(
            notes(&job().value, &options("2026-10-23T12:00:00Z"))[1..],
            ["runs twice at Sun 2026-10-25 02:30: the clocks go back"]
        );
    }

    #[test]
    fn a_time_that_is_skipped_does_not_run() {
        assert_eq!(
            listed(vec![cron_job("report", berlin("30 2 * * *"))], "2026-03-27T12:00:00Z"),
            [
                "report-29577690 2026-03-28T01:30:00Z",
                "report-29580510 2026-03-30T00:30:00Z",
                "report-29581950 2026-03-31T00:30:00Z",
                "report-29583390 2026-04-01T00:30:00Z",
            ]
        );
    }

    #[test]
    fn some_never_run() {
        let never = |spec: Value| assert_eq!(listed(vec![cron_job("x", spec)], "2026-01-01T00:00:00Z"), [""; 0]);
        never(serde_json::json!({"schedule": "0 0 31 2 *"}));
        never(serde_json::json!({"schedule": "* * * * *", "suspend": true}));
        never(serde_json::json!({"schedule": "* * * * *", "timeZone": "Mars/Olympus"}));
        never(serde_json::json!({"schedule": "no schedule"}));
        let job = cron_job("x", serde_json::json!({"schedule": "0 0 31 2 *", "timeZone": "Etc/UTC"}));
        assert_eq!(notes(&job.value, &options("2026-01-01T00:00:00Z")).len(), 2);
    }

    #[test]
    fn all_cron_jobs_in_order_of_time() {
        let jobs = vec![
            cron_job("a", serde_json::json!({"schedule": "0 12 * * *"})),
            // Two runs a minute share a name: the second is left out.
            cron_job("b", serde_json::json!({"schedule": "@every 30s"})),
        ];
        assert_eq!(
            listed(jobs, "2026-01-01T11:58:00Z"),
            [
                "b-29454478 2026-01-01T11:58:30Z",
                "b-29454479 2026-01-01T11:59:00Z",
                "a-29454480 2026-01-01T12:00:00Z",
                "b-29454480 2026-01-01T12:00:00Z",
                "b-29454481 2026-01-01T12:01:00Z",
                "a-29455920 2026-01-02T12:00:00Z",
                "a-29457360 2026-01-03T12:00:00Z",
                "a-29458800 2026-01-04T12:00:00Z",
            ]
        );
    }
}
