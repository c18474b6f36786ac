//! Warnings on network kinds, and on how addresses are written. Mirrors `pkg/api/service/warnings.go` and the strategies.

use super::super::{Verdicts, text};
use crate::object::Field;
use crate::schema::Version;

/// A Service: fields that its type ignores, and deprecated ones.
pub fn service(errs: &mut Verdicts, root: Field, version: Version) {
    let spec = root.get("spec");
    let kind = spec.get("type").text();
    let headless = kind == "ClusterIP" && spec.get("clusterIP").text() == "None";
    if let Some(hints) = root.get("metadata").get("annotations").some("service.kubernetes.io/topology-aware-hints") {
        errs.warn(hints, "this annotation is deprecated: use `service.kubernetes.io/topology-mode`, or `trafficDistribution`");
    }
    let external = spec.get("externalIPs");
    if headless {
        let unless =
            |errs: &mut Verdicts, field: Field| _ = errs.warn(field, format!("a headless Service ignores `{}`", field.key()));
        if !spec.get("loadBalancerIP").is_empty() {
            unless(errs, spec.get("loadBalancerIP"));
        }
        if !external.is_empty() {
            unless(errs, external);
        }
        if spec.get("sessionAffinity").text() != "None" {
            unless(errs, spec.get("sessionAffinity"));
        }
    }
    match kind {
        "ExternalName" if !external.is_empty() => _ = errs.warn(external, "a Service of type ExternalName ignores `externalIPs`"),
        _ if !external.is_empty() && !headless && version >= Version(36) => {
            errs.warn(external, "`externalIPs` is deprecated, and some clusters do not implement it any more");
        }
        _ => {}
    }
    if kind != "ExternalName" && !spec.get("externalName").is_empty() {
        errs.warn(spec.get("externalName"), "only a Service of type ExternalName uses `externalName`");
    }
    if spec.get("trafficDistribution").text() == "PreferClose" && version >= Version(34) {
        errs.warn(spec.get("trafficDistribution"), "`PreferClose` is deprecated: use `PreferSameZone`, which means the same");
    }
    addresses(errs, spec);
}

fn addresses(errs: &mut Verdicts, spec: Field) {
    for address in spec.get("clusterIPs").items().chain(spec.get("externalIPs").items()) {
        ip(errs, address);
    }
    ip(errs, spec.get("loadBalancerIP"));
    for range in spec.get("loadBalancerSourceRanges").items() {
        cidr(errs, range);
    }
}

/// Endpoints.
pub fn endpoints(errs: &mut Verdicts, root: Field, _: Version) {
    for subset in root.get("subsets").items() {
        for address in subset.get("addresses").items().chain(subset.get("notReadyAddresses").items()) {
            ip(errs, address.get("ip"));
        }
    }
}

/// An EndpointSlice.
pub fn endpoint_slice(errs: &mut Verdicts, root: Field, _: Version) {
    if root.get("addressType").text() == "FQDN" {
        errs.warn(root.get("addressType"), "`FQDN` is deprecated: nothing reads such slices");
        return;
    }
    for endpoint in root.get("endpoints").items() {
        for address in endpoint.get("addresses").items() {
            ip(errs, address);
        }
    }
}

/// An Ingress.
pub fn ingress(errs: &mut Verdicts, root: Field, _: Version) {
    let class = root.get("metadata").get("annotations").get("kubernetes.io/ingress.class");
    if class.exists() && !root.get("spec").get("ingressClassName").exists() {
        errs.warn(class, "this annotation is deprecated: use `spec.ingressClassName`");
    }
}

/// A NetworkPolicy.
pub fn network_policy(errs: &mut Verdicts, root: Field, _: Version) {
    for (rules, peers) in [("ingress", "from"), ("egress", "to")] {
        let peers = root.get("spec").get(rules).items().flat_map(|rule| rule.get(peers).items());
        for block in peers.map(|peer| peer.get("ipBlock")) {
            cidr(errs, block.get("cidr"));
            for except in block.get("except").items() {
                cidr(errs, except);
            }
        }
    }
}

/// An address that is taken and should be written otherwise.
pub fn ip(errs: &mut Verdicts, address: Field) {
    let standard = text::sloppy_ip(address.text()).map(|ip| ip.to_string());
    written(errs, address, text::canonical_ip, standard);
}

/// A range that is taken and should be written otherwise.
pub fn cidr(errs: &mut Verdicts, range: Field) {
    let standard = text::sloppy_cidr(range.text()).map(|(ip, bits)| format!("{ip}/{bits}"));
    written(errs, range, text::canonical_cidr, standard);
}

fn written(errs: &mut Verdicts, field: Field, check: fn(&str) -> Result<(), super::super::Why>, standard: Option<String>) {
    let Some(standard) = standard else { return };
    if check(field.text()).is_err() {
        errs.warn(field, format!("`{}` is better written `{standard}`, as everything else writes it", field.text()));
    }
}
