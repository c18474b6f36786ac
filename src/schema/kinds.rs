//! Kinds: which one an object is, and where it is none, what exists instead and which release removed it.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use super::Version;
use super::hints;
use super::tables::{KindInfo, Served, Table, kinds_in};
use crate::diagnostic::{Cause, LocalFix};
use crate::object::{Field, ObjectId};
use crate::validate::{Verdict, nearest};
use crate::yaml::{Kind, flag};

/// Kinds of the past that no table has; the file says how it is read.
const REMOVED: &str = include_str!("../../schemas/removed.txt");

/// What an object is.
pub enum Found {
    /// A kind of the tables.
    Known(&'static KindInfo),
    /// Of a group that is not Kubernetes' own: only its metadata can be checked here.
    Custom,
    /// Nothing that a server has.
    Refused,
}

/// What an object is, and what is wrong about how it says so.
pub struct Resolved {
    /// What it is.
    pub kind: Found,
    /// What is refused.
    pub verdicts: Vec<Verdict>,
}

/// Finds out what the object at `root` is. `id` is what it says of itself, or what its list says of it.
pub fn resolve(root: Field, id: &ObjectId, version: Version) -> Resolved {
    let api_version = header(root, "apiVersion", &id.api_version);
    let kind = header(root, "kind", &id.kind);
    let misspelt: Vec<Verdict> = [&api_version, &kind].into_iter().filter_map(|header| header.misspelt.clone()).collect();
    let refused = |mut verdicts: Vec<Verdict>| {
        verdicts.extend(misspelt.clone());
        Resolved { kind: Found::Refused, verdicts }
    };
    let (Some(api_text), Some(kind_text)) = (api_version.text, kind.text) else {
        let missing = [api_version.refused(version, kind.text), kind.refused(version, None)];
        return refused(missing.into_iter().flatten().collect());
    };
    if let Some(known) = Table::of(version).kind(api_text, kind_text) {
        // A misspelt header is an unknown field of a known kind, which the walk reports.
        return Resolved { kind: Found::Known(known), verdicts: off_by_default(api_version.field, known, version) };
    }
    if let Some(verdict) = malformed(api_version.field, api_text) {
        return refused(vec![verdict]);
    }
    let group = api_text.split_once('/').map_or("", |(group, _)| group);
    if group.contains('.') && !is_built_in(group) {
        return Resolved { kind: Found::Custom, verdicts: misspelt };
    }
    refused(vec![no_such_kind(api_version.field, kind.field, api_text, kind_text, version)])
}

/// `apiVersion` or `kind` as an object has it.
struct Header<'a> {
    name: &'static str,
    /// Where it is, or would be.
    field: Field<'a>,
    /// What it says.
    text: Option<&'a str>,
    /// The refusal of the key it stands under, if that is nearly right.
    misspelt: Option<Verdict>,
}

#[inline(always)]
fn header<'a>(root: Field<'a>, name: &'static str, inherited: &'a str) -> Header<'a> {
    let field = root.get(name);
    if field.text().is_empty() {
        return odd_header(root, name, inherited);
    }
    Header { name, field, text: Some(field.text()), misspelt: None }
}

/// One that is not there, or says nothing.
fn odd_header<'a>(root: Field<'a>, name: &'static str, inherited: &'a str) -> Header<'a> {
    let field = nearly(root, root.get(name), name);
    let text = [field.text(), inherited].into_iter().find(|text| !text.is_empty());
    let misspelt = (field.key() != name).then(|| misspelling(field, name));
    Header { name, field, text, misspelt }
}

/// `field`, which is the field `name` of an object's root; where there is none, one that is called nearly so and holds a text.
#[inline(always)]
pub fn nearly<'a>(root: Field<'a>, field: Field<'a>, name: &str) -> Field<'a> {
    if field.exists() { field } else { misspelt(root, field, name) }
}

/// The field that is called nearly `name`; `field` if none is.
fn misspelt<'a>(root: Field<'a>, field: Field<'a>, name: &str) -> Field<'a> {
    let near = root.entries().map(|(_, value)| value).find(|value| is_misspelt(value.key(), name) && !value.text().is_empty());
    near.unwrap_or(field)
}

/// Whether `key` is `name` but for its case or a plural `s`.
pub fn is_misspelt(key: &str, name: &str) -> bool {
    key != name && (key.eq_ignore_ascii_case(name) || key.strip_suffix('s').is_some_and(|key| key.eq_ignore_ascii_case(name)))
}

fn misspelling(field: Field, name: &str) -> Verdict {
    Verdict {
        cause: Cause::UnknownField,
        field: field.strict_path(),
        span: field.key_span(),
        message: format!("`{}` is not a field of an object", field.key()),
        help: Some(format!("did you mean `{name}`?").into()),
        label: None,
        rule: None,
        fix: hints::renaming(field, name),
    }
}

