//! `avail-renamed`: a workload under another name, which is a new one beside or instead of the old one.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Rule, planned};
use crate::diagnostic::{Family, Severity};
use crate::plan::labels::items;
use crate::plan::{Outcome, PlanCx, PlanFinding, Verdict, template};

/// The rule.
pub const RULE: Rule =
    planned("avail-renamed", Family::Avail, Severity::Warning, include_str!("../../rules/avail-renamed.md"), check);

/// What is renamed in earnest.
const KINDS: [&str; 3] = ["DaemonSet", "Deployment", "StatefulSet"];

/// So many of a hundred values are the same in what was only renamed.
const ALIKE: usize = 90;

fn check(cx: &PlanCx, findings: &mut Vec<PlanFinding>) {
    let workloads = || cx.sides.outcomes.iter().filter(|outcome| KINDS.contains(&outcome.key.kind.as_str()));
    let left: Vec<&Outcome> =
        workloads().filter(|outcome| matches!(outcome.verdict, Verdict::Deleted | Verdict::LeftBehind)).collect();
    for new in workloads().filter(|outcome| outcome.verdict == Verdict::Stored && outcome.before.is_none()) {
        let same = |old: &&&Outcome| old.key.kind == new.key.kind && old.key.namespace == new.key.namespace;
        let alike = left.iter().filter(same).filter_map(|old| Some((likeness(old, new)?, *old)));
        let best = alike.max_by_key(|(alike, _)| *alike);
        if let Some((_, old)) = best.filter(|(alike, _)| *alike >= ALIKE) {
            findings.push(renamed(cx, old, new));
        }
    }
}

fn renamed(cx: &PlanCx, old: &Outcome, new: &Outcome) -> PlanFinding {
    let name = &old.key.name;
    let claims = new.after.as_ref().is_some_and(|set| !items(&set["spec"]["volumeClaimTemplates"]).is_empty());
    let data = if claims { ", and its claims are new and empty" } else { "" };
    let message = match old.verdict {
        Verdict::Deleted => format!("this was `{name}`: all old pods stop at once, before any new one is ready{data}"),
        _ => format!("this was `{name}`, which goes on running beside it{data}"),
    };
    let mut finding = cx.finding(&new.key, "metadata.name", message);
    finding.help = Some(match old.verdict {
        Verdict::Deleted => {
            "nothing can be renamed: apply the new one, wait until it is ready, and delete the old one then".to_string()
        }
        _ => format!(
            "nothing can be renamed: once this is ready  kubectl delete {} {name} -n {}",
            old.key.kind.to_lowercase(),
            old.key.namespace
        ),
    });
    finding
}

/// How many of a hundred values in both are the same but for the name; `None` where they run different images.
fn likeness(old: &Outcome, new: &Outcome) -> Option<usize> {
    let (old_value, new_value) = (old.before.as_deref()?, new.after.as_deref()?);
    if images(&old.key.kind, old_value) != images(&new.key.kind, new_value) {
        return None;
    }
    let (mut was, mut is) = (BTreeSet::new(), BTreeSet::new());
    leaves(&old_value["spec"], String::new(), &mut was);
    leaves(&new_value["spec"], String::new(), &mut is);
    let was: BTreeSet<String> = was.iter().map(|leaf| leaf.replace(&old.key.name, &new.key.name)).collect();
    let is: BTreeSet<String> = is.iter().map(|leaf| leaf.replace(&old.key.name, &new.key.name)).collect();
    Some(was.intersection(&is).count() * 100 / was.len().max(is.len()).max(1))
}

/// The images without tag or digest.
fn images(kind: &str, object: &Value) -> Vec<String> {
    let image = |container: &Value| {
        let image = container["image"].as_str().unwrap_or("");
        let image = image.split('@').next().unwrap_or(image);
        // A colon before a slash is that of a registry's port.
        image.rsplit_once(':').filter(|(_, tag)| !tag.contains('/')).map_or(image, |(name, _)| name).to_string()
    };
    items(&template(kind, object)["spec"]["containers"]).iter().map(image).collect()
}

/// Every value with its path.
fn leaves(value: &Value, path: String, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => map.iter().for_each(|(key, value)| leaves(value, format!("{path}.{key}"), found)),
        Value::Array(list) => list.iter().enumerate().for_each(|(i, value)| leaves(value, format!("{path}[{i}]"), found)),
        value => _ = found.insert(format!("{path}={value}")),
    }
}
