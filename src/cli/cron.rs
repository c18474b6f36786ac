//! `plimsoll cron`: whether the CronJob controller takes a schedule, what it means, and when it runs.

use std::process::ExitCode;

use clap::{Args, ValueEnum};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use plimsoll::object::cron::{self, Schedule};
use serde_json::json;

use super::{Failure, output};

/// Arguments of `cron`.
#[derive(Args, Debug)]
pub struct CronArgs {
    /// The schedule: five fields, `@daily` and the like, or `@every 1h30m`.
    #[arg(value_name = "SCHEDULE", allow_hyphen_values = true)]
    expression: String,
    /// The CronJob's `timeZone`.
    #[arg(long, value_name = "ZONE", default_value = "UTC")]
    time_zone: String,
    /// The time from which to look for runs, as `2026-11-21T08:00:00Z`, or without `Z` in the time zone; now if left out.
    #[arg(long, value_name = "TIME")]
    from: Option<String>,
    /// How many runs to show.
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..=1000))]
    count: u16,
    /// How to print.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// Words, and the runs in the schedule's zone and in UTC.
    Text,
    /// `{"expression", "description", "next"}`, or `{"expression", "error"}`.
    Json,
}

/// Runs `cron`.
pub fn run(args: &CronArgs) -> Result<ExitCode, Failure> {
    let (schedule, zone) = match read(args) {
        Ok(read) => read,
        Err(error) => return refused(args, &error),
    };
    let runs = schedule.runs(&from(args, &zone)?, args.count.into());
    let shown = schedule.zone().unwrap_or(&zone);
    output::print(&match args.format {
        Format::Text => text(args, &schedule, shown, &runs),
        Format::Json => {
            let next: Vec<String> = runs.iter().map(|run| run.timestamp().to_string()).collect();
            format!("{}\n", json!({"expression": args.expression, "description": schedule.describe(), "next": next}))
        }
    })?;
    Ok(ExitCode::SUCCESS)
}

/// The schedule and its zone, or why the controller refuses one of them.
fn read(args: &CronArgs) -> Result<(Schedule, TimeZone), String> {
    let schedule =
        Schedule::parse(&args.expression).map_err(|why| format!("schedule `{}` is not valid: {why}", args.expression))?;
    let zone = cron::time_zone(&args.time_zone).map_err(|why| format!("time zone `{}` is not valid: {why}", args.time_zone))?;
    Ok((schedule, zone))
}

fn refused(args: &CronArgs, error: &str) -> Result<ExitCode, Failure> {
    output::print(&match args.format {
        Format::Text => format!("{error}\n"),
        Format::Json => format!("{}\n", json!({"expression": args.expression, "error": error})),
    })?;
    Ok(ExitCode::from(1))
}

fn from(args: &CronArgs, zone: &TimeZone) -> Result<Zoned, Failure> {
    let Some(text) = &args.from else { return Ok(Timestamp::now().to_zoned(zone.clone())) };
    if let Ok(time) = text.parse::<Timestamp>() {
        return Ok(time.to_zoned(zone.clone()));
    }
    let local = text.parse::<DateTime>().and_then(|time| time.to_zoned(zone.clone()));
    local.map_err(|_| Failure::Usage(format!("--from: `{text}` is no time: write it as 2026-11-21T08:00:00Z")))
}

fn text(args: &CronArgs, schedule: &Schedule, zone: &TimeZone, runs: &[Zoned]) -> String {
    let name = zone.iana_name().unwrap_or("UTC");
    let mut text = format!("{}\n{}\n", args.expression.trim(), schedule.describe());
    if Schedule::names_zone(&args.expression) {
        text.push_str("note: the API server refuses a CronJob with TZ in its schedule; set `timeZone` instead\n");
    }
    if runs.is_empty() {
        text.push_str("\nno run within five years\n");
        return text;
    }
    let in_utc = if name == "UTC" { "" } else { "UTC" };
    text.push_str(format!("\n{name:<32}{in_utc}").trim_end());
    text.push('\n');
    for run in runs {
        let local = run.with_time_zone(zone.clone()).strftime("%a %Y-%m-%d %H:%M:%S %:z").to_string();
        let utc = run.with_time_zone(TimeZone::UTC).strftime("%a %Y-%m-%d %H:%M:%S").to_string();
        text.push_str(format!("{local:<32}{}", if in_utc.is_empty() { "" } else { &utc }).trim_end());
        text.push('\n');
    }
    text
}