impl Header<'_> {
    /// The refusal of a header that says nothing.
    fn refused(&self, version: Version, kind: Option<&str>) -> Option<Verdict> {
        if self.text.is_some() {
            return None;
        }
        let name = self.name;
        let message = match self.field.kind() {
            Kind::Null => format!("`{name}` is missing"),
            Kind::Str => format!("`{name}` is empty"),
            _ => format!("`{name}` must be a string, not {}", super::values::found(self.field)),
        };
        let homes = kind.map_or(Vec::new(), |kind| homes(version, kind));
        let help = match homes.first() {
            Some(_) => format!("a {} is {}", kind.unwrap_or_default(), either(&homes)),
            None if name == "kind" => "say what the object is, such as `kind: Deployment`".to_string(),
            None => "say which API the object is of, such as `apiVersion: apps/v1`".to_string(),
        };
        Some(refusal(self.field, name, message, Some(help), None))
    }
}

/// The refusal of an apiVersion that is not `version` or `group/version`.
fn malformed(field: Field, text: &str) -> Option<Verdict> {
    let mut parts = text.split('/');
    let fine = parts.clone().count() <= 2 && parts.all(|part| !part.is_empty());
    let message = || format!("`apiVersion: {}` is not of the form `version` or `group/version`", cut(text));
    (!fine).then(|| refusal(field, "apiVersion", message(), None, None))
}

/// A warning for kinds that a server has only when told to.
fn off_by_default(field: Field, known: &KindInfo, version: Version) -> Vec<Verdict> {
    if known.served == Served::ByDefault {
        return Vec::new();
    }
    let mut homes = homes(version, known.kind);
    homes.retain(|home| *home != known.api_version && kind_served(version, home, known.kind));
    let message = format!("`{}` is off unless the cluster's administrator has enabled it", known.api_version);
    let help = (!homes.is_empty()).then(|| format!("every Kubernetes {version} has {} in {}", known.kind, either(&homes)));
    vec![Verdict { cause: Cause::Warning, ..refusal(field, "apiVersion", message, help, None) }]
}

/// The refusal of a kind that this version does not have, with the best that can be said about it.
fn no_such_kind(api_version: Field, kind: Field, api_text: &str, kind_text: &str, version: Version) -> Verdict {
    if let Some(removed) = removed(api_text, kind_text).filter(|removed| removed.release <= version) {
        return removed_kind(api_version, kind_text, removed);
    }
    let homes = homes(version, kind_text);
    let text = match other_release(api_text, kind_text, version) {
        Some(text) => text,
        None => format!("there is no {} in `{}`", cut(kind_text), cut(api_text)),
    };
    if !homes.is_empty() {
        let help = format!("a {kind_text} is {}", either(&homes));
        let fix = only(&homes).and_then(|home| replacing(api_version, home));
        return refusal(api_version, "apiVersion", text, Some(help), fix);
    }
    let kinds = Table::of(version).kinds();
    let of_version: Vec<&str> = kinds.iter().filter(|known| known.api_version == api_text).map(|known| known.kind).collect();
    let plural = kinds.iter().find(|known| known.plural.eq_ignore_ascii_case(kind_text)).map(|known| known.kind);
    let all: Vec<&str> = kinds.iter().map(|known| known.kind).collect();
    if let Some(near) = plural.or_else(|| nearest(kind_text, &of_version)).or_else(|| nearest(kind_text, &all)) {
        let fix = replacing(kind, near);
        return refusal(kind, "kind", text, Some(format!("did you mean `{near}`?")), fix);
    }
    if of_version.is_empty() {
        let versions: Vec<&str> = kinds.iter().map(|known| known.api_version).collect();
        let help = nearest(api_text, &versions).map(|near| format!("did you mean `{near}`?"));
        let text = format!("Kubernetes {version} has no API `{}`", cut(api_text));
        return refusal(api_version, "apiVersion", text, help, None);
    }
    let help = format!("it has {}", of_version.join(", "));
    refusal(kind, "kind", text, (of_version.len() <= 12).then_some(help), None)
}

/// The refusal of a kind that a release has removed.
fn removed_kind(api_version: Field, kind: &str, removed: Removed) -> Verdict {
    let text = format!("{kind} of `{}` was removed in Kubernetes {}", removed.api_version, removed.release);
    let help = match (removed.replacement, removed.note) {
        (Some(new), "") => format!("use `{new}`, which has the same fields"),
        (Some(new), note) => format!("use `{new}`: {note}"),
        (None, note) => note.to_string(),
    };
    let fix = removed.replacement.and_then(|new| replacing(api_version, new));
    let fix = fix.map(|fix| LocalFix { safe: removed.note.is_empty(), ..fix });
    refusal(api_version, "apiVersion", text, Some(help), fix)
}

