//! Volumes of plain files: emptyDir, gitRepo, Secrets, ConfigMaps and the downward API. Mirrors core/v1 validation of each.

use super::super::env::{self, Container};
use super::super::{Verdicts, text};
use super::set;
use crate::object::{Field, Quantity};

/// The pod fields that a file of the downward API can hold.
const FIELDS: &[&str] = &["metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid"];
/// What the permission bits of a file can be.
const MODES: std::ops::RangeInclusive<i64> = 0..=0o777;

pub fn empty_dir(errs: &mut Verdicts, source: Field) {
    let limit = source.get("sizeLimit");
    if Quantity::of(limit).is_some_and(|limit| limit.sign() < 0) {
        errs.forbidden(limit, "a size cannot be negative");
    }
}

pub fn git_repo(errs: &mut Verdicts, source: Field) {
    set(errs, source.get("repository"));
    errs.may(source.get("directory"), text::local_path);
}

pub fn secret(errs: &mut Verdicts, source: Field) {
    set(errs, source.get("secretName"));
    mode(errs, source.get("defaultMode"));
    items(errs, source.get("items"));
}

pub fn config_map(errs: &mut Verdicts, source: Field) {
    set(errs, source.get("name"));
    mode(errs, source.get("defaultMode"));
    items(errs, source.get("items"));
}

pub fn downward_api(errs: &mut Verdicts, source: Field) {
    mode(errs, source.get("defaultMode"));
    downward_items(errs, source);
}

/// The files of a Secret or ConfigMap: which key, under which path.
pub fn items(errs: &mut Verdicts, items: Field) {
    for item in items.items() {
        set(errs, item.get("key"));
        errs.must(item.get("path"), text::reserved_path);
        mode(errs, item.get("mode"));
    }
}

/// The files of the downward API. The server prints them without `items` and their index.
pub fn downward_items(errs: &mut Verdicts, source: Field) {
    for item in source.get("items").items() {
        let since = errs.len();
        downward_item(errs, item);
        if errs.len() > since {
            errs.reprint(since, &item.path(), &source.path());
        }
    }
}

fn downward_item(errs: &mut Verdicts, item: Field) {
    errs.must(item.get("path"), text::reserved_path);
    match (item.some("fieldRef"), item.some("resourceFieldRef")) {
        (Some(field), other) => {
            env::field_ref(errs, field, FIELDS);
            if other.is_some() {
                errs.invalid(item, "`fieldRef` and `resourceFieldRef` exclude each other");
            }
        }
        (None, Some(resource)) => env::resource_ref(errs, resource, Container::Named),
        (None, None) => _ = errs.required(item, "give `fieldRef` or `resourceFieldRef`"),
    }
    mode(errs, item.get("mode"));
}

/// Permission bits, if there are any.
pub fn mode(errs: &mut Verdicts, mode: Field) {
    if mode.exists() && !MODES.contains(&mode.number()) {
        errs.invalid(mode, "must be between 0 and 0777 (octal)");
    }
}
