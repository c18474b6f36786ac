//! What a pod asks of the node it runs on.

use serde_json::Value;

use crate::plan::labels::{Labels, Requirement, Selector, items, labels, strings};
use crate::plan::node::{Node, Taint};
use crate::plan::pod::{total, units};

/// The hard requirements of a pod spec, read once.
#[derive(Clone, Debug, Default)]
pub struct Needs {
    /// Requests by resource name: thousandths of a cpu, else units. Zeroes left out.
    pub requests: Vec<(String, i64)>,
    /// Bound by the manifest, without the scheduler.
    pub node_name: String,
    /// `nodeSelector`.
    pub node_selector: Labels,
    /// The terms of required node affinity, of which one must hold.
    pub node_terms: Option<Vec<NodeTerm>>,
    /// Taints it puts up with.
    pub tolerations: Vec<Toleration>,
    /// Ports of the node it takes.
    pub ports: Vec<HostPort>,
    /// Pods that must run near.
    pub affinity: Vec<PodTerm>,
    /// Pods that must not run near.
    pub anti_affinity: Vec<PodTerm>,
    /// Hard spread constraints.
    pub spread: Vec<Spread>,
    /// Whether scheduling gates hold it back.
    pub gated: bool,
    /// Whether it uses the node's network.
    pub host_network: bool,
}

/// One term of required node affinity.
#[derive(Clone, Debug)]
pub struct NodeTerm {
    labels: Vec<Requirement>,
    fields: Vec<Requirement>,
}

/// One toleration; an empty key or effect stands for all.
#[derive(Clone, Debug)]
pub struct Toleration {
    key: String,
    exists: bool,
    value: String,
    effect: String,
}

/// A port of the node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostPort {
    /// Its number.
    pub number: i64,
    protocol: String,
    ip: String,
}

/// One term of required pod (anti-)affinity.
#[derive(Clone, Debug)]
pub struct PodTerm {
    /// Which pods; `None`: none.
    pub selector: Option<Selector>,
    /// Namespaces by name. Empty, without `namespace_selector`: the pod's own.
    pub namespaces: Vec<String>,
    /// Namespaces by label.
    pub namespace_selector: Option<Selector>,
    /// The node label that says what is near.
    pub topology_key: String,
}

/// One `topologySpreadConstraints` entry that forbids.
#[derive(Clone, Debug)]
pub struct Spread {
    /// Which pods are counted; `None`: none.
    pub selector: Option<Selector>,
    /// How far a domain may be above the emptiest one.
    pub max_skew: i64,
    /// With fewer domains than this, the emptiest counts as empty.
    pub min_domains: i64,
    /// The node label whose values are the domains.
    pub topology_key: String,
    /// Whether nodes that node affinity rules out do not count.
    pub honors_affinity: bool,
    /// Whether nodes with taints that are not tolerated do not count.
    pub honors_taints: bool,
    /// Labels whose value must be the pod's own.
    pub match_label_keys: Vec<String>,
}

impl Needs {
    /// Reads a pod spec.
    pub fn of(spec: &Value) -> Needs {
        let affinity = &spec["affinity"];
        let required = &affinity["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"];
        let terms = |value: &Value| {
            let required = items(&value["requiredDuringSchedulingIgnoredDuringExecution"]);
            required.iter().map(PodTerm::of).collect::<Vec<PodTerm>>()
        };
        let hard =
            items(&spec["topologySpreadConstraints"]).iter().filter(|spread| spread["whenUnsatisfiable"] != "ScheduleAnyway");
        let requests = total(spec, "requests").into_iter().map(|(name, amount)| (units(&name, &amount), name));
        Needs {
            requests: requests.filter(|(amount, _)| *amount != 0).map(|(amount, name)| (name, amount)).collect(),
            node_name: text(&spec["nodeName"]),
            node_selector: labels(&spec["nodeSelector"]),
            node_terms: required.is_object().then(|| items(&required["nodeSelectorTerms"]).iter().map(NodeTerm::of).collect()),
            tolerations: items(&spec["tolerations"]).iter().map(Toleration::of).collect(),
            ports: ports(spec),
            affinity: terms(&affinity["podAffinity"]),
            anti_affinity: terms(&affinity["podAntiAffinity"]),
            spread: hard.map(Spread::of).collect(),
            gated: !items(&spec["schedulingGates"]).is_empty(),
            host_network: spec["hostNetwork"].as_bool() == Some(true),
        }
    }

    /// The same as the DaemonSet controller makes its pods: with the tolerations it adds.
    pub fn of_daemon(&self) -> Needs {
        let added = |&(key, effect): &(&str, &str)| Toleration {
            key: key.to_string(),
            exists: true,
            value: String::new(),
            effect: effect.to_string(),
        };
        let mut needs = self.clone();
        needs.tolerations.extend(DAEMON_TOLERATIONS.iter().map(added));
        if self.host_network {
            needs.tolerations.push(added(&("node.kubernetes.io/network-unavailable", "NoSchedule")));
        }
        needs
    }

