//! A decision about the roster being made: events are recorded one after another, each seen by the next.

use jiff::Timestamp;

use super::effects::effects;
use super::{Body, Roster};
use crate::event::Stamp;
use crate::{Actor, Cause, World};

/// A decision about the roster.
pub type Decided = crate::event::Decided<Roster, Body>;

pub(super) struct Decision<'a> {
    stamp: Stamp<'a>,
    decided: Decided,
}

impl<'a> Decision<'a> {
    /// Goes on from the roster as it is.
    pub fn on(state: &Roster, stamp: Stamp<'a>) -> Self {
        Self { stamp, decided: Decided { state: state.clone(), events: Vec::new(), effects: Vec::new() } }
    }

    /// Records an event and applies it.
    pub fn emit(&mut self, body: Body) {
        let before = self.decided.state.clone();
        let event = self.stamp.event(before.version + 1, body);
        self.decided.state.apply(&event);
        let due = effects(&before, &event);
        self.decided.keep(Roster::stream(), event, due);
    }

    /// Ends the decision with all that is due.
    pub fn finish(self) -> Decided {
        self.decided
    }
}

/// Does all that is due at `now`. Afterwards the next wake-up lies in the future.
pub fn wake(state: &Roster, world: &World, now: Timestamp) -> Decided {
    Decision::on(state, Stamp { at: now, actor: Actor::System, cause: Cause::Wake, world }).finish()
}

/// Decides what the outcome of an effect changes: nothing, whoever was told or not.
pub fn outcome(state: &Roster) -> Decided {
    Decided { state: state.clone(), events: Vec::new(), effects: Vec::new() }
}
