//! What ends a Job whose pods keep failing: the tries it has, its policy for failures or its deadline, whichever comes first.

use serde_json::Value;

use super::failure_policy::{self, Action};
use super::{EndsWith, JobEnd};

/// The wait after a first failure, in seconds; each failure in a row doubles it.
const FIRST_DELAY: i64 = 10;

/// The longest wait before the Job controller makes another pod.
const LONGEST_DELAY: i64 = 600;

/// The longest wait before the kubelet starts a container again.
const LONGEST_RESTART: i64 = 300;

/// How often, and how long, a Job tries.
#[derive(Clone, Debug)]
pub struct Tries {
    /// `spec.template.spec.restartPolicy: OnFailure`: the kubelet tries again, in the same pod.
    in_place: bool,
    /// How many pods there are at a time.
    at_once: i64,
    /// `spec.backoffLimit`.
    limit: i64,
    per_index: Option<PerIndex>,
    /// `spec.activeDeadlineSeconds`.
    deadline: Option<i64>,
}

/// Indexes that fail each for itself.
#[derive(Clone, Copy, Debug)]
struct PerIndex {
    count: i64,
    /// `spec.backoffLimitPerIndex`.
    limit: i64,
    /// `spec.maxFailedIndexes`.
    most: Option<i64>,
}

/// How the Job whose stored spec this is ends for each way in which its pods may keep failing.
pub fn ends(spec: &Value) -> Vec<JobEnd> {
    let tries = Tries::of(spec);
    // One without a place for any pod does not begin.
    if tries.at_once <= 0 || spec["managedBy"].as_str().is_some_and(|by| by != super::job::BUILT_IN) {
        return Vec::new();
    }
    let end = |(pods, action)| JobEnd { pods, ..tries.end(action) };
    failure_policy::failures(spec).into_iter().map(end).collect()
}

impl Tries {
    /// From a Job's spec.
    pub fn of(spec: &Value) -> Tries {
        let number = |field: &str| spec[field].as_i64();
        let (parallelism, completions) = (number("parallelism").unwrap_or(1), number("completions"));
        let per_index = |limit| PerIndex { count: completions.unwrap_or(0), limit, most: number("maxFailedIndexes") };
        let per_index = number("backoffLimitPerIndex").map(per_index);
        // In the template of a CronJob defaults are not filled in.
        let no_limit = || if per_index.is_some() { i64::from(i32::MAX) } else { 6 };
        Tries {
            in_place: spec["template"]["spec"]["restartPolicy"] == "OnFailure",
            at_once: completions.map_or(parallelism, |completions| parallelism.min(completions)),
            limit: number("backoffLimit").unwrap_or_else(no_limit),
            per_index,
            deadline: number("activeDeadlineSeconds"),
        }
    }

    /// Whether what fails is started again in the same pod.
    pub fn in_place(&self) -> bool {
        self.in_place
    }

