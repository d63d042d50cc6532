//! The fold: what pages and rings are after an event. Total; needs nothing but the event and its time.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::step::plus;
use super::{
    Answered, Lease, LeaseState, Page, PageEvent, PageState, Paging, Place, Ring, RingEvent, RingOver, Ringing, Rung,
    RungState, Stood,
};
use crate::PersonId;
use crate::policy::LadderEntry;

impl Paging {
    /// Applies what happened to pages.
    pub fn apply(&mut self, at: Timestamp, event: &PageEvent) {
        match event {
            PageEvent::Began { target, rotation, everyone, chain } => {
                let page = Page {
                    rotation: rotation.clone(),
                    everyone: *everyone,
                    chain: chain.clone(),
                    rung: BTreeSet::new(),
                    state: PageState::beginning(at),
                };
                self.pages.insert(target.clone(), page);
            }
            PageEvent::StepBegan { target, round, place, wanted, until, .. } => {
                if let Some(page) = self.pages.get_mut(target) {
                    page.rung.extend(wanted.iter().cloned());
                    page.go_to(at, *round, *place, wanted.clone(), *until);
                }
            }
            PageEvent::Paused { target, round, until, .. } => {
                if let Some(page) = self.pages.get_mut(target) {
                    page.go_to(at, *round, Place::Pause, BTreeSet::new(), *until);
                }
            }
            PageEvent::Acknowledged { by, targets } => {
                self.named(targets).for_each(|page| page.answer(by, at));
            }
            PageEvent::Taken { target, by } => {
                if let Some(page) = self.pages.get_mut(target) {
                    page.answer(by, at);
                }
            }
            PageEvent::Declined { by, targets, until } => {
                self.declined.insert(by.clone(), *until);
                self.lease.iter_mut().for_each(|lease| lease.drop_person(by, at));
                self.named(targets).for_each(|page| page.drop_person(by, at));
            }
            PageEvent::Stopped { targets, why } => {
                self.named(targets).for_each(|page| page.state = PageState::Stopped { why: why.clone() });
            }
            PageEvent::Widened { target, wanted, until } => {
                if let Some(page) = self.pages.get_mut(target) {
                    page.widen(wanted, *until);
                }
            }
            PageEvent::Renamed { from, to } => {
                if let Some(page) = self.pages.remove(from) {
                    self.pages.insert(to.clone(), page);
                }
            }
            PageEvent::NotReached { target, people } => {
                if let Some(Page { state: PageState::Answered(answered), .. }) = self.pages.get_mut(target) {
                    answered.also.retain(|person| !people.contains(person));
                    answered.not_reached.extend(people.iter().cloned());
                }
            }
            PageEvent::RungAgain { target, person, until } => {
                if let Some(Page { state: PageState::Answered(answered), .. }) = self.pages.get_mut(target) {
                    answered.not_reached.remove(person);
                    answered.also.insert(person.clone());
                    answered.also_until = *until;
                }
            }
            PageEvent::Asked { people, silent_for, until } => {
                let state = LeaseState::Asking { people: people.clone(), until: *until };
                self.lease = Some(Lease { held_for: *silent_for, state });
            }
            PageEvent::SignOfLife { .. } => self.renew(at),
            PageEvent::Lapsed { targets, .. } => {
                self.lease = None;
                self.named(targets).for_each(|page| page.go_on(at));
            }
        }
    }

    /// Applies what happened to a person's ring.
    pub fn apply_ring(&mut self, at: Timestamp, person: &PersonId, event: &RingEvent) {
        if let RingEvent::Began { ladder, loud, quiet } = event {
            let number = self.rings.get(person).map_or(0, |ring| ring.number).saturating_add(1);
            self.rings.insert(person.clone(), Ring::begun(number, at, ladder, (*loud, *quiet)));
            return;
        }
        let Some(ring) = self.rings.get_mut(person) else { return };
        match event {
            RingEvent::Began { .. } => {}
            RingEvent::Rang { entry } => ring.set(entry.index, RungState::Sent { at }),
            RingEvent::Accepted { entry, delivered, receipt_by } => {
                let receipt_by = if *delivered { None } else { *receipt_by };
                ring.set(entry.index, RungState::Accepted { at, receipt_by });
                self.failed.get_mut(person).map(|methods| methods.remove(&entry.method));
            }
            RingEvent::Retrying { .. } | RingEvent::Unclear { .. } => ring.hasten(at),
            RingEvent::NoReceipt { entry } => {
                ring.set(entry.index, RungState::Accepted { at, receipt_by: None });
                ring.hasten(at);
            }
            RingEvent::Failed { entry, error } => {
                ring.set(entry.index, RungState::Failed { error: error.clone() });
                ring.hasten(at);
                self.failed.entry(person.clone()).or_default().insert(entry.method);
                self.drop_if_hopeless(person, at);
            }
            RingEvent::Withheld { entry } => ring.set(entry.index, RungState::Withheld),
            RingEvent::Over { why } => ring.over = Some(RingOver { at, why: why.clone() }),
        }
    }

