//! Endpoints. Mirrors core/v1 validation of `Endpoints`, and of the addresses that EndpointSlices share with it.

use std::net::IpAddr;

use crate::object::Field;
use crate::schema::Version;
use crate::validate::meta::{self, Scope};
use crate::validate::{Verdicts, Why, text};

/// An Endpoints object.
pub fn endpoints(errs: &mut Verdicts, root: Field, version: Version) {
    meta::metadata(errs, root, Scope::Namespaced, text::dns_subdomain);
    for subset in root.get("subsets").items() {
        if subset.get("addresses").is_empty() && subset.get("notReadyAddresses").is_empty() {
            errs.required(subset, "give `addresses` or `notReadyAddresses`");
        }
        for address in subset.get("addresses").items().chain(subset.get("notReadyAddresses").items()) {
            endpoint_address(errs, address, version);
        }
        let named = subset.get("ports").len() > 1;
        for port in subset.get("ports").items() {
            if named && port.get("name").is_empty() {
                errs.required(port.get("name"), "each of several ports needs one");
            }
            endpoint_port(errs, port);
        }
    }
}

fn endpoint_address(errs: &mut Verdicts, address: Field, version: Version) {
    if errs.pass(address.get("ip"), text::ip(version)) {
        errs.pass(address.get("ip"), reachable_ip);
    }
    errs.may(address.get("hostname"), text::dns_label);
    if let Some(node) = address.some("nodeName") {
        errs.pass(node, text::dns_subdomain);
    }
}

fn endpoint_port(errs: &mut Verdicts, port: Field) {
    errs.may(port.get("name"), text::dns_label);
    errs.between(port.get("port"), 1, 65535);
    errs.one_of(port.get("protocol"), &["SCTP", "TCP", "UDP"]);
    if let Some(protocol) = port.some("appProtocol") {
        errs.pass(protocol, text::qualified_name);
    }
}

/// An address that traffic can be sent to: not that of no host, of this host or of this link.
pub fn reachable_ip(value: &str) -> Result<(), Why> {
    let special = match text::sloppy_ip(value) {
        None => return Ok(()),
        Some(IpAddr::V4(ip)) => {
            let link_local = ip.is_link_local() || matches!(ip.octets(), [224, 0, 0, _]);
            ip.is_unspecified() || ip.is_loopback() || link_local
        }
        Some(IpAddr::V6(ip)) => {
            let link_local = ip.is_unicast_link_local() || (ip.is_multicast() && ip.segments()[0] & 0xf == 2);
            ip.is_unspecified() || ip.is_loopback() || link_local
        }
    };
    if special { Err("must not be an unspecified, loopback or link-local address".into()) } else { Ok(()) }
}
