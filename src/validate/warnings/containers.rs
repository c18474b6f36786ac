//! Warnings on one container: amounts and variables.

use std::collections::BTreeMap;

use super::super::Verdicts;
use super::fractional_bytes;
use crate::object::Field;
use crate::text::Span;

/// One container, its ports left out.
pub fn container(errs: &mut Verdicts, container: Field) {
    let resources = container.get("resources");
    for list in ["limits", "requests"] {
        if let Some(amounts) = resources.some(list) {
            fractional_amounts(errs, amounts);
        }
    }
    variables(errs, container.get("env"));
}

/// Bytes that are not whole in a map of resources.
pub fn fractional_amounts(errs: &mut Verdicts, resources: Field) {
    for resource in ["memory", "ephemeral-storage"] {
        fractional_bytes(errs, resources.get(resource));
    }
}

/// Whether no variable stands twice, as can be told at once for nearly all containers.
fn are_few_and_differ(env: Field) -> bool {
    const FEW: usize = 8;
    let mut names = [""; FEW];
    env.items().enumerate().all(|(i, variable)| {
        let name = variable.get("name").text();
        let is_new = i < FEW && !names[..i].contains(&name);
        if is_new {
            names[i] = name;
        }
        is_new
    })
}

/// A variable that stands twice hides the first, which apply may then drop. One whose value builds on the first is fine.
fn variables(errs: &mut Verdicts, env: Field) {
    if are_few_and_differ(env) {
        return;
    }
    let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
    for variable in env.items() {
        let (name, value) = (variable.get("name").text(), variable.get("value").text());
        let Some(&first) = seen.get(name) else {
            seen.insert(name, variable.get("name").span());
            continue;
        };
        let reference = format!("$({name})");
        let builds_on_it = value.contains(&reference) && value != reference && !variable.get("valueFrom").exists();
        if !builds_on_it {
            let message = format!("`{name}` is set twice: this one hides the first, which apply may drop");
            errs.warn(variable, message).label(first, "first set here");
        }
    }
}
