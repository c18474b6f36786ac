//! What is worth a line on an object besides its changes and steps: whom a Service answers for, what a Job does when pods fail,
//! between what numbers an autoscaler moves.

use serde_json::Value;

use super::apply::Outcome;
use super::autoscaled::{Autoscalers, range};
use super::drain;
use super::failing;
use super::found::template;
use super::labels::{Labelled, Selector, labels};
use super::pod;
use super::store::{Key, Store, Stored};
use super::{EndsWith, JobEnd};
use crate::report;

/// The workloads of each namespace with the labels of their pods, looked at for each Service.
pub struct Pods<'a> {
    makers: Labelled<'a, (&'a Key, &'a Value)>,
    /// What scales them.
    pub scalers: Autoscalers<'a>,
}

const MAKERS: [&str; 6] = ["DaemonSet", "Deployment", "Pod", "ReplicaSet", "ReplicationController", "StatefulSet"];

impl<'a> Pods<'a> {
    /// Of everything stored.
    pub fn of(store: &'a Store) -> Pods<'a> {
        let makers = store.objects.iter().filter(|(key, _)| MAKERS.contains(&key.kind.as_str()));
        let labelled = |(key, stored): (&'a Key, &'a Stored)| {
            let pod_labels = labels(&template(&key.kind, &stored.value)["metadata"]["labels"]);
            (key.namespace.as_str(), (key, &*stored.value), pod_labels)
        };
        Pods { makers: Labelled::new(makers.map(labelled)), scalers: Autoscalers::of(store) }
    }

    fn chosen(&self, namespace: &str, selector: &Selector) -> Vec<(&'a Key, &'a Value)> {
        self.makers.chosen(namespace, selector)
    }

    fn named(&self, namespace: &str, kind: &str, name: &str) -> Option<&'a Value> {
        self.makers.here(namespace).find(|(key, _)| key.kind == kind && key.name == name).map(|(_, value)| value)
    }
}

/// The lines for one object, stored as `object`.
pub fn notes(outcome: &Outcome, object: &Value, pods: &Pods) -> Vec<String> {
    let key = &outcome.key;
    match (key.group.as_str(), key.kind.as_str()) {
        ("", "Service") => service(key, object, pods),
        ("apps", "StatefulSet") if outcome.before.is_none() => {
            addresses(key, object).into_iter().chain(scaled(key, pods)).collect()
        }
        ("apps", _) => held_back(outcome, object).into_iter().chain(scaled(key, pods)).collect(),
        ("autoscaling", "HorizontalPodAutoscaler") => autoscaler(key, object, pods).into_iter().collect(),
        ("policy", "PodDisruptionBudget") => budget(key, &object["spec"], pods).into_iter().collect(),
        ("batch", "Job") => job(&object["spec"]),
        ("batch", "CronJob") => cron_job(&object["spec"]),
        _ => Vec::new(),
    }
}

/// What goes with an object that is deleted.
pub fn gone(outcome: &Outcome) -> Option<String> {
    match (outcome.key.group.as_str(), outcome.key.kind.as_str()) {
        ("", "Namespace") => Some("everything in it is deleted with it".to_string()),
        ("apiextensions.k8s.io", "CustomResourceDefinition") => {
            let kind = outcome.before.as_ref()?["spec"]["names"]["kind"].as_str()?.to_string();
            Some(format!("every {kind} in the cluster is deleted with it"))
        }
        _ => None,
    }
}

fn service(key: &Key, object: &Value, pods: &Pods) -> Vec<String> {
    let spec = &object["spec"];
    if let Some(name) = spec["externalName"].as_str().filter(|_| spec["type"] == "ExternalName") {
        return vec![format!("another name for {name}")];
    }
    let selector = labels(&spec["selector"]);
    if selector.is_empty() {
        return vec!["without a selector: its endpoints are made by hand".to_string()];
    }
    let chosen = pods.chosen(&key.namespace, &Selector::all(&selector));
    let count = |value: &Value| match value["spec"]["replicas"].as_i64() {
        Some(replicas) => format!(" ({replicas})"),
        None => String::new(),
    };
    let who: Vec<String> = chosen.iter().map(|(key, value)| format!("{} {}{}", key.kind, key.name, count(value))).collect();
    match who.is_empty() {
        true => vec!["answers for no pod of these manifests".to_string()],
        false => vec![format!("answers for the pods of {}", who.join(", "))],
    }
}

