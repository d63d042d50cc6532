//! Events as they are stored: a form of their own, converted by hand, that later versions still have to read.
//!
//! A kind, once written, keeps its meaning for ever: what changes gets a new kind. `tests/corpus` holds one of each. What
//! happens to a drill's page is stored as it is for an incident, inside.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Body, Ended, Event, Fingerprint, Whom};
use crate::PersonId;
use crate::event::{BadEvent, StoredEvent};
use crate::incident::{self, Stored as Inner};
use crate::page::{PageEvent, RingEvent};
use crate::policy::{Method, Severity};

impl Event {
    /// Its stored form.
    pub fn to_stored(&self) -> Result<StoredEvent, BadEvent> {
        self.write(&Stored::from(&self.body))
    }

    /// Reads a stored event.
    pub fn from_stored(seq: u64, at: Timestamp, body: &str) -> Result<Self, BadEvent> {
        Self::read::<Stored>(seq, at, body)
    }
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Stored {
    DrillsBegan {
        look_at: Timestamp,
    },
    DrillsLooked {
        noticed: BTreeSet<PersonId>,
        reminded: BTreeSet<PersonId>,
        gone: BTreeSet<PersonId>,
        look_at: Timestamp,
    },
    DrillBegan {
        number: u64,
        of: Whom,
        severity: Severity,
        ends_at: Timestamp,
    },
    DrillPage {
        number: u64,
        what: OfPage,
    },
    DrillRing {
        number: u64,
        what: OfRing,
    },
    DrillOver {
        number: u64,
        how: Ended,
    },
    CodeAsked {
        person: PersonId,
        method: Method,
        address: Fingerprint,
        until: Timestamp,
    },
    CodeTaken {
        person: PersonId,
        method: Method,
    },
    CodeFailed {
        person: PersonId,
        method: Method,
        error: String,
    },
    CodeWrong {
        person: PersonId,
        method: Method,
    },
    MethodVerified {
        person: PersonId,
        method: Method,
        address: Fingerprint,
    },
}

/// What can happen to a page, as incidents store it.
#[derive(Clone, Serialize, Deserialize)]
#[serde(into = "Inner", try_from = "Inner")]
struct OfPage(PageEvent);

/// What can happen to a ring, likewise.
#[derive(Clone, Serialize, Deserialize)]
#[serde(into = "Inner", try_from = "Inner")]
struct OfRing(PersonId, RingEvent);

/// Something that happens to an incident and not to a drill.
#[derive(Debug, thiserror::Error)]
#[error("this does not happen in a drill")]
struct NotOfADrill;

impl From<OfPage> for Inner {
    fn from(OfPage(event): OfPage) -> Self {
        Self::from(&incident::Body::Page(event))
    }
}

impl TryFrom<Inner> for OfPage {
    type Error = NotOfADrill;
    fn try_from(stored: Inner) -> Result<Self, NotOfADrill> {
        match stored.into() {
            incident::Body::Page(event) => Ok(Self(event)),
            _ => Err(NotOfADrill),
        }
    }
}

impl From<OfRing> for Inner {
    fn from(OfRing(person, event): OfRing) -> Self {
        Self::from(&incident::Body::Ring { person, event })
    }
}

impl TryFrom<Inner> for OfRing {
    type Error = NotOfADrill;
    fn try_from(stored: Inner) -> Result<Self, NotOfADrill> {
        match stored.into() {
            incident::Body::Ring { person, event } => Ok(Self(person, event)),
            _ => Err(NotOfADrill),
        }
    }
}

impl From<&Body> for Stored {
    fn from(body: &Body) -> Self {
        match body.clone() {
            Body::Began { look_at } => Self::DrillsBegan { look_at },
            Body::Looked { noticed, reminded, gone, look_at } => {
                Self::DrillsLooked { noticed, reminded, gone, look_at }
            }
            Body::DrillBegan { number, of, severity, ends_at } => Self::DrillBegan { number, of, severity, ends_at },
            Body::DrillPage { number, event } => Self::DrillPage { number, what: OfPage(event) },
            Body::DrillRing { number, person, event } => Self::DrillRing { number, what: OfRing(person, event) },
            Body::DrillOver { number, how } => Self::DrillOver { number, how },
            Body::CodeAsked { person, method, address, until } => Self::CodeAsked { person, method, address, until },
            Body::CodeTaken { person, method } => Self::CodeTaken { person, method },
            Body::CodeFailed { person, method, error } => Self::CodeFailed { person, method, error },
            Body::CodeWrong { person, method } => Self::CodeWrong { person, method },
            Body::Verified { person, method, address } => Self::MethodVerified { person, method, address },
        }
    }
}

impl From<Stored> for Body {
    fn from(stored: Stored) -> Self {
        match stored {
            Stored::DrillsBegan { look_at } => Self::Began { look_at },
            Stored::DrillsLooked { noticed, reminded, gone, look_at } => {
                Self::Looked { noticed, reminded, gone, look_at }
            }
            Stored::DrillBegan { number, of, severity, ends_at } => Self::DrillBegan { number, of, severity, ends_at },
            Stored::DrillPage { number, what: OfPage(event) } => Self::DrillPage { number, event },
            Stored::DrillRing { number, what: OfRing(person, event) } => Self::DrillRing { number, person, event },
            Stored::DrillOver { number, how } => Self::DrillOver { number, how },
            Stored::CodeAsked { person, method, address, until } => Self::CodeAsked { person, method, address, until },
            Stored::CodeTaken { person, method } => Self::CodeTaken { person, method },
            Stored::CodeFailed { person, method, error } => Self::CodeFailed { person, method, error },
            Stored::CodeWrong { person, method } => Self::CodeWrong { person, method },
            Stored::MethodVerified { person, method, address } => Self::Verified { person, method, address },
        }
    }
}
