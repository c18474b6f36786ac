//! The runs of a CronJob in the week to come: a row a day, a dot a run, days on which the clocks change marked.

use std::fmt::Write;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{ToSpan, Zoned};

use super::words;
use crate::object::ObjectId;
use crate::plan::{CronWeek, Plan};
use crate::report::xml::escape;

const LEFT: i64 = 70;
const HOUR: i64 = 26;
const ROW: i64 = 20;
const TOP: i64 = 28;

/// The strip of one CronJob; `None` where it does not run, or so often that dots would say nothing.
pub fn week(plan: &Plan, id: &ObjectId) -> Option<String> {
    let of = |week: &&CronWeek| id.kind == "CronJob" && week.namespace == id.namespace && week.cronjob == id.name;
    let week = plan.weeks.iter().find(of).filter(|week| !week.runs.is_empty())?;
    let zone = week.time_zone.as_deref().and_then(|name| TimeZone::get(name).ok()).unwrap_or(TimeZone::UTC);
    let first = week.from.to_zoned(zone.clone()).date();
    let row_of = |run: &Zoned| i64::from((run.date() - first).get_days());
    let runs: Vec<Zoned> = week.runs.iter().map(|run| run.to_zoned(zone.clone())).filter(|run| row_of(run) < 7).collect();
    let (width, height) = (LEFT + 24 * HOUR + 20, TOP + 7 * ROW + 8);
    let name = escape(&format!("CronJob {}", words::full_name(id)));
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"timeline week\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
         height=\"{height}\" role=\"img\">\n<title>{name}: {} runs in seven days</title>\n",
        runs.len()
    );
    for hour in (0..=24).step_by(6) {
        let x = LEFT + hour * HOUR;
        let _ = writeln!(out, "<path class=\"grid\" d=\"M{x} {TOP}V{}\"/>", TOP + 7 * ROW);
        let _ = writeln!(out, "<text class=\"axis middle\" x=\"{x}\" y=\"{}\">{hour}:00</text>", TOP - 8);
    }
    let days = (0..7).filter_map(|day| first.checked_add(i64::from(day).days()).ok());
    for (row, day) in days.enumerate() {
        draw_day(&mut out, row as i64, day, &zone);
    }
    for (i, run) in runs.iter().enumerate() {
        let twice = i > 0 && runs[i - 1].datetime() == run.datetime();
        draw_run(&mut out, row_of(run), run, if twice { " again: the clocks go back" } else { "" });
    }
    out.push_str("</svg>\n");
    Some(out)
}

fn draw_day(out: &mut String, row: i64, day: Date, zone: &TimeZone) {
    let y = TOP + row * ROW;
    let starts = |day: Date| day.to_zoned(zone.clone()).ok();
    let next = day.checked_add(1.day()).ok().and_then(starts);
    let offsets = (starts(day).map(|start| start.offset()), next.map(|next| next.offset()));
    if let (Some(before), Some(after)) = offsets
        && before != after
    {
        let back = if before > after { "back" } else { "forward" };
        let _ = writeln!(
            out,
            "<rect class=\"stopping-ground\" x=\"{LEFT}\" y=\"{y}\" width=\"{}\" height=\"{ROW}\"><title>the clocks go {back}</title></rect>",
            24 * HOUR
        );
    }
    let _ = writeln!(out, "<path class=\"grid\" d=\"M{LEFT} {}H{}\"/>", y + ROW, LEFT + 24 * HOUR);
    let _ = writeln!(out, "<text class=\"lane\" x=\"4\" y=\"{}\">{}</text>", y + 14, day.strftime("%a %d"));
}

fn draw_run(out: &mut String, row: i64, run: &Zoned, remark: &str) {
    let minutes = i64::from(run.hour()) * 60 + i64::from(run.minute());
    let (x, y) = (LEFT + minutes * HOUR / 60, TOP + row * ROW + ROW / 2);
    let radius = if remark.is_empty() { 4 } else { 7 };
    let class = if remark.is_empty() { "new" } else { "ceiling" };
    let when = run.strftime("%a %Y-%m-%d %H:%M %:z");
    let _ =
        writeln!(out, "<circle class=\"{class}\" cx=\"{x}\" cy=\"{y}\" r=\"{radius}\"><title>{when}{remark}</title></circle>");
}
