//! What is to be done because of an event, whether it still is when its turn comes, and what became of it.

use jiff::Timestamp;

use super::decision::{Decided, Decision};
use super::{Body, Drill, Event, Reach};
use crate::effect::{CodeSend, Effect, Hush, Occasion, Outcome, PageSend};
use crate::event::Stamp;
use crate::notice::{About, Notice};
use crate::page::{RingEvent, RingOverWhy, SendOutcome};
use crate::{Actor, Cause, EffectId, PersonId, World};

/// The effects of an event; sees the state after it.
pub(super) fn effects(state: &Reach, event: &Event) -> Vec<Effect> {
    match &event.body {
        Body::DrillRing { number, person, event } => {
            let drill = state.drills.get(number);
            drill.and_then(|drill| of_ring(drill, person, event)).into_iter().collect()
        }
        // The only effect of its event: the code is derived from that.
        Body::CodeAsked { person, method, until, .. } => {
            vec![Effect::Code(CodeSend { person: person.clone(), method: *method, until: *until })]
        }
        Body::Looked { reminded, .. } => {
            let remind = |person: &PersonId| {
                let since = state.last.get(person).map(|last| last.at);
                Effect::Notice(Notice { person: person.clone(), about: About::DrillDue { since } })
            };
            reminded.iter().map(remind).collect()
        }
        _ => Vec::new(),
    }
}

/// Asked again just before an effect leaves.
pub fn still_due(state: &Reach, effect: &Effect) -> bool {
    match effect {
        Effect::Page(send) => {
            send.occasion.drill().and_then(|number| state.drills.get(&number)).is_some_and(|drill| {
                drill.over.is_none() && drill.paging.still_due(&send.person, send.ring, send.entry)
            })
        }
        Effect::Code(send) => {
            let asked = state.contact(&send.person, send.method).and_then(|contact| contact.asked.as_ref());
            asked.is_some_and(|asked| asked.until == send.until)
        }
        _ => true,
    }
}

/// Decides what an outcome changes. One that is no longer waited for changes nothing.
pub fn outcome(
    state: &Reach,
    id: EffectId,
    effect: &Effect,
    outcome: Outcome,
    provider: &str,
    world: &World,
    now: Timestamp,
) -> Decided {
    let actor = Actor::Provider(provider.to_owned());
    let mut decision = Decision::on(state, Stamp { at: now, actor, cause: Cause::Effect(id), world });
    if let Some(body) = body(state, effect, outcome, now) {
        decision.emit(body);
    }
    decision.finish()
}

fn body(state: &Reach, effect: &Effect, outcome: Outcome, now: Timestamp) -> Option<Body> {
    match effect {
        Effect::Page(send) => {
            let number = send.occasion.drill()?;
            let paging = &state.drills.get(&number)?.paging;
            let outcome = SendOutcome::from(outcome);
            let event = paging.outcome(&send.person, send.ring, send.entry, outcome, now)?;
            Some(Body::DrillRing { number, person: send.person.clone(), event })
        }
        Effect::Code(send) => {
            let (person, method) = (send.person.clone(), send.method);
            match outcome {
                _ if !still_due(state, effect) => None,
                Outcome::Done(_) => Some(Body::CodeTaken { person, method }),
                Outcome::Permanent { error } => Some(Body::CodeFailed { person, method, error }),
                Outcome::Retry { .. } | Outcome::Ambiguous { .. } | Outcome::NotDue => None,
            }
        }
        _ => None,
    }
}

fn of_ring(drill: &Drill, person: &PersonId, event: &RingEvent) -> Option<Effect> {
    let ring = drill.paging.rings.get(person)?;
    let occasion = Occasion::Drill(drill.number);
    match event {
        RingEvent::Rang { entry } => Some(Effect::Page(PageSend {
            occasion,
            number: drill.number,
            severity: drill.severity,
            summary: Some(format!("begun by {}; answer it as you would an incident", drill.began_by)),
            person: person.clone(),
            ring: ring.number,
            entry: entry.index,
            method: entry.method,
            asks: false,
        })),
        RingEvent::Over { why } if ring.was_heard() => {
            let why = match why {
                RingOverWhy::Answered => "answered",
                RingOverWhy::Declined => "declined",
                RingOverWhy::NotWanted | RingOverWhy::Louder if drill.over.is_some() => "the drill is over",
                RingOverWhy::NotWanted | RingOverWhy::Louder => "the drill went on to the next step",
            };
            let (person, ring, why) = (person.clone(), ring.number, why.to_owned());
            Some(Effect::Hush(Hush { occasion, person, ring, why }))
        }
        _ => None,
    }
}
