//! Warnings on the ports of a pod's containers taken together.

use std::collections::BTreeMap;

use super::super::Verdicts;
use super::super::container;
use crate::object::Field;

/// Ports that are the same, that overlap, and names that stand in two containers.
pub fn ports(errs: &mut Verdicts, spec: Field) {
    let mut seen: BTreeMap<(i64, &str), Vec<Field>> = BTreeMap::new();
    let mut names: BTreeMap<&str, Field> = BTreeMap::new();
    let ports: Vec<Field> = container::all(spec).flat_map(|container| container.get("ports").items()).collect();
    if are_few_and_differ(&ports) {
        return;
    }
    for port in ports {
        if !port.get("hostIP").is_empty() && port.get("hostPort").number() == 0 {
            errs.warn(port, "`hostIP` does nothing without `hostPort`");
        }
        let others = seen.entry((port.get("containerPort").number(), port.get("protocol").text())).or_default();
        for &other in others.iter() {
            compare(errs, port, other);
        }
        others.push(port);
        let name = port.get("name").text();
        match names.get(name) {
            _ if name.is_empty() => {}
            Some(first) => {
                let message = format!("port name `{name}` is taken: Services and probes that say `{name}` mean the first");
                errs.warn(port, message).label(first.span(), "first used here");
            }
            None => _ = names.insert(name, port),
        }
    }
}

/// Whether no port is or is called like another and none has an address, as can be told at once of nearly all pods.
fn are_few_and_differ(ports: &[Field]) -> bool {
    const FEW: usize = 8;
    let is_apart = |(i, port): (usize, &Field)| {
        let (name, number) = (port.get("name").text(), port.get("containerPort").number());
        let alike = |other: &Field| {
            other.get("containerPort").number() == number || (!name.is_empty() && other.get("name").text() == name)
        };
        port.get("hostIP").is_empty() && !ports[..i].iter().any(alike)
    };
    ports.len() <= FEW && ports.iter().enumerate().all(is_apart)
}

/// Two entries for one port and protocol.
fn compare(errs: &mut Verdicts, port: Field, other: Field) {
    let host = |port: Field| (port.get("hostIP").text().to_string(), port.get("hostPort").number());
    let ((ip, number), (other_ip, other_number)) = (host(port), host(other));
    let message = if (&ip, number) == (&other_ip, other_number) {
        "this port is listed twice"
    } else if number == 0 || other_number == 0 {
        "this port is listed twice, with and without a port of the host"
    } else if number == other_number && ip.is_empty() != other_ip.is_empty() {
        "this port of the host is taken for one address and for all: which one wins is undefined"
    } else {
        return;
    };
    errs.warn(port, message).label(other.span(), "first listed here");
}
