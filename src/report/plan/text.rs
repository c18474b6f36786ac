//! The plan for the terminal: one block an object, refused first, the summary last.

use unicode_width::UnicodeWidthStr;

use super::rows::{self, Row, Shape};
use super::{tree, words};
use crate::plan::{Change, Counts, Effect, Plan, PlannedObject, Rollout, Source};
use crate::report::Colour;

/// How much to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Detail {
    /// One line an object.
    Summary,
    /// Changes and steps.
    Steps,
    /// Also pods by name.
    Pods,
    /// Also unchanged objects and every assumption.
    Full,
}

/// Rows of steps beyond so many are folded in the middle.
const MOST_ROWS: usize = 40;

/// A step's words are cut beyond so many columns.
const MOST_DEEDS: usize = 52;

/// How a plan is drawn.
#[derive(Clone, Copy)]
struct Pen {
    detail: Detail,
    colour: Colour,
    width: usize,
}

/// The plan as text, `width` columns wide.
pub fn plan_text(plan: &Plan, detail: Detail, colour: Colour, width: usize) -> String {
    let pen = Pen { detail, colour, width };
    let mut out = head(plan, width);
    for (i, object) in plan.objects.iter().enumerate() {
        if !words::is_shown(plan, i, object) && detail < Detail::Full {
            continue;
        }
        pen.object(&mut out, plan, object);
        if detail > Detail::Summary {
            pen.findings(&mut out, plan, Some(i));
            out.push('\n');
        }
    }
    if !out.ends_with("\n\n") {
        out.push('\n');
    }
    pen.findings(&mut out, plan, None);
    if plan.findings.iter().any(|finding| finding.object.is_none()) {
        out.push('\n');
    }
    pen.folded(&mut out, &words::summary_line(plan), "", "  ");
    if let Some(text) = hidden(plan, detail) {
        pen.folded(&mut out, &format!("not shown: {text} (--detail full shows them)"), "", "  ");
    }
    pen.totals(&mut out, plan);
    pen.assumptions(&mut out, plan);
    out
}

fn head(plan: &Plan, width: usize) -> String {
    let unchanged = words::count(plan, &[Effect::None]);
    let objects = if plan.objects.len() == 1 { "1 object".to_string() } else { format!("{} objects", plan.objects.len()) };
    let unchanged = if unchanged > 0 { format!(", {unchanged} unchanged") } else { String::new() };
    let with = format!("{objects}{unchanged}   Kubernetes {} · {}", plan.kubernetes, words::apply_command(plan.apply));
    let mut lines: Vec<String> = words::origin(plan).into_iter().chain(words::what_if(plan)).collect();
    // One line where it fits.
    match lines.last_mut() {
        Some(last) if 6 + last.width() + 3 + with.width() <= width => last.push_str(&format!("   {with}")),
        _ if 6 + with.width() <= width => lines.push(with),
        _ => lines.extend(with.split("   ").map(str::to_string)),
    }
    format!("plan  {}\n\n", lines.join("\n      "))
}

impl Pen {
    fn object(self, out: &mut String, plan: &Plan, object: &PlannedObject) {
        let kind = &object.id.kind;
        let name = words::full_name(&object.id);
        let (sign, headline) = (words::sign(object.effect), words::headline(object));
        let head = format!("{sign} {kind:<12} {name:<14} {headline}");
        if head.width() <= self.width {
            self.line(out, &self.paint(object.effect, &head), head.width(), object.source.as_ref());
        } else {
            let head = format!("{sign} {kind} {name}");
            self.line(out, &self.paint(object.effect, &head), head.width(), object.source.as_ref());
            self.sentence(out, &headline);
        }
        if self.detail == Detail::Summary {
            return;
        }
        for cause in &object.causes {
            let text = if cause.field.is_empty() { cause.message.clone() } else { format!("{}: {}", cause.field, cause.message) };
            self.indented(out, &text, cause.source.as_ref());
        }
        let column =
            object.changes.iter().map(|change| words::short_path(change).width()).filter(|width| *width <= 48).max().unwrap_or(0);
        for change in &object.changes {
            self.change(out, object, change, column);
        }
        if let Some(rollout) = &object.rollout {
            self.rollout(out, object, rollout);
        }
        for note in &object.notes {
            self.indented(out, note, None);
        }
        if self.detail >= Detail::Pods {
            for line in tree::tree(plan, object) {
                out.push_str(&format!("      {line}\n"));
            }
        }
        self.runs(out, plan, object);
    }

