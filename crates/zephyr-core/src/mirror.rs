//! A thing outside that should look like a document in here: a channel, a status entry, a ticket.
//!
//! At most one step is in flight for each mirror. That alone gives the order (create before pin, resolve after
//! create), makes one edit of many, and says what is pending. A lost answer is first asked about, then tried again.
//!
//! Deliberately not here: pages. They never wait for one another.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::limits;

/// What a mirrored thing looks like, and how to get from one look to the next.
pub trait Document: Clone + PartialEq + Default {
    /// One step on the outside thing.
    type Op;

    /// The first step that brings `self`, as it is shown, nearer to `wanted`; `None` when nothing is left to do.
    fn step(&self, wanted: &Self) -> Option<Step<Self::Op, Self>>;
}

/// One step of a mirror.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step<Op, Doc> {
    /// What to do.
    pub op: Op,
    /// Names the step among those of this mirror; `None` for one that may be done twice without harm.
    pub once: Option<String>,
    /// What is shown once it is done.
    pub after: Doc,
}

/// A mirrored thing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mirror<Doc> {
    /// The provider's name for it, once it exists.
    pub remote: Option<String>,
    /// Where a person can look at it.
    pub link: Option<String>,
    /// What was last confirmed to be shown.
    pub shown: Doc,
    /// The step under way.
    pub in_flight: Option<InFlight<Doc>>,
    /// What went wrong last, until something goes right.
    pub trouble: Option<String>,
    /// Refusals in a row.
    pub refusals: u32,
    /// After a refusal: not before.
    pub rest_until: Option<Timestamp>,
}

/// A step under way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InFlight<Doc> {
    /// The event since which it is.
    pub since: u64,
    /// The event with which it first was; names it for the provider while its outcome is in doubt.
    pub began: u64,
    /// What is shown once it is done.
    pub after: Doc,
    /// Whether only the question is out, if it was done.
    pub lookup: bool,
}

/// Something that happened to a mirror.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MirrorEvent {
    /// The step in flight was done.
    Done {
        /// The provider's name for the thing, where it is new.
        remote: Option<String>,
        /// Where to look at it, where that is new.
        link: Option<String>,
    },
    /// Its first try failed; it is tried again.
    Retrying {
        /// Why.
        error: String,
    },
    /// Nobody knows whether it was done; the provider is asked.
    Unclear {
        /// Why.
        error: String,
    },
    /// It was not done, or never left.
    Absent,
    /// It was refused; the mirror rests.
    Refused {
        /// Why.
        error: String,
        /// Until when.
        rest_until: Timestamp,
    },
    /// The rest is over.
    Rested,
}

impl<Doc: Document> Mirror<Doc> {
    /// Applies what happened, and puts the next step in flight where one is wanted.
    pub fn apply(&mut self, event: &MirrorEvent, seq: u64) {
        match event {
            MirrorEvent::Done { remote, link } => {
                if let Some(step) = self.in_flight.take() {
                    self.shown = step.after;
                }
                if remote.is_some() {
                    self.remote.clone_from(remote);
                }
                if link.is_some() {
                    self.link.clone_from(link);
                }
                self.trouble = None;
                self.refusals = 0;
            }
            MirrorEvent::Retrying { error } => self.trouble = Some(error.clone()),
            MirrorEvent::Unclear { error } => {
                self.trouble = Some(error.clone());
                if let Some(step) = &mut self.in_flight {
                    step.lookup = true;
                    step.since = seq;
                }
            }
            MirrorEvent::Absent => self.in_flight = None,
            MirrorEvent::Refused { error, rest_until } => {
                self.in_flight = None;
                self.trouble = Some(error.clone());
                self.refusals = self.refusals.saturating_add(1);
                self.rest_until = Some(*rest_until);
            }
            MirrorEvent::Rested => self.rest_until = None,
        }
    }

    /// Puts the next step in flight, if there is one and nothing else is.
    pub fn settle(&mut self, wanted: &Doc, seq: u64) {
        if self.in_flight.is_none() && self.rest_until.is_none() {
            let step = self.shown.step(wanted);
            self.in_flight = step.map(|step| InFlight { since: seq, began: seq, after: step.after, lookup: false });
        }
    }

    /// What went in flight with the event `seq`.
    pub fn sent_at(&self, seq: u64) -> Option<&InFlight<Doc>> {
        self.in_flight.as_ref().filter(|step| step.since == seq)
    }

    /// Whether a step put in flight by the event `since` still is.
    pub fn is_in_flight(&self, since: u64) -> bool {
        self.in_flight.as_ref().is_some_and(|step| step.since == since)
    }

    /// Whether something is still to be done.
    pub fn is_pending(&self, wanted: &Doc) -> bool {
        self.in_flight.is_some() || self.shown.step(wanted).is_some()
    }

    /// When a rest ends.
    pub fn next_wake(&self) -> Option<Timestamp> {
        self.rest_until
    }

    /// How long to rest after the next refusal: longer each time, up to half an hour.
    pub fn rest(&self) -> SignedDuration {
        limits::MIRROR_REST * i32::try_from(1_u32 << self.refusals.min(4)).unwrap_or(1)
    }
}
