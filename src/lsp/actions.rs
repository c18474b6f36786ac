//! Code actions: the fix of every finding at the cursor, and all safe ones of a file at once.

use std::sync::Arc;

use lsp_types::{
    CodeAction, CodeActionKind, CodeActionParams, CodeActionResponse, DocumentChange, OptionalVersionedTextDocumentIdentifier,
    TextDocumentEdit, TextDocumentIdentifier, TextEdit, WorkspaceEdit,
};
use plimsoll::diagnostic::{Edit, Finding, Fix};
use plimsoll::fix;
use plimsoll::text::Span;

use super::server::Server;
use super::{diagnostics, files};

/// What can be done about the findings in a range.
pub fn actions(server: &Server, params: CodeActionParams) -> Vec<CodeActionResponse> {
    let path = files::path_of(&params.text_document.uri);
    let Some(text) = server.texts.get(&path) else { return Vec::new() };
    let asked = text.span(params.range, server.units);
    let wants = |kind: &str| match &params.context.only {
        Some(only) => only.iter().any(|wanted| {
            let wanted = String::from(wanted.clone());
            wanted.is_empty() || kind == wanted || kind.starts_with(&format!("{wanted}."))
        }),
        None => true,
    };
    let findings = server.findings.get(&path).map(Vec::as_slice).unwrap_or_default();
    let mut actions = Vec::new();
    if wants("quickfix") {
        let touched = findings.iter().filter(|finding| finding.span.start <= asked.end && asked.start <= finding.span.end);
        actions.extend(touched.filter_map(|finding| quick_fix(server, finding)));
    }
    if params.context.only.is_some() && wants("source.fixAll.plimsoll") {
        actions.extend(fix_all(server, &path, findings));
    }
    actions
}

fn quick_fix(server: &Server, finding: &Finding) -> Option<CodeActionResponse> {
    let fix = finding.fix.as_ref()?;
    let action = CodeAction {
        title: fix.title.clone(),
        kind: Some(CodeActionKind::QuickFix),
        diagnostics: diagnostics::diagnostic(server, finding).map(|diagnostic| vec![diagnostic]),
        is_preferred: fix.safe.then_some(true),
        edit: Some(workspace_edit(server, fix.edits.iter())),
        ..CodeAction::default()
    };
    Some(action.into())
}

/// All safe fixes within the file; of two that overlap the first.
fn fix_all(server: &Server, path: &Arc<str>, findings: &[Finding]) -> Option<CodeActionResponse> {
    let safe = |fix: &Fix| fix.safe && fix.edits.iter().all(|edit| edit.path == *path);
    let safe: Vec<Finding> = findings.iter().filter(|finding| finding.fix.as_ref().is_some_and(safe)).cloned().collect();
    let mut edits: Vec<&Edit> =
        fix::compatible(&safe).into_iter().filter_map(|finding| finding.fix.as_ref()).flat_map(|fix| &fix.edits).collect();
    edits.sort_by_key(|edit| edit.start);
    let action = CodeAction {
        title: "Apply all safe fixes of this file".to_string(),
        kind: Some(CodeActionKind::Custom("source.fixAll.plimsoll".into())),
        edit: Some(workspace_edit(server, edits.iter().copied())),
        ..CodeAction::default()
    };
    (!edits.is_empty()).then(|| action.into())
}

/// Edits for the client: with versions where it takes them.
pub fn workspace_edit<'e>(server: &Server, edits: impl Iterator<Item = &'e Edit>) -> WorkspaceEdit {
    let edits = edits.filter_map(|edit| {
        let range = server.texts.get(&edit.path)?.range(Span::new(edit.start, edit.end), server.units);
        Some((edit.path.clone(), TextEdit { range, new_text: edit.text.clone() }))
    });
    let edits = files::by_path(edits).into_iter().filter_map(|(path, edits)| Some((server.uri(&path)?, path, edits)));
    if !server.document_changes {
        return WorkspaceEdit { changes: Some(edits.map(|(uri, _, edits)| (uri, edits)).collect()), ..WorkspaceEdit::default() };
    }
    let changes = edits.map(|(uri, path, edits)| {
        let version = server.open.get(&path).map(|open| open.version);
        let text_document =
            OptionalVersionedTextDocumentIdentifier { version, text_document_identifier: TextDocumentIdentifier { uri } };
        DocumentChange::TextDocumentEdit(TextDocumentEdit { text_document, edits: edits.into_iter().map(Into::into).collect() })
    });
    WorkspaceEdit { document_changes: Some(changes.collect()), ..WorkspaceEdit::default() }
}
