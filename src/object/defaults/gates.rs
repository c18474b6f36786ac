//! Fields that the server drops, unseen by validation, because the feature they belong to is off by default. Mirrors
//! `DropDisabledTemplateFields` and the strategies' own drops with the default of every feature gate in each version.

use super::{Slot, pod};
use crate::schema::Version;

/// A feature that no version has on by default.
const NEVER: Version = Version(u8::MAX);

/// Fields of a pod's spec, and the first version that keeps them.
const SPEC: &[(&str, Version)] = &[
    ("hostUsers", Version(33)),
    ("hostnameOverride", Version(35)),
    ("resourceClaims", Version(34)),
    ("resources", Version(34)),
    ("schedulingGroup", NEVER),
];

/// Fields of a pod's `securityContext`.
const CONTEXT: &[(&str, Version)] = &[("seLinuxChangePolicy", Version(33)), ("supplementalGroupsPolicy", Version(33))];

/// Sources of a projected volume.
const PROJECTED: &[(&str, Version)] = &[("clusterTrustBundle", Version(37)), ("podCertificate", Version(37))];

/// Fields of a Lease's spec: those of coordinated leader election.
const LEASE: &[(&str, Version)] = &[("preferredHolder", NEVER), ("strategy", NEVER)];

/// Fields of a CSIDriver's spec.
const CSI_DRIVER: &[(&str, Version)] = &[
    ("nodeAllocatableUpdatePeriodSeconds", Version(35)),
    ("preventPodSchedulingIfMissing", Version(37)),
    ("serviceAccountTokenInSecrets", Version(35)),
];

/// Fields of how an autoscaler scales one way.
const SCALING: &[(&str, Version)] = &[("tolerance", Version(35))];

/// Fields of a container.
const CONTAINER: &[(&str, Version)] = &[("resizePolicy", Version(33)), ("restartPolicyRules", Version(35))];

/// Drops what `version` does not keep, from the pod spec of any kind that has one among others.
pub fn drop_disabled(root: &mut Slot, version: Version) {
    match root.text("kind").to_string().as_str() {
        "Pod" => root.with("spec", |spec| pod_spec(spec, version)),
        "PodTemplate" => template(root, version),
        "CronJob" => root.with("spec", |spec| {
            spec.with("jobTemplate", |job| job.with("spec", |job| template(job, version)));
        }),
        "DaemonSet" | "Deployment" | "Job" | "ReplicaSet" | "ReplicationController" | "StatefulSet" => {
            root.with("spec", |spec| template(spec, version));
        }
        "CSIDriver" => root.with("spec", |spec| drop_from(spec, CSI_DRIVER, version)),
        "HorizontalPodAutoscaler" => root.with("spec", |spec| {
            spec.with("behavior", |behavior| {
                for way in ["scaleDown", "scaleUp"] {
                    behavior.with(way, |rules| drop_from(rules, SCALING, version));
                }
            });
        }),
        "Lease" => root.with("spec", |spec| drop_from(spec, LEASE, version)),
        _ => {}
    }
}

fn template(parent: &mut Slot, version: Version) {
    parent.with("template", |template| template.with("spec", |spec| pod_spec(spec, version)));
}

fn pod_spec(spec: &mut Slot, version: Version) {
    drop_from(spec, SPEC, version);
    spec.with("securityContext", |context| drop_from(context, CONTEXT, version));
    for list in pod::CONTAINERS {
        spec.each(list, |container| self::container(container, version));
    }
    spec.each("volumes", |volume| {
        volume.with("projected", |projected| projected.each("sources", |source| drop_from(source, PROJECTED, version)));
    });
}

fn container(container: &mut Slot, version: Version) {
    drop_from(container, CONTAINER, version);
    container.with("lifecycle", |lifecycle| drop_from(lifecycle, &[("stopSignal", NEVER)], version));
    container.with("resources", |resources| drop_from(resources, &[("claims", Version(34))], version));
    container.with("securityContext", |context| drop_from(context, &[("procMount", Version(33))], version));
    container.each("env", |env| env.with("valueFrom", |from| drop_from(from, &[("fileKeyRef", Version(35))], version)));
}

fn drop_from(slot: &mut Slot, fields: &[(&str, Version)], version: Version) {
    for (name, since) in fields.iter().filter(|(_, since)| version < *since) {
        let why = match *since {
            NEVER => "its feature is off by default".to_string(),
            since => format!("its feature is on by default from Kubernetes {since} on"),
        };
        slot.ignore(name, why);
    }
}
