//! How many of the pods and claims that a controller wants to make ResourceQuotas, LimitRanges and the namespace's security level
//! let in.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::cluster::Cluster;
use super::demands::Demands;
use super::limits::Limits;
use super::pod::Template;
use super::pod_security::{self, Level};
use super::quota;
use super::store::{Key, Store, Stored};
use super::totals::{Amounts, Costs, Moment, PodLoad};
use crate::object::Quantity;
use crate::schema::Version;

/// What keeps a pod out, whatever else there is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// `Namespace`, `LimitRange` or `ResourceQuota`.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
    /// What it asks, and where the pod does not have it.
    pub why: String,
}

/// The quotas and LimitRanges of a cluster, and the security level of each namespace.
#[derive(Clone, Debug, Default)]
pub struct Gates {
    quotas: Vec<Arc<Value>>,
    demands: Demands,
    levels: BTreeMap<String, (Level, Version)>,
    limits: Limits,
}

impl Gates {
    /// Everything stored that has a say.
    pub fn of(store: &Store, version: Version) -> Gates {
        Gates { quotas: quotas(store).cloned().collect(), ..Gates::without_quotas(store, version) }
    }

    /// What asks nothing but how a pod looks.
    pub fn without_quotas(store: &Store, version: Version) -> Gates {
        let namespaces = store.objects.iter().filter(|(key, _)| key.kind == "Namespace" && key.group.is_empty());
        let level = |(key, stored): (&Key, &Stored)| Some((key.name.clone(), pod_security::enforced(&stored.value, version)?));
        Gates {
            quotas: Vec::new(),
            demands: Demands::of(quotas(store)),
            levels: namespaces.filter_map(level).collect(),
            limits: Limits::of(store.objects.values().map(|stored| &*stored.value)),
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.quotas.is_empty() && self.demands.is_empty() && self.levels.is_empty() && self.limits.is_unbounded()
    }

    /// How many of `count` pods of `template` are let in, and what keeps the others out.
    pub fn admitted(&self, cluster: &Cluster, namespace: &str, template: &Template, count: i64) -> (i64, String) {
        if let Some(refusal) = self.refusal(namespace, &template.value) {
            return (0, refusal.why);
        }
        let mut quotas = self.quotas_of(namespace).peekable();
        // Adding up all pods for each workload that makes some is worth it only where there is something to hold them against.
        if quotas.peek().is_none() {
            return (count, String::new());
        }
        let load = cluster.load();
        let there = load.iter().filter(|(key, _, _)| key.namespace == namespace);
        let pods = there.map(|(_, template, count)| PodLoad { namespace, template: &template.value, count: *count }).collect();
        let one = PodLoad { namespace, template: &template.value, count: 1 };
        let (there, asked) = (Moment { pods, ..Moment::default() }, Moment { pods: vec![one], ..Moment::default() });
        let costs = Costs::of([&there, &asked].into_iter(), &self.limits);
        let mut admitted = (count, String::new());
        for quota in quotas {
            let (used, each) = (quota::of_pods(quota, &there, &costs), quota::of_pods(quota, &asked, &costs));
            for (resource, hard) in quota["spec"]["hard"].as_object().into_iter().flatten() {
                let Some(hard) = hard.as_str().and_then(|hard| Quantity::parse(hard).ok()) else { continue };
                let room = room(&used, &each, resource, &hard, admitted.0);
                if room < admitted.0 {
                    admitted = (room, allows(quota, resource, &hard));
                }
            }
        }
        admitted
    }

    fn quotas_of(&self, namespace: &str) -> impl Iterator<Item = &Arc<Value>> {
        self.quotas.iter().filter(move |quota| quota["metadata"]["namespace"].as_str().unwrap_or("default") == namespace)
    }

    /// What claims of `namespace` are held against, those that exist counted.
    pub fn for_claims<'a>(&'a self, cluster: &Cluster, namespace: &'a str) -> ClaimRoom<'a> {
        let quotas: Vec<&Arc<Value>> = self.quotas_of(namespace).filter(|quota| !quota::has_scopes(quota)).collect();
        let mut used = Amounts::new();
        // Most claims of a set are of one template: adding up each would take longer than all the rest for a set of a thousand.
        let mut alike: BTreeMap<*const Value, (&Value, i64)> = BTreeMap::new();
        for (_, claim) in cluster.claims().iter().filter(|((of, _), _)| of == namespace && !quotas.is_empty()) {
            alike.entry(Arc::as_ptr(&claim.value)).or_insert((&claim.value, 0)).1 += 1;
        }
        alike.values().for_each(|(claim, count)| quota::add_claims(&mut used, claim, *count));
        ClaimRoom { gates: self, namespace, quotas, used }
    }

    /// What keeps a claim out of `namespace`, however few there are.
    pub fn claim_refusal(&self, namespace: &str, claim: &Value) -> Option<Refusal> {
        self.limits.claim_refusal(namespace, claim)
    }

    /// What lets no pod of `template` in, however few there are.
    pub fn refusal(&self, namespace: &str, template: &Value) -> Option<Refusal> {
        let spec = &template["spec"];
        let unfit = self.insecure(namespace, spec).or_else(|| self.limits.refusal(namespace, spec));
        unfit.or_else(|| self.demands.refusal(namespace, template, &self.limits))
    }

    /// Why the namespace's security level lets no pod with this `spec` in.
    fn insecure(&self, namespace: &str, spec: &Value) -> Option<Refusal> {
        let (level, version) = self.levels.get(namespace)?;
        let first = pod_security::breaches(*level, *version, spec).into_iter().next()?;
        let why = format!("namespace `{namespace}` enforces `{}`, and `{}` {}", level.word(), first.field, first.why);
        Some(Refusal { kind: "Namespace", name: namespace.to_string(), why })
    }
}

/// How much is left for claims of a namespace.
pub struct ClaimRoom<'a> {
    gates: &'a Gates,
    namespace: &'a str,
    quotas: Vec<&'a Arc<Value>>,
    used: Amounts,
}

