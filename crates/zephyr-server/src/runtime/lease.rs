//! The lease of this replica by its own monotonic clock: when to renew it, and until when a send may leave.
//!
//! The time is counted from before the store was asked, so that it ends here before it ends there: a replica that was
//! paused, or is cut off from the store, stops sending without having to be told. Deliberately not here: the wall clock.

use std::time::Duration;

use jiff::SignedDuration;
use tokio::sync::watch;
use tokio::time::Instant;
use zephyr_core::limits;
use zephyr_engine::ports::Lease;

use crate::metrics::instant;

/// What this replica knows of its lease.
#[derive(Debug)]
pub struct Keeper {
    tenure: watch::Sender<Tenure>,
    asked_at: Option<Instant>,
}

#[derive(Debug, Clone, Copy)]
struct Tenure {
    /// 0 before the first.
    epoch: u64,
    end: End,
}

#[derive(Debug, Clone, Copy)]
enum End {
    Never,
    At(Instant),
}

/// What became of asking for a lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// The one that there was lasts longer.
    Renewed,
    /// There was none.
    First,
    /// The one that there was had been ended by somebody else.
    Anew,
}

/// What a send needs to leave: the lease that it was handed out under.
#[derive(Debug, Clone)]
pub struct Permit {
    tenure: watch::Receiver<Tenure>,
    epoch: u64,
}

impl Keeper {
    /// No lease yet.
    pub fn new() -> Self {
        let (tenure, _) = watch::channel(Tenure { epoch: 0, end: End::At(instant()) });
        Self { tenure, asked_at: None }
    }

    /// How long to wait before the lease has to be renewed; `None` where it never has to be.
    pub fn renew_in(&self) -> Option<Duration> {
        match (self.asked_at, self.tenure.borrow().end) {
            (None, _) => Some(Duration::ZERO),
            (Some(_), End::Never) => None,
            (Some(asked_at), End::At(_)) => Some(real(limits::LEASE_RENEWED).saturating_sub(asked_at.elapsed())),
        }
    }

    /// That it has to be renewed now, whatever was said before.
    pub fn lost(&mut self) {
        self.asked_at = None;
    }

    /// Begins to ask for a lease: since when it counts, and for how long to ask. Longer where the last turn took long:
    /// while the store is slow, a lease has to outlast what is done under it.
    pub fn ask(&self) -> (Instant, SignedDuration) {
        let now = instant();
        let turn = self.asked_at.map_or(Duration::ZERO, |asked_at| now.saturating_duration_since(asked_at));
        let wanted = SignedDuration::try_from(turn).unwrap_or(limits::LEASE_MAX).saturating_mul(3);
        (now, wanted.clamp(limits::LEASE, limits::LEASE_MAX))
    }

    /// Takes note of a lease that was asked for then: whether it is another than before, and instead of which.
    pub fn took(&mut self, asked_at: Instant, lease: Lease) -> Taken {
        self.asked_at = Some(asked_at);
        let end = lease.lasts.map_or(End::Never, |lasts| End::At(asked_at + real(lasts)));
        let before = self.tenure.send_replace(Tenure { epoch: lease.epoch, end });
        match before.epoch {
            epoch if epoch == lease.epoch => Taken::Renewed,
            0 => Taken::First,
            _ => Taken::Anew,
        }
    }

    /// A permit under the lease as it is now.
    pub fn permit(&self) -> Permit {
        let tenure = self.tenure.subscribe();
        let epoch = tenure.borrow().epoch;
        Permit { tenure, epoch }
    }
}

impl Permit {
    /// Whether the lease is still this replica's. Asks no store.
    pub fn is_good(&self) -> bool {
        let tenure = *self.tenure.borrow();
        let in_time = match tenure.end {
            End::Never => true,
            End::At(end) => instant() < end,
        };
        tenure.epoch == self.epoch && in_time
    }
}

fn real(lasts: SignedDuration) -> Duration {
    Duration::try_from(lasts).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHORT: SignedDuration = limits::LEASE;

    fn lease(epoch: u64) -> Lease {
        Lease { epoch, lasts: Some(SHORT), freed: 0 }
    }

    #[tokio::test(start_paused = true)]
    async fn f29_f30_a_permit_ends_with_the_lease_and_asks_no_store() {
        let mut keeper = Keeper::new();
        assert!(!keeper.permit().is_good(), "before the first lease nothing leaves");
        let (asked_at, lasts) = keeper.ask();
        assert_eq!(lasts, SHORT);
        // The answer took a while: that time is gone.
        tokio::time::advance(Duration::from_millis(300)).await;
        assert_eq!(keeper.took(asked_at, lease(1)), Taken::First);
        let permit = keeper.permit();
        tokio::time::advance(Duration::from_millis(1_499)).await;
        assert!(permit.is_good());
        tokio::time::advance(Duration::from_millis(1)).await;
        assert!(!permit.is_good());
    }

    #[tokio::test(start_paused = true)]
    async fn f29_a_permit_of_an_epoch_that_is_over_is_worth_nothing_under_the_next() {
        let mut keeper = Keeper::new();
        let (asked_at, _) = keeper.ask();
        keeper.took(asked_at, lease(1));
        let old = keeper.permit();
        assert!(keeper.took(asked_at, lease(1)) == Taken::Renewed && old.is_good());
        assert_eq!(keeper.took(asked_at, lease(2)), Taken::Anew);
        assert!(!old.is_good() && keeper.permit().is_good());
    }

    #[tokio::test(start_paused = true)]
    async fn f25_a_slow_store_gets_a_longer_lease_within_a_bound() {
        let mut keeper = Keeper::new();
        let (asked_at, _) = keeper.ask();
        keeper.took(asked_at, lease(1));
        assert_eq!(keeper.renew_in(), Some(Duration::from_millis(500)));
        tokio::time::advance(Duration::from_secs(2)).await;
        assert_eq!(keeper.renew_in(), Some(Duration::ZERO));
        assert_eq!(keeper.ask().1, SignedDuration::from_secs(6));
        tokio::time::advance(Duration::from_secs(60)).await;
        assert_eq!(keeper.ask().1, limits::LEASE_MAX);
    }

    #[tokio::test(start_paused = true)]
    async fn a_store_for_one_server_lends_for_good() {
        let mut keeper = Keeper::new();
        let (asked_at, _) = keeper.ask();
        keeper.took(asked_at, Lease { epoch: 1, lasts: None, freed: 0 });
        tokio::time::advance(Duration::from_hours(1)).await;
        assert!(keeper.permit().is_good());
        assert_eq!(keeper.renew_in(), None);
    }
}
