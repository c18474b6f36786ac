//! What the server refuses about the kinds around workloads, for the branches of its validation that the recorded verdicts do
//! not reach.

use std::collections::BTreeSet;

use plimsoll::check::{Options, check};
use plimsoll::diagnostic::{Family, Severity};

/// Each case: what stands below `apiVersion`, `kind` and `metadata` of the object, and the refusals it gets.
pub fn refused(api_version: &str, kind: &str, cases: &[(&str, &[&str])]) {
    for (body, expected) in cases {
        let name = if body.contains("metadata:") { "" } else { "metadata: {name: a.b.c}\n" };
        let text = format!("apiVersion: {api_version}\nkind: {kind}\n{name}{body}\n");
        let checked = check("case.yaml".into(), text, Options::default());
        let errors = checked.findings.iter().filter(|found| found.family == Family::Api && found.severity == Severity::Error);
        let found: BTreeSet<String> = errors
            .map(|found| format!("{:?} {}", found.cause.expect("a cause"), found.field).replace("FieldValue", ""))
            .collect();
        let expected: BTreeSet<String> = expected.iter().map(|line| line.to_string()).collect();
        assert_eq!(found, expected, "{kind}: {body}");
    }
}

#[test]
fn ingresses() {
    let rule = |path: &str| format!("spec: {{rules: [{{http: {{paths: [{path}]}}}}]}}");
    let at = |cause: &str, field: &str| format!("{cause} spec.rules[0].http.paths[0].{field}");
    for (path, expected) in [
        ("{path: /a, pathType: Prefix, backend: {service: {name: a, port: {number: 1, name: a}}}}", at("Invalid", "backend")),
        ("{path: /a/., pathType: Exact, backend: {service: {name: a, port: {number: 1}}}}", at("Invalid", "path")),
        ("{path: /a%2fb, pathType: Exact, backend: {service: {name: a, port: {number: 1}}}}", at("Invalid", "path")),
        ("{path: a, pathType: ImplementationSpecific, backend: {service: {name: a, port: {number: 1}}}}", at("Invalid", "path")),
        (
            "{pathType: ImplementationSpecific, backend: {resource: {kind: A, name: a}, service: {name: a, port: {number: 1}}}}",
            at("Invalid", "backend"),
        ),
    ] {
        refused("networking.k8s.io/v1", "Ingress", &[(&rule(path), &[&expected])]);
    }
    refused(
        "networking.k8s.io/v1",
        "Ingress",
        &[
            (
                "metadata: {name: a, annotations: {kubernetes.io/ingress.class: a}}\n\
                 spec: {ingressClassName: b, defaultBackend: {service: {name: a, port: {number: 1}}}}",
                &["Invalid annotations.kubernetes.io/ingress.class"],
            ),
            (
                "spec: {rules: [{host: 1.2.3.4}], tls: [{hosts: ['*.a.b', '*']}]}",
                &["Invalid spec.rules[0].host", "Invalid spec.tls[0].hosts[1]"],
            ),
        ],
    );
    refused(
        "networking.k8s.io/v1",
        "IngressClass",
        &[
            (
                "spec: {controller: a.b/c, parameters: {kind: A, name: a, scope: Cluster, namespace: b}}",
                &["Forbidden spec.parameters.namespace"],
            ),
            ("spec: {controller: a.b/c, parameters: {kind: A, name: a}}", &[]),
        ],
    );
}