    /// Why it fails in the end if all pods do; `None`: never.
    pub fn reason(&self) -> Option<&'static str> {
        self.end(Action::Count).reason
    }

    /// How many seconds after it starts it fails at the earliest if all pods do.
    pub fn gives_up(&self) -> Option<i64> {
        self.end(Action::Count).at_least_seconds
    }

    /// Whether its time is over, at the earliest when so many pods have failed and none has succeeded.
    pub fn is_late(&self, failed: i64) -> bool {
        self.deadline.is_some_and(|deadline| deadline <= self.next(failed))
    }

    /// When the next pods start after so many have failed, or its time is over, at the earliest: seconds after the Job starts.
    pub fn next(&self, failed: i64) -> i64 {
        let next = match &self.per_index {
            _ if failed == 0 || self.at_once <= 0 => 0,
            Some(indexes) => indexes.after(failed / self.at_once),
            None => delays_before(failed, self.at_once),
        };
        self.deadline.map_or(next, |deadline| next.min(deadline))
    }

    /// How it ends if this is what each failure does.
    fn end(&self, action: Action) -> JobEnd {
        let end = match (action, &self.per_index) {
            (Action::Ignore, _) => None,
            (Action::FailJob, _) => Some(end("PodFailurePolicy", EndsWith::Pods(1), 0)),
            (Action::FailIndex, Some(indexes)) => Some(self.by_index(&PerIndex { limit: 0, ..*indexes })),
            (Action::Count, Some(indexes)) => Some(self.by_index(indexes)),
            (Action::FailIndex | Action::Count, None) => self.by_limit(),
        };
        let end = match (end, self.deadline) {
            (Some(end), Some(deadline)) if end.at_least_seconds < Some(deadline) => end,
            (_, Some(deadline)) => self::end("DeadlineExceeded", EndsWith::Time, deadline),
            (Some(end), None) => end,
            (None, None) => JobEnd::default(),
        };
        JobEnd { action: action.word(), ..end }
    }

    /// `BackoffLimitExceeded`; `None` for a limit that stands for none.
    fn by_limit(&self) -> Option<JobEnd> {
        if self.limit >= i64::from(i32::MAX) {
            return None;
        }
        if self.in_place {
            let restarts = self.limit.max(1);
            // Each pod has its own waits, and all restarts count; the first does not wait.
            let of_one = (restarts + self.at_once - 1) / self.at_once;
            return Some(end(BACKOFF, EndsWith::Restarts(restarts), delays(of_one - 1, LONGEST_RESTART)));
        }
        let failed = self.limit + 1;
        // The last pods may fail all at once, whatever those before did.
        Some(end(BACKOFF, EndsWith::Pods(failed), delays_before(failed - self.at_once, self.at_once)))
    }

    fn by_index(&self, indexes: &PerIndex) -> JobEnd {
        let most = indexes.most.filter(|most| *most < indexes.count);
        let failed = most.map_or(indexes.count, |most| most + 1);
        let reason = if most.is_some() { "MaxFailedIndexesExceeded" } else { "FailedIndexes" };
        let turns = (failed + self.at_once - 1) / self.at_once;
        let by_index = end(reason, EndsWith::Indexes(failed), turns.saturating_mul(indexes.chain()));
        // Or all of them together are too many before.
        let (tries, limit) = (indexes.limit.saturating_add(1), self.limit.saturating_add(1));
        let by_limit = end(BACKOFF, EndsWith::Pods(limit), indexes.after((limit - 1) / self.at_once));
        let first = |end: &JobEnd, pods: i64| (end.at_least_seconds, pods);
        let sooner = first(&by_limit, limit) <= first(&by_index, failed.saturating_mul(tries));
        if sooner && limit <= indexes.count.saturating_mul(tries) { by_limit } else { by_index }
    }
}

const BACKOFF: &str = "BackoffLimitExceeded";

fn end(reason: &'static str, with: EndsWith, seconds: i64) -> JobEnd {
    JobEnd { reason: Some(reason), with, at_least_seconds: Some(seconds), ..JobEnd::default() }
}

impl PerIndex {
    /// How long one index takes to fail.
    fn chain(&self) -> i64 {
        delays(self.limit, LONGEST_DELAY)
    }

    /// When in one place, index after index, so many pods have failed and the next one starts.
    fn after(&self, failed: i64) -> i64 {
        let tries = self.limit.saturating_add(1);
        (failed / tries).saturating_mul(self.chain()).saturating_add(delays(failed % tries, LONGEST_DELAY))
    }
}

/// The wait after so many failures in a row.
fn delay(failures: i64) -> i64 {
    if failures > 6 { LONGEST_DELAY } else { FIRST_DELAY << (failures - 1).max(0) }
}

/// The sum of so many waits in a row, each twice the one before it up to the longest.
fn delays(count: i64, longest: i64) -> i64 {
    let growing = (0..count.min(10)).map(|n| FIRST_DELAY << n).take_while(|delay| *delay < longest);
    let (n, sum) = growing.fold((0, 0), |(n, sum), delay| (n + 1, sum + delay));
    sum + (count.max(0) - n).saturating_mul(longest)
}

