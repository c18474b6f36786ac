//! What the server accepts with a warning: recorded objects, and the warnings that none of them shows.

use std::collections::BTreeSet;

use plimsoll::check::{self, Options};
use plimsoll::diagnostic::Cause;

use crate::facts;

/// The fields that the server warns about.
fn warned(text: &str) -> BTreeSet<String> {
    let checked = check::check("test.yaml".into(), text.to_string(), Options::default());
    checked.findings.iter().filter(|finding| finding.cause == Some(Cause::Warning)).map(|finding| finding.field.clone()).collect()
}

/// The server names a volume instead of a field when files in it collide.
fn as_recorded(field: String) -> String {
    let sources = ["configMap", "downwardAPI", "projected", "secret"];
    let collides = field.contains("volumes[") && sources.iter().any(|source| field.contains(&format!("].{source}")));
    if collides { "volume".to_string() } else { field }
}

#[test]
fn objects_are_warned_about_as_recorded() {
    for fact in facts::read("warnings.jsonl") {
        let want: BTreeSet<String> =
            fact["fields"].as_array().into_iter().flatten().filter_map(|field| field.as_str()).map(String::from).collect();
        let got: BTreeSet<String> = warned(&fact["object"].to_string()).into_iter().map(as_recorded).collect();
        assert_eq!(got, want, "{}", fact["object"]);
    }
}

fn pod(spec: &str) -> String {
    format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec:\n  containers: [{{name: a, image: a}}]\n{spec}")
}

fn containers(list: &str) -> String {
    format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec:\n  containers: [{list}]\n")
}

fn service(spec: &str) -> String {
    format!("apiVersion: v1\nkind: Service\nmetadata: {{name: a}}\nspec: {{ports: [{{port: 80}}], {spec}}}\n")
}

#[test]
fn pods() {
    let cases = [
        (pod("  nodeSelector: {beta.kubernetes.io/os: linux}\n"), "spec.nodeSelector[beta.kubernetes.io/os]"),
        (pod("  hostAliases: [{ip: 1.1.1.1}, {ip: 1.1.1.1}]\n"), "spec.hostAliases[1].ip"),
        (pod("  imagePullSecrets: [{name: b}, {name: b}]\n"), "spec.imagePullSecrets[1].name"),
        (pod("  dnsConfig: {nameservers: ['2001:DB8::1']}\n"), "spec.dnsConfig.nameservers[0]"),
        (pod("  volumes: [{name: v, gitRepo: {repository: r}}]\n"), "spec.volumes[0].gitRepo"),
        (pod("  volumes: [{name: v, projected: {sources: [{}]}}]\n"), "spec.volumes[0].projected.sources[0]"),
        (containers("{name: a, image: a, env: [{name: X, value: a}, {name: X, value: b}]}"), "spec.containers[0].env[1]"),
        (containers("{name: a, image: a, env: [{name: X, value: a}, {name: X, value: $(X)}]}"), "spec.containers[0].env[1]"),
        (containers("{name: a, image: a, env: [{name: X, value: a}, {name: X, value: $(X)b}]}"), ""),
        (
            containers(
                "{name: a, image: a, ports: [{name: p, containerPort: 1}]}, {name: b, image: a, ports: [{name: p, containerPort: 2}]}",
            ),
            "spec.containers[1].ports[0]",
        ),
        (
            containers("{name: a, image: a, ports: [{containerPort: 1}, {containerPort: 1, hostPort: 2}]}"),
            "spec.containers[0].ports[1]",
        ),
        (containers("{name: a, image: a, resources: {limits: {memory: 1500m}}}"), "spec.containers[0].resources.limits[memory]"),
        (containers("{name: a, image: a, resources: {limits: {cpu: 1500m}}}"), ""),
    ];
    for (text, field) in cases {
        let want: BTreeSet<String> = Some(field.to_string()).filter(|field| !field.is_empty()).into_iter().collect();
        assert_eq!(warned(&text), want, "{text}");
    }
}

#[test]
fn other_kinds() {
    let ingress = "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: a\n  annotations: {kubernetes.io/ingress.class: x}\n";
    let backend = "defaultBackend: {service: {name: a, port: {number: 80}}}";
    let quota = "apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: a}\nspec: {hard: ";
    let volume = "apiVersion: v1\nkind: PersistentVolume\nmetadata: {name: a}\nspec: {capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce], ";
    let class = "metadata.annotations[kubernetes.io/ingress.class]";
    let cases = [
        (service("clusterIP: None, sessionAffinity: ClientIP"), "spec.sessionAffinity"),
        (service("type: LoadBalancer, externalName: a"), "spec.externalName"),
        ("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, resourceVersion: '1'}\n".into(), "metadata.resourceVersion"),
        ("apiVersion: a.b/v1\nkind: C\nmetadata: {name: a, resourceVersion: '1'}\n".into(), "metadata.resourceVersion"),
        (format!("{ingress}spec: {{{backend}}}\n"), class),
        (format!("{ingress}spec: {{ingressClassName: x, {backend}}}\n"), ""),
        (format!("{quota}{{requests.cpu: 2, limits.cpu: 1}}}}\n"), "spec.hard[requests.cpu]"),
        (format!("{quota}{{memory: 2, limits.memory: 2}}}}\n"), ""),
        (
            "apiVersion: resource.k8s.io/v1\nkind: ResourceSlice\nmetadata: {name: a}\n\
             spec: {driver: A.b, nodeName: a, pool: {name: a, generation: 1, resourceSliceCount: 1}}\n"
                .into(),
            "spec.driver",
        ),
        (
            format!("{volume}persistentVolumeReclaimPolicy: Recycle, nfs: {{server: s, path: /}}}}\n"),
            "spec.persistentVolumeReclaimPolicy",
        ),
    ];
    for (text, field) in cases {
        let want: BTreeSet<String> = Some(field.to_string()).filter(|field| !field.is_empty()).into_iter().collect();
        assert_eq!(warned(&text), want, "{text}");
    }
}
