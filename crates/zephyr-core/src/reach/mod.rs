//! Whether people are reached when it matters: drills, which ring them with nothing being wrong, and codes, which show
//! that a method reaches them. One stream for the whole organisation.
//!
//! A drill goes once round the real chain, with the machine that pages for incidents. What is found wrong is told by
//! `zephyr check` and never changes whom an incident pages.
//!
//! Deliberately not here: incidents and their figures, and how a code is sent.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::policy::Method;
use crate::{PersonId, StreamId, World};

mod apply;
mod code;
mod command;
mod decision;
mod drill;
mod effects;
mod event;
mod findings;
mod narrate;
mod stored;
mod wake;

pub use code::{BadCode, Code, CodeKey, Fingerprint};
pub use command::{Command, Refused, command};
pub use decision::Decided;
pub use drill::{Drill, Fared, LastDrill, Over};
pub use effects::{outcome, still_due};
pub use event::{Body, Ended, Event, Whom};
pub use findings::{Finding, findings};
pub use narrate::narrate;
pub use wake::wake;

/// Format number of the state as JSON. Raised with every change of its shape; older states are folded anew.
pub const STATE_FORMAT: u32 = 1;

/// Drills and verified methods, as the fold of their events. Before the first there is nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reach {
    /// Sequence number of its last event.
    pub version: u64,
    /// The number that was given to a drill last.
    pub latest: u64,
    /// When it is looked next for whom a drill is due.
    pub look_at: Option<Timestamp>,
    /// Drills that go on, and those that ended last.
    pub drills: BTreeMap<u64, Drill>,
    /// How each person fared in the last drill that tells.
    pub last: BTreeMap<PersonId, LastDrill>,
    /// When each person on a rotation was reminded last, or seen first.
    pub reminded: BTreeMap<PersonId, Timestamp>,
    /// What is known of each person's methods.
    pub contacts: BTreeMap<PersonId, BTreeMap<Method, Contact>>,
}

/// What is known of one method of one person.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// The last code that was given rightly.
    pub verified: Option<Verified>,
    /// The code that was asked for last, until it is given or used up.
    pub asked: Option<Asked>,
    /// When a provider last took a drill or a code for it.
    pub taken_at: Option<Timestamp>,
    /// Why the last code could not be sent.
    pub failed: Option<String>,
}

/// That a method reaches a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verified {
    /// At which address.
    pub address: Fingerprint,
    /// When the code was given.
    pub at: Timestamp,
}

/// A code that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// By which event; with the key, that gives the code.
    pub seq: u64,
    /// To which address it was sent.
    pub address: Fingerprint,
    /// When.
    pub at: Timestamp,
    /// Until when it can be given.
    pub until: Timestamp,
    /// How often another was given.
    pub wrong: u32,
}

impl Reach {
    /// The fold: what is known after an event.
    pub fn fold(state: Option<Self>, event: &Event) -> Self {
        let mut reach = state.unwrap_or_default();
        reach.apply(event);
        reach
    }

    /// The earliest of all deadlines it holds.
    pub fn next_wake(&self) -> Option<Timestamp> {
        self.running().map(Drill::next_wake).chain(self.look_at).min()
    }

    /// Drills that go on.
    pub fn running(&self) -> impl Iterator<Item = &Drill> {
        self.drills.values().filter(|drill| drill.over.is_none())
    }

    /// Who can answer a drill that goes on.
    pub fn index(&self) -> Vec<(String, String)> {
        let people: std::collections::BTreeSet<&PersonId> = self.running().flat_map(Drill::answerable).collect();
        let row = |person: &PersonId| (crate::incident::Incident::RINGS.to_owned(), person.to_string());
        people.into_iter().map(row).collect()
    }

    /// When a method of a person was verified last, at the address that the policy in force has; `None` where it was not,
    /// or where there is no key to tell.
    pub fn verified_at(&self, person: &PersonId, method: Method, world: &World) -> Option<Timestamp> {
        let verified = self.contact(person, method)?.verified.as_ref()?;
        let address = world.codes.as_ref()?.fingerprint(person, world.policy.people.get(person)?, method);
        (verified.address == address).then_some(verified.at)
    }

    /// What is known of a method.
    pub fn contact(&self, person: &PersonId, method: Method) -> Option<&Contact> {
        self.contacts.get(person)?.get(&method)
    }

    pub(crate) fn stream() -> StreamId {
        StreamId::REACH
    }
}
