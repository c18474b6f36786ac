//! What a ResourceQuota wants the containers of new pods to say: a quota of cpu or memory lets no pod in that leaves it open.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;

use super::gate::Refusal;
use super::labels::items;
use super::limits::Limits;
use super::{pod, quota};

/// The quotas that want something said, by namespace.
#[derive(Clone, Debug, Default)]
pub struct Demands(BTreeMap<String, Vec<Demand>>);

#[derive(Clone, Debug)]
struct Demand {
    quota: Arc<Value>,
    /// Names as quotas have them, in order.
    resources: Vec<&'static str>,
}

/// What containers have to say where a quota counts it. Other resources count as nothing where they are not said.
const SAID: [&str; 6] = ["cpu", "limits.cpu", "limits.memory", "memory", "requests.cpu", "requests.memory"];

impl Demands {
    /// Those of stored ResourceQuotas.
    pub fn of<'a>(quotas: impl Iterator<Item = &'a Arc<Value>>) -> Demands {
        let mut demands = Demands::default();
        for quota in quotas {
            let hard = &quota["spec"]["hard"];
            let resources: Vec<&str> = SAID.into_iter().filter(|name| !hard[name].is_null()).collect();
            if !resources.is_empty() {
                let namespace = quota["metadata"]["namespace"].as_str().unwrap_or("default").to_string();
                demands.0.entry(namespace).or_default().push(Demand { quota: quota.clone(), resources });
            }
        }
        demands
    }

    /// Whether no pod is ever refused.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What keeps a pod of `template` out of `namespace`, once LimitRanges have filled in what they can.
    pub fn refusal(&self, namespace: &str, template: &Value, limits: &Limits) -> Option<Refusal> {
        let demands = self.0.get(namespace)?;
        let spec = limits.fill(namespace, &template["spec"]);
        // What the pod says as a whole is enough.
        if ["requests", "limits"].iter().any(|list| !pod::quantities(&spec["resources"][list]).is_empty()) {
            return None;
        }
        let (requests, most) = (pod::total(&spec, "requests"), pod::total(&spec, "limits"));
        let counting = demands.iter().filter(|demand| quota::chooses(&demand.quota, template, &requests, &most));
        counting.into_iter().find_map(|demand| demand.refusal(&spec))
    }
}

impl Demand {
    fn refusal(&self, spec: &Value) -> Option<Refusal> {
        let containers = ["containers", "initContainers"].into_iter().flat_map(|list| items(&spec[list]));
        let (container, open) = containers.into_iter().find_map(|container| {
            let said = said(&container["resources"]);
            Some((container, self.resources.iter().find(|name| !said.contains(**name))?))
        })?;
        let name = self.quota["metadata"]["name"].as_str().unwrap_or("").to_string();
        let container = container["name"].as_str().unwrap_or("");
        let why = format!("ResourceQuota `{name}` counts `{open}`, and container `{container}` does not say how much it needs");
        Some(Refusal { kind: "ResourceQuota", name, why })
    }
}

/// What `resources` say, by the names that quotas use. A limit is the request where there is none.
fn said(resources: &Value) -> BTreeSet<&'static str> {
    let has = |list: &str, name: &str| !resources[list][name].is_null();
    let says = |name: &&str| match name.split_once('.').unwrap_or(("requests", name)) {
        ("limits", name) => has("limits", name),
        (_, name) => has("requests", name) || has("limits", name),
    };
    SAID.into_iter().filter(says).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_a_quota_counts_has_to_be_said() {
        let quota = |spec: Value| Arc::new(json!({"metadata": {"name": "q", "namespace": "shop"}, "spec": spec}));
        let refused = |spec: Value, pod: Value, limits: &Limits| {
            let quotas = [quota(spec)];
            Demands::of(quotas.iter()).refusal("shop", &json!({"spec": pod}), limits).map(|refusal| refusal.why)
        };
        let pod = |resources: Value| json!({"containers": [{"name": "c", "resources": resources}]});
        let none = Limits::default();
        let counts =
            |name: &str| Some(format!("ResourceQuota `q` counts `{name}`, and container `c` does not say how much it needs"));
        let hard =
            json!({"hard": {"requests.cpu": "4", "limits.memory": "8Gi", "pods": "10", "requests.ephemeral-storage": "1Gi"}});
        let (cpu, memory) = (json!({"requests": {"cpu": "1"}}), json!({"limits": {"memory": "1Gi", "cpu": "0"}}));
        assert_eq!(refused(hard.clone(), pod(json!({})), &none), counts("limits.memory"));
        assert_eq!(refused(hard.clone(), pod(cpu.clone()), &none), counts("limits.memory"));
        assert_eq!(refused(hard.clone(), pod(memory), &none), None);
        assert_eq!(refused(json!({"hard": {"pods": "1"}}), pod(json!({})), &none), None);
        let whole = json!({"resources": {"limits": {"cpu": "1"}}, "containers": [{"name": "c"}]});
        assert_eq!(refused(hard.clone(), whole, &none), None);
        // Of what is as good as nothing, only the pods are counted.
        assert_eq!(refused(json!({"hard": {"cpu": "1"}, "scopes": ["BestEffort"]}), pod(cpu.clone()), &none), None);
        let range = json!({"apiVersion": "v1", "kind": "LimitRange", "metadata": {"namespace": "shop"}, "spec": {"limits": [
            {"type": "Container", "default": {"memory": "1Gi"}}]}});
        assert_eq!(refused(hard, pod(cpu), &Limits::of([&range].into_iter())), None);
    }
}
