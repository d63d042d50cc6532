//! Which deciding function of the core an input goes to, by the kind of its stream.

use jiff::Timestamp;
use zephyr_core::effect::Outcome;
use zephyr_core::ids::StreamKind;
use zephyr_core::incident::{self, Incident};
use zephyr_core::{Cause, roster};

use crate::input::{Ask, Request};
use crate::states::States;
use crate::transact::{Answered, Input, Next, Settled, Told, stream_of};

/// Decides an input about a stream that is there, or that is there before its first event.
pub(crate) fn decide(input: &Input, states: &States, now: Timestamp) -> Next {
    let Some(stream) = stream_of(input) else { return Next::Settled(Settled::NotFound) };
    match stream.kind {
        StreamKind::Incident => match states.incident(stream) {
            Some(state) => of_incident(input, state, states, now),
            None => Next::Settled(Settled::NotFound),
        },
        StreamKind::Roster => of_roster(input, states, now),
    }
}

fn of_incident(input: &Input, state: &Incident, states: &States, now: Timestamp) -> Next {
    let world = states.world();
    match input {
        // Neither is about an incident that is there.
        Input::Request(Request { ask: Ask::Open(_) | Ask::Arrange(_), .. }) => Next::Settled(Settled::NotFound),
        Input::Request(Request { ask: Ask::Of { command, .. }, actor, id, .. }) => {
            let cause = Cause::Request(id.clone());
            match incident::command(state, command.clone(), actor.clone(), cause, world, now) {
                Ok(decided) => Next::of_incident(decided),
                Err(refused) => Next::Settled(Settled::Refused(refused)),
            }
        }
        Input::Wake(_) => Next::of_incident(incident::wake(state, world, now)),
        // It was looked at in a state that is older than this one.
        Input::Outcome(Answered { effect, outcome: Outcome::NotDue, .. }) if incident::still_due(state, effect) => {
            Next::Settled(Settled::StillDue)
        }
        Input::Outcome(Answered { id, effect, outcome, provider, .. }) => {
            Next::of_incident(incident::outcome(state, *id, effect, outcome.clone(), provider, world, now))
        }
        Input::Told(Told { inform, finish }) => match states.incident(inform.incident.stream()) {
            Some(opened) => {
                Next::of_incident(incident::inform(state, opened, Cause::Effect(finish.effect), world, now))
            }
            None => Next::Settled(Settled::NotFound),
        },
    }
}

fn of_roster(input: &Input, states: &States, now: Timestamp) -> Next {
    let (world, state) = (states.world(), states.roster());
    match input {
        Input::Request(Request { ask: Ask::Arrange(command), actor, id, .. }) => {
            let cause = Cause::Request(id.clone());
            match roster::command(&state, command.clone(), actor.clone(), cause, world, now) {
                Ok(decided) => Next::of_roster(decided),
                Err(refused) => Next::Settled(Settled::NotArranged(refused)),
            }
        }
        Input::Wake(_) => Next::of_roster(roster::wake(&state, world, now)),
        Input::Outcome(_) => Next::of_roster(roster::outcome(&state)),
        // Neither is about the roster.
        Input::Request(Request { ask: Ask::Open(_) | Ask::Of { .. }, .. }) | Input::Told(_) => {
            Next::Settled(Settled::NotFound)
        }
    }
}
