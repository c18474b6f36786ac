//! The plan as data: what every view of it is made from. The JSON contract names the same things.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::quota::Usage;
use super::{Apply, Source};
use crate::diagnostic::Severity;
use crate::object::ObjectId;
use crate::schema::Version;

/// A whole plan.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// The server's minor version.
    pub kubernetes: Version,
    /// How the manifests are applied.
    pub apply: Apply,
    /// What was there before: each applied in turn; nothing where nothing was.
    pub from: Vec<Origin>,
    /// What is applied; `None` where nobody said where it comes from.
    pub to: Option<Origin>,
    /// What is supposed to happen besides: `node-1 is drained`.
    pub what_if: Vec<String>,
    /// Every object of either side: refused first, then deleted and replaced, rollouts, in place, created, unchanged; within each
    /// by namespace, kind, name.
    pub objects: Vec<PlannedObject>,
    /// How they are tied to one another.
    pub links: Vec<Link>,
    /// The cluster each time its controllers came to rest.
    pub rounds: Vec<Round>,
    /// The next runs of CronJobs, in order of time.
    pub runs: Vec<CronRun>,
    /// The runs of CronJobs in the week to come.
    pub weeks: Vec<CronWeek>,
    /// What all pods and claims add up to.
    pub totals: Totals,
    /// How much of each ResourceQuota is used.
    pub quotas: Vec<Usage>,
    /// What only a planner can find.
    pub findings: Vec<PlanFinding>,
    /// What the plan takes for granted, most important first.
    pub assumptions: Vec<String>,
}

/// Where manifests come from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// `files`, `git`, `dump`, `cluster` or `empty`.
    pub kind: &'static str,
    /// As it was given: `git:main...`.
    pub given: String,
    /// The commit, for `git`.
    pub commit: Option<String>,
    /// Files and directories, as they were given.
    pub paths: Vec<String>,
}

/// What becomes of an object, from harmless to grave.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effect {
    /// Nothing changes.
    #[default]
    None,
    /// Accepted; touches only pods or Jobs made later.
    Future,
    /// Accepted; nothing restarts.
    InPlace,
    /// Accepted; pods are replaced by the controller's strategy.
    Rollout,
    /// Made new.
    Create,
    /// No longer in the manifests, and keeps running.
    LeftBehind,
    /// Deleted.
    Delete,
    /// Refused as an update: only deleting and creating it again gets there.
    Replace,
    /// The server refuses it; nothing of it changes.
    Refused,
}

/// One object.
#[derive(Clone, Debug, Default)]
pub struct PlannedObject {
    /// Who it is.
    pub id: ObjectId,
    /// What becomes of it.
    pub effect: Effect,
    /// What becomes of it in a few words, where effect and revisions do not tell.
    pub headline: Option<String>,
    /// The ReplicaSet or ControllerRevision that the controllers make of its template: `web-bfb6488d7`.
    pub revision: Option<String>,
    /// That of the template before.
    pub revision_before: Option<String>,
    /// Where it is written.
    pub source: Option<Source>,
    /// Why it is refused.
    pub causes: Vec<Cause>,
    /// What changes.
    pub changes: Vec<Change>,
    /// What moves its number of pods.
    pub autoscaler: Option<Autoscaler>,
    /// How pods come and go, for what makes pods.
    pub rollout: Option<Rollout>,
    /// How a Job, or each Job of a CronJob, ends for each way in which its pods may keep failing.
    pub if_pods_fail: Vec<JobEnd>,
    /// Lines worth saying about it that are no findings: names, endpoints, ways forward.
    pub notes: Vec<String>,
}

/// Between what numbers of pods a HorizontalPodAutoscaler keeps a workload.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Autoscaler {
    /// Its name.
    pub name: String,
    /// The least.
    pub min: i64,
    /// The most.
    pub max: i64,
}

/// One object is tied to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Link {
    /// An index into [`Plan::objects`].
    pub from: usize,
    /// Another.
    pub to: usize,
    /// What the one has to do with the other.
    pub relation: Relation,
}

/// What one object has to do with another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Relation {
    /// An Ingress leads to it.
    Routes,
    /// A Service selects its pods.
    Selects,
    /// An autoscaler sets how many pods it has.
    Scales,
    /// A disruption budget covers its pods.
    Guards,
    /// A network policy is for its pods.
    Restricts,
    /// It is named.
    Uses,
}

