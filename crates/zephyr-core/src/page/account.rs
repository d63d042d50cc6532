//! What became of every page and every call of a person, from the log alone: how far each call got, and how it ended.
//!
//! A *call* is one person wanted by one page on one step. Calls and ends balance: each call that began has one end, or
//! goes on. Deliberately not here: which incidents are looked at, and words for people.

use jiff::Timestamp;

use super::{Chain, PageEvent, Passed, PauseWhy, Place, RingEvent, Standing, StopWhy, Target};
use crate::policy::Method;
use crate::{PersonId, RotationId};

mod reader;

pub use reader::account;

/// One event of a log that pages are read from.
#[derive(Debug, Clone, Copy)]
pub struct Logged<'e> {
    /// Its sequence number.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// What happened.
    pub what: What<'e>,
}

/// What happened, as far as pages are concerned.
#[derive(Debug, Clone, Copy)]
pub enum What<'e> {
    /// To a page.
    Page(&'e PageEvent),
    /// To a person's ring.
    Ring(&'e PersonId, &'e RingEvent),
}

/// All that a log says of its pages.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Account {
    /// Pages in the order in which they began.
    pub pages: Vec<PageAccount>,
    /// Calls in the order in which they began.
    pub calls: Vec<Call>,
}

/// One page from its beginning to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageAccount {
    /// What it is for, by its present name.
    pub target: Target,
    /// Who owns it.
    pub rotation: Option<RotationId>,
    /// Its steps.
    pub chain: Chain,
    /// When it began.
    pub began_at: Timestamp,
    /// The first answer: who and when.
    pub answered: Option<(PersonId, Timestamp)>,
    /// Why it wants nobody any more, where it was never answered.
    pub stopped: Option<StopWhy>,
    /// Steps whose time was up without an answer.
    pub missed_steps: u32,
    /// Of these, those before the first answer.
    pub missed_before: u32,
    /// Whether it is answered, and the answer holds.
    pub holds: bool,
    /// How often its answer held no longer, because nobody gave a sign of life.
    pub lapsed: u32,
    /// Whatever made it want people, or nobody, in order.
    pub steps: Vec<StepAccount>,
}

/// Something that made a page want people, or nobody for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepAccount {
    /// The event that began it.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// What it is.
    pub what: StepWhat,
    /// Until when it waited, unless something ended it before.
    pub until: Timestamp,
    /// Steps and people passed over on the way to it.
    pub passed: Vec<Passed>,
    /// By what those wanted were on call; whoever is not among them was the next in order.
    pub standing: Vec<Standing>,
}

/// What made a page want people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepWhat {
    /// A step of its chain, or the last resort, in a round from 1.
    Step(u32, Place),
    /// Nobody was wanted for a while.
    Paused(PauseWhy),
    /// The severity was raised: everybody on call in any layer.
    Widened,
    /// A person asked to ring somebody again.
    RungAgain,
    /// Those who answered had given no sign of life: somebody is asked for one.
    Asked,
}

/// One person wanted by one page on one step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// For which page: its place among the pages of the account.
    pub page: usize,
    /// Who.
    pub person: PersonId,
    /// The event that wanted them.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// How far it got.
    pub reach: Reach,
    /// What was sent, in order.
    pub sends: Vec<CallSend>,
    /// How it ended; `None` while it goes on.
    pub end: Option<CallEnd>,
}

/// How far a call got, at its best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// Nothing was handed out.
    Begun,
    /// A send was handed out.
    Sent,
    /// A provider accepted one.
    Accepted,
    /// One is known to have reached a device.
    Delivered,
}

/// Something that was sent during a call, or happened to a send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallSend {
    /// When.
    pub at: Timestamp,
    /// How.
    pub method: Method,
    /// What.
    pub what: SendStep,
}

/// What happened to a send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SendStep {
    /// Handed out.
    Sent,
    /// Accepted by the provider.
    Accepted,
    /// Known to have reached a device.
    Delivered,
    /// In doubt or to be tried again.
    Troubled(String),
    /// Failed for good.
    Failed(String),
    /// No receipt came in time.
    NoReceipt,
    /// It did not leave: no longer due.
    Withheld,
}

/// The end of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallEnd {
    /// When.
    pub at: Timestamp,
    /// How.
    pub how: How,
}

/// How a call ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum How {
    /// This person answered.
    Answered,
    /// This person declined.
    Declined,
    /// The step's time was up and nobody had answered.
    Missed,
    /// Somebody else of the same step had answered; this person did not in the step's time.
    NotReached,
    /// Every method of this person failed for good.
    Unreachable,
    /// Somebody from outside the step answered first.
    Spared(PersonId),
    /// The page was stopped.
    Stopped(StopWhy),
}

impl SendStep {
    fn reach(&self) -> Reach {
        match self {
            Self::Withheld => Reach::Begun,
            Self::Sent | Self::Troubled(_) | Self::Failed(_) => Reach::Sent,
            Self::Accepted | Self::NoReceipt => Reach::Accepted,
            Self::Delivered => Reach::Delivered,
        }
    }
}

impl PageAccount {
    /// Whether it wants a person: no answer holds, and it is not stopped.
    pub fn is_ringing(&self) -> bool {
        !self.holds && self.stopped.is_none()
    }
}
