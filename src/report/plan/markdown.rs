//! The plan as a pull-request comment: the verdict first, a table, details folded, and never too long to be posted.

use super::rows::{self, Row, Shape};
use super::text::bar;
use super::words;
use crate::plan::{Effect, Plan, PlannedObject, Rollout, Step};
use crate::report::xml;

/// Characters of a comment; the forges' limit is 65,536.
pub const BUDGET: usize = 60_000;

/// Characters kept free for what closes the comment.
const CLOSING: usize = 400;

/// Bars in a chart.
const MOST_BARS: usize = 12;

/// Rows of steps in the details of one object.
const MOST_ROWS: usize = 60;

/// What is left out so that the comment can be posted; each leaves out what those before it do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Without {
    Nothing,
    Bars,
    PlainSteps,
    CreatedFields,
    ClosedDetails,
}

const LADDER: [Without; 5] =
    [Without::Nothing, Without::Bars, Without::PlainSteps, Without::CreatedFields, Without::ClosedDetails];

/// The comment. `key` tells a bot which of its comments to edit.
pub fn plan_markdown(plan: &Plan, key: &str) -> String {
    let head = head(plan);
    let tail = tail(plan, key);
    let room = BUDGET.saturating_sub(CLOSING + length(&head) + length(&tail));
    let mut body = Body::default();
    for without in LADDER {
        body = Body::of(plan, without);
        if body.length() <= room {
            return format!("{head}{}{}{tail}", body.text(), body.closing());
        }
    }
    body.cut(room);
    format!("{head}{}{}{tail}", body.text(), body.closing())
}

fn length(text: &str) -> usize {
    text.chars().count()
}

/// Rows of the table and blocks of details, in the plan's order: the gravest first.
#[derive(Default)]
struct Body {
    rows: Vec<String>,
    blocks: Vec<String>,
    /// Objects whose details, or even rows, are left out.
    hidden: usize,
}

impl Body {
    fn of(plan: &Plan, without: Without) -> Body {
        let mut body = Body::default();
        for (i, object) in plan.objects.iter().enumerate().filter(|(i, object)| words::is_shown(plan, *i, object)) {
            body.rows.push(row(object));
            if without == Without::ClosedDetails && !open(object.effect) {
                body.hidden += 1;
                continue;
            }
            body.blocks.extend(details(plan, i, object, without));
        }
        body
    }

    fn length(&self) -> usize {
        self.rows.iter().chain(&self.blocks).map(|part| length(part)).sum()
    }

    /// Keeps whole rows, then whole blocks, as many as there is room for.
    fn cut(&mut self, room: usize) {
        let (rows, blocks) = (self.rows.len(), self.blocks.len());
        let mut left = room;
        for parts in [&mut self.rows, &mut self.blocks] {
            let mut kept = 0;
            while let Some(size) = parts.get(kept).map(|part| length(part)).filter(|size| *size <= left) {
                left -= size;
                kept += 1;
            }
            parts.truncate(kept);
        }
        self.hidden = (self.hidden + blocks - self.blocks.len()).max(rows - self.rows.len());
    }

    fn text(&self) -> String {
        format!("{}\n{}", self.rows.concat(), self.blocks.concat())
    }

    fn closing(&self) -> String {
        match self.hidden {
            0 => String::new(),
            1 => "… 1 object not shown in full, full plan in the job artifact\n\n".to_string(),
            hidden => format!("… {hidden} objects not shown in full, full plan in the job artifact\n\n"),
        }
    }
}

fn head(plan: &Plan) -> String {
    let what_if = words::what_if(plan).map_or(String::new(), |text| format!(" ({})", escape(&text)));
    let mut out = format!("**{}**{what_if}\n{}\n\n", words::verdict(plan), words::summary_line(plan));
    for finding in plan.findings.iter().filter(|finding| finding.object.is_none()).take(20) {
        out.push_str(&format!("- ⚠ {} `{}`: {}\n", words::severity(finding.severity), finding.rule, escape(&finding.message)));
    }
    if let Some(text) = words::hidden_findings(plan) {
        out.push_str(&format!("- not shown: {text} (`plimsoll plan --detail full` shows them)\n"));
    }
    out.push_str("\n| | object | change | during | after |\n| --- | --- | --- | --- | --- |\n");
    out
}

fn tail(plan: &Plan, key: &str) -> String {
    let mut out = String::new();
    let totals = words::totals(plan);
    if !totals.is_empty() {
        out.push_str("| total | before | peak | after |\n| --- | ---: | ---: | ---: |\n");
        for [name, before, peak, after] in totals.iter().take(40) {
            out.push_str(&format!("| {} | {before} | {peak} | {after} |\n", escape(name)));
        }
        out.push('\n');
    }
    if let Some(text) = words::at_maximum(plan) {
        out.push_str(&format!("With {}.\n\n", escape(&text)));
    }
    for assumption in plan.assumptions.iter().take(3) {
        out.push_str(&format!("Assuming {}.\n", escape(assumption)));
    }
    let origin = words::origin(plan).map_or(String::new(), |origin| format!("{}, ", escape(&origin)));
    out.push_str(&format!("<sub>{origin}Kubernetes {}, {}</sub>\n", plan.kubernetes, words::apply_command(plan.apply)));
    out.push_str(&format!("<!-- plimsoll:plan:{key} -->\n"));
    out
}

