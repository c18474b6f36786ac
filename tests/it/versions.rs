//! What servers of one version refuse and those of the next do not, or the other way round.

use plimsoll::check::{Options, check};
use plimsoll::report::stored_json;
use plimsoll::schema::Version;
use serde_json::{Value, json};

use crate::pods::causes_on;

/// Holds what is refused of `object` on the minor version `minor` and on the one before it.
fn turns(minor: u8, object: &Value, before: &[&str], after: &[&str]) {
    for (minor, want) in [(minor - 1, before), (minor, after)] {
        let want = want.iter().map(|cause| cause.to_string()).collect();
        assert_eq!(causes_on(Version(minor), object), want, "1.{minor}: {object}");
    }
}

fn object(api_version: &str, kind: &str, fields: Value) -> Value {
    let mut object = json!({"apiVersion": api_version, "kind": kind, "metadata": {"name": "a"}});
    for (key, value) in fields.as_object().into_iter().flatten() {
        object[key] = value.clone();
    }
    object
}

#[test]
fn addresses_are_read_strictly_since_36() {
    let policy = |block: Value| {
        object("networking.k8s.io/v1", "NetworkPolicy", json!({"spec": {"egress": [{"to": [{"ipBlock": block}]}]}}))
    };
    turns(36, &policy(json!({"cidr": "10.0.0.1/24"})), &[], &["Invalid spec.egress[0].to[0].ipBlock.cidr"]);
    turns(
        36,
        &policy(json!({"cidr": "10.0.0.0/8", "except": ["10.1.0.1/16", "10.0.0.0/8"]})),
        &["Invalid spec.egress[0].to[0].ipBlock.except[1]"],
        &["Invalid spec.egress[0].to[0].ipBlock.except[0]", "Invalid spec.egress[0].to[0].ipBlock.except[1]"],
    );
    let service = json!({"type": "LoadBalancer", "ports": [{"port": 1}], "externalIPs": ["8.8.8.08"],
        "loadBalancerSourceRanges": ["10.0.0.1/8"]});
    turns(
        36,
        &object("v1", "Service", json!({"spec": service})),
        &[],
        &["Invalid spec.externalIPs[0]", "Invalid spec.LoadBalancerSourceRanges[0]"],
    );
    let own = json!({"ports": [{"port": 1}], "clusterIP": "10.0.0.010"});
    turns(36, &object("v1", "Service", json!({"spec": own})), &[], &["Invalid spec.clusterIPs[0]"]);
    let subsets = json!({"subsets": [{"addresses": [{"ip": "010.0.0.1"}, {"ip": "127.0.0.01"}]}]});
    turns(
        36,
        &object("v1", "Endpoints", subsets),
        &["Invalid subsets[0].addresses[1].ip"],
        &["Invalid subsets[0].addresses[0].ip", "Invalid subsets[0].addresses[1].ip"],
    );
    let slice = json!({"addressType": "IPv4", "endpoints": [{"addresses": ["::ffff:1.2.3.4"]}, {"addresses": ["1.2.3.4"]}]});
    turns(36, &object("discovery.k8s.io/v1", "EndpointSlice", slice), &[], &["Invalid endpoints[0].addresses[0]"]);
    turns(36, &object("v1", "Node", json!({"spec": {"podCIDRs": ["10.0.0.1/24"]}})), &[], &["Invalid spec.podCIDRs[0]"]);
    let alias = json!({"containers": [{"name": "a", "image": "b"}], "hostAliases": [{"ip": "127.0.0.01"}]});
    turns(36, &object("v1", "Pod", json!({"spec": alias})), &[], &["Invalid spec.hostAliases[0].ip"]);
}

#[test]
fn names_of_services_may_begin_with_a_digit_since_36() {
    let service = object("v1", "Service", json!({"metadata": {"name": "1a"}, "spec": {"ports": [{"port": 1}]}}));
    turns(36, &service, &["Invalid metadata.name"], &[]);
    let backend = json!({"service": {"name": "1a", "port": {"number": 1}}});
    let ingress = object("networking.k8s.io/v1", "Ingress", json!({"spec": {"defaultBackend": backend}}));
    turns(36, &ingress, &["Invalid spec.defaultBackend.service.name"], &[]);
}

