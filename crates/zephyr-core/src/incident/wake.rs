//! All that is due on an incident: pages go on, mirrors end their rest.

use jiff::Timestamp;

use super::decision::{Decision, Stamp};
use super::{Body, Decided, Incident, MirrorName};
use crate::mirror::MirrorEvent;
use crate::{Actor, Cause, World, page};

/// Does all that is due at `now`. Afterwards the next wake-up lies in the future.
pub fn wake(state: &Incident, world: &World, now: Timestamp) -> Decided {
    Decision::on(state, Stamp { at: now, actor: Actor::System, cause: Cause::Wake, world }).finish()
}

pub(super) fn due(decision: &mut Decision<'_>, world: &World, now: Timestamp) {
    page::wake(decision, world, now);
    let state = decision.state();
    let rests = [
        (MirrorName::Channel, state.channel.next_wake()),
        (MirrorName::Status, state.status.next_wake()),
        (MirrorName::Ticket, state.ticket.next_wake()),
    ];
    for (mirror, until) in rests {
        if until.is_some_and(|until| until <= now) {
            decision.emit(Body::Mirror { mirror, event: MirrorEvent::Rested });
        }
    }
}
