//! Autoscalers: whom each scales, and what there would be with all of them at their maximum.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;

use super::Autoscaler;
use super::claims::ClaimTemplate;
use super::labels::items;
use super::sim::Run;
use super::stateful_set::MOST_REPLICAS;
use super::store::{Key, Store};
use super::totals::{Moment, PodLoad};

/// The stored HorizontalPodAutoscalers, by namespace, kind and name of what they scale.
pub struct Autoscalers<'a>(HashMap<[&'a str; 3], (&'a Key, &'a Value)>);

impl<'a> Autoscalers<'a> {
    /// Of everything stored.
    pub fn of(store: &'a Store) -> Autoscalers<'a> {
        let mut scalers = HashMap::new();
        for (key, stored) in store.objects.iter().filter(|(key, _)| key.kind == "HorizontalPodAutoscaler") {
            let target = &stored.value["spec"]["scaleTargetRef"];
            if let (Some(kind), Some(name)) = (target["kind"].as_str(), target["name"].as_str()) {
                scalers.entry([key.namespace.as_str(), kind, name]).or_insert((key, &*stored.value));
            }
        }
        Autoscalers(scalers)
    }

    /// What scales the workload `key`: its replicas are only where it begins.
    pub fn scaling(&self, key: &Key) -> Option<Autoscaler> {
        let (scaler, value) = self.0.get(&[key.namespace.as_str(), key.kind.as_str(), key.name.as_str()])?;
        let (min, max) = range(value)?;
        Some(Autoscaler { name: scaler.name.clone(), min, max })
    }
}

/// The least and the most pods that an autoscaler asks for.
pub fn range(scaler: &Value) -> Option<(i64, i64)> {
    let spec = &scaler["spec"];
    Some((spec["minReplicas"].as_i64().unwrap_or(1), spec["maxReplicas"].as_i64()?))
}

/// What there is at the end of `run`, were each autoscaled workload at its maximum; `None` where no pod is autoscaled.
pub fn at_maximum<'a>(run: &'a Run, end: &Moment<'a>, store: &'a Store, scalers: &Autoscalers) -> Option<Moment<'a>> {
    let load = run.loads.last()?;
    // An autoscaler leaves alone what has no pods.
    let mut wanted: BTreeMap<&Key, i64> = BTreeMap::new();
    let mut groups: Vec<(&Key, PodLoad<'a>)> = Vec::new();
    for (key, template, count) in load {
        if let Some(scaler) = scalers.scaling(key).filter(|_| *count > 0) {
            *wanted.entry(key).or_insert(scaler.max) -= count;
        }
        groups.push((key, PodLoad { namespace: &key.namespace, template: &template.value, count: *count }));
    }
    if wanted.is_empty() {
        return None;
    }
    let mut moment = Moment { claims: end.claims.clone(), sets: end.sets.clone(), ..Moment::default() };
    for key in wanted.keys() {
        moment.claims.extend(more_claims(key, run, store, scalers));
    }
    for (key, more) in wanted {
        // While two revisions run side by side, most are of the one that stays.
        if let Some((_, group)) = groups.iter_mut().filter(|(of, _)| *of == key).max_by_key(|(_, group)| group.count) {
            group.count += more;
        }
    }
    moment.pods = groups.into_iter().map(|(_, group)| group).collect();
    Some(moment)
}

/// The claims that a StatefulSet makes for the pods it does not have yet.
fn more_claims<'a>(key: &'a Key, run: &Run, store: &'a Store, scalers: &Autoscalers) -> Vec<(&'a str, &'a Value)> {
    let (Some(stored), Some(scaler)) = (store.objects.get(key).filter(|_| key.kind == "StatefulSet"), scalers.scaling(key))
    else {
        return Vec::new();
    };
    let there: BTreeSet<&str> = run.rounds.last().into_iter().flat_map(|round| &round.pvcs).map(String::as_str).collect();
    let start = stored.value["spec"]["ordinals"]["start"].as_i64().unwrap_or(0);
    let templates = items(&stored.value["spec"]["volumeClaimTemplates"]);
    let mut more = Vec::new();
    for template in templates {
        let claim = ClaimTemplate::of(template);
        for ordinal in start..start + scaler.max.min(MOST_REPLICAS) {
            let name = claim.name_for(&key.name, ordinal);
            let shown = if key.namespace == "default" { name } else { format!("{}/{name}", key.namespace) };
            if !there.contains(shown.as_str()) {
                more.push((key.namespace.as_str(), template));
            }
        }
    }
    more
}
