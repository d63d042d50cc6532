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
    type Op: Clone + PartialEq;

    /// The first step that brings `self`, as it is shown, nearer to `wanted`; `None` when nothing is left to do.
    fn step(&self, wanted: &Self) -> Option<Step<Self::Op>>;

    /// What is shown once a step is done.
    fn done(&mut self, op: &Self::Op);
}

/// One step of a mirror.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step<Op> {
    /// What to do.
    pub op: Op,
    /// Names the step among those of this mirror; `None` for one that may be done twice without harm.
    pub once: Option<String>,
}

/// A mirrored thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound(
    serialize = "Doc: Serialize, Doc::Op: Serialize",
    deserialize = "Doc: Deserialize<'de>, Doc::Op: Deserialize<'de>"
))]
pub struct Mirror<Doc: Document> {
    /// The provider's name for it, once it exists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remote: Option<String>,
    /// Where a person can look at it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// What was last confirmed to be shown.
    pub shown: Doc,
    /// The step under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_flight: Option<InFlight<Doc::Op>>,
    /// What went wrong last, until something goes right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trouble: Option<String>,
    /// Refusals in a row.
    #[serde(default, skip_serializing_if = "is_default")]
    pub refusals: u32,
    /// After a refusal: not before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rest_until: Option<Timestamp>,
}

impl<Doc: Document> Default for Mirror<Doc> {
    fn default() -> Self {
        let shown = Doc::default();
        Self { remote: None, link: None, shown, in_flight: None, trouble: None, refusals: 0, rest_until: None }
    }
}

/// Whether a field need not be written, because it reads back as it is when it is missing.
pub(crate) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// A step under way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InFlight<Op> {
    /// The event since which it is.
    pub since: u64,
    /// The event with which it first was; names it for the provider while its outcome is in doubt.
    pub began: u64,
    /// What is done.
    pub op: Op,
    /// Its name among the steps of this mirror, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub once: Option<String>,
    /// Whether only the question is out, if it was done.
    #[serde(default, skip_serializing_if = "is_default")]
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
                    self.shown.done(&step.op);
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
                // A question without an answer leaves the doubt where it is: it is asked again before anything is.
                self.in_flight = self.in_flight.take().filter(|step| step.lookup);
                self.trouble = Some(error.clone());
                self.refusals = self.refusals.saturating_add(1);
                self.rest_until = Some(*rest_until);
            }
            MirrorEvent::Rested => {
                self.rest_until = None;
                if let Some(step) = &mut self.in_flight {
                    step.since = seq;
                }
            }
        }
    }

    /// Puts the next step in flight, if there is one and nothing else is.
    pub fn settle(&mut self, wanted: &Doc, seq: u64) {
        if self.in_flight.is_none() && self.rest_until.is_none() {
            let step = self.shown.step(wanted);
            self.in_flight = step.map(|Step { op, once }| InFlight { since: seq, began: seq, op, once, lookup: false });
        }
    }

    /// What went in flight with the event `seq`.
    pub fn sent_at(&self, seq: u64) -> Option<&InFlight<Doc::Op>> {
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
