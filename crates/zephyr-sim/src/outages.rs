//! When nothing could be done: by how much a step may be late.

use jiff::{SignedDuration, Timestamp};

/// Times in which the process or its store was away.
#[derive(Debug, Clone, Default)]
pub struct Outages {
    past: Vec<(Timestamp, Timestamp)>,
    since: Option<Timestamp>,
}

impl Outages {
    /// Takes note of whether anything can be done from now on.
    pub fn set(&mut self, away: bool, now: Timestamp) {
        match (away, self.since) {
            (true, None) => self.since = Some(now),
            (false, Some(since)) => {
                self.past.push((since, now));
                self.since = None;
            }
            _ => {}
        }
    }

    /// How long it was away between two instants.
    pub fn within(&self, from: Timestamp, to: Timestamp) -> SignedDuration {
        let open = self.since.map(|since| (since, to));
        self.past
            .iter()
            .copied()
            .chain(open)
            .map(|(began, ended)| ended.min(to).duration_since(began.max(from)).max(SignedDuration::ZERO))
            .fold(SignedDuration::ZERO, |sum, part| sum + part)
    }
}
