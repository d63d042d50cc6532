//! All that is due at an instant: steps begin here, phones begin and stop to ring here, and nowhere else.
//!
//! Every decision ends with this, so that a command or an answer only has to say what it changed.

use jiff::Timestamp;

use super::{PageEvent, PageState, Paging, Ring, RingEvent, RingOverWhy, Target, lease};
use crate::policy::{LadderEntry, Method};
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
    /// Whether people's quiet hours count: what it is for is not urgent.
    fn may_be_quiet(&self) -> bool {
        false
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
    let may_be_quiet = record.may_be_quiet();
    for (person, why) in to_end(record.paging(), may_be_quiet) {
        record.ring(person, RingEvent::Over { why });
    }
    let begun = Begun { world, now, may_be_quiet };
    for (person, event) in to_begin(record.paging(), &begun) {
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

fn to_end(paging: &Paging, may_be_quiet: bool) -> Vec<(PersonId, RingOverWhy)> {
    let wanted = paging.wanted();
    let holders = paging.holders();
    let why = |person: &PersonId, ring: &Ring| {
        if wanted.contains(person) {
            // A louder round begins anew, unless this ring already belongs to it; so does a quiet ring for what is worse.
            let louder = loudly_since(paging, person).is_some_and(|since| !ring.loud || ring.began_at < since);
            (louder || (ring.quiet && !may_be_quiet)).then_some(RingOverWhy::Louder)
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

/// In what a ring begins.
struct Begun<'a> {
    world: &'a World,
    now: Timestamp,
    may_be_quiet: bool,
}

fn to_begin(paging: &Paging, begun: &Begun<'_>) -> Vec<(PersonId, RingEvent)> {
    let silent = |person: &&PersonId| paging.rings.get(*person).is_none_or(|ring| ring.over.is_some());
    paging.wanted().into_iter().filter(silent).map(|person| (person.clone(), begin(paging, person, begun))).collect()
}

/// A person's own ladder; every method at once from the second round on and in the last resort, which also tries again
/// what failed before. In a person's quiet hours, for what is not urgent, what makes no noise, where they have any.
fn begin(paging: &Paging, person: &PersonId, begun: &Begun<'_>) -> RingEvent {
    let Begun { world, now, may_be_quiet } = *begun;
    let loud = loudly_since(paging, person).is_some();
    let mut ladder = paging.ladder(person, world);
    if ladder.is_empty() {
        ladder = world.policy.people.get(person).map(|known| known.ladder.clone()).unwrap_or_default();
    }
    let silent = |entry: &LadderEntry| !matches!(entry.method, Method::Sms | Method::Call);
    let quiet = may_be_quiet && !loud && world.policy.is_quiet(person, now) && ladder.iter().any(silent);
    if quiet {
        ladder.retain(silent);
        // The ring begins with its first entry, whatever came before that one.
        let first = ladder.first().map_or(SignedDuration::ZERO, |entry| entry.after);
        ladder.iter_mut().for_each(|entry| entry.after -= first);
    }
    if loud {
        ladder.iter_mut().for_each(|entry| entry.after = SignedDuration::ZERO);
    }
    RingEvent::Began { ladder, loud, quiet }
}
