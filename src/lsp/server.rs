//! What the server knows: the workspace, the texts, which documents are open, and what the client has been told.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use lsp_server::{Message, Notification, Request};
use lsp_types::{
    CodeActionKind, CodeActionOptions, CodeLensOptions, CompletionOptions, Diagnostic, ExecuteCommandOptions, InitializeParams,
    Location, MessageType, PublishDiagnosticsParams, RenameOptions, ServerCapabilities, TextDocumentContentOptions,
    TextDocumentSyncKind, TextDocumentSyncOptions, Uri, WorkspaceFoldersServerCapabilities, WorkspaceOptions,
};
use plimsoll::check::{self, Checked, Options};
use plimsoll::diagnostic::Finding;
use plimsoll::schema::Version;
use plimsoll::text::Span;
use plimsoll::workspace::{FileReport, Workspace};
use serde_json::{Value, json};

use super::head::Heads;
use super::names::{self, Names};
use super::positions::{Lined, Units};
use super::projects::{self, Project};
use super::{diagnostics, files, lens};

/// An open document.
pub struct Open {
    /// The URI as the client writes it.
    pub uri: Uri,
    /// Its version.
    pub version: i32,
    /// Its tree, kept for hover, completion and symbols.
    pub checked: Checked,
}

/// All state.
pub struct Server {
    /// What checks are told.
    pub options: Options,
    /// What columns are counted in.
    pub units: Units,
    /// Whether the client takes edits with versions.
    pub document_changes: bool,
    /// What is known of every file together.
    pub workspace: Workspace,
    /// What only an editor asks of every file, by object in order.
    pub names: BTreeMap<Arc<str>, Vec<Names>>,
    /// The text of every file.
    pub texts: BTreeMap<Arc<str>, Lined>,
    /// The documents that are open.
    pub open: BTreeMap<Arc<str>, Open>,
    /// Files as HEAD has them.
    pub heads: Heads,
    /// Whether the client shows what a command is answered with, as its initialization options say.
    pub shows_results: bool,
    /// All findings by file, as of the last [`Server::refresh`].
    pub findings: BTreeMap<Arc<str>, Vec<Finding>>,
    watches: bool,
    roots: Vec<PathBuf>,
    /// The roots with their configurations, as of the last [`Server::index`].
    projects: Vec<Project>,
    /// The version that was asked for on the command line.
    version: Option<Version>,
    /// What the client is to tell the user.
    messages: Vec<(MessageType, String)>,
    left_out: BTreeSet<Arc<str>>,
    /// Open documents whose text has changed since they were checked.
    dirty: BTreeSet<Arc<str>>,
    /// Whether some file has been checked since the findings were put together.
    changed: bool,
    /// Files whose text has changed since the client was told about them.
    touched: BTreeSet<Arc<str>>,
    published: BTreeMap<Arc<str>, Vec<Diagnostic>>,
}

impl Server {
    /// A server for the client that said `params`. Reads no file yet.
    pub fn new(version: Option<Version>, params: &InitializeParams) -> Server {
        let options = Options::of(version.unwrap_or_default());
        let capabilities = serde_json::to_value(&params.capabilities).unwrap_or_default();
        let says = |path: &str| capabilities.pointer(path).and_then(Value::as_bool).unwrap_or(false);
        let general = params.capabilities.general.as_ref();
        let encodings = general.and_then(|general| general.position_encodings.as_deref()).unwrap_or_default();
        Server {
            options,
            units: Units::agreed(encodings),
            document_changes: says("/workspace/workspaceEdit/documentChanges"),
            workspace: Workspace::new(options),
            names: BTreeMap::new(),
            texts: BTreeMap::new(),
            open: BTreeMap::new(),
            findings: BTreeMap::new(),
            watches: says("/workspace/didChangeWatchedFiles/dynamicRegistration"),
            roots: files::roots(params),
            projects: Vec::new(),
            version,
            messages: Vec::new(),
            heads: Heads::default(),
            shows_results: options_say(params, "showsResults"),
            left_out: BTreeSet::new(),
            dirty: BTreeSet::new(),
            changed: true,
            touched: BTreeSet::new(),
            published: BTreeMap::new(),
        }
    }

