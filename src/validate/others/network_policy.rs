//! NetworkPolicies, ServiceCIDRs and IPAddresses. Mirrors networking/v1 validation of each.

use std::net::IpAddr;

use crate::object::Field;
use crate::schema::Version;
use crate::validate::meta::{self, Scope};
use crate::validate::selector::label_selector;
use crate::validate::{Verdicts, text};
use crate::yaml::Kind;

/// A NetworkPolicy.
pub fn network_policy(errs: &mut Verdicts, root: Field, version: Version) {
    meta::metadata(errs, root, Scope::Namespaced, text::dns_subdomain);
    let spec = root.get("spec");
    label_selector(errs, spec.get("podSelector"));
    for (rules, peers) in [("ingress", "from"), ("egress", "to")] {
        for rule in spec.get(rules).items() {
            for port in rule.get("ports").items() {
                policy_port(errs, port);
            }
            for peer in rule.get(peers).items() {
                policy_peer(errs, peer, version);
            }
        }
    }
    let types = spec.get("policyTypes");
    if types.len() > 2 {
        errs.invalid(types, "must not hold more than two types");
        return;
    }
    for policy_type in types.items() {
        errs.one_of(policy_type, &["Ingress", "Egress"]);
    }
}

fn policy_port(errs: &mut Verdicts, rule: Field) {
    let (port, end) = (rule.get("port"), rule.get("endPort"));
    if let Some(protocol) = rule.some("protocol") {
        errs.one_of(protocol, &["TCP", "UDP", "SCTP"]);
    }
    match port.kind() {
        Kind::Null if end.exists() => _ = errs.invalid(end, "needs `port` too"),
        Kind::Null => {}
        Kind::Str => {
            if end.exists() {
                errs.invalid(end, "needs a numeric `port`").label(port.span(), "a name");
            }
            errs.pass(port, text::port_name);
        }
        _ => {
            errs.between(port, 1, 65535);
            if end.exists() && end.number() < port.number() {
                errs.invalid(end, "must be at least `port`").label(port.span(), "the first port");
            }
            if end.exists() {
                errs.between(end, 1, 65535);
            }
        }
    }
}

fn policy_peer(errs: &mut Verdicts, peer: Field, version: Version) {
    let (pods, namespaces, block) = (peer.get("podSelector"), peer.get("namespaceSelector"), peer.get("ipBlock"));
    label_selector(errs, pods);
    label_selector(errs, namespaces);
    if block.exists() {
        ip_block(errs, block, version);
    }
    match (pods.exists() || namespaces.exists(), block.exists()) {
        (false, false) => _ = errs.required(peer, "say who the peer is: `podSelector`, `namespaceSelector` or `ipBlock`"),
        (true, true) => _ = errs.forbidden(peer, "`ipBlock` cannot be combined with a selector"),
        _ => {}
    }
}

fn ip_block(errs: &mut Verdicts, block: Field, version: Version) {
    let cidr = block.get("cidr");
    errs.must(cidr, text::cidr(version));
    let Some((network, bits)) = text::sloppy_cidr(cidr.text()) else { return };
    for except in block.get("except").items() {
        errs.pass(except, text::cidr(version));
        let Some((inner, inner_bits)) = text::sloppy_cidr(except.text()) else { continue };
        if bits >= inner_bits || !contains(network, bits, inner) {
            errs.invalid(except, "must lie within `cidr` and be smaller").label(cidr.span(), "the range it is cut from");
        }
    }
}

/// Whether the range `network/bits` holds `ip`; ranges hold no addresses of the other family.
fn contains(network: IpAddr, bits: u8, ip: IpAddr) -> bool {
    match (network, ip) {
        (IpAddr::V4(network), IpAddr::V4(ip)) => {
            (network.to_bits() ^ ip.to_bits()).checked_shr(32 - u32::from(bits)).is_none_or(|differing| differing == 0)
        }
        (IpAddr::V6(network), IpAddr::V6(ip)) => {
            (network.to_bits() ^ ip.to_bits()).checked_shr(128 - u32::from(bits)).is_none_or(|differing| differing == 0)
        }
        _ => false,
    }
}

/// A ServiceCIDR: one range, or one of each family.
pub fn service_cidr(errs: &mut Verdicts, root: Field, _: Version) {
    meta::metadata(errs, root, Scope::Cluster, text::dns_subdomain);
    let cidrs = root.get("spec").get("cidrs");
    if cidrs.is_empty() {
        errs.required(cidrs, "give one range, or one of each IP family");
        return;
    }
    if cidrs.len() > 2 {
        errs.invalid(cidrs, "must hold one range, or one of each IP family");
        return;
    }
    let families: Vec<bool> =
        cidrs.items().filter_map(|cidr| text::sloppy_cidr(cidr.text())).map(|(ip, _)| ip.is_ipv6()).collect();
    if families.len() == 2 && families[0] == families[1] {
        errs.invalid(cidrs, "must hold one range of each IP family");
    }
    for cidr in cidrs.items() {
        errs.pass(cidr, text::canonical_cidr);
    }
}

/// An IPAddress: its name is the address, its parent the object that has it.
pub fn ip_address(errs: &mut Verdicts, root: Field, _: Version) {
    meta::metadata(errs, root, Scope::Cluster, text::canonical_ip);
    let parent = root.get("spec").get("parentRef");
    if !parent.exists() {
        errs.required(parent, "");
        return;
    }
    errs.may(parent.get("group"), text::dns_subdomain);
    errs.must(parent.get("resource"), text::path_segment);
    errs.must(parent.get("name"), text::path_segment);
    errs.may(parent.get("namespace"), text::path_segment);
}
