//! The plan for the terminal: one block an object, refused first, the summary last.

use unicode_width::UnicodeWidthStr;

use super::words;
use crate::diagnostic::Severity;
use crate::plan::{Change, Effect, Plan, PlannedObject, Rollout, Source, Sum};
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

/// Steps beyond so many are folded in the middle.
const MOST_STEPS: usize = 24;

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
    let mut out = String::new();
    for (i, object) in plan.objects.iter().enumerate() {
        if object.effect == Effect::None && detail < Detail::Full {
            continue;
        }
        pen.object(&mut out, object);
        if detail > Detail::Summary {
            pen.findings(&mut out, plan, Some(i));
            out.push('\n');
        }
    }
    if detail == Detail::Summary && !out.is_empty() {
        out.push('\n');
    }
    pen.runs(&mut out, plan);
    pen.findings(&mut out, plan, None);
    out.push_str(&format!("{}\n", words::summary_line(plan)));
    pen.totals(&mut out, plan);
    pen.assumptions(&mut out, plan);
    out
}

impl Pen {
    fn object(self, out: &mut String, object: &PlannedObject) {
        let head = format!(
            "{} {:<12} {:<14} {}",
            words::sign(object.effect),
            object.id.kind,
            words::full_name(&object.id),
            headline(object)
        );
        self.line(out, &self.paint(object.effect, &head), head.width(), object.source.as_ref());
        if self.detail == Detail::Summary {
            return;
        }
        for cause in &object.causes {
            let text = if cause.field.is_empty() { cause.message.clone() } else { format!("{}: {}", cause.field, cause.message) };
            self.indented(out, &text, cause.source.as_ref());
        }
        for change in &object.changes {
            self.change(out, object, change);
        }
        for note in &object.notes {
            self.indented(out, note, None);
        }
        if let Some(rollout) = &object.rollout {
            self.rollout(out, rollout);
        }
    }

    fn change(self, out: &mut String, object: &PlannedObject, change: &Change) {
        let path = change.path.strip_prefix("spec.").unwrap_or(&change.path);
        let refused = object.effect == Effect::Refused;
        let also = match change.effect {
            Effect::Replace => "   only by deleting and creating it again",
            _ if refused => "   not applied either",
            Effect::Future => "   for what is made from now on",
            _ => "",
        };
        self.indented(out, &format!("{path}   {}{also}", words::both(change)), change.source.as_ref());
    }

    fn rollout(self, out: &mut String, rollout: &Rollout) {
        if rollout.steps.is_empty() {
            return;
        }
        let width = rollout.steps.iter().map(|step| words::deeds(step).width()).max().unwrap_or(0).clamp(10, 52);
        out.push_str(&format!(
            "      step  {:<width$}  {:>4}  {:>4}  {:>5}  {:>4}  wait for\n",
            "does", "old", "new", "ready", "pods"
        ));
        let fold = rollout.steps.len() > MOST_STEPS && self.detail < Detail::Full;
        for (i, step) in rollout.steps.iter().enumerate() {
            let tail = rollout.steps.len().saturating_sub(MOST_STEPS / 4);
            if fold && i == MOST_STEPS * 3 / 4 {
                out.push_str(&format!("            … {} more of the same\n", tail - i));
            }
            if fold && (MOST_STEPS * 3 / 4..tail).contains(&i) {
                continue;
            }
            let counts = step.counts;
            let pad = width.saturating_sub(words::deeds(step).width());
            out.push_str(&format!(
                "      {:>4}  {}{}  {:>4}  {:>4}  {:>5}  {:>4}  {}\n",
                i + 1,
                words::deeds(step),
                " ".repeat(pad),
                counts.old,
                counts.new,
                counts.ready,
                counts.pods,
                words::waits(step)
            ));
        }
        self.indented(out, &words::bounds(rollout), None);
        if let Some(never) = words::never_ready(rollout) {
            self.indented(out, &never, None);
        }
        if rollout.time.waits > 0 && rollout.time.at_least_seconds > 0 {
            let time = words::duration(rollout.time.at_least_seconds);
            self.indented(out, &format!("takes at least {time}, plus pulling and starting ({} waits)", rollout.time.waits), None);
        }
    }

    fn runs(self, out: &mut String, plan: &Plan) {
        if plan.runs.is_empty() || self.detail == Detail::Summary {
            return;
        }
        out.push_str("next runs\n");
        for run in &plan.runs {
            out.push_str(&format!("      {}  {}/{}  job {}\n", run.at, run.namespace, run.cronjob, run.job));
        }
        out.push('\n');
    }

    fn findings(self, out: &mut String, plan: &Plan, object: Option<usize>) {
        for finding in plan.findings.iter().filter(|finding| finding.object == object) {
            let word = match finding.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Advice => "note",
            };
            self.indented(out, &format!("⚠ {word}[{}]: {}", finding.rule, finding.message), finding.source.as_ref());
            if let Some(help) = &finding.help {
                self.indented(out, &format!("  {help}"), None);
            }
        }
    }

    fn totals(self, out: &mut String, plan: &Plan) {
        let totals = &plan.totals;
        if totals.after == Sum::default() && totals.before == Sum::default() {
            return;
        }
        let pods = format!("pods {} → {} at the peak → {}", totals.before.pods, totals.peak.pods, totals.after.pods);
        let mut parts = vec![pods];
        if totals.before.claims + totals.after.claims > 0 {
            parts.push(format!("claims {} → {}", totals.before.claims, totals.after.claims));
        }
        for (resource, after) in &totals.after.requests {
            let before = totals.before.requests.get(resource).map_or("0", String::as_str);
            parts.push(format!("{resource} requests {before} → {after}"));
        }
        out.push_str(&format!("{}\n", parts.join(" · ")));
    }

    fn assumptions(self, out: &mut String, plan: &Plan) {
        let most = if self.detail == Detail::Full { usize::MAX } else { 3 };
        for assumption in plan.assumptions.iter().take(most) {
            out.push_str(&format!("assuming {assumption}\n"));
        }
    }

    fn indented(self, out: &mut String, text: &str, source: Option<&Source>) {
        let text = format!("      {text}");
        self.line(out, &text, text.width(), source);
    }

    /// A line with the place at the right end, or two blanks behind the text where there is no room.
    fn line(self, out: &mut String, text: &str, columns: usize, source: Option<&Source>) {
        out.push_str(text);
        if let Some(source) = source {
            let place = format!("{}:{}", source.path, source.line);
            let pad = self.width.saturating_sub(columns + place.width()).max(2);
            out.push_str(&" ".repeat(pad));
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

/// What stands behind the name: what becomes of the object, in a few words.
fn headline(object: &PlannedObject) -> String {
    match (object.effect, &object.revision_before, &object.revision) {
        (Effect::Refused, _, _) => "the server refuses this".to_string(),
        (Effect::Replace, _, _) => "must be deleted and created again".to_string(),
        (Effect::Delete, _, _) => "deleted".to_string(),
        (Effect::LeftBehind, _, _) => "left the manifests; keeps running".to_string(),
        (Effect::Rollout, Some(before), Some(after)) if before != after => format!("{before} → {after}"),
        (Effect::Create, _, Some(revision)) => format!("revision {revision}"),
        (Effect::InPlace, _, _) => "in place".to_string(),
        (Effect::Future, _, _) => "takes effect for what is made from now on".to_string(),
        (Effect::None, _, _) => "unchanged".to_string(),
        _ => String::new(),
    }
}
