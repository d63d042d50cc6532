//! One layer of a rotation, and its dated versions.

use jiff::ToSpan;
use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;

use super::names::Names;
use super::notes::Notes;
use super::section::{Section, Value, as_text, wrong_type};
use super::{dates, people, words};
use crate::oncall::{turn, wall};
use crate::policy::{DailyWindow, Every, Layer, Rule, Slot, Weekdays, Window};
use crate::{Timestamp, limits};

const KEYS: [&str; 10] = ["zone", "hours", "days", "every", "handoff", "from", "until", "people", "tier", "later"];
/// What may be another from a date on.
const LATER_KEYS: [&str; 7] = ["zone", "hours", "days", "every", "handoff", "from", "people"];

/// What was read of a layer; `None` where it is not there or was taken down as a mistake.
#[derive(Clone)]
struct Draft {
    zone: Option<TimeZone>,
    hours: Option<DailyWindow>,
    days: Option<Weekdays>,
    every: Option<Every>,
    handoff: Option<(Option<Weekday>, Time)>,
    from: Option<Date>,
    slots: Vec<Slot>,
}

/// The versions of a layer in order of time; the first is the layer as it stands. Empty after a mistake.
pub(super) fn read(notes: &mut Notes<'_>, path: &str, value: &Value<'_>, names: &Names<'_>) -> Vec<Layer> {
    let Some(section) = Section::open(notes, path, &value.span(), value, &KEYS) else { return Vec::new() };
    let tier = tier(notes, &section);
    let first = Draft::read(notes, &section, names);
    let until = until(notes, &section, first.from);
    let later = later(notes, &section, &first, names);
    let Some(tier) = tier else { return Vec::new() };
    let mut layers: Vec<Layer> = Vec::new();
    for draft in std::iter::once(first).chain(later) {
        let Some(layer) = draft.finish(tier) else { return Vec::new() };
        if let Some(before) = layers.last_mut() {
            before.ends = Some(turn::begins(&layer, 0));
        }
        layers.push(layer);
    }
    if let (Some(until), Some(last)) = (until, layers.last()) {
        let ends: Timestamp = wall::instant(&last.zone, until.to_datetime(last.handoff_at));
        // A version that would begin after the end of the layer never does.
        layers.iter_mut().for_each(|layer| layer.ends = Some(layer.ends.map_or(ends, |end| end.min(ends))));
    }
    layers
}

impl Draft {
    fn read(notes: &mut Notes<'_>, section: &Section<'_, '_>, names: &Names<'_>) -> Self {
        let zone = people::zone(notes, section);
        let hours = people::window(notes, section, "hours");
        let days = days(notes, section);
        let every = every(notes, section);
        let handoff = handoff(notes, section, every.as_ref());
        let from = from(notes, section, handoff);
        Self { zone, hours, days, every, handoff, from, slots: slots(notes, section, names) }
    }

    /// What is not written again is as it was.
    fn read_later(&self, notes: &mut Notes<'_>, section: &Section<'_, '_>, names: &Names<'_>) -> Self {
        let mut later = self.clone();
        let has = |key: &str| section.get(key).is_some();
        if has("zone") {
            later.zone = people::zone(notes, section);
        }
        if has("hours") {
            later.hours = people::window(notes, section, "hours");
        }
        if has("days") {
            later.days = days(notes, section);
        }
        if has("every") {
            later.every = every(notes, section);
        }
        if has("handoff") {
            later.handoff = handoff(notes, section, later.every.as_ref());
        }
        if has("people") {
            later.slots = slots(notes, section, names);
        }
        later.from = from(notes, section, later.handoff);
        later
    }

    fn finish(self, tier: u8) -> Option<Layer> {
        let (_, handoff_at) = self.handoff?;
        let hours = self.hours.unwrap_or(DailyWindow::DAY);
        let days = self.days.unwrap_or(Weekdays::ALL);
        let always = days == Weekdays::ALL && hours.is_whole_day();
        Some(Layer {
            place: 0,
            tier,
            zone: self.zone?,
            window: (!always).then_some(Window { hours, days }),
            every: self.every?,
            handoff_at,
            from: self.from?,
            ends: None,
            slots: self.slots,
        })
    }
}

