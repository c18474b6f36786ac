//! Schemas of custom resources. Mirrors apiextensions validation of `openAPIV3Schema`, keyword by keyword.

use super::{defaults, rules, structural};
use crate::object::Field;
use crate::validate::Verdicts;

/// Types a value can have.
const TYPES: &[&str] = &["array", "boolean", "integer", "number", "object", "string"];
/// Keywords that CRDs do not take.
const REFUSED: &[&str] = &["id", "additionalItems", "patternProperties", "definitions", "dependencies", "$ref"];
/// Keywords that the topmost schema may have beside its type where `status` is a subresource.
const WITH_STATUS: &[&str] = &[
    "description",
    "type",
    "format",
    "title",
    "maximum",
    "exclusiveMaximum",
    "minimum",
    "exclusiveMinimum",
    "maxLength",
    "minLength",
    "pattern",
    "maxItems",
    "minItems",
    "uniqueItems",
    "multipleOf",
    "required",
    "items",
    "properties",
    "externalDocs",
    "example",
    "x-kubernetes-preserve-unknown-fields",
    "x-kubernetes-validations",
];

/// The schema of `version`. `scope` is what has the subresources that count: the version, or the spec for all versions.
pub fn schema(errs: &mut Verdicts, version: Field, scope: Field) {
    let Some(schema) = version.get("schema").some("openAPIV3Schema") else { return };
    if has_status(scope) {
        with_status(errs, schema);
    }
    if schema.get("nullable").is_true() {
        errs.forbidden(schema.get("nullable"), "an object is never `null` at the top");
    }
    let shape = errs.len();
    if is_readable(schema) {
        structural::structural(errs, schema);
        if errs.len() == shape {
            defaults::defaults(errs, schema);
        }
    }
    let sound = is_readable(schema) && errs.len() == shape;
    let mut found = Vec::new();
    keywords(errs, schema, Place { part: Part::Root, meta: Meta::Outside, old: rules::Old::Known }, &mut found);
    if sound {
        for site in &found {
            rules::rules(errs, site);
        }
    }
}

fn has_status(scope: Field) -> bool {
    let own = scope.get("subresources").get("status").exists();
    own || scope.get("versions").items().any(|version| version.get("subresources").get("status").exists())
}

/// With `status` as a subresource, only some keywords fit at the top.
fn with_status(errs: &mut Verdicts, schema: Field) {
    let kind = schema.get("type");
    if !kind.text().is_empty() && kind.text() != "object" {
        errs.invalid(kind, "must be `object` at the top");
    }
    let odd = |(key, value): &(&str, Field)| !value.is_empty() && value.bool() != Some(false) && !WITH_STATUS.contains(key);
    if let Some((key, value)) = schema.entries().find(odd) {
        errs.invalid(schema, format!("`{key}` does not fit at the top where `status` is a subresource")).span = value.key_span();
    }
}

/// Whether nothing in the schema keeps the server from reading it as a structural one.
fn is_readable(schema: Field) -> bool {
    let odd = REFUSED.iter().any(|keyword| is_set(schema.get(keyword)))
        || schema.get("type").text() == "null"
        || schema.get("items").is_seq()
        || schema.get("x-kubernetes-preserve-unknown-fields").bool() == Some(false);
    !odd && children(schema).into_iter().all(|(_, child)| is_readable(child))
}

fn is_set(keyword: Field) -> bool {
    keyword.exists() && keyword.str() != Some("") && !(keyword.is_map() && keyword.is_empty())
}

/// How a schema is part of the one above it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Child {
    /// One of `properties`.
    Property,
    /// `items`
    Items,
    /// `additionalProperties`
    Additional,
    /// Part of `allOf`, `anyOf`, `oneOf`, `not` or a keyword that CRDs do not take.
    Logical,
}

