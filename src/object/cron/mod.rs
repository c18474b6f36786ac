//! Cron schedules as the CronJob controller reads them: the grammar of `ParseStandard` of robfig/cron, and time zones as in Go.

mod duration;
mod next;
mod words;

use std::sync::OnceLock;

use jiff::tz::{TimeZone, TimeZoneDatabase};

use crate::validate::{Why, nearest};

/// A schedule: `minute hour day-of-month month day-of-week`, a descriptor like `@daily`, or `@every 1h30m`.
#[derive(Clone, Debug)]
pub struct Schedule {
    times: Times,
    /// The zone of a `TZ=` prefix. The parser takes one; the API server refuses it, see [`Schedule::names_zone`].
    zone: Option<TimeZone>,
}

#[derive(Clone, Debug)]
enum Times {
    /// Sets of minutes, hours, days of the month, months and weekdays.
    Sets(Box<Sets>),
    /// A fixed number of seconds after the last run, at least one.
    Every(i64),
}

/// The five fields.
#[derive(Clone, Copy, Debug)]
struct Sets {
    minutes: Set,
    hours: Set,
    days: Set,
    months: Set,
    /// Sunday is 0.
    weekdays: Set,
}

/// One field: which values it holds, and whether it is a star (`*`, `?`), which matters to days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Set {
    bits: u64,
    star: bool,
}

impl Set {
    fn has(self, value: i8) -> bool {
        self.bits >> value & 1 == 1
    }

    fn values(self) -> Vec<i8> {
        (0..60).filter(|&value| self.has(value)).collect()
    }
}

/// What a field may hold.
struct Bounds {
    least: u64,
    most: u64,
    /// Names for the values from `least` on.
    names: &'static [&'static str],
}

