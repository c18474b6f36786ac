//! The mirror of the server's validation of updates: what may not change, on top of what the new object itself must be.

mod config;
mod fixed;
mod network;
mod pod;
mod service;
mod storage;
mod workloads;

use super::{Verdict, Verdicts, name_of};
use crate::object::{Field, ObjectId};
use crate::schema::Version;

/// One update: both objects as stored, amounts canonical and defaults filled in.
#[derive(Clone, Copy)]
pub struct Update<'a> {
    /// The object that is there.
    pub old: Field<'a>,
    /// The object in its place.
    pub new: Field<'a>,
    /// The server's minor version.
    pub version: Version,
    /// Whether a claim can grow.
    pub expansion: Expansion,
}

/// Whether a claim is bound to a volume of a class that lets it grow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expansion {
    /// Not as far as is known.
    Refused,
    /// It is.
    Allowed,
}

/// One kind's update validation.
type Check = fn(&mut Verdicts, Update);

/// Which function validates updates of which kind; what is only a list of fields stands in [`fixed::KINDS`].
const KINDS: &[(&str, &str, Check)] = &[
    ("", "ConfigMap", config::config_map),
    ("", "Node", config::node),
    ("", "PersistentVolume", storage::persistent_volume),
    ("", "PersistentVolumeClaim", storage::claim),
    ("", "Pod", pod::pod),
    ("", "ResourceQuota", config::resource_quota),
    ("", "Secret", config::secret),
    ("", "Service", service::service),
    ("apiextensions.k8s.io", "CustomResourceDefinition", config::resource_definition),
    ("apps", "StatefulSet", workloads::stateful_set),
    ("batch", "CronJob", workloads::cron_job),
    ("batch", "Job", workloads::job),
    ("networking.k8s.io", "Ingress", network::ingress),
    ("networking.k8s.io", "ServiceCIDR", network::service_cidr),
    ("storage.k8s.io", "CSINode", storage::csi_node),
];

/// Puts into `errs` what the server refuses about replacing one object by the other, beyond what [`super::object`] says of the
/// new one.
pub fn update(errs: &mut Verdicts, id: &ObjectId, update: Update) {
    let group = id.api_version.rsplit_once('/').map_or("", |(group, _)| group);
    fixed::fields(errs, group, &id.kind, update);
    let known = KINDS.iter().find(|(known, kind, _)| *known == group && *kind == id.kind);
    if let Some((_, _, check)) = known {
        check(errs, update);
    }
}

/// How the server calls a change that it does not allow.
#[derive(Clone, Copy)]
enum As {
    Invalid,
    Forbidden,
}

/// `new` may not differ from `old`.
fn unchanged(errs: &mut Verdicts, old: Field, new: Field, called: As) {
    unchanged_at(errs, old, new, called, &new.path());
}

/// The same where the server prints the field as `path`.
fn unchanged_at(errs: &mut Verdicts, old: Field, new: Field, called: As, path: &str) {
    if !same(old, new) {
        refuse(errs, new, called, format!("`{}` cannot be changed after creation", name_of(new))).printed_as(path);
    }
}

/// Refuses `field`, saying what stands in `message` alone.
fn refuse<'v>(errs: &'v mut Verdicts, field: Field, called: As, message: String) -> &'v mut Verdict {
    let verdict = match called {
        As::Invalid => errs.invalid(field, ""),
        As::Forbidden => errs.forbidden(field, ""),
    };
    verdict.message = message;
    verdict
}

/// Nothing below `new` may differ from `old` but what stands at the `allowed` paths (without list indices) and below them.
fn only(errs: &mut Verdicts, old: Field, new: Field, allowed: &[&str], called: As) {
    let found = others(old, new, allowed);
    if let Some(list) = listed(&found, &new.path()) {
        refuse(errs, new, called, format!("`{}` cannot be changed after creation: {list}", name_of(new)));
    }
}

/// The paths at which two values differ, except at the `allowed` ones and below them.
fn others(old: Field, new: Field, allowed: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    differences(old, new, &mut found);
    found.retain(|path| {
        let path = without_indices(path);
        let within =
            |above: &&&str| path.strip_prefix(**above).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']));
        !allowed.iter().any(|above| within(&above))
    });
    found
}

/// The first few of the paths, below `above`; `None` where there is none.
fn listed(paths: &[String], above: &str) -> Option<String> {
    const SHOWN: usize = 3;
    let below = |path: &String| path.strip_prefix(above).map_or(path.as_str(), |rest| rest.trim_start_matches('.')).to_string();
    let words: Vec<String> = paths.iter().take(SHOWN).map(|path| format!("`{}`", below(path))).collect();
    match paths.len() {
        0 => None,
        n if n > SHOWN => Some(format!("{} and {} more", words.join(", "), n - SHOWN)),
        _ => Some(words.join(", ")),
    }
}

/// `spec.containers[0].image` without `[0]`.
fn without_indices(path: &str) -> String {
    let mut out = String::new();
    for part in path.split_inclusive(']') {
        match part.rsplit_once('[') {
            Some((head, index)) if index.trim_end_matches(']').parse::<usize>().is_ok() => out.push_str(head),
            _ => out.push_str(part),
        }
    }
    out
}

/// Whether two stored values are equal; null is as good as nothing.
fn same(old: Field, new: Field) -> bool {
    let mut found = Vec::new();
    differences(old, new, &mut found);
    found.is_empty()
}

/// A field that no object has, to compare with.
const NOTHING: &str = "(nothing)";

/// Collects the paths at which two stored values differ.
fn differences(old: Field, new: Field, found: &mut Vec<String>) {
    let (was, is) = (old.exists(), new.exists());
    let either = if is { new } else { old };
    if either.is_map() && (!was || old.is_map()) && (!is || new.is_map()) && !(was != is && either.is_empty()) {
        for (key, value) in new.entries() {
            differences(old.entry(key).unwrap_or(old.get(NOTHING)), value, found);
        }
        for (_, value) in old.entries().filter(|(key, _)| new.entry(key).is_none()) {
            differences(value, new.get(NOTHING), found);
        }
    } else if old.is_seq() && new.is_seq() && old.len() == new.len() {
        for (old, new) in old.items().zip(new.items()) {
            differences(old, new, found);
        }
    } else if (was || is) && (was != is || old.kind() != new.kind() || old.scalar() != new.scalar() || new.is_seq()) {
        found.push(either.path());
    }
}