/// All schemas directly below `schema`.
pub fn children<'a>(schema: Field<'a>) -> Vec<(Child, Field<'a>)> {
    let mut all: Vec<_> = schema.get("properties").entries().map(|(_, child)| (Child::Property, child)).collect();
    for (name, child) in [("items", Child::Items), ("additionalProperties", Child::Additional), ("not", Child::Logical)] {
        all.extend(schema.some(name).filter(|field| field.is_map()).map(|field| (child, field)));
    }
    for name in ["allOf", "oneOf", "anyOf", "items"] {
        all.extend(schema.get(name).items().map(|field| (Child::Logical, field)));
    }
    for name in ["definitions", "dependencies"] {
        all.extend(schema.get(name).entries().filter(|(_, field)| !field.is_seq()).map(|(_, field)| (Child::Logical, field)));
    }
    all
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Root,
    Inside,
}

/// Whether a schema is about an object's own metadata, and whose.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Meta {
    Outside,
    Embedded,
    Top,
}

#[derive(Clone, Copy)]
struct Place {
    part: Part,
    meta: Meta,
    old: rules::Old,
}

/// Checks the keywords of one schema and all below it; notes those with rules that nothing is wrong with.
fn keywords<'a>(errs: &mut Verdicts, schema: Field<'a>, place: Place, found: &mut Vec<rules::Site<'a>>) {
    let before = errs.len();
    refused(errs, schema, place);
    let additional = schema.get("additionalProperties");
    if !schema.get("properties").is_empty() && (additional.is_map() || additional.bool() == Some(false)) {
        errs.forbidden(additional, "it does not go with `properties`");
    }
    for (child, field) in children(schema) {
        keywords(errs, field, below(schema, place, child, field), found);
    }
    let unknown = schema.get("x-kubernetes-preserve-unknown-fields");
    if unknown.bool() == Some(false) {
        errs.invalid(unknown, "must be `true` or left out");
    }
    map_type(errs, schema);
    list_type(errs, schema);
    rules::texts(errs, schema);
    if errs.len() == before && !schema.get("x-kubernetes-validations").is_empty() {
        let object = if place.part == Part::Root || schema.get("x-kubernetes-embedded-resource").is_true() {
            rules::Object::Whole
        } else {
            rules::Object::Part
        };
        found.push(rules::Site { schema, object, old: place.old });
    }
}

/// The place of a child: in metadata or not, and whether its old value can be found.
fn below(schema: Field, place: Place, child: Child, field: Field) -> Place {
    let mut next = Place { part: Part::Inside, ..place };
    let embedded = schema.get("x-kubernetes-embedded-resource").is_true();
    if child == Child::Property && matches!(field.key(), "metadata" | "kind" | "apiVersion") {
        if place.part == Part::Root {
            next.meta = Meta::Top;
        } else if embedded && next.meta == Meta::Outside {
            next.meta = Meta::Embedded;
        }
    }
    if child == Child::Additional && place.meta != Meta::Outside {
        next.meta = Meta::Top;
    }
    let atomic = schema.get("x-kubernetes-map-type").text() == "atomic";
    if (child == Child::Property && atomic) || (child == Child::Items && schema.get("x-kubernetes-list-type").text() != "map") {
        next.old = rules::Old::Unknown;
    }
    next
}

/// Unknown types, and keywords that CRDs do not take.
fn refused(errs: &mut Verdicts, schema: Field, place: Place) {
    let kind = schema.get("type");
    if !kind.text().is_empty() {
        errs.one_of(kind, TYPES);
        if kind.text() == "null" {
            errs.forbidden(kind, "write `nullable: true`");
        }
    }
    if schema.get("default").exists() && place.meta == Meta::Top {
        errs.forbidden(schema.get("default"), "nothing in an object's own metadata has defaults");
    }
    for keyword in REFUSED.iter().filter(|keyword| is_set(schema.get(keyword))) {
        errs.forbidden(schema.get(keyword), "CRDs do not take this keyword");
    }
    if schema.get("items").is_seq() {
        errs.forbidden(schema.get("items"), "must be one schema, not a list");
    }
    let embedded = schema.get("x-kubernetes-embedded-resource");
    if embedded.is_true() && place.meta != Meta::Outside {
        errs.forbidden(embedded, "metadata holds no objects");
    }
    if schema.get("uniqueItems").is_true() {
        errs.forbidden(schema.get("uniqueItems"), "it would take too long to check: use `x-kubernetes-list-type: set`");
    }
}

