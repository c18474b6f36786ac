//! Timelines: how the pods of one object come and go, as SVG. Counts as stacked areas, pods with names as swim lanes.
//! Coordinates are integers, so that a change of the plan is a small change of the text.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::lanes::{self, Age, Lane, State};
use super::rows::{self, Row, Shape};
use super::words;
use crate::plan::{Counts, Plan, PlannedObject, Rollout};
use crate::report::xml::escape;

/// Where a timeline is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    /// In a page that has [`STYLE`]; the number keeps its ids apart from other timelines'.
    Page(usize),
    /// A file of its own.
    Alone,
}

/// Colours of both timelines, light and dark; also the page's.
pub const STYLE: &str = include_str!("timeline.css");

/// Columns beyond so many are folded in the middle.
const MOST_COLUMNS: usize = 48;

/// Lanes beyond so many are left out.
const MOST_LANES: usize = 40;

const LEFT: i64 = 40;
const RIGHT: i64 = 150;
const HEIGHT: i64 = 180;
const LANE: i64 = 26;

/// The timeline of one object; `None` where it has no steps to show.
pub fn timeline(plan: &Plan, object: &PlannedObject, setting: Setting) -> Option<String> {
    let rollout = object.rollout.as_ref()?;
    let lanes = lanes::lanes(plan, object);
    if rows::shape(object) == Shape::Named && !lanes.is_empty() {
        return Some(swim(object, rollout, &lanes, setting));
    }
    let rows = rows::rows(object, rollout, MOST_COLUMNS);
    (!rows.is_empty()).then(|| areas(object, rollout, &rows, setting))
}

/// A drawing in the making.
struct Sheet {
    out: String,
    prefix: String,
    top: i64,
}

impl Sheet {
    fn open(object: &PlannedObject, size: (i64, i64), describes: &str, setting: Setting) -> Sheet {
        let prefix = if let Setting::Page(n) = setting { format!("t{n}") } else { "t".to_string() };
        let top = if setting == Setting::Alone { 64 } else { 40 };
        let name = format!("{} {}", object.id.kind, words::full_name(&object.id));
        let heading = if setting == Setting::Alone { LEFT + 9 * name.chars().count() as i64 } else { 0 };
        let (width, height) = (size.0.max(heading), size.1 + top);
        let name = escape(&name);
        let mut out = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"timeline\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
             height=\"{height}\" role=\"img\" aria-labelledby=\"{prefix}-title {prefix}-desc\">\n\
             <title id=\"{prefix}-title\">{name}</title>\n<desc id=\"{prefix}-desc\">{}</desc>\n",
            escape(describes)
        );
        if setting == Setting::Alone {
            let _ =
                write!(out, "<style>\n{STYLE}</style>\n<rect class=\"paper\" width=\"{width}\" height=\"{height}\" rx=\"8\"/>\n");
            let _ = writeln!(out, "<text class=\"heading\" x=\"{LEFT}\" y=\"26\">{name}</text>");
        }
        let mut sheet = Sheet { out, prefix, top };
        sheet.patterns();
        sheet
    }

    /// Hatching, so that colour is never the only carrier.
    fn patterns(&mut self) {
        let prefix = &self.prefix;
        for (name, turn) in [("starting", 45), ("stopping", 135)] {
            let _ = writeln!(
                self.out,
                "<pattern id=\"{prefix}-{name}\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" \
                 patternTransform=\"rotate({turn})\"><rect class=\"{name}-ground\" width=\"6\" height=\"6\"/>\
                 <rect class=\"{name}-line\" width=\"2\" height=\"6\"/></pattern>"
            );
        }
    }

    fn fill(&self, series: &str) -> String {
        match series {
            "starting" | "stopping" => format!("fill=\"url(#{}-{series})\" class=\"{series}\"", self.prefix),
            _ => format!("class=\"{series}\""),
        }
    }

    fn legend(&mut self, entries: &[(&str, &str)]) {
        let (mut x, y) = (LEFT, self.top - 24);
        for (series, label) in entries {
            let fill = self.fill(series);
            let _ = writeln!(
                self.out,
                "<rect {fill} x=\"{x}\" y=\"{y}\" width=\"12\" height=\"12\" rx=\"2\"/><text x=\"{}\" y=\"{}\">{label}</text>",
                x + 18,
                y + 10
            );
            x += entry_width(label);
        }
    }

    fn text(&mut self, class: &str, x: i64, y: i64, text: &str) {
        let _ = writeln!(self.out, "<text class=\"{class}\" x=\"{x}\" y=\"{y}\">{}</text>", escape(text));
    }

    /// A pod in one state. The state's name stands in it where there is room and nothing behind it.
    fn stretch(&mut self, bar: &Bar, state: &State, tip: &str) {
        let series = series(state);
        let Bar { x, y, wide, tall } = *bar;
        let (fill, edge) = (self.fill(series), edge(state, bar));
        let _ = write!(
            self.out,
            "<g class=\"stretch\"><title>{}</title><rect {fill} x=\"{x}\" y=\"{y}\" width=\"{wide}\" height=\"{tall}\" rx=\"4\"/>{edge}",
            escape(tip),
        );
        if matches!(series, "old" | "new") && wide >= 34 && tall > 12 {
            let _ = write!(self.out, "<text class=\"on-{series}\" x=\"{}\" y=\"{}\">{series}</text>", x + 7, y + tall / 2 + 4);
        }
        self.out.push_str("</g>\n");
    }

    /// An hourglass: pods are waited for here.
    fn hourglass(&mut self, x: i64, y: i64) {
        let _ = writeln!(self.out, "<path class=\"wait\" d=\"M{} {}h8l-8 11h8z\"/>", x - 4, y - 10);
    }

    fn close(mut self) -> String {
        self.out.push_str("</svg>\n");
        self.out
    }
}

