//! What the server refuses about pods, for the branches of its validation that the recorded verdicts do not reach.

use std::collections::BTreeSet;

use plimsoll::check::{Options, check};
use plimsoll::diagnostic::Severity;
use plimsoll::schema::Version;
use serde_json::{Map, Value, json};

/// Where a case's fields go.
#[derive(Clone, Copy)]
enum Place {
    /// The pod's spec.
    Spec,
    /// Its only container.
    Container,
    /// An init container, made for it.
    Init,
    /// An ephemeral container, made for it.
    Ephemeral,
    /// The pod's annotations, and nothing else.
    Annotations,
}
use Place::{Annotations, Container, Ephemeral, Init, Spec};

#[test]
fn containers() {
    refused(&[
        (Container, json!({"restartPolicy": "Never"}), &[]),
        (Container, json!({"restartPolicy": "never"}), &["NotSupported @restartPolicy"]),
        (Container, json!({"restartPolicyRules": [restart_rule()]}), &["Required @restartPolicy"]),
        (Container, json!({"restartPolicy": "Always", "restartPolicyRules": [restart_rule()]}), &[]),
        (Init, json!({"restartPolicy": "Always", "restartPolicyRules": [restart_rule()]}), &["Forbidden @restartPolicyRules"]),
        (
            Container,
            json!({"restartPolicy": "Never", "restartPolicyRules": [{"action": "Stop"}]}),
            &["NotSupported @restartPolicyRules[0].action", "Required @restartPolicyRules[0].exitCodes"],
        ),
        (
            Container,
            json!({"restartPolicy": "Never", "restartPolicyRules": vec![restart_rule(); 21]}),
            &["TooMany @restartPolicyRules"],
        ),
        (Init, json!({"name": "main"}), &["Duplicate @name"]),
        (Init, json!({"lifecycle": {"preStop": {"sleep": {"seconds": 1}}}}), &["Forbidden @lifecycle"]),
        (Init, json!({"restartPolicy": "Always", "lifecycle": {"preStop": {"sleep": {"seconds": 1}}}}), &[]),
        (Ephemeral, json!({}), &["Forbidden spec.ephemeralContainers"]),
        (
            Ephemeral,
            json!({"name": "main", "ports": [], "targetContainerName": "other", "image": " x"}),
            &[
                "Forbidden spec.ephemeralContainers",
                "Duplicate @name",
                "Forbidden @ports",
                "Invalid @image",
                "NotFound @targetContainerName",
            ],
        ),
        (
            Ephemeral,
            json!({"resources": {"limits": {"cpu": "1"}}, "stdin": true, "restartPolicy": "Always"}),
            &["Forbidden spec.ephemeralContainers", "Forbidden @resources", "Forbidden @restartPolicy"],
        ),
    ]);
}

fn restart_rule() -> Value {
    json!({"action": "Restart", "exitCodes": {"operator": "In", "values": [42]}})
}

#[test]
fn handlers() {
    let exec = json!({"command": ["true"]});
    refused(&[
        (Container, json!({"livenessProbe": {"exec": exec, "tcpSocket": {"port": 0}}}), &["Forbidden @livenessProbe.tcpSocket"]),
        (
            Container,
            json!({"livenessProbe": {"exec": exec, "terminationGracePeriodSeconds": 0}}),
            &["Invalid @livenessProbe.terminationGracePeriodSeconds"],
        ),
        (
            Container,
            json!({"readinessProbe": {"exec": exec, "terminationGracePeriodSeconds": 5}}),
            &["Invalid @readinessProbe.terminationGracePeriodSeconds"],
        ),
        (Container, json!({"readinessProbe": {"exec": exec, "successThreshold": 2}}), &[]),
        (Container, json!({"startupProbe": {"exec": exec, "successThreshold": 2}}), &["Invalid @startupProbe.successThreshold"]),
        (Container, json!({"lifecycle": {"preStop": {"sleep": {"seconds": 0}}}}), &[]),
        (Container, json!({"lifecycle": {"preStop": {"sleep": {"seconds": 31}}}}), &["Invalid @lifecycle.preStop.sleep"]),
        (Container, json!({"lifecycle": {"postStart": {"sleep": {"seconds": -1}}}}), &["Invalid @lifecycle.postStart.sleep"]),
        (
            Container,
            json!({"lifecycle": {"preStop": {"tcpSocket": {"port": "-"}}}}),
            &["Invalid @lifecycle.preStop.tcpSocket.port"],
        ),
    ]);
}

