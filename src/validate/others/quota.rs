//! ResourceQuotas and LimitRanges. Mirrors core/v1 validation of both.

use std::collections::{BTreeMap, BTreeSet};

use crate::object::Field;
use crate::object::quantity::Quantity;
use crate::schema::Version;
use crate::validate::meta::{self, Scope};
use crate::validate::{Unique, Verdicts, text};

/// A ResourceQuota.
pub fn resource_quota(errs: &mut Verdicts, root: Field, _: Version) {
    meta::metadata(errs, root, Scope::Namespaced, text::dns_subdomain);
    let spec = root.get("spec");
    for (name, amount) in spec.get("hard").entries() {
        if let Err(why) = text::quota_resource_name(name) {
            errs.invalid(amount, format!("the key {why}")).span = amount.key_span();
        }
        for why in amount_faults(amount) {
            errs.invalid(amount, why);
        }
    }
    scopes(errs, spec);
    scope_selector(errs, spec);
}

/// What is wrong with an amount of the resource that the field's key names: it must not be negative, and whole where the
/// resource is counted.
fn amount_faults(amount: Field) -> Vec<&'static str> {
    let Some(quantity) = Quantity::of(amount) else { return Vec::new() };
    let mut faults = Vec::new();
    if quantity.sign() < 0 {
        faults.push("must not be negative");
    }
    if text::is_integer_resource(amount.key()) && quantity.milli() % 1000 != 0 {
        faults.push("must be a whole number");
    }
    faults
}

/// Scopes that a quota knows.
const SCOPES: &[&str] = &[
    "BestEffort",
    "CrossNamespacePodAffinity",
    "NotBestEffort",
    "NotTerminating",
    "PriorityClass",
    "Terminating",
    "VolumeAttributesClass",
];

const CONFLICTS: &[[&str; 2]] = &[["BestEffort", "NotBestEffort"], ["Terminating", "NotTerminating"]];

fn scopes(errs: &mut Verdicts, spec: Field) {
    let scopes = spec.get("scopes");
    for scope in scopes.items() {
        if !SCOPES.contains(&scope.text()) {
            errs.invalid(scope, "is no scope of quotas").printed_as(scopes.path());
        }
        for resource in out_of_scope(spec, scope.text()) {
            errs.invalid(scope, format!("does not go with `{resource}`")).printed_as(scopes.path());
        }
    }
    for pair in CONFLICTS {
        if pair.iter().all(|scope| scopes.items().any(|item| item.text() == *scope)) {
            errs.invalid(scopes, format!("`{}` and `{}` exclude each other", pair[0], pair[1]));
        }
    }
}

/// The server prints all of these without the element's index.
fn scope_selector(errs: &mut Verdicts, spec: Field) {
    let expressions = spec.get("scopeSelector").get("matchExpressions");
    let list = expressions.path();
    for expression in expressions.items() {
        let (scope, operator, values) = (expression.get("scopeName"), expression.get("operator"), expression.get("values"));
        if !SCOPES.contains(&scope.text()) {
            errs.invalid(scope, "is no scope of quotas").printed_as(format!("{list}.scopeName"));
        }
        for resource in out_of_scope(spec, scope.text()) {
            errs.invalid(scope, format!("does not go with `{resource}`")).printed_as(&list);
        }
        let takes_values = matches!(scope.text(), "PriorityClass" | "VolumeAttributesClass");
        if !takes_values && SCOPES.contains(&scope.text()) && operator.text() != "Exists" {
            errs.invalid(operator, format!("`{}` takes only `Exists`", scope.text())).printed_as(format!("{list}.operator"));
        }
        match operator.text() {
            "In" | "NotIn" if values.is_empty() => {
                errs.required(values, format!("`operator: {}` compares with values", operator.text()))
                    .printed_as(format!("{list}.values"));
            }
            "In" | "NotIn" => {}
            "Exists" | "DoesNotExist" if !values.is_empty() => {
                errs.invalid(values, format!("`operator: {}` takes no values", operator.text()))
                    .printed_as(format!("{list}.values"));
            }
            "Exists" | "DoesNotExist" => {}
            _ => {
                errs.invalid(operator, "must be `In`, `NotIn`, `Exists` or `DoesNotExist`")
                    .printed_as(format!("{list}.operator"));
            }
        }
    }
    for pair in CONFLICTS {
        if pair.iter().all(|scope| expressions.items().any(|item| item.get("scopeName").text() == *scope)) {
            errs.invalid(expressions, format!("`{}` and `{}` exclude each other", pair[0], pair[1]));
        }
    }
}

/// The limited resources that a scope cannot be applied to; those of foreign domains and counts always can.
fn out_of_scope<'a>(spec: Field<'a>, scope: &str) -> Vec<&'a str> {
    let compute = ["cpu", "limits.cpu", "limits.memory", "memory", "requests.cpu", "requests.memory"];
    let fits = |resource: &str| match scope {
        "BestEffort" => resource == "pods",
        "VolumeAttributesClass" => ["persistentvolumeclaims", "requests.storage"].contains(&resource),
        scope if SCOPES.contains(&scope) => resource == "pods" || compute.contains(&resource),
        _ => true,
    };
    let own = |resource: &str| !resource.contains('/') && text::quota_resource_name(resource).is_ok();
    spec.get("hard").entries().map(|(resource, _)| resource).filter(|resource| own(resource) && !fits(resource)).collect()
}