/// `db-0.db.shop.svc.cluster.local`: what each pod is called as long as its governing Service is headless.
fn addresses(key: &Key, set: &Value) -> Option<String> {
    let spec = &set["spec"];
    let service = spec["serviceName"].as_str().filter(|service| !service.is_empty())?;
    let (start, count) = (spec["ordinals"]["start"].as_i64().unwrap_or(0), spec["replicas"].as_i64().unwrap_or(1));
    let last = start.saturating_add(count - 1);
    let name = &key.name;
    let which = match count {
        ..=0 => return None,
        1 => format!("{name}-{start}"),
        2 => format!("{name}-{start} and {name}-{last}, as"),
        _ => format!("{name}-{start} to {name}-{last}, as"),
    };
    let address = format!("{name}-{start}.{service}.{}.svc.cluster.local", key.namespace);
    Some(if count == 1 { format!("{which} answers as {address}") } else { format!("{which} {address}") })
}

/// Which pods stay of the old template when it changes.
fn held_back(outcome: &Outcome, object: &Value) -> Option<String> {
    outcome.changes.iter().find(|change| change.path.starts_with("spec.template."))?;
    let strategy = &object["spec"]["updateStrategy"];
    if strategy["type"] == "OnDelete" {
        return Some("OnDelete: a pod gets the new template only once someone deletes it".to_string());
    }
    let partition = strategy["rollingUpdate"]["partition"].as_i64().filter(|partition| *partition > 0)?;
    let (start, count) = (object["spec"]["ordinals"]["start"].as_i64().unwrap_or(0), object["spec"]["replicas"].as_i64()?);
    let name = &outcome.key.name;
    let last = start.saturating_add(partition.min(count) - 1);
    let which = match partition {
        _ if count <= 0 => return None,
        _ if partition >= count => "all pods keep".to_string(),
        1 => format!("{name}-{start} keeps"),
        2 => format!("{name}-{start} and {name}-{last} keep"),
        _ => format!("{name}-{start} to {name}-{last} keep"),
    };
    Some(format!("partition {partition}: {which} the old template until it is lowered"))
}

/// What scales a workload: its replicas are only where it begins.
fn scaled(key: &Key, pods: &Pods) -> Option<String> {
    let scaler = pods.scalers.scaling(key)?;
    Some(format!("HorizontalPodAutoscaler {} keeps it between {} and {} pods", scaler.name, scaler.min, scaler.max))
}

fn autoscaler(key: &Key, scaler: &Value, pods: &Pods) -> Option<String> {
    let spec = &scaler["spec"];
    let (kind, name) = (spec["scaleTargetRef"]["kind"].as_str()?, spec["scaleTargetRef"]["name"].as_str()?);
    let (least, most) = range(scaler)?;
    let mut text = format!("keeps {kind} {name} between {least} and {most} pods");
    if let Some(target) = pods.named(&key.namespace, kind, name) {
        let requests = pod::total(&template(kind, target)["spec"], "requests");
        let at_most: Vec<String> =
            requests.iter().map(|(name, amount)| format!("{} {name}", amount.times(most).canonical())).collect();
        if !at_most.is_empty() {
            text.push_str(&format!(", which request {} at most", at_most.join(", ")));
        }
    }
    Some(text)
}

/// How many pods a budget lets be evicted at a time; nothing where it covers others than those of scalable workloads.
fn budget(key: &Key, spec: &Value, pods: &Pods) -> Option<String> {
    let chosen = pods.chosen(&key.namespace, &Selector::of(&spec["selector"])?);
    let replicas = |(key, value): &(&Key, &Value)| match key.kind.as_str() {
        "DaemonSet" | "Pod" => None,
        _ => Some(value["spec"]["replicas"].as_i64().unwrap_or(1)),
    };
    let all: i64 = chosen.iter().map(replicas).sum::<Option<i64>>()?;
    (all > 0).then(|| format!("lets {} of {all} pods be evicted at a time, when all are ready", drain::room(spec, all)))
}

/// What becomes of runs that overlap, of those that are over, and of the Job of each.
fn cron_job(spec: &Value) -> Vec<String> {
    let overlap = match spec["concurrencyPolicy"].as_str() {
        Some("Forbid") => "if one still runs: the next waits for it, and starts late (Forbid)",
        Some("Replace") => "if one still runs: it is stopped, and the next starts (Replace)",
        _ => "if one still runs: the next runs beside it (Allow)",
    };
    let kept = |field: &str, default| spec[field].as_i64().unwrap_or(default);
    let history =
        format!("kept: {} succeeded, {} failed", kept("successfulJobsHistoryLimit", 3), kept("failedJobsHistoryLimit", 1));
    let mut notes = vec![overlap.to_string()];
    notes.extend(job(&spec["jobTemplate"]["spec"]));
    notes.push(history);
    notes
}

