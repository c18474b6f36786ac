//! When a schedule runs next, across changes of the clock exactly as the CronJob controller counts.

use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp, ToSpan, Zoned};

use super::{Schedule, Sets, Times};

/// How far the controller looks for a run.
const YEARS: i16 = 5;

impl Schedule {
    /// The first run after `after`, in its zone; `None` where none comes within five years (31 April).
    pub fn next(&self, after: &Zoned) -> Option<Zoned> {
        match &self.times {
            Times::Every(seconds) => {
                let whole = after.timestamp().as_second();
                Some(Timestamp::from_second(whole.checked_add(*seconds)?).ok()?.to_zoned(after.time_zone().clone()))
            }
            Times::Sets(sets) => {
                let zone = self.zone.as_ref().unwrap_or(after.time_zone());
                let start = Timestamp::from_second(after.timestamp().as_second().checked_add(1)?).ok()?;
                let run = Clock { zone, now: start }.seek(sets)?;
                Some(run.to_zoned(after.time_zone().clone()))
            }
        }
    }

    /// The first `count` runs after `after`.
    pub fn runs(&self, after: &Zoned, count: usize) -> Vec<Zoned> {
        std::iter::successors(self.next(after), |run| self.next(run)).take(count).collect()
    }
}

/// A clock on the wall of a zone, moved forward field by field.
struct Clock<'z> {
    zone: &'z TimeZone,
    now: Timestamp,
}

/// What a step of the search came to.
enum Step {
    /// The field fits.
    Fits,
    /// A greater field has changed, so that all must be looked at again.
    Wrapped,
}

impl Clock<'_> {
    fn seek(mut self, sets: &Sets) -> Option<Timestamp> {
        if [sets.minutes, sets.hours, sets.months].iter().any(|set| set.bits == 0) {
            return None;
        }
        let last = self.read().year().saturating_add(YEARS);
        // Set once any field has moved: the smaller ones have begun anew then.
        let mut moved = false;
        while self.read().year() <= last {
            let step = self.month(sets, &mut moved)?;
            if matches!(step, Step::Wrapped) {
                continue;
            }
            if matches!(self.day(sets, &mut moved)?, Step::Wrapped) || matches!(self.hour(sets, &mut moved)?, Step::Wrapped) {
                continue;
            }
            if matches!(self.minute(sets, &mut moved)?, Step::Wrapped) || matches!(self.second(&mut moved)?, Step::Wrapped) {
                continue;
            }
            return Some(self.now);
        }
        None
    }

    fn month(&mut self, sets: &Sets, moved: &mut bool) -> Option<Step> {
        while !sets.months.has(self.read().month()) {
            if !*moved {
                self.set(midnight(self.read().first_of_month())?)?;
            }
            *moved = true;
            self.set(a_month_later(self.read())?)?;
            if self.read().month() == 1 {
                return Some(Step::Wrapped);
            }
        }
        Some(Step::Fits)
    }

    fn day(&mut self, sets: &Sets, moved: &mut bool) -> Option<Step> {
        while !sets.fits_day(self.read()) {
            if !*moved {
                self.set(midnight(self.read())?)?;
            }
            *moved = true;
            self.set(self.read().checked_add(1.day()).ok()?)?;
            // A day whose midnight is skipped begins at 1, or the clock has gone back into the day before.
            match self.read().hour() {
                0 => {}
                hour @ 13.. => self.advance(i64::from(24 - hour) * 3600)?,
                hour => self.advance(-i64::from(hour) * 3600)?,
            }
            if self.read().day() == 1 {
                return Some(Step::Wrapped);
            }
        }
        Some(Step::Fits)
    }

    fn hour(&mut self, sets: &Sets, moved: &mut bool) -> Option<Step> {
        while !sets.hours.has(self.read().hour()) {
            if !*moved {
                let start = self.read().with().minute(0).second(0).build().ok()?;
                self.set(start)?;
            }
            *moved = true;
            self.advance(3600)?;
            if self.read().hour() == 0 {
                return Some(Step::Wrapped);
            }
        }
        Some(Step::Fits)
    }

    fn minute(&mut self, sets: &Sets, moved: &mut bool) -> Option<Step> {
        while !sets.minutes.has(self.read().minute()) {
            if !*moved {
                self.advance(-self.now.as_second().rem_euclid(60))?;
            }
            *moved = true;
            self.advance(60)?;
            if self.read().minute() == 0 {
                return Some(Step::Wrapped);
            }
        }
        Some(Step::Fits)
    }

    /// Runs come at second 0.
    fn second(&mut self, moved: &mut bool) -> Option<Step> {
        while self.read().second() != 0 {
            *moved = true;
            self.advance(1)?;
            if self.read().second() == 0 {
                return Some(Step::Wrapped);
            }
        }
        Some(Step::Fits)
    }

    /// What the clock shows.
    fn read(&self) -> DateTime {
        self.zone.to_datetime(self.now)
    }

    fn advance(&mut self, seconds: i64) -> Option<()> {
        self.now = self.now.checked_add(SignedDuration::from_secs(seconds)).ok()?;
        Some(())
    }

    /// Sets the clock to a time of day as Go's `time.Date` does: where that time is skipped or comes twice, the offset is the one
    /// in force at the instant found with the offset guessed first.
    fn set(&mut self, shown: DateTime) -> Option<()> {
        let utc = Offset::UTC.to_timestamp(shown).ok()?;
        let guess = self.zone.to_offset(utc).to_timestamp(shown).ok()?;
        self.now = self.zone.to_offset(guess).to_timestamp(shown).ok()?;
        Some(())
    }
}

impl Sets {
    /// Days of the month and weekdays: both must fit where one of them is a star, else either.
    fn fits_day(&self, shown: DateTime) -> bool {
        let day = self.days.has(shown.day());
        let weekday = self.weekdays.has(shown.weekday().to_sunday_zero_offset());
        if self.days.star || self.weekdays.star { day && weekday } else { day || weekday }
    }
}

fn midnight(shown: DateTime) -> Option<DateTime> {
    shown.with().hour(0).minute(0).second(0).subsec_nanosecond(0).build().ok()
}

/// The same day and time of the next month; a day that it has not runs over into the month after, as Go's `AddDate` has it.
fn a_month_later(shown: DateTime) -> Option<DateTime> {
    let days = i64::from(shown.day()) - 1;
    shown.first_of_month().checked_add(1.month()).ok()?.checked_add(days.days()).ok()
}
