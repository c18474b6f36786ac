//! The part of `avail-cannot-finish` on pull secrets: one that is in another namespace than the pods that name it.

use serde_json::Value;

use crate::diagnostic::Severity;
use crate::plan::labels::items;
use crate::plan::{Effect, Key, PlanCx, PlanFinding, RUNNING, template};

/// Hints at each pull secret that new pods name and that only other namespaces have. The cluster may have it, hence no more than
/// a hint; and none at all where the manifests have no Secret of that name.
pub fn check(cx: &PlanCx, findings: &mut Vec<PlanFinding>) {
    for (key, stored) in cx.stored(RUNNING).filter(|(key, _)| [Effect::Create, Effect::Rollout].contains(&cx.effect(key))) {
        for (index, name) in named(template(&key.kind, &stored.value)).enumerate() {
            if let Some(home) = elsewhere(cx, key, name) {
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

/// Another namespace that has the Secret `name`, where that of `key` has not.
fn elsewhere<'a>(cx: &'a PlanCx, key: &Key, name: &str) -> Option<&'a str> {
    let mut homes = cx.stored(&["Secret"]).filter(|(secret, _)| secret.name == name).map(|(secret, _)| secret.namespace.as_str());
    let first = homes.next()?;
    (first != key.namespace && homes.all(|home| home != key.namespace)).then_some(first)
}
