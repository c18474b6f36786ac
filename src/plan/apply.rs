//! Applying manifests: what is stored afterwards, what is refused, what is left behind.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;

use super::carry::{carry_over, keep_source};
use super::changes::{self, Step, Subject};
use super::merge::merge;
use super::store::{Key, Source, Store, Stored};
use super::twins;
use super::{Apply, Cause, Change, Effect, Options, Prune};
use crate::check::{self, Checked};
use crate::diagnostic::{Family, Finding, Severity};
use crate::object::{Field, Object, ObjectId, defaults};
use crate::report::{object_json, stored_json, written_json};
use crate::schema::{self, Scope, Table, TypeId, Version};
use crate::text::{LineIndex, Span};
use crate::validate::{self, Expansion, Update, Verdict as Refusal, Verdicts};
use crate::yaml::{self, NodeId};

/// What applying came to for one object.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Which object.
    pub key: Key,
    /// Its id, the namespace filled in.
    pub id: ObjectId,
    /// Where it is written; for one that left the manifests, where it was.
    pub source: Option<Source>,
    /// As it was stored before.
    pub before: Option<Arc<Value>>,
    /// As it is stored now: equal to `before` when refused, `None` when deleted.
    pub after: Option<Arc<Value>>,
    /// As it would be stored if nothing were refused: what the changes are read from.
    pub wanted: Option<Arc<Value>>,
    /// Why it is refused; empty when it is not.
    pub causes: Vec<Cause>,
    /// What is different in `wanted`; nothing for an object that is new or no longer in the manifests.
    pub changes: Vec<Change>,
    /// List elements that changed and that client-side apply takes for an earlier one with the same key.
    pub mixed_up: Vec<String>,
    /// What became of it.
    pub verdict: Verdict,
}

/// The annotation in which `kubectl apply` keeps a manifest.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// How many bytes the annotations of an object may have together, keys and values.
const MOST_ANNOTATIONS: usize = 262_144;

/// What became of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Stored, new or changed or equal: `before` and `after` tell.
    Stored,
    /// The server refuses it.
    Refused,
    /// No longer in the manifests, and deleted.
    Deleted,
    /// No longer in the manifests, and kept.
    LeftBehind,
}

/// Applies `manifests` to `store`, in their order; afterwards what left the manifests is pruned or left behind.
pub fn apply(store: &mut Store, manifests: &[Checked], options: &Options) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    let mut named = BTreeSet::new();
    for checked in manifests {
        let lines = LineIndex::new(checked.parsed.tree.source());
        // The checked tree has defaults in it, and may lack what they drop.
        let tree = &checked.parsed.tree;
        let again = tree.is_overwritten().then(|| yaml::parse(tree.source().to_string()));
        for object in &checked.objects {
            let manifest = Manifest::new(checked, object, &lines, options.version);
            named.insert(manifest.key.clone());
            let written = match &again {
                Some(again) => object_json(object.field(&again.tree)),
                None => written_json(object.field(tree)),
            };
            outcomes.push(manifest.apply(store, written, options));
        }
    }
    let left: Vec<Key> = store.objects.keys().filter(|key| !named.contains(*key)).cloned().collect();
    outcomes.extend(left.into_iter().filter_map(|key| leave(store, key, options.prune)));
    outcomes
}

/// Takes over what was found in a cluster: it is there, even where a server would not take it today.
pub fn found(store: &mut Store, manifests: &[Checked], options: &Options) -> Vec<Outcome> {
    let mut outcomes = apply(store, manifests, options);
    for outcome in outcomes.iter_mut().filter(|outcome| outcome.verdict == Verdict::Refused && outcome.before.is_none()) {
        let Some(value) = outcome.wanted.clone() else { continue };
        let (id, applied, source) = (outcome.id.clone(), value.clone(), outcome.source.clone());
        store.objects.insert(outcome.key.clone(), Stored { id, value: value.clone(), applied, source });
        outcome.after = Some(value);
        outcome.causes.clear();
        outcome.verdict = Verdict::Stored;
    }
    outcomes
}

/// One object of the manifests.
struct Manifest<'a> {
    checked: &'a Checked,
    object: &'a Object,
    lines: &'a LineIndex,
    key: Key,
    id: ObjectId,
}

impl<'a> Manifest<'a> {
    fn new(checked: &'a Checked, object: &'a Object, lines: &'a LineIndex, version: Version) -> Manifest<'a> {
        Manifest { checked, object, lines, key: key(object, version), id: settled(&object.id, version) }
    }

    fn field(&self) -> Field<'a> {
        self.object.field(&self.checked.parsed.tree)
    }

