//! What the server refuses about volumes, scheduling, storage and devices, for the branches of its validation that the recorded
//! verdicts do not reach.

use plimsoll::schema::Version;
use serde_json::{Value, json};

use crate::pods::{causes, causes_on};

/// Holds what is refused of each object against what should be; paths of the object under test begin with `@`.
fn refused(cases: &[(Value, &[&str])], at: &str, object: impl Fn(&Value) -> Value) {
    refused_on(Version::default(), cases, at, object);
}

/// The same by a server of `version`.
fn refused_on(version: Version, cases: &[(Value, &[&str])], at: &str, object: impl Fn(&Value) -> Value) {
    for (fields, want) in cases {
        let want = want.iter().map(|cause| cause.replace('@', at)).collect();
        assert_eq!(causes_on(version, &object(fields)), want, "{fields}");
    }
}

fn pod(spec: Value) -> Value {
    let mut pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"},
        "spec": {"serviceAccountName": "s", "containers": [{"name": "c", "image": "i"}]}});
    for (key, value) in spec.as_object().into_iter().flatten() {
        pod["spec"][key] = value.clone();
    }
    pod
}

/// A pod with one volume of the given source.
fn with_volume(source: &Value) -> Value {
    let mut volume = json!({"name": "v"});
    for (key, value) in source.as_object().into_iter().flatten() {
        volume[key] = value.clone();
    }
    pod(json!({"volumes": [volume]}))
}

#[test]
fn sources_on_nodes_and_networks() {
    let iqn = "iqn.2001-04.com.example:disk";
    let iscsi = |more: Value| {
        let mut source = json!({"targetPortal": "p", "iqn": iqn});
        source.as_object_mut().expect("an object").extend(more.as_object().cloned().unwrap_or_default());
        json!({ "iscsi": source })
    };
    refused(
        &[
            (
                json!({"emptyDir": {}, "hostPath": {}, "cephfs": {}, "downwardAPI": {}}),
                &["Forbidden @.hostPath", "Forbidden @.cephFS", "Forbidden @.downwarAPI"],
            ),
            (json!({"gitRepo": {"directory": "/a"}}), &["Required @.gitRepo.repository", "Invalid @.gitRepo.directory"]),
            (json!({"gcePersistentDisk": {"pdName": "d", "partition": 256}}), &["Invalid @.persistentDisk.partition"]),
            (iscsi(json!({"iqn": "eui.0123456789abcdef"})), &[]),
            (iscsi(json!({"iqn": "eui.0123456789abcde"})), &["Invalid @.iscsi.iqn"]),
            (iscsi(json!({"iqn": "naa.0123456789abcdef0123456789abcdef"})), &[]),
            (iscsi(json!({"iqn": "iqn.2001-04.com.example"})), &["Invalid @.iscsi.iqn"]),
            (iscsi(json!({"iqn": "iqn.2001-4.com.example:disk"})), &["Invalid @.iscsi.iqn"]),
            (iscsi(json!({"chapAuthSession": true})), &["Required @.iscsi.secretRef"]),
            (iscsi(json!({"chapAuthDiscovery": true, "secretRef": {"name": "s"}})), &[]),
            (iscsi(json!({"initiatorName": "x"})), &["Invalid @.iscsi.initiatorname"]),
            (iscsi(json!({"initiatorName": iqn, "targetPortal": "p".repeat(63)})), &["Invalid @.name"]),
            (iscsi(json!({"initiatorName": iqn, "targetPortal": "p".repeat(62)})), &[]),
            (json!({"glusterfs": {}}), &["Required @.glusterfs.endpoints", "Required @.glusterfs.path"]),
            (json!({"flocker": {}}), &["Required @.flocker"]),
            (
                json!({"flocker": {"datasetName": "a/b", "datasetUUID": "u"}}),
                &["Invalid @.flocker", "Invalid @.flocker.datasetName"],
            ),
            (json!({"cinder": {"secretRef": {}}}), &["Required @.cinder.volumeID", "Required @.cinder.secretRef.name"]),
            (json!({"fc": {"targetWWNs": ["a"], "wwids": ["b"], "lun": 0}}), &["Invalid @.fc.targetWWNs"]),
            (json!({"fc": {"wwids": ["b"]}}), &[]),
        ],
        "spec.volumes[0]",
        with_volume,
    );
}

