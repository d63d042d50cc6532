//! Whoever answers a SEV-1 or SEV-2 has to do something once in a while: else somebody is asked, and then it goes on.

use jiff::Timestamp;
use zephyr_core::incident::{Body, Event};
use zephyr_core::page::PageEvent;
use zephyr_core::policy::Severity;
use zephyr_core::{PersonId, limits};

use super::{People, Reference, Ringing, State, Stood, later};

#[derive(Debug)]
pub enum Lease {
    /// Somebody did something; until then that is enough.
    Held(Timestamp),
    /// These are asked; at that time it goes on.
    Asks(People, Timestamp),
}

impl Lease {
    pub fn until(&self) -> Timestamp {
        match self {
            Self::Held(until) | Self::Asks(_, until) => *until,
        }
    }

    pub fn asks(&self, person: &PersonId) -> bool {
        matches!(self, Self::Asks(people, _) if people.contains(person))
    }

    /// Somebody cannot say whether they are there: where nobody is left to ask, it goes on at once.
    pub fn lose(&mut self, person: &PersonId, at: Timestamp) {
        if let Self::Asks(people, until) = self
            && people.remove(person)
            && people.is_empty()
        {
            *until = at.min(*until);
        }
    }
}

impl Reference {
    /// What somebody did may be a sign of life, and an answer or another severity begins or ends the need for one.
    pub(super) fn live(&mut self, event: &Event) {
        let by = event.actor.person().filter(|_| event.is_an_act());
        let alive = by.is_some_and(|by| {
            self.commander.as_ref() == Some(by)
                || self.holders().contains(by)
                || self.lease.as_ref().is_some_and(|lease| lease.asks(by))
        });
        let cannot = matches!(event.body, Body::Page(PageEvent::Declined { .. }));
        let held = Lease::Held(later(event.at, self.world.policy.held_for));
        let needed = self.open && self.severity < Severity::Three && !self.holders().is_empty();
        self.lease = match self.lease.take() {
            _ if !needed => None,
            None => Some(held),
            Some(Lease::Held(_)) if alive => Some(held),
            Some(Lease::Asks(..)) if alive && !cannot => Some(held),
            same => same,
        };
    }

    pub(super) fn look_at_lease(&mut self, now: Timestamp) {
        let asked = match &self.lease {
            Some(lease) if lease.until() > now => return,
            Some(Lease::Held(_)) => self.to_ask(now),
            Some(Lease::Asks(..)) => People::new(),
            None => return,
        };
        if asked.is_empty() {
            self.go_on(now);
        } else {
            self.lease = Some(Lease::Asks(asked, later(now, limits::ASKED_FOR)));
        }
    }

    fn to_ask(&self, now: Timestamp) -> People {
        let can = |person: &&PersonId| !self.has_declined(person, now) && !self.methods(person).is_empty();
        match self.commander.as_ref().filter(can) {
            Some(commander) => People::from([commander.clone()]),
            None => self.holders().iter().filter(can).cloned().collect(),
        }
    }

    /// Nobody said anything: what was answered rings again, from where it stood.
    fn go_on(&mut self, now: Timestamp) {
        (self.lease, self.commander) = (None, None);
        for page in self.pages.values_mut() {
            let State::Answered { by, stood: Stood { round, round_began, at, tried }, .. } = &page.state else {
                continue;
            };
            page.rung.extend(by.iter().cloned());
            let tried = tried.union(by).cloned().collect();
            let (round, round_began, at) = (*round, *round_began, *at);
            let wanted = People::new();
            page.state = State::Ringing(Ringing { round, round_began, at, wanted, until: now, tried });
        }
    }
}
