//! Defaults of API priority and fairness.

use super::Slot;

/// `flowcontrol.apiserver.k8s.io/v1` FlowSchema.
pub fn flow_schema(root: &mut Slot) {
    if let Some(mut spec) = root.struct_at("spec") {
        spec.default_nonzero("matchingPrecedence", 1000);
    }
}

/// `flowcontrol.apiserver.k8s.io/v1` PriorityLevelConfiguration.
pub fn priority_level(root: &mut Slot) {
    let Some(mut spec) = root.struct_at("spec") else { return };
    if spec.text("type") == "Exempt" {
        spec.struct_at("exempt");
    }
    spec.with("exempt", |exempt| {
        exempt.default_int("nominalConcurrencyShares", 0);
        exempt.default_int("lendablePercent", 0);
    });
    spec.with("limited", |limited| {
        limited.default_int("nominalConcurrencyShares", 30);
        limited.default_int("lendablePercent", 0);
        let Some(mut response) = limited.struct_at("limitResponse") else { return };
        response.with("queuing", |queuing| {
            queuing.default_nonzero("handSize", 8);
            queuing.default_nonzero("queues", 64);
            queuing.default_nonzero("queueLengthLimit", 50);
        });
    });
}
