//! A schedule in English words: "every day at 03:00", "at minute 5 past every hour from Monday to Friday".

use super::{Schedule, Set, Sets, Times};

const MONTH_NAMES: [&str; 12] =
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
const DAY_NAMES: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/// More clock times than this are said as minutes past hours.
const MOST_TIMES: usize = 6;

impl Schedule {
    /// What it means, in words.
    pub fn describe(&self) -> String {
        let words = match &self.times {
            Times::Every(seconds) => return format!("every {} after the last run", length(*seconds)),
            Times::Sets(sets) if sets.impossible() => format!("never, as there is no such day: {}", sets.describe()),
            Times::Sets(sets) => sets.describe(),
        };
        match self.zone.as_ref().and_then(|zone| zone.iana_name()) {
            Some(name) => format!("{words} in {name}"),
            None => words,
        }
    }
}

impl Sets {
    fn describe(&self) -> String {
        let (days, months) = match self.date_in_words() {
            Some(date) => (date, String::new()),
            None => (self.days_in_words(), self.months_in_words()),
        };
        let join = |parts: [&str; 3]| parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
        match self.clock_times() {
            Some(times) => {
                let days = if days.is_empty() { "every day" } else { &days };
                join([days, &months, &format!("at {}", list(&times))])
            }
            None => join([&self.minutes_in_words(), &days, &months]),
        }
    }

    /// `03:00`, `09:30` and so on, where there are few and hours are listed rather than all.
    fn clock_times(&self) -> Option<Vec<String>> {
        let (minutes, hours) = (self.minutes.values(), self.hours.values());
        if minutes.len() * hours.len() > MOST_TIMES || hours.len() == 24 {
            return None;
        }
        Some(hours.iter().flat_map(|hour| minutes.iter().map(move |minute| format!("{hour:02}:{minute:02}"))).collect())
    }

    /// The minutes and hours, where they are no few clock times.
    fn minutes_in_words(&self) -> String {
        let (minutes, hours) = (self.minutes.values(), self.hours.values());
        let clock = |hour: &i8, minute| format!("{hour:02}:{minute:02}");
        let hours_in_words = match (hours.as_slice(), stride(&hours, 24)) {
            (all, _) if all.len() == 24 => "every hour".to_string(),
            (_, Some(step)) => format!("every {} hour", ordinal(step)),
            (all, _) if is_run(all) => format!("every hour from {} to {}", all[0], all[all.len() - 1]),
            (all, _) if all.len() == 1 => format!("hour {}", all[0]),
            (all, _) => format!("hours {}", list(all)),
        };
        let rate = match stride(&minutes, 60) {
            _ if minutes.len() == 60 => "every minute".to_string(),
            Some(step) => format!("every {step} minutes"),
            None if minutes.len() == 1 => return format!("at minute {} past {hours_in_words}", minutes[0]),
            None if is_run(&minutes) => {
                return format!("every minute from {} to {} past {hours_in_words}", minutes[0], minutes[minutes.len() - 1]);
            }
            None => return format!("at minutes {} past {hours_in_words}", list(&minutes)),
        };
        match hours.as_slice() {
            all if all.len() == 24 => rate,
            all if is_run(all) || all.len() == 1 => {
                format!("{rate} from {} to {}", clock(&all[0], 0), clock(&all[all.len() - 1], 59))
            }
            _ => format!("{rate} of {hours_in_words}"),
        }
    }

    fn days_in_words(&self) -> String {
        let days = match self.days.values() {
            all if all.len() == 31 => String::new(),
            all if stride(&all.iter().map(|day| day - 1).collect::<Vec<_>>(), 31).is_some() => {
                format!("every {} day of the month", ordinal(i64::from(all[1] - all[0])))
            }
            all if is_run(&all) => format!("from day {} to {} of the month", all[0], all[all.len() - 1]),
            all if all.len() == 1 => format!("on day {} of the month", all[0]),
            all => format!("on days {} of the month", list(&all)),
        };
        let weekdays = named(self.weekdays, &DAY_NAMES, 0, "on");
        let either = !self.days.star && !self.weekdays.star;
        match (days.is_empty(), weekdays.is_empty()) {
            // Where neither is a star, either is enough; one that holds every day makes it every day.
            (true, _) | (_, true) if either => String::new(),
            (true, true) => String::new(),
            (true, false) => weekdays,
            (false, true) => days,
            (false, false) => format!("{days} {} {weekdays}", if either { "or" } else { "if also" }),
        }
    }

    /// `on 24 and 25 December`, where it is that simple.
    fn date_in_words(&self) -> Option<String> {
        let (days, months) = (self.days.values(), self.months.values());
        let &[month] = months.as_slice() else { return None };
        let simple = (1..=4).contains(&days.len()) && !is_run(&days) && self.weekdays.star;
        simple.then(|| format!("on {} {}", list(&days), MONTH_NAMES[month as usize - 1]))
    }

