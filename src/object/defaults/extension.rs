//! Defaults of custom resource definitions and aggregated API services.

use super::Slot;

/// `apiextensions.k8s.io/v1` CustomResourceDefinition.
pub fn definition(root: &mut Slot) {
    let Some(mut spec) = root.struct_at("spec") else { return };
    if let Some(mut names) = spec.struct_at("names") {
        let kind = names.text("kind").to_string();
        if !kind.is_empty() {
            names.default_str("singular", &kind.to_lowercase());
            names.default_str("listKind", &format!("{kind}List"));
        }
    }
    if let Some(mut conversion) = spec.struct_at("conversion") {
        conversion.default_str("strategy", "None");
        conversion.with("webhook", |webhook| webhook.with("clientConfig", |client| client.with("service", service)));
    }
}

fn service(service: &mut Slot) {
    service.default_int("port", 443);
}

/// `apiregistration.k8s.io/v1` APIService.
pub fn api_service(root: &mut Slot) {
    if let Some(mut spec) = root.struct_at("spec") {
        spec.with("service", service);
    }
}
