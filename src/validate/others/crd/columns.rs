//! Printer columns and subresources of a custom resource. Mirrors apiextensions validation of both.

use crate::object::Field;
use crate::validate::{Verdicts, Why};

/// Types a column can have.
const TYPES: &[&str] = &["boolean", "date", "integer", "number", "string"];
/// Formats a column can have.
const FORMATS: &[&str] = &["byte", "date", "date-time", "double", "float", "int32", "int64", "password"];

/// `additionalPrinterColumns` of `version`. The server prints `jsonPath` in capitals.
pub fn columns(errs: &mut Verdicts, version: Field, _: Field) {
    for column in version.get("additionalPrinterColumns").items() {
        if column.get("name").text().is_empty() {
            errs.required(column.get("name"), "");
        }
        let kind = column.get("type");
        if kind.text().is_empty() {
            errs.required(kind, format!("one of `{}`", TYPES.join("`, `")));
        } else if !TYPES.contains(&kind.text()) {
            errs.invalid(kind, format!("must be one of `{}`", TYPES.join("`, `")));
        }
        let format = column.get("format");
        if !format.text().is_empty() && !FORMATS.contains(&format.text()) {
            errs.invalid(format, format!("must be one of `{}`", FORMATS.join("`, `")));
        }
        let path = format!("{}.JSONPath", column.path());
        if column.get("jsonPath").text().is_empty() {
            errs.required(column.get("jsonPath"), "").printed_as(path);
        } else if let Err(why) = simple_path(column.get("jsonPath").text()) {
            errs.invalid(column.get("jsonPath"), why).printed_as(path);
        }
    }
}

/// `subresources` of `version`: where the replicas are.
pub fn subresources(errs: &mut Verdicts, version: Field, _: Field) {
    let Some(scale) = version.get("subresources").some("scale") else { return };
    for (name, top) in [("specReplicasPath", ".spec."), ("statusReplicasPath", ".status.")] {
        if errs.must(scale.get(name), simple_path) && !scale.get(name).text().starts_with(top) {
            errs.invalid(scale.get(name), format!("must lie under `{}`", top.trim_end_matches('.')));
        }
    }
    let selector = scale.get("labelSelectorPath");
    if errs.may(selector, simple_path) && ![".spec.", ".status."].iter().any(|top| selector.text().starts_with(top)) {
        errs.invalid(selector, "must lie under `.status` or `.spec`");
    }
}

/// A path such as `.spec.replicas`.
fn simple_path(value: &str) -> Result<(), Why> {
    if value.starts_with('.') { Ok(()) } else { Err("must be a path that begins with a dot: `.spec.replicas`".into()) }
}
