//! Defaults of Services and of the endpoints behind them.

use super::Slot;
use crate::yaml::Kind;

/// How long a client stays with one pod where the manifest does not say, in seconds: three hours.
const AFFINITY_SECONDS: i64 = 10800;

/// `v1` Service. The cluster is taken to be IPv4 only.
pub fn service(root: &mut Slot) {
    let Some(mut spec) = root.struct_at("spec") else { return };
    spec.default_str("sessionAffinity", "None");
    affinity(&mut spec);
    spec.default_str("type", "ClusterIP");
    spec.each("ports", port);
    traffic(&mut spec);
    if spec.text("type") != "ExternalName" {
        cluster_ips(&mut spec);
        ip_families(&mut spec);
    }
}

fn affinity(spec: &mut Slot) {
    match spec.text("sessionAffinity") {
        "None" => spec.drop("sessionAffinityConfig"),
        "ClientIP" => {
            if let Some(mut config) = spec.struct_at("sessionAffinityConfig")
                && let Some(mut client) = config.struct_at("clientIP")
            {
                client.default_int("timeoutSeconds", AFFINITY_SECONDS);
            }
        }
        _ => {}
    }
}

fn port(port: &mut Slot) {
    port.default_str("protocol", "TCP");
    let number = port.number("port");
    let target = port.get("targetPort").map(|id| port.tree().node(id).kind);
    let unset = match target {
        None | Some(Kind::Int(0)) => true,
        Some(Kind::Str) => port.text("targetPort").is_empty(),
        _ => false,
    };
    if unset {
        port.put("targetPort", Kind::Int(number), &number.to_string());
    }
}

fn traffic(spec: &mut Slot) {
    let outside = match spec.text("type") {
        "LoadBalancer" | "NodePort" => true,
        "ClusterIP" => !spec.is_empty("externalIPs"),
        _ => false,
    };
    if outside {
        spec.default_str("externalTrafficPolicy", "Cluster");
    }
    if matches!(spec.text("type"), "NodePort" | "LoadBalancer" | "ClusterIP") {
        spec.default_pointer("internalTrafficPolicy", "Cluster");
    }
    if spec.text("type") == "LoadBalancer" {
        spec.default_bool("allocateLoadBalancerNodePorts", true);
    }
}

/// `clusterIP` is the first of `clusterIPs`.
fn cluster_ips(spec: &mut Slot) {
    let first = spec.text("clusterIP").to_string();
    if !first.is_empty()
        && spec.is_empty("clusterIPs")
        && let Some(list) = spec.seq_at("clusterIPs")
    {
        spec.append(list, Kind::Str, &first);
    }
}

/// Families follow the written addresses, else the cluster's own family. A headless Service without selector may have both.
fn ip_families(spec: &mut Slot) {
    let addresses = spec.strings("clusterIPs");
    let headless = addresses.first().is_some_and(|first| first == "None");
    let mut families = spec.strings("ipFamilies");
    let written = families.len();
    if !headless {
        for address in addresses.iter().skip(written) {
            families.push(if address.contains(':') { "IPv6" } else { "IPv4" }.to_string());
        }
    }
    if families.is_empty() {
        families.push("IPv4".to_string());
    }
    let policy = spec.text("ipFamilyPolicy").to_string();
    let no_selector = headless && spec.is_empty("selector");
    if no_selector && families.len() < 2 && policy != "SingleStack" {
        families.push(if families[0] == "IPv4" { "IPv6" } else { "IPv4" }.to_string());
    }
    spec.default_pointer("ipFamilyPolicy", if no_selector { "RequireDualStack" } else { "SingleStack" });
    if let Some(list) = spec.seq_at("ipFamilies") {
        for family in families.iter().skip(written) {
            spec.append(list, Kind::Str, family);
        }
    }
}

/// `v1` Endpoints.
pub fn endpoints(root: &mut Slot) {
    root.each("subsets", |subset| subset.each("ports", |port| port.default_str("protocol", "TCP")));
}

/// `discovery.k8s.io/v1` EndpointSlice.
pub fn endpoint_slice(root: &mut Slot) {
    root.each("ports", |port| {
        port.default_pointer("name", "");
        port.default_pointer("protocol", "TCP");
    });
    root.each("endpoints", |endpoint| {
        endpoint.struct_at("conditions");
    });
}
