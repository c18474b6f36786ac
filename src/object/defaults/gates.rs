//! Fields that the server drops, unseen by validation, because the feature they belong to is off by default. Mirrors
//! `DropDisabledTemplateFields` and the strategies' own drops with the default of every feature gate in each version.

use std::sync::OnceLock;

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

/// What one version drops: the places that it drops fields from, and the fields.
struct Dropped {
    /// By kind, outside of pods.
    kinds: Vec<(&'static str, Place)>,
    /// Below a pod's spec.
    pod: Vec<Place>,
    /// Below a container.
    container: Vec<Place>,
}

/// A place that fields are dropped from.
struct Place {
    steps: Vec<Step>,
    fields: Vec<(&'static str, Version)>,
}

/// A step on the way to a place.
enum Step {
    Field(&'static str),
    /// To each element of a list.
    Items(&'static str),
    /// To each value of a map.
    Values(&'static str),
}

static DROPPED: [OnceLock<Dropped>; Version::COUNT] = [const { OnceLock::new() }; Version::COUNT];

impl Dropped {
    fn of(version: Version) -> &'static Dropped {
        DROPPED[version.index()].get_or_init(|| {
            let place = |(place, fields): (&'static str, Fields)| Place::of(place, fields, version);
            Dropped {
                kinds: KINDS.iter().filter_map(|(kind, at, fields)| Some((*kind, place((at, fields))?))).collect(),
                pod: POD.iter().copied().filter_map(place).collect(),
                container: CONTAINER.iter().copied().filter_map(place).collect(),
            }
        })
    }
}

impl Place {
    /// The place, if `version` drops anything there.
    fn of(place: &'static str, fields: Fields, version: Version) -> Option<Place> {
        let fields: Vec<_> = fields.iter().copied().filter(|(_, since)| version < *since).collect();
        let steps = place.split('.').filter(|step| !step.is_empty()).map(Step::of).collect();
        (!fields.is_empty()).then_some(Place { steps, fields })
    }
}

impl Step {
    fn of(step: &'static str) -> Step {
        match (step.strip_suffix("[]"), step.strip_suffix("{}")) {
            (Some(list), _) => Step::Items(list),
            (None, Some(map)) => Step::Values(map),
            (None, None) => Step::Field(step),
        }
    }
}

/// Drops what `version` does not keep of an object of that kind.
pub fn drop_disabled(root: &mut Slot, kind: &str, version: Version) {
    let dropped = Dropped::of(version);
    for (_, place) in dropped.kinds.iter().filter(|(known, _)| *known == kind) {
        drop_from(root, place);
    }
    let pod: &[&str] = match kind {
        "Pod" => &["spec"],
        "PodTemplate" => &["template", "spec"],
        "CronJob" => &["spec", "jobTemplate", "spec", "template", "spec"],
        "DaemonSet" | "Deployment" | "Job" | "ReplicaSet" | "ReplicationController" | "StatefulSet" => {
            &["spec", "template", "spec"]
        }
        _ => return,
    };
    let Some(mut spec) = root.below(pod) else { return };
    for place in &dropped.pod {
        drop_from(&mut spec, place);
    }
    for list in pod::CONTAINERS {
        spec.each(list, |container| {
            for place in &dropped.container {
                drop_from(container, place);
            }
            if version < PROC_MOUNT {
                container.with("securityContext", proc_mount);
            }
        });
    }
    image_volumes(&mut spec, version);
}

/// The first version that knows another way to mount /proc than the default, and the first that keeps volumes of images.
const PROC_MOUNT: Version = Version(33);
const IMAGE_VOLUME: Version = Version(35);

/// Another way to mount /proc is not dropped but becomes the default.
fn proc_mount(context: &mut Slot) {
    if !matches!(context.text("procMount"), "" | "Default") {
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

/// Drops the fields of `place`, wherever it is below `slot`.
fn drop_from(slot: &mut Slot, place: &Place) {
    at(slot, &place.steps, &mut |slot| {
        for (name, since) in &place.fields {
            if slot.get(name).is_none() {
                continue;
            }
            let why = match *since {
                NEVER => "its feature is off by default".to_string(),
                since => off_before(since),
            };
            slot.ignore(name, why);
        }
    });
}

/// Visits every mapping at the end of `steps` below `slot`.
fn at(slot: &mut Slot, steps: &[Step], visit: &mut dyn FnMut(&mut Slot)) {
    let Some((step, rest)) = steps.split_first() else { return visit(slot) };
    match step {
        Step::Field(name) => slot.with(name, |slot| at(slot, rest, visit)),
        Step::Items(list) => slot.each(list, |item| at(item, rest, visit)),
        Step::Values(map) => slot.each_value(map, |value| at(value, rest, visit)),
    }
}
