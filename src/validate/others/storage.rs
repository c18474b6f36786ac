//! What storage drivers and administrators declare. Mirrors storage/v1 validation of StorageClass, VolumeAttributesClass,
//! CSIDriver, CSINode, CSIStorageCapacity and VolumeAttachment.

use std::collections::{BTreeMap, BTreeSet};

use crate::object::{Field, Quantity};
use crate::schema::Version;
use crate::validate::meta::{self, Scope};
use crate::validate::volumes::disks::csi_driver as driver_name;
use crate::validate::{Unique, Verdicts, selector, text};

/// How many parameters a class may have.
const PARAMETERS: usize = 512;
/// How long their keys and values may be together, bytes.
const PARAMETERS_SIZE: usize = 256 * 1024;
/// The shortest life of a token, seconds.
const TOKEN_SHORTEST: i64 = 10 * 60;
/// The longest, seconds.
const TOKEN_LONGEST: i64 = 1 << 32;
/// How long a driver's name for a node may be.
const NODE_ID: usize = 256;

/// A StorageClass.
pub fn storage_class(errs: &mut Verdicts, root: Field, _: Version) {
    meta::metadata(errs, root, Scope::Cluster, text::dns_subdomain);
    provisioner(errs, root.get("provisioner"));
    parameters(errs, root.get("parameters"));
    if !root.get("reclaimPolicy").text().is_empty() {
        errs.one_of(root.get("reclaimPolicy"), &["Delete", "Retain"]);
    }
    errs.one_of(root.get("volumeBindingMode"), &["Immediate", "WaitForFirstConsumer"]);
    topologies(errs, root.get("allowedTopologies"));
}

/// A VolumeAttributesClass.
pub fn attributes_class(errs: &mut Verdicts, root: Field, _: Version) {
    meta::metadata(errs, root, Scope::Cluster, text::dns_subdomain);
    provisioner(errs, root.get("driverName"));
    parameters(errs, root.get("parameters"));
    if root.get("parameters").is_empty() {
        errs.required(root.get("parameters"), "a class without any changes nothing");
    }
}

fn provisioner(errs: &mut Verdicts, name: Field) {
    errs.must(name, |name| text::qualified_name(&name.to_lowercase()));
}

fn parameters(errs: &mut Verdicts, parameters: Field) {
    if parameters.len() > PARAMETERS {
        errs.too_long(parameters, PARAMETERS);
        return;
    }
    for (_, value) in parameters.entries().filter(|(key, _)| key.is_empty()) {
        errs.invalid(value, "its key is empty").printed_as(parameters.path());
    }
    if parameters.entries().map(|(key, value)| key.len() + value.text().len()).sum::<usize>() > PARAMETERS_SIZE {
        errs.too_long(parameters, PARAMETERS_SIZE);
    }
}

/// Where volumes may be: no two terms alike. A term without conditions is like one that the server keeps in its own list.
fn topologies(errs: &mut Verdicts, terms: Field) {
    let mut seen: Vec<BTreeMap<&str, BTreeSet<&str>>> = vec![BTreeMap::new()];
    for term in terms.items() {
        let conditions = term.get("matchLabelExpressions");
        let mut values = BTreeMap::new();
        for condition in conditions.items() {
            let key = condition.get("key");
            let found = topology_values(errs, condition);
            if values.insert(key.text(), found).is_some() {
                errs.duplicate(key);
            }
        }
        if seen.contains(&values) {
            errs.duplicate(conditions);
        }
        seen.push(values);
    }
}

fn topology_values<'a>(errs: &mut Verdicts, condition: Field<'a>) -> BTreeSet<&'a str> {
    let list = condition.get("values");
    if list.is_empty() {
        errs.required(list, "");
    }
    let mut unique = Unique::default();
    for value in list.items() {
        unique.add(errs, value);
    }
    if let Err(why) = text::qualified_name(condition.get("key").text()) {
        errs.invalid(condition.get("key"), why);
    }
    list.items().map(|value| value.text()).collect()
}

