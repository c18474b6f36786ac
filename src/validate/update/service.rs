//! Updates of Services. Mirrors core/v1: addresses and families that are given stay, unless the type changes to or from a name.

use super::{As, Update, refuse, same};
use crate::object::Field;
use crate::validate::Verdicts;

/// A Service.
pub fn service(errs: &mut Verdicts, update: Update) {
    let (old, new) = (update.old.get("spec"), update.new.get("spec"));
    if is(old, "LoadBalancer") && is(new, "LoadBalancer") && !same(old.get("loadBalancerClass"), new.get("loadBalancerClass")) {
        let message = "`loadBalancerClass` of a load balancer cannot be changed".to_string();
        refuse(errs, new.get("loadBalancerClass"), As::Invalid, message);
    }
    let health = |spec: Field| is(spec, "LoadBalancer") && spec.get("externalTrafficPolicy").text() == "Local";
    if health(old) && health(new) && !same(old.get("healthCheckNodePort"), new.get("healthCheckNodePort")) {
        let message = "`healthCheckNodePort` cannot be changed once it is given".to_string();
        refuse(errs, new.get("healthCheckNodePort"), As::Forbidden, message);
    }
    if is(old, "ExternalName") || is(new, "ExternalName") || (is_headless(old) && is_headless(new)) {
        return;
    }
    address(errs, old, new);
    if is_headless(old) == is_headless(new) {
        families(errs, old, new);
    }
}

fn is(spec: Field, name: &str) -> bool {
    spec.get("type").text() == name
}

/// Whether it has no address, by its own wish.
fn is_headless(spec: Field) -> bool {
    addresses(spec).first() == Some(&"None")
}

/// The addresses that are written. Where there are none, the server has given one that nobody knows here.
fn addresses(spec: Field<'_>) -> Vec<&str> {
    let list: Vec<&str> = spec.get("clusterIPs").items().map(Field::text).collect();
    match spec.get("clusterIP").text() {
        "" => list,
        one if list.is_empty() => vec![one],
        _ => list,
    }
}

fn address(errs: &mut Verdicts, old: Field, new: Field) {
    let (was, is) = (addresses(old), addresses(new));
    let message = "the cluster address cannot be changed once it is given".to_string();
    if was.first() != is.first() && !is.is_empty() {
        refuse(errs, new.get("clusterIP"), As::Invalid, message).printed_as("spec.clusterIPs[0]");
    } else if was.len() == 2 && is.len() == 2 && was[1] != is[1] {
        refuse(errs, new.get("clusterIPs"), As::Invalid, message).printed_as("spec.clusterIPs[1]");
    } else if was.len() == 2 && is.len() == 1 {
        released(errs, new, "address");
    }
}

fn families(errs: &mut Verdicts, old: Field, new: Field) {
    let list = |spec: Field| spec.get("ipFamilies").items().map(|family| family.text().to_string()).collect::<Vec<_>>();
    let (was, is) = (list(old), list(new));
    if was.is_empty() || is.is_empty() {
        return;
    }
    let message = "the first family cannot be changed once it is given".to_string();
    if was[0] != is[0] {
        refuse(errs, new.get("ipFamilies"), As::Invalid, message).printed_as("spec.ipFamilies[0]");
    } else if was.len() == 2 && is.len() == 2 && was[1] != is[1] {
        // The server prints the first also where the second is another.
        refuse(errs, new.get("ipFamilies"), As::Invalid, message).printed_as("spec.ipFamilies[0]");
    } else if was.len() == 2 && is.len() == 1 {
        released(errs, new, "family");
    }
}

/// A second address or family is given back only for a Service that is to have one.
fn released(errs: &mut Verdicts, spec: Field, what: &str) {
    let policy = spec.get("ipFamilyPolicy");
    if policy.text() != "SingleStack" {
        refuse(errs, policy, As::Invalid, format!("must be `SingleStack` where the second {what} is given back"));
    }
}
