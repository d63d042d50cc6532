//! Times as the reader lives them: in their zone, with how far away they are.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// The present by the server's clock, and the reader's zone.
#[derive(Debug, Clone)]
pub struct Clock {
    /// The present.
    pub now: Timestamp,
    /// The reader's zone.
    pub zone: TimeZone,
}

impl Clock {
    /// `14:05 (in 5 min)`, `Tue 24 Nov 09:00 (in 19 h)`.
    pub fn at(&self, at: Timestamp) -> String {
        format!("{} ({})", self.wall(at), self.away(at))
    }

    /// `14:05`; with the day where that is another, and the year too.
    pub fn wall(&self, at: Timestamp) -> String {
        let there = at.to_zoned(self.zone.clone());
        let clock = there.strftime("%H:%M");
        let is_today = there.date() == self.now.to_zoned(self.zone.clone()).date();
        if is_today { clock.to_string() } else { format!("{} {clock}", self.day(at)) }
    }

    /// `14:05:09`.
    pub fn second(&self, at: Timestamp) -> String {
        at.to_zoned(self.zone.clone()).strftime("%H:%M:%S").to_string()
    }

    /// `Tue 24 Nov`; with the year where that is another.
    pub fn day(&self, at: Timestamp) -> String {
        let (there, here) = (at.to_zoned(self.zone.clone()), self.now.to_zoned(self.zone.clone()));
        let form = if there.year() == here.year() { "%a %-d %b" } else { "%a %-d %b %Y" };
        there.strftime(form).to_string()
    }

    /// `in 5 min`, `4 min ago`, `now`.
    fn away(&self, at: Timestamp) -> String {
        let wait = at.duration_since(self.now);
        match length(wait) {
            None => "now".to_owned(),
            Some(length) if wait.is_negative() => format!("{length} ago"),
            Some(length) => format!("in {length}"),
        }
    }

    /// `4 min`; `just now` for less than a second.
    pub fn age(&self, since: Timestamp) -> String {
        length(self.now.duration_since(since)).unwrap_or_else(|| "just now".to_owned())
    }
}

/// That the server's clock is ahead by so much, or behind.
pub fn clocks(ahead: SignedDuration) -> String {
    let way = if ahead.is_negative() { "behind" } else { "ahead of" };
    let length = length(ahead).unwrap_or_else(|| "a moment".to_owned());
    format!("The server's clock is {length} {way} this machine's; times and ages shown are by the server's.")
}

/// To the nearest of the unit that says most: `12 s`, `5 min`, `3 h`, `9 days`.
fn length(length: SignedDuration) -> Option<String> {
    let seconds = length.round_to_secs();
    match seconds {
        0 => None,
        1..100 => Some(format!("{seconds} s")),
        100..5_400 => Some(format!("{} min", (seconds + 30) / 60)),
        5_400..172_800 => Some(format!("{} h", (seconds + 1_800) / 3_600)),
        _ => Some(format!("{} days", (seconds + 43_200) / 86_400)),
    }
}

trait Rounded {
    fn round_to_secs(self) -> i64;
}

impl Rounded for SignedDuration {
    fn round_to_secs(self) -> i64 {
        let whole = self.abs();
        whole.as_secs() + i64::from(whole.subsec_millis() >= 500)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_in_the_readers_zone_with_their_distance() {
        let clock =
            Clock { now: "2026-11-23T22:58:00Z".parse().unwrap(), zone: TimeZone::get("Europe/Berlin").unwrap() };
        let told = |at: &str| clock.at(at.parse().unwrap());
        for (at, expected) in [
            ("2026-11-23T22:59:40Z", "23:59 (in 2 min)"),
            ("2026-11-23T23:03:00Z", "Tue 24 Nov 00:03 (in 5 min)"),
            ("2026-11-23T22:57:48Z", "23:57 (12 s ago)"),
            ("2026-11-23T22:58:00.3Z", "23:58 (now)"),
            ("2026-11-25T09:00:00Z", "Wed 25 Nov 10:00 (in 34 h)"),
            ("2026-11-01T22:30:00Z", "Sun 1 Nov 23:30 (22 days ago)"),
            ("2025-11-01T22:30:00Z", "Sat 1 Nov 2025 23:30 (387 days ago)"),
        ] {
            assert_eq!(told(at), expected);
        }
    }
}