#[test]
fn network_policies() {
    refused(
        "networking.k8s.io/v1",
        "NetworkPolicy",
        &[
            (
                "spec: {ingress: [{from: [{podSelector: {}, ipBlock: {cidr: 10.0.0.0/8}}]}]}",
                &["Forbidden spec.ingress[0].from[0]"],
            ),
            ("spec: {egress: [{ports: [{port: http, endPort: 90}]}]}", &["Invalid spec.egress[0].ports[0].endPort"]),
            ("spec: {ingress: [{from: [{ipBlock: {cidr: '::/0', except: ['2001:db8::/32']}}]}]}", &[]),
            (
                "spec: {ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.0.0.0/8, 10.1.0.0/16, 11.0.0.0/9]}}]}]}",
                &["Invalid spec.ingress[0].from[0].ipBlock.except[0]", "Invalid spec.ingress[0].from[0].ipBlock.except[2]"],
            ),
            ("spec: {ingress: [{from: [{ipBlock: {cidr: 010.0.0.0/8}}]}]}", &["Invalid spec.ingress[0].from[0].ipBlock.cidr"]),
            ("spec: {policyTypes: [Ingress, Egress, Egress]}", &["Invalid spec.policyTypes"]),
        ],
    );
    refused(
        "networking.k8s.io/v1",
        "ServiceCIDR",
        &[
            ("spec: {cidrs: []}", &["Required spec.cidrs"]),
            ("spec: {cidrs: [10.0.0.0/24, 'fd00::/112']}", &[]),
            ("spec: {cidrs: [10.0.0.0/24, 10.0.1.0/24]}", &["Invalid spec.cidrs"]),
        ],
    );
    refused(
        "networking.k8s.io/v1",
        "IPAddress",
        &[
            ("metadata: {name: 10.0.0.1}\nspec: {parentRef: {resource: services, name: a}}", &[]),
            ("metadata: {name: 'FD00::1'}\nspec: {}", &["Invalid metadata.name", "Required spec.parentRef"]),
        ],
    );
}

#[test]
fn roles() {
    refused(
        "rbac.authorization.k8s.io/v1",
        "Role",
        &[
            ("rules: [{nonResourceURLs: [/a], verbs: [get]}]", &["Invalid rules[0].nonResourceURLs"]),
            ("rules: [{apiGroups: [''], resources: [a, b], resourceNames: [c], verbs: [get]}]", &[]),
        ],
    );
    refused(
        "rbac.authorization.k8s.io/v1",
        "ClusterRole",
        &[
            ("rules: [{nonResourceURLs: [/a], resources: [b], verbs: [get]}]", &["Invalid rules[0].nonResourceURLs"]),
            (
                "aggregationRule: {clusterRoleSelectors: [{matchExpressions: [{key: a, operator: In}]}]}",
                &[
                    "Required aggregationRule.clusterRoleSelectors[0].matchExpressions[0].values",
                    "Invalid aggregationRule.clusterRoleSelectors[0]",
                ],
            ),
        ],
    );
    refused(
        "rbac.authorization.k8s.io/v1",
        "ClusterRoleBinding",
        &[
            (
                "roleRef: {kind: Role, name: a%b, apiGroup: rbac}",
                &["NotSupported roleRef.kind", "NotSupported roleRef.apiGroup", "Invalid roleRef.name"],
            ),
            (
                "roleRef: {kind: ClusterRole, name: a}\nsubjects: [{kind: ServiceAccount, name: A, apiGroup: b}]",
                &["Invalid subjects[0].name", "NotSupported subjects[0].apiGroup", "Required subjects[0].namespace"],
            ),
        ],
    );
}

#[test]
fn autoscalers() {
    let target = "scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: a}, maxReplicas: 3";
    let cases = [
        (
            "metrics: [{type: Pods, pods: {metric: {name: a}, target: {type: Value, averageValue: 1}}, resource: {}}]",
            vec!["Forbidden spec.metrics[0].resource"],
        ),
        (
            "metrics: [{type: External, external: {metric: {name: a/b}, target: {type: Value, value: 1, averageValue: 1}}}]",
            vec!["Forbidden spec.metrics[0].external.target.value", "Invalid spec.metrics[0].external.metric.name"],
        ),
        (
            "metrics: [{type: Resource, resource: {name: cpu, target: {type: Value, averageUtilization: 1, averageValue: 1}}}]",
            vec!["Forbidden spec.metrics[0].resource.target.averageValue"],
        ),
        ("minReplicas: 0", vec!["Invalid spec.minReplicas", "Forbidden spec.metrics"]),
        ("behavior: {scaleUp: {tolerance: -1}}", vec!["Invalid spec.behavior.scaleUp.tolerance"]),
        (
            "behavior: {scaleUp: {stabilizationWindowSeconds: 3601}}",
            vec!["Invalid spec.behavior.scaleUp.stabilizationWindowSeconds"],
        ),
    ];
    for (fields, expected) in cases {
        refused("autoscaling/v2", "HorizontalPodAutoscaler", &[(&format!("spec: {{{target}, {fields}}}"), &expected)]);
    }
    let legacy = "spec: {maxReplicas: 1, scaleTargetRef: {apiVersion: v1, kind: ReplicationController, name: a}}";
    refused("autoscaling/v2", "HorizontalPodAutoscaler", &[(legacy, &[])]);
    let v1 = format!("spec: {{{target}, minReplicas: 0, targetCPUUtilizationPercentage: 0}}");
    let expected: &[&str] =
        &["Invalid spec.minReplicas", "Forbidden spec.metrics", "Invalid spec.metrics[0].resource.target.averageUtilization"];
    refused("autoscaling/v1", "HorizontalPodAutoscaler", &[(&v1, expected)]);
}