    /// The answer to `initialize`.
    pub fn welcome(&self) -> Value {
        let capabilities = ServerCapabilities {
            position_encoding: Some(self.units.kind()),
            text_document_sync: Some(
                TextDocumentSyncOptions {
                    open_close: Some(true),
                    change: Some(TextDocumentSyncKind::Incremental),
                    ..TextDocumentSyncOptions::default()
                }
                .into(),
            ),
            hover_provider: Some(true.into()),
            definition_provider: Some(true.into()),
            references_provider: Some(true.into()),
            rename_provider: Some(RenameOptions { prepare_provider: Some(true), ..RenameOptions::default() }.into()),
            document_symbol_provider: Some(true.into()),
            workspace_symbol_provider: Some(true.into()),
            folding_range_provider: Some(true.into()),
            code_lens_provider: Some(CodeLensOptions::default()),
            execute_command_provider: Some(ExecuteCommandOptions {
                commands: vec![lens::SHOW_PLAN.to_string()],
                ..ExecuteCommandOptions::default()
            }),
            inlay_hint_provider: Some(true.into()),
            completion_provider: Some(CompletionOptions {
                trigger_characters: Some(vec![" ".to_string(), ":".to_string()]),
                ..CompletionOptions::default()
            }),
            code_action_provider: Some(
                CodeActionOptions {
                    code_action_kinds: Some(vec![CodeActionKind::QuickFix, CodeActionKind::SourceFixAll]),
                    ..CodeActionOptions::default()
                }
                .into(),
            ),
            workspace: Some(WorkspaceOptions {
                workspace_folders: Some(WorkspaceFoldersServerCapabilities {
                    supported: Some(true),
                    change_notifications: Some(true.into()),
                }),
                text_document_content: Some(TextDocumentContentOptions { schemes: vec![diagnostics::SCHEME.to_string()] }.into()),
                ..WorkspaceOptions::default()
            }),
            ..ServerCapabilities::default()
        };
        json!({
            "capabilities": capabilities,
            "serverInfo": {"name": env!("CARGO_PKG_NAME"), "version": env!("CARGO_PKG_VERSION")},
        })
    }

    /// Reads the workspace, and asks to be told about its files.
    pub fn start(&mut self, send: &mut dyn FnMut(Message)) {
        if self.watches {
            let watcher = json!({"globPattern": "**/*.{yaml,yml,json}"});
            let registration = json!({
                "id": "files", "method": "workspace/didChangeWatchedFiles", "registerOptions": {"watchers": [watcher]},
            });
            let params = json!({"registrations": [registration]});
            send(Request::new("register-files".to_string().into(), "client/registerCapability".to_string(), params).into());
        }
        self.index();
    }

    /// Adds and takes away workspace folders.
    pub fn change_roots(&mut self, removed: &[PathBuf], added: impl Iterator<Item = PathBuf>) {
        self.roots.retain(|root| !removed.contains(root));
        self.roots.extend(added);
        self.index();
    }

    /// Reads every file of the workspace anew; open documents stay as they are.
    pub fn index(&mut self) {
        let (projects, complaints): (Vec<Project>, Vec<Option<String>>) = self.roots.iter().map(|root| Project::at(root)).unzip();
        self.projects = projects;
        self.messages.extend(complaints.into_iter().flatten().map(|complaint| (MessageType::Error, complaint)));
        let configured = self.projects.iter().find_map(|project| project.config.kubernetes_version);
        self.options = Options::of(self.version.or(configured).unwrap_or_default());
        let found = files::index(&self.projects, self.options);
        self.left_out = found.left_out;
        let closed: Vec<Arc<str>> = self.texts.keys().filter(|path| !self.open.contains_key(*path)).cloned().collect();
        closed.iter().for_each(|path| self.forget(path));
        for checked in found.checked {
            if !self.open.contains_key(&checked.path) {
                self.take(checked);
            }
        }
        let open: Vec<Arc<str>> = self.open.keys().cloned().collect();
        self.dirty.extend(open);
        self.changed = true;
    }

    /// Takes a document that was opened.
    pub fn opened(&mut self, uri: Uri, version: i32, text: String) {
        let path = files::path_of(&uri);
        self.texts.insert(path.clone(), Lined::new(text));
        self.open.insert(path.clone(), Open { uri, version, checked: check::read(path.clone(), String::new()) });
        self.dirty.insert(path);
    }

    /// The text of an open document, to edit, which from now on has `version`.
    pub fn editing(&mut self, path: &Arc<str>, version: i32) -> Option<&mut Lined> {
        self.open.get_mut(path)?.version = version;
        self.dirty.insert(path.clone());
        self.texts.get_mut(path)
    }

    /// A document was closed: what counts is the file again, if it is in the workspace.
    pub fn closed(&mut self, path: &Arc<str>) {
        self.open.remove(path);
        self.dirty.remove(path);
        self.file_changed(path);
    }

    /// The file at `path` was made, changed or deleted outside the editor.
    pub fn file_changed(&mut self, path: &Arc<str>) {
        if self.open.contains_key(path) {
            return;
        }
        match files::read_file(path, &self.projects, self.options) {
            Some(checked) => self.take(checked),
            None => self.forget(path),
        }
    }