    fn apply(&self, store: &mut Store, applied: Value, options: &Options) -> Outcome {
        // A generated name is another one each time.
        let stored = store.objects.get(&self.key).filter(|_| !self.key.name.ends_with('*'));
        let before = stored.map(|stored| stored.value.clone());
        let (wanted, mut causes) = match stored {
            None => (Arc::new(stored_json(self.field(), &self.id, options.version)), self.created()),
            Some(stored) => self.updated(store, stored, &applied, options),
        };
        causes.extend(self.twins(&applied, options));
        if stored.is_none_or(|stored| *stored.applied != applied) {
            causes.extend(self.too_long(&applied, options));
        }
        let source = Some(self.source(self.object.span(&self.checked.parsed.tree)));
        let changes = stored.map_or(Vec::new(), |stored| self.changes(&stored.value, &wanted, &causes, options.version));
        causes.iter_mut().for_each(|cause| blame(cause, &changes));
        let mixed_up = self.mixed_up(&applied, &changes, options);
        let refused = !causes.is_empty();
        if !refused {
            let (value, applied) = (wanted.clone(), Arc::new(applied));
            store.objects.insert(self.key.clone(), Stored { id: self.id.clone(), value, applied, source: source.clone() });
        }
        Outcome {
            key: self.key.clone(),
            id: self.id.clone(),
            source,
            after: if refused { before.clone() } else { Some(wanted.clone()) },
            before,
            wanted: Some(wanted),
            causes,
            changes,
            mixed_up,
            verdict: if refused { Verdict::Refused } else { Verdict::Stored },
        }
    }

    /// What server-side apply has against it, before anyone looks at what it says.
    fn twins(&self, applied: &Value, options: &Options) -> Vec<Cause> {
        if options.apply != Apply::Server {
            return Vec::new();
        }
        let Some(id) = type_of(&self.id, options.version) else { return Vec::new() };
        let twin = |path: String| Cause {
            cause: format!("{:?}", crate::diagnostic::Cause::FieldValueDuplicate),
            source: Some(self.source(place(self.field(), &path))),
            message: format!("server-side apply cannot tell `{path}` from an earlier element with the same key"),
            field: path,
        };
        twins::twins(Table::of(options.version), id, applied, Apply::Server).into_iter().map(twin).collect()
    }

    /// `kubectl apply` keeps what was applied in an annotation, as JSON with a line break behind, and annotations have a limit.
    fn too_long(&self, applied: &Value, options: &Options) -> Option<Cause> {
        // No text becomes more than six times as long as JSON, and what is around it is not much.
        if options.apply != Apply::Client || weight(applied) * 6 < MOST_ANNOTATIONS {
            return None;
        }
        let json = applied.to_string();
        let escaped = json.bytes().filter(|byte| b"<>&".contains(byte)).count() * (r"\u003c".len() - 1);
        let own = applied["metadata"]["annotations"].as_object().into_iter().flatten();
        let own: usize = own.map(|(key, value)| key.len() + value.as_str().map_or(0, str::len)).sum();
        let all = own + LAST_APPLIED.len() + json.len() + escaped + 1;
        (all > MOST_ANNOTATIONS).then(|| Cause {
            cause: format!("{:?}", crate::diagnostic::Cause::FieldValueTooLong),
            field: "metadata.annotations".to_string(),
            message: format!(
                "`kubectl apply` keeps the manifest in an annotation, and all of them together must have at most {MOST_ANNOTATIONS} \
                 bytes, not {all}"
            ),
            source: Some(self.source(place(self.field(), "metadata.annotations"))),
        })
    }

    /// What a merge by key takes for something else; as it is created, nothing is merged.
    fn mixed_up(&self, applied: &Value, changes: &[Change], options: &Options) -> Vec<String> {
        let known = type_of(&self.id, options.version).filter(|_| options.apply == Apply::Client && !changes.is_empty());
        let Some(id) = known else { return Vec::new() };
        let changed = |twin: &String| changes.iter().any(|change| keyless(&change.path).starts_with(&keyless(twin)));
        let mut twins = twins::twins(Table::of(options.version), id, applied, Apply::Client);
        twins.retain(changed);
        twins
    }

    /// What the server has against creating it: the findings of `lint`, structure included.
    fn created(&self) -> Vec<Cause> {
        let ours = |finding: &&Finding| {
            let api = finding.family == Family::Api && finding.severity == Severity::Error;
            api && finding.document == self.object.document && finding.object.as_ref() == Some(&self.object.id)
        };
        let cause = |finding: &Finding| Cause {
            cause: finding.cause.map_or(String::new(), |cause| format!("{cause:?}")),
            field: finding.field.clone(),
            message: finding.message.clone(),
            source: Some(self.source(finding.span)),
        };
        self.checked.findings.iter().filter(ours).map(cause).collect()
    }

