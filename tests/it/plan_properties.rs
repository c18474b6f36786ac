//! What must hold of every rollout, whichever pods become ready first.

use plimsoll::plan::{Options, PodRow, Prune, Readiness, Revision, Round, Run, What, replay};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::rollouts::{manifests, options};

fn template(image: &str) -> Value {
    let container = json!({"name": "c", "image": image});
    json!({"metadata": {"labels": {"app": "a"}}, "spec": {"containers": [container]}})
}

fn object(kind: &str, name: &str, spec: Value) -> Value {
    let version = if kind == "Job" { "batch/v1" } else { "apps/v1" };
    json!({"apiVersion": version, "kind": kind, "metadata": {"name": name}, "spec": spec})
}

/// Applies each revision when the one before has come to rest; pods of the last become ready in an order drawn from `seed`.
fn roll(revisions: &[Vec<Value>], seed: u64, options: &Options) -> Vec<Run> {
    let checked: Vec<_> = revisions.iter().map(|objects| manifests(objects)).collect();
    let last = checked.len() - 1;
    let readiness = |n| if n == last { Readiness::Random(seed) } else { Readiness::Together };
    let revision = |(n, checked)| Revision { manifests: std::slice::from_ref(checked), rounds: None, readiness: readiness(n) };
    replay(&checked.iter().enumerate().map(revision).collect::<Vec<_>>(), options)
}

/// Nodes that have room for everything.
fn roomy() -> Options {
    Options { nodes: None, prune: Prune::All, ..options() }
}

fn rows<'a>(round: &'a Round, phases: &'a [&str]) -> impl Iterator<Item = &'a PodRow> {
    round.pods.iter().filter(move |row| phases.contains(&row.phase))
}

fn count(round: &Round, phases: &[&str]) -> i64 {
    rows(round, phases).map(|row| row.count).sum()
}

/// It came to rest, and whatever is not as wanted is said to wait for something.
fn ends(run: &Run) {
    assert!(!run.cut, "cut off after {} rounds", run.rounds.len());
    let last = run.rounds.last().expect("a round");
    let moving = count(last, &["pending", "terminating"]);
    assert_eq!(moving, 0, "at rest: {last:?}");
    assert_eq!(count(last, &["unscheduled"]) > 0, !run.unscheduled.is_empty());
    assert!(run.unscheduled.is_empty() || run.waiting.iter().any(|(_, wait)| wait.kind == "bound"));
}

fn amount() -> impl Strategy<Value = Value> {
    prop_oneof![(0..5i64).prop_map(Value::from), (0..=100i64).prop_map(|percent| Value::from(format!("{percent}%")))]
}

fn scaled(amount: &Value, total: i64, up: i64) -> i64 {
    match amount.as_str() {
        Some(text) => (text.trim_end_matches('%').parse::<i64>().expect("a percentage") * total + up * 99) / 100,
        None => amount.as_i64().expect("a number"),
    }
}

fn is_zero(amount: &Value) -> bool {
    amount == &json!(0) || amount == &json!("0%")
}

