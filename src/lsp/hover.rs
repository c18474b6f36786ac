//! Hover: what a field is, takes and defaults to; what an object makes; when a schedule runs; what a quantity comes to.

use lsp_types::{Hover, HoverParams, MarkupContent, MarkupKind};
use plimsoll::check::{self, Checked};
use plimsoll::object::{Field, Object, Quantity, cron};
use plimsoll::schema::{self, Shape};

use super::server::Server;
use super::{files, place};

/// What there is to say about the place.
pub fn hover(server: &Server, params: HoverParams) -> Option<Hover> {
    let asked = params.text_document_position_params;
    let path = files::path_of(&asked.text_document.uri);
    let (open, text) = (server.open.get(&path)?, server.texts.get(&path)?);
    let (object, field) = place::at(&open.checked, text.offset(asked.position, server.units))?;
    let mut parts = vec![title(server, object, field)];
    parts.extend(value(object, field));
    parts.extend(default(server, &open.checked, object, field));
    let span = if field.key_span().is_empty() { field.span() } else { field.key_span() };
    let value = parts.join("\n\n");
    let contents = MarkupContent { kind: MarkupKind::Markdown, value }.into();
    Some(Hover { contents, range: Some(text.range(span, server.units)) })
}

fn title(server: &Server, object: &Object, field: Field) -> String {
    let path = field.path();
    let Some((owner, info)) = place::info(server.options.version, object, field) else { return format!("`{path}`") };
    let required = if info.required { ", required" } else { "" };
    let mut text = format!(
        "`{path}`: {}{required}\n\nfield of {} in {} {}",
        schema::expected(&info.shape),
        owner.short_name(),
        object.id.api_version,
        object.id.kind
    );
    let allowed = schema::allowed(owner.short_name(), info.name);
    if !allowed.is_empty() {
        let list: Vec<String> = allowed.iter().map(|value| format!("`{value}`")).collect();
        text.push_str(&format!("\n\none of {}", list.join(", ")));
    }
    text
}

/// What the value comes to.
fn value(object: &Object, field: Field) -> Option<String> {
    match (object.id.kind.as_str(), field.path().as_str()) {
        ("CronJob", "spec.schedule") => return schedule(field),
        (_, "kind" | "metadata.name") => return makes(object, field.object()),
        _ => {}
    }
    let shape = schema::shape_at(schema::Version::default(), &object.id, field)?;
    if *shape != Shape::Quantity {
        return None;
    }
    let quantity = Quantity::of(field)?;
    match field.key() {
        "cpu" => Some(format!("{} cores", quantity.milli() as f64 / 1000.0)),
        "memory" | "storage" | "ephemeral-storage" | "sizeLimit" => Some(format!("{} bytes", quantity.value())),
        _ => Some(format!("comes to {}", quantity.canonical())),
    }
}

fn schedule(field: Field) -> Option<String> {
    let schedule = cron::Schedule::parse(field.text()).ok()?;
    let written = field.parent().get("timeZone");
    let zone = cron::time_zone(if written.text().is_empty() { "UTC" } else { written.text() }).ok()?;
    let now = jiff::Timestamp::now().to_zoned(zone);
    let runs: Vec<String> =
        schedule.runs(&now, 3).iter().map(|run| format!("- {}", run.strftime("%a %Y-%m-%d %H:%M %Z"))).collect();
    Some(format!("{}\n\nnext:\n{}", schedule.describe(), runs.join("\n")))
}

/// What the controllers will make of the object.
fn makes(object: &Object, root: Field) -> Option<String> {
    let (name, spec) = (&object.id.name, root.get("spec"));
    let replicas = spec.get("replicas").number();
    match object.id.kind.as_str() {
        "Deployment" => Some(format!("makes a ReplicaSet for each template, and {replicas} pods")),
        "ReplicaSet" | "ReplicationController" => Some(format!("makes {replicas} pods")),
        "DaemonSet" => Some("makes a pod on each node that fits".to_string()),
        "CronJob" => Some("makes a Job at each run".to_string()),
        "Service" => {
            let namespace = if object.id.namespace.is_empty() { "default" } else { &object.id.namespace };
            Some(format!("is found as `{name}.{namespace}.svc`"))
        }
        "StatefulSet" => {
            let first = spec.get("ordinals").get("start").number();
            let pods = format!("makes the pods `{name}-{first}` to `{name}-{}`", first + replicas - 1);
            let claims = spec.get("volumeClaimTemplates").items();
            let claims: Vec<String> =
                claims.map(|claim| format!("`{}-{name}-N`", claim.get("metadata").get("name").text())).collect();
            Some(if claims.is_empty() { pods } else { format!("{pods}, each with the claims {}", claims.join(", ")) })
        }
        _ => None,
    }
}

/// What the server would put there if the field were left out: the document is checked without its lines.
fn default(server: &Server, checked: &Checked, object: &Object, field: Field) -> Option<String> {
    let tree = &checked.parsed.tree;
    let document = checked.parsed.documents.get(object.document as usize)?;
    let node = tree.node(field.node());
    if document.root != Some(object.root) || field.is_map() || field.is_seq() || node.key_span.is_empty() {
        return None;
    }
    let (source, text) = (tree.source(), &tree.source()[document.span.range()]);
    let line = source[..node.key_span.start as usize].rfind('\n').map_or(0, |at| at + 1);
    let own_line = source[line..node.key_span.start as usize].bytes().all(|byte| byte == b' ');
    if !own_line || line < document.span.start as usize {
        return None;
    }
    let (from, to) = (line - document.span.start as usize, node.span.end.max(node.key_span.end) - document.span.start);
    let without = format!("{}{}", &text[..from], text.get(to as usize..)?.trim_start_matches([' ', ':']));
    let other = check::check("".into(), without, server.options);
    let mut there = other.objects.first()?.field(&other.parsed.tree);
    for step in steps(field) {
        there = match step {
            Step::Key(key) => there.entry(key)?,
            Step::Index(index) => there.items().nth(index)?,
        };
    }
    (there.exists() && !there.written()).then(|| format!("default here: `{}`", there.scalar()))
}

enum Step<'a> {
    Key(&'a str),
    Index(usize),
}

fn steps(field: Field<'_>) -> Vec<Step<'_>> {
    let mut list = Vec::new();
    let mut at = field;
    while at.node() != at.object().node() {
        list.push(if at.parent().is_seq() { Step::Index(at.index()) } else { Step::Key(at.key()) });
        at = at.parent();
    }
    list.reverse();
    list
}
