//! The plan as one page: nothing to load, nothing to run, light and dark, fit for printing.

use super::graph::{self, Graph};
use super::rows::{self, Row, Shape};
use super::svg::{self, Setting};
use super::{week, words};
use crate::plan::{Effect, Plan, PlanFinding, PlannedObject, Rollout, Source};
use crate::report::xml::escape;

const STYLE: &str = include_str!("page.css");

/// Rows of steps in a table.
const MOST_ROWS: usize = 200;

/// The page.
pub fn plan_html(plan: &Plan) -> String {
    let verdict = escape(&words::verdict(plan));
    let mut out = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n\
         <link rel=\"icon\" href=\"data:,\">\n<title>plimsoll plan: {verdict}</title>\n<style>\n{STYLE}{}</style>\n</head>\n<body>\n",
        svg::STYLE
    );
    head(&mut out, plan, &verdict);
    out.push_str("<main>\n");
    findings(&mut out, plan.findings.iter().filter(|finding| finding.object.is_none()));
    if let Some(text) = words::hidden_findings(plan) {
        out.push_str(&format!("<p>Not shown: {text} (<code>plimsoll plan --detail full</code> shows them)</p>\n"));
    }
    overview(&mut out, plan);
    if let Some(graph) = graph::graph(plan) {
        ties(&mut out, plan, &graph);
    }
    for (i, object) in plan.objects.iter().enumerate().filter(|(i, object)| words::is_shown(plan, *i, object)) {
        section(&mut out, plan, i, object);
    }
    totals(&mut out, plan);
    out.push_str("</main>\n");
    foot(&mut out, plan);
    out.push_str("</body>\n</html>\n");
    out
}

fn head(out: &mut String, plan: &Plan, verdict: &str) {
    out.push_str(&format!("<header>\n<h1>{verdict}</h1>\n<ul class=\"counts\">\n"));
    let counts: [(&str, &str, &[Effect]); 7] = [
        ("refused", "refused", &[Effect::Refused]),
        ("lost", "replaced", &[Effect::Replace]),
        ("lost", "deleted", &[Effect::Delete]),
        ("rollout", "rollout", &[Effect::Rollout]),
        ("in-place", "in place", &[Effect::InPlace, Effect::Future]),
        ("create", "created", &[Effect::Create]),
        ("none", "unchanged", &[Effect::None, Effect::LeftBehind]),
    ];
    for (class, label, effects) in counts {
        let count = words::count(plan, effects);
        let class = if count == 0 { "zero" } else { class };
        out.push_str(&format!("<li class=\"{class}\"><b>{count}</b> {label}</li>\n"));
    }
    let applied = words::apply_command(plan.apply);
    let what_if = words::what_if(plan).map_or(String::new(), |text| format!("<p class=\"with\"><b>{}</b></p>\n", escape(&text)));
    let origin = words::origin(plan).map_or(String::new(), |origin| format!("{}, ", escape(&origin)));
    out.push_str(&format!(
        "</ul>\n{what_if}<p class=\"with\">{origin}Kubernetes {}, {applied}</p>\n</header>\n",
        plan.kubernetes
    ));
}

/// The table of all objects that something becomes of.
fn overview(out: &mut String, plan: &Plan) {
    out.push_str(
        "<table class=\"overview\">\n<thead><tr><th><span class=\"unseen\">effect</span></th><th>object</th><th>what</th>",
    );
    out.push_str("<th>ready, at least</th><th>pods, at most</th><th>after</th></tr></thead>\n<tbody>\n");
    for (i, object) in plan.objects.iter().enumerate().filter(|(i, object)| words::is_shown(plan, *i, object)) {
        let rollout = object.rollout.as_ref().filter(|rollout| !rollout.steps.is_empty());
        let number = |get: &dyn Fn(&Rollout) -> i64| rollout.map_or(String::new(), |rollout| get(rollout).to_string());
        out.push_str(&format!(
            "<tr><td>{}</td><td><a href=\"#o{i}\">{} <b>{}</b></a></td><td>{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td>\
             <td class=\"n\">{}</td></tr>\n",
            badge(object.effect),
            escape(&object.id.kind),
            escape(&words::full_name(&object.id)),
            escape(&words::headline(object)),
            number(&|rollout| rollout.bounds.min_ready),
            number(&|rollout| rollout.bounds.max_existing.max(rollout.bounds.max_counted)),
            rollout.map_or(String::new(), |rollout| words::pods_after(object, rollout)),
        ));
    }
    out.push_str("</tbody>\n</table>\n");
}

