//! All that is due at an instant: steps begin here, phones begin and stop to ring here, and nowhere else.
//!
//! Every decision ends with this, so that a command or an answer only has to say what it changed.

use jiff::Timestamp;

use super::{PageEvent, PageState, Paging, Ring, RingEvent, RingOverWhy, Target, lease};
use crate::{PersonId, SignedDuration, World};

/// What paging asks of whoever embeds it: take note of an event and apply it, so that the next look sees it.
pub trait Record {
    /// The pages as they are after everything recorded so far.
    fn paging(&self) -> &Paging;
    /// Something happened to a page.
    fn page(&mut self, event: PageEvent);
    /// Something happened to a person's ring.
    fn ring(&mut self, person: PersonId, event: RingEvent);
    /// Who is asked first for a sign of life, where somebody leads: an incident's commander.
    fn leads(&self) -> Option<&PersonId> {
        None
    }
}

/// Everything that is due.
pub(crate) fn wake(record: &mut impl Record, world: &World, now: Timestamp) {
    lease::look(record, world, now);
    steps(record, world, now);
    rings(record, world, now);
}

/// Pages go on: at most one step each, however long it has been due.
pub(crate) fn steps(record: &mut impl Record, world: &World, now: Timestamp) {
    let targets: Vec<Target> = record.paging().pages.keys().cloned().collect();
    for target in targets {
        let paging = record.paging();
        let Some(page) = paging.pages.get(&target) else { continue };
        let event = match &page.state {
            PageState::Ringing(ringing) if ringing.until <= now => paging.next_step(&target, page, ringing, world, now),
            PageState::Answered(answered) if !answered.also.is_empty() && answered.also_until <= now => {
                PageEvent::NotReached { target, people: answered.also.clone() }
            }
            _ => continue,
        };
        record.page(event);
    }
}

/// Phones stop ringing for those nobody wants, begin for those somebody does, and run their ladders.
fn rings(record: &mut impl Record, world: &World, now: Timestamp) {
    for (person, why) in to_end(record.paging()) {
        record.ring(person, RingEvent::Over { why });
    }
    for (person, event) in to_begin(record.paging(), world) {
        record.ring(person, event);
    }
    let due: Vec<(PersonId, RingEvent)> = live(record.paging())
        .flat_map(|(person, ring)| ring.unreceipted(now).map(|entry| (person.clone(), RingEvent::NoReceipt { entry })))
        .collect();
    due.into_iter().for_each(|(person, event)| record.ring(person, event));
    let due: Vec<(PersonId, RingEvent)> = live(record.paging())
        .flat_map(|(person, ring)| ring.due(now).map(|entry| (person.clone(), RingEvent::Rang { entry })))
        .collect();
    due.into_iter().for_each(|(person, event)| record.ring(person, event));
}

fn live(paging: &Paging) -> impl Iterator<Item = (&PersonId, &Ring)> {
    paging.rings.iter().filter(|(_, ring)| ring.over.is_none())
}

fn to_end(paging: &Paging) -> Vec<(PersonId, RingOverWhy)> {
    let wanted = paging.wanted();
    let holders = paging.holders();
    let why = |person: &PersonId, ring: &Ring| {
        if wanted.contains(person) {
            // A louder round begins anew, unless this ring already belongs to it.
            let louder = loudly_since(paging, person).is_some_and(|since| !ring.loud || ring.began_at < since);
            louder.then_some(RingOverWhy::Louder)
        } else if holders.contains(person) {
            Some(RingOverWhy::Answered)
        } else if paging.declined.get(person).is_some_and(|until| *until > ring.began_at) {
            Some(RingOverWhy::Declined)
        } else {
            Some(RingOverWhy::NotWanted)
        }
    };
    live(paging).filter_map(|(person, ring)| Some((person.clone(), why(person, ring)?))).collect()
}

/// When the latest round began that wants this person with every method at once.
fn loudly_since(paging: &Paging, person: &PersonId) -> Option<Timestamp> {
    paging
        .pages
        .values()
        .filter_map(|page| match &page.state {
            PageState::Ringing(ringing) if ringing.is_loud() && ringing.wanted.contains(person) => {
                Some(ringing.round_began_at)
            }
            _ => None,
        })
        .max()
}

fn to_begin(paging: &Paging, world: &World) -> Vec<(PersonId, RingEvent)> {
    let silent = |person: &&PersonId| paging.rings.get(*person).is_none_or(|ring| ring.over.is_some());
    paging.wanted().into_iter().filter(silent).map(|person| (person.clone(), begin(paging, person, world))).collect()
}

/// A person's own ladder; every method at once from the second round on and in the last resort, which also tries again
/// what failed before.
fn begin(paging: &Paging, person: &PersonId, world: &World) -> RingEvent {
    let loud = loudly_since(paging, person).is_some();
    let mut ladder = paging.ladder(person, world);
    if ladder.is_empty() {
        ladder = world.policy.people.get(person).map(|known| known.ladder.clone()).unwrap_or_default();
    }
    if loud {
        ladder.iter_mut().for_each(|entry| entry.after = SignedDuration::ZERO);
    }
    RingEvent::Began { ladder, loud }
}