#[test]
fn budgets() {
    refused(
        "policy/v1",
        "PodDisruptionBudget",
        &[
            ("spec: {minAvailable: 1, maxUnavailable: 1}", &["Invalid spec"]),
            ("spec: {minAvailable: 101%}", &["Invalid spec.minAvailable"]),
            ("spec: {maxUnavailable: '5'}", &["Invalid spec.maxUnavailable"]),
            // Metadata is looked at only where the spec is fine.
            ("metadata: {name: a/b}\nspec: {maxUnavailable: -1}", &["Invalid spec.maxUnavailable"]),
            ("metadata: {name: a/b, labels: {a: /}}", &["Invalid metadata.name", "Invalid metadata.labels"]),
        ],
    );
}

#[test]
fn quotas() {
    refused(
        "v1",
        "ResourceQuota",
        &[
            ("spec: {hard: {cpu: 1}, scopes: [BestEffort]}", &["Invalid spec.scopes"]),
            ("spec: {hard: {pods: 1}, scopes: [BestEffort, NotBestEffort]}", &["Invalid spec.scopes"]),
            ("spec: {hard: {requests.storage: 1}, scopes: [VolumeAttributesClass]}", &[]),
            ("spec: {hard: {pods: 1500m, nvidia.com/gpu: 1, requests.nvidia.com/gpu: 1}}", &["Invalid spec.hard[pods]"]),
            (
                "spec: {scopeSelector: {matchExpressions: [{scopeName: Terminating, operator: In, values: [a]}]}}",
                &["Invalid spec.scopeSelector.matchExpressions.operator"],
            ),
            (
                "spec: {hard: {services: 1}, scopeSelector: {matchExpressions: [{scopeName: PriorityClass, operator: Exists}]}}",
                &["Invalid spec.scopeSelector.matchExpressions"],
            ),
        ],
    );
    refused(
        "v1",
        "LimitRange",
        &[
            (
                "spec: {limits: [{type: Pod, default: {cpu: 1}, defaultRequest: {cpu: 2}}]}",
                &["Forbidden spec.limits[0].default", "Forbidden spec.limits[0].defaultRequest"],
            ),
            ("spec: {limits: [{type: PersistentVolumeClaim}]}", &["Required spec.limits[0].limits"]),
            (
                "spec: {limits: [{type: Container, default: {a.b/c: 2}, defaultRequest: {a.b/c: 1}}]}",
                &["Invalid spec.limits[0].defaultRequest[a.b/c]"],
            ),
            (
                "spec: {limits: [{type: Container, maxLimitRequestRatio: {cpu: 500m}}]}",
                &["Invalid spec.limits[0].maxLimitRequestRatio[cpu]"],
            ),
        ],
    );
}

