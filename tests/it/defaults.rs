//! Defaults: objects as a real server stored them, and trees so malformed that none would.

use plimsoll::check::{Checked, Options, check};
use plimsoll::report::stored_json;
use plimsoll::schema::Version;
use serde_json::{Value, json};

use crate::{facts, recorded};

/// What the server allocates or makes up, which no manifest tells.
const ALLOCATED: [&str; 8] = [
    "batch.kubernetes.io/controller-uid",
    "clusterIP",
    "clusterIPs",
    "controller-uid",
    "healthCheckNodePort",
    "manualSelector",
    "nodePort",
    "status",
];

fn without_allocated(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.retain(|key, _| !ALLOCATED.contains(&key.as_str()));
            map.values_mut().for_each(without_allocated);
        }
        Value::Array(list) => list.iter_mut().for_each(without_allocated),
        _ => {}
    }
}

/// The object without what only a cluster knows: allocated values, the namespace applied to, a Job's generated selector.
fn comparable(mut object: Value) -> Value {
    without_allocated(&mut object);
    if let Some(metadata) = object["metadata"].as_object_mut() {
        metadata.remove("namespace");
    }
    if object["kind"] == "Job" && object["spec"]["selector"]["matchLabels"] == json!({}) {
        object["spec"].as_object_mut().and_then(|spec| spec.remove("selector"));
    }
    object
}

fn checked(object: &Value) -> Checked {
    check("case.json".into(), object.to_string(), Options::default())
}

fn stored(object: &Value) -> Value {
    let checked = checked(object);
    let first = &checked.objects[0];
    stored_json(first.field(&checked.parsed.tree), &first.id, Version::default())
}

#[test]
fn objects_are_stored_as_recorded() {
    let mut wrong = Vec::new();
    for fact in facts::read("api/defaults.jsonl") {
        let base = fact["base"].as_str().expect("a base");
        let got = comparable(stored(&recorded::edited(recorded::base(base), &fact["edits"])));
        let want = comparable(fact["object"].clone());
        if got != want {
            wrong.push(format!("{}:\n  recorded {want}\n  ours     {got}", fact["id"]));
        }
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn what_is_stored_is_stored_again_as_it_is() {
    for fact in facts::read("api/defaults.jsonl") {
        let once = stored(&fact["object"]);
        assert_eq!(stored(&once), once, "{}", fact["id"]);
    }
}

/// The pointers of every value in `value`.
fn pointers(value: &Value, at: String, all: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            for (key, child) in map {
                pointers(child, format!("{at}/{}", key.replace('~', "~0").replace('/', "~1")), all);
            }
        }
        Value::Array(list) => {
            for (i, child) in list.iter().enumerate() {
                pointers(child, format!("{at}/{i}"), all);
            }
        }
        _ => {}
    }
    if !at.is_empty() {
        all.push(at);
    }
}

/// Whatever stands in the wrong place, nothing panics.
#[test]
fn malformed_trees_do_no_harm() {
    let wrong = [json!(null), json!("x"), json!(7), json!([]), json!({}), json!([null]), json!({"x": {"y": []}}), json!([[1]])];
    for (turn, fact) in facts::read("api/defaults.jsonl").iter().filter(|fact| fact["edits"] == json!([])).enumerate() {
        let mut all = Vec::new();
        pointers(&fact["object"], String::new(), &mut all);
        for (i, pointer) in all.iter().enumerate().filter(|(_, pointer)| *pointer != "/kind" && *pointer != "/apiVersion") {
            let mut object = fact["object"].clone();
            let value = &wrong[(i + turn) % wrong.len()];
            *object.pointer_mut(pointer).expect("a place") = value.clone();
            stored(&object);
        }
    }
}
