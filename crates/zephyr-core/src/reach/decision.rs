//! A decision being made: events are recorded one after another, each seen by the next.

use jiff::Timestamp;

use super::effects::effects;
use super::event::{Body, Ended};
use super::{Drill, Reach};
use crate::event::Stamp;
use crate::page::{self, PageEvent, Paging, Place, Record, RingEvent, StopWhy};
use crate::{PersonId, World, invariants};

/// A decision about drills and contacts.
pub type Decided = crate::event::Decided<Reach, Body>;

pub(super) struct Decision<'a> {
    stamp: Stamp<'a>,
    decided: Decided,
}

impl<'a> Decision<'a> {
    /// Goes on from what is known.
    pub fn on(state: &Reach, stamp: Stamp<'a>) -> Self {
        Self { stamp, decided: Decided { state: state.clone(), events: Vec::new(), effects: Vec::new() } }
    }

    pub fn state(&self) -> &Reach {
        &self.decided.state
    }

    /// Records an event and applies it.
    pub fn emit(&mut self, body: Body) {
        let event = self.stamp.event(self.decided.state.version + 1, body);
        self.decided.state.apply(&event);
        let due = effects(&self.decided.state, &event);
        self.decided.keep(Reach::stream(), event, due);
    }

    /// Ends the decision with all that is due.
    pub fn finish(mut self) -> Decided {
        let Stamp { world, at, .. } = self.stamp;
        super::wake::due(&mut self, world, at);
        let state = &self.decided.state;
        debug_assert!(state.next_wake().is_none_or(|wake| wake > at), "everything due was done");
        debug_assert_eq!(invariants::broken_reach(state, state.next_wake()), Vec::<String>::new());
        self.decided
    }

    /// Records what a person did about the page of a drill.
    pub fn page(&mut self, number: u64, event: PageEvent) {
        self.emit(Body::DrillPage { number, event });
    }

    /// Ends a drill: its page stops, and every phone.
    pub fn end(&mut self, number: u64, how: Ended, world: &World, now: Timestamp) {
        self.emit(Body::DrillOver { number, how });
        let Some(drill) = self.state().drills.get(&number) else { return };
        let last = drill.paging.pages.iter().find_map(|(target, page)| match page.wanted() {
            Some(also) if !page.is_ringing() && !also.is_empty() => {
                Some(PageEvent::NotReached { target: target.clone(), people: also.clone() })
            }
            Some(_) if page.is_ringing() => drill.paging.stop_all(StopWhy::NotDue),
            _ => None,
        });
        last.into_iter().for_each(|event| self.page(number, event));
        page::wake(&mut Practice::of(self, number), world, now);
    }

    /// Lets a drill go on, and ends it where it was answered or its time is up.
    pub fn go_on(&mut self, number: u64, world: &World, now: Timestamp) {
        let mut practice = Practice::of(self, number);
        page::wake(&mut practice, world, now);
        let round_over = practice.round_over;
        let Some(drill) = self.state().drills.get(&number) else { return };
        if let Some(by) = drill.answered_by().cloned() {
            self.end(number, Ended::Answered { by }, world, now);
        } else if round_over || drill.ends_at <= now {
            self.end(number, Ended::Unanswered, world, now);
        }
    }
}

/// The page of one drill as the machine of pages sees it. It goes once up its chain: what would follow is its end, and
/// the last resort, which rings everybody, is for incidents.
struct Practice<'d, 'a> {
    decision: &'d mut Decision<'a>,
    number: u64,
    round_over: bool,
    /// What a drill has that is not there.
    nothing: Paging,
}

impl<'d, 'a> Practice<'d, 'a> {
    fn of(decision: &'d mut Decision<'a>, number: u64) -> Self {
        Self { decision, number, round_over: false, nothing: Paging::default() }
    }
}

impl Record for Practice<'_, '_> {
    fn paging(&self) -> &Paging {
        self.decision.state().drills.get(&self.number).map_or(&self.nothing, |drill: &Drill| &drill.paging)
    }

    fn page(&mut self, event: PageEvent) {
        let beyond = match &event {
            PageEvent::StepBegan { round, place, .. } => *round > 1 || *place == Place::Everybody,
            PageEvent::Paused { .. } => true,
            _ => false,
        };
        if beyond {
            self.round_over = true;
        } else {
            self.decision.page(self.number, event);
        }
    }

    fn ring(&mut self, person: PersonId, event: RingEvent) {
        let number = self.number;
        self.decision.emit(Body::DrillRing { number, person, event });
    }
}