    fn take(&mut self, checked: Checked) {
        let path = checked.path.clone();
        self.texts.insert(path.clone(), Lined::new(checked.parsed.tree.source().to_string()));
        self.names.insert(path.clone(), names_of(&checked));
        if !self.leaves_out(&path) {
            self.workspace.insert(checked.into());
        }
        self.touched.insert(path);
        self.changed = true;
    }

    fn forget(&mut self, path: &Arc<str>) {
        self.texts.remove(path);
        self.names.remove(path);
        self.workspace.remove(path);
        self.touched.insert(path.clone());
        self.changed = true;
    }

    /// Checks what has changed, so that answers are about the texts as they are.
    pub fn refresh(&mut self) {
        for path in std::mem::take(&mut self.dirty) {
            self.recheck(&path);
        }
        if std::mem::take(&mut self.changed) {
            let shown = self.workspace.check().into_iter().filter(|finding| projects::shows(&self.projects, finding));
            self.findings = files::by_path(shown.map(|finding| (finding.path.clone(), finding)));
        }
    }

    /// Whether the file at `path` is part of a kustomization or excluded by the configuration.
    fn leaves_out(&self, path: &Arc<str>) -> bool {
        self.left_out.contains(path) || projects::excludes(&self.projects, path)
    }

    fn recheck(&mut self, path: &Arc<str>) {
        let left_out = self.leaves_out(path);
        let (Some(open), Some(text)) = (self.open.get_mut(path), self.texts.get(path)) else { return };
        let (text, options) = (text.text().to_string(), self.options);
        // Without a tree for the new text the old one would point anywhere.
        let checked = std::panic::catch_unwind(|| check::check(path.clone(), text, options));
        open.checked = checked.unwrap_or_else(|_| check::read(path.clone(), String::new()));
        self.names.insert(path.clone(), names_of(&open.checked));
        if left_out {
            self.workspace.remove(path);
        } else {
            let mut report = FileReport::of(&open.checked);
            if let Some(before) = self.workspace.file(path) {
                report.keep_unreadable(before);
            }
            self.workspace.insert(report);
        }
        self.touched.insert(path.clone());
        self.changed = true;
    }

    /// Tells the client what it has not been told yet.
    pub fn publish(&mut self, send: &mut dyn FnMut(Message)) {
        self.refresh();
        for (kind, message) in std::mem::take(&mut self.messages) {
            let params = json!({"type": kind, "message": message});
            send(Notification::new("window/showMessage".to_string(), params).into());
        }
        let touched = std::mem::take(&mut self.touched);
        let paths: BTreeSet<&Arc<str>> = self.findings.keys().chain(self.published.keys()).chain(&touched).collect();
        let mut news = Vec::new();
        for path in paths {
            let found = self.findings.get(path).map(Vec::as_slice).unwrap_or_default();
            let told = self.published.get(path).map(Vec::as_slice).unwrap_or_default();
            let list = diagnostics::diagnostics(self, found);
            let must = touched.contains(path) && self.open.contains_key(path);
            if must || list != told {
                news.push((path.clone(), list));
            }
        }
        for (path, list) in news {
            let open = self.open.get(&path);
            let Some(uri) = self.uri(&path) else { continue };
            let params = PublishDiagnosticsParams { uri, version: open.map(|open| open.version), diagnostics: list.clone() };
            send(Notification::new("textDocument/publishDiagnostics".to_string(), params).into());
            if list.is_empty() {
                self.published.remove(&path);
            } else {
                self.published.insert(path, list);
            }
        }
    }

    /// The path of a file as people say it who have its folder open.
    pub fn short(&self, path: &str) -> Arc<str> {
        projects::short(&self.projects, path).into()
    }

    /// Has the client tell the user something.
    pub fn inform(&mut self, message: String) {
        self.messages.push((MessageType::Info, message));
    }

    /// The URI of a file, as the client writes it if it has it open.
    pub fn uri(&self, path: &str) -> Option<Uri> {
        self.open.get(path).map(|open| open.uri.clone()).or_else(|| files::uri_of(path))
    }

    /// A place for the client.
    pub fn location(&self, path: &str, span: Span) -> Option<Location> {
        Some(Location { uri: self.uri(path)?, range: self.texts.get(path)?.range(span, self.units) })
    }
}

fn names_of(checked: &Checked) -> Vec<Names> {
    checked.objects.iter().map(|object| names::names(object, object.field(&checked.parsed.tree))).collect()
}

/// Whether the client's initialization options have `name` set to true.
fn options_say(params: &InitializeParams, name: &str) -> bool {
    params.initialization_options.as_ref().and_then(|options| options.get(name)) == Some(&Value::Bool(true))
}
