//! The ports of a Service. Mirrors core/v1 validation of `spec.ports`.

use std::collections::BTreeMap;

use super::{addresses, type_is};
use crate::object::Field;
use crate::schema::Version;
use crate::validate::{Unique, Verdicts, text};

/// The kubelet's port: a load balancer that opened it would open every node.
const KUBELET_PORT: i64 = 10250;
/// The first version that lets load balancers have that port.
const ANY_PORT: Version = Version(33);

/// All ports of the Service `spec`.
pub fn ports(errs: &mut Verdicts, spec: Field, version: Version) {
    let ports = spec.get("ports");
    if ports.is_empty() && !addresses::is_headless(spec) && !type_is(spec, "ExternalName") {
        errs.required(ports, "a Service without ports must be headless: `clusterIP: None`");
    }
    let mut names = Unique::default();
    let many = ports.len() > 1;
    for port in ports.items() {
        let name = port.get("name");
        if !name.text().is_empty() {
            errs.may(name, text::dns_label);
            names.add(errs, name);
        } else if many {
            errs.required(name, "ports are told apart by it where there are several");
        }
        one(errs, port);
        if version < ANY_PORT && type_is(spec, "LoadBalancer") && port.get("port").number() == KUBELET_PORT {
            errs.invalid(port, format!("{KUBELET_PORT} is the kubelet's port and must not be opened to the outside"));
        }
        if type_is(spec, "ClusterIP") && port.get("nodePort").number() != 0 {
            errs.forbidden(port.get("nodePort"), "`type: ClusterIP` opens no port on nodes; `NodePort` and `LoadBalancer` do");
        }
    }
    repeated(errs, ports, opens_node_ports(spec));
}

fn one(errs: &mut Verdicts, port: Field) {
    errs.between(port.get("port"), 1, 65535);
    errs.must_be_one_of(port.get("protocol"), &["SCTP", "TCP", "UDP"]);
    let target = port.get("targetPort");
    match target.str() {
        Some(_) => errs.pass(target, text::port_name),
        None => errs.between(target, 1, 65535),
    };
    if let Some(protocol) = port.some("appProtocol") {
        errs.pass(protocol, text::qualified_name);
    }
}

/// What ports get on the nodes that name none there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum NodePorts {
    /// One that the server picks, the same for all ports of one number.
    Picked,
    None,
}

fn opens_node_ports(spec: Field) -> NodePorts {
    let balanced = type_is(spec, "LoadBalancer") && spec.get("allocateLoadBalancerNodePorts").is_true();
    if balanced || type_is(spec, "NodePort") { NodePorts::Picked } else { NodePorts::None }
}

/// The same number with the same protocol must not come twice, neither as `port` nor as `nodePort`.
fn repeated(errs: &mut Verdicts, ports: Field, opened: NodePorts) {
    let (mut numbers, mut node_ports) = (BTreeMap::new(), Unique::default());
    let shared = written_node_ports(ports);
    for port in ports.items() {
        let protocol = port.get("protocol").text();
        if let Some(node_port) = node_port(port, &shared, opened) {
            node_ports.add_as(errs, port.get("nodePort"), format!("{protocol}/{node_port}"));
        }
        let number = port.get("port");
        if let Some(first) = numbers.insert((protocol, number.number()), number.span()) {
            let verdict = errs.duplicate(port).label(first, "first used here");
            verdict.message = format!("port {} with protocol {protocol} is there twice", number.number());
            verdict.span = number.span();
        }
    }
}

/// The port on the nodes: its own, else that of another port of the same number, else one to be picked.
fn node_port(port: Field, shared: &BTreeMap<i64, i64>, opened: NodePorts) -> Option<String> {
    let own = port.get("nodePort").number();
    if own != 0 || opened == NodePorts::None {
        return (own != 0).then(|| own.to_string());
    }
    let number = port.get("port").number();
    Some(shared.get(&number).map_or(format!("picked for {number}"), |other| other.to_string()))
}

/// For each port number the first port on the nodes that is written with it.
fn written_node_ports(ports: Field) -> BTreeMap<i64, i64> {
    let mut first = BTreeMap::new();
    for port in ports.items() {
        let node_port = port.get("nodePort").number();
        if node_port != 0 {
            first.entry(port.get("port").number()).or_insert(node_port);
        }
    }
    first
}
