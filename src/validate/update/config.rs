//! Updates of ConfigMaps, Secrets, nodes, quotas and custom resource definitions. Mirrors what each kind holds on to.

use std::collections::BTreeSet;

use super::{As, Update, refuse, same, unchanged};
use crate::object::Field;
use crate::validate::Verdicts;

/// A ConfigMap.
pub fn config_map(errs: &mut Verdicts, update: Update) {
    frozen(errs, update, &["data", "binaryData"]);
}

/// A Secret.
pub fn secret(errs: &mut Verdicts, update: Update) {
    unchanged(errs, update.old.get("type"), update.new.get("type"), As::Invalid);
    frozen(errs, update, &["data"]);
}

/// What was made immutable stays so, with its data.
fn frozen(errs: &mut Verdicts, update: Update, data: &[&'static str]) {
    let Update { old, new, .. } = update;
    if !old.get("immutable").is_true() {
        return;
    }
    if !new.get("immutable").is_true() {
        let message = "`immutable` cannot be taken back".to_string();
        refuse(errs, new.get("immutable"), As::Forbidden, message).help("delete the object and create it again");
    }
    for name in data {
        if !same(old.get(name), new.get(name)) {
            let message = format!("`{name}` cannot be changed: the object is `immutable`");
            refuse(errs, new.get(name), As::Forbidden, message).help("give the changed object a new name");
        }
    }
}

/// A node keeps its address ranges and its provider's id once it has them, and its external one in any case.
pub fn node(errs: &mut Verdicts, update: Update) {
    let (old, new) = (update.old.get("spec"), update.new.get("spec"));
    for name in ["podCIDRs", "providerID"] {
        if !old.get(name).is_empty() && !same(old.get(name), new.get(name)) {
            refuse(errs, new.get(name), As::Forbidden, format!("`{name}` of a node cannot be changed once it is set"));
        }
    }
    unchanged(errs, old.get("externalID"), new.get("externalID"), As::Forbidden);
}

/// A quota keeps its scopes, in any order.
pub fn resource_quota(errs: &mut Verdicts, update: Update) {
    let (old, new) = (update.old.get("spec").get("scopes"), update.new.get("spec").get("scopes"));
    if names(old) != names(new) {
        refuse(errs, new, As::Invalid, "`scopes` cannot be changed after creation".to_string());
    }
}

fn names(list: Field<'_>) -> BTreeSet<&str> {
    list.items().map(Field::text).collect()
}

/// A custom resource definition keeps what its objects are stored by: group, names, scope, and the version
/// that they are stored in.
pub fn resource_definition(errs: &mut Verdicts, update: Update) {
    let (old, new) = (update.old.get("spec"), update.new.get("spec"));
    for name in ["group", "scope"] {
        unchanged(errs, old.get(name), new.get(name), As::Invalid);
    }
    for name in ["kind", "plural"] {
        unchanged(errs, old.get("names").get(name), new.get("names").get(name), As::Invalid);
    }
    let stored = old.get("versions").items().find(|version| version.get("storage").is_true());
    let Some(stored) = stored.map(|version| version.get("name").text()) else { return };
    if !new.get("versions").items().any(|version| version.get("name").text() == stored) {
        let message = format!("the version `{stored}` cannot be removed: objects are stored in it");
        refuse(errs, new.get("versions"), As::Invalid, message).printed_as("status.storedVersions[0]");
    }
}
