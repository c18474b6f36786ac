//! Plans that begin with a dump of a cluster: kept ReplicaSets, pods that cannot start, claims that are left.

use std::path::Path;

use assert_cmd::Command;
use serde_json::{Value, json};

/// In the middle of a rollout of web to 1.1, whose image cannot be pulled; `db-2` of the new revision crashes.
const DUMP: &str = "testdata/dumps/shop.json";

/// The manifests from before that rollout.
const MANIFESTS: &str = "testdata/dumps/shop.yaml";

fn plan(manifests: &str, dump: &str, more: &[&str]) -> Value {
    let mut command = Command::cargo_bin("plimsoll").expect("built");
    let from = format!("dump:{dump}");
    let output = command.args(["plan", manifests, "--from", &from, "--format", "json"]).args(more).output().expect("it runs");
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)))
}

fn object<'a>(plan: &'a Value, kind: &str) -> &'a Value {
    let objects = plan["objects"].as_array().expect("a list");
    objects.iter().find(|object| object["id"]["kind"] == kind).expect("it is in the plan")
}

/// What each step does.
fn deeds(object: &Value) -> Vec<String> {
    let steps = object["rollout"]["steps"].as_array().into_iter().flatten();
    let deed = |action: &Value| format!("{} {} {}", action["do"], action["target"], action["to"]).replace('"', "");
    steps.flat_map(|step| step["actions"].as_array().expect("a list").iter().map(deed)).collect()
}

fn write(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    std::fs::write(&path, text).expect("written");
    path.to_string_lossy().into_owned()
}

/// The dump without the objects of some kinds.
fn without(folder: &Path, kinds: &[&str]) -> String {
    let mut dump: Value = serde_json::from_str(&std::fs::read_to_string(DUMP).expect("readable")).expect("JSON");
    let items = dump["items"].as_array_mut().expect("a list");
    items.retain(|item| !kinds.iter().any(|kind| item["kind"] == *kind));
    write(folder, "part.json", &dump.to_string())
}

#[test]
fn going_back_takes_up_the_kept_replica_set() {
    let plan = plan(MANIFESTS, DUMP, &[]);
    let web = object(&plan, "Deployment");
    assert_eq!((&web["revisionBefore"], &web["revision"]), (&json!("web-bbbb"), &json!("web-aaaa")));
    // The pods that cannot start are given up at once, the three that serve are kept.
    assert_eq!(deeds(web), ["scale ReplicaSet/web-bbbb 0", "scale ReplicaSet/web-aaaa 4"]);
    assert_eq!(web["rollout"]["bounds"]["minReady"], 3);
    assert_eq!(plan["totals"]["before"]["pods"], 8);
    // The claim of a replica that is no more is there, but nobody has written it, nor what the server put into the namespace.
    assert_eq!(plan["totals"]["before"]["claims"], 4);
    assert_eq!(plan["summary"]["leftBehind"], 0);
}

#[test]
fn a_third_template_goes_on_from_the_middle() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = std::fs::read_to_string(MANIFESTS).expect("readable").replace("web:1.0", "web:1.2").replace("db:2", "db:3");
    let plan = plan(&write(folder.path(), "next.yaml", &text), DUMP, &[]);
    let scaled = deeds(object(&plan, "Deployment"));
    assert_eq!(scaled[1], "scale ReplicaSet/web-bbbb 0", "{scaled:?}");
    assert_eq!(scaled[3], "scale ReplicaSet/web-aaaa 1", "{scaled:?}");
    let db = object(&plan, "StatefulSet");
    assert_eq!(db["revisionBefore"], "db-new1");
    assert_eq!(deeds(db), [""; 0], "nothing moves before someone deletes db-2");
    assert_eq!(db["notes"], json!(["db-2 cannot start: CrashLoopBackOff"]));
    let found = plan["findings"].as_array().expect("a list").iter();
    let stuck: Vec<&Value> = found.filter(|finding| finding["rule"] == "avail-cannot-finish").collect();
    assert_eq!(stuck.len(), 1, "{stuck:?}");
}

