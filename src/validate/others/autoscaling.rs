//! HorizontalPodAutoscalers. Mirrors autoscaling's validation, which knows only the v2 form: a v1 object is converted first.

use crate::object::Field;
use crate::object::quantity::Quantity;
use crate::schema::Version;
use crate::validate::meta::{self, Scope};
use crate::validate::{Verdicts, text};

/// Longest stabilization window and longest period of a policy, in seconds.
const MAX_WINDOW: i64 = 3600;
const MAX_PERIOD: i64 = 1800;
/// Since when the apiVersion of a target is looked at.
const CHECKED_API_VERSION: Version = Version(34);
const METRICS_ANNOTATION: &str = "autoscaling.alpha.kubernetes.io/metrics";

/// A HorizontalPodAutoscaler of autoscaling/v2.
pub fn autoscaler(errs: &mut Verdicts, root: Field, version: Version) {
    common(errs, root, version);
    let spec = root.get("spec");
    let metrics = spec.get("metrics");
    for metric in metrics.items() {
        metric_source(errs, metric);
    }
    if !metrics.items().any(|metric| ["External", "Object"].contains(&metric.get("type").text())) {
        scale_to_zero(errs, spec, metrics);
    }
    if let Some(behavior) = spec.some("behavior") {
        for rules in [behavior.get("scaleUp"), behavior.get("scaleDown")].into_iter().filter(|rules| rules.exists()) {
            scaling_rules(errs, rules);
            tolerance(errs, rules.get("tolerance"));
        }
    }
}

/// A HorizontalPodAutoscaler of autoscaling/v1: its one target becomes the first metric of the v2 form.
pub fn autoscaler_v1(errs: &mut Verdicts, root: Field, version: Version) {
    common(errs, root, version);
    let target = root.get("spec").get("targetCPUUtilizationPercentage");
    // An annotation can hold metrics of the v2 form.
    if root.get("metadata").get("annotations").get(METRICS_ANNOTATION).absent() {
        scale_to_zero(errs, root.get("spec"), root.get("spec").get("metrics"));
    }
    if target.exists() && target.number() < 1 {
        let as_v2 = "spec.metrics[0].resource.target.averageUtilization";
        errs.invalid(target, "must be at least 1").printed_as(as_v2);
    }
}

/// No pods, no metrics of pods: only metrics from outside can end that state.
fn scale_to_zero(errs: &mut Verdicts, spec: Field, metrics: Field) {
    let min = spec.get("minReplicas");
    if min.exists() && min.number() == 0 {
        errs.forbidden(metrics, "`minReplicas: 0` needs a metric of type `External` or `Object`").label(min.span(), "set here");
    }
}

fn common(errs: &mut Verdicts, root: Field, version: Version) {
    meta::metadata(errs, root, Scope::Namespaced, text::dns_subdomain);
    let spec = root.get("spec");
    let (min, max) = (spec.get("minReplicas"), spec.get("maxReplicas"));
    if min.exists() {
        errs.at_least(min, 1);
    }
    match max.number() {
        0 => _ = errs.required(max, "must be set and greater than 0"),
        _ => _ = errs.at_least(max, 1),
    }
    if min.exists() && max.number() < min.number() {
        errs.invalid(max, "must be at least `minReplicas`");
    }
    let target = spec.get("scaleTargetRef");
    reference(errs, target);
    if version >= CHECKED_API_VERSION {
        target_version(errs, target);
    }
}

/// A target's apiVersion: with a group, but for the one kind without a group that can be scaled.
fn target_version(errs: &mut Verdicts, target: Field) {
    let api_version = target.get("apiVersion");
    match group(api_version.text()) {
        None => _ = errs.invalid(api_version, "must be `group/version`"),
        Some("") if target.get("kind").text() != "ReplicationController" => {
            errs.invalid(api_version, "must name an API group: `apps/v1`");
        }
        Some(_) => {}
    }
}

/// What every reference to an object must have, whatever its group.
fn reference(errs: &mut Verdicts, reference: Field) {
    errs.must(reference.get("kind"), text::path_segment);
    errs.must(reference.get("name"), text::path_segment);
}

/// The group of an apiVersion, `""` where it has none; `None` if it has more than one `/`.
fn group(api_version: &str) -> Option<&str> {
    if api_version == "/" {
        return Some("");
    }
    match api_version.split('/').collect::<Vec<_>>().as_slice() {
        [_] => Some(""),
        [group, _] => Some(group),
        _ => None,
    }
}

/// Each source's `type`, its field, and its check, in the order the server looks for them.
type Source = (&'static str, &'static str, fn(&mut Verdicts, Field));
const SOURCES: &[Source] = &[
    ("Object", "object", object_source),
    ("External", "external", external_source),
    ("Pods", "pods", pods_source),
    ("Resource", "resource", resource_source),
    ("ContainerResource", "containerResource", container_resource_source),
];