#[test]
fn webhooks() {
    let hook = |fields: &str| {
        format!("webhooks: [{{name: a.b.c, sideEffects: None, admissionReviewVersions: [v1], clientConfig: {{{fields}}}}}]")
    };
    for (config, expected) in [
        ("url: 'http://a/b'", vec!["Invalid webhooks[0].clientConfig.url"]),
        ("url: ':'", vec!["Required webhooks[0].clientConfig.url"]),
        ("url: 'https://a/b'", vec![]),
        ("url: 'https://a/b', service: {name: a, namespace: b}", vec!["Required webhooks[0].clientConfig"]),
    ] {
        refused("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", &[(&hook(config), &expected)]);
    }
    let rule = |rule: &str| hook("url: 'https://a'").replace("name: a.b.c", &format!("name: a.b.c, rules: [{{{rule}}}]"));
    let at = |field: &str| format!("Invalid webhooks[0].rules[0].{field}");
    for (fields, field) in [
        ("operations: ['*', CREATE], apiGroups: ['*'], apiVersions: ['*'], resources: [a]", "operations"),
        ("operations: ['*'], apiGroups: ['*', a], apiVersions: ['*'], resources: [a]", "apiGroups"),
        ("operations: ['*'], apiGroups: ['*'], apiVersions: ['*', v1], resources: [a]", "apiVersions"),
        ("operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: [a/*, a/b]", "resources[1]"),
        ("operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*/b', a/b]", "resources[1]"),
        ("operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*/*', a]", "resources"),
        ("operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*', a]", "resources"),
    ] {
        refused("admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration", &[(&rule(fields), &[&at(field)])]);
    }
    let again = hook("url: 'https://a'").replace("name: a.b.c", "name: a.b.c, reinvocationPolicy: Always");
    let expected: &[&str] = &["NotSupported webhooks[0].reinvocationPolicy"];
    refused("admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration", &[(&again, expected)]);
}

const CONSTRAINTS: &str =
    "matchConstraints: {resourceRules: [{apiGroups: [''], apiVersions: [v1], operations: [CREATE], resources: [pods]}]}";

#[test]
fn validating_policies() {
    let cases = [
        ("validations: [{expression: 'params.a == 1'}]", vec!["Invalid spec.validations[0].expression"]),
        ("paramKind: {apiVersion: v1, kind: ConfigMap}, validations: [{expression: 'params.a == 1'}]", vec![]),
        (
            "validations: [{expression: 'true', messageExpression: 'string(authorizer)'}]",
            vec!["Invalid spec.validations[0].messageExpression"],
        ),
        (
            "validations: [{expression: 'true', message: ' ', messageExpression: ' '}]",
            vec!["Invalid spec.validations[0].message", "Invalid spec.validations[0].messageExpression"],
        ),
        ("validations: [{expression: \"'a'\"}]", vec!["Invalid spec.validations[0].expression"]),
        (
            "variables: [{name: a, expression: 'variables.b'}, {name: b, expression: 'true'}], \
             validations: [{expression: 'variables.b'}]",
            vec!["Invalid spec.variables[0].expression"],
        ),
        (
            "variables: [{name: a, expression: 'true'}], validations: [{expression: 'variables.a == 1'}]",
            vec!["Invalid spec.validations[0].expression"],
        ),
        (
            "matchConditions: [{name: a, expression: 'variables.a'}], variables: [{name: a, expression: 'true'}], \
             validations: [{expression: 'variables.a'}]",
            vec!["Invalid spec.matchConditions[0].expression"],
        ),
        ("validations: []", vec!["Required spec.validations", "Required spec.auditAnnotations"]),
    ];
    for (fields, expected) in cases {
        let spec = format!("spec: {{{CONSTRAINTS}, {fields}}}");
        refused("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicy", &[(&spec, &expected)]);
    }
    refused(
        "admissionregistration.k8s.io/v1",
        "ValidatingAdmissionPolicyBinding",
        &[
            ("spec: {policyName: a, validationActions: [Deny, Warn]}", &["Invalid spec.validationActions"]),
            (
                "spec: {policyName: a, validationActions: [Deny], paramRef: {name: a, selector: {}, parameterNotFoundAction: Allow}}",
                &["Forbidden spec.paramRef.name", "Forbidden spec.paramRef.selector"],
            ),
        ],
    );
}

