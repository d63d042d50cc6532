//! Paging: pages want people, rings are people's phones.
//!
//! A page goes up its chain, step after step and round after round, until a person answers it. A ring runs one
//! person's ladder of methods, once for all the pages that want them. Whatever needs to wake a person embeds a
//! [`Paging`] in its own state.
//!
//! Deliberately not here: incidents, severities' meaning, channels, words. This module knows nothing of who embeds it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::policy::{ChainStep, Method, StepWho, TargetWho};
use crate::{PersonId, RotationId};

pub mod account;
mod apply;
mod command;
mod event;
mod lease;
mod outcome;
mod ring;
mod step;
mod wake;

pub use command::Refused;
pub use event::{PageEvent, PauseWhy, RingEvent, RingOverWhy, StopWhy};
pub use lease::{Lease, LeaseState, Stood};
pub use outcome::SendOutcome;
pub use ring::{Ring, RingOver, Rung, RungRef, RungState};
pub use step::{Passed, Standing, Why};
pub use wake::Record;
pub(crate) use wake::{steps, wake};

/// All pages of one thing and the rings they cause.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paging {
    /// One page for each target.
    pub pages: BTreeMap<Target, Page>,
    /// The latest ring of each person.
    pub rings: BTreeMap<PersonId, Ring>,
    /// Who declined, and until when they are passed over.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub declined: BTreeMap<PersonId, Timestamp>,
    /// Methods that failed for good, by person.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub failed: BTreeMap<PersonId, BTreeSet<Method>>,
    /// How long the answers hold; `None` while nothing is answered, and where answers need no sign of life.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease: Option<Lease>,
}

/// What a page is for: `service`, or the name of a rotation such as `platform`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Target(String);

impl Target {
    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A target as a person or a stored event names it; one that no page has is simply not found.
    pub fn named(name: &str) -> Self {
        Self(name.to_owned())
    }
}

impl Target {
    /// The name of a page of a former owner, kept because somebody answers it.
    pub(crate) fn of_former_owner(&self, rotation: &RotationId) -> Self {
        Self(format!("{}:{rotation}", self.0))
    }
}

impl From<&TargetWho> for Target {
    fn from(who: &TargetWho) -> Self {
        match who {
            TargetWho::Service => Self("service".to_owned()),
            TargetWho::Rotation(rotation) => Self(rotation.to_string()),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// A page: it wants a person to answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    /// The rotation that owns it; `None` where nobody is known to own it, so that only the last resort can ring.
    pub rotation: Option<RotationId>,
    /// Whether its first step rings all who are on call in any layer.
    pub everyone: bool,
    /// The chain as it was when the page began.
    pub chain: Chain,
    /// Everybody it has wanted so far.
    pub rung: BTreeSet<PersonId>,
    /// Where it stands.
    pub state: PageState,
}

/// The steps of a page, frozen when it began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chain {
    /// In order; never empty.
    pub steps: Vec<ChainStep>,
    /// How long the last step waits before the chain begins again.
    pub round_wait: SignedDuration,
    /// How long an answer holds without a sign of life; `None` in pages that began before answers were leases.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_for: Option<SignedDuration>,
}

impl Chain {
    /// How long step `index` waits for an answer.
    fn wait(&self, index: usize) -> SignedDuration {
        self.steps.get(index + 1).map_or(self.round_wait, |next| next.after)
    }

    fn step(&self, index: usize) -> Option<&StepWho> {
        self.steps.get(index).map(|step| &step.who)
    }
}

/// Where a page stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PageState {
    /// Nobody has answered.
    Ringing(Ringing),
    /// Somebody has.
    Answered(Answered),
    /// It wants nobody any more.
    Stopped {
        /// Why.
        why: StopWhy,
    },
}

