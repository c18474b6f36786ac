//! `avail-outage`: a Service that has no ready endpoint at some time while the plan is carried out.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;

use super::{Rule, planned};
use crate::diagnostic::{Family, Severity};
use crate::plan::labels::{Labelled, Selector, labels};
use crate::plan::{Effect, Key, PlanCx, PlanFinding, RUNNING, Run, Store, Stored, Verdict, template};

/// The rule.
pub const RULE: Rule =
    planned("avail-outage", Family::Avail, Severity::Warning, include_str!("../../rules/avail-outage.md"), check);

fn check(plan: &PlanCx, findings: &mut Vec<PlanFinding>) {
    if plan.stored(&["Service"]).next().is_none() {
        return;
    }
    let cx =
        &Cx { plan, before: pod_labels(plan.sides.before), after: pod_labels(plan.sides.after), log: by_object(plan.sides.run) };
    for (key, stored) in plan.stored(&["Service"]) {
        let Some(before) = plan.sides.before.objects.get(key) else { continue };
        let (Some(old), Some(new)) = (selector(&before.value), selector(&stored.value)) else { continue };
        if stored.value["spec"]["publishNotReadyAddresses"] == true {
            continue;
        }
        let served = ready(cx, key, &old);
        // Of a DaemonSet on unknown nodes one pod stands for all.
        let vague = plan.options.nodes.is_none() && served.keys().any(|key| key.kind == "DaemonSet");
        if served.values().sum::<i64>() == 0 {
            continue;
        }
        if old != new && ready(cx, key, &new).values().sum::<i64>() == 0 {
            findings.push(switched(cx, key, &new));
        } else if !vague && let Some(found) = lost(cx, key, &served, &new) {
            findings.push(found);
        }
    }
}

/// The plan, with what is asked of it for each Service.
struct Cx<'a> {
    plan: &'a PlanCx<'a>,
    before: PodLabels<'a>,
    after: PodLabels<'a>,
    /// Where each object stands in the log.
    log: HashMap<&'a Key, Vec<usize>>,
}

/// The workloads, by the labels of their pods.
type PodLabels<'a> = Labelled<'a, &'a Key>;

fn pod_labels<'a>(store: &'a Store) -> PodLabels<'a> {
    let running = store.objects.iter().filter(|(key, _)| RUNNING.contains(&key.kind.as_str()));
    let labelled = |(key, stored): (&'a Key, &'a Stored)| {
        (key.namespace.as_str(), key, labels(&template(&key.kind, &stored.value)["metadata"]["labels"]))
    };
    Labelled::new(running.map(labelled))
}

fn by_object(run: &Run) -> HashMap<&Key, Vec<usize>> {
    let mut by_object: HashMap<&Key, Vec<usize>> = HashMap::new();
    for (at, entry) in run.log.iter().enumerate() {
        by_object.entry(&*entry.object).or_default().push(at);
    }
    by_object
}

/// Without a selector, endpoints are made by hand.
fn selector(service: &Value) -> Option<Selector> {
    let selector = labels(&service["spec"]["selector"]);
    (!selector.is_empty()).then(|| Selector::all(&selector))
}

/// The ready pods that `selector` chose before anything moved, by workload.
fn ready<'a>(cx: &Cx<'a>, service: &Key, selector: &Selector) -> BTreeMap<&'a Key, i64> {
    let chosen = cx.before.chosen(&service.namespace, selector).into_iter();
    chosen.filter_map(|key| Some((key, cx.plan.sides.run.start.get(key)?.ready))).collect()
}

fn switched(cx: &Cx, key: &Key, new: &Selector) -> PlanFinding {
    let later = !cx.after.chosen(&key.namespace, new).is_empty();
    let message = match later {
        true => "the new selector chooses no pod that is ready yet: no endpoint until new pods are",
        false => "the new selector chooses no pod: no endpoint is left",
    };
    let mut finding = cx.plan.finding(key, "spec.selector", message.to_string());
    finding.help = Some("let the pods that it will choose become ready first, and change the selector then".to_string());
    finding
}

/// The Service loses its last endpoint while a workload is rolled out, or for good.
fn lost(cx: &Cx, service: &Key, served: &BTreeMap<&Key, i64>, new: &Selector) -> Option<PlanFinding> {
    let stays = |key: &&&Key| cx.plan.sides.after.objects.contains_key(**key);
    let gone = cx.plan.outcome(service).is_none_or(|outcome| outcome.verdict == Verdict::LeftBehind);
    if let Some(key) = served.keys().find(stays)
        && !gone
        && cx.after.chosen(&service.namespace, new).is_empty()
    {
        let message = format!("the pods no longer match the selector of Service `{}`: no endpoint is left", service.name);
        return Some(cx.plan.finding(key, "spec.template.metadata.labels", message));
    }
    let mut now: BTreeMap<&Key, i64> = served.clone();
    let mut culprit = None;
    let here = cx.after.chosen(&service.namespace, new).into_iter().filter_map(|key| cx.log.get(key));
    let mut at: Vec<usize> = here.flatten().copied().collect();
    at.sort_unstable();
    for entry in at.into_iter().filter_map(|at| cx.plan.sides.run.log.get(at)) {
        now.insert(&entry.object, entry.counts.ready);
        if culprit.is_none() && now.values().sum::<i64>() == 0 {
            culprit = Some(&*entry.object);
        }
    }
    // What ends without pods was meant to.
    let wanted = |key: &&Key| cx.plan.sides.after.objects.get(*key).is_some_and(|stored| stored.value["spec"]["replicas"] != 0);
    let key = culprit.filter(|_| now.keys().any(wanted))?;
    let field = cause(cx.plan, key);
    let mut finding =
        cx.plan.finding(key, &field, format!("Service `{}` has no ready endpoint while this is rolled out", service.name));
    finding.help = Some(advice(cx.plan, key).to_string());
    Some(finding)
}

/// The field that makes it so: the strategy where that is written, else the first change that rolls out.
fn cause(cx: &PlanCx, key: &Key) -> String {
    let stored = cx.sides.after.objects.get(key).map_or(&Value::Null, |stored| &stored.applied);
    if !stored["spec"]["strategy"].is_null() {
        return "spec.strategy".to_string();
    }
    let changes = cx.planned(key).map_or(&[][..], |object| object.changes.as_slice());
    changes.iter().find(|change| change.effect == Effect::Rollout).map_or("spec".to_string(), |change| change.path.clone())
}

fn advice(cx: &PlanCx, key: &Key) -> &'static str {
    if cx.planned(key).and_then(|object| object.rollout.as_ref()).is_some_and(|rollout| rollout.strategy == "Eviction") {
        return "run more replicas, on different nodes, with a PodDisruptionBudget that keeps one ready";
    }
    let spec = cx.sides.after.objects.get(key).map_or(&Value::Null, |stored| &stored.value["spec"]);
    match key.kind.as_str() {
        "Deployment" if spec["strategy"]["type"] == "Recreate" => {
            "use the strategy RollingUpdate if old and new pods may run side by side"
        }
        "Deployment" => "set `maxUnavailable: 0` and a `maxSurge` of at least 1, so that new pods come before old ones go",
        "StatefulSet" => "run more than one replica",
        _ => "have other ready pods behind the Service meanwhile",
    }
}