/// A field that is dropped is not looked at.
#[test]
fn features_come_with_versions() {
    let pod = |fields: Value| {
        let mut spec = json!({"containers": [{"name": "a", "image": "b"}]});
        spec.as_object_mut().expect("an object").extend(fields.as_object().cloned().unwrap_or_default());
        object("v1", "Pod", json!({ "spec": spec }))
    };
    let mount = json!([{"name": "v", "mountPath": "/a", "recursiveReadOnly": "Sometimes"}]);
    turns(
        31,
        &pod(json!({"volumes": [{"name": "v"}], "containers": [{"name": "a", "image": "b", "volumeMounts": mount}]})),
        &[],
        &["NotSupported spec.containers[0].volumeMounts.recursiveReadOnly"],
    );
    let term = json!({"topologyKey": "a/b", "labelSelector": {}, "matchLabelKeys": ["/"]});
    turns(
        31,
        &pod(json!({"affinity": {"podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}})),
        &[],
        &["Invalid spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].matchLabelKeys[0]"],
    );
    let template = json!({"spec": {"restartPolicy": "Never", "containers": [{"name": "a", "image": "b"}]}});
    let job = json!({"managedBy": "me", "template": template});
    turns(32, &object("batch/v1", "Job", json!({"spec": job})), &[], &["Invalid spec.managedBy"]);
    let job = json!({"jobTemplate": {"spec": job}, "schedule": "* * * * *"});
    turns(32, &object("batch/v1", "CronJob", json!({"spec": job})), &[], &["Invalid spec.jobTemplate.spec.managedBy"]);
    let claim =
        json!({"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": 1}}, "volumeAttributesClassName": "A"});
    let claim = object("v1", "PersistentVolumeClaim", json!({ "spec": claim }));
    turns(34, &claim, &[], &["Invalid spec.volumeAttributesClassName"]);
    let driver = json!({"nodeAllocatableUpdatePeriodSeconds": 1});
    let driver = object("storage.k8s.io/v1", "CSIDriver", json!({ "spec": driver }));
    turns(35, &driver, &[], &["Invalid spec.nodeAllocatableUpdatePeriodSeconds"]);
    let class = object("resource.k8s.io/v1", "DeviceClass", json!({"spec": {"extendedResourceName": "gpu"}}));
    turns(36, &class, &[], &["Invalid spec.extendedResourceName"]);
    let exactly = json!({"deviceClassName": "a", "tolerations": [{"operator": "In"}]});
    let claim = json!({"devices": {"requests": [{"name": "a", "exactly": exactly}]}});
    turns(
        36,
        &object("resource.k8s.io/v1", "ResourceClaim", json!({ "spec": claim })),
        &[],
        &["NotSupported spec.devices.requests[0].exactly.tolerations[0].operator"],
    );
}

/// Where a pod's own label values are written into its selectors: in affinity terms since 1.31, in spread constraints since 1.34.
#[test]
fn label_keys_are_merged_since() {
    let keys = json!({"topologyKey": "a/b", "labelSelector": {}, "matchLabelKeys": ["v"]});
    let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "labels": {"v": "1"}},
        "spec": {"affinity": {"podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [keys]}},
            "topologySpreadConstraints": [keys]}});
    let merged = |minor: u8| {
        let version = Version(minor);
        let checked = check("pod.json".into(), pod.to_string(), Options::of(version));
        let object = &checked.objects[0];
        let spec = stored_json(object.field(&checked.parsed.tree), &object.id, version)["spec"].take();
        let term = &spec["affinity"]["podAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"][0];
        let constraint = &spec["topologySpreadConstraints"][0];
        [term, constraint].map(|place| place["labelSelector"]["matchExpressions"][0]["values"] == json!(["1"]))
    };
    assert_eq!([30, 31, 33, 34].map(merged), [[false, false], [true, false], [true, false], [true, true]]);
}

/// A field that the version does not have is unknown, and nothing more is said about it.
#[test]
fn unknown_fields_are_not_dropped_too() {
    let spec = json!({"resources": {"limits": {"cpu": "1"}}, "containers": [{"name": "a", "image": "b"}]});
    let pod = object("v1", "Pod", json!({ "spec": spec })).to_string();
    let rules = |minor: u8| {
        let checked = check("pod.json".into(), pod.clone(), Options::of(Version(minor)));
        checked.findings.iter().filter(|found| found.field == "spec.resources").map(|found| found.rule).collect::<Vec<_>>()
    };
    assert_eq!([31, 32, 34].map(rules), [vec!["api-unknown-field"], vec!["api-ignored-field"], vec![]]);
}

/// What is dropped is told, at its place.
#[test]
fn dropped_fields_are_told() {
    let context = |mount: &str| json!({"securityContext": {"procMount": mount}, "name": "a", "image": "b"});
    let pod = |container: Value| {
        let volumes = json!([{"name": "v", "image": {"reference": "r"}}]);
        object("v1", "Pod", json!({"spec": {"containers": [container], "volumes": volumes}})).to_string()
    };
    let dropped = |minor: u8, mount: &str| {
        let checked = check("pod.json".into(), pod(context(mount)), Options::of(Version(minor)));
        let told = checked.findings.iter().filter(|found| found.rule == "api-ignored-field");
        told.map(|found| found.field.clone()).collect::<Vec<_>>()
    };
    let (mount, image) = ("spec.containers[0].securityContext.procMount", "spec.volumes[0].image");
    assert_eq!(dropped(32, "Unmasked"), [mount, image]);
    assert_eq!(dropped(32, "Default"), [image]);
    assert_eq!(dropped(34, "Default"), [image]);
    assert_eq!(dropped(35, "Default"), [""; 0]);
}

/// A kind that is served by default since 1.37.
#[test]
fn trust_bundles() {
    let block = |kind: &str, der: &str| format!("-----BEGIN {kind}-----\n{der}\n-----END {kind}-----\n");
    let (one, other) = (block("CERTIFICATE", "MAA="), block("CERTIFICATE", "MAEF"));
    for (name, signer, bundle, want) in [
        ("a.b", "", format!("{one}{other}"), ""),
        ("example.com:s:a.b", "example.com/s", one.clone(), ""),
        ("a.b", "example.com/s", one.clone(), "Invalid metadata.name"),
        ("example.com:s:a", "", one.clone(), "Invalid metadata.name"),
        ("example:a", "example", one.clone(), "Invalid spec.signerName"),
        ("a", "", String::new(), "Invalid spec.trustBundle"),
        ("a", "", format!("{one}{one}"), "Invalid spec.trustBundle"),
        ("a", "", block("PRIVATE KEY", "MAA="), "Invalid spec.trustBundle"),
        ("a", "", block("CERTIFICATE", "AAAA"), "Invalid spec.trustBundle"),
        ("a", "", one.repeat(20_000), "TooLong spec.trustBundle"),
    ] {
        let bundle = json!({"apiVersion": "certificates.k8s.io/v1", "kind": "ClusterTrustBundle", "metadata": {"name": name},
            "spec": {"signerName": signer, "trustBundle": bundle}});
        let want = Some(want.to_string()).filter(|want| !want.is_empty()).into_iter().collect();
        assert_eq!(causes_on(Version(37), &bundle), want, "{name} {signer}");
    }
}