    fn named<'a>(&'a mut self, targets: &'a BTreeSet<super::Target>) -> impl Iterator<Item = &'a mut Page> {
        self.pages.iter_mut().filter(|(target, _)| targets.contains(*target)).map(|(_, page)| page)
    }

    /// Somebody whose every method has failed is wanted no longer; a step left empty by that is due at once.
    fn drop_if_hopeless(&mut self, person: &PersonId, at: Timestamp) {
        if self.rings.get(person).is_some_and(|ring| ring.over.is_none() && ring.is_hopeless()) {
            self.pages.values_mut().for_each(|page| page.drop_person(person, at));
            self.lease.iter_mut().for_each(|lease| lease.drop_person(person, at));
        }
    }
}

impl Page {
    fn go_to(&mut self, at: Timestamp, round: u32, place: Place, wanted: BTreeSet<PersonId>, until: Timestamp) {
        let PageState::Ringing(ringing) = &mut self.state else { return };
        if round > ringing.round {
            ringing.round_began_at = at;
            ringing.tried.clear();
        }
        ringing.tried.extend(wanted.iter().cloned());
        *ringing = Ringing { round, place, wanted, until, ..ringing.clone() };
    }

    /// The first answer counts. Others of the same step ring on until its time is up; whoever answers from outside the
    /// step spares them that.
    fn answer(&mut self, by: &PersonId, at: Timestamp) {
        let (also, also_until, stood) = match &mut self.state {
            PageState::Answered(answered) => {
                answered.also.remove(by);
                answered.not_reached.remove(by);
                answered.by.insert(by.clone());
                return;
            }
            PageState::Ringing(ringing) if ringing.wanted.contains(by) => {
                let others = ringing.wanted.iter().filter(|person| *person != by).cloned().collect();
                (others, ringing.until, Stood::of(ringing))
            }
            PageState::Ringing(ringing) => (BTreeSet::new(), at, Stood::of(ringing)),
            PageState::Stopped { .. } => (BTreeSet::new(), at, Stood::at_the_start(at)),
        };
        let by = BTreeSet::from([by.clone()]);
        let not_reached = BTreeSet::new();
        self.state = PageState::Answered(Answered { by, at, also, also_until, not_reached, stood });
    }

    fn widen(&mut self, wanted: &BTreeSet<PersonId>, until: Timestamp) {
        self.everyone = true;
        self.rung.extend(wanted.iter().cloned());
        match &mut self.state {
            PageState::Ringing(ringing) => {
                ringing.wanted.extend(wanted.iter().cloned());
                ringing.tried.extend(wanted.iter().cloned());
            }
            PageState::Answered(answered) => {
                answered.also.extend(wanted.iter().cloned());
                answered.also_until = until;
            }
            PageState::Stopped { .. } => {}
        }
    }

    fn drop_person(&mut self, person: &PersonId, at: Timestamp) {
        match &mut self.state {
            PageState::Ringing(ringing) => {
                if ringing.wanted.remove(person) && ringing.wanted.is_empty() {
                    ringing.until = ringing.until.min(at);
                }
            }
            PageState::Answered(answered) => {
                if answered.also.remove(person) {
                    answered.not_reached.insert(person.clone());
                }
            }
            PageState::Stopped { .. } => {}
        }
    }
}

impl Ring {
    fn begun(number: u32, at: Timestamp, ladder: &[LadderEntry], (loud, quiet): (bool, bool)) -> Self {
        let waiting = |entry: &LadderEntry| Rung {
            method: entry.method,
            state: RungState::Waiting { due_at: plus(at, entry.after) },
        };
        Self { number, began_at: at, loud, quiet, rungs: ladder.iter().map(waiting).collect(), over: None }
    }

    fn set(&mut self, entry: u32, state: RungState) {
        if let Some(rung) = self.rung_mut(entry) {
            rung.state = state;
        }
    }
}
