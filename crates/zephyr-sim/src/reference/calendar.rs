//! Who is on call, found by walking: shift after shift from the first, and minute by minute around each hand-off to the
//! instant that its wall-clock time means.
//!
//! Deliberately not here: any arithmetic of the core's own calendar, which must come to the same.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use zephyr_core::policy::{Every, Layer, Window};
use zephyr_core::{PersonId, RotationId, World};

/// Instants that were walked to before, by zone and wall-clock time.
#[derive(Debug, Default)]
pub struct Walked(RefCell<BTreeMap<(String, DateTime), Timestamp>>);

/// Beyond this from a wall-clock time no change of the clock matters.
const FAR: SignedDuration = SignedDuration::from_hours(24);
/// More than any clock is ever changed by.
const BEFORE: SignedDuration = SignedDuration::from_hours(3);

impl Walked {
    /// The first instant at which clocks show a time, or a later one where they skip it.
    fn first(&self, zone: &TimeZone, wall: DateTime) -> Timestamp {
        let key = (zone.iana_name().unwrap_or_default().to_owned(), wall);
        if let Some(known) = self.0.borrow().get(&key) {
            return *known;
        }
        let utc = TimeZone::UTC.to_timestamp(wall).unwrap_or(Timestamp::MAX);
        let offset = SignedDuration::from_secs(i64::from(zone.to_offset(utc).seconds()));
        let mut at = utc - offset - BEFORE;
        while zone.to_datetime(at) < wall {
            at += SignedDuration::from_mins(1);
        }
        self.0.borrow_mut().insert(key, at);
        at
    }

    fn is_within(&self, zone: &TimeZone, window: Window, now: Timestamp) -> bool {
        let today = zone.to_datetime(now).date();
        [today.saturating_sub(1.day()), today, today.saturating_add(1.day())].into_iter().any(|day: Date| {
            let (from, to) = (window.hours.from, window.hours.to);
            let last = if from < to { day } else { day.saturating_add(1.day()) };
            window.days.contains(day.weekday())
                && self.first(zone, day.to_datetime(from)) <= now
                && now < self.first(zone, last.to_datetime(to))
        })
    }

    /// Which slot of a layer has its turn.
    fn turn(&self, layer: &Layer, now: Timestamp) -> Option<usize> {
        let over = layer.ends.is_some_and(|ends| ends <= now);
        if over || layer.window.is_some_and(|window| !self.is_within(&layer.zone, window, now)) {
            return None;
        }
        let shown = layer.zone.to_datetime(now);
        let first = layer.from.to_datetime(layer.handoff_at);
        let mut begins = first;
        let mut latest = None;
        for shift in 0_usize.. {
            if begins > shown.saturating_add(FAR) {
                break;
            }
            if begins < shown.saturating_sub(FAR) || self.first(&layer.zone, begins) <= now {
                latest = Some(shift);
            }
            begins = match &layer.every {
                Every::Months(months) => {
                    let months = i64::try_from(shift + 1).unwrap_or(0) * i64::from(*months);
                    first.saturating_add(months.months())
                }
                Every::Hours(lengths) => {
                    let hours = lengths.iter().cycle().nth(shift).copied().unwrap_or(1);
                    begins.saturating_add(SignedDuration::from_hours(i64::from(hours)))
                }
            };
        }
        latest.map(|shift| shift % layer.slots.len().max(1))
    }
}

/// Whoever stands in a layer, with the layer and the slot whose turn it is where it has one.
struct Stand<'a> {
    turn: Option<(&'a Layer, usize)>,
    people: Vec<PersonId>,
}

/// The schedules of a world at one instant.
pub struct Calendar<'a> {
    pub world: &'a World,
    pub walked: &'a Walked,
    pub now: Timestamp,
}

