//! Claims to devices and the classes they name. Mirrors resource.k8s.io/v1 validation of ResourceClaim, ResourceClaimTemplate and
//! DeviceClass.

use std::collections::BTreeMap;

use crate::object::Field;
use crate::schema::Version;
use crate::validate::cel::{self, Environment, Returns};
use crate::validate::meta::{self, Scope};
use crate::validate::volumes::disks::csi_driver as driver_name;
use crate::validate::{Unique, Verdicts, text};
use crate::yaml::Kind;

/// How many requests, constraints, configurations or selectors there may be in a list.
const LIST: usize = 32;
/// How many alternatives a request may have.
const ALTERNATIVES: usize = 8;
/// How many tolerations a request may have.
const TOLERATIONS: usize = 16;
/// How long an expression may be, bytes.
const EXPRESSION: usize = 10 * 1024;
/// How long a driver's own parameters may be, bytes as JSON.
const PARAMETERS: usize = 10 * 1024;
/// How long a part of an attribute's name may be that is no domain, bytes.
const IDENTIFIER: usize = 32;
/// What a device's taint does.
pub const TAINT_EFFECTS: &[&str] = &["NoExecute", "NoSchedule", "None"];

/// A ResourceClaim.
pub fn claim(errs: &mut Verdicts, root: Field, _: Version) {
    meta::metadata(errs, root, Scope::Namespaced, text::dns_subdomain);
    devices(errs, root.get("spec").get("devices"));
}

/// A ResourceClaimTemplate.
pub fn claim_template(errs: &mut Verdicts, root: Field, _: Version) {
    meta::metadata(errs, root, Scope::Namespaced, text::dns_subdomain);
    let template = root.get("spec");
    meta::template_metadata(errs, template.get("metadata"));
    devices(errs, template.get("spec").get("devices"));
}

/// A DeviceClass.
pub fn device_class(errs: &mut Verdicts, root: Field, _: Version) {
    meta::metadata(errs, root, Scope::Cluster, text::dns_subdomain);
    let spec = root.get("spec");
    selectors(errs, spec.get("selectors"));
    if fits(errs, spec.get("config"), LIST) {
        spec.get("config").items().for_each(|config| opaque(errs, config));
    }
    if let Some(name) = spec.some("extendedResourceName")
        && !text::is_extended_resource(name.text())
    {
        errs.invalid(name, "must be the name of an extended resource, `example.com/gpu`");
    }
}

/// The names of a claim's requests, each with those of its alternatives.
type Requests<'a> = BTreeMap<&'a str, Vec<&'a str>>;

fn devices(errs: &mut Verdicts, devices: Field) {
    let list = devices.get("requests");
    let known: Requests = list.items().map(|item| (item.get("name").text(), names(item.get("firstAvailable")))).collect();
    if fits(errs, list, LIST) {
        list.items().for_each(|asked| request(errs, asked));
        unique_names(errs, list);
    }
    let constraints = devices.get("constraints");
    if fits(errs, constraints, LIST) {
        constraints.items().for_each(|item| constraint(errs, item, &known));
    }
    let configs = devices.get("config");
    if fits(errs, configs, LIST) {
        for config in configs.items() {
            references(errs, config.get("requests"), &known);
            opaque(errs, config);
        }
    }
}

fn names(list: Field<'_>) -> Vec<&str> {
    list.items().map(|item| item.get("name").text()).collect()
}

/// Whether a list has at most `most` elements; the server looks at none of a longer one.
pub fn fits(errs: &mut Verdicts, list: Field, most: usize) -> bool {
    let fits = list.len() <= most;
    if !fits {
        errs.too_many(list, most);
    }
    fits
}

/// The names in a list are unique; the server prints a second one as a fault of the element.
pub fn unique_names(errs: &mut Verdicts, list: Field) {
    let mut names = Unique::default();
    for item in list.items() {
        names.add_as(errs, item, item.get("name").text().to_string());
    }
}

fn request(errs: &mut Verdicts, asked: Field) {
    label(errs, asked.get("name"));
    let alternatives = asked.get("firstAvailable");
    match (asked.some("exactly"), alternatives.is_empty()) {
        (None, true) => _ = errs.required(asked, "give `exactly` or `firstAvailable`"),
        (Some(_), false) => _ = errs.invalid(asked, "`exactly` and `firstAvailable` exclude each other"),
        (Some(exact), true) => wanted(errs, exact),
        (None, false) => {
            if fits(errs, alternatives, ALTERNATIVES) {
                for alternative in alternatives.items() {
                    label(errs, alternative.get("name"));
                    wanted(errs, alternative);
                }
                unique_names(errs, alternatives);
            }
        }
    }
}

/// What sort of device, how many, in spite of what taints.
fn wanted(errs: &mut Verdicts, wanted: Field) {
    errs.must(wanted.get("deviceClassName"), text::dns_subdomain);
    selectors(errs, wanted.get("selectors"));
    let (mode, count) = (wanted.get("allocationMode"), wanted.get("count"));
    match mode.text() {
        "All" if count.number() != 0 => _ = errs.invalid(count, "goes with `allocationMode: ExactCount` only"),
        "All" => {}
        "ExactCount" => _ = errs.at_least(count, 1),
        _ => _ = errs.unsupported(mode, &["All", "ExactCount"]),
    }
    if fits(errs, wanted.get("tolerations"), TOLERATIONS) {
        wanted.get("tolerations").items().for_each(|item| toleration(errs, item));
    }
}

