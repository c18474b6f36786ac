//! Required pod affinity and anti-affinity, both ways: what the pod asks of others, and what they ask of it.

use std::collections::BTreeSet;

use super::Wanted;
use super::needs::PodTerm;
use crate::plan::cluster::Cluster;
use crate::plan::labels::Labels;
use crate::plan::node::Node;
use crate::plan::pod::Pods;

/// A value of a node label.
type Domain = (String, String);

/// The domains where pods stand that matter to one pod.
#[derive(Debug, Default)]
pub struct Near<'a> {
    /// For each affinity term of the pod: its key, and the values where a pod that matches stands.
    wanted: Vec<(&'a str, BTreeSet<String>)>,
    /// Domains where a pod stands that the pod does not want near.
    shunned: BTreeSet<Domain>,
    /// Domains where a pod stands that does not want the pod near.
    shunning: BTreeSet<Domain>,
    /// Whether the pod is the first of those that want each other.
    first: bool,
}

impl<'a> Near<'a> {
    /// Looks at all bound pods; at none when neither the pod nor any other asks.
    pub fn of(cluster: &Cluster, pod: Wanted<'a>) -> Near<'a> {
        let needs = &pod.template.needs;
        let mut near = Near::default();
        if needs.affinity.is_empty() && needs.anti_affinity.is_empty() && !cluster.has_anti_affinity() {
            return near;
        }
        near.wanted = needs.affinity.iter().map(|term| (term.topology_key.as_str(), BTreeSet::new())).collect();
        for workload in cluster.workloads() {
            let namespace = workload.key.namespace.as_str();
            for pods in workload.pods.iter().filter(|pods| pods.is_running()) {
                if let Some(node) = pods.node.and_then(|node| cluster.nodes().get(node)) {
                    near.look(cluster, pod, namespace, pods, node);
                }
            }
        }
        let itself = |term: &PodTerm| chosen(cluster, term, pod.namespace, pod.namespace, &pod.template.labels);
        near.first = near.wanted.iter().all(|(_, values)| values.is_empty()) && needs.affinity.iter().all(itself);
        near
    }

    fn look(&mut self, cluster: &Cluster, pod: Wanted, namespace: &str, pods: &Pods, node: &Node) {
        let needs = &pod.template.needs;
        let labels = &pods.template.labels;
        // A pod counts for affinity only where it matches all terms.
        if needs.affinity.iter().all(|term| chosen(cluster, term, pod.namespace, namespace, labels)) {
            for (key, values) in &mut self.wanted {
                values.extend(node.labels.get(*key).cloned());
            }
        }
        let asks = needs.anti_affinity.iter().filter(|term| chosen(cluster, term, pod.namespace, namespace, labels));
        self.shunned.extend(asks.filter_map(|term| domain(node, &term.topology_key)));
        let asked = pods.template.needs.anti_affinity.iter();
        let asked = asked.filter(|term| chosen(cluster, term, namespace, pod.namespace, &pod.template.labels));
        self.shunning.extend(asked.filter_map(|term| domain(node, &term.topology_key)));
    }

    /// What `node` has against the pod.
    pub fn refusal(&self, node: &Node) -> Option<String> {
        let met = |(key, values): &(&str, BTreeSet<String>)| match node.labels.get(*key) {
            Some(value) => self.first || values.contains(value),
            None => false,
        };
        let within = |domains: &BTreeSet<Domain>| domains.iter().any(|(key, value)| node.labels.get(key) == Some(value));
        if !self.wanted.iter().all(met) {
            return Some("pod affinity not met".to_string());
        }
        if within(&self.shunned) {
            return Some("pod anti-affinity not met".to_string());
        }
        within(&self.shunning).then(|| "anti-affinity of a pod there".to_string())
    }
}

fn domain(node: &Node, key: &str) -> Option<Domain> {
    node.labels.get(key).map(|value| (key.to_string(), value.clone()))
}

/// Whether `term`, of a pod in the namespace `from`, chooses a pod with `labels` in `namespace`.
fn chosen(cluster: &Cluster, term: &PodTerm, from: &str, namespace: &str, labels: &Labels) -> bool {
    let by_name = term.namespaces.iter().any(|name| name == namespace);
    let by_label = match &term.namespace_selector {
        Some(selector) => selector.requirements.is_empty() || selector.matches(&cluster.namespace_labels(namespace)),
        None => term.namespaces.is_empty() && from == namespace,
    };
    (by_name || by_label) && term.selector.as_ref().is_some_and(|selector| selector.matches(labels))
}
