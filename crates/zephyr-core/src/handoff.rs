//! Hand-offs: who takes over from whom, when, and at which moments people are told of it.
//!
//! A turn begins where somebody stands in a layer in which somebody else stood before. Nights and weekends between two
//! shifts of the same person begin none. Deliberately not here: what was told already (`roster`).

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::proof::{self, Shift};
use crate::{PersonId, RotationId, World, limits};

/// One person takes over, or will.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handoff {
    /// In which rotation.
    pub rotation: RotationId,
    /// In which layer, from 0.
    pub layer: usize,
    /// Who takes over.
    pub incoming: PersonId,
    /// Who stood there before.
    pub outgoing: Vec<PersonId>,
    /// The first instant of it.
    pub from: Timestamp,
    /// The first instant after it; `None` where that lies further ahead than was looked.
    pub until: Option<Timestamp>,
    /// How long before it this is told; zero at the hand-off itself.
    pub lead: SignedDuration,
}

/// How long before a hand-off it is told: twice, and when it is there.
const LEADS: [SignedDuration; 3] = [limits::HANDOFF_FIRST_TOLD, limits::HANDOFF_TOLD_AGAIN, SignedDuration::ZERO];

/// What is to be told at `now` of all that was not told up to and at `since`. What an outage has delayed is told once,
/// as it is by now, and not at all where it is over.
pub fn due(world: &World, since: Timestamp, now: Timestamp) -> Vec<Handoff> {
    let mut due = Vec::new();
    for mut handoff in handoffs(world, since, now) {
        let is_over = handoff.until.is_some_and(|until| until <= now);
        let leads = LEADS.into_iter().filter(|lead| {
            let at = told_at(handoff.from, *lead);
            since < at && at <= now
        });
        if let Some(lead) = leads.min().filter(|_| !is_over) {
            handoff.lead = lead;
            due.push(handoff);
        }
    }
    due
}

/// When there is something to be told of next, of what was not told up to and at `since`; in a week at the latest, when
/// it is looked for again. `None` where the policy has no rotation.
pub fn next(world: &World, since: Timestamp) -> Option<Timestamp> {
    let again = since.checked_add(limits::HANDOFFS_AHEAD).ok().filter(|_| !world.policy.rotations.is_empty())?;
    let handoffs = handoffs(world, since, again);
    let moments = handoffs.iter().flat_map(|handoff| LEADS.map(|lead| told_at(handoff.from, lead)));
    Some(moments.filter(|at| since < *at).fold(again, Timestamp::min))
}

fn told_at(from: Timestamp, lead: SignedDuration) -> Timestamp {
    from.checked_sub(lead).unwrap_or(Timestamp::MIN)
}

/// Every hand-off of which something may be told between two instants, in order of rotations, layers and time.
fn handoffs(world: &World, since: Timestamp, now: Timestamp) -> Vec<Handoff> {
    let from = since.checked_sub(limits::HANDOFFS_BACK).unwrap_or(Timestamp::MIN);
    let longest = LEADS.into_iter().max().unwrap_or_default();
    let until = now.checked_add(longest + limits::HANDOFFS_AHEAD).unwrap_or(Timestamp::MAX);
    let mut found = Vec::new();
    for rotation in world.policy.rotations.keys() {
        let mut layers: BTreeMap<usize, Vec<Shift>> = BTreeMap::new();
        for shift in proof::shifts(world, rotation, from, until) {
            layers.entry(shift.layer).or_default().push(shift);
        }
        for (layer, shifts) in layers {
            let turns = turns(&shifts);
            for turn in turns.iter().filter(|turn| since < turn.from) {
                found.push(Handoff {
                    rotation: rotation.clone(),
                    layer,
                    incoming: turn.person.clone(),
                    outgoing: outgoing(&turns, turn),
                    from: turn.from,
                    until: (turn.until < until).then_some(turn.until),
                    lead: SignedDuration::ZERO,
                });
            }
        }
    }
    found
}

/// One person's shifts in a layer, without anybody else's between them.
#[derive(Debug)]
struct Turn<'a> {
    person: &'a PersonId,
    from: Timestamp,
    until: Timestamp,
}

/// The turns that the shifts of a layer make, in order of time.
fn turns(shifts: &[Shift]) -> Vec<Turn<'_>> {
    let mut turns: Vec<Turn<'_>> = Vec::new();
    for shift in shifts {
        let own = turns.iter().rposition(|turn| *turn.person == shift.person);
        let goes_on = own.is_some_and(|own| {
            let ended = turns.get(own).map_or(Timestamp::MIN, |turn| turn.until);
            let between =
                |other: &Shift| other.person != shift.person && ended <= other.from && other.from < shift.from;
            !shifts.iter().any(between)
        });
        match own.filter(|_| goes_on).and_then(|own| turns.get_mut(own)) {
            Some(turn) => turn.until = turn.until.max(shift.until),
            None => turns.push(Turn { person: &shift.person, from: shift.from, until: shift.until }),
        }
    }
    turns
}

/// Whose turn was the last to end before one begins, and who does not stand there any more.
fn outgoing(turns: &[Turn<'_>], turn: &Turn<'_>) -> Vec<PersonId> {
    let before = || turns.iter().filter(|other| other.until <= turn.from && other.person != turn.person);
    let Some(last) = before().map(|other| other.until).max() else { return Vec::new() };
    before().filter(|other| other.until == last).map(|other| other.person.clone()).collect()
}