#[test]
fn sources_of_vendors() {
    let quobyte = |registry: &str| json!({"quobyte": {"registry": registry, "volume": "v"}});
    refused(
        &[
            (quobyte("a:1,[::1]:2"), &[]),
            (quobyte("a:1,b"), &["Invalid @.quobyte.registry"]),
            (quobyte("a:1:2"), &["Invalid @.quobyte.registry"]),
            (quobyte(""), &["Required @.quobyte.registry"]),
            (json!({"quobyte": {"registry": "a:1", "volume": "v", "tenant": "t".repeat(65)}}), &["Required @.quobyte.tenant"]),
            (
                json!({"flexVolume": {"driver": "d", "options": {"a.k8s.io/b": "", "kubernetes.io": "", "x/k8s.io": ""}}}),
                &["Invalid @.flexVolume.options[a.k8s.io/b]", "Invalid @.flexVolume.options[kubernetes.io]"],
            ),
            (json!({"azureDisk": {"diskName": "d", "diskURI": "/subscriptions/s", "kind": "Managed"}}), &[]),
            (
                json!({"azureDisk": {"diskName": "d", "diskURI": "https://a", "kind": "Managed", "cachingMode": "x"}}),
                &["NotSupported @.azureDisk.diskURI", "NotSupported @.azureDisk.cachingMode"],
            ),
            (json!({"photonPersistentDisk": {}}), &["Required @.photonPersistentDisk.pdID"]),
            (json!({"portworxVolume": {}}), &["Required @.portworxVolume.volumeID"]),
            (
                json!({"storageos": {"volumeNamespace": "A", "secretRef": {}}}),
                &[
                    "Required @.storageos.volumeName",
                    "Invalid @.storageos.volumeNamespace",
                    "Required @.storageos.secretRef.name",
                ],
            ),
            (
                json!({"scaleIO": {}}),
                &["Required @.scaleIO.gateway", "Required @.scaleIO.system", "Required @.scaleIO.volumeName"],
            ),
            (json!({"csi": {"driver": "Upper.Example.com"}}), &[]),
        ],
        "spec.volumes[0]",
        with_volume,
    );
}

#[test]
fn projected_sources() {
    let bundle = |fields: Value| json!({"projected": {"sources": [{"clusterTrustBundle": fields}]}});
    let certificate = |fields: Value| json!({"projected": {"sources": [{"podCertificate": fields}]}});
    // Servers before this one drop both.
    refused(&[(bundle(json!({})), &[]), (certificate(json!({})), &[])], "spec.volumes[0].projected.sources[0]", with_volume);
    refused_on(
        Version(37),
        &[
            (json!({"projected": {"sources": [{"secret": {"name": "a"}, "configMap": {"name": "b"}}]}}), &["Forbidden @"]),
            (bundle(json!({"name": "a", "path": "p"})), &[]),
            (bundle(json!({"name": "example.com:s:a", "path": "p"})), &[]),
            (bundle(json!({"name": ":a", "path": "p"})), &["Invalid @.clusterTrustBundle.name"]),
            (
                bundle(json!({"name": "A", "labelSelector": {}, "path": "p"})),
                &["Invalid @.clusterTrustBundle.name", "Invalid @.clusterTrustBundle.labelSelector"],
            ),
            (bundle(json!({})), &["Required @.clusterTrustBundle", "Required @.clusterTrustBundle.path"]),
            (bundle(json!({"name": "a", "signerName": "b", "path": "p"})), &["Invalid @.clusterTrustBundle"]),
            (
                bundle(json!({"signerName": "example", "path": "../p"})),
                &["Invalid @.clusterTrustBundle.signerName", "Invalid @.clusterTrustBundle.path"],
            ),
            (certificate(json!({"signerName": "a.b/c", "keyType": "ED25519", "keyPath": "k"})), &[]),
            (
                certificate(json!({"keyType": "RSA", "maxExpirationSeconds": 60})),
                &[
                    "Required @.podCertificate.signerName",
                    "NotSupported @.podCertificate.keyType",
                    "Invalid @.podCertificate.maxExpirationSeconds",
                    "Required @.podCertificate",
                ],
            ),
        ],
        "spec.volumes[0].projected.sources[0]",
        with_volume,
    );
}

