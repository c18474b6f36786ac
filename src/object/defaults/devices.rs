//! Defaults of resource claims: what is asked of devices.

use super::Slot;

/// `resource.k8s.io/v1` ResourceClaim.
pub fn claim(root: &mut Slot) {
    if let Some(mut spec) = root.struct_at("spec") {
        claim_spec(&mut spec);
    }
}

/// `resource.k8s.io/v1` ResourceClaimTemplate.
pub fn claim_template(root: &mut Slot) {
    let Some(mut template) = root.struct_at("spec") else { return };
    template.struct_at("metadata");
    if let Some(mut spec) = template.struct_at("spec") {
        claim_spec(&mut spec);
    }
}

fn claim_spec(spec: &mut Slot) {
    let Some(mut devices) = spec.struct_at("devices") else { return };
    devices.each("requests", |asked| {
        asked.with("exactly", request);
        // The first beta has no `exactly`: its fields stand here.
        if !asked.text("deviceClassName").is_empty() {
            request(asked);
        }
        asked.each("firstAvailable", request);
    });
}

fn request(request: &mut Slot) {
    request.default_str("allocationMode", "ExactCount");
    if request.text("allocationMode") == "ExactCount" {
        request.default_nonzero("count", 1);
    }
    request.each("tolerations", |toleration| toleration.default_str("operator", "Equal"));
}