/// A page that nobody has answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ringing {
    /// Which round, from 1; from the second on every method rings at once.
    pub round: u32,
    /// When the round began.
    pub round_began_at: Timestamp,
    /// Which place of the round.
    pub place: Place,
    /// Whom it wants; one answer is enough. Empty only where there is nobody to want.
    pub wanted: BTreeSet<PersonId>,
    /// When it goes on to the next step.
    pub until: Timestamp,
    /// Who was wanted in this round.
    pub tried: BTreeSet<PersonId>,
}

impl Ringing {
    /// Whether every method rings at once.
    fn is_loud(&self) -> bool {
        self.round > 1 || self.place == Place::Everybody
    }
}

/// A place in a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// Before the first step.
    Start,
    /// On a step of the chain, from 0.
    Step(usize),
    /// Everybody who could be rung is: a whole round of the chain was empty.
    Everybody,
    /// Waiting; nobody is rung.
    Pause,
}

/// A page that was answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    /// Who; never empty.
    pub by: BTreeSet<PersonId>,
    /// When first.
    pub at: Timestamp,
    /// Others of the same step, whose phones ring on until then.
    pub also: BTreeSet<PersonId>,
    /// Until when.
    pub also_until: Timestamp,
    /// Others of the same step who did not answer in time.
    pub not_reached: BTreeSet<PersonId>,
    /// Where it stood: what comes after that, where the answer holds no longer.
    pub stood: Stood,
}

impl Page {
    /// Whether this page makes a person's phone ring.
    fn wants(&self, person: &PersonId) -> bool {
        match &self.state {
            PageState::Ringing(ringing) => ringing.wanted.contains(person),
            PageState::Answered(answered) => answered.also.contains(person),
            PageState::Stopped { .. } => false,
        }
    }

    /// Who is wanted now.
    pub fn wanted(&self) -> Option<&BTreeSet<PersonId>> {
        match &self.state {
            PageState::Ringing(ringing) => Some(&ringing.wanted),
            PageState::Answered(answered) => Some(&answered.also),
            PageState::Stopped { .. } => None,
        }
    }

    /// Whether it stopped because it was no longer due.
    pub(crate) fn is_stopped_as_not_due(&self) -> bool {
        matches!(self.state, PageState::Stopped { why: StopWhy::NotDue })
    }

    /// Whether nobody has answered it and it is not stopped.
    pub fn is_ringing(&self) -> bool {
        matches!(self.state, PageState::Ringing(_))
    }

    fn next_wake(&self) -> Option<Timestamp> {
        match &self.state {
            PageState::Ringing(ringing) => Some(ringing.until),
            PageState::Answered(answered) if !answered.also.is_empty() => Some(answered.also_until),
            PageState::Answered(_) | PageState::Stopped { .. } => None,
        }
    }
}

impl Paging {
    /// Everybody who holds an answer to one of the pages.
    pub fn holders(&self) -> BTreeSet<&PersonId> {
        self.pages
            .values()
            .filter_map(|page| match &page.state {
                PageState::Answered(answered) => Some(&answered.by),
                PageState::Ringing(_) | PageState::Stopped { .. } => None,
            })
            .flatten()
            .collect()
    }

    /// Everybody whom any page wants now, or who is asked for a sign of life.
    pub fn wanted(&self) -> BTreeSet<&PersonId> {
        self.pages.values().filter_map(Page::wanted).flatten().chain(self.asked()).collect()
    }

    /// The earliest of all deadlines held here.
    pub fn next_wake(&self) -> Option<Timestamp> {
        let pages = self.pages.values().filter_map(Page::next_wake);
        let rings = self.rings.values().filter_map(Ring::next_wake);
        pages.chain(rings).chain(self.lease.as_ref().map(Lease::until)).min()
    }

    /// Whether a send that was decided earlier should still leave.
    pub fn still_due(&self, person: &PersonId, ring: u32, entry: u32) -> bool {
        self.rings.get(person).is_some_and(|live| {
            live.over.is_none() && live.number == ring && live.rung(entry).is_some_and(Rung::is_in_flight)
        })
    }
}