/// Why the server refuses an object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cause {
    /// The server's type: `FieldValueForbidden`.
    pub cause: String,
    /// The field as the server writes it.
    pub field: String,
    /// One sentence without a full stop.
    pub message: String,
    /// Where, in the manifest.
    pub source: Option<Source>,
}

/// One changed field.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Change {
    /// Path with list entries by name: `spec.template.spec.containers[web].image`. In JSON the index stands there.
    pub path: String,
    /// JSON pointer into the new object.
    pub pointer: String,
    /// The old value; `None` for one that is added.
    pub before: Option<Value>,
    /// The new value; `None` for one that is removed.
    pub after: Option<Value>,
    /// What the change does.
    pub effect: Effect,
    /// Whether the values are secret and must not be shown.
    pub sensitive: bool,
    /// Where the new value is written.
    pub source: Option<Source>,
}

/// How the pods of one object come and go.
#[derive(Clone, Debug, Default)]
pub struct Rollout {
    /// `RollingUpdate`, `Recreate`, `OnDelete`, `OrderedReady`, `Parallel`, `Job`, ...
    pub strategy: String,
    /// How many pods are wanted; completions for a Job.
    pub replicas: i64,
    /// Most pods above the wanted number, rounded.
    pub max_surge: Option<i64>,
    /// Most pods below the wanted number, rounded.
    pub max_unavailable: Option<i64>,
    /// The steps, in order.
    pub steps: Vec<Step>,
    /// What holds throughout.
    pub bounds: Bounds,
    /// What happens if the new pods never become ready.
    pub if_never_ready: Option<NeverReady>,
    /// A lower bound in time.
    pub time: Time,
}

/// One step: what the controller does at once, and what it then waits for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Step {
    /// What is done.
    pub actions: Vec<Action>,
    /// The counts after it.
    pub counts: Counts,
    /// What is waited for before the next step.
    pub then: Option<Wait>,
    /// The round of the plan that it belongs to, an index into [`Plan::rounds`].
    pub round: usize,
}

/// One thing a controller does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// `create`, `delete`, `evict`, `scale`, `stop`, `adopt`, `orphan`, `bind`, `run`, `skip`, `refuse`, `fail`.
    pub verb: &'static str,
    /// `ReplicaSet/web-bfb6488d7`, `Pod/db-0`, `PersistentVolumeClaim/data-db-0`, `Job/backup-29400120`.
    pub target: String,
    /// The size before, for `scale`.
    pub from: Option<i64>,
    /// The size after, for `scale`; the count, for several pods alike.
    pub to: Option<i64>,
    /// Why, for `fail`: the reason that the Job's condition gives.
    pub reason: Option<&'static str>,
}

/// Pods of one object at one time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Wanted by old revisions.
    pub old: i64,
    /// Wanted by the new revision.
    pub new: i64,
    /// Ready, of either.
    pub ready: i64,
    /// Ready, of old revisions.
    pub ready_old: i64,
    /// Counted by the controller (stopping ones left out).
    pub pods: i64,
    /// Stopping.
    pub stopping: i64,
}

/// What a step waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wait {
    /// `ready`, `available`, `gone`, `bound`, `time`, `manual`; `never` for pods that never become ready, `quota` for
    /// pods that are not let in, `failed` for those of Jobs.
    pub kind: &'static str,
    /// How many pods.
    pub pods: i64,
    /// How long the controller waits then before it goes on, at least.
    pub seconds: i64,
}

impl Wait {
    /// For so many pods.
    pub fn of(kind: &'static str, pods: i64) -> Wait {
        Wait { kind, pods, seconds: 0 }
    }
}

/// What holds during a whole rollout.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bounds {
    /// Never fewer ready than this.
    pub min_ready: i64,
    /// Never more counted than this.
    pub max_counted: i64,
    /// Up to so many exist while old ones stop.
    pub max_existing: i64,
}

/// Where a rollout ends if no new pod becomes ready.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NeverReady {
    /// The step (from 1) it stops at.
    pub stops_at: usize,
    /// How many pods still serve then.
    pub ready: i64,
    /// When it is reported as failed; `None`: never.
    pub reported_after_seconds: Option<i64>,
    /// Whether mending the template is enough; else pods must be deleted by hand.
    pub recovers_by_itself: bool,
}