/// What is tied to what, as a picture and as a list.
fn ties(out: &mut String, plan: &Plan, graph: &Graph) {
    out.push_str("<section class=\"none\">\n<h2>What is tied to what</h2>\n");
    if let Some(note) = &graph.note {
        out.push_str(&format!("<p class=\"headline\">{note}</p>\n"));
    }
    if let Some(svg) = &graph.svg {
        out.push_str(&format!("<figure>\n{svg}</figure>\n"));
    }
    if !graph.links.is_empty() {
        out.push_str("<details><summary>the same as a list</summary>\n<ul class=\"ties\">\n");
        for link in &graph.links {
            let (from, to) = (tied(plan, link.from), tied(plan, link.to));
            out.push_str(&format!("<li>{from} {} {to}</li>\n", graph::relation(link.relation)));
        }
        out.push_str("</ul>\n</details>\n");
    }
    out.push_str("</section>\n");
}

/// An object's name, which leads to what is said of it, if anything is.
fn tied(plan: &Plan, index: usize) -> String {
    let Some(object) = plan.objects.get(index) else { return String::new() };
    let name = format!("{} <b>{}</b>", escape(&object.id.kind), escape(&words::full_name(&object.id)));
    if words::is_shown(plan, index, object) { format!("<a href=\"#o{index}\">{name}</a>") } else { name }
}

/// The sign of an effect, with its word for those who cannot see it.
fn badge(effect: Effect) -> String {
    let word = words::effect_word(effect);
    format!("<span class=\"sign {}\" title=\"{word}\" aria-label=\"{word}\">{}</span>", class(effect), words::sign(effect))
}

fn class(effect: Effect) -> &'static str {
    match effect {
        Effect::Refused => "refused",
        Effect::Replace | Effect::Delete => "lost",
        Effect::Rollout => "rollout",
        Effect::Create => "create",
        Effect::InPlace | Effect::Future => "in-place",
        Effect::LeftBehind | Effect::None => "none",
    }
}

fn section(out: &mut String, plan: &Plan, index: usize, object: &PlannedObject) {
    out.push_str(&format!("<section id=\"o{index}\" class=\"{}\">\n<h2>{} ", class(object.effect), badge(object.effect)));
    out.push_str(&format!("{} <b>{}</b></h2>\n", escape(&object.id.kind), escape(&words::full_name(&object.id))));
    out.push_str(&format!("<p class=\"headline\">{}{}</p>\n", escape(&words::headline(object)), place(object.source.as_ref())));
    causes(out, object);
    changes(out, object);
    findings(out, plan.findings.iter().filter(|finding| finding.object == Some(index)));
    if let Some(rollout) = object.rollout.as_ref().filter(|rollout| !rollout.steps.is_empty()) {
        steps(out, plan, index, object, rollout);
    }
    runs(out, plan, object);
    list(out, "notes", object.notes.iter().map(String::as_str));
    out.push_str("</section>\n");
}

fn causes(out: &mut String, object: &PlannedObject) {
    if object.causes.is_empty() {
        return;
    }
    out.push_str("<ul class=\"causes\">\n");
    for cause in &object.causes {
        let (field, message) = (escape(&cause.field), escape(&cause.message));
        out.push_str(&format!("<li><code>{field}</code> {message}{}</li>\n", place(cause.source.as_ref())));
    }
    out.push_str("</ul>\n");
}

fn changes(out: &mut String, object: &PlannedObject) {
    if object.changes.is_empty() {
        return;
    }
    out.push_str("<table class=\"changes\">\n<thead><tr><th>field</th><th>change</th><th></th><th></th></tr></thead>\n<tbody>\n");
    for change in &object.changes {
        out.push_str(&format!(
            "<tr><td><code>{}</code></td><td>{}</td><td>{}</td><td>{}</td></tr>\n",
            escape(&words::short_path(change)),
            escape(&words::both(change)),
            words::remark(object, change),
            place(change.source.as_ref())
        ));
    }
    out.push_str("</tbody>\n</table>\n");
}

fn findings<'a>(out: &mut String, findings: impl Iterator<Item = &'a PlanFinding>) {
    for finding in findings {
        let word = words::severity(finding.severity);
        out.push_str(&format!("<div class=\"finding {word}\"><b>{word}</b> {}", escape(&finding.message)));
        out.push_str(&format!(" <code>{}</code>{}", finding.rule, place(finding.source.as_ref())));
        if let Some(help) = &finding.help {
            out.push_str(&format!("<p>{}</p>", escape(help)));
        }
        out.push_str("</div>\n");
    }
}

