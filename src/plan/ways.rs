//! Ways forward where the server refuses an update: what a person can do instead, the least harmful first.

use serde_json::Value;

use super::apply::{Outcome, Verdict};
use super::labels::items;
use super::{Apply, Cause, Effect, Options};

/// What can be done about a refused update; nothing where the manifest is simply wrong.
pub fn forward(outcome: &Outcome, options: &Options) -> Vec<String> {
    let too_long = |cause: &Cause| cause.cause == "FieldValueTooLong" && cause.field == "metadata.annotations";
    if options.apply == Apply::Client && outcome.causes.iter().any(too_long) {
        return vec!["kubectl apply --server-side, which keeps no copy of the manifest".to_string()];
    }
    let Some(before) = outcome.before.as_deref().filter(|_| outcome.verdict == Verdict::Refused) else { return Vec::new() };
    let refused = Refused { outcome, before, wanted: outcome.wanted.as_deref().unwrap_or(before) };
    if let Some(block) = refused.left_over_block() {
        return vec![refused.block_way(&block, options.apply)];
    }
    if !refused.is_fixed() {
        return Vec::new();
    }
    match outcome.key.kind.as_str() {
        "StatefulSet" => refused.stateful_set(),
        "Deployment" | "DaemonSet" | "ReplicaSet" => refused.selector(),
        "Job" => refused.job(),
        "Service" => vec![format!("{}: it gets a new address, and has none meanwhile", refused.again())],
        "PersistentVolumeClaim" => refused.claim(),
        "PersistentVolume" if before["spec"]["persistentVolumeReclaimPolicy"] == "Retain" => {
            vec![format!("{}: what is on the volume stays", refused.again())]
        }
        "PersistentVolume" => vec![format!(
            "set persistentVolumeReclaimPolicy: Retain first, then {}: what is on the volume stays",
            refused.again()
        )],
        "CustomResourceDefinition" => {
            vec![format!("{}: ALL OBJECTS OF THIS KIND ARE DELETED WITH IT, save them first", refused.again())]
        }
        "ConfigMap" | "Secret" if before["immutable"] == true => vec![
            "give it a new name, and the new name to what reads it: that rolls out with the change".to_string(),
            format!("{}: pods see it when they are restarted", refused.again()),
        ],
        "RoleBinding" | "ClusterRoleBinding" => {
            vec!["kubectl auth reconcile -f FILE: deletes and creates it, its rights are missing for a moment".to_string()]
        }
        "StorageClass" | "PriorityClass" => vec![format!("{}: what was made with it stays as it is", refused.again())],
        "Pod" => vec![format!("{}: nothing runs meanwhile", refused.again())],
        _ => vec![refused.again()],
    }
}

/// An update that the server refuses.
struct Refused<'a> {
    outcome: &'a Outcome,
    before: &'a Value,
    wanted: &'a Value,
}