#[test]
fn what_the_dump_does_not_tell_is_settled() {
    let folder = tempfile::tempdir().expect("a folder");
    let all = ["Pod", "ReplicaSet", "ControllerRevision", "PersistentVolumeClaim"];
    let plan_of_all = plan(MANIFESTS, &without(folder.path(), &all), &[]);
    assert_eq!(plan_of_all["totals"]["before"]["pods"], 7);
    assert_eq!(object(&plan_of_all, "Deployment")["rollout"]["steps"][0]["counts"]["old"], 4);
    // ReplicaSets without their pods: their status counts.
    let plan_of_sets = plan(MANIFESTS, &without(folder.path(), &["Pod"]), &[]);
    let first = &object(&plan_of_sets, "Deployment")["rollout"]["steps"][0];
    assert_eq!((&first["actions"][0]["target"], &first["counts"]["ready"]), (&json!("ReplicaSet/web-bbbb"), &json!(3)));
}

#[test]
fn yaml_is_read_as_json_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let dump: Value = serde_json::from_str(&std::fs::read_to_string(DUMP).expect("readable")).expect("JSON");
    let items = dump["items"].as_array().expect("a list");
    let list = write(folder.path(), "list.yaml", &serde_yaml::to_string(&dump).expect("YAML"));
    let stream: Vec<String> = items.iter().map(|item| serde_yaml::to_string(item).expect("YAML")).collect();
    let stream = write(folder.path(), "stream.yaml", &stream.join("---\n"));
    let expected = plan(MANIFESTS, DUMP, &[])["objects"].clone();
    for dump in [&list, &stream] {
        assert_eq!(plan(MANIFESTS, dump, &[])["objects"], expected, "{dump}");
    }
}

#[test]
fn what_others_have_set_is_kept_and_what_was_applied_is_taken_away() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut dump: Value = serde_json::from_str(&std::fs::read_to_string(DUMP).expect("readable")).expect("JSON");
    let web = &mut dump["items"][0];
    assert_eq!(web["kind"], "Deployment");
    web["spec"]["replicas"] = json!(9);
    web["spec"]["minReadySeconds"] = json!(7);
    let scaled = write(folder.path(), "scaled.json", &dump.to_string());
    let text = std::fs::read_to_string(MANIFESTS).expect("readable");
    let changed = |manifests: &str| -> Vec<String> {
        let plan = plan(manifests, &scaled, &[]);
        let changes = object(&plan, "Deployment")["changes"].as_array().expect("a list").clone();
        changes.iter().map(|change| change["path"].as_str().unwrap_or("").to_string()).collect()
    };
    // `replicas` is in the manifest, so it is set back; minReadySeconds is nobody's but who set it.
    assert_eq!(changed(MANIFESTS), ["spec.replicas", "spec.template.spec.containers[web].image"]);
    let silent = write(folder.path(), "silent.yaml", &text.replacen("  replicas: 4\n", "", 1));
    assert_eq!(changed(&silent), ["spec.replicas", "spec.template.spec.containers[web].image"], "was applied, and is no more: 1");
}

#[test]
fn nodes_in_the_dump_are_the_nodes() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut dump: Value = serde_json::from_str(&std::fs::read_to_string(DUMP).expect("readable")).expect("JSON");
    for name in ["node-1", "node-2"] {
        let node =
            json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": name}, "status": {"allocatable": {"pods": "20"}}});
        dump["items"].as_array_mut().expect("a list").push(node);
    }
    let with_nodes = write(folder.path(), "nodes.json", &dump.to_string());
    let plan = plan(MANIFESTS, &with_nodes, &["--what-if", "drain=node-1"]);
    assert!(object(&plan, "Deployment")["notes"].to_string().contains("made again on node-2"), "{plan}");
}

