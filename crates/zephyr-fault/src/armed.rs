//! What a point does in a build in which points do something.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use rustix::process::{Signal, getpid, kill_process};

use crate::{Deed, Plan, Point};

static ARMED: OnceLock<Armed> = OnceLock::new();

struct Armed {
    plan: Plan,
    /// How often the point is still to be reached.
    left: AtomicU32,
}

/// From now on the plan counts. A process has one: a second is not taken.
pub fn arm(plan: Plan) {
    let _ = ARMED.set(Armed { plan, left: AtomicU32::new(plan.time) });
}

/// Here the process ends or stops, if this is what it was told.
pub fn at(point: Point) {
    let Some(armed) = ARMED.get().filter(|armed| armed.plan.point == point) else { return };
    let left = armed.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
    if left == Ok(1) {
        let signal = match armed.plan.deed {
            Deed::Kill => Signal::KILL,
            Deed::Stop => Signal::STOP,
        };
        let _ = kill_process(getpid(), signal);
    }
}