/// What becomes of a Job whose pods fail, or take long.
fn job(spec: &Value) -> Vec<String> {
    let mut notes = Vec::new();
    let per_index = spec["backoffLimitPerIndex"].as_i64();
    let retries = per_index.or(spec["backoffLimit"].as_i64()).unwrap_or(6);
    let each = if per_index.is_some() { "each index: " } else { "" };
    let restart = &spec["template"]["spec"]["restartPolicy"];
    match retries {
        0 => notes.push(format!("{each}one try: it fails with the first pod that fails")),
        n if n < i64::from(i32::MAX) => {
            let times = if n == 1 { "once".to_string() } else { format!("up to {n} times") };
            notes.push(match restart == "OnFailure" {
                true => format!("{each}what fails is restarted in place {times}"),
                false => format!("{each}what fails is tried again {times}, after {}", delays(n)),
            });
        }
        _ => {}
    }
    if let Some(seconds) = spec["activeDeadlineSeconds"].as_i64() {
        notes.push(format!("stopped, and failed, {} after it starts, however far it is", report::duration(seconds)));
    }
    let ends = failing::ends(spec);
    let alone = retries == 0 && ends.iter().all(|end| end.pods.is_empty());
    notes.extend(ends.iter().filter(|_| !alone).map(|end| job_end(end, spec)));
    if let Some(seconds) = spec["ttlSecondsAfterFinished"].as_i64() {
        notes.push(match seconds {
            0 => "deleted with its pods as soon as it ends".to_string(),
            seconds => format!("deleted with its pods {} after it ends", report::duration(seconds)),
        });
    }
    notes
}

/// `10 s, 20 s, 40 s …`: each failure in a row doubles the wait, up to ten minutes; a few tell enough.
fn delays(retries: i64) -> String {
    let shown: Vec<String> = (0..retries.min(3)).map(|n| format!("{} s", 10 << n)).collect();
    format!("{}{}", shown.join(", "), if retries > 3 { " …" } else { "" })
}

/// `if every pod fails: fails with the 7th that does, at least 630 s after it starts (BackoffLimitExceeded)`.
fn job_end(end: &JobEnd, spec: &Value) -> String {
    let supposed = match (end.pods.as_str(), end.with) {
        ("", EndsWith::Restarts(_)) => "if its containers always fail".to_string(),
        ("", _) => "if every pod fails".to_string(),
        (pods, _) => format!("if pods fail with {pods}"),
    };
    let tries = spec["backoffLimitPerIndex"].as_i64().filter(|_| end.action == "Count").unwrap_or(0) + 1;
    let pods = if end.action == "Ignore" { "they are not counted" } else { "they are tried again" };
    let what = match (end.with, end.reason) {
        (EndsWith::Pods(1), _) => "fails at once".to_string(),
        (EndsWith::Pods(count), _) => format!("fails with the {} that does", ordinal(count)),
        (EndsWith::Restarts(count), _) => format!("fails with the {} restart", ordinal(count)),
        (EndsWith::Indexes(count), _) if tries > 1 => format!("fails when {}, after {tries} tries each", indexes(count)),
        (EndsWith::Indexes(count), _) => format!("fails when {}, after one try each", indexes(count)),
        (EndsWith::Time, Some(_)) => format!("{pods} until its time is over"),
        (EndsWith::Time, None) => format!("{pods}, without end"),
    };
    let when = match (end.with, end.at_least_seconds) {
        (_, None | Some(0)) => String::new(),
        (EndsWith::Time, Some(seconds)) => format!(", {} after it starts", report::duration(seconds)),
        (_, Some(seconds)) => format!(", at least {} after it starts", report::duration(seconds)),
    };
    let reason = end.reason.map_or(String::new(), |reason| format!(" ({reason})"));
    format!("{supposed}: {what}{when}{reason}")
}

fn indexes(count: i64) -> String {
    if count == 1 { "one index has".to_string() } else { format!("{count} indexes have") }
}

/// `1st`, `12th`, `23rd`.
fn ordinal(n: i64) -> String {
    let ending = match (n % 10, n % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{n}{ending}")
}
