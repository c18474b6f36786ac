//! The type tables in `schemas/`: which kinds a Kubernetes minor version has, and what each of their fields may hold.

use std::sync::OnceLock;

use super::Version;
use super::zero::{self, Presence};
use crate::text::{ByName, byte, is_same, mark};

/// The text of each minor version's table, oldest first.
const TEXTS: [&str; Version::COUNT] = [
    include_str!("../../schemas/1.30.txt"),
    include_str!("../../schemas/1.31.txt"),
    include_str!("../../schemas/1.32.txt"),
    include_str!("../../schemas/1.33.txt"),
    include_str!("../../schemas/1.34.txt"),
    include_str!("../../schemas/1.35.txt"),
    include_str!("../../schemas/1.36.txt"),
    include_str!("../../schemas/1.37.txt"),
];

static TABLES: [OnceLock<Table>; Version::COUNT] = [const { OnceLock::new() }; Version::COUNT];

/// Whether a kind's objects live in a namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// In a namespace.
    Namespaced,
    /// In none.
    Cluster,
}

/// Whether a server has a kind without being told to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Served {
    /// Every server of that version has it.
    ByDefault,
    /// An alpha or beta version that the administrator has to enable.
    WhenEnabled,
}

/// A kind that manifests can create.
#[derive(Clone, Copy, Debug)]
pub struct KindInfo {
    /// `apps/v1`.
    pub api_version: &'static str,
    /// `Deployment`.
    pub kind: &'static str,
    /// `deployments`, the resource's name in paths and in RBAC rules.
    pub plural: &'static str,
    /// Whether it lives in a namespace.
    pub scope: Scope,
    /// Whether a server has it by default.
    pub served: Served,
    /// The name of its type, for [`Table::named`].
    pub type_name: &'static str,
}

impl KindInfo {
    /// `apps`; empty for the core group.
    pub fn group(&self) -> &'static str {
        self.api_version.split_once('/').map_or("", |(group, _)| group)
    }
}

/// What a field may hold, as the server decodes it.
#[derive(Debug, PartialEq)]
pub enum Shape {
    /// A string.
    Str,
    /// An integer of 32 bits, signed.
    Int32,
    /// An integer of 64 bits, signed.
    Int64,
    /// A boolean.
    Bool,
    /// Any number.
    Double,
    /// A resource quantity: a string or a number.
    Quantity,
    /// A string or an integer of 32 bits.
    IntOrString,
    /// A date and time of RFC 3339.
    Time,
    /// The same with exactly six digits of fraction.
    MicroTime,
    /// Base64 of any bytes.
    Bytes,
    /// Anything at all.
    Any,
    /// A JSON schema or a boolean.
    SchemaOrBool,
    /// A JSON schema or a list of them.
    SchemaOrArray,
    /// A JSON schema or a list of strings.
    SchemaOrStrings,
    /// A struct; [`Table::get`] has its fields.
    Struct(TypeId),
    /// A list.
    List(Box<Shape>),
    /// A map with free keys.
    Map(Box<Shape>),
}

impl Shape {
    /// The struct it is, or is a list or map of.
    pub fn inner_struct(&self) -> Option<TypeId> {
        match self {
            Shape::Struct(id) => Some(*id),
            Shape::List(inner) | Shape::Map(inner) => inner.inner_struct(),
            _ => None,
        }
    }
}

/// A type's number in its [`Table`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TypeId(u32);

/// How server-side apply takes two values of a list, map or struct together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Merge {
    /// Nothing is said: field by field for structs and maps, as a whole for lists.
    Unsaid,
    /// One is replaced by the other as a whole.
    Atomic,
    /// A list whose elements are their own keys.
    Set,
    /// A list whose elements are told apart by these fields.
    Keys(Vec<&'static str>),
}

/// One field of a struct.
#[derive(Debug)]
pub struct FieldInfo {
    /// Its name in JSON.
    pub name: &'static str,
    /// What it may hold.
    pub shape: Shape,
    /// Whether the published definition calls it required (decoding does not ask for it, validation may).
    pub required: bool,
    /// How server-side apply merges it.
    pub merge: Merge,
    /// The strategic merge patch's strategies: `merge`, `retainKeys`, `merge,retainKeys`, `replace`, or nothing.
    pub patch: &'static str,
    /// The strategic merge patch's merge key, or nothing.
    pub patch_key: &'static str,
}

