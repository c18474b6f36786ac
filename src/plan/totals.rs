//! What pods, claims and load balancers add up to: before, at the worst moment, and after.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;

use super::limits::Limits;
use super::pod;
use super::sim::Run;
use super::{Sum, Totals};
use crate::object::Quantity;

/// Amounts by name of resource or class.
pub type Amounts = BTreeMap<String, Quantity>;

/// What exists at one time.
#[derive(Clone, Debug, Default)]
pub struct Moment<'a> {
    /// Pods that take up resources, stopping ones too.
    pub pods: Vec<PodLoad<'a>>,
    /// Claims: the namespace, and the claim as stored or the template it is made from.
    pub claims: Vec<(&'a str, &'a Value)>,
    /// The namespaces of ReplicaSets that Deployments have made.
    pub sets: Vec<&'a str>,
}

/// Pods alike.
#[derive(Clone, Copy, Debug)]
pub struct PodLoad<'a> {
    /// Their namespace.
    pub namespace: &'a str,
    /// Their template as stored.
    pub template: &'a Value,
    /// How many.
    pub count: i64,
}

/// All objects on one side of the change, and what their controllers have made.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    /// The stored objects.
    pub objects: &'a [&'a Value],
    /// The pods and claims.
    pub moment: &'a Moment<'a>,
}

/// What exists each time the controllers of `run` are at rest. Pods only stop or finish in between, so that this is the most.
pub fn moments(run: &Run) -> Vec<Moment<'_>> {
    // The first load is from before the controllers moved.
    let rounds = run.loads.iter().skip(1).zip(&run.rounds);
    rounds
        .map(|(load, round)| Moment {
            pods: load
                .iter()
                .map(|(key, template, count)| PodLoad { namespace: &key.namespace, template: &template.value, count: *count })
                .collect(),
            claims: round.pvcs.iter().filter_map(|name| Some((namespace_of(name), &**run.claims.get(name)?))).collect(),
            sets: round.replicasets.keys().map(|name| namespace_of(name)).collect(),
        })
        .collect()
}

/// Rounds leave out the namespace `default`.
fn namespace_of(name: &str) -> &str {
    name.split_once('/').map_or("default", |(namespace, _)| namespace)
}

/// What one pod of each template asks for, with what LimitRanges fill in: requests and limits.
pub struct Costs(HashMap<*const Value, (Amounts, Amounts)>);

impl Costs {
    /// Of every template in `moments`.
    pub fn of<'a>(moments: impl Iterator<Item = &'a Moment<'a>>, limits: &Limits) -> Costs {
        let mut costs = HashMap::new();
        for load in moments.flat_map(|moment| &moment.pods) {
            costs.entry(std::ptr::from_ref(load.template)).or_insert_with(|| {
                let spec = limits.fill(load.namespace, &load.template["spec"]);
                (pod::total(&spec, "requests"), pod::total(&spec, "limits"))
            });
        }
        Costs(costs)
    }

    /// Requests and limits of one pod; `None` for a template that is in none of the moments.
    pub fn get(&self, load: &PodLoad) -> Option<&(Amounts, Amounts)> {
        self.0.get(&std::ptr::from_ref(load.template))
    }
}

/// The totals of a change from `before` to `after` by way of `moments`; `maximum` is what autoscalers may make of it.
pub fn totals(before: Side, moments: &[Moment], after: Side, maximum: Option<&Moment>, costs: &Costs) -> Totals {
    let balancers = |side: Side| side.objects.iter().filter(|object| is_load_balancer(object)).count() as i64;
    let sums: Vec<Added> = moments.iter().chain([before.moment, after.moment]).map(|moment| Added::of(moment, costs)).collect();
    let mut peak = Added::default();
    sums.iter().for_each(|sum| peak.raise(sum));
    Totals {
        before: Added::of(before.moment, costs).sum(balancers(before)),
        peak: peak.sum(balancers(before).max(balancers(after))),
        after: Added::of(after.moment, costs).sum(balancers(after)),
        at_maximum: maximum.map(|moment| Added::of(moment, costs).sum(balancers(after))),
    }
}

fn is_load_balancer(object: &Value) -> bool {
    object["kind"] == "Service" && object["apiVersion"] == "v1" && object["spec"]["type"] == "LoadBalancer"
}

/// What a claim asks for, and its class; `default` if it names none.
pub fn of_claim(claim: &Value) -> (&str, Quantity) {
    let class = claim["spec"]["storageClassName"].as_str().unwrap_or("default");
    let size = claim.pointer("/spec/resources/requests/storage").and_then(Value::as_str);
    (class, size.and_then(|size| Quantity::parse(size).ok()).unwrap_or_else(Quantity::zero))
}

