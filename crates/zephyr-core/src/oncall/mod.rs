//! Who is on call at an instant: arithmetic on wall clocks and nothing else.
//!
//! Deliberately not here: overrides and leave, which beat the layers, and how a page goes on (`page`).

use jiff::civil::{Date, DateTime};
use jiff::{SignedDuration, Timestamp};

use crate::PersonId;
use crate::policy::{Layer, Policy, Rotation};

pub(crate) mod wall;

/// One layer's person at an instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnCall {
    /// Which layer, from 0; the first is primary.
    pub layer: usize,
    /// Who.
    pub person: PersonId,
    /// The first instant at which this is no longer so: hand-off or end of the layer's hours. The order of the layer
    /// may hand over to the same person.
    pub until: Timestamp,
}

/// Who is on call in each layer that has someone at `now`, in layer order. The instant of a hand-off belongs to the
/// incoming person.
pub fn at(rotation: &Rotation, now: Timestamp) -> Vec<OnCall> {
    let on_duty = |(layer, rules): (usize, &Layer)| {
        let turn = turn_at(rules, now)?;
        let person = rules.people.get(turn.position)?.clone();
        Some(OnCall { layer, person, until: turn.until })
    };
    rotation.layers.iter().enumerate().filter_map(on_duty).collect()
}

/// Who comes next in a rotation, in order: first the other layers' people on call now and awake, then the following
/// people of the primary's layer, then every other member. The primary is not among them.
pub fn succession(policy: &Policy, rotation: &Rotation, now: Timestamp) -> Vec<PersonId> {
    let mut on_call = rotation
        .layers
        .iter()
        .enumerate()
        .filter_map(|(index, layer)| Some((index, layer, turn_at(layer, now)?.position)));
    let primary = on_call.next();
    let primary_person = primary.and_then(|(_, layer, position)| layer.people.get(position));

    let others_awake = on_call
        .filter_map(|(_, layer, position)| layer.people.get(position))
        .filter(|person| policy.is_awake(person, now));
    let following = primary
        .into_iter()
        .flat_map(|(_, layer, position)| layer.people.iter().cycle().skip(position + 1).take(layer.people.len()));
    let members = rotation.layers.iter().flat_map(|layer| &layer.people);

    let mut order: Vec<PersonId> = Vec::new();
    for person in others_awake.chain(following).chain(members) {
        if Some(person) != primary_person && !order.contains(person) {
            order.push(person.clone());
        }
    }
    order
}

/// Whose turn it is in a layer.
#[derive(Debug, Clone, Copy)]
struct Turn {
    /// Which of the layer's people.
    position: usize,
    /// The hand-off or the end of the hours, whichever is first.
    until: Timestamp,
}

/// The turn that `now` lies in; `None` before the first hand-off and outside the hours. It depends on the layer's
/// `from`, length and order alone, never on when it was computed before.
fn turn_at(layer: &Layer, now: Timestamp) -> Option<Turn> {
    let (shift, handoff) = shift_at(layer, now)?;
    let position = usize::try_from(shift.checked_rem(i64::try_from(layer.people.len()).ok()?)?).ok()?;
    let hours_end = match layer.hours {
        Some(hours) if hours.from != hours.to => wall::window_around(&layer.zone, hours, now)?.1,
        Some(_) | None => handoff,
    };
    Some(Turn { position, until: hours_end.min(handoff) })
}

/// The number of the shift, from 0, and the instant at which it is handed over.
fn shift_at(layer: &Layer, now: Timestamp) -> Option<(i64, Timestamp)> {
    let days_a_shift = i64::from(layer.every_weeks.max(1)) * 7;
    let today = layer.zone.to_datetime(now).date();
    let mut shift = days_between(layer.from, today).div_euclid(days_a_shift);
    let begins = |shift: i64| wall::instant(&layer.zone, handoff(layer, shift * days_a_shift));

    // The date alone is right but for the hours before the hand-off, and where the clock jumps over midnight.
    if now < begins(shift) {
        shift -= 1;
    }
    let mut ends = begins(shift + 1);
    if ends <= now {
        shift += 1;
        ends = begins(shift + 1);
    }
    (shift >= 0 && begins(0) <= now).then_some((shift, ends))
}

fn handoff(layer: &Layer, days: i64) -> DateTime {
    let days = SignedDuration::from_hours(days * 24);
    layer.from.saturating_add(days).to_datetime(layer.handoff_at)
}

fn days_between(from: Date, to: Date) -> i64 {
    from.duration_until(to).as_hours() / 24
}