#[test]
fn environment() {
    let field = |path: &str| json!({"env": [{"name": "A", "valueFrom": {"fieldRef": {"fieldPath": path}}}]});
    let resource = |name: &str, divisor: &str| json!({"env": [{"name": "A", "valueFrom": {"resourceFieldRef": {"resource": name, "divisor": divisor}}}]});
    let file = |volume: &str, path: &str| {
        let reference = json!({"volumeName": volume, "path": path, "key": "A"});
        json!({
            "volumes": [{"name": "files", "emptyDir": {}}, {"name": "host", "hostPath": {"path": "/"}}],
            "containers": [{"name": "main", "image": "x", "env": [{"name": "A", "valueFrom": {"fileKeyRef": reference}}]}],
        })
    };
    let file_path = "spec.containers[0].env[0].valueFrom.fileKeyRef";
    let path = "@env[0].valueFrom.fieldRef.fieldPath";
    refused(&[
        (Container, json!({"env": [{"name": "A B", "value": "x"}]}), &[]),
        (Container, json!({"env": [{"name": "A=B", "value": "x"}]}), &["Invalid @env[0].name"]),
        (
            Container,
            json!({"env": [{"name": "A", "value": "x", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}]}),
            &["Invalid @env[0].valueFrom"],
        ),
        (Container, field("spec.host"), &[]),
        (Container, field("spec.schedulerName"), &[&format!("NotSupported {path}")]),
        (Container, field("metadata.labels['a/b']"), &[]),
        (Container, field("metadata.labels['a/B/c']"), &["Invalid @env[0].valueFrom.fieldRef"]),
        (Container, field("metadata.annotations['EXAMPLE.com/b']"), &[]),
        (Container, field("metadata.name['a']"), &[&format!("Invalid {path}")]),
        (Container, resource("limits.hugepages-2Mi", "1Mi"), &[]),
        (Container, resource("limits.hugepages-2Mi", "3"), &["Invalid @env[0].valueFrom.resourceFieldRef.divisor"]),
        (Container, resource("requests.cpu", "1000m"), &[]),
        (Container, resource("requests.memory", "1m"), &["Invalid @env[0].valueFrom.resourceFieldRef.divisor"]),
        (Spec, file("files", "a/b"), &[]),
        (Spec, file("host", "a/b"), &[&format!("Invalid {file_path}.volumeName")]),
        (Spec, file("other", "../b"), &[&format!("NotFound {file_path}.volumeName"), &format!("Invalid {file_path}.path")]),
        (
            Container,
            json!({"envFrom": [{"prefix": "=", "secretRef": {"name": "s"}, "configMapRef": {"name": "c"}}]}),
            &["Invalid @envFrom", "Invalid @envFrom[0].prefix"],
        ),
    ]);
}

#[test]
fn amounts() {
    refused(&[
        (Container, json!({"resources": {"limits": {"hugepages-2Mi": "4Mi"}}}), &["Forbidden @resources"]),
        (
            Container,
            json!({"resources": {"limits": {"hugepages-2Mi": "3Mi", "cpu": "1"}}}),
            &["Invalid @resources.limits[hugepages-2Mi]", "Invalid @resources.requests[hugepages-2Mi]"],
        ),
        (Container, json!({"resources": {"requests": {"hugepages-2Mi": "2Mi", "cpu": "1"}}}), &["Required @resources.limits"]),
        (
            Container,
            json!({"resources": {"limits": {"a.example/gpu": "1500m"}, "requests": {"a.example/gpu": "1"}}}),
            &["Invalid @resources.limits[a.example/gpu]", "Invalid @resources.requests"],
        ),
        (
            Container,
            json!({"resources": {"claims": [{"name": "gpu"}, {}]}}),
            &["NotFound @resources.claims[0]", "Required @resources.claims[1]"],
        ),
        (
            Container,
            json!({"resizePolicy": [{"resourceName": "cpu", "restartPolicy": "NotRequired"}, {"resourceName": "cpu"}]}),
            &["Duplicate @resizePolicy[1]", "Required @resizePolicy"],
        ),
        (
            Container,
            json!({"resizePolicy": [{"resourceName": "disk", "restartPolicy": "NotRequired"}]}),
            &["NotSupported @resizePolicy"],
        ),
        (Spec, json!({"overhead": {"hugepages-2Mi": "2Mi"}}), &["Forbidden spec.overhead"]),
        (Spec, json!({"overhead": {"cpu": "-1"}}), &["Invalid spec.overhead.limits[cpu]"]),
        (
            Spec,
            json!({"resources": {"limits": {"cpu": "1", "hugepages-2Mi": "2Mi", "ephemeral-storage": "1"}}}),
            &["NotSupported spec.resources.limits[ephemeral-storage]"],
        ),
        (Spec, json!({"resources": {"claims": []}}), &["Forbidden spec.resources.claims"]),
        (
            Spec,
            json!({"resourceClaims": [{"name": "a", "resourceClaimName": "x"}, {"name": "a"}]}),
            &["Duplicate spec.resourceClaims[1].name", "Invalid spec.resourceClaims[1]"],
        ),
        (Spec, pod_level("3", "1"), &["Invalid spec.resources.requests[cpu]"]),
        (Spec, pod_level("1", "3"), &["Invalid spec.resources.containers[0][cpu].limits"]),
    ]);
}

