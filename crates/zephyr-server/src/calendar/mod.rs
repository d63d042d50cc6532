//! Who is on call, as an iCalendar (RFC 5545) for whatever calendar a person uses.
//!
//! Every time stands in the wall clock of one zone, whose rules for the days shown go along, so that a reader needs none
//! of its own. Deliberately not here: who may read one (`api::calendar_feed`), and incidents, none of which ever appears.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use zephyr_core::{PersonId, RotationId, World, limits, proof};

use crate::auth::hash;

mod text;
mod zone;

use text::Text;

/// What a calendar shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shown {
    /// One person's turns, in every rotation.
    Person(PersonId),
    /// Everybody's turns in one rotation.
    Rotation(RotationId),
}

/// A calendar made at `now` for a server reached at `public_url`. Times are in `zone`.
pub fn calendar(world: &World, shown: &Shown, zone: &TimeZone, public_url: &str, now: Timestamp) -> String {
    let (from, until) = window(now);
    let (entries, is_cut) = entries(world, shown, from, until);
    let mut text = Text::default();
    text.line("BEGIN:VCALENDAR");
    text.line("VERSION:2.0");
    text.line("PRODID:-//zephyr//on call//EN");
    text.line("CALSCALE:GREGORIAN");
    text.line("METHOD:PUBLISH");
    let name = match shown {
        Shown::Person(person) => format!("On call: {}", world.policy.display_name(person)),
        Shown::Rotation(rotation) => format!("On call: {rotation}"),
    };
    text.words("NAME", &name);
    text.words("X-WR-CALNAME", &name);
    if is_cut {
        text.words("X-WR-CALDESC", &format!("The first {} turns only.", limits::CALENDAR_ENTRIES));
    }
    text.line("REFRESH-INTERVAL;VALUE=DURATION:PT1H");
    text.line("X-PUBLISHED-TTL:PT1H");
    let named = zone.iana_name().filter(|name| *name != "UTC");
    if let Some(named) = named {
        text.line(&format!("X-WR-TIMEZONE:{named}"));
        zone::rules(&mut text, zone, named, from, until);
    }
    let clock = zone::Clock::new(zone, named);
    for entry in &entries {
        entry.write(&mut text, &clock, public_url, now);
    }
    text.line("END:VCALENDAR");
    text.into()
}

/// The days shown. They begin with a day, so that what has begun before looks the same at each look of a day.
fn window(now: Timestamp) -> (Timestamp, Timestamp) {
    let day = 24 * 3600;
    let today = now.as_second() - now.as_second().rem_euclid(day);
    let at = |days: i64, limit| Timestamp::from_second(today + days * day).unwrap_or(limit);
    (at(-limits::CALENDAR_DAYS_BACK, Timestamp::MIN), at(limits::CALENDAR_DAYS_AHEAD, Timestamp::MAX))
}

struct Entry {
    rotation: RotationId,
    shift: proof::Shift,
    /// It began before the days shown.
    is_older: bool,
    /// It goes on after them.
    goes_on: bool,
    summary: String,
}

/// The turns to show, in order of time; whether there are more than that.
fn entries(world: &World, shown: &Shown, from: Timestamp, until: Timestamp) -> (Vec<Entry>, bool) {
    let rotations = world.policy.rotations.keys().filter(|id| match shown {
        Shown::Person(_) => true,
        Shown::Rotation(rotation) => rotation == *id,
    });
    let mut entries = Vec::new();
    for rotation in rotations {
        for shift in proof::shifts(world, rotation, from, until) {
            let who = match shown {
                Shown::Person(person) if shift.person != *person => continue,
                Shown::Person(_) => String::new(),
                Shown::Rotation(_) => format!("{}: ", world.policy.display_name(&shift.person)),
            };
            let layer = if shift.layer == 0 { String::new() } else { format!(", layer {}", shift.layer + 1) };
            let summary = format!("{who}on call for {rotation}{layer}");
            let (is_older, goes_on) = (shift.from == from, shift.until == until);
            entries.push(Entry { rotation: rotation.clone(), shift, is_older, goes_on, summary: capital(&summary) });
        }
    }
    entries.sort_by(|one, other| (one.shift.from, &one.rotation).cmp(&(other.shift.from, &other.rotation)));
    let is_cut = entries.len() > limits::CALENDAR_ENTRIES;
    entries.truncate(limits::CALENDAR_ENTRIES);
    (entries, is_cut)
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

impl Entry {
    fn write(&self, text: &mut Text, clock: &zone::Clock<'_>, public_url: &str, now: Timestamp) {
        let Self { rotation, shift, .. } = self;
        // The same turn has the same name at every look, and that of another server another.
        let began = if self.is_older { "before".to_owned() } else { shift.from.to_string() };
        let layer = shift.layer.to_string();
        let parts = [public_url, rotation.as_str(), &layer, shift.person.as_str(), &began];
        let parts: Vec<&[u8]> = parts.iter().map(|part| part.as_bytes()).collect();
        text.line("BEGIN:VEVENT");
        text.line(&format!("UID:{}@zephyr", hash(&parts)));
        text.line(&format!("DTSTAMP:{}", zone::utc(now)));
        text.line(&clock.property("DTSTART", shift.from));
        text.line(&clock.property("DTEND", shift.until));
        text.words("SUMMARY", &self.summary);
        let mut notes = Vec::new();
        notes.extend(shift.by.map(|number| format!("By override #{number}.")));
        notes.extend(self.is_older.then(|| "It began earlier.".to_owned()));
        notes.extend(self.goes_on.then(|| "It goes on after the days shown here.".to_owned()));
        if !notes.is_empty() {
            text.words("DESCRIPTION", &notes.join("\n"));
        }
        // Being on call is no appointment.
        text.line("TRANSP:TRANSPARENT");
        text.line("END:VEVENT");
    }
}
