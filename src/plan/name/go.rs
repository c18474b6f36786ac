//! The table `schemas/go-1.36.txt`: the fields of Go's pod template in the order in which they are declared.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::dump;
use crate::schema::{Table, Version};

const TEXT: &str = include_str!("../../../schemas/go-1.36.txt");

static TYPES: [OnceLock<Types>; Version::COUNT] = [const { OnceLock::new() }; Version::COUNT];

/// Named types by the name that Go prints (`v1.Container`).
pub struct Types(HashMap<&'static str, GoType>);

/// A named type.
pub enum GoType {
    /// The type below the name: `string`, `map[v1.ResourceName]resource.Quantity`.
    Alias(&'static str),
    /// A struct.
    Struct(Vec<GoField>),
}

/// A field of a struct.
pub struct GoField {
    /// `TTY`.
    pub name: &'static str,
    /// Its type as Go prints it: `[]v1.Container`, `*int64`.
    pub go_type: &'static str,
    /// `tty`; `None` for an embedded struct whose fields stand among those of the struct around it.
    pub json: Option<&'static str>,
    /// What it is dumped as where it is not set; empty until all types are read.
    pub unset: String,
}

impl Types {
    /// The types of `version`, as far as they are known: those of 1.36 without the fields that the version's definitions lack.
    pub fn of(version: Version) -> &'static Types {
        let nearest = version.clamp(Version::OLDEST, Version::NEWEST);
        TYPES[usize::from(nearest.0 - Version::OLDEST.0)].get_or_init(|| {
            let mut types = read(TEXT);
            if nearest != super::CERTAIN {
                keep_known(&mut types, Table::of(nearest));
            }
            with_unset(Types(types))
        })
    }

    /// The type of that name; `None` for those of the language and those with a form of their own.
    pub fn get(&self, name: &str) -> Option<&GoType> {
        self.0.get(name)
    }
}

/// Makes, once, what is dumped of the fields that are not set, which are nearly all of a template's 200.
fn with_unset(mut types: Types) -> Types {
    let structs = types.0.values().filter_map(|go_type| match go_type {
        GoType::Struct(fields) => Some(fields),
        GoType::Alias(_) => None,
    });
    let texts: HashMap<&str, String> =
        structs.flatten().map(|field| (field.go_type, dump::unset(field.go_type, &types))).collect();
    for go_type in types.0.values_mut() {
        if let GoType::Struct(fields) = go_type {
            fields.iter_mut().for_each(|field| field.unset = texts.get(field.go_type).cloned().unwrap_or_default());
        }
    }
    types
}

fn read(text: &'static str) -> HashMap<&'static str, GoType> {
    let mut types = HashMap::new();
    let mut last = "";
    for line in text.lines() {
        let mut words = line.trim_start().split(' ');
        let mut word = || words.next().unwrap_or("");
        let (first, second, third) = (word(), word(), word());
        match first {
            "alias" if !line.starts_with(' ') => {
                types.insert(second, GoType::Alias(third));
            }
            "type" if !line.starts_with(' ') => {
                last = second;
                types.insert(last, GoType::Struct(Vec::new()));
            }
            _ => {
                if let Some(GoType::Struct(fields)) = types.get_mut(last) {
                    let json = Some(third).filter(|json| *json != "-");
                    fields.push(GoField { name: first, go_type: second, json, unset: String::new() });
                }
            }
        }
    }
    types
}

/// Drops the fields that `table` does not have. An embedded struct that the definitions do not know is looked up as what it is
/// embedded in.
fn keep_known(types: &mut HashMap<&'static str, GoType>, table: &Table) {
    let published = |name: &str| {
        let short = name.strip_prefix("v1.")?;
        table.named(&format!("core.v1.{short}")).or_else(|| table.named(&format!("meta.v1.{short}")))
    };
    let mut around = HashMap::new();
    for (name, go_type) in &*types {
        if let GoType::Struct(fields) = go_type {
            around.extend(fields.iter().filter(|field| field.json.is_none()).map(|field| (field.go_type, *name)));
        }
    }
    for (name, go_type) in types.iter_mut() {
        let known = published(name).or_else(|| published(around.get(name)?));
        if let (GoType::Struct(fields), Some(known)) = (go_type, known) {
            fields.retain(|field| field.json.is_none_or(|json| table.get(known).field(json).is_some()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(version: u8, name: &str) -> Vec<&'static str> {
        match Types::of(Version(version)).get(name) {
            Some(GoType::Struct(fields)) => fields.iter().map(|field| field.name).collect(),
            _ => panic!("{name} is no struct"),
        }
    }

    #[test]
    fn older_versions_have_fewer_fields() {
        assert!(fields(36, "v1.PodSpec").contains(&"HostnameOverride"));
        assert!(!fields(30, "v1.PodSpec").contains(&"HostnameOverride"));
        assert!(fields(36, "v1.VolumeSource").contains(&"Image"));
        assert!(!fields(30, "v1.VolumeSource").contains(&"Image"));
        assert_eq!(fields(30, "v1.ProbeHandler"), ["Exec", "HTTPGet", "TCPSocket", "GRPC"]);
    }

    /// Where the definitions of 1.36 and its Go types disagree, one of the two tables is wrong.
    #[test]
    fn both_tables_of_1_36_agree() {
        let mut types = read(TEXT);
        let count = |types: &HashMap<_, GoType>| -> usize {
            types.values().map(|go| if let GoType::Struct(fields) = go { fields.len() } else { 0 }).sum()
        };
        let before = count(&types);
        keep_known(&mut types, Table::of(Version(36)));
        assert_eq!(count(&types), before);
    }

    /// The JSON names of a struct's fields, those of embedded structs among them.
    fn in_json(name: &str) -> Vec<&'static str> {
        let Some(GoType::Struct(fields)) = Types::of(Version(36)).get(name) else { return Vec::new() };
        let names = fields.iter().map(|field| field.json.map_or_else(|| in_json(field.go_type), |json| vec![json]));
        names.flatten().collect()
    }

    #[test]
    fn no_field_is_missing() {
        let mut missing = Vec::new();
        for published in Table::of(Version(36)).types() {
            let ours = published.name.strip_prefix("core.v1.").or_else(|| published.name.strip_prefix("meta.v1."));
            let names = in_json(&format!("v1.{}", ours.unwrap_or("")));
            let lost = published.fields.iter().filter(|field| !names.is_empty() && !names.contains(&field.name));
            missing.extend(lost.map(|field| format!("{}.{}", published.name, field.name)));
        }
        assert!(missing.is_empty(), "{}", missing.join("\n"));
    }
}