/// Adds `amount`, `count` times.
pub fn add(amounts: &mut Amounts, name: &str, amount: &Quantity, count: i64) {
    let more = amount.times(count);
    match amounts.get_mut(name) {
        Some(sum) => *sum = sum.plus(&more),
        None => _ = amounts.insert(name.to_string(), Quantity::zero().plus(&more)),
    }
}

#[derive(Clone, Debug, Default)]
struct Added {
    pods: i64,
    claims: i64,
    requests: Amounts,
    limits: Amounts,
    storage: Amounts,
}

impl Added {
    fn of(moment: &Moment, costs: &Costs) -> Added {
        let mut added = Added { claims: moment.claims.len() as i64, ..Added::default() };
        for load in &moment.pods {
            added.pods += load.count;
            let Some((requests, limits)) = costs.get(load) else { continue };
            requests.iter().for_each(|(name, amount)| add(&mut added.requests, name, amount, load.count));
            limits.iter().for_each(|(name, amount)| add(&mut added.limits, name, amount, load.count));
        }
        for (_, claim) in &moment.claims {
            let (class, size) = of_claim(claim);
            add(&mut added.storage, class, &size, 1);
        }
        added
    }

    /// Raises each number to what `other` has of it: their peaks need not fall together.
    fn raise(&mut self, other: &Added) {
        self.pods = self.pods.max(other.pods);
        self.claims = self.claims.max(other.claims);
        raise(&mut self.requests, &other.requests);
        raise(&mut self.limits, &other.limits);
        raise(&mut self.storage, &other.storage);
    }

    fn sum(&self, load_balancers: i64) -> Sum {
        let shown = |amounts: &Amounts| {
            let some = amounts.iter().filter(|(_, amount)| !amount.is_zero());
            some.map(|(name, amount)| (name.clone(), amount.canonical())).collect()
        };
        Sum {
            pods: self.pods,
            claims: self.claims,
            requests: shown(&self.requests),
            limits: shown(&self.limits),
            storage: shown(&self.storage),
            load_balancers,
        }
    }
}

fn raise(most: &mut Amounts, other: &Amounts) {
    for (name, amount) in other {
        let known = most.entry(name.clone()).or_insert_with(|| amount.clone());
        if amount > known {
            *known = amount.clone();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn template(resources: Value) -> Value {
        json!({"spec": {"containers": [{"name": "c", "resources": resources}]}})
    }

    fn load(template: &Value, count: i64) -> PodLoad<'_> {
        PodLoad { namespace: "shop", template, count }
    }

    fn text(sum: &Sum) -> String {
        format!("{} {} {:?} {:?} {:?} {}", sum.pods, sum.claims, sum.requests, sum.limits, sum.storage, sum.load_balancers)
    }

    #[test]
    fn before_peak_and_after() {
        let old = template(json!({"requests": {"cpu": "250m", "memory": "128Mi"}}));
        let new = template(json!({"requests": {"cpu": "100m"}, "limits": {"memory": "64Mi"}}));
        let dump = json!({"spec": {"resources": {"requests": {"storage": "10Gi"}}}});
        let fast = json!({"spec": {"resources": {"requests": {"storage": "1Gi"}}, "storageClassName": "fast"}});
        let before = Moment { pods: vec![load(&old, 10)], claims: vec![("shop", &dump)], ..Moment::default() };
        let claims = vec![("shop", &dump), ("shop", &fast)];
        let middle = Moment { pods: vec![load(&old, 10), load(&new, 3)], claims, ..Moment::default() };
        let after = Moment { pods: vec![load(&new, 10)], claims: vec![("shop", &fast)], ..Moment::default() };
        let service = json!({"apiVersion": "v1", "kind": "Service", "spec": {"type": "LoadBalancer"}});
        let costs = Costs::of([&before, &middle, &after].into_iter(), &Limits::default());
        let (old_side, new_side) = (Side { objects: &[], moment: &before }, Side { objects: &[&service], moment: &after });
        let totals = totals(old_side, std::slice::from_ref(&middle), new_side, None, &costs);
        assert_eq!(text(&totals.before), r#"10 1 {"cpu": "2500m", "memory": "1280Mi"} {} {"default": "10Gi"} 0"#);
        assert_eq!(
            text(&totals.peak),
            r#"13 2 {"cpu": "2800m", "memory": "1472Mi"} {"memory": "640Mi"} {"default": "10Gi", "fast": "1Gi"} 1"#
        );
        assert_eq!(text(&totals.after), r#"10 1 {"cpu": "1", "memory": "640Mi"} {"memory": "640Mi"} {"fast": "1Gi"} 1"#);
    }
}
