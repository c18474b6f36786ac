//! What the server refuses about metadata, workloads, Jobs, Services and configuration, for the branches of its validation that
//! the recorded verdicts do not reach.

use crate::others::refused;

const POD: &str = "metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: i}]";

#[test]
fn metadata() {
    refused(
        "v1",
        "ConfigMap",
        &[
            ("metadata: {generateName: a-}", &[]),
            ("metadata: {generateName: a--}", &[]),
            ("metadata: {generateName: A}", &["Invalid metadata.generateName", "Invalid metadata.name"]),
            ("metadata: {name: a, namespace: B}", &["Invalid metadata.namespace"]),
            ("metadata: {name: a, annotations: {Example.com/A: b}}", &[]),
            ("metadata: {name: a, annotations: {a/b/c: d}}", &["Invalid metadata.annotations"]),
            ("metadata: {name: a, labels: {a/b/c: d, e: -f}}", &["Invalid metadata.labels"]),
            ("metadata: {name: a, finalizers: [a]}", &["Invalid metadata.finalizers[0]"]),
            ("metadata: {name: a, finalizers: [orphan, foregroundDeletion]}", &["Invalid metadata.finalizers"]),
            ("metadata: {name: a, ownerReferences: [{apiVersion: v1, kind: Pod, name: b, uid: c, controller: true}]}", &[]),
            (
                "metadata: {name: a, ownerReferences: [{apiVersion: a/b/c, kind: '', name: '', uid: ''}]}",
                &[
                    "Invalid metadata.ownerReferences.apiVersion",
                    "Invalid metadata.ownerReferences.kind",
                    "Invalid metadata.ownerReferences.name",
                    "Invalid metadata.ownerReferences.uid",
                ],
            ),
            (
                "metadata: {name: a, ownerReferences: [{apiVersion: v1, kind: Event, name: b, uid: c}]}",
                &["Invalid metadata.ownerReferences"],
            ),
            ("metadata: {name: a, managedFields: [{manager: b}]}", &[]),
        ],
    );
}

#[test]
fn configuration() {
    refused(
        "v1",
        "ConfigMap",
        &[
            ("data: {a b: c, ..: d}", &["Invalid data[a b]", "Invalid data[..]"]),
            ("data: {a: b}\nbinaryData: {a: Yg==}", &["Invalid data[a]"]),
        ],
    );
    refused(
        "v1",
        "Secret",
        &[
            ("data: {a b: Yg==}", &["Invalid data[a b]"]),
            ("stringData: {a b: c}", &["Invalid data[a b]"]),
            ("type: kubernetes.io/service-account-token", &["Required metadata.annotations[kubernetes.io/service-account.name]"]),
            ("type: kubernetes.io/dockercfg\nstringData: {.dockercfg: '[]'}", &["Invalid data[.dockercfg]"]),
            ("type: kubernetes.io/dockercfg\nstringData: {.dockercfg: '{}'}", &[]),
            ("type: kubernetes.io/ssh-auth\ndata: {ssh-privatekey: ''}", &["Required data[ssh-privatekey]"]),
        ],
    );
}