#[test]
fn mutating_policies() {
    let patch = "mutations: [{patchType: JSONPatch, jsonPatch: {expression: \"[JSONPatch{op: 'add', path: '/a', value: 1}]\"}}]";
    let apply = "mutations: [{patchType: ApplyConfiguration, applyConfiguration: {expression: 'Object{spec: Object.spec{}}'}}]";
    let cases = [
        (format!("reinvocationPolicy: Never, {patch}"), vec![]),
        (format!("reinvocationPolicy: IfNeeded, {apply}"), vec![]),
        (
            patch.replace("jsonPatch:", "applyConfiguration:"),
            vec![
                "Required spec.reinvocationPolicy",
                "Required spec.mutations[0].jsonPatch",
                "Invalid spec.mutations[0].applyConfiguration",
            ],
        ),
        (
            "reinvocationPolicy: Always, mutations: [{}, {patchType: a}]".to_string(),
            vec![
                "NotSupported spec.reinvocationPolicy",
                "Required spec.mutations[0].patchType",
                "NotSupported spec.mutations[1].patchType",
            ],
        ),
    ];
    for (fields, expected) in cases {
        let spec = format!("spec: {{{CONSTRAINTS}, {fields}}}");
        refused("admissionregistration.k8s.io/v1", "MutatingAdmissionPolicy", &[(&spec, &expected)]);
    }
    let deleting = CONSTRAINTS.replace("matchConstraints", "matchResources").replace("CREATE", "DELETE");
    refused(
        "admissionregistration.k8s.io/v1",
        "MutatingAdmissionPolicyBinding",
        &[(&format!("spec: {{policyName: a, {deleting}}}"), &["NotSupported spec.matchResources.resourceRules.operations"])],
    );
}

#[test]
fn flow_control() {
    let rule = |rule: &str| {
        format!(
            "spec: {{priorityLevelConfiguration: {{name: a}}, rules: [{{subjects: [{{kind: User, user: {{name: a}}}}], {rule}}}]}}"
        )
    };
    for (fields, expected) in [
        ("resourceRules: [{verbs: ['*'], apiGroups: ['*'], resources: ['*'], namespaces: ['*']}]", vec![]),
        (
            "resourceRules: [{verbs: [get], apiGroups: ['*', a], resources: [a], namespaces: [A, b]}]",
            vec!["Invalid spec.rules[0].resourceRules[0].apiGroups", "Invalid spec.rules[0].resourceRules[0].namespaces[0]"],
        ),
        (
            "resourceRules: [{verbs: [get], apiGroups: [a], resources: [a]}]",
            vec!["Required spec.rules[0].resourceRules[0].namespaces"],
        ),
        (
            "nonResourceRules: [{verbs: [get], nonResourceURLs: [/a*, /b/*, /c//d]}]",
            vec![
                "Invalid spec.rules[0].nonResourceRules[0].nonResourceURLs[0]",
                "Invalid spec.rules[0].nonResourceRules[0].nonResourceURLs[2]",
            ],
        ),
    ] {
        refused("flowcontrol.apiserver.k8s.io/v1", "FlowSchema", &[(&rule(fields), &expected)]);
    }
    refused(
        "flowcontrol.apiserver.k8s.io/v1",
        "PriorityLevelConfiguration",
        &[
            ("spec: {type: Limited, limited: {limitResponse: {type: Reject}}}", &[]),
            (
                "spec: {type: Limited, limited: {limitResponse: {type: Queue, queuing: {queues: 8, handSize: 9}}}}",
                &["Invalid spec.limited.limitResponse.queuing.handSize"],
            ),
            (
                "spec: {type: Limited, limited: {lendablePercent: 101, limitResponse: {type: Reject, queuing: {}}}}",
                &["Invalid spec.limited.lendablePercent", "Forbidden spec.limited.limitResponse.queuing"],
            ),
            ("spec: {type: Exempt}", &["Invalid spec.type"]),
        ],
    );
}