impl Calendar<'_> {
    /// On call now in any layer.
    pub fn on_call(&self, rotation: &RotationId) -> Vec<PersonId> {
        self.stands(rotation).into_iter().flat_map(|stand| stand.people).collect()
    }

    /// Those of them who are rung first.
    pub fn primary(&self, rotation: &RotationId) -> Vec<PersonId> {
        self.stands(rotation).into_iter().next().map(|stand| stand.people).unwrap_or_default()
    }

    /// Who comes next, in order, without those who are rung first.
    pub fn succession(&self, rotation: &RotationId) -> Vec<PersonId> {
        let stands = self.stands(rotation);
        let mut order: Vec<PersonId> = Vec::new();
        for stand in stands.iter().skip(1) {
            order.extend(stand.people.iter().filter(|person| self.is_awake(person)).cloned());
        }
        let mut rest: Vec<&PersonId> = Vec::new();
        if let Some(Stand { turn: Some((layer, slot)), .. }) = stands.first() {
            let (before, after) = layer.slots.split_at((slot + 1).min(layer.slots.len()));
            rest.extend(after.iter().chain(before).flatten());
        }
        rest.extend(self.members(rotation));
        order.extend(rest.into_iter().filter(|person| !self.is_away(person)).cloned());
        let primary = stands.first().map(|stand| stand.people.as_slice()).unwrap_or_default();
        order.retain(|person| !primary.contains(person));
        let mut seen = BTreeSet::new();
        order.retain(|person| seen.insert(person.clone()));
        order
    }

    /// Everybody with a turn in the versions that are in force, or will be next.
    pub fn members(&self, rotation: &RotationId) -> Vec<&PersonId> {
        let layers = self.world.policy.rotations.get(rotation).map(|known| known.layers.as_slice()).unwrap_or_default();
        let mut places = BTreeSet::new();
        let going = layers.iter().filter(|layer| layer.ends.is_none_or(|ends| self.now < ends));
        going.filter(|layer| places.insert(layer.place)).flat_map(|layer| layer.slots.iter().flatten()).collect()
    }

    fn stands(&self, rotation: &RotationId) -> Vec<Stand<'_>> {
        let mut stands = Vec::new();
        let layers = self.world.policy.rotations.get(rotation).map(|known| known.layers.as_slice());
        let Some(layers) = layers else { return stands };
        for layer in layers {
            let Some(slot) = self.walked.turn(layer, self.now) else { continue };
            let people = layer.slots.get(slot).into_iter().flatten();
            let people: Vec<PersonId> = people.filter_map(|person| self.stands_for(rotation, person)).collect();
            if !people.is_empty() {
                stands.push(Stand { turn: Some((layer, slot)), people });
            }
        }
        if let Some(person) = self.overriding(rotation, None) {
            match stands.first_mut() {
                Some(primary) => primary.people = vec![person],
                None => stands.push(Stand { turn: None, people: vec![person] }),
            }
        }
        stands
    }

    fn stands_for(&self, rotation: &RotationId, person: &PersonId) -> Option<PersonId> {
        let present = || (!self.is_away(person)).then(|| person.clone());
        self.overriding(rotation, Some(person)).or_else(present)
    }

    /// The newest word about a place, of those that name somebody who is there.
    fn overriding(&self, rotation: &RotationId, whose: Option<&PersonId>) -> Option<PersonId> {
        let changes = &self.world.changes;
        let holds = |from: Timestamp, until: Timestamp| from <= self.now && self.now < until;
        let mut newest = None;
        for arranged in &changes.overrides {
            let told_since = changes.leave.iter().any(|leave| {
                leave.person == arranged.person && holds(leave.from, leave.until) && leave.made_at > arranged.made_at
            });
            if arranged.rotation == *rotation
                && arranged.instead_of.as_ref() == whose
                && holds(arranged.from, arranged.until)
                && !told_since
                && self.world.policy.people.contains_key(&arranged.person)
            {
                let age = (arranged.made_at, arranged.number);
                newest = newest.max(Some((age, arranged.person.clone())));
            }
        }
        newest.map(|(_, person)| person)
    }

    fn is_away(&self, person: &PersonId) -> bool {
        let holidays = self.world.policy.people.get(person).map(|known| known.holidays.as_slice()).unwrap_or_default();
        let leave = self.world.changes.leave.iter().filter(|leave| leave.person == *person);
        let leave = leave.map(|leave| (leave.from, leave.until));
        holidays.iter().copied().chain(leave).any(|(from, until)| from <= self.now && self.now < until)
    }

    fn is_awake(&self, person: &PersonId) -> bool {
        self.world.policy.people.get(person).is_some_and(|known| {
            known.awake.is_whole_day() || self.walked.is_within(&known.zone, Window::daily(known.awake), self.now)
        })
    }
}
