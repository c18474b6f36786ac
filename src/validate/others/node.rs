//! Nodes. Mirrors core/v1 validation of `Node`.

use crate::object::{Field, Quantity};
use crate::schema::Version;
use crate::validate::affinity::TAINT_EFFECTS;
use crate::validate::meta::{self, Scope};
use crate::validate::{Unique, Verdicts, text};

/// A Node.
pub fn node(errs: &mut Verdicts, root: Field, version: Version) {
    meta::metadata(errs, root, Scope::Cluster, text::dns_subdomain);
    let spec = root.get("spec");
    // The server looks for taints where it stands: in the metadata.
    let since = errs.len();
    taints(errs, spec.get("taints"));
    errs.reprint(since, "spec.taints", "metadata.taints");
    for list in ["capacity", "allocatable"] {
        for (resource, amount) in root.get("status").get(list).entries() {
            quantity(errs, resource, amount);
        }
    }
    pod_ranges(errs, spec.get("podCIDRs"), version);
}

/// One taint, of a node or of a device; `effects` are those it may have.
pub fn taint(errs: &mut Verdicts, taint: Field, effects: &[&str]) {
    let [key, value, effect] = ["key", "value", "effect"].map(|name| taint.get(name));
    if let Err(why) = text::qualified_name(key.text()) {
        errs.invalid(key, why);
    }
    errs.may(value, text::label_value);
    if effect.text().is_empty() {
        errs.required(effect, "");
    } else {
        errs.one_of(effect, effects);
    }
}

/// What keeps pods away: well formed, and one of each key and effect.
fn taints(errs: &mut Verdicts, taints: Field) {
    let mut seen = Unique::default();
    for taint in taints.items() {
        self::taint(errs, taint, TAINT_EFFECTS);
        seen.add_as(errs, taint, format!("{}:{}", taint.get("key").text(), taint.get("effect").text()));
    }
}

/// What a node reports to have. The server prints the resource as a field, not as a key.
fn quantity(errs: &mut Verdicts, resource: &str, amount: Field) {
    let Some(value) = Quantity::of(amount) else { return };
    let path = format!("{}.{resource}", amount.parent().path());
    if value.sign() < 0 {
        errs.invalid(amount, "must not be negative").printed_as(&path);
    }
    if text::is_integer_resource(resource) && !value.is_whole() {
        errs.invalid(amount, "must be a whole number").printed_as(&path);
    }
}

/// The address ranges of the node's pods: one, or one of each family.
fn pod_ranges(errs: &mut Verdicts, ranges: Field, version: Version) {
    for range in ranges.items() {
        if let Err(why) = text::cidr(version)(range.text()) {
            errs.invalid(range, why);
        }
    }
    let families: Vec<bool> =
        ranges.items().filter_map(|range| text::sloppy_cidr(range.text())).map(|(address, _)| address.is_ipv4()).collect();
    if ranges.len() > 2 || (ranges.len() == 2 && families.len() == 2 && families[0] == families[1]) {
        errs.invalid(ranges, "there may be one range of each IP family");
    }
    let mut seen = Unique::default();
    for range in ranges.items() {
        seen.add(errs, range);
    }
}
