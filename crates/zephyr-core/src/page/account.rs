//! What became of every page and every call of a person, from the log alone: how far each call got, and how it ended.
//!
//! A *call* is one person wanted by one page on one step. Calls and ends balance: each call that began has one end, or
//! goes on. Deliberately not here: which incidents are looked at, and words for people.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{Chain, PageEvent, Paging, Passed, PauseWhy, Place, RingEvent, Standing, StopWhy, Target};
use crate::policy::Method;
use crate::{PersonId, RotationId};

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

/// Reads a log. Events that concern no page are left out by the caller.
pub fn account<'e>(log: impl IntoIterator<Item = Logged<'e>>) -> Account {
    let mut reader = Reader::default();
    for logged in log {
        match logged.what {
            What::Page(event) => reader.page(logged.seq, logged.at, event),
            What::Ring(person, event) => reader.ring(logged.at, person, event),
        }
    }
    reader.account
}

#[derive(Default)]
struct Reader {
    account: Account,
    paging: Paging,
    /// Where a page of this name is accounted for.
    pages: BTreeMap<Target, usize>,
    /// How far the live ring of each person got.
    reached: BTreeMap<PersonId, Reach>,
}

impl Reader {
    fn page(&mut self, seq: u64, at: Timestamp, event: &PageEvent) {
        if let PageEvent::StepBegan { target, .. } | PageEvent::Paused { target, .. } = event {
            self.time_is_up(target, at);
        }
        self.paging.apply(at, event);
        match event {
            PageEvent::Began { target, rotation, chain, .. } => {
                self.pages.insert(target.clone(), self.account.pages.len());
                self.account.pages.push(PageAccount {
                    target: target.clone(),
                    rotation: rotation.clone(),
                    chain: chain.clone(),
                    began_at: at,
                    answered: None,
                    stopped: None,
                    missed_steps: 0,
                    steps: Vec::new(),
                });
            }
            PageEvent::StepBegan { target, round, place, wanted, until, passed, standing } => {
                self.step(target, seq, at, (StepWhat::Step(*round, *place), *until), (passed, standing));
                wanted.iter().for_each(|person| self.call(target, person, seq, at));
            }
            PageEvent::Paused { target, until, why, passed, .. } => {
                self.step(target, seq, at, (StepWhat::Paused(*why), *until), (passed, &[]));
            }
            PageEvent::Widened { target, wanted, until } => {
                self.step(target, seq, at, (StepWhat::Widened, *until), (&[], &[]));
                wanted.iter().for_each(|person| self.call(target, person, seq, at));
            }
            PageEvent::RungAgain { target, person, until } => {
                self.step(target, seq, at, (StepWhat::RungAgain, *until), (&[], &[]));
                self.call(target, person, seq, at);
            }
            PageEvent::Renamed { from, to } => self.rename(from, to),
            PageEvent::Acknowledged { by, targets } => {
                targets.iter().for_each(|target| self.answered(target, by, at));
            }
            PageEvent::Taken { target, by } => self.answered(target, by, at),
            PageEvent::Stopped { targets, why } => {
                for target in targets {
                    if let Some(page) = self.page_mut(target).filter(|page| page.answered.is_none()) {
                        page.stopped = Some(why.clone());
                    }
                }
            }
            PageEvent::Declined { .. } | PageEvent::NotReached { .. } => {}
        }
        self.end_unwanted(at, |person| match event {
            PageEvent::Acknowledged { by, .. } | PageEvent::Taken { by, .. } if by == person => How::Answered,
            PageEvent::Acknowledged { by, .. } | PageEvent::Taken { by, .. } => How::Spared(by.clone()),
            PageEvent::Declined { .. } => How::Declined,
            PageEvent::Stopped { why, .. } => How::Stopped(why.clone()),
            PageEvent::NotReached { .. } => How::NotReached,
            _ => How::Missed,
        });
    }

