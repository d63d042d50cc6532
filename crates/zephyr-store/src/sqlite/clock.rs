//! The store's clock: the wall clock when it was opened, but later than every stored event, and monotonic time since.
//! It never runs backwards, whatever happens to the wall clock.
//!
//! Deliberately not here: time zones, and who waits for what.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};

/// Where a store's time comes from.
#[derive(Debug, Clone)]
pub enum TimeSource {
    /// The wall clock at opening and monotonic time since.
    Ambient,
    /// A clock that somebody sets: tests.
    Manual(ManualClock),
}

/// A clock that stands until it is set. Clones are the same clock.
#[derive(Debug, Clone)]
pub struct ManualClock(Arc<AtomicI64>);

impl ManualClock {
    /// A clock that stands at `start`, cut to whole microseconds.
    pub fn new(start: Timestamp) -> Self {
        Self(Arc::new(AtomicI64::new(start.as_microsecond())))
    }

    /// Moves it to `now`; an earlier instant leaves it where it is.
    pub fn set_now(&self, now: Timestamp) {
        self.0.fetch_max(now.as_microsecond(), Ordering::SeqCst);
    }

    /// Moves it forward; a negative duration leaves it where it is.
    pub fn advance(&self, by: SignedDuration) {
        let by = i64::try_from(by.as_micros()).unwrap_or(i64::MAX);
        self.0.fetch_add(by.max(0), Ordering::SeqCst);
    }
}

impl ManualClock {
    /// Where it stands, in microseconds since 1970.
    pub(crate) fn micros(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// The clock of an open store. Microseconds since 1970.
#[derive(Debug)]
pub(super) struct Clock {
    /// Never before this, and never before what was said last.
    said: AtomicI64,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Running { base: i64, since: Instant, speed: i64 },
    Manual(ManualClock),
}

impl Clock {
    /// A clock that begins after `newest`, the time of the newest stored event.
    pub(super) fn start(source: &TimeSource, newest: Option<i64>, speed: u32) -> Self {
        let floor = newest.map_or(i64::MIN, |newest| newest.saturating_add(1));
        match source {
            TimeSource::Manual(clock) => Self { said: AtomicI64::new(floor), kind: Kind::Manual(clock.clone()) },
            TimeSource::Ambient => {
                let (wall, since) = ambient();
                let base = wall.as_microsecond().max(floor);
                let kind = Kind::Running { base, since, speed: i64::from(speed.max(1)) };
                Self { said: AtomicI64::new(base), kind }
            }
        }
    }

    pub(super) fn now(&self) -> i64 {
        let now = match &self.kind {
            Kind::Running { base, since, speed } => base.saturating_add(micros(since.elapsed()).saturating_mul(*speed)),
            Kind::Manual(clock) => clock.0.load(Ordering::SeqCst),
        };
        self.said.fetch_max(now, Ordering::SeqCst).max(now)
    }

    /// Real time since the store was opened; `None` on a clock that is set by hand.
    pub(super) fn lived(&self) -> Option<Duration> {
        match &self.kind {
            Kind::Running { since, .. } => Some(since.elapsed()),
            Kind::Manual(_) => None,
        }
    }
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

/// The only place of the store that asks the machine for the time, once for each time that it is opened.
#[expect(clippy::disallowed_methods, reason = "the store's clock decides what is due")]
fn ambient() -> (Timestamp, Instant) {
    (Timestamp::now(), Instant::now())
}