proptest! {
    #![proptest_config(crate::cases::cases(60))]

    #[test]
    fn deployments_stay_within_surge_and_unavailability(n in 0..14i64, surge in amount(), unavailable in amount(), seed: u64) {
        prop_assume!(!(is_zero(&surge) && is_zero(&unavailable)));
        let strategy = json!({"type": "RollingUpdate", "rollingUpdate": {"maxSurge": surge, "maxUnavailable": unavailable}});
        let web = |image| object("Deployment", "web", json!({
            "replicas": n, "selector": {"matchLabels": {"app": "a"}}, "template": template(image), "strategy": strategy,
        }));
        let runs = roll(&[vec![web("app:1")], vec![web("app:2")]], seed, &roomy());
        let s = scaled(&surge, n, 1);
        let u = scaled(&unavailable, n, 0);
        let u = if s == 0 && u == 0 { 1 } else { u }.min(n);
        for entry in &runs[1].log {
            prop_assert!(entry.counts.old + entry.counts.new <= n + s, "{entry:?}");
            prop_assert!(entry.counts.pods <= n + s, "{entry:?}");
            prop_assert!(entry.counts.ready >= n - u, "{entry:?}");
        }
        ends(&runs[1]);
        let last = runs[1].rounds.last().expect("a round");
        prop_assert_eq!(&last.replicasets, &[("web@1".to_string(), 0), ("web@2".to_string(), n)].into_iter().collect());
        prop_assert_eq!(count(last, &["ready"]), n);
    }

    #[test]
    fn deployments_interrupted_and_scaled_arrive(n in 0..12i64, m in 0..12i64, cut in 1..4usize, surge in 0..4i64, seed: u64) {
        let strategy = json!({"type": "RollingUpdate", "rollingUpdate": {"maxSurge": surge, "maxUnavailable": 1}});
        let web = |image, replicas: i64| manifests(&[object("Deployment", "web", json!({
            "replicas": replicas, "selector": {"matchLabels": {"app": "a"}}, "template": template(image), "strategy": strategy,
        }))]);
        let checked = [web("app:1", n), web("app:2", n), web("app:3", m)];
        let revision = |(i, checked)| Revision {
            manifests: std::slice::from_ref(checked),
            rounds: (i == 1).then_some(cut),
            readiness: Readiness::Random(seed),
        };
        let runs = replay(&checked.iter().enumerate().map(revision).collect::<Vec<_>>(), &roomy());
        for entry in &runs[2].log {
            prop_assert!(entry.counts.pods <= n.max(m) + surge, "{entry:?}");
        }
        ends(&runs[2]);
        let last = runs[2].rounds.last().expect("a round");
        prop_assert_eq!(count(last, &["ready"]), m);
        prop_assert_eq!(last.replicasets.iter().filter(|(_, size)| **size > 0).count(), usize::from(m > 0));
    }

    #[test]
    fn recreated_pods_never_meet(n in 1..10i64, seed: u64) {
        let web = |image| object("Deployment", "web", json!({
            "replicas": n, "selector": {"matchLabels": {"app": "a"}}, "template": template(image), "strategy": {"type": "Recreate"},
        }));
        let runs = roll(&[vec![web("app:1")], vec![web("app:2")]], seed, &roomy());
        for round in &runs[1].rounds {
            let owners: std::collections::BTreeSet<_> = round.pods.iter().map(|row| row.owner.clone()).collect();
            prop_assert!(owners.len() < 2, "{round:?}");
        }
        ends(&runs[1]);
    }

    #[test]
    fn stateful_sets_keep_order_and_partition(n in 0..7i64, m in 0..7i64, start in 0..3i64, partition in 0..8i64, seed: u64) {
        let db = |image, replicas: i64| object("StatefulSet", "db", json!({
            "replicas": replicas, "serviceName": "db", "ordinals": {"start": start}, "selector": {"matchLabels": {"app": "a"}},
            "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": partition}}, "template": template(image),
        }));
        let runs = roll(&[vec![db("app:1", n)], vec![db("app:2", m)]], seed, &roomy());
        let ordinal = |row: &PodRow| row.name.trim_start_matches("db-").parse::<i64>().expect("an ordinal") - start;
        for round in &runs[1].rounds {
            for row in rows(round, &["pending"]) {
                let below = rows(round, &["ready"]).filter(|other| ordinal(other) < ordinal(row)).count() as i64;
                prop_assert_eq!(below, ordinal(row), "{:?}", round);
            }
            for row in round.pods.iter().filter(|row| ordinal(row) < partition.min(m)) {
                prop_assert!(row.revision != "new".into(), "{round:?}");
            }
            prop_assert!(count(round, &["pending", "terminating"]) <= 1, "one at a time: {round:?}");
        }
        ends(&runs[1]);
        let last = runs[1].rounds.last().expect("a round");
        prop_assert_eq!(count(last, &["ready"]), m);
        let new = last.pods.iter().filter(|row| row.revision == "new".into()).count() as i64;
        prop_assert_eq!(new, (m - partition).max(0));
    }

    #[test]
    fn claims_go_only_where_the_policy_says_so(
        n in 1..5i64, m in 0..5i64, scaled_delete: bool, deleted_delete: bool, delete: bool, seed: u64,
    ) {
        let word = |delete| if delete { "Delete" } else { "Retain" };
        let db = |replicas: i64| object("StatefulSet", "db", json!({
            "replicas": replicas, "serviceName": "db", "selector": {"matchLabels": {"app": "a"}}, "template": template("app:1"),
            "persistentVolumeClaimRetentionPolicy": {"whenScaled": word(scaled_delete), "whenDeleted": word(deleted_delete)},
            "volumeClaimTemplates": [{"metadata": {"name": "data"}, "spec": {
                "accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}},
            }}],
        }));
        let mut revisions = vec![vec![db(n)], vec![db(m)]];
        if delete {
            revisions.push(Vec::new());
        }
        let runs = roll(&revisions, seed, &roomy());
        let most = if scaled_delete { m } else { n.max(m) };
        // Deleting the set takes the claims of the pods it has; those left by scaling down are nobody's any more.
        let gone = if delete && deleted_delete { if scaled_delete { 0..most } else { 0..n.max(m) } } else { 0..0 };
        let run = runs.last().expect("a run");
        ends(run);
        let claims = &run.rounds.last().expect("a round").pvcs;
        for ordinal in (0..most).filter(|ordinal| !gone.contains(ordinal)) {
            prop_assert!(claims.contains(&format!("data-db-{ordinal}")), "{claims:?}");
        }
        if scaled_delete {
            prop_assert!(claims.len() as i64 <= m, "{claims:?}");
        }
        if delete && deleted_delete && scaled_delete {
            prop_assert!(claims.is_empty(), "{claims:?}");
        }
    }

    #[test]
    fn daemon_sets_take_so_many_nodes_at_a_time(share in 1..4i64, surging: bool, seed: u64) {
        let block = if surging { json!({"maxSurge": share, "maxUnavailable": 0}) } else { json!({"maxUnavailable": share}) };
        let agent = |image| object("DaemonSet", "agent", json!({
            "selector": {"matchLabels": {"app": "a"}}, "template": template(image),
            "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": block},
        }));
        let runs = roll(&[vec![agent("app:1")], vec![agent("app:2")]], seed, &options());
        for round in &runs[1].rounds {
            let served: std::collections::BTreeSet<_> = rows(round, &["ready"]).map(|row| row.name.clone()).collect();
            prop_assert!(served.len() as i64 >= if surging { 3 } else { 3 - share }, "{round:?}");
            let most = if surging { 3 + share } else { 3 };
            prop_assert!(count(round, &["ready", "pending", "unscheduled"]) <= most, "{round:?}");
        }
        ends(&runs[1]);
        prop_assert!(runs[1].rounds.last().expect("a round").pods.iter().all(|row| row.revision == "agent@2".into()));
    }

    #[test]
    fn jobs_run_no_more_than_so_many_at_once(completions in 0..9i64, parallelism in 0..5i64, indexed: bool, seed: u64) {
        let mut batch = object("Job", "batch", json!({
            "completions": completions, "parallelism": parallelism, "template": template("app:1"),
            "completionMode": if indexed { "Indexed" } else { "NonIndexed" },
        }));
        batch["spec"]["template"]["spec"]["restartPolicy"] = "Never".into();
        let run = roll(&[vec![batch]], seed, &roomy()).remove(0);
        for round in &run.rounds {
            prop_assert!(count(round, &["pending"]) <= parallelism.min(completions), "{round:?}");
        }
        ends(&run);
        let done = if parallelism == 0 { 0 } else { completions };
        prop_assert_eq!(count(run.rounds.last().expect("a round"), &["succeeded"]), done);
    }

    #[test]
    fn scarce_nodes_never_hold_more_than_they_can(n in 1..30i64, cpu in 1..9i64, apart: bool, seed: u64) {
        let web = |image| {
            let mut web = object("Deployment", "web", json!({
                "replicas": n, "selector": {"matchLabels": {"app": "a"}}, "template": template(image),
            }));
            let spec = &mut web["spec"]["template"]["spec"];
            spec["containers"][0]["resources"] = json!({"requests": {"cpu": cpu.to_string()}});
            if apart {
                let label = json!({"matchLabels": {"app": "a"}});
                let spread = json!({"maxSkew": 1, "topologyKey": "kubernetes.io/hostname", "labelSelector": label});
                spec["topologySpreadConstraints"] = json!([spread]);
                spec["topologySpreadConstraints"][0]["whenUnsatisfiable"] = "DoNotSchedule".into();
            }
            web
        };
        let runs = roll(&[vec![web("app:1")], vec![web("app:2")]], seed, &options());
        for run in &runs {
            ends(run);
            for round in &run.rounds {
                prop_assert!(count(round, &["pending", "ready", "terminating"]) <= 3 * (8 / cpu), "{round:?}");
            }
        }
    }

    #[test]
    fn what_never_becomes_ready_is_waited_for(n in 1..12i64, surge in 1..4i64) {
        let web = |image| manifests(&[object("Deployment", "web", json!({
            "replicas": n, "selector": {"matchLabels": {"app": "a"}}, "template": template(image),
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": surge, "maxUnavailable": 0}},
        }))]);
        let checked = [web("app:1"), web("app:2")];
        let ready = [Readiness::Together, Readiness::NeverNew];
        let revision = |(checked, readiness)| Revision { manifests: std::slice::from_ref(checked), rounds: None, readiness };
        let runs = replay(&checked.iter().zip(ready).map(revision).collect::<Vec<_>>(), &roomy());
        prop_assert!(!runs[1].cut);
        let last = runs[1].rounds.last().expect("a round");
        prop_assert_eq!(count(last, &["ready"]), n);
        prop_assert_eq!(count(last, &["pending"]), surge.min(n));
        prop_assert_eq!(runs[1].waiting.len(), 1);
        prop_assert!(runs[1].log.iter().any(|entry| matches!(&entry.what, What::Did(action) if action.verb == "create")));
    }
}