#[test]
fn workloads() {
    let deployment = |fields: &str| {
        format!("metadata: {{name: a}}\nspec: {{selector: {{matchLabels: {{a: b}}}}, template: {{{POD}}}}}, {fields}}}")
    };
    for (fields, expected) in [
        ("progressDeadlineSeconds: 5, minReadySeconds: 5", &["Invalid spec.progressDeadlineSeconds"] as &[&str]),
        ("strategy: {rollingUpdate: {maxUnavailable: 0, maxSurge: 0%}}", &["Invalid spec.strategy.rollingUpdate.maxUnavailable"]),
        ("strategy: {rollingUpdate: {maxUnavailable: 0, maxSurge: 150%}}", &[]),
        ("strategy: {rollingUpdate: {maxSurge: 1.5%}}", &["Invalid spec.strategy.rollingUpdate.maxSurge"]),
    ] {
        refused("apps/v1", "Deployment", &[(&deployment(fields), expected)]);
    }
    let disk = "metadata: {name: a}\nspec: {replicas: 2, selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {\
                activeDeadlineSeconds: 1, restartPolicy: Never, volumes: [{name: d, gcePersistentDisk: {pdName: e}}], \
                containers: [{name: c, image: i}]}}}";
    // The disk need not be read-only, as it had to be once.
    let expected = ["NotSupported spec.template.spec.restartPolicy", "Forbidden spec.template.spec.activeDeadlineSeconds"];
    refused("apps/v1", "ReplicaSet", &[(disk, &expected)]);
    let daemons = |rolling: &str| {
        format!(
            "metadata: {{name: a}}\nspec: {{selector: {{matchLabels: {{a: b}}}}, template: {{{POD}}}}}, updateStrategy: {{rollingUpdate: {{{rolling}}}}}}}"
        )
    };
    for (rolling, expected) in [
        ("maxUnavailable: 0", "Required spec.updateStrategy.rollingUpdate.maxUnavailable"),
        ("maxUnavailable: 101%", "Invalid spec.updateStrategy.rollingUpdate.maxUnavailable"),
        ("maxSurge: 1", "Invalid spec.updateStrategy.rollingUpdate.maxSurge"),
    ] {
        refused("apps/v1", "DaemonSet", &[(&daemons(rolling), &[expected])]);
    }
    let controller = format!("metadata: {{name: a}}\nspec: {{selector: {{a: c}}, template: {{{POD}}}}}}}");
    refused("v1", "ReplicationController", &[(&controller, &["Invalid spec.template.metadata.labels"])]);
}

#[test]
fn claims_of_stateful_sets() {
    let set = |claims: &str, volumes: &str| {
        let mounts = "volumeMounts: [{name: data, mountPath: /data}]";
        format!(
            "metadata: {{name: a}}\nspec: {{selector: {{matchLabels: {{a: b}}}}, volumeClaimTemplates: [{claims}], template: \
             {{metadata: {{labels: {{a: b}}}}, spec: {{volumes: [{volumes}], containers: [{{name: c, image: i, {mounts}}}]}}}}}}"
        )
    };
    let claim = "{metadata: {name: data}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}";
    let twice = format!("{claim}, {claim}");
    for (claims, volumes, expected) in [
        (claim, "", &[] as &[&str]),
        (claim, "{name: data, emptyDir: {}, hostPath: {path: /}}", &[]),
        (claim, "{name: Other}", &["Invalid spec.template.spec.volumes[1].name"]),
        (&twice, "", &["Duplicate spec.template.spec.volumes[1].name"]),
    ] {
        refused("apps/v1", "StatefulSet", &[(&set(claims, volumes), expected)]);
    }
}

#[test]
fn jobs() {
    let job = |fields: &str| {
        format!(
            "metadata: {{name: a}}\nspec: {{{fields}, template: {{spec: {{restartPolicy: Never, containers: [{{name: c, image: i}}]}}}}}}"
        )
    };
    let many = "completionMode: Indexed, completions: 100001, backoffLimitPerIndex: 1";
    for (fields, expected) in [
        ("completionMode: Indexed, parallelism: 1", &["Required spec.completions"] as &[&str]),
        ("managedBy: a", &["Invalid spec.managedBy"]),
        ("managedBy: example.com/a", &[]),
        ("completionMode: Indexed, completions: 1, parallelism: 100001", &["Invalid spec.parallelism"]),
        (many, &["Required spec.maxFailedIndexes"]),
        (
            &format!("{many}, maxFailedIndexes: 10001, parallelism: 10001"),
            &["Invalid spec.maxFailedIndexes", "Invalid spec.parallelism"],
        ),
        ("podFailurePolicy: {rules: [{action: Ignore, onExitCodes: {operator: NotIn, values: [0]}}]}", &[]),
        (
            "podFailurePolicy: {rules: [{action: Ignore, onExitCodes: {operator: In, values: [1]}, onPodConditions: [{type: A}]}]}",
            &["Invalid spec.podFailurePolicy.rules[0]"],
        ),
        ("podFailurePolicy: {rules: []}, podReplacementPolicy: TerminatingOrFailed", &["NotSupported spec.podReplacementPolicy"]),
    ] {
        refused("batch/v1", "Job", &[(&job(fields), expected)]);
    }
}