/// How a Job ends if its pods keep failing in one way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JobEnd {
    /// `exit code 42`, `any other exit code of container app`, `condition DisruptionTarget`; empty for all alike.
    pub pods: String,
    /// What each such pod does: `FailJob`, `FailIndex`, `Ignore`, `Count`.
    pub action: &'static str,
    /// The reason of the Job's condition `Failed`; `None` where it goes on without end.
    pub reason: Option<&'static str>,
    /// With what it ends.
    pub with: EndsWith,
    /// At least so many seconds after it starts.
    pub at_least_seconds: Option<i64>,
}

/// With what a Job ends that fails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EndsWith {
    /// Only with time.
    #[default]
    Time,
    /// With so many failed pods.
    Pods(i64),
    /// With so many restarts of containers.
    Restarts(i64),
    /// With so many failed indexes.
    Indexes(i64),
}

/// A lower bound in time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Time {
    /// At least so long, from probes and minReadySeconds.
    pub at_least_seconds: i64,
    /// How often pods are waited for.
    pub waits: i64,
}

/// The cluster at rest: what recorded rollouts compare with.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Round {
    /// Pods, grouped, in order.
    pub pods: Vec<PodRow>,
    /// The claims that exist.
    pub pvcs: Vec<String>,
    /// The size of each ReplicaSet, numbered in order of appearance: `web@1`.
    pub replicasets: BTreeMap<String, i64>,
    /// Jobs that exist, with what is to be said of each.
    pub jobs: BTreeMap<String, Value>,
}

/// Pods alike.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct PodRow {
    /// `ReplicaSet/web@1`, `StatefulSet/db`; `/` for a pod of its own.
    pub owner: Arc<str>,
    /// Name, node or index where the controller gives identities; else empty.
    pub name: Arc<str>,
    /// `old`, `new`, `agent@1`; empty where there is one only.
    pub revision: Arc<str>,
    /// `pending`, `ready`, `terminating`, `succeeded`, `failed`, `unscheduled`.
    pub phase: &'static str,
    /// How many.
    pub count: i64,
}

/// One run of a CronJob.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CronRun {
    /// The CronJob's namespace.
    pub namespace: String,
    /// The CronJob.
    pub cronjob: String,
    /// The Job it makes.
    pub job: String,
    /// When.
    pub at: jiff::Timestamp,
    /// The time zone its schedule is read in; `None`: UTC.
    pub time_zone: Option<String>,
}

/// The runs of a CronJob in the week to come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CronWeek {
    /// The CronJob's namespace.
    pub namespace: String,
    /// The CronJob.
    pub cronjob: String,
    /// When the week begins; its runs are shown from the beginning of that day.
    pub from: jiff::Timestamp,
    /// When it runs; nothing where that is too often to be drawn.
    pub runs: Vec<jiff::Timestamp>,
    /// The time zone its schedule is read in; `None`: UTC.
    pub time_zone: Option<String>,
}

/// Sums over all pods and claims: before, at the worst moment, after.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Totals {
    /// Before the change.
    pub before: Sum,
    /// The most at any time, stopping pods included.
    pub peak: Sum,
    /// When it is done.
    pub after: Sum,
    /// When it is done and every autoscaled workload is at its maximum; `None` where nothing is autoscaled.
    pub at_maximum: Option<Sum>,
}

/// One sum.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sum {
    /// Pods.
    pub pods: i64,
    /// Claims.
    pub claims: i64,
    /// Requests by resource name, canonical quantities.
    pub requests: BTreeMap<String, String>,
    /// Limits by resource name, canonical quantities.
    pub limits: BTreeMap<String, String>,
    /// Storage by class (`default` for none named), canonical quantities.
    pub storage: BTreeMap<String, String>,
    /// Services of type LoadBalancer.
    pub load_balancers: i64,
}

/// Something only a planner can find.
#[derive(Clone, Debug)]
pub struct PlanFinding {
    /// The rule.
    pub rule: &'static str,
    /// How bad.
    pub severity: Severity,
    /// The object, an index into [`Plan::objects`].
    pub object: Option<usize>,
    /// One sentence without a full stop.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// Where.
    pub source: Option<Source>,
}
