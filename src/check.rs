//! One file from text to findings, in the server's order: read, find the objects, structure, defaults, validation.

use std::sync::Arc;

use crate::diagnostic::{Cause, Family, Finding, Label, Severity};
use crate::object::defaults::{self, Ignored};
use crate::object::{Object, Skip, discover};
use crate::schema::{self, Version};
use crate::text::Span;
use crate::validate::{self, Verdict, Verdicts};
use crate::yaml::{self, Parsed, Part, Problem, ProblemKind, Reader, Tree};

/// What a check is told.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// The server's minor version.
    pub version: Version,
    /// Which reader to use; the default but in benchmarks.
    pub reader: Reader,
}

impl Options {
    /// Those of a server of `version`.
    pub fn of(version: Version) -> Options {
        Options { version, reader: Reader::Either }
    }
}

/// A checked file: its tree with defaults filled in, its objects, and what there is to say about each on its own.
#[derive(Clone, Debug)]
pub struct Checked {
    /// The file's path, as findings name it.
    pub path: Arc<str>,
    /// Tree, documents, comments.
    pub parsed: Parsed,
    /// The Kubernetes objects in it, list items included.
    pub objects: Vec<Object>,
    /// The documents that are something else, with the reason.
    pub skipped: Vec<Skip>,
    /// What was found, not yet sorted.
    pub findings: Vec<Finding>,
}

/// Checks one file on its own. Rules that look across files come later, over the inventory.
pub fn check(path: Arc<str>, text: String, options: Options) -> Checked {
    validated(found(path, yaml::parse_with(text, options.reader)), options)
}

/// Checks one part of a file: the same, but that its documents are numbered from 0.
pub fn check_part(path: Arc<str>, text: String, part: &Part, options: Options) -> Checked {
    validated(found(path, yaml::parse_part(text, part, options.reader)), options)
}

/// Checks a file's bytes: the same, after refusing what is not UTF-8.
pub fn check_bytes(path: Arc<str>, bytes: Vec<u8>, options: Options) -> Checked {
    validated(read_bytes(path, bytes), options)
}

/// Reads one file and finds its objects, without looking at what they say.
pub fn read(path: Arc<str>, text: String) -> Checked {
    found(path, yaml::parse(text))
}

/// An object that was made here, as [`read`] would have it from its text.
pub fn made(value: &serde_json::Value) -> Checked {
    found("".into(), yaml::of_json(value))
}

fn found(path: Arc<str>, mut parsed: Parsed) -> Checked {
    let (objects, skipped, strays) = discover(&mut parsed);
    let mut checked = Checked { path, parsed, objects, skipped, findings: Vec::new() };
    for (document, verdict) in strays {
        let finding = refusal(&checked, None, document, verdict);
        checked.findings.push(finding);
    }
    checked
}

/// Reads a file's bytes; one that is not UTF-8 has no objects and one finding.
pub fn read_bytes(path: Arc<str>, bytes: Vec<u8>) -> Checked {
    let error = match String::from_utf8(bytes) {
        Ok(text) => return read(path, text),
        Err(error) => error,
    };
    let at = error.utf8_error().valid_up_to();
    let bytes = error.into_bytes();
    let wide = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
    let what = if wide { "the file is UTF-16: save it as UTF-8" } else { "the file is not UTF-8 from here on" };
    let text = String::from_utf8_lossy(&bytes[..at.min(MOST_SHOWN)]).into_owned();
    let finding = unreadable(path.clone(), Span::point(text.len() as u32), what);
    let parsed = Parsed { tree: Tree::new(text), ..Parsed::default() };
    Checked { path, parsed, objects: Vec::new(), skipped: Vec::new(), findings: vec![finding] }
}

/// Each step goes over all objects before the next begins: its code then stays in the processor's cache, which it misses a
/// tenth less often so.
fn validated(mut checked: Checked, options: Options) -> Checked {
    let objects = std::mem::take(&mut checked.objects);
    let tree = &mut checked.parsed.tree;
    let malformed: Vec<Vec<Verdict>> = objects.iter().map(|object| schema::structure(tree, object, options.version)).collect();
    let ignored: Vec<Vec<Ignored>> = objects.iter().map(|object| defaults::apply(tree, object, options.version)).collect();
    let refused: Vec<Vec<Verdict>> = objects
        .iter()
        .map(|object| {
            let mut errs = Verdicts::default();
            validate::object(object.field(tree), &object.id, options.version, &mut errs);
            errs.into_vec()
        })
        .collect();
    for (((object, mut verdicts), ignored), errs) in objects.iter().zip(malformed).zip(ignored).zip(refused) {
        let meant: Vec<String> = verdicts.iter().filter_map(meant).collect();
        // What is missing only because its name is misspelt is said once.
        let missing = |verdict: &Verdict| verdict.cause == Cause::FieldValueRequired && meant.contains(&verdict.field);
        verdicts.extend(errs.into_iter().filter(|verdict| !missing(verdict)));
        for verdict in verdicts {
            let finding = refusal(&checked, Some(object), object.document, verdict);
            checked.findings.push(finding);
        }
        let unheard: Vec<Finding> = ignored.iter().map(|ignored| unheard(&checked, object, ignored)).collect();
        checked.findings.extend(unheard);
    }
    checked.objects = objects;
    let problems: Vec<Finding> = checked
        .parsed
        .problems
        .iter()
        .filter(|problem| concerns(&checked, problem))
        .map(|problem| reading(&checked, problem))
        .collect();
    checked.findings.extend(problems);
    checked
}

