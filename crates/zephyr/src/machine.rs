//! Chance, time and zone, read from the machine here and nowhere else.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use zephyr_engine::ports::Entropy;

/// The machine's random numbers.
pub struct OsEntropy;

impl Entropy for OsEntropy {
    fn fill(&mut self, bytes: &mut [u8]) {
        fill(bytes);
    }
}

/// Fills the bytes with what nobody can guess.
#[expect(clippy::disallowed_methods, clippy::expect_used, reason = "the one real source; without it nothing is safe")]
pub fn fill(bytes: &mut [u8]) {
    getrandom::fill(bytes).expect("the system gives random bytes");
}

/// Thirty-two hexadecimal digits that nobody has seen before.
pub fn unguessable() -> String {
    let mut bytes = [0_u8; 16];
    fill(&mut bytes);
    hex(&bytes)
}

/// In hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// The present, by this machine.
#[expect(clippy::disallowed_methods, reason = "the composition root's clock")]
pub fn now() -> Timestamp {
    Timestamp::now()
}

/// The zone of whoever sits at this machine.
#[expect(clippy::disallowed_methods, reason = "the command line shows times to whoever sits here, in their zone")]
pub fn zone() -> TimeZone {
    TimeZone::system()
}

/// A moment after which waiting has gone on long enough.
#[derive(Debug, Clone, Copy)]
pub struct Deadline(Instant);

impl Deadline {
    /// So long from now.
    #[expect(clippy::disallowed_methods, reason = "how long a command waits is real time")]
    pub fn after(wait: Duration) -> Self {
        let now = Instant::now();
        Self(now.checked_add(wait).unwrap_or(now))
    }

    /// What is left.
    #[expect(clippy::disallowed_methods, reason = "how long a command waits is real time")]
    pub fn left(self) -> Duration {
        self.0.saturating_duration_since(Instant::now())
    }

    /// Whether nothing is left.
    pub fn is_over(self) -> bool {
        self.left().is_zero()
    }
}
