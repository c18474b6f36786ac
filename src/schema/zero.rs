//! Which fields the server stores at their zero value, as their Go types have it; what the published definitions do not tell.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::{FieldInfo, Type};

/// The table: `core.PodSpec *priority =x -y`, one type a line, without its version.
const TEXT: &str = include_str!("../../schemas/zero.txt");

static TABLE: OnceLock<HashMap<TypeName, Vec<(&'static str, Presence)>>> = OnceLock::new();

/// `core` and `PodSpec`.
type TypeName = (&'static str, &'static str);

/// When a field is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// Always, at its zero value too: a struct held by value, or a field that is never left out.
    Always,
    /// Where it is written, at its zero value too: a pointer.
    IfWritten,
    /// Always, as `null` where it is not written: a pointer that is never left out.
    OrNull,
    /// Where it is not zero.
    IfNotZero,
    /// Never: it can only be written.
    Never,
}

/// When each of the fields of `owner` is stored.
pub(super) fn presences(owner: &Type) -> Vec<Presence> {
    let package = owner.name.split('.').next().unwrap_or("");
    let marks = table().get(&(package, owner.short_name())).map_or(&[][..], Vec::as_slice);
    owner.fields.iter().map(|field| presence(marks, field)).collect()
}

/// When a field is stored whose type has these marks.
fn presence(marks: &[(&'static str, Presence)], field: &FieldInfo) -> Presence {
    // Every struct of the API holds these two by value.
    if matches!(field.name, "metadata" | "spec") && field.shape.inner_struct().is_some() {
        return Presence::Always;
    }
    match marks.iter().find(|(known, _)| *known == field.name) {
        Some((_, presence)) => *presence,
        None if field.required => Presence::Always,
        None => Presence::IfNotZero,
    }
}

fn table() -> &'static HashMap<TypeName, Vec<(&'static str, Presence)>> {
    TABLE.get_or_init(|| {
        TEXT.lines()
            .filter_map(|line| {
                let (name, fields) = line.split_once(' ')?;
                Some((name.split_once('.')?, fields.split(' ').filter_map(mark).collect()))
            })
            .collect()
    })
}

fn mark(word: &'static str) -> Option<(&'static str, Presence)> {
    let presence = match word.chars().next()? {
        '*' => Presence::IfWritten,
        '=' => Presence::Always,
        '?' => Presence::OrNull,
        '-' => Presence::Never,
        _ => return None,
    };
    Some((&word[1..], presence))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Table, Version};

    #[test]
    fn every_line_names_a_type_and_fields_of_it() {
        let known: Vec<&Type> = Table::of(Version::default()).types().collect();
        for ((package, short), fields) in table() {
            let name = format!("{package}.{short}");
            let types: Vec<&&Type> =
                known.iter().filter(|it| it.short_name() == *short && it.name.starts_with(&format!("{package}."))).collect();
            assert!(!types.is_empty(), "{name} is no type");
            for (field, _) in fields {
                assert!(types.iter().any(|it| it.field(field).is_some()), "{name} has no field {field}");
            }
        }
    }
}
