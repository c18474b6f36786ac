//! Code lenses: above each object what applying its file would do to it, compared with HEAD in a git work tree; and the whole
//! plan of an object for who asks for it.

use std::sync::Arc;

use lsp_types::{CodeLens, CodeLensParams, Command, ExecuteCommandParams, Uri};
use plimsoll::check::{self, Checked};
use plimsoll::object::{Object, ObjectId};
use plimsoll::plan::{self, Options, Plan, PlannedObject};
use plimsoll::report::{self, Colour, Detail};
use plimsoll::text::Span;
use serde_json::json;

use super::files;
use super::server::Server;

/// The command of a lens: with a document's URI and an object it is answered with the plan's text.
pub const SHOW_PLAN: &str = "plimsoll.showPlan";

/// Columns of the plan's text: what fits beside another editor.
const WIDTH: usize = 100;

/// The lenses of a document. Only its own objects are planned, so that the answer never waits for a workspace.
pub fn lenses(server: &mut Server, params: CodeLensParams) -> Vec<CodeLens> {
    let uri = params.text_document.uri;
    let path = files::path_of(&uri);
    let Some(Planned { plan, compared }) = planned(server, &path) else { return Vec::new() };
    let (Some(open), Some(text)) = (server.open.get(&path), server.texts.get(&path)) else { return Vec::new() };
    let lens = |object: &Object| {
        let found = of(&plan.objects, object)?;
        let title = format!("{}{compared}", report::plan_line(found));
        let arguments = Some(vec![json!(uri), json!(pattern(&found.id))]);
        let command = Command { title, tooltip: None, command: SHOW_PLAN.to_string(), arguments };
        let node = open.checked.parsed.tree.node(object.root);
        Some(CodeLens { range: text.range(Span::point(node.span.start), server.units), command: Some(command), data: None })
    };
    open.checked.objects.iter().filter_map(lens).collect()
}

/// The plan of one object of a document as text. A client that does not say that it shows results is sent it as a message too.
pub fn show(server: &mut Server, params: &ExecuteCommandParams) -> Option<String> {
    let [uri, object] = params.arguments.as_deref()? else { return None };
    let mut plan = planned(server, &files::path_of(&Uri::parse(uri.as_str()?).ok()?))?.plan;
    report::only(&mut plan, &[object.as_str()?.to_string()]);
    let text = report::plan_text(&plan, Detail::Pods, Colour::Off, WIDTH);
    if !server.shows_results {
        server.inform(text.clone());
    }
    Some(text)
}

/// A plan, and what it says of what it compares with.
struct Planned {
    plan: Plan,
    compared: &'static str,
}

fn planned(server: &mut Server, path: &Arc<str>) -> Option<Planned> {
    if server.open.get(path)?.checked.objects.is_empty() {
        return None;
    }
    let before = server.heads.content(path);
    let shown = server.short(path);
    let check = |text: Vec<u8>| check::check_bytes(shown.clone(), text, server.options);
    let after = check(server.texts.get(path)?.text().as_bytes().to_vec());
    let compared = if before.is_some() { " (against HEAD)" } else { "" };
    let before: Vec<Vec<Checked>> = before.into_iter().map(|content| vec![check(content.to_vec())]).collect();
    let options = Options { version: server.options.version, now: jiff::Timestamp::now(), ..Options::default() };
    // What is half typed may be planned as well as it can, but must never end the session.
    let plan = std::panic::catch_unwind(|| plan::plan(&before, &[after], &options)).ok()?;
    Some(Planned { plan, compared })
}

/// What is planned for `object`; objects without a namespace are planned in `default`.
fn of<'a>(planned: &'a [PlannedObject], object: &Object) -> Option<&'a PlannedObject> {
    let same_namespace = |there: &str| there == object.id.namespace || object.id.namespace.is_empty() && there == "default";
    let same = |there: &&PlannedObject| {
        there.id.kind == object.id.kind && there.id.name == object.id.name && same_namespace(&there.id.namespace)
    };
    planned.iter().find(same)
}

/// What names exactly this object among those of a plan.
fn pattern(id: &ObjectId) -> String {
    format!("{}/{}/{}", id.kind, id.namespace, id.name)
}