#[test]
fn a_replica_set_without_an_owner_is_taken_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = std::fs::read_to_string(DUMP).expect("readable");
    let mut dump: Value = serde_json::from_str(&text).expect("JSON");
    // What `kubectl delete deployment web --cascade=orphan` leaves.
    let items = dump["items"].as_array_mut().expect("a list");
    items.retain(|item| item["kind"] != "Deployment" && item["metadata"]["name"] != "web-bbbb");
    for set in items.iter_mut().filter(|item| item["kind"] == "ReplicaSet") {
        set["metadata"].as_object_mut().expect("a map").remove("ownerReferences");
    }
    let orphaned = write(folder.path(), "orphaned.json", &dump.to_string());
    let web = object(&plan(MANIFESTS, &orphaned, &[]), "Deployment").clone();
    assert_eq!(web["revision"], "web-aaaa");
    assert_eq!(deeds(&web), ["adopt ReplicaSet/web-aaaa null", "scale ReplicaSet/web-aaaa 4"]);
    assert_eq!(web["rollout"]["bounds"]["minReady"], 3);
}

fn items() -> Vec<Value> {
    let dump: Value = serde_json::from_str(&std::fs::read_to_string(DUMP).expect("readable")).expect("JSON");
    dump["items"].as_array().expect("a list").clone()
}

/// What `kubectl delete statefulset db --cascade=orphan` leaves.
fn orphaned_set() -> Vec<Value> {
    let mut items = items();
    items.retain(|item| item["kind"] != "StatefulSet");
    for item in items.iter_mut().filter(|item| item["metadata"]["ownerReferences"][0]["kind"] == "StatefulSet") {
        item["metadata"].as_object_mut().expect("a map").remove("ownerReferences");
    }
    items
}

/// The plan over a dump of these objects.
fn over(items: &[Value], manifests: &str) -> Value {
    let folder = tempfile::tempdir().expect("a folder");
    plan(manifests, &write(folder.path(), "items.json", &json!({"kind": "List", "items": items}).to_string()), &[])
}

