//! How a Job finds its pods. Mirrors batch/v1 validation of `selector`, and what the server makes up before it.

use crate::diagnostic::LocalFix;
use crate::object::{Field, edit};
use crate::validate::{Verdicts, selector};

/// The labels that name a Job on its pods, the older second.
const NAME_LABELS: [&str; 2] = ["batch.kubernetes.io/job-name", "job-name"];
/// The labels that carry a Job's UID on its pods.
const UID_LABELS: [&str; 2] = ["batch.kubernetes.io/controller-uid", "controller-uid"];

/// The value of a label, so far as it can be known.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Label<'a> {
    Missing,
    Is(&'a str),
    /// The Job's UID, which only the server knows: no value written in a manifest equals it.
    Uid,
}

/// A selector written by hand: it must be there and select the template.
pub fn by_hand(errs: &mut Verdicts, spec: Field) {
    let own = spec.get("selector");
    if !own.exists() {
        errs.required(own, "`manualSelector: true` means that it is written by hand");
    }
    selector::label_selector(errs, own);
    let unmet = match own.exists() {
        true if selector::is_well_formed(own) => selector::unmet(own, labels(spec)),
        true => None,
        false => Some(own),
    };
    if let Some(condition) = unmet {
        selector::mismatch(errs, spec.get("template"), condition);
    }
}

/// A selector that the server completes with the Job's UID, which it also puts on the template with the Job's `name`; unless the
/// template has such labels with other values: then it makes nothing, and misses what it would have made.
pub fn generated<'a>(errs: &mut Verdicts, spec: Field<'a>, name: &'a str) {
    let own = spec.get("selector");
    let foreign = foreign_labels(errs, spec, name);
    if foreign && !own.exists() {
        errs.required(own, "the template's labels keep the server from making it").help("take the labels it makes itself out");
        mismatch(errs, spec);
        return;
    }
    selector::label_selector(errs, own);
    if !selector::is_well_formed(own) {
        return;
    }
    let made = |key| made(key, name);
    let on_pods = |key| match written(labels(spec), key) {
        Some(value) => Label::Is(value.text()),
        None if foreign => Label::Missing,
        None => made(key),
    };
    if let Some(condition) = conditions(own).find(|&condition| !is_met(condition, made)) {
        errs.invalid(own, "the server makes the selector of a Job itself")
            .label(condition.span(), "not met by the labels it makes")
            .help("leave `selector` out, or set `manualSelector: true`")
            .fix = without(own);
    }
    if conditions(own).any(|condition| !is_met(condition, on_pods)) {
        mismatch(errs, spec);
    }
}

/// Labels of the template that the server would make, with a value it would not. With a selector written, all four must be
/// as made. Returns whether there is one.
fn foreign_labels(errs: &mut Verdicts, spec: Field, name: &str) -> bool {
    let labels = labels(spec);
    let wrong = |key: &'static str| written(labels, key).filter(|value| UID_LABELS.contains(&key) || value.text() != name);
    if NAME_LABELS.into_iter().chain(UID_LABELS).all(|key| wrong(key).is_none()) {
        return false;
    }
    for key in NAME_LABELS.into_iter().chain(UID_LABELS) {
        let path = format!("{}[{key}]", labels.path());
        if !spec.get("selector").exists() {
            continue;
        } else if let Some(value) = wrong(key) {
            errs.invalid(value, "the server alone sets this label").printed_as(path);
        } else if written(labels, key).is_none() {
            errs.required(labels.get(key), "the other labels keep the server from setting it").printed_as(path);
        }
    }
    true
}

/// The label `key` as the server makes it for the Job `name`.
fn made<'a>(key: &str, name: &'a str) -> Label<'a> {
    if UID_LABELS.contains(&key) {
        Label::Uid
    } else if NAME_LABELS.contains(&key) {
        Label::Is(name)
    } else {
        Label::Missing
    }
}

/// The value of a label that the manifest has itself. A `null` there has become an empty string, which is no default.
fn written<'a>(labels: Field<'a>, key: &'a str) -> Option<Field<'a>> {
    labels.entry(key).filter(|value| value.written() || value.str() == Some(""))
}

fn labels(spec: Field) -> Field {
    spec.get("template").get("metadata").get("labels")
}

/// The entries of `matchLabels` and the elements of `matchExpressions`.
fn conditions(selector: Field) -> impl Iterator<Item = Field> {
    let labels = selector.get("matchLabels").entries().map(|(_, value)| value);
    labels.chain(selector.get("matchExpressions").items())
}

/// Whether labels as `of` tells them meet one condition.
fn is_met<'a>(condition: Field<'a>, of: impl Fn(&'a str) -> Label<'a>) -> bool {
    if !condition.parent().is_seq() {
        return of(condition.key()) == Label::Is(condition.text());
    }
    let label = of(condition.get("key").text());
    let listed = condition.get("values").items().any(|value| label == Label::Is(value.text()));
    match condition.get("operator").text() {
        "In" => listed,
        "NotIn" => !listed,
        "Exists" => label != Label::Missing,
        _ => label == Label::Missing,
    }
}

fn mismatch(errs: &mut Verdicts, spec: Field) {
    let labels = labels(spec);
    let verdict = errs.invalid(labels, "").under("api-selector-mismatch");
    verdict.message = "the selector does not select the pods of this template".to_string();
    if labels.written() {
        verdict.span = labels.key_span();
    }
    let own = spec.get("selector");
    if own.exists() {
        verdict.label(own.key_span(), "the selector");
        verdict.fix = without(own);
    }
}

/// The edit that leaves the selector to the server.
fn without(own: Field) -> Option<LocalFix> {
    let title = "leave `selector` out: the server makes it".to_string();
    Some(LocalFix { title, safe: false, edits: vec![edit::remove(own)?] })
}