    fn ring(&mut self, at: Timestamp, person: &PersonId, event: &RingEvent) {
        self.paging.apply_ring(at, person, event);
        let (method, what) = match event {
            RingEvent::Began { .. } => {
                // A call that began with this ring has nothing of the ring before it.
                self.reached.insert(person.clone(), Reach::Begun);
                let began = |call: &&mut Call| call.person == *person && call.at == at && call.end.is_none();
                self.account.calls.iter_mut().filter(began).for_each(|call| call.reach = Reach::Begun);
                return;
            }
            RingEvent::Over { .. } => {
                self.reached.remove(person);
                return;
            }
            RingEvent::Rang { entry } => (entry.method, SendStep::Sent),
            RingEvent::Accepted { entry, delivered: true, .. } => (entry.method, SendStep::Delivered),
            RingEvent::Accepted { entry, .. } => (entry.method, SendStep::Accepted),
            RingEvent::Retrying { entry, error } | RingEvent::Unclear { entry, error } => {
                (entry.method, SendStep::Troubled(error.clone()))
            }
            RingEvent::Failed { entry, error } => (entry.method, SendStep::Failed(error.clone())),
            RingEvent::NoReceipt { entry } => (entry.method, SendStep::NoReceipt),
            RingEvent::Withheld { entry } => (entry.method, SendStep::Withheld),
        };
        let reach = self.reached.entry(person.clone()).or_insert(Reach::Begun);
        *reach = (*reach).max(what.reach());
        let open = self.account.calls.iter_mut().filter(|call| call.person == *person && call.end.is_none());
        for call in open {
            call.reach = call.reach.max(*reach);
            call.sends.push(CallSend { at, method, what: what.clone() });
        }
        self.end_unwanted(at, |_| How::Unreachable);
    }

    /// A step goes on to the next: whoever it wanted has not answered.
    fn time_is_up(&mut self, target: &Target, at: Timestamp) {
        let Some(page) = self.pages.get(target).copied() else { return };
        let mut missed = false;
        for call in self.account.calls.iter_mut().filter(|call| call.page == page && call.end.is_none()) {
            call.end = Some(CallEnd { at, how: How::Missed });
            missed = true;
        }
        if let Some(page) = self.account.pages.get_mut(page).filter(|_| missed) {
            page.missed_steps = page.missed_steps.saturating_add(1);
        }
    }

    fn step(
        &mut self,
        target: &Target,
        seq: u64,
        at: Timestamp,
        (what, until): (StepWhat, Timestamp),
        (passed, standing): (&[Passed], &[Standing]),
    ) {
        if let Some(page) = self.page_mut(target) {
            page.steps.push(StepAccount { seq, at, what, until, passed: passed.to_vec(), standing: standing.to_vec() });
        }
    }

    fn call(&mut self, target: &Target, person: &PersonId, seq: u64, at: Timestamp) {
        let Some(page) = self.pages.get(target).copied() else { return };
        let reach = self.reached.get(person).copied().unwrap_or(Reach::Begun);
        self.account.calls.push(Call { page, person: person.clone(), seq, at, reach, sends: Vec::new(), end: None });
    }

    fn answered(&mut self, target: &Target, by: &PersonId, at: Timestamp) {
        if let Some(page) = self.page_mut(target).filter(|page| page.answered.is_none()) {
            page.answered = Some((by.clone(), at));
            page.stopped = None;
        }
    }

    fn rename(&mut self, from: &Target, to: &Target) {
        if let Some(index) = self.pages.remove(from) {
            self.pages.insert(to.clone(), index);
            if let Some(page) = self.account.pages.get_mut(index) {
                page.target = to.clone();
            }
        }
    }

    fn page_mut(&mut self, target: &Target) -> Option<&mut PageAccount> {
        self.account.pages.get_mut(*self.pages.get(target)?)
    }

    /// Ends the calls of everybody whom no page wants any more.
    fn end_unwanted(&mut self, at: Timestamp, how: impl Fn(&PersonId) -> How) {
        let wants = |call: &Call| {
            let target = self.account.pages.get(call.page).map(|page| &page.target);
            target.and_then(|target| self.paging.pages.get(target)).is_some_and(|page| page.wants(&call.person))
        };
        let ended: Vec<usize> = (0..)
            .zip(&self.account.calls)
            .filter(|(_, call)| call.end.is_none() && !wants(call))
            .map(|(index, _)| index)
            .collect();
        for index in ended {
            if let Some(call) = self.account.calls.get_mut(index) {
                call.end = Some(CallEnd { at, how: how(&call.person) });
            }
        }
    }
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
    /// Whether it is neither answered nor stopped.
    pub fn is_ringing(&self) -> bool {
        self.answered.is_none() && self.stopped.is_none()
    }
}
