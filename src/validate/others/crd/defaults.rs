//! Defaults in schemas. Mirrors apiextensions' check that each default is a value its own schema takes.

use super::same;
use super::schema::{Child, children};
use crate::object::Field;
use crate::validate::Verdicts;
use crate::yaml::Kind;

/// Every default in `schema` and below it.
pub fn defaults(errs: &mut Verdicts, schema: Field) {
    if let Some(default) = schema.some("default") {
        if holds_unknown(default, schema) {
            errs.invalid(default, "it has fields that the schema does not have");
        }
        value(errs, default, schema);
    }
    for (child, field) in children(schema) {
        if child != Child::Logical {
            defaults(errs, field);
        }
    }
}

/// Whether the server would prune something from `value`.
fn holds_unknown(value: Field, schema: Field) -> bool {
    let open = schema.get("x-kubernetes-preserve-unknown-fields").is_true();
    let whole = schema.get("x-kubernetes-embedded-resource").is_true();
    let entries = value.entries().any(|(name, field)| match property(schema, name) {
        Some(schema) => holds_unknown(field, schema),
        None if whole && matches!(name, "apiVersion" | "kind" | "metadata") => false,
        None => !open,
    });
    entries || (schema.get("items").is_map() && value.items().any(|item| holds_unknown(item, schema.get("items"))))
}

fn property<'a>(schema: Field<'a>, name: &str) -> Option<Field<'a>> {
    schema
        .get("properties")
        .entry(name)
        .or_else(|| schema.some("additionalProperties").filter(|additional| additional.is_map() || additional.is_true()))
}

/// Holds a value against a schema.
fn value(errs: &mut Verdicts, value: Field, schema: Field) {
    let kind = schema.get("type").text();
    if !kind.is_empty() && !has_type(value, kind) {
        errs.type_invalid(value, format!("the schema wants `{kind}`"));
    }
    if schema.get("x-kubernetes-int-or-string").is_true() && !has_type(value, "integer") && value.str().is_none() {
        errs.invalid(value, "must be an integer or a string");
    }
    let allowed = schema.get("enum");
    if !allowed.is_empty() && !allowed.items().any(|item| same(item, value)) {
        let names: Vec<&str> = allowed.items().map(|item| item.scalar()).collect();
        errs.unsupported(value, &names);
    }
    match value.kind() {
        Kind::Int(_) | Kind::BigInt(_) | Kind::Float(_) if matches!(kind, "integer" | "number") => number(errs, value, schema),
        Kind::Str if kind == "string" || kind.is_empty() => string(errs, value, schema),
        Kind::Seq if kind == "array" => array(errs, value, schema),
        Kind::Map if kind == "object" => object(errs, value, schema),
        _ => {}
    }
    logical(errs, value, schema);
}

fn has_type(value: Field, kind: &str) -> bool {
    match value.kind() {
        Kind::Null => true,
        Kind::Bool(_) => kind == "boolean",
        Kind::Int(_) | Kind::BigInt(_) => matches!(kind, "integer" | "number"),
        Kind::Float(number) => kind == "number" || (kind == "integer" && number.fract() == 0.0),
        Kind::Str => kind == "string",
        Kind::Map => kind == "object",
        Kind::Seq => kind == "array",
    }
}

fn float(value: Field) -> Option<f64> {
    match value.kind() {
        Kind::Int(number) => Some(number as f64),
        Kind::BigInt(number) => Some(number as f64),
        Kind::Float(number) => Some(number),
        _ => None,
    }
}

fn number(errs: &mut Verdicts, value: Field, schema: Field) {
    let Some(number) = float(value) else { return };
    let (least, most, step) = (schema.get("minimum"), schema.get("maximum"), schema.get("multipleOf"));
    if schema.get("type").text() == "integer" {
        for limit in [value, least, most, step].into_iter().filter_map(float) {
            if limit.fract() != 0.0 {
                errs.invalid(value, "it and its limits must be whole numbers");
            }
        }
    }
    if float(least).is_some_and(|least| number < least || (schema.get("exclusiveMinimum").is_true() && number == least)) {
        errs.invalid(value, format!("must be at least {}", least.scalar())).label(least.span(), "the least");
    }
    if float(most).is_some_and(|most| number > most || (schema.get("exclusiveMaximum").is_true() && number == most)) {
        errs.invalid(value, format!("must be at most {}", most.scalar())).label(most.span(), "the most");
    }
    if float(step).is_some_and(|step| step != 0.0 && (number / step).fract() != 0.0) {
        errs.invalid(value, format!("must be a multiple of {}", step.scalar()));
    }
}

fn string(errs: &mut Verdicts, value: Field, schema: Field) {
    let length = value.text().chars().count() as i64;
    if let Some(most) = schema.get("maxLength").int().filter(|&most| length > most) {
        errs.too_long(value, most as usize);
    }
    if schema.get("minLength").int().is_some_and(|least| length < least) {
        errs.invalid(value, "it is too short");
    }
    let pattern = schema.get("pattern");
    if !pattern.is_empty() && regex::Regex::new(pattern.text()).is_ok_and(|regex| !regex.is_match(value.text())) {
        errs.invalid(value, format!("must match `{}`", pattern.text()));
    }
}

fn array(errs: &mut Verdicts, value: Field, schema: Field) {
    let length = value.len() as i64;
    if let Some(most) = schema.get("maxItems").int().filter(|&most| length > most) {
        errs.too_many(value, most as usize);
    }
    if schema.get("minItems").int().is_some_and(|least| length < least) {
        errs.invalid(value, "it has too few items");
    }
    for item in value.items() {
        self::value(errs, item, schema.get("items"));
    }
}

fn object(errs: &mut Verdicts, value: Field, schema: Field) {
    let length = value.entries().count() as i64;
    if let Some(most) = schema.get("maxProperties").int().filter(|&most| length > most) {
        errs.too_many(value, most as usize);
    }
    if schema.get("minProperties").int().is_some_and(|least| length < least) {
        errs.invalid(value, "it has too few fields");
    }
    for name in schema.get("required").items() {
        if value.entry(name.text()).is_none() {
            errs.required_entry(value, name.text(), "the schema requires it");
        }
    }
    for (name, field) in value.entries() {
        if let Some(schema) = property(schema, name).filter(|schema| schema.is_map()) {
            self::value(errs, field, schema);
        }
    }
}

fn logical(errs: &mut Verdicts, value: Field, schema: Field) {
    let fits = |schema: Field| {
        let mut found = Verdicts::default();
        self::value(&mut found, value, schema);
        found.is_empty()
    };
    let list = |name| schema.get(name).items();
    let wrong = list("allOf").any(|part| !fits(part))
        || (list("anyOf").next().is_some() && !list("anyOf").any(fits))
        || (list("oneOf").next().is_some() && list("oneOf").filter(|part| fits(*part)).count() != 1)
        || (schema.get("not").is_map() && fits(schema.get("not")));
    if wrong {
        errs.invalid(value, "it does not meet `allOf`, `anyOf`, `oneOf` or `not`");
    }
}
