//! The lease of an answer: whoever answered can vanish. Without a sign of life somebody is asked, and without an answer
//! to that every answered page goes on with the step after the one that was answered.
//!
//! One lease for all pages of one thing. Deliberately not here: what counts as a sign of life and who has to give it,
//! which only whoever embeds the pages knows.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::step::plus;
use super::{Page, PageEvent, PageState, Paging, Place, Record, Ringing, Target};
use crate::{PersonId, World, limits};

/// How long the answers hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    /// Without a sign of life for so long, somebody is asked.
    pub held_for: SignedDuration,
    /// Where it stands.
    pub state: LeaseState,
}

/// Where a lease stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeaseState {
    /// Somebody who answers has given a sign of life.
    Held {
        /// Until when that is enough.
        until: Timestamp,
    },
    /// Nobody has for too long.
    Asking {
        /// Whose phones ring for it. Empty only until the next look, after the last of them dropped out.
        people: BTreeSet<PersonId>,
        /// When the pages go on.
        until: Timestamp,
    },
}

/// Where a page stood when it was answered, so that it can go on from there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stood {
    /// Which round, from 1.
    pub round: u32,
    /// When the round began.
    pub round_began_at: Timestamp,
    /// Which place of the round.
    pub place: Place,
    /// Who was wanted in this round.
    pub tried: BTreeSet<PersonId>,
}

impl Lease {
    fn begun(held_for: SignedDuration, at: Timestamp) -> Self {
        Self { held_for, state: LeaseState::Held { until: plus(at, held_for) } }
    }

    /// When it has to be looked at next.
    pub fn until(&self) -> Timestamp {
        match self.state {
            LeaseState::Held { until } | LeaseState::Asking { until, .. } => until,
        }
    }

    /// Whose phones ring because of it.
    pub fn asked(&self) -> impl Iterator<Item = &PersonId> {
        match &self.state {
            LeaseState::Held { .. } => None,
            LeaseState::Asking { people, .. } => Some(people),
        }
        .into_iter()
        .flatten()
    }

    /// Somebody is asked no longer; when nobody is left, the pages go on at once.
    pub(super) fn drop_person(&mut self, person: &PersonId, at: Timestamp) {
        if let LeaseState::Asking { people, until } = &mut self.state
            && people.remove(person)
            && people.is_empty()
        {
            *until = at.min(*until);
        }
    }
}

impl Paging {
    /// After an event: a lease begins with the first answer and ends with the last. `wanted` says whether answers need
    /// signs of life at all, `alive` whether this event was one.
    pub(crate) fn tend_lease(&mut self, at: Timestamp, wanted: bool, alive: bool) {
        let held_for = self.held_for().filter(|_| wanted);
        self.lease = match (held_for, self.lease.take()) {
            (None, _) => None,
            (Some(held_for), None) => Some(Lease::begun(held_for, at)),
            // While somebody is asked, only the event that says so ends it.
            (Some(_), Some(Lease { held_for, state: LeaseState::Held { .. } })) if alive => {
                Some(Lease::begun(held_for, at))
            }
            (Some(_), lease) => lease,
        };
    }

    /// How long an answer holds, by the chains of the pages that are answered. None of those that began before an answer
    /// was a lease.
    pub(crate) fn held_for(&self) -> Option<SignedDuration> {
        self.pages.values().filter(|page| page.answered_by().is_some()).filter_map(|page| page.chain.held_for).min()
    }

    /// Whether somebody is asked for a sign of life.
    pub(crate) fn is_asking(&self) -> bool {
        self.lease.as_ref().is_some_and(|lease| matches!(lease.state, LeaseState::Asking { .. }))
    }

    /// Whom the lease asks.
    pub fn asked(&self) -> impl Iterator<Item = &PersonId> {
        self.lease.iter().flat_map(Lease::asked)
    }

    /// A sign of life that leaves no other trace, such as answering again; `None` where nothing needs it, or where the
    /// last one was just now. The caller knows that this person may give it.
    pub(crate) fn sign_of_life(&self, by: &PersonId, now: Timestamp) -> Option<PageEvent> {
        let lease = self.lease.as_ref()?;
        let news = match lease.state {
            LeaseState::Asking { .. } => true,
            LeaseState::Held { until } => plus(until, limits::SIGN_OF_LIFE_EVERY) <= plus(now, lease.held_for),
        };
        news.then(|| PageEvent::SignOfLife { by: by.clone() })
    }

    pub(super) fn renew(&mut self, at: Timestamp) {
        self.lease = self.lease.take().map(|lease| Lease::begun(lease.held_for, at));
    }

    /// Who is asked: whoever leads it, else all who answered; of these those whose phones can ring.
    fn to_ask(&self, leads: Option<&PersonId>, world: &World, now: Timestamp) -> BTreeSet<PersonId> {
        let can_ring = |person: &&PersonId| {
            let declined = self.declined.get(*person).is_some_and(|until| now < *until);
            !declined && !self.ladder(person, world).is_empty()
        };
        match leads.filter(can_ring) {
            Some(leader) => BTreeSet::from([leader.clone()]),
            None => self.holders().into_iter().filter(can_ring).cloned().collect(),
        }
    }

    /// Nobody has given a sign of life: what was answered goes on.
    fn lapsed(&self) -> PageEvent {
        let answered = self.pages.iter().filter(|(_, page)| page.answered_by().is_some());
        let targets: BTreeSet<Target> = answered.map(|(target, _)| target.clone()).collect();
        PageEvent::Lapsed { targets, silent: self.holders().into_iter().cloned().collect() }
    }
}

/// What is due on the lease.
pub(super) fn look(record: &mut impl Record, world: &World, now: Timestamp) {
    let paging = record.paging();
    let Some(lease) = paging.lease.as_ref().filter(|lease| lease.until() <= now) else { return };
    let event = match &lease.state {
        LeaseState::Held { .. } => {
            let people = paging.to_ask(record.leads(), world, now);
            let (silent_for, until) = (lease.held_for, plus(now, limits::ASKED_FOR));
            if people.is_empty() { paging.lapsed() } else { PageEvent::Asked { people, silent_for, until } }
        }
        LeaseState::Asking { .. } => paging.lapsed(),
    };
    record.page(event);
}

impl Page {
    /// The answer holds no longer: the page wants a person again, from where it stood.
    pub(super) fn go_on(&mut self, at: Timestamp) {
        let PageState::Answered(answered) = &mut self.state else { return };
        let Stood { round, round_began_at, place, mut tried } = answered.stood.clone();
        // Their late answer still counts, and they are not the next in rotation.
        self.rung.extend(answered.by.iter().cloned());
        tried.extend(answered.by.iter().cloned());
        let wanted = BTreeSet::new();
        self.state = PageState::Ringing(Ringing { round, round_began_at, place, wanted, until: at, tried });
    }
}

impl Stood {
    /// Where a ringing page stands.
    pub(super) fn of(ringing: &Ringing) -> Self {
        let Ringing { round, round_began_at, place, tried, .. } = ringing;
        Self { round: *round, round_began_at: *round_began_at, place: *place, tried: tried.clone() }
    }

    /// Before the first step: of a page that rang nobody any more.
    pub(super) fn at_the_start(at: Timestamp) -> Self {
        Self { round: 1, round_began_at: at, place: Place::Start, tried: BTreeSet::new() }
    }
}
