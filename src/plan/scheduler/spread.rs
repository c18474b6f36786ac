//! Hard topology spread constraints.

use std::collections::BTreeMap;

use super::Wanted;
use super::needs::{Needs, Spread};
use crate::plan::cluster::Cluster;
use crate::plan::labels::{Labels, Selector};
use crate::plan::node::Node;
use crate::plan::pod::{Phase, Pods};

/// How pods are spread over the domains of each constraint of one pod.
#[derive(Debug, Default)]
pub struct Domains<'a> {
    counted: Vec<Counted<'a>>,
}

#[derive(Debug)]
struct Counted<'a> {
    spread: &'a Spread,
    /// How many pods stand in each domain.
    census: BTreeMap<String, i64>,
    /// Whether the pod is one of those that are counted.
    itself: i64,
}

impl<'a> Domains<'a> {
    /// Counts the pods of each domain.
    pub fn of(cluster: &Cluster, pod: Wanted<'a>) -> Domains<'a> {
        let needs = &pod.template.needs;
        let eligible: Vec<usize> = (0..cluster.nodes().len()).filter(|node| counts(needs, &cluster.nodes()[*node])).collect();
        let counted = needs.spread.iter().map(|spread| Counted::of(cluster, pod, spread, &eligible));
        Domains { counted: counted.collect() }
    }

    /// What `node` has against the pod.
    pub fn refusal(&self, node: &Node) -> Option<String> {
        self.counted.iter().find_map(|counted| counted.refusal(node))
    }
}

impl<'a> Counted<'a> {
    fn of(cluster: &Cluster, pod: Wanted<'a>, spread: &'a Spread, eligible: &[usize]) -> Counted<'a> {
        let needs = &pod.template.needs;
        let selector = own_selector(spread, &pod.template.labels);
        let matches = |labels: &Labels| selector.as_ref().is_some_and(|selector| selector.matches(labels));
        let mut census = BTreeMap::new();
        for &index in eligible.iter().filter(|index| honored(spread, needs, &cluster.nodes()[**index])) {
            if let Some(domain) = cluster.nodes()[index].labels.get(&spread.topology_key) {
                let within = cluster.workloads().iter().filter(|workload| workload.key.namespace == pod.namespace);
                let on = within
                    .flat_map(|workload| &workload.pods)
                    .filter(|pods| stands(pods, index) && matches(&pods.template.labels));
                *census.entry(domain.clone()).or_default() += on.map(|pods| pods.count).sum::<i64>();
            }
        }
        Counted { spread, census, itself: i64::from(matches(&pod.template.labels)) }
    }

    fn refusal(&self, node: &Node) -> Option<String> {
        let Some(domain) = node.labels.get(&self.spread.topology_key) else {
            return Some(format!("no label {} to spread over", self.spread.topology_key));
        };
        let least = self.census.values().copied().min().unwrap_or(0);
        let least = if (self.census.len() as i64) < self.spread.min_domains { 0 } else { least };
        let skew = self.census.get(domain).copied().unwrap_or(0) + self.itself - least;
        (skew > self.spread.max_skew).then(|| "spread constraint not met".to_string())
    }
}

/// Nodes that lack a key of any constraint count for none.
fn counts(needs: &Needs, node: &Node) -> bool {
    needs.spread.iter().all(|spread| node.labels.contains_key(&spread.topology_key))
}

fn honored(spread: &Spread, needs: &Needs, node: &Node) -> bool {
    let affinity = !spread.honors_affinity || needs.chooses(node);
    affinity && (!spread.honors_taints || needs.repelled(node, &["NoSchedule", "NoExecute"]).is_none())
}

/// Stopping pods are not counted.
fn stands(pods: &Pods, node: usize) -> bool {
    pods.node == Some(node) && matches!(pods.phase, Phase::Pending | Phase::Ready)
}

/// The selector with the pod's own values of `matchLabelKeys`.
fn own_selector(spread: &Spread, labels: &Labels) -> Option<Selector> {
    let own = spread.match_label_keys.iter().filter_map(|key| Some((key.clone(), labels.get(key)?.clone()))).collect();
    let mut selector = spread.selector.clone()?;
    selector.requirements.extend(Selector::all(&own).requirements);
    Some(selector)
}
