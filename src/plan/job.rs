//! The Job controller: pods until enough have succeeded, or too many failed.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::cluster::{Action, Cluster, Id, Spec, Workload};
use super::failing::Tries;
use super::labels::items;
use super::pod::{Identity, Phase, Pods, Template};

/// A Job.
#[derive(Clone, Debug)]
pub struct Job {
    /// What its pods are made from.
    pub template: Arc<Template>,
    /// `spec.completions`; `None`: until one succeeds.
    pub completions: Option<i64>,
    /// `spec.parallelism`.
    pub parallelism: i64,
    /// Whether each completion has a number.
    pub mode: Mode,
    /// `spec.suspend`.
    pub suspended: bool,
    /// `spec.backoffLimit`.
    pub backoff_limit: i64,
    /// How often, and how long, it tries.
    pub tries: Tries,
    /// `spec.backoffLimitPerIndex`.
    pub limit_per_index: Option<i64>,
    /// `spec.maxFailedIndexes`.
    pub max_failed_indexes: Option<i64>,
    /// `spec.successPolicy.rules`.
    pub success: Vec<SuccessRule>,
    /// Whether a stopping pod takes up a place: `spec.podReplacementPolicy: Failed`.
    pub replacement: Replacement,
    /// Whether it goes as soon as it is finished: `spec.ttlSecondsAfterFinished: 0`.
    pub goes_at_once: bool,
    /// Whether some other controller has it: `spec.managedBy`.
    pub foreign: bool,
    /// Whether it is decided.
    pub finished: bool,
}

/// `spec.completionMode`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// All completions are alike.
    NonIndexed,
    /// Each has a number.
    Indexed,
}

/// When a pod that stops is replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replacement {
    /// At once.
    Stopping,
    /// When it is gone.
    Gone,
}

/// One rule of a success policy.
#[derive(Clone, Debug)]
pub struct SuccessRule {
    indexes: Option<Vec<(i64, i64)>>,
    count: Option<i64>,
}

impl SuccessRule {
    fn of(value: &Value) -> SuccessRule {
        SuccessRule { indexes: value["succeededIndexes"].as_str().map(intervals), count: value["succeededCount"].as_i64() }
    }

    fn is_met(&self, succeeded: &BTreeSet<i64>) -> bool {
        let within =
            |index: i64| self.indexes.as_ref().is_none_or(|list| list.iter().any(|(from, to)| (*from..=*to).contains(&index)));
        let found = succeeded.iter().filter(|index| within(**index)).count() as i64;
        let all = || {
            self.indexes.as_ref().map_or(0, |list| {
                list.iter().map(|(from, to)| to.saturating_sub(*from).saturating_add(1)).fold(0, i64::saturating_add)
            })
        };
        found >= self.count.unwrap_or_else(all)
    }
}

/// `0-2,5` as pairs.
fn intervals(text: &str) -> Vec<(i64, i64)> {
    let pair = |part: &str| match part.split_once('-') {
        Some((from, to)) => Some((from.trim().parse().ok()?, to.trim().parse().ok()?)),
        None => part.trim().parse().ok().map(|index| (index, index)),
    };
    text.split(',').filter_map(pair).collect()
}

impl Job {
    /// From a stored object.
    pub fn of(value: &Value, template: Arc<Template>) -> Job {
        let spec = &value["spec"];
        let managed = spec["managedBy"].as_str().unwrap_or(BUILT_IN);
        Job {
            template,
            completions: spec["completions"].as_i64(),
            parallelism: spec["parallelism"].as_i64().unwrap_or(1),
            mode: if spec["completionMode"] == "Indexed" { Mode::Indexed } else { Mode::NonIndexed },
            suspended: spec["suspend"].as_bool().unwrap_or(false),
            backoff_limit: spec["backoffLimit"].as_i64().unwrap_or(6),
            tries: Tries::of(spec),
            limit_per_index: spec["backoffLimitPerIndex"].as_i64(),
            max_failed_indexes: spec["maxFailedIndexes"].as_i64(),
            success: items(&spec["successPolicy"]["rules"]).iter().map(SuccessRule::of).collect(),
            replacement: if spec["podReplacementPolicy"] == "Failed" { Replacement::Gone } else { Replacement::Stopping },
            goes_at_once: spec["ttlSecondsAfterFinished"].as_i64() == Some(0),
            foreign: managed != BUILT_IN,
            finished: false,
        }
    }
}

