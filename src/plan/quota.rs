//! ResourceQuotas: how much of each is used at the worst moment.

use serde_json::Value;

use super::totals::{Amounts, Costs, Moment, PodLoad, Side, add, of_claim};
use crate::object::Quantity;

/// One resource of one ResourceQuota, and how much of it is used.
#[derive(Clone, Debug, PartialEq)]
pub struct Usage {
    /// The namespace.
    pub namespace: String,
    /// The ResourceQuota.
    pub quota: String,
    /// `requests.cpu`, `pods`, `count/deployments.apps`.
    pub resource: String,
    /// Before the change.
    pub before: Quantity,
    /// The most at any time.
    pub peak: Quantity,
    /// In the end.
    pub after: Quantity,
    /// What is allowed.
    pub hard: Quantity,
}

/// The usage of each quota among the objects of `after`, in order of namespace, quota and resource.
pub fn usage(before: Side, moments: &[Moment], after: Side, costs: &Costs) -> Vec<Usage> {
    let mut all = Vec::new();
    for quota in after.objects.iter().filter(|object| object["kind"] == "ResourceQuota" && object["apiVersion"] == "v1") {
        let each: Vec<Amounts> = moments.iter().map(|moment| used(quota, Side { moment, ..after }, costs)).collect();
        let (first, last) = (used(quota, before, costs), used(quota, after, costs));
        for (resource, hard) in quota["spec"]["hard"].as_object().into_iter().flatten() {
            let Some(hard) = hard.as_str().and_then(|hard| Quantity::parse(hard).ok()) else { continue };
            let at = |amounts: &Amounts| amounts.get(resource).cloned().unwrap_or_else(Quantity::zero);
            let end = at(&last);
            all.push(Usage {
                namespace: quota["metadata"]["namespace"].as_str().unwrap_or("default").to_string(),
                quota: quota["metadata"]["name"].as_str().unwrap_or("").to_string(),
                resource: resource.clone(),
                before: at(&first),
                peak: each.iter().map(at).fold(end.clone(), Ord::max),
                after: end,
                hard,
            });
        }
    }
    all.sort_by(|a, b| (&a.namespace, &a.quota, &a.resource).cmp(&(&b.namespace, &b.quota, &b.resource)));
    all
}

/// What the pods of a moment count towards `quota`.
pub fn of_pods(quota: &Value, moment: &Moment, costs: &Costs) -> Amounts {
    let mut used = Amounts::new();
    moment.pods.iter().for_each(|load| add_pods(&mut used, quota, load, costs));
    used
}

/// What counts towards `quota`, by the names that quotas use.
fn used(quota: &Value, side: Side, costs: &Costs) -> Amounts {
    let namespace = quota["metadata"]["namespace"].as_str().unwrap_or("default");
    let mut used = Amounts::new();
    for load in side.moment.pods.iter().filter(|load| load.namespace == namespace) {
        add_pods(&mut used, quota, load, costs);
    }
    // Scopes choose among pods; nothing else counts in a quota that has any.
    if has_scopes(quota) {
        return used;
    }
    let claims = side.moment.claims.iter().filter(|(of, _)| *of == namespace);
    claims.for_each(|(_, claim)| add_claims(&mut used, claim, 1));
    let sets = side.moment.sets.iter().filter(|of| **of == namespace).count() as i64;
    add(&mut used, "count/replicasets.apps", &Quantity::units(1), sets);
    let stored = side.objects.iter().filter(|object| object["metadata"]["namespace"].as_str().unwrap_or("default") == namespace);
    stored.for_each(|object| add_object(&mut used, object));
    used
}

/// Claims alike, and what they ask for.
pub fn add_claims(used: &mut Amounts, claim: &Value, count: i64) {
    let (one, (class, size)) = (Quantity::units(1), of_claim(claim));
    add(used, "persistentvolumeclaims", &one, count);
    add(used, "count/persistentvolumeclaims", &one, count);
    add(used, "requests.storage", &size, count);
    add(used, &format!("{class}.storageclass.storage.k8s.io/requests.storage"), &size, count);
    add(used, &format!("{class}.storageclass.storage.k8s.io/persistentvolumeclaims"), &one, count);
}

/// Pods, and what they ask for.
fn add_pods(used: &mut Amounts, quota: &Value, load: &PodLoad, costs: &Costs) {
    let Some((requests, limits)) = costs.get(load) else { return };
    if !chooses(quota, load.template, requests, limits) {
        return;
    }
    for name in ["pods", "count/pods"] {
        add(used, name, &Quantity::units(1), load.count);
    }
    for (name, amount) in requests {
        add(used, &format!("requests.{name}"), amount, load.count);
        if ["cpu", "memory", "ephemeral-storage"].contains(&name.as_str()) || name.starts_with("hugepages-") {
            add(used, name, amount, load.count);
        }
    }
    for (name, amount) in limits.iter().filter(|(name, _)| ["cpu", "memory", "ephemeral-storage"].contains(&name.as_str())) {
        add(used, &format!("limits.{name}"), amount, load.count);
    }
}

