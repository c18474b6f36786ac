//! The plan as JSON: the contract `plimsoll.plan/1`.

use serde_json::{Map, Value, json};

use super::words::{apply_word, effect_word};
use crate::object::ObjectId;
use crate::plan::{
    Action, Autoscaler, Bounds, Cause, Change, Counts, CronRun, Effect, EndsWith, JobEnd, Link, NeverReady, Origin, Plan,
    PlanFinding, PlannedObject, Relation, Rollout, Round, Source, Step, Sum, Totals, Usage,
};

/// The whole plan.
pub fn plan_json(plan: &Plan) -> Value {
    let mut out = body(plan);
    if let Value::Object(map) = &mut out {
        put(map, "to", plan.to.as_ref().map(origin_json));
    }
    out
}

fn body(plan: &Plan) -> Value {
    let count = |effect: Effect| plan.objects.iter().filter(|object| object.effect == effect).count();
    json!({
        "schema": "plimsoll.plan/1",
        "plimsoll": env!("CARGO_PKG_VERSION"),
        "kubernetes": plan.kubernetes.to_string(),
        "apply": apply_word(plan.apply),
        "from": plan.from.iter().map(origin_json).collect::<Vec<Value>>(),
        "whatIf": plan.what_if,
        "summary": {
            "rollout": count(Effect::Rollout), "inPlace": count(Effect::InPlace) + count(Effect::Future),
            "created": count(Effect::Create), "replaced": count(Effect::Replace), "deleted": count(Effect::Delete),
            "refused": count(Effect::Refused), "unchanged": count(Effect::None), "leftBehind": count(Effect::LeftBehind),
        },
        "objects": plan.objects.iter().map(object_json).collect::<Vec<Value>>(),
        "links": plan.links.iter().map(link_json).collect::<Vec<Value>>(),
        "rounds": plan.rounds.iter().map(round_json).collect::<Vec<Value>>(),
        "runs": plan.runs.iter().map(run_json).collect::<Vec<Value>>(),
        "totals": totals_json(&plan.totals),
        "quotas": plan.quotas.iter().map(quota_json).collect::<Vec<Value>>(),
        "findings": plan.findings.iter().map(finding_json).collect::<Vec<Value>>(),
        "assumptions": plan.assumptions,
    })
}

fn origin_json(origin: &Origin) -> Value {
    let mut out = json!({"kind": origin.kind, "given": origin.given, "paths": origin.paths});
    if let Value::Object(map) = &mut out {
        put(map, "commit", origin.commit.as_ref().map(|commit| json!(commit)));
    }
    out
}

fn link_json(link: &Link) -> Value {
    let relation = match link.relation {
        Relation::Routes => "routes",
        Relation::Selects => "selects",
        Relation::Scales => "scales",
        Relation::Guards => "guards",
        Relation::Restricts => "restricts",
        Relation::Uses => "uses",
    };
    json!({"from": link.from, "to": link.to, "relation": relation})
}

fn object_json(object: &PlannedObject) -> Value {
    let mut out = json!({
        "id": id_json(&object.id),
        "effect": effect_word(object.effect),
        "causes": object.causes.iter().map(cause_json).collect::<Vec<Value>>(),
        "changes": object.changes.iter().map(change_json).collect::<Vec<Value>>(),
        "notes": object.notes,
    });
    if let Value::Object(map) = &mut out {
        put(map, "headline", object.headline.as_ref().map(|text| json!(text)));
        put(map, "revision", object.revision.as_ref().map(|name| json!(name)));
        put(map, "revisionBefore", object.revision_before.as_ref().map(|name| json!(name)));
        put(map, "source", object.source.as_ref().map(source_json));
        put(map, "ifPodsFail", ends_json(&object.if_pods_fail));
        put(map, "autoscaler", object.autoscaler.as_ref().map(autoscaler_json));
        put(map, "rollout", object.rollout.as_ref().map(rollout_json));
    }
    out
}

fn autoscaler_json(scaler: &Autoscaler) -> Value {
    json!({"name": scaler.name, "min": scaler.min, "max": scaler.max})
}

fn put(map: &mut Map<String, Value>, key: &str, value: Option<Value>) {
    if let Some(value) = value {
        map.insert(key.to_string(), value);
    }
}

fn id_json(id: &ObjectId) -> Value {
    json!({"apiVersion": id.api_version, "kind": id.kind, "namespace": id.namespace, "name": id.name})
}

fn source_json(source: &Source) -> Value {
    json!({"path": source.path, "line": source.line})
}

fn cause_json(cause: &Cause) -> Value {
    json!({"cause": cause.cause, "field": cause.field, "message": cause.message, "source": cause.source.as_ref().map(source_json)})
}

