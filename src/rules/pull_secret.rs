//! The part of `avail-cannot-finish` on pull secrets: one that is in another namespace than the pods that name it.

use std::collections::HashMap;

use serde_json::Value;

use crate::diagnostic::Severity;
use crate::plan::labels::items;
use crate::plan::{Effect, PlanCx, PlanFinding, RUNNING, template};

/// Hints at each pull secret that new pods name and that only other namespaces have. The cluster may have it, hence no more than
/// a hint; and none at all where the manifests have no Secret of that name.
pub fn check(cx: &PlanCx, findings: &mut Vec<PlanFinding>) {
    let homes = homes(cx);
    for (key, stored) in cx.stored(RUNNING).filter(|(key, _)| [Effect::Create, Effect::Rollout].contains(&cx.effect(key))) {
        for (index, name) in named(template(&key.kind, &stored.value)).enumerate() {
            let Some(homes) = homes.get(name) else { continue };
            if let Some(home) = homes.first().filter(|_| !homes.contains(&key.namespace.as_str())) {
                let path = if key.kind == "Pod" { "spec" } else { "spec.template.spec" };
                let message = format!("pull secret `{name}` is in namespace `{home}`, and these pods are in `{}`", key.namespace);
                let mut finding = cx.finding(key, &format!("{path}.imagePullSecrets[{index}].name"), message);
                finding.severity = Severity::Advice;
                finding.help =
                    Some("add it to this namespace too, unless the cluster has it: images that need it are not pulled".into());
                findings.push(finding);
            }
        }
    }
}

fn named(template: &Value) -> impl Iterator<Item = &str> {
    items(&template["spec"]["imagePullSecrets"]).iter().map(|secret| secret["name"].as_str().unwrap_or(""))
}

/// The namespaces that have a Secret of each name.
fn homes<'a>(cx: &PlanCx<'a>) -> HashMap<&'a str, Vec<&'a str>> {
    let mut homes: HashMap<&str, Vec<&str>> = HashMap::new();
    for (secret, _) in cx.stored(&["Secret"]) {
        homes.entry(&secret.name).or_default().push(&secret.namespace);
    }
    homes
}
