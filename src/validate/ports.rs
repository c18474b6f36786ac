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
        errs.one_of(port.get("protocol"), &["SCTP", "TCP", "UDP"]);
    }
}
