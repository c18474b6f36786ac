//! Annotations that Kubernetes reads off pods. Mirrors core/v1 validation of them, and of their agreement with the fields that
//! took their place.

use super::{Verdicts, Why, container, text};
use crate::object::Field;

const MIRROR: &str = "kubernetes.io/config.mirror";
const DELETION_COST: &str = "controller.kubernetes.io/pod-deletion-cost";
const TOLERATIONS: &str = "scheduler.alpha.kubernetes.io/tolerations";
const SECCOMP_POD: &str = "seccomp.security.alpha.kubernetes.io/pod";
const SECCOMP_CONTAINER: &str = "container.seccomp.security.alpha.kubernetes.io/";
const APP_ARMOR: &str = "container.apparmor.security.beta.kubernetes.io/";

/// The annotations on their own. `printed` is the path that the server gives them: a template's real one is another.
pub fn annotations(errs: &mut Verdicts, annotations: Field, spec: Field, printed: impl Fn() -> String) {
    for (key, value) in annotations.entries() {
        let name = key.strip_prefix(APP_ARMOR);
        if let Err(why) = check(key, value.text(), spec) {
            // The server joins the key with a dot for seccomp, and names the whole map for tolerations.
            let path = match key {
                TOLERATIONS => printed(),
                _ if key == SECCOMP_POD || key.starts_with(SECCOMP_CONTAINER) => format!("{}.{key}", printed()),
                _ => format!("{}[{key}]", printed()),
            };
            errs.invalid(value, why).printed_as(path);
        }
        if name.is_some_and(|name| !container::all(spec).any(|container| container.get("name").text() == name)) {
            errs.invalid(value, "the pod has no container of that name").printed_as(format!("{}[{key}]", printed()));
        }
    }
}

fn check(key: &str, value: &str, spec: Field) -> Result<(), Why> {
    match key {
        MIRROR if spec.get("nodeName").is_empty() => Err("a mirror pod must have `spec.nodeName`".into()),
        DELETION_COST => deletion_cost(value),
        TOLERATIONS => tolerations(value),
        SECCOMP_POD => seccomp(value),
        _ if key.starts_with(SECCOMP_CONTAINER) => seccomp(value),
        _ if key.starts_with(APP_ARMOR) => app_armor(value),
        _ => Ok(()),
    }
}

/// An int32 in decimal without `+` and without leading zeros.
fn deletion_cost(value: &str) -> Result<(), Why> {
    let plain = value == "0" || value.starts_with(|c| matches!(c, '-' | '1'..='9'));
    if plain && value.parse::<i32>().is_ok() { Ok(()) } else { Err("must be an integer of 32 bits".into()) }
}

/// A JSON list of tolerations; what is in them is not checked here.
fn tolerations(value: &str) -> Result<(), Why> {
    if value.is_empty() || serde_json::from_str::<Option<Vec<serde_json::Map<String, serde_json::Value>>>>(value).is_ok() {
        return Ok(());
    }
    Err("must be a list of tolerations in JSON".into())
}

fn seccomp(value: &str) -> Result<(), Why> {
    match value.strip_prefix("localhost/") {
        Some(path) => text::local_path(path),
        None if ["runtime/default", "docker/default", "unconfined"].contains(&value) => Ok(()),
        None => Err("must be `runtime/default`, `unconfined` or `localhost/` and a path".into()),
    }
}

fn app_armor(value: &str) -> Result<(), Why> {
    if ["", "runtime/default", "unconfined"].contains(&value) || value.starts_with("localhost/") {
        return Ok(());
    }
    Err("must be `runtime/default`, `unconfined` or `localhost/` and a profile".into())
}

/// Seccomp profiles: where there is both an annotation and a field, they say the same.
pub fn seccomp_matches(errs: &mut Verdicts, annotations: Field, spec: Field) {
    if annotations.is_empty() {
        return;
    }
    let of_pod = annotation(annotations, SECCOMP_POD, "").map(|value| (spec, value));
    let of_containers = container::all(spec).filter_map(|container| {
        annotation(annotations, SECCOMP_CONTAINER, container.get("name").text()).map(|value| (container, value))
    });
    for (holder, value) in of_pod.into_iter().chain(of_containers) {
        if let Some(profile) = holder.get("securityContext").some("seccompProfile") {
            matches(errs, profile, value, &["runtime/default", "docker/default"]);
        }
    }
}

/// AppArmor profiles: the same, where the system may be linux. A container inherits the pod's.
pub fn app_armor_matches(errs: &mut Verdicts, annotations: Field, spec: Field) {
    if annotations.is_empty() || spec.get("os").get("name").text() == "windows" {
        return;
    }
    for container in container::all(spec) {
        let own = container.get("securityContext").get("appArmorProfile");
        let profile = if own.exists() { own } else { spec.get("securityContext").get("appArmorProfile") };
        let Some(value) = annotation(annotations, APP_ARMOR, container.get("name").text()) else { continue };
        if !profile.exists() {
            continue;
        }
        let before = errs.len();
        matches(errs, profile, value, &["runtime/default"]);
        for verdict in errs.since(before) {
            let field = verdict.field.rsplit('.').next().unwrap_or_default().to_string();
            verdict.printed_as(format!("{}.securityContext.appArmorProfile.{field}", container.path()));
        }
    }
}

/// The annotation whose key is `prefix` and `name`.
fn annotation<'a>(annotations: Field<'a>, prefix: &str, name: &str) -> Option<&'a str> {
    let mut found = annotations.entries().filter(|(key, _)| key.strip_prefix(prefix) == Some(name));
    found.next().map(|(_, value)| value.text())
}

fn matches(errs: &mut Verdicts, profile: Field, annotation: &str, runtime_default: &[&str]) {
    let (kind, local) = (profile.get("type"), profile.get("localhostProfile"));
    let path = annotation.strip_prefix("localhost/");
    let agrees = match kind.text() {
        "Unconfined" => annotation == "unconfined",
        "RuntimeDefault" => runtime_default.contains(&annotation),
        "Localhost" => path.is_some(),
        _ => true,
    };
    if !agrees {
        errs.forbidden(kind, "the annotation in its place says otherwise");
    } else if kind.text() == "Localhost" && path != local.str() {
        errs.forbidden(local, "the annotation in its place names another profile");
    }
}
