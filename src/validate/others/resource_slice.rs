//! The devices that drivers offer. Mirrors resource.k8s.io/v1 validation of ResourceSlice.

use super::node::taint;
use super::resource_claim::{TAINT_EFFECTS, attribute_name, fits, label, unique_names};
use crate::object::{Field, Quantity};
use crate::schema::Version;
use crate::validate::meta::{self, Scope};
use crate::validate::volumes::disks::csi_driver as driver_name;
use crate::validate::{Unique, Verdicts, affinity, text};

/// How many devices a slice may have.
const DEVICES: usize = 128;
/// How many it may have if any of them has taints or shares counters.
const INTRICATE_DEVICES: usize = 64;
/// How many sets of shared counters a slice may have.
const COUNTER_SETS: usize = 8;
/// How many counters a set may have, or a device draw from one.
const COUNTERS: usize = 32;
/// How many sets a device may draw from.
const DRAWN_SETS: usize = 2;
/// How many attributes and capacities a device may have together.
const ATTRIBUTES: usize = 32;
/// How long the value of an attribute may be, bytes.
const ATTRIBUTE: usize = 64;
/// How many taints a device may have.
const TAINTS: usize = 16;
/// How many conditions its binding may wait for.
const CONDITIONS: usize = 4;
/// How many values the requests for a capacity may be limited to.
const VALID_VALUES: usize = 10;

/// A ResourceSlice.
pub fn resource_slice(errs: &mut Verdicts, root: Field, _: Version) {
    meta::metadata(errs, root, Scope::Cluster, text::dns_subdomain);
    let spec = root.get("spec");
    driver_name(errs, spec.get("driver"));
    pool(errs, spec.get("pool"));
    nodes(errs, spec, &["nodeName", "nodeSelector", "allNodes", "perDeviceNodeSelection"]);
    if spec.get("nodeSelector").exists() && spec.get("nodeSelector").get("nodeSelectorTerms").len() != 1 {
        errs.invalid(spec.get("nodeSelector").get("nodeSelectorTerms"), "there must be exactly one");
    }
    let (devices, counters) = (spec.get("devices"), spec.get("sharedCounters"));
    if devices.exists() && counters.exists() {
        errs.invalid(spec, "`devices` and `sharedCounters` exclude each other");
    }
    let intricate = |device: Field| !device.get("taints").is_empty() || !device.get("consumesCounters").is_empty();
    if fits(errs, devices, if devices.items().any(intricate) { INTRICATE_DEVICES } else { DEVICES }) {
        for item in devices.items() {
            device(errs, item, spec.get("perDeviceNodeSelection"));
        }
        unique_names(errs, devices);
    }
    if fits(errs, counters, COUNTER_SETS) {
        for set in counters.items() {
            errs.must(set.get("name"), text::dns_label);
            named_counters(errs, set.get("counters"));
        }
        unique_names(errs, counters);
    }
}

fn pool(errs: &mut Verdicts, pool: Field) {
    let name = pool.get("name");
    if name.text().is_empty() {
        errs.required(name, "");
    } else {
        if name.text().len() > 253 {
            errs.too_long(name, 253);
        }
        if let Err(why) = name.text().split('/').try_for_each(text::dns_subdomain) {
            errs.invalid(name, why);
        }
    }
    errs.at_least(pool.get("resourceSliceCount"), 1);
    errs.at_least(pool.get("generation"), 0);
}

