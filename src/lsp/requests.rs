//! Which request and notification is answered by what.

use lsp_server::{ErrorCode, Message, Notification, Request};
use lsp_types::{
    DidChangeTextDocumentParams, DidChangeWatchedFilesParams, DidChangeWorkspaceFoldersParams, DidCloseTextDocumentParams,
    DidOpenTextDocumentParams, ExecuteCommandParams, TextDocumentContentChangeEvent, WorkspaceFolder,
};
use plimsoll::text::Span;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::positions::Lined;
use super::server::Server;
use super::{actions, completion, diagnostics, files, hints, hover, lens, navigate, symbols};

type Answer = Result<Value, (ErrorCode, String)>;

/// Answers a request.
pub fn answer(server: &mut Server, request: Request) -> Answer {
    server.refresh();
    let params = request.params;
    match request.method.as_str() {
        "textDocument/codeAction" => with(params, |params| actions::actions(server, params)),
        "textDocument/hover" => with(params, |params| hover::hover(server, params)),
        "textDocument/completion" => with(params, |params| completion::completion(server, params)),
        "textDocument/definition" => with(params, |params| navigate::definition(server, params)),
        "textDocument/references" => with(params, |params| navigate::references(server, params)),
        "textDocument/prepareRename" => with(params, |params| navigate::prepare_rename(server, params)),
        "textDocument/rename" => with(params, |params| navigate::rename(server, params)),
        "textDocument/documentSymbol" => with(params, |params| symbols::document(server, params)),
        "textDocument/foldingRange" => with(params, |params| symbols::folding(server, params)),
        "workspace/symbol" => with(params, |params| symbols::workspace(server, params)),
        "textDocument/inlayHint" => with(params, |params| hints::hints(server, params)),
        "textDocument/codeLens" => with(params, |params| lens::lenses(server, params)),
        "workspace/executeCommand" => with(params, |params: ExecuteCommandParams| match params.command.as_str() {
            lens::SHOW_PLAN => lens::show(server, &params),
            _ => None,
        }),
        "workspace/textDocumentContent" => with(
            params,
            |params: lsp_types::TextDocumentContentParams| json!({"text": diagnostics::page_at(&params.uri).unwrap_or_default()}),
        ),
        method => Err((ErrorCode::MethodNotFound, format!("there is no method {method}"))),
    }
}

/// Calls `feature` with the parameters, once they are understood.
fn with<P: DeserializeOwned, R: Serialize>(params: Value, feature: impl FnOnce(P) -> R) -> Answer {
    let params = serde_json::from_value(params).map_err(|error| (ErrorCode::InvalidParams, error.to_string()))?;
    serde_json::to_value(feature(params)).map_err(|error| (ErrorCode::InternalError, error.to_string()))
}

/// Takes note. What is not known or not understood is nothing to answer to.
pub fn noted(server: &mut Server, note: Notification, _send: &mut dyn FnMut(Message)) {
    let params = note.params;
    match note.method.as_str() {
        "textDocument/didOpen" => taking(params, |params: DidOpenTextDocumentParams| {
            let document = params.text_document;
            server.opened(document.uri, document.version, document.text);
        }),
        "textDocument/didChange" => taking(params, |params| changed(server, params)),
        "textDocument/didClose" => taking(params, |params: DidCloseTextDocumentParams| {
            server.closed(&files::path_of(&params.text_document.uri));
        }),
        "workspace/didChangeWatchedFiles" => taking(params, |params| watched(server, params)),
        "workspace/didChangeWorkspaceFolders" => taking(params, |params: DidChangeWorkspaceFoldersParams| {
            let path = |folder: WorkspaceFolder| folder.uri.to_file_path().ok();
            let removed: Vec<_> = params.event.removed.into_iter().filter_map(path).collect();
            server.change_roots(&removed, params.event.added.into_iter().filter_map(path));
        }),
        _ => {}
    }
}

fn taking<P: DeserializeOwned>(params: Value, take: impl FnOnce(P)) {
    match serde_json::from_value(params) {
        Ok(params) => take(params),
        Err(error) => eprintln!("plimsoll: a notification that is not understood: {error}"),
    }
}

fn changed(server: &mut Server, params: DidChangeTextDocumentParams) {
    let document = params.text_document;
    let units = server.units;
    let path = files::path_of(&document.text_document_identifier.uri);
    let Some(text) = server.editing(&path, document.version) else { return };
    for change in params.content_changes {
        match change {
            TextDocumentContentChangeEvent::TextDocumentContentChangePartial(part) => {
                let span: Span = text.span(part.range, units);
                text.replace(span, &part.text);
            }
            TextDocumentContentChangeEvent::TextDocumentContentChangeWholeDocument(whole) => *text = Lined::new(whole.text),
        }
    }
}

fn watched(server: &mut Server, params: DidChangeWatchedFilesParams) {
    let paths: Vec<_> = params.changes.iter().map(|change| files::path_of(&change.uri)).collect();
    if paths.iter().any(|path| files::decides_over_others(path)) {
        return server.index();
    }
    paths.iter().for_each(|path| server.file_changed(path));
}