/// A pod that may have 2 cpus, with a container of this request and limit beside an idle one.
fn pod_level(request: &str, limit: &str) -> Value {
    let busy = json!({"requests": {"cpu": request}});
    let greedy = json!({"requests": {"cpu": "0"}, "limits": {"cpu": limit}});
    json!({
        "resources": {"requests": {"cpu": "2"}, "limits": {"cpu": "2"}},
        "containers": [{"name": "a", "image": "x", "resources": greedy}, {"name": "b", "image": "x", "resources": busy}],
    })
}

#[test]
fn contexts() {
    let windows = |options: Value| json!({"securityContext": {"windowsOptions": options}});
    let sysctl = |name: &str| json!({"hostIPC": true, "securityContext": {"sysctls": [{"name": name, "value": "1"}]}});
    refused(&[
        (Container, json!({"securityContext": {"procMount": "Unmasked"}}), &["Invalid @securityContext.procMount"]),
        (
            Container,
            json!({"securityContext": {"privileged": true, "allowPrivilegeEscalation": false}}),
            &["Invalid @securityContext"],
        ),
        (
            Container,
            json!({"securityContext": {"capabilities": {"add": ["CAP_SYS_ADMIN"]}, "allowPrivilegeEscalation": false}}),
            &["Invalid @securityContext"],
        ),
        (
            Container,
            json!({"securityContext": {"seccompProfile": {"type": "Localhost", "localhostProfile": "/a"}}}),
            &["Invalid @securityContext.seccompProfile.localhostProfile"],
        ),
        (
            Container,
            json!({"securityContext": {"appArmorProfile": {"type": "Unconfined", "localhostProfile": "a"}}}),
            &["Invalid @securityContext.appArmorProfile.localhostProfile"],
        ),
        (
            Container,
            windows(json!({"runAsUserName": "CORP\\me", "gmsaCredentialSpec": ""})),
            &["Invalid @securityContext.windowsOptions.gmsaCredentialSpec"],
        ),
        (Container, windows(json!({"runAsUserName": "a\\b\\c"})), &["Invalid @securityContext.windowsOptions.runAsUserName"]),
        (Container, windows(json!({"runAsUserName": "..."})), &["Invalid @securityContext.windowsOptions.runAsUserName"]),
        (Spec, windows(json!({"hostProcess": true})), &["Invalid spec.hostNetwork"]),
        (Spec, sysctl("kernel.shm_rmid_forced"), &["Invalid spec.securityContext.sysctls[0].name"]),
        (Spec, sysctl("fs/mqueue/msg_max"), &["Invalid spec.securityContext.sysctls[0].name"]),
        (Spec, sysctl("net.core.somaxconn"), &[]),
        (
            Spec,
            json!({"securityContext": {"seLinuxChangePolicy": "MountOption"}}),
            &["NotSupported spec.securityContext.seLinuxChangePolicy"],
        ),
        (Spec, json!({"hostPID": true, "shareProcessNamespace": true}), &["Invalid spec.securityContext.shareProcessNamespace"]),
        (Spec, json!({"hostPID": true, "hostUsers": false}), &["Forbidden spec.HostPID"]),
    ]);
}

