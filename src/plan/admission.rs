//! What the server and the gates of a namespace leave of what a controller wants done: claims and pods that are not let in.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::cluster::{Action, Cluster, Id, Spec};
use super::name;
use super::pod::Template;

/// The longest value of a label.
pub const LABEL: usize = 63;

/// Those of `actions`, wanted by the controller of `id`, that are let through; what is not is noted.
pub fn admitted(cluster: &mut Cluster, id: Id, mut actions: Vec<Action>) -> Vec<Action> {
    let nameless = refuse_labels(cluster, id, &mut actions);
    if nameless.is_some() || cluster.gates().is_empty() {
        cluster.hold(id, nameless);
        return actions;
    }
    let (without, missing) = refuse_claims(cluster, id, &mut actions);
    let wants = |action: &Action| match action {
        Action::Create { template, count, .. } => Some((template.clone(), *count)),
        _ => None,
    };
    let wanted: Vec<(Arc<Template>, i64)> = actions.iter().filter_map(wants).collect();
    let Some((template, _)) = wanted.first().cloned() else {
        cluster.hold(id, missing.map(|why| (without, why)));
        return actions;
    };
    // All pods of one look are of one template but while a partition is moved.
    let all: i64 = wanted.iter().map(|(_, count)| count).sum();
    let namespace = cluster.workload(id).key.namespace.clone();
    let (room, why) = cluster.gates().admitted(cluster, &namespace, &template, all);
    let mut left = room;
    actions.retain_mut(|action| {
        let Action::Create { count, .. } = action else { return true };
        *count = (*count).min(left);
        left -= *count;
        *count > 0
    });
    let why = missing.or((room < all).then_some(why));
    cluster.hold(id, why.map(|why| (all - room + without, why)));
    actions
}

/// Takes out the pods of a StatefulSet whose label with the name of their revision would be too long: how many pods, and why. Their
/// claims are made nevertheless.
fn refuse_labels(cluster: &Cluster, id: Id, actions: &mut Vec<Action>) -> Option<(i64, String)> {
    let workload = cluster.workload(id);
    let Spec::StatefulSet(set) = &workload.spec else { return None };
    // A dash and ten letters at most.
    if workload.key.name.len() + 11 <= LABEL {
        return None;
    }
    let (mut pods, mut longest) = (0, 0);
    actions.retain(|action| {
        let Action::Create { template, count, .. } = action else { return true };
        let mut object = (*set.value).clone();
        object["spec"]["template"] = (*template.value).clone();
        let revision = name::revision(&object, cluster.version()).map_or(0, |name| name.len());
        if revision > LABEL {
            (pods, longest) = (pods + count, revision);
        }
        revision <= LABEL
    });
    (pods > 0).then(|| (pods, format!("the label with the name of the revision would have {longest} characters")))
}

/// Takes out the claims that are not let in and the pods that need them: how many pods, and why.
fn refuse_claims(cluster: &Cluster, id: Id, actions: &mut Vec<Action>) -> (i64, Option<String>) {
    let workload = cluster.workload(id);
    let Spec::StatefulSet(set) = &workload.spec else { return (0, None) };
    if set.claims.is_empty() || !actions.iter().any(|action| matches!(action, Action::Claim { .. })) {
        return (0, None);
    }
    let mut room = cluster.gates().for_claims(cluster, &workload.key.namespace);
    let mut refused: BTreeSet<String> = BTreeSet::new();
    let (mut pods, mut why, mut lacks) = (0, None, false);
    actions.retain(|action| match action {
        Action::Claim { name, template, .. } => {
            let Some(reason) = set.claims.get(*template).and_then(|claim| room.take(&claim.value)) else { return true };
            why.get_or_insert_with(|| format!("claim `{name}` is refused: {reason}"));
            refused.insert(name.clone());
            lacks = true;
            false
        }
        Action::Own { claim, .. } => !refused.contains(&claim.1),
        // A pod follows its claims.
        Action::Create { .. } => {
            let lacks = std::mem::take(&mut lacks);
            pods += i64::from(lacks);
            !lacks
        }
        _ => true,
    });
    (pods, why)
}
