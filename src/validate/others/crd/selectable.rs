//! Fields that custom resources can be listed by. Mirrors apiextensions validation of `selectableFields`.

use crate::object::Field;
use crate::validate::{Unique, Verdicts};

/// How many there may be.
const MOST: usize = 8;

/// `selectableFields` of `version`.
pub fn fields(errs: &mut Verdicts, version: Field, _: Field) {
    let fields = version.get("selectableFields");
    let schema = version.get("schema").get("openAPIV3Schema");
    let (mut unique, mut known) = (Unique::default(), 0);
    for field in fields.items() {
        let path = field.get("jsonPath");
        if path.text().is_empty() {
            errs.required(path, "");
            continue;
        }
        match follow(schema, path.text()) {
            None => {
                errs.invalid(path, "the schema has no such field");
                continue;
            }
            Some(found) if !matches!(found.get("type").text(), "string" | "boolean" | "integer") => {
                errs.invalid(path, "must be that of a string, boolean or integer");
            }
            Some(_) => {}
        }
        if path.text().split('.').nth(1) == Some("metadata") {
            errs.invalid(path, "must not be in `metadata`");
        }
        known += usize::from(unique.add(errs, path));
    }
    if known > MOST {
        errs.too_many(fields, MOST);
    }
}

/// The schema of the field at `.a.b` below `schema`.
fn follow<'a>(schema: Field<'a>, path: &str) -> Option<Field<'a>> {
    path.strip_prefix('.')?.split('.').try_fold(schema, |schema, name| schema.get("properties").entry(name))
}