    /// Whether node selector and required node affinity hold.
    pub fn chooses(&self, node: &Node) -> bool {
        let selected = self.node_selector.iter().all(|(key, value)| node.labels.get(key) == Some(value));
        selected && self.node_terms.as_ref().is_none_or(|terms| terms.iter().any(|term| term.holds(node)))
    }

    /// The first taint of one of `effects` that is not tolerated.
    pub fn repelled<'a>(&self, node: &'a Node, effects: &[&str]) -> Option<&'a Taint> {
        let matters = node.taints.iter().filter(|taint| effects.contains(&taint.effect.as_str()));
        matters.into_iter().find(|taint| !self.tolerations.iter().any(|toleration| toleration.tolerates(taint)))
    }

    /// Whether nothing but room matters for where it runs.
    pub fn is_plain(&self) -> bool {
        self.affinity.is_empty() && self.anti_affinity.is_empty() && self.spread.is_empty() && self.ports.is_empty()
    }
}

const DAEMON_TOLERATIONS: [(&str, &str); 6] = [
    ("node.kubernetes.io/not-ready", "NoExecute"),
    ("node.kubernetes.io/unreachable", "NoExecute"),
    ("node.kubernetes.io/disk-pressure", "NoSchedule"),
    ("node.kubernetes.io/memory-pressure", "NoSchedule"),
    ("node.kubernetes.io/pid-pressure", "NoSchedule"),
    ("node.kubernetes.io/unschedulable", "NoSchedule"),
];

impl NodeTerm {
    fn of(value: &Value) -> NodeTerm {
        let list = |value: &Value| items(value).iter().map(Requirement::of).collect();
        NodeTerm { labels: list(&value["matchExpressions"]), fields: list(&value["matchFields"]) }
    }

    /// An empty term holds of no node.
    fn holds(&self, node: &Node) -> bool {
        if self.labels.is_empty() && self.fields.is_empty() {
            return false;
        }
        let labels = self.labels.iter().all(|asked| asked.holds(node.labels.get(&asked.key).map(String::as_str)));
        let field = |key: &str| (key == "metadata.name").then_some(node.name.as_str());
        labels && self.fields.iter().all(|asked| asked.holds(field(&asked.key)))
    }
}

impl Toleration {
    fn of(value: &Value) -> Toleration {
        let exists = value["operator"] == "Exists";
        Toleration { key: text(&value["key"]), exists, value: text(&value["value"]), effect: text(&value["effect"]) }
    }

    fn tolerates(&self, taint: &Taint) -> bool {
        let effect = self.effect.is_empty() || self.effect == taint.effect;
        let key = self.key.is_empty() || self.key == taint.key;
        effect && key && (self.exists || self.value == taint.value)
    }
}

impl HostPort {
    /// Whether both cannot be on one node.
    pub fn collides(&self, other: &HostPort) -> bool {
        let any = |port: &HostPort| port.ip == "0.0.0.0" || port.ip.is_empty();
        self.number == other.number && self.protocol == other.protocol && (self.ip == other.ip || any(self) || any(other))
    }
}

fn ports(spec: &Value) -> Vec<HostPort> {
    let sidecars = items(&spec["initContainers"]).iter().filter(|container| container["restartPolicy"] == "Always");
    let containers = items(&spec["containers"]).iter().chain(sidecars);
    let ports = containers.flat_map(|container| items(&container["ports"]));
    let taken = ports.filter_map(|port| {
        let number = port["hostPort"].as_i64().filter(|number| *number > 0)?;
        let protocol = port["protocol"].as_str().unwrap_or("TCP").to_string();
        Some(HostPort { number, protocol, ip: text(&port["hostIP"]) })
    });
    taken.collect()
}

impl PodTerm {
    fn of(value: &Value) -> PodTerm {
        PodTerm {
            selector: Selector::of(&value["labelSelector"]),
            namespaces: strings(&value["namespaces"]),
            namespace_selector: Selector::of(&value["namespaceSelector"]),
            topology_key: text(&value["topologyKey"]),
        }
    }
}

impl Spread {
    fn of(value: &Value) -> Spread {
        Spread {
            selector: Selector::of(&value["labelSelector"]),
            max_skew: value["maxSkew"].as_i64().unwrap_or(1),
            min_domains: value["minDomains"].as_i64().unwrap_or(1),
            topology_key: text(&value["topologyKey"]),
            honors_affinity: value["nodeAffinityPolicy"] != "Ignore",
            honors_taints: value["nodeTaintsPolicy"] == "Honor",
            match_label_keys: strings(&value["matchLabelKeys"]),
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or("").to_string()
}