#[test]
fn ephemeral_volumes() {
    let claim = json!({"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": 1}}});
    let volumes = json!({"volumes": [
        {"name": "a", "ephemeral": {"volumeClaimTemplate": {"metadata": {"name": "x", "uid": "u", "labels": {"a": "b"}}, "spec": claim}}},
        {"name": "b", "persistentVolumeClaim": {"claimName": "p-a"}},
    ]});
    let template = "spec.volumes[0].ephemeral.volumeClaimTemplate.metadata";
    let want = [
        format!("Forbidden {template}.name"),
        format!("Forbidden {template}.uID"),
        "Invalid spec.volumes[1].persistentVolumeClaim.claimName".to_string(),
    ];
    assert_eq!(causes(&pod(volumes)), want.into());
}

#[test]
fn mounts_and_devices() {
    let volumes = json!([{"name": "a", "emptyDir": {}}, {"name": "b", "persistentVolumeClaim": {"claimName": "c"}}]);
    let mount = |fields: Value| json!({"volumeMounts": [fields]});
    refused(
        &[
            (
                mount(json!({"name": "a", "mountPath": "/a", "subPath": "x", "subPathExpr": "$(X)/.."})),
                &["Invalid @.volumeMounts[0].subPathExpr", "Invalid @.volumeMounts.subPathExpr"],
            ),
            (
                mount(json!({"name": "a", "mountPath": "/a", "mountPropagation": "Bidirectional"})),
                &["Forbidden @.volumeMounts.mountPropagation"],
            ),
            (
                json!({"securityContext": {"privileged": true},
                    "volumeMounts": [{"name": "a", "mountPath": "/a", "mountPropagation": "Bidirectional"}]}),
                &[],
            ),
            (
                mount(json!({"name": "a", "mountPath": "/a", "readOnly": true, "recursiveReadOnly": "Enabled",
                    "mountPropagation": "HostToContainer"})),
                &["Forbidden @.volumeMounts.recursiveReadOnly"],
            ),
            (
                json!({"volumeMounts": [{"name": "b", "mountPath": "/b"}], "volumeDevices": [{"name": "b", "devicePath": "/b"}]}),
                &[
                    "Invalid @.volumeMounts[0].name",
                    "Invalid @.volumeMounts[0].mountPath",
                    "Invalid @.volumeDevices[0].name",
                    "Invalid @.volumeDevices[0].devicePath",
                ],
            ),
            (
                json!({"volumeDevices": [{"name": "b", "devicePath": "/x/.."}, {"name": "b", "devicePath": "/y"}]}),
                &["Invalid @.volumeDevices[0].devicePath", "Invalid @.volumeDevices[1].name"],
            ),
        ],
        "spec.containers[0]",
        |fields| {
            let mut pod = pod(json!({ "volumes": volumes }));
            for (key, value) in fields.as_object().into_iter().flatten() {
                pod["spec"]["containers"][0][key] = value.clone();
            }
            pod
        },
    );
}

