//! Events. Mirrors core's validation, which the two API versions share; events.k8s.io/v1 asks for more.

use crate::object::Field;
use crate::schema::Version;
use crate::validate::meta::{self, Scope};
use crate::validate::{Verdicts, text};

/// An Event of v1.
pub fn core_event(errs: &mut Verdicts, root: Field, _: Version) {
    let names = Names { object: "involvedObject", controller: "reportingComponent", message: "message" };
    common(errs, root, &names);
    if errs.is_empty() {
        meta::generic_metadata(errs, root, Scope::Namespaced, text::path_segment);
    }
}

/// An Event of events.k8s.io/v1. The server prints the names that v1 has for most of the fields.
pub fn event(errs: &mut Verdicts, root: Field, _: Version) {
    let names = Names { object: "regarding", controller: "reportingController", message: "note" };
    common(errs, root, &names);
    meta::metadata(errs, root, Scope::Namespaced, text::dns_subdomain);
    if let Some(series) = root.some("series") {
        if series.get("count").number() < 2 {
            errs.invalid(series.get("count"), "must be at least 2");
        }
        if series.get("lastObservedTime").text().is_empty() {
            errs.required(series.get("lastObservedTime"), "");
        }
    }
    if root.get("eventTime").text().is_empty() {
        errs.required(root.get("eventTime"), "");
    }
    if !["Normal", "Warning"].contains(&root.get("type").text()) {
        errs.invalid(root.get("type"), "must be `Normal` or `Warning`");
    }
    for (name, printed) in [("deprecatedFirstTimestamp", "firstTimestamp"), ("deprecatedLastTimestamp", "lastTimestamp")] {
        if !root.get(name).text().is_empty() {
            errs.invalid(root.get(name), "must not be set").printed_as(printed);
        }
    }
    if root.get("deprecatedCount").number() != 0 {
        errs.invalid(root.get("deprecatedCount"), "must not be set").printed_as("count");
    }
    let source = root.get("deprecatedSource");
    if !source.get("component").text().is_empty() || !source.get("host").text().is_empty() {
        errs.invalid(source, "must not be set").printed_as("source");
    }
}

/// What the fields are called in one of the API versions.
struct Names {
    object: &'static str,
    controller: &'static str,
    message: &'static str,
}

fn common(errs: &mut Verdicts, root: Field, names: &Names) {
    let namespace = root.get("metadata").get("namespace").text();
    let about = root.get(names.object).get("namespace");
    // Without a namespace of its own the event goes where it is applied.
    let timed = !root.get("eventTime").text().is_empty();
    let agrees = match about.text() {
        "" => matches!(namespace, "" | "default") || (timed && namespace == "kube-system"),
        about => timed || namespace.is_empty() || about == namespace,
    };
    if !agrees {
        errs.invalid(about, "must be the event's own namespace").printed_as("involvedObject.namespace");
    }
    if timed {
        reported(errs, root, names);
    }
    let own = root.get("metadata").get("namespace");
    if !own.is_empty()
        && let Err(why) = text::dns_subdomain(own.text())
    {
        errs.invalid(own, why).printed_as("namespace");
    }
}

/// What an event with an exact time must have.
fn reported(errs: &mut Verdicts, root: Field, names: &Names) {
    let controller = root.get(names.controller);
    if controller.text().is_empty() {
        errs.required(controller, "");
    }
    if let Err(why) = text::qualified_name(controller.text()) {
        errs.invalid(controller, why);
    }
    for name in ["reportingInstance", "action", "reason"] {
        match root.get(name).text().len() {
            0 => _ = errs.required(root.get(name), ""),
            1..=128 => {}
            _ => _ = errs.invalid(root.get(name), "must be at most 128 characters"),
        }
    }
    if root.get(names.message).text().len() > 1024 {
        errs.invalid(root.get(names.message), "must be at most 1024 characters").printed_as("message");
    }
}
