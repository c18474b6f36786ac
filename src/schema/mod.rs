//! Structure: which kinds and fields a Kubernetes minor version has, and what does not fit them.

mod allowed;
mod encodings;
mod hints;
mod kinds;
mod tables;
mod values;
mod version;
mod walk;
mod zero;

pub use allowed::allowed;
pub use kinds::{is_misspelt, nearly};
pub use tables::{FieldInfo, KindInfo, Merge, Scope, Served, Shape, Table, Type, TypeId};
pub use values::expected;
pub use version::Version;
pub use zero::Presence;

use crate::object::{Field, Object, ObjectId};
use crate::validate::Verdict;
use crate::yaml::Tree;

/// Checks one object against its schema: unknown kind, unknown fields, wrong types. Poisons the nodes it refuses, and marks the
/// maps with free keys, which later steps need to write paths.
pub fn structure(tree: &mut Tree, object: &Object, version: Version) -> Vec<Verdict> {
    let resolved = kinds::resolve(object.field(tree), &object.id, version);
    let mut verdicts = resolved.verdicts;
    let table = Table::of(version);
    let metadata = tree.get(object.root, "metadata");
    let custom = || Some((metadata?, table.named("meta.v1.ObjectMeta")?));
    let start = match resolved.kind {
        kinds::Found::Known(kind) => table.named(kind.type_name).map(|id| (object.root, id)),
        kinds::Found::Custom => custom(),
        kinds::Found::Refused => None,
    };
    if let Some((node, id)) = start {
        verdicts.extend(walk::walk(tree, table, node, id));
    }
    verdicts
}

/// The kind, if `version` has it.
pub fn kind(version: Version, api_version: &str, kind: &str) -> Option<&'static KindInfo> {
    Table::of(version).kind(api_version, kind)
}

/// Whether an apiVersion is of a group that is not Kubernetes' own.
pub fn is_custom(api_version: &str) -> bool {
    api_version.split_once('/').is_some_and(|(group, _)| group.contains('.') && !kinds::is_built_in(group))
}

/// The names of all fields of the newest and the oldest version, some more than once.
pub fn field_names() -> impl Iterator<Item = &'static str> {
    [Version::NEWEST, Version::OLDEST].into_iter().flat_map(tables::field_names)
}

/// Whether a built-in kind called `kind`, of whatever group and release, has the field `name` at its top level.
pub fn has_field(kind: &str, name: &str) -> bool {
    let in_version = |version: Version| {
        let table = Table::of(version);
        let named = table.kinds().iter().filter(move |known| known.kind == kind);
        named.filter_map(|known| table.named(known.type_name)).any(|id| table.get(id).field(name).is_some())
    };
    in_version(Version::NEWEST) || in_version(Version::OLDEST)
}

/// Whether objects of that kind live in a namespace; `None` for a kind the tables do not have.
pub fn scope(version: Version, api_version: &str, kind: &str) -> Option<Scope> {
    self::kind(version, api_version, kind).map(|kind| kind.scope)
}

/// The field of a kind at a path of field names: `["spec", "containers", "ports"]`. Lists and maps are stepped through.
pub fn field_type(version: Version, kind: &KindInfo, path: &[&str]) -> Option<&'static FieldInfo> {
    let table = Table::of(version);
    let mut id = table.named(kind.type_name)?;
    let (last, steps) = path.split_last()?;
    for step in steps {
        id = table.get(id).field(step)?.shape.inner_struct()?;
    }
    table.get(id).field(last)
}

/// What the place of `field` may hold, in an object of that identity; `None` below free-form values and for custom resources.
pub fn shape_at(version: Version, id: &ObjectId, field: Field) -> Option<&'static Shape> {
    let table = Table::of(version);
    let mut steps: Vec<&str> = Vec::new();
    let mut at = field;
    while !at.is_root() {
        steps.push(at.key());
        at = at.parent();
    }
    let root = table.named(kind(version, &id.api_version, &id.kind)?.type_name)?;
    let mut here = &table.get(root).field(steps.pop()?)?.shape;
    while let Some(step) = steps.pop() {
        here = match here {
            Shape::List(inner) | Shape::Map(inner) => inner,
            Shape::Struct(id) => &table.get(*id).field(step)?.shape,
            _ => return None,
        };
    }
    Some(here)
}
