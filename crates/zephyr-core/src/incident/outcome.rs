//! What the world answered to an effect, also when the answer comes late.

use jiff::Timestamp;

use super::decision::{Decision, Stamp};
use super::{Body, Decided, Incident, MirrorName};
use crate::effect::{Effect, MirrorSend, Outcome};
use crate::mirror::{Document, Mirror, MirrorEvent};
use crate::page::SendOutcome;
use crate::{Actor, Cause, EffectId, World};

/// Decides what an outcome changes. One that is no longer waited for changes nothing.
pub fn outcome(
    state: &Incident,
    id: EffectId,
    effect: &Effect,
    outcome: Outcome,
    provider: &str,
    world: &World,
    now: Timestamp,
) -> Decided {
    let actor = Actor::Provider(provider.to_owned());
    let mut decision = Decision::on(state, Stamp { at: now, actor, cause: Cause::Effect(id), world });
    if let Some(body) = event(state, effect, outcome, now) {
        decision.emit(body);
    }
    decision.finish()
}

fn event(state: &Incident, effect: &Effect, outcome: Outcome, now: Timestamp) -> Option<Body> {
    match effect {
        Effect::Page(send) => {
            let event = state.paging.outcome(&send.person, send.ring, send.entry, of_send(outcome), now)?;
            Some(Body::Ring { person: send.person.clone(), event })
        }
        Effect::Hush(_) | Effect::Inform(_) | Effect::Notice(_) => None,
        Effect::Channel(send) => of_mirror(&state.channel, MirrorName::Channel, send, outcome, now),
        Effect::Status(send) => of_mirror(&state.status, MirrorName::Status, send, outcome, now),
        Effect::Ticket(send) => of_mirror(&state.ticket, MirrorName::Ticket, send, outcome, now),
    }
}

fn of_send(outcome: Outcome) -> SendOutcome {
    match outcome {
        Outcome::Done(receipt) => SendOutcome::Accepted { delivered: receipt.delivered },
        Outcome::Retry { error, .. } => SendOutcome::Retrying { error },
        Outcome::Ambiguous { error } => SendOutcome::Unclear { error },
        Outcome::Permanent { error } => SendOutcome::Failed { error },
        Outcome::NotDue => SendOutcome::Withheld,
    }
}

fn of_mirror<Doc: Document, Op>(
    mirror: &Mirror<Doc>,
    name: MirrorName,
    send: &MirrorSend<Op>,
    outcome: Outcome,
    now: Timestamp,
) -> Option<Body> {
    if !mirror.is_in_flight(send.since) {
        return None;
    }
    let event = match outcome {
        Outcome::Done(receipt) if send.lookup && receipt.absent => MirrorEvent::Absent,
        Outcome::Done(receipt) => MirrorEvent::Done {
            remote: receipt.remote.filter(|remote| mirror.remote.as_ref() != Some(remote)),
            link: receipt.link.filter(|link| mirror.link.as_ref() != Some(link)),
        },
        Outcome::Retry { error, .. } => MirrorEvent::Retrying { error },
        // A question that got no answer is simply asked again.
        Outcome::Ambiguous { error } if send.lookup => MirrorEvent::Retrying { error },
        Outcome::Ambiguous { error } => MirrorEvent::Unclear { error },
        Outcome::Permanent { error } => {
            let rest_until = now.checked_add(mirror.rest()).unwrap_or(Timestamp::MAX);
            MirrorEvent::Refused { error, rest_until }
        }
        Outcome::NotDue => MirrorEvent::Absent,
    };
    Some(Body::Mirror { mirror: name, event })
}
