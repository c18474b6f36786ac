//! Fields that the server drops, unseen by validation, because the feature they belong to is off by default. Mirrors
//! `DropDisabledTemplateFields` and the strategies' own drops with the default of every feature gate in each version.

use super::{Slot, pod};
use crate::schema::Version;
use crate::yaml::Kind;

/// A feature that no version has on by default.
const NEVER: Version = Version(u8::MAX);

/// Fields of one place, each with the first version that keeps it.
type Fields = &'static [(&'static str, Version)];

/// Fields outside of pods: the kind, the place that holds them (`[]`: each element of a list, `{}`: each value of a map), and they
/// themselves.
const KINDS: &[(&str, &str, Fields)] = &[
    ("CSIDriver", "spec", CSI_DRIVER),
    ("CronJob", "spec.jobTemplate.spec", JOB),
    ("CustomResourceDefinition", "spec.versions[]", &[("selectableFields", Version(31))]),
    ("DeviceClass", "spec", &[("extendedResourceName", Version(36))]),
    ("EndpointSlice", "endpoints[].hints", &[("forNodes", Version(34))]),
    ("HorizontalPodAutoscaler", "spec.behavior.scaleDown", SCALING),
    ("HorizontalPodAutoscaler", "spec.behavior.scaleUp", SCALING),
    ("Job", "spec", JOB),
    ("Lease", "spec", &[("preferredHolder", NEVER), ("strategy", NEVER)]),
    ("PersistentVolume", "spec", ATTRIBUTES_CLASS),
    ("PersistentVolumeClaim", "spec", ATTRIBUTES_CLASS),
    // The first beta has no `exactly`: its fields stand above.
    ("ResourceClaim", "spec.devices.requests[]", REQUEST),
    ("ResourceClaim", "spec.devices.requests[].exactly", REQUEST),
    ("ResourceClaim", "spec.devices.requests[].firstAvailable[]", REQUEST),
    ("ResourceClaimTemplate", "spec.spec.devices.requests[]", REQUEST),
    ("ResourceClaimTemplate", "spec.spec.devices.requests[].exactly", REQUEST),
    ("ResourceClaimTemplate", "spec.spec.devices.requests[].firstAvailable[]", REQUEST),
    ("ResourceSlice", "spec", &[("perDeviceNodeSelection", Version(36)), ("sharedCounters", Version(36))]),
    ("ResourceSlice", "spec", &[("partitionTypeAttribute", NEVER), ("skipNodeOperations", NEVER)]),
    ("ResourceSlice", "spec.devices[]", DEVICE),
    // A list that is dropped leaves an attribute without a value, which is refused.
    (
        "ResourceSlice",
        "spec.devices[].attributes{}",
        &[("bools", NEVER), ("ints", NEVER), ("strings", NEVER), ("versions", NEVER)],
    ),
    ("ResourceSlice", "spec.devices[].consumesCounters[]", &[("compatibilityGroups", NEVER)]),
    ("ResourceSlice", "spec.devices[].capacity{}", &[("requestPolicy", Version(36))]),
    ("Service", "spec", &[("trafficDistribution", Version(31))]),
];

const ATTRIBUTES_CLASS: Fields = &[("volumeAttributesClassName", Version(34))];
const CSI_DRIVER: Fields = &[
    ("nodeAllocatableUpdatePeriodSeconds", Version(35)),
    ("preventPodSchedulingIfMissing", Version(37)),
    ("serviceAccountTokenInSecrets", Version(35)),
];
const DEVICE: Fields = &[
    ("allNodes", Version(36)),
    ("allowMultipleAllocations", Version(36)),
    ("bindingConditions", Version(36)),
    ("bindingFailureConditions", Version(36)),
    ("bindsToNode", Version(36)),
    ("consumesCounters", Version(36)),
    ("nodeAllocatableResourceMappings", NEVER),
    ("nodeAllocatableResources", NEVER),
    ("nodeName", Version(36)),
    ("nodeSelector", Version(36)),
    ("taints", Version(36)),
];
const JOB: Fields = &[("managedBy", Version(32)), ("successPolicy", Version(31))];
const REQUEST: Fields = &[
    ("adminAccess", Version(34)),
    ("capacity", Version(36)),
    ("derivedAttributes", NEVER),
    ("firstAvailable", Version(34)),
    ("tolerations", Version(36)),
];
const SCALING: Fields = &[("tolerance", Version(35))];

