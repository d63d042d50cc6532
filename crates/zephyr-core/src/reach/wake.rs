//! All that is due: drills go on or end, and people are told that theirs is due.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::Reach;
use super::decision::{Decided, Decision};
use super::event::Body;
use crate::event::Stamp;
use crate::{Actor, Cause, PersonId, World, limits};

/// Does all that is due at `now`. Afterwards the next wake-up lies in the future.
pub fn wake(state: &Reach, world: &World, now: Timestamp) -> Decided {
    Decision::on(state, Stamp { at: now, actor: Actor::System, cause: Cause::Wake, world }).finish()
}

pub(super) fn due(decision: &mut Decision<'_>, world: &World, now: Timestamp) {
    let running: Vec<u64> = decision.state().running().map(|drill| drill.number).collect();
    running.into_iter().for_each(|number| decision.go_on(number, world, now));
    if decision.state().look_at.is_some_and(|at| at <= now) {
        let looked = look(decision.state(), world, now);
        decision.emit(looked);
    }
}

/// Whom a drill is due for: whoever is on a rotation and was neither rung by one nor reminded for as long as the policy
/// says. However long nobody looked, everybody is reminded once.
fn look(state: &Reach, world: &World, now: Timestamp) -> Body {
    let policy = &world.policy;
    let members: BTreeSet<&PersonId> = policy.rotations.values().flat_map(|rotation| rotation.members(now)).collect();
    let (mut noticed, mut reminded) = (BTreeSet::new(), BTreeSet::new());
    for person in members {
        let drilled = state.last.get(person).map(|last| last.at);
        match drilled.max(state.reminded.get(person).copied()) {
            None => drop(noticed.insert(person.clone())),
            Some(since) if now.duration_since(since) >= policy.drills_every => drop(reminded.insert(person.clone())),
            Some(_) => {}
        }
    }
    let known = state.reminded.keys().chain(state.last.keys()).chain(state.contacts.keys());
    let gone = known.filter(|person| !policy.people.contains_key(*person)).cloned().collect();
    let look_at = now.checked_add(limits::LOOK_EVERY).unwrap_or(Timestamp::MAX);
    Body::Looked { noticed, reminded, gone, look_at }
}
