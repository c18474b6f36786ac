//! LimitRanges: what they fill in where a container of a new pod says nothing, and which pods and claims they do not let in.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::gate::Refusal;
use super::labels::items;
use super::pod::{self, quantities};
use crate::object::Quantity;

/// What containers get, and what they and their pods are held to, by namespace.
#[derive(Clone, Debug, Default)]
pub struct Limits {
    filled: BTreeMap<String, Vec<Filled>>,
    bounds: BTreeMap<String, Vec<Bound>>,
}

/// The least and the most of each resource that a LimitRange allows.
#[derive(Clone, Debug)]
struct Bound {
    /// The LimitRange.
    name: String,
    of: Of,
    min: BTreeMap<String, Quantity>,
    max: BTreeMap<String, Quantity>,
}

/// Whom a bound holds.
#[derive(Clone, Copy, Debug)]
enum Of {
    Container,
    Pod,
    Claim,
}

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
            let items = items(&range["spec"]["limits"]).iter();
            let amounts = |value: &Value| value.as_object().cloned().unwrap_or_default();
            limits.bounds.entry(namespace.clone()).or_default().extend(items.clone().filter_map(|item| Bound::of(range, item)));
            let filled = items
                .filter(|item| item["type"] == "Container")
                .map(|item| Filled { requests: amounts(&item["defaultRequest"]), limits: amounts(&item["default"]) });
            limits.filled.entry(namespace).or_default().extend(filled);
        }
        limits
    }

    /// The pod spec as it is once it has been through admission in `namespace`.
    pub fn fill<'v>(&self, namespace: &str, spec: &'v Value) -> Cow<'v, Value> {
        let Some(filled) = self.filled.get(namespace) else { return Cow::Borrowed(spec) };
        let mut spec = spec.clone();
        for list in ["initContainers", "containers"] {
            for container in spec.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten() {
                fill(container, filled);
            }
        }
        Cow::Owned(spec)
    }
}

impl Limits {
    /// Whether nothing is ever refused.
    pub fn is_unbounded(&self) -> bool {
        self.bounds.values().all(Vec::is_empty)
    }

    /// Why a pod with this `spec` is not let into `namespace`.
    pub fn refusal(&self, namespace: &str, spec: &Value) -> Option<Refusal> {
        let bounds = self.bounds.get(namespace)?;
        let spec = self.fill(namespace, spec);
        bounds.iter().find_map(|bound| Some(bound.refused(bound.refusal(&spec)?)))
    }

    /// Why a claim, or one made from this template, is not let into `namespace`.
    pub fn claim_refusal(&self, namespace: &str, claim: &Value) -> Option<Refusal> {
        let bounds = self.bounds.get(namespace)?.iter().filter(|bound| matches!(bound.of, Of::Claim));
        // Nothing but requests is asked of a claim.
        let requests = quantities(&claim["spec"]["resources"]["requests"]);
        bounds.into_iter().find_map(|bound| Some(bound.refused(bound.misfit("a claim", &requests, &requests)?)))
    }
}

impl Bound {
    fn of(range: &Value, item: &Value) -> Option<Bound> {
        let of = match item["type"].as_str()? {
            "Container" => Of::Container,
            "Pod" => Of::Pod,
            "PersistentVolumeClaim" => Of::Claim,
            _ => return None,
        };
        let (min, max) = (quantities(&item["min"]), quantities(&item["max"]));
        let name = range["metadata"]["name"].as_str().unwrap_or("").to_string();
        (!min.is_empty() || !max.is_empty()).then_some(Bound { name, of, min, max })
    }

    fn refused(&self, why: String) -> Refusal {
        Refusal { kind: "LimitRange", name: self.name.clone(), why }
    }

    fn refusal(&self, spec: &Value) -> Option<String> {
        match self.of {
            Of::Claim => None,
            Of::Pod => self.misfit("a pod", &pod::total(spec, "requests"), &pod::total(spec, "limits")),
            Of::Container => {
                ["initContainers", "containers"].into_iter().flat_map(|list| items(&spec[list])).find_map(|container| {
                    let resources = &container["resources"];
                    let who = format!("container `{}`", container["name"].as_str().unwrap_or(""));
                    self.misfit(&who, &quantities(&resources["requests"]), &quantities(&resources["limits"]))
                })
            }
        }
    }

