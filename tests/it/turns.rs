//! Turns of rollouts that were not recorded: edits in the midst of one, claims for one pod, nodes that are left.

use plimsoll::plan::{Options, PodRow, Readiness, Revision, Round, replay};
use serde_json::{Value, json};

use crate::rollouts::{manifests, options};

fn merged(mut spec: Value, more: Value) -> Value {
    if let (Some(spec), Value::Object(more)) = (spec.as_object_mut(), more) {
        spec.extend(more);
    }
    spec
}

/// A pod template with this image and these further fields of the pod.
fn template(image: u8, pod: Value) -> Value {
    let spec = merged(json!({"containers": [{"name": "c", "image": format!("app:{image}")}]}), pod);
    json!({"metadata": {"labels": {"app": "a"}}, "spec": spec})
}

fn object(kind: &str, name: &str, image: u8, spec: Value) -> Value {
    let all = json!({"selector": {"matchLabels": {"app": "a"}}, "template": template(image, json!({}))});
    json!({"apiVersion": "apps/v1", "kind": kind, "metadata": {"name": name}, "spec": merged(all, spec)})
}

fn deployment(replicas: i64, image: u8, more: Value) -> Value {
    object("Deployment", "web", image, merged(json!({"replicas": replicas}), more))
}

fn stateful_set(replicas: i64, image: u8, more: Value) -> Value {
    object("StatefulSet", "db", image, merged(json!({"replicas": replicas, "serviceName": "db"}), more))
}