#[test]
fn what_flow_control_must_have() {
    let everything = |groups: &str| {
        format!(
            "rules: [{{subjects: [{groups}], resourceRules: [{{verbs: ['*'], apiGroups: ['*'], resources: ['*'], namespaces: ['*'], \
             clusterScope: true}}], nonResourceRules: [{{verbs: ['*'], nonResourceURLs: ['*']}}]}}]"
        )
    };
    let group = |name: &str| format!("{{kind: Group, group: {{name: 'system:{name}'}}}}");
    let everybody = everything(&format!("{}, {}", group("unauthenticated"), group("authenticated")));
    let schema = |name: &str, fields: &str| {
        format!("metadata: {{name: {name}}}\nspec: {{priorityLevelConfiguration: {{name: {name}}}, {fields}}}")
    };
    for (body, expected) in [
        (schema("exempt", &format!("matchingPrecedence: 1, {}", everything(&group("masters")))), &[][..]),
        (schema("exempt", &format!("matchingPrecedence: 2, {}", everything(&group("masters")))), &["Invalid spec"]),
        (schema("catch-all", &format!("matchingPrecedence: 10000, distinguisherMethod: {{type: ByUser}}, {everybody}")), &[]),
        (schema("catch-all", &format!("matchingPrecedence: 10000, {everybody}")), &["Invalid spec"]),
        (schema("mine", "matchingPrecedence: 2"), &[]),
    ] {
        refused("flowcontrol.apiserver.k8s.io/v1", "FlowSchema", &[(&body, expected)]);
    }
    let level = |name: &str, spec: &str| format!("metadata: {{name: {name}}}\nspec: {{{spec}}}");
    for (body, expected) in [
        (level("exempt", "type: Exempt, exempt: {nominalConcurrencyShares: 10, lendablePercent: 50}"), &[][..]),
        (level("exempt", "type: Exempt, limited: {limitResponse: {type: Reject}}"), &["Forbidden spec.limited", "Invalid spec"]),
        (level("catch-all", "type: Limited, limited: {nominalConcurrencyShares: 5, limitResponse: {type: Reject}}"), &[]),
        (level("catch-all", "type: Limited, limited: {limitResponse: {type: Reject}}"), &["Invalid spec"]),
    ] {
        refused("flowcontrol.apiserver.k8s.io/v1", "PriorityLevelConfiguration", &[(&body, expected)]);
    }
}

#[test]
fn endpoints_and_slices() {
    refused(
        "v1",
        "Endpoints",
        &[
            (
                "subsets: [{addresses: [{ip: 127.0.0.1}, {ip: 'fe80::1'}, {ip: 224.0.0.5}, {ip: 10.0.0.1}]}]",
                &[
                    "Invalid subsets[0].addresses[0].ip",
                    "Invalid subsets[0].addresses[1].ip",
                    "Invalid subsets[0].addresses[2].ip",
                ],
            ),
            (
                "subsets: [{addresses: [{ip: 10.0.0.1}], ports: [{port: 1}, {port: 2, name: a, appProtocol: a b}]}]",
                &["Required subsets[0].ports[0].name", "Invalid subsets[0].ports[1].appProtocol"],
            ),
        ],
    );
    refused(
        "discovery.k8s.io/v1",
        "EndpointSlice",
        &[
            (
                "addressType: IPv6\nendpoints: [{addresses: [10.0.0.1, '::1', '2001:db8::1']}]",
                &["Invalid endpoints[0].addresses[0]", "Invalid endpoints[0].addresses[1]"],
            ),
            ("addressType: FQDN\nendpoints: [{addresses: [a.b, a]}]", &["Invalid endpoints[0].addresses[1]"]),
            ("addressType: IPv4\nports: [{name: a, port: 1}, {name: a, port: 2}]\nendpoints: []", &["Duplicate ports[1].name"]),
            (
                "addressType: IPv4\nendpoints: [{addresses: [10.0.0.1], hints: {forZones: [{name: a}, {name: a}, {name: /}]}}]",
                &["Duplicate endpoints[0].hints.forZones[1].name", "Invalid endpoints[0].hints.forZones[2].name"],
            ),
        ],
    );
}