    /// A change on one line: values are cut further where the place would not fit behind them.
    fn change(self, out: &mut String, object: &PlannedObject, change: &Change, column: usize) {
        let path = words::short_path(change);
        let pad = " ".repeat(column.saturating_sub(path.width()));
        let remark = words::remark(object, change);
        let remark = if remark.is_empty() { String::new() } else { format!("   {remark}") };
        let place = change.source.as_ref().map_or(0, |source| place(source).width() + 2);
        let taken = 6 + path.width() + pad.width() + 3 + remark.width() + place;
        let values = words::both_within(change, self.width.saturating_sub(taken));
        self.indented(out, &format!("{path}{pad}   {values}{remark}"), change.source.as_ref());
    }

    fn rollout(self, out: &mut String, object: &PlannedObject, rollout: &Rollout) {
        if rollout.steps.is_empty() {
            return;
        }
        self.sentence(out, &words::limits(rollout));
        let most = if self.detail < Detail::Full { MOST_ROWS } else { usize::MAX };
        let mut rows = rows::rows(object, rollout, most);
        for row in &mut rows {
            row.does = cut(&row.does, MOST_DEEDS);
        }
        match rows::shape(object) {
            Shape::Counted => self.counted(out, &rows),
            Shape::Named => self.named(out, &rows, rollout.replicas),
        }
        self.sentence(out, &words::bounds(rollout));
        for text in [words::never_ready(object, rollout), words::time(rollout)].into_iter().flatten() {
            self.sentence(out, &text);
        }
    }

    /// Steps of pods that are alike, with a bar: ready ones full, the others shaded.
    fn counted(self, out: &mut String, rows: &[Row]) {
        let width = deeds_width(rows);
        // Where there is no room for a bar, there may be too little for wide columns.
        let [old, new, ready, pods] = if 6 + 4 + 2 + width + 2 + 26 > self.width { [3, 3, 5, 4] } else { [5, 5, 7, 6] };
        let columns = |texts: [String; 4]| {
            let [a, b, c, d] = texts;
            format!("{a:>old$} {b:>new$} {c:>ready$} {d:>pods$}")
        };
        let titles = columns(["old", "new", "ready", "pods"].map(str::to_string));
        out.push_str(&format!("      step  {:<width$}  {titles}\n", "does"));
        let most = rows.iter().filter_map(|row| row.counts).map(|counts| counts.pods.max(counts.ready)).max().unwrap_or(0);
        let room = self.width.saturating_sub(6 + 4 + 2 + width + 2 + 26 + 3).min(40) as i64;
        for row in rows {
            let step = row.step.map_or(String::new(), |step| step.to_string());
            let does = format!("{}{}", row.does, " ".repeat(width - row.does.width()));
            let Some(counts) = row.counts else {
                out.push_str(&format!("      {step:>4}  {}\n", row.does));
                continue;
            };
            let numbers = columns([counts.old, counts.new, counts.ready, counts.pods].map(|count| count.to_string()));
            let line = format!("      {step:>4}  {does}  {numbers}   {}", bar(counts, most, room));
            out.push_str(line.trim_end());
            out.push('\n');
        }
    }

    /// Steps of pods with names.
    fn named(self, out: &mut String, rows: &[Row], replicas: i64) {
        let width = deeds_width(rows);
        let wait = rows.iter().map(|row| row.wait.width()).max().unwrap_or(0).max(8);
        out.push_str(&format!("      step  {:<width$}  {:<wait$}  {:>7}\n", "does", "wait for", "ready"));
        for row in rows {
            let step = row.step.map_or(String::new(), |step| step.to_string());
            let does = format!("{}{}", row.does, " ".repeat(width - row.does.width()));
            let ready = row.counts.map_or(String::new(), |counts| format!("{}/{replicas}", counts.ready));
            let line = format!("      {step:>4}  {does}  {:<wait$}  {ready:>7}", row.wait);
            out.push_str(line.trim_end());
            out.push('\n');
        }
    }

    fn runs(self, out: &mut String, plan: &Plan, object: &PlannedObject) {
        let runs = words::runs_of(plan, &object.id);
        if let Some((first, _)) = runs.first() {
            self.indented(out, &format!("next runs, {} time", first.time_zone.as_deref().unwrap_or("UTC")), None);
        }
        for (run, before) in runs {
            let remark = words::run_remark(run, before);
            let remark = if remark.is_empty() { String::new() } else { format!("   ⚠ {remark}") };
            self.indented(out, &format!("  {}   job {}{remark}", words::run_time(run), run.job), None);
        }
    }

    fn findings(self, out: &mut String, plan: &Plan, object: Option<usize>) {
        for finding in plan.findings.iter().filter(|finding| finding.object == object) {
            let head = format!("⚠ {}[{}]: ", words::severity(finding.severity), finding.rule);
            let text = format!("{head}{}", finding.message);
            let place = finding.source.as_ref().map_or(0, |source| place(source).width() + 2);
            if 6 + text.width() + place <= self.width {
                self.indented(out, &text, finding.source.as_ref());
            } else {
                self.indented(out, head.trim_end(), finding.source.as_ref());
                self.sentence(out, &format!("  {}", finding.message));
            }
            if let Some(help) = &finding.help {
                self.sentence(out, &format!("  {help}"));
            }
        }
    }

