//! Findings that the author has said to ignore, by comment or annotation; and comments that ignore nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::check::Checked;
use crate::diagnostic::{Family, Finding, Fix, LocalFix, Severity};
use crate::object::{Object, ObjectId};
use crate::rules::{Check, Rule};
use crate::select::Choice;
use crate::text::Span;
use crate::workspace::FileReport;

/// The rule for what ignores nothing.
pub const RULE: Rule = Rule {
    id: "style-unused-ignore",
    family: Family::Style,
    severity: Severity::Advice,
    page: include_str!("../rules/style-unused-ignore.md"),
    check: Check::Mirror,
};

/// The annotation of an object, with names of rules and families between commas.
pub const ANNOTATION: &str = "plimsoll.dev/ignore";

/// One comment or annotation that says what to ignore.
#[derive(Clone, Debug)]
pub struct Ignore {
    scope: Scope,
    /// The comment, or the annotation's value.
    span: Span,
    document: u32,
    names: Vec<Name>,
    /// The text between the brackets, and all that goes when the comment goes; annotations are edited by hand.
    places: Option<(Span, Span)>,
}

/// What it covers.
#[derive(Clone, Debug)]
enum Scope {
    /// What begins in this line.
    Line(Span),
    File,
    Object(ObjectId),
    /// Nothing: a comment for plimsoll that it does not understand.
    Nothing,
}

/// A rule or family as written.
#[derive(Clone, Debug)]
struct Name {
    text: String,
    choice: Result<Choice, String>,
}

/// What a checked file says to ignore.
pub fn ignores(checked: &Checked) -> Vec<Ignore> {
    let text = checked.parsed.tree.source();
    let comments = checked.parsed.comments.iter().filter_map(|span| comment(checked, text, *span));
    comments.chain(checked.objects.iter().filter_map(|object| annotation(checked, object))).collect()
}

fn comment(checked: &Checked, text: &str, span: Span) -> Option<Ignore> {
    let comment = &text[span.range()];
    let rest = comment.strip_prefix('#')?.trim_start().strip_prefix("plimsoll:")?.trim_start();
    let document = checked.parsed.documents.iter().rposition(|document| document.span.start <= span.start).unwrap_or(0) as u32;
    let mut ignore = Ignore { scope: Scope::Nothing, span, document, names: Vec::new(), places: None };
    let (word, rest) = rest.split_at(rest.find(|c: char| !c.is_ascii_lowercase() && c != '-').unwrap_or(rest.len()));
    let listed = rest.trim_start().strip_prefix('[').and_then(|rest| rest.split_once(']')).map(|(list, _)| list);
    let (Some(list), "ignore" | "ignore-file") = (listed, word) else { return Some(ignore) };
    let inside = span.start + (list.as_ptr() as usize - comment.as_ptr() as usize) as u32;
    let before = text[..span.start as usize].trim_end_matches([' ', '\t']);
    let alone = before.is_empty() || before.ends_with(['\n', '\r', '\u{feff}']);
    // A comment alone in its line goes with the line, one behind something with the blanks before it.
    let gone =
        if alone { Span::new(before.len() as u32, next_line(text, span.end)) } else { Span::new(before.len() as u32, span.end) };
    ignore.places = Some((Span::new(inside, inside + list.len() as u32), gone));
    ignore.names = names(list);
    ignore.scope = match word {
        "ignore-file" => Scope::File,
        _ if alone => Scope::Line(line_below(text, span.end)),
        _ => Scope::Line(Span::new(line_start(text, span.start), span.end)),
    };
    Some(ignore)
}

fn annotation(checked: &Checked, object: &Object) -> Option<Ignore> {
    let value = object.field(&checked.parsed.tree).get("metadata").get("annotations").some(ANNOTATION)?;
    let scope = Scope::Object(object.id.clone());
    Some(Ignore { scope, span: value.span(), document: object.document, names: names(value.text()), places: None })
}

fn names(list: &str) -> Vec<Name> {
    let words = list.split(',').map(str::trim).filter(|word| !word.is_empty());
    words.map(|word| Name { text: word.to_string(), choice: Choice::parse(word) }).collect()
}

fn line_start(text: &str, at: u32) -> u32 {
    text[..at as usize].rfind(['\n', '\r']).map_or(0, |at| at as u32 + 1)
}

/// Where the next line starts; the end of the text if there is none.
fn next_line(text: &str, at: u32) -> u32 {
    let rest = &text[at as usize..];
    let Some(end) = rest.find(['\n', '\r']) else { return text.len() as u32 };
    at + end as u32 + if rest[end..].starts_with("\r\n") { 2 } else { 1 }
}

/// The next line that is no comment: several comments may stand above it.
fn line_below(text: &str, at: u32) -> Span {
    let mut start = next_line(text, at);
    loop {
        let end = next_line(text, start);
        if end == text.len() as u32 || !text[start as usize..end as usize].trim_start().starts_with('#') {
            return Span::new(start, end);
        }
        start = end;
    }
}

