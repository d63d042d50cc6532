//! Times as people read them: UTC, and how long ago or how far ahead.

use jiff::Timestamp;

/// The present of one page.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    now: Timestamp,
}

impl Clock {
    /// A page made at this instant.
    pub fn new(now: Timestamp) -> Self {
        Self { now }
    }

    /// `10:31 UTC, 4 min ago`; with the date where it is another day.
    pub fn at(&self, at: &Timestamp) -> String {
        let format = if self.is_today(at) { "%H:%M UTC" } else { "%Y-%m-%d %H:%M UTC" };
        format!("{}, {}", at.strftime(format), self.age(at))
    }

    /// `10:31`.
    pub fn time(&self, at: &Timestamp) -> String {
        at.strftime("%H:%M").to_string()
    }

    /// `2026-02-03 10:31:07 UTC`.
    pub fn full(&self) -> String {
        self.now.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
    }

    fn is_today(&self, at: &Timestamp) -> bool {
        at.strftime("%F").to_string() == self.now.strftime("%F").to_string()
    }

    fn age(&self, at: &Timestamp) -> String {
        let seconds = self.now.duration_since(*at).as_secs();
        let (number, unit) = match seconds.unsigned_abs() {
            seconds @ 0..=119 => (seconds, "s"),
            seconds @ 120..=7_199 => (seconds / 60, "min"),
            seconds @ 7_200..=172_799 => (seconds / 3_600, "h"),
            seconds => (seconds / 86_400, "days"),
        };
        if seconds < 0 { format!("in {number} {unit}") } else { format!("{number} {unit} ago") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_carry_their_age() {
        let clock = Clock::new("2026-02-03T10:30:00Z".parse().unwrap());
        let at = |text: &str| clock.at(&text.parse().unwrap());
        assert_eq!(at("2026-02-03T10:29:55Z"), "10:29 UTC, 5 s ago");
        assert_eq!(at("2026-02-03T10:35:00Z"), "10:35 UTC, in 5 min");
        assert_eq!(at("2026-02-02T10:30:00Z"), "2026-02-02 10:30 UTC, 24 h ago");
        assert_eq!(at("2025-02-03T10:30:00Z"), "2025-02-03 10:30 UTC, 365 days ago");
    }
}