/// Fields of a pod's spec.
const POD: &[(&str, Fields)] = &[
    ("", SPEC),
    ("affinity.podAffinity.preferredDuringSchedulingIgnoredDuringExecution[].podAffinityTerm", TERM),
    ("affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[]", TERM),
    ("affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution[].podAffinityTerm", TERM),
    ("affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[]", TERM),
    ("securityContext", &[("seLinuxChangePolicy", Version(33)), ("supplementalGroupsPolicy", Version(33))]),
    ("volumes[].projected.sources[]", &[("clusterTrustBundle", Version(37)), ("podCertificate", Version(37))]),
];

const SPEC: Fields = &[
    ("hostUsers", Version(33)),
    ("hostnameOverride", Version(35)),
    ("resourceClaims", Version(34)),
    ("resources", Version(34)),
    ("schedulingGroup", NEVER),
    ("workloadRef", NEVER),
];
const TERM: Fields = &[("matchLabelKeys", Version(31)), ("mismatchLabelKeys", Version(31))];

/// Fields of a container.
const CONTAINER: &[(&str, Fields)] = &[
    ("", &[("resizePolicy", Version(33)), ("restartPolicyRules", Version(35))]),
    ("env[].valueFrom", &[("fileKeyRef", Version(35))]),
    ("lifecycle", &[("stopSignal", NEVER)]),
    ("resources", &[("claims", Version(34))]),
    ("volumeMounts[]", &[("recursiveReadOnly", Version(31))]),
];

/// Drops what `version` does not keep.
pub fn drop_disabled(root: &mut Slot, version: Version) {
    let kind = root.text("kind").to_string();
    for (_, place, fields) in KINDS.iter().filter(|(known, ..)| *known == kind) {
        drop_from(root, place, fields, version);
    }
    let pod = match kind.as_str() {
        "Pod" => "spec",
        "PodTemplate" => "template.spec",
        "CronJob" => "spec.jobTemplate.spec.template.spec",
        "DaemonSet" | "Deployment" | "Job" | "ReplicaSet" | "ReplicationController" | "StatefulSet" => "spec.template.spec",
        _ => return,
    };
    at(root, pod, &mut |spec| {
        for (place, fields) in POD {
            drop_from(spec, place, fields, version);
        }
        for list in pod::CONTAINERS {
            spec.each(list, |container| {
                for (place, fields) in CONTAINER {
                    drop_from(container, place, fields, version);
                }
                container.with("securityContext", |context| proc_mount(context, version));
            });
        }
        image_volumes(spec, version);
    });
}

/// The first version that knows another way to mount /proc than the default, and the first that keeps volumes of images.
const PROC_MOUNT: Version = Version(33);
const IMAGE_VOLUME: Version = Version(35);

/// Another way to mount /proc is not dropped but becomes the default.
fn proc_mount(context: &mut Slot, version: Version) {
    if version < PROC_MOUNT && !matches!(context.text("procMount"), "" | "Default") {
        context.ignore("procMount", off_before(PROC_MOUNT));
        context.put("procMount", Kind::Str, "Default");
    }
}

/// The whole volume is dropped, and with it what mounts it, so that nothing is refused. It stays here, and that is told.
fn image_volumes(spec: &mut Slot, version: Version) {
    if version < IMAGE_VOLUME {
        spec.each("volumes", |volume| volume.note_ignored("image", off_before(IMAGE_VOLUME)));
    }
}

fn off_before(since: Version) -> String {
    format!("its feature is on by default from Kubernetes {since} on")
}

/// Drops those of `fields` that `version` does not keep, wherever `place` is below `slot`.
fn drop_from(slot: &mut Slot, place: &str, fields: Fields, version: Version) {
    for (name, since) in fields.iter().filter(|(_, since)| version < *since) {
        at(slot, place, &mut |slot| {
            let why = match *since {
                NEVER => "its feature is off by default".to_string(),
                since => off_before(since),
            };
            slot.ignore(name, why);
        });
    }
}

/// Visits every mapping at `place` below `slot`.
fn at(slot: &mut Slot, place: &str, visit: &mut dyn FnMut(&mut Slot)) {
    let (step, rest) = place.split_once('.').unwrap_or((place, ""));
    if step.is_empty() {
        visit(slot);
    } else if let Some(list) = step.strip_suffix("[]") {
        slot.each(list, |item| at(item, rest, visit));
    } else if let Some(map) = step.strip_suffix("{}") {
        slot.each_value(map, |value| at(value, rest, visit));
    } else {
        slot.with(step, |slot| at(slot, rest, visit));
    }
}
