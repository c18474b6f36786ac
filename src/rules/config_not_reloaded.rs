//! `ref-config-not-reloaded`: a key of a ConfigMap or Secret changes, and what reads it goes on with the old value.

use serde_json::Value;

use super::{Rule, planned};
use crate::diagnostic::{Family, Severity};
use crate::plan::labels::items;
use crate::plan::{Change, Effect, PlanCx, PlanFinding, RUNNING, template};

/// The rule.
pub const RULE: Rule = planned(
    "ref-config-not-reloaded",
    Family::Ref,
    Severity::Warning,
    include_str!("../../rules/ref-config-not-reloaded.md"),
    check,
);

fn check(cx: &PlanCx, findings: &mut Vec<PlanFinding>) {
    for (key, _) in cx.stored(&["ConfigMap", "Secret"]) {
        let Some(planned) = cx.planned(key).filter(|planned| planned.effect == Effect::InPlace) else { continue };
        for change in &planned.changes {
            let Some(changed) = data_key(change) else { continue };
            let readers: Vec<String> = cx
                .stored(RUNNING)
                .filter_map(|(pods, stored)| {
                    let stays = pods.namespace == key.namespace && !restarts(cx.effect(pods));
                    let spec = &template(&pods.kind, &stored.value)["spec"];
                    let how = reads(spec, Wanted { kind: &key.kind, name: &key.name, key: &changed }).filter(|_| stays)?;
                    Some(format!("{} `{}` {how}", pods.kind, pods.name))
                })
                .collect();
            if !readers.is_empty() {
                let message = format!("`{changed}` changes, but pods go on with the old value: {}", readers.join(", "));
                let mut finding = cx.finding(key, "data", message);
                finding.source = change.source.clone().or(finding.source);
                finding.help =
                    Some("restart them (`kubectl rollout restart`), or give the template an annotation with a checksum".into());
                findings.push(finding);
            }
        }
    }
}

fn restarts(effect: Effect) -> bool {
    !matches!(effect, Effect::None | Effect::Future | Effect::InPlace | Effect::LeftBehind | Effect::Refused)
}

/// The key of `data` that a change is about.
fn data_key(change: &Change) -> Option<String> {
    let mut steps = change.pointer.strip_prefix('/')?.split('/');
    let within = matches!(steps.next(), Some("data" | "binaryData" | "stringData"));
    let key = steps.next()?.replace("~1", "/").replace("~0", "~");
    within.then_some(key)
}

#[derive(Clone, Copy)]
struct Wanted<'a> {
    kind: &'a str,
    name: &'a str,
    key: &'a str,
}

/// How a pod reads the key so that it does not see a change.
fn reads(spec: &Value, wanted: Wanted) -> Option<&'static str> {
    let containers = || {
        items(&spec["containers"]).iter().chain(items(&spec["initContainers"]).iter().filter(|c| c["restartPolicy"] == "Always"))
    };
    let from_env = containers().any(|container| {
        items(&container["env"]).iter().any(|env| env_key(env, wanted))
            || items(&container["envFrom"]).iter().any(|from| env_from(from, wanted))
    });
    if from_env {
        return Some("(environment variables)");
    }
    let volumes: Vec<&Value> = items(&spec["volumes"]).iter().filter(|volume| holds(volume, wanted)).collect();
    let sub_path = |mount: &Value| {
        let of_it = volumes.iter().any(|volume| volume["name"] == mount["name"]);
        of_it && (is_given(&mount["subPath"]) || is_given(&mount["subPathExpr"]))
    };
    containers().any(|container| items(&container["volumeMounts"]).iter().any(sub_path)).then_some(SUB_PATH)
}

const SUB_PATH: &str = "(mount with `subPath`)";

fn is_given(value: &Value) -> bool {
    value.as_str().is_some_and(|text| !text.is_empty())
}

fn env_key(env: &Value, wanted: Wanted) -> bool {
    let reference = match wanted.kind {
        "Secret" => &env["valueFrom"]["secretKeyRef"],
        _ => &env["valueFrom"]["configMapKeyRef"],
    };
    reference["name"] == wanted.name && reference["key"] == wanted.key
}

fn env_from(from: &Value, wanted: Wanted) -> bool {
    let reference = if wanted.kind == "Secret" { &from["secretRef"] } else { &from["configMapRef"] };
    // A key that is no name of a variable is left out; only `=` and characters that cannot be printed make it so.
    reference["name"] == wanted.name && !wanted.key.contains('=')
}

fn holds(volume: &Value, wanted: Wanted) -> bool {
    let of = |source: &Value, name: &str| {
        let listed = items(&source["items"]);
        source[name] == wanted.name && (listed.is_empty() || listed.iter().any(|item| item["key"] == wanted.key))
    };
    let (field, name) = if wanted.kind == "Secret" { ("secret", "secretName") } else { ("configMap", "name") };
    of(&volume[field], name) || items(&volume["projected"]["sources"]).iter().any(|source| of(&source[field], "name"))
}
