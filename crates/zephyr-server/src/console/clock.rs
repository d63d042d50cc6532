//! Times as people read them: in the reader's zone, with how long ago or how far ahead.

use std::fmt;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::app::App;
use crate::auth::Caller;

/// The present of one page, where its reader is.
#[derive(Debug, Clone)]
pub struct Clock {
    now: Timestamp,
    zone: TimeZone,
}

/// An instant on a page. Whoever points at it sees it in UTC too.
#[derive(Debug)]
pub struct Instant {
    words: String,
    utc: String,
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, r#"<time title="{}">{}</time>"#, self.utc, self.words)
    }
}

// Nothing of it was typed by anybody: digits, and the name of a zone.
impl askama::filters::HtmlSafe for Instant {}

impl Clock {
    /// A page for everybody, made at this instant.
    pub fn utc(now: Timestamp) -> Self {
        Self { now, zone: TimeZone::UTC }
    }

    /// A page made at this instant for somebody: a person reads it in their zone, anybody else in UTC.
    pub fn of<S>(app: &App<S>, caller: &Caller, now: Timestamp) -> Self {
        let world = app.world();
        let person = caller.person().and_then(|id| world.policy.people.get(id));
        Self { now, zone: person.map_or(TimeZone::UTC, |person| person.zone.clone()) }
    }

    /// `12:31 CEST, 4 min ago`, with the same in UTC.
    pub fn at(&self, at: &Timestamp) -> Instant {
        Instant { words: self.words(at), utc: at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string() }
    }

    /// `12:31 CEST, 4 min ago`; with the date where it is another day.
    pub fn words(&self, at: &Timestamp) -> String {
        let format = if self.is_today(at) { "%H:%M %Z" } else { "%Y-%m-%d %H:%M %Z" };
        format!("{}, {}", self.here(at).strftime(format), self.age(at))
    }

    /// The present.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// Where the reader is.
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// `Europe/Berlin`.
    pub fn zone_name(&self) -> &str {
        self.zone.iana_name().unwrap_or("UTC")
    }

    /// `Tue 3 Feb 12:31 CET`; with the year where it is another.
    pub fn date_and_time(&self, at: &Timestamp) -> String {
        let (here, year) = (self.here(at), self.here(&self.now).year());
        let format = if here.year() == year { "%a %-d %b %H:%M %Z" } else { "%a %-d %b %Y %H:%M %Z" };
        here.strftime(format).to_string()
    }

    /// Both ends: `Tue 3 Feb 10:00 to 19:00 CET`, `Tue 3 Feb 10:00 CET to Tue 10 Feb 10:00 CET`.
    pub fn span(&self, from: &Timestamp, until: &Timestamp) -> String {
        let (begin, end) = (self.here(from), self.here(until));
        if begin.date() == end.date() && begin.offset() == end.offset() {
            let day = self.date_and_time(from);
            let (day, zone) = day.rsplit_once(' ').unwrap_or((&day, ""));
            return format!("{day} to {} {zone}", self.time(until));
        }
        format!("{} to {}", self.date_and_time(from), self.date_and_time(until))
    }

    /// `12:31`.
    pub fn time(&self, at: &Timestamp) -> String {
        self.here(at).strftime("%H:%M").to_string()
    }

    /// `2026-02-03 12:31:07 CET`.
    pub fn full(&self) -> String {
        self.here(&self.now).strftime("%Y-%m-%d %H:%M:%S %Z").to_string()
    }

    fn here(&self, at: &Timestamp) -> jiff::Zoned {
        at.to_zoned(self.zone.clone())
    }

    fn is_today(&self, at: &Timestamp) -> bool {
        self.here(at).date() == self.here(&self.now).date()
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

    fn clock(zone: &str) -> Clock {
        Clock { now: "2026-02-03T10:30:00Z".parse().unwrap(), zone: TimeZone::get(zone).unwrap() }
    }

    #[test]
    fn times_carry_their_age() {
        let at = |text: &str| clock("UTC").words(&text.parse().unwrap());
        assert_eq!(at("2026-02-03T10:29:55Z"), "10:29 UTC, 5 s ago");
        assert_eq!(at("2026-02-03T10:35:00Z"), "10:35 UTC, in 5 min");
        assert_eq!(at("2026-02-02T10:30:00Z"), "2026-02-02 10:30 UTC, 24 h ago");
        assert_eq!(at("2025-02-03T10:30:00Z"), "2025-02-03 10:30 UTC, 365 days ago");
    }

    #[test]
    fn times_are_the_readers_with_utc_beside_them() {
        let late = "2026-02-03T23:30:00Z".parse().unwrap();
        assert_eq!(clock("Africa/Lagos").words(&late), "2026-02-04 00:30 WAT, in 13 h");
        assert_eq!(
            clock("America/Denver").at(&late).to_string(),
            r#"<time title="2026-02-03 23:30:00 UTC">16:30 MST, in 13 h</time>"#
        );
        assert_eq!(clock("Europe/Berlin").full(), "2026-02-03 11:30:00 CET");
        let berlin = clock("Europe/Berlin");
        let span = |from: &str, until: &str| berlin.span(&from.parse().unwrap(), &until.parse().unwrap());
        assert_eq!(span("2026-02-03T09:00:00Z", "2026-02-03T18:00:00Z"), "Tue 3 Feb 10:00 to 19:00 CET");
        let twice = "Sun 25 Oct 02:30 CEST to Sun 25 Oct 02:30 CET";
        assert_eq!(span("2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"), twice);
        let years = "Thu 31 Dec 23:00 CET to Fri 1 Jan 2027 01:00 CET";
        assert_eq!(span("2026-12-31T22:00:00Z", "2027-01-01T00:00:00Z"), years);
    }
}
