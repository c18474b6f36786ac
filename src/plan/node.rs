//! Nodes: what the scheduler and the DaemonSet controller look at.

use std::collections::BTreeMap;

use serde_json::Value;

use super::labels::{Labels, items, labels};
use super::pod::amount;

/// A node.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Node {
    /// Its name.
    pub name: String,
    /// Its labels.
    pub labels: Labels,
    /// Its taints; being cordoned or not ready is one, too.
    pub taints: Vec<Taint>,
    /// What pods may ask for, by resource name: thousandths of a cpu, else units. `None`: nothing is known, all fits.
    pub allocatable: Option<BTreeMap<String, i64>>,
}

/// What keeps pods away unless they tolerate it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Taint {
    /// Its key.
    pub key: String,
    /// Its value, often empty.
    pub value: String,
    /// `NoSchedule`, `PreferNoSchedule`, `NoExecute`.
    pub effect: String,
}

impl Taint {
    fn new(key: &str, effect: &str) -> Taint {
        Taint { key: key.to_string(), value: String::new(), effect: effect.to_string() }
    }
}

impl Node {
    /// Node number `n` of many that are all alike.
    pub fn numbered(n: usize) -> Node {
        let name = format!("node-{n}");
        let well_known =
            [("kubernetes.io/hostname", name.as_str()), ("kubernetes.io/os", "linux"), ("kubernetes.io/arch", "amd64")];
        let labels = well_known.into_iter().map(|(key, value)| (key.to_string(), value.to_string())).collect();
        Node { name, labels, ..Node::default() }
    }

    /// Nothing more is scheduled here but what tolerates that.
    pub fn cordon(&mut self) {
        const KEY: &str = "node.kubernetes.io/unschedulable";
        if !self.taints.iter().any(|taint| taint.key == KEY) {
            self.taints.push(Taint::new(KEY, "NoSchedule"));
        }
    }

    /// From a Node manifest.
    pub fn from_value(value: &Value) -> Node {
        let status = &value["status"];
        let amounts = if status["allocatable"].is_object() { &status["allocatable"] } else { &status["capacity"] };
        let text = |value: &Value| value.as_str().unwrap_or("").to_string();
        let taint =
            |taint: &Value| Taint { key: text(&taint["key"]), value: text(&taint["value"]), effect: text(&taint["effect"]) };
        let mut taints: Vec<Taint> = items(&value["spec"]["taints"]).iter().map(taint).collect();
        for (key, effect) in conditions(value) {
            if !taints.iter().any(|taint| taint.key == key && taint.effect == effect) {
                taints.push(Taint::new(key, effect));
            }
        }
        Node {
            name: text(&value["metadata"]["name"]),
            labels: labels(&value["metadata"]["labels"]),
            taints,
            allocatable: amounts
                .as_object()
                .map(|map| map.iter().map(|(name, value)| (name.clone(), amount(name, value))).collect()),
        }
    }
}

/// The taints that the node lifecycle controller would add.
fn conditions(value: &Value) -> Vec<(&'static str, &'static str)> {
    let mut taints = Vec::new();
    if value["spec"]["unschedulable"].as_bool() == Some(true) {
        taints.push(("node.kubernetes.io/unschedulable", "NoSchedule"));
    }
    for condition in items(&value["status"]["conditions"]) {
        match (condition["type"].as_str().unwrap_or(""), condition["status"].as_str().unwrap_or("")) {
            ("Ready", "False") => taints.extend(NOT_READY),
            ("Ready", "Unknown") => taints.extend(UNREACHABLE),
            ("MemoryPressure", "True") => taints.push(("node.kubernetes.io/memory-pressure", "NoSchedule")),
            ("DiskPressure", "True") => taints.push(("node.kubernetes.io/disk-pressure", "NoSchedule")),
            ("PIDPressure", "True") => taints.push(("node.kubernetes.io/pid-pressure", "NoSchedule")),
            ("NetworkUnavailable", "True") => taints.push(("node.kubernetes.io/network-unavailable", "NoSchedule")),
            _ => {}
        }
    }
    taints
}

const NOT_READY: [(&str, &str); 2] =
    [("node.kubernetes.io/not-ready", "NoSchedule"), ("node.kubernetes.io/not-ready", "NoExecute")];

const UNREACHABLE: [(&str, &str); 2] =
    [("node.kubernetes.io/unreachable", "NoSchedule"), ("node.kubernetes.io/unreachable", "NoExecute")];