fn row(object: &PlannedObject) -> String {
    let name = format!("{} {}", object.id.kind, words::full_name(&object.id));
    let during = object.rollout.as_ref().filter(|rollout| !rollout.steps.is_empty()).map_or("–".to_string(), during);
    let after = match (&object.rollout, object.effect) {
        (_, Effect::Refused) => "unchanged".to_string(),
        (Some(rollout), _) => words::pods_after(object, rollout),
        (None, Effect::Delete) => "gone".to_string(),
        (None, _) => "–".to_string(),
    };
    format!("| {} | {} | {} | {during} | {after} |\n", words::sign(object.effect), escape(&name), what(object))
}

/// What changes, in the table: the first change, and how many more.
fn what(object: &PlannedObject) -> String {
    let first = object.causes.first().map(|cause| format!("{} {}", code(&cause.field), escape(&cause.message)));
    let change = object.changes.first().map(|change| {
        let path = words::short_path(change);
        format!("{} {}", code(path.rsplit("].").next().unwrap_or(&path)), code(&words::both_within(change, 64)))
    });
    let count = object.changes.len().max(object.causes.len());
    match first.or(change) {
        Some(text) if count > 1 => format!("{text}, {} more", count - 1),
        Some(text) => text,
        None => escape(&words::headline(object)),
    }
}

fn during(rollout: &Rollout) -> String {
    let least = rollout.steps.iter().map(|step| step.counts.pods).min().unwrap_or(0);
    let waits = if rollout.time.waits == 1 { "1 wait".to_string() } else { format!("{} waits", rollout.time.waits) };
    format!("{least}–{} pods, ≥ {} ready, {waits}", rollout.bounds.max_counted, rollout.bounds.min_ready)
}

/// Whether the details of such an object stand open.
fn open(effect: Effect) -> bool {
    matches!(effect, Effect::Refused | Effect::Delete | Effect::Replace)
}

/// Everything on one object in one piece, so that no fence is ever cut; `None` where the table says it all.
fn details(plan: &Plan, index: usize, object: &PlannedObject, without: Without) -> Option<String> {
    let mut body = String::new();
    for cause in &object.causes {
        body.push_str(&format!("- {} {}{}\n", code(&cause.field), escape(&cause.message), place(cause.source.as_ref())));
    }
    if object.effect != Effect::Create || without < Without::CreatedFields {
        body.push_str(&fields(object));
    }
    for finding in plan.findings.iter().filter(|finding| finding.object == Some(index)) {
        let help = finding.help.as_ref().map_or(String::new(), |help| format!("; {}", escape(help)));
        let word = words::severity(finding.severity);
        body.push_str(&format!("- ⚠ {word} `{}`: {}{help}\n", finding.rule, escape(&finding.message)));
    }
    for note in &object.notes {
        body.push_str(&format!("- {}\n", escape(note)));
    }
    if let Some(rollout) = object.rollout.as_ref().filter(|rollout| !rollout.steps.is_empty()) {
        body.push_str(&steps(object, rollout, without));
    }
    body.push_str(&runs(plan, object));
    if body.is_empty() {
        return None;
    }
    let name = format!("{} {} {}", words::sign(object.effect), object.id.kind, words::full_name(&object.id));
    let state = if open(object.effect) { " open" } else { "" };
    // Markdown is not read inside this tag.
    let summary = format!("<summary>{}: {}</summary>", xml::escape(&name), xml::escape(&words::headline(object)));
    Some(format!("<details{state}>{summary}\n\n{body}\n</details>\n\n"))
}

fn fields(object: &PlannedObject) -> String {
    let mut out = String::new();
    for change in &object.changes {
        let remark = words::remark(object, change);
        let remark = if remark.is_empty() { String::new() } else { format!(", {remark}") };
        let path = words::short_path(change);
        let values = words::both(change);
        out.push_str(&format!("- {} {}{remark}{}\n", code(&path), code(&values), place(change.source.as_ref())));
    }
    out
}

fn steps(object: &PlannedObject, rollout: &Rollout, without: Without) -> String {
    let mut out = format!("\n{}\n\n", escape(&words::limits(rollout)));
    if without < Without::PlainSteps || open(object.effect) {
        let rows = rows::rows(object, rollout, MOST_ROWS);
        out.push_str(&match rows::shape(object) {
            Shape::Counted => counted(&rows, without),
            Shape::Named => named(&rows, rollout.replicas),
        });
        if without < Without::Bars {
            out.push_str(&chart(object, rollout));
        }
    }
    let ends = [Some(words::bounds(rollout)), words::never_ready(object, rollout), words::time(rollout)];
    for text in ends.into_iter().flatten() {
        out.push_str(&format!("- {}\n", escape(&text)));
    }
    out
}