#[test]
fn systems() {
    refused(&[
        (
            Spec,
            json!({"os": {"name": "linux"}, "securityContext": {"windowsOptions": {}}}),
            &["Forbidden spec.securityContext.windowsOptions"],
        ),
        (
            Spec,
            json!({"os": {"name": "windows"}, "hostPID": true, "hostUsers": true, "securityContext": {"fsGroup": 1}}),
            &["Forbidden spec.hostPID", "Forbidden spec.hostUsers", "Forbidden spec.securityContext.fsGroup"],
        ),
    ]);
}

#[test]
fn names_and_networks() {
    refused(&[
        (Spec, json!({"dnsPolicy": "None"}), &["Required spec.dnsConfig"]),
        (Spec, json!({"dnsPolicy": "None", "dnsConfig": {"options": [{}]}}), &["Required spec.dnsConfig.nameservers"]),
        (
            Spec,
            json!({"dnsConfig": {"nameservers": ["1.1.1.1", "1.1.1.1", "1.1.1.1", "1.1.1.1"]}}),
            &["Invalid spec.dnsConfig.nameservers"],
        ),
        (Spec, json!({"dnsConfig": {"searches": [".", "a.b.", "_tcp.a"]}}), &[]),
        (Spec, json!({"hostnameOverride": "a.b", "setHostnameAsFQDN": true}), &["Forbidden spec.setHostnameAsFQDN"]),
        (Spec, json!({"runtimeClassName": ""}), &["Invalid spec.runtimeClassName"]),
        (
            Spec,
            json!({"nodeName": "n", "schedulingGates": [{"name": "a"}, {"name": "a"}]}),
            &["Duplicate spec.schedulingGates[1]", "Forbidden spec.nodeName"],
        ),
        (
            Spec,
            json!({"hostNetwork": true, "containers": [{"name": "a", "image": "a", "ports": [{"containerPort": 80, "hostPort": 81}]}]}),
            &["Invalid spec.containers[0].ports[0].hostPort"],
        ),
        (
            Spec,
            json!({"initContainers": [{"name": "a", "image": "a"}, {"name": "b", "image": "b", "ports": [
                {"containerPort": 80, "hostPort": 81}, {"containerPort": 90, "hostPort": 81}]}]}),
            &["Duplicate spec.initContainers[0].ports[1].hostPort"],
        ),
        (
            Spec,
            json!({"volumes": [{"name": "v", "projected": {"sources": [{"serviceAccountToken": {"path": "t"}}]}}]}),
            &["Forbidden spec.volumes[0].projected.sources[0].serviceAccountToken"],
        ),
    ]);
}

#[test]
fn annotations() {
    refused(&[
        (
            Annotations,
            json!({"kubernetes.io/config.mirror": "x"}),
            &["Invalid metadata.annotations[kubernetes.io/config.mirror]"],
        ),
        (Annotations, json!({"controller.kubernetes.io/pod-deletion-cost": "-5"}), &[]),
        (
            Annotations,
            json!({"controller.kubernetes.io/pod-deletion-cost": "+5"}),
            &["Invalid metadata.annotations[controller.kubernetes.io/pod-deletion-cost]"],
        ),
        (
            Annotations,
            json!({"container.apparmor.security.beta.kubernetes.io/other": "localhost/x"}),
            &["Invalid metadata.annotations[container.apparmor.security.beta.kubernetes.io/other]"],
        ),
        (
            Annotations,
            json!({"seccomp.security.alpha.kubernetes.io/pod": "strict"}),
            &["Invalid metadata.annotations.seccomp.security.alpha.kubernetes.io/pod"],
        ),
        (Annotations, json!({"scheduler.alpha.kubernetes.io/tolerations": "[]"}), &[]),
        (Annotations, json!({"scheduler.alpha.kubernetes.io/tolerations": "{"}), &["Invalid metadata.annotations"]),
    ]);
}

#[test]
fn annotations_agree_with_fields() {
    let context =
        json!({"seccompProfile": {"type": "Unconfined"}, "appArmorProfile": {"type": "Localhost", "localhostProfile": "a"}});
    let mut pod = pod_with(Container, json!({"securityContext": context}));
    pod["metadata"]["annotations"] = json!({
        "container.seccomp.security.alpha.kubernetes.io/main": "runtime/default",
        "container.apparmor.security.beta.kubernetes.io/main": "localhost/b",
    });
    let expected = [
        "Forbidden spec.containers[0].securityContext.appArmorProfile.localhostProfile",
        "Forbidden spec.containers[0].securityContext.seccompProfile.type",
    ];
    assert_eq!(causes(&pod), expected.map(String::from).into());
    let mut template = json!({"metadata": pod["metadata"], "spec": pod["spec"]});
    template["metadata"]["labels"] = json!({"a": "b"});
    let set = json!({"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": {"name": "p"},
        "spec": {"selector": {"matchLabels": {"a": "b"}}, "template": template}});
    assert_eq!(causes(&set), expected.map(|it| it.replace(" spec.", " spec.template.spec.")).into());
}