/// What the tables of other releases know of a kind that this one does not have.
fn other_release(api_version: &str, kind: &str, version: Version) -> Option<String> {
    let has = |other: &Version| kinds_in(*other).any(|known| known.kind == kind && known.api_version == api_version);
    if let Some(last) = Version::all().rev().filter(|other| *other < version).find(has) {
        return Some(format!("{kind} of `{api_version}` was removed in Kubernetes {}", Version(last.0 + 1)));
    }
    let first = Version::all().filter(|other| *other > version).find(has)?;
    Some(format!("{kind} of `{api_version}` exists from Kubernetes {first} on, not in {version}"))
}

/// One line of `schemas/removed.txt`.
struct Removed {
    api_version: &'static str,
    kind: &'static str,
    release: Version,
    replacement: Option<&'static str>,
    /// What changed; nothing where the fields are the same.
    note: &'static str,
}

fn all_removed() -> impl Iterator<Item = Removed> {
    REMOVED.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let mut words = line.splitn(6, ' ');
        let (api_version, kind, release) = (words.next()?, words.next()?, words.next()?);
        let release = Version(release.strip_prefix("1.")?.parse().ok()?);
        let replacement = Some(words.next()?).filter(|word| *word != "-");
        let note = words.nth(1).unwrap_or("");
        Some(Removed { api_version, kind, release, replacement, note })
    })
}

fn removed(api_version: &str, kind: &str) -> Option<Removed> {
    all_removed().find(|removed| removed.api_version == api_version && removed.kind == kind)
}

/// Whether a group is Kubernetes' own, of any release.
pub fn is_built_in(group: &str) -> bool {
    static GROUPS: OnceLock<BTreeSet<&'static str>> = OnceLock::new();
    let groups = GROUPS.get_or_init(|| {
        let past = all_removed().map(|removed| removed.api_version);
        let all = Version::all().flat_map(kinds_in).map(|known| known.api_version).chain(past);
        all.map(|api_version| api_version.split_once('/').map_or("", |(group, _)| group)).collect()
    });
    groups.contains(group)
}

/// The apiVersions that have a kind by default; those that have to be enabled where there is no other.
fn homes(version: Version, kind: &str) -> Vec<&'static str> {
    let named = || Table::of(version).kinds().iter().filter(|known| known.kind == kind);
    let served: Vec<_> = named().filter(|known| known.served == Served::ByDefault).map(|known| known.api_version).collect();
    if served.is_empty() { named().map(|known| known.api_version).collect() } else { served }
}

fn kind_served(version: Version, api_version: &str, kind: &str) -> bool {
    Table::of(version).kind(api_version, kind).is_some_and(|known| known.served == Served::ByDefault)
}

fn only<'s>(homes: &[&'s str]) -> Option<&'s str> {
    if let [home] = homes { Some(home) } else { None }
}

fn either(homes: &[&str]) -> String {
    homes.iter().map(|home| format!("`{home}`")).collect::<Vec<_>>().join(" or ")
}

/// The edit that writes another value over a scalar, in the quotes it has.
fn replacing(field: Field, text: &str) -> Option<LocalFix> {
    let node = field.tree().node(field.node());
    if field.absent() || node.span.is_empty() || node.flags & flag::ALIASED != 0 {
        return None;
    }
    let quote = match field.tree().source()[node.span.range()].chars().next() {
        Some(quote @ ('"' | '\'')) => quote.to_string(),
        _ => String::new(),
    };
    let edits = vec![(node.span, format!("{quote}{text}{quote}"))];
    Some(LocalFix { title: format!("write `{text}`"), safe: false, edits })
}

fn refusal(field: Field, name: &str, message: String, help: Option<String>, fix: Option<LocalFix>) -> Verdict {
    let (field, span) = (name.to_string(), hints::short_span(field));
    Verdict { cause: Cause::NoSuchKind, field, span, message, help: help.map(Into::into), label: None, rule: None, fix }
}

fn cut(text: &str) -> String {
    if text.chars().count() <= 60 {
        return text.to_string();
    }
    text.chars().take(60).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_removed_is_gone_and_what_replaces_it_is_there() {
        let rows = REMOVED.lines().filter(|line| !line.starts_with('#')).count();
        assert_eq!(all_removed().count(), rows);
        for removed in all_removed() {
            let line = format!("{} {}", removed.api_version, removed.kind);
            assert!(super::super::kind(Version::NEWEST, removed.api_version, removed.kind).is_none(), "{line}");
            match removed.replacement {
                Some(new) => assert!(kind_served(Version::NEWEST, new, removed.kind), "{line}"),
                None => assert!(!removed.note.is_empty(), "{line}"),
            }
        }
    }

    #[test]
    fn groups_of_kubernetes_are_told_from_others() {
        for group in ["", "apps", "extensions", "settings.k8s.io", "resource.k8s.io", "lifecycle.k8s.io"] {
            assert!(is_built_in(group), "{group}");
        }
        for group in ["metrics.k8s.io", "gateway.networking.k8s.io", "snapshot.storage.k8s.io", "kind.x-k8s.io", "example.com"] {
            assert!(!is_built_in(group), "{group}");
        }
    }
}