/// The least time that passes, with so many pods at once, until so many have failed and the next ones start. The wait grows with
/// each pod that fails, so that it is shortest when as many as possible fail together each time, fewer only at first.
fn delays_before(failed: i64, at_once: i64) -> i64 {
    const LONG: i64 = 7;
    let long = if failed >= LONG { (failed - LONG) / at_once + 1 } else { 0 };
    let rest = std::iter::successors(Some(failed - long * at_once), |failed| Some(failed - at_once));
    long.saturating_mul(LONGEST_DELAY) + rest.take_while(|failed| *failed > 0).map(delay).sum::<i64>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// `BackoffLimitExceeded Pods(7) 630`.
    fn told(spec: Value) -> String {
        let end = Tries::of(&spec).end(Action::Count);
        format!("{} {:?} {}", end.reason.unwrap_or("never"), end.with, end.at_least_seconds.unwrap_or(-1))
    }

    #[test]
    fn by_the_limit() {
        assert_eq!(told(json!({"backoffLimit": 2})), "BackoffLimitExceeded Pods(3) 30");
        assert_eq!(told(json!({})), "BackoffLimitExceeded Pods(7) 630");
        assert_eq!(told(json!({"backoffLimit": 8})), "BackoffLimitExceeded Pods(9) 1830");
        assert_eq!(told(json!({"backoffLimit": 0})), "BackoffLimitExceeded Pods(1) 0");
        assert_eq!(told(json!({"backoffLimit": i32::MAX})), "never Time -1");
        // Two at a time: one fails, the other with the one that takes its place.
        assert_eq!(told(json!({"backoffLimit": 2, "parallelism": 2})), "BackoffLimitExceeded Pods(3) 10");
        assert_eq!(told(json!({"backoffLimit": 2, "parallelism": 9, "completions": 1})), "BackoffLimitExceeded Pods(3) 30");
    }

    #[test]
    fn by_restarts_in_place() {
        let spec = |limit: i64, parallelism: i64| {
            let template = json!({"spec": {"restartPolicy": "OnFailure"}});
            told(json!({"backoffLimit": limit, "parallelism": parallelism, "template": template}))
        };
        assert_eq!(spec(0, 1), "BackoffLimitExceeded Restarts(1) 0");
        assert_eq!(spec(6, 1), "BackoffLimitExceeded Restarts(6) 310");
        assert_eq!(spec(7, 1), "BackoffLimitExceeded Restarts(7) 610");
        assert_eq!(spec(6, 3), "BackoffLimitExceeded Restarts(6) 10");
    }

    #[test]
    fn by_the_deadline() {
        assert_eq!(told(json!({"activeDeadlineSeconds": 100})), "DeadlineExceeded Time 100");
        assert_eq!(told(json!({"activeDeadlineSeconds": 631})), "BackoffLimitExceeded Pods(7) 630");
        assert_eq!(told(json!({"activeDeadlineSeconds": 630})), "DeadlineExceeded Time 630");
        assert_eq!(told(json!({"activeDeadlineSeconds": 9, "backoffLimit": i32::MAX})), "DeadlineExceeded Time 9");
    }

    #[test]
    fn by_indexes() {
        let spec = |more: Value| {
            let mut spec = json!({"completions": 5, "parallelism": 2, "backoffLimitPerIndex": 2, "backoffLimit": i32::MAX});
            spec.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            spec
        };
        assert_eq!(told(spec(json!({}))), "FailedIndexes Indexes(5) 90");
        assert_eq!(told(spec(json!({"maxFailedIndexes": 2}))), "MaxFailedIndexesExceeded Indexes(3) 60");
        assert_eq!(told(spec(json!({"maxFailedIndexes": 5}))), "FailedIndexes Indexes(5) 90");
        assert_eq!(told(spec(json!({"backoffLimit": 4}))), "BackoffLimitExceeded Pods(5) 30");
        assert_eq!(told(spec(json!({"backoffLimit": 14}))), "BackoffLimitExceeded Pods(15) 70");
        assert_eq!(told(spec(json!({"backoffLimit": 15}))), "FailedIndexes Indexes(5) 90");
        let tries = Tries::of(&spec(json!({})));
        assert_eq!(tries.end(Action::FailIndex).at_least_seconds, Some(0));
        assert_eq!([0, 2, 4, 6, 8].map(|failed| tries.next(failed)), [0, 10, 30, 30, 40]);
    }

    /// All ways in which some of the pods may fail at each moment, tried.
    #[test]
    fn no_way_is_faster() {
        for at_once in 1..6 {
            for limit in 0..14 {
                let mut earliest = vec![i64::MAX; limit + 1];
                earliest[0] = 0;
                let mut ends = i64::MAX;
                for failed in 0..=limit {
                    let now = earliest[failed];
                    for more in (1..=at_once).filter(|_| now < i64::MAX) {
                        let then = failed + more;
                        match earliest.get_mut(then) {
                            Some(known) => *known = (*known).min(now + delay(then as i64)),
                            None => ends = ends.min(now),
                        }
                    }
                }
                let told = told(json!({"backoffLimit": limit, "parallelism": at_once}));
                assert_eq!(told, format!("BackoffLimitExceeded Pods({}) {ends}", limit + 1), "{at_once} at once");
            }
        }
    }
}
