//! What the change of a field does: a table by kind and path.

use serde_json::Value;

use super::changes::Step;
use super::{Cause, Effect};

/// What changing a field comes to.
#[derive(Clone, Copy)]
enum Does {
    /// This; the server accepts it.
    This(Effect),
    /// The server refuses it whatever the rest says: only delete and create gets there.
    Fixed,
    /// The server accepts it in some states, and then it does this.
    Unless(Effect),
}

use Does::{Fixed, This, Unless};
use Effect::{Future, InPlace, Rollout};

/// Paths of one kind without list indices, each standing for what is below it; the longest that fits counts.
type Rows = &'static [(&'static str, Does)];

const POD: Rows = &[
    ("spec", Fixed),
    ("spec.activeDeadlineSeconds", Unless(InPlace)),
    ("spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution", Unless(InPlace)),
    ("spec.containers.image", This(InPlace)),
    ("spec.initContainers.image", This(InPlace)),
    ("spec.nodeSelector", Unless(InPlace)),
    ("spec.schedulingGates", Unless(InPlace)),
    ("spec.terminationGracePeriodSeconds", Unless(InPlace)),
    ("spec.tolerations", Unless(InPlace)),
];

const STATEFUL_SET: Rows = &[
    ("spec.podManagementPolicy", Fixed),
    ("spec.selector", Fixed),
    ("spec.serviceName", Fixed),
    ("spec.template", This(Rollout)),
    ("spec.volumeClaimTemplates", Fixed),
];

const JOB: Rows = &[
    ("spec.backoffLimitPerIndex", Fixed),
    ("spec.completionMode", Fixed),
    ("spec.completions", Unless(InPlace)),
    ("spec.managedBy", Fixed),
    ("spec.manualSelector", Fixed),
    ("spec.podFailurePolicy", Fixed),
    ("spec.selector", Fixed),
    ("spec.successPolicy", Fixed),
    ("spec.template", Unless(Future)),
];

const SERVICE: Rows = &[
    ("spec.clusterIP", Unless(InPlace)),
    ("spec.clusterIPs", Unless(InPlace)),
    ("spec.healthCheckNodePort", Unless(InPlace)),
    ("spec.ipFamilies", Unless(InPlace)),
    ("spec.loadBalancerClass", Unless(InPlace)),
];

const CLAIM: Rows = &[
    ("spec", Fixed),
    ("spec.resources.requests", Unless(InPlace)),
    ("spec.storageClassName", Unless(InPlace)),
    ("spec.volumeAttributesClassName", Unless(InPlace)),
    ("spec.volumeName", Unless(InPlace)),
];

const PERSISTENT_VOLUME: Rows = &[
    ("spec", Fixed),
    ("spec.accessModes", This(InPlace)),
    ("spec.capacity", This(InPlace)),
    ("spec.claimRef", This(InPlace)),
    ("spec.csi.controllerExpandSecretRef", This(InPlace)),
    ("spec.mountOptions", This(InPlace)),
    ("spec.nodeAffinity", Unless(InPlace)),
    ("spec.persistentVolumeReclaimPolicy", This(InPlace)),
    ("spec.storageClassName", This(InPlace)),
    ("spec.volumeAttributesClassName", Unless(InPlace)),
];

const STORAGE_CLASS: Rows =
    &[("parameters", Fixed), ("provisioner", Fixed), ("reclaimPolicy", Fixed), ("volumeBindingMode", Fixed)];

const SECRET: Rows = &[("data", Unless(InPlace)), ("immutable", Unless(InPlace)), ("type", Fixed)];

const CONFIG_MAP: Rows = &[("binaryData", Unless(InPlace)), ("data", Unless(InPlace)), ("immutable", Unless(InPlace))];

const CRD: Rows = &[
    ("spec.group", Fixed),
    ("spec.names.kind", Unless(InPlace)),
    ("spec.names.plural", Unless(InPlace)),
    ("spec.scope", Unless(InPlace)),
    ("spec.versions", Unless(InPlace)),
];

