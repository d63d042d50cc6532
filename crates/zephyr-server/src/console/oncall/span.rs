//! Days, weeks and months by the wall clock of a reader, whatever the clock does in them.

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use zephyr_api::{Code, Problem};

use crate::fault::Fault;

/// Years that a calendar is asked about; beyond them it is a typing mistake.
const YEARS: std::ops::RangeInclusive<i16> = 2000..=2200;

/// The first instant of a day.
pub fn begins(zone: &TimeZone, day: Date) -> Timestamp {
    let midnight = zone.to_ambiguous_zoned(day.to_datetime(jiff::civil::Time::midnight()));
    midnight.compatible().map_or(Timestamp::MAX, |at| at.timestamp())
}

/// A day as an address gives it.
pub fn day(text: &str) -> Result<Date, Fault> {
    let read = text.parse::<Date>().ok().filter(|day| YEARS.contains(&day.year()));
    read.ok_or_else(|| {
        let short: String = text.chars().take(40).collect();
        let problem = Problem::new(Code::Malformed, "The calendar has no such day");
        problem.detail(format!("`{short}` is no day.")).hint("A day is written like 2027-03-15.").into()
    })
}

/// The Monday of a day's week.
pub fn monday(day: Date) -> Date {
    day.saturating_sub(i64::from(day.weekday().to_monday_zero_offset()).days())
}

/// The day after so many days, or before.
pub fn after(day: Date, days: i64) -> Date {
    day.saturating_add(days.days())
}

/// How a day's clock goes, where it is not 24 hours long: `23 hours long: the clock goes forward`.
pub fn odd_length(zone: &TimeZone, day: Date) -> Option<String> {
    let minutes = begins(zone, after(day, 1)).duration_since(begins(zone, day)).as_mins();
    let way = if minutes < 24 * 60 { "forward" } else { "back" };
    let (hours, rest) = (minutes / 60, minutes % 60);
    let long = if rest == 0 { format!("{hours} hours") } else { format!("{hours} hours {rest} min") };
    (minutes != 24 * 60).then(|| format!("{long} long: the clock goes {way}"))
}

/// `Mon 2 Feb`.
pub fn short(day: Date) -> String {
    day.strftime("%a %-d %b").to_string()
}

/// `Mo`, of a day of the week: seven of them beside each other on a telephone.
pub fn weekday(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "Mo",
        Weekday::Tuesday => "Tu",
        Weekday::Wednesday => "We",
        Weekday::Thursday => "Th",
        Weekday::Friday => "Fr",
        Weekday::Saturday => "Sa",
        Weekday::Sunday => "Su",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_begin_where_the_clock_says() {
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        let day = |text: &str| text.parse::<Date>().unwrap();
        assert_eq!(begins(&berlin, day("2027-03-28")).to_string(), "2027-03-27T23:00:00Z");
        assert_eq!(begins(&berlin, day("2027-03-29")).to_string(), "2027-03-28T22:00:00Z");
        let forward = odd_length(&berlin, day("2027-03-28")).unwrap();
        assert_eq!(forward, "23 hours long: the clock goes forward");
        assert_eq!(odd_length(&berlin, day("2027-10-31")).unwrap(), "25 hours long: the clock goes back");
        assert_eq!(odd_length(&berlin, day("2027-03-29")), None);
        // Where midnight is skipped, the day begins at one.
        let cairo = TimeZone::get("Africa/Cairo").unwrap();
        assert_eq!(begins(&cairo, day("2026-04-24")).to_string(), "2026-04-23T22:00:00Z");
    }

    #[test]
    fn weeks_begin_on_monday() {
        let day = |text: &str| text.parse::<Date>().unwrap();
        assert_eq!(monday(day("2026-03-01")), day("2026-02-23"));
        assert_eq!(monday(day("2026-02-23")), day("2026-02-23"));
        assert!(super::day("2026-02-30").is_err() && super::day("9999-01-01").is_err() && super::day("x").is_err());
    }
}
