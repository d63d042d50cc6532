//! What became of a send.

use jiff::Timestamp;

use super::step::plus;
use super::{Paging, RingEvent, RungRef};
use crate::effect::Outcome;
use crate::policy::Method;
use crate::{PersonId, SignedDuration};

/// What a provider said about one send to one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SendOutcome {
    /// It was accepted.
    Accepted {
        /// Whether it is known to have reached the device.
        delivered: bool,
    },
    /// It was not sent and will be tried again.
    Retrying {
        /// Why.
        error: String,
    },
    /// Nobody knows, and it will be sent once more.
    Unclear {
        /// Why.
        error: String,
    },
    /// It will never be.
    Failed {
        /// Why.
        error: String,
    },
    /// It did not leave.
    Withheld,
}

impl From<Outcome> for SendOutcome {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Done(receipt) => Self::Accepted { delivered: receipt.delivered },
            Outcome::Retry { error, .. } => Self::Retrying { error },
            Outcome::Ambiguous { error } => Self::Unclear { error },
            Outcome::Permanent { error } => Self::Failed { error },
            Outcome::NotDue => Self::Withheld,
        }
    }
}

impl Paging {
    /// What follows from the outcome of a send; nothing where the ring is no longer the one that was sent for.
    pub fn outcome(
        &self,
        person: &PersonId,
        ring: u32,
        entry: u32,
        outcome: SendOutcome,
        now: Timestamp,
    ) -> Option<RingEvent> {
        let rung = self.rings.get(person).filter(|live| live.number == ring)?.rung(entry)?;
        if !rung.is_in_flight() {
            return None;
        }
        let entry = RungRef { index: entry, method: rung.method };
        Some(match outcome {
            SendOutcome::Accepted { delivered } => {
                let receipt_by = (!delivered).then(|| plus(now, receipt_time(rung.method)));
                RingEvent::Accepted { entry, delivered, receipt_by }
            }
            SendOutcome::Retrying { error } => RingEvent::Retrying { entry, error },
            SendOutcome::Unclear { error } => RingEvent::Unclear { entry, error },
            SendOutcome::Failed { error } => RingEvent::Failed { entry, error },
            SendOutcome::Withheld => RingEvent::Withheld { entry },
        })
    }
}

/// How long a channel may take to say that it reached the device, before the next method goes.
fn receipt_time(method: Method) -> SignedDuration {
    match method {
        Method::Push | Method::Chat => SignedDuration::from_secs(30),
        Method::Sms => SignedDuration::from_secs(60),
        Method::Call => SignedDuration::from_secs(90),
        Method::Email => SignedDuration::from_secs(120),
    }
}
