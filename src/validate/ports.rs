//! Container ports. Mirrors what core/v1 validation asks of `containers[*].ports`.

use super::{Unique, Verdicts, text};
use crate::object::Field;

/// The ports of one container: names are port names and unique, numbers are ports, the protocol is known.
pub fn ports(errs: &mut Verdicts, ports: Field) {
    let mut names = Unique::default();
    for port in ports.items() {
        let name = port.get("name");
        if errs.may(name, text::port_name) {
            names.add(errs, name);
        }
        match port.get("containerPort").number() {
            0 => _ = errs.required(port.get("containerPort"), ""),
            _ => _ = errs.between(port.get("containerPort"), 1, 65535),
        }
        if port.get("hostPort").number() != 0 {
            errs.between(port.get("hostPort"), 1, 65535);
        }
        errs.must_be_one_of(port.get("protocol"), &["SCTP", "TCP", "UDP"]);
    }
}

/// No two ports of an init container are the same port of the node. They run one after the other, so each may take the port of
/// another; the server looks at each as if it were the only one of its list, and prints it as such.
pub fn own_host_port_conflicts(errs: &mut Verdicts, container: Field) {
    let since = errs.len();
    host_port_conflicts(errs, std::iter::once(container));
    if errs.len() > since {
        errs.reprint(since, &container.path(), &format!("{}[0]", container.parent().path()));
    }
}

/// No two of these containers take the same port of the node: the same number, protocol and address.
pub fn host_port_conflicts<'a>(errs: &mut Verdicts, containers: impl Iterator<Item = Field<'a>>) {
    let mut taken = Unique::default();
    for port in containers.flat_map(|container| container.get("ports").items()) {
        let number = port.get("hostPort").number();
        if number != 0 {
            let key = format!("{}/{}/{number}", port.get("protocol").text(), port.get("hostIP").text());
            taken.add_as(errs, port.get("hostPort"), key);
        }
    }
}

/// A port number, or the name of one of the container's ports: `port` of probes and handlers. A missing one is the number 0.
pub fn number_or_name(errs: &mut Verdicts, port: Field) {
    match port.str() {
        Some(name) => {
            if let Err(why) = text::port_name(name) {
                errs.invalid(port, why);
            }
        }
        None => _ = errs.between(port, 1, 65535),
    }
}