    /// The stored object after the update, and what the server has against it.
    fn updated(&self, store: &Store, stored: &Stored, applied: &Value, options: &Options) -> (Arc<Value>, Vec<Cause>) {
        if *stored.applied == *applied {
            return (stored.value.clone(), Vec::new());
        }
        let structural = self.created().into_iter().filter(|cause| is_decoding(&cause.cause)).collect::<Vec<_>>();
        let merged = merged(stored, applied, &self.id, options);
        let new = read(&merged, options.version);
        let Some(new) = root(&new) else { return (Arc::new(merged), structural) };
        let mut value = stored_json(new, &self.id, options.version);
        keep_source(&stored.value, &merged, &mut value);
        if value == *stored.value {
            return (stored.value.clone(), structural);
        }
        if !structural.is_empty() {
            return (Arc::new(value), structural);
        }
        let mut errs = Verdicts::default();
        validate::object(new, &self.id, options.version, &mut errs);
        let (old, new) = (as_stored(&stored.value, options.version), as_stored(&value, options.version));
        if let (Some(old), Some(new)) = (root(&old), root(&new)) {
            let expansion = expansion(store, &value);
            validate::update(&mut errs, &self.id, Update { old, new, version: options.version, expansion });
        }
        let causes = errs.into_vec().into_iter().filter(|verdict| verdict.cause != crate::diagnostic::Cause::Warning);
        let mut causes: Vec<Cause> = causes.map(|verdict| self.cause(verdict)).collect();
        let mut seen = BTreeSet::new();
        causes.retain(|cause| seen.insert((cause.cause.clone(), cause.field.clone())));
        (Arc::new(value), causes)
    }

    fn cause(&self, verdict: Refusal) -> Cause {
        Cause {
            cause: format!("{:?}", verdict.cause),
            source: Some(self.source(place(self.field(), &verdict.field))),
            field: verdict.field,
            message: verdict.message,
        }
    }

    fn changes(&self, before: &Value, wanted: &Value, causes: &[Cause], version: Version) -> Vec<Change> {
        let place = |steps: &[Step]| Some(self.source(written_at(self.field(), steps)));
        changes::changes(&Subject { id: &self.id, version, causes, place: &place }, before, wanted)
    }

    fn source(&self, span: Span) -> Source {
        let line = self.lines.position(self.checked.parsed.tree.source(), span.start).line;
        Source { path: self.checked.path.clone(), line }
    }
}

/// Points a cause that names more than one field at the first change that it is about.
fn blame(cause: &mut Cause, changes: &[Change]) {
    let above = keyless(&cause.field) + ".";
    let whole = above == "spec.persistentvolumesource.";
    let about = |change: &&Change| change.effect == Effect::Replace && (whole || keyless(&change.path).starts_with(&above));
    if let Some(change) = changes.iter().find(about) {
        cause.source = change.source.clone().or(cause.source.take());
    }
}

/// A path without what stands in brackets.
fn keyless(path: &str) -> String {
    path.split('[').map(|part| part.rsplit(']').next().unwrap_or(part)).collect()
}

/// About how long a value is as text.
fn weight(value: &Value) -> usize {
    let (mut sum, mut rest) = (0, vec![value]);
    while let Some(value) = rest.pop() {
        sum += match value {
            Value::String(text) => text.len() + 4,
            Value::Array(list) => {
                rest.extend(list);
                4
            }
            Value::Object(map) => {
                rest.extend(map.values());
                4 + map.keys().map(|key| key.len() + 4).sum::<usize>()
            }
            _ => 8,
        };
    }
    sum
}

/// What the object is stored under.
pub fn key(object: &Object, version: Version) -> Key {
    let id = settled(&object.id, version);
    Key { group: object.group().to_string(), kind: id.kind, namespace: id.namespace, name: id.name }
}

/// The id with the namespace that the apply command fills in.
fn settled(id: &ObjectId, version: Version) -> ObjectId {
    let cluster = schema::scope(version, &id.api_version, &id.kind) == Some(Scope::Cluster);
    let namespace = match id.namespace.as_str() {
        _ if cluster => "",
        "" => "default",
        namespace => namespace,
    };
    ObjectId { namespace: namespace.to_string(), ..id.clone() }
}

