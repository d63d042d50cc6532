//! Who is told of what was arranged.

use std::collections::BTreeSet;

use super::{Body, Event, Open, Roster};
use crate::PersonId;
use crate::effect::Effect;
use crate::handoff::Handoff;
use crate::notice::{About, Notice};
use crate::oncall::{Leave, Override};

/// The effects of an event, by the roster before it. Whoever did it is told nothing.
pub(super) fn effects(before: &Roster, event: &Event) -> Vec<Effect> {
    let (people, about) = match &event.body {
        Body::HandoffsTold { told, open, .. } => return told_of(before, told, open),
        Body::Ready { .. } => return Vec::new(),
        Body::Overridden(arranged) => (concerned(arranged), placed(arranged, event)),
        Body::Left(leave) => (vec![&leave.person], away(leave, event)),
        Body::Ended { number, until } => {
            let (number, until, by) = (*number, *until, event.actor.clone());
            match (before.arranged(number), before.leave(number)) {
                (Some(arranged), _) => {
                    let Override { rotation, person, .. } = arranged.clone();
                    (concerned(arranged), About::PlaceEnded { number, rotation, person, until, by })
                }
                (None, Some(leave)) => {
                    let person = leave.person.clone();
                    (vec![&leave.person], About::LeaveEnded { number, person, until, by })
                }
                (None, None) => return Vec::new(),
            }
        }
    };
    let people: BTreeSet<&PersonId> = people.into_iter().filter(|p| event.actor.person() != Some(*p)).collect();
    let tell = |person: &PersonId| Effect::Notice(Notice { person: person.clone(), about: about.clone() });
    people.into_iter().map(tell).collect()
}

/// Whoever takes over is told before and then; whoever is relieved, then.
fn told_of(before: &Roster, told: &[Handoff], open: &[Open]) -> Vec<Effect> {
    let mut effects = Vec::new();
    for handoff in told {
        let Handoff { rotation, incoming, outgoing, from, until, .. } = handoff.clone();
        let open = open.to_vec();
        if handoff.is_now() {
            for person in &outgoing {
                let (rotation, incoming, open) = (rotation.clone(), incoming.clone(), open.clone());
                let about = About::Relieved { rotation, by: incoming, open };
                effects.push(Effect::Notice(Notice { person: person.clone(), about }));
            }
        }
        let has_read = before.ready.contains_key(&incoming);
        let about = match handoff.is_now() {
            true => About::TookOver { rotation, from: outgoing, until, open, has_read },
            false => About::WillTakeOver { rotation, from: outgoing, begins: from, until, has_read },
        };
        effects.push(Effect::Notice(Notice { person: incoming, about }));
    }
    effects
}

fn concerned(arranged: &Override) -> Vec<&PersonId> {
    std::iter::once(&arranged.person).chain(&arranged.instead_of).collect()
}

fn placed(arranged: &Override, event: &Event) -> About {
    let Override { number, rotation, person, instead_of, from, until, .. } = arranged.clone();
    About::Placed { number, rotation, person, instead_of, from, until, by: event.actor.clone() }
}

fn away(leave: &Leave, event: &Event) -> About {
    let Leave { number, person, from, until, .. } = leave.clone();
    About::Away { number, person, from, until, by: event.actor.clone() }
}