fn claim(mode: &str) -> Value {
    let spec = json!({"accessModes": [mode], "resources": {"requests": {"storage": "1Gi"}}});
    json!({"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "data"}, "spec": spec})
}

fn with_claim(image: u8) -> Value {
    template(image, json!({"volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]}))
}

/// `web@1 8 ready 2 terminating, web@2 3 pending`.
fn said(round: &Round) -> String {
    let name = |row: &PodRow| match &*row.name {
        "" => row.owner.split('/').next_back().unwrap_or("").to_string(),
        name => format!("{name} {}", row.revision),
    };
    let mut said: Vec<String> = Vec::new();
    let mut last = String::new();
    for row in &round.pods {
        let (name, pods) = (name(row), format!("{} {}", row.count, row.phase));
        match said.last_mut().filter(|_| name == last) {
            Some(said) => *said += &format!(" {pods}"),
            None => said.push(format!("{name} {pods}")),
        }
        last = name;
    }
    said.join(", ")
}

/// The rounds that follow once the last revision is applied. Of those before, so many rounds are waited for.
fn rounds(before: &[(Value, usize)], last: Value) -> Vec<String> {
    let list = |objects: &Value| match objects {
        Value::Array(objects) => manifests(objects),
        object => manifests(std::slice::from_ref(object)),
    };
    let checked: Vec<_> = before.iter().map(|(objects, _)| list(objects)).chain([list(&last)]).collect();
    let waits = before.iter().map(|(_, rounds)| Some(*rounds)).chain([None]);
    let revision =
        |(checked, rounds)| Revision { manifests: std::slice::from_ref(checked), rounds, readiness: Readiness::Together };
    let revisions: Vec<Revision> = checked.iter().zip(waits).map(revision).collect();
    let runs = replay(&revisions, &options());
    runs.last().expect("a run").rounds.iter().map(said).collect()
}

/// Until it has come to rest.
const REST: usize = usize::MAX;

#[test]
fn a_deployment_is_edited_in_the_midst_of_a_rollout() {
    // Eight old pods and five new ones, all ready.
    let edited = |replicas, image, more| {
        let of = |image| deployment(10, image, json!({"strategy": {"rollingUpdate": {"maxSurge": 3}}}));
        let more = merged(json!({"strategy": {"rollingUpdate": {"maxSurge": 3}}}), more);
        rounds(&[(of(1), REST), (of(2), 1)], deployment(replicas, image, more))
    };
    assert_eq!(edited(10, 1, json!({})), ["web@1 2 pending 8 ready, web@2 5 terminating", "web@1 10 ready"]);
    assert_eq!(
        edited(10, 3, json!({})),
        [
            "web@1 3 ready 5 terminating, web@2 5 ready, web@3 5 pending",
            "web@1 3 terminating, web@2 3 ready 2 terminating, web@3 5 pending 5 ready",
            "web@2 3 terminating, web@3 10 ready",
            "web@3 10 ready",
        ]
    );
    assert_eq!(edited(10, 2, json!({"paused": true})), ["web@1 8 ready, web@2 5 ready"]);
    assert_eq!(
        edited(15, 2, json!({"paused": true})),
        ["web@1 3 pending 8 ready, web@2 2 pending 5 ready", "web@1 11 ready, web@2 7 ready"]
    );
    assert_eq!(edited(0, 2, json!({})), ["web@1 8 terminating, web@2 5 terminating", ""]);
}

#[test]
fn a_stateful_set_is_edited_in_the_midst_of_a_rollout() {
    let db = |replicas, image| stateful_set(replicas, image, json!({}));
    let third = rounds(&[(db(3, 1), REST), (db(3, 2), 3)], db(3, 3));
    assert_eq!(
        third[..2],
        ["db-0 old 1 ready, db-1 new 1 pending, db-2 old 1 ready", "db-0 old 1 ready, db-1 new 1 ready, db-2 old 1 terminating"]
    );
    assert_eq!(
        rounds(&[(db(3, 1), REST), (db(3, 2), 1)], db(1, 2)),
        ["db-0 old 1 ready, db-1 old 1 terminating", "db-0 old 1 terminating", "db-0 new 1 pending", "db-0 new 1 ready"]
    );
    let partition = json!({"updateStrategy": {"rollingUpdate": {"partition": 3}}});
    assert_eq!(
        rounds(&[(db(4, 1), REST), (db(4, 2), 3)], stateful_set(4, 2, partition)),
        [
            "db-0 old 1 ready, db-1 old 1 ready, db-2 old 1 pending, db-3 new 1 ready",
            "db-0 old 1 ready, db-1 old 1 ready, db-2 old 1 ready, db-3 new 1 ready"
        ]
    );
}

#[test]
fn a_daemon_set_that_surges_is_edited_in_the_midst_of_a_rollout() {
    let surge = json!({"updateStrategy": {"rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}});
    let agent = |image| object("DaemonSet", "agent", image, surge.clone());
    assert_eq!(
        rounds(&[(agent(1), REST), (agent(2), 1)], agent(1)),
        [
            "node-1 agent@1 1 ready, node-1 agent@2 1 terminating, node-2 agent@1 1 ready, node-3 agent@1 1 ready",
            "node-1 agent@1 1 ready, node-2 agent@1 1 ready, node-3 agent@1 1 ready"
        ]
    );
    let third = rounds(&[(agent(1), REST), (agent(2), 1)], agent(3));
    let others = "node-2 agent@1 1 ready, node-3 agent@1 1 ready";
    assert_eq!(third[0], format!("node-1 agent@1 1 ready, node-1 agent@2 1 terminating, node-1 agent@3 1 pending, {others}"));
}

#[test]
fn an_old_pod_that_never_ran_leaves_a_node_it_may_not_be_on_at_once() {
    let surge = json!({"rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}});
    let agent = |cpu: &str, tolerations: Value| {
        let container = json!({"name": "c", "image": "app:1", "resources": {"requests": {"cpu": cpu}}});
        let template = template(1, json!({"containers": [container], "tolerations": tolerations}));
        object("DaemonSet", "agent", 1, json!({"template": template, "updateStrategy": surge}))
    };
    // Too large for all four nodes at first; then no pod is for the fourth.
    assert_eq!(
        rounds(&[(agent("9", json!([{"operator": "Exists"}])), REST)], agent("1", json!([]))),
        [
            "node-1 agent@2 1 pending, node-2 agent@2 1 pending, node-3 agent@2 1 pending",
            "node-1 agent@2 1 ready, node-2 agent@2 1 ready, node-3 agent@2 1 ready"
        ]
    );
}

#[test]
fn a_claim_for_one_pod_keeps_the_next_one_waiting() {
    let web = |image, replicas, more| {
        let web = deployment(replicas, 1, merged(json!({"template": with_claim(image)}), more));
        json!([web, claim("ReadWriteOncePod")])
    };
    let first_down = json!({"strategy": {"rollingUpdate": {"maxSurge": 0, "maxUnavailable": 1}}});
    assert_eq!(rounds(&[], web(1, 3, json!({}))), ["web@1 2 unscheduled 1 pending", "web@1 2 unscheduled 1 ready"]);
    assert_eq!(rounds(&[(web(1, 1, json!({})), REST)], web(2, 1, json!({}))), ["web@1 1 ready, web@2 1 unscheduled"]);
    assert_eq!(
        rounds(&[(web(1, 1, first_down.clone()), REST)], web(2, 1, first_down)),
        ["web@1 1 terminating, web@2 1 unscheduled", "web@2 1 pending", "web@2 1 ready"]
    );
}

#[test]
fn a_long_name_lets_the_claims_of_a_stateful_set_in_and_no_pod() {
    let named = |length: usize, image| {
        let data = json!({"metadata": {"name": "data"}, "spec": claim("ReadWriteOnce")["spec"]});
        let mut set = stateful_set(2, image, json!({"volumeClaimTemplates": [data]}));
        set["metadata"]["name"] = json!("d".repeat(length));
        set
    };
    let checked = manifests(&[named(55, 1)]);
    let revision = Revision { manifests: std::slice::from_ref(&checked), rounds: None, readiness: Readiness::Together };
    let runs = replay(&[revision], &options());
    let at_rest: Vec<(&[PodRow], &[String])> = runs[0].rounds.iter().map(|round| (&*round.pods, &*round.pvcs)).collect();
    assert_eq!(at_rest, [(&[][..], &[format!("data-{}-0", "d".repeat(55))][..])]);
    assert_eq!(runs[0].waiting.iter().map(|(_, wait)| wait.kind).collect::<Vec<_>>(), ["admission"]);
    assert_eq!(rounds(&[], named(52, 1)).len(), 3);
    // The first hash has nine letters, the second ten: the pod that gives way does not come back.
    let d = "d".repeat(53);
    assert_eq!(
        rounds(&[(named(53, 6), REST)], named(53, 1)),
        [format!("{d}-0 old 1 ready, {d}-1 old 1 terminating"), format!("{d}-0 old 1 ready")]
    );
}

#[test]
fn a_surge_finds_the_host_port_taken_where_no_nodes_are_known_too() {
    let agent = |image: u8| {
        let container = json!({"name": "c", "image": format!("app:{image}"), "ports": [{"containerPort": 80, "hostPort": 80}]});
        let strategy = json!({"rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}});
        let template = template(image, json!({"containers": [container]}));
        manifests(&[object("DaemonSet", "agent", image, json!({"template": template, "updateStrategy": strategy}))])
    };
    let checked = [agent(1), agent(2)];
    let revision = |checked| Revision { manifests: std::slice::from_ref(checked), rounds: None, readiness: Readiness::Together };
    let revisions: Vec<Revision> = checked.iter().map(revision).collect();
    let runs = replay(&revisions, &Options { nodes: None, ..options() });
    let said: Vec<String> = runs[1].rounds.iter().map(said).collect();
    assert_eq!(said, ["each node agent@1 1 ready, each node agent@2 1 unscheduled"]);
}