fn map_type(errs: &mut Verdicts, schema: Field) {
    let Some(map) = schema.some("x-kubernetes-map-type") else { return };
    must_have_type(errs, schema, "object", "x-kubernetes-map-type");
    errs.one_of(map, &["atomic", "granular"]);
}

/// A keyword that goes with one type only.
fn must_have_type(errs: &mut Verdicts, schema: Field, wanted: &str, keyword: &str) {
    let kind = schema.get("type");
    if kind.text().is_empty() {
        errs.required(kind, format!("`{keyword}` goes with `type: {wanted}`"));
    } else if kind.text() != wanted {
        errs.invalid(kind, format!("must be `{wanted}`, as `{keyword}` is set"));
    }
}

fn list_type(errs: &mut Verdicts, schema: Field) {
    let (list, keys, items) =
        (schema.get("x-kubernetes-list-type"), schema.get("x-kubernetes-list-map-keys"), schema.get("items"));
    if list.exists() {
        must_have_type(errs, schema, "array", "x-kubernetes-list-type");
        errs.one_of(list, &["atomic", "set", "map"]);
        if schema.get("type").text() == "array" && list.text() == "set" && items.is_map() {
            set_items(errs, items);
        }
    }
    if !keys.is_empty() && list.text() != "map" {
        if list.exists() {
            errs.invalid(list, "must be `map` where `x-kubernetes-list-map-keys` is set");
        } else {
            errs.required(list, "`x-kubernetes-list-map-keys` goes with `map`");
        }
    }
    if list.text() == "map" {
        keyed_list(errs, keys, items);
    }
    if matches!(list.text(), "set" | "map") && items.get("nullable").is_true() {
        errs.forbidden(items.get("nullable"), "items of a set or map are never `null`");
    }
}

/// Items of a set are compared as a whole.
fn set_items(errs: &mut Verdicts, items: Field) {
    let (list, map) = (items.get("x-kubernetes-list-type"), items.get("x-kubernetes-map-type"));
    match items.get("type").text() {
        "array" if list.exists() && list.text() != "atomic" => _ = errs.invalid(list, "must be `atomic` in a set"),
        "object" if map.text() != "atomic" => _ = errs.invalid(map, "must be `atomic` in a set"),
        _ => {}
    }
}

/// A list whose items are told apart by `keys`: scalars that every item has.
fn keyed_list(errs: &mut Verdicts, keys: Field, items: Field) {
    if keys.is_empty() {
        errs.required(keys, "`x-kubernetes-list-type: map` tells items apart by them");
    }
    if !items.exists() {
        errs.required(items, "`x-kubernetes-list-type: map` needs their schema");
        return;
    }
    if !items.is_map() {
        errs.invalid(items, "must be one schema");
        return;
    }
    let is_object = items.get("type").text() == "object";
    if !is_object {
        errs.invalid(items.get("type"), "must be `object` where the list is a map");
    }
    let mut seen = Vec::new();
    for key in keys.items() {
        let property = items.get("properties").entry(key.text());
        if is_object {
            if property.is_none() {
                errs.invalid(key, "is no property of the items").printed_as(keys.path());
            }
            if seen.contains(&key.text()) {
                errs.invalid(key, "is there twice").printed_as(keys.path());
            }
            seen.push(key.text());
        }
        if let Some(property) = property {
            list_key(errs, property, items.get("required"));
        }
    }
}

fn list_key(errs: &mut Verdicts, property: Field, required: Field) {
    let of_object = property.parent().parent().get("type").text() == "object";
    if of_object && matches!(property.get("type").text(), "array" | "object") {
        errs.invalid(property.get("type"), "must be that of a scalar, as items are told apart by it");
    }
    if !required.items().any(|name| name.text() == property.key()) && !property.get("default").exists() {
        errs.required(property.get("default"), "items are told apart by it: give a default or make it required");
    }
    if property.get("nullable").is_true() {
        errs.forbidden(property.get("nullable"), "items are told apart by it, so it is never `null`");
    }
}