fn metric_source(errs: &mut Verdicts, metric: Field) {
    let kind = metric.get("type");
    if kind.text().is_empty() {
        errs.required(kind, "say which source the metric has");
    }
    errs.one_of(kind, &["ContainerResource", "External", "Object", "Pods", "Resource"]);
    let present: Vec<_> = SOURCES.iter().filter(|(_, field, _)| metric.get(field).exists()).collect();
    // Only the first one is looked into; the others are refused as a whole below.
    if let Some((_, field, check)) = present.first() {
        check(errs, metric.get(field));
    }
    let expected = SOURCES.iter().find(|(name, ..)| *name == kind.text()).map_or("", |(_, field, _)| field);
    if !expected.is_empty() && !metric.get(expected).exists() {
        errs.required(metric.get(expected), format!("`type` is `{}`", kind.text()));
    }
    if present.len() > 1 {
        for (_, field, _) in present.iter().filter(|(_, field, _)| *field != expected) {
            errs.forbidden(metric.get(field), format!("`type` is `{}`", kind.text()));
        }
    }
}

fn object_source(errs: &mut Verdicts, source: Field) {
    let described = source.get("describedObject");
    reference(errs, described);
    if group(described.get("apiVersion").text()).is_none() {
        errs.invalid(described.get("apiVersion"), "must be `group/version`");
    }
    metric_identifier(errs, source.get("metric"));
    let target = source.get("target");
    metric_target(errs, target);
    if !target.get("value").exists() && !target.get("averageValue").exists() {
        errs.required(target.get("averageValue"), "set `value` or `averageValue`");
    }
}

fn external_source(errs: &mut Verdicts, source: Field) {
    metric_identifier(errs, source.get("metric"));
    let target = source.get("target");
    metric_target(errs, target);
    match (target.some("value"), target.some("averageValue")) {
        (None, None) => _ = errs.required(target.get("averageValue"), "set `value` or `averageValue`"),
        (Some(value), Some(_)) => _ = errs.forbidden(value, "`averageValue` is set too"),
        _ => {}
    }
}

fn pods_source(errs: &mut Verdicts, source: Field) {
    metric_identifier(errs, source.get("metric"));
    let target = source.get("target");
    metric_target(errs, target);
    if !target.get("averageValue").exists() {
        errs.required(target.get("averageValue"), "");
    }
}

fn resource_source(errs: &mut Verdicts, source: Field) {
    if source.get("name").text().is_empty() {
        errs.required(source.get("name"), "");
    }
    resource_target(errs, source.get("target"));
}

fn container_resource_source(errs: &mut Verdicts, source: Field) {
    errs.must(source.get("name"), text::container_resource_name);
    errs.must(source.get("container"), text::dns_label);
    resource_target(errs, source.get("target"));
}

fn resource_target(errs: &mut Verdicts, target: Field) {
    metric_target(errs, target);
    match (target.some("averageUtilization"), target.some("averageValue")) {
        (None, None) => _ = errs.required(target.get("averageUtilization"), "set `averageUtilization` or `averageValue`"),
        (Some(_), Some(value)) => _ = errs.forbidden(value, "`averageUtilization` is set too"),
        _ => {}
    }
}

fn metric_identifier(errs: &mut Verdicts, metric: Field) {
    errs.must(metric.get("name"), text::path_segment);
}

fn metric_target(errs: &mut Verdicts, target: Field) {
    let kind = target.get("type");
    if kind.text().is_empty() {
        errs.required(kind, "");
    }
    if !["Utilization", "Value", "AverageValue"].contains(&kind.text()) {
        errs.invalid(kind, "must be `Utilization`, `Value` or `AverageValue`");
    }
    for name in ["value", "averageValue"] {
        if target.some(name).and_then(Quantity::of).is_some_and(|amount| amount.sign() != 1) {
            errs.invalid(target.get(name), "must be positive");
        }
    }
    if let Some(utilization) = target.some("averageUtilization") {
        errs.at_least(utilization, 1);
    }
}

fn scaling_rules(errs: &mut Verdicts, rules: Field) {
    if let Some(window) = rules.some("stabilizationWindowSeconds") {
        errs.between(window, 0, MAX_WINDOW);
    }
    if let Some(policy) = rules.some("selectPolicy") {
        errs.one_of(policy, &["Disabled", "Max", "Min"]);
    }
    let policies = rules.get("policies");
    if policies.is_empty() {
        errs.required(policies, "must hold at least one policy");
    }
    for policy in policies.items() {
        errs.one_of(policy.get("type"), &["Percent", "Pods"]);
        errs.at_least(policy.get("value"), 1);
        errs.between(policy.get("periodSeconds"), 1, MAX_PERIOD);
    }
}

fn tolerance(errs: &mut Verdicts, tolerance: Field) {
    if Quantity::of(tolerance).is_some_and(|tolerance| tolerance.sign() < 0) {
        errs.invalid(tolerance, "must not be negative");
    }
}
