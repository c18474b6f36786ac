//! Admission policies and their bindings. Mirrors admissionregistration.k8s.io/v1 validation of ValidatingAdmissionPolicy,
//! MutatingAdmissionPolicy and the binding of each.

use super::admission::{DECLARED, expression, match_conditions, rule_with_operations};
use crate::object::Field;
use crate::schema::Version;
use crate::validate::cel::{Environment, RESERVED, Returns};
use crate::validate::meta::{self, Scope};
use crate::validate::selector::label_selector;
use crate::validate::{Unique, Verdicts, Why, text};

const MAX_AUDIT_ANNOTATIONS: usize = 20;
/// Longest expression of an audit annotation, bytes.
const MAX_AUDIT_EXPRESSION: usize = 5 * 1024;

/// A ValidatingAdmissionPolicy.
pub fn validating_policy(errs: &mut Verdicts, root: Field, _: Version) {
    meta::generic_metadata(errs, root, Scope::Cluster, text::dns_subdomain);
    let spec = root.get("spec");
    common(errs, spec);
    let mut environment = environment(spec);
    let composed = !spec.get("variables").is_empty();
    variables(errs, spec, &mut environment);
    environment.variables = environment.variables.filter(|_| composed);
    let (validations, annotations) = (spec.get("validations"), spec.get("auditAnnotations"));
    if validations.is_empty() && annotations.is_empty() {
        errs.required(validations, "give `validations` or `auditAnnotations`");
        errs.required(annotations, "give `validations` or `auditAnnotations`");
        return;
    }
    for item in validations.items() {
        validation(errs, item, &environment);
    }
    audit_annotations(errs, root, &environment);
}

/// What the expressions of a policy can refer to.
fn environment<'a>(spec: Field<'a>) -> Environment<'a> {
    let params = if spec.get("paramKind").exists() { &["params"][..] } else { &[] };
    Environment { names: [DECLARED, &["authorizer"], params].concat(), variables: Some(Vec::new()), messages: &[] }
}

/// What validating and mutating policies have in common.
fn common(errs: &mut Verdicts, spec: Field) {
    if let Some(policy) = spec.some("failurePolicy") {
        errs.one_of(policy, &["Fail", "Ignore"]);
    }
    if let Some(kind) = spec.some("paramKind") {
        param_kind(errs, kind);
    }
    let constraints = spec.get("matchConstraints");
    if constraints.exists() {
        match_resources(errs, constraints);
        if constraints.get("resourceRules").is_empty() {
            errs.required(constraints.get("resourceRules"), "a policy needs at least one");
        }
    } else {
        errs.required(constraints, "");
    }
    let environment = Environment { variables: None, ..environment(spec) };
    match_conditions(errs, spec.get("matchConditions"), &environment);
}

fn param_kind(errs: &mut Verdicts, kind: Field) {
    errs.must(kind.get("apiVersion"), |value| {
        let (group, version) = match value.split('/').collect::<Vec<_>>().as_slice() {
            [version] => ("", *version),
            [group, version] => (*group, *version),
            _ => return Err("must be `version` or `group/version`".into()),
        };
        if !group.is_empty() {
            text::dns_subdomain(group)?;
        }
        text::dns_label_1035(version)
    });
    errs.must(kind.get("kind"), |value| text::dns_label_1035(&value.to_lowercase()));
}

/// Variables, each of which can refer to those before it.
fn variables<'a>(errs: &mut Verdicts, spec: Field<'a>, environment: &mut Environment<'a>) {
    for variable in spec.get("variables").items() {
        let (name, source) = (variable.get("name"), variable.get("expression"));
        if name.text().trim().is_empty() {
            errs.required(name, "");
        } else {
            errs.pass(name, cel_identifier);
        }
        if source.text().trim().is_empty() {
            errs.required(source, "");
            continue;
        }
        let found = expression(errs, source, environment, Returns::Anything);
        if let Some(known) = &mut environment.variables {
            known.push((name.text(), found));
        }
    }
}

fn cel_identifier(name: &str) -> Result<(), Why> {
    text::c_identifier(name)?;
    if RESERVED.contains(&name) { Err("is a reserved word".into()) } else { Ok(()) }
}

fn validation(errs: &mut Verdicts, item: Field, environment: &Environment) {
    let source = item.get("expression");
    if source.text().trim().is_empty() {
        errs.required(source, "");
    } else {
        expression(errs, source, environment, Returns::Bool);
    }
    let (message, by_expression) = (item.get("message"), item.get("messageExpression"));
    if !by_expression.text().is_empty() {
        if by_expression.text().trim().is_empty() {
            errs.invalid(by_expression, "must not be blank");
        } else {
            expression(errs, by_expression, &without_authorizer(environment), Returns::Str);
        }
    }
    if !message.text().is_empty() && message.text().trim().is_empty() {
        errs.invalid(message, "must not be blank");
    } else if message.text().trim().contains(['\n', '\r']) {
        errs.invalid(message, "must be one line");
    }
    if let Some(reason) = item.some("reason") {
        errs.one_of(reason, &["Forbidden", "Invalid", "RequestEntityTooLarge"]);
    }
}

/// A message is made where nobody can be asked about permissions any more.
fn without_authorizer<'a>(environment: &Environment<'a>) -> Environment<'a> {
    let mut names = environment.names.clone();
    names.retain(|name| *name != "authorizer");
    Environment { names, ..environment.clone() }
}

