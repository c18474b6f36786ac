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

fn plimsoll_cron(args: &[&str]) -> (Option<i32>, String) {
    let output = assert_cmd::Command::new(env!("CARGO_BIN_EXE_plimsoll")).arg("cron").args(args).output().expect("to run");
    (output.status.code(), String::from_utf8(output.stdout).expect("text"))
}

#[test]
fn the_command_answers_in_json() {
    let from = ["--from", "2026-11-21T07:30:00Z", "--count", "2", "--format", "json"];
    let (code, answer) = plimsoll_cron(&[&from[..], &["--time-zone", "Asia/Seoul", "--", "0 9 * * *"]].concat());
    assert_eq!(code, Some(0));
    assert_eq!(
        answer.trim(),
        r#"{"expression":"0 9 * * *","description":"every day at 09:00","next":["2026-11-22T00:00:00Z","2026-11-23T00:00:00Z"]}"#
    );
    let (code, answer) = plimsoll_cron(&[&from[..], &["--", "0 0 * * 7"]].concat());
    assert!(code == Some(1) && answer.contains(r#""error":"#), "{answer}");
    let (code, answer) = plimsoll_cron(&[&from[..], &["--time-zone", "asia/seoul", "--", "0 0 * * 1"]].concat());
    assert!(code == Some(1) && answer.contains(r#""error":"#), "{answer}");
}

#[test]
fn a_wrong_command_line_is_a_usage_error() {
    assert_eq!(plimsoll_cron(&["--from", "soon", "--", "0 0 * * 1"]).0, Some(2));
    assert_eq!(plimsoll_cron(&["--count", "0", "--", "0 0 * * 1"]).0, Some(2));
}