    fn totals(self, out: &mut String, plan: &Plan) {
        let totals = words::totals(plan);
        let column = totals.iter().map(|row| row[0].width()).max().unwrap_or(0);
        for [name, before, peak, after] in totals {
            let peak = if peak == before || peak == after { String::new() } else { format!(" → {peak} at the peak") };
            let text = if before == after && peak.is_empty() { after } else { format!("{before}{peak} → {after}") };
            out.push_str(&format!("{name:<column$}  {text}\n"));
        }
        if let Some(text) = words::at_maximum(plan) {
            out.push_str(&format!("with {text}\n"));
        }
    }

    fn assumptions(self, out: &mut String, plan: &Plan) {
        let most = if self.detail == Detail::Full { usize::MAX } else { 3 };
        for assumption in plan.assumptions.iter().take(most) {
            self.folded(out, &format!("assuming {assumption}"), "", "  ");
        }
    }

    fn indented(self, out: &mut String, text: &str, source: Option<&Source>) {
        if 6 + text.width() <= self.width {
            let text = format!("      {text}");
            return self.line(out, &text, text.width(), source);
        }
        self.sentence(out, text);
        if source.is_some() {
            self.line(out, "", 0, source);
        }
    }

    /// A sentence, folded at the width, the rest further in.
    fn sentence(self, out: &mut String, text: &str) {
        let start = " ".repeat(text.len() - text.trim_start().len());
        self.folded(out, text.trim_start(), &format!("      {start}"), &format!("        {start}"));
    }

    /// Words behind `first`, those of further lines behind `rest`.
    fn folded(self, out: &mut String, text: &str, first: &str, rest: &str) {
        let mut line = first.to_string();
        let mut empty = true;
        for word in text.split(' ') {
            if !empty && line.width() + 1 + word.width() > self.width {
                out.push_str(line.trim_end());
                out.push('\n');
                line = rest.to_string();
                empty = true;
            }
            if !empty {
                line.push(' ');
            }
            line.push_str(word);
            empty = false;
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }

    /// A line with the place at the right end, or at the end of a line of its own where there is no room.
    fn line(self, out: &mut String, text: &str, columns: usize, source: Option<&Source>) {
        out.push_str(text);
        if let Some(source) = source {
            let place = place(source);
            let fits = columns + 2 + place.width() <= self.width;
            let taken = if fits { columns } else { 0 };
            if !fits {
                out.push('\n');
            }
            out.push_str(&" ".repeat(self.width.saturating_sub(taken + place.width())));
            out.push_str(&place);
        }
        out.truncate(out.trim_end_matches(' ').len());
        out.push('\n');
    }

    fn paint(self, effect: Effect, text: &str) -> String {
        let code = match effect {
            _ if self.colour == Colour::Off => return text.to_string(),
            Effect::Refused | Effect::Delete | Effect::Replace => "31",
            Effect::Rollout => "33",
            Effect::Create => "32",
            _ => "36",
        };
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    }
}

/// The findings that this much detail leaves out.
fn hidden(plan: &Plan, detail: Detail) -> Option<String> {
    match detail {
        Detail::Summary => words::findings_told(plan.findings.iter().filter(|finding| finding.object.is_some())),
        Detail::Full => None,
        _ => words::hidden_findings(plan),
    }
}

fn place(source: &Source) -> String {
    format!("{}:{}", source.path, source.line)
}

fn deeds_width(rows: &[Row]) -> usize {
    rows.iter().filter(|row| row.counts.is_some()).map(|row| row.does.width()).max().unwrap_or(0).max(20)
}

/// `text`, cut at `columns`.
fn cut(text: &str, columns: usize) -> String {
    if text.width() <= columns {
        return text.to_string();
    }
    let mut out = String::new();
    for c in text.chars() {
        if out.width() + 2 > columns {
            break;
        }
        out.push(c);
    }
    format!("{}…", out.trim_end())
}

/// One block a pod, or a share of `room` where there are more pods than columns.
pub fn bar(counts: Counts, most: i64, room: i64) -> String {
    let scale = |pods: i64| if most <= room || most == 0 { pods } else { (pods * room + most - 1) / most };
    let ready = scale(counts.ready).max(0);
    let rest = (scale(counts.pods.max(counts.ready)) - ready).max(0);
    format!("{}{}", "█".repeat(ready as usize), "▒".repeat(rest as usize))
}