/// How wide one entry of a legend is.
fn entry_width(label: &str) -> i64 {
    38 + 7 * label.chars().count() as i64
}

/// The four layers of a column, from the ground up.
fn layers(counts: Counts) -> [(&'static str, i64); 4] {
    let new = counts.ready - counts.ready_old;
    [("old", counts.ready_old), ("new", new), ("starting", (counts.pods - counts.ready).max(0)), ("stopping", counts.stopping)]
}

fn areas(object: &PlannedObject, rollout: &Rollout, rows: &[Row], setting: Setting) -> String {
    let column = (720 / rows.len() as i64).clamp(18, 72);
    let width = LEFT + column * rows.len() as i64 + RIGHT;
    let total = |counts: Counts| layers(counts).iter().map(|(_, count)| count).sum::<i64>();
    let most = rows.iter().filter_map(|row| row.counts).map(total).max().unwrap_or(0).max(rollout.bounds.max_counted).max(1);
    let describes = format!("{}; {}", words::limits(rollout), words::bounds(rollout));
    let mut sheet = Sheet::open(object, (width, HEIGHT + 44), &describes, setting);
    let seen = |series: &str| {
        let mut all = rows.iter().filter_map(|row| row.counts).flat_map(layers);
        all.any(|(of, count)| of == series && count > 0)
    };
    let names = [("old", "ready, old"), ("new", "ready, new"), ("starting", "starting"), ("stopping", "stopping")];
    sheet.legend(&names.into_iter().filter(|(series, _)| seen(series)).collect::<Vec<_>>());
    let top = sheet.top;
    let height = |pods: i64| pods * HEIGHT / most;
    scale(&mut sheet, most, column * rows.len() as i64);
    for (i, row) in rows.iter().enumerate() {
        let x = LEFT + column * i as i64;
        let Some(counts) = row.counts else {
            sheet.text("axis middle", x + column / 2, top + HEIGHT / 2, "…");
            continue;
        };
        let _ = writeln!(sheet.out, "<g class=\"column\"><title>{}</title>", escape(&tip(row, counts)));
        let mut ground = 0;
        for (series, count) in layers(counts).into_iter().filter(|(_, count)| *count > 0) {
            let y = top + HEIGHT - height(ground + count);
            let fill = sheet.fill(series);
            let tall = height(ground + count) - height(ground);
            let _ = writeln!(sheet.out, "<rect {fill} x=\"{x}\" y=\"{y}\" width=\"{column}\" height=\"{tall}\"/>");
            ground += count;
        }
        let _ = writeln!(sheet.out, "<rect class=\"touch\" x=\"{x}\" y=\"{top}\" width=\"{column}\" height=\"{HEIGHT}\"/></g>");
        match row.step {
            Some(step) => sheet.text("axis middle", x + column / 2, top + HEIGHT + 18, &step.to_string()),
            None => sheet.hourglass(x + column / 2, top + HEIGHT + 18),
        }
    }
    sheet.text("axis", LEFT, top + HEIGHT + 38, "step, and waits between steps");
    marks(&mut sheet, rollout, height, column * rows.len() as i64);
    sheet.close()
}

/// The scale at the left: at most five lines, at round numbers.
fn scale(sheet: &mut Sheet, most: i64, width: i64) {
    let step = [1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500].into_iter().find(|step| most / step <= 5).unwrap_or(most);
    for pods in (0..=most).step_by(step.max(1) as usize) {
        let y = sheet.top + HEIGHT - pods * HEIGHT / most;
        let _ = writeln!(sheet.out, "<path class=\"grid\" d=\"M{LEFT} {y}h{width}\"/>");
        sheet.text("axis end", LEFT - 8, y + 4, &pods.to_string());
    }
}

/// The floor and the ceiling, with their numbers at the right.
fn marks(sheet: &mut Sheet, rollout: &Rollout, height: impl Fn(i64) -> i64, width: i64) {
    let bounds = rollout.bounds;
    let (floor, ceiling) = (height(bounds.min_ready), height(bounds.max_counted));
    let bottom = sheet.top + HEIGHT;
    if bounds.max_counted > 0 {
        let y = bottom - ceiling;
        let _ = writeln!(sheet.out, "<path class=\"ceiling\" d=\"M{LEFT} {y}h{width}\"/>");
        sheet.text("limit", LEFT + width + 8, y + 4, &format!("at most {} counted", bounds.max_counted));
    }
    if bounds.min_ready > 0 {
        let y = bottom - floor;
        let apart = if ceiling - floor < 14 { 14 - (ceiling - floor) } else { 0 };
        let _ = writeln!(sheet.out, "<path class=\"floor\" d=\"M{LEFT} {y}h{width}\"/>");
        sheet.text("limit", LEFT + width + 8, y + 4 + apart, &format!("at least {} ready", bounds.min_ready));
    }
}

/// What a column says when pointed at.
fn tip(row: &Row, counts: Counts) -> String {
    let head = row.step.map_or(String::new(), |step| format!("step {step}: "));
    let mut tip =
        format!("{head}{}\n{} old, {} new wanted; {} of {} ready", row.does, counts.old, counts.new, counts.ready, counts.pods);
    if counts.stopping > 0 {
        let _ = write!(tip, "; {} stopping", counts.stopping);
    }
    tip
}

fn swim(object: &PlannedObject, rollout: &Rollout, lanes: &[Lane], setting: Setting) -> String {
    let shown = &lanes[..lanes.len().min(MOST_LANES)];
    let rounds = shown.iter().map(|lane| lane.states.len()).max().unwrap_or(0).clamp(1, 400);
    let left = LEFT.max(16 + 8 * shown.iter().map(|lane| lane.name.chars().count() as i64).max().unwrap_or(0));
    let column = (720 / rounds as i64).clamp(14, 72);
    let legend = swim_legend(shown);
    let wide = column * rounds as i64;
    let width = (left + wide + 24).max(LEFT + legend.iter().map(|(_, label)| entry_width(label)).sum::<i64>());
    let describes = format!("{}; {}", words::limits(rollout), words::bounds(rollout));
    let mut sheet = Sheet::open(object, (width, LANE * shown.len() as i64 + 52), &describes, setting);
    sheet.legend(&legend);
    let when = When::of(rollout, rounds);
    for (i, lane) in shown.iter().enumerate() {
        let y = sheet.top + LANE * i as i64;
        let _ = writeln!(sheet.out, "<path class=\"grid\" d=\"M{left} {}h{wide}\"/>", y + LANE / 2);
        sheet.text("lane end", left - 8, y + LANE / 2 + 4, &lane.name);
        for track in tracks(lane) {
            for (from, to, state) in stretches(&track.states) {
                let (x, wide) = (left + column * from as i64 + 1, column * (to - from) as i64 - 2);
                let bar = Bar { x, y: y + track.top, wide, tall: track.tall };
                sheet.stretch(&bar, state, &stretch_tip(lane, &when.words(from, to), state));
            }
        }
    }
    let bottom = sheet.top + LANE * shown.len() as i64;
    for (round, label) in when.labels.iter().enumerate() {
        sheet.text("axis middle", left + column * round as i64 + column / 2, bottom + 16, label);
    }
    let more = lanes.len() - shown.len();
    let note = if more > 0 { format!("step; {more} more lanes not drawn") } else { "step".to_string() };
    sheet.text("axis", left, bottom + 36, &note);
    sheet.close()
}

/// What is to be seen in the lanes.
fn swim_legend(lanes: &[Lane]) -> Vec<(&'static str, &'static str)> {
    let all = lanes.iter().flat_map(|lane| lane.states.iter().chain(&lane.beside).flatten());
    let seen: BTreeSet<&str> = all.map(series).collect();
    let names =
        [("old", "old"), ("new", "new"), ("starting", "starting"), ("stopping", "stopping"), ("unscheduled", "without a node")];
    names.into_iter().filter(|(series, _)| seen.contains(series)).collect()
}

/// What the rounds are called: by the steps that are taken in each, as the table of steps counts them.
struct When {
    /// The first and the last step of each round; where there is none, the last one before it.
    steps: Vec<(usize, usize)>,
    /// What stands below each: nothing where nothing is done.
    labels: Vec<String>,
}

impl When {
    fn of(rollout: &Rollout, rounds: usize) -> When {
        let mut when = When { steps: Vec::new(), labels: Vec::new() };
        let mut done = 0;
        for round in 0..rounds {
            let more = rollout.steps.iter().filter(|step| step.round == round).count();
            let label = match more {
                0 if round + 1 == rounds && round > 0 => "end".to_string(),
                0 => String::new(),
                1 => (done + 1).to_string(),
                _ => format!("{}–{}", done + 1, done + more),
            };
            when.steps.push((done + more.min(1), done + more));
            done += more;
            when.labels.push(label);
        }
        when
    }

    /// From one round to before another.
    fn words(&self, from: usize, to: usize) -> String {
        let step = |round: usize| self.steps.get(round).copied().unwrap_or_default();
        let (first, last) = (step(from).0, step(to - 1).1);
        match (to == self.steps.len(), self.labels.get(from).is_some_and(|label| label == "end")) {
            (true, true) => "in the end".to_string(),
            (true, false) if from == 0 => "throughout".to_string(),
            (true, false) => format!("from step {first} on"),
            (false, _) if first == 0 && last == 0 => "before step 1".to_string(),
            (false, _) if first == last => format!("step {first}"),
            (false, _) => format!("steps {} to {last}", first.max(1)),
        }
    }
}

/// Where a stretch is drawn.
struct Bar {
    x: i64,
    y: i64,
    wide: i64,
    tall: i64,
}

/// A part of a lane.
struct Track<'a> {
    states: Vec<Option<&'a State>>,
    top: i64,
    tall: i64,
}

