//! What the server carries over from the stored object where an update leaves it out, and what it drops with a change of type.

use std::collections::HashMap;

use serde_json::{Map, Value};

/// Fills in `new`, which is about to replace `old`.
pub fn carry_over(api_version: &str, kind: &str, old: &Value, new: &mut Value) {
    match (api_version, kind) {
        ("v1", "Service") => {
            if let (Some(old), Some(Value::Object(new))) = (old.get("spec").and_then(Value::as_object), new.get_mut("spec")) {
                service(old, new);
            }
        }
        ("v1", "Namespace") | ("certificates.k8s.io/v1", "CertificateSigningRequest") => {
            if let (Some(spec), Value::Object(new)) = (old.get("spec"), new) {
                new.insert("spec".to_string(), spec.clone());
            }
        }
        _ => {}
    }
}

/// Defaults drop a claim's source of an unknown kind; the server does so only where the claim has had none.
pub fn keep_source(old: &Value, merged: &Value, new: &mut Value) {
    const SOURCE: &str = "/spec/dataSource";
    let claim = old.get("kind").is_some_and(|kind| kind == "PersistentVolumeClaim");
    if let (true, Some(_), Some(source)) =
        (claim, old.pointer(SOURCE), merged.pointer(SOURCE).filter(|source| source.is_object()))
        && let Some(place) = new.pointer_mut(SOURCE)
    {
        *place = source.clone();
    }
}

/// A Service keeps addresses and node ports that it still needs and the update does not name, and loses those that its new type
/// does not have and the update does not change.
fn service(old: &Map<String, Value>, new: &mut Map<String, Value>) {
    let (was, is) = (Needs::of(old), Needs::of(new));
    if was.address && is.address {
        carry(old, new, "clusterIP");
        if old.get("clusterIP") == new.get("clusterIP") {
            carry(old, new, "clusterIPs");
        }
    } else if was.address {
        for name in ["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy", "internalTrafficPolicy"] {
            drop_same(old, new, name);
        }
    }
    if was.node_port && is.node_port {
        carry_node_ports(old, new);
    } else if was.node_port {
        drop_node_ports(old, new);
    }
    if was.health_port && is.health_port {
        carry(old, new, "healthCheckNodePort");
    } else if was.health_port {
        drop_same(old, new, "healthCheckNodePort");
    }
    if was.balancer && !is.balancer {
        drop_same(old, new, "allocateLoadBalancerNodePorts");
        drop_same(old, new, "loadBalancerClass");
    }
    if was.external && !is.external {
        drop_same(old, new, "externalTrafficPolicy");
    }
}

/// What a Service of some type has.
struct Needs {
    address: bool,
    node_port: bool,
    health_port: bool,
    balancer: bool,
    external: bool,
}

impl Needs {
    fn of(spec: &Map<String, Value>) -> Needs {
        let text = |name: &str| spec.get(name).and_then(Value::as_str).unwrap_or("");
        let kind = text("type");
        let balancer = kind == "LoadBalancer";
        let addresses = spec.get("externalIPs").and_then(Value::as_array).is_some_and(|list| !list.is_empty());
        Needs {
            address: kind != "ExternalName",
            node_port: kind == "NodePort" || balancer,
            health_port: balancer && text("externalTrafficPolicy") == "Local",
            balancer,
            external: kind == "NodePort" || balancer || (kind != "ExternalName" && addresses),
        }
    }
}

fn is_empty(value: Option<&Value>) -> bool {
    match value {
        None | Some(Value::Null) => true,
        Some(Value::String(text)) => text.is_empty(),
        Some(Value::Array(list)) => list.is_empty(),
        Some(value) => value.as_i64() == Some(0),
    }
}

fn carry(old: &Map<String, Value>, new: &mut Map<String, Value>, name: &str) {
    if let Some(value) = old.get(name)
        && is_empty(new.get(name))
    {
        new.insert(name.to_string(), value.clone());
    }
}

fn drop_same(old: &Map<String, Value>, new: &mut Map<String, Value>, name: &str) {
    if old.get(name) == new.get(name) {
        new.shift_remove(name);
    }
}

fn ports(spec: &Map<String, Value>) -> impl Iterator<Item = &Value> {
    spec.get("ports").and_then(Value::as_array).into_iter().flatten()
}

fn node_port(port: &Value) -> i64 {
    port.get("nodePort").and_then(Value::as_i64).unwrap_or(0)
}

/// By the ports' names, unless another port has taken the number.
fn carry_node_ports(old: &Map<String, Value>, new: &mut Map<String, Value>) {
    let name = |port: &Value| port.get("name").and_then(Value::as_str).unwrap_or("").to_string();
    let named: HashMap<String, i64> = ports(old).map(|port| (name(port), node_port(port))).collect();
    let taken: Vec<i64> = ports(new).map(node_port).filter(|number| *number != 0).collect();
    let missing = new.get_mut("ports").and_then(Value::as_array_mut).into_iter().flatten().filter(|port| node_port(port) == 0);
    for port in missing {
        let number = named.get(&name(port)).copied().unwrap_or(0);
        if number != 0
            && !taken.contains(&number)
            && let Value::Object(port) = port
        {
            port.insert("nodePort".to_string(), number.into());
        }
    }
}

/// Unless the update names one that the Service has not had.
fn drop_node_ports(old: &Map<String, Value>, new: &mut Map<String, Value>) {
    let had: Vec<i64> = ports(old).map(node_port).collect();
    if ports(new).map(node_port).any(|number| number != 0 && !had.contains(&number)) {
        return;
    }
    for port in new.get_mut("ports").and_then(Value::as_array_mut).into_iter().flatten() {
        if let Value::Object(port) = port {
            port.shift_remove("nodePort");
        }
    }
}
