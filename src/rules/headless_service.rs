//! `ref-headless-service`: a StatefulSet whose governing Service is missing, not headless, or selects other pods.

use super::{Check, Cx, Rule};
use crate::diagnostic::{Family, Finding, Label, LocalFix, Severity};
use crate::inventory::{Entry, Facts, Service, StatefulSet};
use crate::text::Span;

/// The rule.
pub const RULE: Rule = Rule {
    id: "ref-headless-service",
    family: Family::Ref,
    severity: Severity::Error,
    page: include_str!("../../rules/ref-headless-service.md"),
    check: Check::Across(check),
};

fn check(cx: &Cx, entry: &Entry, findings: &mut Vec<Finding>) {
    let Facts::StatefulSet(set) = &entry.facts else { return };
    if set.service_name.is_empty() {
        return;
    }
    match cx.inventory.service(entry, &set.service_name) {
        None => findings.push(missing(cx, entry, set)),
        Some((other, service)) if !service.headless => findings.push(not_headless(cx, entry, set, other, service)),
        Some((other, service)) if !selects(service, set) => findings.push(selects_others(cx, entry, set, other, service)),
        Some(_) => {}
    }
}

/// Without the Service in sight it may still exist elsewhere, hence a warning.
fn missing(cx: &Cx, entry: &Entry, set: &StatefulSet) -> Finding {
    let namespace = entry.namespace();
    let message = format!("there is no Service `{}` in namespace `{namespace}` among these manifests", set.service_name);
    let mut finding = cx.finding(entry, FIELD, set.service_name_span, message);
    finding.severity = Severity::Warning;
    finding.help = Some(
        "add a Service of that name with `clusterIP: None` that selects these pods, or lint it together with this file".into(),
    );
    finding
}

fn not_headless(cx: &Cx, entry: &Entry, set: &StatefulSet, other: &Entry, service: &Service) -> Finding {
    let message = format!("Service `{}` is not headless, so the pods get no DNS names of their own", set.service_name);
    let mut finding = cx.finding(entry, FIELD, set.service_name_span, message);
    finding.help = Some("set `clusterIP: None` in the Service, or name another Service that has it".into());
    finding.labels.push(label(other, service.cluster_ip_span, "this Service has a cluster IP"));
    // A cluster IP cannot be taken from a Service that runs: it would have to be made anew.
    finding.fix = service.make_headless.clone().map(|change| {
        let fix = LocalFix { title: "set `clusterIP: None` in the Service".to_string(), safe: false, edits: vec![change] };
        fix.in_file(&other.path)
    });
    finding
}

fn selects_others(cx: &Cx, entry: &Entry, set: &StatefulSet, other: &Entry, service: &Service) -> Finding {
    let message = format!("Service `{}` does not select these pods, so they get no DNS names", set.service_name);
    let mut finding = cx.finding(entry, FIELD, set.service_name_span, message);
    let wrong = service.selector.iter().find(|(key, value)| set.pod_labels.get(*key) != Some(value));
    finding.help =
        wrong.map(|(key, value)| format!("the pods need the label `{key}: {value}`, or the Service another selector").into());
    finding.labels.push(label(other, service.selector_span, "this selector does not match the pod labels"));
    finding
}

const FIELD: &str = "spec.serviceName";

fn label(other: &Entry, span: Span, message: &str) -> Label {
    Label { path: other.path.clone(), span, message: message.to_string() }
}

/// A Service without a selector has its endpoints made by hand; nothing can be said about them.
fn selects(service: &Service, set: &StatefulSet) -> bool {
    service.selector.iter().all(|(key, value)| set.pod_labels.get(key) == Some(value))
}
