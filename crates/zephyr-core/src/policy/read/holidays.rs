//! `[holidays]`: calendars of days on which people are away, and the days of one person.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use super::names;
use super::notes::Notes;
use super::section::{Section, Value, wrong_type};
use super::{dates, words};
use crate::oncall::wall;
use crate::policy::Rule;
use crate::{RotationId, limits};

/// The days of each calendar, by its name as written.
pub(super) type Calendars<'a> = BTreeMap<&'a str, BTreeSet<Date>>;

const EXAMPLE: &str = "write a date, 2026-12-25, or both ends of a range, \"2026-12-24 to 2026-12-26\"";

pub(super) fn read<'a>(notes: &mut Notes<'_>, root: &Section<'a, '_>) -> Calendars<'a> {
    let Some(section) = root.child(notes, "holidays", &[]) else { return BTreeMap::new() };
    let mut calendars = BTreeMap::new();
    for given in section.names() {
        // The same letters as any other name.
        let _ = names::name::<RotationId>(notes, &given);
        let mut days = BTreeSet::new();
        for value in section.array(notes, given.text).into_iter().flatten() {
            add(notes, &section.below(given.text), value, &mut days);
        }
        report_too_many(notes, &section, given.text, &days);
        calendars.insert(given.text, days);
    }
    calendars
}

/// When a person is on holiday: the calendars they name, and days of their own. Whole days in their zone.
pub(super) fn of_person(
    notes: &mut Notes<'_>,
    section: &Section<'_, '_>,
    calendars: &Calendars<'_>,
    zone: Option<&TimeZone>,
) -> Vec<(Timestamp, Timestamp)> {
    let Some(array) = section.array(notes, "holidays") else { return Vec::new() };
    let mut days = BTreeSet::new();
    for value in array {
        match value.get_ref().as_str().filter(|text| words::days(text).is_none()) {
            Some(name) => match calendars.get(name) {
                Some(calendar) => days.extend(calendar),
                None => report_unknown(notes, value, name, calendars),
            },
            None => add(notes, &section.below("holidays"), value, &mut days),
        }
    }
    report_too_many(notes, section, "holidays", &days);
    zone.map(|zone| spans(&days, zone)).unwrap_or_default()
}

/// One entry of a list: a date, or both ends of a range.
fn add(notes: &mut Notes<'_>, path: &str, value: &Value<'_>, days: &mut BTreeSet<Date>) {
    if dates::is_date(value) {
        days.extend(dates::date(notes, path, value, "the day", "christmas"));
        return;
    }
    let Some(text) = value.get_ref().as_str() else {
        wrong_type(notes, path, value, "dates or ranges", EXAMPLE);
        return;
    };
    let range = words::days(text).filter(|(first, last)| first <= last);
    let Some((first, last)) = range else {
        notes.add(Rule::BadHoliday, &value.span(), format!("{} are no days", words::quoted(text)), EXAMPLE);
        return;
    };
    if dates::in_bounds(notes, value, first) && dates::in_bounds(notes, value, last) {
        days.extend(first.series(1.day()).take(limits::HOLIDAYS + 1).take_while(|day| *day <= last));
    }
}

fn report_unknown(notes: &mut Notes<'_>, value: &Value<'_>, name: &str, calendars: &Calendars<'_>) {
    let message = format!("there are no holidays {}", words::quoted(name));
    let help = match words::near(name, calendars.keys().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("add {name} = [2026-12-25] to [holidays], or {EXAMPLE}"),
    };
    notes.add(Rule::UnknownHolidays, &value.span(), message, help);
}

fn report_too_many(notes: &mut Notes<'_>, section: &Section<'_, '_>, key: &str, days: &BTreeSet<Date>) {
    if days.len() > limits::HOLIDAYS {
        let message = format!("`{}` has more than {} days", section.below(key), limits::HOLIDAYS);
        notes.add(Rule::TooMany, &section.at(key), message, "leave out days long past or far ahead");
    }
}

/// Days one after the other are one span.
fn spans(days: &BTreeSet<Date>, zone: &TimeZone) -> Vec<(Timestamp, Timestamp)> {
    let midnight = |day: Date| wall::instant(zone, day.to_datetime(jiff::civil::Time::midnight()));
    let mut spans: Vec<(Timestamp, Timestamp)> = Vec::new();
    for day in days {
        let (from, until) = (midnight(*day), midnight(wall::tomorrow(*day)));
        match spans.last_mut() {
            Some((_, last)) if *last == from => *last = until,
            _ => spans.push((from, until)),
        }
    }
    spans
}