fn counted(rows: &[Row], without: Without) -> String {
    let most = rows.iter().filter_map(|row| row.counts).map(|counts| counts.pods.max(counts.ready)).max().unwrap_or(0);
    let mut out = "| step | does | old | new | ready | pods | |\n| ---: | --- | ---: | ---: | ---: | ---: | --- |\n".to_string();
    for row in rows {
        let step = row.step.map_or(String::new(), |step| step.to_string());
        let Some(counts) = row.counts else {
            out.push_str(&format!("| | {} | | | | | |\n", escape(&row.does)));
            continue;
        };
        let bar = if without < Without::Bars { format!("`{}`", bar(counts, most, 30)) } else { String::new() };
        let bar = if bar == "``" { String::new() } else { bar };
        let numbers = format!("{} | {} | {} | {}", counts.old, counts.new, counts.ready, counts.pods);
        out.push_str(&format!("| {step} | {} | {numbers} | {bar} |\n", escape(&row.does)));
    }
    out.push('\n');
    out
}

fn named(rows: &[Row], replicas: i64) -> String {
    let mut out = "| step | does | wait for | ready |\n| ---: | --- | --- | ---: |\n".to_string();
    for row in rows {
        let step = row.step.map_or(String::new(), |step| step.to_string());
        let ready = row.counts.map_or(String::new(), |counts| format!("{}/{replicas}", counts.ready));
        out.push_str(&format!("| {step} | {} | {} | {ready} |\n", escape(&row.does), escape(&row.wait)));
    }
    out.push('\n');
    out
}

/// A chart with one bar a wait; nothing where there would be too many bars, or one only.
fn chart(object: &PlannedObject, rollout: &Rollout) -> String {
    let waits = rollout.steps.iter().filter(|step| step.then.is_some()).count();
    if object.effect != Effect::Rollout || !(2..=MOST_BARS).contains(&waits) {
        return String::new();
    }
    let title = plain(&format!("{} {}", words::full_name(&object.id), words::limits(rollout)));
    let mut out = format!("```mermaid\ngantt\n  title {title}\n  dateFormat X\n  axisFormat wait %s\n  section waits\n");
    let mut since: Vec<&Step> = Vec::new();
    let mut at = 0;
    for step in &rollout.steps {
        since.push(step);
        if step.then.is_some() {
            out.push_str(&format!("  {} :{at}, {}\n", bar_name(object, &since), at + 1));
            since.clear();
            at += 1;
        }
    }
    if !since.is_empty() {
        out.push_str(&format!("  {} :milestone, {at}, {at}\n", bar_name(object, &since)));
    }
    out.push_str("```\n\n");
    out
}

fn bar_name(object: &PlannedObject, steps: &[&Step]) -> String {
    let deeds: Vec<String> = steps.iter().map(|step| rows::deeds(object, step)).collect();
    plain(&deeds.join(" then ").replace(", ", " and "))
}

/// Text that a chart takes as it is.
fn plain(text: &str) -> String {
    text.chars().map(|c| if matches!(c, '"' | '#' | ';' | ':' | ',' | '`' | '\n' | '%' | '{' | '}') { ' ' } else { c }).collect()
}

fn runs(plan: &Plan, object: &PlannedObject) -> String {
    let runs = words::runs_of(plan, &object.id);
    if runs.is_empty() {
        return String::new();
    }
    let mut out = "\n| next run | job | |\n| --- | --- | --- |\n".to_string();
    for (run, before) in runs.into_iter().take(MOST_ROWS) {
        out.push_str(&format!("| {} | {} | {} |\n", words::run_time(run), escape(&run.job), words::run_remark(run, before)));
    }
    out
}

fn place(source: Option<&crate::plan::Source>) -> String {
    source.map_or(String::new(), |source| format!(" <sub>{}:{}</sub>", escape(&source.path), source.line))
}

/// A value as code, with as many ticks around it as it takes; bars are escaped for tables.
fn code(text: &str) -> String {
    let text = text.replace('\n', "⏎").replace('|', "\\|");
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let ticks = "`".repeat(longest + 1);
    match text.is_empty() {
        true => String::new(),
        false if longest > 0 => format!("{ticks} {text} {ticks}"),
        false => format!("{ticks}{text}{ticks}"),
    }
}

/// Text in which nothing is markup, nobody is mentioned, and no line ends.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '@' => out.push_str("&#64;"),
            '\n' => out.push(' '),
            '|' | '*' | '_' | '`' | '[' | ']' | '\\' | '#' | '~' => out.extend(['\\', c]),
            c => out.push(c),
        }
    }
    out
}
