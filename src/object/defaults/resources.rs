//! Defaults of the resources that a pod asks for as a whole, which follow from its limits and from its containers.

use std::collections::BTreeMap;

use super::Slot;
use crate::object::pod::{is_pod_level, total};
use crate::object::{Field, Quantity};
use crate::yaml::{Kind, NodeId};

/// Amounts by resource name.
type Amounts = BTreeMap<String, Quantity>;

/// `spec.resources` of a pod: huge page limits are the sum of the containers'; requests are what the containers ask for, else the
/// limits. Says nothing for a pod without limits and requests of its own.
pub fn pod_resources(spec: &mut Slot) {
    let Some(own) = spec.map("resources") else { return };
    if own.is_empty("limits") && own.is_empty("requests") {
        return;
    }
    let huge: Amounts = sum(spec, "limits").into_iter().filter(|(name, _)| name.starts_with("hugepages-")).collect();
    let asked: Amounts = sum(spec, "requests").into_iter().filter(|(name, _)| name == "cpu" || name == "memory").collect();
    let Some(mut own) = spec.map("resources") else { return };
    let requested = own.get("requests");
    add_missing(&mut own, "limits", huge, requested);
    if own.is_empty("limits") {
        return;
    }
    add_missing(&mut own, "requests", asked, None);
    let limits: Amounts = amounts(&mut own, "limits").into_iter().filter(|(name, _)| is_pod_level(name)).collect();
    add_missing(&mut own, "requests", limits, None);
}

/// Adds what is in neither `list` nor `taken`.
fn add_missing(own: &mut Slot, list: &str, wanted: Amounts, taken: Option<NodeId>) {
    for (name, amount) in wanted {
        if taken.is_some_and(|taken| own.tree().get(taken, &name).is_some()) {
            continue;
        }
        if let Some(mut map) = own.free_map_at(list)
            && map.tree().get(map.node(), &name).is_none()
        {
            map.put(&name, Kind::Str, &amount.canonical());
        }
    }
}

fn sum(spec: &mut Slot, list: &'static str) -> Amounts {
    let sums = total(Field::new(spec.tree(), spec.node()), list);
    sums.into_iter().map(|(name, amount)| (name.to_string(), amount)).collect()
}

fn amounts(resources: &mut Slot, list: &str) -> Amounts {
    let Some(map) = resources.map(list) else { return Amounts::new() };
    let tree = map.tree();
    let amount = |id: NodeId| Quantity::parse(tree.text(tree.node(id).text)).ok();
    tree.children(map.node()).filter_map(|id| Some((tree.text(tree.node(id).key).to_string(), amount(id)?))).collect()
}
