//! Label selectors. Mirrors apimachinery's validation of `LabelSelector`.

use super::{Verdicts, meta, text};
use crate::diagnostic::LocalFix;
use crate::object::{Field, edit};

/// A `LabelSelector`: label keys and values, operators and the values they take.
pub fn label_selector(errs: &mut Verdicts, selector: Field) {
    meta::labels(errs, selector.get("matchLabels"));
    for expression in selector.get("matchExpressions").items() {
        requirement(errs, expression);
    }
}

/// One of `matchExpressions`.
fn requirement(errs: &mut Verdicts, expression: Field) {
    let (operator, list) = (expression.get("operator"), expression.get("values"));
    match operator.text() {
        "In" | "NotIn" if list.is_empty() => {
            errs.required(list, format!("`operator: {}` compares with values", operator.text()));
        }
        "In" | "NotIn" => {}
        "Exists" | "DoesNotExist" if !list.is_empty() => {
            errs.forbidden(list, format!("`operator: {}` takes no values", operator.text()));
        }
        "Exists" | "DoesNotExist" => {}
        _ => _ = errs.invalid(operator, "must be `In`, `NotIn`, `Exists` or `DoesNotExist`"),
    }
    if let Err(why) = text::qualified_name(expression.get("key").text()) {
        errs.invalid(expression.get("key"), why);
    }
    for value in list.items() {
        errs.may(value, text::label_value);
    }
}

/// Whether the selector has no condition at all: then it selects everything.
pub fn selects_all(selector: Field) -> bool {
    selector.get("matchLabels").is_empty() && selector.get("matchExpressions").is_empty()
}

/// Whether the server can turn the selector into one it can evaluate: keys, operators and values are all well formed.
pub fn is_well_formed(selector: Field) -> bool {
    let labels = selector.get("matchLabels").entries();
    let expressions = selector.get("matchExpressions").items();
    labels.into_iter().all(|(key, value)| text::qualified_name(key).is_ok() && text::label_value(value.text()).is_ok())
        && expressions.into_iter().all(requirement_is_well_formed)
}

fn requirement_is_well_formed(expression: Field) -> bool {
    let mut values = expression.get("values").items();
    let fits = match expression.get("operator").text() {
        "In" | "NotIn" => !expression.get("values").is_empty(),
        "Exists" | "DoesNotExist" => expression.get("values").is_empty(),
        _ => false,
    };
    fits && text::qualified_name(expression.get("key").text()).is_ok()
        && values.all(|value| text::label_value(value.text()).is_ok())
}

/// The first condition of a well-formed selector that `labels` do not meet: an entry of `matchLabels` or an element of
/// `matchExpressions`.
pub fn unmet<'a>(selector: Field<'a>, labels: Field<'a>) -> Option<Field<'a>> {
    unmet_label(selector.get("matchLabels"), labels).or_else(|| {
        let mut expressions = selector.get("matchExpressions").items();
        expressions.find(|&expression| !meets(expression, labels))
    })
}

/// The first entry of a map selector that `labels` do not have.
pub fn unmet_label<'a>(selector: Field<'a>, labels: Field<'a>) -> Option<Field<'a>> {
    selector.entries().find(|(key, value)| label(labels, key) != Some(value.text())).map(|(_, value)| value)
}

fn meets(expression: Field, labels: Field) -> bool {
    let found = label(labels, expression.get("key").text());
    let listed = |value: &str| expression.get("values").items().any(|item| item.text() == value);
    match expression.get("operator").text() {
        "In" => found.is_some_and(listed),
        "NotIn" => !found.is_some_and(listed),
        "Exists" => found.is_some(),
        _ => found.is_none(),
    }
}

/// The value of label `key`; one written as `null` is `""`.
pub fn label<'a>(labels: Field<'a>, key: &str) -> Option<&'a str> {
    labels.entry(key).map(Field::text)
}

/// The template lacks a label that the selector's `condition` asks for.
pub fn mismatch(errs: &mut Verdicts, template: Field, condition: Field) {
    let labels = template.get("metadata").get("labels");
    let key = if condition.parent().is_seq() { condition.get("key").text() } else { condition.key() };
    let found = labels.entry(key);
    let verdict = errs.invalid(labels, "").under("api-selector-mismatch");
    verdict.message = "the selector does not select the pods of this template".to_string();
    if labels.written() {
        verdict.span = found.map_or(labels.key_span(), Field::span);
    }
    if !condition.exists() {
        verdict.help("write a selector that the template's labels meet");
        return;
    }
    verdict.label(condition.span(), "asked for here");
    let value = found.map(Field::text);
    verdict.fix = aligned(labels, found, condition);
    if condition.parent().is_seq() {
        verdict.help(match value {
            Some(value) => format!("the template has `{key}: {value}`, which the selector's expression on `{key}` leaves out"),
            None => format!("the selector's expression on `{key}` wants that label, which the template does not have"),
        });
        return;
    }
    let wanted = condition.text();
    verdict.help(match value {
        Some(value) => format!("the selector asks for `{key}: {wanted}`, the template has `{key}: {value}`"),
        None => format!("add the label `{key}: {wanted}` to the template, or take it out of the selector"),
    });
}

/// The edit that gives the template the label that an entry of `matchLabels` asks for.
fn aligned(labels: Field, found: Option<Field>, condition: Field) -> Option<LocalFix> {
    if condition.parent().is_seq() {
        return None;
    }
    let (key, wanted) = (condition.key(), condition.str()?);
    let change = match found {
        Some(found) => edit::set(found, wanted),
        None => edit::insert(labels, key, wanted),
    };
    Some(LocalFix { title: format!("give the template the label `{key}: {wanted}`"), safe: false, edits: vec![change?] })
}
