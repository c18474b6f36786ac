//! Schedules against what the CronJob controller's own parser makes of them.

use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use plimsoll::object::cron::{Schedule, time_zone};

use crate::facts;

#[test]
fn schedules_run_as_recorded() {
    let mut wrong = Vec::new();
    for fact in facts::read("cron.jsonl") {
        let text = |name: &str| fact[name].as_str().unwrap_or_default().to_string();
        let from = text("from").parse::<Timestamp>().expect("a time").to_zoned(time_zone(&text("zone")).expect("a zone"));
        let want: Vec<String> = fact["next"]
            .as_array()
            .map_or(Vec::new(), |list| list.iter().filter_map(|time| time.as_str()).map(String::from).collect());
        let show = |run: &Zoned| run.with_time_zone(TimeZone::UTC).timestamp().to_string();
        let got = match Schedule::parse(&text("value")) {
            Ok(schedule) => schedule.runs(&from, want.len().max(1)).iter().map(show).collect(),
            Err(_) if fact["refused"] == true => continue,
            Err(why) => vec![format!("refused: {why}")],
        };
        if got != want || fact["refused"] == true {
            wrong.push(format!("{:?} from {from}: {got:?}, recorded {want:?}", text("value")));
        }
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn time_zones_are_those_go_loads() {
    for name in ["UTC", "Etc/UTC", "America/New_York", "US/Pacific", "EST5EDT", "Asia/Seoul", "GMT", "Etc/GMT+5"] {
        assert!(time_zone(name).is_ok(), "{name}");
    }
    for name in
        ["", "Local", "local", "utc", "asia/seoul", "Asia/Seoul ", "../UTC", "/UTC", "Nowhere/City", "+05:00", "Etc/Unknown"]
    {
        assert!(time_zone(name).is_err(), "{name}");
    }
}
