//! An object as the server stores and prints it: typed, zero values left out where Go leaves them out, amounts in canonical form.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::object_json;
use crate::object::quantity::Quantity;
use crate::object::{Field, ObjectId};
use crate::schema::{self, Presence, Shape, Table, Type, TypeId, Version};
use crate::yaml::Kind;

/// What the server sets itself, whatever a manifest says.
const SERVER_SET: [&str; 7] = [
    "creationTimestamp",
    "deletionGracePeriodSeconds",
    "deletionTimestamp",
    "generation",
    "managedFields",
    "resourceVersion",
    "uid",
];

/// Resources are held to thousandths.
const MILLI: i32 = -3;

/// The object at `root`, defaults filled in, as a server of `version` stores it. What only a running server knows (its UID, its
/// addresses, its status) is left out. Kinds without a type table come out as they are.
pub fn stored_json(root: Field, id: &ObjectId, version: Version) -> Value {
    let table = Table::of(version);
    let kind = schema::kind(version, &id.api_version, &id.kind);
    let Some(type_id) = kind.and_then(|kind| table.named(kind.type_name)) else {
        return object_json(root);
    };
    let mut object = fields(table, root, type_id);
    object.remove("status");
    if let Some(Value::Object(metadata)) = object.get_mut("metadata") {
        for name in SERVER_SET {
            metadata.remove(name);
        }
    }
    Value::Object(object)
}

/// The fields of the struct at `owner`; of a missing one, those that are never left out.
fn fields(table: &'static Table, owner: Field, id: TypeId) -> Map<String, Value> {
    let kind = table.get(id);
    // Half as many again as are written: defaults.
    let mut out = Map::with_capacity(owner.len() * 3 / 2);
    for (info, presence) in kind.stored_fields() {
        let field = owner.get(info.name);
        let keep = match presence {
            Presence::Never => false,
            Presence::Always | Presence::OrNull => true,
            Presence::IfWritten => field.exists(),
            Presence::IfNotZero => !is_zero(field, &info.shape),
        };
        if presence == Presence::OrNull && !field.exists() {
            out.insert(info.name.to_string(), Value::Null);
        } else if keep {
            out.insert(info.name.to_string(), value(table, field, &info.shape, kind));
        }
    }
    out
}

/// Whether Go's `omitempty` leaves it out. A struct behind a pointer is there, however empty, where it is written.
fn is_zero(field: Field, shape: &Shape) -> bool {
    match shape {
        Shape::List(_) | Shape::Map(_) | Shape::Str | Shape::Bytes => field.is_empty(),
        Shape::Int32 | Shape::Int64 | Shape::Double => {
            !field.exists() || matches!(field.kind(), Kind::Int(0)) || field.kind() == Kind::Float(0.0)
        }
        Shape::Bool => !field.exists() || field.kind() == Kind::Bool(false),
        _ => !field.exists(),
    }
}

/// The value at `field`, which may be missing: then it is the zero value of its type.
fn value(table: &'static Table, field: Field, shape: &Shape, owner: &Type) -> Value {
    match (shape, field.kind()) {
        (Shape::Struct(id), Kind::Null | Kind::Map) => Value::Object(fields(table, field, *id)),
        (Shape::List(inner), Kind::Seq) if !field.is_empty() => {
            field.items().map(|item| value(table, item, inner, owner)).collect()
        }
        (Shape::Map(inner), Kind::Map) if !field.is_empty() => {
            field.entries().map(|(key, item)| (key.to_string(), entry(table, item, inner, owner))).collect::<Map<_, _>>().into()
        }
        // Protocol buffers, which objects are stored in, know no empty list; it comes back as none.
        (Shape::List(_), Kind::Null | Kind::Seq) | (Shape::Map(_), Kind::Null | Kind::Map) => Value::Null,
        (Shape::Quantity, _) => quantity(field, |amount| amount),
        (Shape::SchemaOrBool | Shape::SchemaOrArray | Shape::SchemaOrStrings, Kind::Map) => {
            value(table, field, &table.json_schema, owner)
        }
        (Shape::SchemaOrArray, Kind::Seq) => field.items().map(|item| value(table, item, &table.json_schema, owner)).collect(),
        (Shape::Str | Shape::Bytes, Kind::Null) => "".into(),
        // Decoded and written again: line breaks inside base64 do not survive.
        (Shape::Bytes, Kind::Str) => field.text().replace(['\n', '\r'], "").into(),
        (Shape::Time, Kind::Str) => time(field, "%Y-%m-%dT%H:%M:%SZ"),
        (Shape::MicroTime, Kind::Str) => time(field, "%Y-%m-%dT%H:%M:%S%.6fZ"),
        (Shape::Int32 | Shape::Int64 | Shape::IntOrString | Shape::Double, Kind::Null) => 0.into(),
        (Shape::Bool, Kind::Null) => false.into(),
        _ => object_json(field),
    }
}

/// A value of a map with free keys. A map of amounts is a list of resources, which are rounded, except in device requests.
fn entry(table: &'static Table, field: Field, shape: &Shape, owner: &Type) -> Value {
    match shape {
        Shape::Quantity if !owner.name.starts_with("resource.") => quantity(field, |amount| amount.rounded_up(MILLI)),
        _ => value(table, field, shape, owner),
    }
}

fn quantity(field: Field, round: fn(Quantity) -> Quantity) -> Value {
    if !field.exists() {
        return "0".into();
    }
    Quantity::of(field).map_or_else(|| object_json(field), |amount| round(amount).canonical().into())
}

/// A point in time, in UTC.
fn time(field: Field, format: &str) -> Value {
    let time = field.text().parse::<Timestamp>();
    time.map_or_else(|_| object_json(field), |time| time.strftime(format).to_string().into())
}
