//! What an object owns, drawn as a tree: ReplicaSets, pods and claims.

use super::lanes;
use super::rows::names;
use crate::plan::{Plan, PlannedObject, Rollout};

/// The tree of one object; empty where it makes no pods.
pub fn tree(plan: &Plan, object: &PlannedObject) -> Vec<String> {
    let Some(rollout) = &object.rollout else { return Vec::new() };
    let pods = lanes::lanes(plan, object);
    let last = |lane: &&lanes::Lane| lane.states.last().is_some_and(Option::is_some);
    let kept: Vec<&str> = pods.iter().filter(last).map(|lane| lane.name.as_str()).collect();
    if !kept.is_empty() {
        return named(plan, object, &kept);
    }
    let (Some(first), Some(end)) = (rollout.steps.first(), rollout.steps.last()) else { return Vec::new() };
    let Some(new) = &object.revision else { return Vec::new() };
    let old = object.revision_before.as_ref().filter(|old| *old != new);
    let branch = if old.is_some() { "├─" } else { "└─" };
    let before = size_before(rollout, new).unwrap_or(if old.is_some() { 0 } else { first.counts.old });
    let mut lines = vec![format!("{branch} # {new}   next   {before} → {}", end.counts.new)];
    if end.counts.new > 0 {
        let stem = if old.is_some() { "│" } else { " " };
        lines.push(format!("{stem}    └─ {new}-????? × {}", end.counts.new));
    }
    if let Some(old) = old {
        let before = size_before(rollout, old).unwrap_or(rollout.replicas.max(first.counts.old));
        lines.push(format!("└─ # {old}   current   {before} → {}", end.counts.old));
    }
    lines
}

/// The size of a ReplicaSet before anything is done to it; `None` where nothing is.
fn size_before(rollout: &Rollout, name: &str) -> Option<i64> {
    let actions = rollout.steps.iter().flat_map(|step| &step.actions);
    let first = actions.into_iter().find(|action| action.target.strip_prefix("ReplicaSet/") == Some(name))?;
    if first.verb == "create" { Some(0) } else { first.from }
}

/// Pods by name, each with its claims.
fn named(plan: &Plan, object: &PlannedObject, pods: &[&str]) -> Vec<String> {
    let claims: Vec<&String> = plan.rounds.last().map_or(Vec::new(), |round| round.pvcs.iter().collect());
    let mut lines = Vec::new();
    for (i, pod) in pods.iter().enumerate() {
        let branch = if i + 1 == pods.len() { "└─" } else { "├─" };
        let own: Vec<&&String> = claims.iter().filter(|claim| claim.ends_with(&format!("-{pod}"))).collect();
        let own = if own.is_empty() || object.id.kind != "StatefulSet" {
            String::new()
        } else {
            format!("   claim {}", names(&own.iter().map(|claim| claim.as_str()).collect::<Vec<_>>(), own.len()))
        };
        let on = if object.id.kind == "DaemonSet" { "on " } else { "" };
        lines.push(format!("{branch} {on}{pod}{own}"));
    }
    lines
}