/// One struct.
#[derive(Debug)]
pub struct Type {
    /// `core.v1.Container`.
    pub name: &'static str,
    /// How server-side apply merges it wherever it is used.
    pub merge: Merge,
    /// Its fields, sorted by name.
    pub fields: Vec<FieldInfo>,
    /// The first field whose name has a mark, for each mark in a byte; no field's index where there is none. A look-up compares
    /// characters once instead of five times.
    first: [u16; 256],
    /// For each field the next one of the same mark.
    next: Vec<u16>,
    /// When each field is stored; asked for by those only who store.
    presences: OnceLock<Vec<Presence>>,
}

/// [`Type::first`] and [`Type::next`] of these fields.
fn chains(fields: &[FieldInfo]) -> ([u16; 256], Vec<u16>) {
    let mut first = [u16::MAX; 256];
    let chain = |(field, at): (&FieldInfo, u16)| std::mem::replace(&mut first[usize::from(byte(mark(field.name)))], at);
    let next = fields.iter().zip(0..).map(chain).collect();
    (first, next)
}

impl Type {
    /// The field of that name.
    pub fn field(&self, name: &str) -> Option<&FieldInfo> {
        self.marked(name.as_bytes(), byte(mark(name)))
    }

    /// The field of that name, whose mark in a byte is known: a key of a tree has one.
    #[inline]
    pub fn marked(&self, name: &[u8], mark: u8) -> Option<&FieldInfo> {
        let mut at = self.first[usize::from(mark)];
        while let Some(field) = self.fields.get(usize::from(at)) {
            if is_same(field.name.as_bytes(), name) {
                return Some(field);
            }
            at = self.next[usize::from(at)];
        }
        None
    }

    /// The fields, and when the server stores each.
    pub fn stored_fields(&self) -> impl Iterator<Item = (&FieldInfo, Presence)> {
        self.fields.iter().zip(self.presences.get_or_init(|| zero::presences(self)).iter().copied())
    }

    /// `Container`.
    pub fn short_name(&self) -> &'static str {
        self.name.rsplit_once('.').map_or(self.name, |(_, short)| short)
    }
}

/// One minor version's kinds and types. Types are parsed when they are first asked for.
pub struct Table {
    /// Which version it is.
    pub version: Version,
    kinds: Vec<KindInfo>,
    /// The index of each kind, by apiVersion and name.
    indices: ByName<(&'static str, &'static str), usize>,
    /// Where each type's lines are, by number.
    sources: Vec<&'static str>,
    numbers: ByName<&'static str, TypeId>,
    types: Vec<OnceLock<Type>>,
    /// The shape of `apiextensions.v1.JSONSchemaProps`, which three hand-written decoders fall back to.
    pub json_schema: Shape,
}

