//! A plan written by hand with one of everything, for the tests of its views.

use plimsoll::diagnostic::Severity;
use plimsoll::object::ObjectId;
use plimsoll::plan::{
    Action, Apply, Autoscaler, Bounds, Cause, Change, Counts, CronRun, Effect, Link, NeverReady, Plan, PlanFinding,
    PlannedObject, PodRow, Relation, Rollout, Round, Source, Step, Sum, Time, Totals, Wait,
};
use serde_json::{Value, json};

/// The plan.
pub fn plan() -> Plan {
    let objects =
        vec![refused_set(), left_behind(), deployment(), agent(), config(), secret(), cron_job(), new_set(), unchanged()];
    let finding = |rule, severity, object, message: &str, help: &str| PlanFinding {
        rule,
        severity,
        object,
        message: message.to_string(),
        help: (!help.is_empty()).then(|| help.to_string()),
        source: None,
    };
    Plan {
        apply: Apply::Client,
        objects,
        links: links(),
        rounds: rounds(),
        runs: runs(),
        totals: totals(),
        findings: vec![
            finding(
                "plan/config-not-reloaded",
                Severity::Warning,
                Some(4),
                "Deployment shop/shop reads app.toml as environment",
                "kubectl rollout restart deployment/shop -n shop",
            ),
            finding("plan/stop-too-long", Severity::Warning, Some(8), "preStop sleeps for all of the grace period", ""),
            finding("plan/order", Severity::Warning, None, "ConfigMap shop/conf stands after its first use", ""),
        ],
        assumptions: vec!["all pods of the old revision are ready".to_string(), "claims are bound at once".to_string()],
        ..Plan::default()
    }
}

/// The Service's pods are those of the Deployment, which reads both others.
fn links() -> Vec<Link> {
    let link = |from, to, relation| Link { from, to, relation };
    vec![link(2, 4, Relation::Uses), link(2, 5, Relation::Uses), link(6, 5, Relation::Uses), link(8, 2, Relation::Selects)]
}

/// A plan with so many Deployments, each with its steps and its long values.
pub fn large(count: usize) -> Plan {
    let object = |i: usize| {
        let mut object = deployment();
        object.id.name = format!("shop-{i}");
        object.changes = (0..12)
            .map(|n| change(&format!("spec.template.spec.containers[c{n}].image"), "a".repeat(50).into(), "b".repeat(50).into()))
            .collect();
        object
    };
    Plan { objects: (0..count).map(object).chain([refused_set()]).collect(), ..Plan::default() }
}

pub fn id(api_version: &str, kind: &str, name: &str) -> ObjectId {
    ObjectId { api_version: api_version.into(), kind: kind.into(), namespace: "shop".into(), name: name.into() }
}

fn at(path: &str, line: u32) -> Option<Source> {
    Some(Source { path: path.into(), line })
}

fn change(path: &str, before: Value, after: Value) -> Change {
    Change {
        path: path.to_string(),
        before: (!before.is_null()).then_some(before),
        after: (!after.is_null()).then_some(after),
        effect: Effect::Rollout,
        source: at("deploy/shop.yaml", 23),
        ..Change::default()
    }
}

fn scale(target: &str, from: i64, to: i64) -> Action {
    Action { verb: "scale", target: format!("ReplicaSet/{target}"), from: Some(from), to: Some(to), reason: None }
}

fn act(verb: &'static str, target: &str) -> Action {
    Action { verb, target: target.to_string(), from: None, to: None, reason: None }
}