fn change_json(change: &Change) -> Value {
    let shown = |value: &Option<Value>| if change.sensitive { value.as_ref().map(|_| json!("(secret)")) } else { value.clone() };
    json!({
        "path": change.path, "pointer": change.pointer, "before": shown(&change.before), "after": shown(&change.after),
        "effect": effect_word(change.effect), "sensitive": change.sensitive, "source": change.source.as_ref().map(source_json),
    })
}

fn rollout_json(rollout: &Rollout) -> Value {
    json!({
        "strategy": rollout.strategy, "replicas": rollout.replicas, "maxSurge": rollout.max_surge,
        "maxUnavailable": rollout.max_unavailable,
        "steps": rollout.steps.iter().enumerate().map(|(i, step)| step_json(i + 1, step)).collect::<Vec<Value>>(),
        "bounds": bounds_json(&rollout.bounds),
        "ifNeverReady": rollout.if_never_ready.as_ref().map_or(json!({}), never_json),
        "time": {"atLeastSeconds": rollout.time.at_least_seconds, "waits": rollout.time.waits},
    })
}

fn ends_json(ends: &[JobEnd]) -> Option<Value> {
    let of = |end: &JobEnd| {
        let (pods, restarts, indexes) = match end.with {
            EndsWith::Pods(count) => (Some(count), None, None),
            EndsWith::Restarts(count) => (None, Some(count), None),
            EndsWith::Indexes(count) => (None, None, Some(count)),
            EndsWith::Time => (None, None, None),
        };
        json!({
            "pods": end.pods, "action": end.action, "reason": end.reason, "failedPods": pods, "restarts": restarts,
            "failedIndexes": indexes, "atLeastSeconds": end.at_least_seconds,
        })
    };
    (!ends.is_empty()).then(|| ends.iter().map(of).collect())
}

fn step_json(n: usize, step: &Step) -> Value {
    let then = step.then.as_ref().map(|wait| json!({"wait": wait.kind, "pods": wait.pods, "seconds": wait.seconds}));
    json!({"n": n, "actions": step.actions.iter().map(action_json).collect::<Vec<Value>>(), "counts": counts_json(step.counts), "then": then, "round": step.round})
}

fn action_json(action: &Action) -> Value {
    let mut out = json!({"do": action.verb, "target": action.target});
    if let Value::Object(map) = &mut out {
        put(map, "from", action.from.map(Value::from));
        put(map, "to", action.to.map(Value::from));
        put(map, "reason", action.reason.map(Value::from));
    }
    out
}

fn counts_json(counts: Counts) -> Value {
    json!({"old": counts.old, "new": counts.new, "ready": counts.ready, "readyOld": counts.ready_old, "pods": counts.pods, "stopping": counts.stopping})
}

fn bounds_json(bounds: &Bounds) -> Value {
    json!({"minReady": bounds.min_ready, "maxCounted": bounds.max_counted, "maxExisting": bounds.max_existing})
}

fn never_json(never: &NeverReady) -> Value {
    json!({
        "stopsAt": never.stops_at, "ready": never.ready, "reportedAfterSeconds": never.reported_after_seconds,
        "recoversByItself": never.recovers_by_itself,
    })
}

fn round_json(round: &Round) -> Value {
    let pods = round.pods.iter().map(|row| json!([row.owner, row.name, row.revision, row.phase, row.count]));
    json!({"pods": pods.collect::<Vec<Value>>(), "pvcs": round.pvcs, "replicasets": round.replicasets, "jobs": round.jobs})
}

fn run_json(run: &CronRun) -> Value {
    json!({"namespace": run.namespace, "cronjob": run.cronjob, "job": run.job, "at": run.at.to_string(), "timeZone": run.time_zone})
}

fn totals_json(totals: &Totals) -> Value {
    let mut out = json!({"before": sum_json(&totals.before), "peak": sum_json(&totals.peak), "after": sum_json(&totals.after)});
    if let Value::Object(map) = &mut out {
        put(map, "atMaximum", totals.at_maximum.as_ref().map(sum_json));
    }
    out
}

fn sum_json(sum: &Sum) -> Value {
    json!({
        "pods": sum.pods, "claims": sum.claims, "requests": sum.requests, "limits": sum.limits, "storage": sum.storage,
        "loadBalancers": sum.load_balancers,
    })
}

fn quota_json(usage: &Usage) -> Value {
    json!({
        "namespace": usage.namespace, "quota": usage.quota, "resource": usage.resource, "before": usage.before.canonical(),
        "peak": usage.peak.canonical(), "after": usage.after.canonical(), "hard": usage.hard.canonical(),
    })
}

fn finding_json(finding: &PlanFinding) -> Value {
    json!({
        "rule": finding.rule, "severity": finding.severity, "object": finding.object, "message": finding.message, "help": finding.help,
        "source": finding.source.as_ref().map(source_json),
    })
}