/// Which nodes can use the devices: one of `ways` says so.
fn nodes(errs: &mut Verdicts, holder: Field, ways: &[&'static str]) {
    let mut given = 0;
    for way in ways.iter().map(|way| holder.get(way)).filter(|way| way.exists()) {
        match way.key() {
            "nodeName" if way.text().is_empty() => _ = errs.invalid(way, "must not be empty where it is set"),
            "nodeName" => {
                given += 1;
                errs.may(way, text::dns_subdomain);
            }
            "nodeSelector" => {
                given += 1;
                affinity::node_selector(errs, way);
            }
            _ if way.is_true() => given += 1,
            _ => _ = errs.invalid(way, "must be `true` where it is set"),
        }
    }
    match given {
        0 => _ = errs.required(holder, format!("give one of `{}`", ways.join("`, `"))),
        1 => {}
        _ => _ = errs.invalid(holder, format!("`{}` exclude each other", ways.join("`, `"))),
    }
}

fn device(errs: &mut Verdicts, device: Field, each_says: Field) {
    label(errs, device.get("name"));
    let (attributes, capacity) = (device.get("attributes"), device.get("capacity"));
    if attributes.len() + capacity.len() > ATTRIBUTES {
        errs.invalid(device, format!("it may have {ATTRIBUTES} attributes and capacities together"));
    }
    for (name, value) in attributes.entries() {
        attribute_name(errs, name, value, &attributes.path());
        attribute(errs, value);
    }
    for (name, value) in capacity.entries() {
        attribute_name(errs, name, value, &capacity.path());
        request_policy(errs, value, device.get("allowMultipleAllocations"));
    }
    if fits(errs, device.get("taints"), TAINTS) {
        device.get("taints").items().for_each(|item| taint(errs, item, TAINT_EFFECTS));
    }
    consumed_counters(errs, device.get("consumesCounters"));
    const WAYS: &[&str] = &["nodeName", "nodeSelector", "allNodes"];
    if each_says.is_true() {
        nodes(errs, device, WAYS);
    } else if WAYS.iter().any(|way| device.get(way).exists()) {
        errs.invalid(device, "`perDeviceNodeSelection` must be `true` in the slice for it to choose nodes itself");
    }
    binding_conditions(errs, device);
}

/// The value of an attribute, of exactly one type.
fn attribute(errs: &mut Verdicts, value: Field) {
    const TYPES: &[&str] = &["bool", "int", "string", "version", "bools", "ints", "strings", "versions"];
    if TYPES.iter().filter(|name| value.get(name).exists()).count() != 1 {
        errs.invalid(value, "it must have exactly one value");
    }
    for list in ["bools", "ints", "strings", "versions"].map(|name| value.get(name)) {
        if list.exists() && list.is_empty() {
            errs.invalid(list, "must not be empty where it is set");
        }
    }
    for text in value.get("strings").items().chain(value.some("string")) {
        bounded(errs, text);
    }
    for version in value.get("versions").items().chain(value.some("version")) {
        if !is_semantic_version(version.text()) {
            errs.invalid(version, "must be a semantic version, `1.2.3`");
        }
        bounded(errs, version);
    }
}

fn bounded(errs: &mut Verdicts, value: Field) {
    if value.text().len() > ATTRIBUTE {
        errs.too_long(value, ATTRIBUTE);
    }
}

/// `major.minor.patch`, then perhaps `-` and identifiers, then perhaps `+` and identifiers.
fn is_semantic_version(version: &str) -> bool {
    let (rest, build) = match version.split_once('+') {
        Some((rest, build)) => (rest, Some(build)),
        None => (version, None),
    };
    let (core, pre) = match rest.split_once('-') {
        Some((core, pre)) => (core, Some(pre)),
        None => (rest, None),
    };
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let number = |part: &str| digits(part) && (part == "0" || !part.starts_with('0'));
    let word = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    core.split('.').count() == 3
        && core.split('.').all(number)
        && pre.is_none_or(|pre| pre.split('.').all(|part| word(part) && (!digits(part) || number(part))))
        && build.is_none_or(|build| build.split('.').all(word))
}

/// How a capacity that several claims share can be asked for.
fn request_policy(errs: &mut Verdicts, capacity: Field, shared: Field) {
    let Some(policy) = capacity.some("requestPolicy") else { return };
    if !shared.is_true() {
        errs.forbidden(policy, "goes with `allowMultipleAllocations: true` only");
        return;
    }
    let (values, range) = (policy.get("validValues"), policy.get("validRange"));
    if !values.is_empty() && range.exists() {
        errs.forbidden(policy, "`validValues` and `validRange` exclude each other");
        return;
    }
    if values.is_empty() && !range.exists() {
        return;
    }
    let Some(default) = Quantity::of(policy.get("default")) else {
        errs.required(policy.get("default"), "");
        return;
    };
    let most = Quantity::of(capacity.get("value")).unwrap_or_else(Quantity::zero);
    if range.exists() {
        valid_range(errs, range, policy.get("default"), &default, &most);
    } else {
        valid_values(errs, values, &default, &most);
    }
}

fn valid_values(errs: &mut Verdicts, values: Field, default: &Quantity, most: &Quantity) {
    let mut before: Option<Quantity> = None;
    let small_enough = fits(errs, values, VALID_VALUES);
    let mut unique = Unique::default();
    for value in values.items() {
        let Some(amount) = Quantity::of(value) else { continue };
        if before.is_some_and(|before| before > amount) {
            errs.invalid(value, "values must ascend");
        }
        if small_enough && amount > *most {
            errs.invalid(value, "is more than the capacity");
        }
        if small_enough {
            unique.add_as(errs, value, amount.value().to_string());
        }
        before = Some(amount);
    }
    if !small_enough || !values.items().any(|value| Quantity::of(value).as_ref() == Some(default)) {
        errs.invalid(values, "the default must be among them");
    }
}

/// The server prints the default as a part of the range.
fn valid_range(errs: &mut Verdicts, range: Field, place: Field, default: &Quantity, most: &Quantity) {
    let [least, top, step] = ["min", "max", "step"].map(|name| range.get(name));
    let Some(from) = Quantity::of(least) else {
        errs.required(least, "");
        return;
    };
    let printed = format!("{}.default", range.path());
    if from > *most {
        errs.invalid(least, "is more than the capacity");
    }
    if *default < from {
        errs.invalid(place, "is less than `min`").printed_as(&printed);
    }
    let to = Quantity::of(top);
    if let Some(to) = &to {
        if from > *to {
            errs.invalid(top, "is less than `min`");
        }
        if to > most {
            errs.invalid(top, "is more than the capacity");
        }
        if default > to {
            errs.invalid(place, "is more than `max`").printed_as(&printed);
        }
    }
    let Some(by) = Quantity::of(step) else { return };
    if by.sign() <= 0 {
        errs.invalid(step, "must be more than 0");
        return;
    }
    if from.plus(&by) > *most {
        errs.invalid(step, "one step from `min` is more than the capacity");
    }
    let off = |amount: &Quantity| i128::from(amount.value()) - i128::from(from.value());
    let on_step = |amount: &Quantity| by.value() == 0 || off(amount) % i128::from(by.value()) == 0;
    if !on_step(default) || to.is_some_and(|to| !on_step(&to)) {
        errs.invalid(step, "default and `max` must be whole steps from `min`");
    }
}

fn consumed_counters(errs: &mut Verdicts, list: Field) {
    if !fits(errs, list, DRAWN_SETS) {
        return;
    }
    let mut sets = Unique::default();
    for drawn in list.items() {
        errs.must(drawn.get("counterSet"), text::dns_label);
        named_counters(errs, drawn.get("counters"));
        sets.add_as(errs, drawn, drawn.get("counterSet").text().to_string());
    }
}

/// Counters by name; the server prints a bad name as a fault of the map.
fn named_counters(errs: &mut Verdicts, counters: Field) {
    if counters.is_empty() {
        errs.required(counters, "");
    } else if fits(errs, counters, COUNTERS) {
        for (name, counter) in counters.entries() {
            if let Err(why) = text::dns_label(name) {
                errs.invalid(counter, format!("its name {why}")).printed_as(counters.path());
            }
        }
    }
}

/// What must be true of a device before its pod is bound, and what must not: both lists, and nothing in both.
fn binding_conditions(errs: &mut Verdicts, device: Field) {
    let (wanted, failures) = (device.get("bindingConditions"), device.get("bindingFailureConditions"));
    for list in [wanted, failures] {
        if fits(errs, list, CONDITIONS) {
            for condition in list.items() {
                if let Err(why) = text::qualified_name(condition.text()) {
                    errs.invalid(condition, why);
                }
            }
        }
        let mut unique = Unique::default();
        for condition in list.items() {
            unique.add(errs, condition);
        }
    }
    for condition in failures.items() {
        if wanted.items().any(|other| other.text() == condition.text()) {
            errs.invalid(condition, "`bindingConditions` has it too");
        }
    }
    for (list, other) in [(wanted, failures), (failures, wanted)] {
        if list.is_empty() && !other.is_empty() {
            errs.invalid(list, format!("must be set where `{}` is", other.key()));
        }
    }
}
