//! EndpointSlices. Mirrors discovery.k8s.io/v1 validation.

use super::endpoints::reachable_ip;
use crate::object::Field;
use crate::schema::Version;
use crate::validate::meta::{self, Scope};
use crate::validate::{Unique, Verdicts, text};

const MAX_ENDPOINTS: usize = 1000;
const MAX_ADDRESSES: usize = 100;
const MAX_PORTS: usize = 20_000;
const MAX_HINTS: usize = 8;
const MAX_TOPOLOGY: usize = 16;

/// An EndpointSlice.
pub fn endpoint_slice(errs: &mut Verdicts, root: Field, version: Version) {
    meta::metadata(errs, root, Scope::Namespaced, text::dns_subdomain);
    let kind = root.get("addressType");
    if kind.text().is_empty() {
        errs.required(kind, "");
    } else {
        errs.one_of(kind, &["FQDN", "IPv4", "IPv6"]);
    }
    let endpoints = root.get("endpoints");
    if endpoints.len() > MAX_ENDPOINTS {
        errs.too_many(endpoints, MAX_ENDPOINTS);
    } else {
        for endpoint in endpoints.items() {
            slice_endpoint(errs, endpoint, kind.text(), version);
        }
    }
    slice_ports(errs, root.get("ports"));
}

fn slice_endpoint(errs: &mut Verdicts, endpoint: Field, address_type: &str, version: Version) {
    let addresses = endpoint.get("addresses");
    match addresses.len() {
        0 => _ = errs.required(addresses, "must hold at least one address"),
        1..=MAX_ADDRESSES => {}
        _ => _ = errs.too_many(addresses, MAX_ADDRESSES),
    }
    for address in addresses.items() {
        match address_type {
            "IPv4" => _ = errs.pass(address, text::ipv4(version)) && errs.pass(address, reachable_ip),
            "IPv6" => _ = errs.pass(address, text::ipv6(version)) && errs.pass(address, reachable_ip),
            "FQDN" => _ = errs.must(address, fully_qualified_domain),
            _ => {}
        }
    }
    if let Some(node) = endpoint.some("nodeName") {
        errs.pass(node, text::dns_subdomain);
    }
    let topology = endpoint.get("deprecatedTopology");
    if topology.len() > MAX_TOPOLOGY {
        errs.too_many(topology, MAX_TOPOLOGY);
    }
    meta::labels(errs, topology);
    if let Some(hostname) = endpoint.some("hostname") {
        errs.pass(hostname, text::dns_label);
    }
    hints(errs, endpoint.get("hints"));
}

/// A domain name of two labels or more, with or without the root's dot.
fn fully_qualified_domain(name: &str) -> Result<(), crate::validate::Why> {
    let name = name.strip_suffix('.').unwrap_or(name);
    text::dns_subdomain(name)?;
    if !name.contains('.') {
        return Err("must have at least two parts separated by a dot".into());
    }
    name.split('.').try_for_each(text::dns_label)
}

fn hints(errs: &mut Verdicts, hints: Field) {
    for list in ["forZones", "forNodes"] {
        let list = hints.get(list);
        if list.len() > MAX_HINTS {
            errs.too_many(list, MAX_HINTS);
            return;
        }
    }
    for (list, check) in [("forZones", text::label_value as fn(&str) -> _), ("forNodes", text::dns_subdomain)] {
        let mut names = Unique::default();
        for hint in hints.get(list).items() {
            names.add(errs, hint.get("name"));
            errs.pass(hint.get("name"), check);
        }
    }
}

fn slice_ports(errs: &mut Verdicts, ports: Field) {
    if ports.len() > MAX_PORTS {
        errs.too_many(ports, MAX_PORTS);
        return;
    }
    let mut names = Unique::default();
    for port in ports.items() {
        errs.may(port.get("name"), text::dns_label);
        names.add(errs, port.get("name"));
        errs.one_of(port.get("protocol"), &["SCTP", "TCP", "UDP"]);
        if let Some(protocol) = port.some("appProtocol") {
            errs.pass(protocol, text::qualified_name);
        }
    }
}