#[test]
fn claims_of_a_stateful_set_stand_before_its_volumes() {
    let claim = |name: &str| {
        json!({"metadata": {"name": name},
            "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": 1}}}})
    };
    let set = |claims: Value, volumes: Value| {
        json!({"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "s"}, "spec": {
            "selector": {"matchLabels": {"a": "b"}}, "volumeClaimTemplates": claims,
            "template": {"metadata": {"labels": {"a": "b"}}, "spec": {"volumes": volumes, "containers": [
                {"name": "c", "image": "i", "volumeDevices": [{"name": "data", "devicePath": "/d"}]}]}}}})
    };
    let none = std::collections::BTreeSet::new();
    // A volume of the same name is left out, so the faulty source in it is not seen.
    assert_eq!(causes(&set(json!([claim("data")]), json!([{"name": "data", "secret": {}}]))), none);
    let want = ["Duplicate spec.template.spec.volumes[1].name", "Required spec.template.spec.volumes[2].secret.secretName"];
    let found = causes(&set(json!([claim("data"), claim("data")]), json!([{"name": "s", "secret": {}}])));
    assert_eq!(found, want.map(String::from).into());
}

#[test]
fn placement() {
    let anti = |term: Value| json!({"affinity": {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}});
    let term = "spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0]";
    let spread = |more: Value| {
        let mut constraint = json!({"maxSkew": 1, "topologyKey": "z", "whenUnsatisfiable": "DoNotSchedule"});
        constraint.as_object_mut().expect("an object").extend(more.as_object().cloned().unwrap_or_default());
        json!({"topologySpreadConstraints": [constraint]})
    };
    let labelled = |spec: &Value| {
        let mut pod = pod(spec.clone());
        pod["metadata"]["labels"] = json!({"app": "web"});
        pod
    };
    refused(
        &[
            (anti(json!({"topologyKey": "h", "matchLabelKeys": ["app"]})), &["Forbidden @.matchLabelKeys"]),
            (anti(json!({"topologyKey": "h", "labelSelector": {}, "matchLabelKeys": ["app"]})), &[]),
            (
                anti(json!({"topologyKey": "h", "labelSelector": {"matchLabels": {"app": "web"}}, "matchLabelKeys": ["app"]})),
                &["Invalid @[0]"],
            ),
            (
                anti(json!({"topologyKey": "h", "labelSelector": {}, "matchLabelKeys": ["x"], "mismatchLabelKeys": ["x"]})),
                &["Invalid @.matchLabelKeys[0]"],
            ),
            (
                spread(json!({"labelSelector": {"matchLabels": {"app": "web"}}, "matchLabelKeys": ["app"]})),
                &["Invalid spec.topologySpreadConstraints[0].matchLabelKeys[0]"],
            ),
            (json!({"tolerations": [{"operator": "Exists", "value": "v"}]}), &["Invalid spec.tolerations[0].operator"]),
            (json!({"tolerations": [{"operator": "Exists"}]}), &[]),
        ],
        term,
        labelled,
    );
}

