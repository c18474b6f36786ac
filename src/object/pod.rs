//! Pods as the scheduler sees them: what their containers ask for together.

use std::collections::BTreeMap;

use super::{Field, Quantity};

/// What a pod spec's containers have together of `list`: `requests` or `limits`.
///
/// Regular containers and sidecars add up; an init container runs beside the sidecars before it, and the most that is needed at any
/// time counts. Mirrors the aggregation in `k8s.io/component-helpers/resource`.
pub fn total<'a>(spec: Field<'a>, list: &'static str) -> BTreeMap<&'a str, Quantity> {
    let mut total = BTreeMap::new();
    for container in spec.get("containers").items() {
        add(&mut total, container.get("resources").get(list));
    }
    let mut sidecars = BTreeMap::new();
    let mut peak = BTreeMap::new();
    for container in spec.get("initContainers").items() {
        let amounts = container.get("resources").get(list);
        let mut running = sidecars.clone();
        add(&mut running, amounts);
        raise(&mut peak, &running);
        if container.get("restartPolicy").text() == "Always" {
            add(&mut total, amounts);
            sidecars = running;
        }
    }
    raise(&mut total, &peak);
    total
}

/// Whether a pod as a whole can have the resource, beside its containers.
pub fn is_pod_level(resource: &str) -> bool {
    matches!(resource, "cpu" | "memory") || resource.starts_with("hugepages-")
}

fn add<'a>(total: &mut BTreeMap<&'a str, Quantity>, amounts: Field<'a>) {
    for (name, amount) in amounts.entries() {
        let sum = total.entry(name).or_insert_with(Quantity::zero);
        *sum = sum.plus(&Quantity::of(amount).unwrap_or_else(Quantity::zero));
    }
}

/// Raises each of `total` to what `least` has of it.
fn raise<'a>(total: &mut BTreeMap<&'a str, Quantity>, least: &BTreeMap<&'a str, Quantity>) {
    for (name, amount) in least {
        let most = total.entry(name).or_insert_with(|| amount.clone());
        if amount > most {
            *most = amount.clone();
        }
    }
}