/// A field that the server takes away. It says nothing about it, so this has no cause of the server's.
fn unheard(checked: &Checked, object: &Object, ignored: &Ignored) -> Finding {
    let field = object.field(&checked.parsed.tree).at(ignored.node);
    Finding {
        rule: "api-ignored-field",
        family: Family::Api,
        severity: Severity::Warning,
        message: format!("`{}` is dropped without a word: {}", field.key(), ignored.why),
        help: Some("remove it, or make sure that the cluster is set up for it".into()),
        path: checked.path.clone(),
        document: object.document,
        object: Some(object.id.clone()),
        field: field.path(),
        cause: None,
        span: field.key_span(),
        labels: Vec::new(),
        fix: None,
    }
}

/// How much of an unreadable file is kept to be shown, in bytes.
const MOST_SHOWN: usize = 1 << 20;

fn unreadable(path: Arc<str>, span: Span, message: &str) -> Finding {
    Finding {
        rule: "api-yaml",
        family: Family::Api,
        severity: Severity::Error,
        message: message.to_string(),
        help: None,
        path,
        document: 0,
        object: None,
        field: String::new(),
        cause: Some(Cause::Yaml),
        span,
        labels: Vec::new(),
        fix: None,
    }
}

/// Whether a problem is one of a manifest: other tools may allow repeated keys, and templates need not parse.
fn concerns(checked: &Checked, problem: &Problem) -> bool {
    let skipped = checked.skipped.iter().any(|skip| skip.document == problem.document);
    !skipped || problem.kind == ProblemKind::DroppedContent
}

/// The object that a problem is in: of a list's items the one that holds the node.
fn object_of<'c>(checked: &'c Checked, problem: &Problem) -> Option<&'c Object> {
    let mut of_document = checked.objects.iter().filter(|object| object.document == problem.document);
    let Some(node) = problem.node else { return of_document.next() };
    let tree = &checked.parsed.tree;
    let above: Vec<_> = std::iter::successors(Some(node), |id| tree.node(*id).parent.some()).collect();
    of_document.find(|object| above.contains(&object.root))
}

/// The path that an unknown field would have under the name it is meant to have.
fn meant(verdict: &Verdict) -> Option<String> {
    let fix = verdict.fix.as_ref().filter(|_| verdict.cause == Cause::UnknownField)?;
    let [(_, name)] = fix.edits.as_slice() else { return None };
    let parent = verdict.field.rsplit_once('.').map_or(String::new(), |(parent, _)| format!("{parent}."));
    Some(parent + name)
}

/// A problem of the text as a finding.
fn reading(checked: &Checked, problem: &Problem) -> Finding {
    let object = object_of(checked, problem);
    let (rule, cause) = match problem.kind {
        ProblemKind::Syntax => ("api-yaml", Cause::Yaml),
        ProblemKind::DroppedContent => ("api-dropped-content", Cause::Yaml),
        ProblemKind::DuplicateKey => ("api-duplicate-field", Cause::DuplicateField),
    };
    let field = match (object, problem.node) {
        (Some(object), Some(node)) => object.field(&checked.parsed.tree).at(node).strict_path(),
        _ => String::new(),
    };
    Finding {
        rule,
        family: Family::Api,
        severity: Severity::Error,
        message: problem.message.clone(),
        help: problem.help.clone().map(Into::into),
        path: checked.path.clone(),
        document: problem.document,
        object: object.map(|object| object.id.clone()),
        field,
        cause: Some(cause),
        span: problem.span,
        labels: problem
            .label
            .iter()
            .map(|(span, message)| Label { path: checked.path.clone(), span: *span, message: message.clone() })
            .collect(),
        fix: None,
    }
}

/// A verdict of the mirror as a finding.
fn refusal(checked: &Checked, object: Option<&Object>, document: u32, verdict: Verdict) -> Finding {
    let severity = if verdict.cause == Cause::Warning { Severity::Warning } else { Severity::Error };
    Finding {
        rule: verdict.rule.unwrap_or(rule_of(verdict.cause)),
        family: Family::Api,
        severity,
        message: verdict.message,
        help: verdict.help,
        path: checked.path.clone(),
        document,
        object: object.map(|object| object.id.clone()),
        field: verdict.field,
        cause: Some(verdict.cause),
        span: verdict.span,
        labels: verdict.label.into_iter().map(|(span, message)| Label { path: checked.path.clone(), span, message }).collect(),
        fix: verdict.fix.map(|fix| fix.in_file(&checked.path)),
    }
}

/// The rule that stands for a cause type where no more special one does.
fn rule_of(cause: Cause) -> &'static str {
    match cause {
        Cause::FieldValueRequired => "api-required",
        Cause::FieldValueInvalid => "api-invalid",
        Cause::FieldValueNotSupported => "api-unsupported",
        Cause::FieldValueForbidden => "api-forbidden",
        Cause::FieldValueDuplicate => "api-duplicate",
        Cause::FieldValueNotFound => "api-not-found",
        Cause::FieldValueTooLong => "api-too-long",
        Cause::FieldValueTooMany => "api-too-many",
        Cause::FieldValueTypeInvalid | Cause::Decode => "api-type",
        Cause::UnknownField => "api-unknown-field",
        Cause::DuplicateField => "api-duplicate-field",
        Cause::NoSuchKind => "api-no-such-kind",
        Cause::Yaml => "api-yaml",
        Cause::Warning => "api-warning",
    }
}