impl Table {
    /// The table of `version`.
    pub fn of(version: Version) -> &'static Table {
        TABLES[version.index()].get_or_init(|| Table::load(version, TEXTS[version.index()]))
    }

    /// Finds where kinds and types are; parses no type.
    fn load(version: Version, text: &'static str) -> Table {
        let kinds: Vec<KindInfo> = kinds_of(text).collect();
        let indices = kinds.iter().enumerate().map(|(at, known)| ((known.api_version, known.kind), at)).collect();
        let mut sources = Vec::with_capacity(1024);
        let mut numbers = ByName::with_capacity_and_hasher(1024, Default::default());
        let mut start = text.find("\ntype ").map_or(text.len(), |at| at + 1);
        while start < text.len() {
            let end = text[start..].find("\ntype ").map_or(text.len(), |at| start + at + 1);
            let source = &text[start..end];
            let name = source["type ".len()..].split([' ', '\n']).next().unwrap_or("");
            numbers.insert(name, TypeId(sources.len() as u32));
            sources.push(source);
            start = end;
        }
        let types = sources.iter().map(|_| OnceLock::new()).collect();
        let json_schema = numbers.get("apiextensions.v1.JSONSchemaProps").map_or(Shape::Any, |id| Shape::Struct(*id));
        Table { version, kinds, indices, sources, numbers, types, json_schema }
    }

    /// All kinds, sorted by apiVersion and name.
    pub fn kinds(&self) -> &[KindInfo] {
        &self.kinds
    }

    /// The kind, if this version has it.
    pub fn kind(&self, api_version: &str, kind: &str) -> Option<&KindInfo> {
        self.indices.get(&(api_version, kind)).map(|at| &self.kinds[*at])
    }

    /// The number of the type called `name` (`core.v1.Container`).
    pub fn named(&self, name: &str) -> Option<TypeId> {
        self.numbers.get(name).copied()
    }

    /// The type.
    pub fn get(&self, id: TypeId) -> &Type {
        let at = id.0 as usize;
        self.types[at].get_or_init(|| self.parse(self.sources[at]))
    }

    /// Every type, all of them parsed: for tests and lists, not for checking a manifest.
    pub fn types(&self) -> impl Iterator<Item = &Type> {
        (0..self.sources.len()).map(|at| self.get(TypeId(at as u32)))
    }

    fn parse(&self, source: &'static str) -> Type {
        let mut lines = source.lines();
        let mut head = lines.next().unwrap_or("").split(' ').skip(1);
        let name = head.next().unwrap_or("");
        let merge = head.next().map_or(Merge::Unsaid, |_| Merge::Atomic);
        let fields: Vec<FieldInfo> = lines.map(|line| self.field(line)).collect();
        let (first, next) = chains(&fields);
        Type { name, merge, fields, first, next, presences: OnceLock::new() }
    }

    /// ` ports []core.v1.ContainerPort map=containerPort,protocol patch=merge key=containerPort`
    fn field(&self, line: &'static str) -> FieldInfo {
        let mut words = line.trim_start().split(' ');
        let name = words.next().unwrap_or("");
        let shape = self.shape(words.next().unwrap_or(""));
        let mut field = FieldInfo { name, shape, required: false, merge: Merge::Unsaid, patch: "", patch_key: "" };
        for word in words {
            match word.split_once('=') {
                Some(("map", keys)) => field.merge = Merge::Keys(keys.split(',').collect()),
                Some(("patch", strategies)) => field.patch = strategies,
                Some(("key", key)) => field.patch_key = key,
                _ => match word {
                    "required" => field.required = true,
                    "atomic" => field.merge = Merge::Atomic,
                    "set" => field.merge = Merge::Set,
                    _ => {}
                },
            }
        }
        field
    }

    fn shape(&self, word: &str) -> Shape {
        if let Some(inner) = word.strip_prefix("[]") {
            return Shape::List(Box::new(self.shape(inner)));
        }
        if let Some(inner) = word.strip_prefix("{}") {
            return Shape::Map(Box::new(self.shape(inner)));
        }
        match word {
            "string" => Shape::Str,
            "int32" => Shape::Int32,
            "int64" => Shape::Int64,
            "bool" => Shape::Bool,
            "double" => Shape::Double,
            "quantity" => Shape::Quantity,
            "intOrString" => Shape::IntOrString,
            "time" => Shape::Time,
            "microTime" => Shape::MicroTime,
            "bytes" => Shape::Bytes,
            "schemaOrBool" => Shape::SchemaOrBool,
            "schemaOrArray" => Shape::SchemaOrArray,
            "schemaOrStrings" => Shape::SchemaOrStrings,
            name => self.named(name).map_or(Shape::Any, Shape::Struct),
        }
    }
}

/// The names of all fields in the table of `version`, without loading the rest of it.
pub fn field_names(version: Version) -> impl Iterator<Item = &'static str> {
    TEXTS[version.index()].lines().filter_map(|line| line.strip_prefix(' ')?.split(' ').next())
}

/// The kinds of the table of `version`, without loading the rest of it.
pub fn kinds_in(version: Version) -> impl Iterator<Item = KindInfo> {
    kinds_of(TEXTS[version.index()])
}

/// `kind apps/v1 Deployment deployments namespaced on apps.v1.Deployment`
fn kinds_of(text: &'static str) -> impl Iterator<Item = KindInfo> {
    text.lines().map_while(|line| {
        let mut words = line.strip_prefix("kind ")?.split(' ');
        let mut word = || words.next().unwrap_or("");
        Some(KindInfo {
            api_version: word(),
            kind: word(),
            plural: word(),
            scope: if word() == "namespaced" { Scope::Namespaced } else { Scope::Cluster },
            served: if word() == "on" { Served::ByDefault } else { Served::WhenEnabled },
            type_name: word(),
        })
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::Table;
    use crate::schema::Version;
    use crate::text::mark;

    /// A look-up of a field goes by the mark alone. If a new version's names make this fail, `mark` has to look at other places.
    #[test]
    fn all_names_of_fields_have_marks_of_their_own() {
        let mut known: HashMap<u32, &str> = HashMap::new();
        for version in Version::all() {
            let table = Table::of(version);
            for name in table.types().flat_map(|known| &known.fields).map(|field| field.name) {
                let first = *known.entry(mark(name)).or_insert(name);
                assert_eq!(first, name, "both have the same mark");
            }
        }
        assert!(known.len() > 1000, "{} names", known.len());
    }
}