impl Refused<'_> {
    /// Whether any cause is a field that cannot change.
    fn is_fixed(&self) -> bool {
        let fixed = self.outcome.changes.iter().any(|change| change.effect == Effect::Replace);
        fixed || self.outcome.causes.iter().any(|cause| cause.field.starts_with("spec.clusterIP"))
    }

    /// `spec.strategy` where the type is new and its old block is left.
    fn left_over_block(&self) -> Option<String> {
        let field = self.outcome.causes.iter().map(|cause| cause.field.as_str());
        let mut blocks = field.filter_map(|field| field.split_once(".rollingUpdate").map(|(block, _)| block.to_string()));
        let block = blocks.next()?;
        let of_type = format!("{block}.type");
        self.outcome.changes.iter().any(|change| change.path == of_type).then_some(block)
    }

    /// `kubectl apply` leaves the server's `rollingUpdate` beside a type that must not have one; where the manifest has it, it is
    /// the manifest that must lose it. A server-side apply cannot take away what it does not own, even with a null.
    fn block_way(&self, block: &str, apply: Apply) -> String {
        let rolling = format!("{block}.rollingUpdate");
        // A patch of a Deployment's strategy and a replace leave nothing over.
        let written = apply == Apply::Replace || (apply == Apply::Client && self.outcome.key.kind == "Deployment");
        if written || self.outcome.changes.iter().any(|change| change.path.starts_with(&rolling)) {
            return format!("take `rollingUpdate` out of `{block}`, or set the type to RollingUpdate");
        }
        let left = "the one that the server filled in is still there";
        let Outcome { key, wanted, .. } = self.outcome;
        let field = block.strip_prefix("spec.").unwrap_or(block);
        let kind = wanted.as_ref().and_then(|wanted| wanted["spec"][field]["type"].as_str()).unwrap_or("");
        match apply {
            Apply::Server => {
                let patch = serde_json::json!({"spec": {field: {"type": kind, "rollingUpdate": null}}});
                let what = format!("{} {} -n {} -p '{patch}'", key.kind.to_lowercase(), key.name, key.namespace);
                format!("kubectl patch {what}, then apply again: {left}, and a null does not take it away server-side")
            }
            _ => format!("write `rollingUpdate: null` in `{block}`: {left}"),
        }
    }

    fn touches(&self, path: &str) -> bool {
        let fixed = |path: &str| {
            self.outcome.changes.iter().any(|change| change.effect == Effect::Replace && change.path.starts_with(path))
        };
        fixed(path)
    }

    /// `kubectl delete service db -n shop`.
    fn delete(&self) -> String {
        let key = &self.outcome.key;
        let namespace = if key.namespace.is_empty() { String::new() } else { format!(" -n {}", key.namespace) };
        format!("kubectl delete {} {}{namespace}", key.kind.to_lowercase(), key.name)
    }

    fn again(&self) -> String {
        format!("{}, then apply again", self.delete())
    }

    fn stateful_set(&self) -> Vec<String> {
        if self.touches("spec.selector") {
            return vec![format!("{}: its pods stop, its claims stay and are used again", self.again())];
        }
        let (old, new) = (self.claim_templates(self.before), self.claim_templates(self.wanted));
        // A pod's volumes cannot change: one without the new claim is in the way until it is made again.
        let lacks = new.iter().any(|claim| !old.iter().any(|known| name(known) == name(claim)));
        let then = if lacks { "; then delete them one by one, as they lack the new claim" } else { "" };
        let again = format!("{} --cascade=orphan, then apply again", self.delete());
        let mut ways = vec![format!("{again}: the pods run on and are taken over{then}")];
        if self.touches("spec.volumeClaimTemplates") {
            let grown =
                new.iter().filter(|claim| old.iter().any(|known| name(known) == name(claim) && size(known) != size(claim)));
            let ordinals = self.before["spec"]["replicas"].as_i64().unwrap_or(1).max(1) - 1;
            let set = &self.outcome.key.name;
            for claim in grown {
                let (name, size) = (name(claim), size(claim));
                let names = match ordinals {
                    0 => format!("{name}-{set}-0"),
                    last => format!("{name}-{set}-0 to {name}-{set}-{last}"),
                };
                ways.insert(0, format!("first set requests.storage of {names} to {size}: the template makes new claims only"));
            }
        }
        ways.push(format!("{}: its pods stop, its claims stay as they are", self.again()));
        ways
    }

    fn claim_templates<'v>(&self, set: &'v Value) -> &'v [Value] {
        items(&set["spec"]["volumeClaimTemplates"])
    }

    fn selector(&self) -> Vec<String> {
        let key = &self.outcome.key;
        let labels = self.before["spec"]["selector"]["matchLabels"].as_object().into_iter().flatten();
        let old: Vec<String> = labels.filter_map(|(key, value)| Some(format!("{key}={}", value.as_str()?))).collect();
        let namespace = &key.namespace;
        let mut ways = vec!["apply it under a new name, wait until it is ready, then delete this one".to_string()];
        if !old.is_empty() && key.kind == "Deployment" {
            ways.push(format!(
                "{} --cascade=orphan, then apply again: the old pods serve on until  kubectl delete replicaset -l {} -n {namespace}",
                self.delete(),
                old.join(",")
            ));
        }
        ways.push(format!("{}: no pod is ready meanwhile", self.again()));
        ways
    }

    fn job(&self) -> Vec<String> {
        vec![
            "give it a new name: it runs beside the old one, which stays as a record".to_string(),
            format!("{}: it runs again from the beginning", self.again()),
        ]
    }

    fn claim(&self) -> Vec<String> {
        let key = &self.outcome.key;
        let copy = "make a claim under a new name, copy the data, and point what uses it there".to_string();
        let lost = format!("{}: WHAT IT HOLDS IS LOST unless its volume is kept", self.again());
        let other = ["accessModes", "storageClassName", "volumeMode", "selector", "volumeName", "dataSource"]
            .iter()
            .any(|field| self.before["spec"][*field] != self.wanted["spec"][*field]);
        if other || !self.grows() {
            return vec![copy, lost];
        }
        let class = self.before["spec"]["storageClassName"].as_str().unwrap_or("the default class");
        vec![
            format!(
                "if {class} has allowVolumeExpansion: true and `{}` is bound, it grows: add the StorageClass to the manifests",
                key.name
            ),
            copy,
        ]
    }

    fn grows(&self) -> bool {
        let quantity =
            |value: &Value| crate::object::Quantity::parse(value["spec"]["resources"]["requests"]["storage"].as_str()?).ok();
        matches!((quantity(self.before), quantity(self.wanted)), (Some(was), Some(is)) if is > was)
    }
}

fn name(claim: &Value) -> &str {
    claim["metadata"]["name"].as_str().unwrap_or("")
}

fn size(claim: &Value) -> &str {
    claim["spec"]["resources"]["requests"]["storage"].as_str().unwrap_or("")
}