#[test]
fn a_stateful_set_takes_on_pods_without_an_owner() {
    let mut items = orphaned_set();
    let plan = over(&items, MANIFESTS);
    let db = object(&plan, "StatefulSet");
    let deeds_of = |plan: &Value| deeds(object(plan, "StatefulSet"));
    let adopted = ["adopt Pod/db-0 null", "adopt Pod/db-1 null", "adopt Pod/db-2 null"];
    // db-2 is of the new revision and crashes, the others would be replaced after it.
    assert_eq!(deeds(db), adopted);
    assert_eq!((&db["revision"], &db["rollout"]["bounds"]["minReady"]), (&json!("db-new1"), &json!(2)));
    assert_eq!(object(&plan, "Pod")["headline"], "taken on by StatefulSet db");
    assert_eq!(plan["summary"]["leftBehind"], 4, "its claims, as ever");
    // Sound, it is what the others become.
    let crashing = items.iter_mut().find(|item| item["metadata"]["name"] == "db-2").expect("it is there");
    crashing["status"] = json!({"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]});
    let mut replaced = adopted.map(str::to_string).to_vec();
    replaced.extend(["delete Pod/db-1 1", "create Pod/db-1 1", "delete Pod/db-0 1", "create Pod/db-0 1"].map(str::to_string));
    assert_eq!(deeds_of(&over(&items, MANIFESTS)), replaced);
    // Without its revisions their names tell, and these are nothing that the template makes.
    items.retain(|item| item["kind"] != "ControllerRevision");
    assert_eq!(deeds_of(&over(&items, MANIFESTS)).len(), 9);
    for pod in items.iter_mut().filter(|item| item["kind"] == "Pod" && item["metadata"]["labels"]["app"] == "db") {
        pod["metadata"]["labels"]["controller-revision-hash"] = json!("db-7b9f4f99fd");
    }
    assert_eq!(deeds_of(&over(&items, MANIFESTS)), adopted);
}

#[test]
fn a_stateful_set_waits_for_a_name_that_is_taken() {
    let waits = |change: &dyn Fn(&mut Value)| {
        let mut items = orphaned_set();
        items.retain(|item| item["metadata"]["name"] != "db-2");
        items.iter_mut().filter(|item| item["kind"] == "Pod" && item["metadata"]["name"] == "db-1").for_each(change);
        let plan = over(&items, MANIFESTS);
        assert_eq!(deeds(object(&plan, "StatefulSet")), ["adopt Pod/db-0 null"], "db-2 waits too");
        let mut findings = plan["findings"].as_array().expect("a list").iter();
        assert!(findings.any(|finding| finding["rule"] == "avail-cannot-finish"), "{plan}");
        object(&plan, "StatefulSet")["notes"].as_array().and_then(|notes| notes.last()).cloned()
    };
    assert_eq!(
        waits(&|pod| pod["metadata"]["labels"]["app"] = json!("other")),
        Some(json!("waits to make db-1: there is a pod of that name, whose labels its selector does not match"))
    );
    let owner = json!([{"apiVersion": "apps.kruise.io/v1beta1", "kind": "StatefulSetPlus", "name": "db", "controller": true}]);
    assert_eq!(
        waits(&|pod| pod["metadata"]["ownerReferences"] = owner.clone()),
        Some(json!("waits to make db-1: there is a pod of that name, that of StatefulSetPlus db"))
    );
}

#[test]
fn a_daemon_set_takes_on_pods_without_an_owner() {
    let folder = tempfile::tempdir().expect("a folder");
    let agent = "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: agent, namespace: shop}\nspec:\n  selector:\n    \
                 matchLabels: {app: agent}\n  template:\n    metadata: {labels: {app: agent}}\n    spec:\n      containers: \
                 [{name: c, image: 'x:1'}]\n";
    let mut items: Vec<Value> = ["node-1", "node-2"]
        .map(|name| json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": name}, "status": {"allocatable": {"pods": "20"}}}))
        .to_vec();
    items.push(json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": "agent-x2k9p", "namespace": "shop", "labels": {"app": "agent", "controller-revision-hash": "old"}},
        "spec": {"nodeName": "node-1", "containers": [{"name": "c", "image": "x:0"}]},
        "status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]},
    }));
    let plan = over(&items, &write(folder.path(), "agent.yaml", agent));
    let deeds = deeds(object(&plan, "DaemonSet"));
    let expected = [
        "adopt Pod/agent-x2k9p null",
        "create Pod/agent-????? on node-2 1",
        "delete Pod/agent-????? on node-1 1",
        "create Pod/agent-????? on node-1 1",
    ];
    assert_eq!(deeds, expected);
}

/// Also one beyond the replicas, which is then too much.
#[test]
fn a_pod_of_the_manifests_is_taken_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = std::fs::read_to_string(MANIFESTS).expect("readable");
    let pod = "---\napiVersion: v1\nkind: Pod\nmetadata: {name: db-7, namespace: shop, labels: {app: db}}\nspec:\n  containers: \
               [{name: db, image: 'x:1'}]\n";
    let plan = over(&items(), &write(folder.path(), "next.yaml", &(text.replace("db:2", "db:3") + pod)));
    assert_eq!(deeds(object(&plan, "StatefulSet"))[0], "adopt Pod/db-7 null");
    assert_eq!(object(&plan, "Pod")["headline"], "taken on by StatefulSet db");
}

#[test]
fn a_replication_controller_lets_go_of_pods_that_it_no_longer_selects() {
    let folder = tempfile::tempdir().expect("a folder");
    let web = |label: &str| {
        let text = format!(
            "apiVersion: v1\nkind: ReplicationController\nmetadata: {{name: web}}\nspec:\n  replicas: 3\n  selector: {{app: {label}}}\n  \
             template:\n    metadata: {{labels: {{app: {label}}}}}\n    spec:\n      containers: [{{name: c, image: 'x:1'}}]\n"
        );
        write(folder.path(), &format!("{label}.yaml"), &text)
    };
    let mut command = Command::cargo_bin("plimsoll").expect("built");
    let args = ["plan", &web("new"), "--from", &web("old"), "--format", "json"];
    let plan: Value = serde_json::from_slice(&command.args(args).output().expect("it runs").stdout).expect("JSON");
    assert_eq!(deeds(object(&plan, "ReplicationController")), ["orphan Pod/web-????? 3", "create Pod/web-????? 3"]);
    assert_eq!((&plan["totals"]["before"]["pods"], &plan["totals"]["after"]["pods"]), (&json!(3), &json!(6)));
}
