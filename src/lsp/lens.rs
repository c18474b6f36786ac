//! Code lenses: above each object what applying its file would do to it, compared with HEAD in a git work tree.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use lsp_types::{CodeLens, CodeLensParams, Command as Action};
use plimsoll::check::{self, Checked};
use plimsoll::object::Object;
use plimsoll::plan::{self, Options, PlannedObject};
use plimsoll::report;
use plimsoll::text::Span;

use super::files;
use super::server::Server;

/// The lenses of a document. Only its own objects are planned, so that the answer never waits for a workspace.
pub fn lenses(server: &Server, params: CodeLensParams) -> Vec<CodeLens> {
    let path = files::path_of(&params.text_document.uri);
    let (Some(open), Some(text)) = (server.open.get(&path), server.texts.get(&path)) else { return Vec::new() };
    if open.checked.objects.is_empty() {
        return Vec::new();
    }
    let before = head(server, &path);
    let compared = if before.is_some() { " (against HEAD)" } else { "" };
    let options = Options { version: server.options.version, now: jiff::Timestamp::now(), ..Options::default() };
    let before: Vec<Vec<Checked>> = before.into_iter().map(|checked| vec![checked]).collect();
    let after = check::check(path.clone(), text.text().to_string(), server.options);
    // What is half typed may be planned as well as it can, but must never end the session.
    let planned = std::panic::catch_unwind(|| plan::plan(&before, &[after], &options).objects).unwrap_or_default();
    let lens = |object: &Object| {
        let node = open.checked.parsed.tree.node(object.root);
        let title = format!("{}{compared}", report::plan_line(of(&planned, object)?));
        // No command: a lens that cannot be clicked, which every client shows.
        let command = Action { title, tooltip: None, command: String::new(), arguments: None };
        let range = text.range(Span::point(node.span.start), server.units);
        Some(CodeLens { range, command: Some(command), data: None })
    };
    open.checked.objects.iter().filter_map(lens).collect()
}

/// What is planned for `object`; objects without a namespace are planned in `default`.
fn of<'a>(planned: &'a [PlannedObject], object: &Object) -> Option<&'a PlannedObject> {
    let same_namespace = |there: &str| there == object.id.namespace || object.id.namespace.is_empty() && there == "default";
    let same = |there: &&PlannedObject| {
        there.id.kind == object.id.kind && there.id.name == object.id.name && same_namespace(&there.id.namespace)
    };
    planned.iter().find(same)
}

/// The file as HEAD has it; nothing outside a git work tree and for a file that HEAD does not have.
fn head(server: &Server, path: &Arc<str>) -> Option<Checked> {
    let file = Path::new(&**path);
    let name = format!("HEAD:./{}", file.file_name()?.to_str()?);
    let mut git = Command::new("git");
    git.current_dir(file.parent()?).args(["show", &name]).stdin(Stdio::null()).stderr(Stdio::null());
    let output = git.output().ok().filter(|output| output.status.success())?;
    Some(check::check_bytes(path.clone(), output.stdout, server.options))
}
