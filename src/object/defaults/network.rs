//! Defaults of network policies and ingress classes.

use super::Slot;
use crate::yaml::Kind;

/// `networking.k8s.io/v1` NetworkPolicy. It covers incoming traffic always, outgoing where it has rules for it.
pub fn network_policy(root: &mut Slot) {
    let Some(mut spec) = root.struct_at("spec") else { return };
    spec.struct_at("podSelector");
    for direction in ["ingress", "egress"] {
        spec.each(direction, |rule| rule.each("ports", |port| port.default_pointer("protocol", "TCP")));
    }
    if !spec.is_empty("policyTypes") {
        return;
    }
    let egress = !spec.is_empty("egress");
    let Some(types) = spec.seq_at("policyTypes") else { return };
    spec.append(types, Kind::Str, "Ingress");
    if egress {
        spec.append(types, Kind::Str, "Egress");
    }
}

/// `networking.k8s.io/v1` IngressClass.
pub fn ingress_class(root: &mut Slot) {
    if let Some(mut spec) = root.struct_at("spec") {
        spec.with("parameters", |parameters| parameters.default_pointer("scope", "Cluster"));
    }
}
