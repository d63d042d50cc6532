//! When a failed try is made again: twice the wait each time, up to a bound, spread so that many do not come at once.

use jiff::SignedDuration;
use zephyr_core::{EffectId, limits};

/// The wait before the try after `attempt` failed ones; what the provider asked for, if that is longer.
pub fn wait(id: EffectId, attempt: u32, asked: Option<SignedDuration>) -> SignedDuration {
    let doubled = limits::RETRY_MIN * (1_i32 << attempt.saturating_sub(1).min(10));
    let curve = doubled.min(limits::RETRY_MAX);
    // Up to a quarter more, from the effect's own id: the same in every run.
    let spread = id.0.as_bytes().last().copied().unwrap_or(0);
    let spread = curve * i32::from(spread) / 1024;
    (curve + spread).max(asked.unwrap_or(SignedDuration::ZERO)).min(limits::RETRY_MAX * 20)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_a_bound() {
        let id = EffectId(uuid::Uuid::nil());
        let waits: Vec<i128> = (1..=10).map(|attempt| wait(id, attempt, None).as_millis()).collect();
        assert_eq!(waits, [250, 500, 1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000]);
        assert_eq!(wait(id, 1, Some(SignedDuration::from_secs(7))).as_millis(), 7000);
    }
}