impl ClaimRoom<'_> {
    /// Counts one more claim; answers why it is not let in.
    pub fn take(&mut self, claim: &Value) -> Option<String> {
        if let Some(refusal) = self.gates.claim_refusal(self.namespace, claim) {
            return Some(refusal.why);
        }
        let mut used = self.used.clone();
        quota::add_claims(&mut used, claim, 1);
        for quota in &self.quotas {
            for (resource, hard) in quota["spec"]["hard"].as_object().into_iter().flatten() {
                let Some(hard) = hard.as_str().and_then(|hard| Quantity::parse(hard).ok()) else { continue };
                let asked = used.get(resource).filter(|asked| self.used.get(resource) != Some(asked));
                if asked.is_some_and(|asked| *asked > hard) {
                    return Some(allows(quota, resource, &hard));
                }
            }
        }
        self.used = used;
        None
    }
}

fn allows(quota: &Value, resource: &str, hard: &Quantity) -> String {
    let name = quota["metadata"]["name"].as_str().unwrap_or("");
    format!("ResourceQuota `{name}` allows {} of `{resource}`", hard.canonical())
}

/// The stored ResourceQuotas.
fn quotas(store: &Store) -> impl Iterator<Item = &Arc<Value>> {
    let quotas = store.objects.iter().filter(|(key, _)| key.kind == "ResourceQuota" && key.group.is_empty());
    quotas.map(|(_, stored)| &stored.value)
}

/// How many more of at most `count` fit below `hard`.
fn room(used: &Amounts, each: &Amounts, resource: &str, hard: &Quantity, count: i64) -> i64 {
    let Some(each) = each.get(resource).filter(|each| !each.is_zero()) else { return count };
    let used = used.get(resource).cloned().unwrap_or_else(Quantity::zero);
    let fits = |more: i64| used.plus(&each.times(more)) <= *hard;
    let (mut least, mut most) = (0, count);
    while least < most {
        let middle = least + (most - least + 1) / 2;
        if fits(middle) { least = middle } else { most = middle - 1 }
    }
    least
}
