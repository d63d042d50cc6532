//! A ring: one person's phone, running their ladder of methods.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::RingOverWhy;
use crate::policy::Method;

/// One ring of one person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ring {
    /// Which ring of this person here, from 1.
    pub number: u32,
    /// When it began.
    pub began_at: Timestamp,
    /// Whether every method rang at once.
    pub loud: bool,
    /// Whether what makes noise was left out, in the person's quiet hours.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub quiet: bool,
    /// The ladder; never empty.
    pub rungs: Vec<Rung>,
    /// Set when it is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub over: Option<RingOver>,
}

/// The end of a ring.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RingOver {
    /// When.
    pub at: Timestamp,
    /// Why.
    pub why: RingOverWhy,
}

/// One entry of a running ladder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rung {
    /// How.
    pub method: Method,
    /// How far it got.
    pub state: RungState,
}

/// Names one entry of a running ladder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RungRef {
    /// Which, from 0.
    pub index: u32,
    /// How it rings.
    pub method: Method,
}

/// How far one send got.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RungState {
    /// Its time has not come.
    Waiting {
        /// When it does.
        due_at: Timestamp,
    },
    /// On its way to the provider.
    Sent {
        /// Since when.
        at: Timestamp,
    },
    /// The provider has it.
    Accepted {
        /// Since when.
        at: Timestamp,
        /// When a receipt has to be there; `None` once it is, or once its time was up.
        receipt_by: Option<Timestamp>,
    },
    /// It will never get there.
    Failed {
        /// Why.
        error: String,
    },
    /// It did not leave.
    Withheld,
}

impl Rung {
    /// Handed out and not heard of again so far.
    pub(super) fn is_in_flight(&self) -> bool {
        matches!(self.state, RungState::Sent { .. })
    }
}

impl Ring {
    /// An entry of the ladder.
    pub fn rung(&self, entry: u32) -> Option<&Rung> {
        self.rungs.get(usize::try_from(entry).ok()?)
    }

    pub(super) fn rung_mut(&mut self, entry: u32) -> Option<&mut Rung> {
        self.rungs.get_mut(usize::try_from(entry).ok()?)
    }

    /// Whether anything was handed to a provider.
    pub fn was_heard(&self) -> bool {
        self.rungs.iter().any(|rung| matches!(rung.state, RungState::Sent { .. } | RungState::Accepted { .. }))
    }

    /// Whether every method has failed for good.
    pub(super) fn is_hopeless(&self) -> bool {
        self.rungs.iter().all(|rung| matches!(rung.state, RungState::Failed { .. }))
    }

    /// Makes the next method go at once, because one before it is in doubt.
    pub(super) fn hasten(&mut self, at: Timestamp) {
        let next = self.rungs.iter_mut().find(|rung| matches!(rung.state, RungState::Waiting { .. }));
        if let Some(Rung { state: RungState::Waiting { due_at }, .. }) = next {
            *due_at = at.min(*due_at);
        }
    }

    /// Entries whose time has come.
    pub(super) fn due(&self, now: Timestamp) -> impl Iterator<Item = RungRef> + '_ {
        self.named().filter_map(move |(entry, rung)| match rung.state {
            RungState::Waiting { due_at } if due_at <= now => Some(entry),
            _ => None,
        })
    }

    /// Entries whose receipt has not come in time.
    pub(super) fn unreceipted(&self, now: Timestamp) -> impl Iterator<Item = RungRef> + '_ {
        self.named().filter_map(move |(entry, rung)| match rung.state {
            RungState::Accepted { receipt_by: Some(by), .. } if by <= now => Some(entry),
            _ => None,
        })
    }

    fn named(&self) -> impl Iterator<Item = (RungRef, &Rung)> {
        (0_u32..).zip(&self.rungs).map(|(index, rung)| (RungRef { index, method: rung.method }, rung))
    }

    pub(super) fn next_wake(&self) -> Option<Timestamp> {
        if self.over.is_some() {
            return None;
        }
        self.rungs
            .iter()
            .filter_map(|rung| match rung.state {
                RungState::Waiting { due_at } => Some(due_at),
                RungState::Accepted { receipt_by, .. } => receipt_by,
                RungState::Sent { .. } | RungState::Failed { .. } | RungState::Withheld => None,
            })
            .min()
    }
}
