//! What-ifs: nodes drained under budgets, objects scaled, pods that never become ready.

use plimsoll::check::{self, Checked};
use plimsoll::diagnostic::Severity;
use plimsoll::plan::{self, Effect, Node, Options, Plan, PlannedObject, WhatIf};

/// Three nodes with one cpu each.
fn options() -> Options {
    let allocatable = [("cpu", 1000), ("pods", 20)].into_iter().map(|(name, amount)| (name.to_string(), amount));
    let node = |n| Node { allocatable: Some(allocatable.clone().collect()), ..Node::numbered(n) };
    Options { nodes: Some((1..=3).map(node).collect()), ..Options::default() }
}

fn checked(text: &str) -> Vec<Checked> {
    vec![check::check("file.yaml".into(), text.to_string(), check::Options::default())]
}

fn workload(kind: &str, name: &str, replicas: i64, cpu: &str) -> String {
    let service = if kind == "StatefulSet" { "\n  serviceName: db" } else { "" };
    format!(
        "apiVersion: apps/v1\nkind: {kind}\nmetadata:\n  name: {name}\nspec:{service}\n  replicas: {replicas}\n  selector:\n    \
         matchLabels:\n      app: {name}\n  template:\n    metadata:\n      labels:\n        app: {name}\n    spec:\n      \
         containers:\n      - name: c\n        image: x:1\n        resources:\n          requests:\n            cpu: {cpu}\n---\n"
    )
}

fn budget(name: &str, app: &str, rule: &str) -> String {
    format!(
        "apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata:\n  name: {name}\nspec:\n  {rule}\n  selector:\n    \
         matchLabels:\n      app: {app}\n---\n"
    )
}

fn what_if(text: &str, events: &[&str]) -> Result<Plan, String> {
    let events = events.iter().map(|event| WhatIf::parse(event)).collect::<Result<Vec<_>, _>>()?;
    plan::what_if(&[], &checked(text), &events, &options())
}

fn drained(text: &str, events: &[&str]) -> Plan {
    what_if(text, &[&["drain=node-1"], events].concat()).expect("there is such a node")
}

fn object<'a>(plan: &'a Plan, name: &str) -> &'a PlannedObject {
    let workload = |object: &&PlannedObject| object.id.name == name && object.id.kind != "PodDisruptionBudget";
    plan.objects.iter().find(workload).expect("it is in the plan")
}

/// What each step does and how many are ready then.
fn steps(plan: &Plan, name: &str) -> Vec<String> {
    let steps = object(plan, name).rollout.iter().flat_map(|rollout| &rollout.steps);
    let action = |action: &plan::Action| format!("{} {}", action.verb, action.target);
    steps
        .map(|step| format!("{}: {}", step.actions.iter().map(action).collect::<Vec<_>>().join(", "), step.counts.ready))
        .collect()
}

fn blocked(plan: &Plan) -> Vec<&str> {
    let errors = plan.findings.iter().filter(|found| found.rule == "avail-drain-blocked" && found.severity == Severity::Error);
    errors.map(|found| found.message.as_str()).collect()
}

#[test]
fn budgets_let_pods_go_one_after_the_other() {
    // Two of six are on each node.
    let text = workload("Deployment", "web", 6, "100m") + &budget("web", "web", "maxUnavailable: 1");
    let plan = drained(&text, &[]);
    assert_eq!(steps(&plan, "web"), ["evict Pod/web-?????: 5", "evict Pod/web-?????: 5"]);
    assert_eq!(object(&plan, "web").headline.as_deref(), Some("2 pods leave node-1"));
    assert_eq!(object(&plan, "web").notes[0], "made again on node-2 (1), node-3 (1)");
    assert!(blocked(&plan).is_empty());
    let all = drained(&workload("Deployment", "web", 6, "100m"), &[]);
    assert_eq!(steps(&all, "web"), ["evict Pod/web-?????: 4"]);
}

#[test]
fn a_budget_that_wants_all_holds_the_drain_back() {
    for rule in ["minAvailable: 3", "maxUnavailable: 0", "minAvailable: 100%", "maxUnavailable: 0%"] {
        let plan = drained(&(workload("Deployment", "web", 3, "100m") + &budget("b", "web", rule)), &[]);
        assert_eq!(blocked(&plan).len(), 1, "{rule}");
        assert_eq!(object(&plan, "web").headline.as_deref(), Some("1 pod cannot leave node-1"), "{rule}");
        assert!(steps(&plan, "web").is_empty(), "{rule}");
    }
    let two = budget("b", "web", "maxUnavailable: 1") + &budget("c", "web", "maxUnavailable: 1");
    let plan = drained(&(workload("Deployment", "web", 3, "100m") + &two), &[]);
    assert!(blocked(&plan)[0].contains("more than one PodDisruptionBudget"), "{:?}", blocked(&plan));
}

#[test]
fn a_drain_waits_for_pods_that_never_become_ready() {
    let text = workload("Deployment", "web", 6, "100m") + &budget("web", "web", "maxUnavailable: 1");
    let plan = drained(&text, &["never-ready"]);
    assert_eq!(steps(&plan, "web"), ["evict Pod/web-?????: 5"]);
    assert_eq!(object(&plan, "web").headline.as_deref(), Some("1 pod leaves node-1, 1 cannot"));
    assert_eq!(blocked(&plan).len(), 1);
}