impl Ignore {
    /// Counts `documents` more before its own.
    pub(crate) fn move_behind(&mut self, documents: u32) {
        self.document += documents;
    }

    fn covers(&self, finding: &Finding) -> bool {
        match &self.scope {
            Scope::Line(line) => line.start <= finding.span.start && finding.span.start < line.end.max(line.start + 1),
            Scope::File => true,
            Scope::Object(id) => finding.document == self.document && finding.object.as_ref() == Some(id),
            Scope::Nothing => false,
        }
    }
}

/// Takes out of `findings` what the author has said to ignore, and adds what ignores nothing. Gives what was taken out.
pub fn apply<'f>(files: impl Iterator<Item = &'f FileReport>, findings: &mut Vec<Finding>) -> Vec<Finding> {
    let mut said: BTreeMap<Arc<str>, Vec<(&Ignore, Vec<bool>)>> = BTreeMap::new();
    for file in files.filter(|file| !file.ignores.is_empty()) {
        said.insert(file.path.clone(), file.ignores.iter().map(|ignore| (ignore, vec![false; ignore.names.len()])).collect());
    }
    if said.is_empty() {
        return Vec::new();
    }
    let (mut suppressed, kept): (Vec<Finding>, Vec<Finding>) = std::mem::take(findings)
        .into_iter()
        .partition(|finding| said.get_mut(&finding.path).is_some_and(|list| ignored(list, finding)));
    *findings = kept;
    for (path, mut list) in said {
        let unused: Vec<Finding> = list.iter().filter_map(|(ignore, used)| unused(&path, ignore, used)).collect();
        let (gone, left): (Vec<Finding>, Vec<Finding>) = unused.into_iter().partition(|finding| ignored(&mut list, finding));
        suppressed.extend(gone);
        findings.extend(left);
    }
    suppressed
}

/// Whether one of `list` ignores `finding`; each name that does is marked as used.
fn ignored(list: &mut [(&Ignore, Vec<bool>)], finding: &Finding) -> bool {
    let mut any = false;
    for (ignore, used) in list.iter_mut().filter(|(ignore, _)| ignore.covers(finding)) {
        for (name, used) in ignore.names.iter().zip(used) {
            if name.choice.as_ref().is_ok_and(|choice| choice.has(finding)) {
                (*used, any) = (true, true);
            }
        }
    }
    any
}

/// What to say of names that ignore nothing. One that stands for this rule itself is never among them.
fn unused(path: &Arc<str>, ignore: &Ignore, used: &[bool]) -> Option<Finding> {
    let needed = |(name, used): &(&Name, &bool)| **used || name.choice.as_ref().is_ok_and(|choice| choice.has_rule(&RULE));
    let (needed, idle): (Vec<_>, Vec<_>) = ignore.names.iter().zip(used).partition(needed);
    let (message, help) = match idle.as_slice() {
        [] if !ignore.names.is_empty() => return None,
        [] if ignore.places.is_some() => ("this comment names no rule".to_string(), Some(FORM)),
        [] => ("this is no comment that plimsoll understands".to_string(), Some(FORM)),
        [(Name { choice: Err(why), .. }, _), ..] => (why.clone(), None),
        idle => {
            let names: Vec<String> = idle.iter().map(|(name, _)| format!("`{}`", name.text)).collect();
            (format!("nothing to ignore: {} reports nothing here", names.join(", ")), None)
        }
    };
    let known = idle.iter().all(|(name, _)| name.choice.is_ok());
    let fix = ignore.places.filter(|_| known && !idle.is_empty()).map(|(list, all)| {
        let kept: Vec<&str> = needed.iter().map(|(name, _)| name.text.as_str()).collect();
        let edit = if kept.is_empty() { (all, String::new()) } else { (list, kept.join(", ")) };
        LocalFix { title: "remove what ignores nothing".to_string(), safe: true, edits: vec![edit] }
    });
    Some(finding(path, ignore, message, help, fix.map(|fix| fix.in_file(path))))
}

const FORM: &str = "write `# plimsoll: ignore[rule] reason`, or `ignore-file[rule]` for the whole file";

fn finding(path: &Arc<str>, ignore: &Ignore, message: String, help: Option<&'static str>, fix: Option<Fix>) -> Finding {
    let object = if let Scope::Object(id) = &ignore.scope { Some(id.clone()) } else { None };
    let field = if object.is_some() { format!("metadata.annotations[{ANNOTATION}]") } else { String::new() };
    Finding {
        rule: RULE.id,
        family: RULE.family,
        severity: RULE.severity,
        message,
        help: help.map(Into::into),
        path: path.clone(),
        document: ignore.document,
        object,
        field,
        cause: None,
        span: ignore.span,
        labels: Vec::new(),
        fix,
    }
}