#[test]
fn older_servers() {
    let refused_on = |minor: u8, object: &Value| {
        let options = Options::of(Version(minor));
        let checked = check("object.json".into(), object.to_string(), options);
        checked
            .findings
            .iter()
            .filter(|found| found.severity == Severity::Error)
            .map(|found| found.field.clone())
            .collect::<Vec<_>>()
    };
    let on = |minor: u8, fields: Value| refused_on(minor, &pod_with(Container, fields));
    let name = json!({"env": [{"name": "1 A", "value": "x"}]});
    assert_eq!((on(31, name.clone()).len(), on(32, name).len()), (1, 0));
    let pause = json!({"lifecycle": {"preStop": {"sleep": {"seconds": 0}}}});
    assert_eq!((on(32, pause.clone()).len(), on(33, pause).len()), (1, 0));
    let policy = json!({"restartPolicy": "Never"});
    assert_eq!(on(34, policy.clone()), ["spec.containers[0].restartPolicy"]);
    assert_eq!(on(35, policy), [""; 0]);
    let open = json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "a"},
        "spec": {"type": "LoadBalancer", "ports": [{"port": 10250}]}});
    assert_eq!((refused_on(32, &open), refused_on(33, &open)), (vec!["spec.ports[0]".to_string()], vec![]));
    // What the server drops it does not refuse.
    let resize = json!({"resizePolicy": [{"resourceName": "disk", "restartPolicy": "NotRequired"}]});
    assert_eq!((on(32, resize.clone()).len(), on(33, resize).len()), (0, 1));
}

/// Holds each case to what is said about it; `@` in a path stands for the container it goes into.
fn refused(cases: &[(Place, Value, &[&str])]) {
    for (into, fields, expected) in cases {
        let list = match into {
            Init => "spec.initContainers[0].",
            Ephemeral => "spec.ephemeralContainers[0].",
            _ => "spec.containers[0].",
        };
        let expected: BTreeSet<String> = expected.iter().map(|cause| cause.replace('@', list)).collect();
        assert_eq!(causes(&pod_with(*into, fields.clone())), expected, "{fields}");
    }
}

fn pod_with(into: Place, fields: Value) -> Value {
    let container = |fields: &Value| merged(json!({"name": "new", "image": "registry.example/app:1"}), fields);
    let mut pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": {}});
    pod["spec"]["containers"] = json!([container(&json!({"name": "main"}))]);
    match into {
        Spec => pod["spec"] = merged(pod["spec"].take(), &fields),
        Container => pod["spec"]["containers"] = json!([container(&merged(json!({"name": "main"}), &fields))]),
        Init => pod["spec"]["initContainers"] = json!([container(&fields)]),
        Ephemeral => pod["spec"]["ephemeralContainers"] = json!([container(&fields)]),
        Annotations => pod["metadata"]["annotations"] = fields,
    }
    pod
}

fn merged(base: Value, fields: &Value) -> Value {
    let entries = |value: &Value| value.as_object().cloned().unwrap_or_default();
    Value::Object(entries(&base).into_iter().chain(entries(fields)).collect::<Map<_, _>>())
}

/// What is refused about `object`, as `Cause path`.
pub fn causes(object: &Value) -> BTreeSet<String> {
    causes_on(Version::default(), object)
}

/// The same on a server of `version`.
pub fn causes_on(version: Version, object: &Value) -> BTreeSet<String> {
    let checked = check("pod.json".into(), object.to_string(), Options::of(version));
    let errors = checked.findings.iter().filter(|finding| finding.severity == Severity::Error);
    errors
        .map(|finding| {
            let cause = finding.cause.map_or(String::new(), |cause| format!("{cause:?}"));
            format!("{} {}", cause.trim_start_matches("FieldValue"), finding.field)
        })
        .collect()
}
