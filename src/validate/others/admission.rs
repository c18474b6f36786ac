//! Admission webhooks. Mirrors admissionregistration.k8s.io/v1 validation of webhook configurations, and of what they share with
//! admission policies: rules and match conditions.

use std::collections::BTreeSet;

use super::webhook_url;
use crate::object::Field;
use crate::schema::Version;
use crate::text::Span;
use crate::validate::cel::{self, Certain, Environment, Returns};
use crate::validate::meta::{self, Scope};
use crate::validate::selector::label_selector;
use crate::validate::{Unique, Verdicts, text};

const MAX_MATCH_CONDITIONS: usize = 64;
/// What an expression can refer to wherever it stands.
pub const DECLARED: &[&str] = &["namespaceObject", "object", "oldObject", "request"];

/// A ValidatingWebhookConfiguration.
pub fn validating_webhooks(errs: &mut Verdicts, root: Field, _: Version) {
    webhooks(errs, root);
}

/// A MutatingWebhookConfiguration.
pub fn mutating_webhooks(errs: &mut Verdicts, root: Field, _: Version) {
    webhooks(errs, root);
    for hook in root.get("webhooks").items() {
        if let Some(policy) = hook.some("reinvocationPolicy") {
            errs.one_of(policy, &["IfNeeded", "Never"]);
        }
    }
}

fn webhooks(errs: &mut Verdicts, root: Field) {
    meta::generic_metadata(errs, root, Scope::Cluster, text::dns_subdomain);
    let mut names = Unique::default();
    for hook in root.get("webhooks").items() {
        if errs.must(hook.get("name"), text::fully_qualified_name) || !hook.get("name").is_empty() {
            names.add(errs, hook.get("name"));
        }
        webhook(errs, hook);
        review_versions(errs, hook.get("admissionReviewVersions"));
    }
}

fn webhook(errs: &mut Verdicts, hook: Field) {
    for rule in hook.get("rules").items() {
        rule_with_operations(errs, rule);
    }
    if let Some(policy) = hook.some("failurePolicy") {
        errs.one_of(policy, &["Fail", "Ignore"]);
    }
    if let Some(policy) = hook.some("matchPolicy") {
        errs.one_of(policy, &["Equivalent", "Exact"]);
    }
    match hook.some("sideEffects") {
        None => _ = errs.required(hook.get("sideEffects"), "use `None` or `NoneOnDryRun`"),
        Some(effects) => _ = errs.one_of(effects, &["None", "NoneOnDryRun"]),
    }
    if let Some(timeout) = hook.some("timeoutSeconds") {
        errs.between(timeout, 1, 30);
    }
    label_selector(errs, hook.get("namespaceSelector"));
    label_selector(errs, hook.get("objectSelector"));
    client_config(errs, hook.get("clientConfig"));
    let environment = Environment { names: [DECLARED, &["authorizer"]].concat(), ..Environment::default() };
    match_conditions(errs, hook.get("matchConditions"), &environment);
}

/// Whom to call: a URL or a service.
pub fn client_config(errs: &mut Verdicts, config: Field) {
    match (config.some("url"), config.some("service")) {
        (Some(url), None) => webhook_url::url(errs, url),
        (None, Some(service)) => {
            webhook_service(errs, service);
        }
        _ => _ = errs.required(config, "exactly one of `url` and `service`"),
    }
}

/// A webhook's service. The server mixes up the name's path with the namespace's.
fn webhook_service(errs: &mut Verdicts, service: Field) {
    for (name, printed) in [("namespace", "name"), ("name", "namespace")] {
        if service.get(name).text().is_empty() {
            let path = service.get(printed).path();
            errs.required(service.get(name), "").printed_as(path);
        }
    }
    if let Some(port) = service.some("port") {
        errs.between(port, 1, 65535);
    }
    errs.may(service.get("path"), webhook_url::service_path);
}

/// Versions of the review that a webhook understands.
pub fn review_versions(errs: &mut Verdicts, versions: Field) {
    if versions.is_empty() {
        errs.required(versions, "name `v1` or `v1beta1`");
        return;
    }
    let mut seen = BTreeSet::new();
    for version in versions.items() {
        if !seen.insert(version.text()) {
            errs.invalid(version, "is there twice");
            continue;
        }
        errs.pass(version, text::dns_label_1035);
    }
    if !seen.contains("v1") && !seen.contains("v1beta1") {
        errs.invalid(versions, "must include `v1` or `v1beta1`");
    }
}