/// Whether pods of `template`, which come to these requests and limits, count towards `quota`.
pub fn chooses(quota: &Value, template: &Value, requests: &Amounts, limits: &Amounts) -> bool {
    let some = |amounts: &Amounts| ["cpu", "memory"].iter().any(|name| amounts.get(*name).is_some_and(|a| !a.is_zero()));
    let effort = if some(requests) || some(limits) { Effort::Some } else { Effort::Best };
    scopes(quota).iter().all(|scope| scope.fits(template, effort))
}

/// One stored object, and what it takes of Services' ports and balancers. Pods and claims are counted where they exist.
fn add_object(used: &mut Amounts, object: &Value) {
    let (Some(api_version), Some(kind)) = (object["apiVersion"].as_str(), object["kind"].as_str()) else { return };
    if api_version == "v1" && ["Pod", "PersistentVolumeClaim"].contains(&kind) {
        return;
    }
    let one = Quantity::units(1);
    let plural = plural(kind);
    match api_version.rsplit_once('/') {
        Some((group, _)) => add(used, &format!("count/{plural}.{group}"), &one, 1),
        None => {
            add(used, &format!("count/{plural}"), &one, 1);
            if ["services", "secrets", "configmaps", "replicationcontrollers", "resourcequotas"].contains(&plural.as_str()) {
                add(used, &plural, &one, 1);
            }
        }
    }
    if api_version != "v1" || kind != "Service" {
        return;
    }
    let ports = object["spec"]["ports"].as_array().map_or(0, Vec::len) as i64;
    match object["spec"]["type"].as_str() {
        Some("NodePort") => add(used, "services.nodeports", &one, ports),
        Some("LoadBalancer") => {
            add(used, "services.loadbalancers", &one, 1);
            if object["spec"]["allocateLoadBalancerNodePorts"] != false {
                add(used, "services.nodeports", &one, ports);
            }
        }
        _ => {}
    }
}

/// `ingresses` of `Ingress`: the plurals of built-in kinds that live in a namespace.
fn plural(kind: &str) -> String {
    let kind = kind.to_lowercase();
    match kind.strip_suffix('y') {
        Some(stem) => format!("{stem}ies"),
        None if kind == "endpoints" => kind,
        None if kind.ends_with('s') => format!("{kind}es"),
        None => format!("{kind}s"),
    }
}

/// Whether a pod asks for any cpu or memory.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Effort {
    Best,
    Some,
}

/// What a quota chooses pods by.
enum Scope<'a> {
    BestEffort,
    NotBestEffort,
    Terminating,
    NotTerminating,
    PriorityClass {
        operator: &'a str,
        values: Vec<&'a str>,
    },
    /// One that no pod is matched by here: the quota is left out rather than guessed at.
    Other,
}

impl Scope<'_> {
    fn fits(&self, template: &Value, effort: Effort) -> bool {
        let spec = &template["spec"];
        let terminating = spec["activeDeadlineSeconds"].as_i64().is_some_and(|seconds| seconds >= 0);
        match self {
            Scope::BestEffort => effort == Effort::Best,
            Scope::NotBestEffort => effort == Effort::Some,
            Scope::Terminating => terminating,
            Scope::NotTerminating => !terminating,
            Scope::PriorityClass { operator, values } => {
                let class = spec["priorityClassName"].as_str().filter(|class| !class.is_empty());
                match *operator {
                    "In" => class.is_some_and(|class| values.contains(&class)),
                    "NotIn" => class.is_none_or(|class| !values.contains(&class)),
                    "Exists" => class.is_some(),
                    "DoesNotExist" => class.is_none(),
                    _ => false,
                }
            }
            Scope::Other => false,
        }
    }
}

/// What a quota chooses pods by; it counts nothing but pods if there is anything.
pub fn has_scopes(quota: &Value) -> bool {
    !scopes(quota).is_empty()
}

fn scopes(quota: &Value) -> Vec<Scope<'_>> {
    let plain = quota["spec"]["scopes"].as_array().into_iter().flatten();
    let plain = plain.map(|scope| named(scope.as_str().unwrap_or(""), "Exists", &Value::Null));
    let selectors = quota.pointer("/spec/scopeSelector/matchExpressions").and_then(Value::as_array).into_iter().flatten();
    let selectors = selectors.map(|selector| {
        let text = |key: &str| selector[key].as_str().unwrap_or("");
        named(text("scopeName"), text("operator"), &selector["values"])
    });
    plain.chain(selectors).collect()
}

