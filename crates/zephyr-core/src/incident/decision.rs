//! A decision being made: events are recorded one after another, each seen by the next.

use jiff::Timestamp;

use super::effects::effects;
use super::{Body, Event, Incident};
use crate::effect::Effect;
use crate::page::{PageEvent, Paging, Record, RingEvent};
use crate::policy::Severity;
use crate::{Actor, Cause, EffectId, PersonId, World, invariants};

/// A decision: what happened, what is to be done because of it, and what the incident is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    /// The incident after all events.
    pub state: Incident,
    /// In order; empty when nothing changed.
    pub events: Vec<Event>,
    /// What is to be done, with ids that are the same whenever the decision is made again.
    pub effects: Vec<(EffectId, Effect)>,
}

/// Who decides, why, and when.
#[derive(Debug, Clone)]
pub(super) struct Stamp<'a> {
    pub at: Timestamp,
    pub actor: Actor,
    pub cause: Cause,
    pub world: &'a World,
}

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
        let ids = (0_u32..).map(|index| EffectId::derive(stream, event.seq, index));
        self.decided.effects.extend(ids.zip(due));
        self.decided.events.push(event);
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

impl Stamp<'_> {
    fn event(&self, seq: u64, body: Body) -> Event {
        Event {
            seq,
            at: self.at,
            actor: self.actor.clone(),
            cause: self.cause.clone(),
            policy: self.world.policy.version.clone(),
            body,
        }
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