#[test]
fn selectors_of_jobs() {
    let job = |fields: &str, labels: &str| {
        let pod = "spec: {restartPolicy: Never, containers: [{name: c, image: i}]}";
        format!("metadata: {{name: a}}\nspec: {{{fields} template: {{metadata: {{labels: {{{labels}}}}}, {pod}}}}}")
    };
    let labels = |key: &str| format!("spec.template.metadata.labels{key}");
    let uids = ["batch.kubernetes.io/controller-uid", "controller-uid"];
    let required = |key: &str| format!("Required {}", labels(&format!("[{key}]")));
    for (fields, own, expected) in [
        ("selector: {matchLabels: {job-name: a}},", "", vec![]),
        ("selector: {matchExpressions: [{key: controller-uid, operator: Exists}]},", "", vec![]),
        ("selector: {matchLabels: {v: w}},", "v: w", vec!["Invalid spec.selector".into()]),
        ("selector: {matchLabels: {v: w}},", "", vec!["Invalid spec.selector".into(), format!("Invalid {}", labels(""))]),
        ("", "job-name: a", vec![]),
        ("", "job-name: b", vec!["Required spec.selector".into(), format!("Invalid {}", labels(""))]),
        ("", "controller-uid: b", vec!["Required spec.selector".into(), format!("Invalid {}", labels(""))]),
        (
            "selector: {matchLabels: {job-name: b}},",
            "job-name: b",
            vec![
                "Invalid spec.selector".into(),
                format!("Invalid {}", labels("[job-name]")),
                required("batch.kubernetes.io/job-name"),
                required(uids[0]),
                required(uids[1]),
            ],
        ),
        ("manualSelector: true,", "", vec!["Required spec.selector".into(), format!("Invalid {}", labels(""))]),
        ("manualSelector: true, selector: {matchLabels: {v: w}},", "v: w", vec![]),
        ("manualSelector: true, selector: {matchLabels: {v: w}},", "v: u", vec![format!("Invalid {}", labels(""))]),
    ] {
        let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
        refused("batch/v1", "Job", &[(&job(fields, own), &expected)]);
    }
}

#[test]
fn addresses_of_services() {
    let service = |fields: &str| format!("metadata: {{name: a}}\nspec: {{{fields}}}");
    for (fields, expected) in [
        ("clusterIP: 10.0.0.1, clusterIPs: [10.0.0.2], ports: [{port: 1}]", &["Invalid spec.clusterIPs"] as &[&str]),
        ("clusterIPs: [10.0.0.2], ports: [{port: 1}]", &["Invalid spec.clusterIPs"]),
        ("clusterIP: None, clusterIPs: [None, 10.0.0.1]", &["Invalid spec.clusterIPs"]),
        ("clusterIP: 10.0.0.1, clusterIPs: [10.0.0.1, 10.0.0.2], ports: [{port: 1}]", &["Invalid spec.clusterIPs"]),
        ("clusterIP: 'fd00::1', ports: [{port: 1}]", &["Invalid spec.clusterIPs[0]"]),
        ("clusterIP: 10.0.0.1, ipFamilies: [IPv6], ports: [{port: 1}]", &["Invalid spec.clusterIPs[0]"]),
        ("ipFamilies: [IPv4, IPv4], ports: [{port: 1}]", &["Duplicate spec.ipFamilies[1]"]),
        ("ipFamilies: [IPv6], ports: [{port: 1}]", &["Invalid spec.ipFamilies[0]"]),
        ("clusterIP: None, ipFamilyPolicy: RequireDualStack", &[]),
        ("clusterIP: None, selector: {a: b}, ipFamilyPolicy: RequireDualStack", &["Invalid spec.ipFamilyPolicy"]),
        ("type: NodePort, clusterIP: None, ports: [{port: 1}]", &["Invalid spec.clusterIPs[0]"]),
        ("type: ExternalName, clusterIP: None, externalName: a.b.", &["Forbidden spec.clusterIPs"]),
        (
            "externalIPs: [127.0.0.1, 'ff02::1', 1.2.3.4], ports: [{port: 1}]",
            &["Invalid spec.externalIPs[0]", "Invalid spec.externalIPs[1]"],
        ),
    ] {
        refused("v1", "Service", &[(&service(fields), expected)]);
    }
}

