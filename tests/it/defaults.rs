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

/// What the recorded objects do not reach, as the server's defaulting has it: a manifest, a place in it, what is stored there.
#[test]
fn the_rest_is_stored_as_defaulting_has_it() {
    let pod = |metadata: &str, spec: &str| {
        format!("{{apiVersion: v1, kind: Pod, metadata: {{name: a, {metadata}}}, spec: {{{spec}}}}}")
    };
    let image = |name: &str| pod("", &format!("containers: [{{name: c, image: '{name}'}}]"));
    let of = |api_version: &str, kind: &str, rest: &str| {
        format!("{{apiVersion: {api_version}, kind: {kind}, metadata: {{name: a}}, {rest}}}")
    };
    let digest = format!("nginx@sha256:{}", "0".repeat(64));
    let policy = "/spec/containers/0/imagePullPolicy";
    let spread = "topologySpreadConstraints: [{labelSelector: {}, matchLabelKeys: [v, w]}], containers: []";
    let profile = "annotations: {container.apparmor.security.beta.kubernetes.io/c: localhost/p}";
    let whole = "resources: {limits: {cpu: 2}}, initContainers: [{name: i, resources: {requests: {cpu: 700m}}}], \
                 containers: [{name: c, resources: {limits: {cpu: 500m}}}, {name: d, resources: {requests: {cpu: 0.1}}}]";
    let flow = "flowcontrol.apiserver.k8s.io/v1";
    let cases = [
        (image("nginx"), policy, json!("Always")),
        (image("nginx:latest"), policy, json!("Always")),
        (image("host:5000/nginx:1"), policy, json!("IfNotPresent")),
        (image(&digest), policy, json!("IfNotPresent")),
        (image("No Image"), policy, json!("IfNotPresent")),
        (
            pod("labels: {v: '1'}", spread),
            "/spec/topologySpreadConstraints/0/labelSelector",
            json!({"matchExpressions": [{"key": "v", "operator": "In", "values": ["1"]}]}),
        ),
        (
            pod(profile, "containers: [{name: c}]"),
            "/spec/containers/0/securityContext/appArmorProfile",
            json!({"type": "Localhost", "localhostProfile": "p"}),
        ),
        (pod("", whole), "/spec/resources/requests", json!({"cpu": "700m"})),
        (
            pod("", "hostNetwork: true, containers: [{ports: [{containerPort: 80}]}]"),
            "/spec/containers/0/ports/0/hostPort",
            json!(80),
        ),
        (
            of(
                "apps/v1",
                "ReplicaSet",
                "spec: {template: {spec: {hostNetwork: true, containers: [{ports: [{containerPort: 80}]}]}}}",
            ),
            "/spec/template/spec/containers/0/ports/0",
            json!({"containerPort": 80, "protocol": "TCP"}),
        ),
        (of("apps/v1", "Deployment", "spec: {replicas: 0}"), "/spec/replicas", json!(0)),
        (of("v1", "Secret", "data: {a: eA==}, stringData: {a: z, b: ''}"), "/data", json!({"a": "eg==", "b": ""})),
        (of("v1", "Service", "spec: {clusterIP: None}"), "/spec/ipFamilies", json!(["IPv4", "IPv6"])),
        (of("v1", "Service", "spec: {clusterIP: None, selector: {a: b}}"), "/spec/ipFamilies", json!(["IPv4"])),
        (
            of(
                flow,
                "PriorityLevelConfiguration",
                "spec: {type: Limited, limited: {limitResponse: {type: Queue, queuing: {queues: 9}}}}",
            ),
            "/spec/limited/limitResponse/queuing",
            json!({"handSize": 8, "queueLengthLimit": 50, "queues": 9}),
        ),
        (
            of("admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration", "webhooks: [{}]"),
            "/webhooks/0/reinvocationPolicy",
            json!("Never"),
        ),
        (
            of("resource.k8s.io/v1beta1", "ResourceClaim", "spec: {devices: {requests: [{name: a, deviceClassName: b}]}}"),
            "/spec/devices/requests/0/allocationMode",
            json!("ExactCount"),
        ),
        (
            of("coordination.k8s.io/v1", "Lease", "spec: {renewTime: '2026-01-02T03:04:05.5+01:00'}"),
            "/spec/renewTime",
            json!("2026-01-02T02:04:05.500000Z"),
        ),
        (of("v1", "ServiceAccount", "secrets: [{name: s, namespace: n}]"), "/secrets", json!([{"name": "s"}])),
        (
            of("coordination.k8s.io/v1", "Lease", "spec: {holderIdentity: h, preferredHolder: p, strategy: s}"),
            "/spec",
            json!({"holderIdentity": "h"}),
        ),
        (
            of(
                "storage.k8s.io/v1",
                "CSIDriver",
                "spec: {preventPodSchedulingIfMissing: true, volumeLifecycleModes: [Ephemeral]}",
            ),
            "/spec",
            json!({"attachRequired": true, "fsGroupPolicy": "ReadWriteOnceWithFSType", "podInfoOnMount": false,
                "requiresRepublish": false, "seLinuxMount": false, "storageCapacity": false, "volumeLifecycleModes": ["Ephemeral"]}),
        ),
        (
            of("v1", "PersistentVolumeClaim", "spec: {dataSourceRef: {apiGroup: a.b, kind: C, name: d, namespace: e}}"),
            "/spec",
            json!({"resources": {}, "volumeMode": "Filesystem"}),
        ),
        (
            of("v1", "PersistentVolumeClaim", "spec: {dataSourceRef: {apiGroup: a.b, kind: C, name: d}}"),
            "/spec/dataSource",
            json!({"apiGroup": "a.b", "kind": "C", "name": "d"}),
        ),
        (of("v1", "Widget", "spec: {a: null}"), "/spec", json!({"a": null})),
    ];
    for (manifest, pointer, want) in cases {
        let checked = check("case.yaml".into(), manifest.clone(), Options::default());
        let object = &checked.objects[0];
        let got = stored_json(object.field(&checked.parsed.tree), &object.id, Version::default());
        assert_eq!(got.pointer(pointer), Some(&want), "{manifest}");
    }
}
