//! What can happen to the roster.

use jiff::Timestamp;

use super::Open;
use crate::PersonId;
use crate::handoff::Handoff;
use crate::oncall::{Leave, Override};

/// One event of the roster's stream.
pub type Event = crate::event::Event<Body>;

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// Somebody takes a place for a while.
    Overridden(Override),
    /// Somebody is away for a while.
    Left(Leave),
    /// An override or leave ends earlier than it was to; before it begins, it never was.
    Ended {
        /// Which.
        number: u64,
        /// First instant after it.
        until: Timestamp,
    },
    /// Everything of the hand-offs up to an instant was told; also where that was nothing.
    HandoffsTold {
        /// That instant.
        until: Timestamp,
        /// When there is something to be told of next.
        next: Option<Timestamp>,
        /// What was told.
        told: Vec<Handoff>,
        /// What was open then.
        open: Vec<Open>,
    },
    /// Somebody marked the policy as read.
    Ready {
        /// Who.
        person: PersonId,
    },
}

impl Event {
    /// Whether somebody did this, rather than that it followed from what they did.
    pub fn is_an_act(&self) -> bool {
        self.actor.is_somebody()
            && match &self.body {
                Body::Overridden(_) | Body::Left(_) | Body::Ended { .. } | Body::Ready { .. } => true,
                Body::HandoffsTold { .. } => false,
            }
    }
}