/// What stands in no row of its kind, and kinds that are not here, change in place.
const KINDS: &[(&str, Rows)] = &[
    ("CSIDriver", &[("spec.attachRequired", Fixed), ("spec.volumeLifecycleModes", Fixed)]),
    ("CertificateSigningRequest", &[("spec", Fixed)]),
    ("ClusterRoleBinding", &[("roleRef", Fixed)]),
    ("ConfigMap", CONFIG_MAP),
    ("ControllerRevision", &[("data", Fixed)]),
    ("CronJob", &[("spec.jobTemplate", This(Future))]),
    ("CustomResourceDefinition", CRD),
    ("DaemonSet", &[("spec.selector", Fixed), ("spec.template", This(Rollout))]),
    ("Deployment", &[("spec.selector", Fixed), ("spec.template", This(Rollout))]),
    ("EndpointSlice", &[("addressType", Fixed)]),
    ("IngressClass", &[("spec.controller", Fixed)]),
    ("Job", JOB),
    ("Node", &[("spec.podCIDR", Unless(InPlace)), ("spec.podCIDRs", Unless(InPlace)), ("spec.providerID", Unless(InPlace))]),
    ("PersistentVolume", PERSISTENT_VOLUME),
    ("PersistentVolumeClaim", CLAIM),
    ("Pod", POD),
    ("PodTemplate", &[("template", This(Future))]),
    ("PriorityClass", &[("preemptionPolicy", Fixed), ("value", Fixed)]),
    ("ReplicaSet", &[("spec.selector", Fixed), ("spec.template", This(Future))]),
    ("ReplicationController", &[("spec.template", This(Future))]),
    ("ResourceClaim", &[("spec", Fixed)]),
    ("ResourceClaimTemplate", &[("spec", Fixed)]),
    ("ResourceQuota", &[("spec.scopes", Fixed)]),
    ("RoleBinding", &[("roleRef", Fixed)]),
    ("RuntimeClass", &[("handler", Fixed)]),
    ("Secret", SECRET),
    ("Service", SERVICE),
    ("StatefulSet", STATEFUL_SET),
    ("StorageClass", STORAGE_CLASS),
    ("VolumeAttributesClass", &[("driverName", Fixed), ("parameters", Fixed)]),
];

/// What the changes of one object do.
pub struct Effects<'a> {
    rows: Rows,
    causes: &'a [Cause],
    /// Whether the controller replaces pods by itself.
    rolls: bool,
}

impl<'a> Effects<'a> {
    /// For an object of `kind` that is refused for `causes`, if for any.
    pub fn of(kind: &str, causes: &'a [Cause], after: &Value) -> Effects<'a> {
        let rows = KINDS.iter().find(|(known, _)| *known == kind).map_or(&[][..], |(_, rows)| rows);
        // With OnDelete, and while a Deployment is paused, only pods made later have the new template.
        let on_delete = after.pointer("/spec/updateStrategy/type").is_some_and(|strategy| strategy == "OnDelete");
        let paused = after.pointer("/spec/paused") == Some(&Value::Bool(true));
        Effects { rows, causes, rolls: !on_delete && !paused }
    }

    /// What the change at `steps` does.
    pub fn effect(&self, steps: &[Step]) -> Effect {
        let names: Vec<&str> = steps.iter().filter_map(name).collect();
        let fits = |path: &&(&str, Does)| {
            let mut names = names.iter();
            path.0.split('.').all(|step| names.next() == Some(&step))
        };
        let row = self.rows.iter().filter(fits).max_by_key(|(path, _)| path.len());
        match row.map(|(_, does)| *does) {
            Some(Fixed) if !self.causes.is_empty() => Effect::Replace,
            Some(Unless(_)) if self.blamed(&names) => Effect::Replace,
            Some(This(Rollout)) if !self.rolls => Future,
            Some(This(effect) | Unless(effect)) => effect,
            Some(Fixed) | None => InPlace,
        }
    }

    /// Whether the server refuses what stands here, or something above or below it.
    fn blamed(&self, names: &[&str]) -> bool {
        self.causes.iter().filter(|cause| !cause.field.is_empty()).any(|cause| {
            let steps = cause.field.split(['.', '[', ']']).filter(|step| !step.is_empty() && step.parse::<usize>().is_err());
            steps.zip(names).all(|(step, name)| one_field(step) == one_field(name))
        })
    }
}

/// A Service's address stands in two fields, and the server names either.
fn one_field(name: &str) -> &str {
    if name == "clusterIPs" { "clusterIP" } else { name }
}

/// Whether the values of a change must not be shown.
pub fn sensitive(kind: &str, steps: &[Step]) -> bool {
    let names: Vec<&str> = steps.iter().filter_map(name).collect();
    let holds = match names.as_slice() {
        ["data" | "stringData", ..] => true,
        // The manifest as it was applied is kept in an annotation, data included.
        ["metadata", "annotations", key] => key.ends_with("/last-applied-configuration"),
        ["metadata", "annotations"] => true,
        _ => false,
    };
    kind == "Secret" && holds
}

fn name(step: &Step) -> Option<&str> {
    match step {
        Step::Field(name) | Step::Key(name) => Some(name),
        Step::Entry { .. } | Step::Index(_) => None,
    }
}
