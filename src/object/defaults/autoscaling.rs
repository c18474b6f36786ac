//! Defaults of HorizontalPodAutoscalers.

use super::Slot;
use crate::yaml::Kind;

/// The CPU use an autoscaler aims at where nothing else is said, in percent of the request.
const CPU_TARGET: i64 = 80;

/// `autoscaling/v1` HorizontalPodAutoscaler.
pub fn autoscaler_v1(root: &mut Slot) {
    let metrics = root
        .map("metadata")
        .and_then(|mut metadata| metadata.map("annotations").and_then(|it| it.get("autoscaling.alpha.kubernetes.io/metrics")));
    let Some(mut spec) = root.struct_at("spec") else { return };
    spec.default_int("minReplicas", 1);
    spec.struct_at("scaleTargetRef");
    if metrics.is_none() {
        spec.default_int("targetCPUUtilizationPercentage", CPU_TARGET);
    }
}

/// `autoscaling/v2` HorizontalPodAutoscaler.
pub fn autoscaler_v2(root: &mut Slot) {
    let Some(mut spec) = root.struct_at("spec") else { return };
    spec.default_int("minReplicas", 1);
    spec.struct_at("scaleTargetRef");
    if spec.is_empty("metrics") {
        cpu_metric(&mut spec);
    }
    spec.with("behavior", |behavior| {
        if let Some(mut up) = behavior.struct_at("scaleUp") {
            up.default_int("stabilizationWindowSeconds", 0);
            rules(&mut up, &[("Pods", 4), ("Percent", 100)]);
        }
        if let Some(mut down) = behavior.struct_at("scaleDown") {
            rules(&mut down, &[("Percent", 100)]);
        }
    });
}

fn cpu_metric(spec: &mut Slot) {
    let Some(metrics) = spec.seq_at("metrics") else { return };
    let metric = spec.append(metrics, Kind::Map, "");
    let mut metric = spec.at(metric);
    metric.default_str("type", "Resource");
    let Some(mut resource) = metric.struct_at("resource") else { return };
    resource.default_str("name", "cpu");
    let Some(mut target) = resource.struct_at("target") else { return };
    target.default_str("type", "Utilization");
    target.default_int("averageUtilization", CPU_TARGET);
}

/// How fast to scale one way: by default as far as the most generous policy allows, each within fifteen seconds.
fn rules(rules: &mut Slot, policies: &[(&str, i64)]) {
    rules.default_pointer("selectPolicy", "Max");
    if rules.get("policies").is_some() {
        return;
    }
    let Some(list) = rules.seq_at("policies") else { return };
    for (kind, value) in policies {
        let policy = rules.append(list, Kind::Map, "");
        let mut policy = rules.at(policy);
        policy.default_str("type", kind);
        policy.default_int("value", *value);
        policy.default_int("periodSeconds", 15);
    }
}