fn toleration(errs: &mut Verdicts, toleration: Field) {
    let [key, operator, value, effect] = ["key", "operator", "value", "effect"].map(|name| toleration.get(name));
    errs.may(key, text::qualified_name);
    match operator.text() {
        "Exists" if !value.text().is_empty() => _ = errs.invalid(value, "must be empty where `operator` is `Exists`"),
        "Exists" => {}
        "Equal" => _ = errs.may(value, text::label_value),
        "" => _ = errs.required(operator, ""),
        _ => _ = errs.unsupported(operator, &["Equal", "Exists"]),
    }
    if !effect.text().is_empty() {
        errs.one_of(effect, TAINT_EFFECTS);
    }
}

fn selectors(errs: &mut Verdicts, selectors: Field) {
    if !fits(errs, selectors, LIST) {
        return;
    }
    for selector in selectors.items() {
        let Some(cel) = selector.some("cel") else {
            errs.required(selector.get("cel"), "");
            continue;
        };
        let expression = cel.get("expression");
        let environment = Environment { names: vec!["device"], ..Environment::default() };
        if expression.text().len() > EXPRESSION {
            errs.too_long(expression, EXPRESSION);
        } else if let Err(fault) = cel::check(expression.text(), &environment, Returns::Bool) {
            errs.invalid(expression, fault.why);
        }
    }
}

/// Requests that must get devices which are alike, or differ, in an attribute.
fn constraint(errs: &mut Verdicts, constraint: Field, known: &Requests) {
    references(errs, constraint.get("requests"), known);
    let attribute = constraint.some("matchAttribute").or(constraint.some("distinctAttribute"));
    let Some(attribute) = attribute else {
        errs.required(constraint, "give `matchAttribute` or `distinctAttribute`");
        return;
    };
    attribute_name(errs, attribute.text(), attribute, &attribute.path());
    if !attribute.text().contains('/') {
        errs.invalid(attribute, "must carry a domain, as in `example.com/model`");
    }
}

/// The name of an attribute or a capacity: an identifier, perhaps after a domain. `path` is where the server prints it.
pub fn attribute_name(errs: &mut Verdicts, name: &str, place: Field, path: &str) {
    let (domain, identifier) = match name.split_once('/') {
        None => (None, name),
        Some((_, rest)) if rest.contains('/') => {
            errs.invalid(place, "must hold one `/` at most").printed_as(path);
            return;
        }
        Some((domain, rest)) => (Some(domain), rest),
    };
    if let Some(domain) = domain {
        if domain.len() > 63 {
            errs.too_long(place, 63).printed_as(path);
        }
        if let Err(why) = text::dns_subdomain(&domain.to_lowercase()) {
            errs.invalid(place, format!("the domain {why}")).printed_as(path);
        }
    }
    if identifier.len() > IDENTIFIER {
        errs.too_long(place, IDENTIFIER).printed_as(path);
    }
    if let Err(why) = text::c_identifier(identifier) {
        errs.invalid(place, format!("the part without the domain {why}")).printed_as(path);
    }
}

/// Names of requests, `request` or `request/alternative`.
fn references(errs: &mut Verdicts, list: Field, known: &Requests) {
    if !fits(errs, list, LIST) {
        return;
    }
    let mut unique = Unique::default();
    for reference in list.items() {
        let (request, alternative) = match reference.text().split_once('/') {
            None => (reference.text(), None),
            Some((request, alternative)) => (request, Some(alternative)),
        };
        if let Err(why) = [Some(request), alternative].into_iter().flatten().try_for_each(text::dns_label) {
            errs.invalid(reference, why);
        }
        let found = known.get(request).is_some_and(|names| alternative.is_none_or(|name| names.contains(&name)));
        if !found {
            errs.invalid(reference, "must name a request of the claim, or `request/alternative`");
        }
        unique.add(errs, reference);
    }
}

/// A driver's own configuration, of which only the form is known.
fn opaque(errs: &mut Verdicts, config: Field) {
    let Some(opaque) = config.some("opaque") else {
        errs.required(config.get("opaque"), "");
        return;
    };
    driver_name(errs, opaque.get("driver"));
    let parameters = opaque.get("parameters");
    if !parameters.exists() {
        errs.required(parameters, "");
    } else if json_length(parameters) > PARAMETERS {
        errs.too_long(parameters, PARAMETERS);
    } else if !parameters.is_map() {
        errs.invalid(parameters, "must be an object");
    }
}

/// How many bytes a value takes as JSON without spaces.
fn json_length(value: Field) -> usize {
    let quoted = |text: &str| serde_json::Value::from(text).to_string().len();
    let (mut length, mut todo) = (0, vec![value]);
    while let Some(value) = todo.pop() {
        // Brackets and commas.
        let around = |count: usize| 2 + count.saturating_sub(1);
        length += match value.kind() {
            Kind::Map => around(value.len()) + value.entries().map(|(key, _)| quoted(key) + 1).sum::<usize>(),
            Kind::Seq => around(value.len()),
            Kind::Str => quoted(value.text()),
            Kind::Null => 4,
            _ => value.scalar().len(),
        };
        todo.extend(value.entries().map(|(_, value)| value).chain(value.items()));
    }
    length
}

/// A DNS label, `""` being none.
pub fn label(errs: &mut Verdicts, name: Field) {
    if let Err(why) = text::dns_label(name.text()) {
        errs.invalid(name, why);
    }
}
