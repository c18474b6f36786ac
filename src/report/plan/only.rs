//! A plan of some objects only: `Kind/namespace/name`, where `*` stands for anything.

use super::svg::{self, Setting};
use crate::object::ObjectId;
use crate::plan::Plan;

/// Keeps the objects that one of `patterns` names, with what is said of them; all of them where there is no pattern.
pub fn only(plan: &mut Plan, patterns: &[String]) {
    if patterns.is_empty() {
        return;
    }
    let kept: Vec<bool> = plan.objects.iter().map(|object| patterns.iter().any(|pattern| names(pattern, &object.id))).collect();
    let moved =
        |index: usize| kept.get(index).copied().unwrap_or(false).then(|| kept[..index].iter().filter(|kept| **kept).count());
    plan.findings.retain(|finding| finding.object.is_none_or(|index| moved(index).is_some()));
    for finding in &mut plan.findings {
        finding.object = finding.object.and_then(moved);
    }
    plan.links.retain(|link| moved(link.from).is_some() && moved(link.to).is_some());
    for link in &mut plan.links {
        (link.from, link.to) = (moved(link.from).unwrap_or(link.from), moved(link.to).unwrap_or(link.to));
    }
    let mut index = 0;
    plan.objects.retain(|_| {
        index += 1;
        kept[index - 1]
    });
    let of = |id: &ObjectId, namespace: &str, name: &str| id.kind == "CronJob" && id.namespace == namespace && id.name == name;
    let objects = &plan.objects;
    plan.runs.retain(|run| objects.iter().any(|object| of(&object.id, &run.namespace, &run.cronjob)));
}

/// The timeline of the first object that has one, as a file of its own.
pub fn plan_svg(plan: &Plan) -> Option<String> {
    plan.objects.iter().find_map(|object| svg::timeline(plan, object, Setting::Alone))
}

/// Whether `pattern` names this object: `Kind/name`, `Kind/namespace/name`, or the name alone.
fn names(pattern: &str, id: &ObjectId) -> bool {
    match pattern.split('/').collect::<Vec<_>>().as_slice() {
        [name] => matches(name, &id.name),
        [kind, name] => matches(&kind.to_lowercase(), &id.kind.to_lowercase()) && matches(name, &id.name),
        [kind, namespace, name] => {
            matches(&kind.to_lowercase(), &id.kind.to_lowercase()) && matches(namespace, &id.namespace) && matches(name, &id.name)
        }
        _ => false,
    }
}

/// Whether `text` is what `glob` says; only `*` is special.
fn matches(glob: &str, text: &str) -> bool {
    let Some((head, rest)) = glob.split_once('*') else { return glob == text };
    let Some(mut left) = text.strip_prefix(head) else { return false };
    let parts: Vec<&str> = rest.split('*').collect();
    let Some((tail, middle)) = parts.split_last() else { return true };
    for part in middle {
        match left.find(part) {
            Some(at) => left = &left[at + part.len()..],
            None => return false,
        }
    }
    left.ends_with(tail)
}
