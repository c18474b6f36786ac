//! StatefulSets. Mirrors apps/v1 validation of `StatefulSet`.

use std::collections::BTreeSet;

use super::{mismatch, own_selector, runs_for_ever, unmet};
use crate::object::Field;
use crate::schema::Version;
use crate::validate::meta::{self, Scope};
use crate::validate::{Unique, Verdicts, claim, pod, text};

/// A StatefulSet. `maxUnavailable` of its update strategy is not looked at: the server drops it unless its feature is on.
pub fn stateful_set(errs: &mut Verdicts, root: Field, version: Version) {
    meta::metadata(errs, root, Scope::Namespaced, text::dns_label);
    let spec = root.get("spec");
    let management = spec.get("podManagementPolicy");
    if !matches!(management.text(), "OrderedReady" | "Parallel") {
        errs.invalid(management, "must be `OrderedReady` or `Parallel`");
    }
    update_strategy(errs, spec.get("updateStrategy"));
    if let Some(policy) = spec.some("persistentVolumeClaimRetentionPolicy") {
        errs.one_of(policy.get("whenDeleted"), &["Delete", "Retain"]);
        errs.one_of(policy.get("whenScaled"), &["Delete", "Retain"]);
    }
    errs.at_least(spec.get("replicas"), 0);
    errs.at_least(spec.get("minReadySeconds"), 0);
    errs.at_least(spec.get("ordinals").get("start"), 0);
    errs.may(spec.get("serviceName"), text::dns_label);
    for claim in spec.get("volumeClaimTemplates").items() {
        claim::claim_spec(errs, claim.get("spec"));
    }
    if own_selector(errs, spec.get("selector")) {
        if let Some(condition) = unmet(spec) {
            mismatch(errs, spec.get("template"), condition);
        }
        template_with_claims(errs, spec, version);
    }
    runs_for_ever(errs, spec.get("template").get("spec"));
}

fn update_strategy(errs: &mut Verdicts, strategy: Field) {
    let rolling = strategy.get("rollingUpdate");
    match strategy.get("type").text() {
        "OnDelete" => {
            if rolling.exists() {
                errs.invalid(rolling, "it goes with `type: RollingUpdate` only");
            }
        }
        "RollingUpdate" => _ = errs.at_least(rolling.get("partition"), 0),
        _ => {
            let verdict = errs.invalid(strategy.get("type"), "must be `RollingUpdate` or `OnDelete`");
            verdict.printed_as(strategy.path());
        }
    }
}

/// The template as its pods will have it: the claims stand as volumes before its own, those of the same name taking their place.
fn template_with_claims(errs: &mut Verdicts, spec: Field, version: Version) {
    let names = injected_volumes(errs, spec);
    let pod = spec.get("template").get("spec");
    let before = errs.len();
    pod::template(errs, spec.get("template"), version);
    let claims = spec.get("volumeClaimTemplates").len();
    let moved = moved_volumes(pod.get("volumes"), spec.get("volumeClaimTemplates"), claims);
    let mounts: BTreeSet<String> = claim_mounts(pod, &names);
    errs.revise(before, |verdict| {
        if mounts.contains(&verdict.field) {
            return false;
        }
        let Some((from, to)) = moved.iter().find(|(from, _)| is_at_or_below(&verdict.field, from)) else { return true };
        let Some(to) = to else { return false };
        verdict.field = format!("{to}{}", &verdict.field[from.len()..]);
        true
    });
}

/// Checks the volumes that the claims stand for; returns the names of those without fault, which can be mounted.
fn injected_volumes<'a>(errs: &mut Verdicts, spec: Field<'a>) -> BTreeSet<&'a str> {
    let mut names = Unique::default();
    let mut usable = BTreeSet::new();
    for (i, claim) in spec.get("volumeClaimTemplates").items().enumerate() {
        let name = claim.get("metadata").get("name");
        let volume = format!("{}[{i}]", spec.get("template").get("spec").get("volumes").path());
        let before = errs.len();
        if name.text().is_empty() {
            errs.required(name, "the claim is mounted by it").printed_as(format!("{volume}.name"));
            errs.required(name, "").printed_as(format!("{volume}.persistentVolumeClaim.claimName"));
        } else if let Err(why) = text::dns_label(name.text()) {
            errs.invalid(name, why).printed_as(format!("{volume}.name"));
        } else if names.has(name.text()) {
            errs.duplicate(name).printed_as(format!("{volume}.name"));
        } else {
            names.add(errs, name);
        }
        if errs.len() == before {
            usable.insert(name.text());
        }
    }
    usable
}

/// Where the server prints each of the template's own volumes: real path, and the printed one unless a claim takes its place.
fn moved_volumes(volumes: Field, claims: Field, offset: usize) -> Vec<(String, Option<String>)> {
    let is_claim = |name: &str| claims.items().any(|claim| claim.get("metadata").get("name").text() == name);
    let mut index = offset;
    let mut moved = Vec::new();
    for volume in volumes.items() {
        let name = volume.get("name").text();
        if !name.is_empty() && is_claim(name) {
            moved.push((volume.path(), None));
        } else {
            moved.push((volume.path(), Some(format!("{}[{index}]", volumes.path()))));
            index += 1;
        }
    }
    moved
}

/// Paths of the mount names that a claim answers to.
fn claim_mounts(pod: Field, names: &BTreeSet<&str>) -> BTreeSet<String> {
    let mut paths = BTreeSet::new();
    for list in ["initContainers", "containers", "ephemeralContainers"] {
        for container in pod.get(list).items() {
            for mount in container.get("volumeMounts").items().chain(container.get("volumeDevices").items()) {
                if names.contains(mount.get("name").text()) {
                    paths.insert(mount.get("name").path());
                }
            }
        }
    }
    paths
}

fn is_at_or_below(path: &str, top: &str) -> bool {
    path.strip_prefix(top).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}
