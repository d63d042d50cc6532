//! What would happen if an incident were opened and nobody answered: the deciding functions themselves, under a clock
//! that jumps from one wake-up to the next. Every send is taken by its provider and reaches its device.
//!
//! Deliberately not here: whether what happens is good (`proof`).

use std::collections::BTreeSet;

use jiff::Timestamp;
use uuid::Uuid;

use super::{Body, Decided, Declaration, Event, Open, open, outcome, wake};
use crate::effect::{Effect, Outcome, Receipt};
use crate::page::{Page, PageEvent, Passed, PauseWhy, Place, RingEvent, Target};
use crate::policy::{Method, Severity, StepWho};
use crate::text::Summary;
use crate::{Actor, Cause, IncidentId, PersonId, ServiceId, World};

/// Wake-ups looked at: more than the longest chain has, each page with twenty steps and a ladder of ten.
const WAKES: usize = 4_000;

/// What would happen, in order of time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rehearsal {
    /// From the opening until the chain of every page has come round.
    pub deeds: Vec<Deed>,
}

/// One thing that would happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deed {
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: What,
}

/// What would happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// A page wants people.
    Step {
        /// Which page.
        target: Target,
        /// Round, from 1.
        round: u32,
        /// Which step, from 0; `None` where everybody is rung who can be reached.
        step: Option<(usize, StepWho)>,
        /// Whom.
        wanted: BTreeSet<PersonId>,
        /// When it goes on.
        until: Timestamp,
        /// Who was passed over.
        passed: Vec<Passed>,
    },
    /// A page rings nobody for a while.
    Pause {
        /// Which page.
        target: Target,
        /// Why.
        why: PauseWhy,
        /// When it looks again.
        until: Timestamp,
        /// Who was passed over.
        passed: Vec<Passed>,
    },
    /// A device of a person rings.
    Rings {
        /// Who.
        person: PersonId,
        /// How.
        method: Method,
    },
}

/// Opens an incident of a severity for a service, or for none that is known, and lets time pass with nobody answering
/// until every chain has come round: the second time that its first step rings.
pub fn rehearse(world: &World, severity: Severity, service: Option<&ServiceId>, at: Timestamp) -> Rehearsal {
    let mut deeds = Vec::new();
    let Some(mut decided) = opened(world, severity, service, at) else { return Rehearsal { deeds } };
    let mut now = at;
    for _ in 0..WAKES {
        let mut effects = std::mem::take(&mut decided.effects).into_iter();
        note(&decided, &mut deeds);
        let mut state = decided.state;
        while let Some((id, effect)) = effects.next() {
            if matches!(effect, Effect::Page(_)) {
                let after = outcome(&state, id, &effect, reached(), "rehearsal", world, now);
                note(&after, &mut deeds);
                effects = effects.chain(after.effects).collect::<Vec<_>>().into_iter();
                state = after.state;
            }
        }
        let next = state.next_wake().filter(|_| !has_come_round(&deeds, state.paging.pages.len()));
        let Some(next) = next else { break };
        now = now.max(next);
        decided = wake(&state, world, now);
    }
    Rehearsal { deeds }
}

fn opened(world: &World, severity: Severity, service: Option<&ServiceId>, at: Timestamp) -> Option<Decided> {
    let declared = Declaration {
        // Names no service and no region, whatever they are called.
        summary: Summary::new("…").ok()?,
        severity,
        service: service.cloned(),
        region: None,
        private: false,
        reported_by: None,
        public: None,
        ring_me: false,
        anyway: true,
    };
    let opening = Open { id: IncidentId(Uuid::nil()), number: 1, declared, similar: None };
    open(opening, Actor::System, Cause::Request("rehearsal".to_owned()), world, at)
}

fn reached() -> Outcome {
    Outcome::Done(Receipt { remote: Some("rehearsal".to_owned()), delivered: true, ..Receipt::default() })
}

fn note(decided: &Decided, deeds: &mut Vec<Deed>) {
    deeds.extend(decided.events.iter().filter_map(|event| {
        let pages = &decided.state.paging.pages;
        Some(Deed { at: event.at, what: what(event, |target| pages.get(target))? })
    }));
}

fn what<'p>(event: &Event, page: impl Fn(&Target) -> Option<&'p Page>) -> Option<What> {
    match &event.body {
        Body::Page(PageEvent::StepBegan { target, round, place, wanted, until, passed, .. }) => {
            let step = match place {
                Place::Step(index) => page(target)?.chain.steps.get(*index).map(|step| (*index, step.who.clone())),
                Place::Start | Place::Everybody | Place::Pause => None,
            };
            let (target, wanted, passed) = (target.clone(), wanted.clone(), passed.clone());
            Some(What::Step { target, round: *round, step, wanted, until: *until, passed })
        }
        Body::Page(PageEvent::Paused { target, until, why, passed, .. }) => {
            Some(What::Pause { target: target.clone(), why: *why, until: *until, passed: passed.clone() })
        }
        Body::Ring { person, event: RingEvent::Rang { entry } } => {
            Some(What::Rings { person: person.clone(), method: entry.method })
        }
        _ => None,
    }
}

/// Whether every page rings for the second time, or rings nobody.
fn has_come_round(deeds: &[Deed], pages: usize) -> bool {
    let again = deeds.iter().filter_map(|deed| match &deed.what {
        What::Step { target, round: 2.., .. } | What::Pause { target, why: PauseWhy::Nobody, .. } => Some(target),
        What::Step { step: None, target, .. } => Some(target),
        _ => None,
    });
    again.collect::<BTreeSet<_>>().len() >= pages
}