fn step(actions: Vec<Action>, counts: [i64; 5], then: Option<(&'static str, i64)>) -> Step {
    let [old, new, ready, pods, stopping] = counts;
    let then = then.map(|(kind, pods)| Wait::of(kind, pods));
    Step { actions, counts: Counts { old, new, ready, ready_old: old.min(ready), pods, stopping }, then, round: 0 }
}

fn one_a_round(steps: Vec<Step>) -> Vec<Step> {
    steps.into_iter().enumerate().map(|(round, step)| Step { round, ..step }).collect()
}

fn deployment() -> PlannedObject {
    let (old, new) = ("shop-b786f87d7", "shop-689f884694");
    let steps = vec![
        step(vec![scale(new, 0, 3)], [10, 3, 10, 13, 0], None),
        step(vec![scale(old, 10, 8)], [8, 3, 8, 11, 2], None),
        step(vec![scale(new, 3, 5)], [8, 5, 8, 13, 2], Some(("ready", 5))),
        step(vec![scale(old, 8, 3)], [3, 5, 8, 8, 5], None),
        step(vec![scale(new, 5, 10)], [3, 10, 8, 13, 5], Some(("ready", 5))),
        step(vec![scale(old, 3, 0)], [0, 10, 10, 10, 3], None),
    ];
    PlannedObject {
        id: id("apps/v1", "Deployment", "shop"),
        effect: Effect::Rollout,
        revision: Some(new.to_string()),
        revision_before: Some(old.to_string()),
        source: at("deploy/shop.yaml", 1),
        changes: vec![change(
            "spec.template.spec.containers[shop].image",
            json!("ghcr.io/acme/shop:1.8.0"),
            json!("ghcr.io/acme/shop:1.9.0"),
        )],
        rollout: Some(Rollout {
            strategy: "RollingUpdate".to_string(),
            replicas: 10,
            max_surge: Some(3),
            max_unavailable: Some(2),
            steps,
            bounds: Bounds { min_ready: 8, max_counted: 13, max_existing: 18 },
            if_never_ready: Some(NeverReady {
                stops_at: 3,
                ready: 8,
                reported_after_seconds: Some(600),
                recovers_by_itself: true,
            }),
            time: Time { at_least_seconds: 30, waits: 2 },
        }),
        autoscaler: Some(Autoscaler { name: "shop".to_string(), min: 5, max: 30 }),
        notes: vec!["Service shop/shop: at least 8 endpoints throughout".to_string()],
        ..PlannedObject::default()
    }
}

fn new_set() -> PlannedObject {
    let one = |i: i64| {
        let actions = vec![act("create", &format!("PersistentVolumeClaim/data-db-{i}")), act("create", &format!("Pod/db-{i}"))];
        step(actions, [0, i + 1, i, i + 1, 0], Some(("ready", 1)))
    };
    PlannedObject {
        id: id("apps/v1", "StatefulSet", "db"),
        effect: Effect::Create,
        revision: Some("db-5cd48db5c6".to_string()),
        source: at("deploy/db.yaml", 27),
        rollout: Some(Rollout {
            strategy: "OrderedReady".to_string(),
            replicas: 3,
            steps: one_a_round((0..3).map(one).collect()),
            bounds: Bounds { min_ready: 0, max_counted: 3, max_existing: 3 },
            if_never_ready: Some(NeverReady { stops_at: 1, ready: 0, reported_after_seconds: None, recovers_by_itself: false }),
            time: Time { at_least_seconds: 0, waits: 3 },
            ..Rollout::default()
        }),
        notes: vec![
            "names   db-0.db.shop.svc  db-1.db.shop.svc  db-2.db.shop.svc".to_string(),
            "claims  kept when the set shrinks or is deleted (Retain/Retain)".to_string(),
        ],
        ..PlannedObject::default()
    }
}

fn agent() -> PlannedObject {
    let stop = |i: i64, new: i64| step(vec![act("stop", &format!("Pod/node-{i}"))], [3 - new, new, 2, 2, 1], Some(("gone", 1)));
    let start =
        |i: i64, new: i64| step(vec![act("create", &format!("Pod/node-{i}"))], [3 - new, new, 2, 3, 0], Some(("ready", 1)));
    PlannedObject {
        id: id("apps/v1", "DaemonSet", "agent"),
        effect: Effect::Rollout,
        revision: Some("agent-7b955fb77f".to_string()),
        revision_before: Some("agent-5d8c9f6c4b".to_string()),
        source: at("deploy/agent.yaml", 1),
        changes: vec![change(
            "spec.template.spec.containers[agent].env[LEVEL]",
            Value::Null,
            json!({"name": "LEVEL", "value": "debug"}),
        )],
        rollout: Some(Rollout {
            strategy: "RollingUpdate".to_string(),
            replicas: 3,
            max_surge: Some(0),
            max_unavailable: Some(1),
            steps: one_a_round(vec![stop(3, 0), start(3, 1), stop(2, 1), start(2, 2), stop(1, 2), start(1, 3)]),
            bounds: Bounds { min_ready: 2, max_counted: 3, max_existing: 3 },
            ..Rollout::default()
        }),
        ..PlannedObject::default()
    }
}

fn refused_set() -> PlannedObject {
    let mut size = change("spec.volumeClaimTemplates[data].spec.resources.requests.storage", json!("10Gi"), json!("20Gi"));
    size.effect = Effect::Refused;
    PlannedObject {
        id: id("apps/v1", "StatefulSet", "ledger"),
        effect: Effect::Refused,
        revision: Some("ledger-7b955fb77f".to_string()),
        revision_before: Some("ledger-5cd48db5c6".to_string()),
        source: at("deploy/ledger.yaml", 1),
        causes: vec![Cause {
            cause: "FieldValueForbidden".to_string(),
            field: "spec".to_string(),
            message: "of a StatefulSet, only replicas, ordinals, template, updateStrategy and a few more can change".to_string(),
            source: at("deploy/ledger.yaml", 8),
        }],
        changes: vec![size, change("spec.template.spec.containers[pg].image", json!("postgres:16.3"), json!("postgres:16.4"))],
        notes: vec!["ways forward: kubectl delete statefulset ledger -n shop --cascade=orphan, then apply".to_string()],
        ..PlannedObject::default()
    }
}

fn cron_job() -> PlannedObject {
    let mut schedule = change("spec.schedule", json!("0 3 * * *"), json!("30 2 * * *"));
    schedule.effect = Effect::Future;
    PlannedObject {
        id: id("batch/v1", "CronJob", "report"),
        effect: Effect::Future,
        source: at("jobs/report.yaml", 6),
        changes: vec![schedule],
        notes: vec!["if one still runs, the next waits for it (Forbid)".to_string()],
        ..PlannedObject::default()
    }
}

fn runs() -> Vec<CronRun> {
    let times = [
        ("2026-10-24T00:30:00Z", 29880030),
        ("2026-10-25T00:30:00Z", 29881470),
        ("2026-10-25T01:30:00Z", 29881530),
        ("2026-10-26T01:30:00Z", 29882970),
    ];
    let run = |(at, minute): (&str, i64)| CronRun {
        namespace: "shop".to_string(),
        cronjob: "report".to_string(),
        job: format!("report-{minute}"),
        at: at.parse().expect("a time"),
        time_zone: Some("Europe/Berlin".to_string()),
    };
    times.into_iter().map(run).collect()
}

fn config() -> PlannedObject {
    let mut text =
        change("data[app.toml]", json!("[http]\nport = 80\n"), json!("[http]\nport = 8080 # \"quoted\" | `ticks` <b>\n"));
    text.effect = Effect::InPlace;
    PlannedObject {
        id: id("v1", "ConfigMap", "conf"),
        effect: Effect::InPlace,
        source: at("deploy/conf.yaml", 1),
        changes: vec![text],
        ..PlannedObject::default()
    }
}

fn secret() -> PlannedObject {
    let mut value = change("data[password]", json!("aHVudGVyMg=="), json!("Y29ycmVjdGhvcnNl"));
    value.effect = Effect::InPlace;
    value.sensitive = true;
    PlannedObject { id: id("v1", "Secret", "login"), effect: Effect::InPlace, changes: vec![value], ..PlannedObject::default() }
}

fn left_behind() -> PlannedObject {
    PlannedObject { id: id("v1", "ConfigMap", "old-conf"), effect: Effect::LeftBehind, ..PlannedObject::default() }
}

fn unchanged() -> PlannedObject {
    PlannedObject { id: id("v1", "Service", "shop"), source: at("deploy/shop.yaml", 42), ..PlannedObject::default() }
}

fn row(owner: &str, name: &str, revision: &str, phase: &'static str) -> PodRow {
    PodRow { owner: owner.into(), name: name.into(), revision: revision.into(), phase, count: 1 }
}

/// Six rounds: three pods come one by one, three nodes are updated one by one.
fn rounds() -> Vec<Round> {
    let phases =
        [["r", "r", "t"], ["r", "r", "p"], ["r", "t", "n"], ["r", "p", "n"], ["t", "n", "n"], ["p", "n", "n"], ["n", "n", "n"]];
    let agent = |node: usize, letter: &str| {
        let (revision, phase) = match letter {
            "r" => ("agent@1", "ready"),
            "t" => ("agent@1", "terminating"),
            "p" => ("agent@2", "pending"),
            _ => ("agent@2", "ready"),
        };
        row("DaemonSet/agent", &format!("node-{}", node + 1), revision, phase)
    };
    let mut rounds = Vec::new();
    for (i, letters) in phases.iter().enumerate() {
        let mut pods: Vec<PodRow> = letters.iter().enumerate().map(|(node, letter)| agent(node, letter)).collect();
        for pod in 0..=i.min(2) {
            let phase = if pod == i { "pending" } else { "ready" };
            pods.push(row("StatefulSet/db", &format!("db-{pod}"), "new", phase));
        }
        let pvcs = (0..=i.min(2)).map(|pod| format!("data-db-{pod}")).collect();
        rounds.push(Round { pods, pvcs, ..Round::default() });
    }
    rounds
}

fn totals() -> Totals {
    let sum = |pods, claims, cpu: &str, storage: &str| Sum {
        pods,
        claims,
        requests: [("cpu".to_string(), cpu.to_string())].into(),
        storage: [("default".to_string(), storage.to_string())].into(),
        ..Sum::default()
    };
    Totals {
        before: sum(13, 3, "2", "30Gi"),
        peak: sum(24, 6, "3500m", "60Gi"),
        after: sum(16, 6, "3", "60Gi"),
        at_maximum: Some(sum(36, 6, "8", "60Gi")),
    }
}
