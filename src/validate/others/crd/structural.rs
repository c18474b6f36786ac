//! Structural schemas. Mirrors apiextensions' rules of what a schema says about every value, outside of `anyOf` and the like.

use super::schema::{Child, children};
use crate::object::Field;
use crate::validate::Verdicts;

/// Keywords that say what a value is, and so must not stand in `allOf` and the like.
const OUTSIDE_ONLY: &[&str] = &[
    "type",
    "additionalProperties",
    "default",
    "title",
    "description",
    "nullable",
    "x-kubernetes-preserve-unknown-fields",
    "x-kubernetes-embedded-resource",
    "x-kubernetes-int-or-string",
    "x-kubernetes-list-map-keys",
    "x-kubernetes-list-type",
    "x-kubernetes-map-type",
    "x-kubernetes-validations",
];

/// Where a schema stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    Root,
    Item,
    Field,
}

/// The whole schema of a kind.
pub fn structural(errs: &mut Verdicts, schema: Field) {
    invariants(errs, schema, Level::Root);
    completeness(errs, schema);
}

fn invariants(errs: &mut Verdicts, schema: Field, level: Level) {
    let (kind, items, additional) = (schema.get("type"), schema.get("items"), schema.get("additionalProperties"));
    if kind.text() == "array" && !items.exists() {
        errs.required(items, "it says what is in the array");
    }
    for (child, field) in children(schema) {
        match child {
            Child::Items => invariants(errs, field, Level::Item),
            Child::Property | Child::Additional => invariants(errs, field, Level::Field),
            Child::Logical => {}
        }
    }
    let embedded = schema.get("x-kubernetes-embedded-resource").is_true();
    if additional.exists() && level == Level::Root {
        errs.forbidden(additional, "an object at the top has fields of fixed names");
    }
    if additional.exists() && embedded {
        errs.forbidden(additional, "an embedded object has fields of fixed names");
    }
    extensions(errs, schema);
    logical(errs, schema);
    has_type(errs, schema, level);
    if level == Level::Root || embedded {
        own_fields(errs, schema, level);
    }
    let open = schema.get("x-kubernetes-preserve-unknown-fields").is_true();
    if embedded && !open && schema.get("properties").is_empty() {
        errs.required(schema.get("properties"), "an embedded object has some, or `x-kubernetes-preserve-unknown-fields: true`");
    }
}

fn extensions(errs: &mut Verdicts, schema: Field) {
    if schema.get("x-kubernetes-int-or-string").is_true() {
        for name in ["x-kubernetes-preserve-unknown-fields", "x-kubernetes-embedded-resource"] {
            if schema.get(name).is_true() {
                errs.invalid(schema.get(name), "it does not go with `x-kubernetes-int-or-string`");
            }
        }
    }
}

fn has_type(errs: &mut Verdicts, schema: Field, level: Level) {
    let kind = schema.get("type");
    let is = |name| schema.get(name).is_true();
    if is("x-kubernetes-embedded-resource") {
        match kind.text() {
            "object" => {}
            "" => _ = errs.required(kind, "an embedded object has `type: object`"),
            _ => _ = errs.invalid(kind, "must be `object` for an embedded object"),
        }
    } else if kind.text().is_empty() && !is("x-kubernetes-int-or-string") && !is("x-kubernetes-preserve-unknown-fields") {
        errs.required(
            kind,
            match level {
                Level::Root => "the top is always an object",
                Level::Item => "it says what the items are",
                Level::Field => "it says what the field is",
            },
        );
    }
    if level == Level::Root && !kind.text().is_empty() && kind.text() != "object" {
        errs.invalid(kind, "must be `object` at the top");
    }
}

/// `kind`, `apiVersion` and `metadata` of an object are what they are for any object.
fn own_fields(errs: &mut Verdicts, schema: Field, level: Level) {
    for (name, wanted) in [("kind", "string"), ("apiVersion", "string"), ("metadata", "object")] {
        let Some(own) = schema.get("properties").entry(name) else { continue };
        if own.get("type").text() != wanted {
            errs.invalid(own.get("type"), format!("must be `{wanted}` for `{name}`"));
        }
        if name == "metadata" && level == Level::Root && !is_plain_metadata(own) {
            errs.forbidden(own, "only `name` and `generateName` may be restricted");
        }
    }
}