    /// A least amount has to be requested, a most amount to be the limit; neither may be passed by the other.
    fn misfit(&self, who: &str, requests: &BTreeMap<String, Quantity>, limits: &BTreeMap<String, Quantity>) -> Option<String> {
        let low = self.min.iter().find(|(name, least)| {
            requests.get(*name).is_none_or(|asked| asked < least) || limits.get(*name).is_some_and(|limit| limit < least)
        });
        let high = self.max.iter().find(|(name, most)| {
            limits.get(*name).is_none_or(|limit| limit > most) || requests.get(*name).is_some_and(|asked| asked > most)
        });
        let told = |what: &str, (name, amount): (&String, &Quantity)| {
            format!("LimitRange `{}` holds {who} to {what} {} of `{name}`", self.name, amount.canonical())
        };
        low.map(|bound| told("at least", bound)).or_else(|| high.map(|bound| told("at most", bound)))
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
            let spec = json!({"containers": [{"resources": resources}]});
            let spec = limits.fill(namespace, &spec);
            spec["containers"][0]["resources"].clone()
        };
        let all = json!({"requests": {"cpu": "100m", "memory": "64Mi"}, "limits": {"cpu": "1", "memory": "1Gi"}});
        assert_eq!(filled("shop", json!({})), all);
        assert_eq!(filled("other", json!({})), json!({}));
        let some = json!({"requests": {"cpu": "2", "memory": "64Mi"}, "limits": {"cpu": "2", "memory": "1Gi"}});
        assert_eq!(filled("shop", json!({"limits": {"cpu": "2"}})), some);
    }

    #[test]
    fn holds_pods_to_what_is_allowed() {
        let range = json!({"apiVersion": "v1", "kind": "LimitRange", "metadata": {"namespace": "shop", "name": "r"}, "spec": {"limits": [
            {"type": "Container", "min": {"cpu": "50m"}, "max": {"memory": "1Gi"}, "default": {"memory": "512Mi"}},
            {"type": "Pod", "max": {"cpu": "2"}}]}});
        let limits = Limits::of([&range].into_iter());
        let refusal = |resources: Value| {
            let spec = json!({"containers": [{"name": "c", "resources": resources}]});
            limits.refusal("shop", &spec).map(|refusal| refusal.why)
        };
        assert_eq!(refusal(json!({"requests": {"cpu": "50m"}, "limits": {"cpu": "1"}})), None);
        for (resources, why) in [
            (json!({"limits": {"cpu": "10m"}}), "LimitRange `r` holds container `c` to at least 50m of `cpu`"),
            (json!({}), "LimitRange `r` holds container `c` to at least 50m of `cpu`"),
            (
                json!({"requests": {"cpu": "1"}, "limits": {"memory": "2Gi", "cpu": "1"}}),
                "LimitRange `r` holds container `c` to at most 1Gi of `memory`",
            ),
            (json!({"limits": {"cpu": "3"}}), "LimitRange `r` holds a pod to at most 2 of `cpu`"),
        ] {
            assert_eq!(refusal(resources.clone()).as_deref(), Some(why), "{resources}");
        }
        assert_eq!(limits.refusal("other", &json!({"containers": [{"name": "c"}]})), None);
        assert!(Limits::default().is_unbounded() && !limits.is_unbounded());
    }
    #[test]
    fn holds_claims_to_what_is_allowed() {
        let range = json!({"apiVersion": "v1", "kind": "LimitRange", "metadata": {"namespace": "shop", "name": "r"}, "spec": {"limits": [
            {"type": "PersistentVolumeClaim", "min": {"storage": "1Gi"}, "max": {"storage": "10Gi"}}]}});
        let limits = Limits::of([&range].into_iter());
        let refusal = |size: &str| {
            let claim = json!({"spec": {"resources": {"requests": {"storage": size}}}});
            limits.claim_refusal("shop", &claim).map(|refusal| refusal.why)
        };
        assert_eq!((refusal("1Gi"), refusal("10Gi")), (None, None));
        assert_eq!(refusal("1G").as_deref(), Some("LimitRange `r` holds a claim to at least 1Gi of `storage`"));
        assert_eq!(refusal("11Gi").as_deref(), Some("LimitRange `r` holds a claim to at most 10Gi of `storage`"));
        // Pods are none of its business.
        assert_eq!(limits.refusal("shop", &json!({"containers": [{"name": "c"}]})), None);
    }
}
