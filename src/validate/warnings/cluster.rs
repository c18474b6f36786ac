//! Warnings on quotas, accounts, nodes and runtime classes. Mirrors their strategies' `WarningsOnCreate`.

use super::super::Verdicts;
use super::node_label;
use crate::object::{Field, Quantity};
use crate::schema::Version;

/// A ServiceAccount.
pub fn service_account(errs: &mut Verdicts, root: Field, _: Version) {
    if let Some(annotation) = root.get("metadata").get("annotations").some("kubernetes.io/enforce-mountable-secrets") {
        errs.warn(annotation, "this annotation is deprecated since 1.32: keep Secrets apart by namespaces");
    }
}

/// A ResourceQuota that allows more to be requested than to be the limit.
pub fn resource_quota(errs: &mut Verdicts, root: Field, _: Version) {
    let hard = root.get("spec").get("hard");
    for (requests, bare, limits) in [
        ("requests.cpu", "cpu", "limits.cpu"),
        ("requests.memory", "memory", "limits.memory"),
        ("requests.storage", "", "limits.storage"),
        ("requests.ephemeral-storage", "", "limits.ephemeral-storage"),
    ] {
        let Some(request) = hard.some(requests).or_else(|| hard.some(bare).filter(|_| !bare.is_empty())) else { continue };
        let limit = hard.get(limits);
        if let (Some(most), Some(bound)) = (Quantity::of(request), Quantity::of(limit))
            && most > bound
        {
            let message = format!("`{}: {}` is more than `{limits}: {}`", request.key(), request.scalar(), limit.scalar());
            errs.warn(request, message).label(limit.span(), "the limit");
        }
    }
}

/// A Node.
pub fn node(errs: &mut Verdicts, root: Field, _: Version) {
    for name in ["configSource", "externalID"] {
        let field = root.get("spec").get(name);
        if field.exists() && field.str() != Some("") {
            errs.warn(field, format!("`{name}` is deprecated: nothing uses it"));
        }
    }
}

/// A RuntimeClass.
pub fn runtime_class(errs: &mut Verdicts, root: Field, _: Version) {
    for (label, value) in root.get("scheduling").get("nodeSelector").entries() {
        node_label(errs, value, label);
    }
}
