//! `[rotations.payments]`: layers of people taking turns.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::{Date, Time, Weekday};

use super::names::{self, Names};
use super::notes::Notes;
use super::people;
use super::section::{Section, Value, wrong_type};
use super::words;
use crate::policy::{Layer, Rotation, Rule};
use crate::{PersonId, RotationId, limits};

const LAYER_KEYS: [&str; 6] = ["zone", "hours", "every", "handoff", "from", "people"];
/// What a newcomer would copy.
const LAYER: &str = "[{ zone = \"Europe/Berlin\", every = \"1 week\", handoff = \"Monday 09:00\", from = 2026-01-05, \
                     people = [\"maya\"] }]";
/// First hand-offs outside these years are typing mistakes.
const YEARS: std::ops::RangeInclusive<i16> = 2000..=2200;

pub(super) fn read(notes: &mut Notes<'_>, root: &Section<'_, '_>, names: &Names<'_>) -> BTreeMap<RotationId, Rotation> {
    let Some(section) = root.child(notes, "rotations", &[]) else { return BTreeMap::new() };
    let mut rotations = BTreeMap::new();
    for given in section.names() {
        let id = names::name::<RotationId>(notes, &given);
        if given.text == "service" {
            let message = "a rotation cannot be called `service`: as a target that means the owner of the service";
            notes.add(Rule::ReservedName, &given.at, message, "give it another name");
        }
        let Some(table) = section.child(notes, given.text, &["layers"]) else { continue };
        let layers = layers(notes, &table, names);
        if let Some(id) = id {
            rotations.insert(id, Rotation { layers });
        }
    }
    if rotations.len() > limits::ROTATIONS {
        let message = format!("there are {} rotations, and at most {} are read", rotations.len(), limits::ROTATIONS);
        notes.add(Rule::TooMany, &section.at, message, "leave some out");
    }
    rotations
}

fn layers(notes: &mut Notes<'_>, section: &Section<'_, '_>, names: &Names<'_>) -> Vec<Layer> {
    if section.get("layers").is_none() {
        let message = format!("[{}] is empty: nobody would ever be on call", section.path);
        notes.add(Rule::EmptyRotation, &section.at, message, format!("add layers = {LAYER}"));
    }
    let Some(array) = section.array(notes, "layers") else { return Vec::new() };
    if array.is_empty() {
        let message = format!("[{}] has no layer: nobody would ever be on call", section.path);
        notes.add(Rule::EmptyRotation, &section.at("layers"), message, format!("write layers = {LAYER}"));
    }
    if array.len() > limits::LAYERS {
        let message = format!("there are {} layers, and at most {} are read", array.len(), limits::LAYERS);
        notes.add(Rule::TooMany, &section.at("layers"), message, "leave some out");
        return Vec::new();
    }
    let path = section.below("layers");
    array.iter().filter_map(|value| layer(notes, &path, value, names)).collect()
}

fn layer(notes: &mut Notes<'_>, path: &str, value: &Value<'_>, names: &Names<'_>) -> Option<Layer> {
    let section = Section::open(notes, path, &value.span(), value, &LAYER_KEYS)?;
    let zone = people::zone(notes, &section);
    let hours = people::window(notes, &section, "hours");
    let every_weeks = every(notes, &section);
    let handoff = handoff(notes, &section);
    let from = from(notes, &section, handoff);
    let people = members(notes, &section, names);
    let (handoff_on, handoff_at) = handoff?;
    Some(Layer { zone: zone?, hours, every_weeks: every_weeks?, handoff_on, handoff_at, from: from?, people })
}

fn every(notes: &mut Notes<'_>, section: &Section<'_, '_>) -> Option<u32> {
    let given = section.required(notes, "every", "\"1 week\"")?;
    let weeks = words::weeks(given.text);
    if weeks.is_none() {
        let message = format!("{} is not the length of a shift", words::quoted(given.text));
        notes.add(Rule::BadShift, &given.at, message, "write \"1 week\" or \"2 weeks\", up to \"52 weeks\"");
    }
    weeks
}

fn handoff(notes: &mut Notes<'_>, section: &Section<'_, '_>) -> Option<(Weekday, Time)> {
    let given = section.required(notes, "handoff", "\"Monday 09:00\"")?;
    let handoff = words::handoff(given.text);
    if handoff.is_none() {
        let message = format!("{} is not a day and a time", words::quoted(given.text));
        notes.add(Rule::BadHandoff, &given.at, message, "write a day of the week and a time, such as \"Monday 09:00\"");
    }
    handoff
}

/// The date of the first hand-off, which has to fall on the hand-off's day of the week.
fn from(notes: &mut Notes<'_>, section: &Section<'_, '_>, handoff: Option<(Weekday, Time)>) -> Option<Date> {
    let Some(value) = section.get("from") else {
        section.missing(notes, "from", "2026-01-05, the date of the first hand-off");
        return None;
    };
    let Some(date) = value.get_ref().as_datetime().and_then(as_date) else {
        let help = "write the date of the first hand-off without quotes and without a time: from = 2026-01-05";
        wrong_type(notes, &section.below("from"), value, "a date", help);
        return None;
    };
    if !YEARS.contains(&date.year()) {
        let help = format!("use a year from {} to {}", YEARS.start(), YEARS.end());
        notes.add(Rule::DateOutOfBounds, &value.span(), format!("the year {} is out of bounds", date.year()), help);
        return None;
    }
    let (day, _) = handoff?;
    if date.weekday() == day {
        return Some(date);
    }
    let (is, wanted) = (words::weekday_name(date.weekday()), words::weekday_name(day));
    let before = date.saturating_sub(i64::from(date.weekday().since(day)).days());
    let after = before.saturating_add(7.days());
    let message = format!("{date} is a {is}, and this layer hands over on {wanted}s");
    notes.add(Rule::HandoffDay, &value.span(), message, format!("write from = {before} or from = {after}"));
    None
}

/// A date without a time.
fn as_date(given: &toml::value::Datetime) -> Option<Date> {
    let (Some(date), None, None) = (given.date, given.time, given.offset) else { return None };
    Date::new(date.year.try_into().ok()?, date.month.try_into().ok()?, date.day.try_into().ok()?).ok()
}

/// In the order of their turns; somebody may have several.
fn members(notes: &mut Notes<'_>, section: &Section<'_, '_>, names: &Names<'_>) -> Vec<PersonId> {
    if section.get("people").is_none() {
        section.missing(notes, "people", "[\"maya\"]");
    }
    let Some(given) = section.texts(notes, "people", limits::LAYER_PEOPLE) else { return Vec::new() };
    if given.is_empty() && section.array(notes, "people").is_some_and(|array| array.is_empty()) {
        let message = "this layer has no people: nobody would ever be on call";
        notes.add(Rule::EmptyLayer, &section.at("people"), message, "name at least one person");
    }
    given.iter().filter_map(|person| names.person(notes, person)).collect()
}
