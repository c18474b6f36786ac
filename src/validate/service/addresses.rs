//! The addresses of a Service. Mirrors core/v1 validation of the `clusterIP` fields, and what the server says when it allocates
//! them. The cluster is taken to have IPv4 addresses only, as most have.

use std::net::{IpAddr, Ipv4Addr};

use super::type_is;
use crate::object::Field;
use crate::schema::Version;
use crate::validate::others::endpoints;
use crate::validate::{Unique, Verdicts, text};

/// Whether the Service asks for no address of its own.
pub fn is_headless(spec: Field) -> bool {
    let mut addresses = spec.get("clusterIPs").items();
    addresses.next().is_some_and(|first| first.text() == "None") && addresses.next().is_none()
}

/// What is checked before addresses are given out; what is not written yet is not looked at.
pub fn allocate(errs: &mut Verdicts, spec: Field, version: Version) {
    if type_is(spec, "ExternalName") {
        return;
    }
    let before = errs.len();
    families(errs, spec);
    addresses(errs, spec, version);
    if errs.len() > before {
        return;
    }
    let addresses: Vec<Field> = spec.get("clusterIPs").items().collect();
    let headless = addresses.first().is_some_and(|first| first.text() == "None");
    let families: Vec<Field> = written_families(spec).collect();
    for address in addresses.iter().skip(families.len()).filter(|address| is_ipv6(address.text())) {
        errs.invalid(*address, "the cluster has IPv4 addresses only");
    }
    if errs.len() > before || (headless && spec.get("selector").is_empty()) {
        return;
    }
    let policy = spec.get("ipFamilyPolicy");
    if policy.written() && policy.text() == "RequireDualStack" {
        errs.invalid(policy, "the cluster has IPv4 addresses only").help("`PreferDualStack` works on any cluster");
    }
    for family in families.iter().filter(|family| family.text() == "IPv6") {
        errs.invalid(*family, "the cluster has IPv4 addresses only");
    }
    if errs.len() == before && !headless {
        in_range(errs, &addresses);
    }
}

/// The families that the manifest itself names. A `null` there has become an empty string, which is no default.
fn written_families(spec: Field) -> impl Iterator<Item = Field> {
    spec.get("ipFamilies").items().filter(|family| family.written() || family.text().is_empty())
}

fn families(errs: &mut Verdicts, spec: Field) {
    let policy = spec.get("ipFamilyPolicy");
    if policy.exists() {
        errs.one_of(policy, &["PreferDualStack", "RequireDualStack", "SingleStack"]);
    }
    let mut seen = Unique::default();
    for family in written_families(spec) {
        errs.one_of(family, &["IPv4", "IPv6"]);
        seen.add(errs, family);
    }
}

/// `clusterIP` and `clusterIPs`: the same first, each an address of the family at its place, `None` alone.
fn addresses(errs: &mut Verdicts, spec: Field, version: Version) {
    let (single, list) = (spec.get("clusterIP"), spec.get("clusterIPs"));
    let all: Vec<Field> = list.items().collect();
    if let Some(first) = all.first()
        && first.text() != single.text()
    {
        errs.invalid(list, "its first must be what `clusterIP` is").label(single.span(), "not the same");
    }
    if all.len() > 2 {
        errs.invalid(list, "there may be two at most, one for each IP family");
    }
    let before = errs.len();
    for (i, address) in all.iter().enumerate() {
        if i > 0 || address.text() != "None" {
            if let Err(why) = text::ip(version)(address.text()) {
                errs.invalid(*address, why);
            }
        } else if all.len() > 1 {
            errs.invalid(list, "`None` must be the only one");
        }
    }
    if errs.len() > before || is_headless(spec) {
        return;
    }
    if all.len() > 1 && !(all.len() == 2 && is_ipv6(all[0].text()) != is_ipv6(all[1].text())) {
        errs.invalid(list, "there may be one for each IP family");
    }
    for (address, family) in all.iter().zip(written_families(spec)) {
        if matches!((family.text(), is_ipv6(address.text())), ("IPv4", true) | ("IPv6", false)) {
            errs.invalid(*address, format!("`ipFamilies` has {} in its place", family.text()))
                .label(family.span(), "the family asked for");
        }
    }
}

fn is_ipv6(address: &str) -> bool {
    text::sloppy_ip(address).is_some_and(|ip| ip.is_ipv6())
}

/// The cluster's range is not known here; an address that is in no range clusters are given is refused by any.
fn in_range(errs: &mut Verdicts, addresses: &[Field]) {
    let outside = |address: &&Field| matches!(text::sloppy_ip(address.text()), Some(IpAddr::V4(ip)) if !is_for_services(ip));
    if let Some(address) = addresses.iter().find(outside) {
        errs.invalid(*address, "it is in no range that clusters take Service addresses from")
            .printed_as("spec.clusterIPs")
            .help("leave it out, and the cluster gives the Service an address");
    }
}

/// Private and shared address space, and the block that Google's clusters take Service addresses from.
fn is_for_services(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    ip.is_private() || (a == 100 && b & 0xc0 == 64) || (a == 34 && b == 118 && c >= 224)
}

/// Addresses from outside: valid, and of no special meaning.
pub fn external(errs: &mut Verdicts, addresses: Field, version: Version) {
    for address in addresses.items() {
        if let Err(why) = text::ip(version)(address.text()).and_then(|()| endpoints::reachable_ip(address.text())) {
            errs.invalid(address, why);
        }
    }
}
