//! When people are told of hand-offs: each once, however often and late the roster is woken.
//!
//! The roster keeps up to when everything was told, and when there is something next: its wake-up. Whatever is arranged,
//! and another policy, makes that anew. Deliberately not here: what a hand-off is (`crate::handoff`).

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::decision::{Decided, Decision};
use super::{Body, Roster};
use crate::event::Stamp;
use crate::handoff::{self, Handoff};
use crate::policy::Severity;
use crate::{Actor, Cause, World};

/// What of the hand-offs was told, and when there is more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Everything of before and of this instant was told.
    pub told_until: Timestamp,
    /// When there is something to be told of next.
    pub next: Option<Timestamp>,
}

/// An incident that is open at a hand-off. Nothing is said of it that may not be said of a private one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Open {
    /// Its number, `7` for `INC-7`.
    pub number: u64,
    /// Its severity.
    pub severity: Severity,
}

/// Does all that is due at `now`: tells of hand-offs, with the incidents that are `open`. Afterwards the next wake-up
/// lies in the future. What was before the roster was first woken is not told.
pub fn wake(state: &Roster, open: &[Open], world: &World, now: Timestamp) -> Decided {
    let mut decision = Decision::on(state, Stamp { at: now, actor: Actor::System, cause: Cause::Wake, world });
    let since = state.handoffs.as_ref().map_or(now, |plan| plan.told_until);
    let told = handoff::due(world, since, now);
    let open = if told.is_empty() { Vec::new() } else { open.to_vec() };
    let next = handoff::next(world, now);
    debug_assert!(next.is_none_or(|next| now < next), "everything due was told");
    if !told.is_empty() || state.next_wake() != next {
        decision.emit(Body::HandoffsTold { until: now, next, told, open });
    }
    decision.finish()
}

/// Makes the plan anew after something was arranged. What begins at this very moment is told as a hand-off.
pub(super) fn plan_anew(decision: &mut Decision<'_>, world: &World, now: Timestamp) {
    let Some(Plan { told_until, next }) = decision.state().handoffs.clone() else { return };
    let just_before = now.checked_sub(SignedDuration::from_micros(1)).unwrap_or(now);
    let until = if next.is_none_or(|next| now < next) { just_before.max(told_until) } else { told_until };
    let changes = decision.state().changes.clone();
    let planned = handoff::next(&World { changes, ..world.clone() }, until);
    if planned != next {
        decision.emit(Body::HandoffsTold { until, next: planned, told: Vec::new(), open: Vec::new() });
    }
}

impl Handoff {
    /// Whether it is there already.
    pub fn is_now(&self) -> bool {
        self.lead.is_zero()
    }
}
