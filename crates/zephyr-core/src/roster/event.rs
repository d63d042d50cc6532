//! What can happen to the roster.

use jiff::Timestamp;

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
}

impl Event {
    /// Whether somebody did this, rather than that it followed from what they did.
    pub fn is_an_act(&self) -> bool {
        self.actor.is_somebody()
            && match &self.body {
                Body::Overridden(_) | Body::Left(_) | Body::Ended { .. } => true,
            }
    }
}
