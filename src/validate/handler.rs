//! What a container runs or answers when asked. Mirrors core/v1 validation of probes and lifecycle handlers.

use std::ops::RangeInclusive;

use super::{Verdicts, ports, text};
use crate::object::Field;
use crate::schema::Version;

const PROBE_HANDLERS: &[&str] = &["exec", "httpGet", "tcpSocket", "grpc"];
const LIFECYCLE_HANDLERS: &[&str] = &["exec", "httpGet", "tcpSocket", "sleep"];

/// Lifecycle and probes of a container that has them; `grace` is the pod's `terminationGracePeriodSeconds`.
pub fn handlers(errs: &mut Verdicts, container: Field, grace: Field, version: Version) {
    // Nobody could sleep for 0 seconds before 1.33.
    let pauses = i64::from(version < Version(33))..=grace.number();
    for hook in ["postStart", "preStop"] {
        if let Some(hook) = container.get("lifecycle").some(hook) {
            handler(errs, hook, LIFECYCLE_HANDLERS, &pauses);
        }
    }
    if let Some(liveness) = container.some("livenessProbe") {
        probe(errs, liveness);
        must_be_1(errs, liveness.get("successThreshold"));
    }
    if let Some(startup) = container.some("startupProbe") {
        probe(errs, startup);
        must_be_1(errs, startup.get("successThreshold"));
    }
    if let Some(readiness) = container.some("readinessProbe") {
        probe(errs, readiness);
        if let Some(own) = readiness.some("terminationGracePeriodSeconds") {
            errs.invalid(own, "a readiness probe ends nothing, so it has no grace period");
        }
    }
}

/// What all three probes have in common.
fn probe(errs: &mut Verdicts, probe: Field) {
    handler(errs, probe, PROBE_HANDLERS, &(0..=0));
    for number in ["initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"] {
        errs.at_least(probe.get(number), 0);
    }
    if let Some(own) = probe.some("terminationGracePeriodSeconds") {
        errs.at_least(own, 1);
    }
}

fn must_be_1(errs: &mut Verdicts, threshold: Field) {
    if threshold.number() != 1 {
        errs.invalid(threshold, "must be 1: the first success counts");
    }
}

/// Exactly one of `kinds`: the first one there is checked, any other is one too many.
fn handler(errs: &mut Verdicts, handler: Field, kinds: &[&'static str], pauses: &RangeInclusive<i64>) {
    let mut set = kinds.iter().filter_map(|kind| handler.some(kind));
    let Some(first) = set.next() else {
        errs.required(handler, format!("it needs one of {}", quoted(kinds)));
        return;
    };
    match first.key() {
        "exec" => exec(errs, first),
        "httpGet" => http_get(errs, first),
        "sleep" => sleep(errs, first, pauses),
        _ => ports::number_or_name(errs, first.get("port")),
    }
    for other in set {
        errs.forbidden(other, "only one handler is allowed").label(first.key_span(), "the first handler");
    }
}

fn exec(errs: &mut Verdicts, exec: Field) {
    if exec.get("command").is_empty() {
        errs.required(exec.get("command"), "");
    }
}

fn http_get(errs: &mut Verdicts, get: Field) {
    if get.get("path").is_empty() {
        errs.required(get.get("path"), "");
    }
    ports::number_or_name(errs, get.get("port"));
    errs.one_of(get.get("scheme"), &["HTTP", "HTTPS"]);
    for header in get.get("httpHeaders").items() {
        if let Err(why) = text::http_header_name(header.get("name").text()) {
            errs.invalid(header.get("name"), why).printed_as(get.get("httpHeaders").path());
        }
    }
}

fn sleep(errs: &mut Verdicts, sleep: Field, pauses: &RangeInclusive<i64>) {
    if !pauses.contains(&sleep.get("seconds").number()) {
        let (least, most) = (pauses.start(), pauses.end());
        errs.invalid(sleep, format!("must last between {least} seconds and terminationGracePeriodSeconds ({most})"));
    }
}

fn quoted(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}