fn is_plain_metadata(own: Field) -> bool {
    let names = own.get("properties").entries().all(|(name, _)| matches!(name, "name" | "generateName"));
    let others = own.entries().all(|(key, value)| {
        let nothing = value.is_empty() || value.bool() == Some(false);
        nothing || matches!(key, "type" | "default" | "properties")
    });
    names && others
}

/// `allOf`, `anyOf`, `oneOf` and `not` of a schema, and its pattern.
fn logical(errs: &mut Verdicts, schema: Field) {
    let pair = schema.get("anyOf");
    for name in ["allOf", "anyOf", "oneOf"] {
        for part in schema.get(name).items() {
            // The one way to write `x-kubernetes-int-or-string` in full is let pass, at the top or first in `allOf`.
            if name == "anyOf" && is_int_or_string(pair) {
                continue;
            }
            if name == "allOf" && part.index() == 0 && is_int_or_string(part.get("anyOf")) {
                nested_but_any_of(errs, part);
            } else {
                nested(errs, part);
            }
        }
    }
    if schema.get("not").is_map() {
        nested(errs, schema.get("not"));
    }
    pattern(errs, schema);
}

fn pattern(errs: &mut Verdicts, schema: Field) {
    let pattern = schema.get("pattern");
    if !pattern.is_empty() && regex::Regex::new(pattern.text()).is_err() {
        errs.invalid(pattern, "it is no regular expression");
    }
}

fn is_int_or_string(list: Field) -> bool {
    let is = |part: Field, kind: &str| part.entries().count() == 1 && part.get("type").text() == kind;
    let parts: Vec<Field> = list.items().collect();
    matches!(parts.as_slice(), [first, second] if is(*first, "integer") && is(*second, "string"))
}

/// A schema inside one of those: it may only narrow what the outer one says.
fn nested(errs: &mut Verdicts, schema: Field) {
    logical(errs, schema);
    narrowing(errs, schema);
}

fn nested_but_any_of(errs: &mut Verdicts, schema: Field) {
    for name in ["allOf", "oneOf"] {
        for part in schema.get(name).items() {
            nested(errs, part);
        }
    }
    if schema.get("not").is_map() {
        nested(errs, schema.get("not"));
    }
    pattern(errs, schema);
    narrowing(errs, schema);
}

fn narrowing(errs: &mut Verdicts, schema: Field) {
    for (child, field) in children(schema) {
        if matches!(child, Child::Items | Child::Property) {
            nested(errs, field);
        }
    }
    for keyword in OUTSIDE_ONLY {
        let value = schema.get(keyword);
        let set = value.exists() && value.bool() != Some(false) && !(value.is_empty() && *keyword != "default");
        if set || (*keyword == "additionalProperties" && value.exists()) {
            errs.forbidden(value, "it says what the value is, so it belongs outside of `allOf`, `anyOf`, `oneOf` and `not`");
        }
    }
    if let Some(own) = schema.get("properties").entry("metadata") {
        errs.forbidden(own, "metadata cannot be restricted in `allOf`, `anyOf`, `oneOf` and `not`");
    }
}

/// What is said inside of `allOf` and the like must be about fields and items that the schema itself has.
fn completeness(errs: &mut Verdicts, schema: Field) {
    for part in parts(schema) {
        declared(errs, part, schema);
    }
    for (child, field) in children(schema) {
        if child != Child::Logical {
            completeness(errs, field);
        }
    }
}

fn parts(schema: Field) -> Vec<Field> {
    let lists = ["allOf", "anyOf", "oneOf"].into_iter().flat_map(|name| schema.get(name).items());
    lists.chain(schema.some("not")).collect()
}

/// Each field and item that `nested` speaks of is one of `outer`'s.
fn declared(errs: &mut Verdicts, nested: Field, outer: Field) {
    for part in parts(nested) {
        declared(errs, part, outer);
    }
    if let Some(items) = nested.some("items") {
        match outer.some("items") {
            Some(own) => declared(errs, items, own),
            None => {
                errs.required(outer.get("items"), "what `items` says further in is about them")
                    .label(items.key_span(), "said here");
            }
        }
    }
    for (name, field) in nested.get("properties").entries() {
        match outer.get("properties").entry(name) {
            Some(own) => declared(errs, field, own),
            None => {
                errs.required(outer.get("properties"), format!("it lacks `{name}`, which is restricted further in"))
                    .printed_as(format!("{}.properties[{name}]", outer.path()))
                    .label(field.key_span(), "restricted here");
            }
        }
    }
}
