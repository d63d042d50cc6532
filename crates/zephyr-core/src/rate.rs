//! A rate: so many at once, and then one more each time an interval has passed. The generic cell rate algorithm (ITU-T
//! I.371), which keeps a single time of each key.
//!
//! Deliberately not here: clocks, and who is counted.

use jiff::SignedDuration;

/// How much may be taken, and how fast it comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    burst: u32,
    every: SignedDuration,
}

/// When everything that was taken will have come back: all that is remembered of a key. Durations since any instant,
/// the same for all.
pub type FullAt = SignedDuration;

impl Rate {
    /// `burst` at once, at least 1; then one for each `every`.
    pub const fn new(burst: u32, every: SignedDuration) -> Self {
        Self { burst, every }
    }

    /// Takes one. `full_at` is what was answered last, `None` for a key that took nothing yet.
    ///
    /// # Errors
    /// How long to wait until one may be taken; nothing was taken.
    pub fn take(self, full_at: Option<FullAt>, now: SignedDuration) -> Result<FullAt, SignedDuration> {
        let from = full_at.map_or(now, |at| at.max(now));
        let full_at = from.saturating_add(self.every);
        let span = self.every.saturating_mul(i32::try_from(self.burst.max(1)).unwrap_or(i32::MAX));
        let free_at = full_at.saturating_sub(span);
        if free_at > now { Err(free_at.saturating_sub(now)) } else { Ok(full_at) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ms(count: i64) -> SignedDuration {
        SignedDuration::from_millis(count)
    }

    /// The times at which one was taken.
    fn taken(rate: Rate, asked: &[i64]) -> Vec<i64> {
        let (mut full_at, mut taken) = (None, Vec::new());
        for at in asked {
            if let Ok(next) = rate.take(full_at, ms(*at)) {
                full_at = Some(next);
                taken.push(*at);
            }
        }
        taken
    }

    #[test]
    fn the_burst_is_there_at_once_and_then_one_after_another() {
        let rate = Rate::new(3, ms(10));
        assert_eq!(taken(rate, &[0, 0, 0, 0, 9, 10, 10, 19, 20, 100, 100, 100, 100]), [0, 0, 0, 10, 20, 100, 100, 100]);
    }

    #[test]
    fn a_clock_that_stands_at_its_end_refuses_and_does_not_fail() {
        let rate = Rate::new(u32::MAX, SignedDuration::MAX);
        assert!(rate.take(Some(SignedDuration::MAX), SignedDuration::MAX).is_ok());
        assert!(Rate::new(0, ms(1)).take(None, SignedDuration::MIN).is_ok(), "one is the least");
    }

    proptest! {
        #[test]
        fn no_window_holds_more_than_the_burst_and_what_came_back(
            burst in 1..6_u32,
            every in 1..20_i64,
            steps in prop::collection::vec(0..15_i64, 1..80),
        ) {
            let asked: Vec<i64> = steps.iter().scan(0, |at, step| { *at += step; Some(*at) }).collect();
            let taken = taken(Rate::new(burst, ms(every)), &asked);
            for (first, from) in taken.iter().enumerate() {
                for (count, to) in (1..).zip(taken.iter().skip(first)) {
                    prop_assert!(count <= i64::from(burst) + (to - from) / every, "{taken:?}");
                }
            }
        }

        #[test]
        fn the_wait_is_exact_and_patience_is_never_refused(
            burst in 1..6_u32,
            every in 1..20_i64,
            steps in prop::collection::vec(0..15_i64, 1..40),
        ) {
            let rate = Rate::new(burst, ms(every));
            let (mut full_at, mut now) = (None, ms(0));
            for step in steps {
                now += ms(step);
                match rate.take(full_at, now) {
                    Ok(next) => full_at = Some(next),
                    Err(wait) => {
                        prop_assert!(rate.take(full_at, now + wait - SignedDuration::from_nanos(1)).is_err());
                        prop_assert!(rate.take(full_at, now + wait).is_ok());
                        prop_assert!(wait <= ms(every));
                    }
                }
            }
        }
    }
}
