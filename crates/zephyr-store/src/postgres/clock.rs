//! The store's clock: that of the database, which is the same for every replica. A handle never says an earlier time than
//! it said before, and where the database's clock steps back it goes on by monotonic time, so that nothing stands still.
//!
//! Deliberately not here: a replica's wall clock, which decides nothing.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use crate::sqlite::{ManualClock, TimeSource};

/// A step that is worth a word, and from which the database's clock is not followed backwards.
const STEP_MICROS: i64 = 2_000_000;

/// Microseconds since 1970.
#[derive(Debug)]
pub(super) struct Clock {
    /// Never before this, and never before what was said last.
    said: AtomicI64,
    /// What the database said, and when it was heard.
    anchor: Mutex<Option<(i64, Instant)>>,
    manual: Option<ManualClock>,
}

impl Clock {
    /// A clock that begins after `newest`, the time of the newest stored event.
    pub(super) fn start(source: &TimeSource, newest: Option<i64>) -> Self {
        let manual = match source {
            TimeSource::Ambient => None,
            TimeSource::Manual(clock) => Some(clock.clone()),
        };
        let floor = newest.map_or(i64::MIN, |newest| newest.saturating_add(1));
        Self { said: AtomicI64::new(floor), anchor: Mutex::new(None), manual }
    }

    /// The time of a test, to be bound; `None` where the database's own is meant.
    pub(super) fn manual(&self) -> Option<i64> {
        self.manual.as_ref().map(|clock| self.say(clock.micros()))
    }

    /// The present, after the database said this just now.
    pub(super) fn heard(&self, database: i64) -> i64 {
        if self.manual.is_some() {
            return self.say(database);
        }
        let heard_at = instant();
        let mut anchor = self.anchor.lock().unwrap_or_else(PoisonError::into_inner);
        let expected = anchor.map(|(said, at)| {
            said.saturating_add(i64::try_from(heard_at.duration_since(at).as_micros()).unwrap_or(i64::MAX))
        });
        let step = expected.map_or(0, |expected| database.saturating_sub(expected));
        if step < -STEP_MICROS {
            // The anchor stays: by monotonic time from there, until the database's clock has come as far.
            return self.say(expected.unwrap_or(database));
        }
        if step > STEP_MICROS {
            tracing::warn!(micros = step, "the database's clock went forward at a bound; what is due follows it");
        }
        *anchor = Some((database, heard_at));
        self.say(database)
    }

    fn say(&self, now: i64) -> i64 {
        self.said.fetch_max(now, Ordering::SeqCst).max(now)
    }
}

/// Monotonic, to bridge a step of the database's clock.
#[expect(clippy::disallowed_methods, reason = "the store's clock decides what is due")]
fn instant() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f34_a_step_back_of_the_database_stands_nothing_still() {
        let clock = Clock::start(&TimeSource::Ambient, Some(999));
        assert_eq!(clock.heard(10_000_000), 10_000_000);
        let hour = 3_600_000_000;
        let before = clock.heard(10_000_000 - hour);
        std::thread::sleep(std::time::Duration::from_millis(5));
        let after = clock.heard(10_000_000 - hour);
        assert!(after >= before + 5_000, "{before} {after}");
    }

    #[test]
    fn it_begins_after_the_newest_event_and_never_runs_back() {
        let clock = Clock::start(&TimeSource::Ambient, Some(999));
        assert_eq!(clock.heard(5), 1_000);
        assert_eq!(clock.heard(2_000), 2_000);
        assert_eq!(clock.heard(1_500), 2_000);
    }
}
