//! `avail-stop-too-long`: a preStop command that sleeps for all of the grace period.

use serde_json::Value;

use super::{Rule, planned};
use crate::diagnostic::{Family, Severity};
use crate::plan::labels::items;
use crate::plan::{Effect, Key, PlanCx, PlanFinding, template};

/// The rule.
pub const RULE: Rule =
    planned("avail-stop-too-long", Family::Avail, Severity::Warning, include_str!("../../rules/avail-stop-too-long.md"), check);

/// Kinds whose pods are stopped while others take over.
const KINDS: [&str; 6] = ["DaemonSet", "Deployment", "Pod", "ReplicaSet", "ReplicationController", "StatefulSet"];

fn check(cx: &PlanCx, findings: &mut Vec<PlanFinding>) {
    for (key, stored) in cx.stored(&KINDS) {
        if cx.effect(key) != Effect::LeftBehind {
            pod(cx, key, template(&key.kind, &stored.value), findings);
        }
    }
}

fn pod(cx: &PlanCx, key: &Key, template: &Value, findings: &mut Vec<PlanFinding>) {
    let spec = &template["spec"];
    let grace = spec["terminationGracePeriodSeconds"].as_i64().unwrap_or(30);
    let above = if key.kind == "Pod" { "spec" } else { "spec.template.spec" };
    for (index, container) in items(&spec["containers"]).iter().enumerate() {
        let slept = slept(&container["lifecycle"]["preStop"]["exec"]["command"]);
        let Some(slept) = slept.filter(|slept| *slept >= grace) else { continue };
        let message = format!("the hook sleeps {slept} s, and {grace} s after the stop began the container is killed");
        let field = format!("{above}.containers[{index}].lifecycle.preStop.exec.command");
        let mut finding = cx.finding(key, &field, message);
        finding.help = Some(format!("set `terminationGracePeriodSeconds` well above {slept}, or sleep less"));
        findings.push(finding);
    }
}

/// How many seconds a command sleeps, whether it is `sleep` itself or a shell that is told to; of several sleeps, their sum.
fn slept(command: &Value) -> Option<i64> {
    let words = || items(command).iter().filter_map(Value::as_str).flat_map(|word| word.split([' ', ';', '&', '\n', '\t']));
    let seconds = |text: &str| text.trim_end_matches('s').parse::<i64>().ok();
    let words: Vec<&str> = words().filter(|word| !word.is_empty()).collect();
    let is_sleep = |word: &str| word == "sleep" || word.ends_with("/sleep");
    let all: Vec<i64> = words.windows(2).filter(|pair| is_sleep(pair[0])).filter_map(|pair| seconds(pair[1])).collect();
    (!all.is_empty()).then(|| all.iter().fold(0, |sum: i64, each| sum.saturating_add(*each)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn sleeps_are_found_in_commands() {
        for (command, seconds) in [
            (json!(["sleep", "15"]), Some(15)),
            (json!(["/bin/sleep", "15s"]), Some(15)),
            (json!(["/bin/sh", "-c", "nginx -s quit; sleep 20 && sleep 5"]), Some(25)),
            (json!(["sleep", "1m"]), None),
            (json!(["/bin/sh", "-c", "echo asleep"]), None),
            (json!(null), None),
        ] {
            assert_eq!(slept(&command), seconds, "{command}");
        }
    }
}