    fn months_in_words(&self) -> String {
        named(self.months, &MONTH_NAMES, 1, "in")
    }

    /// Whether no day ever fits: 31 April.
    fn impossible(&self) -> bool {
        let longest = |month: i8| match month {
            2 => 29,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        let by_date =
            self.months.values().into_iter().any(|month| self.days.values().first().is_some_and(|&day| day <= longest(month)));
        let by_weekday = self.weekdays.bits != 0;
        let days = if self.days.star || self.weekdays.star { by_date && by_weekday } else { by_date || by_weekday };
        self.minutes.bits == 0 || self.hours.bits == 0 || self.months.bits == 0 || !days
    }
}

/// Names of months or weekdays; nothing where all are meant.
fn named(set: Set, names: &[&str], least: usize, preposition: &str) -> String {
    let values: Vec<usize> = set.values().into_iter().map(|value| value as usize - least).collect();
    if values.len() == names.len() {
        return String::new();
    }
    let run = values.len() > 2 && values.windows(2).all(|pair| pair[1] == pair[0] + 1);
    match (run, values.first(), values.last()) {
        (true, Some(&first), Some(&last)) => format!("from {} to {}", names[first], names[last]),
        _ => format!("{preposition} {}", list(&values.iter().map(|&value| names[value]).collect::<Vec<_>>())),
    }
}

/// Three or more values in a row.
fn is_run(values: &[i8]) -> bool {
    values.len() > 2 && values.windows(2).all(|pair| pair[1] == pair[0] + 1)
}

/// The step, where the values are all of `0..size` at that step, as `*/5` gives.
fn stride(values: &[i8], size: i64) -> Option<i64> {
    let step = match values {
        [0, second, ..] => i64::from(*second),
        _ => return None,
    };
    let whole = size / step + i64::from(size % step != 0);
    let even = values.iter().enumerate().all(|(i, &value)| i64::from(value) == i as i64 * step);
    (step > 1 && even && values.len() as i64 == whole && (size % step == 0 || size == 31)).then_some(step)
}

fn ordinal(number: i64) -> String {
    match number {
        2 => "2nd".to_string(),
        3 => "3rd".to_string(),
        _ => format!("{number}th"),
    }
}

/// `a`, `a and b`, `a, b and c`.
fn list<T: std::fmt::Display>(items: &[T]) -> String {
    match items {
        [] => "no time".to_string(),
        [one] => one.to_string(),
        [first @ .., last] => {
            let first: Vec<String> = first.iter().map(ToString::to_string).collect();
            format!("{} and {last}", first.join(", "))
        }
    }
}

/// `1 hour 30 minutes`.
fn length(seconds: i64) -> String {
    let parts = [(seconds / 3600, "hour"), (seconds % 3600 / 60, "minute"), (seconds % 60, "second")];
    let said: Vec<String> = parts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, unit)| format!("{count} {unit}{}", if *count == 1 { "" } else { "s" }))
        .collect();
    said.join(" ")
}

#[cfg(test)]
mod tests {
    use super::Schedule;

    #[test]
    fn words() {
        for (text, words) in [
            ("0 3 * * *", "every day at 03:00"),
            ("5 * * * 1-5", "at minute 5 past every hour from Monday to Friday"),
            ("* * * * *", "every minute"),
            ("*/5 * * * *", "every 5 minutes"),
            ("*/5 9-17 * * mon-fri", "every 5 minutes from 09:00 to 17:59 from Monday to Friday"),
            ("0 */6 * * *", "every day at 00:00, 06:00, 12:00 and 18:00"),
            ("0 */2 * * *", "at minute 0 past every 2nd hour"),
            ("15,45 * * * *", "at minutes 15 and 45 past every hour"),
            ("0 0 1 * *", "on day 1 of the month at 00:00"),
            ("0 0 * * 0", "on Sunday at 00:00"),
            ("0 0 1,15 * 1", "on days 1 and 15 of the month or on Monday at 00:00"),
            ("0 0 29 2 *", "on 29 February at 00:00"),
            ("0 0 31 4 *", "never, as there is no such day: on 31 April at 00:00"),
            ("30 6 24,26 12 *", "on 24 and 26 December at 06:30"),
            ("0 0 */2 * *", "every 2nd day of the month at 00:00"),
            ("0 12 * 1-3 *", "every day from January to March at 12:00"),
            ("@every 1h30m", "every 1 hour 30 minutes after the last run"),
            ("@daily", "every day at 00:00"),
            ("0-30 * * * *", "every minute from 0 to 30 past every hour"),
            ("TZ=Asia/Seoul 0 9 * * *", "every day at 09:00 in Asia/Seoul"),
        ] {
            assert_eq!(Schedule::parse(text).unwrap().describe(), words, "{text}");
        }
    }
}
