//! LimitRanges: what they fill in where a container of a new pod says nothing.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// What containers get, by namespace.
#[derive(Clone, Debug, Default)]
pub struct Limits(BTreeMap<String, Vec<Filled>>);

/// One LimitRange's defaults for containers.
#[derive(Clone, Debug)]
struct Filled {
    requests: Map<String, Value>,
    limits: Map<String, Value>,
}

impl Limits {
    /// Those of the stored LimitRanges among `objects`, in order of name.
    pub fn of<'a>(objects: impl Iterator<Item = &'a Value>) -> Limits {
        let mut limits = Limits::default();
        for range in objects.filter(|object| object["kind"] == "LimitRange" && object["apiVersion"] == "v1") {
            let namespace = range["metadata"]["namespace"].as_str().unwrap_or("default").to_string();
            let items = range["spec"]["limits"].as_array().into_iter().flatten();
            let amounts = |value: &Value| value.as_object().cloned().unwrap_or_default();
            let filled = items
                .filter(|item| item["type"] == "Container")
                .map(|item| Filled { requests: amounts(&item["defaultRequest"]), limits: amounts(&item["default"]) });
            limits.0.entry(namespace).or_default().extend(filled);
        }
        limits
    }

    /// The pod spec as it is once it has been through admission in `namespace`.
    pub fn fill(&self, namespace: &str, spec: &Value) -> Value {
        let mut spec = spec.clone();
        let Some(filled) = self.0.get(namespace) else { return spec };
        for list in ["initContainers", "containers"] {
            for container in spec.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten() {
                fill(container, filled);
            }
        }
        spec
    }
}

fn fill(container: &mut Value, filled: &[Filled]) {
    let own = |list: &str| container["resources"][list].as_object().cloned().unwrap_or_default();
    let (mut requests, mut limits) = (own("requests"), own("limits"));
    // A container's own limit is its request before any LimitRange is asked.
    add_missing(&mut requests, &limits);
    for filled in filled {
        add_missing(&mut requests, &filled.requests);
        add_missing(&mut limits, &filled.limits);
    }
    container["resources"]["requests"] = Value::Object(requests);
    container["resources"]["limits"] = Value::Object(limits);
}

fn add_missing(amounts: &mut Map<String, Value>, from: &Map<String, Value>) {
    for (name, amount) in from {
        if !amounts.contains_key(name) {
            amounts.insert(name.clone(), amount.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn fills_what_is_not_said() {
        let range = json!({"apiVersion": "v1", "kind": "LimitRange", "metadata": {"namespace": "shop"}, "spec": {"limits": [
            {"type": "Container", "default": {"cpu": "1", "memory": "1Gi"}, "defaultRequest": {"cpu": "100m", "memory": "64Mi"}},
            {"type": "Pod", "max": {"cpu": "4"}}]}});
        let limits = Limits::of([&range].into_iter());
        let filled = |namespace: &str, resources: Value| {
            let spec = limits.fill(namespace, &json!({"containers": [{"resources": resources}]}));
            spec["containers"][0]["resources"].clone()
        };
        let all = json!({"requests": {"cpu": "100m", "memory": "64Mi"}, "limits": {"cpu": "1", "memory": "1Gi"}});
        assert_eq!(filled("shop", json!({})), all);
        assert_eq!(filled("other", json!({})), json!({}));
        let some = json!({"requests": {"cpu": "2", "memory": "64Mi"}, "limits": {"cpu": "2", "memory": "1Gi"}});
        assert_eq!(filled("shop", json!({"limits": {"cpu": "2"}})), some);
    }
}