fn tier(notes: &mut Notes<'_>, section: &Section<'_, '_>) -> Option<u8> {
    let Some(value) = section.get("tier") else { return Some(1) };
    let Some(number) = value.get_ref().as_integer() else {
        wrong_type(
            notes,
            &section.below("tier"),
            value,
            "a number",
            "write tier = 2 for people who stand behind tier 1",
        );
        return None;
    };
    let tier = number.as_str().parse().ok().filter(|tier| (1..=9).contains(tier));
    if tier.is_none() {
        let message = format!("{} is not the number of a tier", words::quoted(number.as_str()));
        notes.add(Rule::BadTier, &value.span(), message, "write a number from 1, which is rung first, to 9");
    }
    tier
}

/// `"Monday-Friday"`, or a list of such.
fn days(notes: &mut Notes<'_>, section: &Section<'_, '_>) -> Option<Weekdays> {
    let value = section.get("days")?;
    let path = section.below("days");
    let texts = match value.get_ref().as_array() {
        Some(array) => array.iter().filter_map(|value| as_text(notes, &path, value)).collect(),
        None => vec![as_text(notes, &path, value)?],
    };
    let mut all: Vec<Weekday> = Vec::new();
    for text in &texts {
        let Some(days) = words::weekdays(text.text) else {
            let message = format!("{} is not a day of the week", words::quoted(text.text));
            notes.add(Rule::BadDays, &text.at, message, "write \"Monday-Friday\" or [\"Saturday\", \"Sunday\"]");
            continue;
        };
        all.extend(Weekday::Monday.cycle_forward().take(7).filter(|day| days.contains(*day)));
    }
    if texts.is_empty() {
        notes.add(Rule::BadDays, &value.span(), "this layer is on duty on no day", "write \"Monday-Friday\"");
    }
    Some(all.into_iter().collect())
}

/// `"1 week"`, or a list of lengths that follow each other.
fn every(notes: &mut Notes<'_>, section: &Section<'_, '_>) -> Option<Every> {
    let Some(array) = section.get("every").and_then(|value| value.get_ref().as_array()) else {
        let given = section.required(notes, "every", "\"1 week\"")?;
        let shift = words::shift(given.text);
        if shift.is_none() {
            report_shift(notes, &given.at, given.text);
        }
        return shift.map(|shift| match shift {
            words::Shift::Hours(hours) => Every::Hours(vec![hours]),
            words::Shift::Months(months) => Every::Months(months),
        });
    };
    let given = section.texts(notes, "every", limits::SHIFT_LENGTHS)?;
    let mut lengths = Vec::new();
    for text in &given {
        match words::shift(text.text) {
            Some(words::Shift::Hours(hours)) => lengths.push(hours),
            Some(words::Shift::Months(_)) | None => report_shift(notes, &text.at, text.text),
        }
    }
    if array.is_empty() {
        notes.add(Rule::BadShift, &section.at("every"), "this list has no length of a shift", SHIFT_HELP);
    }
    (!lengths.is_empty() && lengths.len() == array.len()).then_some(Every::Hours(lengths))
}

fn report_shift(notes: &mut Notes<'_>, at: &std::ops::Range<usize>, given: &str) {
    let message = format!("{} is not the length of a shift", words::quoted(given));
    notes.add(Rule::BadShift, at, message, SHIFT_HELP);
}

const SHIFT_HELP: &str = "write up to \"168 hours\", \"366 days\", \"52 weeks\" or \"12 months\"; a list of hours, days and weeks \
                for shifts that are not equally long: [\"4 days\", \"3 days\"]";

/// Shifts of whole weeks name the day, so that it can be checked against `from`.
fn handoff(notes: &mut Notes<'_>, section: &Section<'_, '_>, every: Option<&Every>) -> Option<(Option<Weekday>, Time)> {
    let given = section.required(notes, "handoff", "\"Monday 09:00\"")?;
    let handoff = words::handoff(given.text);
    let whole_weeks = every.is_some_and(|every| match every {
        Every::Hours(lengths) => lengths.iter().sum::<u32>() % (7 * 24) == 0,
        Every::Months(_) => false,
    });
    let lacks_day = whole_weeks && handoff.is_some_and(|(day, _)| day.is_none());
    if handoff.is_none() || lacks_day {
        let message = format!("{} is not a day and a time", words::quoted(given.text));
        notes.add(Rule::BadHandoff, &given.at, message, "write a day of the week and a time, such as \"Monday 09:00\"");
        return None;
    }
    handoff
}

