//! Roles and bindings. Mirrors rbac.authorization.k8s.io/v1 validation.

use crate::object::Field;
use crate::schema::Version;
use crate::validate::meta::{self, Scope};
use crate::validate::selector::{is_well_formed, label_selector};
use crate::validate::{Verdicts, text};

const GROUP: &str = "rbac.authorization.k8s.io";

/// A Role.
pub fn role(errs: &mut Verdicts, root: Field, _: Version) {
    meta::metadata(errs, root, Scope::Namespaced, text::path_segment);
    for rule in root.get("rules").items() {
        policy_rule(errs, rule, Scope::Namespaced);
    }
}

/// A ClusterRole.
pub fn cluster_role(errs: &mut Verdicts, root: Field, _: Version) {
    meta::metadata(errs, root, Scope::Cluster, text::path_segment);
    for rule in root.get("rules").items() {
        policy_rule(errs, rule, Scope::Cluster);
    }
    let Some(aggregation) = root.some("aggregationRule") else { return };
    let selectors = aggregation.get("clusterRoleSelectors");
    if selectors.is_empty() {
        errs.required(selectors, "an `aggregationRule` needs at least one");
    }
    for selector in selectors.items() {
        label_selector(errs, selector);
        if !is_well_formed(selector) {
            errs.invalid(selector, "cannot select anything");
        }
    }
}

fn policy_rule(errs: &mut Verdicts, rule: Field, scope: Scope) {
    let list = |name| rule.get(name);
    if list("verbs").is_empty() {
        errs.required(list("verbs"), "a rule needs at least one verb");
    }
    let urls = list("nonResourceURLs");
    if urls.is_empty() {
        for name in ["apiGroups", "resources"] {
            if list(name).is_empty() {
                errs.required(list(name), "a rule about resources needs at least one");
            }
        }
        return;
    }
    if scope == Scope::Namespaced {
        errs.invalid(urls, "only a ClusterRole can speak of URLs");
    }
    if ["apiGroups", "resources", "resourceNames"].iter().any(|name| !list(name).is_empty()) {
        errs.invalid(urls, "one rule cannot speak of both URLs and resources");
    }
}

/// A RoleBinding.
pub fn role_binding(errs: &mut Verdicts, root: Field, _: Version) {
    meta::metadata(errs, root, Scope::Namespaced, text::path_segment);
    role_reference(errs, root.get("roleRef"), &["Role", "ClusterRole"]);
    for subject in root.get("subjects").items() {
        binding_subject(errs, subject, Scope::Namespaced);
    }
}

/// A ClusterRoleBinding.
pub fn cluster_role_binding(errs: &mut Verdicts, root: Field, _: Version) {
    meta::metadata(errs, root, Scope::Cluster, text::path_segment);
    role_reference(errs, root.get("roleRef"), &["ClusterRole"]);
    for subject in root.get("subjects").items() {
        binding_subject(errs, subject, Scope::Cluster);
    }
}

fn role_reference(errs: &mut Verdicts, role: Field, kinds: &[&str]) {
    // A missing group is this one by default.
    if !role.get("apiGroup").is_empty() {
        errs.one_of(role.get("apiGroup"), &[GROUP]);
    }
    errs.one_of(role.get("kind"), kinds);
    errs.must(role.get("name"), text::path_segment);
}

fn binding_subject(errs: &mut Verdicts, subject: Field, scope: Scope) {
    let (name, group, namespace) = (subject.get("name"), subject.get("apiGroup"), subject.get("namespace"));
    if name.text().is_empty() {
        errs.required(name, "");
    }
    match subject.get("kind").text() {
        "ServiceAccount" => {
            errs.may(name, text::dns_subdomain);
            if !group.is_empty() {
                errs.unsupported(group, &[]).help("service accounts are of the core group: leave `apiGroup` out");
            }
            if scope == Scope::Cluster && namespace.text().is_empty() {
                errs.required(namespace, "the service account's namespace");
            }
        }
        "User" | "Group" if !group.is_empty() => _ = errs.one_of(group, &[GROUP]),
        "User" | "Group" => {}
        _ => _ = errs.unsupported(subject.get("kind"), &["ServiceAccount", "User", "Group"]),
    }
}