#[test]
fn claims() {
    let claim = |spec: &Value| {
        let mut claim = json!({"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "c"},
            "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}});
        for (key, value) in spec.as_object().into_iter().flatten() {
            claim["spec"][key] = value.clone();
        }
        claim
    };
    refused(
        &[
            // Of the old field the server knows two kinds of source, and drops the rest.
            (json!({"dataSource": {"kind": "Other", "apiGroup": "example.com"}}), &[]),
            (
                json!({"dataSource": {"kind": "Other", "apiGroup": "example.com", "name": "a"},
                    "dataSourceRef": {"kind": "Other", "apiGroup": "example.com", "name": "b"}}),
                &["Invalid @"],
            ),
            (json!({"dataSourceRef": {"kind": "Other", "namespace": "N"}}), &[]),
            (json!({"dataSourceRef": {"kind": "Other", "name": "n"}}), &["Invalid @.dataSource", "Invalid @.dataSourceRef"]),
            (
                json!({"dataSourceRef": {"kind": "Other", "name": "n", "apiGroup": "A_b"}}),
                &["Invalid @.dataSource.apiGroup", "Invalid @.dataSourceRef.apiGroup"],
            ),
            (
                json!({"dataSource": {"kind": "PersistentVolumeClaim", "name": "a"},
                    "dataSourceRef": {"kind": "PersistentVolumeClaim", "name": "b"}}),
                &["Invalid @"],
            ),
            (json!({"storageClassName": ""}), &[]),
            (json!({"volumeAttributesClassName": "A"}), &["Invalid @.volumeAttributesClassName"]),
        ],
        "spec",
        claim,
    );
}

#[test]
fn persistent_volumes() {
    let volume = |spec: &Value| {
        let mut volume = json!({"apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": "v"},
            "spec": {"accessModes": ["ReadWriteOnce"], "capacity": {"storage": "1Gi"}}});
        for (key, value) in spec.as_object().into_iter().flatten() {
            volume["spec"][key] = value.clone();
        }
        volume
    };
    let iqn = "iqn.2001-04.com.example:disk";
    refused(
        &[
            (
                json!({"hostPath": {"path": "//."}, "persistentVolumeReclaimPolicy": "Recycle"}),
                &["Forbidden @.persistentVolumeReclaimPolicy"],
            ),
            (json!({"hostPath": {"path": "/a"}, "nfs": {}, "cephfs": {}}), &["Forbidden @.nfs", "Forbidden @.cephFS"]),
            (json!({"hostPath": {"path": "/a"}, "flexVolume": {}}), &["Required @.flexVolume.driver"]),
            (json!({"local": {"path": "/a"}}), &["Required @.nodeAffinity"]),
            (json!({"local": {"path": "/a"}, "nodeAffinity": {}}), &["Required @.nodeAffinity.required"]),
            (
                json!({"hostPath": {"path": "/a"}, "volumeAttributesClassName": ""}),
                &["Required @.volumeAttributesClassName", "Required @.csi"],
            ),
            (
                json!({"csi": {"driver": "d", "volumeHandle": "h", "nodePublishSecretRef": {"name": "A"}}}),
                &["Invalid @.csi.nodePublishSecretRef.name", "Required @.csi.nodePublishSecretRef.namespace"],
            ),
            (json!({"cinder": {"volumeID": "v", "secretRef": {"name": "s"}}}), &["Required @.cinder.secretRef.namespace"]),
            (
                json!({"azureFile": {"secretName": "s", "shareName": "s", "secretNamespace": ""}}),
                &["Required @.azureFile.secretNamespace"],
            ),
            (
                json!({"glusterfs": {"endpoints": "e", "path": "p", "endpointsNamespace": ""}}),
                &["Invalid @.glusterfs.endpointsNamespace"],
            ),
            (
                json!({"iscsi": {"targetPortal": "p".repeat(63), "iqn": iqn, "initiatorName": iqn, "secretRef": {}}}),
                &["Invalid @.iscsi.targetportal", "Required @.iscsi.secretRef.name"],
            ),
        ],
        "spec",
        volume,
    );
}

#[test]
fn storage_kinds_and_nodes() {
    refused(
        &[
            (
                json!({"apiVersion": "storage.k8s.io/v1", "kind": "VolumeAttributesClass", "driverName": "d"}),
                &["Required parameters"],
            ),
            (
                json!({"apiVersion": "storage.k8s.io/v1", "kind": "CSIDriver",
                    "spec": {"nodeAllocatableUpdatePeriodSeconds": 9, "serviceAccountTokenInSecrets": true}}),
                &["Invalid spec.nodeAllocatableUpdatePeriodSeconds", "Invalid spec.serviceAccountTokenInSecrets"],
            ),
            (
                json!({"apiVersion": "storage.k8s.io/v1", "kind": "CSINode", "spec": {"drivers": [
                    {"name": "d", "nodeID": "n", "topologyKeys": ["a", "a"], "allocatable": {"count": -1}},
                    {"name": "d", "nodeID": "", "topologyKeys": ["_"]}]}}),
                &[
                    "Duplicate spec.drivers[0]",
                    "Invalid spec.drivers[0].allocatable.count",
                    "Duplicate spec.drivers[1].name",
                    "Required spec.drivers[1].nodeID",
                    "Invalid spec.drivers[1]",
                ],
            ),
            (
                json!({"apiVersion": "storage.k8s.io/v1", "kind": "CSIStorageCapacity", "capacity": "-1"}),
                &["Invalid storageClassName", "Invalid capacity"],
            ),
            (
                json!({"apiVersion": "storage.k8s.io/v1", "kind": "VolumeAttachment",
                    "spec": {"attacher": "a", "nodeName": "n", "source": {}}}),
                &["Required spec.source"],
            ),
            (
                json!({"apiVersion": "storage.k8s.io/v1", "kind": "VolumeAttachment",
                    "spec": {"attacher": "a", "nodeName": "n", "source": {"persistentVolumeName": ""}}}),
                &["Required spec.source.persistentVolumeName", "Invalid spec.source.persistentVolumeName"],
            ),
            (
                json!({"apiVersion": "v1", "kind": "Node",
                    "spec": {"podCIDRs": ["10.0.0.0/24", "10.1.0.0/24"], "taints": [
                        {"key": "a", "effect": "NoSchedule"}, {"key": "a", "effect": "NoSchedule", "value": "b"}]},
                    "status": {"capacity": {"cpu": "-1", "example.com/gpu": "500m"}}}),
                &[
                    "Invalid spec.podCIDRs",
                    "Duplicate metadata.taints[1]",
                    "Invalid status.capacity.cpu",
                    "Invalid status.capacity.example.com/gpu",
                ],
            ),
            (
                json!({"apiVersion": "v1", "kind": "Node", "spec": {"podCIDRs": ["10.0.0.0/24", "10.0.0.0/24"]}}),
                &["Invalid spec.podCIDRs", "Duplicate spec.podCIDRs[1]"],
            ),
        ],
        "",
        |fields| {
            let mut object = fields.clone();
            object["metadata"] = json!({"name": "n"});
            object
        },
    );
}

#[test]
fn device_claims_and_classes() {
    let claim = |devices: &Value| json!({"apiVersion": "resource.k8s.io/v1", "kind": "ResourceClaim", "metadata": {"name": "c"}, "spec": {"devices": devices}});
    let exactly = json!({"deviceClassName": "d"});
    refused(
        &[
            (json!({"requests": [{"name": "a", "exactly": exactly, "firstAvailable": [exactly]}]}), &["Invalid @.requests[0]"]),
            (
                json!({"requests": [{"name": "a", "firstAvailable": [{"name": "x", "deviceClassName": "d"},
                    {"name": "x", "deviceClassName": "d", "allocationMode": "All", "count": 1}]}]}),
                &["Duplicate @.requests[0].firstAvailable[1]", "Invalid @.requests[0].firstAvailable[1].count"],
            ),
            (
                json!({"requests": [{"name": "a", "exactly": exactly}], "constraints": [
                    {"requests": ["a", "b", "a/x", "a"], "matchAttribute": "model"}, {}]}),
                &[
                    "Invalid @.constraints[0].requests[1]",
                    "Invalid @.constraints[0].requests[2]",
                    "Duplicate @.constraints[0].requests[3]",
                    "Invalid @.constraints[0].matchAttribute",
                    "Required @.constraints[1]",
                ],
            ),
            (json!({"config": [{}, {"opaque": {"driver": "d", "parameters": {"a": 1}}}]}), &["Required @.config[0].opaque"]),
            (json!({"config": [{"opaque": {"driver": "d", "parameters": {"a": "x".repeat(10 * 1024 - 8)}}}]}), &[]),
            (
                json!({"config": [{"opaque": {"driver": "d", "parameters": {"a": "x".repeat(10 * 1024 - 7)}}}]}),
                &["TooLong @.config[0].opaque.parameters"],
            ),
            (
                json!({"config": [{"opaque": {"driver": "d", "parameters": [1, null, "\"".repeat(6 * 1024)]}}]}),
                &["TooLong @.config[0].opaque.parameters"],
            ),
            (json!({"config": [{"opaque": {"driver": "d", "parameters": [true]}}]}), &["Invalid @.config[0].opaque.parameters"]),
            (
                json!({"requests": [{"name": "a", "exactly": {"deviceClassName": "d", "selectors": [{"cel": {"expression": "'a'"}}],
                    "tolerations": [{"operator": "Exists", "value": "v", "effect": "x"}]}}]}),
                &[
                    "Invalid @.requests[0].exactly.selectors[0].cel.expression",
                    "Invalid @.requests[0].exactly.tolerations[0].value",
                    "NotSupported @.requests[0].exactly.tolerations[0].effect",
                ],
            ),
        ],
        "spec.devices",
        claim,
    );
    let class = json!({"apiVersion": "resource.k8s.io/v1", "kind": "DeviceClass", "metadata": {"name": "c"},
        "spec": {"extendedResourceName": "gpu"}});
    assert_eq!(causes(&class), ["Invalid spec.extendedResourceName".to_string()].into());
}

#[test]
fn resource_slices() {
    let slice = |spec: &Value| {
        let mut slice = json!({"apiVersion": "resource.k8s.io/v1", "kind": "ResourceSlice", "metadata": {"name": "s"},
            "spec": {"driver": "d", "nodeName": "n", "pool": {"name": "p", "generation": 0, "resourceSliceCount": 1}}});
        for (key, value) in spec.as_object().into_iter().flatten() {
            slice["spec"][key] = value.clone();
        }
        slice
    };
    let device = |more: Value| {
        let mut device = json!({"name": "g"});
        device.as_object_mut().expect("an object").extend(more.as_object().cloned().unwrap_or_default());
        json!({ "devices": [device] })
    };
    let ranged = |policy: Value| {
        device(json!({"allowMultipleAllocations": true, "capacity": {"mem": {"value": "10", "requestPolicy": policy}}}))
    };
    refused(
        &[
            (json!({"allNodes": true}), &["Invalid spec"]),
            (json!({"nodeName": null}), &["Required spec"]),
            (
                json!({"pool": {"name": "a//b", "generation": -1, "resourceSliceCount": 0}}),
                &["Invalid spec.pool.name", "Invalid spec.pool.generation", "Invalid spec.pool.resourceSliceCount"],
            ),
            (device(json!({"nodeName": "n"})), &["Invalid @"]),
            (
                device(
                    json!({"attributes": {"1a": {"int": 1}, "b": {}, "c": {"version": "1.2"}, "d": {"version": "1.2.3-rc.1+x"}}}),
                ),
                &["Invalid @.attributes", "Invalid @.attributes[b]", "Invalid @.attributes[c].version"],
            ),
            // Lists are behind a gate: what is left has no value.
            (
                device(json!({"attributes": {"a": {"strings": ["x"]}, "b": {"int": 1, "ints": [1]}}})),
                &["Invalid @.attributes[a]"],
            ),
            (
                device(json!({"capacity": {"mem": {"value": "1", "requestPolicy": {}}}})),
                &["Forbidden @.capacity[mem].requestPolicy"],
            ),
            (ranged(json!({"default": "3", "validRange": {"min": "1", "max": "9", "step": "2"}})), &[]),
            (
                ranged(json!({"default": "4", "validRange": {"min": "1", "max": "11", "step": "2"}})),
                &[
                    "Invalid @.capacity[mem].requestPolicy.validRange.max",
                    "Invalid @.capacity[mem].requestPolicy.validRange.step",
                ],
            ),
            (
                ranged(json!({"default": "3", "validValues": ["2", "1"]})),
                &["Invalid @.capacity[mem].requestPolicy.validValues", "Invalid @.capacity[mem].requestPolicy.validValues[1]"],
            ),
            (
                device(json!({"bindingConditions": ["a", "a"]})),
                &["Duplicate @.bindingConditions[1]", "Invalid @.bindingFailureConditions"],
            ),
            (
                device(json!({"taints": [{"key": "a", "effect": "None"}, {"key": "a", "effect": "x"}]})),
                &["NotSupported @.taints[1].effect"],
            ),
            (
                device(json!({"consumesCounters": [{"counterSet": "s", "counters": {}}]})),
                &["Required @.consumesCounters[0].counters"],
            ),
        ],
        "spec.devices[0]",
        slice,
    );
}
