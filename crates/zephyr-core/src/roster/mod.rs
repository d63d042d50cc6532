//! The roster: what people arranged outside the policy file and does not wait for a review. One stream for the whole
//! organisation.
//!
//! [`command`] turns what is asked into events. Every decision about incidents is made with the roster that is stored.
//!
//! Deliberately not here: who is on call because of it (`oncall`), and what a page makes of that (`page`).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::StreamId;
use crate::limits;
use crate::oncall::{Changes, Leave, Override};

mod command;
mod decision;
mod effects;
mod event;
mod narrate;
mod stored;

pub use command::{Command, Refused, command};
pub use decision::{Decided, outcome, wake};
pub use event::{Body, Event};
pub use narrate::narrate;

/// Format number of the state as JSON. Raised with every change of its shape; older states are folded anew.
pub const STATE_FORMAT: u32 = 1;

/// The roster, as the fold of its events. Before the first there is nothing in it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Roster {
    /// Sequence number of its last event.
    pub version: u64,
    /// The number that was given last: overrides and leave are counted together.
    pub latest: u64,
    /// What is arranged. What has been over for a while is left out.
    pub changes: Changes,
}

impl Roster {
    /// The fold: what the roster is after an event.
    pub fn fold(state: Option<Self>, event: &Event) -> Self {
        let mut roster = state.unwrap_or_default();
        roster.apply(event);
        roster
    }

    /// The earliest of all deadlines it holds.
    pub fn next_wake(&self) -> Option<Timestamp> {
        None
    }

    /// The override of a number.
    pub fn arranged(&self, number: u64) -> Option<&Override> {
        self.changes.overrides.iter().find(|arranged| arranged.number == number)
    }

    /// The leave of a number.
    pub fn leave(&self, number: u64) -> Option<&Leave> {
        self.changes.leave.iter().find(|leave| leave.number == number)
    }

    pub(crate) fn stream() -> StreamId {
        StreamId::ROSTER
    }

    fn apply(&mut self, event: &Event) {
        self.version = event.seq;
        match &event.body {
            Body::Overridden(arranged) => {
                self.latest = self.latest.max(arranged.number);
                self.changes.overrides.push(arranged.clone());
            }
            Body::Left(leave) => {
                self.latest = self.latest.max(leave.number);
                self.changes.leave.push(leave.clone());
            }
            Body::Ended { number, until } => {
                let overrides = self.changes.overrides.iter_mut().filter(|arranged| arranged.number == *number);
                overrides.for_each(|arranged| arranged.until = *until);
                let leave = self.changes.leave.iter_mut().filter(|leave| leave.number == *number);
                leave.for_each(|leave| leave.until = *until);
            }
        }
        self.forget(event.at);
    }

    /// Leaves out what never was, and what has been over for a while.
    fn forget(&mut self, now: Timestamp) {
        let kept_since = now.checked_sub(limits::ARRANGED_KEPT).unwrap_or(Timestamp::MIN);
        let stays = |from: Timestamp, until: Timestamp| from < until && kept_since < until;
        self.changes.overrides.retain(|arranged| stays(arranged.from, arranged.until));
        self.changes.leave.retain(|leave| stays(leave.from, leave.until));
    }
}
