//! Pods as the simulation counts them, and the templates they are made from.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::labels::{Labels, items, labels};
use super::scheduler::Needs;
use crate::object::Quantity;

/// Pods alike: of one owner, one template, one phase, one place.
#[derive(Clone, Debug)]
pub struct Pods {
    /// Tells this group from the others of its owner.
    pub id: u64,
    /// Which pod of its owner it is, where that matters.
    pub identity: Identity,
    /// What it is made from.
    pub template: Arc<Template>,
    /// How far it is.
    pub phase: Phase,
    /// The node it is bound to; `None` where it is not, or where no nodes are known.
    pub node: Option<usize>,
    /// How many.
    pub count: i64,
    /// The revision of the manifests during which it was made.
    pub made: u32,
    /// Why it is not scheduled.
    pub why: Arc<str>,
}

/// What tells a pod from the others of its owner.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Identity {
    /// Nothing.
    #[default]
    None,
    /// Its ordinal in a StatefulSet.
    Ordinal(i64),
    /// Its node in a DaemonSet.
    Node(usize),
    /// Its completion index in an Indexed Job.
    Index(i64),
}

/// How far a pod is. The order is that in which a ReplicaSet gives pods up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// No node has room for it.
    Unscheduled,
    /// Bound, not ready.
    Pending,
    /// Ready, and for as long as `minReadySeconds` asks.
    Ready,
    /// Asked to stop.
    Terminating,
    /// Done.
    Succeeded,
    /// Failed.
    Failed,
}

impl Phase {
    /// The word in rounds.
    pub fn word(self) -> &'static str {
        match self {
            Phase::Unscheduled => "unscheduled",
            Phase::Pending => "pending",
            Phase::Ready => "ready",
            Phase::Terminating => "terminating",
            Phase::Succeeded => "succeeded",
            Phase::Failed => "failed",
        }
    }

    /// Whether its owner counts it: neither finished nor stopping.
    pub fn is_active(self) -> bool {
        self < Phase::Terminating
    }
}

/// A pod template, read once.
#[derive(Clone, Debug, Default)]
pub struct Template {
    /// As stored: `metadata` and `spec`.
    pub value: Arc<Value>,
    /// The labels of its pods.
    pub labels: Labels,
    /// What it asks of a node.
    pub needs: Needs,
    /// `controller.kubernetes.io/pod-deletion-cost`.
    pub deletion_cost: i64,
    /// The claims its volumes name.
    pub claims: Vec<String>,
}

impl Template {
    /// Reads a stored template, or a Pod.
    pub fn of(value: &Value) -> Template {
        let claim = |volume: &Value| volume["persistentVolumeClaim"]["claimName"].as_str().map(str::to_string);
        let cost = &value["metadata"]["annotations"]["controller.kubernetes.io/pod-deletion-cost"];
        Template {
            labels: labels(&value["metadata"]["labels"]),
            needs: Needs::of(&value["spec"]),
            deletion_cost: cost.as_str().and_then(|text| text.parse::<i32>().ok()).map_or(0, i64::from),
            claims: items(&value["spec"]["volumes"]).iter().filter_map(claim).collect(),
            value: Arc::new(value.clone()),
        }
    }
}

/// What a pod has of `list`, `requests` or `limits`, by resource name.
///
/// Regular containers and sidecars add up; an init container runs beside the sidecars before it, and the most that is needed at any
/// time counts. What the pod asks for as a whole replaces the sum; its overhead comes on top.
pub fn total(spec: &Value, list: &str) -> BTreeMap<String, Quantity> {
    let mut total = BTreeMap::new();
    for container in items(&spec["containers"]) {
        add(&mut total, container, list);
    }
    let mut sidecars = BTreeMap::new();
    let mut peak: BTreeMap<String, Quantity> = BTreeMap::new();
    for container in items(&spec["initContainers"]) {
        let mut running = sidecars.clone();
        add(&mut running, container, list);
        raise(&mut peak, &running);
        if container["restartPolicy"] == "Always" {
            add(&mut total, container, list);
            sidecars = running;
        }
    }
    raise(&mut total, &peak);
    total.extend(amounts(&spec["resources"], list));
    for (name, amount) in quantities(&spec["overhead"]) {
        // A limit is raised by the overhead only where there is one.
        if list == "requests" || total.contains_key(&name) {
            plus(&mut total, name, &amount);
        }
    }
    total
}

/// As the scheduler counts it: thousandths of a cpu, else units.
pub fn amount(name: &str, value: &Value) -> i64 {
    let quantity = quantity(value).unwrap_or_else(Quantity::zero);
    units(name, &quantity)
}

/// As the scheduler counts it: thousandths of a cpu, else units.
pub fn units(name: &str, quantity: &Quantity) -> i64 {
    if name == "cpu" { quantity.milli() } else { quantity.value() }
}

fn quantity(value: &Value) -> Option<Quantity> {
    match value {
        Value::String(text) => Quantity::parse(text).ok(),
        Value::Number(number) => Quantity::parse(&number.to_string()).ok(),
        _ => None,
    }
}

pub fn quantities(value: &Value) -> BTreeMap<String, Quantity> {
    let entries = value.as_object().into_iter().flatten();
    entries.filter_map(|(name, value)| Some((name.clone(), quantity(value)?))).collect()
}

/// The amounts of one `resources`; a limit without a request is the request, too.
fn amounts(resources: &Value, list: &str) -> BTreeMap<String, Quantity> {
    let mut amounts = if list == "requests" { quantities(&resources["limits"]) } else { BTreeMap::new() };
    amounts.extend(quantities(&resources[list]));
    amounts
}

fn add(total: &mut BTreeMap<String, Quantity>, container: &Value, list: &str) {
    for (name, amount) in amounts(&container["resources"], list) {
        plus(total, name, &amount);
    }
}

fn plus(total: &mut BTreeMap<String, Quantity>, name: String, amount: &Quantity) {
    let sum = total.entry(name).or_insert_with(Quantity::zero);
    *sum = sum.plus(amount);
}

/// Raises each of `total` to what `least` has of it.
fn raise(total: &mut BTreeMap<String, Quantity>, least: &BTreeMap<String, Quantity>) {
    for (name, amount) in least {
        let most = total.entry(name.clone()).or_insert_with(|| amount.clone());
        if amount > most {
            *most = amount.clone();
        }
    }
}
