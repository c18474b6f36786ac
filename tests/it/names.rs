//! Names of ReplicaSets and ControllerRevisions, held against those that real controllers gave.

use plimsoll::check;
use plimsoll::plan::{self, Options, PlannedObject};
use serde_json::{Value, json};

use crate::facts;

/// The one object of the plan for `manifest`.
fn planned(manifest: &Value, options: &Options) -> PlannedObject {
    let checked =
        check::check("x.json".into(), manifest.to_string(), check::Options { version: options.version, ..Default::default() });
    plan::plan(&[], &[checked], options).objects.remove(0)
}

#[test]
fn recorded_names() {
    let mut wrong = Vec::new();
    for fact in facts::read("plan/hashes.jsonl") {
        let revision = planned(&fact["object"], &Options::default()).revision.unwrap_or_default();
        let recorded = format!("x-{}", fact["hash"].as_str().expect("hash"));
        if revision != recorded {
            wrong.push(format!("{revision} is {recorded}: {}", fact["object"]));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn workload(kind: &str, app: &str, container: Value) -> Value {
    let labels = json!({"app": app});
    let template = json!({"metadata": {"labels": labels}, "spec": {"containers": [container]}});
    let spec = json!({"selector": {"matchLabels": labels}, "template": template});
    json!({"apiVersion": "apps/v1", "kind": kind, "metadata": {"name": app}, "spec": spec})
}

#[test]
fn short_templates() {
    let postgres = |image: &str| {
        let mounts = json!([{"name": "data", "mountPath": "/var/lib/postgresql/data"}]);
        let mut set = workload("StatefulSet", "db", json!({"name": "pg", "image": image, "volumeMounts": mounts}));
        let claim = json!({"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}});
        set["spec"]["volumeClaimTemplates"] = json!([{"metadata": {"name": "data"}, "spec": claim}]);
        set
    };
    let web = |kind: &str, image: &str| workload(kind, "web", json!({"name": "c", "image": image}));
    let shop = |tag: &str| workload("Deployment", "shop", json!({"name": "shop", "image": format!("ghcr.io/acme/shop:{tag}")}));
    for (manifest, name) in [
        (web("Deployment", "nginx:1.27"), "web-bfb6488d7"),
        (web("Deployment", "nginx:1.28"), "web-6f9546d86d"),
        (web("StatefulSet", "nginx:1.27"), "web-6578754d74"),
        // A DaemonSet's revision has the same hash as a Deployment's ReplicaSet.
        (web("DaemonSet", "nginx:1.27"), "web-bfb6488d7"),
        (shop("1.8.0"), "shop-b786f87d7"),
        (shop("1.9.0"), "shop-689f884694"),
        (postgres("postgres:16.3"), "db-5cd48db5c6"),
        (postgres("postgres:16.4"), "db-7b955fb77f"),
    ] {
        assert_eq!(planned(&manifest, &Options::default()).revision.as_deref(), Some(name), "{manifest}");
    }
}

#[test]
fn what_defaults_fill_in_makes_no_other_name() {
    let short = workload("Deployment", "web", json!({"name": "c", "image": "nginx:1.27"}));
    let mut long = short.clone();
    let container = json!({"name": "c", "image": "nginx:1.27", "imagePullPolicy": "IfNotPresent", "resources": {}, "env": [],
        "terminationMessagePath": "/dev/termination-log", "ports": null});
    long["spec"]["template"]["spec"]["containers"] = json!([container]);
    long["spec"]["template"]["metadata"]["creationTimestamp"] = Value::Null;
    long["spec"]["template"]["metadata"]["annotations"] = json!({});
    let name = |manifest: &Value| planned(manifest, &Options::default()).revision;
    assert_eq!(name(&short), name(&long));
}

#[test]
fn other_kinds_have_no_revision() {
    let job = json!({"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "x"}, "spec": {"template": {"spec":
        {"restartPolicy": "Never", "containers": [{"name": "c", "image": "nginx"}]}}}});
    assert_eq!(planned(&job, &Options::default()).revision, None);
}
