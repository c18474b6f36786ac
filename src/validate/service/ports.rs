//! The ports of a Service. Mirrors core/v1 validation of `spec.ports`.

use std::collections::BTreeMap;

use super::{addresses, type_is};
use crate::object::Field;
use crate::validate::{Unique, Verdicts, text};

/// The kubelet's port: a load balancer that opened it would open every node.
const KUBELET_PORT: i64 = 10250;

/// All ports of the Service `spec`.
pub fn ports(errs: &mut Verdicts, spec: Field) {
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
        if type_is(spec, "LoadBalancer") && port.get("port").number() == KUBELET_PORT {
            errs.invalid(port, format!("{KUBELET_PORT} is the kubelet's port and must not be opened to the outside"));
        }
        if type_is(spec, "ClusterIP") && port.get("nodePort").number() != 0 {
            errs.forbidden(port.get("nodePort"), "`type: ClusterIP` opens no port on nodes; `NodePort` and `LoadBalancer` do");
        }
    }
    repeated(errs, ports);
}

fn one(errs: &mut Verdicts, port: Field) {
    errs.between(port.get("port"), 1, 65535);
    errs.must_be_one_of(port.get("protocol"), &["SCTP", "TCP", "UDP"]);
    let target = port.get("targetPort");
    if target.str().is_none() {
        errs.between(target, 1, 65535);
    } else if let Err(why) = text::port_name(target.text()) {
        errs.invalid(target, why);
    }
    if let Some(protocol) = port.some("appProtocol")
        && let Err(why) = text::qualified_name(protocol.text())
    {
        errs.invalid(protocol, why);
    }
}

/// The same number with the same protocol must not come twice, neither as `port` nor as `nodePort`.
fn repeated(errs: &mut Verdicts, ports: Field) {
    let (mut numbers, mut node_ports) = (BTreeMap::new(), Unique::default());
    for port in ports.items() {
        let protocol = port.get("protocol").text();
        let node_port = port.get("nodePort");
        if node_port.number() != 0 {
            node_ports.add_as(errs, node_port, format!("{protocol}/{}", node_port.number()));
        }
        let number = port.get("port");
        if let Some(first) = numbers.insert((protocol, number.number()), number.span()) {
            let verdict = errs.duplicate(port).label(first, "first used here");
            verdict.message = format!("port {} with protocol {protocol} is there twice", number.number());
            verdict.span = number.span();
        }
    }
}