const MINUTES: Bounds = Bounds { least: 0, most: 59, names: &[] };
const HOURS: Bounds = Bounds { least: 0, most: 23, names: &[] };
const DAYS: Bounds = Bounds { least: 1, most: 31, names: &[] };
const MONTHS: Bounds =
    Bounds { least: 1, most: 12, names: &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"] };
const WEEKDAYS: Bounds = Bounds { least: 0, most: 6, names: &["sun", "mon", "tue", "wed", "thu", "fri", "sat"] };

const DESCRIPTORS: &[(&str, &str)] = &[
    ("@yearly", "0 0 1 1 *"),
    ("@annually", "0 0 1 1 *"),
    ("@monthly", "0 0 1 * *"),
    ("@weekly", "0 0 * * 0"),
    ("@daily", "0 0 * * *"),
    ("@midnight", "0 0 * * *"),
    ("@hourly", "0 * * * *"),
];

impl Schedule {
    /// Reads a schedule as the controller's parser does.
    pub fn parse(text: &str) -> Result<Schedule, Why> {
        if text.is_empty() {
            return Err("must not be empty".into());
        }
        let (zone, text) = prefix(text)?;
        if !text.starts_with('@') {
            return Ok(Schedule { times: Times::Sets(Box::new(sets(text)?)), zone });
        }
        if let Some((_, fields)) = DESCRIPTORS.iter().find(|(name, _)| *name == text) {
            return Ok(Schedule { times: Times::Sets(Box::new(sets(fields)?)), zone });
        }
        match text.strip_prefix("@every ") {
            Some(text) => {
                let seconds = duration::nanoseconds(text)? / 1_000_000_000;
                Ok(Schedule { times: Times::Every(seconds.max(1)), zone })
            }
            None => Err("is no descriptor: use one of `@yearly @monthly @weekly @daily @hourly` or `@every 1h`".into()),
        }
    }

    /// Whether it names its own time zone. The API server refuses any schedule with `TZ` in it: `timeZone` is the place for that.
    pub fn names_zone(text: &str) -> bool {
        text.contains("TZ")
    }

    /// The zone it names itself.
    pub fn zone(&self) -> Option<&TimeZone> {
        self.zone.as_ref()
    }
}

/// The time zone `name` as Go loads it: exact case, no path tricks; and as the API server asks, neither empty nor `Local`.
pub fn time_zone(name: &str) -> Result<TimeZone, Why> {
    if name.is_empty() {
        return Err("must be left out or name a time zone".into());
    }
    if name.eq_ignore_ascii_case("local") {
        return Err("must name a time zone of the tz database, such as `Europe/Rome`".into());
    }
    load_zone(name)
}

fn load_zone(name: &str) -> Result<TimeZone, Why> {
    static ZONES: OnceLock<TimeZoneDatabase> = OnceLock::new();
    // To Go, no name at all is UTC. `Local` is the server's own zone, which is UTC in every image it is published in.
    if ["", "UTC", "Local"].contains(&name) {
        return Ok(TimeZone::UTC);
    }
    let zones = ZONES.get_or_init(TimeZoneDatabase::bundled);
    // The database does not mind capitals; Go does.
    match zones.get(name).ok().and_then(|zone| Some((zone.iana_name()?.to_string(), zone))) {
        Some((exact, zone)) if exact == name => Ok(zone),
        Some((exact, _)) if exact.eq_ignore_ascii_case(name) => Err(format!("capitals matter: write `{exact}`").into()),
        _ => Err(unknown_zone(zones, name)),
    }
}

fn unknown_zone(zones: &TimeZoneDatabase, name: &str) -> Why {
    let names: Vec<String> = zones.available().map(|name| name.to_string()).collect();
    match nearest(name, &names.iter().map(String::as_str).collect::<Vec<_>>()) {
        Some(near) => format!("the tz database has no zone `{name}`: did you mean `{near}`?").into(),
        None => format!("the tz database has no zone `{name}`: zones are written like `Europe/Rome`").into(),
    }
}

/// Splits off `TZ=zone ` or `CRON_TZ=zone `.
fn prefix(text: &str) -> Result<(Option<TimeZone>, &str), Why> {
    let Some(rest) = text.strip_prefix("TZ=").or_else(|| text.strip_prefix("CRON_TZ=")) else {
        return Ok((None, text));
    };
    match rest.split_once(' ') {
        Some((name, fields)) => Ok((Some(load_zone(name)?), fields.trim())),
        None => Err("has a time zone and no times".into()),
    }
}

fn sets(text: &str) -> Result<Sets, Why> {
    let fields: Vec<&str> = text.split_whitespace().collect();
    let &[minutes, hours, days, months, weekdays] = fields.as_slice() else {
        return Err(format!("must have 5 fields, not {}: minute, hour, day of month, month, day of week", fields.len()).into());
    };
    Ok(Sets {
        minutes: set(minutes, &MINUTES)?,
        hours: set(hours, &HOURS)?,
        days: set(days, &DAYS)?,
        months: set(months, &MONTHS)?,
        weekdays: set(weekdays, &WEEKDAYS)?,
    })
}

/// One field: ranges joined by commas; empty ones count for nothing.
fn set(text: &str, bounds: &Bounds) -> Result<Set, Why> {
    let mut all = Set { bits: 0, star: false };
    for part in text.split(',').filter(|part| !part.is_empty()) {
        let one = range(part, bounds)?;
        all = Set { bits: all.bits | one.bits, star: all.star || one.star };
    }
    Ok(all)
}

/// `5`, `5-10`, `*`, `*/2`, `5/2` (which runs to the end), `5-10/2`.
fn range(text: &str, bounds: &Bounds) -> Result<Set, Why> {
    let (range, step) = match text.split('/').collect::<Vec<_>>().as_slice() {
        [range] => (*range, None),
        [range, step] => (*range, Some(number(step)?)),
        _ => return Err(format!("`{text}` has too many slashes").into()),
    };
    let ends: Vec<&str> = range.split('-').collect();
    let star = ends[0] == "*" || ends[0] == "?";
    let (first, last) = match ends.as_slice() {
        _ if star => (bounds.least, bounds.most),
        [one] => {
            let first = value(one, bounds)?;
            (first, if step.is_some() { bounds.most } else { first })
        }
        [first, last] => (value(first, bounds)?, value(last, bounds)?),
        _ => return Err(format!("`{text}` has too many hyphens").into()),
    };
    if first < bounds.least {
        return Err(format!("`{text}` begins below {}", bounds.least).into());
    }
    if last > bounds.most {
        return Err(beyond(text, last, bounds));
    }
    if first > last {
        return Err(format!("`{text}` begins after its end").into());
    }
    let step = step.unwrap_or(1);
    if step == 0 {
        return Err(format!("`{text}` has a step of 0").into());
    }
    let bits = (first..=last).step_by(usize::try_from(step).unwrap_or(usize::MAX)).fold(0, |bits, value| bits | 1 << value);
    Ok(Set { bits, star: star && step == 1 })
}

fn beyond(text: &str, last: u64, bounds: &Bounds) -> Why {
    if bounds.most == WEEKDAYS.most && last == 7 {
        return format!("`{text}` ends above 6: Sunday is 0 here, never 7").into();
    }
    format!("`{text}` ends above {}", bounds.most).into()
}

fn value(text: &str, bounds: &Bounds) -> Result<u64, Why> {
    let lower = text.to_lowercase();
    match bounds.names.iter().position(|name| *name == lower) {
        Some(place) => Ok(place as u64 + bounds.least),
        None => number(text),
    }
}

/// A number as Go's `Atoi` takes it, and not below 0.
fn number(text: &str) -> Result<u64, Why> {
    if text.is_empty() {
        return Err("lacks a number beside a `-` or `/`".into());
    }
    match text.parse::<i64>() {
        Ok(number) => u64::try_from(number).map_err(|_| format!("`{text}` is below 0").into()),
        Err(_) => Err(format!("`{text}` is no number").into()),
    }
}