#[test]
fn classes_and_services() {
    refused(
        "scheduling.k8s.io/v1",
        "PriorityClass",
        &[
            ("metadata: {name: system-a}\nvalue: 1", &["Forbidden metadata.name"]),
            ("metadata: {name: system-node-critical}\nvalue: 2000001000", &[]),
            ("value: 1000000001", &["Forbidden value"]),
        ],
    );
    refused(
        "node.k8s.io/v1",
        "RuntimeClass",
        &[
            (
                "handler: a\noverhead: {podFixed: {hugepages-2Mi: 3Mi}}",
                &["Forbidden overhead", "Invalid overhead.limits[hugepages-2Mi]"],
            ),
            (
                "handler: a\nscheduling: {tolerations: [{operator: Exists}, {operator: Exists}]}",
                &["Duplicate scheduling.tolerations[1]"],
            ),
        ],
    );
    refused(
        "apiregistration.k8s.io/v1",
        "APIService",
        &[
            (
                "metadata: {name: v1.}\nspec: {version: v1, groupPriorityMinimum: 1, versionPriority: 1, caBundle: YQ==}",
                &["Invalid spec.caBundle"],
            ),
            (
                "metadata: {name: v1.a}\nspec: {version: v1, group: a, groupPriorityMinimum: 20001, versionPriority: 1, \
                 caBundle: YQ==, insecureSkipTLSVerify: true, service: {name: a, namespace: b}}",
                &["Invalid spec.groupPriorityMinimum", "Invalid spec.insecureSkipTLSVerify"],
            ),
        ],
    );
}

#[test]
fn requests_and_events() {
    refused(
        "certificates.k8s.io/v1",
        "CertificateSigningRequest",
        &[
            (
                "spec: {request: YQ==, signerName: a, usages: [client auth, client auth, x], expirationSeconds: 599}",
                &[
                    "Invalid spec.request",
                    "Invalid spec.signerName",
                    "Duplicate spec.usages[1]",
                    "NotSupported spec.usages[2]",
                    "Invalid spec.expirationSeconds",
                ],
            ),
            (
                "spec: {signerName: kubernetes.io/legacy-unknown}",
                &["Invalid spec.request", "Invalid spec.signerName", "Required spec.usages"],
            ),
        ],
    );
    refused(
        "v1",
        "Event",
        &[
            ("metadata: {name: a, namespace: b}\ninvolvedObject: {namespace: c}", &["Invalid involvedObject.namespace"]),
            ("metadata: {name: a, namespace: b}\ninvolvedObject: {namespace: b}", &[]),
            ("metadata: {name: a, namespace: B}\ninvolvedObject: {namespace: B}", &["Invalid namespace"]),
            (
                "metadata: {name: a, namespace: b}\ninvolvedObject: {namespace: b}\neventTime: '2026-01-01T00:00:00.000000Z'\n\
                 reportingComponent: /\nreportingInstance: i\naction: a\nreason: r",
                &["Invalid reportingComponent"],
            ),
        ],
    );
    refused(
        "events.k8s.io/v1",
        "Event",
        &[(
            "metadata: {name: a, namespace: default}\ntype: Odd\neventTime: '2026-01-01T00:00:00.000000Z'\nreason: r",
            &[
                "Invalid type",
                "Required reportingController",
                "Invalid reportingController",
                "Required reportingInstance",
                "Required action",
            ],
        )],
    );
    refused("apps/v1", "ControllerRevision", &[("data: [1]\nrevision: -1", &["Invalid data", "Invalid revision"])]);
    refused("coordination.k8s.io/v1", "Lease", &[("metadata: {name: a, finalizers: [a]}", &[])]);
}

#[test]
fn custom_resources() {
    refused(
        "example.com/v1",
        "Thing",
        &[
            (
                "metadata: {name: A, namespace: b.c, labels: {a: /}}",
                &["Invalid metadata.name", "Invalid metadata.namespace", "Invalid metadata.labels"],
            ),
            ("metadata: {generateName: a_}", &["Invalid metadata.name", "Invalid metadata.generateName"]),
            ("metadata: {generateName: a-}", &[]),
            // What only a client reads may have no name.
            ("metadata: {}", &[]),
        ],
    );
    refused("user.openshift.io/v1", "User", &[("metadata: {name: 'system:admin'}", &[])]);
}