/// A CSIDriver.
pub fn csi_driver(errs: &mut Verdicts, root: Field, _: Version) {
    meta::metadata(errs, root, Scope::Cluster, text::dns_subdomain);
    let spec = root.get("spec");
    errs.one_of(spec.get("fsGroupPolicy"), &["File", "None", "ReadWriteOnceWithFSType"]);
    token_requests(errs, spec.get("tokenRequests"));
    let modes = spec.get("volumeLifecycleModes");
    for mode in modes.items() {
        const MODES: &[&str] = &["Ephemeral", "Persistent"];
        if !MODES.contains(&mode.text()) {
            errs.unsupported(mode, MODES).printed_as(modes.path());
        }
    }
    if let Some(period) = spec.some("nodeAllocatableUpdatePeriodSeconds") {
        errs.at_least(period, 10);
    }
    if spec.get("serviceAccountTokenInSecrets").exists() && spec.get("tokenRequests").is_empty() {
        errs.invalid(spec.get("serviceAccountTokenInSecrets"), "goes with `tokenRequests` only");
    }
}

/// The tokens that a driver wants of pods: one for each audience, neither too short nor too long.
fn token_requests(errs: &mut Verdicts, requests: Field) {
    let mut audiences = Unique::default();
    for request in requests.items() {
        if !audiences.add(errs, request.get("audience")) {
            continue;
        }
        let Some(life) = request.some("expirationSeconds") else { continue };
        if life.number() < TOKEN_SHORTEST {
            errs.invalid(life, "a token lives 10 minutes at least");
        }
        if life.number() > TOKEN_LONGEST {
            errs.invalid(life, "a token lives 2^32 seconds at most");
        }
    }
}

/// A CSINode.
pub fn csi_node(errs: &mut Verdicts, root: Field, _: Version) {
    meta::metadata(errs, root, Scope::Cluster, text::dns_subdomain);
    let mut names = Unique::default();
    for driver in root.get("spec").get("drivers").items() {
        let id = driver.get("nodeID");
        driver_name(errs, driver.get("name"));
        if id.text().is_empty() {
            errs.required(id, "");
        } else if id.text().len() > NODE_ID {
            errs.invalid(id, format!("must be at most {NODE_ID} bytes"));
        }
        errs.at_least(driver.get("allocatable").get("count"), 0);
        names.add(errs, driver.get("name"));
        topology_keys(errs, driver);
    }
}

/// The server prints what is wrong with a key as a fault of the whole driver.
fn topology_keys(errs: &mut Verdicts, driver: Field) {
    let mut seen = Unique::default();
    for key in driver.get("topologyKeys").items() {
        let since = errs.len();
        if key.text().is_empty() {
            errs.required(key, "");
        }
        seen.add(errs, key);
        if let Err(why) = text::qualified_name(key.text()) {
            errs.invalid(key, why);
        }
        errs.reprint(since, &key.path(), &driver.path());
    }
}

/// A CSIStorageCapacity.
pub fn csi_storage_capacity(errs: &mut Verdicts, root: Field, _: Version) {
    meta::metadata(errs, root, Scope::Namespaced, text::dns_subdomain);
    selector::label_selector(errs, root.get("nodeTopology"));
    if let Err(why) = text::dns_subdomain(root.get("storageClassName").text()) {
        errs.invalid(root.get("storageClassName"), why);
    }
    if Quantity::of(root.get("capacity")).is_some_and(|amount| amount.sign() < 0) {
        errs.invalid(root.get("capacity"), "must not be negative");
    }
}

/// A VolumeAttachment of a PersistentVolume. One of an inline volume is made by the server's own migration only, so what is in it
/// is not looked at.
pub fn volume_attachment(errs: &mut Verdicts, root: Field, _: Version) {
    meta::metadata(errs, root, Scope::Cluster, text::dns_subdomain);
    let spec = root.get("spec");
    driver_name(errs, spec.get("attacher"));
    let source = spec.get("source");
    match (source.some("persistentVolumeName"), source.some("inlineVolumeSpec")) {
        (None, None) => _ = errs.required(source, "give `persistentVolumeName`"),
        (Some(_), Some(_)) => _ = errs.forbidden(source, "`persistentVolumeName` and `inlineVolumeSpec` exclude each other"),
        (Some(name), None) if name.text().is_empty() => _ = errs.required(name, ""),
        _ => {}
    }
    // What it names is looked at in any case, even where nothing is named.
    if let Some(name) = source.some("persistentVolumeName")
        && let Err(why) = text::dns_subdomain(name.text())
    {
        errs.invalid(name, why);
    }
    if let Err(why) = text::dns_subdomain(spec.get("nodeName").text()) {
        errs.invalid(spec.get("nodeName"), why);
    }
}