/// The timeline, the same as a table, and what holds throughout.
fn steps(out: &mut String, plan: &Plan, index: usize, object: &PlannedObject, rollout: &Rollout) {
    out.push_str(&format!("<p>{}</p>\n", escape(&words::limits(rollout))));
    if let Some(timeline) = svg::timeline(plan, object, Setting::Page(index)) {
        out.push_str(&format!("<figure>\n{timeline}</figure>\n"));
    }
    let rows = rows::rows(object, rollout, MOST_ROWS);
    out.push_str("<details open><summary>the steps as a table</summary>\n<table class=\"steps\">\n");
    match rows::shape(object) {
        Shape::Counted => counted(out, &rows),
        Shape::Named => named(out, &rows, rollout.replicas),
    }
    out.push_str("</tbody>\n</table>\n</details>\n");
    let ends = [Some(words::bounds(rollout)), words::never_ready(object, rollout), words::time(rollout)];
    list(out, "bounds", ends.iter().flatten().map(String::as_str));
}

fn counted(out: &mut String, rows: &[Row]) {
    out.push_str(
        "<thead><tr><th>step</th><th>does</th><th>old</th><th>new</th><th>ready</th><th>pods</th></tr></thead>\n<tbody>\n",
    );
    for row in rows {
        let cells = row.counts.map_or(["", "", "", ""].map(String::from), |counts| {
            [counts.old, counts.new, counts.ready, counts.pods].map(|count| count.to_string())
        });
        let cells: String = cells.iter().map(|cell| format!("<td class=\"n\">{cell}</td>")).collect();
        out.push_str(&format!("{}{cells}</tr>\n", row_start(row)));
    }
}

fn named(out: &mut String, rows: &[Row], replicas: i64) {
    out.push_str("<thead><tr><th>step</th><th>does</th><th>wait for</th><th>ready</th></tr></thead>\n<tbody>\n");
    for row in rows {
        let ready = row.counts.map_or(String::new(), |counts| format!("{}/{replicas}", counts.ready));
        out.push_str(&format!("{}<td>{}</td><td class=\"n\">{ready}</td></tr>\n", row_start(row), escape(&row.wait)));
    }
}

fn row_start(row: &Row) -> String {
    let class = if row.step.is_some() { "" } else { " class=\"between\"" };
    let step = row.step.map_or(String::new(), |step| step.to_string());
    format!("<tr{class}><td class=\"n\">{step}</td><td>{}</td>", escape(&row.does))
}

fn runs(out: &mut String, plan: &Plan, object: &PlannedObject) {
    let runs = words::runs_of(plan, &object.id);
    if runs.is_empty() {
        return;
    }
    out.push_str("<table class=\"runs\">\n<thead><tr><th>next run</th><th>job</th><th></th></tr></thead>\n<tbody>\n");
    for (run, before) in runs {
        let (time, remark) = (words::run_time(run), words::run_remark(run, before));
        out.push_str(&format!("<tr><td>{time}</td><td><code>{}</code></td><td>{remark}</td></tr>\n", escape(&run.job)));
    }
    out.push_str("</tbody>\n</table>\n");
    if let Some(week) = week::week(plan, &object.id) {
        out.push_str(&format!("<figure>\n{week}</figure>\n"));
    }
}

fn totals(out: &mut String, plan: &Plan) {
    let totals = words::totals(plan);
    if totals.is_empty() {
        return;
    }
    out.push_str("<section>\n<h2>Totals</h2>\n<table class=\"totals\">\n");
    out.push_str("<thead><tr><th></th><th>before</th><th>peak</th><th>after</th></tr></thead>\n<tbody>\n");
    for [name, before, peak, after] in totals {
        let name = escape(&name);
        out.push_str(&format!(
            "<tr><td>{name}</td><td class=\"n\">{before}</td><td class=\"n\">{peak}</td><td class=\"n\">{after}</td></tr>\n"
        ));
    }
    out.push_str("</tbody>\n</table>\n");
    if let Some(text) = words::at_maximum(plan) {
        out.push_str(&format!("<p>With {}</p>\n", escape(&text)));
    }
    out.push_str("</section>\n");
}

fn foot(out: &mut String, plan: &Plan) {
    out.push_str("<footer>\n");
    list(out, "assumptions", plan.assumptions.iter().map(String::as_str));
    out.push_str(&format!("<p>plimsoll {}</p>\n</footer>\n", env!("CARGO_PKG_VERSION")));
}

fn list<'a>(out: &mut String, class: &str, lines: impl Iterator<Item = &'a str>) {
    let lines: String = lines.map(|line| format!("<li>{}</li>\n", escape(line))).collect();
    if !lines.is_empty() {
        let before = if class == "assumptions" { "<p>Assuming that</p>\n" } else { "" };
        out.push_str(&format!("{before}<ul class=\"{class}\">\n{lines}</ul>\n"));
    }
}

fn place(source: Option<&Source>) -> String {
    source.map_or(String::new(), |source| format!(" <span class=\"place\">{}:{}</span>", escape(&source.path), source.line))
}
