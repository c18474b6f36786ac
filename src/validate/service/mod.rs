//! Services. Mirrors core/v1 validation of `Service`, and the allocation of its addresses that comes before it.

mod addresses;
mod ports;
mod traffic;

use super::meta::{self, Scope};
use super::{Verdicts, Why, text};
use crate::object::Field;
use crate::schema::Version;

/// How long a client may be kept with one pod, in seconds: a day.
const MOST_AFFINITY: i64 = 86400;
const TOPOLOGY_MODE: &str = "service.kubernetes.io/topology-mode";
const TOPOLOGY_HINTS: &str = "service.kubernetes.io/topology-aware-hints";

/// A Service. Where its addresses cannot be allocated, the server looks no further.
pub fn service(errs: &mut Verdicts, root: Field, version: Version) {
    let spec = root.get("spec");
    let before = errs.len();
    addresses::allocate(errs, spec, version);
    if errs.len() > before {
        return;
    }
    meta::metadata(errs, root, Scope::Namespaced, name(version));
    topology_mode(errs, root);
    service_type(errs, spec);
    ports::ports(errs, spec, version);
    meta::labels(errs, spec.get("selector"));
    session_affinity(errs, spec);
    addresses::external(errs, spec.get("externalIPs"), version);
    traffic::source_ranges(errs, root, version);
    traffic::load_balancer(errs, spec);
    traffic::policies(errs, spec, version);
}

/// A Service's name, which may begin with a digit since 1.36.
pub fn name(version: Version) -> fn(&str) -> Result<(), Why> {
    if version >= Version(36) { text::dns_label } else { text::dns_label_1035 }
}

/// The annotation that asks for endpoints nearby, and the one it took the place of, say the same where both are there.
fn topology_mode(errs: &mut Verdicts, root: Field) {
    let annotations = root.get("metadata").get("annotations");
    let [mode, hints] = [TOPOLOGY_MODE, TOPOLOGY_HINTS].map(|name| annotations.get(name));
    if !mode.absent() && !hints.absent() && mode.text() != hints.text() {
        errs.invalid(mode, format!("must be what `{TOPOLOGY_HINTS}` is"))
            .printed_as(format!("metadata.annotations[{TOPOLOGY_MODE}]"))
            .label(hints.span(), "not the same");
    }
}

fn type_is(spec: Field, name: &str) -> bool {
    spec.get("type").text() == name
}

fn service_type(errs: &mut Verdicts, spec: Field) {
    errs.must_be_one_of(spec.get("type"), &["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"]);
    if type_is(spec, "ExternalName") {
        external_name(errs, spec);
    }
    if (type_is(spec, "LoadBalancer") || type_is(spec, "NodePort")) && addresses::is_headless(spec) {
        errs.invalid(spec.get("clusterIP"), format!("`None` does not go with `type: {}`", spec.get("type").text()))
            .printed_as("spec.clusterIPs[0]");
    }
}

/// A name in place of addresses: nothing that is about addresses may be set.
fn external_name(errs: &mut Verdicts, spec: Field) {
    let why = "a Service of `type: ExternalName` has no address of its own";
    let address = if spec.get("clusterIPs").is_empty() { spec.get("clusterIP") } else { spec.get("clusterIPs") };
    if !address.is_empty() {
        errs.forbidden(address, why).printed_as("spec.clusterIPs");
    }
    if !spec.get("ipFamilies").is_empty() {
        errs.forbidden(spec.get("ipFamilies"), why);
    }
    if let Some(policy) = spec.some("ipFamilyPolicy") {
        errs.forbidden(policy, why);
    }
    let name = spec.get("externalName");
    let host = name.text().strip_suffix('.').unwrap_or(name.text());
    if host.is_empty() {
        errs.required(name, "the Service stands for it");
    } else if let Err(why) = text::dns_subdomain(host) {
        errs.invalid(name, why);
    }
}

fn session_affinity(errs: &mut Verdicts, spec: Field) {
    let (affinity, config) = (spec.get("sessionAffinity"), spec.get("sessionAffinityConfig"));
    errs.must_be_one_of(affinity, &["ClientIP", "None"]);
    if affinity.text() == "None" && config.exists() {
        errs.forbidden(config, "it goes with `sessionAffinity: ClientIP`");
    }
    if affinity.text() == "ClientIP" {
        let seconds = config.get("clientIP").get("timeoutSeconds");
        let steps = [config, config.get("clientIP"), seconds];
        match steps.into_iter().find(|step| !step.exists()) {
            Some(missing) => _ = errs.required(missing, "`sessionAffinity: ClientIP` needs it"),
            None => _ = errs.between(seconds, 1, MOST_AFFINITY),
        }
    }
}
