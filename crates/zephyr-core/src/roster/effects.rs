//! Who is told of what was arranged.

use std::collections::BTreeSet;

use super::{Body, Event, Roster};
use crate::PersonId;
use crate::effect::Effect;
use crate::notice::{About, Notice};
use crate::oncall::{Leave, Override};

/// The effects of an event, by the roster before it. Whoever did it is told nothing.
pub(super) fn effects(before: &Roster, event: &Event) -> Vec<Effect> {
    let (people, about) = match &event.body {
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