fn named<'a>(name: &str, operator: &'a str, values: &'a Value) -> Scope<'a> {
    match name {
        "BestEffort" => Scope::BestEffort,
        "NotBestEffort" => Scope::NotBestEffort,
        "Terminating" => Scope::Terminating,
        "NotTerminating" => Scope::NotTerminating,
        "PriorityClass" => {
            let values = values.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            Scope::PriorityClass { operator, values }
        }
        _ => Scope::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::limits::Limits;
    use serde_json::json;

    /// `resource peak/after/hard` for each.
    fn shown(quota: Value, most: i64, last: i64) -> Vec<String> {
        let container =
            json!({"name": "c", "resources": {"requests": {"cpu": "500m"}, "limits": {"memory": "1Gi", "example.com/gpu": "1"}}});
        let template = json!({"spec": {"containers": [container], "priorityClassName": "high"}});
        let claim = json!({"spec": {"resources": {"requests": {"storage": "5Gi"}}, "storageClassName": "fast"}});
        let moment = |count| Moment {
            pods: vec![PodLoad { namespace: "shop", template: &template, count }],
            claims: vec![("shop", &claim), ("other", &claim)],
            ..Moment::default()
        };
        let ports = json!([{"port": 80}, {"port": 81}]);
        let service = json!({"apiVersion": "v1", "kind": "Service", "metadata": {"namespace": "shop"},
            "spec": {"type": "LoadBalancer", "ports": ports}});
        let web = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"namespace": "shop"}});
        let quota =
            json!({"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"namespace": "shop", "name": "q"}, "spec": quota});
        let (peak, end) = (moment(most), moment(last));
        let costs = Costs::of([&peak, &end].into_iter(), &Limits::default());
        let side = Side { objects: &[&service, &web, &quota], moment: &end };
        let usage = usage(Side { objects: &[], moment: &end }, std::slice::from_ref(&peak), side, &costs);
        let text = |usage: &Usage| {
            format!("{} {}/{}/{}", usage.resource, usage.peak.canonical(), usage.after.canonical(), usage.hard.canonical())
        };
        usage.iter().map(text).collect()
    }

    #[test]
    fn every_kind_of_resource() {
        let hard = json!({"pods": "10", "cpu": "4", "requests.memory": "8Gi", "limits.memory": "8Gi", "requests.example.com/gpu": "3",
            "limits.cpu": "1", "persistentvolumeclaims": "4", "requests.storage": "20Gi", "services": "2", "services.nodeports": "1",
            "services.loadbalancers": "1", "count/deployments.apps": "1", "configmaps": "3",
            "fast.storageclass.storage.k8s.io/requests.storage": "6Gi"});
        assert_eq!(
            shown(json!({"hard": hard}), 13, 10),
            [
                "configmaps 0/0/3",
                "count/deployments.apps 1/1/1",
                "cpu 6500m/5/4",
                "fast.storageclass.storage.k8s.io/requests.storage 5Gi/5Gi/6Gi",
                "limits.cpu 0/0/1",
                "limits.memory 13Gi/10Gi/8Gi",
                "persistentvolumeclaims 1/1/4",
                "pods 13/10/10",
                "requests.example.com/gpu 13/10/3",
                "requests.memory 13Gi/10Gi/8Gi",
                "requests.storage 5Gi/5Gi/20Gi",
                "services 1/1/2",
                "services.loadbalancers 1/1/1",
                "services.nodeports 2/2/1",
            ]
        );
    }

    #[test]
    fn scopes_choose_pods() {
        let pods = |scopes: Value| {
            let mut spec = json!({"hard": {"pods": "1"}});
            spec.as_object_mut().unwrap().extend(scopes.as_object().unwrap().clone());
            shown(spec, 2, 2)[0] == "pods 2/2/1"
        };
        for (scope, counts) in [("BestEffort", false), ("NotBestEffort", true), ("Terminating", false), ("NotTerminating", true)]
        {
            assert_eq!(pods(json!({"scopes": [scope]})), counts, "{scope}");
        }
        for (operator, values, counts) in [
            ("In", json!(["high"]), true),
            ("In", json!(["low"]), false),
            ("NotIn", json!(["high"]), false),
            ("NotIn", json!(["low"]), true),
            ("Exists", Value::Null, true),
            ("DoesNotExist", Value::Null, false),
        ] {
            let selector = json!([{"scopeName": "PriorityClass", "operator": operator, "values": values}]);
            assert_eq!(pods(json!({"scopeSelector": {"matchExpressions": selector}})), counts, "{operator} {values}");
        }
    }
}
