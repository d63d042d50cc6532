//! Who asks too much: rates of tokens and addresses, in memory of a bounded size.
//!
//! Deliberately not here: which addresses no limit holds up (`auth::scope`), and the arithmetic (`zephyr_core::rate`).

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use jiff::SignedDuration;
use tokio::time::Instant;
use zephyr_core::limits;
use zephyr_core::rate::{FullAt, Rate};

use crate::metrics::instant;

const TOKEN: Rate = Rate::new(limits::TOKEN_BURST, limits::TOKEN_EVERY);
const GUESS: Rate = Rate::new(limits::GUESS_BURST, limits::GUESS_EVERY);
const FLOOD: Rate = Rate::new(limits::FLOOD_BURST, limits::FLOOD_EVERY);
/// How often room is made at most: it means looking at every key.
const SWEEP_EVERY: SignedDuration = SignedDuration::from_secs(1);

/// Who is counted, and for what.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Key {
    /// Requests of a token, by its public id.
    Token(String),
    /// Openings of a token.
    Openings(String),
    /// Tokens that are not good, by where they come from.
    Guesses(IpAddr),
    /// All those together for whom there is no room.
    Rest(&'static str),
}

/// It is too much.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooMuch {
    /// For how long.
    pub wait: SignedDuration,
    /// Whether this is the first time since it last had all its rate.
    pub is_news: bool,
}

#[derive(Debug, Clone, Copy)]
struct Taken {
    full_at: FullAt,
    /// That it is too much was said since `full_at` last lay in the past.
    told: bool,
}

/// The rates of everybody.
#[derive(Debug)]
pub struct Limiter {
    began: Instant,
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    taken: HashMap<Key, Taken>,
    swept_at: Option<SignedDuration>,
}

impl Limiter {
    /// Nobody has asked anything yet.
    pub fn new() -> Self {
        Self { began: instant(), inner: Mutex::default() }
    }

    /// Counts one, now.
    pub fn take(&self, key: Key) -> Result<(), TooMuch> {
        let now = SignedDuration::try_from(self.began.elapsed()).unwrap_or(SignedDuration::MAX);
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).take(key, now)
    }
}

impl Key {
    /// An address as it is counted: of IPv6 the network of a single customer, who has all its addresses.
    pub fn guesses(from: IpAddr) -> Self {
        Self::Guesses(match from.to_canonical() {
            IpAddr::V6(address) => IpAddr::V6((u128::from(address) & !u128::from(u64::MAX)).into()),
            other => other,
        })
    }

    fn rate(&self) -> Rate {
        match self {
            Self::Token(_) | Self::Rest(TOKENS) => TOKEN,
            Self::Openings(_) | Self::Rest(OPENINGS) => FLOOD,
            Self::Guesses(_) | Self::Rest(_) => GUESS,
        }
    }

    fn rest(&self) -> Self {
        Self::Rest(match self {
            Self::Token(_) => TOKENS,
            Self::Openings(_) => OPENINGS,
            Self::Guesses(_) => "guesses",
            Self::Rest(name) => name,
        })
    }
}

const TOKENS: &str = "tokens";
const OPENINGS: &str = "openings";

impl Inner {
    fn take(&mut self, key: Key, now: SignedDuration) -> Result<(), TooMuch> {
        let key = if self.has_room_for(&key, now) { key } else { key.rest() };
        let rate = key.rate();
        let known = self.taken.get(&key).copied().filter(|taken| taken.full_at > now);
        match rate.take(known.map(|taken| taken.full_at), now) {
            Ok(full_at) => {
                let told = known.is_some_and(|taken| taken.told);
                self.taken.insert(key, Taken { full_at, told });
                Ok(())
            }
            Err(wait) => {
                let is_news = known.is_some_and(|taken| !taken.told);
                if let Some(taken) = self.taken.get_mut(&key) {
                    taken.told = true;
                }
                Err(TooMuch { wait, is_news })
            }
        }
    }

    /// Those who have all their rate again are as good as forgotten.
    fn has_room_for(&mut self, key: &Key, now: SignedDuration) -> bool {
        if self.taken.len() < limits::RATE_KEYS || self.taken.contains_key(key) {
            return true;
        }
        if self.swept_at.is_none_or(|at| now.saturating_sub(at) >= SWEEP_EVERY) {
            self.swept_at = Some(now);
            self.taken.retain(|_, taken| taken.full_at > now);
        }
        self.taken.len() < limits::RATE_KEYS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secs(count: i64) -> SignedDuration {
        SignedDuration::from_secs(count)
    }

    fn guess(number: u32) -> Key {
        Key::guesses(IpAddr::V4(number.into()))
    }

    #[test]
    fn a_burst_is_told_once_and_anew_after_it_was_quiet() {
        let mut inner = Inner::default();
        let mut news = 0;
        for _ in 0..limits::GUESS_BURST {
            assert_eq!(inner.take(guess(1), secs(0)), Ok(()));
        }
        for second in 0..60 {
            news += usize::from(inner.take(guess(1), secs(second)).is_err_and(|too_much| too_much.is_news));
        }
        assert_eq!(news, 1, "while it goes on");
        for _ in 0..=limits::GUESS_BURST {
            news += usize::from(inner.take(guess(1), secs(9_000)).is_err_and(|too_much| too_much.is_news));
        }
        assert_eq!(news, 2);
    }

    #[test]
    fn f70_memory_is_bounded_and_those_beyond_share_a_rate() {
        let mut inner = Inner::default();
        for number in 0..20_000 {
            let _ = inner.take(guess(number), secs(0));
        }
        assert_eq!(inner.taken.len(), limits::RATE_KEYS + 1);
        assert!(inner.take(guess(99_999), secs(0)).is_err(), "the rest has used up its rate");
        assert!(inner.take(Key::Token("tok_1".to_owned()), secs(0)).is_ok(), "which is not that of tokens");
        assert!(inner.take(guess(99_999), secs(600)).is_ok(), "and all is forgotten in the end");
        assert!(inner.taken.len() < 10);
    }

    #[test]
    fn the_addresses_of_one_network_are_one() {
        let key = |text: &str| Key::guesses(text.parse().unwrap());
        assert_eq!(key("2001:db8::1"), key("2001:db8::ffff:1"));
        assert_ne!(key("2001:db8::1"), key("2001:db8:0:1::1"));
        assert_eq!(key("::ffff:10.0.0.1"), key("10.0.0.1"));
        assert_ne!(key("10.0.0.1"), key("10.0.0.2"));
    }
}