#[test]
fn cron_jobs_leave_selectors_to_the_server() {
    let pod = "metadata: {labels: {a: b}}, spec: {restartPolicy: Never, containers: [{name: c, image: i}]}";
    let cron = |fields: &str| {
        format!("metadata: {{name: a}}\nspec: {{schedule: '* * * * *', jobTemplate: {{spec: {{{fields} template: {{{pod}}}}}}}}}")
    };
    for (fields, expected) in [
        ("", &[] as &[&str]),
        ("selector: {matchLabels: {a: b}},", &["Invalid spec.jobTemplate.spec.selector"]),
        (
            "manualSelector: true, selector: {},",
            &["NotSupported spec.jobTemplate.spec.manualSelector", "Invalid spec.jobTemplate.spec.selector"],
        ),
    ] {
        refused("batch/v1", "CronJob", &[(&cron(fields), expected)]);
    }
}

#[test]
fn ports_and_traffic_of_services() {
    let service = |fields: &str| format!("metadata: {{name: a}}\nspec: {{ports: [{{port: 1}}], {fields}}}");
    for (fields, expected) in [
        ("type: LoadBalancer, ports: [{port: 10250}]", &["DuplicateField spec.ports"] as &[&str]),
        (
            "type: LoadBalancer, loadBalancerSourceRanges: [' 10.0.0.0/8 ', 10.0.0.1]",
            &["Invalid spec.LoadBalancerSourceRanges[1]"],
        ),
        ("type: NodePort, externalTrafficPolicy: local", &["NotSupported spec.externalTrafficPolicy"]),
        ("type: NodePort, healthCheckNodePort: 30000", &["Invalid spec.healthCheckNodePort"]),
        (
            "sessionAffinity: ClientIP, sessionAffinityConfig: {clientIP: {timeoutSeconds: 86401}}",
            &["Invalid spec.sessionAffinityConfig.clientIP.timeoutSeconds"],
        ),
        ("trafficDistribution: PreferSameNode", &[]),
    ] {
        refused("v1", "Service", &[(&service(fields), expected)]);
    }
    let ports = |kind: &str, ports: &str| format!("metadata: {{name: a}}\nspec: {{type: {kind}, ports: [{ports}]}}");
    let shared = "{name: a, port: 53}, {name: b, port: 53, protocol: UDP}";
    let same = "{name: a, port: 53, nodePort: 30001}, {name: b, port: 54, nodePort: 30001}";
    refused(
        "v1",
        "Service",
        &[
            (&ports("NodePort", shared), &[]),
            (&ports("NodePort", same), &["Duplicate spec.ports[1].nodePort"]),
            (&ports("NodePort", &same.replace("54", "53")), &["Duplicate spec.ports[1]", "Duplicate spec.ports[1].nodePort"]),
        ],
    );
    let annotated = |ranges: &str, kind: &str| {
        let annotations = format!("service.beta.kubernetes.io/load-balancer-source-ranges: '{ranges}'");
        format!("metadata: {{name: a, annotations: {{{annotations}}}}}\nspec: {{type: {kind}, ports: [{{port: 1}}]}}")
    };
    let path = "metadata.annotations[service.beta.kubernetes.io/load-balancer-source-ranges]";
    refused(
        "v1",
        "Service",
        &[
            (&annotated("10.0.0.0/8, 10.1.0.0/16", "LoadBalancer"), &[]),
            (&annotated("10.0.0.0", "LoadBalancer"), &[&format!("Invalid {path}")]),
            (&annotated("", "ClusterIP"), &[&format!("Forbidden {path}")]),
        ],
    );
    let nearby = |mode: &str, hints: &str| {
        let [mode, hints] = [("mode", mode), ("aware-hints", hints)]
            .map(|(name, value)| format!("service.kubernetes.io/topology-{name}: {value}"));
        format!("metadata: {{name: a, annotations: {{{mode}, {hints}}}}}\nspec: {{ports: [{{port: 1}}]}}")
    };
    let path = "metadata.annotations[service.kubernetes.io/topology-mode]";
    refused("v1", "Service", &[(&nearby("Auto", "Auto"), &[]), (&nearby("Auto", "auto"), &[&format!("Invalid {path}")])]);
}