fn merged(stored: &Stored, applied: &Value, id: &ObjectId, options: &Options) -> Value {
    let (table, type_id) = (Table::of(options.version), type_of(id, options.version));
    let mut merged = match options.apply {
        Apply::Client | Apply::Server => merge(table, type_id, options.apply, &stored.value, &stored.applied, applied),
        Apply::Replace => applied.clone(),
    };
    carry_over(&id.api_version, &id.kind, &stored.value, &mut merged);
    merged
}

fn type_of(id: &ObjectId, version: Version) -> Option<TypeId> {
    schema::kind(version, &id.api_version, &id.kind).and_then(|kind| Table::of(version).named(kind.type_name))
}

/// Whether the claim `value` is known to be of a class that lets it grow.
fn expansion(store: &Store, value: &Value) -> Expansion {
    let class = value.pointer("/spec/storageClassName").and_then(Value::as_str).unwrap_or("");
    let key = Key { group: "storage.k8s.io".into(), kind: "StorageClass".into(), namespace: String::new(), name: class.into() };
    let grows = |class: &Stored| class.value.get("allowVolumeExpansion") == Some(&Value::Bool(true));
    if store.objects.get(&key).is_some_and(grows) { Expansion::Allowed } else { Expansion::Refused }
}

/// A value as a tree, defaults filled in.
fn read(value: &Value, version: Version) -> Checked {
    let mut checked = as_stored(value, version);
    for object in &checked.objects {
        defaults::apply(&mut checked.parsed.tree, object, version);
    }
    checked
}

/// A value as it is stored as a tree again.
fn as_stored(value: &Value, version: Version) -> Checked {
    let mut checked = check::made(value);
    for object in &checked.objects {
        schema::structure(&mut checked.parsed.tree, object, version);
    }
    checked
}

fn root(checked: &Checked) -> Option<Field<'_>> {
    checked.objects.first().map(|object| object.field(&checked.parsed.tree))
}

fn is_decoding(cause: &str) -> bool {
    ["UnknownField", "DuplicateField", "Decode", "NoSuchKind", "Yaml"].contains(&cause)
}

/// Where the nearest thing to the end of `steps` stands in the manifest.
fn written_at(root: Field, steps: &[Step]) -> Span {
    let mut field = root;
    for step in steps {
        let next = match step {
            Step::Field(name) | Step::Key(name) => field.entry(name),
            Step::Entry { key, .. } => field.items().find(|item| key.iter().all(|(name, value)| has(*item, name, value))),
            Step::Index(index) => field.items().nth(*index),
        };
        match next {
            Some(next) => field = next,
            None => break,
        }
    }
    field.span()
}

fn has(item: Field, name: &str, value: &Value) -> bool {
    item.entry(name).map_or(value.is_null(), |field| object_json(field) == *value)
}

/// Where the nearest thing to `path` stands in the manifest.
pub fn place(root: Field, path: &str) -> Span {
    let mut field = root;
    for step in path.split(['.', '[', ']']).filter(|step| !step.is_empty()) {
        let next: Option<NodeId> = match step.parse::<usize>() {
            Ok(index) if field.is_seq() => field.items().nth(index).map(Field::node),
            _ => field.entry(step).map(Field::node),
        };
        match next {
            Some(node) => field = field.at(node),
            None => break,
        }
    }
    field.span()
}

/// An object that is no longer in the manifests.
fn leave(store: &mut Store, key: Key, prune: Prune) -> Option<Outcome> {
    let stored = store.objects.get(&key)?.clone();
    let deleted = match prune {
        Prune::None => false,
        Prune::Kubectl => PRUNED_BY_KUBECTL.contains(&key.kind.as_str()),
        Prune::All => true,
    };
    if deleted {
        store.objects.remove(&key);
    }
    Some(Outcome {
        key,
        id: stored.id,
        source: stored.source,
        after: (!deleted).then(|| stored.value.clone()),
        before: Some(stored.value),
        wanted: None,
        causes: Vec::new(),
        changes: Vec::new(),
        mixed_up: Vec::new(),
        verdict: if deleted { Verdict::Deleted } else { Verdict::LeftBehind },
    })
}

/// The kinds that `kubectl apply --prune` looks at.
const PRUNED_BY_KUBECTL: [&str; 16] = [
    "ConfigMap",
    "CronJob",
    "DaemonSet",
    "Deployment",
    "Endpoints",
    "Ingress",
    "Job",
    "Namespace",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "Pod",
    "ReplicaSet",
    "ReplicationController",
    "Secret",
    "Service",
    "StatefulSet",
];