fn audit_annotations(errs: &mut Verdicts, root: Field, environment: &Environment) {
    let annotations = root.get("spec").get("auditAnnotations");
    if annotations.len() > MAX_AUDIT_ANNOTATIONS {
        errs.invalid(annotations, format!("must not hold more than {MAX_AUDIT_ANNOTATIONS}"));
    }
    let policy = root.get("metadata").get("name").text();
    let mut keys = Unique::default();
    for annotation in annotations.items() {
        let (key, source) = (annotation.get("key"), annotation.get("valueExpression"));
        // The annotation is written as `policy/key`.
        errs.pass(key, |key| match policy {
            "" => Err("needs the policy to have a name".into()),
            policy => text::qualified_name(&format!("{policy}/{key}")),
        });
        keys.add(errs, key);
        match source.text().trim().len() {
            0 => _ = errs.required(source, ""),
            1..=MAX_AUDIT_EXPRESSION => _ = expression(errs, source, environment, Returns::StrOrNull),
            _ => _ = errs.required(source, format!("at most {MAX_AUDIT_EXPRESSION} bytes")),
        }
    }
}

/// `MatchResources`: which requests a policy or binding is about.
fn match_resources(errs: &mut Verdicts, resources: Field) {
    if let Some(policy) = resources.some("matchPolicy") {
        errs.one_of(policy, &["Equivalent", "Exact"]);
    }
    label_selector(errs, resources.get("namespaceSelector"));
    label_selector(errs, resources.get("objectSelector"));
    for rule in resources.get("resourceRules").items().chain(resources.get("excludeResourceRules").items()) {
        let mut names = Unique::default();
        for name in rule.get("resourceNames").items() {
            errs.pass(name, text::path_segment);
            names.add(errs, name);
        }
        rule_with_operations(errs, rule);
    }
}

/// A ValidatingAdmissionPolicyBinding.
pub fn validating_binding(errs: &mut Verdicts, root: Field, _: Version) {
    binding(errs, root);
    let actions = root.get("spec").get("validationActions");
    let mut seen = Unique::default();
    for action in actions.items() {
        errs.one_of(action, &["Audit", "Deny", "Warn"]);
        seen.add(errs, action);
    }
    if actions.is_empty() {
        errs.required(actions, "name at least one");
    }
    if seen.has("Deny") && seen.has("Warn") {
        errs.invalid(actions, "must not hold both `Deny` and `Warn`: they would say the same twice");
    }
}

/// A MutatingAdmissionPolicyBinding.
pub fn mutating_binding(errs: &mut Verdicts, root: Field, _: Version) {
    binding(errs, root);
    mutable_operations(errs, root.get("spec").get("matchResources").get("resourceRules"));
}

fn binding(errs: &mut Verdicts, root: Field) {
    meta::generic_metadata(errs, root, Scope::Cluster, text::dns_subdomain);
    let spec = root.get("spec");
    errs.must(spec.get("policyName"), text::dns_subdomain);
    if let Some(resources) = spec.some("matchResources") {
        match_resources(errs, resources);
    }
    let Some(param) = spec.some("paramRef") else { return };
    let (name, selector, action) = (param.get("name"), param.get("selector"), param.get("parameterNotFoundAction"));
    errs.may(name, text::path_segment);
    label_selector(errs, selector);
    match (name.text().is_empty(), selector.exists()) {
        (true, false) => _ = errs.required(param, "give `name` or `selector`"),
        (false, true) => {
            errs.forbidden(name, "`selector` is set too");
            errs.forbidden(selector, "`name` is set too");
        }
        _ => {}
    }
    if action.text().is_empty() {
        errs.required(action, "");
    } else {
        errs.one_of(action, &["Deny", "Allow"]);
    }
}

/// A MutatingAdmissionPolicy.
pub fn mutating_policy(errs: &mut Verdicts, root: Field, _: Version) {
    meta::generic_metadata(errs, root, Scope::Cluster, text::dns_subdomain);
    let spec = root.get("spec");
    common(errs, spec);
    mutable_operations(errs, spec.get("matchConstraints").get("resourceRules"));
    let mut environment = environment(spec);
    variables(errs, spec, &mut environment);
    environment.messages = &["JSONPatch", "Object"];
    let mutations = spec.get("mutations");
    if mutations.is_empty() {
        errs.required(mutations, "a policy needs at least one");
    }
    for mutation in mutations.items() {
        mutate(errs, mutation, &environment);
    }
    let policy = spec.get("reinvocationPolicy");
    if policy.text().is_empty() {
        errs.required(policy, "");
    } else {
        errs.one_of(policy, &["IfNeeded", "Never"]);
    }
}

/// What is deleted cannot be changed. Printed for all rules as one.
fn mutable_operations(errs: &mut Verdicts, rules: Field) {
    let printed = format!("{}.operations", rules.path());
    for operation in rules.items().flat_map(|rule| rule.get("operations").items()) {
        if !["*", "CONNECT", "CREATE", "UPDATE"].contains(&operation.text()) {
            errs.unsupported(operation, &["*", "CONNECT", "CREATE", "UPDATE"]).printed_as(&printed);
        }
    }
}

fn mutate(errs: &mut Verdicts, mutation: Field, environment: &Environment) {
    let kind = mutation.get("patchType");
    let (used, unused) = match kind.text() {
        "JSONPatch" => ("jsonPatch", "applyConfiguration"),
        "ApplyConfiguration" => ("applyConfiguration", "jsonPatch"),
        "" => {
            errs.required(kind, "");
            return;
        }
        _ => {
            errs.unsupported(kind, &["ApplyConfiguration", "JSONPatch"]);
            return;
        }
    };
    let (used, unused) = (mutation.get(used), mutation.get(unused));
    if unused.exists() {
        errs.invalid(unused, format!("`patchType` is `{}`", kind.text()));
    }
    let source = used.get("expression");
    if !used.exists() {
        errs.required(used, format!("`patchType` is `{}`", kind.text()));
    } else if source.text().trim().is_empty() {
        errs.required(source, "");
    } else {
        expression(errs, source, environment, Returns::Anything);
    }
}
