//! A decision being made: events are recorded one after another, each seen by the next.

use super::effects::effects;
use super::{Body, Event, Incident};
pub(super) use crate::event::Stamp;
use crate::page::{PageEvent, Paging, Record, RingEvent};
use crate::policy::Severity;
use crate::{PersonId, invariants};

/// A decision about an incident.
pub type Decided = crate::event::Decided<Incident, Body>;

pub(super) struct Decision<'a> {
    stamp: Stamp<'a>,
    decided: Decided,
}

impl<'a> Decision<'a> {
    /// Goes on from an incident as it is.
    pub fn on(state: &Incident, stamp: Stamp<'a>) -> Self {
        Self { stamp, decided: Decided { state: state.clone(), events: Vec::new(), effects: Vec::new() } }
    }

    /// Begins a new incident; `None` where the event is no opening.
    pub fn opening(body: Body, stamp: Stamp<'a>) -> Option<Self> {
        let event = stamp.event(1, body);
        let state = Incident::opened(&event)?;
        let mut decision = Self::on(&state, stamp);
        decision.keep(event);
        Some(decision)
    }

    pub fn state(&self) -> &Incident {
        &self.decided.state
    }

    /// Whether a person decides, in their own name.
    pub fn is_by_a_person(&self) -> bool {
        self.stamp.actor.person().is_some()
    }

    /// Whether anything has happened so far.
    pub fn has_events(&self) -> bool {
        !self.decided.events.is_empty()
    }

    /// Records an event and applies it.
    pub fn emit(&mut self, body: Body) {
        let event = self.stamp.event(self.decided.state.version + 1, body);
        self.decided.state.apply(&event);
        self.keep(event);
    }

    fn keep(&mut self, event: Event) {
        let stream = self.decided.state.stream();
        let due = effects(&self.decided.state, &event);
        self.decided.keep(stream, event, due);
    }

    /// Ends the decision with all that is due.
    pub fn finish(mut self) -> Decided {
        let Stamp { world, at, .. } = self.stamp;
        super::wake::due(&mut self, world, at);
        let state = &self.decided.state;
        debug_assert!(state.next_wake().is_none_or(|wake| wake > at), "everything due was done");
        debug_assert_eq!(invariants::broken(state, state.next_wake()), Vec::<String>::new());
        self.decided
    }
}

impl Record for Decision<'_> {
    fn paging(&self) -> &Paging {
        &self.decided.state.paging
    }
    fn page(&mut self, event: PageEvent) {
        self.emit(Body::Page(event));
    }
    fn ring(&mut self, person: PersonId, event: RingEvent) {
        self.emit(Body::Ring { person, event });
    }
    fn may_be_quiet(&self) -> bool {
        self.decided.state.severity == Severity::Three
    }
    fn leads(&self) -> Option<&PersonId> {
        self.decided.state.acting_commander.as_ref()
    }
}
