//! Rollouts round by round, against what the real controllers and scheduler did with a kubelet in lock-step.

use std::collections::BTreeMap;

use plimsoll::check::{self, Checked};
use plimsoll::plan::{Apply, Node, Options, Prune, Readiness, Revision, Round, replay};
use plimsoll::report;
use serde_json::{Value, json};

use crate::facts;

/// The nodes that the recorded rollouts ran on.
pub fn nodes() -> Vec<Node> {
    let checked =
        check::check("nodes.yaml".into(), include_str!("../../testdata/plan/nodes.yaml").into(), check::Options::default());
    let nodes = checked.objects.iter().filter(|object| object.id.kind == "Node");
    nodes.map(|object| Node::from_value(&report::object_json(object.field(&checked.parsed.tree)))).collect()
}

/// A file with `objects`.
pub fn manifests(objects: &[Value]) -> Checked {
    let list = json!({"apiVersion": "v1", "kind": "List", "items": objects});
    check::check("all.json".into(), list.to_string(), check::Options::default())
}

/// How the recorded rollouts were applied.
pub fn options() -> Options {
    Options { apply: Apply::Server, prune: Prune::All, nodes: Some(nodes()), ..Options::default() }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn name_of(object: &Value) -> String {
    format!("{}/{}", object["kind"].as_str().unwrap_or(""), object["metadata"]["name"].as_str().unwrap_or(""))
}

/// The objects after each step: what the server refused stays as it was, what is deleted goes.
fn applied(steps: &[Value]) -> Vec<Vec<Value>> {
    let mut objects: Vec<Value> = Vec::new();
    let mut after = Vec::new();
    for step in steps {
        let said = |names: &Value, object: &Value| list(names).contains(&json!(name_of(object)));
        for object in list(&step["manifests"]).iter().filter(|object| !said(&step["rejected"], object)) {
            match objects.iter_mut().find(|known| name_of(known) == name_of(object)) {
                Some(known) => *known = object.clone(),
                None => objects.push(object.clone()),
            }
        }
        objects.retain(|object| !said(&step["delete"], object));
        after.push(objects.clone());
    }
    after
}

/// What is compared: which node of a DaemonSet goes first is nobody's business.
fn comparable(round: &Value) -> Value {
    let mut pods: BTreeMap<String, i64> = BTreeMap::new();
    for row in list(&round["pods"]) {
        let name = if row[0].as_str().unwrap_or("").starts_with("DaemonSet/") { json!("") } else { row[1].clone() };
        *pods.entry(format!("{} {name} {} {}", row[0], row[2], row[3])).or_default() += row[4].as_i64().unwrap_or(0);
    }
    let jobs = if round["jobs"].is_null() { json!({}) } else { round["jobs"].clone() };
    json!({"pods": pods, "pvcs": round["pvcs"], "replicasets": round["replicasets"], "jobs": jobs})
}

fn ours(round: &Round) -> Value {
    let rows = round.pods.iter().map(|row| json!([row.owner, row.name, row.revision, row.phase, row.count]));
    let rows: Vec<Value> = rows.collect();
    comparable(&json!({"pods": rows, "pvcs": round.pvcs, "replicasets": round.replicasets, "jobs": round.jobs}))
}

/// The first round of a rollout that differs.
fn difference(fact: &Value) -> Option<String> {
    let steps = list(&fact["steps"]);
    let checked: Vec<Checked> = applied(steps).iter().map(|objects| manifests(objects)).collect();
    let cut = |step: &Value| Some(list(&step["rounds"]).len()).filter(|_| step["interrupted"] == true);
    let revision = |(step, checked): (&Value, _)| Revision {
        manifests: std::slice::from_ref(checked),
        rounds: cut(step),
        readiness: Readiness::Together,
    };
    let revisions: Vec<Revision> = steps.iter().zip(&checked).map(revision).collect();
    for (n, (run, step)) in replay(&revisions, &options()).iter().zip(steps).enumerate() {
        let want: Vec<Value> = list(&step["rounds"]).iter().map(comparable).collect();
        let got: Vec<Value> = run.rounds.iter().map(ours).collect();
        if want != got {
            let at = want.iter().zip(&got).take_while(|(want, got)| want == got).count();
            let show = |rounds: &[Value]| rounds.get(at).map_or("nothing".to_string(), Value::to_string);
            return Some(format!("{} step {n} round {at}:\n  recorded {}\n  ours     {}", fact["name"], show(&want), show(&got)));
        }
    }
    None
}

#[test]
fn rollouts_go_as_recorded() {
    let facts = facts::read("plan/rollouts.jsonl");
    assert!(facts.len() > 60, "{} rollouts", facts.len());
    let wrong: Vec<String> = facts.iter().filter_map(difference).collect();
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}
