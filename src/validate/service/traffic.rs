//! Where traffic to a Service comes from and goes to. Mirrors core/v1 validation of its load balancer and traffic policy fields.

use super::type_is;
use crate::object::Field;
use crate::schema::Version;
use crate::validate::{Verdicts, text};

/// The annotation that `loadBalancerSourceRanges` took the place of.
const RANGES_ANNOTATION: &str = "service.beta.kubernetes.io/load-balancer-source-ranges";

/// Who may reach the load balancer: ranges, in the field or else in its old annotation. The server prints the field's name with a
/// capital.
pub fn source_ranges(errs: &mut Verdicts, root: Field, version: Version) {
    let spec = root.get("spec");
    let ranges = spec.get("loadBalancerSourceRanges");
    let annotation = root.get("metadata").get("annotations").get(RANGES_ANNOTATION);
    let (field, path) = if !ranges.is_empty() {
        (ranges, "spec.LoadBalancerSourceRanges".to_string())
    } else if !annotation.absent() {
        (annotation, format!("metadata.annotations[{RANGES_ANNOTATION}]"))
    } else {
        return;
    };
    if !type_is(spec, "LoadBalancer") {
        errs.forbidden(field, "it goes with `type: LoadBalancer`").printed_as(path.clone());
    }
    for range in ranges.items() {
        if let Err(why) = text::cidr(version)(range.text().trim()) {
            errs.invalid(range, why).printed_as(format!("{path}[{}]", range.index()));
        }
    }
    let listed = annotation.text().trim();
    if ranges.is_empty()
        && !listed.is_empty()
        && let Some(why) = listed.split(',').find_map(|range| text::cidr(version)(range.trim()).err())
    {
        errs.invalid(annotation, why).printed_as(path);
    }
}

/// What is for load balancers only.
pub fn load_balancer(errs: &mut Verdicts, spec: Field) {
    let fits = type_is(spec, "LoadBalancer");
    match spec.some("loadBalancerClass") {
        Some(class) if fits => _ = errs.pass(class, text::qualified_name),
        Some(class) => _ = errs.forbidden(class, "it goes with `type: LoadBalancer`"),
        None => {}
    }
    if let Some(ports) = spec.some("allocateLoadBalancerNodePorts").filter(|_| !fits) {
        errs.forbidden(ports, "it goes with `type: LoadBalancer`");
    }
}

/// The traffic policies, the port that health checks of a load balancer ask, and which endpoints are preferred.
pub fn policies(errs: &mut Verdicts, spec: Field, version: Version) {
    let outside = spec.get("externalTrafficPolicy");
    if is_reached_from_outside(spec) {
        errs.must_be_one_of(outside, &["Cluster", "Local"]);
    } else if !outside.is_empty() {
        errs.invalid(outside, "nothing reaches this Service from outside the cluster");
    }
    let check = spec.get("healthCheckNodePort");
    // 0 stands for a port that the server picks.
    if check.number() != 0 {
        if type_is(spec, "LoadBalancer") && outside.text() == "Local" {
            errs.between(check, 1, 65535);
        } else {
            errs.invalid(check, "it goes with `type: LoadBalancer` and `externalTrafficPolicy: Local`");
        }
    }
    if let Some(inside) = spec.some("internalTrafficPolicy") {
        errs.one_of(inside, &["Cluster", "Local"]);
    }
    if let Some(distribution) = spec.some("trafficDistribution") {
        let known: &[&str] = &["PreferClose", "PreferSameZone", "PreferSameNode"];
        errs.one_of(distribution, if version >= Version(34) { known } else { &known[..1] });
    }
}

fn is_reached_from_outside(spec: Field) -> bool {
    match spec.get("type").text() {
        "LoadBalancer" | "NodePort" => true,
        "ClusterIP" => !spec.get("externalIPs").is_empty(),
        _ => false,
    }
}