/// A lane in which two pods stand side by side at some time is cut in two: the older ones above the newer.
fn tracks(lane: &Lane) -> Vec<Track<'_>> {
    let main = || lane.states.iter().map(Option::as_ref);
    if lane.beside.iter().all(Option::is_none) {
        return vec![Track { states: main().collect(), top: 3, tall: LANE - 6 }];
    }
    let of = |age: Age| {
        let both = main().zip(&lane.beside);
        both.map(|(state, beside)| state.filter(|state| state.age == age).or(beside.as_ref().filter(|state| state.age == age)))
            .collect()
    };
    let tall = (LANE - 8) / 2;
    vec![Track { states: of(Age::Old), top: 3, tall }, Track { states: of(Age::New), top: 5 + tall, tall }]
}

/// Rounds in a row in which a pod stays as it is: from, to (exclusive), state.
fn stretches<'a>(states: &[Option<&'a State>]) -> Vec<(usize, usize, &'a State)> {
    let mut found: Vec<(usize, usize, &State)> = Vec::new();
    for (i, state) in states.iter().enumerate() {
        let Some(state) = *state else { continue };
        match found.last_mut() {
            Some((_, to, before)) if *to == i && *before == state => *to = i + 1,
            _ => found.push((i, i + 1, state)),
        }
    }
    found
}

fn series(state: &State) -> &'static str {
    match (state.phase, state.age) {
        ("pending", _) => "starting",
        ("terminating", _) => "stopping",
        ("unscheduled", _) => "unscheduled",
        (_, Age::Old) => "old",
        (_, Age::New) => "new",
    }
}

/// A strip in the revision's colour before a pod that starts or stops.
fn edge(state: &State, bar: &Bar) -> String {
    let Bar { x, y, tall, .. } = bar;
    let class = if state.age == Age::Old { "old" } else { "new" };
    match series(state) {
        "old" | "new" => String::new(),
        _ => format!("<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"4\" height=\"{tall}\" rx=\"2\"/>"),
    }
}

fn stretch_tip(lane: &Lane, when: &str, state: &State) -> String {
    let phase = match state.phase {
        "pending" => "starting",
        "terminating" => "stopping",
        "unscheduled" => "without a node",
        phase => phase,
    };
    let age = if state.age == Age::Old { "old" } else { "new" };
    format!("{}, {when}: {age} revision, {phase}", lane.name)
}