/// A LimitRange. One without a name is given one.
pub fn limit_range(errs: &mut Verdicts, root: Field, _: Version) {
    let metadata = root.get("metadata");
    if metadata.get("name").text().is_empty() && metadata.get("generateName").text().is_empty() {
        meta::metadata_without_name(errs, root, Scope::Namespaced);
    } else {
        meta::metadata(errs, root, Scope::Namespaced, text::dns_subdomain);
    }
    let mut types = Unique::default();
    for limit in root.get("spec").get("limits").items() {
        errs.pass(limit.get("type"), limit_type);
        types.add(errs, limit.get("type"));
        limit_item(errs, limit);
    }
}

fn limit_type(value: &str) -> Result<(), crate::validate::Why> {
    text::qualified_name(value)?;
    if value.contains('/') || ["Container", "PersistentVolumeClaim", "Pod"].contains(&value) {
        return Ok(());
    }
    Err("must be `Container`, `Pod` or `PersistentVolumeClaim`, or have a domain prefix: `example.com/type`".into())
}

/// The maps of a limit.
const AMOUNTS: &[&str] = &["max", "min", "default", "defaultRequest", "maxLimitRequestRatio"];

fn limit_item(errs: &mut Verdicts, limit: Field) {
    let kind = limit.get("type").text();
    let check = match kind {
        "Pod" | "Container" => text::container_resource_name,
        _ => text::resource_name,
    };
    for name in AMOUNTS {
        let amounts = limit.get(name);
        if kind == "Pod" && name.starts_with("default") {
            if !amounts.is_empty() {
                errs.forbidden(amounts, "pods have no defaults, their containers do");
            }
            continue;
        }
        for (resource, amount) in amounts.entries() {
            if let Err(why) = check(resource) {
                errs.invalid(amount, format!("the key {why}")).span = amount.key_span();
            }
        }
    }
    let bounded = ["min", "max"].iter().any(|name| !limit.get(name).get("storage").absent());
    if kind == "PersistentVolumeClaim" && !bounded {
        errs.required(limit.get("limits"), "claims are limited by `min` or `max` of `storage`");
    }
    let amounts = Amounts::of(limit);
    let resources: BTreeSet<&str> = amounts.maps.iter().flat_map(|map| map.keys().copied()).collect();
    for resource in resources {
        limit_order(errs, &amounts, resource);
        limit_ratio(errs, &amounts, resource);
    }
}

/// The amounts of a limit by map and resource; one written as `null` is 0. A pod's limit has no defaults.
struct Amounts<'a> {
    maps: Vec<BTreeMap<&'a str, (Field<'a>, Quantity)>>,
}

impl<'a> Amounts<'a> {
    fn of(limit: Field<'a>) -> Amounts<'a> {
        let left_out = |name: &str| limit.get("type").text() == "Pod" && name.starts_with("default");
        let read = |(resource, field): (&'a str, Field<'a>)| match Quantity::of(field) {
            None if field.exists() => None,
            quantity => Some((resource, (field, quantity.unwrap_or_else(Quantity::zero)))),
        };
        let map = |name: &&'static str| match left_out(name) {
            true => BTreeMap::new(),
            false => limit.get(name).entries().filter_map(read).collect(),
        };
        Amounts { maps: AMOUNTS.iter().map(map).collect() }
    }

    fn get(&self, name: &str, resource: &str) -> Option<&(Field<'a>, Quantity)> {
        AMOUNTS.iter().zip(&self.maps).find(|(map, _)| **map == name).and_then(|(_, map)| map.get(resource))
    }
}

/// Which amount of a limit must not be more than which other, and the one the server complains about.
const ORDER: &[(&str, &str, &str)] = &[
    ("min", "max", "min"),
    ("min", "defaultRequest", "defaultRequest"),
    ("defaultRequest", "max", "defaultRequest"),
    ("defaultRequest", "default", "defaultRequest"),
    ("min", "default", "default"),
    ("default", "max", "default"),
];

fn limit_order(errs: &mut Verdicts, amounts: &Amounts, resource: &str) {
    for (less, more, blamed) in ORDER {
        if let (Some(low), Some(high)) = (amounts.get(less, resource), amounts.get(more, resource))
            && low.1 > high.1
        {
            let (field, other) = if blamed == less { (low.0, high.0) } else { (high.0, low.0) };
            errs.invalid(field, format!("`{less}` must not be more than `{more}`")).label(other.span(), "compared with this");
        }
    }
    let overcommits = text::is_native_resource(resource) && !text::is_hugepages(resource);
    if let (false, Some(limit), Some(request)) =
        (overcommits, amounts.get("default", resource), amounts.get("defaultRequest", resource))
        && limit.1 != request.1
    {
        errs.invalid(request.0, format!("must be the same as `default`: `{resource}` cannot be overcommitted"));
    }
}

fn limit_ratio(errs: &mut Verdicts, amounts: &Amounts, resource: &str) {
    let Some((field, ratio)) = amounts.get("maxLimitRequestRatio", resource) else { return };
    if *ratio < Quantity::units(1) {
        errs.invalid(*field, "must be at least 1");
    }
    let (Some((_, min)), Some((_, max))) = (amounts.get("min", resource), amounts.get("max", resource)) else { return };
    // The server compares in thousandths unless one of the numbers is too large for that.
    let fine = [ratio, min, max].iter().all(|amount| amount.value() < i64::MAX / 1000);
    let (ratio, most) = match fine {
        true => (ratio.milli() as f64 / 1000.0, max.milli() as f64 / min.milli() as f64),
        false => (ratio.value() as f64, max.value() as f64 / min.value() as f64),
    };
    if ratio > most {
        errs.invalid(*field, format!("is more than `max` divided by `min`, {most}"));
    }
}