/// The controller that has a Job unless another is named.
pub const BUILT_IN: &str = "kubernetes.io/job-controller";

/// What one sync looks at.
struct View<'a> {
    id: Id,
    job: &'a Job,
    workload: &'a Workload,
    /// The indexes that have succeeded.
    done: BTreeSet<i64>,
    succeeded: i64,
    failed: i64,
    /// Those of them that the last revision of the manifests made.
    failed_now: i64,
    active: i64,
}

/// Decides the Job, or makes and deletes pods.
pub fn sync(cluster: &Cluster, id: Id) -> Vec<Action> {
    let workload = cluster.workload(id);
    let Spec::Job(job) = &workload.spec else { return Vec::new() };
    if workload.deleted || job.foreign {
        return Vec::new();
    }
    let view = View::of(id, job, workload, cluster.stage());
    if job.finished {
        let gone = job.goes_at_once && workload.count(&[Phase::Terminating]) == 0;
        return if gone { vec![Action::DeleteJob { job: id }] } else { Vec::new() };
    }
    let reason = view.failure();
    if reason.is_some() || view.is_complete() {
        return view.delete(view.active).into_iter().chain([Action::Finish { job: id, reason }]).collect();
    }
    if job.suspended {
        return view.delete(view.active);
    }
    view.manage()
}

impl<'a> View<'a> {
    fn of(id: Id, job: &'a Job, workload: &'a Workload, stage: u32) -> View<'a> {
        let done = indexes(workload, &[Phase::Succeeded]).into_iter().filter(|index| Some(*index) < job.completions).collect();
        let mut view = View {
            id,
            job,
            workload,
            done,
            succeeded: workload.count(&[Phase::Succeeded]),
            failed: workload.count(&[Phase::Failed]),
            failed_now: failed_now(workload, stage),
            active: workload.active(),
        };
        if job.mode == Mode::Indexed {
            view.succeeded = view.done.len() as i64;
        }
        view
    }

    /// Why it has failed; `None` while it has not.
    fn failure(&self) -> Option<&'static str> {
        let limit = |index: &i64| self.failures(*index) > self.job.limit_per_index.unwrap_or(i64::MAX);
        let failed: Vec<i64> = indexes(self.workload, &[Phase::Failed]).into_iter().filter(limit).collect();
        let settled = |index: i64| self.done.contains(&index) || failed.contains(&index);
        let tries = &self.job.tries;
        // How long those that succeed take is not known, nor when those failed that were there before.
        let late = || self.failed_now > 0 && self.succeeded == 0 && self.active == 0 && tries.is_late(self.failed_now);
        if self.failed_now > 0 && tries.in_place() {
            // Started again in place until that is over, it is no other pod.
            tries.reason()
        } else if self.failed > self.job.backoff_limit {
            Some("BackoffLimitExceeded")
        } else if late() {
            Some("DeadlineExceeded")
        } else if self.job.max_failed_indexes.is_some_and(|most| failed.len() as i64 > most) {
            Some("MaxFailedIndexesExceeded")
        } else if !failed.is_empty() && (0..self.job.completions.unwrap_or(0)).all(settled) {
            Some("FailedIndexes")
        } else {
            None
        }
    }

    fn is_complete(&self) -> bool {
        self.job.success.iter().any(|rule| rule.is_met(&self.done))
            || match self.job.completions {
                Some(wanted) => self.succeeded >= wanted,
                None => self.succeeded > 0 && self.active == 0,
            }
    }

    fn failures(&self, index: i64) -> i64 {
        let of = |pods: &&Pods| pods.phase == Phase::Failed && pods.identity == Identity::Index(index);
        self.workload.pods.iter().filter(of).map(|pods| pods.count).sum()
    }

    /// As many pods as still make sense, at most so many at a time.
    fn manage(&self) -> Vec<Action> {
        let wanted = match self.job.completions {
            None if self.succeeded > 0 => self.active,
            None => self.job.parallelism,
            Some(completions) => self.job.parallelism.min(completions - self.succeeded),
        };
        if self.active > wanted {
            return self.delete(self.active - wanted.max(0));
        }
        let stopping = match self.job.replacement {
            Replacement::Stopping => 0,
            Replacement::Gone => self.workload.count(&[Phase::Terminating]),
        };
        let missing = wanted - stopping - self.active;
        let create = |identity: Identity, count: i64| Action::Create {
            owner: self.id,
            identity,
            template: self.job.template.clone(),
            count,
        };
        match self.job.mode {
            _ if missing <= 0 => Vec::new(),
            Mode::NonIndexed => vec![create(Identity::None, missing)],
            Mode::Indexed => self.missing(missing).into_iter().map(|index| create(Identity::Index(index), 1)).collect(),
        }
    }

    /// The lowest indexes without a pod.
    fn missing(&self, count: i64) -> Vec<i64> {
        let mut taken = indexes(self.workload, &[Phase::Unscheduled, Phase::Pending, Phase::Ready, Phase::Succeeded]);
        if self.job.replacement == Replacement::Gone {
            taken.extend(indexes(self.workload, &[Phase::Terminating]));
        }
        let open =
            |index: &i64| !taken.contains(index) && self.failures(*index) <= self.job.limit_per_index.unwrap_or(i64::MAX - 1);
        (0..self.job.completions.unwrap_or(0)).filter(open).take(usize::try_from(count).unwrap_or(0)).collect()
    }

    /// Deletes `count` active pods: indexes out of range first, then what is not bound, pending, young.
    fn delete(&self, count: i64) -> Vec<Action> {
        let mut groups: Vec<&Pods> = self.workload.pods.iter().filter(|pods| pods.phase.is_active()).collect();
        let outside = |pods: &Pods| matches!(pods.identity, Identity::Index(index) if Some(index) >= self.job.completions);
        groups.sort_by_key(|pods| (!outside(pods), pods.phase, std::cmp::Reverse(pods.id)));
        let mut left = count;
        let mut actions = Vec::new();
        for pods in groups {
            let count = left.min(pods.count);
            if count > 0 {
                actions.push(Action::Delete { owner: self.id, pods: pods.id, count });
            }
            left -= count;
        }
        actions
    }
}