#[test]
fn pods_that_find_no_other_node_stay_unscheduled() {
    let plan = drained(&workload("StatefulSet", "db", 3, "900m"), &[]);
    assert_eq!(object(&plan, "db").headline.as_deref(), Some("1 pod leaves node-1"));
    assert!(object(&plan, "db").notes[0].starts_with("1 pod finds no node: "), "{:?}", object(&plan, "db").notes);
    let plan = drained(&workload("StatefulSet", "db", 2, "900m"), &[]);
    assert_eq!(steps(&plan, "db"), ["evict Pod/db-0: 1", "create Pod/db-0: 1"]);
    assert_eq!(object(&plan, "db").notes, ["db-0 is made again on node-3"]);
}

#[test]
fn pods_of_daemon_sets_stay_and_bare_ones_are_lost() {
    let agent = workload("DaemonSet", "agent", 0, "10m").replace("  replicas: 0\n", "");
    let bare = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: bare\nspec:\n  containers:\n  - name: c\n    image: x:1\n";
    let plan = drained(&(agent + bare), &[]);
    assert_eq!(object(&plan, "agent").effect, Effect::None);
    assert_eq!(object(&plan, "bare").effect, Effect::Delete);
}

#[test]
fn an_object_is_scaled() {
    let text = workload("Deployment", "web", 2, "100m");
    for word in ["scale=Deployment/web=5", "scale=deploy/web=5", "scale=deployments/default/web=5"] {
        let plan = what_if(&text, &[word]).expect("there is such an object");
        assert_eq!(object(&plan, "web").effect, Effect::InPlace);
        assert_eq!(object(&plan, "web").changes[0].path, "spec.replicas");
        assert_eq!(plan.totals.after.pods, 5);
    }
}

#[test]
fn never_ready_shows_where_a_plan_stops() {
    let (old, new) = (workload("Deployment", "web", 10, "10m"), workload("Deployment", "web", 10, "20m"));
    let plan = plan::what_if(&[checked(&old)], &checked(&new), &[WhatIf::NeverReady], &options()).expect("nothing is named");
    let rollout = object(&plan, "web").rollout.as_ref().expect("it rolls out");
    let last = rollout.steps.last().expect("a step");
    assert_eq!((last.counts.old, last.counts.new, last.counts.ready), (8, 5, 8));
    assert_eq!(last.then.as_ref().map(|wait| wait.kind), Some("never"));
    assert_eq!(plan.what_if, ["no new pod becomes ready"]);
}

/// The steps of a Job whose pods all fail, each with what is waited for after it.
fn failing(fields: &str) -> Vec<String> {
    let restart = if fields.contains("OnFailure") { "OnFailure" } else { "Never" };
    let fields = fields.trim_start_matches("OnFailure ");
    let job = format!(
        "apiVersion: batch/v1\nkind: Job\nmetadata: {{name: once}}\nspec:\n  {fields}\n  template:\n    spec:\n      \
         restartPolicy: {restart}\n      containers: [{{name: c, image: 'x:1'}}]\n"
    );
    let plan = plan::what_if(&[], &checked(&job), &[WhatIf::NeverReady], &options()).expect("nothing is named");
    let steps = &object(&plan, "once").rollout.as_ref().expect("it starts").steps;
    let action = |action: &plan::Action| match action.reason {
        Some(reason) => format!("{} {reason}", action.verb),
        None => format!("{} {}", action.verb, action.to.unwrap_or(1)),
    };
    let told = |step: &plan::Step| {
        let actions: Vec<String> = step.actions.iter().map(action).collect();
        let then = step.then.as_ref().map_or(String::new(), |wait| format!(", {} {} {}", wait.pods, wait.kind, wait.seconds));
        format!("{}{then}", actions.join(", "))
    };
    steps.iter().map(told).collect()
}

#[test]
fn a_job_whose_pods_fail_ends() {
    let tries = ["create 1, 1 failed 10", "create 1, 1 failed 20", "create 1, 1 failed 0", "fail BackoffLimitExceeded"];
    assert_eq!(failing("backoffLimit: 2"), tries);
    let late = ["create 1, 1 failed 10", "create 1, 1 failed 5", "fail DeadlineExceeded"];
    assert_eq!(failing("backoffLimit: 2\n  activeDeadlineSeconds: 15"), late);
    let two = ["create 2, 2 failed 20", "create 2, 2 failed 0", "fail BackoffLimitExceeded"];
    assert_eq!(failing("backoffLimit: 2\n  parallelism: 2\n  completions: 4"), two);
    assert_eq!(failing("OnFailure backoffLimit: 3"), ["create 1, 1 failed 30", "fail BackoffLimitExceeded"]);
    assert_eq!(failing("OnFailure backoffLimit: 2147483647"), ["create 1, 1 never 0"]);
    let indexed = "completionMode: Indexed\n  completions: 2\n  parallelism: 2\n  backoffLimitPerIndex: 1";
    assert_eq!(failing(indexed), ["create 1, create 1, 2 failed 10", "create 1, create 1, 2 failed 0", "fail FailedIndexes"]);
}

#[test]
fn what_is_not_there_is_named_with_what_was_meant() {
    let text = workload("Deployment", "web", 2, "100m");
    for (event, part) in [
        ("drain=node-11", "did you mean `node-1`?"),
        ("scale=Deployment/wbe=3", "did you mean `web`?"),
        ("scale=Deploymnet/web=3", "did you mean `Deployment`?"),
        ("scale=Job/web=3", "only Deployment, StatefulSet, ReplicaSet, ReplicationController can be scaled"),
        ("scale=StatefulSet/web=3", "there is no StatefulSet called `web`"),
        ("scale=web=3", "write scale=Kind/name=N"),
        ("scale=Deployment/web=-1", "write scale=Kind/name=N"),
        ("never", "write never-ready, drain=NODE or scale=Kind/name=N"),
    ] {
        let error = what_if(&text, &[event]).expect_err(event);
        assert!(error.contains(part), "{event}: {error}");
    }
}
