//! Defaults of admission webhooks and policies.

use super::Slot;

/// `admissionregistration.k8s.io/v1` ValidatingWebhookConfiguration.
pub fn validating_webhooks(root: &mut Slot) {
    root.each("webhooks", webhook);
}

/// `admissionregistration.k8s.io/v1` MutatingWebhookConfiguration.
pub fn mutating_webhooks(root: &mut Slot) {
    root.each("webhooks", |hook| {
        webhook(hook);
        hook.default_pointer("reinvocationPolicy", "Never");
    });
}

fn webhook(hook: &mut Slot) {
    hook.default_pointer("failurePolicy", "Fail");
    hook.default_int("timeoutSeconds", 10);
    matching(hook);
    hook.each("rules", scope);
    if let Some(mut client) = hook.struct_at("clientConfig") {
        client.with("service", |service| service.default_int("port", 443));
    }
}

/// What a webhook and a policy's match resources have in common: they match equivalent requests of everything.
fn matching(slot: &mut Slot) {
    slot.default_pointer("matchPolicy", "Equivalent");
    slot.struct_at("namespaceSelector");
    slot.struct_at("objectSelector");
}

fn scope(rule: &mut Slot) {
    rule.default_pointer("scope", "*");
}

fn match_resources(resources: &mut Slot) {
    matching(resources);
    resources.each("resourceRules", scope);
    resources.each("excludeResourceRules", scope);
}

/// `ValidatingAdmissionPolicy` and `MutatingAdmissionPolicy`.
pub fn policy(root: &mut Slot) {
    let Some(mut spec) = root.struct_at("spec") else { return };
    spec.default_pointer("failurePolicy", "Fail");
    spec.with("matchConstraints", match_resources);
}

/// `ValidatingAdmissionPolicyBinding` and `MutatingAdmissionPolicyBinding`.
pub fn policy_binding(root: &mut Slot) {
    let Some(mut spec) = root.struct_at("spec") else { return };
    spec.with("matchResources", match_resources);
}