/// Which requests: operations, and the resources they are about.
pub fn rule_with_operations(errs: &mut Verdicts, rule: Field) {
    let operations = rule.get("operations");
    if operations.is_empty() {
        errs.required(operations, "");
    }
    wildcard_alone(errs, operations);
    for operation in operations.items() {
        errs.one_of(operation, &["*", "CONNECT", "CREATE", "DELETE", "UPDATE"]);
    }
    for name in ["apiGroups", "apiVersions"] {
        if rule.get(name).is_empty() {
            errs.required(rule.get(name), "");
        }
        wildcard_alone(errs, rule.get(name));
    }
    for version in rule.get("apiVersions").items().filter(|version| version.text().is_empty()) {
        errs.required(version, "must not be empty");
    }
    resources(errs, rule.get("resources"));
    if let Some(scope) = rule.some("scope") {
        errs.one_of(scope, &["*", "Cluster", "Namespaced"]);
    }
}

fn wildcard_alone(errs: &mut Verdicts, list: Field) {
    if list.len() > 1 && list.items().any(|item| item.text() == "*") {
        errs.invalid(list, "holds `*`, so nothing else may be in it");
    }
}

/// `pods`, `pods/log`, `pods/*`, `*/scale`, `*`, `*/*`: none may be covered by an earlier one.
fn resources(errs: &mut Verdicts, list: Field) {
    if list.is_empty() {
        errs.required(list, "");
    }
    let (mut all_of, mut all_with) = (BTreeSet::new(), BTreeSet::new());
    let mut whole_resource = false;
    for item in list.items() {
        if item.text().is_empty() {
            errs.required(item, "must not be empty");
            continue;
        }
        let Some((resource, subresource)) = item.text().split_once('/') else {
            // The server remembers only the last of them.
            whole_resource = item.text() != "*";
            continue;
        };
        if all_of.contains(resource) {
            errs.invalid(item, format!("`{resource}/*` covers it"));
        }
        if all_with.contains(subresource) {
            errs.invalid(item, format!("`*/{subresource}` covers it"));
        }
        if subresource == "*" {
            all_of.insert(resource);
        }
        if resource == "*" {
            all_with.insert(subresource);
        }
    }
    let has = |name: &str| list.items().any(|item| item.text() == name);
    if list.len() > 1 && has("*/*") {
        errs.invalid(list, "holds `*/*`, so nothing else may be in it");
    }
    if has("*") && whole_resource {
        errs.invalid(list, "holds `*`, so no other resource may be in it but subresources");
    }
}

/// Conditions on requests: named expressions that are all true or the request passes by.
pub fn match_conditions(errs: &mut Verdicts, conditions: Field, environment: &Environment) {
    if conditions.len() > MAX_MATCH_CONDITIONS {
        errs.too_many(conditions, MAX_MATCH_CONDITIONS);
    }
    let mut names = Unique::default();
    for condition in conditions.items() {
        let source = condition.get("expression");
        if source.text().trim().is_empty() {
            errs.required(source, "");
        } else {
            expression(errs, source, environment, Returns::Bool);
        }
        errs.must(condition.get("name"), text::qualified_name);
        if !condition.get("name").text().is_empty() {
            names.add(errs, condition.get("name"));
        }
    }
}

/// An expression that must compile; its type, where it is certain.
pub fn expression(errs: &mut Verdicts, source: Field, environment: &Environment, returns: Returns) -> Certain {
    match cel::check(source.text(), environment, returns) {
        Ok(found) => found,
        Err(fault) => {
            let verdict = errs.invalid(source, format!("it does not compile: {}", fault.why));
            if let Some(span) = source.raw().in_source() {
                let start = span.start + fault.at as u32;
                verdict.span = Span::new(start, start + word_length(&source.text()[fault.at..]));
            }
            None
        }
    }
}

/// How many bytes the name, number or sign that `text` begins with has.
fn word_length(text: &str) -> u32 {
    let word = text.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
    word.max(text.chars().next().map_or(0, char::len_utf8)) as u32
}
