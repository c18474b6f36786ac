//! Defaults of Deployments, ReplicaSets, StatefulSets, DaemonSets and ReplicationControllers.

use super::{Slot, meta, pod, storage};
use crate::yaml::Kind;

/// `apps/v1` Deployment.
pub fn deployment(root: &mut Slot) {
    let Some(mut spec) = root.struct_at("spec") else { return };
    spec.default_int("replicas", 1);
    if let Some(mut strategy) = spec.struct_at("strategy") {
        strategy.default_str("type", "RollingUpdate");
        if strategy.text("type") == "RollingUpdate"
            && let Some(mut rolling) = strategy.struct_at("rollingUpdate")
        {
            rolling.default_pointer("maxUnavailable", "25%");
            rolling.default_pointer("maxSurge", "25%");
        }
    }
    spec.default_int("revisionHistoryLimit", 10);
    spec.default_int("progressDeadlineSeconds", 600);
    pod::template(&mut spec);
}

/// `apps/v1` ReplicaSet.
pub fn replica_set(root: &mut Slot) {
    let Some(mut spec) = root.struct_at("spec") else { return };
    spec.default_int("replicas", 1);
    pod::template(&mut spec);
}

/// `apps/v1` DaemonSet. The template's generation number lives in an annotation in this version of the type.
pub fn daemon_set(root: &mut Slot) {
    template_generation(root);
    let Some(mut spec) = root.struct_at("spec") else { return };
    if let Some(mut strategy) = spec.struct_at("updateStrategy") {
        strategy.default_str("type", "RollingUpdate");
        if strategy.text("type") == "RollingUpdate"
            && let Some(mut rolling) = strategy.struct_at("rollingUpdate")
        {
            rolling.default_int("maxUnavailable", 1);
            rolling.default_int("maxSurge", 0);
        }
    }
    spec.default_int("revisionHistoryLimit", 10);
    pod::template(&mut spec);
}

fn template_generation(root: &mut Slot) {
    let Some(mut metadata) = root.struct_at("metadata") else { return };
    let Some(mut annotations) = metadata.free_map_at("annotations") else { return };
    annotations.default_str("deprecated.daemonset.template.generation", "1");
}

/// `apps/v1` StatefulSet.
pub fn stateful_set(root: &mut Slot) {
    let Some(mut spec) = root.struct_at("spec") else { return };
    spec.default_str("podManagementPolicy", "OrderedReady");
    update_strategy(&mut spec);
    if let Some(mut policy) = spec.struct_at("persistentVolumeClaimRetentionPolicy") {
        policy.default_str("whenDeleted", "Retain");
        policy.default_str("whenScaled", "Retain");
    }
    spec.default_int("replicas", 1);
    spec.default_int("revisionHistoryLimit", 10);
    pod::template(&mut spec);
    spec.each("volumeClaimTemplates", claim_template);
}

/// `rollingUpdate` is made only where no type is written.
fn update_strategy(spec: &mut Slot) {
    let Some(mut strategy) = spec.struct_at("updateStrategy") else { return };
    if strategy.text("type").is_empty() {
        strategy.default_str("type", "RollingUpdate");
        strategy.struct_at("rollingUpdate");
    }
    if strategy.text("type") == "RollingUpdate" {
        strategy.with("rollingUpdate", |rolling| {
            rolling.default_int("partition", 0);
            rolling.ignore("maxUnavailable", "its feature is off by default");
        });
    }
}

/// A claim template is stored as a whole claim.
fn claim_template(claim: &mut Slot) {
    claim.put("apiVersion", Kind::Str, "v1");
    claim.put("kind", Kind::Str, "PersistentVolumeClaim");
    claim.struct_at("metadata");
    if let Some(mut spec) = claim.struct_at("spec") {
        storage::claim_spec(&mut spec);
    }
    if let Some(mut status) = claim.struct_at("status") {
        status.default_str("phase", "Pending");
    }
}

/// `v1` ReplicationController. Its selector and its own labels come from the template.
pub fn replication_controller(root: &mut Slot) {
    let Some(mut spec) = root.struct_at("spec") else { return };
    spec.default_int("replicas", 1);
    // A template is a pointer here; a missing one stays missing.
    let Some(mut template) = spec.map("template") else { return };
    pod::template_itself(&mut template);
    let Some(labels) = template.map("metadata").and_then(|metadata| metadata.get("labels")) else { return };
    if spec.is_empty("selector") {
        spec.copy("selector", labels);
    }
    meta::labels_from(root, labels);
}
