//! What plimsoll says about a manifest: a finding with its place, and the closed sets its words come from.

use std::borrow::Cow;

use serde::Serialize;

use crate::object::ObjectId;
use crate::text::Span;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Good practice says otherwise.
    Advice,
    /// It is accepted and likely wrong; or the server itself warns.
    Warning,
    /// It is refused, or it cannot work.
    Error,
}

/// What sort of rule found it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Family {
    /// The API server refuses it (severity error) or warns about it (severity warning).
    Api,
    /// Objects that do not fit each other.
    Ref,
    /// What makes a workload unavailable.
    Avail,
    /// Privileges and secrets.
    Security,
    /// Requests and limits.
    Resources,
    /// Services, ingresses and policies.
    Network,
    /// Roles and bindings.
    Rbac,
    /// Claims and volumes.
    Storage,
    /// Jobs and CronJobs.
    Jobs,
    /// Image references.
    Images,
    /// API versions and fields on their way out.
    Deprecated,
    /// Readability.
    Style,
    /// Rules of the user's own.
    Custom,
}

/// The server's type of a refusal, for findings of [`Family::Api`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[allow(missing_docs)] // The names are the server's own and say it all.
pub enum Cause {
    FieldValueRequired,
    FieldValueInvalid,
    FieldValueNotSupported,
    FieldValueForbidden,
    FieldValueDuplicate,
    FieldValueNotFound,
    FieldValueTooLong,
    FieldValueTooMany,
    FieldValueTypeInvalid,
    UnknownField,
    DuplicateField,
    Decode,
    NoSuchKind,
    Yaml,
    Warning,
}

/// A secondary place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The file it is in.
    pub path: std::sync::Arc<str>,
    /// Where.
    pub span: Span,
    /// What is there: "first used here".
    pub message: String,
}

/// Text to put in place of a range.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Edit {
    /// The file.
    pub path: std::sync::Arc<str>,
    /// First byte replaced.
    pub start: u32,
    /// One past the last byte replaced.
    pub end: u32,
    /// The new text.
    pub text: String,
}

/// A change that removes the finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fix {
    /// What it does: "rename to `containerPort`".
    pub title: String,
    /// Whether it cannot change what the author meant.
    pub safe: bool,
    /// The edits, in order of place, not overlapping.
    pub edits: Vec<Edit>,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule's id.
    pub rule: &'static str,
    /// The rule's family.
    pub family: Family,
    /// How bad.
    pub severity: Severity,
    /// One sentence without a full stop.
    pub message: String,
    /// What to do, if there is something to do.
    pub help: Option<Cow<'static, str>>,
    /// The file.
    pub path: std::sync::Arc<str>,
    /// Which document of the file, from 0, empty ones not counted.
    pub document: u32,
    /// The object it is about, where there is one.
    pub object: Option<ObjectId>,
    /// The field as the server writes it; empty for the object itself.
    pub field: String,
    /// The server's type, for `api`.
    pub cause: Option<Cause>,
    /// Where.
    pub span: Span,
    /// Other places.
    pub labels: Vec<Label>,
    /// What would mend it.
    pub fix: Option<Fix>,
}

impl Finding {
    /// The one order findings are shown in: path, place, rule, then field and words so that equal input gives equal output.
    pub fn order(&self, other: &Finding) -> std::cmp::Ordering {
        let key = |f: &Finding| (f.document, f.span.start, f.span.end);
        self.path
            .cmp(&other.path)
            .then_with(|| key(self).cmp(&key(other)))
            .then_with(|| self.rule.cmp(other.rule))
            .then_with(|| self.field.cmp(&other.field))
            .then_with(|| self.message.cmp(&other.message))
    }
}

/// A fix within one file, before it is known which: `(start, end, text)` edits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalFix {
    /// What it does.
    pub title: String,
    /// Whether it cannot change what the author meant.
    pub safe: bool,
    /// The edits, in order of place, not overlapping.
    pub edits: Vec<(Span, String)>,
}

impl LocalFix {
    /// The same fix, in the file `path`.
    pub fn in_file(self, path: &std::sync::Arc<str>) -> Fix {
        let edit = |(span, text): (Span, String)| Edit { path: path.clone(), start: span.start, end: span.end, text };
        Fix { title: self.title, safe: self.safe, edits: self.edits.into_iter().map(edit).collect() }
    }
}
