//! Dates of the file: they exist, and are near enough to be meant.

use jiff::civil::Date;
use toml::de::DeValue;

use super::notes::Notes;
use super::section::{Value, wrong_type};
use crate::policy::Rule;

/// Dates outside these years are typing mistakes.
const YEARS: std::ops::RangeInclusive<i16> = 2000..=2200;

/// A date without a time; `what` says which, `the date of the first hand-off`, and `key` how it is written.
pub(super) fn date(notes: &mut Notes<'_>, path: &str, value: &Value<'_>, what: &str, key: &str) -> Option<Date> {
    let Some(date) = value.get_ref().as_datetime().and_then(without_time) else {
        let help = format!("write {what} without quotes and without a time: {key} = 2026-01-05");
        wrong_type(notes, path, value, "a date", &help);
        return None;
    };
    in_bounds(notes, value, date).then_some(date)
}

/// Dates that the calendar does not have are mistakes of syntax, found before.
fn without_time(given: &toml::value::Datetime) -> Option<Date> {
    let (Some(date), None, None) = (given.date, given.time, given.offset) else { return None };
    Date::new(date.year.try_into().ok()?, date.month.try_into().ok()?, date.day.try_into().ok()?).ok()
}

/// Whether a date is near enough to be meant; takes down that it is not.
pub(super) fn in_bounds(notes: &mut Notes<'_>, value: &Value<'_>, date: Date) -> bool {
    let near = YEARS.contains(&date.year());
    if !near {
        let help = format!("use a year from {} to {}", YEARS.start(), YEARS.end());
        notes.add(Rule::DateOutOfBounds, &value.span(), format!("the year {} is out of bounds", date.year()), help);
    }
    near
}

/// Whether a value is written as a date.
pub(super) fn is_date(value: &Value<'_>) -> bool {
    matches!(value.get_ref(), DeValue::Datetime(_))
}
