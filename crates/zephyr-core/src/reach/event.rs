//! What can happen to whether people are reached.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::code::Fingerprint;
use crate::page::{PageEvent, RingEvent};
use crate::policy::{Method, Severity};
use crate::{Actor, PersonId, RotationId};

/// One event of the stream.
pub type Event = crate::event::Event<Body>;

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// From now on it is looked for whom a drill is due.
    Began {
        /// When first.
        look_at: Timestamp,
    },
    /// It was looked for whom a drill is due.
    Looked {
        /// Who was seen on a rotation for the first time.
        noticed: BTreeSet<PersonId>,
        /// Who is told that a drill is due.
        reminded: BTreeSet<PersonId>,
        /// Who is not in the policy any more.
        gone: BTreeSet<PersonId>,
        /// When next.
        look_at: Timestamp,
    },
    /// A drill began.
    DrillBegan {
        /// Its number, `3` for `DRILL-3`.
        number: u64,
        /// Who is to be reached.
        of: Whom,
        /// Whose chain is practised.
        severity: Severity,
        /// When it ends at the latest.
        ends_at: Timestamp,
    },
    /// Something happened to the page of a drill.
    DrillPage {
        /// Which.
        number: u64,
        /// What.
        event: PageEvent,
    },
    /// Something happened to somebody's ring in a drill.
    DrillRing {
        /// Which.
        number: u64,
        /// Whose.
        person: PersonId,
        /// What.
        event: RingEvent,
    },
    /// A drill ended.
    DrillOver {
        /// Which.
        number: u64,
        /// How.
        how: Ended,
    },
    /// Somebody asked for a code over one of their methods.
    CodeAsked {
        /// Who.
        person: PersonId,
        /// Over which.
        method: Method,
        /// The address it goes to.
        address: Fingerprint,
        /// Until when it can be given.
        until: Timestamp,
    },
    /// The provider took the code.
    CodeTaken {
        /// Whose.
        person: PersonId,
        /// Over which method.
        method: Method,
    },
    /// The code cannot be sent.
    CodeFailed {
        /// Whose.
        person: PersonId,
        /// Over which method.
        method: Method,
        /// Why.
        error: String,
    },
    /// Somebody gave another code than the one that was sent.
    CodeWrong {
        /// Who.
        person: PersonId,
        /// Of which method.
        method: Method,
    },
    /// Somebody gave the code: the method reaches them.
    Verified {
        /// Who.
        person: PersonId,
        /// Over which.
        method: Method,
        /// The address that it was sent to.
        address: Fingerprint,
    },
}

/// Who is to be reached by a drill.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Whom {
    /// One person.
    Person(PersonId),
    /// Whoever is on call for a rotation, and up its chain.
    Rotation(RotationId),
}

impl Whom {
    /// The name, as in the policy.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Person(person) => person.as_str(),
            Self::Rotation(rotation) => rotation.as_str(),
        }
    }
}

/// How a drill ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// A person answered.
    Answered {
        /// Who.
        by: PersonId,
    },
    /// Nobody did, up to the end of the chain.
    Unanswered,
    /// Somebody stopped it.
    Stopped {
        /// Who.
        by: Actor,
    },
}

impl Event {
    /// Whether somebody did this, rather than that it followed from what they did.
    pub fn is_an_act(&self) -> bool {
        self.actor.is_somebody()
            && match &self.body {
                Body::DrillBegan { .. } | Body::CodeAsked { .. } | Body::CodeWrong { .. } | Body::Verified { .. } => {
                    true
                }
                Body::DrillOver { how, .. } => matches!(how, Ended::Stopped { .. }),
                Body::DrillPage { event, .. } => {
                    matches!(event, PageEvent::Acknowledged { .. } | PageEvent::Declined { .. })
                }
                Body::Began { .. }
                | Body::Looked { .. }
                | Body::DrillRing { .. }
                | Body::CodeTaken { .. }
                | Body::CodeFailed { .. } => false,
            }
    }

    /// The number of the drill it is about, where it is about one.
    pub fn drill(&self) -> Option<u64> {
        match &self.body {
            Body::DrillBegan { number, .. }
            | Body::DrillPage { number, .. }
            | Body::DrillRing { number, .. }
            | Body::DrillOver { number, .. } => Some(*number),
            _ => None,
        }
    }
}