/// The date of the first hand-off, which has to fall on the hand-off's day of the week.
fn from(notes: &mut Notes<'_>, section: &Section<'_, '_>, handoff: Option<(Option<Weekday>, Time)>) -> Option<Date> {
    let Some(value) = section.get("from") else {
        section.missing(notes, "from", "2026-01-05, the date of the first hand-off");
        return None;
    };
    let date = dates::date(notes, &section.below("from"), value, "the date of the first hand-off", "from")?;
    let (day, _) = handoff?;
    let Some(day) = day.filter(|day| *day != date.weekday()) else { return Some(date) };
    let (is, wanted) = (words::weekday_name(date.weekday()), words::weekday_name(day));
    let before = date.saturating_sub(i64::from(date.weekday().since(day)).days());
    let after = before.saturating_add(7.days());
    let message = format!("{date} is a {is}, and this layer hands over on {wanted}s");
    notes.add(Rule::HandoffDay, &value.span(), message, format!("write from = {before} or from = {after}"));
    None
}

/// The date on which the layer ends, at the time of its hand-off.
fn until(notes: &mut Notes<'_>, section: &Section<'_, '_>, from: Option<Date>) -> Option<Date> {
    let value = section.get("until")?;
    let until = dates::date(notes, &section.below("until"), value, "the date on which it ends", "until")?;
    if let Some(from) = from.filter(|from| until <= *from) {
        let message = format!("this layer would end on {until}, and begins on {from}");
        notes.add(Rule::EndsBeforeItBegins, &value.span(), message, "write a later date, or leave the layer out");
        return None;
    }
    Some(until)
}

/// The versions that follow, each from its own date.
fn later(notes: &mut Notes<'_>, section: &Section<'_, '_>, first: &Draft, names: &Names<'_>) -> Vec<Draft> {
    let Some(array) = section.array(notes, "later") else { return Vec::new() };
    if array.len() > limits::LAYER_VERSIONS {
        let message =
            format!("there are {} dated versions, and at most {} are read", array.len(), limits::LAYER_VERSIONS);
        notes.add(Rule::TooMany, &section.at("later"), message, "leave out what is over");
        return Vec::new();
    }
    let mut drafts: Vec<Draft> = Vec::new();
    for value in array {
        let Some(table) = Section::open(notes, &section.below("later"), &value.span(), value, &LATER_KEYS) else {
            continue;
        };
        let before = drafts.last().unwrap_or(first);
        let draft = before.read_later(notes, &table, names);
        if let (Some(from), Some(last)) = (draft.from, before.from)
            && from <= last
        {
            let message = format!("this version begins on {from}, and the one before it on {last}");
            notes.add(
                Rule::LaterOrder,
                &table.at("from"),
                message,
                "write dated versions in order, each with a later date",
            );
        }
        drafts.push(draft);
    }
    drafts
}

/// In the order of their turns; somebody may have several. A list is several at once, an empty list nobody.
fn slots(notes: &mut Notes<'_>, section: &Section<'_, '_>, names: &Names<'_>) -> Vec<Slot> {
    if section.get("people").is_none() {
        section.missing(notes, "people", "[\"maya\"]");
    }
    let Some(array) = section.array(notes, "people") else { return Vec::new() };
    if array.len() > limits::LAYER_PEOPLE {
        let message = format!("there are {} turns, and at most {} are read", array.len(), limits::LAYER_PEOPLE);
        notes.add(Rule::TooMany, &section.at("people"), message, "leave some out");
        return Vec::new();
    }
    let path = section.below("people");
    if array.iter().all(|slot| slot.get_ref().as_array().is_some_and(|people| people.is_empty())) {
        let message = "this layer has no people: nobody would ever be on call";
        notes.add(Rule::EmptyLayer, &section.at("people"), message, "name at least one person");
    }
    array.iter().map(|value| slot(notes, &path, value, names)).collect()
}

fn slot(notes: &mut Notes<'_>, path: &str, value: &Value<'_>, names: &Names<'_>) -> Slot {
    let Some(array) = value.get_ref().as_array() else {
        return as_text(notes, path, value).and_then(|person| names.person(notes, &person)).into_iter().collect();
    };
    if array.len() > limits::SLOT_PEOPLE {
        let message = format!("there are {} people at once, and at most {}", array.len(), limits::SLOT_PEOPLE);
        notes.add(Rule::TooMany, &value.span(), message, "leave some out");
        return Vec::new();
    }
    let mut slot: Slot = Vec::new();
    for value in array {
        let Some(text) = as_text(notes, path, value) else { continue };
        let Some(person) = names.person(notes, &text) else { continue };
        if slot.contains(&person) {
            let message = format!("{} has this turn twice", words::quoted(text.text));
            notes.add(Rule::Duplicate, &text.at, message, "leave one out");
            continue;
        }
        slot.push(person);
    }
    slot
}
