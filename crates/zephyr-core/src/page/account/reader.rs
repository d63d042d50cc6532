//! Reads a log, event by event, and notes what it says of pages and calls.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::{Account, Call, CallEnd, CallSend, How, Logged, PageAccount, Reach, SendStep, StepAccount, StepWhat, What};
use crate::PersonId;
use crate::page::{Page, PageEvent, Paging, Passed, RingEvent, RingOverWhy, Standing, StopWhy, Target};

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
                    missed_before: 0,
                    holds: false,
                    lapsed: 0,
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
                    if let Some(page) = self.page_mut(target).filter(|page| !page.holds) {
                        page.stopped = Some(why.clone());
                    }
                }
            }
            PageEvent::Asked { people, until, .. } => self.asked(people, seq, at, *until),
            PageEvent::Lapsed { targets, .. } => self.lapsed(targets),
            PageEvent::Declined { .. } | PageEvent::NotReached { .. } | PageEvent::SignOfLife { .. } => {}
        }
        self.end_unwanted(at, |person| match event {
            PageEvent::Acknowledged { by, .. } | PageEvent::Taken { by, .. } | PageEvent::SignOfLife { by }
                if by == person =>
            {
                How::Answered
            }
            PageEvent::Acknowledged { by, .. } | PageEvent::Taken { by, .. } | PageEvent::SignOfLife { by } => {
                How::Spared(by.clone())
            }
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
            RingEvent::Over { why } => {
                self.reached.remove(person);
                if *why != RingOverWhy::Louder {
                    self.asked_no_longer(person, at);
                }
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
            if page.answered.is_none() {
                page.missed_before = page.missed_before.saturating_add(1);
            }
        }
    }

    /// Every page that is answered asks, as a step of its own.
    fn asked(&mut self, people: &BTreeSet<PersonId>, seq: u64, at: Timestamp, until: Timestamp) {
        let answered = self.paging.pages.iter().filter(|(_, page)| page.answered_by().is_some());
        let targets: Vec<Target> = answered.map(|(target, _)| target.clone()).collect();
        for target in targets {
            self.step(&target, seq, at, (StepWhat::Asked, until), (&[], &[]));
            // Whoever rings for this page already is called once.
            let new: Vec<&PersonId> = people.iter().filter(|person| !self.is_calling(&target, person)).collect();
            new.into_iter().for_each(|person| self.call(&target, person, seq, at));
        }
    }

    /// A phone that was rung for a sign of life, and stops though nobody gave one: nothing needs it any more.
    fn asked_no_longer(&mut self, person: &PersonId, at: Timestamp) {
        let asks = self.paging.is_asking();
        if let Some(lease) = self.paging.lease.as_mut().filter(|_| asks) {
            lease.drop_person(person, at);
            self.end_unwanted(at, |_| How::Stopped(StopWhy::NotDue));
        }
    }

    fn lapsed(&mut self, targets: &BTreeSet<Target>) {
        for target in targets {
            if let Some(page) = self.page_mut(target) {
                page.lapsed = page.lapsed.saturating_add(1);
                page.holds = false;
            }
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

    fn is_calling(&self, target: &Target, person: &PersonId) -> bool {
        let page = self.pages.get(target).copied();
        let open = |call: &Call| Some(call.page) == page && call.person == *person && call.end.is_none();
        self.account.calls.iter().any(open)
    }

    fn answered(&mut self, target: &Target, by: &PersonId, at: Timestamp) {
        if let Some(page) = self.page_mut(target) {
            page.answered.get_or_insert_with(|| (by.clone(), at));
            page.stopped = None;
            page.holds = true;
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
        let asked: BTreeSet<PersonId> = self.paging.asked().cloned().collect();
        let asks = |page: &Page, person: &PersonId| page.answered_by().is_some() && asked.contains(person);
        let wants = |call: &Call| {
            let target = self.account.pages.get(call.page).map(|page| &page.target);
            let page = target.and_then(|target| self.paging.pages.get(target));
            page.is_some_and(|page| page.wants(&call.person) || asks(page, &call.person))
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
