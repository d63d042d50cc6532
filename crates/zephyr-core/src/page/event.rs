//! What can happen to pages and rings.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Chain, Passed, Place, RungRef, Standing, Target};
use crate::policy::LadderEntry;
use crate::text::Reason;
use crate::{PersonId, RotationId};

/// Something that happened to pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PageEvent {
    /// A page began. Its first step follows in the same commit.
    Began {
        /// For what.
        target: Target,
        /// Who owns it.
        rotation: Option<RotationId>,
        /// Whether the first step rings every layer.
        everyone: bool,
        /// Its steps.
        chain: Chain,
    },
    /// A step began, or the last resort did.
    StepBegan {
        /// Of which page.
        target: Target,
        /// Round, from 1.
        round: u32,
        /// Step or last resort.
        place: Place,
        /// Whom it wants; never empty.
        wanted: BTreeSet<PersonId>,
        /// Until when it waits.
        until: Timestamp,
        /// Steps and people passed over on the way to it, and why.
        passed: Vec<Passed>,
        /// By what those wanted are on call. Empty in events written before it was noted.
        standing: Vec<Standing>,
    },
    /// Nobody could be wanted; the page looks again later.
    Paused {
        /// Which page.
        target: Target,
        /// Round, from 1.
        round: u32,
        /// When it looks again.
        until: Timestamp,
        /// Why nobody is rung.
        why: PauseWhy,
        /// Steps and people passed over, and why.
        passed: Vec<Passed>,
    },
    /// A person answered.
    Acknowledged {
        /// Who.
        by: PersonId,
        /// Which pages.
        targets: BTreeSet<Target>,
    },
    /// A person cannot.
    Declined {
        /// Who.
        by: PersonId,
        /// Which pages.
        targets: BTreeSet<Target>,
        /// Until when they are passed over.
        until: Timestamp,
    },
    /// A person made themselves responder of a page.
    Taken {
        /// Which page.
        target: Target,
        /// Who.
        by: PersonId,
    },
    /// Pages ended.
    Stopped {
        /// Which.
        targets: BTreeSet<Target>,
        /// Why.
        why: StopWhy,
    },
    /// A page wants everybody on call in any layer from now on; these are wanted besides.
    Widened {
        /// Which page.
        target: Target,
        /// Who is wanted besides; may be empty.
        wanted: BTreeSet<PersonId>,
        /// Until when their phones ring, where the page is answered already.
        until: Timestamp,
    },
    /// An answered page makes room for another of its name and is kept under a new one.
    Renamed {
        /// Its name so far.
        from: Target,
        /// Its name from now on.
        to: Target,
    },
    /// Others of an answered step did not answer in their time.
    NotReached {
        /// Which page.
        target: Target,
        /// Who.
        people: BTreeSet<PersonId>,
    },
    /// A person asked to ring somebody again who was not reached.
    RungAgain {
        /// Which page.
        target: Target,
        /// Who is rung.
        person: PersonId,
        /// Until when.
        until: Timestamp,
    },
    /// Those who answered have given no sign of life for too long: somebody is asked for one.
    Asked {
        /// Whose phones ring for it; never empty.
        people: BTreeSet<PersonId>,
        /// How long nobody had given one.
        silent_for: SignedDuration,
        /// When the pages go on.
        until: Timestamp,
    },
    /// Somebody who answers has given a sign of life, by nothing else that is written.
    SignOfLife {
        /// Who.
        by: PersonId,
    },
    /// The answers hold no longer. Each page goes on in the same commit.
    Lapsed {
        /// Which pages were answered.
        targets: BTreeSet<Target>,
        /// By whom.
        silent: BTreeSet<PersonId>,
    },
}

/// Why a page that is not answered rings nobody for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PauseWhy {
    /// The round before began only just now.
    RoundTooShort,
    /// Everybody left to ring already answers for another page of this.
    SomebodyAnswered,
    /// There is nobody at all who could be rung.
    Nobody,
}

/// Why a page wants nobody any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StopWhy {
    /// What it was for is resolved.
    Resolved,
    /// What it was for was a false alarm.
    Cancelled,
    /// Nobody of this target has to be paged any more: the severity was lowered, or the owner is another.
    NotDue,
    /// A responder stopped it.
    Person {
        /// Who.
        by: PersonId,
        /// Why.
        reason: Reason,
    },
}

/// Something that happened to a ring.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RingEvent {
    /// A person's phone begins to ring.
    Began {
        /// The methods, with delays.
        ladder: Vec<LadderEntry>,
        /// Whether every method rings at once.
        loud: bool,
        /// Whether it leaves out what makes noise, because it is in the person's quiet hours and not urgent.
        quiet: bool,
    },
    /// An entry of the ladder is being sent.
    Rang {
        /// Which, from 0.
        entry: RungRef,
    },
    /// The provider accepted it.
    Accepted {
        /// Which.
        entry: RungRef,
        /// Whether it is already known to have reached the device.
        delivered: bool,
        /// When a receipt is due, where it is not.
        receipt_by: Option<Timestamp>,
    },
    /// The first try failed; it is tried again, and the next method goes at once.
    Retrying {
        /// Which.
        entry: RungRef,
        /// Why.
        error: String,
    },
    /// Nobody knows whether it went out; it is sent once more, and the next method goes at once.
    Unclear {
        /// Which.
        entry: RungRef,
        /// Why.
        error: String,
    },
    /// It failed for good.
    Failed {
        /// Which.
        entry: RungRef,
        /// Why.
        error: String,
    },
    /// No receipt came in time; the next method goes at once.
    NoReceipt {
        /// Which.
        entry: RungRef,
    },
    /// It did not leave: it was no longer due.
    Withheld {
        /// Which.
        entry: RungRef,
    },
    /// The ring is over.
    Over {
        /// Why.
        why: RingOverWhy,
    },
}

/// Why a phone stops ringing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RingOverWhy {
    /// This person answered.
    Answered,
    /// This person declined.
    Declined,
    /// Nobody wants them any more: the page went on, was answered by another, or stopped.
    NotWanted,
    /// The chain came round to them again, louder.
    Louder,
}