fn failed_now(workload: &Workload, stage: u32) -> i64 {
    workload.pods.iter().filter(|pods| pods.phase == Phase::Failed && pods.made == stage).map(|pods| pods.count).sum()
}

/// How long the controller waits, at the least, once `more` pods have failed too: before it makes others, or gives up.
pub fn pause(job: &Job, workload: &Workload, stage: u32, more: i64) -> i64 {
    let (failed, tries) = (failed_now(workload, stage), &job.tries);
    match workload.count(&[Phase::Failed]) + more > job.backoff_limit {
        _ if tries.in_place() => tries.gives_up().unwrap_or(0),
        true => 0,
        false => tries.next(failed + more) - tries.next(failed),
    }
}

fn indexes(workload: &Workload, phases: &[Phase]) -> BTreeSet<i64> {
    let index = |pods: &Pods| match pods.identity {
        Identity::Index(index) if phases.contains(&pods.phase) => Some(index),
        _ => None,
    };
    workload.pods.iter().filter_map(index).collect()
}

/// What a Job's status says: `active`, `succeeded`, `failed`, `completedIndexes`.
pub fn status(job: &Job, workload: &Workload) -> Value {
    let view = View::of(0, job, workload, 0);
    let mut status = Map::new();
    for (name, count) in [("active", view.active), ("succeeded", view.succeeded), ("failed", view.failed)] {
        if count > 0 {
            status.insert(name.to_string(), count.into());
        }
    }
    if !view.done.is_empty() {
        status.insert("completedIndexes".to_string(), written(&view.done).into());
    }
    Value::Object(status)
}

/// `0-2,5,6`: from three in a row on with a dash.
fn written(indexes: &BTreeSet<i64>) -> String {
    let mut runs: Vec<(i64, i64)> = Vec::new();
    for &index in indexes {
        match runs.last_mut().filter(|(_, to)| *to + 1 == index) {
            Some((_, to)) => *to = index,
            None => runs.push((index, index)),
        }
    }
    let run = |(from, to): (i64, i64)| match to - from {
        0 => from.to_string(),
        1 => format!("{from},{to}"),
        _ => format!("{from}-{to}"),
    };
    runs.into_iter().map(run).collect::<Vec<String>>().join(",")
}
